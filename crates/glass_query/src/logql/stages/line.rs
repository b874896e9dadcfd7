//! Line filters: `|= "text" or "other"`.

use super::{IpSet, LinePattern};
use crate::logql::regex::go_regex;
use glass_model::LineCondition;
use regex::Regex;
use std::ops::Range;

/// How a line filter looks at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineOp {
    /// `|=`
    Contains,
    /// `!=`
    NotContains,
    /// `|~`
    Matches,
    /// `!~`
    NotMatches,
    /// `|>`
    Pattern,
    /// `!>`
    NotPattern,
}

impl LineOp {
    /// Whether what is found is dropped.
    pub fn is_negated(self) -> bool {
        matches!(self, Self::NotContains | Self::NotMatches | Self::NotPattern)
    }

    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Contains => "|=",
            Self::NotContains => "!=",
            Self::Matches => "|~",
            Self::NotMatches => "!~",
            Self::Pattern => "|>",
            Self::NotPattern => "!>",
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug)]
pub enum LineTerm {
    /// A text.
    Text(Box<str>),
    /// An expression; `literals` are texts of which every match holds one.
    Regex {
        /// As it was written.
        text: Box<str>,
        /// Compiled.
        regex: Regex,
        /// Of these every match holds at least one; none if that is not known.
        literals: Vec<Box<str>>,
        /// Whether each of the literals is a match too.
        is_literal: bool,
    },
    /// An address.
    Ip(IpSet),
    /// A pattern from end to end.
    Pattern(LinePattern),
}

impl LineTerm {
    /// An expression; its dot matches newlines too.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn regex(text: &str) -> Result<Self, String> {
        let (literals, is_literal) = required_literals(text);
        Ok(Self::Regex {
            text: text.into(),
            regex: go_regex(text, true)?,
            literals,
            is_literal,
        })
    }

    fn is_in(&self, line: &str) -> bool {
        match self {
            Self::Text(text) => memchr::memmem::find(line.as_bytes(), text.as_bytes()).is_some(),
            Self::Regex { regex, .. } => regex.is_match(line),
            Self::Ip(set) => set.is_in(line),
            Self::Pattern(pattern) => pattern.matches(line),
        }
    }
}

/// A line filter.
#[derive(Clone, Debug)]
pub struct LineFilter {
    /// How it looks.
    pub op: LineOp,
    /// What any of which is looked for.
    pub terms: Vec<LineTerm>,
    condition: Option<LineCondition>,
    is_condition_enough: bool,
}

impl LineFilter {
    /// A filter by any of `terms`.
    pub fn new(op: LineOp, terms: Vec<LineTerm>) -> Self {
        let mut any_of: Vec<Box<str>> = Vec::new();
        let (mut is_known, mut is_exact) = (true, true);
        for term in &terms {
            match term {
                LineTerm::Text(text) if !text.is_empty() => any_of.push(text.clone()),
                LineTerm::Regex {
                    literals, is_literal, ..
                } if !literals.is_empty() => {
                    any_of.extend(literals.iter().cloned());
                    is_exact &= is_literal;
                }
                _ => is_known = false,
            }
        }
        // A line without a required text need not be looked at; a line with it may still be no match.
        let is_usable = is_known && !any_of.is_empty() && (is_exact || !op.is_negated());
        Self {
            op,
            terms,
            condition: is_usable.then(|| LineCondition {
                any_of,
                inverse: op.is_negated(),
            }),
            is_condition_enough: is_usable && is_exact,
        }
    }

    /// A condition that every kept line fulfils.
    pub fn condition(&self) -> Option<&LineCondition> {
        self.condition.as_ref()
    }

    /// Whether every line that fulfils the condition is kept.
    pub fn is_condition_enough(&self) -> bool {
        self.is_condition_enough
    }

    /// The places of a line in which it finds what it looks for; none if what is found is dropped, and none of
    /// addresses and patterns.
    pub fn found_in<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let terms = self.terms.iter().filter(|_| !self.op.is_negated());
        terms.flat_map(move |term| -> Box<dyn Iterator<Item = Range<usize>> + 'a> {
            match term {
                LineTerm::Text(text) if !text.is_empty() => Box::new(
                    line.match_indices(&**text)
                        .map(|(at, found)| at..at + found.len()),
                ),
                LineTerm::Regex { regex, .. } => Box::new(regex.find_iter(line).map(|found| found.range())),
                LineTerm::Text(_) | LineTerm::Ip(_) | LineTerm::Pattern(_) => Box::new(std::iter::empty()),
            }
        })
    }

    /// Whether the line is kept.
    pub fn keeps(&self, line: &str) -> bool {
        self.terms.iter().any(|term| term.is_in(line)) != self.op.is_negated()
    }
}

/// Texts of which every match of the expression holds at least one, and whether each is a match by itself.
fn required_literals(text: &str) -> (Vec<Box<str>>, bool) {
    let is_plain = |c: char| !r"\.+*?()|[]{}^$".contains(c);
    let alternatives: Vec<&str> = text.split('|').collect();
    if alternatives
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(is_plain))
    {
        return (alternatives.into_iter().map(Into::into).collect(), true);
    }
    // Flags may ignore case, and these escapes are longer than one character.
    let is_special = ["|", "(?", r"\x", r"\p", r"\P", r"\0"]
        .iter()
        .any(|sign| text.contains(sign));
    let longest = if is_special { "" } else { longest_literal(text) };
    match longest.len() {
        0..=2 => (Vec::new(), false),
        _ => (vec![longest.into()], false),
    }
}

/// The longest run of plain characters outside of groups, braces and classes that nothing makes optional.
fn longest_literal(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut best, mut start, mut depth, mut at) = (0..0, None, 0_usize, 0);
    while at <= bytes.len() {
        let byte = bytes.get(at).copied().unwrap_or(b'$');
        let is_plain = depth == 0 && !br"\.+*?()|[]{}^$".contains(&byte);
        if is_plain {
            start = start.or(Some(at));
            at += 1;
            continue;
        }
        if let Some(from) = start.take() {
            // What is repeated or optional is the last character alone.
            let is_optional = matches!(byte, b'*' | b'?' | b'{');
            let end = if is_optional {
                before_last_char(text, at)
            } else {
                at
            };
            if end > from && end - from > best.len() {
                best = from..end;
            }
        }
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            b'\\' => at += 1,
            b'[' => at = class_end(bytes, at),
            _ => {}
        }
        at += 1;
    }
    text.get(best).unwrap_or("")
}

/// Where the class that begins at `open` ends.
fn class_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1 + usize::from(bytes.get(open + 1) == Some(&b'^'));
    // A bracket in front stands for itself.
    at += usize::from(bytes.get(at) == Some(&b']'));
    while let Some(byte) = bytes.get(at) {
        match byte {
            b']' => break,
            b'\\' => at += 1,
            b'[' if bytes.get(at + 1) == Some(&b':') => {
                while at < bytes.len() && bytes[at] != b']' {
                    at += 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    at
}

fn before_last_char(text: &str, at: usize) -> usize {
    text[..at]
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn literals_that_a_match_needs_are_found() {
        let check = |text: &str, expected: &[&str], is_literal: bool| {
            let (found, exact) = required_literals(text);
            let found: Vec<&str> = found.iter().map(|text| &**text).collect();
            assert_eq!((found.as_slice(), exact), (expected, is_literal), "{text}");
        };
        check("error", &["error"], true);
        check("error|panic", &["error", "panic"], true);
        check("tsdb-ops.*io:2003", &["tsdb-ops"], false);
        check("levels?=error", &["=error"], false);
        check("abc{2,3}d", &[], false);
        check("(abcdef)?xyz", &["xyz"], false);
        check("a+bc|de", &[], false);
        check("(?i)error", &[], false);
        check(r"\Qabc", &["abc"], false);
        check(r"[abc]\]def", &["def"], false);
        check(r"[)\]abc[:alpha:]]+", &[], false);
        check(r"\x41bcd", &[], false);
    }
}
