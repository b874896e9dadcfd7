//! Quantiles and fractions of native histograms, for the functions that take classic ones, too: [`of_native`].

use crate::promql::engine::classic::Wanted;
use crate::promql::engine::notes::{Notes, for_metric};
use crate::promql::histogram::NanEffect;
use crate::steps::StepColumn;
use std::ops::Range;

/// What is asked, of the histograms of one series of a metric that notes call by its name.
pub(in crate::promql::engine) fn of_native(
    notes: &mut Notes,
    wanted: &Wanted,
    metric: &str,
    column: &StepColumn,
    vector_at: &Range<usize>,
) -> StepColumn {
    let mut answers = StepColumn::empty(column.n_steps());
    for step in 0..column.n_steps() {
        let Some(histogram) = column.histogram(step) else {
            continue;
        };
        let (value, effect) = match wanted {
            Wanted::Quantile(q) => histogram.quantile(q[step]),
            Wanted::Fraction(lower, upper) => histogram.fraction(lower[step], upper[step]),
        };
        answers.set_float(step, value);
        if let Some(effect) = effect {
            let metric = for_metric(metric);
            notes.inform(format!("{}{metric}", nan_text(effect)), vector_at);
        }
    }
    answers
}

fn nan_text(effect: NanEffect) -> &'static str {
    match effect {
        NanEffect::IsResult => "input to histogram_quantile has NaN observations, result is NaN",
        NanEffect::Skews => "input to histogram_quantile has NaN observations, result is skewed higher",
        NanEffect::LeftOut => {
            "input to histogram_fraction has NaN observations, which are excluded from all fractions"
        }
    }
}
