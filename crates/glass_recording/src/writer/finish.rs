//! Turns a folder of segments into a finished file.

use super::merge::{SortedTable, merge};
use super::merge_logs::merge_logs;
use super::output::{Output, ZipOutput};
use super::{FinishReport, Progress};
use crate::container::{Archive, MANIFEST_NAME, Member};
use crate::error::RecordingError;
use crate::manifest::{self, Counts, Manifest};
use crate::tables::changes::{merge_changes, read_changes};
use crate::tables::coverage::{CoverageRow, read_coverage, without_superseded};
use crate::tables::documents::{is_document_name, read_document};
use crate::tables::events::{merge_events, read_events};
use crate::tables::histograms::HistogramsFile;
use crate::tables::logs::LogsWriter;
use crate::tables::metadata::{merge_metadata, read_metadata};
use crate::tables::metrics::MetricsFile;
use crate::tables::receivers::read_receivers;
use crate::tables::rules::read_rules;
use crate::tables::seen::{Sighting, join_sightings, to_rows};
use crate::tables::series::{SeriesRow, read_series};
use crate::tables::silences::read_silences;
use crate::tables::streams::{StreamRow, read_streams};
use crate::tables::targets::read_targets;
use crate::tables::{Effort, Item, Row, TABLES, WrittenTable, write_rows};
use crate::verify::check_sum;
use glass_model::{Labels, TimeRange, Timestamp};
use std::collections::HashMap;
use std::path::Path;

/// Rows between two reports of progress.
const PROGRESS_ROWS: u64 = 1 << 18;

/// The most bytes that are copied at once.
const COPY_BYTES: usize = 1 << 20;

/// The series or streams of all segments by id, and how far what was written of each reaches.
type Known = HashMap<u32, (Labels, Option<Reach>)>;

/// First and last time, and how many.
type Reach = (i64, i64, u64);

/// Merges the segments below `folder` into the file `file`.
pub(super) fn finish_folder(
    folder: &Path,
    file: &Path,
    replace: bool,
    effort: Effort,
    progress: &mut dyn FnMut(Progress),
) -> Result<FinishReport, RecordingError> {
    if !replace && file.exists() {
        return Err(RecordingError::rejected(
            file.display(),
            "there is already a file of that name",
        ));
    }
    // A segment that was damaged on disk must not keep the others from being finished.
    let archive = Archive::open(folder)?.without_damaged(check_sum);
    let scratch = tempfile::Builder::new().prefix("merging-").tempdir_in(folder);
    let scratch = scratch.map_err(RecordingError::io(folder))?;
    let before = &archive.manifest().counts;
    let mut finisher = Finisher {
        output: ZipOutput::create(file)?,
        effort,
        scratch: scratch.path(),
        counts: Counts {
            out_of_order: before.out_of_order,
            duplicates: before.duplicates,
            conflicts: before.conflicts,
            redactions: before.redactions,
            ..Counts::default()
        },
        series: known_series(&archive)?,
        streams: known_streams(&archive)?,
        n_nameless: 0,
        points: None,
        done: 0,
        total: before.samples + before.histograms + before.entries,
        progress,
        archive: &archive,
    };
    finisher.write_all()?;
    let Finisher {
        mut output,
        counts,
        points,
        n_nameless,
        ..
    } = finisher;
    let about = archive.manifest().about.clone();
    let data = archive.manifest().extent;
    let manifest = Manifest {
        extent: about.extent.or(data).or(points),
        about,
        counts,
        members: output.members.clone(),
    };
    output.add_bytes(MANIFEST_NAME, manifest::to_json(&manifest).as_bytes())?;
    let n_bytes = output.finish(replace)?;
    // That the recording was not finished is what has just been changed.
    let warnings = archive
        .warnings()
        .iter()
        .filter(|warning| archive.unfinished() != Some(warning.as_str()));
    let mut warnings: Vec<String> = warnings.cloned().collect();
    if n_nameless > 0 {
        warnings.push(format!(
            "{n_nameless} samples and log lines are left out: their labels are lost"
        ));
    }
    Ok(FinishReport {
        warnings,
        counts: manifest.counts,
        extent: manifest.extent,
        n_bytes,
    })
}

fn known_series(archive: &Archive) -> Result<Known, RecordingError> {
    let mut known = Known::new();
    for member in archive.table("series") {
        known.extend(
            read_series(member)?
                .into_iter()
                .map(|row| (row.id, (row.labels, None))),
        );
    }
    Ok(known)
}

fn known_streams(archive: &Archive) -> Result<Known, RecordingError> {
    let mut known = Known::new();
    for member in archive.table("streams") {
        known.extend(
            read_streams(member)?
                .into_iter()
                .map(|row| (row.id, (row.labels, None))),
        );
    }
    Ok(known)
}

struct Finisher<'a> {
    archive: &'a Archive,
    output: ZipOutput,
    effort: Effort,
    scratch: &'a Path,
    counts: Counts,
    series: Known,
    streams: Known,
    /// Samples and entries of series and streams whose labels are lost.
    n_nameless: u64,
    /// From the first to the last event or document, for recordings without data.
    points: Option<TimeRange>,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Finisher<'_> {
    /// Writes all members but the manifest: first the tables, then the other files by name.
    fn write_all(&mut self) -> Result<(), RecordingError> {
        self.write_samples::<MetricsFile>("metrics")?;
        self.write_samples::<HistogramsFile>("histograms")?;
        self.write_series()?;
        self.write_metadata()?;
        self.write_logs()?;
        self.write_streams()?;
        self.write_events()?;
        self.write_changes()?;
        self.write_coverage()?;
        self.counts.rules = self.write_sightings("rules", read_rules)?;
        self.counts.targets = self.write_sightings("targets", read_targets)?;
        self.counts.silences = self.write_sightings("silences", read_silences)?;
        self.counts.receivers = self.write_sightings("receivers", read_receivers)?;
        self.copy_files()
    }

    fn members(&self, table: &str) -> Vec<Member> {
        self.archive.table(table).cloned().collect()
    }

    fn write_samples<T: SortedTable>(&mut self, table: &str) -> Result<(), RecordingError> {
        let members = self.members(table);
        if members.is_empty() {
            return Ok(());
        }
        let mut twins = Counts::default();
        let mut n_rows = 0;
        let Self {
            output,
            series,
            scratch,
            progress,
            done,
            total,
            effort,
            n_nameless,
            ..
        } = self;
        let scratch = scratch.join(table);
        std::fs::create_dir(&scratch).map_err(RecordingError::io(&scratch))?;
        output.add(&format!("{table}/000001.parquet"), None, &mut |sink| {
            let written = T::write(sink, *effort, &mut |take| {
                merge::<T>(&members, &scratch, &mut twins, &mut |id, at, value| {
                    *done += 1;
                    if !reach(series, id, at) {
                        *n_nameless += 1;
                        return Ok(());
                    }
                    n_rows += 1;
                    if *done % PROGRESS_ROWS == 0 {
                        progress(Progress::new("merging samples", *done, *total));
                    }
                    take(id, at, value)
                })
            });
            written.map(Some)
        })?;
        self.counts.add(&twins);
        match table {
            "metrics" => self.counts.samples = n_rows,
            _ => self.counts.histograms = n_rows,
        }
        Ok(())
    }

    fn write_logs(&mut self) -> Result<(), RecordingError> {
        let members = self.members("logs");
        if members.is_empty() {
            return Ok(());
        }
        let Self {
            output,
            streams,
            counts,
            progress,
            done,
            total,
            effort,
            n_nameless,
            ..
        } = self;
        let mut filters = Vec::new();
        output.add("logs/000001.parquet", None, &mut |sink| {
            let mut writer = LogsWriter::create(sink, *effort)?.with_filters();
            merge_logs(&members, &mut counts.duplicates, &mut |mut rows| {
                *done += rows.len() as u64;
                *n_nameless += rows.len() as u64;
                rows.retain(|row| reach(streams, row.stream, row.at_nanos));
                *n_nameless -= rows.len() as u64;
                counts.entries += rows.len() as u64;
                progress(Progress::new("merging log lines", *done, *total));
                writer.push_sorted(rows)
            })?;
            let (written, made) = writer.finish()?;
            filters = made;
            Ok(Some(written))
        })?;
        self.write_table("log_filters", &filters)
    }

    /// Reads the rows of all segments' parts of a table; earlier segments first.
    fn rows<R>(
        &self,
        table: &str,
        read: fn(&Member) -> Result<Vec<R>, RecordingError>,
    ) -> Result<Vec<R>, RecordingError> {
        let mut rows = Vec::new();
        for member in self.archive.table(table) {
            rows.append(&mut read(member)?);
        }
        Ok(rows)
    }

    fn write_table<R: Row>(&mut self, table: &str, rows: &[R]) -> Result<(), RecordingError> {
        if rows.is_empty() {
            return Ok(());
        }
        let name = format!("{table}.parquet");
        let effort = self.effort;
        self.output
            .add(&name, None, &mut |sink| write_rows(rows, sink, effort).map(Some))
    }

    fn write_series(&mut self) -> Result<(), RecordingError> {
        let rows = std::mem::take(&mut self.series)
            .into_iter()
            .filter_map(|(id, (labels, reach))| {
                let (first_at_millis, last_at_millis, n_samples) = reach?;
                Some(SeriesRow {
                    id,
                    labels,
                    first_at_millis,
                    last_at_millis,
                    n_samples,
                })
            });
        let mut rows: Vec<SeriesRow> = rows.collect();
        rows.sort_by_key(|row| row.id);
        self.counts.series = rows.len() as u64;
        self.write_table("series", &rows)
    }

    fn write_streams(&mut self) -> Result<(), RecordingError> {
        let rows = std::mem::take(&mut self.streams)
            .into_iter()
            .filter_map(|(id, (labels, reach))| {
                let (first_at_nanos, last_at_nanos, n_entries) = reach?;
                Some(StreamRow {
                    id,
                    labels,
                    first_at_nanos,
                    last_at_nanos,
                    n_entries,
                })
            });
        let mut rows: Vec<StreamRow> = rows.collect();
        rows.sort_by_key(|row| row.id);
        self.counts.streams = rows.len() as u64;
        self.write_table("streams", &rows)
    }

    fn write_events(&mut self) -> Result<(), RecordingError> {
        let events = merge_events(self.rows("events", read_events)?, &mut self.counts.duplicates);
        self.counts.events = events.len() as u64;
        for event in &events {
            self.reach_point(event.happened_at.max(event.known_at));
        }
        self.write_table("events", &events)
    }

    fn write_changes(&mut self) -> Result<(), RecordingError> {
        let changes = merge_changes(self.rows("changes", read_changes)?, &mut self.counts);
        self.counts.changes = changes.len() as u64;
        self.write_table("changes", &changes)
    }

    fn write_metadata(&mut self) -> Result<(), RecordingError> {
        let rows = merge_metadata(self.rows("metadata", read_metadata)?);
        self.write_table("metadata", &rows)
    }

    fn write_coverage(&mut self) -> Result<(), RecordingError> {
        let mut rows: Vec<CoverageRow> = self.rows("coverage", read_coverage)?;
        let key = |row: &CoverageRow| {
            (
                row.source.clone(),
                row.start,
                row.what.clone(),
                row.asked_at,
                row.end,
            )
        };
        rows.sort_by_cached_key(key);
        rows.dedup();
        self.write_table("coverage", &without_superseded(rows))
    }

    /// Joins what all segments saw and returns how often it was seen.
    fn write_sightings<T: Item>(
        &mut self,
        table: &str,
        read: fn(&Member) -> Result<Vec<Sighting<T>>, RecordingError>,
    ) -> Result<u64, RecordingError> {
        let sightings = join_sightings(self.rows(table, read)?, &mut self.counts.duplicates);
        for sighting in &sightings {
            self.reach_point(sighting.at);
        }
        self.write_table(table, &to_rows(&sightings))?;
        Ok(sightings.len() as u64)
    }

    fn copy_files(&mut self) -> Result<(), RecordingError> {
        let archive = self.archive;
        let is_table = |name: &str| {
            TABLES
                .iter()
                .any(|table| archive.table(table).any(|part| part.name() == name))
        };
        for member in archive.members().filter(|member| !is_table(member.name())) {
            if is_document_name(member.name()) {
                self.counts.documents += 1;
                let document = read_document(member)?;
                self.reach_point(document.summary.known_at);
            }
            copy_member(member, &mut self.output)?;
        }
        Ok(())
    }

    fn reach_point(&mut self, at: Timestamp) {
        let moment = TimeRange::new(at, at);
        self.points = Some(self.points.map_or(moment, |points| points.union(moment)));
    }
}

/// Notes a row of a series or stream; says whether that is known.
fn reach(known: &mut Known, id: u32, at: i64) -> bool {
    let Some((_, reach)) = known.get_mut(&id) else {
        return false;
    };
    let (first, last, n) = reach.unwrap_or((at, at, 0));
    *reach = Some((at.min(first), at.max(last), n + 1));
    true
}

/// Copies a member as it is, and compares it with what the manifest says.
pub(crate) fn copy_member(member: &Member, output: &mut dyn Output) -> Result<(), RecordingError> {
    let footer_crc32 = member.footer_crc32();
    output.add(member.name(), Some(member.len()), &mut |sink| {
        let mut at = 0;
        while at < member.len() {
            let len = (member.len() - at).min(COPY_BYTES as u64) as usize;
            let bytes = member.read_range_at(at, len)?;
            sink.write_all(&bytes)
                .map_err(RecordingError::io(Path::new(member.name())))?;
            at += len as u64;
        }
        Ok(footer_crc32.map(|footer_crc32| WrittenTable { footer_crc32 }))
    })?;
    let copied = output.sum_of(member.name());
    match (member.sum(), copied) {
        (Some(expected), Some(found)) if expected.sha256 != found.sha256 => {
            Err(RecordingError::damaged(member.place(), "wrong checksum"))
        }
        _ => Ok(()),
    }
}
