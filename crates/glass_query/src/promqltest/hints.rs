//! What Prometheus' storage says of counter resets when it hands a histogram out: [`set`]. Histograms that follow each
//! other without a reset are stored in one chunk, and of all in a chunk but the first it says so.

use crate::promql::histogram::Histogram;
use glass_model::ResetHint;

/// Sets the hint of a histogram that is stored right after `previous`; `None` if a float, a stale marker or nothing
/// comes before it. A hint that it was reset is lost in the storage.
pub(super) fn set(histogram: &mut Histogram, is_reset: bool, previous: Option<&Histogram>) {
    if histogram.hint == ResetHint::Gauge {
        return;
    }
    histogram.hint = ResetHint::Unknown;
    let continues = previous.is_some_and(|previous| {
        previous.hint != ResetHint::Gauge
            && histogram.schema == previous.schema
            && histogram.zero_threshold == previous.zero_threshold
            && histogram.custom_bounds() == previous.custom_bounds()
            && !histogram.is_reset_after(previous)
    });
    if continues && !is_reset {
        histogram.hint = ResetHint::NoReset;
    }
}
