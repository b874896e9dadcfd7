//! Writing alerts, and groups of them, as Alertmanager's API tells of them.

use crate::json_out;
use glass_model::{Labels, Timestamp};
use std::io::{self, Write};

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
        self.silenced_by.is_empty() && self.inhibited_by.is_empty()
    }
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
    out.write_all(b",\"mutedBy\":[],\"silencedBy\":")?;
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
