//! Alertmanager's notifications: webhook bodies as they were received, and the answer of `/api/v2/alerts`; its
//! alerts, silences and receivers as its API tells of them.

mod api;
mod receivers;
mod silences;
mod status;

pub use api::{AlertGroup, ApiAlert, read_alerts, write_alerts, write_groups};
pub use receivers::{read_receivers, write_receivers};
pub use silences::{read_silences, write_silence, write_silences};
pub use status::{AlertmanagerStatus, read_status};

use crate::listed::stated_time;
use crate::{FormatError, ReadReport, lines, when};
use glass_model::{Labels, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;

/// The largest input, in bytes.
const LARGEST_INPUT: u64 = 256 << 20;

const EXPECTED: &str = "an Alertmanager webhook body, or its alerts";

/// What was said of some alerts at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// When it was received, if whoever saved it wrote that down.
    pub received_at: Option<Timestamp>,
    /// To whom it went, empty if not known.
    pub receiver: String,
    /// The alerts.
    pub alerts: Vec<NotifiedAlert>,
    /// How many more there were than were sent.
    pub n_truncated: u64,
}

/// One alert of a notification.
#[derive(Clone, Debug, PartialEq)]
pub struct NotifiedAlert {
    /// Whether it is over.
    pub is_resolved: bool,
    /// What identifies it.
    pub labels: Labels,
    /// Summary, description and the like.
    pub annotations: Labels,
    /// When it began to fire, by its sender.
    pub starts_at: Option<Timestamp>,
    /// When it ended; only of resolved ones, since for others the field is a time-out.
    pub ends_at: Option<Timestamp>,
}

/// Reads webhook bodies, one a line or each over several lines, bare or wrapped as
/// `{"received": seconds or RFC 3339, "body": {…}}`; or an array of alerts.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or holds nothing of the kind.
pub fn read(input: impl Read) -> Result<(Vec<Notification>, ReadReport), FormatError> {
    let text = lines::read_text(input, LARGEST_INPUT)?;
    let mut notifications = Vec::new();
    let report = lines::read_documents(&text, EXPECTED, |wire: WireDocument| {
        notifications.push(to_model(wire));
    })?;
    Ok((notifications, report))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireDocument {
    Alerts(Vec<WireAlert>),
    Wrapped {
        received: Option<WireTime>,
        body: WireBody,
    },
    Bare(WireBody),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireTime {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
struct WireBody {
    alerts: Vec<WireAlert>,
    #[serde(default)]
    receiver: String,
    #[serde(default, rename = "truncatedAlerts")]
    n_truncated: u64,
}

#[derive(Deserialize)]
struct WireAlert {
    status: WireStatus,
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default, rename = "startsAt")]
    starts_at: String,
    #[serde(default, rename = "endsAt")]
    ends_at: String,
}

/// A word in webhooks, an object in the API.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireStatus {
    Word(String),
    Object {
        #[serde(rename = "state")]
        _state: String,
    },
}

fn to_model(wire: WireDocument) -> Notification {
    let (received, body) = match wire {
        WireDocument::Wrapped { received, body } => (received, body),
        WireDocument::Bare(body) => (None, body),
        WireDocument::Alerts(alerts) => (
            None,
            WireBody {
                alerts,
                receiver: String::new(),
                n_truncated: 0,
            },
        ),
    };
    Notification {
        received_at: received.and_then(|time| match time {
            WireTime::Number(number) => when::from_unix_number(number),
            WireTime::Text(text) => Timestamp::parse_rfc3339(&text).ok(),
        }),
        receiver: body.receiver,
        alerts: body.alerts.into_iter().map(alert).collect(),
        n_truncated: body.n_truncated,
    }
}

fn alert(wire: WireAlert) -> NotifiedAlert {
    let is_resolved = matches!(&wire.status, WireStatus::Word(word) if word == "resolved");
    NotifiedAlert {
        is_resolved,
        labels: Labels::new(wire.labels),
        annotations: Labels::new(wire.annotations),
        starts_at: stated_time(&wire.starts_at),
        ends_at: stated_time(&wire.ends_at).filter(|_| is_resolved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let told: Vec<String> = match read(text.as_bytes()) {
            Err(error) => vec![error.to_string()],
            Ok((notifications, report)) => {
                let told = notifications.iter().map(tell);
                told.chain(report.damage_text()).collect()
            }
        };
        assert_eq!(told, expected, "{text}");
    }

    fn tell(n: &Notification) -> String {
        let time = |at: Option<Timestamp>| at.map_or("-".into(), |at| at.to_string());
        let alerts = n.alerts.iter().map(|a| {
            let state = if a.is_resolved { "resolved" } else { "firing" };
            format!(
                "{} {state} {} to {}",
                a.labels,
                time(a.starts_at),
                time(a.ends_at)
            )
        });
        format!(
            "{} {}: {}",
            time(n.received_at),
            n.receiver,
            alerts.collect::<Vec<_>>().join("; ")
        )
    }

    const FIRING: &str = r#"{"status":"firing","labels":{"alertname":"Down"},"annotations":{},"startsAt":"2026-11-22T03:33:54Z","endsAt":"0001-01-01T00:00:00Z"}"#;
    const RESOLVED: &str = r#"{"status":"resolved","labels":{"alertname":"Down"},"startsAt":"2026-11-22T03:33:54Z","endsAt":"2026-11-22T03:35:00Z"}"#;

    #[test]
    fn bodies_wrapped_and_bare() {
        let firing = r#"{alertname="Down"} firing 2026-11-22T03:33:54Z to -"#;
        let resolved = r#"{alertname="Down"} resolved 2026-11-22T03:33:54Z to 2026-11-22T03:35:00Z"#;
        check(
            &format!(
                "{{\"received\":1795318439.5,\"path\":\"/x\",\"body\":{{\"receiver\":\"r\",\"alerts\":[{FIRING}]}}}}\n{{\"alerts\":\n[{FIRING},{RESOLVED}]}}"
            ),
            &[
                &format!("2026-11-22T03:33:59.5Z r: {firing}"),
                &format!("- : {firing}; {resolved}"),
            ],
        );
        check(
            &format!(
                "{{\"received\":\"2026-11-22T03:34:00Z\",\"body\":{{\"alerts\":[{RESOLVED}]}}}}\n{{\"alerts\":[\nnot json\n{{\"alerts\":[]}}\n"
            ),
            &[
                &format!("2026-11-22T03:34:00Z : {resolved}"),
                "- : ",
                "2 damaged lines are left out, the first at line 2: EOF while parsing a list at line 1 column 11",
            ],
        );
    }

    #[test]
    fn the_alerts_of_the_api() {
        check(
            r#"[{"status":{"state":"active","silencedBy":[]},"labels":{"alertname":"A"},"startsAt":"2026-11-22T03:33:54Z","endsAt":"2026-11-22T03:50:00Z","updatedAt":"x"}]"#,
            &[r#"- : {alertname="A"} firing 2026-11-22T03:33:54Z to -"#],
        );
    }

    #[test]
    fn other_things_are_told() {
        check(
            "{\"a\":1}",
            &[
                "no line can be read as an Alertmanager webhook body, or its alerts; line 1: data did not match any variant of untagged enum WireDocument",
            ],
        );
        check("", &[]);
    }
}
