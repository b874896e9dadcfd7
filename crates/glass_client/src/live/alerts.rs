//! Alerts: episodes from the series `ALERTS` where a server of metrics keeps them, with the annotations of its rules;
//! else, or beside them, what Alertmanagers say of now.

use super::metrics::matrix;
use super::{Found, HOUR, LiveCloud, NOW_SLACK, SEC, not_open};
use crate::Told;
use crate::http::{FetchError, now};
use glass_formats::alertmanager::ApiAlert;
use glass_model::{
    ActiveAlert, Alert, AlertSamples, AlertState, AnswerValue, Completeness, Event, EventKind, Labels,
    Provenance, QueryError, RuleGroup, RuleKind, SeriesData, TimeRange, Timestamp, Until, fold_alerts,
};
use tokio::sync::Mutex;

/// Alerts are looked for this far back.
const ALERTS_WINDOW: i64 = 12 * HOUR;

/// Alerts are looked for this far apart; rules are evaluated about as often. What came and went in between is missed.
const ALERTS_STEP: i64 = 30 * SEC;

/// Such series are no alerts of anybody.
const ALERTS: &str = "ALERTS";

/// What was told of alerts as of a moment: several screens ask for it at once.
pub(super) type Remembered = Mutex<Option<(Timestamp, Known, Provenance)>>;

/// What is known of alerts.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// What happened.
    pub events: Vec<Event>,
    /// Alerts that fire with the names of those that inhibit each, if an Alertmanager was asked.
    inhibited: Option<Vec<(Labels, Vec<String>)>>,
}

impl Known {
    /// Why nobody is told of an alert that goes on.
    fn inhibited_by(&self, alert: &Alert) -> Option<Vec<String>> {
        let all = self
            .inhibited
            .as_ref()
            .filter(|_| alert.state != AlertState::Resolved)?;
        let found = all.iter().find(|(labels, _)| *labels == alert.labels);
        Some(found.map(|(_, names)| names.clone()).unwrap_or_default())
    }
}

impl LiveCloud {
    pub(super) async fn alerts(&self, as_of: Timestamp) -> Found {
        let (known, provenance) = self.alert_events(as_of).await?;
        let events: Vec<Event> = known
            .events
            .iter()
            .filter_map(|event| event.as_known_at(as_of))
            .collect();
        let mut alerts = fold_alerts(&events);
        for alert in &mut alerts {
            alert.inhibited_by = known.inhibited_by(alert);
        }
        Ok((AnswerValue::Alerts(alerts), provenance))
    }

    /// Everything that is known of alerts, of all sources.
    pub(super) async fn alert_events(&self, as_of: Timestamp) -> Result<(Known, Provenance), QueryError> {
        let mut remembered = self.alerts.lock().await;
        if let Some((at, known, provenance)) = &*remembered
            && *at == as_of
        {
            return Ok((known.clone(), provenance.clone()));
        }
        let (known, provenance) = self.ask_alerts(as_of).await?;
        *remembered = Some((as_of, known.clone(), provenance.clone()));
        Ok((known, provenance))
    }

    async fn ask_alerts(&self, as_of: Timestamp) -> Result<(Known, Provenance), QueryError> {
        let is_now = now().nanos_since(as_of) <= NOW_SLACK;
        let window = TimeRange::new(as_of.plus_nanos(-ALERTS_WINDOW), as_of);
        let mut gathered = Gathered::default();
        let servers = self.servers().await;
        if let Some(server) = servers.metrics.first() {
            // Rules tell of now; of another moment the last step must be that moment.
            let steps = if is_now { on_grid(window) } else { window };
            let asked = server.server.query_range(ALERTS, steps, ALERTS_STEP).await;
            let asked = asked.map(|told| told.map(|result| of_series(&matrix(result), as_of)));
            gathered.take(&server.name, asked);
            // Without rules the series alone tell of them, to the minute.
            if is_now && let Ok(rules) = server.server.rules().await {
                with_active(&mut gathered.known.events, &rules.value, as_of);
            }
        }
        for server in servers.alerts.iter().filter(|_| is_now) {
            let asked = server.server.alerts().await;
            if let Ok(told) = &asked {
                let inhibited = gathered.known.inhibited.get_or_insert_default();
                inhibited.extend(inhibited_of(&told.value));
            }
            let asked = asked.map(|told| told.map(|alerts| alerts.iter().map(notified).collect()));
            gathered.take(&server.name, asked);
        }
        gathered.finish(window)
    }
}

/// The range with its start on whole steps, so that an episode does not begin elsewhere with every question.
fn on_grid(range: TimeRange) -> TimeRange {
    let start = range
        .start
        .nanos()
        .div_euclid(ALERTS_STEP)
        .saturating_mul(ALERTS_STEP);
    TimeRange::new(Timestamp::from_nanos(start), range.end)
}

/// Puts what rules say of alerts that are active now in the place of what the series say of them: rules know the
/// moment to the millisecond, and the annotations.
fn with_active(events: &mut Vec<Event>, groups: &[RuleGroup], as_of: Timestamp) {
    for rule in groups.iter().flat_map(|group| &group.rules) {
        let RuleKind::Alerting(alerting) = &rule.kind else {
            continue;
        };
        for active in &alerting.alerts {
            let Some(since) = active.active_at.filter(|at| *at <= as_of) else {
                continue;
            };
            let is_same = |event: &Event| {
                event.labels == active.labels && event.happened_at >= since.plus_nanos(-ALERTS_STEP)
            };
            events.retain(|event| !is_same(event));
            let fires_at = active.is_firing.then(|| since.plus_nanos(alerting.for_nanos));
            if alerting.for_nanos > 0 || fires_at.is_none() {
                events.push(active_event(EventKind::AlertPending, active, since, fires_at));
            }
            events.extend(fires_at.map(|at| active_event(EventKind::AlertFiring, active, at, None)));
        }
    }
    events.sort_by_key(|event| event.happened_at);
}

fn active_event(kind: EventKind, active: &ActiveAlert, at: Timestamp, until: Option<Timestamp>) -> Event {
    Event {
        kind,
        happened_at: at,
        known_at: at,
        until: until.map(|at| Until { at, known_at: at }),
        cluster: active.labels.get("cluster").unwrap_or_default().to_owned(),
        title: active.labels.get("alertname").unwrap_or_default().to_owned(),
        text: String::new(),
        link: String::new(),
        labels: active.labels.clone(),
        annotations: active.annotations.clone(),
    }
}

/// The events that values at steps up to `as_of` tell of. A step without a value says that the alert was gone.
fn of_series(all: &[SeriesData], as_of: Timestamp) -> Vec<Event> {
    let step = ALERTS_STEP / 1_000_000;
    let mut samples = AlertSamples::default();
    for series in all {
        let labels = &series.labels;
        let mut due = None;
        for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
            if let Some(due) = due.filter(|due| due < at) {
                samples.take(labels, due, f64::NAN);
            }
            samples.take(labels, *at, *value);
            due = Some(at.saturating_add(step));
        }
        if let Some(due) = due.filter(|due| *due <= as_of.millis()) {
            samples.take(labels, due, f64::NAN);
        }
    }
    samples.events(as_of.millis(), "")
}

/// The alerts of which nobody is told because of others, and the names of those.
fn inhibited_of(all: &[ApiAlert]) -> Vec<(Labels, Vec<String>)> {
    let name_of = |id: &String| {
        let found = all.iter().find(|alert| alert.fingerprint() == *id);
        found
            .and_then(|alert| alert.labels.get("alertname"))
            .unwrap_or(id)
            .to_owned()
    };
    all.iter()
        .filter(|alert| !alert.inhibited_by.is_empty())
        .map(|alert| {
            (
                alert.labels.clone(),
                alert.inhibited_by.iter().map(name_of).collect(),
            )
        })
        .collect()
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
    known: Known,
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
                self.known.events.extend(told.value);
            }
            Err(error) => self.failures.push((name.to_owned(), error)),
        }
    }

    fn finish(self, covers: TimeRange) -> Result<(Known, Provenance), QueryError> {
        let completeness = match self.failures.as_slice() {
            [] if self.sources.is_empty() => return Ok((Known::default(), not_open("alerts", covers.end))),
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
        Ok((self.known, provenance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inhibited_alerts_name_those_that_inhibit_them() {
        let alert = |name: &str, inhibited_by: Vec<String>| ApiAlert {
            labels: Labels::new([("alertname", name)]),
            annotations: Labels::empty(),
            starts_at: Timestamp::from_secs(1),
            ends_at: Timestamp::from_secs(9),
            updated_at: Timestamp::from_secs(2),
            silenced_by: Vec::new(),
            inhibited_by,
            muted_by: Vec::new(),
            receivers: Vec::new(),
        };
        let down = alert("Down", Vec::new());
        let slow = alert("Slow", vec![down.fingerprint(), "unknown".into()]);
        let inhibited = inhibited_of(&[down.clone(), slow.clone()]);
        assert_eq!(
            inhibited,
            [(slow.labels.clone(), vec!["Down".to_owned(), "unknown".into()])]
        );
        let known = Known {
            events: Vec::new(),
            inhibited: Some(inhibited),
        };
        let told = |of: &ApiAlert, state| {
            let events = [notified(of)];
            let mut alert = fold_alerts(&events).remove(0);
            alert.state = state;
            known.inhibited_by(&alert)
        };
        assert_eq!(told(&down, AlertState::Firing), Some(Vec::new()));
        assert_eq!(told(&slow, AlertState::Firing).map(|names| names.len()), Some(2));
        assert_eq!(told(&slow, AlertState::Resolved), None);
    }
}
