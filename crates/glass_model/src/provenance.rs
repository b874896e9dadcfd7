//! Where an answer comes from and how far it can be trusted: the third law.

use crate::{TimeRange, Timestamp};

/// How much of what was asked for was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    Complete,
    /// Some of it; the text says what is missing.
    Partial(String),
    /// Values at a step of so many nanoseconds, not the samples themselves.
    Stepped(i64),
    /// The recording holds nothing of this kind: it was never asked for.
    NotAsked,
    /// The source refused; the text says why.
    Refused(String),
    /// Asking failed; the text says why.
    Failed(String),
}

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The source's name, such as `prometheus-main` or `imported from app.log`.
    pub source: String,
    /// When it was asked, if that is known.
    pub asked_at: Option<Timestamp>,
    /// What the answer covers, cut at the playhead.
    pub covers: TimeRange,
    /// How much was answered.
    pub completeness: Completeness,
    /// What else must be said of it.
    pub warnings: Vec<String>,
}

impl Provenance {
    /// A complete answer from `source`.
    pub fn complete(source: impl Into<String>, covers: TimeRange) -> Self {
        Self {
            source: source.into(),
            asked_at: None,
            covers,
            completeness: Completeness::Complete,
            warnings: Vec::new(),
        }
    }
}
