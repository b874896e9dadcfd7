//! Patterns of log lines: [`LinePattern`], a form that lines share; [`LogPatterns`], the forms of many lines with how
//! often each came. [`crate::PatternMiner`] finds them.

use crate::{Level, TimeRange, Timestamp};
use std::ops::Range;

/// What stands for any text in a pattern, as in LogQL's `|> "…"`.
pub const WILDCARD: &str = "<_>";

/// A form of lines: texts that must come in this order, with anything where `<_>` stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePattern {
    text: Box<str>,
    /// The texts between wildcards; the first and last are empty where the pattern begins or ends with one.
    literals: Vec<Range<usize>>,
}

impl LinePattern {
    /// Reads a pattern, such as `GET <_> took <_> ms`. Every text is one.
    pub fn new(text: &str) -> Self {
        let mut literals = Vec::new();
        let mut start = 0;
        for (at, _) in text.match_indices(WILDCARD) {
            literals.push(start..at);
            start = at + WILDCARD.len();
        }
        literals.push(start..text.len());
        Self {
            text: text.into(),
            literals,
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The texts between wildcards, in order, empty ones too.
    pub fn literals(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.literals
            .iter()
            .map(|range| self.text.get(range.clone()).unwrap_or(""))
    }

    /// Whether the whole line is of this form.
    pub fn matches(&self, line: &str) -> bool {
        let mut literals = self.literals();
        let Some(rest) = literals.next().and_then(|first| line.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = literals.next_back() else {
            return rest.is_empty();
        };
        let Some(mut rest) = rest.strip_suffix(last) else {
            return false;
        };
        literals.all(|literal| match rest.find(literal) {
            Some(at) => {
                rest = rest.get(at + literal.len()..).unwrap_or("");
                true
            }
            None => false,
        })
    }
}

/// Lines of one form.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPattern {
    /// The form, `<_>` where the lines differ; what [`LinePattern`] reads.
    pub text: String,
    /// How many lines there were.
    pub n_lines: u64,
    /// Their level; lines of two levels are never of one pattern.
    pub level: Level,
    /// Lines per bucket of the window.
    pub buckets: Vec<u64>,
    /// When the first of them was written.
    pub first_at: Timestamp,
    /// When the last was.
    pub last_at: Timestamp,
}

/// The forms of all matching lines of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPatterns {
    /// The window; what lies after the playhead counts nothing.
    pub window: TimeRange,
    /// New ones first, each of the two groups by how many lines.
    pub patterns: Vec<LogPattern>,
    /// Patterns first seen from this moment on are new: the last tenth of what is known of the lines' time. `None`
    /// if all lines are of so short a time that nothing is old.
    pub new_since: Option<Timestamp>,
    /// Lines in all.
    pub n_lines: u64,
    /// Patterns that were found and left out, the rarest of those that are not new.
    pub n_left_out: u64,
    /// Lines that fitted no pattern once there were as many patterns as are kept apart.
    pub n_unsorted: u64,
}

impl LogPatterns {
    /// Whether a pattern is new.
    pub fn is_new(&self, pattern: &LogPattern) -> bool {
        self.new_since.is_some_and(|since| pattern.first_at >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_lines() {
        let check = |pattern: &str, line: &str, expected: bool| {
            assert_eq!(
                LinePattern::new(pattern).matches(line),
                expected,
                "{pattern} {line}"
            );
        };
        check("GET <_> took <_> ms", "GET /cart took 12 ms", true);
        check("GET <_> took <_> ms", "GET /cart took 12 ms or so", false);
        check("GET <_> took <_> ms", "a GET /cart took 12 ms", false);
        check("<_>", "", true);
        check("", "", true);
        check("", "x", false);
        check("plain", "plain", true);
        check("<_>größe<_>", "die größe 3", true);
        check("a<_>a", "a", false);
        check("ab<_>ba", "aba", false);
        check("<_>a<_>b<_>", "bab", true);
        check("<_>a<_>b<_>", "bba", false);
    }
}
