//! Queries: for a moment, over a range, and as text.

use super::answer::{Answer, ApiError, Json, answer, answer_within};
use super::parse;
use crate::gaps;
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::State;
use glass_formats::prometheus_api::{Notes, QueryStats, write_result, write_success, write_texts};
use glass_model::{QueryValue, TimeRange};
use glass_query::promql::{self, Engine, Evaluated, Expr, LOOK_BACK_MILLIS};
use std::time::Instant;

/// `/api/v1/query`
pub(super) async fn instant(State(service): State<Shared>, params: Params) -> Answer {
    let timeout = parse::timeout(&params)?;
    answer_within(&service, timeout, move |work| {
        let limit = parse::limit(&params)?;
        let mut notes = Notes::default();
        let at = match params.given("time") {
            None => work.now(),
            Some(text) => {
                let asked = parse::time(text).map_err(|text| {
                    ApiError::parameter("time", format!("invalid time value for 'time': {text}"))
                })?;
                work.placing.moment(asked, &mut notes.warnings)
            }
        };
        evaluate(work, &params, limit, notes, |engine, text, expr| {
            engine.instant(text, expr, at.millis())
        })
    })
    .await
}

/// `/api/v1/query_range`
pub(super) async fn range(State(service): State<Shared>, params: Params) -> Answer {
    let timeout = parse::timeout(&params)?;
    answer_within(&service, timeout, move |work| {
        let limit = parse::limit(&params)?;
        let mut notes = Notes::default();
        let (asked, step_nanos) = steps(&params, work)?;
        let window = work.placing.window(asked, &mut notes.warnings);
        let step_millis = (step_nanos / 1_000_000).max(1);
        evaluate(work, &params, limit, notes, |engine, text, expr| {
            engine.range(
                text,
                expr,
                window.start.millis(),
                window.end.millis(),
                step_millis,
            )
        })
    })
    .await
}

/// The range asked for and its step.
fn steps(params: &Params, work: &Work) -> Result<(TimeRange, i64), ApiError> {
    let bound = |name| parse::time(params.get(name)).map_err(|text| ApiError::parameter(name, text));
    let asked = TimeRange::new(bound("start")?, bound("end")?);
    if asked.end < asked.start && asked.start <= work.now() {
        return Err(ApiError::parameter(
            "end",
            "end timestamp must not be before start time",
        ));
    }
    let step_nanos = parse::duration(params.get("step")).map_err(|text| ApiError::parameter("step", text))?;
    if step_nanos <= 0 {
        let text = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(ApiError::parameter("step", text));
    }
    let n_steps = asked.end.nanos_since(asked.start) / step_nanos;
    if n_steps > work.limits().max_points as i64 {
        return Err(ApiError::bad_data(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        ));
    }
    Ok((asked, step_nanos))
}

fn evaluate(
    work: &Work,
    params: &Params,
    limit: usize,
    mut notes: Notes,
    run: impl FnOnce(&Engine<'_>, &str, &Expr) -> Result<Evaluated, glass_model::QueryError>,
) -> Answer {
    let text = params.get("query");
    let look_back_millis = match params.given("lookback_delta") {
        None => LOOK_BACK_MILLIS,
        Some(text) => {
            let nanos = parse::duration(text).map_err(|text| {
                ApiError::bad_data(format!("error parsing lookback delta duration: {text}"))
            })?;
            // As in Prometheus, 0 stands for the default.
            Some(nanos / 1_000_000)
                .filter(|millis| *millis > 0)
                .unwrap_or(LOOK_BACK_MILLIS)
        }
    };
    let limits = work.limits();
    let began = Instant::now();
    let expr = promql::parse(text, &limits).map_err(|error| ApiError::parameter("query", error.message))?;
    let engine = Engine {
        source: work.recording(),
        as_of: work.now(),
        delays_name_removal: false,
        look_back_millis,
        limits,
        control: work.control.clone(),
    };
    let mut evaluated = run(&engine, text, &expr)?;
    notes.warnings.append(&mut evaluated.warnings);
    notes.infos.append(&mut evaluated.infos);
    if let Some(provenance) = &evaluated.provenance {
        gaps::note(provenance, &mut notes.warnings);
    }
    if limit > 0 && truncate(&mut evaluated.value, limit) {
        notes.warnings.push("results truncated due to limit".into());
    }
    let stats = params.given("stats").map(|_| QueryStats {
        eval_secs: began.elapsed().as_secs_f64(),
        queue_secs: work.waited.as_secs_f64(),
        n_samples: evaluated.n_samples,
    });
    Ok(Json(written(|out| {
        write_result(out, &evaluated.value, &notes, stats.as_ref())
    })?))
}

/// Keeps the first results; whether there were more.
fn truncate(value: &mut QueryValue, limit: usize) -> bool {
    let n = match value {
        QueryValue::Vector(samples) => {
            let n = samples.len();
            samples.truncate(limit);
            n
        }
        QueryValue::Matrix(series) => {
            let n = series.len();
            series.truncate(limit);
            n
        }
        QueryValue::Scalar(..) | QueryValue::Text(..) | QueryValue::Streams(_) => 0,
    };
    n > limit
}

/// `/api/v1/format_query`
pub(super) async fn format(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        let expr = promql::parse(params.get("query"), &work.limits())
            .map_err(|error| ApiError::parameter("query", error.message))?;
        let text = promql::print::pretty(&expr);
        Ok(Json(written(|out| {
            write_success(out, &Notes::default(), |out| {
                serde_json::to_writer(out, &text).map_err(std::io::Error::from)
            })
        })?))
    })
    .await
}

/// `/api/v1/query_exemplars`: recordings hold none.
pub(super) async fn exemplars(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        promql::parse(params.get("query"), &work.limits())
            .map_err(|error| ApiError::bad_data(error.message))?;
        let notes = Notes {
            warnings: vec!["exemplars are not recorded".into()],
            infos: Vec::new(),
        };
        Ok(Json(written(|out| write_texts(out, [], &notes))?))
    })
    .await
}
