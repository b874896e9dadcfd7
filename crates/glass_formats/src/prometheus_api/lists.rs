//! Writing the answers that are no results of queries: names, label sets, metadata, alerts, targets.

use super::write::{Notes, write_success};
use crate::json_out;
use glass_model::{Alert, AlertState, Labels, MetricKind, MetricName};
use std::io::{self, Write};

/// Writes a list of names or values.
///
/// # Errors
/// When writing fails.
pub fn write_texts<'a, W: Write>(
    out: &mut W,
    texts: impl IntoIterator<Item = &'a str>,
    notes: &Notes,
) -> io::Result<()> {
    write_success(out, notes, |out| json_out::list(out, texts, json_out::text))
}

/// Writes the labels of series.
///
/// # Errors
/// When writing fails.
pub fn write_label_sets<W: Write>(out: &mut W, sets: &[Labels], notes: &Notes) -> io::Result<()> {
    write_success(out, notes, |out| json_out::list(out, sets, json_out::labels))
}

/// Writes kind, unit and help of metrics.
///
/// # Errors
/// When writing fails.
pub fn write_metadata<'a, W: Write>(
    out: &mut W,
    metrics: impl IntoIterator<Item = &'a MetricName>,
    notes: &Notes,
) -> io::Result<()> {
    write_success(out, notes, |out| {
        out.write_all(b"{")?;
        for (i, metric) in metrics.into_iter().enumerate() {
            if i > 0 {
                out.write_all(b",")?;
            }
            json_out::text(out, &metric.name)?;
            write!(out, ":[{{\"type\":\"{}\",\"unit\":", kind_name(metric.kind))?;
            json_out::text(out, &metric.unit)?;
            out.write_all(b",\"help\":")?;
            json_out::text(out, &metric.help)?;
            out.write_all(b"}]")?;
        }
        out.write_all(b"}")
    })
}

fn kind_name(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        MetricKind::Summary => "summary",
        MetricKind::Unknown => "unknown",
    }
}

/// Writes the alerts that are pending or firing. Their values are not known, and are left empty.
///
/// # Errors
/// When writing fails.
pub fn write_alerts<'a, W: Write>(
    out: &mut W,
    alerts: impl IntoIterator<Item = &'a Alert>,
    notes: &Notes,
) -> io::Result<()> {
    write_success(out, notes, |out| {
        out.write_all(b"{\"alerts\":")?;
        json_out::list(out, alerts, write_alert)?;
        out.write_all(b"}")
    })
}

pub(super) fn write_alert<W: Write>(out: &mut W, alert: &Alert) -> io::Result<()> {
    let state = match alert.state {
        AlertState::Pending => "pending",
        AlertState::Firing => "firing",
        AlertState::Resolved => "inactive",
    };
    out.write_all(b"{\"labels\":")?;
    json_out::labels(out, &alert.labels)?;
    out.write_all(b",\"annotations\":")?;
    json_out::labels(out, &alert.annotations)?;
    write!(out, ",\"state\":\"{state}\"")?;
    if let Some(at) = alert.began_at() {
        out.write_all(b",\"activeAt\":")?;
        json_out::moment(out, at)?;
    }
    out.write_all(b",\"value\":\"\"}")
}

/// Writes that there are no targets.
///
/// # Errors
/// When writing fails.
pub fn write_targets_not_recorded<W: Write>(out: &mut W, notes: &Notes) -> io::Result<()> {
    write_success(out, notes, |out| {
        out.write_all(b"{\"activeTargets\":[],\"droppedTargets\":[],\"droppedTargetCounts\":{}}")
    })
}
