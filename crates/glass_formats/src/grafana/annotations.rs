//! Annotations: the answer of `/api/annotations`, read.

use crate::FormatError;
use crate::listed::read_json;
use glass_model::{Event, EventKind, Labels, Timestamp, Until};
use serde::Deserialize;
use std::io::Read;

/// An annotation, and what tells it from others.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Its number.
    pub id: i64,
    /// What it says. It is known from when it was last written on: what it said before that is not.
    pub event: Event,
}

/// Reads annotations. Who wrote them is left out.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_annotations(input: impl Read) -> Result<Vec<Annotation>, FormatError> {
    let wire: Vec<WireAnnotation> = read_json(input, "an answer of /api/annotations")?;
    Ok(wire.into_iter().map(to_annotation).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAnnotation {
    #[serde(default)]
    id: i64,
    /// Milliseconds, as all times here.
    time: i64,
    #[serde(default)]
    time_end: i64,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    updated: i64,
    #[serde(default)]
    text: String,
    tags: Option<Vec<String>>,
    #[serde(default)]
    alert_name: String,
    #[serde(default)]
    new_state: String,
    dashboard_uid: Option<String>,
}

fn to_annotation(wire: WireAnnotation) -> Annotation {
    let happened_at = Timestamp::from_millis(wire.time);
    // Old versions do not note when it was written.
    let known_at = Timestamp::from_millis(wire.created.max(wire.updated)).max(happened_at);
    let until = (wire.time_end > wire.time).then(|| {
        let at = Timestamp::from_millis(wire.time_end);
        Until {
            at,
            known_at: known_at.max(at),
        }
    });
    let first_line = wire.text.lines().find(|line| !line.trim().is_empty());
    let title = match (wire.alert_name.as_str(), first_line) {
        ("", line) => line.unwrap_or("annotation").trim().to_owned(),
        (name, _) => format!("{name} {}", wire.new_state).trim().to_owned(),
    };
    let tags = wire.tags.unwrap_or_default().join(", ");
    let labels = [
        ("tags", tags),
        ("alertname", wire.alert_name),
        ("state", wire.new_state),
    ];
    let dashboard = wire.dashboard_uid.filter(|uid| !uid.is_empty());
    Annotation {
        id: wire.id,
        event: Event {
            kind: EventKind::Annotation,
            happened_at,
            known_at,
            until,
            cluster: String::new(),
            title,
            text: wire.text,
            link: dashboard.map(|uid| format!("/d/{uid}")).unwrap_or_default(),
            labels: Labels::new(labels.into_iter().filter(|(_, value)| !value.is_empty())),
            annotations: Labels::empty(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_known_when_it_was_written() {
        let check = |text: &str, expected: &str| {
            let all = read_annotations(format!("[{text}]").as_bytes()).unwrap();
            let event = &all[0].event;
            let until = event
                .until
                .map(|until| (until.at.millis(), until.known_at.millis()));
            let told = format!(
                "{} at {} known {} until {until:?} {}",
                event.title,
                event.happened_at.millis(),
                event.known_at.millis(),
                event.labels
            );
            assert_eq!(told, expected);
        };
        check(
            r#"{"id":3,"created":2000,"updated":2000,"time":1000,"timeEnd":1000,"text":"\ndeploy é\nmore","tags":["a","b"]}"#,
            r#"deploy é at 1000 known 2000 until None {tags="a, b"}"#,
        );
        check(
            r#"{"created":2000,"updated":9000,"time":1000,"timeEnd":5000,"text":"","alertName":"Down","newState":"alerting","tags":null}"#,
            r#"Down alerting at 1000 known 9000 until Some((5000, 9000)) {alertname="Down", state="alerting"}"#,
        );
        check(r#"{"time":1000}"#, "annotation at 1000 known 1000 until None {}");
    }
}
