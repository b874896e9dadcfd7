//! Answers of Loki's `query_range`, one or many after the other.

use super::lines::{Text, WireLabels};
use crate::FormatError;
use glass_model::{Entry, Stream, Timestamp};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::io::Read;

/// The largest input in bytes; Loki itself answers with 5,000 lines unless told otherwise.
const LARGEST_INPUT: u64 = 512 << 20;

/// What an answer is expected to be.
const EXPECTED: &str = "an answer of Loki's query_range";

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its streams; entries in the order they came, often the latest first.
    pub streams: Vec<Stream>,
    /// Whether structured metadata came apart from the labels.
    pub is_categorized: bool,
    /// Entries left out because their time is damaged.
    pub n_damaged: u64,
    /// Warnings of the server.
    pub warnings: Vec<String>,
}

/// Reads answers that stand one after the other, white space between them or not.
#[derive(Debug)]
pub struct PageReader {
    text: String,
    at: usize,
}

impl PageReader {
    /// Reads all of `input`, at most 512 MiB.
    ///
    /// # Errors
    /// When it cannot be read, is larger, or is not UTF-8.
    pub fn new(input: impl Read) -> Result<Self, FormatError> {
        let text = crate::lines::read_text(input, LARGEST_INPUT)?;
        Ok(Self { text, at: 0 })
    }

    /// The next answer; `None` at the end.
    ///
    /// # Errors
    /// When it is not an answer with log lines, saying what it is instead.
    pub fn next_page(&mut self) -> Result<Option<Page>, FormatError> {
        let rest = self.text[self.at..].trim_start();
        if rest.is_empty() {
            return Ok(None);
        }
        let base = self.text.len() - rest.len();
        let mut documents = serde_json::Deserializer::from_str(rest).into_iter::<WireAnswer<'_>>();
        let answer = match documents.next() {
            Some(answer) => answer.map_err(|error| not_an_answer(rest, &error))?,
            None => return Ok(None),
        };
        self.at = base + documents.byte_offset();
        to_model(answer).map(Some)
    }
}

/// Reads one answer.
///
/// # Errors
/// When it is not an answer with log lines, saying what it is instead.
pub fn read_page(text: &str) -> Result<Page, FormatError> {
    let answer = serde_json::from_str(text).map_err(|error| not_an_answer(text.trim_start(), &error))?;
    to_model(answer)
}

#[derive(Deserialize)]
struct WireAnswer<'a> {
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    data: Option<WireData<'a>>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct WireData<'a> {
    #[serde(borrow, rename = "resultType")]
    result_type: Cow<'a, str>,
    #[serde(default, rename = "encodingFlags")]
    encoding_flags: Vec<String>,
    // Kept as text until its type is known: a matrix has another form.
    #[serde(borrow)]
    result: &'a serde_json::value::RawValue,
}

#[derive(Deserialize)]
pub(super) struct WireStream<'a> {
    #[serde(borrow)]
    stream: WireLabels<'a>,
    #[serde(borrow)]
    values: Vec<WireEntry<'a>>,
}

/// `[time, line]` or, categorized, `[time, line, {…}]`.
struct WireEntry<'a> {
    at: Cow<'a, str>,
    line: Cow<'a, str>,
    metadata: WireMetadata<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for WireEntry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = WireEntry<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time, a line and perhaps metadata")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Text(at) = seq
            .next_element()?
            .ok_or_else(|| Error::invalid_length(0, &self))?;
        let Text(line) = seq
            .next_element()?
            .ok_or_else(|| Error::invalid_length(1, &self))?;
        let metadata = seq.next_element()?.unwrap_or_default();
        Ok(WireEntry { at, line, metadata })
    }
}

/// Metadata sent apart; labels parsed out of the line are in the line and not kept.
#[derive(Default, Deserialize)]
struct WireMetadata<'a> {
    #[serde(borrow, default, rename = "structuredMetadata")]
    structured_metadata: WireLabels<'a>,
}

fn to_model(answer: WireAnswer<'_>) -> Result<Page, FormatError> {
    if answer.status != "success" {
        let error = answer.error.unwrap_or_else(|| "without a reason".to_owned());
        return Err(FormatError::Unsupported(format!(
            "loki answered with an error: {error}"
        )));
    }
    let mut page = Page {
        streams: Vec::new(),
        is_categorized: false,
        n_damaged: 0,
        warnings: answer.warnings,
    };
    // Loki leaves out `data` where there is nothing.
    let Some(data) = answer.data else {
        return Ok(page);
    };
    if data.result_type != "streams" {
        return Err(FormatError::Unsupported(format!(
            "this is the result of a metric query ({}), not log lines; save the answer of a log query such as \
             {{job=\"…\"}}",
            data.result_type
        )));
    }
    page.is_categorized = data.encoding_flags.iter().any(|flag| flag == "categorize-labels");
    let streams: Vec<WireStream<'_>> =
        serde_json::from_str(data.result.get()).map_err(|error| FormatError::Json {
            expected: EXPECTED,
            reason: format!("in its result: {error}"),
        })?;
    (page.streams, page.n_damaged) = to_streams(streams);
    Ok(page)
}

/// The streams, and how many of their entries have a damaged time.
pub(super) fn to_streams(wire: Vec<WireStream<'_>>) -> (Vec<Stream>, u64) {
    let mut n_damaged = 0;
    let mut streams = Vec::with_capacity(wire.len());
    for wire in wire {
        let mut entries = Vec::with_capacity(wire.values.len());
        for value in wire.values {
            match entry(value) {
                Some(entry) => entries.push(entry),
                None => n_damaged += 1,
            }
        }
        streams.push(Stream {
            labels: wire.stream.to_model(),
            entries,
        });
    }
    (streams, n_damaged)
}

fn entry(wire: WireEntry<'_>) -> Option<Entry> {
    Some(Entry {
        at: Timestamp::from_nanos(wire.at.parse().ok()?),
        line: wire.line.into_owned(),
        metadata: wire.metadata.structured_metadata.to_model(),
    })
}

/// Loki's errors are plain text; everything else is told with its place.
fn not_an_answer(text: &str, error: &serde_json::Error) -> FormatError {
    let first = text.lines().next().unwrap_or("");
    let reason = if text.starts_with('{') {
        error.to_string()
    } else {
        format!("it begins with `{}`", crate::scan::shortened(first))
    };
    FormatError::Json {
        expected: EXPECTED,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = match PageReader::new(text.as_bytes()).unwrap().next_page() {
            Ok(Some(page)) => {
                let entries = page
                    .streams
                    .iter()
                    .flat_map(|s| s.entries.iter().map(|e| (&s.labels, e)));
                let lines: Vec<_> = entries
                    .map(|(l, e)| format!("{l} {} {} {}", e.at.nanos(), e.line, e.metadata))
                    .collect();
                format!(
                    "{} damaged {}: {}",
                    page.is_categorized,
                    page.n_damaged,
                    lines.join("; ")
                )
            }
            Ok(None) => "nothing".into(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn answers() {
        check(
            r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"a":"b"},"values":[["5","x\ny"],["z","x"]]}],"stats":{}}}"#,
            "false damaged 1: {a=\"b\"} 5 x\ny {}",
        );
        check(
            r#"{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[{"stream":{},"values":[["5","x",{"structuredMetadata":{"t":"1"},"parsed":{"p":"2"}}],["6","y",{}]]}]}}"#,
            r#"true damaged 0: {} 5 x {t="1"}; {} 6 y {}"#,
        );
        check(r#"{"status":"success"}"#, "false damaged 0: ");
        check(" ", "nothing");
    }

    #[test]
    fn other_things_are_told() {
        check(
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}"#,
            "this is the result of a metric query (matrix), not log lines; save the answer of a log query such as {job=\"…\"}",
        );
        check(
            "parse error at line 1: x",
            "not an answer of Loki's query_range: it begins with `parse error at line 1: x`",
        );
        check(
            r#"{"status":"error","error":"too many"}"#,
            "loki answered with an error: too many",
        );
        check(
            r#"{"status":"success","data""#,
            "not an answer of Loki's query_range: EOF while parsing an object at line 1 column 26",
        );
    }

    #[test]
    fn several_pages() {
        let page = r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#;
        let mut pages = PageReader::new(format!("{page}\n{page}{page}\n").as_bytes()).unwrap();
        for _ in 0..3 {
            assert!(pages.next_page().unwrap().is_some());
        }
        assert!(pages.next_page().unwrap().is_none());
    }
}
