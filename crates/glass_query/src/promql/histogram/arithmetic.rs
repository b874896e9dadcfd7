//! Adding, subtracting and scaling: [`Histogram::add`]. Differences of schema, zero bucket and listed bounds are
//! reconciled to what both can express.

use super::buckets::{bound, merge, reduce, renumber};
use super::number::Number;
use super::{CUSTOM_BOUNDS, Histogram};
use glass_model::ResetHint;
use std::borrow::Cow;
use std::sync::Arc;

/// One has listed bounds and the other has not: nothing can be computed from both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incompatible;

/// What must be said of a sum or difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// One said that its counter was reset before it, the other that it was not.
    pub hints_collide: bool,
    /// Their listed bounds differ; the result has those in common.
    pub bounds_reconciled: bool,
}

impl Noted {
    /// Both.
    pub fn and(self, other: Self) -> Self {
        Self {
            hints_collide: self.hints_collide || other.hints_collide,
            bounds_reconciled: self.bounds_reconciled || other.bounds_reconciled,
        }
    }
}

impl<N: Number> Histogram<N> {
    /// Adds `other`.
    ///
    /// # Errors
    /// When only one of both has listed bounds.
    pub fn add(&mut self, other: &Histogram) -> Result<Noted, Incompatible> {
        self.add_times(other, 1.0)
    }

    /// Subtracts `other`. Whether the result is a gauge is for the caller to say.
    ///
    /// # Errors
    /// When only one of both has listed bounds.
    pub fn subtract(&mut self, other: &Histogram) -> Result<Noted, Incompatible> {
        self.add_times(other, -1.0)
    }

    fn add_times(&mut self, other: &Histogram, factor: f64) -> Result<Noted, Incompatible> {
        if self.is_custom() != other.is_custom() {
            return Err(Incompatible);
        }
        let hints_collide = self.join_hint(other.hint);
        self.count = self.count.plus(factor * other.count);
        self.sum = self.sum.plus(factor * other.sum);
        let bounds_reconciled = if self.is_custom() {
            self.add_custom(other, factor)
        } else {
            self.add_exponential(other, factor);
            false
        };
        self.drop_empty();
        Ok(Noted {
            hints_collide,
            bounds_reconciled,
        })
    }

    fn add_custom(&mut self, other: &Histogram, factor: f64) -> bool {
        if self.bounds == other.bounds {
            merge(&mut self.positive, &other.positive, factor);
            return false;
        }
        let common = common_bounds(&self.bounds, &other.bounds);
        self.positive = renumber(&self.positive, |index| {
            index_among(&common, bound_at(&self.bounds, index))
        });
        let theirs = renumber(&other.positive, |index| {
            index_among(&common, bound_at(&other.bounds, index))
        });
        merge(&mut self.positive, &theirs, factor);
        self.bounds = common;
        true
    }

    fn add_exponential(&mut self, other: &Histogram, factor: f64) {
        let zero_count = self.reconcile_zero(other);
        self.zero_count = self.zero_count.plus(factor * zero_count);
        let schema = self.schema.min(other.schema);
        self.reduce_to(schema);
        let threshold = self.zero_threshold;
        let outside = |buckets: &[(i32, f64)]| {
            buckets.partition_point(|(index, _)| bound(*index, schema, &[]) <= threshold)
        };
        for (mine, theirs) in [
            (&mut self.positive, &other.positive),
            (&mut self.negative, &other.negative),
        ] {
            let theirs = match other.schema {
                same if same == schema => Cow::Borrowed(theirs.as_slice()),
                finer => Cow::Owned(reduce(theirs, finer, schema)),
            };
            merge(mine, &theirs[outside(&theirs)..], factor);
        }
    }

    /// Makes the zero bucket wide enough for both, and returns what `other` has in such a zero bucket.
    fn reconcile_zero(&mut self, other: &Histogram) -> f64 {
        let (mut count, mut threshold) = (other.zero_count, other.zero_threshold);
        while threshold != self.zero_threshold {
            if self.zero_threshold > threshold {
                (count, threshold) = other.zero_count_within(self.zero_threshold);
            }
            if threshold > self.zero_threshold {
                (self.zero_count, self.zero_threshold) = self.zero_count_within(threshold);
                let (schema, width) = (self.schema, self.zero_threshold);
                self.positive
                    .retain(|(index, _)| bound(index - 1, schema, &[]) >= width);
                self.negative
                    .retain(|(index, _)| bound(index - 1, schema, &[]) >= width);
            }
        }
        count
    }

    /// What the zero bucket would hold if it were at least `threshold` wide, and how wide it then is: wider where
    /// `threshold` lies inside a bucket.
    pub(super) fn zero_count_within(&self, mut threshold: f64) -> (N, f64) {
        loop {
            let mut count = self.zero_count;
            let mut widest = threshold;
            for (index, observations) in self.positive.iter().chain(&self.negative) {
                if bound(index.saturating_sub(1), self.schema, &[]) < threshold {
                    count = count.joined(*observations);
                    widest = widest.max(bound(*index, self.schema, &[]));
                }
            }
            if widest == threshold {
                return (count, threshold);
            }
            threshold = widest;
        }
    }

    /// The hint of a sum or difference; tells whether the hints contradict each other.
    fn join_hint(&mut self, other: ResetHint) -> bool {
        use ResetHint::{Gauge, NoReset, Reset, Unknown};
        let (joined, collides) = match (self.hint, other) {
            (Gauge, _) | (_, Gauge) => (Gauge, false),
            (Unknown, _) | (_, Unknown) => (Unknown, false),
            (Reset, NoReset) | (NoReset, Reset) => (Unknown, true),
            (same, _) => (same, false),
        };
        self.hint = joined;
        collides
    }
}

impl<N: Number> Histogram<N> {
    /// Multiplies all counts and the sum.
    pub fn multiply(&mut self, factor: f64) {
        self.scale(|value| value.times(factor));
        if factor < 0.0 {
            self.hint = ResetHint::Gauge;
        }
    }

    /// Divides all counts and the sum; dividing by 0 leaves no bucket.
    pub fn divide(&mut self, divisor: f64) {
        self.scale(|value| value.divided_by(divisor));
        if divisor == 0.0 {
            self.positive.clear();
            self.negative.clear();
        } else if divisor < 0.0 {
            self.hint = ResetHint::Gauge;
        }
    }

    /// Whether a count or the sum has grown beyond what a float can hold.
    pub fn has_overflow(&self) -> bool {
        let buckets = self
            .positive
            .iter()
            .chain(&self.negative)
            .map(|(_, count)| *count);
        let mut all = buckets.chain([self.zero_count, self.count, self.sum]);
        all.any(|value| value.value().is_infinite())
    }

    fn scale(&mut self, change: impl Fn(N) -> N) {
        for value in [&mut self.zero_count, &mut self.count, &mut self.sum] {
            *value = change(*value);
        }
        for (_, count) in self.positive.iter_mut().chain(&mut self.negative) {
            *count = change(*count);
        }
        self.drop_empty();
    }
}

fn bound_at(bounds: &[f64], index: i32) -> f64 {
    bound(index, CUSTOM_BOUNDS, bounds)
}

/// The bucket among `bounds` that takes in everything up to `upper`.
pub(super) fn index_among(bounds: &[f64], upper: f64) -> i32 {
    bounds.partition_point(|bound| *bound < upper) as i32
}

/// The bounds that are in both.
pub(super) fn common_bounds(left: &[f64], right: &[f64]) -> Arc<[f64]> {
    let is_in_right = |bound: &&f64| right.binary_search_by(|other| other.total_cmp(bound)).is_ok();
    left.iter().filter(is_in_right).copied().collect()
}
