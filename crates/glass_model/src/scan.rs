//! Reading log lines in bulk: what is asked of a store ([`LogScan`]), what it hands to an engine ([`LogRef`]), and
//! conditions an engine prepares for a store ([`LinePredicate`]).

use crate::{Labels, LogOrder, Selector, TimeRange, Timestamp};
use std::fmt;
use std::sync::Arc;

/// A condition on the text of a line that a store checks by itself, many lines at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LineCondition {
    /// Texts, compared byte by byte; never empty texts, at least one.
    pub any_of: Vec<Box<str>>,
    /// Turns it round: the line holds none of the texts.
    pub inverse: bool,
}

impl LineCondition {
    /// Whether `line` fulfils it.
    pub fn holds(&self, line: &str) -> bool {
        self.any_of.iter().any(|text| line.contains(&**text)) != self.inverse
    }
}

/// Which log lines an engine wants handed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogScan {
    /// Of which streams.
    pub streams: Selector,
    /// Of which time.
    pub range: TimeRange,
    /// What their text must fulfil, all of it. The store checks these fully; the engine need not check again.
    pub conditions: Vec<LineCondition>,
    /// By time; lines of equal times in the order of their streams' labels, then as recorded. Backward is the exact
    /// reverse of forward.
    pub order: LogOrder,
    /// Whether [`LogRef::line`] is wanted; it may be empty otherwise.
    pub needs_line: bool,
    /// Whether [`LogRef::metadata`] is wanted; it may be empty otherwise.
    pub needs_metadata: bool,
}

/// A log line in place, in the store's memory.
#[derive(Clone, Copy, Debug)]
pub struct LogRef<'a> {
    /// When it was written.
    pub at: Timestamp,
    /// A number for its stream, the same through one scan; tells nothing of the streams' order.
    pub stream: usize,
    /// The stream's labels.
    pub labels: &'a Labels,
    /// The text.
    pub line: &'a str,
    /// Its structured metadata.
    pub metadata: &'a Labels,
}

/// A condition on log lines that an engine has prepared for a store, so that the store can count, page and cache
/// with it without knowing the language it was written in.
pub trait LinePredicate: Send + Sync {
    /// Tells two of them apart: equal keys keep the same lines.
    fn key(&self) -> &str;
    /// Conditions that every kept line fulfils, for skipping.
    fn conditions(&self) -> &[LineCondition];
    /// Whether the line is kept.
    fn keeps(&self, line: LogRef<'_>) -> bool;
}

/// A shared [`LinePredicate`], equal to another by its key.
#[derive(Clone)]
pub struct SharedPredicate(pub Arc<dyn LinePredicate>);

impl PartialEq for SharedPredicate {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}
impl Eq for SharedPredicate {}

impl fmt::Debug for SharedPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.key())
    }
}
