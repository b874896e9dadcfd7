//! Plain data for engines and exporters: series and log entries inside a range.

use super::provenance;
use crate::read::snapshot::Snapshot;
use crate::read::store::coverage::Kind;
use crate::read::store::logs::n_lines;
use glass_model::{
    Labels, LogFilter, Provenance, QueryError, Selector, SeriesData, Stream, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most samples one call hands out: Prometheus' own default limit of one query.
const MAX_SAMPLES: usize = 50_000_000;

/// So many series are read together.
const BATCH: usize = 64;

/// All series that match and have a sample in `range`, by labels.
pub(in crate::read) fn series(
    snapshot: &Snapshot<'_>,
    selector: &Selector,
    range: TimeRange,
) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
    let mut troubles = snapshot.series_troubles()?.to_vec();
    let mut all = Vec::new();
    let mut n_samples = 0;
    for batch in snapshot.series(selector, range.end)?.chunks(BATCH) {
        for (series, column) in batch.iter().zip(snapshot.columns(batch)?) {
            let (histograms, damage) = snapshot.histograms(*series, range)?;
            troubles.extend(column.damage().map(str::to_owned));
            troubles.extend(damage);
            let floats = column.samples(range);
            if floats.is_empty() && histograms.is_empty() {
                continue;
            }
            n_samples += floats.len() + histograms.len();
            if n_samples > MAX_SAMPLES {
                let text =
                    format!("more than {MAX_SAMPLES} samples match; narrow the selector or the time range");
                return Err(QueryError::TooMuch(text));
            }
            let labels = snapshot.labels(*series)?.clone();
            all.push(SeriesData {
                labels,
                floats,
                histograms: Arc::new(histograms),
            });
        }
    }
    Ok((all, provenance::of(snapshot, Kind::Metrics, troubles, 0)?))
}

/// All matching log entries in `range`, by stream; streams by labels.
pub(in crate::read) fn entries(
    snapshot: &Snapshot<'_>,
    filter: &LogFilter,
    range: TimeRange,
    limit: usize,
) -> Result<(Vec<Stream>, Provenance), QueryError> {
    let view = snapshot.logs(filter, range.end)?;
    let first = match range.start {
        Timestamp::MIN => 0,
        start => n_lines(&view.counts_until(start.plus_nanos(-1))),
    };
    let total = n_lines(&view.total());
    if total.saturating_sub(first) > limit as u64 {
        let text = format!("more than {limit} log lines match; narrow the filter or the time range");
        return Err(QueryError::TooMuch(text));
    }
    let mut streams: BTreeMap<Labels, Stream> = BTreeMap::new();
    for line in (first..total).filter_map(|n_before| view.line(n_before)) {
        let empty = |labels: &Labels| Stream {
            labels: labels.clone(),
            entries: Vec::new(),
        };
        streams
            .entry(line.labels)
            .or_insert_with_key(empty)
            .entries
            .push(line.entry);
    }
    let provenance = provenance::of(snapshot, Kind::Logs, view.troubles(), 0)?;
    Ok((streams.into_values().collect(), provenance))
}
