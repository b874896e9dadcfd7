//! Pages of log lines, and how many there were over time.

use super::Partly;
use super::graph::check_buckets;
use crate::read::buckets::Buckets;
use crate::read::snapshot::Snapshot;
use crate::read::store::log_view::n_lines;
use glass_model::{LogHistogram, LogHistogramAsk, LogLinesAsk, LogPage, QueryError, Timestamp};

/// The most lines of a page on either side: far more than a screen holds.
const MAX_LINES: usize = 10_000;

/// The lines around the moment asked for, moved by so many lines as asked, as far as there are any.
pub(super) fn page(snapshot: &Snapshot<'_>, ask: &LogLinesAsk) -> Result<Partly<LogPage>, QueryError> {
    if ask.n_before.max(ask.n_after) > MAX_LINES {
        let text = format!("too many lines; ask for at most {MAX_LINES} at once");
        return Err(QueryError::TooMuch(text));
    }
    let view = snapshot.logs(&ask.filter, Timestamp::MAX)?;
    let total = n_lines(&view.total());
    let at_anchor = n_lines(&view.counts_until(ask.anchor));
    let middle = at_anchor.saturating_add_signed(ask.offset).min(total);
    let first = middle.saturating_sub(ask.n_before as u64);
    let after_last = middle.saturating_add(ask.n_after as u64).min(total);
    let page = LogPage {
        lines: (first..after_last)
            .filter_map(|n_before| view.line(n_before))
            .collect(),
        n_before: first,
        n_after: total - after_last,
    };
    Ok((page, view.troubles()))
}

/// How many of all matching lines fall into each bucket.
pub(super) fn histogram(
    snapshot: &Snapshot<'_>,
    ask: &LogHistogramAsk,
) -> Result<Partly<LogHistogram>, QueryError> {
    check_buckets(ask.n_buckets)?;
    let view = snapshot.logs(&ask.filter, Timestamp::MAX)?;
    let edges = Buckets::new(ask.window, ask.n_buckets).last_moments_before_edges(snapshot.as_of());
    // An edge before all of time has nothing before it.
    let below: Vec<_> = edges
        .map(|last| last.map(|at| view.counts_until(at)).unwrap_or_default())
        .collect();
    let between =
        |pair: &[[u64; 6]]| std::array::from_fn(|level| pair[1][level].saturating_sub(pair[0][level]));
    let histogram = LogHistogram {
        window: ask.window,
        buckets: below.windows(2).map(between).collect(),
        total: n_lines(&view.total()),
    };
    Ok((histogram, view.troubles()))
}
