//! Alerts, and groups of them, as Alertmanager's API tells of them: written, and alerts read.

use crate::listed::{Listed, WireLabels, read_json, stated_time, to_labels};
use crate::{FormatError, json_out};
use glass_model::{Labels, Timestamp};
use serde::Deserialize;
use std::io::{self, Read, Write};

/// An alert as Alertmanager tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiAlert {
    /// What identifies it.
    pub labels: Labels,
    /// Summary, description and the like.
    pub annotations: Labels,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ends unless it is told of again.
    pub ends_at: Timestamp,
    /// When it was last told of.
    pub updated_at: Timestamp,
    /// Ids of the silences that are about it.
    pub silenced_by: Vec<String>,
    /// Fingerprints of the alerts because of which nobody is told of it.
    pub inhibited_by: Vec<String>,
    /// Names of the time intervals because of which nobody is told of it; servers before 0.28 do not tell.
    pub muted_by: Vec<String>,
    /// Who is told of it, if that is known.
    pub receivers: Vec<String>,
}

/// Alerts that are told of together.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertGroup {
    /// The labels they share and are grouped by.
    pub labels: Labels,
    /// Who is told of them.
    pub receiver: String,
    /// The alerts.
    pub alerts: Vec<ApiAlert>,
}

impl ApiAlert {
    /// By what Alertmanager tells alerts apart: the FNV-1a hash of the labels.
    pub fn fingerprint(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut add = |bytes: &[u8]| {
            for byte in bytes.iter().chain(&[0xff]) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            }
        };
        for (name, value) in self.labels.iter() {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        format!("{hash:016x}")
    }

    /// Whether somebody is told of it.
    pub fn is_active(&self) -> bool {
        self.silenced_by.is_empty() && self.inhibited_by.is_empty() && self.muted_by.is_empty()
    }
}

/// Reads the answer of `/api/v2/alerts`. An alert whose beginning makes no sense is left out and told.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_alerts(input: impl Read) -> Result<Listed<ApiAlert>, FormatError> {
    let wires: Vec<WireAlert> = read_json(input, "an answer of /api/v2/alerts")?;
    let n_told = wires.len();
    let items: Vec<ApiAlert> = wires.into_iter().filter_map(to_alert).collect();
    let n_lost = n_told - items.len();
    Ok(Listed {
        latest: items.iter().map(|alert| alert.updated_at).max(),
        troubles: (n_lost > 0)
            .then(|| format!("{n_lost} alerts without a beginning are left out"))
            .into_iter()
            .collect(),
        items,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAlert {
    labels: WireLabels,
    annotations: WireLabels,
    #[serde(default)]
    starts_at: String,
    #[serde(default)]
    ends_at: String,
    #[serde(default)]
    updated_at: String,
    #[serde(default)]
    status: WireStatus,
    receivers: Option<Vec<WireReceiver>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    silenced_by: Option<Vec<String>>,
    inhibited_by: Option<Vec<String>>,
    muted_by: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireReceiver {
    name: String,
}

fn to_alert(wire: WireAlert) -> Option<ApiAlert> {
    let starts_at = stated_time(&wire.starts_at)?;
    let receivers = wire.receivers.unwrap_or_default();
    Some(ApiAlert {
        labels: to_labels(wire.labels),
        annotations: to_labels(wire.annotations),
        starts_at,
        ends_at: stated_time(&wire.ends_at).unwrap_or(Timestamp::MAX),
        updated_at: stated_time(&wire.updated_at).unwrap_or(starts_at),
        silenced_by: wire.status.silenced_by.unwrap_or_default(),
        inhibited_by: wire.status.inhibited_by.unwrap_or_default(),
        muted_by: wire.status.muted_by.unwrap_or_default(),
        receivers: receivers.into_iter().map(|receiver| receiver.name).collect(),
    })
}

/// Writes alerts.
///
/// # Errors
/// When writing fails.
pub fn write_alerts<W: Write>(out: &mut W, alerts: &[ApiAlert]) -> io::Result<()> {
    json_out::list(out, alerts, write_alert)?;
    out.write_all(b"\n")
}

/// Writes groups of alerts.
///
/// # Errors
/// When writing fails.
pub fn write_groups<W: Write>(out: &mut W, groups: &[AlertGroup]) -> io::Result<()> {
    json_out::list(out, groups, |out, group| {
        out.write_all(b"{\"alerts\":")?;
        json_out::list(out, &group.alerts, write_alert)?;
        out.write_all(b",\"labels\":")?;
        json_out::labels(out, &group.labels)?;
        out.write_all(b",\"receiver\":{\"name\":")?;
        json_out::text(out, &group.receiver)?;
        out.write_all(b"}}")
    })?;
    out.write_all(b"\n")
}

fn write_alert<W: Write>(out: &mut W, alert: &ApiAlert) -> io::Result<()> {
    out.write_all(b"{\"annotations\":")?;
    json_out::labels(out, &alert.annotations)?;
    out.write_all(b",\"endsAt\":")?;
    write_moment(out, alert.ends_at)?;
    write!(out, ",\"fingerprint\":\"{}\",\"receivers\":", alert.fingerprint())?;
    json_out::list(out, &alert.receivers, |out, name| {
        out.write_all(b"{\"name\":")?;
        json_out::text(out, name)?;
        out.write_all(b"}")
    })?;
    out.write_all(b",\"startsAt\":")?;
    write_moment(out, alert.starts_at)?;
    out.write_all(b",\"status\":{\"inhibitedBy\":")?;
    json_out::list(out, &alert.inhibited_by, |out, id| json_out::text(out, id))?;
    out.write_all(b",\"mutedBy\":")?;
    json_out::list(out, &alert.muted_by, |out, name| json_out::text(out, name))?;
    out.write_all(b",\"silencedBy\":")?;
    json_out::list(out, &alert.silenced_by, |out, id| json_out::text(out, id))?;
    let state = if alert.is_active() { "active" } else { "suppressed" };
    write!(out, ",\"state\":\"{state}\"}},\"updatedAt\":")?;
    write_moment(out, alert.updated_at)?;
    out.write_all(b",\"generatorURL\":\"\",\"labels\":")?;
    json_out::labels(out, &alert.labels)?;
    out.write_all(b"}")
}

/// Alertmanager always writes three fraction digits.
fn write_moment<W: Write>(out: &mut W, at: Timestamp) -> io::Result<()> {
    write!(out, "\"{}\"", at.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap().trim_end().to_owned()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let at = Timestamp::from_millis(1_500);
        let alert = ApiAlert {
            labels: Labels::new([("alertname", "\u{e9}\"")]),
            annotations: Labels::new([("summary", "x")]),
            starts_at: at,
            ends_at: Timestamp::from_millis(9_000),
            updated_at: Timestamp::from_millis(2_000),
            silenced_by: vec!["s".into()],
            inhibited_by: vec!["i".into()],
            muted_by: vec!["nights".into()],
            receivers: vec!["ops".into()],
        };
        let all = text(|out| write_alerts(out, std::slice::from_ref(&alert)));
        assert_eq!(read_alerts(all.as_bytes()).unwrap().items, [alert]);
        let old = r#"[{"labels":{"a":"b"},"startsAt":"2026-11-22T03:33:54Z","status":{"state":"active","silencedBy":null}},{"labels":{}}]"#;
        let listed = read_alerts(old.as_bytes()).unwrap();
        assert_eq!((listed.items.len(), listed.troubles.len()), (1, 1));
        assert!(listed.items[0].is_active() && read_alerts(&b"{}"[..]).is_err());
    }

    #[test]
    fn an_alert_has_alertmanagers_own_fingerprint() {
        let at = Timestamp::from_millis(1_500);
        let alert = ApiAlert {
            labels: Labels::new([
                ("alertname", "Watchdog"),
                ("cluster", "lab"),
                ("severity", "none"),
            ]),
            annotations: Labels::empty(),
            starts_at: at,
            ends_at: at,
            updated_at: at,
            silenced_by: vec!["x".into()],
            inhibited_by: Vec::new(),
            muted_by: Vec::new(),
            receivers: vec!["default".into()],
        };
        assert_eq!(
            text(|out| write_alerts(out, std::slice::from_ref(&alert))),
            concat!(
                r#"[{"annotations":{},"endsAt":"1970-01-01T00:00:01.500Z","fingerprint":"e5c10d261947d5d9","#,
                r#""receivers":[{"name":"default"}],"startsAt":"1970-01-01T00:00:01.500Z","#,
                r#""status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":["x"],"state":"suppressed"},"#,
                r#""updatedAt":"1970-01-01T00:00:01.500Z","generatorURL":"","#,
                r#""labels":{"alertname":"Watchdog","cluster":"lab","severity":"none"}}]"#
            )
        );
    }
}
