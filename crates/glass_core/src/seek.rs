//! Reading a moment that a user typed: `03:41`, `+90s`, `-1h30m`, a date, a full time, `start`, `end`.

use glass_model::{TimeRange, Timestamp};

/// What can be typed, for the prompt's hint.
pub const SEEK_HINT: &str = "03:41, 03:41:30, +90s, -5m, 2026-11-22T03:41:00Z, start, end";

/// The moment meant by `text`, seen from the playhead. A time of day is taken on the day inside `extent` that
/// is nearest to the playhead.
///
/// # Errors
/// A sentence on what can be typed.
pub fn parse_seek(text: &str, playhead: Timestamp, extent: TimeRange) -> Result<Timestamp, String> {
    let text = text.trim();
    match text {
        "start" => return Ok(extent.start),
        "end" | "now" => return Ok(extent.end),
        _ => {}
    }
    if let Some(duration) = text.strip_prefix('+').and_then(parse_duration) {
        return Ok(playhead.plus_nanos(duration));
    }
    if let Some(duration) = text.strip_prefix('-').and_then(parse_duration) {
        return Ok(playhead.plus_nanos(-duration));
    }
    if let Some(nanos) = parse_time_of_day(text) {
        return Ok(on_nearest_day(nanos, playhead, extent));
    }
    parse_date_time(text).ok_or_else(|| format!("`{text}` is no time; type {SEEK_HINT}"))
}

/// Nanoseconds of `1h30m`, `90s`, `1.5h`, `250ms`; `None` if it is none.
pub fn parse_duration(text: &str) -> Option<i64> {
    let mut total = 0f64;
    let mut rest = text;
    while !rest.is_empty() {
        let n_digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..n_digits].parse().ok()?;
        rest = &rest[n_digits..];
        let n_letters = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let secs = match &rest[..n_letters] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        total += number * secs;
        rest = &rest[n_letters..];
    }
    (!text.is_empty()).then_some((total * 1e9) as i64)
}

/// Nanoseconds since midnight of `03:41`, `03:41:30` or `03:41:30.5`.
pub(crate) fn parse_time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    let is_number = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    if parts.next().is_some() || !is_number(hours, 2) || !is_number(minutes, 2) || !is_number(seconds, 12) {
        return None;
    }
    let (hours, minutes, seconds): (f64, f64, f64) =
        (hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?);
    let valid = hours < 24.0 && minutes < 60.0 && seconds < 60.0;
    valid.then_some(((hours * 3600.0 + minutes * 60.0 + seconds) * 1e9).round() as i64)
}

/// A time of day on the day inside `extent` that is nearest to the playhead.
pub(crate) fn on_nearest_day(nanos: i64, playhead: Timestamp, extent: TimeRange) -> Timestamp {
    const DAY: i64 = 86_400_000_000_000;
    let today = playhead.nanos().div_euclid(DAY).saturating_mul(DAY);
    let candidates =
        [0, -DAY, DAY].map(|shift| Timestamp::from_nanos(today.saturating_add(shift)).plus_nanos(nanos));
    let inside = candidates.into_iter().filter(|at| extent.contains(*at));
    inside
        .min_by_key(|at| at.nanos_since(playhead).saturating_abs())
        .unwrap_or(candidates[0])
}

fn parse_date_time(text: &str) -> Option<Timestamp> {
    let full = text.replacen(' ', "T", 1);
    let with_zone = |time: &str| Timestamp::parse_rfc3339(time).ok();
    with_zone(&full)
        .or_else(|| with_zone(&format!("{full}Z")))
        .or_else(|| with_zone(&format!("{full}:00Z")))
        .or_else(|| with_zone(&format!("{full}T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, ()>) {
        let time = |text| Timestamp::parse_rfc3339(text).unwrap();
        let extent = TimeRange::new(time("2026-11-22T23:00:00Z"), time("2026-11-23T02:00:00Z"));
        let found = parse_seek(text, time("2026-11-22T23:30:00Z"), extent).map_err(|_| ());
        assert_eq!(found, expected.map(time), "{text}");
    }

    #[test]
    fn what_people_type() {
        check("+90s", Ok("2026-11-22T23:31:30Z"));
        check("-1h30m", Ok("2026-11-22T22:00:00Z"));
        check("+1.5h", Ok("2026-11-23T01:00:00Z"));
        check("23:45", Ok("2026-11-22T23:45:00Z"));
        check("01:10:05.5", Ok("2026-11-23T01:10:05.5Z"));
        check("2026-11-23 00:10", Ok("2026-11-23T00:10:00Z"));
        check("2026-11-23T00:10:00+01:00", Ok("2026-11-22T23:10:00Z"));
        check("2026-11-23", Ok("2026-11-23T00:00:00Z"));
        check(" end ", Ok("2026-11-23T02:00:00Z"));
        for wrong in ["", "+", "+5", "soon", "25:00", "12:61", "1:2:3:4", "+5x", "é:00"] {
            check(wrong, Err(()));
        }
    }
}
