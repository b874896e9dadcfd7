//! What the server says of itself.

use super::answer::{Answer, Json, answer};
use crate::response::{self, written};
use crate::service::Shared;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use glass_formats::prometheus_api::{Notes, write_success};
use glass_model::{Labels, Querier, Selector, TimeRange, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Tools decide by the version what they may ask: the language and the API are those of 3.x.
const VERSION: &str = concat!("3.5.0+glasshouse.", env!("CARGO_PKG_VERSION"));

/// How many entries each statistic of the storage has.
const N_STATISTICS: usize = 10;

fn success(data: &Value) -> Answer {
    Ok(Json(written(|out| {
        write_success(out, &Notes::default(), |out| {
            serde_json::to_writer(out, data).map_err(std::io::Error::from)
        })
    })?))
}

/// `/-/healthy`
pub(super) async fn healthy() -> Response {
    response::with_type(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        "Prometheus Server is Healthy.\n".into(),
    )
}

/// `/-/ready`
pub(super) async fn ready() -> Response {
    response::with_type(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        "Prometheus Server is Ready.\n".into(),
    )
}

/// `/api/v1/status/buildinfo`
pub(super) async fn build() -> Answer {
    success(&json!({
        "version": VERSION,
        "revision": "",
        "branch": "",
        "buildUser": "",
        "buildDate": "",
        "goVersion": "",
    }))
}

/// `/api/v1/status/runtimeinfo`: times are the recording's.
pub(super) async fn runtime(State(service): State<Shared>) -> Answer {
    let start = service.clock.from();
    success(&json!({
        "startTime": start.to_string(),
        "CWD": "",
        "hostname": "",
        "serverTime": service.clock.now().to_string(),
        "reloadConfigSuccess": true,
        "lastConfigTime": start.to_string(),
        "corruptionCount": 0,
        "goroutineCount": 0,
        "GOMAXPROCS": 0,
        "GOMEMLIMIT": 0,
        "GOGC": "",
        "GODEBUG": "",
        "storageRetention": "",
    }))
}

/// `/api/v1/status/flags`: those that say how queries are bounded here.
pub(super) async fn flags(State(service): State<Shared>) -> Answer {
    let limits = service.limits();
    success(&json!({
        "query.lookback-delta": "5m",
        "query.max-samples": limits.max_samples.to_string(),
        "query.timeout": format!("{}s", limits.timeout.as_secs()),
        "web.enable-admin-api": "false",
        "web.enable-lifecycle": "false",
        "web.enable-remote-write-receiver": "false",
    }))
}

/// `/api/v1/status/tsdb`: the series known so far.
pub(super) async fn tsdb(State(service): State<Shared>) -> Answer {
    answer(&service, |work| {
        let range = TimeRange::new(Timestamp::MIN, work.now());
        let (series, provenance) = work
            .recording()
            .series_labels(&Selector::all(), range, work.now())?;
        success(&statistics(&series, provenance.covers))
    })
    .await
}

fn statistics(series: &[Labels], covers: TimeRange) -> Value {
    let mut by_metric: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_pair: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for labels in series {
        *by_metric.entry(labels.metric_name()).or_default() += 1;
        for pair in labels.iter() {
            *by_pair.entry(pair).or_default() += 1;
        }
    }
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in by_pair.keys() {
        values.entry(name).or_default().insert(value);
    }
    let n_values = values
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.len()));
    let bytes = values.iter().map(|(name, values)| {
        let n_bytes: usize = values.iter().map(|value| value.len()).sum();
        ((*name).to_owned(), n_bytes)
    });
    let pairs = by_pair
        .iter()
        .map(|((name, value), n)| (format!("{name}={value}"), *n));
    let metrics = by_metric.iter().map(|(name, n)| ((*name).to_owned(), *n));
    json!({
        "headStats": {
            "numSeries": series.len(),
            "numLabelPairs": by_pair.len(),
            "chunkCount": series.len(),
            "minTime": covers.start.millis(),
            "maxTime": covers.end.millis(),
        },
        "seriesCountByMetricName": greatest(metrics),
        "labelValueCountByLabelName": greatest(n_values),
        "memoryInBytesByLabelName": greatest(bytes),
        "seriesCountByLabelValuePair": greatest(pairs),
    })
}

fn greatest(counts: impl Iterator<Item = (String, usize)>) -> Value {
    let mut counts: Vec<(String, usize)> = counts.collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(N_STATISTICS);
    counts
        .into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
