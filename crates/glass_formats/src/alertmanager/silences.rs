//! Silences: the answer of Alertmanager's `/api/v2/silences`, read and written.

use crate::FormatError;
use crate::listed::{Listed, read_json};
use glass_model::{Matcher, MatcherOp, Selector, Silence, SilenceState, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, Read, Write};

const EXPECTED: &str = "an answer of /api/v2/silences";

/// Reads silences. One whose times or matchers make no sense is left out and told.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_silences(input: impl Read) -> Result<Listed<Silence>, FormatError> {
    let wires: Vec<WireSilence> = read_json(input, EXPECTED)?;
    let (mut items, mut troubles) = (Vec::new(), Vec::new());
    for wire in wires {
        let id = wire.id.clone();
        match to_silence(wire) {
            Ok(silence) => items.push(silence),
            Err(trouble) => troubles.push(format!("silence {id} is left out: {trouble}")),
        }
    }
    Ok(Listed {
        latest: items.iter().map(|silence| silence.updated_at).max(),
        items,
        troubles,
    })
}

/// Writes silences as they stand at a moment: active ones by their end, then pending ones by their start, then
/// expired ones, the latest first.
///
/// # Errors
/// When writing fails.
pub fn write_silences<'a, W: Write>(
    out: &mut W,
    silences: impl IntoIterator<Item = &'a Silence>,
    at: Timestamp,
) -> io::Result<()> {
    let mut sorted: Vec<(SilenceState, &Silence)> = silences
        .into_iter()
        .map(|silence| (silence.state_at(at), silence))
        .collect();
    sorted.sort_by_key(|(state, silence)| {
        let by = match state {
            SilenceState::Active => i128::from(silence.ends_at.nanos()),
            SilenceState::Pending => i128::from(silence.starts_at.nanos()),
            SilenceState::Expired => -i128::from(silence.ends_at.nanos()),
        };
        (*state, by)
    });
    let json: Vec<Value> = sorted
        .into_iter()
        .map(|(state, silence)| to_json(silence, state))
        .collect();
    serde_json::to_writer(out, &json).map_err(io::Error::from)
}

/// Writes one silence as it stands at a moment.
///
/// # Errors
/// When writing fails.
pub fn write_silence<W: Write>(out: &mut W, silence: &Silence, at: Timestamp) -> io::Result<()> {
    let json = to_json(silence, silence.state_at(at));
    serde_json::to_writer(out, &json).map_err(io::Error::from)
}

/// A moment as Alertmanager writes it, to the millisecond.
fn moment_text(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSilence {
    id: String,
    matchers: Vec<WireMatcher>,
    starts_at: String,
    ends_at: String,
    updated_at: String,
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    comment: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMatcher {
    name: String,
    value: String,
    is_regex: bool,
    /// Absent before version 0.22.
    is_equal: Option<bool>,
}

fn to_silence(wire: WireSilence) -> Result<Silence, String> {
    let matchers: Result<Vec<Matcher>, String> = wire.matchers.iter().map(to_matcher).collect();
    Ok(Silence {
        id: wire.id,
        selector: Selector { matchers: matchers? },
        starts_at: to_time(&wire.starts_at)?,
        ends_at: to_time(&wire.ends_at)?,
        updated_at: to_time(&wire.updated_at)?,
        created_by: wire.created_by,
        comment: wire.comment,
    })
}

fn to_matcher(wire: &WireMatcher) -> Result<Matcher, String> {
    let op = match (wire.is_equal.unwrap_or(true), wire.is_regex) {
        (true, false) => MatcherOp::Equal,
        (false, false) => MatcherOp::NotEqual,
        (true, true) => MatcherOp::Regex,
        (false, true) => MatcherOp::NotRegex,
    };
    Matcher::new(&wire.name, op, &wire.value).map_err(|error| error.to_string())
}

/// Silences "for ever" end in years that a [`Timestamp`] does not reach: its last moment stands for them.
fn to_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).or_else(|error| match text.parse::<jiff::Timestamp>() {
        Ok(late) if late > jiff::Timestamp::UNIX_EPOCH => Ok(Timestamp::MAX),
        _ => Err(error.to_string()),
    })
}

fn to_json(silence: &Silence, state: SilenceState) -> Value {
    json!({
        "id": silence.id,
        "status": { "state": state.name() },
        "updatedAt": moment_text(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": moment_text(silence.ends_at),
        "matchers": silence.selector.matchers.iter().map(matcher_json).collect::<Vec<_>>(),
        "startsAt": moment_text(silence.starts_at),
    })
}

fn matcher_json(matcher: &Matcher) -> Value {
    let op = matcher.op();
    json!({
        "isEqual": matches!(op, MatcherOp::Equal | MatcherOp::Regex),
        "isRegex": matches!(op, MatcherOp::Regex | MatcherOp::NotRegex),
        "name": matcher.name(),
        "value": matcher.value(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(id: &str, state: &str, starts: u32, ends: u32, matchers: &str) -> String {
        format!(
            r#"{{"id":"{id}","status":{{"state":"{state}"}},"updatedAt":"2026-11-22T03:00:00.000Z","comment":"c",
                "createdBy":"ana","endsAt":"2026-11-22T{ends:02}:00:00.500Z","startsAt":"2026-11-22T{starts:02}:00:00.500Z",
                "matchers":[{matchers}]}}"#
        )
    }

    /// Reads `text`, writes it as of 04:00 and compares.
    fn check(text: &str, expected: &str, troubles: &[&str]) {
        let listed = read_silences(text.as_bytes()).unwrap();
        assert_eq!(listed.troubles, troubles, "{text}");
        let mut again = Vec::new();
        let at = Timestamp::parse_rfc3339("2026-11-22T04:00:00Z").unwrap();
        write_silences(&mut again, &listed.items, at).unwrap();
        let written: Value = serde_json::from_slice(&again).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(written, expected, "{text}");
    }

    const MATCHERS: &str = r#"{"isEqual":true,"isRegex":false,"name":"a","value":"b"},
        {"isEqual":false,"isRegex":true,"name":"c","value":"d.*"}"#;

    #[test]
    fn their_order_and_state_are_those_of_the_moment() {
        let active = |ends| silence("a", "active", 3, ends, MATCHERS);
        let pending = silence("b", "pending", 5, 6, MATCHERS);
        let expired = |ends| silence("c", "expired", 1, ends, MATCHERS);
        let mixed = [expired(2), pending.clone(), active(9), expired(3), active(5)];
        let sorted = [active(5), active(9), pending, expired(3), expired(2)];
        check(
            &format!("[{}]", mixed.join(",")),
            &format!("[{}]", sorted.join(",")),
            &[],
        );
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let old = silence("a", "active", 3, 5, r#"{"isRegex":false,"name":"a","value":"b"}"#);
        let now = silence(
            "a",
            "active",
            3,
            5,
            r#"{"isEqual":true,"isRegex":false,"name":"a","value":"b"}"#,
        );
        let never = silence("b", "active", 3, 5, "").replace("2026-11-22T05", "soon");
        check(
            &format!("[{old},{never}]"),
            &format!("[{now}]"),
            &["silence b is left out: not a time: `soon:00:00.500Z`; write it as 2026-11-22T03:41:00Z"],
        );
        let for_ever = silence("b", "active", 3, 5, "").replace("2026-11-22T05", "2999-11-22T05");
        let listed = read_silences(format!("[{for_ever}]").as_bytes()).unwrap();
        assert_eq!(listed.items[0].ends_at, Timestamp::MAX);
    }
}
