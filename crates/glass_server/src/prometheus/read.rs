//! Remote read: hands out samples, so that a stock Prometheus evaluates its queries over the recording.
//!
//! Times are not moved here: samples keep theirs, and what is later than the recording's now is left out. Of the
//! forms an answer may have, samples in one message are offered; whoever accepts nothing else is told.

use crate::response;
use crate::service::{Shared, Work};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use glass_model::{
    Labels, Matcher, MatcherOp, NativeHistogram, Querier, QueryError, ResetHint, Selector, SeriesData,
    TimeRange, Timestamp,
};
use prost::Message;
use std::ops::ControlFlow;
use std::time::Duration;

/// The largest request, unpacked.
const LARGEST_REQUEST: usize = 4 << 20;

/// The most samples of one answer, which is put together in memory.
const MOST_SAMPLES: usize = 10_000_000;

/// `/api/v1/read`
pub(super) async fn read(State(service): State<Shared>, body: Bytes) -> Response {
    let request = match unpacked(&body) {
        Ok(request) => request,
        Err(text) => return response::plain(StatusCode::BAD_REQUEST, text),
    };
    match service
        .run(Duration::MAX, move |work| packed(work, &request))
        .await
    {
        Ok(Ok(body)) => {
            let mut answer = response::with_type(StatusCode::OK, "application/x-protobuf", body);
            let snappy = HeaderValue::from_static("snappy");
            answer.headers_mut().insert(header::CONTENT_ENCODING, snappy);
            answer
        }
        Ok(Err(error)) | Err(error) => {
            let status = match error {
                QueryError::Invalid { .. } | QueryError::TooMuch(_) => StatusCode::BAD_REQUEST,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            response::plain(status, error.to_string())
        }
    }
}

fn unpacked(body: &[u8]) -> Result<ReadRequest, String> {
    let len = snap::raw::decompress_len(body).map_err(|error| error.to_string())?;
    if len > LARGEST_REQUEST {
        return Err(format!("the request is larger than {LARGEST_REQUEST} bytes"));
    }
    let plain = snap::raw::Decoder::new()
        .decompress_vec(body)
        .map_err(|error| error.to_string())?;
    let request = ReadRequest::decode(&plain[..]).map_err(|error| error.to_string())?;
    let accepts_samples =
        request.accepted_response_types.is_empty() || request.accepted_response_types.contains(&SAMPLES);
    if !accepts_samples {
        return Err("streamed chunks are not offered; accept the response type SAMPLES".into());
    }
    Ok(request)
}

fn packed(work: &Work, request: &ReadRequest) -> Result<Vec<u8>, QueryError> {
    let mut n_left = MOST_SAMPLES;
    let mut answer = ReadResponse::default();
    for query in &request.queries {
        answer.results.push(result(work, query, &mut n_left)?);
    }
    let plain = answer.encode_to_vec();
    drop(answer);
    snap::raw::Encoder::new()
        .compress_vec(&plain)
        .map_err(|error| QueryError::Damaged(error.to_string()))
}

fn result(work: &Work, query: &Query, n_left: &mut usize) -> Result<QueryResult, QueryError> {
    let matchers: Vec<Matcher> = query.matchers.iter().map(to_matcher).collect::<Result<_, _>>()?;
    let range = TimeRange::new(
        Timestamp::from_millis(query.start_timestamp_ms),
        Timestamp::from_millis(query.end_timestamp_ms),
    );
    let mut result = QueryResult::default();
    let mut stopped = Ok(());
    let selector = Selector { matchers };
    work.recording()
        .each_series(&selector, range, work.now(), &mut |series| {
            stopped = work.control.check();
            let n_samples = series.floats.len() + series.histograms.len();
            match n_left.checked_sub(n_samples) {
                _ if stopped.is_err() => return ControlFlow::Break(()),
                Some(left) => *n_left = left,
                None => {
                    stopped = Err(QueryError::TooMuch(format!(
                        "exceeded sample limit ({MOST_SAMPLES})"
                    )));
                    return ControlFlow::Break(());
                }
            }
            result.timeseries.push(to_wire(&series));
            ControlFlow::Continue(())
        })?;
    stopped.map(|()| result)
}

fn to_matcher(wire: &LabelMatcher) -> Result<Matcher, QueryError> {
    let op = match wire.r#type {
        0 => MatcherOp::Equal,
        1 => MatcherOp::NotEqual,
        2 => MatcherOp::Regex,
        3 => MatcherOp::NotRegex,
        other => return Err(invalid(format!("matcher type {other} is not known"))),
    };
    Matcher::new(&wire.name, op, &wire.value).map_err(|error| invalid(error.to_string()))
}

fn invalid(text: String) -> QueryError {
    QueryError::Invalid { text, at: 0..0 }
}

fn to_wire(series: &SeriesData) -> TimeSeries {
    let floats = series.floats.at_millis().iter().zip(series.floats.values());
    TimeSeries {
        labels: to_wire_labels(&series.labels),
        samples: floats
            .map(|(timestamp, value)| Sample {
                value: *value,
                timestamp: *timestamp,
            })
            .collect(),
        histograms: series
            .histograms
            .iter()
            .map(|(at, histogram)| to_wire_histogram(*at, histogram))
            .collect(),
    }
}

fn to_wire_labels(labels: &Labels) -> Vec<Label> {
    labels
        .iter()
        .map(|(name, value)| Label {
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .collect()
}

fn to_wire_histogram(timestamp: i64, histogram: &NativeHistogram) -> Histogram {
    let spans = |spans: &[glass_model::Span]| -> Vec<BucketSpan> {
        spans
            .iter()
            .map(|span| BucketSpan {
                offset: span.offset,
                length: span.length,
            })
            .collect()
    };
    Histogram {
        count: Some(histogram.count),
        sum: histogram.sum,
        schema: histogram.schema,
        zero_threshold: histogram.zero_threshold,
        zero_count: Some(histogram.zero_count),
        negative_spans: spans(&histogram.negative_spans),
        negative_counts: histogram.negative_counts.clone(),
        positive_spans: spans(&histogram.positive_spans),
        positive_counts: histogram.positive_counts.clone(),
        reset_hint: match histogram.reset_hint {
            ResetHint::Unknown => 0,
            ResetHint::Reset => 1,
            ResetHint::NoReset => 2,
            ResetHint::Gauge => 3,
        },
        timestamp,
        custom_values: histogram.custom_bounds.clone(),
    }
}

// The messages of the protocol, field by field as it numbers them.

const SAMPLES: i32 = 0;

#[derive(Clone, PartialEq, Message)]
struct ReadRequest {
    #[prost(message, repeated, tag = "1")]
    queries: Vec<Query>,
    #[prost(int32, repeated, tag = "2")]
    accepted_response_types: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Query {
    #[prost(int64, tag = "1")]
    start_timestamp_ms: i64,
    #[prost(int64, tag = "2")]
    end_timestamp_ms: i64,
    #[prost(message, repeated, tag = "3")]
    matchers: Vec<LabelMatcher>,
}

#[derive(Clone, PartialEq, Message)]
struct LabelMatcher {
    #[prost(int32, tag = "1")]
    r#type: i32,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct ReadResponse {
    #[prost(message, repeated, tag = "1")]
    results: Vec<QueryResult>,
}

#[derive(Clone, PartialEq, Message)]
struct QueryResult {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

/// Counts are optional on the wire because they have a form for integers too, which is not used here.
#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(double, optional, tag = "2")]
    count: Option<f64>,
    #[prost(double, tag = "3")]
    sum: f64,
    #[prost(sint32, tag = "4")]
    schema: i32,
    #[prost(double, tag = "5")]
    zero_threshold: f64,
    #[prost(double, optional, tag = "7")]
    zero_count: Option<f64>,
    #[prost(message, repeated, tag = "8")]
    negative_spans: Vec<BucketSpan>,
    #[prost(double, repeated, tag = "10")]
    negative_counts: Vec<f64>,
    #[prost(message, repeated, tag = "11")]
    positive_spans: Vec<BucketSpan>,
    #[prost(double, repeated, tag = "13")]
    positive_counts: Vec<f64>,
    #[prost(int32, tag = "14")]
    reset_hint: i32,
    #[prost(int64, tag = "15")]
    timestamp: i64,
    #[prost(double, repeated, tag = "16")]
    custom_values: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
struct BucketSpan {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}
