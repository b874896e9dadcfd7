//! Writing the answers that are no results of queries: names, label sets, metadata, alerts.

use super::write::{Notes, write_success};
use crate::json_out;
use glass_model::{ActiveAlert, Labels, MetricKind, MetricName};
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

/// Writes the alerts that are pending or firing.
///
/// # Errors
/// When writing fails.
pub fn write_alerts<'a, W: Write>(
    out: &mut W,
    alerts: impl IntoIterator<Item = &'a ActiveAlert>,
    notes: &Notes,
) -> io::Result<()> {
    write_success(out, notes, |out| {
        out.write_all(b"{\"alerts\":")?;
        json_out::list(out, alerts, write_active_alert)?;
        out.write_all(b"}")
    })
}

/// A value that is not known, a NaN, is written as such.
pub(super) fn write_active_alert<W: Write>(out: &mut W, alert: &ActiveAlert) -> io::Result<()> {
    let state = if alert.is_firing { "firing" } else { "pending" };
    out.write_all(b"{\"labels\":")?;
    json_out::labels(out, &alert.labels)?;
    out.write_all(b",\"annotations\":")?;
    json_out::labels(out, &alert.annotations)?;
    write!(out, ",\"state\":\"{state}\"")?;
    if let Some(at) = alert.active_at {
        out.write_all(b",\"activeAt\":")?;
        json_out::moment(out, at)?;
    }
    out.write_all(b",\"value\":\"")?;
    json_out::exponent_float(out, alert.value)?;
    out.write_all(b"\"}")
}
