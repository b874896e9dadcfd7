//! [`Miner`]: finds the patterns that log lines follow, by clustering them word by word.
//!
//! A line belongs to the pattern of the same level and number of words with which it shares most words, if those are
//! more than half; words that then differ become `<_>`, behind a `key=` that they share. Words with digits in them
//! differ from line to line more often than not and are taken out before comparing, but for short plain numbers such
//! as a status. Lines of JSON are left out, as Loki leaves them out.

use glass_formats::loki::LinePattern;
use glass_model::Level;
use std::collections::{BTreeMap, HashMap};

/// Stands for what differs.
const ANY: &str = "<_>";

/// Longer lines are no log messages; multi-line texts are told by their first line.
const MOST_WORDS: usize = 100;

/// Patterns of one level and number of words, and of all; lines beyond are left out.
const MOST_ALIKE: usize = 50;
const MOST_PATTERNS: usize = 1_000;

/// The longest number that is a word like any other: HTTP's statuses have three digits.
const SHORT_NUMBER: usize = 3;

/// Collects lines.
#[derive(Debug, Default)]
pub(super) struct Miner {
    /// Places in `patterns`.
    alike: HashMap<(Level, usize), Vec<usize>>,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    level: Level,
    words: Vec<String>,
    /// Lines by the second from which on they are counted.
    counts: BTreeMap<i64, u64>,
}

impl Miner {
    /// Takes in a line that counts for the time from `bucket_secs` on.
    pub(super) fn add(&mut self, line: &str, level: Level, bucket_secs: i64) {
        let first = line.lines().next().unwrap_or("");
        if first.trim_start().starts_with('{') {
            return;
        }
        let words: Vec<&str> = first.split_ascii_whitespace().take(MOST_WORDS + 1).collect();
        if words.is_empty() || words.len() > MOST_WORDS {
            return;
        }
        let words: Vec<String> = words.into_iter().map(masked).collect();
        let alike = self.alike.entry((level, words.len())).or_default();
        let shared = |place: &usize| {
            let pattern = &self.patterns[*place].words;
            words
                .iter()
                .zip(pattern)
                .filter(|(word, known)| word == known)
                .count()
        };
        let nearest = alike.iter().copied().max_by_key(shared);
        let place = match nearest.filter(|place| shared(place) * 2 > words.len()) {
            Some(place) => {
                for (known, word) in self.patterns[place].words.iter_mut().zip(&words) {
                    if known != word {
                        *known = without_value(known, word);
                    }
                }
                place
            }
            None if alike.len() < MOST_ALIKE && self.patterns.len() < MOST_PATTERNS => {
                self.patterns.push(Pattern {
                    level,
                    words,
                    counts: BTreeMap::new(),
                });
                alike.push(self.patterns.len() - 1);
                self.patterns.len() - 1
            }
            None => return,
        };
        *self.patterns[place].counts.entry(bucket_secs).or_default() += 1;
    }

    /// The patterns, the most frequent first.
    pub(super) fn finish(self) -> Vec<LinePattern> {
        let mut patterns: Vec<LinePattern> = self
            .patterns
            .into_iter()
            .map(|pattern| LinePattern {
                pattern: pattern.words.join(" "),
                level: pattern.level,
                counts: pattern.counts.into_iter().collect(),
            })
            .collect();
        let total = |pattern: &LinePattern| pattern.counts.iter().map(|count| count.1).sum::<u64>();
        patterns.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.pattern.cmp(&b.pattern)));
        patterns
    }
}

/// The word, or what is left of it when its value is taken out.
fn masked(word: &str) -> String {
    let (key, value) = word
        .split_once('=')
        .map_or(("", word), |(key, value)| (key, value));
    let is_number = value.len() <= SHORT_NUMBER && value.bytes().all(|b| b.is_ascii_digit());
    if is_number || !value.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    match key {
        "" => ANY.to_owned(),
        key => format!("{key}={ANY}"),
    }
}

/// What two words have in common.
fn without_value(a: &str, b: &str) -> String {
    match (a.split_once('='), b.split_once('=')) {
        (Some((key, _)), Some((other, _))) if key == other => format!("{key}={ANY}"),
        _ => ANY.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_share_most_words_share_a_pattern() {
        let check = |lines: &[&str], expected: &[(&str, u64)]| {
            let mut miner = Miner::default();
            for line in lines {
                miner.add(line, Level::Info, 0);
            }
            let found = miner.finish();
            let found: Vec<(&str, u64)> = found.iter().map(|p| (&*p.pattern, p.counts[0].1)).collect();
            assert_eq!(found, expected);
        };
        check(
            &[
                "ts=2026-11-22T03:45:03Z level=info msg=request path=/cart status=200 user=u13119",
                "ts=2026-11-22T03:45:04Z level=info msg=request path=/cart status=200 user=u39609",
                "ts=2026-11-22T03:45:05Z level=info msg=request path=/products status=200 user=-",
                "unrelated words here",
            ],
            &[
                ("ts=<_> level=info msg=request path=<_> status=200 user=<_>", 3),
                ("unrelated words here", 1),
            ],
        );
        check(&["{\"a\": 1}", "", "   "], &[]);
        check(&["MemoryError\n  at x", "MemoryError"], &[("MemoryError", 2)]);
        let long = "w ".repeat(200);
        check(&[&long], &[]);
    }

    #[test]
    fn the_number_of_patterns_is_bounded() {
        let mut miner = Miner::default();
        for i in 0..10_000u32 {
            let word: String = i
                .to_string()
                .bytes()
                .map(|digit| char::from(digit - b'0' + b'a'))
                .collect();
            miner.add(&format!("{word} {word}x {word}y"), Level::Info, 0);
        }
        assert_eq!(miner.finish().len(), MOST_ALIKE);
    }
}
