//! [`select`]: picks series by their values, step by step: `topk`, `bottomk`, `limitk`.

use super::{AggregateOp, Grouping, Groups};
use crate::steps::{StepSeries, StepValue};
use crate::sums::nan_first;

/// An element that was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// At which step.
    pub step: usize,
    /// Which of the series, by its place.
    pub series: usize,
}

/// Picks at most `counts[step]` series of each group at each step: for `topk` those of the greatest floats, for
/// `bottomk` those of the least, for `limitk` the first. Group by group, as they are first met; `topk` and `bottomk`
/// hand out the best first. Native histograms are passed over but by `limitk`.
pub fn select(
    op: AggregateOp,
    grouping: &Grouping,
    counts: &[i64],
    series: &[StepSeries],
    mut pick: impl FnMut(Picked),
) {
    let mut numbers = Groups::new(grouping.clone());
    let group_of: Vec<usize> = series.iter().map(|one| numbers.of(&one.labels)).collect();
    let mut heaps: Vec<Heap> = vec![Heap::new(op); numbers.labels().len()];
    for (step, count) in counts.iter().enumerate() {
        let room = usize::try_from(*count).unwrap_or(0).min(series.len());
        if room == 0 {
            continue;
        }
        for (i, one) in series.iter().enumerate() {
            match one.column.value(step) {
                Some(StepValue::Float(float)) => heaps[group_of[i]].offer(float, i, room),
                Some(StepValue::Histogram(_)) if op == AggregateOp::LimitK => {
                    heaps[group_of[i]].offer(0.0, i, room);
                }
                _ => {}
            }
        }
        for heap in &mut heaps {
            heap.drain(|series| pick(Picked { step, series }));
        }
    }
}

/// A heap with the worst of the kept on top. It moves elements as Go's `container/heap` does, so that of equal values
/// the same are kept as in Prometheus.
#[derive(Clone, Debug)]
struct Heap {
    op: AggregateOp,
    kept: Vec<(f64, usize)>,
}

impl Heap {
    fn new(op: AggregateOp) -> Self {
        Self { op, kept: Vec::new() }
    }

    /// Whether `a` is to be thrown out before `b`.
    fn is_worse(&self, a: f64, b: f64) -> bool {
        a.is_nan()
            || if self.op == AggregateOp::BottomK {
                a > b
            } else {
                a < b
            }
    }

    fn offer(&mut self, value: f64, series: usize, room: usize) {
        if self.kept.len() < room {
            self.kept.push((value, series));
            if self.op != AggregateOp::LimitK {
                self.rise(self.kept.len() - 1);
            }
        } else if self.op != AggregateOp::LimitK {
            let worst = self.kept[0].0;
            let is_better = if self.op == AggregateOp::BottomK {
                worst > value
            } else {
                worst < value
            };
            if is_better || (worst.is_nan() && !value.is_nan()) {
                self.kept[0] = (value, series);
                self.sink(0);
            }
        }
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.is_worse(self.kept[at].0, self.kept[parent].0) {
                break;
            }
            self.kept.swap(at, parent);
            at = parent;
        }
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let left = 2 * at + 1;
            if left >= self.kept.len() {
                break;
            }
            let right = left + 1;
            let worse = if right < self.kept.len() && self.is_worse(self.kept[right].0, self.kept[left].0) {
                right
            } else {
                left
            };
            if !self.is_worse(self.kept[worse].0, self.kept[at].0) {
                break;
            }
            self.kept.swap(at, worse);
            at = worse;
        }
    }

    fn drain(&mut self, each: impl FnMut(usize)) {
        match self.op {
            AggregateOp::TopK => self.kept.sort_by(|a, b| nan_first(b.0, a.0)),
            AggregateOp::BottomK => self.kept.sort_by(|a, b| nan_first(-b.0, -a.0)),
            _ => {}
        }
        self.kept.drain(..).map(|(_, series)| series).for_each(each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::StepColumn;
    use glass_model::Labels;

    #[test]
    fn the_best_come_first_and_nan_last() {
        let check = |op, count, values: &[f64], expected: &[usize]| {
            let series: Vec<StepSeries> = values
                .iter()
                .enumerate()
                .map(|(i, value)| {
                    StepSeries::new(
                        Labels::new([("i", i.to_string())]),
                        StepColumn::full(vec![*value]),
                    )
                })
                .collect();
            let mut found = Vec::new();
            select(op, &Grouping::By(Vec::new()), &[count], &series, |picked| {
                found.push(picked.series);
            });
            assert_eq!(found, expected, "{op:?} {values:?}");
        };
        check(AggregateOp::TopK, 2, &[1.0, 5.0, 3.0], &[1, 2]);
        check(AggregateOp::TopK, 9, &[1.0, f64::NAN, 3.0], &[2, 0, 1]);
        check(AggregateOp::BottomK, 2, &[1.0, f64::NAN, 3.0], &[0, 2]);
        check(AggregateOp::BottomK, 9, &[4.0, f64::NAN, 3.0], &[2, 0, 1]);
        check(AggregateOp::LimitK, 2, &[4.0, 9.0, 3.0], &[0, 1]);
        check(AggregateOp::TopK, 0, &[4.0], &[]);
    }
}
