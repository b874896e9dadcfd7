//! The buckets of a series thinned to the columns of a screen: the least and the greatest value of each stay.

use super::bucket_width;
use crate::GraphPoint;
use glass_model::{Bucket, Graph, GraphSeries, TimeRange};

/// Buckets thinned to columns and joined; a distance of more than two and a half intervals is a gap.
pub(super) fn runs(
    graph: &Graph,
    series: &GraphSeries,
    window: TimeRange,
    n_columns: usize,
) -> Vec<Vec<GraphPoint>> {
    let columns = Columns::of(graph, window, n_columns);
    let width = bucket_width(graph);
    let longest = 2.5 * (series.interval_nanos as f64).max(width * columns.n_buckets);
    // Whole buckets, so that the loop over all of them counts and does not divide.
    let longest = (longest / width).min(series.buckets.len() as f64) as usize;
    let n_most = n_columns.min(graph.n_buckets);
    let mut runs: Vec<Vec<GraphPoint>> = Vec::new();
    let mut last_bucket: Option<usize> = None;
    let mut open: Option<(usize, Bucket)> = None;
    let mut column = 0..0;
    let finish = |column: Option<(usize, Bucket)>, runs: &mut Vec<Vec<GraphPoint>>| {
        let point = column.and_then(|(index, bucket)| columns.point(index, bucket));
        if let (Some(point), Some(run)) = (point, runs.last_mut()) {
            run.push(point);
        }
    };
    for (i, bucket) in series.buckets.iter().enumerate() {
        let Some(bucket) = *bucket else { continue };
        let is_gap = last_bucket.is_none_or(|last| i - last > longest);
        last_bucket = Some(i);
        if let (false, true, Some((_, held))) = (is_gap, column.contains(&i), open.as_mut()) {
            *held = held.then(bucket);
            continue;
        }
        finish(open, &mut runs);
        if is_gap {
            runs.push(Vec::with_capacity(if runs.is_empty() { n_most } else { 0 }));
        }
        let index = columns.of_bucket(i);
        open = Some((index, bucket));
        column = i..columns.after(index, i);
    }
    finish(open, &mut runs);
    runs.retain(|run| !run.is_empty());
    runs
}

/// How buckets stand in the columns of a screen.
struct Columns {
    /// How many buckets stand in one.
    n_buckets: f64,
    /// Where the first one's middle stands in the window, and how far the next is.
    first: f64,
    step: f64,
}

impl Columns {
    fn of(graph: &Graph, window: TimeRange, n_columns: usize) -> Self {
        let n_all = graph.n_buckets.max(1);
        let n_columns = n_columns.clamp(1, n_all);
        let n_buckets = n_all as f64 / n_columns as f64;
        let [start, end] = [graph.window.start, graph.window.end].map(|at| window.ratio(at));
        let step = (end - start) / n_columns as f64;
        Self {
            n_buckets,
            first: start + step / 2.0,
            step,
        }
    }

    fn of_bucket(&self, bucket: usize) -> usize {
        (bucket as f64 / self.n_buckets) as usize
    }

    /// The first bucket behind a column that holds the bucket `inside`.
    fn after(&self, column: usize, inside: usize) -> usize {
        let mut after = ((column + 1) as f64 * self.n_buckets) as usize;
        while self.of_bucket(after) <= column {
            after += 1;
        }
        while after > inside + 1 && self.of_bucket(after - 1) > column {
            after -= 1;
        }
        after
    }

    /// What is drawn of a column; of an answer for another window, what lies beside this one is not.
    fn point(&self, index: usize, bucket: Bucket) -> Option<GraphPoint> {
        let Bucket {
            first,
            last,
            min,
            max,
        } = bucket;
        let x = self.first + self.step * index as f64;
        (-BESIDE..=1.0 + BESIDE).contains(&x).then_some(GraphPoint {
            x,
            first,
            last,
            min,
            max,
        })
    }
}

/// By so much of the window a column may reach beyond it: they stand on a grid of their own.
const BESIDE: f64 = 0.01;
