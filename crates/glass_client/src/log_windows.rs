//! [`Windows`]: which part of a range of log lines is asked for next, and how it shrinks where a server cannot do so much at once.

use crate::http::FetchError;
use glass_model::LogOrder;

/// No window is halved below this, in nanoseconds.
const SHORTEST: i64 = 1_000_000_000;

/// So many windows must go well before a longer one is tried again.
const LUCKY: u32 = 8;

/// Words of servers that were asked for too long a time: time-outs, lengths, sizes, points, and a full queue.
const TOO_LONG: [&str; 8] = [
    "deadline exceeded",
    "timed out",
    "timeout",
    "time range exceeds the limit",
    "query would read too many bytes",
    "11,000 points",
    "too many outstanding requests",
    "context canceled",
];

/// A range in nanoseconds, its end excluded as in Loki's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: i64,
    pub end: i64,
}

impl Span {
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// The windows of a range, one after the other.
#[derive(Debug)]
pub(crate) struct Windows {
    /// What is not yet done.
    left: Span,
    order: LogOrder,
    length: i64,
    longest: i64,
    n_well: u32,
}

impl Windows {
    pub fn new(range: Span, order: LogOrder) -> Self {
        let length = range.end.saturating_sub(range.start).max(1);
        Self {
            left: range,
            order,
            length,
            longest: length,
            n_well: 0,
        }
    }

    /// Begins with windows of so many nanoseconds.
    #[must_use]
    pub fn beginning_with(mut self, length: i64) -> Self {
        self.length = self.longest.min(length.max(1));
        self
    }

    /// The next window; `None` when all is done.
    pub fn next(&self) -> Option<Span> {
        if self.left.is_empty() {
            return None;
        }
        let Span { start, end } = self.left;
        Some(match self.order {
            LogOrder::Forward => Span {
                start,
                end: end.min(start.saturating_add(self.length)),
            },
            LogOrder::Backward => Span {
                start: start.max(end.saturating_sub(self.length)),
                end,
            },
        })
    }

    /// Everything of a window is done.
    pub fn finish(&mut self, window: Span) {
        match self.order {
            LogOrder::Forward => self.left.start = window.end,
            LogOrder::Backward => self.left.end = window.start,
        }
        self.n_well += 1;
        if self.n_well >= LUCKY && self.length < self.longest {
            self.length = self.length.saturating_mul(2).min(self.longest);
            self.n_well = 0;
        }
    }

    /// Everything up to a moment is done, itself perhaps not.
    pub fn reach(&mut self, at: i64) {
        match self.order {
            LogOrder::Forward => self.left.start = at,
            LogOrder::Backward => self.left.end = at.saturating_add(1),
        }
    }

    /// Everything up to a moment is done, itself included.
    pub fn pass(&mut self, at: i64) {
        match self.order {
            LogOrder::Forward => self.left.start = at.saturating_add(1),
            LogOrder::Backward => self.left.end = at,
        }
    }

    /// Whether a moment is the one at which the rest begins.
    pub fn is_next(&self, at: i64) -> bool {
        match self.order {
            LogOrder::Forward => at == self.left.start,
            LogOrder::Backward => at == self.left.end.saturating_sub(1),
        }
    }

    /// Where the rest begins; of what lies behind it everything is done.
    pub fn frontier(&self) -> i64 {
        match self.order {
            LogOrder::Forward => self.left.start,
            LogOrder::Backward => self.left.end,
        }
    }

    /// Asks for twice as long a time from now on.
    pub fn grow(&mut self) {
        self.length = self.length.saturating_mul(2).min(self.longest);
    }

    /// Halves a window that was too long; whether that was possible.
    pub fn halve(&mut self, window: Span) -> bool {
        let length = window.end.saturating_sub(window.start);
        if length <= SHORTEST {
            return false;
        }
        self.length = (length / 2).max(SHORTEST);
        self.n_well = 0;
        true
    }

    /// Halves the windows after an error that asks for less; whether that was possible.
    pub fn shrink(&mut self, error: &FetchError, window: Span) -> bool {
        if !asks_for_less_time(error) {
            return false;
        }
        if !self.halve(window) {
            return false;
        }
        if error.to_string().contains("time range exceeds the limit") {
            // That does not pass.
            self.longest = self.length;
        }
        true
    }
}

/// Whether a shorter range may be answered where this one was not.
pub(crate) fn asks_for_less_time(error: &FetchError) -> bool {
    match error {
        FetchError::Timeout { .. } | FetchError::BrokeOff { .. } => true,
        FetchError::Status {
            status: 408 | 504, ..
        } => true,
        FetchError::Status { text, .. } => {
            let text = text.to_ascii_lowercase();
            TOO_LONG.iter().any(|words| text.contains(words))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(order: LogOrder) -> Vec<(i64, i64)> {
        let second = 1_000_000_000;
        let range = Span {
            start: 0,
            end: 10 * second,
        };
        let mut windows = Windows::new(range, order);
        let timeout = FetchError::Timeout {
            host: String::new(),
            secs: 1,
        };
        let mut seen = Vec::new();
        while let Some(window) = windows.next() {
            if window.end - window.start > 3 * second && windows.shrink(&timeout, window) {
                continue;
            }
            seen.push((window.start / second, window.end / second));
            windows.finish(window);
        }
        seen
    }

    #[test]
    fn windows_shrink_and_cover_everything() {
        assert_eq!(
            walk(LogOrder::Forward),
            [(0, 2), (2, 5), (5, 7), (7, 10)].map(|(start, end)| (start, end))
        );
        let backward = walk(LogOrder::Backward);
        assert_eq!(backward.first().map(|window| window.1), Some(10));
        assert!(backward.windows(2).all(|pair| pair[0].0 == pair[1].1));
        assert_eq!(backward.last().map(|window| window.0), Some(0));
    }

    #[test]
    fn which_errors_ask_for_less() {
        let status = |status, text: &str| FetchError::Status {
            host: String::new(),
            status,
            text: text.into(),
            body: Vec::new(),
        };
        let check = |error: FetchError, expected| assert_eq!(asks_for_less_time(&error), expected, "{error}");
        check(status(504, ""), true);
        check(status(500, "context deadline exceeded"), true);
        check(
            status(
                400,
                "exceeded maximum resolution of 11,000 points per time series. Try",
            ),
            true,
        );
        check(
            status(
                400,
                "the query time range exceeds the limit (query length: 1h, limit: 1m)",
            ),
            true,
        );
        check(status(400, "parse error at line 1"), false);
        check(status(403, "no"), false);
    }
}
