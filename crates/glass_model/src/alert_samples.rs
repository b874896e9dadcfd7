//! Episodes of alerts from the series `ALERTS`, which a Prometheus writes at every evaluation of its rules.

use crate::{Event, EventKind, Labels, Timestamp, Until};
use std::collections::BTreeMap;

/// A gap longer than so many intervals ends an episode.
const STOP: f64 = 1.5;

/// Prometheus' own default, for an alert that was seen at a single evaluation.
const DEFAULT_INTERVAL_MILLIS: i64 = 60_000;

/// The samples of `ALERTS`, by series.
#[derive(Debug, Default)]
pub struct AlertSamples(BTreeMap<Labels, Vec<(i64, bool)>>);

/// A run of samples.
#[derive(Debug, PartialEq, Eq)]
struct Episode {
    start: i64,
    /// The first evaluation at which the alert was absent; `None` while it goes on at the end of the data.
    end: Option<i64>,
}

impl AlertSamples {
    /// Keeps the sample if it is one of an alert. Its value is 1 while the alert is there; NaN, the stale marker
    /// in text, says that it no longer is.
    pub fn take(&mut self, labels: &Labels, at_millis: i64, value: f64) {
        if labels.metric_name() != "ALERTS" || kind_of(labels).is_none() {
            return;
        }
        let is_there = !value.is_nan() && value != 0.0;
        match self.0.get_mut(labels) {
            Some(samples) => samples.push((at_millis, is_there)),
            None => {
                self.0.insert(labels.clone(), vec![(at_millis, is_there)]);
            }
        }
    }

    /// The events, by time. `ends_at` is where the data end: an alert that is there until then goes on.
    pub fn events(mut self, ends_at: i64, cluster: &str) -> Vec<Event> {
        for samples in self.0.values_mut() {
            samples.sort_unstable();
            samples.dedup_by_key(|(at, _)| *at);
        }
        let usual = self.0.values().filter_map(|samples| interval(samples)).min();
        let mut events = Vec::new();
        for (labels, samples) in &self.0 {
            let interval = interval(samples).or(usual).unwrap_or(DEFAULT_INTERVAL_MILLIS);
            let episodes = episodes(samples, interval, ends_at);
            events.extend(
                episodes
                    .iter()
                    .filter_map(|episode| event(labels, episode, cluster)),
            );
        }
        events.sort_by_key(|event| event.happened_at);
        events
    }
}

fn kind_of(labels: &Labels) -> Option<EventKind> {
    match labels.get("alertstate")? {
        "pending" => Some(EventKind::AlertPending),
        "firing" => Some(EventKind::AlertFiring),
        _ => None,
    }
}

/// The smallest distance of samples.
fn interval(samples: &[(i64, bool)]) -> Option<i64> {
    let gaps = samples.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].0));
    gaps.filter(|gap| *gap > 0).min()
}

fn episodes(samples: &[(i64, bool)], interval: i64, ends_at: i64) -> Vec<Episode> {
    let is_stop = |last: i64, next: i64| next.saturating_sub(last) as f64 > interval as f64 * STOP;
    let mut episodes: Vec<Episode> = Vec::new();
    let mut last_there: Option<i64> = None;
    for (at, is_there) in samples.iter().copied() {
        let stopped = last_there.filter(|last| is_stop(*last, at));
        let goes_on = last_there.is_some() && stopped.is_none();
        if let (Some(last), Some(episode)) = (stopped, episodes.last_mut()) {
            episode.end = Some(last.saturating_add(interval));
        }
        match (is_there, goes_on) {
            (true, false) => episodes.push(Episode { start: at, end: None }),
            (false, true) => {
                if let Some(episode) = episodes.last_mut() {
                    episode.end = Some(at);
                }
            }
            _ => {}
        }
        last_there = is_there.then_some(at);
    }
    if let (Some(last), Some(episode)) = (
        last_there.filter(|last| is_stop(*last, ends_at)),
        episodes.last_mut(),
    ) {
        episode.end = Some(last.saturating_add(interval));
    }
    episodes
}

fn event(labels: &Labels, episode: &Episode, cluster: &str) -> Option<Event> {
    let at = Timestamp::from_millis(episode.start);
    let until = episode.end.map(Timestamp::from_millis);
    Some(Event {
        kind: kind_of(labels)?,
        happened_at: at,
        known_at: at,
        until: until.map(|at| Until { at, known_at: at }),
        cluster: labels.get("cluster").unwrap_or(cluster).to_owned(),
        title: labels
            .get("alertname")
            .unwrap_or("alert without a name")
            .to_owned(),
        text: String::new(),
        link: String::new(),
        labels: labels.without(&["__name__", "alertstate"]),
        annotations: Labels::empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples as text: `at` is there, `at!` absent. Data end at 100, every 5.
    fn check(samples: &str, expected: &str) {
        let samples: Vec<(i64, bool)> = samples
            .split(' ')
            .map(|sample| {
                (
                    sample.trim_end_matches('!').parse().unwrap(),
                    !sample.ends_with('!'),
                )
            })
            .collect();
        let told: Vec<String> = episodes(&samples, 5, 100)
            .iter()
            .map(|e| {
                format!(
                    "{}-{}",
                    e.start,
                    e.end.map_or(String::new(), |end| end.to_string())
                )
            })
            .collect();
        assert_eq!(told.join(" "), expected, "{samples:?}");
    }

    #[test]
    fn runs_of_samples() {
        check("5 10 15!", "5-15");
        check("5 10 15! 40 45", "5-15 40-50");
        check("5 10 40 45 50", "5-15 40-55");
        check("90 95", "90-");
        check("90 95 100", "90-");
        check("90", "90-95");
        check("5! 10", "10-15");
        check("5 10 25! 30!", "5-15");
        check("5 10! 15 20!", "5-10 15-20");
    }

    #[test]
    fn events_of_series() {
        let labels = |state: &str| {
            Labels::new([
                ("__name__", "ALERTS"),
                ("alertname", "Down"),
                ("alertstate", state),
                ("cluster", "lab"),
            ])
        };
        let mut samples = AlertSamples::default();
        samples.take(&labels("pending"), 10_000, 1.0);
        samples.take(&labels("pending"), 15_000, 1.0);
        samples.take(&labels("pending"), 20_000, f64::NAN);
        samples.take(&labels("firing"), 20_000, 1.0);
        samples.take(&labels("other"), 20_000, 1.0);
        samples.take(
            &Labels::new([("__name__", "up"), ("alertstate", "firing")]),
            5,
            1.0,
        );
        let events = samples.events(60_000, "x");
        let told: Vec<_> = events
            .iter()
            .map(|e| {
                (
                    e.kind,
                    e.known_at.secs(),
                    e.until.map(|u| (u.at.secs(), u.known_at.secs())),
                    e.labels.to_string(),
                )
            })
            .collect();
        let name = r#"{alertname="Down", cluster="lab"}"#.to_owned();
        assert_eq!(
            told,
            [
                (EventKind::AlertPending, 10, Some((20, 20)), name.clone()),
                (EventKind::AlertFiring, 20, Some((25, 25)), name),
            ]
        );
        assert_eq!(
            (events[0].cluster.as_str(), events[0].title.as_str()),
            ("lab", "Down")
        );
    }
}
