//! Pages of log lines, and how many there were over time.

use super::Partly;
use super::graph::check_buckets;
use crate::read::buckets::Buckets;
use crate::read::snapshot::Snapshot;
use crate::read::store::log_view::{LogView, n_lines};
use glass_model::{
    LogHistogram, LogHistogramAsk, LogLinesAsk, LogPage, LogPatterns, LogPatternsAsk, PatternMiner,
    QueryError, TimeRange, Timestamp,
};
use std::ops::Range;

/// The most lines of a page on either side: far more than a screen holds.
const MAX_LINES: usize = 10_000;
/// The most lines that patterns are looked for in, the latest of the window: about a second's work.
const MAX_MINED: u64 = 1_000_000;
/// The most counts that patterns may ask for, over all of them.
const MAX_COUNTS: usize = 1_000_000;

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
        n_until_anchor: at_anchor,
        matches: Vec::new(),
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

/// The forms of all matching lines of a window; of very many, of the latest.
pub(super) fn patterns(
    snapshot: &Snapshot<'_>,
    ask: &LogPatternsAsk,
) -> Result<Partly<LogPatterns>, QueryError> {
    if ask
        .n_buckets
        .saturating_mul(ask.max.min(PatternMiner::MAX_PATTERNS))
        > MAX_COUNTS
    {
        return Err(QueryError::TooMuch(format!(
            "too many patterns and buckets; ask for at most {MAX_COUNTS} counts at once"
        )));
    }
    let view = snapshot.logs(&ask.filter, Timestamp::MAX)?;
    let mut miner = PatternMiner::new(ask.window, ask.n_buckets);
    let range = lines_inside(&view, ask.window);
    let n_all = range.end - range.start;
    let first = range.start.max(range.end.saturating_sub(MAX_MINED));
    view.each_text(first..range.end, &mut |at, level, line| {
        miner.add(at, level, line)
    });
    let mut troubles = view.troubles();
    if n_all > MAX_MINED {
        troubles.insert(
            0,
            format!("patterns are of the latest {MAX_MINED} of {n_all} lines"),
        );
    }
    Ok((miner.finish(ask.max), troubles))
}

/// Which of the matching lines lie in a window.
fn lines_inside(view: &LogView<'_>, window: TimeRange) -> Range<u64> {
    if window.is_empty() {
        return 0..0;
    }
    let start = match window.start {
        Timestamp::MIN => 0,
        start => n_lines(&view.counts_until(start.plus_nanos(-1))),
    };
    start..n_lines(&view.counts_until(window.end)).max(start)
}
