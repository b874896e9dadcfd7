//! What a whole text says for certain about its stale markers: [`SureSigns`], filled by a first reading of the text.

use glass_formats::MetricsItem;
use glass_model::{Labels, MetricKind};
use std::collections::{HashMap, HashSet};

/// So many times of markers are remembered over all targets, 16 to 40 bytes each. Behind them gauges are judged by the
/// ends of their runs alone.
const MOST_TIMES: usize = 1 << 20;

/// What Prometheus itself writes with every scrape, and for every alert.
const NEVER_NAN: [&str; 9] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "ALERTS",
    "ALERTS_FOR_STATE",
];

/// Endings of names of counts. `_sum` is none of them: a program that observes NaN once shows NaN from then on.
const COUNTS: [&str; 3] = ["_total", "_bucket", "_count"];

/// Which series never hold a NaN of their own, and when which target's series got markers.
#[derive(Debug, Default)]
pub(in crate::import) struct SureSigns {
    kinds: HashMap<String, MetricKind>,
    times: HashMap<(String, String), HashSet<i64>>,
    n_times: usize,
    /// Series whose last sample was a marker: what follows it is no marker of the target.
    just_marked: HashSet<Labels>,
}

impl SureSigns {
    /// Takes a sign from an item, if it is one; `assumed` is the time of samples that have none.
    pub(in crate::import) fn look(&mut self, item: &MetricsItem, assumed: Option<i64>) {
        match item {
            MetricsItem::Metadata(about) => {
                self.kinds.insert(about.name.clone(), about.kind);
            }
            MetricsItem::Sample {
                labels,
                at_millis,
                value,
            } => {
                if let Some(at) = at_millis.or(assumed) {
                    self.look_at_sample(labels, at, *value);
                }
            }
            MetricsItem::Histogram { .. } => {}
        }
    }

    fn look_at_sample(&mut self, labels: &Labels, at: i64, value: f64) {
        let failed = value == 0.0 && labels.metric_name() == "up";
        if failed {
            self.remember(labels, at);
        } else if !value.is_nan() {
            if !self.just_marked.is_empty() {
                self.just_marked.remove(labels);
            }
        } else if self.never_holds_nan(labels) && self.just_marked.insert(labels.clone()) {
            self.remember(labels, at);
        }
    }

    fn remember(&mut self, labels: &Labels, at: i64) {
        let Some((job, instance)) = target_of(labels) else {
            return;
        };
        if self.n_times >= MOST_TIMES {
            return;
        }
        let times = self
            .times
            .entry((job.to_owned(), instance.to_owned()))
            .or_default();
        self.n_times += usize::from(times.insert(at));
    }

    /// Whether series like this one never show NaN: counts, and what Prometheus writes about scrapes and alerts.
    pub(super) fn never_holds_nan(&self, labels: &Labels) -> bool {
        let name = labels.metric_name();
        if name.contains(':') {
            return false;
        }
        match self.kinds.get(name) {
            Some(MetricKind::Counter) => return true,
            Some(MetricKind::Gauge) => return false,
            _ => {}
        }
        COUNTS.iter().any(|ending| name.ends_with(ending)) || NEVER_NAN.contains(&name)
    }

    /// Whether another series of the same target got a marker at this time, or its scrape failed then.
    pub(super) fn target_has_markers(&self, labels: &Labels, at: i64) -> bool {
        if self.times.is_empty() {
            return false;
        }
        let Some((job, instance)) = target_of(labels) else {
            return false;
        };
        let target = (job.to_owned(), instance.to_owned());
        self.times.get(&target).is_some_and(|times| times.contains(&at))
    }

    /// Whether more times came than are remembered.
    pub(in crate::import) fn is_full(&self) -> bool {
        self.n_times >= MOST_TIMES
    }
}

/// Job and instance of a scraped series. Alerts and results of rules carry them too, but not at times of scrapes.
fn target_of(labels: &Labels) -> Option<(&str, &str)> {
    let name = labels.metric_name();
    if name.contains(':') || name.starts_with("ALERTS") {
        return None;
    }
    let job = labels.get("job")?;
    let instance = labels.get("instance")?;
    Some((job, instance))
}
