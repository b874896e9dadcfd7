//! Log lines and streams for engines, as the gate hands them out.

use super::provenance;
use crate::read::snapshot::Snapshot;
use crate::read::store::coverage::Kind;
use crate::read::store::logs::n_lines;
use glass_model::{
    Labels, LogFilter, LogOrder, LogRef, LogScan, Provenance, QueryError, Selector, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Hands out the lines asked for, one by one, until `visit` breaks.
pub(in crate::read) fn each_line(
    snapshot: &Snapshot<'_>,
    scan: &LogScan,
    visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
) -> Result<Provenance, QueryError> {
    let filter = LogFilter {
        streams: scan.streams.clone(),
        ..LogFilter::default()
    };
    let view = snapshot.logs(&filter, scan.range.end)?;
    let first = match scan.range.start {
        Timestamp::MIN => 0,
        start => n_lines(&view.counts_until(start.plus_nanos(-1))),
    };
    let last = n_lines(&view.total());
    let mut streams: BTreeMap<Labels, usize> = BTreeMap::new();
    let n_wanted = last.saturating_sub(first);
    for i in 0..n_wanted {
        let n_before = match scan.order {
            LogOrder::Forward => first + i,
            LogOrder::Backward => last - 1 - i,
        };
        let Some(line) = view.line(n_before) else { continue };
        if !scan
            .conditions
            .iter()
            .all(|condition| condition.holds(&line.entry.line))
        {
            continue;
        }
        let number = streams.len();
        let stream = *streams.entry(line.labels.clone()).or_insert(number);
        let handed = LogRef {
            at: line.entry.at,
            stream,
            labels: &line.labels,
            line: &line.entry.line,
            metadata: &line.entry.metadata,
        };
        if visit(handed).is_break() {
            break;
        }
    }
    provenance::of(snapshot, Kind::Logs, view.troubles(), 0)
}

/// The labels of the streams with a line in `range`, sorted.
pub(in crate::read) fn stream_labels(
    snapshot: &Snapshot<'_>,
    streams: &Selector,
    range: TimeRange,
) -> Result<(Vec<Labels>, Provenance), QueryError> {
    let scan = LogScan {
        streams: streams.clone(),
        range,
        conditions: Vec::new(),
        order: LogOrder::Forward,
        needs_line: false,
        needs_metadata: false,
    };
    let mut found: Vec<Labels> = Vec::new();
    let provenance = each_line(snapshot, &scan, &mut |line| {
        if line.stream == found.len() {
            found.push(line.labels.clone());
        }
        ControlFlow::Continue(())
    })?;
    found.sort();
    Ok((found, provenance))
}
