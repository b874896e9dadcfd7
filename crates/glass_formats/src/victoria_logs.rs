//! The answers of VictoriaLogs' HTTP API: lines as JSON, one a line, counts over time, names and values of fields.
//!
//! VictoriaLogs knows fields; those of them that name a stream stand in `_stream`. [`LinesReader`] makes them the
//! labels of the stream, `_msg` the line, and all other fields its structured metadata.

use crate::scan::{Escapes, label_set};
use crate::{FormatError, LineItems, LineParser};
use glass_model::{Entry, Labels, QueryResult, Timestamp};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::BufRead;

/// What every answer is expected to be.
const EXPECTED: &str = "an answer of VictoriaLogs";

/// What VictoriaLogs writes where a message was not sent.
const NO_MESSAGE: &str = "missing _msg field";

/// Fields that are not metadata.
const OWN_FIELDS: [&str; 4] = ["_msg", "_stream", "_stream_id", "_time"];

/// So many streams are remembered, so that their lines share their labels.
const MOST_REMEMBERED: usize = 100_000;

/// A line and the stream it came with.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundLine {
    /// The stream's labels.
    pub labels: Labels,
    /// The line; if it has no message, its fields as `name=value`.
    pub entry: Entry,
    /// Whether it has a message.
    pub has_message: bool,
}

/// Reads the answer of `/select/logsql/query`. Lines come in no order.
pub fn lines_reader<R: BufRead>(input: R) -> LineItems<R, LinesReader> {
    LineItems::with_parser(input, LinesReader::default())
}

/// Understands lines of `/select/logsql/query`.
#[derive(Debug, Default)]
pub struct LinesReader {
    streams: HashMap<String, Labels>,
}

impl LineParser for LinesReader {
    type Item = FoundLine;
    const EXPECTED: &'static str = "the JSON lines of VictoriaLogs";

    fn line(&mut self, line: &str, out: &mut VecDeque<FoundLine>) -> Result<(), String> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let fields: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        let fields: BTreeMap<String, String> = fields
            .into_iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect();
        let at = fields.get("_time").ok_or("it has no _time")?;
        let at = Timestamp::parse_rfc3339(at).map_err(|error| error.to_string())?;
        let labels = self.labels(fields.get("_stream").map_or("{}", String::as_str))?;
        let rest = || {
            fields
                .iter()
                .filter(|(name, _)| !OWN_FIELDS.contains(&name.as_str()))
        };
        let others = rest().filter(|(name, _)| labels.get(name).is_none());
        let metadata = Labels::new(others.map(|(name, value)| (name.as_str(), value.as_str())));
        let message = fields
            .get("_msg")
            .filter(|text| !text.is_empty() && !text.starts_with(NO_MESSAGE));
        let line = message.cloned().unwrap_or_else(|| as_pairs(&metadata));
        out.push_back(FoundLine {
            has_message: message.is_some(),
            labels,
            entry: Entry { at, line, metadata },
        });
        Ok(())
    }
}

impl LinesReader {
    fn labels(&mut self, stream: &str) -> Result<Labels, String> {
        if let Some(known) = self.streams.get(stream) {
            return Ok(known.clone());
        }
        let labels = read_stream(stream)?;
        if self.streams.len() < MOST_REMEMBERED {
            self.streams.insert(stream.to_owned(), labels.clone());
        }
        Ok(labels)
    }
}

/// `a=b c="d e"`: what is shown of a line without a message.
fn as_pairs(fields: &Labels) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        let is_plain = !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || "\"=".contains(c));
        if is_plain {
            format!("{name}={value}")
        } else {
            format!("{name}={value:?}")
        }
    });
    pairs.collect::<Vec<_>>().join(" ")
}

/// The labels of a stream such as `{job="a",instance="b"}`.
fn read_stream(text: &str) -> Result<Labels, String> {
    let mut pairs = Vec::new();
    let rest = label_set(text.trim(), Escapes::Go, &mut pairs)?;
    match rest.trim() {
        "" => Ok(Labels::new(pairs)),
        _ => Err("something follows the labels of a stream".into()),
    }
}

/// How many lines there are over time, of those that agree in some fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Hits {
    /// What they agree in.
    pub fields: Labels,
    /// Lines from each moment on, ascending.
    pub counts: Vec<(Timestamp, u64)>,
    /// All of them.
    pub total: u64,
}

/// Reads the answer of `/select/logsql/hits`.
///
/// # Errors
/// When it is not such an answer.
pub fn read_hits(text: &str) -> Result<Vec<Hits>, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default)]
        fields: BTreeMap<String, String>,
        #[serde(default)]
        timestamps: Vec<String>,
        #[serde(default)]
        values: Vec<u64>,
        #[serde(default)]
        total: u64,
    }
    #[derive(Deserialize)]
    struct Answer {
        hits: Option<Vec<Wire>>,
    }
    let hits = |wire: Wire| {
        if wire.timestamps.len() != wire.values.len() {
            return Err(damaged("there are more times than counts, or fewer"));
        }
        let counts = wire.timestamps.iter().zip(wire.values).map(|(at, n)| {
            let at = Timestamp::parse_rfc3339(at).map_err(|error| damaged(&error.to_string()))?;
            Ok((at, n))
        });
        let mut counts = counts.collect::<Result<Vec<_>, FormatError>>()?;
        counts.sort_by_key(|count| count.0);
        Ok(Hits {
            fields: Labels::new(wire.fields),
            counts,
            total: wire.total,
        })
    };
    let answer: Answer = json(text)?;
    answer.hits.into_iter().flatten().map(hits).collect()
}

/// Reads a list of values, each with the number of its lines: names and values of fields.
///
/// # Errors
/// When it is not such an answer.
pub fn read_values(text: &str) -> Result<Vec<(String, u64)>, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        value: String,
        #[serde(default)]
        hits: u64,
    }
    #[derive(Deserialize)]
    struct Answer {
        values: Option<Vec<Wire>>,
    }
    let answer: Answer = json(text)?;
    let values = answer.values.into_iter().flatten();
    Ok(values.map(|wire| (wire.value, wire.hits)).collect())
}

/// Reads the labels of streams, each with the number of its lines.
///
/// # Errors
/// When it is not such an answer.
pub fn read_streams(text: &str) -> Result<Vec<(Labels, u64)>, FormatError> {
    let stream = |(text, n): (String, u64)| {
        let labels = read_stream(&text).map_err(|reason| damaged(&reason))?;
        Ok((labels, n))
    };
    read_values(text)?.into_iter().map(stream).collect()
}

/// Reads the result of `stats_query` or `stats_query_range`, which looks as Prometheus' do.
///
/// # Errors
/// When it is not such an answer.
pub fn read_stats(text: &str) -> Result<QueryResult, FormatError> {
    crate::loki::read_metrics(text)
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FormatError> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
}

fn damaged(reason: &str) -> FormatError {
    FormatError::Json {
        expected: EXPECTED,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut items = lines_reader(text.as_bytes());
        let told: Vec<String> = items
            .by_ref()
            .map(|item| match item {
                Ok(found) => {
                    let FoundLine {
                        labels,
                        entry,
                        has_message,
                    } = found;
                    format!(
                        "{labels} {} {} {} {has_message}",
                        entry.at, entry.line, entry.metadata
                    )
                }
                Err(error) => error.to_string(),
            })
            .collect();
        let n_damaged = items.report().n_damaged;
        assert_eq!(
            format!("{} damaged {n_damaged}", told.join("; ")),
            expected,
            "{text}"
        );
    }

    #[test]
    fn lines() {
        check(
            "{\"_time\":\"2026-11-22T03:44:49.8Z\",\"_stream\":\"{job=\\\"a\\\"}\",\"_msg\":\"x\\ny\",\"job\":\"a\",\"t\":\"1\"}\n\n",
            "{job=\"a\"} 2026-11-22T03:44:49.8Z x\ny {t=\"1\"} true damaged 0",
        );
        check(
            r#"{"_time":"2026-11-22T03:44:49Z","_stream":"{}","_msg":"missing _msg field; see x","a":"b c","n":1}"#,
            r#"{} 2026-11-22T03:44:49Z a="b c" n=1 {a="b c", n="1"} false damaged 0"#,
        );
        check(
            "{\"_time\":\"2026-11-22T03:44:49Z\"}\n{}\n{",
            "{} 2026-11-22T03:44:49Z  {} false damaged 2",
        );
    }

    #[test]
    fn lists() {
        let hits = r#"{"hits":[{"fields":{"job":"a"},"timestamps":["2026-11-22T03:36:00Z"],"values":[3],"total":3}]}"#;
        let read = read_hits(hits).unwrap();
        assert_eq!((read[0].counts[0].1, read[0].total), (3, 3));
        assert!(read_hits(&hits.replace("[3]", "[3,4]")).is_err());
        let streams = read_streams(r#"{"values":[{"value":"{a=\"b\"}","hits":2}]}"#).unwrap();
        assert_eq!(streams, [(Labels::new([("a", "b")]), 2)]);
        assert!(read_values(r#"{"values":null}"#).unwrap().is_empty());
        assert!(read_streams(r#"{"values":[{"value":"x"}]}"#).is_err());
    }
}
