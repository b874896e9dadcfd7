//! What all sources of log lines share: [`LineAsk`], what is asked; [`LinesRead`], what came of it; and the way of a
//! line from a source to the visitor, on which secrets are hidden and levels found.

use glass_formats::log_level::level_of;
use glass_formats::redact::redact_counted;
use glass_model::{Entry, Labels, LogLine, LogOrder, TimeRange, Timestamp};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// Which lines are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct LineAsk {
    /// In the source's own language, such as `{job="shop"} |= "error"`.
    pub query: String,
    /// From when to when, both included.
    pub range: TimeRange,
    /// Which come first.
    pub order: LogOrder,
    /// At most so many; 0 for all.
    pub limit: u64,
}

/// What came of it; the lines themselves went to the visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct LinesRead {
    /// Lines handed out.
    pub n_lines: u64,
    /// Requests made for them.
    pub n_requests: u64,
    /// All lines of this part of the range were handed out, but for those that a partial answer says are missing.
    /// Whoever broke off can go on from here.
    pub covered: TimeRange,
}

/// Takes lines one by one, and may say that it has had enough.
pub type Visitor<'a> = dyn FnMut(LogLine) -> ControlFlow<()> + Send + 'a;

/// Hands lines to a visitor: hides secrets, finds levels, counts, and stops at the limit.
pub(crate) struct Sink<'a> {
    visitor: &'a mut Visitor<'a>,
    /// How many more are wanted.
    left: u64,
    pub n_lines: u64,
    pub n_redacted: u64,
    is_full: bool,
}

impl<'a> Sink<'a> {
    /// For at most `limit` lines; 0 for all.
    pub fn new(visitor: &'a mut Visitor<'a>, limit: u64) -> Self {
        Self {
            visitor,
            left: if limit == 0 { u64::MAX } else { limit },
            n_lines: 0,
            n_redacted: 0,
            is_full: false,
        }
    }

    /// Hands on a line.
    pub fn take(&mut self, labels: Labels, entry: Entry) {
        if self.is_full {
            return;
        }
        let level = level_of(&labels, &entry.metadata, &entry.line);
        let line = LogLine {
            labels,
            entry: without_secrets(entry, &mut self.n_redacted),
            level,
        };
        self.n_lines += 1;
        self.left -= 1;
        self.is_full = (self.visitor)(line).is_break() || self.left == 0;
    }

    /// Whether no more lines are wanted.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// How many more are wanted.
    pub fn left(&self) -> u64 {
        self.left
    }
}

/// The entry with its secrets hidden and counted.
pub(crate) fn without_secrets(mut entry: Entry, n_redacted: &mut u64) -> Entry {
    if let (Cow::Owned(shown), n) = redact_counted(&entry.line) {
        entry.line = shown;
        *n_redacted += n;
    }
    let mut n_hidden = 0;
    let pairs: Vec<(&str, Cow<'_, str>)> = entry
        .metadata
        .iter()
        .map(|(name, value)| {
            let (shown, n) = redact_counted(value);
            n_hidden += n;
            (name, shown)
        })
        .collect();
    if n_hidden > 0 {
        entry.metadata = Labels::new(pairs);
        *n_redacted += n_hidden;
    }
    entry
}

/// The part of `range` that is done when everything before (or, backwards, from) `frontier` is, in nanoseconds.
pub(crate) fn covered(range: TimeRange, order: LogOrder, frontier: i64) -> TimeRange {
    match order {
        LogOrder::Forward => TimeRange::new(
            range.start,
            range.end.min(Timestamp::from_nanos(frontier.saturating_sub(1))),
        ),
        LogOrder::Backward => TimeRange::new(range.start.max(Timestamp::from_nanos(frontier)), range.end),
    }
}
