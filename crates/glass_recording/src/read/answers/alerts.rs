//! Alerts: the episodes that the events tell of, with what their rules say of them.

use super::Partly;
use crate::read::snapshot::Snapshot;
use glass_model::{Alert, QueryError, Timestamp, fold_alerts};

/// The alerts that were known, with the annotations that notifications or else their rules gave them.
pub(super) fn alerts(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<Alert>>, QueryError> {
    let events = snapshot.events(|event| super::is_alert(event.kind))?;
    let mut troubles = snapshot.event_troubles()?.to_vec();
    let mut alerts = fold_alerts(&events);
    for alert in alerts.iter_mut().filter(|alert| alert.annotations.is_empty()) {
        let start = alert.began_at().unwrap_or(Timestamp::MIN);
        let end = alert.resolved_at.unwrap_or(Timestamp::MAX);
        match snapshot.alert_annotations(&alert.labels, start, end) {
            Ok(annotations) => alert.annotations = annotations.unwrap_or_default(),
            Err(error) => {
                // Alerts are worth telling without them.
                troubles.push(error.to_string());
                break;
            }
        }
    }
    Ok((alerts, troubles))
}
