//! [`RecordingWriter`]: writes a recording as a folder of segments and finishes it into a file.

use crate::error::RecordingError;
use crate::manifest::{Counts, ManifestDraft};
use crate::tables::coverage::CoverageRow;
use glass_model::{
    Change, Document, Entry, Event, Labels, Level, MetricKind, NativeHistogram, Panel, TimeRange, Timestamp,
};
use std::path::Path;

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
    draft: ManifestDraft,
}

impl RecordingWriter {
    /// Starts a recording in `folder`, which must not exist or be empty.
    ///
    /// # Errors
    /// When the folder holds something, or cannot be written.
    pub fn create(folder: &Path, draft: ManifestDraft) -> Result<Self, RecordingError> {
        let _ = (folder, &draft);
        Err(RecordingError::rejected(folder.display(), "not written yet"))
    }

    /// Goes on with a recording that was not finished; see [`crate::unfinish`] for one that was.
    ///
    /// # Errors
    /// When `folder` is no such recording, another program writes it, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        Err(RecordingError::rejected(folder.display(), "not written yet"))
    }

    /// What the manifest will say; changes count from the next segment on.
    pub fn draft_mut(&mut self) -> &mut ManifestDraft {
        &mut self.draft
    }

    /// Adds a float sample. The stale marker is a sample.
    ///
    /// # Errors
    /// When there are too many series or labels, or the segment that was full could not be written.
    pub fn push_sample(&mut self, labels: &Labels, at_millis: i64, value: f64) -> Result<(), RecordingError> {
        let _ = (labels, at_millis, value);
        Ok(())
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
        let _ = (labels, at_millis, histogram);
        Ok(())
    }

    /// Adds a log entry. Suspected secrets in its line and metadata are hidden.
    ///
    /// # Errors
    /// When the entry is longer than a megabyte, and as for [`RecordingWriter::push_sample`].
    pub fn push_entry(&mut self, labels: &Labels, entry: Entry, level: Level) -> Result<(), RecordingError> {
        let _ = (labels, entry, level);
        Ok(())
    }

    /// Adds an event. Suspected secrets in its texts are hidden.
    ///
    /// # Errors
    /// When it is too long, and as for [`RecordingWriter::push_sample`].
    pub fn push_event(&mut self, event: Event) -> Result<(), RecordingError> {
        let _ = event;
        Ok(())
    }

    /// Adds a change; of a commit that comes twice the later one counts. Suspected secrets are hidden, and a patch
    /// of more than 64 KiB is cut.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_change(&mut self, change: Change) -> Result<(), RecordingError> {
        let _ = change;
        Ok(())
    }

    /// Says what a metric counts; of a name that comes twice the later one counts.
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
        let _ = (name, kind, help, unit);
        Ok(())
    }

    /// Says what was asked of a source.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn push_coverage(&mut self, row: CoverageRow) -> Result<(), RecordingError> {
        let _ = row;
        Ok(())
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
        let _ = (document, original);
        Ok(())
    }

    /// Says which panels matter and at which moment to open.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_event`].
    pub fn set_layout(&mut self, panels: &[Panel], open_at: Option<Timestamp>) -> Result<(), RecordingError> {
        let _ = (panels, open_at);
        Ok(())
    }

    /// Adds a file as it is, such as `git/gitops.bundle` or `truth/truth.json`. Nothing in it is hidden.
    ///
    /// # Errors
    /// When the name is not allowed or that of a table, and as for [`RecordingWriter::push_event`].
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), RecordingError> {
        let _ = (name, bytes);
        Ok(())
    }

    /// Writes what was pushed since the last segment. When this returns, it is on disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn commit_segment(&mut self) -> Result<SegmentReport, RecordingError> {
        Err(RecordingError::rejected("", "not written yet"))
    }

    /// Writes the rest, merges all segments into the `.glass` file `file` and removes the folder. The file appears
    /// only when it is complete.
    ///
    /// # Errors
    /// When `file` exists, or something cannot be read or written; the folder is then still there.
    pub fn finish(
        self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FinishReport, RecordingError> {
        let _ = progress;
        Err(RecordingError::rejected(file.display(), "not written yet"))
    }
}
