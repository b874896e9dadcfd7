//! How much there is of some streams: as one figure, by label, and over time.
//!
//! Loki reads these off its index, in bytes as stored; here the lines are counted, in bytes of text and metadata.

use super::{ApiError, answer, parse};
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::State;
use axum::response::Response;
use glass_formats::loki::{Around, IndexStats, write_index_stats, write_result};
use glass_model::{
    Labels, LogOrder, LogRef, LogScan, Querier, QueryError, QueryValue, SampleColumn, SampleValue, Selector,
    SeriesData, TimeRange, VectorSample,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// How many volumes an answer has unless the request says otherwise.
const DEFAULT_VOLUMES: usize = 100;

/// After so many lines it is looked whether the request was withdrawn.
const LINES_A_CHECK: u64 = 4096;

/// `/loki/api/v1/index/stats`
pub(super) async fn stats(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let selector = parse::streams(params.get("query"), &work.limits())?;
        let window = parse::window(&params, work, parse::AN_HOUR, &mut Vec::new())?;
        let (mut stats, mut streams) = (IndexStats::default(), HashSet::new());
        each_line(work, &selector, window, |line| {
            streams.insert(line.stream);
            stats.n_entries += 1;
            stats.n_bytes += n_bytes(&line);
        })?;
        stats.n_streams = streams.len() as u64;
        Ok(written(|out| write_index_stats(out, &stats))?)
    })
    .await
}

/// `/loki/api/v1/index/volume`
pub(super) async fn volume(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let mut notes = Vec::new();
        let window = parse::window(&params, work, parse::AN_HOUR, &mut notes)?;
        let volumes = volumes(work, &params, window, i64::MAX)?;
        let samples = volumes.into_iter().map(|(labels, buckets)| VectorSample {
            labels,
            at_millis: window.end.millis(),
            value: SampleValue::Float(buckets.values().sum::<u64>() as f64),
        });
        let value = QueryValue::Vector(samples.collect());
        write(&value, &notes)
    })
    .await
}

/// `/loki/api/v1/index/volume_range`: each value at the end of its step, a millisecond before the next begins.
pub(super) async fn volume_range(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let mut notes = Vec::new();
        let window = parse::window(&params, work, parse::AN_HOUR, &mut notes)?;
        let step = parse::step(&params, window)?;
        let volumes = volumes(work, &params, window, step)?;
        let series = volumes.into_iter().map(|(labels, buckets)| {
            let end_of = |bucket: i64| {
                let next = bucket.saturating_add(1).saturating_mul(step);
                (next / 1_000_000 - 1).min(window.end.millis())
            };
            let at: Vec<i64> = buckets.keys().map(|bucket| end_of(*bucket)).collect();
            let values = buckets.values().map(|n_bytes| *n_bytes as f64).collect();
            SeriesData {
                labels,
                floats: SampleColumn::new(at, values),
                histograms: Arc::default(),
            }
        });
        let value = QueryValue::Matrix(series.collect());
        write(&value, &notes)
    })
    .await
}

fn write(value: &QueryValue, notes: &[String]) -> Result<Vec<u8>, ApiError> {
    let around = Around {
        warnings: notes,
        ..Around::default()
    };
    Ok(written(|out| write_result(out, value, &around))?)
}

/// Bytes by step of time.
type Buckets = BTreeMap<i64, u64>;

/// Bytes by labels and step; the greatest first, at most as many as the request wants.
fn volumes(
    work: &Work,
    params: &Params,
    window: TimeRange,
    step: i64,
) -> Result<Vec<(Labels, Buckets)>, ApiError> {
    let selector = parse::streams(params.get("query"), &work.limits())?;
    let limit = parse::count(params, "limit", DEFAULT_VOLUMES)?;
    let wanted = Wanted::of(params, &selector);
    let mut keys: HashMap<usize, Vec<Labels>> = HashMap::new();
    let mut volumes: HashMap<Labels, Buckets> = HashMap::new();
    each_line(work, &selector, window, |line| {
        let keys = keys
            .entry(line.stream)
            .or_insert_with(|| wanted.keys(line.labels));
        let bucket = line.at.nanos().div_euclid(step);
        for key in keys {
            *volumes.entry(key.clone()).or_default().entry(bucket).or_default() += n_bytes(&line);
        }
    })?;
    let mut volumes: Vec<(Labels, Buckets)> = volumes.into_iter().collect();
    let total = |buckets: &Buckets| buckets.values().sum::<u64>();
    volumes.sort_by(|a, b| total(&b.1).cmp(&total(&a.1)).then_with(|| a.0.cmp(&b.0)));
    volumes.truncate(limit);
    Ok(volumes)
}

/// By which labels volumes are told apart.
struct Wanted {
    names: Vec<String>,
    /// By label names alone instead of names and values.
    by_name: bool,
}

impl Wanted {
    fn of(params: &Params, selector: &Selector) -> Self {
        let targets: Vec<String> = params
            .all("targetLabels")
            .flat_map(|names| names.split(','))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let in_selector = selector.matchers.iter().map(|matcher| matcher.name().to_owned());
        Self {
            names: if targets.is_empty() {
                in_selector.collect()
            } else {
                targets
            },
            by_name: params.get("aggregateBy") == "labels",
        }
    }

    /// What a stream counts for.
    fn keys(&self, labels: &Labels) -> Vec<Labels> {
        let of_stream = |name: &String| labels.get(name).map(|value| (name.clone(), value.to_owned()));
        let pairs: Vec<(String, String)> = self.names.iter().filter_map(of_stream).collect();
        if self.by_name {
            pairs
                .into_iter()
                .map(|(name, _)| Labels::new([(name, "")]))
                .collect()
        } else if pairs.is_empty() {
            Vec::new()
        } else {
            vec![Labels::new(pairs)]
        }
    }
}

fn n_bytes(line: &LogRef<'_>) -> u64 {
    let of_metadata: usize = line
        .metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    (line.line.len() + of_metadata) as u64
}

/// Hands out the lines of some streams in a window, its end excluded, until the request is withdrawn.
pub(super) fn each_line(
    work: &Work,
    selector: &Selector,
    window: TimeRange,
    mut visit: impl FnMut(LogRef<'_>),
) -> Result<(), QueryError> {
    let scan = LogScan {
        streams: selector.clone(),
        range: TimeRange::new(window.start, window.end.plus_nanos(-1)),
        conditions: Vec::new(),
        order: LogOrder::Forward,
        needs_line: true,
        needs_metadata: true,
    };
    let (mut n_lines, mut stopped) = (0u64, Ok(()));
    work.recording().each_line(&scan, work.now(), &mut |line| {
        n_lines += 1;
        if n_lines.is_multiple_of(LINES_A_CHECK) {
            stopped = work.control.check();
        }
        if stopped.is_err() {
            return ControlFlow::Break(());
        }
        visit(line);
        ControlFlow::Continue(())
    })?;
    stopped
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Matcher;

    #[test]
    fn a_stream_counts_for_the_labels_asked_for() {
        let selector = Selector {
            matchers: vec![Matcher::equal("cluster", "lab")],
        };
        let labels = Labels::new([("cluster", "lab"), ("job", "shop")]);
        let check = |params: &str, expected: &str| {
            let keys = Wanted::of(&Params::parse(params), &selector).keys(&labels);
            assert_eq!(format!("{keys:?}"), expected, "{params}");
        };
        check("", r#"[{cluster="lab"}]"#);
        check("targetLabels=job", r#"[{job="shop"}]"#);
        check("targetLabels=job,nope", r#"[{job="shop"}]"#);
        check("targetLabels=nope", "[]");
        check(
            "targetLabels=job,cluster&aggregateBy=labels",
            r#"[{job=""}, {cluster=""}]"#,
        );
    }
}
