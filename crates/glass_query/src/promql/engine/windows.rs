//! Windows that slide over the samples of one series: [`Samples`], [`Window`], [`slide`]. A window is two places in
//! the series; nothing is copied.

use super::range::RangeCall;
use super::selector::advance;
use crate::steps::{Grid, Presence, StepColumn};
use glass_model::{QueryError, SampleColumn, is_stale_marker};
use std::borrow::Cow;

/// Samples by time, without stale markers.
pub(super) struct Samples<'a> {
    pub times: Cow<'a, [i64]>,
    pub values: Cow<'a, [f64]>,
}

impl<'a> Samples<'a> {
    /// The samples of a series. They are copied only if there are stale markers to leave out.
    pub fn of(column: &'a SampleColumn) -> Self {
        let (times, values) = (column.at_millis(), column.values());
        if !values.iter().any(|value| is_stale_marker(*value)) {
            return Self {
                times: times.into(),
                values: values.into(),
            };
        }
        let kept = times
            .iter()
            .zip(values)
            .filter(|(_, value)| !is_stale_marker(**value));
        let (times, values): (Vec<i64>, Vec<f64>) = kept.map(|(at, value)| (*at, *value)).unzip();
        Self {
            times: times.into(),
            values: values.into(),
        }
    }
}

/// The samples later than `start_millis` and no later than `end_millis`: those from `low` on and before `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub step: usize,
    pub low: usize,
    pub high: usize,
    pub start_millis: i64,
    pub end_millis: i64,
}

impl Window {
    pub fn len(&self) -> usize {
        self.high - self.low
    }
}

/// Calls `each` for the window of every step that holds a sample.
pub(super) fn each_window(times: &[i64], ends: Grid, range_millis: i64, mut each: impl FnMut(Window)) {
    let (mut low, mut high) = (0, 0);
    for (step, end_millis) in ends.times().enumerate() {
        let start_millis = end_millis.saturating_sub(range_millis);
        low = advance(times, low, start_millis);
        high = advance(times, high.max(low), end_millis);
        if low < high {
            each(Window {
                step,
                low,
                high,
                start_millis,
                end_millis,
            });
        }
    }
}

/// After so many samples in windows it is looked whether the evaluation is to end.
const CHECKED_AFTER: usize = 1 << 20;

/// The value that `each` makes of each window.
///
/// # Errors
/// When the evaluation is to end.
pub(super) fn slide(
    call: &RangeCall<'_>,
    times: &[i64],
    mut each: impl FnMut(Window) -> Option<f64>,
) -> Result<StepColumn, QueryError> {
    let mut floats = vec![0.0; call.ends.n_steps];
    let mut present = Presence::none(call.ends.n_steps);
    let mut n_unchecked = 0;
    let mut go_on = Ok(());
    each_window(times, call.ends, call.range_millis, |window| {
        n_unchecked += window.len();
        if n_unchecked > CHECKED_AFTER && go_on.is_ok() {
            n_unchecked = 0;
            go_on = call.control.check();
        }
        if go_on.is_err() {
            return;
        }
        if let Some(value) = each(window) {
            floats[window.step] = value;
            present.insert(window.step);
        }
    });
    go_on.map(|()| StepColumn::of(floats, present))
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::stale_marker;

    #[test]
    fn a_window_is_open_to_the_left() {
        let check = |ends: Grid, range, expected: &[(usize, usize, usize)]| {
            let mut found = Vec::new();
            each_window(&[10, 20, 30, 40], ends, range, |window| {
                found.push((window.step, window.low, window.high));
            });
            assert_eq!(found, expected);
        };
        check(
            Grid::between(10, 50, 10),
            10,
            &[(0, 0, 1), (1, 1, 2), (2, 2, 3), (3, 3, 4)],
        );
        check(Grid::between(35, 65, 30), 30, &[(0, 0, 3), (1, 3, 4)]);
        let pinned = Grid {
            start_millis: 30,
            step_millis: 0,
            n_steps: 2,
        };
        check(pinned, 25, &[(0, 0, 3), (1, 0, 3)]);
    }

    #[test]
    fn stale_markers_are_no_samples() {
        let column = SampleColumn::new(vec![1, 2, 3], vec![1.0, stale_marker(), 3.0]);
        let samples = Samples::of(&column);
        assert_eq!(
            (&*samples.times, &*samples.values),
            (&[1, 3][..], &[1.0, 3.0][..])
        );
    }
}
