//! How much a histogram grew over a range: [`change`] for `increase` and `delta`, [`last_change`] for the last two
//! samples.

use super::Histogram;
use glass_model::ResetHint;
use std::sync::Arc;

/// What must be said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeNote {
    /// A gauge was taken for a counter.
    NotACounter,
    /// A counter was taken for a gauge.
    NotAGauge,
    /// Some have listed bounds and some have not: there is no change to tell.
    MixedBounds,
    /// Listed bounds differ; those in common were used while subtracting.
    ReconciledWhileSubtracting,
    /// The same while adding what was there before a reset.
    ReconciledWhileAdding,
}

/// How much the histograms grew from the first to the last: for a counter what was there before each reset is added.
/// `None`, with a note, if they do not fit together. At least two are needed.
pub fn change(
    histograms: &[Arc<Histogram>],
    is_counter: bool,
    note: &mut dyn FnMut(ChangeNote),
) -> Option<Histogram> {
    let [first, middle @ .., last] = histograms else {
        return None;
    };
    let is_gauge = |histogram: &Histogram| histogram.hint == ResetHint::Gauge;
    match is_counter {
        true if histograms.iter().any(|histogram| is_gauge(histogram)) => note(ChangeNote::NotACounter),
        false if !is_gauge(first) || !is_gauge(last) => note(ChangeNote::NotAGauge),
        _ => {}
    }
    let begin = begin(histograms, is_counter);
    let middle = if is_counter { middle } else { &[] };
    let is_mixed = |histogram: &Histogram| histogram.is_custom() != begin.is_custom();
    if is_mixed(last) || middle.iter().any(|histogram| is_mixed(histogram)) {
        note(ChangeNote::MixedBounds);
        return None;
    }
    let schemas = middle.iter().map(|histogram| histogram.schema);
    let mut grown = (**last).clone();
    grown.reduce_to(schemas.chain([begin.schema]).min().unwrap_or(last.schema));
    if grown.subtract(&begin).ok()?.bounds_reconciled {
        note(ChangeNote::ReconciledWhileSubtracting);
    }
    let mut previous = &begin;
    for histogram in histograms[1..].iter().filter(|_| is_counter) {
        if histogram.is_reset_after(previous) && grown.add(previous).ok()?.bounds_reconciled {
            note(ChangeNote::ReconciledWhileAdding);
        }
        previous = histogram;
    }
    grown.hint = ResetHint::Gauge;
    Some(grown)
}

/// The first histogram; an empty one if the counter was reset right after it, for then its layout does not matter.
fn begin(histograms: &[Arc<Histogram>], is_counter: bool) -> Histogram {
    let (first, second) = (&histograms[0], &histograms[1]);
    if is_counter && second.is_reset_after(first) {
        return Histogram {
            schema: second.schema,
            bounds: second.bounds.clone(),
            ..Histogram::empty()
        };
    }
    (**first).clone()
}

/// How much a histogram grew from one sample to the next: for a counter that was reset, all of it.
pub fn last_change(
    first: &Histogram,
    last: &Histogram,
    is_counter: bool,
    note: &mut dyn FnMut(ChangeNote),
) -> Option<Histogram> {
    let is_gauge = |histogram: &Histogram| histogram.hint == ResetHint::Gauge;
    match is_counter {
        true if is_gauge(first) || is_gauge(last) => note(ChangeNote::NotACounter),
        false if !is_gauge(first) || !is_gauge(last) => note(ChangeNote::NotAGauge),
        _ => {}
    }
    let mut grown = last.clone();
    if !is_counter || !last.is_reset_after(first) {
        match grown.subtract(first) {
            Err(_) => {
                note(ChangeNote::MixedBounds);
                return None;
            }
            Ok(noted) if noted.bounds_reconciled => note(ChangeNote::ReconciledWhileSubtracting),
            Ok(_) => {}
        }
    }
    grown.hint = ResetHint::Gauge;
    Some(grown)
}
