//! Series whose windows are computed together, on several threads if there is enough to do: [`evaluate`]. The result
//! does not depend on how many there are.

use super::{RangeCall, Sampled};
use crate::promql::engine::histograms;
use crate::promql::engine::notes::Notes;
use crate::promql::engine::windows::Samples;
use crate::steps::StepColumn;
use glass_model::{QueryError, SeriesData};
use std::thread;

/// How many series wait for each other.
pub(super) const N_SERIES: usize = 256;

/// They do not wait with more samples than these.
pub(super) const N_SAMPLES: usize = 1 << 20;

/// Below so many windows a second thread costs more than it brings.
const MIN_WINDOWS: usize = 20_000;

/// More threads than these are never started.
const MAX_THREADS: usize = 4;

/// What comes of one series.
type Evaluated = Result<(StepColumn, Notes), QueryError>;

/// Evaluates a function for each series, in order.
pub(super) fn evaluate(call: &RangeCall<'_>, batch: &[SeriesData]) -> Vec<Evaluated> {
    let n_windows = batch.len().saturating_mul(call.ends.n_steps);
    let n_threads = match thread::available_parallelism() {
        Ok(n_cores) if n_windows >= MIN_WINDOWS => n_cores.get().min(MAX_THREADS).min(batch.len()),
        _ => 1,
    };
    let each =
        |series: &[SeriesData]| -> Vec<Evaluated> { series.iter().map(|series| one(call, series)).collect() };
    let mut parts = batch.chunks(batch.len().div_ceil(n_threads).max(1));
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = parts
            .map(|part| {
                (
                    part,
                    thread::Builder::new().spawn_scoped(scope, move || each(part)),
                )
            })
            .collect();
        let mut all = each(first);
        for (part, handle) in others {
            match handle.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(columns)) => all.extend(columns),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No further thread is to be had: this one does the work.
                Err(_) => all.extend(each(part)),
            }
        }
        all
    })
}

fn one(call: &RangeCall<'_>, series: &SeriesData) -> Evaluated {
    call.control.check()?;
    let read = if call.finds_resets {
        histograms::read_finding_resets
    } else {
        histograms::read
    };
    let sampled = Sampled {
        labels: &series.labels,
        floats: Samples::of(&series.floats),
        histograms: read(&series.histograms)?,
        is_of_subquery: false,
    };
    let mut notes = Notes::default();
    let column = call.column(&mut notes, &sampled)?;
    Ok((column, notes))
}
