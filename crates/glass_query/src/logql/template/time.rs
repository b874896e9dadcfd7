//! Go's layouts of dates: `2006-01-02T15:04:05.000Z07:00`. All times are UTC.

use glass_model::Timestamp;
use std::fmt::Write;

/// How a time is printed that nobody formats.
pub(super) const DEFAULT_LAYOUT: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The parts of a layout, the longer ones of the same start first.
const PARTS: [&str; 27] = [
    "2006", "January", "Monday", "Jan", "Mon", "MST", "Z07:00", "Z0700", "-07:00", "-0700", "-07", "002",
    "01", "02", "_2", "03", "04", "05", "06", "15", "PM", "pm", "1", "2", "3", "4", "5",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
}

enum Part<'l> {
    Known(&'static str),
    /// `.000` or `.999`: how many digits, and whether zeros at the end stay.
    Fraction(char, usize, bool),
    Other(&'l str),
}

/// The next part of a layout and what is left of it.
fn next_part(layout: &str) -> (Part<'_>, &str) {
    let fraction = layout.strip_prefix(['.', ',']);
    if let Some(rest) = fraction {
        for (digit, stays) in [('0', true), ('9', false)] {
            let n = rest.chars().take_while(|c| *c == digit).count();
            let ends = !rest[n..].starts_with(|c: char| c.is_ascii_digit());
            if n > 0 && ends {
                let point = if layout.starts_with('.') { '.' } else { ',' };
                return (Part::Fraction(point, n, stays), &rest[n..]);
            }
        }
    }
    if let Some(known) = PARTS.iter().find(|part| layout.starts_with(**part)) {
        return (Part::Known(known), &layout[known.len()..]);
    }
    let length = layout.chars().next().map_or(0, char::len_utf8);
    (Part::Other(&layout[..length]), &layout[length..])
}

/// A time by a layout.
pub(super) fn format(at: Timestamp, layout: &str) -> String {
    let time = civil(at);
    let mut out = String::with_capacity(layout.len() + 8);
    let mut rest = layout;
    while !rest.is_empty() {
        let (part, after) = next_part(rest);
        match part {
            Part::Known(known) => write_part(&mut out, known, time, at),
            Part::Fraction(point, n, stays) => {
                let digits = format!("{:09}", time.nanos);
                let digits = &digits[..n.min(9)];
                let digits = if stays {
                    digits
                } else {
                    digits.trim_end_matches('0')
                };
                if !digits.is_empty() {
                    out.push(point);
                    out.push_str(digits);
                }
            }
            Part::Other(text) => out.push_str(text),
        }
        rest = after;
    }
    out
}

fn write_part(out: &mut String, part: &str, time: Civil, at: Timestamp) {
    let month = MONTHS[(time.month - 1) as usize];
    let weekday = WEEKDAYS[(at.nanos().div_euclid(86_400_000_000_000) + 4).rem_euclid(7) as usize];
    let hour12 = (time.hour + 11) % 12 + 1;
    let _ = match part {
        "2006" => write!(out, "{:04}", time.year),
        "06" => write!(out, "{:02}", time.year.rem_euclid(100)),
        "01" => write!(out, "{:02}", time.month),
        "1" => write!(out, "{}", time.month),
        "January" => write!(out, "{month}"),
        "Jan" => write!(out, "{}", &month[..3]),
        "02" => write!(out, "{:02}", time.day),
        "_2" => write!(out, "{:2}", time.day),
        "2" => write!(out, "{}", time.day),
        "002" => write!(
            out,
            "{:03}",
            days(time.year, time.month, time.day) - days(time.year, 1, 1) + 1
        ),
        "Monday" => write!(out, "{weekday}"),
        "Mon" => write!(out, "{}", &weekday[..3]),
        "15" => write!(out, "{:02}", time.hour),
        "03" => write!(out, "{hour12:02}"),
        "3" => write!(out, "{hour12}"),
        "04" => write!(out, "{:02}", time.minute),
        "4" => write!(out, "{}", time.minute),
        "05" => write!(out, "{:02}", time.second),
        "5" => write!(out, "{}", time.second),
        "PM" => write!(out, "{}", if time.hour < 12 { "AM" } else { "PM" }),
        "pm" => write!(out, "{}", if time.hour < 12 { "am" } else { "pm" }),
        "MST" => write!(out, "UTC"),
        "Z07:00" | "Z0700" => write!(out, "Z"),
        "-07:00" => write!(out, "+00:00"),
        "-0700" => write!(out, "+0000"),
        "-07" => write!(out, "+00"),
        _ => Ok(()),
    };
}

/// Reads a time by a layout.
pub(super) fn parse(text: &str, layout: &str) -> Option<Timestamp> {
    let mut time = Civil {
        year: 0,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
    };
    let (mut is_afternoon, mut offset_secs) = (None, 0);
    let (mut layout, mut rest) = (layout, text);
    while !layout.is_empty() {
        let (part, after) = next_part(layout);
        let mut number = |n_min: usize, n_max: usize| -> Option<i64> {
            let n = rest.bytes().take(n_max).take_while(u8::is_ascii_digit).count();
            let value = (n >= n_min).then(|| rest[..n].parse().ok())??;
            rest = &rest[n..];
            Some(value)
        };
        match part {
            Part::Known("2006") => time.year = number(4, 4)?,
            Part::Known("06") => {
                let year = number(2, 2)?;
                time.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Part::Known("01") => time.month = number(2, 2)?,
            Part::Known("1") => time.month = number(1, 2)?,
            Part::Known("02") => time.day = number(2, 2)?,
            Part::Known("2" | "_2") => {
                rest = rest.strip_prefix(' ').unwrap_or(rest);
                let n = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
                time.day = rest[..n].parse().ok()?;
                rest = &rest[n..];
            }
            Part::Known("15") => time.hour = number(2, 2)?,
            Part::Known("03" | "3") => time.hour = number(1, 2)?,
            Part::Known("04" | "4") => time.minute = number(1, 2)?,
            Part::Known("05" | "5") => {
                time.second = number(1, 2)?;
                // Go takes a fraction here even if the layout has none.
                if !matches!(next_part(after).0, Part::Fraction(..)) && rest.starts_with('.') {
                    (time.nanos, rest) = fraction(rest)?;
                }
            }
            Part::Known("January" | "Jan") => (time.month, rest) = named(rest, &MONTHS)?,
            Part::Known("Monday" | "Mon") => (_, rest) = named(rest, &WEEKDAYS)?,
            Part::Known("PM" | "pm") => {
                is_afternoon = Some(rest.get(..2)?.eq_ignore_ascii_case("pm"));
                rest = &rest[2..];
            }
            Part::Known("MST") => rest = rest.get(3..)?,
            Part::Known("002") => return None,
            Part::Known(_) => (offset_secs, rest) = zone(rest)?,
            Part::Fraction(..) if !rest.starts_with(['.', ',']) => {}
            Part::Fraction(..) => (time.nanos, rest) = fraction(rest)?,
            Part::Other(other) => rest = rest.strip_prefix(other)?,
        }
        layout = after;
    }
    if let Some(is_afternoon) = is_afternoon {
        time.hour = time.hour % 12 + if is_afternoon { 12 } else { 0 };
    }
    let is_whole = rest.is_empty() && (1..=12).contains(&time.month) && (1..=31).contains(&time.day);
    let fits = is_whole && time.hour < 24 && time.minute < 60 && time.second < 60;
    fits.then(|| timestamp(time, offset_secs)).flatten()
}

fn fraction(rest: &str) -> Option<(i64, &str)> {
    let digits = rest.get(1..)?;
    let n = digits.bytes().take_while(u8::is_ascii_digit).count();
    let shown = &digits[..n.min(9)];
    let nanos: i64 = shown.parse().ok()?;
    Some((nanos * 10_i64.pow(9 - shown.len() as u32), &digits[n..]))
}

/// Which of `names` stands at the start, whole or by three letters, counted from 1.
fn named<'r>(rest: &'r str, names: &[&str]) -> Option<(i64, &'r str)> {
    names.iter().zip(1..).find_map(|(name, i)| {
        let after = rest.strip_prefix(name).or_else(|| rest.strip_prefix(&name[..3]));
        after.map(|after| (i, after))
    })
}

/// Seconds east of UTC.
fn zone(rest: &str) -> Option<(i64, &str)> {
    if let Some(after) = rest.strip_prefix('Z') {
        return Some((0, after));
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let hours: i64 = rest.get(1..3)?.parse().ok()?;
    let after = &rest[3..];
    let minutes = after.strip_prefix(':').unwrap_or(after);
    match minutes.get(..2).and_then(|digits| digits.parse::<i64>().ok()) {
        Some(found) => Some((sign * (hours * 3600 + found * 60), &minutes[2..])),
        None => Some((sign * hours * 3600, after)),
    }
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn timestamp(time: Civil, offset_secs: i64) -> Option<Timestamp> {
    let secs =
        days(time.year, time.month, time.day) * 86_400 + time.hour * 3_600 + time.minute * 60 + time.second;
    let nanos = (secs - offset_secs)
        .checked_mul(1_000_000_000)?
        .checked_add(time.nanos)?;
    Some(Timestamp::from_nanos(nanos))
}

fn civil(at: Timestamp) -> Civil {
    let nanos = at.nanos();
    let secs = nanos.div_euclid(1_000_000_000);
    let of_day = secs.rem_euclid(86_400);
    let shifted = secs.div_euclid(86_400) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted_month + 2) / 5 + 1,
        hour: of_day / 3_600,
        minute: of_day / 60 % 60,
        second: of_day % 60,
        nanos: nanos.rem_euclid(1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_write_and_read_times() {
        let at = Timestamp::from_nanos(1_795_318_458_741_000_000);
        let check = |layout: &str, expected: &str| assert_eq!(format(at, layout), expected, "{layout}");
        check("2006-01-02T15:04:05.000Z07:00", "2026-11-22T03:34:18.741Z");
        check(DEFAULT_LAYOUT, "2026-11-22 03:34:18.741 +0000 UTC");
        check("Mon Jan _2 3:04PM 06 002", "Sun Nov 22 3:34AM 26 326");
        let check = |text: &str, layout: &str, expected: Option<i64>| {
            assert_eq!(
                parse(text, layout).map(Timestamp::nanos),
                expected,
                "{text} by {layout}"
            );
        };
        check("2021-11-02", "2006-01-02", Some(1_635_811_200_000_000_000));
        check(
            "2026-11-22T03:34:18.741Z",
            "2006-01-02T15:04:05Z07:00",
            Some(at.nanos()),
        );
        check(
            "22 Nov 26 05:34 +0200",
            "02 Jan 06 15:04 -0700",
            Some(1_795_318_440_000_000_000),
        );
        check("2021-13-02", "2006-01-02", None);
        check("2021-11-02 ", "2006-01-02", None);
    }
}
