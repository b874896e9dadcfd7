//! The spellings of times, each read from the start of a text.

use glass_model::Timestamp;
use jiff::civil::DateTime;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The first and the last second since the epoch that are taken for one: 2001 to 2100.
const PLAUSIBLE_SECS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;

/// A time as it stands in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelled {
    /// The moment; `None` if the year is missing.
    pub at: Option<Timestamp>,
    /// Whether it names a zone, or needs none.
    pub has_zone: bool,
    month: i8,
    day: i8,
    clock: Clock,
}

#[derive(Clone, Copy, Debug)]
struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    nanos: i32,
}

impl Spelled {
    /// The latest moment not after `limit` that is spelled so.
    pub fn before(&self, limit: Timestamp) -> Option<Timestamp> {
        let year: i16 = limit.format("%Y").parse().ok()?;
        [year, year - 1]
            .into_iter()
            .filter_map(|year| moment(year, self.month, self.day, self.clock, 0))
            .find(|at| *at <= limit)
    }

    fn dated(at: Timestamp, has_zone: bool) -> Self {
        Self {
            at: Some(at),
            has_zone,
            month: 1,
            day: 1,
            clock: Clock {
                hour: 0,
                minute: 0,
                second: 0,
                nanos: 0,
            },
        }
    }
}

/// Any spelling but those that need something before them.
pub(super) fn at_start(text: &str) -> Option<Spelled> {
    with_date(text).or_else(|| klog(text)).or_else(|| epoch(text))
}

/// A spelling that names a day: no bare number.
pub(super) fn with_date(text: &str) -> Option<Spelled> {
    match text.as_bytes().first()? {
        b'0'..=b'9' => year_first(text),
        b'A'..=b'Z' => month_first(text),
        _ => None,
    }
}

/// `2026-11-22T03:41:00.5Z` and its relatives.
fn year_first(text: &str) -> Option<Spelled> {
    let mut at = Cursor(text);
    let year = at.number(4)?;
    let separator = at.any_of("-/")?;
    let month = at.number(2)?;
    at.any_of(separator)?;
    let day = at.number(2)?;
    at.any_of("Tt _:")?;
    let clock = at.clock()?;
    let offset = at.zone();
    let moment = moment(
        year,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        clock,
        offset.unwrap_or(0),
    )?;
    Some(Spelled::dated(moment, offset.is_some()))
}

/// `Nov 22 03:41:00`, with or without a weekday before it and a year behind it.
fn month_first(text: &str) -> Option<Spelled> {
    let mut at = Cursor(text);
    let first = at.0.get(..3)?;
    if matches!(first, "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun") {
        at = Cursor(at.0[3..].trim_start_matches([',', ' ']));
    }
    let month = at.month()?;
    at.any_of(" ")?;
    at = Cursor(at.0.trim_start());
    let day = at.number(2).or_else(|| at.number(1))?;
    at.any_of(" ")?;
    let clock = at.clock()?;
    let year = at.any_of(" ").and_then(|_| at.number(4));
    let day = i8::try_from(day).ok()?;
    match year.filter(|year| (1970..2200).contains(year)) {
        Some(year) => Some(Spelled::dated(moment(year, month, day, clock, 0)?, false)),
        None => {
            // A leap year has every day.
            moment(2024, month, day, clock, 0)?;
            Some(Spelled {
                at: None,
                has_zone: false,
                month,
                day,
                clock,
            })
        }
    }
}

/// `E1122 03:41:00.123456`.
fn klog(text: &str) -> Option<Spelled> {
    let mut at = Cursor(text);
    at.any_of("IWEF")?;
    let month = i8::try_from(at.number(2)?).ok()?;
    let day = i8::try_from(at.number(2)?).ok()?;
    at.any_of(" ")?;
    let clock = at.clock()?;
    moment(2024, month, day, clock, 0)?;
    Some(Spelled {
        at: None,
        has_zone: false,
        month,
        day,
        clock,
    })
}

/// `[22/Nov/2026:03:41:00 +0000]` behind a client's address and name.
pub(super) fn access_log(text: &str) -> Option<Spelled> {
    let mut starts = text.match_indices('[').take(4);
    starts.find_map(|(start, _)| {
        let mut at = Cursor(&text[start + 1..]);
        let day = i8::try_from(at.number(2)?).ok()?;
        at.any_of("/")?;
        let month = at.month()?;
        at.any_of("/")?;
        let year = at.number(4)?;
        at.any_of(":")?;
        let clock = at.clock()?;
        let offset = at.zone();
        let moment = moment(year, month, day, clock, offset.unwrap_or(0))?;
        Some(Spelled::dated(moment, offset.is_some()))
    })
}

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch, exactly.
pub(super) fn epoch(text: &str) -> Option<Spelled> {
    let len = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole: i64 = text
        .get(..len)
        .filter(|_| (10..=19).contains(&len))?
        .parse()
        .ok()?;
    let rest = &text[len..];
    if rest.starts_with(|c: char| c.is_alphanumeric() || "-/:_".contains(c)) {
        return None;
    }
    let nanos_per_unit: i64 = match len {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1000,
        19 => 1,
        _ => return None,
    };
    let mut nanos = whole.checked_mul(nanos_per_unit)?;
    if len == 10
        && let Some(fraction) = rest.strip_prefix('.')
    {
        nanos += i64::from(fraction_nanos(fraction));
    }
    let is_plausible = PLAUSIBLE_SECS.contains(&(nanos / 1_000_000_000));
    is_plausible.then(|| Spelled::dated(Timestamp::from_nanos(nanos), true))
}

/// The digits of a fraction of a second, as nanoseconds.
fn fraction_nanos(text: &str) -> i32 {
    let digits = text.bytes().take_while(u8::is_ascii_digit).take(9);
    let (value, n) = digits.fold((0, 0), |(value, n), digit| {
        (value * 10 + i32::from(digit - b'0'), n + 1)
    });
    value * 10_i32.pow(9 - n)
}

fn moment(year: i16, month: i8, day: i8, clock: Clock, offset_secs: i64) -> Option<Timestamp> {
    let Clock {
        hour,
        minute,
        second,
        nanos,
    } = clock;
    let local = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    let zoned = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let nanos = i64::try_from(zoned.timestamp().as_nanosecond()).ok()?;
    Some(Timestamp::from_nanos(nanos).plus_nanos(-offset_secs * 1_000_000_000))
}

/// What is left of a text.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// A number of exactly so many digits at most, none behind them counted.
    fn number(&mut self, n_digits: usize) -> Option<i16> {
        let digits = self.0.get(..n_digits)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = &self.0[n_digits..];
        digits.parse().ok()
    }

    /// One character out of some.
    fn any_of(&mut self, some: &str) -> Option<&'a str> {
        let c = self.0.chars().next()?;
        if !some.contains(c) {
            return None;
        }
        let (taken, rest) = self.0.split_at(c.len_utf8());
        self.0 = rest;
        Some(taken)
    }

    fn month(&mut self) -> Option<i8> {
        let name = self.0.get(..3)?;
        let at = MONTHS.iter().position(|month| *month == name)?;
        self.0 = &self.0[3..];
        i8::try_from(at + 1).ok()
    }

    /// `03:41:00`, perhaps with a fraction behind a dot or a comma.
    fn clock(&mut self) -> Option<Clock> {
        let hour = self.number(2)?;
        self.any_of(":")?;
        let minute = self.number(2)?;
        self.any_of(":")?;
        let second = self.number(2)?;
        let mut nanos = 0;
        let fraction = self.0.strip_prefix(['.', ',']).unwrap_or("");
        let n_digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if n_digits > 0 {
            nanos = fraction_nanos(fraction);
            self.0 = &fraction[n_digits..];
        }
        Some(Clock {
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute).ok()?,
            second: i8::try_from(second).ok()?,
            nanos,
        })
    }

    /// `Z`, `UTC`, `+02:00` or `+0200`, perhaps behind a space, as seconds east of UTC.
    fn zone(&mut self) -> Option<i64> {
        let text = self.0.strip_prefix(' ').unwrap_or(self.0);
        if text.starts_with(['Z', 'z']) || text.starts_with("UTC") || text.starts_with("GMT") {
            return Some(0);
        }
        let mut at = Cursor(text);
        let sign = match at.any_of("+-")? {
            "-" => -1,
            _ => 1,
        };
        let hours = at.number(2)?;
        at.any_of(":");
        let minutes = at.number(2)?;
        let secs = i64::from(hours) * 3600 + i64::from(minutes) * 60;
        (hours < 24 && minutes < 60).then_some(sign * secs)
    }
}
