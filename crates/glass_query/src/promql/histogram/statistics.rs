//! What is asked of a histogram: [`Histogram::quantile`], [`Histogram::fraction`], [`Histogram::variance`].
//!
//! Inside a bucket observations are taken to lie evenly: on a logarithmic scale in exponential buckets, on a linear
//! one in the zero bucket and between listed bounds.

use super::buckets::Bucket;
use super::{Histogram, Number};
use crate::sums::KahanSum;

/// That observations of NaN, which no bucket holds, bear on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NanEffect {
    /// The quantile lies among them, so it is NaN.
    IsResult,
    /// They count as the greatest observations.
    Skews,
    /// They are in no fraction.
    LeftOut,
}

impl Histogram {
    /// The mean of all observations.
    pub fn average(&self) -> f64 {
        self.sum / self.count
    }

    /// The estimated variance: every observation is taken to lie in the middle of its bucket.
    pub fn variance(&self) -> f64 {
        let mean = self.average();
        let squares = self.buckets().fold(KahanSum::default(), |sum, bucket| {
            let apart = self.middle(&bucket) - mean;
            sum.plus(bucket.count * apart * apart)
        });
        Number::value(squares) / self.count
    }

    fn middle(&self, bucket: &Bucket) -> f64 {
        if self.is_custom() {
            (bucket.upper + bucket.lower) / 2.0
        } else if bucket.holds_zero() {
            0.0
        } else {
            (bucket.upper * bucket.lower).sqrt().copysign(bucket.upper)
        }
    }

    /// The value below which a share `q` of the observations lies.
    pub fn quantile(&self, q: f64) -> (f64, Option<NanEffect>) {
        if q < 0.0 {
            return (f64::NEG_INFINITY, None);
        }
        if q > 1.0 {
            return (f64::INFINITY, None);
        }
        if self.count == 0.0 || q.is_nan() {
            return (f64::NAN, None);
        }
        let is_forward = self.sum.is_nan() || q < 0.5;
        let rank = self.count * if is_forward { q } else { 1.0 - q };
        let Some((bucket, count)) = self.bucket_of_rank(rank, is_forward) else {
            let is_of_nans = rank > 0.0 && self.sum.is_nan();
            let value = if rank > 0.0 && !is_of_nans { 0.0 } else { f64::NAN };
            return (value, is_of_nans.then_some(NanEffect::IsResult));
        };
        let bucket = self.bounded(bucket);
        if self.is_custom() && bucket.lower == f64::NEG_INFINITY {
            return (bucket.upper, None);
        }
        if self.is_custom() && bucket.upper == f64::INFINITY {
            return (bucket.lower, None);
        }
        let count = count.min(self.count);
        if count < rank {
            return match self.sum.is_nan() {
                true => (f64::NAN, Some(NanEffect::IsResult)),
                false => (bucket.upper, None),
            };
        }
        let inside = if is_forward {
            rank - (count - bucket.count)
        } else {
            count - rank
        };
        let value = self.interpolated(&bucket, inside / bucket.count);
        (value, self.has_nans().then_some(NanEffect::Skews))
    }

    /// The bucket in which the observation of that rank lies, and how many there are up to it.
    fn bucket_of_rank(&self, rank: f64, is_forward: bool) -> Option<(Bucket, f64)> {
        let mut found = None;
        let mut count = 0.0;
        let (mut up, mut down) = (self.buckets(), self.buckets().rev());
        while let Some(bucket) = if is_forward { up.next() } else { down.next() } {
            count += bucket.count;
            found = Some((bucket, count));
            if count >= rank {
                break;
            }
        }
        found
    }

    /// With 0 for a bound, where the other buckets say that observations lie on one side only.
    fn bounded(&self, mut bucket: Bucket) -> Bucket {
        if self.is_custom() {
            if bucket.lower == f64::NEG_INFINITY && bucket.upper > 0.0 {
                bucket.lower = 0.0;
            }
        } else if bucket.lower < 0.0 && bucket.upper > 0.0 {
            return self.one_sided(bucket);
        }
        bucket
    }

    fn one_sided(&self, mut bucket: Bucket) -> Bucket {
        match (self.negative.is_empty(), self.positive.is_empty()) {
            (true, false) => bucket.lower = 0.0,
            (false, true) => bucket.upper = 0.0,
            _ => {}
        }
        bucket
    }

    /// The value at `share` of the way through the bucket.
    fn interpolated(&self, bucket: &Bucket, share: f64) -> f64 {
        if self.is_custom() || bucket.holds_zero() {
            return bucket.lower + (bucket.upper - bucket.lower) * share;
        }
        let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
        if bucket.lower > 0.0 {
            (lower + (upper - lower) * share).exp2()
        } else {
            -(upper + (lower - upper) * (1.0 - share)).exp2()
        }
    }

    /// The share of the observations between two values.
    pub fn fraction(&self, lower: f64, upper: f64) -> (f64, Option<NanEffect>) {
        if self.count == 0.0 || lower.is_nan() || upper.is_nan() {
            return (f64::NAN, None);
        }
        if lower >= upper {
            return (0.0, None);
        }
        let in_buckets: f64 = self.buckets().map(|bucket| bucket.count).sum();
        let all = if self.sum.is_nan() { in_buckets } else { self.count };
        let up_to = |value: f64| self.rank_of(value).map_or(all, |rank| rank.min(all));
        let effect = self.has_nans().then_some(NanEffect::LeftOut);
        ((up_to(upper) - up_to(lower)) / self.count, effect)
    }

    /// How many observations lie below `value`; `None` if no bucket reaches that far.
    fn rank_of(&self, value: f64) -> Option<f64> {
        let mut rank = 0.0;
        for bucket in self.buckets() {
            let holds_zero = bucket.holds_zero();
            let bucket = if holds_zero {
                self.one_sided(bucket)
            } else {
                bucket
            };
            if bucket.lower >= value {
                return Some(rank);
            }
            if bucket.upper > value {
                return Some(match bucket.lower == f64::NEG_INFINITY {
                    true => bucket.count,
                    false => rank + bucket.count * bucket.share_below(value, self.is_custom() || holds_zero),
                });
            }
            rank += bucket.count;
        }
        None
    }

    /// Observations of NaN make the sum NaN and are in no bucket.
    fn has_nans(&self) -> bool {
        self.sum.is_nan() && self.buckets().map(|bucket| bucket.count).sum::<f64>() < self.count
    }
}

impl Bucket {
    fn holds_zero(&self) -> bool {
        self.lower <= 0.0 && self.upper >= 0.0
    }

    /// Which share of the bucket lies below a value inside it.
    pub(super) fn share_below(&self, value: f64, is_linear: bool) -> f64 {
        if is_linear {
            return (value - self.lower) / (self.upper - self.lower);
        }
        let [lower, upper, value_log] = [self.lower, self.upper, value].map(|value| value.abs().log2());
        if value > 0.0 {
            (value_log - lower) / (upper - lower)
        } else {
            1.0 - (value_log - upper) / (lower - upper)
        }
    }
}
