//! The moment from which something was known, in the spellings people use.

use glass_model::Timestamp;

/// From when on something was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownTime {
    /// The moment; of a bare day its last nanosecond, because nothing says that it was known earlier.
    pub at: Timestamp,
    /// Whether only the day is known.
    pub day_only: bool,
}

/// Reads RFC 3339, a date with a time (UTC if it names no offset), or a bare day.
pub fn parse_known_time(text: &str) -> Option<KnownTime> {
    let text = text.trim();
    let moment = |at| KnownTime { at, day_only: false };
    if let Ok(at) = Timestamp::parse_rfc3339(text) {
        return Some(moment(at));
    }
    let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == "2026-11-22".len()
    {
        let next = day.tomorrow().ok()?;
        let at = in_utc(next.at(0, 0, 0, 0))?.plus_nanos(-1);
        return Some(KnownTime { at, day_only: true });
    }
    text.parse::<jiff::civil::DateTime>()
        .ok()
        .and_then(in_utc)
        .map(moment)
}

/// Reads the `Date` header of an HTTP answer. It has no fraction of a second, so the last nanosecond of its second
/// is taken: nothing says that the answer was given earlier.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    let nanos = i64::try_from(zoned.timestamp().as_nanosecond()).ok()?;
    Some(Timestamp::from_nanos(nanos).plus_nanos(999_999_999))
}

/// Reads a time as status pages, feeds and records in Git spell it: as [`parse_known_time`], as Go prints it
/// (`2020-01-02 15:04:05 +0000 UTC`), as mail does, or as `Apr 22, 2019 15:36 +0000`. Go's zero time is none.
pub fn parse_loose_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 64 || text.starts_with("0001-01-01") {
        return None;
    }
    if let Some(known) = parse_known_time(text) {
        return Some(known.at);
    }
    // Go adds the zone's name, and at times the reading of a monotonic clock.
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let go = words.iter().take(3).copied().collect::<Vec<_>>().join(" ");
    let in_go = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S%.f %z", &go);
    let spelled = jiff::fmt::strtime::parse("%b %d, %Y %H:%M %z", words.join(" "));
    let at = in_go
        .or(spelled)
        .and_then(|parts| parts.to_timestamp())
        .or_else(|_| jiff::fmt::rfc2822::parse(text).map(|zoned| zoned.timestamp()));
    let nanos = i64::try_from(at.ok()?.as_nanosecond()).ok()?;
    Some(Timestamp::from_nanos(nanos))
}

/// A number of seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by its size: no two
/// of them overlap between the years 1973 and 5138.
pub(crate) fn from_unix_number(number: f64) -> Option<Timestamp> {
    let magnitude = number.abs();
    let nanos_per_unit = match magnitude {
        m if m < 1e11 => 1e9,
        m if m < 1e14 => 1e6,
        m if m < 1e17 => 1e3,
        _ => 1.0,
    };
    // A double holds present-day seconds to about a quarter of a microsecond: finer digits would be noise.
    let micros = (number * nanos_per_unit / 1e3).round();
    (micros.is_finite() && micros.abs() < i64::MAX as f64 / 1e3)
        .then(|| Timestamp::from_nanos(micros as i64 * 1000))
}

fn in_utc(at: jiff::civil::DateTime) -> Option<Timestamp> {
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let nanos = i64::try_from(zoned.timestamp().as_nanosecond()).ok()?;
    Some(Timestamp::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = parse_known_time(text).map(|known| known.at.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn times_as_people_write_them() {
        check("2026-11-22T05:41:00+02:00", Some("2026-11-22T03:41:00Z"));
        check("2026-11-22 03:41", Some("2026-11-22T03:41:00Z"));
        check(" 2026-11-22 03:41:30 UTC", Some("2026-11-22T03:41:30Z"));
        check("2026-11-22", Some("2026-11-22T23:59:59.999999999Z"));
        check("22.11.2026", None);
        check("9999-12-31", None);
        check("", None);
        assert!(parse_known_time("2026-11-22").unwrap().day_only);
    }

    #[test]
    fn numbers_by_their_size() {
        let check = |number, expected: &str| {
            assert_eq!(from_unix_number(number).unwrap().to_string(), expected);
        };
        check(1795318439.3228998, "2026-11-22T03:33:59.3229Z");
        check(1795318439322.0, "2026-11-22T03:33:59.322Z");
        check(1795318439322000000.0, "2026-11-22T03:33:59.322Z");
        assert_eq!(from_unix_number(f64::NAN), None);
        assert_eq!(from_unix_number(1e300), None);
    }

    #[test]
    fn dates_of_headers() {
        let check = |text: &str, expected: Option<&str>| {
            let at = parse_http_date(text).map(|at| at.to_string());
            assert_eq!(at.as_deref(), expected, "{text}");
        };
        check(
            " Sun, 22 Nov 2026 03:42:03 GMT\r",
            Some("2026-11-22T03:42:03.999999999Z"),
        );
        check("yesterday", None);
        check("", None);
    }

    #[test]
    fn times_of_status_pages() {
        let check = |text: &str, expected: Option<&str>| {
            let at = parse_loose_time(text).map(|at| at.to_string());
            assert_eq!(at.as_deref(), expected, "{text}");
        };
        check("2020-01-02 15:04:05 +0000 UTC", Some("2020-01-02T15:04:05Z"));
        check(
            "2020-01-02 15:04:05.5 +0200 CEST m=+0.1",
            Some("2020-01-02T13:04:05.5Z"),
        );
        check("Apr 22, 2019 15:36 +0000", Some("2019-04-22T15:36:00Z"));
        check("Sun, 22 Nov 2026 03:42:03 GMT", Some("2026-11-22T03:42:03Z"));
        check("2026-11-22T03:42:03.100Z", Some("2026-11-22T03:42:03.1Z"));
        check("0001-01-01 00:00:00 +0000 UTC", None);
        check("<no value>", None);
    }
}
