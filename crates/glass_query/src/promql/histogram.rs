//! Native histograms as the engine computes with them: [`Histogram`], made from the model's and turned back into it.
//!
//! Empty buckets are never kept, so two histograms with the same content are equal. The arithmetic works on plain
//! counts (`f64`) and, for sums over many histograms, on [`KahanSum`]s.

mod arithmetic;
mod buckets;
mod change;
mod number;
mod reset;
mod statistics;
#[cfg(test)]
mod tests;
mod text;
mod total;
mod trim;

pub use arithmetic::{Incompatible, Noted};
pub use buckets::Bucket;
pub use change::{ChangeNote, change, last_change};
pub use number::Number;
pub use statistics::NanEffect;
pub use total::Total;
pub use trim::Keep;

use crate::sums::KahanSum;
use buckets::{Buckets, bound, from_spans, reduce, to_spans};
use glass_model::{NativeHistogram, QueryError, ResetHint};
use std::sync::Arc;

/// The schema of histograms whose bucket bounds are listed.
pub const CUSTOM_BOUNDS: i32 = -53;
/// The coarsest schema.
const MIN_SCHEMA: i32 = -4;
/// The finest schema that is computed with.
const MAX_SCHEMA: i32 = 8;
/// The finest schema that may be stored; it is reduced to [`MAX_SCHEMA`] when read.
const MAX_STORED_SCHEMA: i32 = 52;

/// A native histogram whose counts are `N`.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram<N = f64> {
    /// What is known of counter resets before it.
    pub hint: ResetHint,
    /// Resolution: bucket bounds are powers of 2^(2^-schema), from -4 to 8; or [`CUSTOM_BOUNDS`].
    pub schema: i32,
    /// Half the width of the zero bucket, finite and not negative.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: N,
    /// All observations.
    pub count: N,
    /// Their sum.
    pub sum: N,
    positive: Buckets<N>,
    negative: Buckets<N>,
    bounds: Arc<[f64]>,
}

impl Histogram {
    /// Without any observation, of schema 0.
    pub fn empty() -> Self {
        Self {
            hint: ResetHint::Unknown,
            schema: 0,
            zero_threshold: 0.0,
            zero_count: 0.0,
            count: 0.0,
            sum: 0.0,
            positive: Vec::new(),
            negative: Vec::new(),
            bounds: Arc::new([]),
        }
    }

    /// Reads a stored histogram.
    ///
    /// # Errors
    /// When its parts do not fit together.
    pub fn from_model(model: &NativeHistogram) -> Result<Self, QueryError> {
        let damaged = |what: &str| QueryError::Damaged(format!("damaged native histogram: {what}"));
        let is_custom = model.schema == CUSTOM_BOUNDS;
        if !is_custom && !(MIN_SCHEMA..=MAX_STORED_SCHEMA).contains(&model.schema) {
            return Err(damaged(&format!("unknown schema {}", model.schema)));
        }
        if !model.zero_threshold.is_finite() || model.zero_threshold < 0.0 {
            return Err(damaged("its zero threshold is no width"));
        }
        if !model.custom_bounds.is_sorted_by(|a, b| a < b) {
            return Err(damaged("its bounds do not ascend"));
        }
        let read =
            |spans, counts| from_spans(spans, counts).ok_or_else(|| damaged("spans do not fit its buckets"));
        let mut histogram = Self {
            hint: model.reset_hint,
            schema: model.schema,
            zero_threshold: model.zero_threshold,
            zero_count: model.zero_count,
            count: model.count,
            sum: model.sum,
            positive: read(&model.positive_spans, &model.positive_counts)?,
            negative: read(&model.negative_spans, &model.negative_counts)?,
            bounds: model.custom_bounds.as_slice().into(),
        };
        let n_bounds = histogram.bounds.len() as i64;
        if is_custom
            && histogram
                .positive
                .iter()
                .any(|(index, _)| !(0..=n_bounds).contains(&i64::from(*index)))
        {
            return Err(damaged("a bucket has no bound"));
        }
        if histogram.schema > MAX_SCHEMA {
            histogram.reduce_to(MAX_SCHEMA);
        }
        Ok(histogram)
    }

    /// Writes it as the model has it.
    pub fn to_model(&self) -> NativeHistogram {
        let (positive_spans, positive_counts) = to_spans(&self.positive);
        let (negative_spans, negative_counts) = to_spans(&self.negative);
        NativeHistogram {
            reset_hint: self.hint,
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: self.zero_count,
            count: self.count,
            sum: self.sum,
            positive_spans,
            positive_counts,
            negative_spans,
            negative_counts,
            custom_bounds: self.bounds.to_vec(),
        }
    }

    /// With compensated counts, to add many others to it.
    pub fn compensated(&self) -> Histogram<KahanSum> {
        self.map(|count| KahanSum::of(*count))
    }

    /// Whether both hold the same observations in the same layout, compared by bits; hints do not matter.
    pub fn equals(&self, other: &Self) -> bool {
        let is_same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        let is_same_side = |a: &Buckets<f64>, b: &Buckets<f64>| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && is_same(a.1, b.1))
        };
        self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && self.bounds == other.bounds
            && is_same(self.count, other.count)
            && is_same(self.sum, other.sum)
            && is_same(self.zero_count, other.zero_count)
            && is_same_side(&self.positive, &other.positive)
            && is_same_side(&self.negative, &other.negative)
    }

    /// Its buckets that hold something, from the lowest to the highest, the zero bucket among them.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> + Clone {
        let zero = (self.zero_count > 0.0 && !self.is_custom()).then_some(Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            count: self.zero_count,
            is_lower_included: true,
            is_upper_included: true,
        });
        let negative = self.negative.iter().rev().map(|&(index, count)| {
            let bucket = self.positive_bucket(index, count).mirrored();
            bucket.cut_at_zero(self.zero_threshold)
        });
        let positive = self.positive.iter().map(|&(index, count)| {
            self.positive_bucket(index, count)
                .cut_at_zero(self.zero_threshold)
        });
        negative.chain(zero).chain(positive)
    }

    fn positive_bucket(&self, index: i32, count: f64) -> Bucket {
        let lower = bound(index.saturating_sub(1), self.schema, &self.bounds);
        Bucket {
            lower,
            upper: bound(index, self.schema, &self.bounds),
            count,
            is_lower_included: if self.is_custom() { index == 0 } else { lower < 0.0 },
            is_upper_included: true,
        }
    }
}

impl Histogram<KahanSum> {
    /// With plain counts again.
    pub fn rounded(&self) -> Histogram {
        self.map(|count| count.value())
    }
}

impl<N: Number> Histogram<N> {
    /// Whether its bounds are listed.
    pub fn is_custom(&self) -> bool {
        self.schema == CUSTOM_BOUNDS
    }

    /// Its listed bounds; none if they follow from the schema.
    pub fn custom_bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// Merges buckets so that it has the coarser `schema`; not for listed bounds.
    fn reduce_to(&mut self, schema: i32) {
        if schema < self.schema && !self.is_custom() {
            self.positive = reduce(&self.positive, self.schema, schema);
            self.negative = reduce(&self.negative, self.schema, schema);
            self.schema = schema;
        }
    }

    fn map<M>(&self, change: impl Fn(&N) -> M) -> Histogram<M> {
        let all = |buckets: &Buckets<N>| {
            buckets
                .iter()
                .map(|(index, count)| (*index, change(count)))
                .collect()
        };
        Histogram {
            hint: self.hint,
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: change(&self.zero_count),
            count: change(&self.count),
            sum: change(&self.sum),
            positive: all(&self.positive),
            negative: all(&self.negative),
            bounds: self.bounds.clone(),
        }
    }
}
