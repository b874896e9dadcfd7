//! Finds the stale markers that text forms print as plain NaN.

use glass_model::{Labels, stale_marker};
use std::collections::HashMap;

/// A gap longer than so many intervals is a stop.
const STOP: f64 = 1.5;

/// A sample on its way into a recording.
pub(super) type Sample = (Labels, i64, f64);

/// Holds back every NaN until it is clear whether its series stops behind it.
///
/// A NaN right behind another NaN is a value: Prometheus writes one marker at the end of a run, while a quantile of
/// nothing is NaN again and again.
#[derive(Debug, Default)]
pub(super) struct StaleFinder {
    series: HashMap<Labels, Run>,
    /// How many NaNs were taken for markers.
    pub(super) n_found: u64,
}

#[derive(Debug, Default)]
struct Run {
    last_at: Option<i64>,
    last_was_nan: bool,
    /// The smallest distance of samples so far, 0 if there was none.
    interval: i64,
    held_at: Option<i64>,
}

impl StaleFinder {
    /// Takes a sample, and hands out those that are clear now.
    pub(super) fn take(&mut self, labels: &Labels, at: i64, value: f64, out: &mut impl FnMut(Sample)) {
        if !self.series.contains_key(labels) {
            self.series.insert(labels.clone(), Run::default());
        }
        let Some(run) = self.series.get_mut(labels) else {
            return;
        };
        let gap = run.last_at.map_or(0, |last| at.saturating_sub(last));
        if let Some(held_at) = run.held_at.take() {
            let stops = run.interval > 0 && gap as f64 > run.interval as f64 * STOP;
            self.n_found += u64::from(stops);
            out((labels.clone(), held_at, nan_or_marker(stops)));
        }
        if gap > 0 && (run.interval == 0 || gap < run.interval) {
            run.interval = gap;
        }
        let may_stop = value.is_nan() && run.last_at.is_some() && !run.last_was_nan;
        (run.last_at, run.last_was_nan) = (Some(at), value.is_nan());
        if may_stop {
            run.held_at = Some(at);
        } else {
            out((labels.clone(), at, value));
        }
    }

    /// Hands out what is held back at the end: behind those NaNs nothing follows.
    pub(super) fn end(&mut self, out: &mut impl FnMut(Sample)) {
        for (labels, run) in self.series.drain() {
            if let Some(at) = run.held_at {
                self.n_found += 1;
                out((labels, at, stale_marker()));
            }
        }
    }
}

fn nan_or_marker(is_marker: bool) -> f64 {
    if is_marker { stale_marker() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::is_stale_marker;

    /// Samples as text: `at` alone is a value, `at!` NaN on the way in, and on the way out a NaN, `at#` a marker.
    fn check(samples: &str, expected: &str) {
        let mut finder = StaleFinder::default();
        let labels = Labels::new([("__name__", "up")]);
        let mut told = Vec::new();
        let mut out = |(_, at, value): Sample| {
            let mark = if is_stale_marker(value) {
                "#"
            } else if value.is_nan() {
                "!"
            } else {
                ""
            };
            told.push(format!("{at}{mark}"));
        };
        for sample in samples.split(' ') {
            let value = if sample.ends_with('!') { f64::NAN } else { 1.0 };
            finder.take(
                &labels,
                sample.trim_end_matches('!').parse().unwrap(),
                value,
                &mut out,
            );
        }
        finder.end(&mut out);
        assert_eq!(told.join(" "), expected, "{samples}");
    }

    #[test]
    fn a_nan_behind_which_nothing_comes_for_a_while() {
        check("5 10 15!", "5 10 15#");
        check("5 10 15! 30 35", "5 10 15# 30 35");
        check("5 10 15! 20 25", "5 10 15! 20 25");
        check("5 10!", "5 10#");
        check("5 10 15! 20! 25!", "5 10 15! 20! 25!");
        check("5! 10", "5! 10");
        check("5!", "5!");
        check("5 10 15! 40 45 50!", "5 10 15# 40 45 50#");
    }
}
