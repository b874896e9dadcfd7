//! Whether a counter was reset between two histograms: [`Histogram::is_reset_after`].

use super::Histogram;
use super::arithmetic::{common_bounds, index_among};
use super::buckets::{Buckets, bound, reduce, renumber};
use glass_model::ResetHint;

impl Histogram {
    /// Whether the counter was reset after `previous`: a count is lower, a bucket is gone, or the layout has become
    /// finer, which happens only with a reset. Its hint, if it has one, decides.
    pub fn is_reset_after(&self, previous: &Self) -> bool {
        match self.hint {
            ResetHint::Reset => true,
            ResetHint::NoReset => false,
            ResetHint::Unknown | ResetHint::Gauge => self.count < previous.count || self.has_lost(previous),
        }
    }

    fn has_lost(&self, previous: &Self) -> bool {
        if self.is_custom() && previous.is_custom() {
            return self.custom_has_lost(previous);
        }
        if self.schema > previous.schema || self.is_custom() || self.zero_threshold < previous.zero_threshold
        {
            return true;
        }
        let (zero_count, threshold) = previous.zero_count_within(self.zero_threshold);
        let side = |now: &Buckets<f64>, before: &Buckets<f64>| {
            let before = reduce(before, previous.schema, self.schema);
            let first = before.partition_point(|(index, _)| bound(*index, self.schema, &[]) <= threshold);
            any_lower(now, &before[first..])
        };
        threshold != self.zero_threshold
            || self.zero_count < zero_count
            || side(&self.positive, &previous.positive)
            || side(&self.negative, &previous.negative)
    }

    fn custom_has_lost(&self, previous: &Self) -> bool {
        if self.bounds == previous.bounds {
            return any_lower(&self.positive, &previous.positive);
        }
        let common = common_bounds(&self.bounds, &previous.bounds);
        let in_common = |histogram: &Self| {
            renumber(&histogram.positive, |index| {
                index_among(&common, bound(index, histogram.schema, &histogram.bounds))
            })
        };
        any_lower(&in_common(self), &in_common(previous))
    }
}

/// Whether a bucket holds less than before, or is gone.
fn any_lower(now: &[(i32, f64)], before: &[(i32, f64)]) -> bool {
    let mut rest = now.iter().peekable();
    before.iter().any(|(index, count)| {
        while rest.next_if(|(lower, _)| lower < index).is_some() {}
        let same = rest.peek().filter(|(same, _)| same == index);
        same.map_or(*count != 0.0, |(_, found)| found < count)
    })
}
