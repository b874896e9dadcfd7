//! The moments a query is asked for, from what was typed.

use crate::args::TimeArgs;
use glass_core::{parse_duration, parse_seek};
use glass_model::{QueryTime, TimeRange, Timestamp};

/// About so many points a series, if no step is given.
const N_POINTS: i64 = 250;
/// Steps to choose from.
const STEPS_SECS: [i64; 15] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 21_600, 86_400,
];
const SEC: i64 = 1_000_000_000;

/// The moments meant: one, or all in steps. Without arguments it is the recording's end, or else all of it.
///
/// # Errors
/// A sentence on what is wrong.
pub(super) fn query_time(args: &TimeArgs, extent: TimeRange, is_instant: bool) -> Result<QueryTime, String> {
    let TimeArgs {
        time,
        start,
        end,
        step,
    } = args;
    let has_range = start.is_some() || end.is_some() || step.is_some();
    if let Some(time) = time {
        return moment(time, extent)
            .map(QueryTime::Instant)
            .map_err(|e| format!("--time: {e}"));
    }
    if is_instant && !has_range {
        return Ok(QueryTime::Instant(extent.end));
    }
    let named = |name: &str, text: &Option<String>, default: Timestamp| match text {
        Some(text) => moment(text, extent).map_err(|e| format!("--{name}: {e}")),
        None => Ok(default),
    };
    let range = TimeRange {
        start: named("start", start, extent.start)?,
        end: named("end", end, extent.end)?,
    };
    if range.end < range.start {
        return Err(format!("--end {} is before --start {}", range.end, range.start));
    }
    let step_nanos = match step {
        Some(text) => {
            parse_step(text).ok_or_else(|| format!("--step: `{text}` is no duration; write 15s or 1m30s"))?
        }
        None => usual_step(range),
    };
    Ok(QueryTime::Steps { range, step_nanos })
}

/// A moment as the rest of the program takes it, or seconds since the epoch. `+90s` counts from the recording's
/// start, `-5m` back from its end.
fn moment(text: &str, extent: TimeRange) -> Result<Timestamp, String> {
    let text = text.trim();
    let is_number = text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number && let Ok(secs) = text.parse::<f64>() {
        return Ok(Timestamp::from_millis((secs * 1000.0).round() as i64));
    }
    let from = if text.starts_with('-') {
        extent.end
    } else {
        extent.start
    };
    parse_seek(text, from, extent)
}

/// A duration above 0, or a number of seconds.
fn parse_step(text: &str) -> Option<i64> {
    let secs = text.parse::<f64>().ok().map(|secs| (secs * SEC as f64) as i64);
    secs.or_else(|| parse_duration(text)).filter(|nanos| *nanos > 0)
}

fn usual_step(range: TimeRange) -> i64 {
    let least = range.nanos() / N_POINTS;
    let steps = STEPS_SECS.iter().map(|secs| secs * SEC);
    steps.into_iter().find(|step| *step >= least).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: [&str; 4], is_instant: bool, expected: Result<&str, &str>) {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let extent = TimeRange::new(at("2026-11-22T03:00:00Z"), at("2026-11-22T03:40:00Z"));
        let [time, start, end, step] = texts.map(|text| (!text.is_empty()).then(|| text.to_owned()));
        let args = TimeArgs {
            time,
            start,
            end,
            step,
        };
        let found = query_time(&args, extent, is_instant).map(|time| match time {
            QueryTime::Instant(at) => at.to_string(),
            QueryTime::Steps { range, step_nanos } => {
                format!("{} {} {}", range.start, range.end, step_nanos / SEC)
            }
        });
        match expected {
            Ok(expected) => assert_eq!(found.as_deref(), Ok(expected), "{texts:?}"),
            Err(part) => assert!(
                found.as_ref().is_err_and(|e| e.contains(part)),
                "{texts:?}: {found:?}"
            ),
        }
    }

    #[test]
    fn times_as_people_and_programs_write_them() {
        check(["", "", "", ""], true, Ok("2026-11-22T03:40:00Z"));
        check(
            ["", "", "", ""],
            false,
            Ok("2026-11-22T03:00:00Z 2026-11-22T03:40:00Z 10"),
        );
        check(["03:10", "", "", ""], false, Ok("2026-11-22T03:10:00Z"));
        check(["1795316400", "", "", ""], true, Ok("2026-11-22T03:00:00Z"));
        check(
            ["", "+5m", "-5m", "90"],
            true,
            Ok("2026-11-22T03:05:00Z 2026-11-22T03:35:00Z 90"),
        );
        check(
            ["", "03:10", "", "1m"],
            true,
            Ok("2026-11-22T03:10:00Z 2026-11-22T03:40:00Z 60"),
        );
        check(["soon", "", "", ""], true, Err("--time: `soon` is no time"));
        check(["", "03:20", "03:10", ""], true, Err("is before --start"));
        check(["", "", "", "0"], true, Err("--step: `0` is no duration"));
    }
}
