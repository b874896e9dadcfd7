//! What a server hands out as a whole, at the moment it is asked: rules, targets, descriptions of metrics.

use super::report::SourceReport;
use super::sources::MetricSource;
use glass_client::Told;
use glass_client::alertmanager::Alertmanager;
use glass_client::http::FetchError;
use glass_model::{Completeness, Timestamp};
use glass_recording::tables::coverage::CoverageRow;
use glass_recording::tables::metadata::MetadataRow;
use glass_recording::{RecordingError, RecordingWriter};

/// Which descriptions of metrics are as old as the metrics, and which were seen at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Descriptions {
    /// What a metric counts is told by its name, so what is said today was true in a window of the past.
    OfAllTime,
    /// They are as of the moment they are seen.
    OfNow,
    /// They are not asked for this time.
    NotNow,
}

/// Asks a server for its rules, targets and descriptions of metrics.
pub(super) async fn record(
    source: &MetricSource,
    descriptions: Descriptions,
    writer: &mut RecordingWriter,
    report: &mut SourceReport,
) -> Result<(), RecordingError> {
    let id = source.id.as_str();
    report.n_requests += 2;
    let rules = source.server.rules().await;
    if let Ok(told) = &rules {
        writer.push_rules(id, told.asked_at, &told.value)?;
    }
    let n_rules =
        |told: &Told<Vec<glass_model::RuleGroup>>| told.value.iter().map(|group| group.rules.len()).sum();
    cover(id, "rules", &rules, n_rules, writer, report)?;
    let targets = source.server.targets().await;
    if let Ok(told) = &targets {
        writer.push_targets(id, told.asked_at, &told.value)?;
    }
    cover(id, "targets", &targets, |told| told.value.len(), writer, report)?;
    if descriptions == Descriptions::NotNow {
        return Ok(());
    }
    report.n_requests += 1;
    let metadata = source.server.metadata().await;
    if let Ok(told) = &metadata {
        let seen_at = (descriptions == Descriptions::OfNow).then_some(told.asked_at);
        for one in told.value.iter().cloned() {
            writer.push_metadata_row(MetadataRow {
                name: one.name,
                kind: one.kind,
                help: one.help,
                unit: one.unit,
                seen_at,
            })?;
        }
    }
    cover(id, "metadata", &metadata, |told| told.value.len(), writer, report)
}

/// Asks an Alertmanager for its silences and receivers.
pub(super) async fn record_manager(
    id: &str,
    server: &Alertmanager,
    writer: &mut RecordingWriter,
    report: &mut SourceReport,
) -> Result<(), RecordingError> {
    report.n_requests += 2;
    let silences = server.silences().await;
    if let Ok(told) = &silences {
        writer.push_silences(id, told.asked_at, &told.value)?;
    }
    cover(id, "silences", &silences, |told| told.value.len(), writer, report)?;
    let receivers = server.receivers().await;
    if let Ok(told) = &receivers {
        writer.push_receivers(id, told.asked_at, &told.value)?;
    }
    cover(
        id,
        "receivers",
        &receivers,
        |told| told.value.len(),
        writer,
        report,
    )
}

/// Says what was asked, and how it was answered.
pub(super) fn cover<T>(
    source: &str,
    what: &str,
    answer: &Result<Told<T>, FetchError>,
    n_items: impl Fn(&Told<T>) -> usize,
    writer: &mut RecordingWriter,
    report: &mut SourceReport,
) -> Result<(), RecordingError> {
    let (at, completeness, warnings, n_items) = match answer {
        Ok(told) => (
            told.asked_at,
            told.completeness.clone(),
            told.warnings.clone(),
            n_items(told) as u64,
        ),
        Err(error) => (crate::now(), error.completeness(), Vec::new(), 0),
    };
    match (&completeness, trouble_of(&completeness)) {
        // Many servers keep these to themselves; nothing is lost that was there before.
        (Completeness::Refused(_), Some(text)) => report.warn(&[format!("{what}: {text}")]),
        (_, Some(text)) => report.trouble(format!("{what}: {text}")),
        (_, None) => {}
    }
    report.n_items += n_items;
    writer.push_coverage(row(source, what, (at, at), at, &completeness, &warnings, n_items))
}

/// A row of coverage.
pub(super) fn row(
    source: &str,
    what: &str,
    (start, end): (Timestamp, Timestamp),
    asked_at: Timestamp,
    completeness: &Completeness,
    warnings: &[String],
    n_items: u64,
) -> CoverageRow {
    let reason = trouble_of(completeness);
    let mut texts: Vec<&str> = reason.into_iter().collect();
    texts.extend(
        warnings
            .iter()
            .map(String::as_str)
            .filter(|text| Some(*text) != reason),
    );
    CoverageRow {
        source: source.to_owned(),
        what: what.to_owned(),
        start,
        end,
        asked_at: Some(asked_at),
        state: word_of(completeness).to_owned(),
        warnings: texts.join("\n"),
        n_items,
    }
}

fn word_of(completeness: &Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Partial(_) => "partial",
        Completeness::Stepped(_) => "stepped",
        Completeness::Refused(_) => "refused",
        Completeness::NotAsked | Completeness::Failed(_) => "failed",
    }
}

/// Why less came than was asked for.
pub(super) fn trouble_of(completeness: &Completeness) -> Option<&str> {
    match completeness {
        Completeness::Partial(text) | Completeness::Refused(text) | Completeness::Failed(text) => Some(text),
        Completeness::Complete | Completeness::Stepped(_) | Completeness::NotAsked => None,
    }
}
