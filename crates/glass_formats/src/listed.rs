//! [`Listed`]: lists that an API hands out as a whole, and the envelope Prometheus puts them in.

use crate::{FormatError, lines};
use glass_model::{Labels, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io::Read;

/// The largest answer, in bytes: a hundred thousand targets.
const LARGEST_INPUT: u64 = 256 << 20;

/// What stands in place of a time that is not known: Go's zero.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// A list that an API hands out as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed<T> {
    /// Its items, in their order.
    pub items: Vec<T>,
    /// The latest moment of which it says that something had happened then: it cannot have been seen earlier.
    pub latest: Option<Timestamp>,
    /// What is missing of it, one sentence each.
    pub troubles: Vec<String>,
}

/// Prometheus' envelope.
#[derive(Deserialize)]
struct Envelope<T> {
    status: String,
    data: Option<T>,
    #[serde(default)]
    error: String,
}

/// The `data` of an answer of Prometheus' API.
pub(crate) fn read_data<T: DeserializeOwned>(
    input: impl Read,
    expected: &'static str,
) -> Result<T, FormatError> {
    let envelope: Envelope<T> = read_json(input, expected)?;
    match envelope.data {
        Some(data) if envelope.status == "success" => Ok(data),
        _ => Err(FormatError::Unsupported(format!(
            "the server refused to answer, so there is nothing to take in: {}",
            envelope.error
        ))),
    }
}

/// One JSON document.
pub(crate) fn read_json<T: DeserializeOwned>(
    input: impl Read,
    expected: &'static str,
) -> Result<T, FormatError> {
    let text = lines::read_text(input, LARGEST_INPUT)?;
    serde_json::from_str(&text).map_err(|error| FormatError::Json {
        expected,
        reason: error.to_string(),
    })
}

/// A time; the year 1, Go's zero, stands for none.
pub(crate) fn stated_time(text: &str) -> Option<Timestamp> {
    (!text.starts_with("0001-"))
        .then(|| Timestamp::parse_rfc3339(text).ok())
        .flatten()
}

/// A time as Go writes it, with as many digits as needed.
pub(crate) fn time_text(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NO_TIME.to_owned(), |at| at.to_string())
}

/// Seconds as nanoseconds; saturates.
pub(crate) fn nanos_from_secs(secs: f64) -> i64 {
    (secs * 1e9).round() as i64
}

/// Nanoseconds as seconds: a whole number where it is one, as Go writes it.
pub(crate) fn secs_json(nanos: i64) -> serde_json::Number {
    const SECOND: i64 = 1_000_000_000;
    let whole = serde_json::Number::from(nanos / SECOND);
    if nanos % SECOND == 0 {
        return whole;
    }
    serde_json::Number::from_f64(nanos as f64 / 1e9).unwrap_or(whole)
}

/// Labels as they come: an object, or null where Go had none.
pub(crate) type WireLabels = Option<BTreeMap<String, String>>;

pub(crate) fn to_labels(wire: WireLabels) -> Labels {
    Labels::new(wire.unwrap_or_default())
}

/// A length of time as Prometheus writes it: `1m30s`, `500ms`, `0s`.
pub(crate) fn duration_text(nanos: i64) -> String {
    let mut rest = nanos.max(0) / 1_000_000;
    let mut text = String::new();
    for (unit, millis) in UNITS {
        // Weeks and years only where they come out even, as Prometheus does.
        let fits = rest >= millis && (millis < DAY || rest % millis == 0);
        if fits {
            text.push_str(&format!("{}{unit}", rest / millis));
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Nanoseconds of a length of time as Prometheus writes it; `None` if it is none.
pub(crate) fn duration_nanos(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest[..n_digits].parse().ok()?;
        rest = &rest[n_digits..];
        let n_letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (_, millis) = UNITS.iter().find(|(unit, _)| *unit == &rest[..n_letters])?;
        total = total.checked_add(number.checked_mul(*millis)?)?;
        rest = &rest[n_letters..];
    }
    total.checked_mul(1_000_000).filter(|_| !text.is_empty())
}

const DAY: i64 = 86_400_000;

/// Units of lengths of time, in milliseconds.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * DAY),
    ("w", 7 * DAY),
    ("d", DAY),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Labels as they are written.
pub(crate) fn from_labels(labels: &Labels) -> BTreeMap<&str, &str> {
    labels.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_round_trip() {
        let check = |text: &str, millis: i64| {
            assert_eq!(duration_nanos(text), Some(millis * 1_000_000), "{text}");
            assert_eq!(duration_text(millis * 1_000_000), text);
        };
        check("0s", 0);
        check("5s", 5_000);
        check("1m30s", 90_000);
        check("500ms", 500);
        check("1d", DAY);
        check("1w", 7 * DAY);
        check("36h", 36 * 3_600_000);
        for text in [
            "",
            "5",
            "s",
            "5x",
            "-5s",
            "99999999999999999999s",
            "9223372036854775807y",
            "5\u{661}s",
        ] {
            assert_eq!(duration_nanos(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_whole_where_they_can_be() {
        let check = |nanos, expected: &str| assert_eq!(secs_json(nanos).to_string(), expected);
        check(30_000_000_000, "30");
        check(500_000_000, "0.5");
        check(0, "0");
        check(i64::MAX, "9223372036.854776");
    }
}
