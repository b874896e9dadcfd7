//! Queries: for a moment and over a range.

use super::{ApiError, answer, parse};
use crate::gaps;
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use glass_formats::loki::{AnswerEntry, AnswerStream, Around, QueryStats, write_result, write_streams};
use glass_model::{QueryValue, TimeRange};
use glass_query::logql::{self, Engine, Evaluated, FoundStream, Query};
use std::time::Instant;

/// By this header a client asks for metadata and parsed labels apart from the stream's labels.
const ENCODING_FLAGS: &str = "x-loki-response-encoding-flags";

/// `/loki/api/v1/query`
pub(super) async fn instant(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let mut notes = Vec::new();
        let at = match params.given("time") {
            None => work.now(),
            Some(text) => {
                let wrong = |text| ApiError::bad(format!("could not parse 'time' parameter: {text}"));
                let asked = parse::time(text).map_err(wrong)?;
                work.placing.moment(asked, &mut notes)
            }
        };
        parse::limit(&params)?;
        let began = Instant::now();
        let query = logql::parse(params.get("query"), &work.limits())
            .map_err(|error| ApiError::bad(error.message))?;
        let evaluated = engine(work).instant(&query, at.nanos())?;
        write_evaluated(work, &evaluated, notes, began)
    })
    .await
}

/// `/loki/api/v1/query_range`
pub(super) async fn range(State(service): State<Shared>, headers: HeaderMap, params: Params) -> Response {
    let is_categorized = wants_categories(&headers);
    answer(&service, move |work| {
        let mut notes = Vec::new();
        let window = parse::window(&params, work, parse::AN_HOUR, &mut notes)?;
        let step = parse::step(&params, window)?;
        let began = Instant::now();
        let query = logql::parse(params.get("query"), &work.limits())
            .map_err(|error| ApiError::bad(error.message))?;
        match &query {
            Query::Log(_) => write_lines(work, &params, &query, window, notes, is_categorized),
            Query::Metric(_) => {
                let (start, end) = logql::aligned(window.start.nanos(), window.end.nanos(), step);
                let evaluated = engine(work).range(&query, start, end, step)?;
                write_evaluated(work, &evaluated, notes, began)
            }
        }
    })
    .await
}

/// Whether the client asks for categorized labels.
pub(super) fn wants_categories(headers: &HeaderMap) -> bool {
    let flags = headers.get(ENCODING_FLAGS).and_then(|value| value.to_str().ok());
    flags.is_some_and(|flags| flags.split(',').any(|flag| flag.trim() == "categorize-labels"))
}

/// The engine over the recording as it is now.
pub(super) fn engine(work: &Work) -> Engine<'_> {
    Engine {
        source: work.recording(),
        as_of: work.now(),
        limits: work.limits(),
        control: work.control.clone(),
    }
}

fn write_evaluated(
    work: &Work,
    evaluated: &Evaluated,
    mut notes: Vec<String>,
    began: Instant,
) -> Result<Vec<u8>, ApiError> {
    notes.extend(evaluated.warnings.iter().cloned());
    if let Some(provenance) = &evaluated.provenance {
        gaps::note(provenance, &mut notes);
    }
    let n_returned = match &evaluated.value {
        QueryValue::Vector(samples) => samples.len(),
        QueryValue::Matrix(series) => series.len(),
        QueryValue::Streams(streams) => streams.len(),
        QueryValue::Scalar(..) | QueryValue::Text(..) => 0,
    };
    let around = around(work, began, evaluated.stats.n_lines, n_returned, &notes);
    Ok(written(|out| write_result(out, &evaluated.value, &around))?)
}

fn write_lines(
    work: &Work,
    params: &Params,
    query: &Query,
    window: TimeRange,
    mut notes: Vec<String>,
    is_categorized: bool,
) -> Result<Vec<u8>, ApiError> {
    let (limit, order) = (parse::limit(params)?, parse::order(params)?);
    let interval = parse::interval(params)?;
    let began = Instant::now();
    let found = engine(work).lines_apart(query, window, (limit, order), interval)?;
    notes.extend(found.warnings.iter().cloned());
    gaps::note(&found.provenance, &mut notes);
    let (n_read, n_returned) = (found.stats.n_lines, found.lines.len());
    let streams = if is_categorized {
        found.by_stream()
    } else {
        found.by_all_labels()
    };
    let around = around(work, began, n_read, n_returned, &notes);
    let streams: Vec<AnswerStream<'_>> = streams.iter().map(to_answer).collect();
    Ok(written(|out| {
        write_streams(out, &streams, is_categorized, &around)
    })?)
}

fn around<'a>(
    work: &Work,
    began: Instant,
    n_lines: u64,
    n_returned: usize,
    warnings: &'a [String],
) -> Around<'a> {
    Around {
        stats: QueryStats {
            exec_secs: began.elapsed().as_secs_f64(),
            queue_secs: work.waited.as_secs_f64(),
            n_lines,
            n_returned: n_returned as u64,
        },
        warnings,
    }
}

/// A stream as it is written.
pub(super) fn to_answer(stream: &FoundStream) -> AnswerStream<'_> {
    let entries = stream.lines.iter().map(|line| AnswerEntry {
        at: line.at,
        line: &line.line,
        metadata: &line.metadata,
        parsed: &line.parsed,
    });
    AnswerStream {
        labels: &stream.labels,
        entries: entries.collect(),
    }
}
