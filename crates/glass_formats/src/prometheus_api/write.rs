//! Writing the envelope and the results of queries.

use super::histogram::{self, buckets};
use crate::json_out;
use glass_model::{NativeHistogram, QueryValue, SampleValue, SeriesData, VectorSample};
use std::io::{self, Write};

/// What must be said of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// What may make it wrong.
    pub warnings: Vec<String>,
    /// What is odd about the query.
    pub infos: Vec<String>,
}

/// Why there is no answer; Prometheus' own kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Prometheus' own")]
pub enum ErrorKind {
    BadData,
    Execution,
    Timeout,
    Canceled,
    Internal,
    Unavailable,
    NotFound,
    NotAcceptable,
}

impl ErrorKind {
    /// The name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::Execution => "execution",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::NotAcceptable => "not_acceptable",
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::BadData => 400,
            Self::Execution => 422,
            Self::Timeout | Self::Unavailable => 503,
            Self::Canceled => 499,
            Self::Internal => 500,
            Self::NotFound => 404,
            Self::NotAcceptable => 406,
        }
    }
}

/// What a query cost, as `stats=all` tells it. Of the timings Prometheus tells, one engine cannot tell apart all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueryStats {
    /// Seconds spent evaluating.
    pub eval_secs: f64,
    /// Seconds spent waiting for a place in the queue.
    pub queue_secs: f64,
    /// Samples read.
    pub n_samples: u64,
}

/// Writes an answer around the data that `data` writes.
///
/// # Errors
/// When writing fails.
pub fn write_success<W: Write>(
    out: &mut W,
    notes: &Notes,
    data: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"{\"status\":\"success\",\"data\":")?;
    data(out)?;
    json_out::notes(out, "warnings", &notes.warnings)?;
    json_out::notes(out, "infos", &notes.infos)?;
    out.write_all(b"}")
}

/// Writes why there is no answer.
///
/// # Errors
/// When writing fails.
pub fn write_error<W: Write>(out: &mut W, kind: ErrorKind, text: &str) -> io::Result<()> {
    write!(
        out,
        "{{\"status\":\"error\",\"errorType\":\"{}\",\"error\":",
        kind.name()
    )?;
    json_out::text(out, text)?;
    out.write_all(b"}")
}

/// Writes the answer to a query.
///
/// # Errors
/// When writing fails, or the value holds log lines, which Prometheus does not have.
pub fn write_result<W: Write>(
    out: &mut W,
    value: &QueryValue,
    notes: &Notes,
    stats: Option<&QueryStats>,
) -> io::Result<()> {
    write_success(out, notes, |out| {
        write_value(out, value)?;
        if let Some(stats) = stats {
            write_stats(out, stats)?;
        }
        out.write_all(b"}")
    })
}

/// `{"resultType":…,"result":…` without the closing brace, after which statistics may follow.
pub(crate) fn write_value<W: Write>(out: &mut W, value: &QueryValue) -> io::Result<()> {
    let kind = match value {
        QueryValue::Scalar(..) => "scalar",
        QueryValue::Text(..) => "string",
        QueryValue::Vector(_) => "vector",
        QueryValue::Matrix(_) => "matrix",
        QueryValue::Streams(_) => {
            return Err(io::Error::other("log lines have no form in Prometheus' API"));
        }
    };
    write!(out, "{{\"resultType\":\"{kind}\",\"result\":")?;
    match value {
        QueryValue::Scalar(at_millis, number) => write_point(out, *at_millis, *number),
        QueryValue::Text(at_millis, text) => {
            out.write_all(b"[")?;
            json_out::millis_as_seconds(out, *at_millis)?;
            out.write_all(b",")?;
            json_out::text(out, text)?;
            out.write_all(b"]")
        }
        QueryValue::Vector(samples) => json_out::list(out, samples, write_sample),
        QueryValue::Matrix(series) => json_out::list(out, series, write_series),
        QueryValue::Streams(_) => Ok(()),
    }
}

fn write_sample<W: Write>(out: &mut W, sample: &VectorSample) -> io::Result<()> {
    out.write_all(b"{\"metric\":")?;
    json_out::labels(out, &sample.labels)?;
    match &sample.value {
        SampleValue::Float(value) => {
            out.write_all(b",\"value\":")?;
            write_point(out, sample.at_millis, *value)?;
        }
        SampleValue::Histogram(value) => {
            out.write_all(b",\"histogram\":")?;
            write_histogram_point(out, sample.at_millis, value)?;
        }
    }
    out.write_all(b"}")
}

fn write_series<W: Write>(out: &mut W, series: &SeriesData) -> io::Result<()> {
    out.write_all(b"{\"metric\":")?;
    json_out::labels(out, &series.labels)?;
    if !series.floats.is_empty() {
        out.write_all(b",\"values\":")?;
        let points = series.floats.at_millis().iter().zip(series.floats.values());
        json_out::list(out, points, |out, (at, value)| write_point(out, *at, *value))?;
    }
    if !series.histograms.is_empty() {
        out.write_all(b",\"histograms\":")?;
        json_out::list(out, series.histograms.iter(), |out, (at, value)| {
            write_histogram_point(out, *at, value)
        })?;
    }
    out.write_all(b"}")
}

fn write_point<W: Write>(out: &mut W, at_millis: i64, value: f64) -> io::Result<()> {
    out.write_all(b"[")?;
    json_out::millis_as_seconds(out, at_millis)?;
    out.write_all(b",")?;
    json_out::quoted_float(out, value)?;
    out.write_all(b"]")
}

fn write_histogram_point<W: Write>(out: &mut W, at_millis: i64, value: &NativeHistogram) -> io::Result<()> {
    out.write_all(b"[")?;
    json_out::millis_as_seconds(out, at_millis)?;
    out.write_all(b",{\"count\":")?;
    json_out::quoted_float(out, value.count)?;
    out.write_all(b",\"sum\":")?;
    json_out::quoted_float(out, value.sum)?;
    // Prometheus leaves empty buckets out, and the list if all are empty.
    let mut filled = buckets(value).filter(|bucket| bucket.count != 0.0).peekable();
    if filled.peek().is_some() {
        out.write_all(b",\"buckets\":")?;
        json_out::list(out, filled, histogram::write_bucket)?;
    }
    out.write_all(b"}]")
}

fn write_stats<W: Write>(out: &mut W, stats: &QueryStats) -> io::Result<()> {
    let QueryStats {
        eval_secs,
        queue_secs,
        n_samples,
    } = stats;
    let total_secs = eval_secs + queue_secs;
    write!(
        out,
        ",\"stats\":{{\"timings\":{{\"evalTotalTime\":{eval_secs:.9},\"resultSortTime\":0,\
         \"queryPreparationTime\":0,\"innerEvalTime\":{eval_secs:.9},\"execQueueTime\":{queue_secs:.9},\
         \"execTotalTime\":{total_secs:.9}}},\
         \"samples\":{{\"totalQueryableSamples\":{n_samples},\"peakSamples\":{n_samples}}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Labels, SampleColumn, Span};
    use std::sync::Arc;

    #[track_caller]
    fn check(value: &QueryValue, expected: &str) {
        let mut out = Vec::new();
        write_result(&mut out, value, &Notes::default(), None).unwrap();
        let expected = format!(r#"{{"status":"success","data":{expected}}}"#);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn every_kind_of_result() {
        let up = Labels::new([("__name__", "up"), ("job", "a\"b")]);
        check(
            &QueryValue::Scalar(1_500, f64::INFINITY),
            r#"{"resultType":"scalar","result":[1.500,"+Inf"]}"#,
        );
        check(
            &QueryValue::Text(1_000, "é\n".into()),
            r#"{"resultType":"string","result":[1,"é\n"]}"#,
        );
        let sample = VectorSample {
            labels: up.clone(),
            at_millis: 2_000,
            value: SampleValue::Float(0.5),
        };
        check(
            &QueryValue::Vector(vec![sample]),
            r#"{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a\"b"},"value":[2,"0.5"]}]}"#,
        );
        let series = SeriesData {
            labels: up,
            floats: SampleColumn::new(vec![1_000, 2_001], vec![1.0, f64::NAN]),
            histograms: Arc::default(),
        };
        check(
            &QueryValue::Matrix(vec![series]),
            r#"{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a\"b"},"values":[[1,"1"],[2.001,"NaN"]]}]}"#,
        );
    }

    #[test]
    fn buckets_from_the_lowest_to_the_highest() {
        let histogram = NativeHistogram {
            reset_hint: glass_model::ResetHint::Unknown,
            schema: 0,
            zero_threshold: 0.25,
            zero_count: 1.0,
            count: 8.0,
            sum: 4.5,
            positive_spans: vec![Span { offset: 0, length: 2 }],
            positive_counts: vec![2.0, 0.0],
            negative_spans: vec![Span { offset: 1, length: 2 }],
            negative_counts: vec![3.0, 2.0],
            custom_bounds: Vec::new(),
        };
        let sample = VectorSample {
            labels: Labels::empty(),
            at_millis: 0,
            value: SampleValue::Histogram(Box::new(histogram)),
        };
        check(
            &QueryValue::Vector(vec![sample]),
            concat!(
                r#"{"resultType":"vector","result":[{"metric":{},"histogram":[0,{"count":"8","sum":"4.5","#,
                r#""buckets":[[1,"-4","-2","2"],[1,"-2","-1","3"],[3,"-0.25","0.25","1"],[0,"0.5","1","2"]]}]}]}"#
            ),
        );
    }

    #[test]
    fn notes_and_errors_stand_in_the_envelope() {
        let notes = Notes {
            warnings: vec!["w".into()],
            infos: vec!["i".into()],
        };
        let mut out = Vec::new();
        write_result(&mut out, &QueryValue::Vector(Vec::new()), &notes, None).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["w"],"infos":["i"]}"#
        );
        let mut out = Vec::new();
        write_error(&mut out, ErrorKind::BadData, "no \"query\"").unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"status":"error","errorType":"bad_data","error":"no \"query\""}"#
        );
    }
}
