//! What is computed of the samples in one window.

use crate::logql::ast::RangeOp;
use crate::sums::{KahanSum, Mean, quantile};

/// The samples of a window, by time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'w> {
    /// When they were written, in nanoseconds.
    pub times: &'w [i64],
    pub values: &'w [f64],
    /// The window is `(end - range, end]`, in nanoseconds.
    pub end: i64,
    pub range: i64,
}

/// The value of `op` for a window that is not empty. `parameter` is the quantile.
pub(super) fn over_time(op: RangeOp, parameter: f64, window: Window<'_>, scratch: &mut Vec<f64>) -> f64 {
    let values = window.values;
    let seconds = window.range as f64 / 1e9;
    match op {
        RangeOp::CountOverTime => values.len() as f64,
        RangeOp::SumOverTime | RangeOp::BytesOverTime => sum(values),
        RangeOp::Rate | RangeOp::BytesRate => sum(values) / seconds,
        RangeOp::RateCounter => counter_rate(window),
        RangeOp::AvgOverTime => {
            let mut mean = Mean::default();
            values.iter().for_each(|value| mean.add(*value));
            mean.value()
        }
        RangeOp::MaxOverTime => best(values, |new, old| new > old),
        RangeOp::MinOverTime => best(values, |new, old| new < old),
        RangeOp::FirstOverTime => values.first().copied().unwrap_or(f64::NAN),
        RangeOp::LastOverTime => values.last().copied().unwrap_or(f64::NAN),
        RangeOp::StddevOverTime => variance(values).sqrt(),
        RangeOp::StdvarOverTime => variance(values),
        RangeOp::QuantileOverTime => {
            scratch.clear();
            scratch.extend_from_slice(values);
            quantile(parameter, scratch)
        }
        RangeOp::AbsentOverTime => 1.0,
    }
}

fn sum(values: &[f64]) -> f64 {
    let mut sum = KahanSum::default();
    values.iter().for_each(|value| sum.add(*value));
    sum.value()
}

/// A number wins over NaN.
fn best(values: &[f64], wins: impl Fn(f64, f64) -> bool) -> f64 {
    let pick = |old: f64, new: f64| if wins(new, old) || old.is_nan() { new } else { old };
    values.iter().copied().reduce(pick).unwrap_or(f64::NAN)
}

/// Welford's way.
fn variance(values: &[f64]) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        let delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    squares / count
}

/// The increase of a counter per second, extrapolated to the window's ends as Prometheus does; 0 for one sample.
fn counter_rate(window: Window<'_>) -> f64 {
    let (values, times) = (window.values, window.times);
    let ([first, .., last], [start, .., end]) = (values, times) else {
        return 0.0;
    };
    let resets: f64 = values
        .windows(2)
        .filter(|pair| pair[1] < pair[0])
        .map(|pair| pair[0])
        .sum();
    let increase = last - first + resets;
    let seconds = |nanos: i64| nanos as f64 / 1e9;
    let sampled = seconds(end - start);
    if sampled <= 0.0 {
        return 0.0;
    }
    let mut before = seconds(start - (window.end - window.range));
    let mut after = seconds(window.end - end);
    let between = sampled / (values.len() - 1) as f64;
    if increase > 0.0 && *first >= 0.0 {
        // A counter cannot have been below 0.
        before = before.min(sampled * first / increase);
    }
    let far = between * 1.1;
    before = if before < far { before } else { between / 2.0 };
    after = if after < far { after } else { between / 2.0 };
    increase * ((sampled + before + after) / sampled) / seconds(window.range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_computed() {
        let check = |op, values: &[f64], expected: f64| {
            let times: Vec<i64> = (1..).map(|i| i * 1_000_000_000).take(values.len()).collect();
            let window = Window {
                times: &times,
                values,
                end: 4_000_000_000,
                range: 4_000_000_000,
            };
            let found = over_time(op, 0.5, window, &mut Vec::new());
            assert!((found - expected).abs() < 1e-9, "{op:?} of {values:?} is {found}");
        };
        let values = [1.0, 2.0, 6.0, 7.0];
        check(RangeOp::CountOverTime, &values, 4.0);
        check(RangeOp::Rate, &values, 4.0);
        check(RangeOp::AvgOverTime, &values, 4.0);
        check(RangeOp::StdvarOverTime, &values, 6.5);
        check(RangeOp::QuantileOverTime, &values, 4.0);
        check(RangeOp::MaxOverTime, &[f64::NAN, 3.0, 1.0], 3.0);
        check(RangeOp::MinOverTime, &values, 1.0);
        check(RangeOp::LastOverTime, &values, 7.0);
        check(RangeOp::RateCounter, &[10.0, 20.0, 5.0, 15.0], 25.0 / 3.0);
        check(RangeOp::RateCounter, &[10.0], 0.0);
    }
}
