//! The traits behind which a live cloud and a recording look the same: [`Backend`], [`Querier`], [`Navigator`].

use crate::{Answer, LogFilter, Provenance, Question, Selector, SeriesData, Stream, TimeRange, Timestamp};

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
