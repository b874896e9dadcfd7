//! The traits behind which a live cloud and a recording look the same: [`Backend`], [`Querier`], [`Navigator`].

use crate::{
    Answer, Labels, LogFilter, LogRef, LogScan, Provenance, Question, Selector, SeriesData, Stream,
    TimeRange, Timestamp,
};
use std::ops::{ControlFlow, Range};

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The data cannot be read; the text names the place.
    #[error("{0}")]
    Damaged(String),
    /// The question asks for more than is allowed; the text says what to narrow.
    #[error("{0}")]
    TooMuch(String),
    /// This kind of question cannot be answered here.
    #[error("{0}")]
    Unsupported(String),
    /// A query that is not understood, or does not fit its data types.
    #[error("{text}")]
    Invalid {
        /// What is wrong, as the servers word it.
        text: String,
        /// The bytes of the query it is about.
        at: Range<usize>,
    },
    /// A query that is understood and cannot be evaluated on this data; as the servers word it.
    #[error("{0}")]
    Execution(String),
    /// It took too long; the text is the servers' own.
    #[error("{0}")]
    Timeout(String),
    /// The question was withdrawn.
    #[error("cancelled")]
    Cancelled,
}

/// Answers questions. Calls may take long and come from several threads at once.
pub trait Backend: Send + Sync {
    /// Answers, with nothing that became known after `question.as_of`.
    ///
    /// # Errors
    /// When there is no answer at all; a partial one is an answer whose provenance says so.
    fn answer(&self, question: &Question) -> Result<Answer, QueryError>;
}

/// Hands plain data to an engine, or to an exporter.
pub trait Querier: Send + Sync {
    /// All series that match and have a sample in `range` no later than `as_of`, sorted by labels.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError>;

    /// All matching log entries in `range` no later than `as_of`, by stream; streams sorted by labels.
    ///
    /// # Errors
    /// When the data cannot be read, or there are more than `limit` entries.
    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError>;

    /// Hands out the series that match and have a sample in `range` no later than `as_of`, one by one, sorted by
    /// labels, until `visit` breaks. Memory does not grow with the number of series.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn each_series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
        visit: &mut dyn FnMut(SeriesData) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        let (all, provenance) = self.series(selector, range, as_of)?;
        for series in all {
            if visit(series).is_break() {
                break;
            }
        }
        Ok(provenance)
    }

    /// The labels of the series that match and have a sample in `range` no later than `as_of`, sorted.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn series_labels(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        let (all, provenance) = self.series(selector, range, as_of)?;
        Ok((all.into_iter().map(|series| series.labels).collect(), provenance))
    }

    /// Hands out the log lines asked for that are no later than `as_of`, one by one, until `visit` breaks. Memory
    /// does not grow with the number of lines.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError>;

    /// The labels of the streams that match and have a line in `range` no later than `as_of`, sorted.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError>;
}

/// What to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JumpTarget {
    /// An alert that begins to fire.
    Alert,
    /// A change.
    Change,
    /// A log line of level error or graver, after a second without one.
    Error,
    /// Something said or done in an incident.
    Incident,
    /// Whatever stands on the timeline: an alert that begins or ends, a change, a deployment, an annotation, a word on
    /// an incident.
    Any,
}

/// A wish to jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Jump {
    /// To what.
    pub target: JumpTarget,
    /// From where.
    pub from: Timestamp,
    /// To the next one, or else the previous one.
    pub forward: bool,
}

/// Chooses where to stop. The one reader that may look beyond the playhead, because it tells nothing but a
/// moment; a drill has no navigator.
pub trait Navigator: Send + Sync {
    /// The moment at which the next or previous such thing became known, strictly after or before `from`.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn jump(&self, jump: Jump) -> Result<Option<Timestamp>, QueryError>;
}
