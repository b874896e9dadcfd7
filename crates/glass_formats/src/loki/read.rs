//! Reading Loki's answers that are no log lines: labels, streams, sizes, patterns, fields, results of metric queries.

use super::{DetectedField, IndexStats, LinePattern};
use crate::FormatError;
use crate::prometheus_api::{ApiAnswer, ApiData, ApiSeries, read_result};
use glass_model::{
    Labels, Level, QueryResult, QueryValue, SampleColumn, SampleValue, SeriesData, VectorSample,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every answer is expected to be.
const EXPECTED: &str = "an answer of Loki's HTTP API";

/// Times of scalars come in milliseconds where those of everything else come in seconds; no time in seconds is as
/// large before the year 5138.
const FIRST_TOO_LARGE: i64 = 100_000_000_000_000;

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BuildInfo {
    /// Its version, such as `3.7.6`.
    pub version: String,
    /// The commit it was built from.
    pub revision: String,
    /// When it was built, as it says.
    #[serde(rename = "buildDate")]
    pub build_date: String,
}

#[derive(Deserialize)]
struct Envelope<T> {
    #[serde(default)]
    status: String,
    // Loki leaves it out where there is nothing, or says null.
    data: Option<T>,
    #[serde(default)]
    error: String,
}

/// Reads names or values of labels. An answer without any has no list in it.
///
/// # Errors
/// When it is not such an answer.
pub fn read_label_texts(text: &str) -> Result<Vec<String>, FormatError> {
    in_envelope(text)
}

/// Reads the labels of streams.
///
/// # Errors
/// When it is not such an answer.
pub fn read_series(text: &str) -> Result<Vec<Labels>, FormatError> {
    let series: Vec<BTreeMap<String, String>> = in_envelope(text)?;
    Ok(series.into_iter().map(Labels::new).collect())
}

/// Reads how much there is of some streams.
///
/// # Errors
/// When it is not such an answer.
pub fn read_index_stats(text: &str) -> Result<IndexStats, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        streams: u64,
        #[serde(default)]
        entries: u64,
        #[serde(default)]
        bytes: u64,
    }
    let wire: Wire = json(text)?;
    Ok(IndexStats {
        n_streams: wire.streams,
        n_entries: wire.entries,
        n_bytes: wire.bytes,
    })
}

/// Reads patterns of lines.
///
/// # Errors
/// When it is not such an answer.
pub fn read_patterns(text: &str) -> Result<Vec<LinePattern>, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        pattern: String,
        #[serde(default)]
        level: String,
        #[serde(default)]
        samples: Vec<(i64, u64)>,
    }
    let wire: Vec<Wire> = in_envelope(text)?;
    let pattern = |wire: Wire| LinePattern {
        pattern: wire.pattern,
        level: Level::from_name(&wire.level).unwrap_or_default(),
        counts: wire.samples,
    };
    Ok(wire.into_iter().map(pattern).collect())
}

/// Reads the fields that lines have. Kinds that are not known are texts.
///
/// # Errors
/// When it is not such an answer.
pub fn read_detected_fields(text: &str) -> Result<Vec<DetectedField>, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        label: String,
        #[serde(default, rename = "type")]
        kind: String,
        #[serde(default)]
        cardinality: u64,
        parsers: Option<Vec<String>>,
        #[serde(default, rename = "jsonPath")]
        json_path: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Answer {
        fields: Option<Vec<Wire>>,
    }
    let field = |wire: Wire| DetectedField {
        label: wire.label,
        kind: one_of(&["int", "float", "boolean", "duration", "bytes"], &wire.kind).unwrap_or("string"),
        n_values: wire.cardinality,
        parser: wire
            .parsers
            .iter()
            .flatten()
            .find_map(|parser| one_of(&["json", "logfmt"], parser)),
        json_path: wire.json_path,
    };
    let answer: Answer = json(text)?;
    Ok(answer.fields.into_iter().flatten().map(field).collect())
}

/// Reads what a server says of itself.
///
/// # Errors
/// When it is not such an answer.
pub fn read_build_info(text: &str) -> Result<BuildInfo, FormatError> {
    json(text)
}

/// Reads the result of a metric query.
///
/// # Errors
/// When it is not such an answer.
pub fn read_metrics(text: &str) -> Result<QueryResult, FormatError> {
    let (data, notes) = match read_result(text)? {
        ApiAnswer::Success(data, notes) => (data, notes),
        ApiAnswer::Error(_, reason) => return Err(refused(&reason)),
    };
    Ok(QueryResult {
        value: to_value(data),
        warnings: notes.warnings,
        infos: notes.infos,
        n_read: n_lines_read(text),
    })
}

/// Reads how many bytes there are by some labels: the answer of `index/volume`.
///
/// # Errors
/// When it is not such an answer.
pub fn read_volume(text: &str) -> Result<Vec<(Labels, u64)>, FormatError> {
    let volume = |labels: Labels, value: f64| (labels, value.max(0.0) as u64);
    match read_metrics(text)?.value {
        QueryValue::Vector(samples) => Ok(samples
            .into_iter()
            .filter_map(|sample| match sample.value {
                SampleValue::Float(value) => Some(volume(sample.labels, value)),
                SampleValue::Histogram(_) => None,
            })
            .collect()),
        _ => Err(FormatError::Unsupported("sizes come as a vector".into())),
    }
}

fn to_value(data: ApiData) -> QueryValue {
    match data {
        ApiData::Scalar(at, value) if at.abs() >= FIRST_TOO_LARGE => QueryValue::Scalar(at / 1000, value),
        ApiData::Scalar(at, value) => QueryValue::Scalar(at, value),
        ApiData::Text(at, text) => QueryValue::Text(at, text),
        ApiData::Vector(series) => {
            let sample = |series: ApiSeries| {
                let (at_millis, value) = *series.floats.first()?;
                Some(VectorSample {
                    labels: series.labels,
                    at_millis,
                    value: SampleValue::Float(value),
                })
            };
            QueryValue::Vector(series.into_iter().filter_map(sample).collect())
        }
        ApiData::Matrix(series) => {
            let mut all: Vec<SeriesData> = series.into_iter().map(to_series).collect();
            all.sort_by(|a, b| a.labels.cmp(&b.labels));
            QueryValue::Matrix(all)
        }
    }
}

fn to_series(mut series: ApiSeries) -> SeriesData {
    series.floats.sort_by_key(|point| point.0);
    series.floats.dedup_by_key(|point| point.0);
    let (at, values): (Vec<i64>, Vec<f64>) = series.floats.into_iter().unzip();
    SeriesData {
        labels: series.labels,
        floats: SampleColumn::new(at, values),
        histograms: Arc::default(),
    }
}

/// How many lines were read for a result, as its statistics say.
fn n_lines_read(text: &str) -> u64 {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Summary {
        #[serde(rename = "totalLinesProcessed")]
        n_lines: u64,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Stats {
        summary: Summary,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Data {
        stats: Stats,
    }
    let read: Result<Envelope<Data>, _> = serde_json::from_str(text);
    read.ok()
        .and_then(|answer| answer.data)
        .map_or(0, |data| data.stats.summary.n_lines)
}

fn one_of(known: &[&'static str], name: &str) -> Option<&'static str> {
    known.iter().find(|known| **known == name).copied()
}

fn in_envelope<T: Default + DeserializeOwned>(text: &str) -> Result<T, FormatError> {
    let answer: Envelope<T> = json(text)?;
    if answer.status == "success" {
        Ok(answer.data.unwrap_or_default())
    } else {
        Err(refused(&answer.error))
    }
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, FormatError> {
    serde_json::from_str(text).map_err(|error| FormatError::Json {
        expected: EXPECTED,
        reason: error.to_string(),
    })
}

fn refused(reason: &str) -> FormatError {
    let reason = if reason.is_empty() {
        "without a reason"
    } else {
        reason
    };
    FormatError::Unsupported(format!("loki answered with an error: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loki;

    #[test]
    fn what_is_written_is_read_back() {
        let written = |write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
            let mut out = Vec::new();
            write(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        for texts in [&[][..], &["a", "b\""]] {
            let text = written(&|out| loki::write_label_texts(out, texts.iter().copied()));
            assert_eq!(read_label_texts(&text).unwrap(), texts);
        }
        let series = vec![Labels::new([("b", "1"), ("a", "é\n")]), Labels::empty()];
        let text = written(&|out| loki::write_series(out, &series));
        assert_eq!(read_series(&text).unwrap(), series);
        let stats = IndexStats {
            n_streams: 1,
            n_entries: 2,
            n_bytes: 3,
        };
        let text = written(&|out| loki::write_index_stats(out, &stats));
        assert_eq!(read_index_stats(&text).unwrap(), stats);
        let patterns = vec![LinePattern {
            pattern: "a <_>".into(),
            level: Level::Error,
            counts: vec![(10, 2), (20, 1)],
        }];
        let text = written(&|out| loki::write_patterns(out, &patterns));
        assert_eq!(read_patterns(&text).unwrap(), patterns);
        let fields = vec![DetectedField {
            label: "client_ip".into(),
            kind: "int",
            n_values: 2,
            parser: Some("json"),
            json_path: vec!["client".into(), "ip".into()],
        }];
        let text = written(&|out| loki::write_detected_fields(out, &fields, 100));
        assert_eq!(read_detected_fields(&text).unwrap(), fields);
    }

    #[test]
    fn results_of_metric_queries() {
        let check = |text: &str, expected: &str| {
            let told = match read_metrics(text) {
                Ok(result) => format!("{:?} of {}", result.value, result.n_read),
                Err(error) => error.to_string(),
            };
            assert_eq!(told, expected, "{text}");
        };
        check(
            r#"{"status":"success","data":{"resultType":"scalar","result":[1795319109634,"2"],"stats":{"summary":{"totalLinesProcessed":7}}}}"#,
            "Scalar(1795319109634, 2.0) of 7",
        );
        check(
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[5,"1"]}]}}"#,
            r#"Vector([VectorSample { labels: {a="b"}, at_millis: 5000, value: Float(1.0) }]) of 0"#,
        );
        check(
            r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#,
            "results of type streams cannot be read as metrics",
        );
        let volume = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[5,"17"]}]}}"#;
        assert_eq!(read_volume(volume).unwrap(), [(Labels::new([("job", "a")]), 17)]);
    }

    #[test]
    fn damage_is_told() {
        let error = |text| read_label_texts(text).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"status":"error"}"#),
            "loki answered with an error: without a reason"
        );
        assert!(error("parse error").starts_with("not an answer of Loki's HTTP API: "));
        assert_eq!(
            read_label_texts(r#"{"status":"success","data":null}"#).unwrap(),
            [""; 0]
        );
    }
}
