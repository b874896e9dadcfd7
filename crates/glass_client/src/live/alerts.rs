//! Alerts: episodes from the series `ALERTS` where a server of metrics keeps them, with the annotations of its rules;
//! else, or beside them, what Alertmanagers say of now.

use super::metrics::matrix;
use super::{Found, HOUR, LiveCloud, NOW_SLACK, SEC, not_open};
use crate::Told;
use crate::http::{FetchError, now};
use glass_formats::alertmanager::ApiAlert;
use glass_model::{
    Alert, AlertSamples, AnswerValue, Completeness, Event, EventKind, Labels, Provenance, QueryError,
    RuleKind, SeriesData, TimeRange, Timestamp, fold_alerts,
};
use std::collections::BTreeMap;

/// Alerts are looked for this far back.
const ALERTS_WINDOW: i64 = 12 * HOUR;

/// Rules are evaluated about this often.
const ALERTS_STEP: i64 = 60 * SEC;

/// Such series are no alerts of anybody.
const ALERTS: &str = "ALERTS";

impl LiveCloud {
    pub(super) async fn alerts(&self, as_of: Timestamp) -> Found {
        let (events, provenance) = self.alert_events(as_of).await?;
        let known: Vec<Event> = events
            .iter()
            .filter_map(|event| event.as_known_at(as_of))
            .collect();
        let mut alerts = fold_alerts(&known);
        if now().nanos_since(as_of) <= NOW_SLACK {
            self.annotate(&mut alerts).await;
        }
        Ok((AnswerValue::Alerts(alerts), provenance))
    }

    /// Everything that is known of alerts, of all sources.
    pub(super) async fn alert_events(
        &self,
        as_of: Timestamp,
    ) -> Result<(Vec<Event>, Provenance), QueryError> {
        let window = TimeRange::new(as_of.plus_nanos(-ALERTS_WINDOW), as_of);
        let mut gathered = Gathered::default();
        if let Some(server) = self.servers().await.metrics.first() {
            let asked = server.server.query_range(ALERTS, window, ALERTS_STEP).await;
            gathered.take(
                &server.name,
                asked.map(|told| told.map(|result| of_series(&matrix(result), as_of))),
            );
        }
        let is_now = now().nanos_since(as_of) <= NOW_SLACK;
        for server in self.servers().await.alerts.iter().filter(|_| is_now) {
            let asked = server.server.alerts().await;
            gathered.take(
                &server.name,
                asked.map(|told| told.map(|alerts| alerts.iter().map(notified).collect())),
            );
        }
        gathered.finish(window)
    }

    /// Adds what rules say of alerts; a server that keeps no rules leaves them as they are.
    async fn annotate(&self, alerts: &mut [Alert]) {
        let Some(server) = self.servers().await.metrics.first() else {
            return;
        };
        if alerts.iter().all(|alert| !alert.annotations.is_empty()) {
            return;
        }
        let Ok(told) = server.server.rules().await else {
            return;
        };
        let mut said: BTreeMap<Labels, Labels> = BTreeMap::new();
        for rule in told.value.into_iter().flat_map(|group| group.rules) {
            if let RuleKind::Alerting(alerting) = rule.kind {
                said.extend(
                    alerting
                        .alerts
                        .into_iter()
                        .map(|active| (active.labels, active.annotations)),
                );
            }
        }
        for alert in alerts.iter_mut().filter(|alert| alert.annotations.is_empty()) {
            if let Some(annotations) = said.get(&alert.labels) {
                alert.annotations = annotations.clone();
            }
        }
    }
}

fn of_series(all: &[SeriesData], as_of: Timestamp) -> Vec<Event> {
    let mut samples = AlertSamples::default();
    for series in all {
        for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
            samples.take(&series.labels, *at, *value);
        }
    }
    samples.events(as_of.millis(), "")
}

/// An alert as Alertmanager was told of it.
fn notified(alert: &ApiAlert) -> Event {
    let known_at = alert.updated_at.max(alert.starts_at);
    let label = |name: &str| alert.labels.get(name).unwrap_or_default().to_owned();
    Event {
        kind: EventKind::AlertNotified,
        happened_at: alert.starts_at,
        known_at,
        until: None,
        cluster: label("cluster"),
        title: label("alertname"),
        text: String::new(),
        link: String::new(),
        labels: alert.labels.clone(),
        annotations: alert.annotations.clone(),
    }
}

/// What several sources said: one that failed makes the whole partial, not empty.
#[derive(Default)]
struct Gathered {
    events: Vec<Event>,
    sources: Vec<String>,
    asked_at: Option<Timestamp>,
    warnings: Vec<String>,
    failures: Vec<(String, FetchError)>,
}

impl Gathered {
    fn take(&mut self, name: &str, asked: Result<Told<Vec<Event>>, FetchError>) {
        match asked {
            Ok(told) => {
                self.sources.push(name.to_owned());
                self.asked_at = self.asked_at.or(Some(told.asked_at));
                self.warnings.extend(told.warnings);
                if let Completeness::Partial(why) = told.completeness {
                    self.warnings.push(why);
                }
                self.events.extend(told.value);
            }
            Err(error) => self.failures.push((name.to_owned(), error)),
        }
    }

    fn finish(self, covers: TimeRange) -> Result<(Vec<Event>, Provenance), QueryError> {
        let completeness = match self.failures.as_slice() {
            [] if self.sources.is_empty() => return Ok((Vec::new(), not_open("alerts", covers.end))),
            [] => Completeness::Complete,
            failures if self.sources.is_empty() => {
                return Err(failures
                    .first()
                    .map_or(QueryError::Cancelled, |(_, error)| error.clone().into()));
            }
            failures => {
                let texts: Vec<String> = failures
                    .iter()
                    .map(|(name, error)| format!("{name}: {error}"))
                    .collect();
                Completeness::Partial(texts.join("; "))
            }
        };
        let provenance = Provenance {
            source: self.sources.join(", "),
            asked_at: self.asked_at,
            covers,
            completeness,
            warnings: self.warnings,
        };
        Ok((self.events, provenance))
    }
}
