//! Writing Loki's answers: results of queries with their statistics, and lines as `tail` sends them.

use crate::{json_out, prometheus_api};
use glass_model::{Labels, QueryValue, Stream, Timestamp};
use std::io::{self, Write};

/// An entry to be written.
#[derive(Clone, Copy, Debug)]
pub struct AnswerEntry<'a> {
    /// When it was written.
    pub at: Timestamp,
    /// The line, as the query made it.
    pub line: &'a str,
    /// Structured metadata; written if labels are categorized.
    pub metadata: &'a Labels,
    /// Labels that the query took from the line; written if labels are categorized.
    pub parsed: &'a Labels,
}

/// Entries that share their labels. If labels are not categorized, metadata and parsed labels are among them.
#[derive(Clone, Debug)]
pub struct AnswerStream<'a> {
    /// The labels.
    pub labels: &'a Labels,
    /// The entries, in the order they are written.
    pub entries: Vec<AnswerEntry<'a>>,
}

/// What a query cost. Loki tells some ninety figures; those that mean nothing here are written as 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueryStats {
    /// Seconds spent on it.
    pub exec_secs: f64,
    /// Seconds spent waiting for a place in the queue.
    pub queue_secs: f64,
    /// Lines read.
    pub n_lines: u64,
    /// Lines, or series, in the answer.
    pub n_returned: u64,
}

/// What stands around a result.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// What it cost.
    pub stats: QueryStats,
    /// What must be said of it.
    pub warnings: &'a [String],
}

/// Writes a result with log lines.
///
/// # Errors
/// When writing fails.
pub fn write_streams<W: Write>(
    out: &mut W,
    streams: &[AnswerStream<'_>],
    is_categorized: bool,
    around: &Around<'_>,
) -> io::Result<()> {
    out.write_all(b"{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",")?;
    if is_categorized {
        out.write_all(b"\"encodingFlags\":[\"categorize-labels\"],")?;
    }
    out.write_all(b"\"result\":")?;
    json_out::list(out, streams, |out, stream| {
        write_stream(out, stream, is_categorized)
    })?;
    write_end(out, around)
}

/// Writes the result of a metric query, or log lines whose metadata then stands among the stream's labels.
///
/// # Errors
/// When writing fails.
pub fn write_result<W: Write>(out: &mut W, value: &QueryValue, around: &Around<'_>) -> io::Result<()> {
    match value {
        QueryValue::Streams(streams) => {
            let merged: Vec<Stream> = streams.iter().flat_map(merge_metadata).collect();
            let streams: Vec<AnswerStream<'_>> = merged.iter().map(to_answer).collect();
            return write_streams(out, &streams, false, around);
        }
        // Loki writes the time of a scalar in milliseconds.
        QueryValue::Scalar(at_millis, number) => {
            write!(
                out,
                "{{\"status\":\"success\",\"data\":{{\"resultType\":\"scalar\",\"result\":[{at_millis},"
            )?;
            json_out::quoted_float(out, *number)?;
            out.write_all(b"]")?;
        }
        _ => {
            out.write_all(b"{\"status\":\"success\",\"data\":")?;
            prometheus_api::write_value(out, value)?;
        }
    }
    write_end(out, around)
}

/// Writes lines as `tail` sends them, with the streams from which lines had to be dropped.
///
/// # Errors
/// When writing fails.
pub fn write_tail_frame<W: Write>(
    out: &mut W,
    streams: &[AnswerStream<'_>],
    dropped: &[(Labels, Timestamp)],
    is_categorized: bool,
) -> io::Result<()> {
    out.write_all(b"{\"streams\":")?;
    json_out::list(out, streams, |out, stream| {
        write_stream(out, stream, is_categorized)
    })?;
    if !dropped.is_empty() {
        out.write_all(b",\"dropped_entries\":")?;
        json_out::list(out, dropped, |out, (labels, at)| {
            out.write_all(b"{\"labels\":")?;
            json_out::labels(out, labels)?;
            write!(out, ",\"timestamp\":\"{}\"}}", at.nanos())
        })?;
    }
    if is_categorized {
        out.write_all(b",\"encodingFlags\":[\"categorize-labels\"]")?;
    }
    out.write_all(b"}")
}

/// One stream for each set of stream's labels and metadata, in the order they come.
fn merge_metadata(stream: &Stream) -> Vec<Stream> {
    let mut merged: Vec<Stream> = Vec::new();
    let mut places: std::collections::HashMap<Labels, usize> = std::collections::HashMap::new();
    for entry in &stream.entries {
        let place = *places.entry(entry.metadata.clone()).or_insert_with(|| {
            let pairs = entry.metadata.iter().chain(stream.labels.iter());
            merged.push(Stream {
                labels: Labels::new(pairs),
                entries: Vec::new(),
            });
            merged.len() - 1
        });
        merged[place].entries.push(entry.clone());
    }
    merged
}

fn to_answer(stream: &Stream) -> AnswerStream<'_> {
    let entries = stream.entries.iter().map(|entry| AnswerEntry {
        at: entry.at,
        line: &entry.line,
        metadata: &entry.metadata,
        parsed: &entry.metadata,
    });
    AnswerStream {
        labels: &stream.labels,
        entries: entries.collect(),
    }
}

fn write_stream<W: Write>(out: &mut W, stream: &AnswerStream<'_>, is_categorized: bool) -> io::Result<()> {
    out.write_all(b"{\"stream\":")?;
    json_out::labels(out, stream.labels)?;
    out.write_all(b",\"values\":")?;
    json_out::list(out, &stream.entries, |out, entry| {
        write!(out, "[\"{}\",", entry.at.nanos())?;
        json_out::text(out, entry.line)?;
        if is_categorized {
            out.write_all(b",")?;
            write_categories(out, entry)?;
        }
        out.write_all(b"]")
    })?;
    out.write_all(b"}")
}

fn write_categories<W: Write>(out: &mut W, entry: &AnswerEntry<'_>) -> io::Result<()> {
    out.write_all(b"{")?;
    let categories = [("structuredMetadata", entry.metadata), ("parsed", entry.parsed)];
    let filled = categories.into_iter().filter(|(_, labels)| !labels.is_empty());
    for (i, (name, labels)) in filled.enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(out, "{comma}\"{name}\":")?;
        json_out::labels(out, labels)?;
    }
    out.write_all(b"}")
}

fn write_end<W: Write>(out: &mut W, around: &Around<'_>) -> io::Result<()> {
    out.write_all(b",\"stats\":")?;
    write_stats(out, &around.stats)?;
    out.write_all(b"}")?;
    json_out::notes(out, "warnings", around.warnings)?;
    out.write_all(b"}")
}

/// What a store of Loki tells; nothing of it exists in a recording.
const STORE: &str = concat!(
    r#"{"totalChunksRef":0,"totalChunksDownloaded":0,"chunksDownloadTime":0,"queryReferencedStructuredMetadata":false,"#,
    r#""queryUsedV2Engine":false,"chunk":{"headChunkBytes":0,"headChunkLines":0,"decompressedBytes":0,"#,
    r#""decompressedLines":0,"compressedBytes":0,"totalDuplicates":0,"postFilterLines":0,"#,
    r#""headChunkStructuredMetadataBytes":0,"decompressedStructuredMetadataBytes":0},"chunkRefsFetchTime":0,"#,
    r#""congestionControlLatency":0,"pipelineWrapperFilteredLines":0,"dataobj":{"prePredicateDecompressedRows":0,"#,
    r#""prePredicateDecompressedBytes":0,"prePredicateDecompressedStructuredMetadataBytes":0,"postPredicateRows":0,"#,
    r#""postPredicateDecompressedBytes":0,"postPredicateStructuredMetadataBytes":0,"postFilterRows":0,"#,
    r#""pagesScanned":0,"pagesDownloaded":0,"pagesDownloadedBytes":0,"pageBatches":0,"totalRowsAvailable":0,"#,
    r#""totalPageDownloadTime":0}}"#
);

/// What each of Loki's caches tells.
const CACHE: &str = concat!(
    r#"{"entriesFound":0,"entriesRequested":0,"entriesStored":0,"bytesReceived":0,"bytesSent":0,"requests":0,"#,
    r#""downloadTime":0,"queryLengthServed":0}"#
);

const CACHES: [&str; 8] = [
    "chunk",
    "index",
    "result",
    "statsResult",
    "volumeResult",
    "seriesResult",
    "labelResult",
    "instantMetricResult",
];

const INDEX: &str = concat!(
    r#"{"totalChunks":0,"postFilterChunks":0,"shardsDuration":0,"usedBloomFilters":false,"totalStreams":0,"#,
    r#""chunkRefsLookupTime":0,"bloomFilterTime":0}"#
);

fn write_stats<W: Write>(out: &mut W, stats: &QueryStats) -> io::Result<()> {
    let QueryStats {
        exec_secs,
        queue_secs,
        n_lines,
        n_returned,
    } = stats;
    let n_lines_a_second = if *exec_secs > 0.0 {
        (*n_lines as f64 / exec_secs) as u64
    } else {
        0
    };
    write!(
        out,
        "{{\"summary\":{{\"bytesProcessedPerSecond\":0,\"linesProcessedPerSecond\":{n_lines_a_second},\
         \"totalBytesProcessed\":0,\"totalLinesProcessed\":{n_lines},\"execTime\":{exec_secs:.9},\
         \"queueTime\":{queue_secs:.9},\"subqueries\":0,\"totalEntriesReturned\":{n_returned},\"splits\":0,\
         \"shards\":0,\"totalPostFilterLines\":0,\"totalStructuredMetadataBytesProcessed\":0}},"
    )?;
    write!(
        out,
        "\"querier\":{{\"store\":{STORE},\"querierExecTime\":{exec_secs:.9}}},\
         \"ingester\":{{\"totalReached\":0,\"totalChunksMatched\":0,\"totalBatches\":0,\"totalLinesSent\":0,\
         \"store\":{STORE},\"recvWaitTime\":0}},\"cache\":{{"
    )?;
    for (i, name) in CACHES.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(out, "{comma}\"{name}\":{CACHE}")?;
    }
    write!(out, "}},\"index\":{INDEX}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loki::PageReader;
    use glass_model::{Entry, SampleColumn, SampleValue, SeriesData, VectorSample};
    use std::sync::Arc;

    fn entry(at: i64, line: &str, metadata: &[(&str, &str)]) -> Entry {
        Entry {
            at: Timestamp::from_nanos(at),
            line: line.into(),
            metadata: Labels::new(metadata.iter().copied()),
        }
    }

    /// The text before the statistics, and the whole as JSON.
    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> (String, serde_json::Value) {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let json = serde_json::from_str(&text).unwrap();
        let before = text.split(",\"stats\":").next().unwrap_or_default();
        (before.to_owned(), json)
    }

    #[test]
    fn metadata_is_merged_or_stands_apart() {
        let job = Labels::new([("job", "a")]);
        let stream = Stream {
            labels: job.clone(),
            entries: vec![
                entry(2, "x", &[("id", "1")]),
                entry(1, "\u{1b}[31m", &[]),
                entry(0, "y", &[("id", "1")]),
            ],
        };
        let value = QueryValue::Streams(vec![stream.clone()]);
        let (text, _) = written(|out| write_result(out, &value, &Around::default()));
        let expected = concat!(
            r#"{"status":"success","data":{"resultType":"streams","result":["#,
            r#"{"stream":{"id":"1","job":"a"},"values":[["2","x"],["0","y"]]},"#,
            r#"{"stream":{"job":"a"},"values":[["1","\u001b[31m"]]}]"#
        );
        assert_eq!(text, expected);

        let streams = [to_answer(&stream)];
        let (_, json) = written(|out| write_streams(out, &streams, true, &Around::default()));
        assert_eq!(json["data"]["encodingFlags"][0], "categorize-labels");
        let mut read = PageReader::new(json.to_string().as_bytes()).unwrap();
        let page = read.next_page().unwrap().unwrap();
        assert_eq!((page.streams, page.is_categorized), (vec![stream], true));
    }

    #[test]
    fn metric_results_have_seconds() {
        let labels = Labels::new([("job", "a")]);
        let sample = VectorSample {
            labels: labels.clone(),
            at_millis: 1_500,
            value: SampleValue::Float(2.0),
        };
        let series = SeriesData {
            labels,
            floats: SampleColumn::new(vec![1_000], vec![0.5]),
            histograms: Arc::default(),
        };
        let check = |value: QueryValue, expected: &str| {
            let (text, json) = written(|out| write_result(out, &value, &Around::default()));
            assert_eq!(text, format!(r#"{{"status":"success","data":{expected}"#));
            assert_eq!(json["data"]["stats"]["cache"]["volumeResult"]["requests"], 0);
        };
        check(
            QueryValue::Vector(vec![sample]),
            r#"{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1.500,"2"]}]"#,
        );
        check(
            QueryValue::Matrix(vec![series]),
            r#"{"resultType":"matrix","result":[{"metric":{"job":"a"},"values":[[1,"0.5"]]}]"#,
        );
        check(
            QueryValue::Scalar(1_500, 2.0),
            r#"{"resultType":"scalar","result":[1500,"2"]"#,
        );
    }

    #[test]
    fn tail_frames() {
        let labels = Labels::new([("job", "a")]);
        let streams = [AnswerStream {
            labels: &labels,
            entries: Vec::new(),
        }];
        let mut out = Vec::new();
        let dropped = [(labels.clone(), Timestamp::from_nanos(7))];
        write_tail_frame(&mut out, &streams, &dropped, false).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"streams":[{"stream":{"job":"a"},"values":[]}],"dropped_entries":[{"labels":{"job":"a"},"timestamp":"7"}]}"#
        );
    }
}
