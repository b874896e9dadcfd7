//! Graphs: the matching series of which something is to be seen, thinned.

use super::Partly;
use crate::read::buckets::Buckets;
use crate::read::snapshot::{KnownColumn, KnownSeries, Snapshot};
use glass_model::{Graph, GraphAsk, GraphSeries, QueryError, TimeRange};

/// The most buckets that may be asked for: wider than any screen.
pub(super) const MAX_BUCKETS: usize = 16_384;

/// A series is shown in a window if its last sample lies at most this long before it: Prometheus' look-back.
const LOOK_BACK_NANOS: i64 = 300_000_000_000;

/// So many series are read together.
const BATCH: usize = 64;

/// Refuses more buckets than [`MAX_BUCKETS`].
pub(super) fn check_buckets(n_buckets: usize) -> Result<(), QueryError> {
    if n_buckets > MAX_BUCKETS {
        let text = format!("{n_buckets} buckets are too many; ask for at most {MAX_BUCKETS}");
        return Err(QueryError::TooMuch(text));
    }
    Ok(())
}

/// The first matching series by labels that have a sample in the window or shortly before it. Counted as left out
/// is every later one that matches and of which a sample was known, whether or not it has one in the window: to
/// know that, all of them would have to be read.
pub(super) fn graph(snapshot: &Snapshot<'_>, ask: &GraphAsk) -> Result<Partly<Graph>, QueryError> {
    check_buckets(ask.n_buckets)?;
    let edges = Buckets::new(ask.window, ask.n_buckets).edges_millis();
    let shown_in = TimeRange::new(ask.window.start.plus_nanos(-LOOK_BACK_NANOS), ask.window.end);
    let mut troubles = snapshot.series_troubles()?.to_vec();
    let matching = snapshot.series(&ask.selector, ask.window.end)?;
    let mut rest = matching.as_slice();
    let mut lines = Vec::new();
    while lines.len() < ask.max_series && !rest.is_empty() {
        let n_wanted = (ask.max_series - lines.len()).min(BATCH).min(rest.len());
        let (batch, after) = rest.split_at(n_wanted);
        rest = after;
        for (series, column) in batch.iter().zip(snapshot.columns(batch)?) {
            troubles.extend(column.damage().map(str::to_owned));
            if column.has_sample(shown_in) {
                lines.push(line(snapshot, *series, &column, &edges, ask)?);
            }
        }
    }
    let graph = Graph {
        window: ask.window,
        n_buckets: ask.n_buckets,
        series: lines,
        n_left_out: rest.len(),
        look_back_nanos: LOOK_BACK_NANOS,
    };
    Ok((graph, troubles))
}

fn line(
    snapshot: &Snapshot<'_>,
    series: KnownSeries,
    column: &KnownColumn,
    edges: &[i64],
    ask: &GraphAsk,
) -> Result<GraphSeries, QueryError> {
    Ok(GraphSeries {
        labels: snapshot.labels(series)?.clone(),
        buckets: column.thin(edges, ask.transform),
        latest: column.latest(ask.transform),
        interval_nanos: column.interval_nanos(ask.window.end),
    })
}
