//! The result of a PromQL query as lines: one value a bucket.

use super::NANOS_PER_MILLI;
use crate::promql::{Engine, Expr};
use glass_model::{
    Bucket, Graph, GraphSeries, Labels, Provenance, QueryError, QueryGraph, QueryGraphAsk, QueryValue,
    SampleValue, SeriesData, Timestamp,
};
use std::collections::BTreeMap;

const NO_HISTOGRAMS: &str =
    "native histograms cannot be drawn as lines: ask for a quantile, their count or their sum";

/// Each bucket shows the value at its end, the one that holds the playhead the value at the playhead.
pub(super) fn draw(
    engine: &Engine<'_>,
    ask: &QueryGraphAsk,
    expr: &Expr,
) -> Result<(QueryGraph, Option<Provenance>), QueryError> {
    let buckets = Buckets::of(ask, engine.limits.max_points);
    let mut lines = Lines {
        buckets,
        all: BTreeMap::new(),
        has_histograms: false,
    };
    let as_of = engine.as_of.millis();
    let now = engine.instant(&ask.text, expr, as_of)?;
    let (mut warnings, mut infos, mut provenance) = (now.warnings, now.infos, now.provenance);
    if let Some(last) = lines.buckets.last_end(as_of) {
        let first = lines.buckets.end(0);
        let steps = engine.range(&ask.text, expr, first, last, lines.buckets.step_millis)?;
        (warnings, infos, provenance) = (steps.warnings, steps.infos, steps.provenance);
        if let QueryValue::Matrix(all) = steps.value {
            all.into_iter().for_each(|series| lines.add(series));
        }
    }
    lines.add_latest(now.value, engine.as_of)?;
    if lines.has_histograms {
        warnings.push(NO_HISTOGRAMS.into());
    }
    let graph = lines.graph(ask);
    Ok((
        QueryGraph {
            graph,
            warnings,
            infos,
        },
        provenance,
    ))
}

/// How a window is divided.
#[derive(Clone, Copy)]
struct Buckets {
    start_millis: i64,
    step_millis: i64,
    n: usize,
}

impl Buckets {
    fn of(ask: &QueryGraphAsk, max: usize) -> Self {
        let n = ask.n_buckets.clamp(1, max);
        let width = ask.window.nanos() / i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            start_millis: ask.window.start.millis(),
            step_millis: (width / NANOS_PER_MILLI).max(1),
            n,
        }
    }

    fn end(&self, bucket: usize) -> i64 {
        let n = i64::try_from(bucket).unwrap_or(i64::MAX).saturating_add(1);
        self.start_millis
            .saturating_add(self.step_millis.saturating_mul(n))
    }

    /// The end of the last bucket that ends no later than the playhead, if there is one.
    fn last_end(&self, as_of_millis: i64) -> Option<i64> {
        let end = self.end(self.n - 1).min(as_of_millis);
        (self.end(0) <= end).then_some(end)
    }

    /// The bucket that holds the time after its start and up to its end.
    fn holding(&self, at_millis: i64) -> Option<usize> {
        let since = at_millis.checked_sub(self.start_millis)?.checked_sub(1)?;
        usize::try_from(since.div_euclid(self.step_millis))
            .ok()
            .filter(|bucket| *bucket < self.n)
    }
}

struct Lines {
    buckets: Buckets,
    all: BTreeMap<Labels, GraphSeries>,
    has_histograms: bool,
}

impl Lines {
    fn line(&mut self, labels: Labels) -> &mut GraphSeries {
        let buckets = self.buckets;
        self.all.entry(labels.clone()).or_insert_with(|| GraphSeries {
            labels,
            buckets: vec![None; buckets.n],
            latest: None,
            interval_nanos: buckets.step_millis.saturating_mul(NANOS_PER_MILLI),
        })
    }

    fn add(&mut self, series: SeriesData) {
        self.has_histograms |= !series.histograms.is_empty();
        if series.floats.is_empty() {
            return;
        }
        let buckets = self.buckets;
        let line = self.line(series.labels);
        let samples = series.floats.at_millis().iter().zip(series.floats.values());
        for (at, value) in samples.filter(|(_, value)| !value.is_nan()) {
            if let Some(bucket) = buckets.holding(*at).and_then(|place| line.buckets.get_mut(place)) {
                *bucket = Some(Bucket::of(*value));
            }
        }
    }

    /// The values at the playhead: shown beside each line, and in the bucket that holds the playhead if it is one of
    /// the window. A series that only has such a value is a line only then.
    fn add_latest(&mut self, value: QueryValue, as_of: Timestamp) -> Result<(), QueryError> {
        let values = match value {
            QueryValue::Scalar(_, value) => vec![(Labels::empty(), value)],
            QueryValue::Vector(all) => {
                let n = all.len();
                let floats = all.into_iter().filter_map(|sample| match sample.value {
                    SampleValue::Float(value) => Some((sample.labels, value)),
                    SampleValue::Histogram(_) => None,
                });
                let floats: Vec<(Labels, f64)> = floats.collect();
                self.has_histograms |= floats.len() < n;
                floats
            }
            _ => {
                return Err(QueryError::Unsupported(
                    "only numbers over time can be drawn: ask for a vector or a number".into(),
                ));
            }
        };
        let place = self.buckets.holding(as_of.millis());
        for (labels, value) in values.into_iter().filter(|(_, value)| !value.is_nan()) {
            if place.is_none() && !self.all.contains_key(&labels) {
                continue;
            }
            let line = self.line(labels);
            line.latest = Some(value);
            if let Some(bucket) = place.and_then(|place| line.buckets.get_mut(place)) {
                *bucket = Some(Bucket::of(value));
            }
        }
        Ok(())
    }

    fn graph(self, ask: &QueryGraphAsk) -> Graph {
        Graph {
            window: ask.window,
            n_buckets: self.buckets.n,
            n_left_out: self.all.len().saturating_sub(ask.max_series),
            series: self.all.into_values().take(ask.max_series).collect(),
            look_back_nanos: 0,
        }
    }
}
