//! The axes of a graph: round steps, and marks at them.

use crate::{AxisTick, GraphLine, Role, ThresholdLine, words};
use glass_model::{TimeRange, Timestamp};

/// The y axis: a whole number of round steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// The value at the bottom.
    pub bottom: f64,
    /// The value at the top.
    pub top: f64,
    step: f64,
}

/// A value that lines are compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    /// The value.
    pub value: f64,
    /// What stands beside it.
    pub text: String,
    /// Its colour.
    pub role: Role,
    /// Whether the axis reaches to it: otherwise it is seen where lines come near it.
    pub is_in_sight: bool,
}

/// The levels that lie on an axis, as shares of it.
pub(super) fn threshold_lines(
    levels: &[Level],
    (bottom, top): (f64, f64),
    is_log: bool,
) -> Vec<ThresholdLine> {
    let line = |level: &Level| {
        let value = if is_log { level.value.log10() } else { level.value };
        let y = (value - bottom) / (top - bottom);
        (0.0..=1.0).contains(&y).then(|| ThresholdLine {
            y,
            text: level.text.clone(),
            role: level.role,
        })
    };
    levels.iter().filter_map(line).collect()
}

/// An axis for all values of lines and the levels that are to be in sight.
pub(super) fn y_axis(lines: &[GraphLine], levels: &[Level], unit: &str) -> Axis {
    let points = || lines.iter().flat_map(|line| line.runs.iter().flatten());
    let levels = || {
        levels
            .iter()
            .filter(|level| level.is_in_sight)
            .map(|level| level.value)
    };
    let finite = |value: &f64| value.is_finite();
    let low = points()
        .map(|point| point.min)
        .chain(levels())
        .filter(finite)
        .fold(f64::INFINITY, f64::min);
    let high = points()
        .map(|point| point.max)
        .chain(levels())
        .filter(finite)
        .fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Axis {
            bottom: 0.0,
            top: 1.0,
            step: 0.5,
        };
    }
    let (low, high) = match low == high {
        // Room around a flat line, down to nothing: it is neither at the bottom nor at the top of what can be.
        true => (low.min(0.0) * 1.2, low.max(0.0) * 1.2),
        false => (low, high),
    };
    let low = if low > 0.0 && low < 0.6 * high { 0.0 } else { low };
    let high = if high < 0.0 && high > 0.6 * low { 0.0 } else { high };
    let step = nice_step(high - low, high.abs().max(low.abs()), unit);
    let (bottom, top) = ((low / step).floor() * step, (high / step).ceil() * step);
    let bottom = if low >= 0.0 { bottom.max(0.0) } else { bottom };
    match top - bottom {
        span if !span.is_finite() => Axis {
            bottom: f64::MIN / 4.0,
            top: f64::MAX / 4.0,
            step: f64::MAX / 4.0,
        },
        span if span > 0.0 => Axis { bottom, top, step },
        _ => {
            let step = step.max(bottom.abs() * 1e-9);
            Axis {
                bottom,
                top: bottom + step,
                step,
            }
        }
    }
}

/// A round step, two to five of which fill `span`; for a flat line by its `size`. Round is 1, 2 or 5 times a power
/// of ten, for bytes a power of two.
pub(super) fn nice_step(span: f64, size: f64, unit: &str) -> f64 {
    let span = if span > size * 1e-12 && span > 0.0 {
        span
    } else if size > 0.0 {
        size
    } else {
        1.0
    };
    let raw = span / 4.0;
    if unit.starts_with("bytes") && raw >= 1.0 {
        return 2f64.powf(raw.log2().ceil());
    }
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= raw)
        .unwrap_or(10.0);
    (factor * power).max(f64::MIN_POSITIVE)
}

pub(super) fn y_ticks(axis: &Axis, unit: &str) -> Vec<AxisTick> {
    let Axis { bottom, top, step } = *axis;
    let n = ((top - bottom) / step).round().clamp(1.0, 10.0) as usize;
    let tick = |i: usize| AxisTick {
        ratio: i as f64 / n as f64,
        text: words::value_to(bottom + (top - bottom) * i as f64 / n as f64, step, unit),
    };
    (0..=n).map(tick).collect()
}

pub(super) fn clamp_points(lines: &mut [GraphLine], y_min: f64, y_max: f64) {
    for point in lines.iter_mut().flat_map(|line| line.runs.iter_mut().flatten()) {
        for value in [&mut point.first, &mut point.last, &mut point.min, &mut point.max] {
            *value = value.clamp(y_min, y_max);
        }
    }
}

/// Marks on the time axis: four to eight, on round times.
pub(crate) fn time_ticks(window: TimeRange) -> Vec<AxisTick> {
    const STEPS_SECS: [i64; 18] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800,
    ];
    let secs = window.nanos() / 1_000_000_000;
    let step = STEPS_SECS
        .into_iter()
        .find(|step| secs / step <= 8)
        .unwrap_or(2_592_000);
    let pattern = match step {
        step if step < 60 => "%H:%M:%S",
        step if step < 86_400 => "%H:%M",
        _ => "%m-%d",
    };
    let first = window
        .start
        .secs()
        .div_euclid(step)
        .saturating_add(1)
        .saturating_mul(step);
    let times = (0..10).map(|i| Timestamp::from_secs(first.saturating_add(i * step)));
    times
        .take_while(|at| window.contains(*at))
        .map(|at| AxisTick {
            ratio: window.ratio(at),
            text: at.format(pattern),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round() {
        for (span, size, expected) in [
            (10.0, 10.0, 5.0),
            (0.9, 1.0, 0.5),
            (0.0, 0.0, 0.5),
            (0.0, 8.0, 2.0),
        ] {
            assert!(
                (nice_step(span, size, "") - expected).abs() < 1e-9,
                "{span} {size}: {}",
                nice_step(span, size, "")
            );
        }
        let ticks = time_ticks(TimeRange::new(
            Timestamp::from_secs(10),
            Timestamp::from_secs(910),
        ));
        assert_eq!(
            ticks.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(),
            ["00:02", "00:04", "00:06", "00:08", "00:10", "00:12", "00:14"]
        );
    }
}
