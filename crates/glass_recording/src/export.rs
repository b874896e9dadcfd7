//! Gives a recording's data to other programs: OpenMetrics, logs as JSON lines, CSV.
//!
//! Everything is asked of a [`Querier`](glass_model::Querier) as of a moment, so an export knows no more than a
//! screen. What a form cannot carry is counted and said in an [`ExportReport`]; suspected secrets are hidden once more
//! on the way out.

mod logs;
mod metrics;
mod rows;

pub use logs::{export_logs_csv, export_logs_jsonl};
pub use metrics::{export_metrics_csv, export_openmetrics};
pub use rows::export_events_csv;

use crate::redact::redact_counted;
use glass_model::{Completeness, Labels, LogFilter, Provenance, QueryError, Selector, TimeRange, Timestamp};
use std::borrow::Cow;
use std::io;

/// Why an export ended early. What was written until then is not complete.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The data cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The output cannot be written.
    #[error("cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// What is exported.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// Which series.
    pub series: Selector,
    /// Which log lines.
    pub lines: LogFilter,
    /// Which time; for logs better the recording's extent than all of time.
    pub range: TimeRange,
    /// The playhead: nothing that became known later.
    pub as_of: Timestamp,
    /// Writes names outside the classic alphabet in quotes, which Prometheus reads from 3.0 on; else series with such
    /// names are left out of OpenMetrics.
    pub with_other_names: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            series: Selector::all(),
            lines: LogFilter::default(),
            range: TimeRange::ALL,
            as_of: Timestamp::MAX,
            with_other_names: false,
        }
    }
}

/// What was written, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Series or streams.
    pub n_series: u64,
    /// Samples, log lines or other rows.
    pub n_rows: u64,
    /// What the form cannot carry, what was left out or hidden, and what the recording itself lacks, one sentence
    /// each.
    pub notes: Vec<String>,
}

impl ExportReport {
    fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// A note, if there is something to count.
    fn note_count(&mut self, count: u64, one: &str, many: &str) {
        match count {
            0 => {}
            1 => self.note(format!("1 {one}")),
            _ => self.note(format!("{count} {many}")),
        }
    }

    /// Says what the source says of its own answer.
    fn note_provenance(&mut self, provenance: &Provenance) {
        match &provenance.completeness {
            Completeness::Complete | Completeness::NotAsked => {}
            Completeness::Partial(text) => self.note(format!("the recording is incomplete: {text}")),
            Completeness::Stepped(_) => {
                self.note("some values were recorded at a step, not as they were scraped")
            }
            Completeness::Refused(text) => self.note(format!("a source refused: {text}")),
            Completeness::Failed(text) => self.note(format!("asking a source failed: {text}")),
        }
        for warning in &provenance.warnings {
            self.note(format!("the recording says: {warning}"));
        }
    }
}

/// Hides suspected secrets, and counts them.
#[derive(Debug, Default)]
struct Hider {
    n_hidden: u64,
}

impl Hider {
    fn text<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let (shown, n_hidden) = redact_counted(text);
        self.n_hidden += n_hidden;
        shown
    }

    fn labels(&mut self, labels: &Labels) -> Labels {
        let n_before = self.n_hidden;
        let shown: Vec<(String, String)> = labels
            .iter()
            .map(|(name, value)| (name.to_owned(), self.text(value).into_owned()))
            .collect();
        if self.n_hidden == n_before {
            labels.clone()
        } else {
            Labels::new(shown)
        }
    }

    fn tell(&self, report: &mut ExportReport) {
        report.note_count(
            self.n_hidden,
            "suspected secret hidden",
            "suspected secrets hidden",
        );
    }
}
