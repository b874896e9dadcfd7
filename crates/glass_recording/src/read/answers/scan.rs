//! Log lines and streams for engines, as the gate hands them out.

use super::provenance;
use crate::read::snapshot::Snapshot;
use crate::read::store::coverage::Kind;
use glass_model::{Labels, LogRef, LogScan, Provenance, QueryError, Selector, TimeRange};
use std::ops::ControlFlow;

/// Hands out the lines asked for, one by one, until `visit` breaks.
pub(in crate::read) fn each_line(
    snapshot: &Snapshot<'_>,
    scan: &LogScan,
    visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
) -> Result<Provenance, QueryError> {
    let troubles = snapshot.each_line(scan, visit)?;
    provenance::of(snapshot, Kind::Logs, troubles, 0)
}

/// The labels of the streams with a line in `range`, sorted.
pub(in crate::read) fn stream_labels(
    snapshot: &Snapshot<'_>,
    streams: &Selector,
    range: TimeRange,
) -> Result<(Vec<Labels>, Provenance), QueryError> {
    let (labels, troubles) = snapshot.stream_labels(streams, range)?;
    Ok((labels, provenance::of(snapshot, Kind::Logs, troubles, 0)?))
}
