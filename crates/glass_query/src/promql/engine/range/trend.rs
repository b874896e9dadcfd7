//! Functions of a trend: `deriv`, `predict_linear`, `double_exponential_smoothing`.

use super::RangeCall;
use crate::promql::engine::windows::{Samples, Window, slide};
use crate::steps::StepColumn;
use crate::sums::KahanSum;
use glass_model::QueryError;

/// Evaluates one of them.
///
/// # Errors
/// When a factor of the smoothing is not between 0 and 1.
pub(super) fn evaluate(call: &RangeCall<'_>, samples: &Samples<'_>) -> Result<StepColumn, QueryError> {
    let (times, values) = (&*samples.times, &*samples.values);
    let mut failed = None;
    let column = slide(call, times, |window| match call.name {
        "deriv" => {
            let origin = times[window.low];
            (window.len() > 1).then(|| regression(times, values, window, origin).0)
        }
        "predict_linear" => (window.len() > 1).then(|| {
            let now = call.grid.at(window.step);
            let (slope, intercept) = regression(times, values, window, now);
            slope * call.parameter(0, window.step) + intercept
        }),
        _ => {
            let factors = (call.parameter(0, window.step), call.parameter(1, window.step));
            failed = failed.take().or_else(|| refuse(factors));
            (window.len() > 1).then(|| smooth(&values[window.low..window.high], factors))
        }
    })?;
    failed.map_or(Ok(column), Err)
}

fn refuse((smoothing, trend): (f64, f64)) -> Option<QueryError> {
    let is_bad = |factor: f64| factor <= 0.0 || factor >= 1.0;
    let text = if is_bad(smoothing) {
        format!("invalid smoothing factor. Expected: 0 < sf < 1, got: {smoothing:.6}")
    } else if is_bad(trend) {
        format!("invalid trend factor. Expected: 0 < tf < 1, got: {trend:.6}")
    } else {
        return None;
    };
    Some(QueryError::Execution(text))
}

/// Slope a second and the value at `origin` of the line through the samples of a window, by least squares.
fn regression(times: &[i64], values: &[f64], window: Window, origin: i64) -> (f64, f64) {
    let samples = window.low..window.high;
    let first = values[window.low];
    if values[samples.clone()].iter().all(|value| *value == first) {
        return if first.is_infinite() {
            (f64::NAN, f64::NAN)
        } else {
            (0.0, first)
        };
    }
    let n = window.len() as f64;
    let [mut sum_x, mut sum_y, mut sum_xy, mut sum_x2] = [KahanSum::default(); 4];
    for place in samples {
        let (x, y) = (times[place].saturating_sub(origin) as f64 / 1000.0, values[place]);
        sum_x.add(x);
        sum_y.add(y);
        sum_xy.add(x * y);
        sum_x2.add(x * x);
    }
    let [x, y, xy, x2] = [sum_x, sum_y, sum_xy, sum_x2].map(|sum| sum.sum + sum.rest);
    let slope = (xy - x * y / n) / (x2 - x * x / n);
    (slope, y / n - slope * x / n)
}

/// Holt's double exponential smoothing: the smoothed last value.
fn smooth(values: &[f64], (smoothing, trend_factor): (f64, f64)) -> f64 {
    let (mut before, mut smoothed) = (0.0, values[0]);
    let mut trend = values[1] - values[0];
    for (i, value) in values.iter().enumerate().skip(1) {
        if i > 1 {
            trend = trend_factor * (smoothed - before) + (1.0 - trend_factor) * trend;
        }
        let next = smoothing * value + (1.0 - smoothing) * (smoothed + trend);
        (before, smoothed) = (smoothed, next);
    }
    smoothed
}
