//! Times, durations, limits and selectors in parameters, with Prometheus' own error texts.

use super::answer::ApiError;
use crate::params::Params;
use crate::service::Work;
use glass_model::{Selector, TimeRange, Timestamp};
use glass_query::{Limits, promql};
use std::time::Duration;

/// How Prometheus writes the earliest and the latest time it knows.
const MIN_TIME: &str = "-292273086-05-16T16:47:06Z";
const MAX_TIME: &str = "292277025-08-18T07:12:54.999999999Z";

/// Seconds as a number, or RFC 3339.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        // Prometheus rounds the fraction to milliseconds.
        let millis = seconds.trunc() * 1000.0 + (seconds.fract() * 1000.0).round();
        return Ok(Timestamp::from_millis(millis as i64));
    }
    match text {
        MIN_TIME => Ok(Timestamp::MIN),
        MAX_TIME => Ok(Timestamp::MAX),
        _ => {
            Timestamp::parse_rfc3339(text).map_err(|_| format!("cannot parse {text:?} to a valid timestamp"))
        }
    }
}

/// Seconds as a number, or `1h30m`; in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        let nanos = seconds * 1e9;
        if nanos.is_nan() || nanos.abs() > i64::MAX as f64 {
            return Err(format!(
                "cannot parse {text:?} to a valid duration. It overflows int64"
            ));
        }
        return Ok(nanos as i64);
    }
    unit_duration(text).ok_or_else(|| format!("cannot parse {text:?} to a valid duration"))
}

/// `1h30m`: each unit once, the greater first.
fn unit_duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let (mut rest, mut millis, mut units) = (text, 0i64, UNITS.iter());
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at(n_digits);
        let n_letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(n_letters);
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        millis = millis.checked_add(digits.parse::<i64>().ok()?.checked_mul(*factor)?)?;
        rest = after;
    }
    millis.checked_mul(1_000_000)
}

/// `limit`: how many results at most; 0 for no limit.
pub(super) fn limit(params: &Params) -> Result<usize, ApiError> {
    let Some(text) = params.given("limit") else {
        return Ok(0);
    };
    match text.parse::<i64>() {
        Ok(limit) if limit < 0 => Err(ApiError::parameter("limit", "limit must be non-negative")),
        Ok(limit) => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        Err(_) => Err(ApiError::parameter(
            "limit",
            format!("strconv.Atoi: parsing {text:?}: invalid syntax"),
        )),
    }
}

/// `timeout`: how long the query may take.
pub(super) fn timeout(params: &Params) -> Result<Duration, ApiError> {
    let Some(text) = params.given("timeout") else {
        return Ok(Duration::MAX);
    };
    let nanos = duration(text).map_err(|text| ApiError::parameter("timeout", text))?;
    Ok(Duration::from_nanos(nanos.max(0).unsigned_abs()))
}

/// `start` and `end`, either may be left out; placed on the recording's time.
pub(super) fn window(params: &Params, work: &Work, notes: &mut Vec<String>) -> Result<TimeRange, ApiError> {
    let bound = |name: &str, missing: Timestamp| match params.given(name) {
        None => Ok(missing),
        Some(text) => time(text)
            .map_err(|text| ApiError::parameter(name, format!("invalid time value for '{name}': {text}"))),
    };
    let asked = TimeRange::new(bound("start", Timestamp::MIN)?, bound("end", work.now())?);
    Ok(work.placing.window(asked, notes))
}

/// The selectors of `match[]`.
pub(super) fn selectors(params: &Params, limits: &Limits) -> Result<Vec<Selector>, String> {
    let selectors: Vec<Selector> = params
        .all("match[]")
        .map(|text| selector(text, limits))
        .collect::<Result<_, _>>()?;
    let selects_all = |selector: &Selector| selector.matchers.iter().all(|matcher| matcher.matches_value(""));
    if selectors.iter().any(selects_all) {
        return Err("match[] must contain at least one non-empty matcher".into());
    }
    Ok(selectors)
}

/// A selector of series, without a time.
pub(super) fn selector(text: &str, limits: &Limits) -> Result<Selector, String> {
    let expr = promql::parse(text, limits).map_err(|error| error.message)?;
    match expr.kind {
        promql::ast::ExprKind::Vector(vector) if vector.offset_millis == 0 && vector.at.is_none() => {
            Ok(Selector {
                matchers: vector.matchers,
            })
        }
        _ => Err("1:1: parse error: a series selector is expected, such as up{job=\"a\"}".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(time(text).ok().map(Timestamp::millis), expected, "{text}");
        };
        check("1795318504", Some(1_795_318_504_000));
        check("1795318504.1235", Some(1_795_318_504_124));
        check("2026-11-22T03:35:04Z", Some(1_795_318_504_000));
        check("1.795318504e9", Some(1_795_318_504_000));
        check(MAX_TIME, Some(Timestamp::MAX.millis()));
        check("yesterday", None);
        assert_eq!(
            time("yesterday").unwrap_err(),
            "cannot parse \"yesterday\" to a valid timestamp"
        );
    }

    #[test]
    fn durations() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(
                duration(text).ok(),
                expected.map(|millis| millis * 1_000_000),
                "{text}"
            );
        };
        check("15", Some(15_000));
        check("0.5", Some(500));
        check("-1", Some(-1_000));
        check("1m", Some(60_000));
        check("1h30m", Some(5_400_000));
        check("1s500ms", Some(1_500));
        for wrong in [
            "",
            "1m1h",
            "1m1m",
            "m",
            "1x",
            "1h ",
            "99999999999y",
            "1e30",
            "NaN",
        ] {
            check(wrong, None);
        }
    }
}
