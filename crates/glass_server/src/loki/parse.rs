//! Times, steps, limits and selectors in parameters, with Loki's own error texts.

use super::ApiError;
use crate::params::Params;
use crate::service::Work;
use glass_model::{LogOrder, Selector, TimeRange, Timestamp};
use glass_query::Limits;
use glass_query::logql::{self, Query};

/// How far back a query looks unless it says so, in nanoseconds.
pub(super) const AN_HOUR: i64 = 3_600_000_000_000;

/// How far back the labels' names and values are looked for.
pub(super) const SIX_HOURS: i64 = 6 * AN_HOUR;

/// Lines of an answer unless the request says otherwise, and at most.
const DEFAULT_LIMIT: usize = 100;
const MOST_LINES: usize = 5_000;

/// The most points a series may have.
const MOST_POINTS: i64 = 11_000;

/// Into how many steps a range is divided unless the request says otherwise.
const DEFAULT_STEPS: i64 = 250;

/// Nanoseconds, seconds if there are at most ten digits, seconds with a fraction, or RFC 3339.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    if text.contains('.')
        && let Ok(seconds) = text.parse::<f64>()
    {
        let millis = seconds.trunc() * 1000.0 + (seconds.fract() * 1000.0).round();
        return Ok(Timestamp::from_millis(millis as i64));
    }
    match text.parse::<i64>() {
        Ok(seconds) if text.len() <= 10 => Ok(Timestamp::from_secs(seconds)),
        Ok(nanos) => Ok(Timestamp::from_nanos(nanos)),
        Err(_) => Timestamp::parse_rfc3339(text)
            .map_err(|_| format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
    }
}

/// The window asked for, `otherwise` nanoseconds long if it has no start; placed on the recording's time.
pub(super) fn window(
    params: &Params,
    work: &Work,
    otherwise: i64,
    notes: &mut Vec<String>,
) -> Result<TimeRange, ApiError> {
    let bound = |name: &str| match params.given(name) {
        None => Ok(None),
        Some(text) => {
            let wrong = |text| ApiError::bad(format!("could not parse '{name}' parameter: {text}"));
            time(text).map(Some).map_err(wrong)
        }
    };
    let end = bound("end")?.unwrap_or(work.now());
    let start = match (bound("start")?, params.given("since")) {
        (Some(start), _) => start,
        (None, None) => end.plus_nanos(-otherwise),
        (None, Some(text)) => {
            let nanos = duration(text).ok_or_else(|| {
                ApiError::bad(format!(
                    "could not parse 'since' parameter: not a valid duration string: {text:?}"
                ))
            })?;
            end.plus_nanos(nanos.saturating_neg())
        }
    };
    let window = work.placing.window(TimeRange::new(start, end), notes);
    if window.end <= window.start {
        return Err(ApiError::bad(
            "end timestamp must not be before or equal to start time",
        ));
    }
    Ok(window)
}

/// Seconds as a number, or `1h30m`; in nanoseconds.
fn duration(text: &str) -> Option<i64> {
    crate::prometheus::parse_duration(text).ok()
}

/// The step asked for, or a 250th of the range, at least a second; in nanoseconds.
pub(super) fn step(params: &Params, range: TimeRange) -> Result<i64, ApiError> {
    let step = match params.given("step") {
        None => (range.nanos() / DEFAULT_STEPS / 1_000_000_000).max(1) * 1_000_000_000,
        Some(text) => duration(text)
            .ok_or_else(|| ApiError::bad(format!("cannot parse {text:?} to a valid duration")))?,
    };
    if step <= 0 {
        return Err(ApiError::bad(
            "zero or negative query resolution step widths are not accepted. Try a positive integer",
        ));
    }
    if range.nanos() / step > MOST_POINTS {
        return Err(ApiError::bad(
            "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
        ));
    }
    Ok(step)
}

/// `interval`: how far apart lines are at least, in nanoseconds.
pub(super) fn interval(params: &Params) -> Result<i64, ApiError> {
    match params.given("interval") {
        None => Ok(0),
        Some(text) => match duration(text) {
            Some(nanos) if nanos >= 0 => Ok(nanos),
            Some(_) => Err(ApiError::bad("interval must be >= 0")),
            None => Err(ApiError::bad(format!(
                "cannot parse {text:?} to a valid duration"
            ))),
        },
    }
}

/// How many lines at most.
pub(super) fn limit(params: &Params) -> Result<usize, ApiError> {
    let Some(text) = params.given("limit") else {
        return Ok(DEFAULT_LIMIT);
    };
    let limit: i64 = text
        .parse()
        .map_err(|_| ApiError::bad(format!("strconv.ParseUint: parsing {text:?}: invalid syntax")))?;
    match usize::try_from(limit) {
        Ok(0) | Err(_) => Err(ApiError::bad("limit must be a positive value")),
        Ok(limit) if limit > MOST_LINES => Err(ApiError::bad(format!(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {MOST_LINES})"
        ))),
        Ok(limit) => Ok(limit),
    }
}

/// A count that may be left out.
pub(super) fn count(params: &Params, name: &str, otherwise: usize) -> Result<usize, ApiError> {
    match params.given(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .map_err(|_| ApiError::bad(format!("strconv.ParseUint: parsing {text:?}: invalid syntax"))),
    }
}

/// Which lines come first.
pub(super) fn order(params: &Params) -> Result<LogOrder, ApiError> {
    match params.get("direction").to_ascii_lowercase().as_str() {
        "" | "backward" => Ok(LogOrder::Backward),
        "forward" => Ok(LogOrder::Forward),
        other => Err(ApiError::bad(format!("invalid direction '{other}'"))),
    }
}

/// A query, in which nothing may stand but the streams.
pub(super) fn streams(text: &str, limits: &Limits) -> Result<Selector, ApiError> {
    match logql::parse(text, limits) {
        Ok(Query::Log(log)) if log.stages.is_empty() => Ok(log.streams),
        Ok(_) => Err(ApiError::bad("only label matchers are supported")),
        Err(error) => Err(ApiError::bad(error.message)),
    }
}

/// The streams of the request's `query`; all of them if there is none.
pub(super) fn streams_or_all(params: &Params, limits: &Limits) -> Result<Selector, ApiError> {
    match params.given("query").map(str::trim) {
        None | Some("" | "{}") => Ok(Selector::all()),
        Some(text) => streams(text, limits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_their_length() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(time(text).ok().map(Timestamp::nanos), expected, "{text}");
        };
        check("1795318504", Some(1_795_318_504_000_000_000));
        check("1795318504000000000", Some(1_795_318_504_000_000_000));
        check("1795318504.25", Some(1_795_318_504_250_000_000));
        check("2026-11-22T03:35:04Z", Some(1_795_318_504_000_000_000));
        check("x", None);
    }

    #[test]
    fn limits_and_steps() {
        let limit_of = |text: &str| limit(&Params::parse(text)).map_err(|error| error.text);
        assert_eq!(limit_of(""), Ok(100));
        assert_eq!(limit_of("limit=7"), Ok(7));
        assert!(limit_of("limit=100000").unwrap_err().ends_with("(100000 > 5000)"));
        assert!(
            limit_of("limit=0").is_err() && limit_of("limit=-1").is_err() && limit_of("limit=x").is_err()
        );
        let range = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(11_001));
        let step_of = |text: &str| step(&Params::parse(text), range).map_err(|error| error.text);
        assert_eq!(step_of(""), Ok(44_000_000_000));
        assert_eq!(step_of("step=2"), Ok(2_000_000_000));
        assert!(step_of("step=1s").unwrap_err().contains("11,000"));
        assert!(step_of("step=0").is_err() && step_of("step=x").is_err());
    }
}
