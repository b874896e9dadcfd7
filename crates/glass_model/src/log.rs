//! Log lines: [`Stream`], [`Entry`], the [`Level`] of a line, and what the log screen asks for.

use crate::{Labels, Selector, SharedPredicate, TimeRange, Timestamp};
use std::ops::Range;

/// Entries that share their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// What identifies it.
    pub labels: Labels,
    /// Its entries, by time.
    pub entries: Vec<Entry>,
}

/// A log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was written.
    pub at: Timestamp,
    /// The line as it came, terminal escapes included.
    pub line: String,
    /// Its structured metadata.
    pub metadata: Labels,
}

/// How grave a line is. The order is the gravity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not stated.
    #[default]
    Unknown,
    /// `trace` or `debug`.
    Debug,
    /// `info`.
    Info,
    /// `warn`.
    Warning,
    /// `error`.
    Error,
    /// `fatal`, `critical`, `panic`.
    Critical,
}

impl Level {
    /// All, from the least to the gravest.
    pub const ALL: [Self; 6] = [
        Self::Unknown,
        Self::Debug,
        Self::Info,
        Self::Warning,
        Self::Error,
        Self::Critical,
    ];

    /// Reads a level's name in the spellings log libraries use; `None` if it is none of them.
    pub fn from_name(name: &str) -> Option<Self> {
        let is = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        if is(&["error", "err", "eror"]) {
            Some(Self::Error)
        } else if is(&["warn", "warning", "wrn"]) {
            Some(Self::Warning)
        } else if is(&["info", "inf", "information", "notice"]) {
            Some(Self::Info)
        } else if is(&["debug", "dbg", "trace", "trc", "verbose"]) {
            Some(Self::Debug)
        } else if is(&[
            "fatal",
            "critical",
            "crit",
            "panic",
            "alert",
            "emerg",
            "emergency",
        ]) {
            Some(Self::Critical)
        } else if is(&["unknown"]) {
            Some(Self::Unknown)
        } else {
            None
        }
    }

    /// The name as Loki's `detected_level` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warn",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of which streams.
    pub streams: Selector,
    /// The line must contain this text, ignoring ASCII case; empty for all lines.
    pub contains: String,
    /// Turns `contains` round: the line must not contain it.
    pub inverse: bool,
    /// At least this grave; [`Level::Unknown`] for all lines.
    pub min_level: Level,
    /// A LogQL query whose lines are wanted, empty for none; only an engine understands it, and hands it on to a
    /// store as `predicate`.
    pub logql: String,
    /// The whole line must be of this form, what [`crate::LinePattern`] reads; empty for all lines.
    pub pattern: String,
    /// The line must also contain this text, ignoring ASCII case, whatever else is filtered by: what a search jumps
    /// between; empty for all lines.
    pub search: String,
    /// What an engine has made of a query.
    pub predicate: Option<SharedPredicate>,
}

/// A line as the log screen shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// The stream's labels.
    pub labels: Labels,
    /// The line.
    pub entry: Entry,
    /// Its level.
    pub level: Level,
}

/// Lines around a moment, by time (then by stream's labels, then as recorded).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// How many matching lines in the whole recording up to the playhead lie before the first of `lines`.
    pub n_before: u64,
    /// How many matching lines lie after the last of `lines`, up to the playhead.
    pub n_after: u64,
    /// How many matching lines lie at or before the moment asked for, counted as `n_before` is.
    pub n_until_anchor: u64,
    /// Of each of `lines` the bytes that the line filters of a LogQL query found in it; empty if there is no query.
    pub matches: Vec<Vec<Range<usize>>>,
}

/// How many of *all* matching lines fall into each bucket of a window, by level.
#[derive(Clone, Debug, PartialEq)]
pub struct LogHistogram {
    /// The window; buckets after the playhead are 0.
    pub window: TimeRange,
    /// Lines per bucket and level, levels as in [`Level::ALL`].
    pub buckets: Vec<[u64; 6]>,
    /// All matching lines up to the playhead, also outside the window.
    pub total: u64,
}
