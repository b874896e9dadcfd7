//! [`RecordingWriter`]: writes a recording as a folder of segments and finishes it into a file.

mod buffer;
mod finish;
mod folder;
mod merge;
mod merge_logs;
mod output;
mod registry;
mod segment;
mod sightings;
mod text;

use crate::container::{
    Archive, ArchiveKind, DRAFT_NAME, MANIFEST_NAME, SEGMENT_SUM_NAME, check_member_name, list_segments,
};
use crate::error::RecordingError;
use crate::manifest::{Counts, ManifestDraft};
use crate::redact::redact_counted;
use crate::tables::coverage::CoverageRow;
use crate::tables::documents::{self, MAX_DOCUMENT_BYTES};
use crate::tables::histograms::check_histogram;
use crate::tables::layout::{self, LAYOUT_NAME, Layout};
use crate::tables::logs::LogRow;
use crate::tables::metadata::MetadataRow;
use crate::tables::series::read_series;
use crate::tables::streams::read_streams;
use crate::tables::{Effort, Row, TABLES};
use buffer::SegmentBuffer;
use folder::{create_recording_folder, lock_folder, remove_segments};
use glass_model::{
    Change, Document, Entry, Event, Labels, Level, MetricKind, NativeHistogram, TimeRange, Timestamp,
};
use registry::Registry;
use std::fs::File;
use std::path::{Path, PathBuf};
use text::{cut_to_lines, file_name};

pub(crate) use finish::copy_member;
pub(crate) use folder::{create_empty_folder, write_draft};
pub(crate) use output::{FolderOutput, Output, ZipOutput};

/// A segment is written by itself when what waits takes this many bytes, some four million samples.
const SEGMENT_BYTES: usize = 64 << 20;

/// The longest log line, event text or commit message, in bytes; Loki's own limit is a quarter of it.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// The longest label set, in bytes.
const MAX_LABELS_BYTES: usize = 64 << 10;

/// The longest patch that is kept whole, in bytes.
const MAX_PATCH_BYTES: usize = 64 << 10;

/// The largest file that is taken in memory: a configuration's whole history.
const MAX_FILE_BYTES: usize = 1 << 30;

/// How far a long task has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done now, such as `merging samples` or a member's name.
    pub what: String,
    /// How much is done, in the unit of `total`.
    pub done: u64,
    /// How much there is in all: bytes or rows; 0 if not known.
    pub total: u64,
}

impl Progress {
    pub(crate) fn new(what: &str, done: u64, total: u64) -> Self {
        Self {
            what: what.to_owned(),
            done,
            total,
        }
    }
}

/// What a segment holds, once it is safely on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentReport {
    /// Its number, from 1; 0 if there was nothing to write.
    pub number: u32,
    /// What it holds.
    pub counts: Counts,
}

/// What a finished file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishReport {
    /// What it holds.
    pub counts: Counts,
    /// From when to when it reaches.
    pub extent: Option<TimeRange>,
    /// Its length in bytes.
    pub n_bytes: u64,
    /// What was missing or damaged in the segments.
    pub warnings: Vec<String>,
}

/// Writes a recording.
///
/// What is pushed stays in memory until [`RecordingWriter::commit_segment`], which also happens by itself every so
/// many rows; from then on it survives `kill -9`. Dropping the writer loses what was not committed.
#[derive(Debug)]
pub struct RecordingWriter {
    folder: PathBuf,
    /// Keeps other writers away as long as it is open, also from a program that was killed.
    lock: File,
    draft: ManifestDraft,
    written_draft: ManifestDraft,
    buffer: SegmentBuffer,
    series: Registry<i64>,
    streams: Registry<i64>,
    next_segment: u32,
    effort: Effort,
}

impl RecordingWriter {
    /// Starts a recording in `folder`, which must not exist or be empty.
    ///
    /// # Errors
    /// When the folder holds something, or cannot be written.
    pub fn create(folder: &Path, draft: ManifestDraft) -> Result<Self, RecordingError> {
        create_recording_folder(folder)?;
        let lock = lock_folder(folder)?;
        write_draft(folder, &draft)?;
        Ok(Self {
            folder: folder.to_owned(),
            lock,
            written_draft: draft.clone(),
            draft,
            buffer: SegmentBuffer::default(),
            series: Registry::default(),
            streams: Registry::default(),
            next_segment: 1,
            effort: Effort::Small,
        })
    }

    /// Goes on with a recording that was not finished; see [`crate::unfinish`] for one that was.
    ///
    /// # Errors
    /// When `folder` is no such recording, another program writes it, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        let archive = Archive::open(folder)?;
        if archive.kind() != ArchiveKind::InProgress {
            return Err(RecordingError::rejected(
                folder.display(),
                "it is finished; take it apart into a folder of segments first",
            ));
        }
        let lock = lock_folder(folder)?;
        let draft = archive.manifest().about.clone();
        let mut writer = Self {
            folder: folder.to_owned(),
            lock,
            written_draft: draft.clone(),
            draft,
            buffer: SegmentBuffer::default(),
            series: Registry::default(),
            streams: Registry::default(),
            next_segment: list_segments(folder)?
                .0
                .last()
                .map_or(1, |last| last.number.saturating_add(1)),
            effort: Effort::Small,
        };
        // A segment whose names are lost must not be in the way of going on, nor its numbers come twice.
        for member in archive.table("series") {
            match read_series(member) {
                Ok(rows) => rows
                    .into_iter()
                    .for_each(|row| writer.series.restore(row.labels, row.id, row.last_at_millis)),
                Err(_) => writer.series.skip_ids(),
            }
        }
        for member in archive.table("streams") {
            match read_streams(member) {
                Ok(rows) => rows
                    .into_iter()
                    .for_each(|row| writer.streams.restore(row.labels, row.id, row.last_at_nanos)),
                Err(_) => writer.streams.skip_ids(),
            }
        }
        if archive.warnings().len() > 1 {
            writer.series.skip_ids();
            writer.streams.skip_ids();
        }
        Ok(writer)
    }

    /// Where the segments lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the manifest will say; changes are on disk with the next segment.
    pub fn draft_mut(&mut self) -> &mut ManifestDraft {
        &mut self.draft
    }

    /// Makes the logs of the finished file a twentieth smaller, and takes a second a megabyte of log lines and core
    /// instead of a third: for files that are made once and copied often.
    pub fn squeeze(&mut self) {
        self.effort = Effort::Smallest;
    }

    /// Adds a float sample. The stale marker is a sample.
    ///
    /// # Errors
    /// When there are too many series or labels, or the segment that was full could not be written.
    pub fn push_sample(&mut self, labels: &Labels, at_millis: i64, value: f64) -> Result<(), RecordingError> {
        self.check_labels(labels)?;
        self.buffer.push_sample(&self.series, labels, at_millis, value);
        self.commit_if_full()
    }

    /// Adds a native histogram sample.
    ///
    /// # Errors
    /// When its spans and counts disagree, and as for [`RecordingWriter::push_sample`].
    pub fn push_histogram(
        &mut self,
        labels: &Labels,
        at_millis: i64,
        histogram: NativeHistogram,
    ) -> Result<(), RecordingError> {
        self.check_labels(labels)?;
        check_histogram(&histogram).map_err(|trouble| RecordingError::rejected(labels, trouble))?;
        self.buffer
            .push_histogram(&self.series, labels, at_millis, histogram);
        self.commit_if_full()
    }

    /// Adds a log entry. Suspected secrets in its line and metadata are hidden.
    ///
    /// # Errors
    /// When the entry is longer than a megabyte, and as for [`RecordingWriter::push_sample`].
    pub fn push_entry(&mut self, labels: &Labels, entry: Entry, level: Level) -> Result<(), RecordingError> {
        self.check_labels(labels)?;
        self.check_labels(&entry.metadata)?;
        self.check_text("log line", &entry.line)?;
        let row = LogRow {
            at_nanos: entry.at.nanos(),
            stream: 0,
            level: Level::ALL.iter().position(|known| *known == level).unwrap_or(0) as u8,
            line: self.redacted(entry.line),
            metadata: self.redacted_labels(entry.metadata),
        };
        self.buffer.push_row(&self.streams, labels, row);
        self.commit_if_full()
    }

    /// Adds an event. Suspected secrets in its texts are hidden.
    ///
    /// # Errors
    /// When it is too long, and as for [`RecordingWriter::push_sample`].
    pub fn push_event(&mut self, event: Event) -> Result<(), RecordingError> {
        self.check_labels(&event.labels)?;
        self.check_labels(&event.annotations)?;
        for text in [&event.cluster, &event.title, &event.text, &event.link] {
            self.check_text("event", text)?;
        }
        let event = Event {
            title: self.redacted(event.title),
            text: self.redacted(event.text),
            link: self.redacted(event.link),
            labels: self.redacted_labels(event.labels),
            annotations: self.redacted_labels(event.annotations),
            ..event
        };
        self.buffer.n_bytes += event.n_bytes();
        self.buffer.events.push(event);
        self.commit_if_full()
    }

    /// Adds a change; of a commit that comes twice the later one counts. Suspected secrets are hidden, and a patch
    /// of more than 64 KiB is cut.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_change(&mut self, mut change: Change) -> Result<(), RecordingError> {
        if cut_to_lines(&mut change.patch, MAX_PATCH_BYTES) {
            change.patch_cut = true;
        }
        change.patch = self.redacted(change.patch);
        change.body = self.redacted(change.body);
        change.summary.subject = self.redacted(change.summary.subject);
        if change.n_bytes() > 4 * MAX_TEXT_BYTES {
            return Err(RecordingError::rejected(
                &change.summary.id,
                "a change with more than 4 MiB of message and file names",
            ));
        }
        self.buffer.n_bytes += change.n_bytes();
        self.buffer.changes.push(change);
        self.commit_if_full()
    }

    /// Says what a metric counts, as was told with its samples; of a name that comes twice the later one counts.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_metadata(
        &mut self,
        name: &str,
        kind: MetricKind,
        help: &str,
        unit: &str,
    ) -> Result<(), RecordingError> {
        self.push_metadata_row(MetadataRow {
            name: name.to_owned(),
            kind,
            help: help.to_owned(),
            unit: unit.to_owned(),
            seen_at: None,
        })
    }

    /// Says what was asked of a source.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_coverage(&mut self, row: CoverageRow) -> Result<(), RecordingError> {
        for text in [&row.source, &row.what, &row.state, &row.warnings] {
            self.check_text("coverage row", text)?;
        }
        let row = CoverageRow {
            what: self.redacted(row.what),
            warnings: self.redacted(row.warnings),
            ..row
        };
        self.buffer.n_bytes += row.n_bytes();
        self.buffer.coverage.push(row);
        self.commit_if_full()
    }

    /// Adds a document, and what was fetched of it: JSON of a thread, else Markdown. Suspected secrets are hidden.
    ///
    /// # Errors
    /// When it is larger than a document may be, and as for [`RecordingWriter::push_event`].
    pub fn push_document(
        &mut self,
        document: &Document,
        original: Option<&[u8]>,
    ) -> Result<(), RecordingError> {
        let mut document = document.clone();
        document.summary.title = self.redacted(document.summary.title);
        document.text = self.redacted(document.text);
        document.link = self.redacted(document.link);
        for comment in &mut document.comments {
            comment.text = self.redacted(std::mem::take(&mut comment.text));
        }
        let name = file_name(&document.summary.id);
        self.put_document(
            format!("incidents/{name}.json"),
            documents::to_json(&document).into_bytes(),
        )?;
        let Some(original) = original else {
            return Ok(());
        };
        let is_json =
            original.trim_ascii_start().starts_with(b"{") || original.trim_ascii_start().starts_with(b"[");
        let original_name = match is_json {
            true => format!("incidents/{name}.source.json"),
            false => format!("docs/{name}.md"),
        };
        let original = self.redacted(String::from_utf8_lossy(original).into_owned());
        self.put_document(original_name, original.into_bytes())
    }

    fn put_document(&mut self, name: String, bytes: Vec<u8>) -> Result<(), RecordingError> {
        if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
            let trouble = format!(
                "a document of {} bytes; at most {MAX_DOCUMENT_BYTES} are kept",
                bytes.len()
            );
            return Err(RecordingError::rejected(name, trouble));
        }
        self.put_file(name, bytes)
    }

    /// Says which panels matter, at which moment to open, and what the story is.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn set_layout(&mut self, layout: &Layout) -> Result<(), RecordingError> {
        self.put_file(LAYOUT_NAME.to_owned(), layout::to_json(layout).into_bytes())
    }

    /// Adds a dashboard as JSON, fetched at a moment. Secrets in it are hidden.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_dashboard(
        &mut self,
        name: &str,
        json: &str,
        (source, folder): (&str, &str),
        fetched_at: Timestamp,
    ) -> Result<(), RecordingError> {
        let json = self.redacted(json.to_owned());
        let text = glass_formats::grafana::recorded_json(&json, source, folder, fetched_at);
        self.put_file(format!("dashboards/{}.json", file_name(name)), text.into_bytes())
    }

    /// Adds a file as it is, such as `git/gitops.bundle` or `truth/truth.json`. Nothing in it is hidden.
    ///
    /// # Errors
    /// When the name is not allowed or that of a table, and as for [`RecordingWriter::push_event`].
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), RecordingError> {
        let is_table = |table: &str| {
            let rest = name.strip_prefix(table);
            rest.is_some_and(|rest| rest == ".parquet" || rest.starts_with('/') && rest.ends_with(".parquet"))
        };
        if [MANIFEST_NAME, DRAFT_NAME, SEGMENT_SUM_NAME].contains(&name)
            || TABLES.iter().any(|table| is_table(table))
        {
            return Err(RecordingError::rejected(
                name,
                "the recording itself uses this name",
            ));
        }
        self.put_file(name.to_owned(), bytes.to_vec())
    }

    fn put_file(&mut self, name: String, bytes: Vec<u8>) -> Result<(), RecordingError> {
        check_member_name(&name).map_err(|trouble| RecordingError::rejected(&name, trouble))?;
        if bytes.len() > MAX_FILE_BYTES {
            let trouble = format!(
                "a file of {} bytes; at most {MAX_FILE_BYTES} are kept",
                bytes.len()
            );
            return Err(RecordingError::rejected(name, trouble));
        }
        self.buffer.n_bytes += bytes.len() + name.len() + 64;
        self.buffer.files.insert(name, bytes);
        self.commit_if_full()
    }

    fn check_labels(&self, labels: &Labels) -> Result<(), RecordingError> {
        let n_bytes: usize = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        if n_bytes > MAX_LABELS_BYTES {
            let start: String = labels.to_string().chars().take(80).collect();
            return Err(RecordingError::rejected(
                start,
                format!("labels of {n_bytes} bytes"),
            ));
        }
        if self.series.is_full() || self.streams.is_full() {
            return Err(RecordingError::rejected(
                self.folder.display(),
                "too many series or streams",
            ));
        }
        Ok(())
    }

    fn check_text(&self, what: &str, text: &str) -> Result<(), RecordingError> {
        if text.len() <= MAX_TEXT_BYTES {
            return Ok(());
        }
        let start: String = text.chars().take(80).collect();
        Err(RecordingError::rejected(
            start,
            format!(
                "a {what} of {} bytes; at most {MAX_TEXT_BYTES} are kept",
                text.len()
            ),
        ))
    }

    fn redacted(&mut self, text: String) -> String {
        let (shown, n_hidden) = redact_counted(&text);
        if n_hidden == 0 {
            return text;
        }
        self.buffer.counts.redactions += n_hidden;
        shown.into_owned()
    }

    fn redacted_labels(&mut self, labels: Labels) -> Labels {
        if !labels.iter().any(|(_, value)| redact_counted(value).1 > 0) {
            return labels;
        }
        let pairs: Vec<(String, String)> = labels
            .iter()
            .map(|(name, value)| (name.to_owned(), self.redacted(value.to_owned())))
            .collect();
        Labels::new(pairs)
    }

    fn commit_if_full(&mut self) -> Result<(), RecordingError> {
        if self.buffer.n_bytes < SEGMENT_BYTES {
            return Ok(());
        }
        self.commit_segment().map(drop)
    }

    /// Writes what was pushed since the last segment. When this returns, it is on disk.
    ///
    /// # Errors
    /// When it cannot be written; what was pushed is then lost, as it may be the reason.
    pub fn commit_segment(&mut self) -> Result<SegmentReport, RecordingError> {
        if self.draft != self.written_draft {
            write_draft(&self.folder, &self.draft)?;
            self.written_draft = self.draft.clone();
        }
        if self.buffer.is_empty() {
            return Ok(SegmentReport {
                number: 0,
                counts: Counts::default(),
            });
        }
        let number = self.next_segment;
        let buffer = std::mem::take(&mut self.buffer);
        let (series, streams) = (&mut self.series, &mut self.streams);
        let counts = segment::write_segment(&self.folder, number, &self.draft, buffer, series, streams)?;
        self.next_segment = number.saturating_add(1);
        Ok(SegmentReport { number, counts })
    }

    /// Writes the rest, merges all segments into the `.glass` file `file` and removes the folder. The file appears
    /// only when it is complete. What is damaged is left out and told in the report; the folder then stays.
    ///
    /// # Errors
    /// When `file` exists, or something cannot be read or written; the folder is then still there.
    pub fn finish(
        self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FinishReport, RecordingError> {
        self.finish_into(file, false, progress)
    }

    /// As [`RecordingWriter::finish`], and takes the place of `file` if it exists, in one step.
    ///
    /// # Errors
    /// When something cannot be read or written; the folder and the old file are then still there.
    pub fn finish_replacing(
        self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FinishReport, RecordingError> {
        self.finish_into(file, true, progress)
    }

    fn finish_into(
        mut self,
        file: &Path,
        replace: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FinishReport, RecordingError> {
        self.commit_segment()?;
        let report = finish::finish_folder(&self.folder, file, replace, self.effort, progress)?;
        let Self { folder, lock, .. } = self;
        drop(lock);
        // What was damaged may still be of use to somebody.
        if report.warnings.is_empty() {
            remove_segments(&folder)?;
        }
        Ok(report)
    }
}
