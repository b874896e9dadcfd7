//! Sums and means of histograms over series: [`Aggregated`].

use super::{collision_text, mixed_bounds_text, reconciled_text};
use crate::aggregate::AggregateOp;
use crate::promql::engine::notes::Notes;
use crate::promql::histogram::Total;
use crate::steps::StepSeries;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::Arc;

/// The histograms of an aggregation, by group.
pub(in crate::promql::engine) struct Aggregated {
    op: AggregateOp,
    /// By group and step; `None` where histograms did not fit together.
    totals: BTreeMap<(usize, usize), Option<Total>>,
}

impl Aggregated {
    /// Starts without any.
    pub fn new(op: AggregateOp) -> Self {
        Self {
            op,
            totals: BTreeMap::new(),
        }
    }

    /// Takes the histograms of a series that belongs to a group; `at` is where the vector stands in the query.
    pub fn add(&mut self, notes: &mut Notes, group: usize, series: &StepSeries, at: &Range<usize>) {
        let begin = match self.op {
            AggregateOp::Count | AggregateOp::Group => return,
            AggregateOp::Sum => Total::sum_of,
            AggregateOp::Avg => Total::mean_of,
            op => {
                notes.inform(format!("ignored histogram in {} aggregation", op.name()), at);
                return;
            }
        };
        for step in 0..series.column.n_steps() {
            let Some(histogram) = series.column.histogram(step) else {
                continue;
            };
            match self.totals.entry((group, step)) {
                Entry::Vacant(place) => {
                    place.insert(Some(begin(histogram)));
                }
                Entry::Occupied(mut place) => {
                    let is_misfit = place
                        .get_mut()
                        .as_mut()
                        .is_some_and(|total| total.add(histogram).is_err());
                    if is_misfit {
                        notes.warn(mixed_bounds_text(series.labels.metric_name()), at);
                        place.insert(None);
                    }
                }
            }
        }
    }

    /// Puts the totals into the groups. Where a group has a float, too, it has no value.
    pub fn finish(self, notes: &mut Notes, groups: &mut [StepSeries], at: &Range<usize>) {
        for ((group, step), total) in self.totals {
            let Some(series) = groups.get_mut(group) else {
                continue;
            };
            if series.column.float(step).is_some() {
                notes.warn("encountered a mix of histograms and floats for aggregation", at);
                series.column.clear(step);
            } else if let Some(total) = total {
                let (histogram, noted) = total.finish();
                if noted.hints_collide {
                    notes.warn(collision_text("aggregation"), at);
                }
                if noted.bounds_reconciled {
                    notes.inform(reconciled_text("aggregation"), at);
                }
                series.column.set_histogram(step, Arc::new(histogram));
            }
        }
    }
}
