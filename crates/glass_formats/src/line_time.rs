//! When a line of a plain log file was written: [`LineClock`] finds the time in the spellings that programs use.
//!
//! RFC 3339 and its relatives (Python's comma, nginx' and Go's slashes), syslog of both kinds, access logs of nginx
//! and Apache, Apache's error log, klog, seconds to nanoseconds since the epoch; at the line's start, among its first
//! words, or behind a key such as `ts=` or `"time":`.

mod spelled;

use glass_model::Timestamp;
use spelled::{Spelled, access_log, at_start, epoch};

/// How far into a line is looked, in bytes.
const LONGEST_LOOK: usize = 4 << 10;

/// Keys that name a line's time.
const KEYS: [&str; 6] = ["time", "timestamp", "ts", "@timestamp", "t", "date"];

/// A time may stand behind so many words: a level, a host, a thread's name.
const N_LEADING_WORDS: usize = 4;

/// A line without a year may be this much later than what is known of its file, in nanoseconds.
const YEAR_SLACK: i64 = 2 * 24 * 3600 * 1_000_000_000;

/// Finds times, and remembers what had to be assumed.
#[derive(Clone, Debug)]
pub struct LineClock {
    reference: Timestamp,
    n_without_zone: u64,
    n_without_year: u64,
}

impl LineClock {
    /// Lines were written before `reference` or little later: when their file was changed, or the present. It tells
    /// the year of lines that name none.
    pub fn new(reference: Timestamp) -> Self {
        Self {
            reference,
            n_without_zone: 0,
            n_without_year: 0,
        }
    }

    /// When the line was written, if it says so.
    pub fn time_of(&mut self, line: &str) -> Option<Timestamp> {
        let spelled = find(&line[..line.floor_char_boundary(LONGEST_LOOK)])?;
        let at = match spelled.at {
            Some(at) => at,
            None => {
                self.n_without_year += 1;
                spelled.before(self.reference.plus_nanos(YEAR_SLACK))?
            }
        };
        self.n_without_zone += u64::from(!spelled.has_zone);
        Some(at)
    }

    /// Times that name no zone; they were taken as UTC.
    pub fn n_without_zone(&self) -> u64 {
        self.n_without_zone
    }

    /// Times that name no year; it was told by their file's.
    pub fn n_without_year(&self) -> u64 {
        self.n_without_year
    }
}

fn find(line: &str) -> Option<Spelled> {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || c == '[' || c == '"');
    if text.starts_with('{') {
        return KEYS.iter().find_map(|key| json_value(text, key));
    }
    let text = without_priority(text);
    at_start(text)
        .or_else(|| access_log(text))
        .or_else(|| KEYS.iter().find_map(|key| logfmt_value(text, key)))
        .or_else(|| behind_words(text))
}

/// A syslog line without its `<34>` or `<34>1 `.
fn without_priority(text: &str) -> &str {
    let inner = text.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    match inner {
        Some((digits, rest)) if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            rest.strip_prefix("1 ").unwrap_or(rest)
        }
        _ => text,
    }
}

/// Words such as `ERROR` may stand before the time; a bare number there may be anything.
fn behind_words(text: &str) -> Option<Spelled> {
    let starts = text.match_indices([' ', '\t', '[', '(']).map(|(at, _)| at + 1);
    let mut starts = starts.take(N_LEADING_WORDS * 2);
    starts.find_map(|at| spelled::with_date(&text[at..]))
}

/// The value of `"key":"…"` or `"key":number`.
fn json_value(text: &str, key: &str) -> Option<Spelled> {
    memchr::memmem::find_iter(text.as_bytes(), key).find_map(|at| {
        let after = text[at + key.len()..].strip_prefix('"')?.trim_start();
        let value = after.strip_prefix(':')?.trim_start();
        text[..at].ends_with('"').then(|| value_time(value)).flatten()
    })
}

/// The value of `key=…` or `key="…"`, if the key begins there.
fn logfmt_value(text: &str, key: &str) -> Option<Spelled> {
    memchr::memmem::find_iter(text.as_bytes(), key).find_map(|at| {
        let value = text[at + key.len()..].strip_prefix('=')?;
        let begins = at == 0 || text[..at].ends_with([' ', '\t']);
        begins.then(|| value_time(value)).flatten()
    })
}

fn value_time(value: &str) -> Option<Spelled> {
    let value = value.strip_prefix('"').unwrap_or(value);
    spelled::with_date(value).or_else(|| epoch(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_lines() {
        let reference = Timestamp::parse_rfc3339("2026-11-22T12:00:00Z").unwrap();
        let check = |line: &str, expected: &str| {
            let at = LineClock::new(reference).time_of(line);
            assert_eq!(at.map_or("none".into(), |at| at.to_string()), expected, "{line}");
        };
        check(
            "2026-11-22T03:41:00.123456789Z stdout F x",
            "2026-11-22T03:41:00.123456789Z",
        );
        check("2026-11-22T05:41:00+02:00 x", "2026-11-22T03:41:00Z");
        check(
            "2026-11-22 03:41:00,123 ERROR app: failed",
            "2026-11-22T03:41:00.123Z",
        );
        check("[2026-11-22 05:41:00 +0200] x", "2026-11-22T03:41:00Z");
        check(
            "2026/11/22 03:41:00 [error] 7#7: *1 open() failed",
            "2026-11-22T03:41:00Z",
        );
        check("2026/11/22 03:41:00.5 main.go:7: x", "2026-11-22T03:41:00.5Z");
        check("Nov 22 03:41:00 host sshd[1]: x", "2026-11-22T03:41:00Z");
        check("Nov  2 03:41:00 host x", "2026-11-02T03:41:00Z");
        // Not yet in this year.
        check("<34>Dec 24 03:41:00 host x", "2025-12-24T03:41:00Z");
        check(
            "<34>1 2026-11-22T03:41:00.5Z host app - - x",
            "2026-11-22T03:41:00.5Z",
        );
        check(
            r#"127.0.0.1 - - [22/Nov/2026:05:41:00 +0200] "GET / HTTP/1.1" 200 5"#,
            "2026-11-22T03:41:00Z",
        );
        check(
            "[Sun Nov 22 03:41:00.123456 2026] [core:error] x",
            "2026-11-22T03:41:00.123456Z",
        );
        check(
            "E1122 03:41:00.123456    1 main.go:1] x",
            "2026-11-22T03:41:00.123456Z",
        );
        check("1795318439.322899801 x", "2026-11-22T03:33:59.322899801Z");
        check("1795318439322 x", "2026-11-22T03:33:59.322Z");
        check("1795318439322899801 x", "2026-11-22T03:33:59.322899801Z");
        check(
            r#"{"level":"info","ts":1795318439.5,"msg":"x"}"#,
            "2026-11-22T03:33:59.5Z",
        );
        check(
            r#"{"msg":"time","time":"2026-11-22T03:41:00Z"}"#,
            "2026-11-22T03:41:00Z",
        );
        check(
            "level=info ts=2026-11-22T03:41:00.5Z msg=x",
            "2026-11-22T03:41:00.5Z",
        );
        check("ERROR 2026-11-22 03:41:00 x", "2026-11-22T03:41:00Z");
        for line in [
            "",
            "    at main (x.js:1)",
            "2026-13-22 03:41:00 x",
            "12 apples",
            "Traceback (most recent call last):",
            "Nov 31 03:41:00 host",
            "12345678901234567890123 x",
            "é[é",
        ] {
            check(line, "none");
        }
    }

    #[test]
    fn what_was_assumed_is_counted() {
        let mut clock = LineClock::new(Timestamp::from_secs(1_795_318_439));
        for line in [
            "Nov 22 03:00:00 x",
            "2026-11-22 03:00:00 x",
            "2026-11-22T03:00:00Z x",
            "x",
        ] {
            clock.time_of(line);
        }
        assert_eq!((clock.n_without_zone(), clock.n_without_year()), (2, 1));
    }
}
