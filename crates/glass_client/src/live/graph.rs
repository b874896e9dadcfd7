//! Graphs: a server evaluates at steps, here they become buckets.

use super::metrics::matrix;
use super::{Found, LiveCloud, SEC};
use glass_formats::prometheus_api::selector_text;
use glass_model::{
    AnswerValue, Bucket, Completeness, Graph, GraphAsk, GraphSeries, QueryError, QueryGraph, QueryGraphAsk,
    QueryLanguage, SeriesData, TimeRange, Timestamp, Transform,
};

/// Servers are asked for a value at least this far apart: most scrape no faster.
const SHORTEST_STEP: i64 = 15 * SEC;

/// A bucket is asked for at so many steps, so that a spike inside it is not lost.
const STEPS_IN_BUCKET: i64 = 16;

/// Points of a series in one answer, as servers allow.
const MOST_POINTS: i64 = 11_000;

/// A value that stands for so long or longer is worth a word.
const NOTABLE_STEP: i64 = 60 * SEC;

impl LiveCloud {
    pub(super) async fn graph(&self, ask: &GraphAsk, as_of: Timestamp) -> Found {
        let step = step_in(ask.window, ask.n_buckets);
        let range = TimeRange::new(ask.window.start, ask.window.end).until(as_of);
        let selector = selector_text(&ask.selector);
        let text = match ask.transform {
            Transform::Raw => selector,
            Transform::PerSecond => format!("rate({selector}[{}s])", rate_window(step) / SEC),
        };
        let asked = self
            .first_metrics(range, |server| server.query_range(&text, range, step))
            .await;
        let (result, mut provenance) = asked?;
        if step >= NOTABLE_STEP && provenance.completeness == Completeness::Complete {
            provenance.completeness = Completeness::Stepped(step);
        }
        let lines = Lines {
            window: ask.window,
            n_buckets: ask.n_buckets,
            step,
            shift: 0,
        };
        Ok((
            AnswerValue::Graph(lines.graph(matrix(result), ask.max_series)),
            provenance,
        ))
    }

    /// Each bucket shows the value at its end.
    pub(super) async fn query_graph(&self, ask: &QueryGraphAsk, as_of: Timestamp) -> Found {
        let n = i64::try_from(ask.n_buckets.max(1)).unwrap_or(i64::MAX);
        let step = (ask.window.nanos() / n).max(1_000_000);
        let range = TimeRange::new(ask.window.start.plus_nanos(step), ask.window.end).until(as_of);
        if range.is_empty() {
            return Err(QueryError::Unsupported(
                "nothing of this time is known yet".into(),
            ));
        }
        let (result, provenance) = match ask.language {
            QueryLanguage::PromQl => {
                self.first_metrics(range, |server| server.query_range(&ask.text, range, step))
                    .await?
            }
            QueryLanguage::LogQl => {
                self.first_logs(range, |server| async move {
                    server.metric(&ask.text, range, step).await
                })
                .await?
            }
        };
        let (warnings, infos) = (result.warnings.clone(), result.infos.clone());
        let lines = Lines {
            window: ask.window,
            n_buckets: ask.n_buckets,
            step,
            shift: 1,
        };
        let graph = QueryGraph {
            graph: lines.graph(matrix(result), ask.max_series),
            warnings,
            infos,
        };
        Ok((AnswerValue::QueryGraph(graph), provenance))
    }
}

/// Between two values of a graph, in nanoseconds: whole seconds, some in a bucket, as far as servers give them.
fn step_in(window: TimeRange, n_buckets: usize) -> i64 {
    let n_buckets = i64::try_from(n_buckets.max(1)).unwrap_or(i64::MAX);
    let bucket = (window.nanos() / n_buckets).max(SEC);
    let finest = (bucket / STEPS_IN_BUCKET).max(SHORTEST_STEP.min(bucket));
    let allowed = window.nanos() / MOST_POINTS + 1;
    let step = finest.max(allowed).min(bucket.max(allowed));
    (step + SEC - 1) / SEC * SEC
}

/// Over how long growth is measured: several scrapes at the usual intervals, and no gap between steps.
fn rate_window(step: i64) -> i64 {
    (4 * step).clamp(4 * SHORTEST_STEP * 2, i64::MAX).max(step)
}

/// How values become lines.
struct Lines {
    window: TimeRange,
    n_buckets: usize,
    step: i64,
    /// By so many nanoseconds a bucket's value stands after it: 1 puts the value at a bucket's end into it.
    shift: i64,
}

impl Lines {
    fn graph(&self, mut series: Vec<SeriesData>, max_series: usize) -> Graph {
        series.retain(|series| !series.floats.is_empty());
        series.sort_by(|a, b| a.labels.cmp(&b.labels));
        let n_left_out = series.len().saturating_sub(max_series);
        series.truncate(max_series);
        Graph {
            window: self.window,
            n_buckets: self.n_buckets,
            series: series.into_iter().map(|series| self.line(series)).collect(),
            n_left_out,
            look_back_nanos: self.step,
        }
    }

    fn line(&self, series: SeriesData) -> GraphSeries {
        let mut buckets: Vec<Option<Bucket>> = vec![None; self.n_buckets];
        let mut latest = None;
        for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
            latest = Some(*value);
            if value.is_nan() {
                continue;
            }
            let place = self.place(Timestamp::from_millis(*at));
            if let Some(bucket) = place.and_then(|place| buckets.get_mut(place)) {
                let one = Bucket::of(*value);
                *bucket = Some(bucket.map_or(one, |before| before.then(one)));
            }
        }
        GraphSeries {
            labels: series.labels,
            buckets,
            latest,
            interval_nanos: self.step,
        }
    }

    fn place(&self, at: Timestamp) -> Option<usize> {
        let since = at.nanos_since(self.window.start) - self.shift;
        let width = self.window.nanos() / i64::try_from(self.n_buckets).ok()?;
        usize::try_from(since.checked_div(width)?)
            .ok()
            .filter(|place| *place < self.n_buckets && since >= 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_fine_enough_for_spikes_and_coarse_enough_for_servers() {
        let step = |secs: i64, n| {
            let window = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(secs));
            step_in(window, n) / SEC
        };
        for (secs, n, expected) in [
            (600, 300, 2),
            (3600, 360, 10),
            (21_600, 360, 15),
            (86_400, 576, 15),
            (604_800, 600, 63),
        ] {
            assert_eq!(step(secs, n), expected, "{secs} s in {n}");
            assert!(secs / step(secs, n) <= MOST_POINTS);
        }
    }
}
