//! `coverage`: what was asked of which source, and how much was answered.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Timestamp;

/// One question to one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    /// The source's name.
    pub source: String,
    /// What was asked: a selector, or a word such as `alerts`.
    pub what: String,
    /// The first moment asked for.
    pub start: Timestamp,
    /// The last moment asked for.
    pub end: Timestamp,
    /// When it was asked, if that is known.
    pub asked_at: Option<Timestamp>,
    /// `complete`, `partial`, `stepped`, `refused` or `failed`.
    pub state: String,
    /// What must be said of the answer, one a line.
    pub warnings: String,
    /// How many samples, entries or other items came.
    pub n_items: u64,
}

/// All rows, by source, start and what was asked.
///
/// # Errors
/// When the member is damaged.
pub fn read_coverage(member: &Member) -> Result<Vec<CoverageRow>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
