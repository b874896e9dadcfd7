//! The frames in which Loki's `tail` sends lines as they are written.

use super::lines::WireLabels;
use super::pages::{WireStream, to_streams};
use crate::FormatError;
use glass_model::{Labels, Stream};
use serde::Deserialize;

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub struct TailFrame {
    /// New lines by stream.
    pub streams: Vec<Stream>,
    /// Whether structured metadata came apart from the labels.
    pub is_categorized: bool,
    /// The streams of lines that the server dropped because it could not keep up, one entry a line.
    pub dropped: Vec<Labels>,
    /// Entries left out because their time is damaged.
    pub n_damaged: u64,
}

#[derive(Deserialize)]
struct WireFrame<'a> {
    #[serde(borrow)]
    streams: Option<Vec<WireStream<'a>>>,
    #[serde(borrow)]
    dropped_entries: Option<Vec<WireDropped<'a>>>,
    #[serde(default, rename = "encodingFlags")]
    encoding_flags: Vec<String>,
}

#[derive(Deserialize)]
struct WireDropped<'a> {
    #[serde(borrow, default)]
    labels: WireLabels<'a>,
}

/// Reads a frame.
///
/// # Errors
/// When it is none.
pub fn read_tail_frame(text: &str) -> Result<TailFrame, FormatError> {
    let wire: WireFrame<'_> = serde_json::from_str(text).map_err(|error| FormatError::Json {
        expected: "a frame of Loki's tail",
        reason: error.to_string(),
    })?;
    let (streams, n_damaged) = to_streams(wire.streams.unwrap_or_default());
    let dropped = wire.dropped_entries.unwrap_or_default();
    Ok(TailFrame {
        streams,
        is_categorized: wire.encoding_flags.iter().any(|flag| flag == "categorize-labels"),
        dropped: dropped.iter().map(|entry| entry.labels.to_model()).collect(),
        n_damaged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loki::{AnswerEntry, AnswerStream, write_tail_frame};
    use glass_model::Timestamp;

    #[test]
    fn what_is_written_is_read_back() {
        let labels = Labels::new([("job", "a")]);
        let metadata = Labels::new([("trace_id", "1")]);
        let parsed = Labels::empty();
        let stream = AnswerStream {
            labels: &labels,
            entries: vec![AnswerEntry {
                at: Timestamp::from_nanos(5),
                line: "x\ty",
                metadata: &metadata,
                parsed: &parsed,
            }],
        };
        let mut out = Vec::new();
        let dropped = [(labels.clone(), Timestamp::from_nanos(4))];
        write_tail_frame(&mut out, &[stream], &dropped, true).unwrap();
        let frame = read_tail_frame(std::str::from_utf8(&out).unwrap()).unwrap();
        assert!(frame.is_categorized);
        assert_eq!(frame.dropped, std::slice::from_ref(&labels));
        assert_eq!(frame.streams[0].labels, labels);
        assert_eq!(frame.streams[0].entries[0].line, "x\ty");
        assert_eq!(frame.streams[0].entries[0].metadata, metadata);
    }

    #[test]
    fn damage_is_told() {
        let frame =
            read_tail_frame(r#"{"streams":[{"stream":{},"values":[["x","y"]]}],"dropped_entries":null}"#);
        assert_eq!(frame.unwrap().n_damaged, 1);
        assert!(read_tail_frame("parse error").is_err());
    }
}
