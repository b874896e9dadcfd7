//! [`Done`]: what a recording already holds, by its coverage, so that nothing is asked twice.

use glass_model::{Selector, TimeRange, Timestamp};
use glass_recording::tables::coverage::{CoverageRow, read_coverage};
use glass_recording::{Archive, RecordingError};
use std::collections::HashMap;
use std::path::Path;

/// Ranges that are so far apart follow each other: samples have milliseconds.
const TOUCHING: i64 = 1_000_000;

/// What was asked and answered, by source and what was asked.
#[derive(Debug, Default)]
pub(super) struct Done {
    ranges: HashMap<(String, String), Vec<TimeRange>>,
}

impl Done {
    /// Reads it from a recording in progress.
    pub fn read(folder: &Path) -> Result<Self, RecordingError> {
        let archive = Archive::open(folder)?;
        let mut done = Self::default();
        for member in archive.table("coverage") {
            // What is in a damaged segment is asked again.
            let rows = read_coverage(member).unwrap_or_default();
            rows.iter().filter(|row| is_answered(row)).for_each(|row| {
                done.add(&row.source, &row.what, TimeRange::new(row.start, row.end));
            });
        }
        Ok(done)
    }

    /// Takes in what was answered.
    pub fn add(&mut self, source: &str, what: &str, range: TimeRange) {
        let key = (source.to_owned(), what.to_owned());
        let ranges = self.ranges.entry(key).or_default();
        ranges.push(range);
        ranges.sort_by_key(|range| (range.start, range.end));
        let mut joined: Vec<TimeRange> = Vec::with_capacity(ranges.len());
        for range in ranges.drain(..) {
            match joined.last_mut() {
                Some(last) if range.start <= last.end.plus_nanos(TOUCHING) => *last = last.union(range),
                _ => joined.push(range),
            }
        }
        *ranges = joined;
    }

    /// What of a range is still to be asked.
    pub fn gaps(&self, source: &str, what: &str, range: TimeRange) -> Vec<TimeRange> {
        let key = (source.to_owned(), what.to_owned());
        let mut gaps = Vec::new();
        let mut at = range.start;
        for done in self.ranges.get(&key).into_iter().flatten() {
            if done.end < at {
                continue;
            }
            if done.start > range.end {
                break;
            }
            let before = TimeRange::new(at, done.start.plus_nanos(-1));
            gaps.extend(Some(before).filter(|gap| gap.nanos() >= TOUCHING));
            at = done.end.plus_nanos(1);
        }
        let rest = TimeRange::new(at, range.end);
        gaps.extend(Some(rest).filter(|gap| gap.nanos() >= TOUCHING));
        gaps
    }

    /// Up to which moment everything from `start` on is there.
    pub fn reaches(&self, source: &str, what: &str, start: Timestamp) -> Option<Timestamp> {
        let key = (source.to_owned(), what.to_owned());
        let ranges = self.ranges.get(&key).into_iter().flatten();
        ranges
            .filter(|range| range.start <= start.plus_nanos(TOUCHING) && range.end >= start)
            .map(|range| range.end)
            .max()
    }

    /// The selectors of metrics that were asked of a source.
    pub fn selectors(&self, source: &str) -> Vec<Selector> {
        let mut texts: Vec<&str> = self
            .ranges
            .keys()
            .filter(|(known, _)| known == source)
            .filter_map(|(_, what)| what.strip_prefix("metrics "))
            .collect();
        texts.sort_unstable();
        texts
            .iter()
            .filter_map(|text| super::parse_selector(text).ok())
            .collect()
    }
}

/// Whether nothing is to be gained by asking again.
fn is_answered(row: &CoverageRow) -> bool {
    matches!(row.state.as_str(), "complete" | "partial" | "stepped")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange::new(Timestamp::from_secs(start), Timestamp::from_secs(end))
    }

    #[test]
    fn what_is_there_is_not_asked_again() {
        let mut done = Done::default();
        for (start, end) in [(30, 40), (10, 20), (15, 25)] {
            done.add("a", "metrics {x}", range(start, end));
        }
        let check = |start, end, expected: &[(i64, i64)]| {
            let found: Vec<(i64, i64)> = done
                .gaps("a", "metrics {x}", range(start, end))
                .iter()
                .map(|gap| {
                    let secs = |at: Timestamp| (at.nanos() as f64 / 1e9).round() as i64;
                    (secs(gap.start), secs(gap.end))
                })
                .collect();
            assert_eq!(found, expected, "{start} {end}");
        };
        check(0, 50, &[(0, 10), (25, 30), (40, 50)]);
        check(10, 25, &[]);
        check(12, 35, &[(25, 30)]);
        check(41, 50, &[(41, 50)]);
        check(0, 5, &[(0, 5)]);
        assert_eq!(done.gaps("b", "metrics {x}", range(1, 2)), [range(1, 2)]);
        let reach = done.reaches("a", "metrics {x}", Timestamp::from_secs(12));
        assert_eq!(reach, Some(Timestamp::from_secs(25)));
    }
}
