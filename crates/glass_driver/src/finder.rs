//! [`find`]: what is called something like a text, among all that a cloud or a recording has names for.
//!
//! The names are gathered by questions of the same moment, so that nothing is found that is not known yet, and kept for
//! the next letter that is typed.

use glass_model::{
    Alert, Answer, AnswerValue, Ask, Backend, ChangeSummary, Completeness, DashboardSummary, DocumentKind,
    DocumentSummary, FindAsk, Found, FoundKind, MetricKind, MetricName, Provenance, QueryError, Question,
    TimeRange, Timestamp,
};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Names gathered so long before the playhead are good enough while time runs.
const FRESH_NANOS: i64 = 10_000_000_000;
/// A longer text is like nothing.
const MAX_TEXT: usize = 200;

/// Names that were gathered, to look through them again.
#[derive(Default)]
pub(crate) struct Names {
    last: Mutex<Option<Arc<Gathered>>>,
}

/// All that has a name at a moment.
struct Gathered {
    as_of: Timestamp,
    all: Vec<(Utf32String, Found)>,
    /// What could not be had.
    troubles: Vec<String>,
}

impl Names {
    /// Forgets all names: something else was opened.
    pub fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Answers what is called something like a text.
    pub fn find(&self, backend: &dyn Backend, as_of: Timestamp, ask: &FindAsk) -> Answer {
        let names = self.at(backend, as_of);
        let completeness = names.troubles.first().map_or(Completeness::Complete, |trouble| {
            Completeness::Partial(trouble.clone())
        });
        Answer {
            as_of: names.as_of,
            value: AnswerValue::Find(like(&names.all, ask)),
            provenance: Provenance {
                completeness,
                ..Provenance::complete("names", TimeRange::new(Timestamp::MIN, names.as_of))
            },
        }
    }

    fn at(&self, backend: &dyn Backend, as_of: Timestamp) -> Arc<Gathered> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |names: &&Arc<Gathered>| (0..=FRESH_NANOS).contains(&as_of.nanos_since(names.as_of));
        if let Some(names) = last.as_ref().filter(is_fresh) {
            return names.clone();
        }
        let names = Arc::new(gather(backend, as_of));
        *last = Some(names.clone());
        names
    }
}

/// The things most like a text. Of one kind no more than half, unless there is room.
fn like(all: &[(Utf32String, Found)], ask: &FindAsk) -> Vec<Found> {
    let text = ask.text.trim();
    if text.is_empty() || text.len() > MAX_TEXT {
        return Vec::new();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
    let mut scored: Vec<(u32, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(nth, (name, _))| Some((pattern.score(name.slice(..), &mut matcher)?, nth)))
        .collect();
    let n_best = (ask.max * 8).min(scored.len());
    let order = |one: &(u32, usize)| (std::cmp::Reverse(one.0), one.1);
    if n_best < scored.len() {
        scored.select_nth_unstable_by_key(n_best, order);
        scored.truncate(n_best);
    }
    scored.sort_unstable_by_key(order);
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (score, nth) in scored {
        let found = Found {
            score,
            ..all[nth].1.clone()
        };
        let n_same = first
            .iter()
            .filter(|other: &&Found| other.kind == found.kind)
            .count();
        match n_same < ask.max.div_ceil(2) {
            true => first.push(found),
            false => rest.push(found),
        }
    }
    first.extend(rest);
    first.truncate(ask.max);
    first.sort_by_key(|found| std::cmp::Reverse(found.score));
    first
}

fn gather(backend: &dyn Backend, as_of: Timestamp) -> Gathered {
    let mut troubles = Vec::new();
    let mut found = Vec::new();
    for ask in [
        Ask::Alerts,
        Ask::Dashboards,
        Ask::Documents,
        Ask::Changes,
        Ask::MetricNames,
    ] {
        match backend.answer(&Question { as_of, ask }) {
            Ok(answer) => found.extend(named(answer.value)),
            Err(QueryError::Unsupported(_)) => {}
            Err(error) => troubles.push(error.to_string()),
        }
    }
    let with_name = |found: Found| {
        // What it is can be typed too; a metric's name is the most common and stands for itself.
        let name = match found.kind {
            FoundKind::Metric => found.title.clone(),
            kind => format!("{} {}", word(kind), found.title),
        };
        (Utf32String::from(name), found)
    };
    Gathered {
        as_of,
        all: found.into_iter().map(with_name).collect(),
        troubles,
    }
}

/// A kind in a word.
fn word(kind: FoundKind) -> &'static str {
    match kind {
        FoundKind::Metric => "metric",
        FoundKind::Dashboard => "dashboard",
        FoundKind::Alert => "alert",
        FoundKind::Cluster => "cluster",
        FoundKind::Change => "change",
        FoundKind::Document => "incident",
    }
}

fn named(value: AnswerValue) -> Vec<Found> {
    match value {
        AnswerValue::MetricNames(names) => names.into_iter().map(metric).collect(),
        AnswerValue::Dashboards(all) => all.into_iter().map(dashboard).collect(),
        AnswerValue::Alerts(all) => {
            let clusters: BTreeSet<&str> = all
                .iter()
                .filter_map(|alert| alert.labels.get("cluster"))
                .collect();
            let mut found: Vec<Found> = clusters.into_iter().map(cluster).collect();
            found.extend(all.iter().map(alert));
            found
        }
        AnswerValue::Changes(all) => all.into_iter().map(change).collect(),
        AnswerValue::Documents(all) => all.into_iter().map(document).collect(),
        _ => Vec::new(),
    }
}

fn thing(kind: FoundKind, id: String, title: String, about: String) -> Found {
    Found {
        kind,
        id,
        at: None,
        title,
        about,
        score: 0,
    }
}

fn metric(name: MetricName) -> Found {
    let kind = match name.kind {
        MetricKind::Counter => "counter, ",
        MetricKind::Gauge => "gauge, ",
        MetricKind::Histogram => "histogram, ",
        MetricKind::Summary => "summary, ",
        MetricKind::Unknown => "",
    };
    let about = format!("{kind}{} series\n{}", name.n_series, name.help);
    thing(FoundKind::Metric, name.name.clone(), name.name, about)
}

fn dashboard(dashboard: DashboardSummary) -> Found {
    let about = format!("{}\n{}", dashboard.folder, dashboard.source);
    thing(FoundKind::Dashboard, dashboard.id, dashboard.title, about)
}

fn cluster(name: &str) -> Found {
    let about = "its alerts".to_owned();
    thing(FoundKind::Cluster, name.to_owned(), name.to_owned(), about)
}

fn alert(alert: &Alert) -> Found {
    let state = format!("{:?}", alert.state).to_lowercase();
    let since = alert
        .began_at()
        .map_or(String::new(), |at| format!(" since {at}"));
    let about = format!("{state}{since}\n{}", alert.labels);
    Found {
        at: alert.began_at(),
        ..thing(
            FoundKind::Alert,
            alert.labels.to_string(),
            alert.name().to_owned(),
            about,
        )
    }
}

fn change(change: ChangeSummary) -> Found {
    let about = format!(
        "{}, {}\n{} {}",
        change.author, change.known_at, change.repository, change.id
    );
    Found {
        at: Some(change.known_at),
        ..thing(FoundKind::Change, change.id, change.subject, about)
    }
}

fn document(document: DocumentSummary) -> Found {
    let kind = match document.kind {
        DocumentKind::PostMortem => "post-mortem",
        DocumentKind::Note => "note",
        DocumentKind::Thread => "thread",
    };
    let about = format!("{kind}, {}", document.known_at);
    Found {
        at: Some(document.known_at),
        ..thing(FoundKind::Document, document.id, document.title, about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metrics and one alert that is known from 100 s on.
    struct Named;

    impl Backend for Named {
        fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
            let metric = |i: usize| MetricName {
                name: format!("http_requests_{i}_total"),
                kind: MetricKind::Counter,
                help: "Requests.".into(),
                unit: String::new(),
                n_series: i,
            };
            let value = match question.ask {
                Ask::MetricNames => AnswerValue::MetricNames((0..50).map(metric).collect()),
                Ask::Alerts if question.as_of >= Timestamp::from_secs(100) => {
                    AnswerValue::Alerts(vec![Alert {
                        labels: glass_model::Labels::new([("alertname", "HttpDown"), ("cluster", "smaug")]),
                        annotations: glass_model::Labels::empty(),
                        state: glass_model::AlertState::Firing,
                        pending_at: None,
                        firing_at: Some(Timestamp::from_secs(90)),
                        resolved_at: None,
                        notified_at: None,
                        inhibited_by: None,
                    }])
                }
                Ask::Changes => return Err(QueryError::Damaged("a bad block".into())),
                _ => return Err(QueryError::Unsupported("no".into())),
            };
            Ok(Answer {
                as_of: question.as_of,
                value,
                provenance: Provenance::complete("test", TimeRange::ALL),
            })
        }
    }

    fn titles(names: &Names, secs: i64, text: &str) -> Vec<String> {
        let ask = FindAsk {
            text: text.into(),
            max: 10,
        };
        let answer = names.find(&Named, Timestamp::from_secs(secs), &ask);
        assert!(matches!(answer.provenance.completeness, Completeness::Partial(_)));
        assert!(answer.as_of <= Timestamp::from_secs(secs));
        let AnswerValue::Find(found) = answer.value else {
            panic!("{answer:?}")
        };
        found.into_iter().map(|found| found.title).collect()
    }

    #[test]
    fn what_is_like_a_text_is_found_and_nothing_that_is_not_known_yet() {
        let names = Names::default();
        assert!(titles(&names, 105, "httpd").contains(&"HttpDown".to_owned()));
        assert_eq!(titles(&names, 107, "cluster smaug"), ["smaug"]);
        assert!(!titles(&names, 99, "httpd").contains(&"HttpDown".to_owned()));
        assert_eq!(titles(&names, 99, "requests 17"), ["http_requests_17_total"]);
        assert_eq!(titles(&names, 115, "http").len(), 10);
        assert!(
            titles(&names, 115, "http").contains(&"HttpDown".to_owned()),
            "metrics leave room"
        );
        assert!(titles(&names, 99, "zebra").is_empty() && titles(&names, 99, " ").is_empty());
    }
}
