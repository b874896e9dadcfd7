//! Takes files of other programs into a recording: [`import`], by [`ImportFormat`].
//!
//! Every input is read by `glass_formats` and pushed into a [`RecordingWriter`]. What could not be taken over is
//! counted and said, input by input, in an [`ImportReport`]; the recording itself remembers in its coverage what
//! came from where. Sentences in the coverage hold no counts: a count over the whole input would tell what was
//! still to come.

mod api;
mod detect;
mod documents;
mod error;
mod git;
mod logs;
mod metrics;
mod stale;
mod tally;
mod text;
mod webhooks;

pub use detect::{ImportFormat, detect};
pub use error::ImportError;

use crate::manifest::SourceNote;
use crate::tables::coverage::CoverageRow;
use crate::writer::{Progress, RecordingWriter};
use glass_model::{TimeRange, Timestamp};
use std::path::PathBuf;

/// A file, or for Git also a folder, to be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportInput {
    /// Where it is. Compressed with gzip or not; that is seen from its first bytes.
    pub path: PathBuf,
    /// Its form; found out if not given.
    pub format: Option<ImportFormat>,
    /// The source's name in the recording; the file's name if not given.
    pub source: Option<String>,
}

/// How inputs are taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// From when on something is known whose input names no time: a document without one, samples without one,
    /// notifications of which nobody wrote down when they were received.
    pub known_at: Option<Timestamp>,
    /// When answers of APIs were given that are true of a moment, such as rules; else their `Date` header or the
    /// latest time in them says so.
    pub seen_at: Option<Timestamp>,
    /// Labels that are structured metadata, besides [`glass_formats::loki::METADATA_LABELS`].
    pub metadata_labels: Vec<String>,
    /// Finds out which NaNs were stale markers, which text cannot carry: those in counts, those of a target that stopped,
    /// and those behind which a series stops for a while. Texts are read twice then.
    pub infer_stale: bool,
    /// The cluster that events belong to, where they do not say it themselves.
    pub cluster: String,
    /// Leaves out the Git objects themselves, which are stored as they are, secrets included. Commits with their
    /// patches, secrets hidden, are taken in all the same.
    pub without_git_objects: bool,
}

/// What was taken in, input by input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// In the order of the inputs.
    pub inputs: Vec<InputReport>,
}

/// What was taken in from one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputReport {
    /// The source's name.
    pub source: String,
    /// Where it was.
    pub path: PathBuf,
    /// As what it was read.
    pub format: Option<ImportFormat>,
    /// Float samples.
    pub n_samples: u64,
    /// Native histograms.
    pub n_histograms: u64,
    /// Log lines.
    pub n_entries: u64,
    /// Events.
    pub n_events: u64,
    /// Commits.
    pub n_changes: u64,
    /// Threads, post-mortems and notes.
    pub n_documents: u64,
    /// Rules, targets, silences, receivers or descriptions of metrics.
    pub n_items: u64,
    /// From when to when it reaches.
    pub range: Option<TimeRange>,
    /// What was left out, changed or assumed, with counts, one sentence each.
    pub notes: Vec<String>,
}

/// Takes inputs in, in their order. When one fails, what came before it has been pushed.
///
/// # Errors
/// When an input cannot be read at all, its form is not known, something needs a known time, or the writer fails.
pub fn import(
    inputs: &[ImportInput],
    writer: &mut RecordingWriter,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportReport, ImportError> {
    let mut report = ImportReport::default();
    for input in inputs {
        report.inputs.push(import_one(input, writer, options, progress)?);
    }
    Ok(report)
}

/// What an importer of one form works with.
struct Job<'a> {
    input: &'a ImportInput,
    source: String,
    writer: &'a mut RecordingWriter,
    options: &'a ImportOptions,
    progress: &'a mut dyn FnMut(Progress),
    report: InputReport,
}

fn import_one(
    input: &ImportInput,
    writer: &mut RecordingWriter,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<InputReport, ImportError> {
    let format = match input.format {
        Some(format) => format,
        None => detect(&input.path)?,
    };
    let source = input
        .source
        .clone()
        .unwrap_or_else(|| text::file_name(&input.path));
    let report = InputReport {
        source: source.clone(),
        path: input.path.clone(),
        format: Some(format),
        ..InputReport::default()
    };
    let mut job = Job {
        input,
        source,
        writer,
        options,
        progress,
        report,
    };
    job.add_source(format);
    match format {
        ImportFormat::OpenMetrics => metrics::import_openmetrics(&mut job)?,
        ImportFormat::PromtoolDump => metrics::import_dump(&mut job)?,
        ImportFormat::LokiJson => logs::import_pages(&mut job)?,
        ImportFormat::LogcliJsonl => logs::import_lines(&mut job)?,
        ImportFormat::Alertmanager => webhooks::import(&mut job)?,
        ImportFormat::Git => git::import(&mut job)?,
        ImportFormat::Markdown => documents::import_markdown(&mut job)?,
        ImportFormat::IssueJson => documents::import_issues(&mut job)?,
        ImportFormat::Rules => api::import_rules(&mut job)?,
        ImportFormat::Targets => api::import_targets(&mut job)?,
        ImportFormat::Metadata => api::import_metadata(&mut job)?,
        ImportFormat::Silences => api::import_silences(&mut job)?,
        ImportFormat::Receivers => api::import_receivers(&mut job)?,
    }
    Ok(job.report)
}

impl Job<'_> {
    /// Names the source in the manifest, once.
    fn add_source(&mut self, format: ImportFormat) {
        let sources = &mut self.writer.draft_mut().sources;
        if sources.iter().all(|note| note.name != self.source) {
            sources.push(SourceNote {
                name: self.source.clone(),
                kind: format.source_kind().to_owned(),
                ..SourceNote::default()
            });
        }
    }

    /// Remembers what came from the source. `warnings` are sentences without counts.
    fn cover(
        &mut self,
        what: &str,
        n_items: u64,
        is_partial: bool,
        warnings: &[&str],
    ) -> Result<(), ImportError> {
        let Some(range) = self.report.range else {
            return Ok(());
        };
        let row = CoverageRow {
            source: self.source.clone(),
            what: what.to_owned(),
            start: range.start,
            end: range.end,
            asked_at: None,
            state: if is_partial { "partial" } else { "complete" }.to_owned(),
            warnings: warnings.join("\n"),
            n_items,
        };
        Ok(self.writer.push_coverage(row)?)
    }

    /// Extends the input's range.
    fn reach(&mut self, at: Timestamp) {
        let here = TimeRange::new(at, at);
        self.report.range = Some(self.report.range.map_or(here, |range| range.union(here)));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.report.notes.push(text.into());
    }

    /// A note, if there is something to count.
    fn note_count(&mut self, count: u64, one: &str, many: &str) {
        match count {
            0 => {}
            1 => self.note(format!("1 {one}")),
            _ => self.note(format!("{count} {many}")),
        }
    }
}
