//! Finds the stale markers that text forms print as plain NaN. Read [`StaleFinder`] first.
//!
//! The text is read twice: once for [`SureSigns`], which stand behind what they explain as often as before it, and once
//! for its samples, which so keep their order.

mod signs;

pub(super) use signs::SureSigns;

use glass_model::{Labels, stale_marker};
use std::collections::HashMap;

/// A gap longer than so many intervals is a stop.
const STOP: f64 = 1.5;

/// A sample on its way into a recording.
pub(super) type Sample = (Labels, i64, f64);

/// Tells markers from values, series by series.
///
/// A NaN is a marker in a series that never holds one of its own; at a time at which the sure signs say that its target
/// got markers; or where its series stops behind it. In the latter two cases a NaN right behind another NaN is a value as
/// long as samples follow: Prometheus writes one marker at the end of a run, while a quantile of nothing is NaN again
/// and again. Results of rules have no target, and 0/0 is an answer, so of them only the ends of runs are markers.
#[derive(Debug, Default)]
pub(super) struct StaleFinder {
    signs: SureSigns,
    series: HashMap<Labels, Run>,
    /// What was taken for markers, and why.
    pub(super) found: Found,
}

/// How many NaNs were taken for markers, by the rule that said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// In series that never hold a NaN of their own.
    pub(super) n_in_counts: u64,
    /// When their target got markers.
    pub(super) n_with_target: u64,
    /// Behind them their series stop.
    pub(super) n_at_ends: u64,
}

impl Found {
    pub(super) fn total(&self) -> u64 {
        self.n_in_counts + self.n_with_target + self.n_at_ends
    }
}

#[derive(Debug, Default)]
struct Run {
    last_at: Option<i64>,
    last_was_nan: bool,
    /// The smallest distance of samples so far, 0 if there was none.
    interval: i64,
    held: Option<Held>,
}

/// A NaN of which only what follows can say what it is.
#[derive(Clone, Copy, Debug)]
struct Held {
    at: i64,
    follows_nan: bool,
}

impl Run {
    fn is_stop(&self, gap: i64) -> bool {
        self.interval > 0 && gap as f64 > self.interval as f64 * STOP
    }
}

impl StaleFinder {
    /// A finder for a text that was read once for its signs.
    pub(super) fn new(signs: SureSigns) -> Self {
        Self {
            signs,
            ..Self::default()
        }
    }

    /// Whether more times of markers stood in the text than could be remembered.
    pub(super) fn is_short_of_signs(&self) -> bool {
        self.signs.is_full()
    }

    /// Takes a sample, and hands out those that are clear now.
    pub(super) fn take(&mut self, labels: &Labels, at: i64, value: f64, out: &mut impl FnMut(Sample)) {
        if !self.series.contains_key(labels) {
            self.series.insert(labels.clone(), Run::default());
        }
        let Some(run) = self.series.get_mut(labels) else {
            return;
        };
        let gap = run.last_at.map_or(0, |last| at.saturating_sub(last));
        if let Some(held) = run.held.take() {
            let stops = run.is_stop(gap);
            self.found.n_at_ends += u64::from(stops);
            out((labels.clone(), held.at, nan_or_marker(stops)));
        }
        if gap > 0 && (run.interval == 0 || gap < run.interval) {
            run.interval = gap;
        }
        let follows_nan = run.last_was_nan;
        let is_first = run.last_at.is_none();
        (run.last_at, run.last_was_nan) = (Some(at), value.is_nan());
        if !value.is_nan() {
            out((labels.clone(), at, value));
        } else if self.signs.never_holds_nan(labels) {
            self.found.n_in_counts += 1;
            out((labels.clone(), at, stale_marker()));
        } else if !follows_nan && self.signs.target_has_markers(labels, at) {
            self.found.n_with_target += 1;
            out((labels.clone(), at, stale_marker()));
        } else if is_first {
            out((labels.clone(), at, value));
        } else {
            run.held = Some(Held { at, follows_nan });
        }
    }

    /// Hands out what is held back at the end of the text, whose last sample is of `ends_at`.
    pub(super) fn end(&mut self, ends_at: i64, out: &mut impl FnMut(Sample)) {
        for (labels, run) in self.series.drain() {
            if let Some(held) = run.held {
                let stops = !held.follows_nan || run.is_stop(ends_at.saturating_sub(held.at));
                self.found.n_at_ends += u64::from(stops);
                out((labels, held.at, nan_or_marker(stops)));
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
    use glass_formats::{MetricMetadata, MetricsItem};
    use glass_model::{MetricKind, is_stale_marker};

    /// A series a line, `name job/instance: 5 10 15!`: `at` alone is a value, `at=0` the value 0, `at!` NaN on the way in,
    /// and on the way out a NaN, `at#` a marker. A line `name is a counter` says of what kind a metric is.
    fn check(text: &str, expected: &str) {
        let items: Vec<MetricsItem> = text.lines().flat_map(|line| items(line.trim())).collect();
        let mut signs = SureSigns::default();
        items.iter().for_each(|item| signs.look(item, None));
        let mut finder = StaleFinder::new(signs);
        let mut told: HashMap<Labels, Vec<String>> = HashMap::new();
        let mut out = |(labels, at, value): Sample| {
            let mark = match value {
                _ if is_stale_marker(value) => "#",
                _ if value.is_nan() => "!",
                0.0 => "=0",
                _ => "",
            };
            told.entry(labels).or_default().push(format!("{at}{mark}"));
        };
        let (mut ends_at, mut order) = (0, Vec::new());
        for item in &items {
            if let MetricsItem::Sample {
                labels,
                at_millis: Some(at),
                value,
            } = item
            {
                ends_at = ends_at.max(*at);
                if !order.contains(labels) {
                    order.push(labels.clone());
                }
                finder.take(labels, *at, *value, &mut out);
            }
        }
        finder.end(ends_at, &mut out);
        let told: Vec<String> = order.iter().map(|labels| told[labels].join(" ")).collect();
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(told, expected, "{text}");
    }

    fn items(line: &str) -> Vec<MetricsItem> {
        if let Some((name, kind)) = line.split_once(" is a ") {
            let kind = [MetricKind::Counter, MetricKind::Gauge][usize::from(kind == "gauge")];
            let name = name.to_owned();
            return vec![MetricsItem::Metadata(MetricMetadata {
                name,
                kind,
                ..MetricMetadata::default()
            })];
        }
        let (series, samples) = line.split_once(": ").unwrap();
        let (name, target) = series.split_once(' ').unwrap_or((series, ""));
        let labels = match target.split_once('/') {
            Some((job, instance)) => Labels::new([("__name__", name), ("job", job), ("instance", instance)]),
            None => Labels::new([("__name__", name)]),
        };
        let sample = |text: &str| MetricsItem::Sample {
            labels: labels.clone(),
            at_millis: text.trim_end_matches("=0").trim_end_matches('!').parse().ok(),
            value: match text {
                _ if text.ends_with('!') => f64::NAN,
                _ if text.ends_with("=0") => 0.0,
                _ => 1.0,
            },
        };
        samples.split(' ').map(sample).collect()
    }

    #[test]
    fn a_nan_behind_which_nothing_comes_for_a_while() {
        check("a: 5 10 15! 30 35", "5 10 15# 30 35");
        check("a: 5 10 15! 20 25", "5 10 15! 20 25");
        check("a: 5 10!", "5 10#");
        check("a: 5 10 15! 20! 25!", "5 10 15! 20! 25!");
        check("a: 5! 10", "5! 10");
        check("a: 5!", "5!");
        check("a: 5 10 15! 40 45 50!", "5 10 15# 40 45 50#");
    }

    #[test]
    fn a_quantile_of_nothing_that_stops() {
        check("a: 5 10 15! 20! 25! 60", "5 10 15! 20! 25# 60");
        check("a: 5 10! 15!\nb: 5 15 25", "5 10! 15#\n5 15 25");
        check("a: 5 10! 15! 20!\nb: 5 15 25", "5 10! 15! 20!\n5 15 25");
    }

    #[test]
    fn counts_are_never_nan() {
        check("a_total: 5 10 15! 20 25! 30! 35", "5 10 15# 20 25# 30# 35");
        check("a_bucket: 5! 10", "5# 10");
        check("a_count: 5 10! 15", "5 10# 15");
        check("up: 5 10! 15", "5 10# 15");
        check("ALERTS: 5 10! 15", "5 10# 15");
        check("a_sum: 5 10! 15! 20", "5 10! 15! 20");
        check("job:a_total: 5 10! 15", "5 10! 15");
        check("a_total is a gauge\na_total: 5 10! 15", "5 10! 15");
        check("a is a counter\na: 5 10! 15", "5 10# 15");
    }

    #[test]
    fn gauges_stop_with_the_counts_of_their_target() {
        check(
            "memory shop/1: 5 10 15! 20
             memory shop/2: 5 10 15! 20
             memory other/1: 5 10 15! 20
             memory: 5 10 15! 20
             shop:memory shop/1: 5 10 15! 20
             requests_sum shop/1: 5 10 15! 20
             requests_total shop/1: 5 10 15! 20",
            "5 10 15# 20
             5 10 15! 20
             5 10 15! 20
             5 10 15! 20
             5 10 15! 20
             5 10 15# 20
             5 10 15# 20",
        );
        // A scrape that failed left markers in every series, though this target counts nothing.
        check(
            "memory shop/1: 5 10 15! 20\nup shop/1: 5 10 15=0 20",
            "5 10 15# 20\n5 10 15=0 20",
        );
        // A quantile that was of nothing before, and a counter that shows NaN all the time.
        check(
            "quantile shop/1: 5 10! 15! 20! 25\nrequests_total shop/1: 5 10 15! 20",
            "5 10! 15! 20! 25\n5 10 15# 20",
        );
        check(
            "memory shop/1: 5 10 15! 20\nodd_total shop/1: 5! 10! 15! 20!",
            "5 10 15! 20\n5# 10# 15# 20#",
        );
        // An alert has the labels of its target, but not the times of its scrapes.
        check(
            "memory shop/1: 5 10 15! 20\nALERTS shop/1: 5 10 15! 20",
            "5 10 15! 20\n5 10 15# 20",
        );
    }
}
