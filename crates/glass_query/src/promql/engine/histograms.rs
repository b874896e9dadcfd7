//! Native histograms inside the engine: what each construct does with them.

use super::classic::Wanted;
use super::notes::Notes;
use super::range::{RangeCall, Sampled};
use crate::binary::{BinaryOp, Combined};
use crate::promql::ast::AggregateOp;
use crate::promql::histogram::Histogram;
use crate::steps::{StepColumn, StepSeries, StepValue};
use glass_model::{Labels, NativeHistogram, QueryError, is_stale_marker};
use std::ops::Range;
use std::sync::Arc;

/// Reads stored histograms, without stale markers.
pub(super) fn read(stored: &[(i64, NativeHistogram)]) -> Result<Vec<(i64, Arc<Histogram>)>, QueryError> {
    stored
        .iter()
        .filter(|(_, histogram)| !is_stale_marker(histogram.sum))
        .map(|(at, histogram)| Ok((*at, Arc::new(Histogram::from_model(histogram)?))))
        .collect()
}

fn unsupported(what: &str) -> QueryError {
    QueryError::Unsupported(format!("native histograms are not supported by {what}"))
}

/// `-v`
pub(super) fn negate(column: &mut StepColumn) -> Result<(), QueryError> {
    if column.has_histograms() {
        return Err(unsupported("the minus sign"));
    }
    Ok(())
}

/// A function over windows of a series that has histograms; `floats` is what it yields for the float samples alone.
pub(super) fn over_windows(
    _notes: &mut Notes,
    call: &RangeCall<'_>,
    _sampled: &Sampled<'_>,
    _floats: StepColumn,
) -> Result<StepColumn, QueryError> {
    Err(unsupported(&format!("{}()", call.name)))
}

/// `histogram_count` and its like: replaces all values by the statistic of histograms; floats are dropped.
pub(super) fn statistic(name: &str, column: &mut StepColumn) -> Result<(), QueryError> {
    if column.has_histograms() {
        return Err(unsupported(&format!("{name}()")));
    }
    *column = StepColumn::empty(column.n_steps());
    Ok(())
}

/// A quantile or share of a native histogram at each step.
pub(super) fn of_native(
    _notes: &mut Notes,
    _wanted: &Wanted,
    _labels: &Labels,
    _column: &StepColumn,
    _vector_at: &Range<usize>,
) -> Result<StepColumn, QueryError> {
    Err(unsupported("histogram_quantile() and histogram_fraction()"))
}

/// An operator of which one side at least is a histogram, or which is for histograms alone.
pub(super) fn combine(
    notes: &mut Notes,
    op: BinaryOp,
    (left, right): (&StepValue, &StepValue),
    at: &Range<usize>,
) -> Combined {
    let kind = |value: &StepValue| match value {
        StepValue::Float(_) => "float",
        StepValue::Histogram(_) => "histogram",
    };
    let (left, right, op) = (kind(left), kind(right), op.text());
    notes.inform(
        format!("incompatible sample types encountered for binary operator {op:?}: {left} {op} {right}"),
        at,
    );
    Combined::Nothing
}

/// The text by which `count_values` counts a histogram.
pub(super) fn text(_histogram: &Histogram) -> Result<String, QueryError> {
    Err(unsupported("count_values()"))
}

/// The histograms of an aggregation, by group.
pub(super) struct Aggregated {
    op: AggregateOp,
}

impl Aggregated {
    pub fn new(op: AggregateOp) -> Self {
        Self { op }
    }

    /// Takes the histograms of a series that belongs to a group; `at` is where the vector stands in the query.
    pub fn add(
        &mut self,
        notes: &mut Notes,
        _group: usize,
        _series: &StepSeries,
        at: &Range<usize>,
    ) -> Result<(), QueryError> {
        match self.op {
            AggregateOp::Count | AggregateOp::Group => Ok(()),
            AggregateOp::Sum | AggregateOp::Avg => Err(unsupported(self.op.name())),
            op => {
                notes.inform(format!("ignored histogram in {} aggregation", op.name()), at);
                Ok(())
            }
        }
    }

    /// Puts what came of them beside what came of the floats; `groups` are by number.
    pub fn finish(
        self,
        _notes: &mut Notes,
        _groups: &mut [StepSeries],
        _at: &Range<usize>,
    ) -> Result<(), QueryError> {
        Ok(())
    }
}
