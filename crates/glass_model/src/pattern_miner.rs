//! [`PatternMiner`]: finds the forms that log lines share while it reads them, in bounded memory.
//!
//! A tree as in Drain (He et al., 2017): lines of one level and one structure come to one leaf, where a line joins the
//! most similar pattern if it is similar enough. Words with digits are taken as different from the start; names of
//! fields belong to the structure. Most lines are alike in all but their numbers, and are found by one hash.

use crate::log_pattern::{LogPattern, LogPatterns, WILDCARD};
use crate::pattern_tokens::Tokens;
use crate::{Level, TimeRange, Timestamp};
use std::collections::HashMap;

/// As many patterns are kept apart in one leaf; then lines join the most similar one, however little that is.
const MAX_IN_LEAF: usize = 24;
/// So many hashes of lines are remembered.
const MAX_KNOWN: usize = 1 << 16;
/// A line joins a pattern if so many hundredths of its words are the same.
const SIMILAR: usize = 60;
/// Patterns first seen in the last so-manieth part of the lines' time are new.
const NEW_PART: i64 = 10;

/// A pattern while it is being found.
#[derive(Debug)]
struct Found {
    /// A line of it, as far as it was looked at.
    sample: Box<str>,
    /// The words of the sample that all lines share, as places in it; `None` where they differ.
    words: Vec<(std::ops::Range<usize>, bool)>,
    /// Whether lines go on after the sample.
    goes_on: bool,
    n_lines: u64,
    level: Level,
    buckets: Vec<u64>,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// Finds patterns in lines that are handed to it by time.
#[derive(Debug)]
pub struct PatternMiner {
    window: TimeRange,
    n_buckets: usize,
    patterns: Vec<Found>,
    /// By level and structure.
    leaves: HashMap<(Level, u64), Vec<usize>>,
    /// By level and masked line.
    known: HashMap<(Level, u64), usize>,
    tokens: Tokens,
    n_lines: u64,
    n_unsorted: u64,
    first_at: Option<Timestamp>,
}

impl PatternMiner {
    /// As many patterns are kept apart in all; lines of other forms are counted only.
    pub const MAX_PATTERNS: usize = 2000;

    /// For the lines of a window, counted in so many buckets.
    pub fn new(window: TimeRange, n_buckets: usize) -> Self {
        Self {
            window,
            n_buckets,
            patterns: Vec::new(),
            leaves: HashMap::new(),
            known: HashMap::new(),
            tokens: Tokens::default(),
            n_lines: 0,
            n_unsorted: 0,
            first_at: None,
        }
    }

    /// Takes a line.
    pub fn add(&mut self, at: Timestamp, level: Level, line: &str) {
        self.n_lines += 1;
        self.first_at.get_or_insert(at);
        self.tokens.read(line);
        let key = (level, self.tokens.masked);
        let pattern = match self.known.get(&key) {
            Some(pattern) => Some(*pattern),
            None => {
                let found = self.find(at, level, line);
                if let Some(found) = found.filter(|_| self.known.len() < MAX_KNOWN) {
                    self.known.insert(key, found);
                }
                found
            }
        };
        let bucket = self.bucket_of(at);
        let Some(found) = pattern.and_then(|pattern| self.patterns.get_mut(pattern)) else {
            self.n_unsorted += 1;
            return;
        };
        found.n_lines += 1;
        found.goes_on |= self.tokens.n_bytes < line.len();
        found.last_at = found.last_at.max(at);
        found.first_at = found.first_at.min(at);
        if let Some(bucket) = found.buckets.get_mut(bucket) {
            *bucket += 1;
        }
    }

    fn bucket_of(&self, at: Timestamp) -> usize {
        let since = i128::from(at.nanos()) - i128::from(self.window.start.nanos());
        let length = i128::from(self.window.end.nanos()) - i128::from(self.window.start.nanos()) + 1;
        usize::try_from(since * self.n_buckets as i128 / length.max(1)).unwrap_or(usize::MAX)
    }

    /// The pattern that a line joins, which may be a new one; `None` if there are too many.
    fn find(&mut self, at: Timestamp, level: Level, line: &str) -> Option<usize> {
        let leaf = self.leaves.entry((level, self.tokens.structure)).or_default();
        let is_full = leaf.len() >= MAX_IN_LEAF || self.patterns.len() >= Self::MAX_PATTERNS;
        let tokens = &self.tokens;
        let best = leaf
            .iter()
            .filter_map(|i| Some((*i, similarity(self.patterns.get(*i)?, tokens, line))))
            .max_by_key(|(i, similarity)| (*similarity, std::cmp::Reverse(*i)));
        if let Some((i, similarity)) = best
            && (similarity >= SIMILAR || is_full)
        {
            self.patterns.get_mut(i)?.join(tokens, line);
            return Some(i);
        }
        if self.patterns.len() >= Self::MAX_PATTERNS {
            return None;
        }
        leaf.push(self.patterns.len());
        self.patterns.push(Found {
            sample: line.get(..tokens.n_bytes)?.into(),
            words: tokens
                .words
                .iter()
                .map(|word| (word.at.clone(), word.is_variable))
                .collect(),
            goes_on: false,
            n_lines: 0,
            level,
            buckets: vec![0; self.n_buckets],
            first_at: at,
            last_at: at,
        });
        Some(self.patterns.len() - 1)
    }

    /// What was found, at most `max` patterns of it.
    pub fn finish(self, max: usize) -> LogPatterns {
        let last_at = self.patterns.iter().map(|found| found.last_at).max();
        let new_since = self.first_at.zip(last_at).and_then(|(first, last)| {
            let length = last.nanos_since(first);
            (length > 0).then(|| last.plus_nanos(-(length / NEW_PART)))
        });
        let mut found = LogPatterns {
            window: self.window,
            patterns: merged(self.patterns),
            new_since,
            n_lines: self.n_lines,
            n_left_out: 0,
            n_unsorted: self.n_unsorted,
        };
        let mut patterns = std::mem::take(&mut found.patterns);
        patterns.sort_by(|a, b| {
            let rank = |pattern: &LogPattern| (found.is_new(pattern), pattern.n_lines);
            rank(b)
                .cmp(&rank(a))
                .then_with(|| a.text.cmp(&b.text))
                .then(a.level.cmp(&b.level))
        });
        found.n_left_out = patterns.len().saturating_sub(max) as u64;
        patterns.truncate(max);
        found.patterns = patterns;
        found
    }
}

/// How many hundredths of the words that could be the same are the same.
fn similarity(found: &Found, tokens: &Tokens, line: &str) -> usize {
    let (mut n_same, mut n_all) = (0, 0);
    for ((at, differs), word) in found.words.iter().zip(&tokens.words) {
        if word.is_variable {
            continue;
        }
        n_all += 1;
        n_same += usize::from(!differs && found.sample.get(at.clone()) == line.get(word.at.clone()));
    }
    (n_same * 100usize).checked_div(n_all).unwrap_or(100)
}

impl Found {
    /// Words that this line has not are no longer shared.
    fn join(&mut self, tokens: &Tokens, line: &str) {
        for ((at, differs), word) in self.words.iter_mut().zip(&tokens.words) {
            *differs |= word.is_variable || self.sample.get(at.clone()) != line.get(word.at.clone());
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut end = 0;
        for (at, _) in self.words.iter().filter(|(_, differs)| *differs) {
            text.push_str(self.sample.get(end..at.start).unwrap_or(""));
            text.push_str(WILDCARD);
            end = at.end;
        }
        text.push_str(self.sample.get(end..).unwrap_or(""));
        if self.goes_on && !text.ends_with(WILDCARD) {
            text.push_str(WILDCARD);
        }
        text
    }
}

/// Patterns that became the same while they lost words are one.
fn merged(found: Vec<Found>) -> Vec<LogPattern> {
    let mut places: HashMap<(Level, String), usize> = HashMap::new();
    let mut patterns: Vec<LogPattern> = Vec::new();
    for one in found {
        let text = one.text();
        let place = *places.entry((one.level, text.clone())).or_insert(patterns.len());
        match patterns.get_mut(place) {
            Some(pattern) => {
                pattern.n_lines += one.n_lines;
                pattern
                    .buckets
                    .iter_mut()
                    .zip(&one.buckets)
                    .for_each(|(sum, n)| *sum += n);
                pattern.first_at = pattern.first_at.min(one.first_at);
                pattern.last_at = pattern.last_at.max(one.last_at);
            }
            None => patterns.push(LogPattern {
                text,
                n_lines: one.n_lines,
                level: one.level,
                buckets: one.buckets,
                first_at: one.first_at,
                last_at: one.last_at,
            }),
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinePattern;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn mine(lines: &[(i64, Level, &str)], max: usize) -> LogPatterns {
        let mut miner = PatternMiner::new(TimeRange::new(at(0), at(100)), 10);
        for (secs, level, line) in lines {
            miner.add(at(*secs), *level, line);
        }
        miner.finish(max)
    }

    fn texts(patterns: &LogPatterns) -> Vec<(&str, u64)> {
        patterns
            .patterns
            .iter()
            .map(|pattern| (pattern.text.as_str(), pattern.n_lines))
            .collect()
    }

    #[test]
    fn similar_lines_become_one_and_others_stay_apart() {
        let info = Level::Info;
        let found = mine(
            &[
                (0, info, "level=info msg=\"cart updated\" user=anna took=3ms"),
                (1, info, "level=info msg=\"cart updated\" user=bob took=4ms"),
                (2, info, "level=info msg=\"order placed\" user=bob took=4ms"),
                (3, info, "GET /cart/17 200"),
                (4, info, "GET /cart/18 500"),
                (5, info, "GET /cart/19 200"),
                (6, Level::Error, "GET /cart/19 200"),
                (100, info, "level=info msg=\"cart updated\" user=carl took=4ms"),
            ],
            10,
        );
        assert_eq!(
            texts(&found),
            [
                ("GET /cart/<_> <_>", 3),
                ("level=info msg=\"cart updated\" user=<_> took=<_>", 3),
                ("GET /cart/<_> <_>", 1),
                ("level=info msg=\"order placed\" user=bob took=<_>", 1),
            ]
        );
        assert_eq!(found.patterns[1].buckets, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn what_is_first_seen_late_is_new_and_comes_first() {
        let mut lines = vec![(0, Level::Info, "all is well"); 5];
        lines.push((95, Level::Info, "the pool is empty"));
        lines.push((100, Level::Info, "all is well"));
        let found = mine(&lines, 1);
        assert_eq!(texts(&found), [("the pool is empty", 1)]);
        assert_eq!(found.new_since, Some(at(90)));
        assert_eq!((found.n_lines, found.n_left_out), (7, 1));
        let short = mine(&[(7, Level::Info, "x"), (7, Level::Info, "y")], 9);
        assert_eq!(short.new_since, None);
    }

    #[test]
    fn memory_is_bounded_and_every_line_fits_its_pattern() {
        let word = |mut n: usize| {
            let mut word = String::new();
            for _ in 0..5 {
                word.push((b'a' + (n % 26) as u8) as char);
                n /= 26;
            }
            word
        };
        let mut miner = PatternMiner::new(TimeRange::new(at(0), at(100)), 4);
        let mut lines = Vec::new();
        for i in 0..6000 {
            lines.push(format!("{} {}", word(i * 7919), word(i * 104_729)));
            lines.push(format!("{}={}", word(i * 31), word(i)));
        }
        lines.push("x9 ".repeat(3000));
        for line in &lines {
            miner.add(at(50), Level::Info, line);
        }
        assert!(miner.patterns.len() <= PatternMiner::MAX_PATTERNS && miner.known.len() <= MAX_KNOWN);
        let found = miner.finish(usize::MAX);
        let n_sorted: u64 = found.patterns.iter().map(|pattern| pattern.n_lines).sum();
        assert_eq!(n_sorted + found.n_unsorted, lines.len() as u64);
        assert!(found.n_unsorted > 0);
        let patterns: Vec<_> = found
            .patterns
            .iter()
            .map(|pattern| LinePattern::new(&pattern.text))
            .collect();
        let fits = |line: &&String| patterns.iter().any(|pattern| pattern.matches(line));
        assert!(lines.iter().filter(fits).count() as u64 >= n_sorted);
    }
}
