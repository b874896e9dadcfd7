//! Logs as JSON lines and as CSV, by time.

use super::rows::labels_json;
use super::{ExportError, ExportOptions, ExportReport, Hider};
use crate::writer::Progress;
use glass_formats::log_level::level_of;
use glass_formats::{csv, loki};
use glass_model::{Entry, Labels, Querier, QueryError, Stream, TimeRange, Timestamp};
use std::collections::HashSet;
use std::io::{self, Write};

/// The most lines that are in memory at a time.
const MOST_AT_ONCE: usize = 50_000;

/// Streams are counted up to this many.
const MOST_COUNTED: usize = 1_000_000;

/// Writes the lines of logcli, structured metadata apart, by time.
///
/// # Errors
/// When the data cannot be read, or `out` cannot be written.
pub fn export_logs_jsonl(
    source: &dyn Querier,
    options: &ExportOptions,
    mut out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExportReport, ExportError> {
    let report = for_each_entry(source, options, progress, &mut |labels, entry| {
        loki::write_line(&mut out, labels, entry)
    })?;
    out.flush()?;
    Ok(report)
}

/// Writes a row a line: `time,level,labels,line,metadata`, labels and metadata as JSON objects.
///
/// # Errors
/// When the data cannot be read, or `out` cannot be written.
pub fn export_logs_csv(
    source: &dyn Querier,
    options: &ExportOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExportReport, ExportError> {
    let mut writer = csv::Writer::new(out, &["time", "level", "labels", "line", "metadata"])?;
    let report = for_each_entry(source, options, progress, &mut |labels, entry| {
        let level = level_of(labels, &entry.metadata, &entry.line).name();
        let (labels, metadata) = (labels_json(labels), labels_json(&entry.metadata));
        writer.row(&[&*entry.at.to_string(), level, &labels, &entry.line, &metadata])
    })?;
    writer.finish()?;
    Ok(report)
}

type OnEntry<'a> = dyn FnMut(&Labels, &Entry) -> io::Result<()> + 'a;

/// Hands out all entries by time, then by stream. Reads window after window: a window with too many lines is halved,
/// the one after it doubled again, so that memory stays bounded whatever the log's pace.
fn for_each_entry(
    source: &dyn Querier,
    options: &ExportOptions,
    progress: &mut dyn FnMut(Progress),
    on_entry: &mut OnEntry<'_>,
) -> Result<ExportReport, ExportError> {
    let mut report = ExportReport::default();
    let mut hider = Hider::default();
    let mut streams: HashSet<Labels> = HashSet::new();
    let range = options.range.until(options.as_of);
    let mut start = range.start;
    let mut window_nanos = range.nanos();
    while start <= range.end {
        let window = TimeRange::new(start, start.plus_nanos(window_nanos).min(range.end));
        let found = match source.entries(&options.lines, window, options.as_of, MOST_AT_ONCE) {
            Err(QueryError::TooMuch(_)) if window_nanos > 0 => {
                window_nanos /= 2;
                continue;
            }
            found => found?,
        };
        let (found, provenance) = found;
        report.note_provenance(&provenance);
        report.n_rows += hand_out(&found, &mut hider, on_entry)?;
        for stream in found {
            if streams.len() < MOST_COUNTED {
                streams.insert(stream.labels);
            }
        }
        tell_progress(progress, range, window.end);
        if window.end == Timestamp::MAX {
            break;
        }
        start = window.end.plus_nanos(1);
        window_nanos = window_nanos.saturating_mul(2).max(1);
    }
    report.n_series = streams.len() as u64;
    hider.tell(&mut report);
    Ok(report)
}

fn hand_out(streams: &[Stream], hider: &mut Hider, on_entry: &mut OnEntry<'_>) -> io::Result<u64> {
    let mut entries: Vec<(&Labels, &Entry)> = streams
        .iter()
        .flat_map(|stream| stream.entries.iter().map(|entry| (&stream.labels, entry)))
        .collect();
    // Stable: within a stream entries of one moment stay as they came.
    entries.sort_by_key(|(_, entry)| entry.at);
    for (labels, entry) in &entries {
        let n_before = hider.n_hidden;
        let line = hider.text(&entry.line);
        let metadata = hider.labels(&entry.metadata);
        if hider.n_hidden == n_before {
            on_entry(labels, entry)?;
        } else {
            let shown = Entry {
                at: entry.at,
                line: line.into_owned(),
                metadata,
            };
            on_entry(labels, &shown)?;
        }
    }
    Ok(entries.len() as u64)
}

fn tell_progress(progress: &mut dyn FnMut(Progress), range: TimeRange, at: Timestamp) {
    let secs = |nanos: i64| (nanos.max(0) / 1_000_000_000) as u64;
    progress(Progress::new(
        "writing log lines",
        secs(at.nanos_since(range.start)),
        secs(range.nanos()),
    ));
}
