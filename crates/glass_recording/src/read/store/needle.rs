//! [`TextTest`]: conditions on the text of many log lines at once.
//!
//! The whole text of a slice is searched in one go, which is several times faster than line by line; what is found
//! across the border of two lines does not count.

use crate::grams::{Gram, each_gram};
use crate::tables::log_filters::LogFilterRow;
use crate::tables::logs::LogLines;
use glass_model::LineCondition;
use memchr::memmem;
use std::cmp::Reverse;

/// If fewer than one in so many lines are left, the other conditions are checked line by line.
const FEW: usize = 16;

/// How large an expression for several texts may become: several times what the longest query makes.
const MAX_REGEX_BYTES: usize = 2 << 20;

/// Conditions that a line must all fulfil.
#[derive(Default)]
pub(crate) struct TextTest {
    /// The one that is likely to let the fewest lines through first.
    needles: Vec<Needle>,
}

/// One condition: a line holds one of the texts, or none of them.
pub(crate) struct Needle {
    texts: Vec<Box<str>>,
    /// Of each text; empty for one that may be anywhere.
    grams: Vec<Vec<Gram>>,
    finder: Finder,
    ignores_case: bool,
    inverse: bool,
}

enum Finder {
    One(Box<memmem::Finder<'static>>),
    /// The shorter texts first: if the one found reaches into the next line, then so do all that begin there.
    Any(regex::bytes::Regex),
    /// Too many for one expression.
    Each(Vec<memmem::Finder<'static>>),
}

impl TextTest {
    pub(crate) fn new(mut needles: Vec<Needle>) -> Self {
        // Long texts are rare.
        let shortest = |needle: &Needle| needle.texts.iter().map(|text| text.len()).min();
        needles.sort_by_key(|needle| (needle.inverse, Reverse(shortest(needle))));
        Self { needles }
    }

    /// Whether every line passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Whether a line of the slice with this filter may pass: false only if none does.
    pub(crate) fn may_pass(&self, filter: &LogFilterRow) -> bool {
        let may_hold = |grams: &Vec<Gram>| grams.iter().all(|gram| filter.may_hold(*gram));
        self.needles
            .iter()
            .all(|needle| needle.inverse || needle.grams.iter().any(may_hold))
    }

    /// Which of `lines` pass.
    pub(crate) fn passing(&self, lines: &LogLines) -> Vec<bool> {
        let mut passing = vec![true; lines.len()];
        let mut n_left = lines.len();
        let mut lower = None;
        for needle in &self.needles {
            if n_left == 0 {
                break;
            }
            let text = if needle.ignores_case {
                &**lower.get_or_insert_with(|| lines.text().to_ascii_lowercase())
            } else {
                lines.text()
            };
            if n_left < lines.len() / FEW {
                needle.narrow(text, lines, &mut passing);
            } else {
                let found = needle.found_in(text, lines);
                passing
                    .iter_mut()
                    .zip(found)
                    .for_each(|(passes, found)| *passes &= found != needle.inverse);
            }
            n_left = passing.iter().filter(|passes| **passes).count();
        }
        passing
    }
}

impl Needle {
    /// A condition that compares byte by byte.
    pub(crate) fn of(condition: &LineCondition) -> Self {
        Self::new(condition.any_of.clone(), false, condition.inverse)
    }

    /// The line holds a text, which is not empty, in upper or lower case; or it does not.
    pub(crate) fn ignoring_case(text: &str, inverse: bool) -> Self {
        Self::new(vec![text.to_ascii_lowercase().into()], true, inverse)
    }

    fn new(mut texts: Vec<Box<str>>, ignores_case: bool, inverse: bool) -> Self {
        texts.sort_by_key(|text| text.len());
        Self {
            finder: Finder::new(&texts),
            grams: texts.iter().map(|text| grams_of(text)).collect(),
            texts,
            ignores_case,
            inverse,
        }
    }

    /// Which lines hold one of the texts.
    fn found_in(&self, text: &[u8], lines: &LogLines) -> Vec<bool> {
        let mut found = vec![false; lines.len()];
        match &self.finder {
            Finder::One(finder) => mark(&mut found, lines, |from| one_from(finder, text, from)),
            Finder::Any(regex) => mark(&mut found, lines, |from| {
                let hit = regex.find_at(text, from)?;
                Some((hit.start(), hit.end()))
            }),
            Finder::Each(finders) => {
                for finder in finders {
                    mark(&mut found, lines, |from| one_from(finder, text, from));
                }
            }
        }
        found
    }

    /// Takes back which lines pass, looking at those alone.
    fn narrow(&self, text: &[u8], lines: &LogLines, passing: &mut [bool]) {
        for (row, passes) in passing.iter_mut().enumerate().filter(|(_, passes)| **passes) {
            let start = row.checked_sub(1).map_or(0, |before| lines.end(before));
            let line = text.get(start..lines.end(row)).unwrap_or_default();
            let found = match &self.finder {
                Finder::One(finder) => finder.find(line).is_some(),
                Finder::Any(regex) => regex.is_match(line),
                Finder::Each(finders) => finders.iter().any(|finder| finder.find(line).is_some()),
            };
            *passes = found != self.inverse;
        }
    }
}

impl Finder {
    fn new(texts: &[Box<str>]) -> Self {
        let one = |text: &str| memmem::Finder::new(text.as_bytes()).into_owned();
        if let [text] = texts {
            return Self::One(Box::new(one(text)));
        }
        let escaped: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
        let any = regex::bytes::RegexBuilder::new(&escaped.join("|"))
            .size_limit(MAX_REGEX_BYTES)
            .build();
        match any {
            Ok(regex) if !texts.is_empty() => Self::Any(regex),
            _ => Self::Each(texts.iter().map(|text| one(text)).collect()),
        }
    }
}

fn grams_of(text: &str) -> Vec<Gram> {
    let mut grams = Vec::new();
    each_gram(text.as_bytes(), |gram| grams.push(gram));
    grams
}

fn one_from(finder: &memmem::Finder<'_>, text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + finder.find(text.get(from..)?)?;
    Some((start, start + finder.needle().len()))
}

/// Marks the lines inside which `find_from` finds something; it is asked for the first find at or after a place.
fn mark(found: &mut [bool], lines: &LogLines, find_from: impl Fn(usize) -> Option<(usize, usize)>) {
    let mut row = 0;
    let mut from = 0;
    while let Some((start, end)) = find_from(from) {
        while row < found.len() && lines.end(row) <= start {
            row += 1;
        }
        let Some(found) = found.get_mut(row) else { break };
        let is_inside = end <= lines.end(row);
        *found |= is_inside;
        from = if is_inside { lines.end(row) } else { start + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(lines: &[&str], needles: Vec<Needle>) -> Vec<bool> {
        TextTest::new(needles).passing(&LogLines::from(lines))
    }

    #[test]
    fn text_is_found_inside_lines_only_and_in_any_case() {
        let check = |lines: &[&str], text: &str, expected: &[bool]| {
            let found = passing(lines, vec![Needle::ignoring_case(text, false)]);
            assert_eq!(found, expected, "{text:?} in {lines:?}");
            let inverse: Vec<bool> = expected.iter().map(|found| !found).collect();
            assert_eq!(passing(lines, vec![Needle::ignoring_case(text, true)]), inverse);
        };
        check(
            &["GET /a", "ERRor b", "", "error error"],
            "eRR",
            &[false, true, false, true],
        );
        check(&["ab", "cd", "bc"], "bc", &[false, false, true]);
        check(&["aab", "aaab"], "aab", &[true, true]);
        check(&["größe", "GRÖSSE"], "größe", &[true, false]);
        check(&["", ""], "a", &[false, false]);
        check(&[], "a", &[]);
        check(&["x"], "xx", &[false]);
    }

    #[test]
    fn conditions_hold_as_they_do_line_by_line() {
        let condition = |any_of: &[&str], inverse| LineCondition {
            any_of: any_of.iter().map(|text| (*text).into()).collect(),
            inverse,
        };
        let large = "x".repeat(MAX_REGEX_BYTES / 8);
        let alternatives = [
            condition(&["a"], false),
            condition(&["ab", "b", "ba.*"], false),
            condition(&["a.c", "größe"], false),
            condition(&["aab", "aa", "b"], true),
            condition(&["zz"], true),
            condition(&[], false),
        ];
        let lines: Vec<String> = (0..200_usize)
            .map(|i| match i % 7 {
                0 => String::new(),
                1 => "a.c".to_owned(),
                2 => "größe ba.*".to_owned(),
                _ => "aab".repeat(i % 3) + &"ba".repeat(i % 5),
            })
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let one = condition(&[&large, "a.c", "ba"], false);
        let expected: Vec<bool> = lines.iter().map(|line| one.holds(line)).collect();
        assert_eq!(passing(&lines, vec![Needle::of(&one)]), expected);
        for first in &alternatives {
            for second in &alternatives {
                let expected: Vec<bool> = lines
                    .iter()
                    .map(|line| first.holds(line) && second.holds(line))
                    .collect();
                let found = passing(&lines, vec![Needle::of(first), Needle::of(second)]);
                assert_eq!(
                    found,
                    expected,
                    "{:?} and {:?}",
                    first.any_of.first(),
                    second.any_of.first()
                );
            }
        }
    }
}
