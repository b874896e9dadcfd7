//! Which fields the latest lines of a query have, and which values they take.

use super::{ApiError, answer, parse, query};
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::{Path, State};
use axum::response::Response;
use glass_formats::loki::{DetectedField, write_detected_fields, write_detected_values};
use glass_model::LogOrder;
use glass_query::logql::{self, FoundLine, Query};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many lines are looked at, and how many fields are told, unless the request says otherwise.
const DEFAULT_LINES: usize = 100;
const DEFAULT_FIELDS: usize = 1_000;

/// The most lines that are looked at.
const MOST_LINES: usize = 5_000;

/// How deep JSON is taken apart.
const MOST_DEPTH: usize = 8;

/// `/loki/api/v1/detected_fields`
pub(super) async fn fields(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let limit = limit(&params)?;
        let found = found(work, &params)?;
        let fields = found.iter().take(limit).map(|(label, seen)| DetectedField {
            label: label.clone(),
            kind: kind(&seen.values),
            n_values: seen.values.len() as u64,
            parser: seen.parser,
            json_path: seen.json_path.clone(),
        });
        let fields: Vec<DetectedField> = fields.collect();
        Ok(written(|out| write_detected_fields(out, &fields, limit as u64))?)
    })
    .await
}

/// `/loki/api/v1/detected_field/{name}/values`
pub(super) async fn values(
    State(service): State<Shared>,
    Path(name): Path<String>,
    params: Params,
) -> Response {
    answer(&service, move |work| {
        let limit = limit(&params)?;
        let found = found(work, &params)?;
        let values = found.get(&name).into_iter().flat_map(|seen| &seen.values);
        let values = values.take(limit).map(String::as_str);
        Ok(written(|out| write_detected_values(out, values, limit as u64))?)
    })
    .await
}

fn limit(params: &Params) -> Result<usize, ApiError> {
    let old_name = parse::count(params, "field_limit", DEFAULT_FIELDS)?;
    parse::count(params, "limit", old_name)
}

/// What was seen of a field.
#[derive(Default)]
struct Seen {
    values: BTreeSet<String>,
    parser: Option<&'static str>,
    json_path: Vec<String>,
}

/// The fields of the latest lines by the labels they become.
fn found(work: &Work, params: &Params) -> Result<BTreeMap<String, Seen>, ApiError> {
    let window = parse::window(params, work, parse::AN_HOUR, &mut Vec::new())?;
    let n_lines = parse::count(params, "line_limit", DEFAULT_LINES)?.clamp(1, MOST_LINES);
    let parsed =
        logql::parse(params.get("query"), &work.limits()).map_err(|error| ApiError::bad(error.message))?;
    if matches!(parsed, Query::Metric(_)) {
        return Err(ApiError::bad("only log queries are supported"));
    }
    let lines = query::engine(work).lines(&parsed, window, n_lines, LogOrder::Backward)?;
    let mut fields = BTreeMap::new();
    for line in &lines.lines {
        look_at(line, &mut fields);
    }
    Ok(fields)
}

fn look_at(line: &FoundLine, fields: &mut BTreeMap<String, Seen>) {
    for (name, value) in line.metadata.iter() {
        fields
            .entry(name.to_owned())
            .or_default()
            .values
            .insert(value.to_owned());
    }
    let mut add = |path: Vec<String>, value: String, parser: &'static str| {
        let mut label = label_name(&path.join("_"));
        // A label that the stream has already keeps its name.
        if line.stream.get(&label).is_some() {
            label.push_str("_extracted");
        }
        let seen = fields.entry(label).or_default();
        seen.values.insert(value);
        if seen.parser.is_none() {
            seen.parser = Some(parser);
            if parser == "json" {
                seen.json_path = path;
            }
        }
    };
    match serde_json::from_str::<Value>(&line.line) {
        Ok(json @ Value::Object(_)) => leaves(&json, &mut Vec::new(), &mut |path, value| {
            add(path.to_vec(), value, "json");
        }),
        _ => {
            for (name, value) in logfmt(&line.line) {
                add(vec![name.to_owned()], value, "logfmt");
            }
        }
    }
}

/// Hands out every value that is no object, with the way to it; lists are left out, as Loki does.
fn leaves(json: &Value, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], String)) {
    match json {
        Value::Object(members) if path.len() < MOST_DEPTH => {
            for (name, value) in members {
                path.push(name.clone());
                leaves(value, path, visit);
                path.pop();
            }
        }
        Value::String(text) => visit(path, text.clone()),
        Value::Number(number) => visit(path, number.to_string()),
        Value::Bool(truth) => visit(path, truth.to_string()),
        Value::Object(_) | Value::Array(_) | Value::Null => {}
    }
}

/// `key=value` and `key="quoted value"`; other words are left out.
fn logfmt(line: &str) -> Vec<(&str, String)> {
    let mut pairs = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let len = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(len);
        let Some(after) = after.strip_prefix('=').filter(|_| !name.is_empty()) else {
            let skipped = after.chars().next().map_or(0, char::len_utf8);
            rest = after[skipped..].trim_start();
            continue;
        };
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted),
            None => {
                let len = after.find(char::is_whitespace).unwrap_or(after.len());
                (after[..len].to_owned(), &after[len..])
            }
        };
        pairs.push((name, value));
        rest = after.trim_start();
    }
    pairs
}

/// The text up to the closing quote and what follows it.
fn quoted_value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// A name as Loki makes a label of it.
fn label_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    let label: String = name.chars().map(plain).collect();
    match label.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{label}"),
        false => label,
    }
}

/// What all values are.
fn kind(values: &BTreeSet<String>) -> &'static str {
    const UNITS_OF_TIME: [&str; 6] = ["ns", "us", "µs", "ms", "s", "h"];
    const UNITS_OF_SIZE: [&str; 8] = ["B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB"];
    let all = |is: &dyn Fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
    let with_unit = |value: &str, units: &[&str]| {
        units.iter().any(|unit| {
            value
                .strip_suffix(unit)
                .is_some_and(|number| number.parse::<f64>().is_ok())
        })
    };
    if all(&|value| value.parse::<i64>().is_ok()) {
        "int"
    } else if all(&|value| value.parse::<f64>().is_ok()) {
        "float"
    } else if all(&|value| matches!(value, "true" | "false")) {
        "boolean"
    } else if all(&|value| with_unit(value, &UNITS_OF_TIME)) {
        "duration"
    } else if all(&|value| with_unit(value, &UNITS_OF_SIZE)) {
        "bytes"
    } else {
        "string"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Labels, Timestamp};

    #[test]
    fn fields_of_each_form() {
        let check = |text: &str, expected: &[&str]| {
            let line = FoundLine {
                at: Timestamp::from_secs(0),
                line: text.into(),
                stream: Labels::new([("level", "info")]),
                metadata: Labels::new([("trace_id", "x")]),
                parsed: Labels::empty(),
            };
            let mut fields = BTreeMap::new();
            look_at(&line, &mut fields);
            let found: Vec<String> = fields
                .iter()
                .map(|(label, seen)| format!("{label} {} {:?}", kind(&seen.values), seen.parser))
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            r#"{"level":"info","client":{"ip":"::1"},"n":1,"f":1.5,"b":true,"l":[1],"z":null}"#,
            &[
                "b boolean Some(\"json\")",
                "client_ip string Some(\"json\")",
                "f float Some(\"json\")",
                "level_extracted string Some(\"json\")",
                "n int Some(\"json\")",
                "trace_id string None",
            ],
        );
        check(
            "a=1.5ms word b=\"x \\\"y\" =z c=",
            &[
                "a duration Some(\"logfmt\")",
                "b string Some(\"logfmt\")",
                "c string Some(\"logfmt\")",
                "trace_id string None",
            ],
        );
    }
}
