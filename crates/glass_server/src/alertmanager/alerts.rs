//! Alerts that fire, alone and in groups.

use super::silences::all_silences;
use super::{ApiError, answer, filter};
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::State;
use axum::response::Response;
use glass_formats::alertmanager::{AlertGroup, ApiAlert, write_alerts, write_groups};
use glass_model::{Alert, AlertState, AnswerValue, Ask, Labels, Silence, SilenceState};
use std::collections::BTreeMap;

/// After so long without news Alertmanager takes an alert for resolved: its default, 5 minutes, in nanoseconds.
const RESOLVE_TIMEOUT_NANOS: i64 = 300_000_000_000;

/// Who is told of a group: which route it takes is not recorded.
const UNKNOWN_RECEIVER: &str = "not-recorded";

/// `/api/v2/alerts`
pub(super) async fn alerts(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let alerts = wanted(work, &params)?;
        Ok(written(|out| write_alerts(out, &alerts))?)
    })
    .await
}

/// `/api/v2/alerts/groups`
pub(super) async fn groups(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let mut groups: BTreeMap<String, Vec<ApiAlert>> = BTreeMap::new();
        for alert in wanted(work, &params)? {
            let name = alert.labels.get("alertname").unwrap_or("").to_owned();
            groups.entry(name).or_default().push(alert);
        }
        let groups: Vec<AlertGroup> = groups
            .into_iter()
            .map(|(name, alerts)| AlertGroup {
                labels: Labels::new([("alertname", name)]),
                receiver: UNKNOWN_RECEIVER.into(),
                alerts,
            })
            .collect();
        Ok(written(|out| write_groups(out, &groups))?)
    })
    .await
}

/// The firing alerts that pass the request's filters, by fingerprint as Alertmanager sorts them.
fn wanted(work: &Work, params: &Params) -> Result<Vec<ApiAlert>, ApiError> {
    let matchers = filter::matchers(params)?;
    let receiver = filter::receiver(params)?;
    let (value, _) = work.ask(Ask::Alerts)?;
    let AnswerValue::Alerts(alerts) = value else {
        return Ok(Vec::new());
    };
    let mut silences = all_silences(work)?;
    silences.retain(|silence| silence.state_at(work.now()) == SilenceState::Active);
    let mut found: Vec<ApiAlert> = alerts
        .iter()
        .filter(|alert| alert.state == AlertState::Firing)
        .map(|alert| to_api(work, alert, &silences))
        .filter(|alert| {
            let is_of_receiver = receiver
                .as_ref()
                .is_none_or(|matcher| alert.receivers.iter().any(|name| matcher.matches_value(name)));
            let matches = matchers
                .iter()
                .all(|matcher| matcher.matches_value(alert.labels.get(matcher.name()).unwrap_or("")));
            let state_switch = if alert.is_active() { "active" } else { "silenced" };
            is_of_receiver && matches && filter::is_on(params, state_switch)
        })
        .collect();
    found.sort_by_cached_key(ApiAlert::fingerprint);
    Ok(found)
}

fn to_api(work: &Work, alert: &Alert, silences: &[Silence]) -> ApiAlert {
    let starts_at = alert.firing_at.or(alert.notified_at).unwrap_or(work.now());
    let silenced_by = silences
        .iter()
        .filter(|silence| silence.selector.matches(&alert.labels))
        .map(|silence| silence.id.clone());
    ApiAlert {
        labels: alert.labels.clone(),
        annotations: alert.annotations.clone(),
        starts_at,
        ends_at: work.now().plus_nanos(RESOLVE_TIMEOUT_NANOS),
        updated_at: alert.notified_at.unwrap_or(starts_at),
        silenced_by: silenced_by.collect(),
        inhibited_by: Vec::new(),
        muted_by: Vec::new(),
        receivers: Vec::new(),
    }
}
