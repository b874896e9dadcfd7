//! [`Windows`]: takes the samples of one series by time and gives its value at every step.

use super::Steps;
use super::over_time::{Window, over_time};
use crate::logql::ast::RangeOp;
use crate::steps::StepColumn;

/// What is computed, over which windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub op: RangeOp,
    /// The quantile.
    pub parameter: f64,
    pub steps: Steps,
    pub range: i64,
    pub offset: i64,
}

impl Shape {
    /// The steps in whose windows a line of that time lies: `first..end`.
    fn steps_of(&self, at: i64) -> (usize, usize) {
        let at = at.saturating_add(self.offset);
        (
            self.steps_before(at),
            self.steps_before(at.saturating_add(self.range)),
        )
    }

    /// How many steps are earlier than `at`.
    fn steps_before(&self, at: i64) -> usize {
        let since = i128::from(at) - i128::from(self.steps.start);
        let n = (since + i128::from(self.steps.step) - 1).div_euclid(i128::from(self.steps.step));
        usize::try_from(n.max(0)).unwrap_or(usize::MAX).min(self.steps.n)
    }

    /// Whether its value is made of how many lines and bytes there are, so that no sample need be kept.
    fn is_counted(&self, is_unwrapped: bool) -> bool {
        match self.op {
            RangeOp::CountOverTime
            | RangeOp::BytesOverTime
            | RangeOp::BytesRate
            | RangeOp::AbsentOverTime => true,
            RangeOp::Rate => !is_unwrapped,
            _ => false,
        }
    }
}

/// The samples of one series.
#[derive(Debug)]
pub(super) enum Windows {
    /// What each step has more, or less, than the step before it: lines and the sum of their values, which are whole.
    Counted(Vec<f64>, Vec<f64>),
    Samples(Vec<i64>, Vec<f64>),
}

/// How many cells all series together may count in before they keep samples.
const MAX_CELLS: usize = 4 << 20;

impl Windows {
    /// For a series; `n_others` are there already.
    pub(super) fn new(shape: &Shape, is_unwrapped: bool, n_others: usize) -> Self {
        let n_cells = (shape.steps.n + 1).saturating_mul(2);
        match shape.is_counted(is_unwrapped) && n_cells.saturating_mul(n_others) < MAX_CELLS {
            true => Self::Counted(vec![0.0; shape.steps.n + 1], vec![0.0; shape.steps.n + 1]),
            false => Self::Samples(Vec::new(), Vec::new()),
        }
    }

    /// Takes a sample, no earlier than the one before; returns how many numbers are kept for it.
    pub(super) fn add(&mut self, shape: &Shape, at: i64, value: f64) -> usize {
        match self {
            Self::Counted(counts, sums) => {
                let (first, end) = shape.steps_of(at);
                counts[first] += 1.0;
                counts[end] -= 1.0;
                sums[first] += value;
                sums[end] -= value;
                0
            }
            Self::Samples(times, values) => {
                times.push(at.saturating_add(shape.offset));
                values.push(value);
                1
            }
        }
    }

    /// The value at each step.
    pub(super) fn finish(self, shape: &Shape, scratch: &mut Vec<f64>) -> StepColumn {
        let mut column = StepColumn::empty(shape.steps.n);
        match self {
            Self::Counted(counts, sums) => {
                let seconds = shape.range as f64 / 1e9;
                let (mut count, mut sum) = (0.0, 0.0);
                for step in 0..shape.steps.n {
                    count += counts[step];
                    sum += sums[step];
                    if count > 0.0 {
                        column.set_float(step, counted(shape.op, count, sum, seconds));
                    }
                }
            }
            Self::Samples(times, values) => {
                let (mut low, mut high) = (0, 0);
                for step in 0..shape.steps.n {
                    let end = shape.steps.at(step);
                    let start = end.saturating_sub(shape.range);
                    low += times[low..].iter().take_while(|at| **at <= start).count();
                    high = high.max(low);
                    high += times[high..].iter().take_while(|at| **at <= end).count();
                    if low < high {
                        let window = Window {
                            times: &times[low..high],
                            values: &values[low..high],
                            end,
                            range: shape.range,
                        };
                        column.set_float(step, over_time(shape.op, shape.parameter, window, scratch));
                    }
                }
            }
        }
        column
    }
}

fn counted(op: RangeOp, count: f64, sum: f64, seconds: f64) -> f64 {
    match op {
        RangeOp::Rate => count / seconds,
        RangeOp::BytesOverTime => sum,
        RangeOp::BytesRate => sum / seconds,
        RangeOp::AbsentOverTime => 1.0,
        _ => count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_leaves_its_start_out_and_takes_its_end_in() {
        let check = |op, offset, expected: &[Option<f64>]| {
            let shape = Shape {
                op,
                parameter: 0.0,
                steps: Steps {
                    start: 100,
                    step: 10,
                    n: 4,
                },
                range: 20,
                offset,
            };
            let mut windows = Windows::new(&shape, op == RangeOp::SumOverTime, 0);
            for at in [80, 90, 100, 101, 125] {
                windows.add(&shape, at, at as f64);
            }
            let column = windows.finish(&shape, &mut Vec::new());
            let found: Vec<_> = (0..4).map(|step| column.float(step)).collect();
            assert_eq!(found, expected, "{op:?}");
        };
        let counts = [Some(2.0), Some(2.0), Some(1.0), Some(1.0)];
        check(RangeOp::CountOverTime, 0, &counts);
        check(
            RangeOp::SumOverTime,
            0,
            &[Some(190.0), Some(201.0), Some(101.0), Some(125.0)],
        );
        check(
            RangeOp::CountOverTime,
            30,
            &[None, Some(1.0), Some(2.0), Some(2.0)],
        );
        check(
            RangeOp::LastOverTime,
            30,
            &[None, Some(80.0), Some(90.0), Some(100.0)],
        );
    }
}
