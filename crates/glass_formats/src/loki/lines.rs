//! The JSON lines of logcli: `{"labels":{…},"line":"…","timestamp":"…"}`.

use crate::{LineItems, LineParser};
use glass_model::{Entry, Labels, Timestamp};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Write};

/// An entry and the labels it came with.
#[derive(Clone, Debug, PartialEq)]
pub struct LogItem {
    /// The stream's labels, perhaps with structured metadata among them.
    pub labels: Labels,
    /// The entry.
    pub entry: Entry,
}

/// The entries of logcli's JSON lines.
pub fn line_reader<R: BufRead>(input: R) -> LineItems<R, Parser> {
    LineItems::with_parser(input, Parser::default())
}

/// Understands logcli's JSON lines.
#[derive(Debug, Default)]
pub struct Parser(());

/// A line of logcli; `structuredMetadata` is ours, so that what we write can be read back.
#[derive(Deserialize)]
struct WireLine<'a> {
    #[serde(borrow, default)]
    labels: WireLabels<'a>,
    #[serde(borrow)]
    line: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default, rename = "structuredMetadata")]
    metadata: WireLabels<'a>,
}

impl LineParser for Parser {
    type Item = LogItem;
    const EXPECTED: &'static str = "the JSON lines of `logcli --output=jsonl`";

    fn line(&mut self, line: &str, out: &mut VecDeque<LogItem>) -> Result<(), String> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let wire: WireLine<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let at = Timestamp::parse_rfc3339(&wire.timestamp).map_err(|error| error.to_string())?;
        out.push_back(LogItem {
            labels: wire.labels.to_model(),
            entry: Entry {
                at,
                line: wire.line.into_owned(),
                metadata: wire.metadata.to_model(),
            },
        });
        Ok(())
    }
}

/// Writes an entry as logcli does, with structured metadata apart from the labels where there is any.
///
/// # Errors
/// When writing fails.
pub fn write_line<W: Write>(out: &mut W, labels: &Labels, entry: &Entry) -> io::Result<()> {
    #[derive(Serialize)]
    struct Written<'a> {
        labels: WrittenLabels<'a>,
        line: &'a str,
        #[serde(
            rename = "structuredMetadata",
            skip_serializing_if = "WrittenLabels::is_empty"
        )]
        metadata: WrittenLabels<'a>,
        timestamp: String,
    }
    let written = Written {
        labels: WrittenLabels(labels),
        line: &entry.line,
        metadata: WrittenLabels(&entry.metadata),
        timestamp: entry.at.to_string(),
    };
    serde_json::to_writer(&mut *out, &written)?;
    out.write_all(b"\n")
}

struct WrittenLabels<'a>(&'a Labels);

impl WrittenLabels<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for WrittenLabels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A JSON object of texts, in the order it came.
#[derive(Debug, Default)]
pub(super) struct WireLabels<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl WireLabels<'_> {
    pub(super) fn to_model(&self) -> Labels {
        Labels::new(self.0.iter().map(|(name, value)| (&**name, &**value)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for WireLabels<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LabelsVisitor)
    }
}

struct LabelsVisitor;

/// A text, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = WireLabels<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of labels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Text(name), Text(value))) = map.next_entry()? {
            pairs.push((name, value));
        }
        Ok(WireLabels(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_damaged_ones_told() {
        let text = concat!(
            r#"{"labels":{"job":"a\"b"},"line":"x\ty","timestamp":"2026-11-22T03:33:50.750955375Z"}"#,
            "\n\n{\"labels\":{}\n",
            r#"{"labels":{},"line":"x","timestamp":"soon"}"#,
            "\n",
            r#"{"labels":{"job":1},"line":"x","timestamp":"2026-11-22T03:33:50Z"}"#,
        );
        let mut items = line_reader(text.as_bytes());
        let read: Vec<_> = items.by_ref().map(Result::unwrap).collect();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].labels.get("job"), Some("a\"b"));
        assert_eq!(read[0].entry.line, "x\ty");
        assert_eq!(read[0].entry.at.nanos(), 1_795_318_430_750_955_375);
        assert_eq!(items.finish().unwrap().n_damaged, 3);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let item = LogItem {
            labels: Labels::new([("job", "a")]),
            entry: Entry {
                at: Timestamp::from_nanos(1_795_318_430_750_955_375),
                line: "\u{1b}[31m\"x\\\n\u{7}é".into(),
                metadata: Labels::new([("trace_id", "1")]),
            },
        };
        let mut text = Vec::new();
        write_line(&mut text, &item.labels, &item.entry).unwrap();
        let read = line_reader(&text[..]).next().unwrap().unwrap();
        assert_eq!(read, item);
    }
}
