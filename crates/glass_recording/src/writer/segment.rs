//! Writes a [`SegmentBuffer`] as a folder that is complete or absent.

use super::buffer::{SegmentBuffer, SeriesBuffer, StreamBuffer};
use super::output::{FolderOutput, Output, sync_folder};
use super::registry::Registry;
use crate::container::{SEGMENT_SUM_NAME, SEGMENTS_NAME};
use crate::error::RecordingError;
use crate::manifest::{self, Counts, Manifest, ManifestDraft};
use crate::tables::changes::merge_changes;
use crate::tables::documents::is_document_name;
use crate::tables::events::merge_events;
use crate::tables::histograms::HistogramsWriter;
use crate::tables::logs::{LogRow, LogsWriter, drop_twins};
use crate::tables::metadata::merge_metadata;
use crate::tables::metrics::MetricsWriter;
use crate::tables::seen::{Sighting, join_sightings, to_rows};
use crate::tables::series::SeriesRow;
use crate::tables::streams::StreamRow;
use crate::tables::{Effort, Item, Row, write_rows};
use glass_model::{Labels, NativeHistogram};
use std::fs;
use std::path::Path;

/// Writes segment `number` below `folder` and returns what it holds.
///
/// The files go into a folder under a passing name, `segment.json` last; everything is flushed to disk before the
/// folder gets its name, in one step.
pub(super) fn write_segment(
    folder: &Path,
    number: u32,
    draft: &ManifestDraft,
    buffer: SegmentBuffer,
    series: &mut Registry<i64>,
    streams: &mut Registry<i64>,
) -> Result<Counts, RecordingError> {
    let segments = folder.join(SEGMENTS_NAME);
    let passing = segments.join(format!(".writing-{number:06}"));
    if passing.exists() {
        fs::remove_dir_all(&passing).map_err(RecordingError::io(&passing))?;
    }
    fs::create_dir_all(&passing).map_err(RecordingError::io(&passing))?;
    let mut segment = Segment {
        output: FolderOutput::new(&passing),
        counts: buffer.counts.clone(),
    };
    let extent = buffer.extent;
    segment.write(buffer, series, streams)?;
    let manifest = Manifest {
        about: draft.clone(),
        extent,
        counts: segment.counts.clone(),
        members: std::mem::take(&mut segment.output.members),
    };
    let json = manifest::to_json(&manifest);
    segment.output.add_bytes(SEGMENT_SUM_NAME, json.as_bytes())?;
    segment.output.members.extend(manifest.members);
    segment.output.sync()?;
    let complete = segments.join(format!("{number:06}"));
    fs::rename(&passing, &complete).map_err(RecordingError::io(&complete))?;
    sync_folder(&segments).map_err(RecordingError::io(&segments))?;
    Ok(segment.counts)
}

struct Segment {
    output: FolderOutput,
    counts: Counts,
}

/// A series with its number.
struct Numbered {
    id: u32,
    labels: Labels,
    series: SeriesBuffer,
}

impl Segment {
    fn write(
        &mut self,
        buffer: SegmentBuffer,
        series: &mut Registry<i64>,
        streams: &mut Registry<i64>,
    ) -> Result<(), RecordingError> {
        let numbered = number_series(buffer.series, series, &mut self.counts);
        self.write_series(numbered)?;
        self.write_streams(buffer.streams, streams)?;
        let events = merge_events(buffer.events, &mut self.counts.duplicates);
        self.counts.events += events.len() as u64;
        self.write_table("events.parquet", &events)?;
        let changes = merge_changes(buffer.changes, &mut self.counts);
        self.counts.changes += changes.len() as u64;
        self.write_table("changes.parquet", &changes)?;
        self.write_table("metadata.parquet", &merge_metadata(buffer.metadata))?;
        self.write_table("coverage.parquet", &buffer.coverage)?;
        self.counts.rules += self.write_sightings("rules.parquet", buffer.rules)?;
        self.counts.targets += self.write_sightings("targets.parquet", buffer.targets)?;
        self.counts.silences += self.write_sightings("silences.parquet", buffer.silences)?;
        self.counts.receivers += self.write_sightings("receivers.parquet", buffer.receivers)?;
        for (name, bytes) in &buffer.files {
            self.counts.documents += u64::from(is_document_name(name));
            self.output.add_bytes(name, bytes)?;
        }
        Ok(())
    }

    /// Writes what was seen and returns how often it was.
    fn write_sightings<T: Item>(
        &mut self,
        name: &str,
        sightings: Vec<Sighting<T>>,
    ) -> Result<u64, RecordingError> {
        let joined = join_sightings(sightings, &mut self.counts.duplicates);
        self.write_table(name, &to_rows(&joined))?;
        Ok(joined.len() as u64)
    }

    fn write_table<R: Row>(&mut self, name: &str, rows: &[R]) -> Result<(), RecordingError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.output.add(name, None, &mut |sink| {
            write_rows(rows, sink, Effort::Quick).map(Some)
        })
    }

    fn write_series(&mut self, mut all: Vec<Numbered>) -> Result<(), RecordingError> {
        for one in &mut all {
            one.series
                .floats
                .sort(&mut self.counts, |a, b| a.to_bits() == b.to_bits());
            one.series.histograms.sort(&mut self.counts, same_histogram);
            self.counts.samples += one.series.floats.rows.len() as u64;
            self.counts.histograms += one.series.histograms.rows.len() as u64;
        }
        let rows: Vec<SeriesRow> = all.iter().filter_map(series_row).collect();
        self.write_table("series.parquet", &rows)?;
        if all.iter().any(|one| !one.series.floats.rows.is_empty()) {
            self.output.add("metrics.parquet", None, &mut |sink| {
                let mut writer = MetricsWriter::create(sink, Effort::Quick)?;
                for one in &all {
                    for (at, value) in &one.series.floats.rows {
                        writer.push(one.id, *at, *value)?;
                    }
                }
                writer.finish().map(Some)
            })?;
        }
        if all.iter().any(|one| !one.series.histograms.rows.is_empty()) {
            self.output.add("histograms.parquet", None, &mut |sink| {
                let mut writer = HistogramsWriter::create(sink, Effort::Quick)?;
                for one in &all {
                    for (at, histogram) in &one.series.histograms.rows {
                        writer.push(one.id, *at, histogram.clone())?;
                    }
                }
                writer.finish().map(Some)
            })?;
        }
        Ok(())
    }

    fn write_streams(
        &mut self,
        streams: impl IntoIterator<Item = (Labels, StreamBuffer)>,
        registry: &mut Registry<i64>,
    ) -> Result<(), RecordingError> {
        let mut all: Vec<(Labels, StreamBuffer)> = streams.into_iter().collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let mut streams = Vec::new();
        let mut rows = Vec::new();
        for (labels, stream) in all {
            let times = || stream.rows.iter().map(|row| row.at_nanos);
            let (Some(first_at_nanos), Some(last_at_nanos)) = (times().min(), times().max()) else {
                continue;
            };
            let (id, is_new) = registry.id_of(&labels, last_at_nanos);
            self.counts.streams += u64::from(is_new);
            let mut of_stream = numbered_rows(stream.rows, id);
            drop_twins(&mut of_stream, &mut self.counts.duplicates);
            streams.push(StreamRow {
                id,
                labels,
                first_at_nanos,
                last_at_nanos,
                n_entries: of_stream.len() as u64,
            });
            rows.append(&mut of_stream);
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.counts.entries += rows.len() as u64;
        streams.sort_by_key(|stream| stream.id);
        self.write_table("streams.parquet", &streams)?;
        rows.sort_by_key(|row| row.at_nanos);
        let mut rows = Some(rows);
        self.output.add("logs.parquet", None, &mut |sink| {
            let mut writer = LogsWriter::create(sink, Effort::Quick)?;
            writer.push_sorted(rows.take().unwrap_or_default())?;
            writer.finish().map(|(written, _)| Some(written))
        })
    }
}

/// The rows of one stream by time, of equal times as they came.
fn numbered_rows(mut rows: Vec<LogRow>, id: u32) -> Vec<LogRow> {
    for row in &mut rows {
        row.stream = id;
    }
    rows.sort_by_key(|row| row.at_nanos);
    rows
}

/// Numbers series, new ones in the order of their labels so that what is asked for together stands together.
fn number_series(
    series: impl IntoIterator<Item = (Labels, SeriesBuffer)>,
    registry: &mut Registry<i64>,
    counts: &mut Counts,
) -> Vec<Numbered> {
    let mut all: Vec<(Labels, SeriesBuffer)> = series.into_iter().collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let mut numbered = Vec::with_capacity(all.len());
    for (labels, series) in all {
        let last_at = series.floats.rows.iter().map(|row| row.0).max();
        let last_at = last_at.max(series.histograms.rows.iter().map(|row| row.0).max());
        let (id, is_new) = registry.id_of(&labels, last_at.unwrap_or(i64::MIN));
        counts.series += u64::from(is_new);
        numbered.push(Numbered { id, labels, series });
    }
    numbered.sort_by_key(|one| one.id);
    numbered
}

fn series_row(one: &Numbered) -> Option<SeriesRow> {
    let floats = one.series.floats.rows.iter().map(|row| row.0);
    let times = || {
        floats
            .clone()
            .chain(one.series.histograms.rows.iter().map(|row| row.0))
    };
    Some(SeriesRow {
        id: one.id,
        labels: one.labels.clone(),
        first_at_millis: times().min()?,
        last_at_millis: times().max()?,
        n_samples: times().count() as u64,
    })
}

/// Whether two histograms are the same bit for bit.
pub(super) fn same_histogram(a: &NativeHistogram, b: &NativeHistogram) -> bool {
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let numbers = |one: &NativeHistogram| bits(&[one.zero_threshold, one.zero_count, one.count, one.sum]);
    a.schema == b.schema
        && numbers(a) == numbers(b)
        && (&a.positive_spans, &a.negative_spans) == (&b.positive_spans, &b.negative_spans)
        && bits(&a.positive_counts) == bits(&b.positive_counts)
        && bits(&a.negative_counts) == bits(&b.negative_counts)
        && bits(&a.custom_bounds) == bits(&b.custom_bounds)
}
