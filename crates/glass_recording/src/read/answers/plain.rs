//! Plain data for engines and exporters: series and log entries inside a range.

use super::provenance;
use crate::read::snapshot::{KnownSeries, Snapshot};
use crate::read::store::coverage::Kind;
use crate::read::store::log_view::n_lines;
use glass_model::{
    Completeness, Labels, LogFilter, Provenance, QueryError, Selector, SeriesData, Stream, TimeRange,
    Timestamp,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The most samples one call hands out: Prometheus' own default limit of one query.
const MAX_SAMPLES: usize = 50_000_000;

/// So many series tell how long a step was.
const N_OF_STEP: usize = 8;

/// All series that match and have a sample in `range`, by labels.
pub(in crate::read) fn series(
    snapshot: &Snapshot<'_>,
    selector: &Selector,
    range: TimeRange,
) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
    let mut all = Vec::new();
    let mut n_samples = 0;
    let provenance = each_series(snapshot, selector, range, &mut |series| {
        n_samples += series.floats.len() + series.histograms.len();
        all.push(series);
        if n_samples > MAX_SAMPLES {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    if n_samples > MAX_SAMPLES {
        let text = format!("more than {MAX_SAMPLES} samples match; narrow the selector or the time range");
        return Err(QueryError::TooMuch(text));
    }
    Ok((all, provenance))
}

/// Hands out the series that match and have a sample in `range`, by labels, until `visit` breaks.
pub(in crate::read) fn each_series(
    snapshot: &Snapshot<'_>,
    selector: &Selector,
    range: TimeRange,
    visit: &mut dyn FnMut(SeriesData) -> ControlFlow<()>,
) -> Result<Provenance, QueryError> {
    let mut troubles = snapshot.series_troubles()?.to_vec();
    let matching = snapshot.series(selector, range.end)?;
    snapshot.each_samples(&matching, range, &mut |labels, samples| {
        troubles.extend(samples.damage);
        if samples.floats.is_empty() && samples.histograms.is_empty() {
            return ControlFlow::Continue(());
        }
        visit(SeriesData {
            labels: labels.clone(),
            floats: samples.floats,
            histograms: Arc::new(samples.histograms),
        })
    })?;
    of_samples(snapshot, troubles, &matching, range.end)
}

/// The provenance of samples; if they were had at a step only, with how long it is.
fn of_samples(
    snapshot: &Snapshot<'_>,
    troubles: Vec<String>,
    series: &[KnownSeries],
    until: Timestamp,
) -> Result<Provenance, QueryError> {
    let mut provenance = provenance::of(snapshot, Kind::Metrics, troubles, 0)?;
    if let Completeness::Stepped(_) = provenance.completeness {
        let few = series.get(..N_OF_STEP).unwrap_or(series);
        let columns = snapshot.columns(few)?;
        let steps = columns.iter().map(|column| column.interval_nanos(until));
        provenance.completeness = Completeness::Stepped(steps.max().unwrap_or(0));
    }
    Ok(provenance)
}

/// The labels of the series that match and have a sample in `range`, sorted.
pub(in crate::read) fn series_labels(
    snapshot: &Snapshot<'_>,
    selector: &Selector,
    range: TimeRange,
) -> Result<(Vec<Labels>, Provenance), QueryError> {
    let matching = snapshot.series(selector, range.end)?;
    let (presence, damage) = snapshot.presence(&matching, range)?;
    let present = matching
        .iter()
        .zip(presence)
        .filter(|(_, is_present)| *is_present);
    let labels = present.map(|(series, _)| snapshot.labels(*series).cloned());
    let labels = labels.collect::<Result<_, QueryError>>()?;
    let troubles = [snapshot.series_troubles()?, &damage].concat();
    Ok((labels, provenance::of(snapshot, Kind::Metrics, troubles, 0)?))
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
