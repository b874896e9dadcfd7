//! What the engine does with native histograms: [`read`] turns stored ones into the engine's, and each part is named
//! after what calls it.

mod aggregate;
mod ask;
mod operators;
mod over_windows;

pub(super) use aggregate::Aggregated;
pub(super) use ask::of_native;
pub(super) use operators::combine;
pub(super) use over_windows::over_windows;

use crate::promql::histogram::Histogram;
use crate::steps::{StepColumn, StepValue};
use glass_model::{NativeHistogram, QueryError, ResetHint, is_stale_marker};
use std::sync::Arc;

/// Histograms at the end of an addition, subtraction or aggregation whose listed bounds differed.
pub(super) fn reconciled_text(operation: &str) -> String {
    format!("mismatched custom buckets were reconciled during {operation}")
}

/// Histograms of which some say that the counter was reset and some that it was not.
pub(super) fn collision_text(operation: &str) -> String {
    format!("conflicting counter resets during histogram {operation}")
}

/// Of some of which the bounds are listed and of some not.
pub(super) fn mixed_bounds_text(metric: &str) -> String {
    format!(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric:?}"
    )
}

/// Stored histograms as the engine's, without stale markers.
///
/// # Errors
/// When one is damaged.
pub(super) fn read(stored: &[(i64, NativeHistogram)]) -> Result<Vec<(i64, Arc<Histogram>)>, QueryError> {
    let samples = stored
        .iter()
        .filter(|(_, histogram)| !is_stale_marker(histogram.sum));
    let read = samples.map(|(at, histogram)| Ok((*at, Arc::new(Histogram::from_model(histogram)?))));
    read.collect()
}

/// The same with hints that say what is found by comparing each with the one before.
///
/// # Errors
/// When one is damaged.
pub(super) fn read_finding_resets(
    stored: &[(i64, NativeHistogram)],
) -> Result<Vec<(i64, Arc<Histogram>)>, QueryError> {
    let as_stored = read(stored)?;
    let mut found = as_stored.clone();
    for ((_, histogram), pair) in found.iter_mut().skip(1).zip(as_stored.windows(2)) {
        if histogram.hint == ResetHint::Unknown {
            let is_reset = histogram.is_reset_after(&pair[0].1);
            let hint = if is_reset {
                ResetHint::Reset
            } else {
                ResetHint::NoReset
            };
            Arc::make_mut(histogram).hint = hint;
        }
    }
    Ok(found)
}

/// `-histogram`
pub(super) fn negate(column: &mut StepColumn) {
    column.map_histograms(|histogram| {
        let mut negated = (**histogram).clone();
        negated.multiply(-1.0);
        Some(StepValue::Histogram(Arc::new(negated)))
    });
}

/// `histogram_count`, `histogram_avg` and their like; floats are left out.
pub(super) fn statistic(name: &str, column: &mut StepColumn) {
    let ask: fn(&Histogram) -> f64 = match name {
        "histogram_count" => |histogram| histogram.count,
        "histogram_sum" => |histogram| histogram.sum,
        "histogram_avg" => Histogram::average,
        "histogram_stdvar" => Histogram::variance,
        _ => |histogram| histogram.variance().sqrt(),
    };
    column.retain(&{
        let mut steps = column.occupied();
        steps.remove_all(column.present());
        steps
    });
    column.map_histograms(|histogram| Some(StepValue::Float(ask(histogram))));
}
