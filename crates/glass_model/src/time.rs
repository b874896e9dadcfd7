//! Moments and ranges of time: [`Timestamp`] (nanoseconds, UTC) and [`TimeRange`] (both ends included).

use std::fmt;

/// A moment: nanoseconds since 1970-01-01T00:00:00Z, from about the year 1677 to 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time: `{text}`; write it as 2026-11-22T03:41:00Z")]
pub struct ParseTimeError {
    /// The text as it was given.
    pub text: String,
}

impl Timestamp {
    /// The earliest moment.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest moment.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the epoch; saturates.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From whole seconds since the epoch; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// The moment `nanos` later (earlier if negative); saturates.
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to this moment; saturates.
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339 with any offset and up to nine fraction digits.
    ///
    /// # Errors
    /// When the text is not such a time or lies outside the range of [`Timestamp`].
    pub fn parse_rfc3339(text: &str) -> Result<Self, ParseTimeError> {
        let error = || ParseTimeError {
            text: text.chars().take(64).collect(),
        };
        let parsed: jiff::Timestamp = text.trim().parse().map_err(|_| error())?;
        i64::try_from(parsed.as_nanosecond())
            .map(Self)
            .map_err(|_| error())
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Formats in UTC by a `strftime` pattern, such as `%H:%M:%S`.
    pub fn format(self, pattern: &str) -> String {
        self.to_jiff().strftime(pattern).to_string()
    }
}

/// RFC 3339 in UTC with as many fraction digits as needed: `2026-11-22T03:41:00.5Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

/// A range of time; both ends belong to it, as in Prometheus' storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// The first moment.
    pub start: Timestamp,
    /// The last moment.
    pub end: Timestamp,
}

impl TimeRange {
    /// A range from `start` to `end`; empty if `end < start`.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// Everything.
    pub const ALL: Self = Self::new(Timestamp::MIN, Timestamp::MAX);

    /// Whether no moment belongs to it.
    pub fn is_empty(self) -> bool {
        self.end < self.start
    }

    /// Whether `at` belongs to it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at <= self.end
    }

    /// Whether a moment belongs to both.
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// The part that lies no later than `at`.
    pub fn until(self, at: Timestamp) -> Self {
        Self::new(self.start, self.end.min(at))
    }

    /// The smallest range that holds both; empty ranges add nothing.
    pub fn union(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self::new(self.start.min(other.start), self.end.max(other.end)),
        }
    }

    /// Nanoseconds from the first to the last moment; 0 if empty.
    pub fn nanos(self) -> i64 {
        self.end.nanos_since(self.start).max(0)
    }

    /// Where `at` lies: 0 at the start, 1 at the end, outside 0..=1 if outside; 0 for a range without length.
    pub fn ratio(self, at: Timestamp) -> f64 {
        if self.nanos() == 0 {
            0.0
        } else {
            at.nanos_since(self.start) as f64 / self.nanos() as f64
        }
    }

    /// The moment at `ratio` of the way; the inverse of [`TimeRange::ratio`].
    pub fn at_ratio(self, ratio: f64) -> Timestamp {
        self.start.plus_nanos((self.nanos() as f64 * ratio) as i64)
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips() {
        for text in [
            "2026-11-22T03:41:00Z",
            "2026-11-22T03:41:00.123456789Z",
            "1969-12-31T23:59:59.5Z",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text).unwrap().to_string(), text);
        }
        assert!(Timestamp::parse_rfc3339("yesterday").is_err());
    }

    #[test]
    fn millis_round_down_before_the_epoch() {
        assert_eq!(Timestamp::from_nanos(-1).millis(), -1);
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
    }

    #[test]
    fn ranges_include_both_ends() {
        let range = TimeRange::new(Timestamp::from_secs(1), Timestamp::from_secs(3));
        assert!(range.contains(range.start) && range.contains(range.end));
        assert_eq!(range.at_ratio(0.5), Timestamp::from_secs(2));
        assert!(range.until(Timestamp::from_secs(0)).is_empty());
    }
}
