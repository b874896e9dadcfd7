//! Samples of series, in columns: [`SampleColumn`], [`NativeHistogram`], [`SeriesData`], and the stale marker.

use crate::{Labels, TimeRange, Timestamp};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The NaN by which Prometheus says that a series has ended.
pub const STALE_MARKER_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The stale marker as a value.
pub fn stale_marker() -> f64 {
    f64::from_bits(STALE_MARKER_BITS)
}

/// Whether `value` is the stale marker; other NaNs are values.
pub fn is_stale_marker(value: f64) -> bool {
    value.to_bits() == STALE_MARKER_BITS
}

/// Float samples by time: milliseconds since the epoch, ascending, each once. A window into shared arrays, so
/// that cutting at the playhead copies nothing.
#[derive(Clone, Default)]
pub struct SampleColumn {
    at_millis: Arc<Vec<i64>>,
    values: Arc<Vec<f64>>,
    window: Range<usize>,
}

impl SampleColumn {
    /// Takes both columns; `at_millis` must be strictly ascending and of the same length as `values`.
    ///
    /// # Panics
    /// When the lengths differ: a mistake of the caller, never of a file.
    pub fn new(at_millis: Vec<i64>, values: Vec<f64>) -> Self {
        Self::with_shared_times(Arc::new(at_millis), values)
    }

    /// The same for times that several columns share.
    ///
    /// # Panics
    /// When the lengths differ: a mistake of the caller, never of a file.
    pub fn with_shared_times(at_millis: Arc<Vec<i64>>, values: Vec<f64>) -> Self {
        assert_eq!(at_millis.len(), values.len(), "columns of one length");
        let window = 0..values.len();
        Self {
            at_millis,
            values: Arc::new(values),
            window,
        }
    }

    /// The times in milliseconds.
    pub fn at_millis(&self) -> &[i64] {
        &self.at_millis[self.window.clone()]
    }

    /// The values, stale markers among them.
    pub fn values(&self) -> &[f64] {
        &self.values[self.window.clone()]
    }

    /// How many samples there are, stale markers included.
    pub fn len(&self) -> usize {
        self.window.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.window.is_empty()
    }

    /// The samples inside `range`; shares the arrays.
    pub fn within(&self, range: TimeRange) -> Self {
        let times = self.at_millis();
        let low = times.partition_point(|at| Timestamp::from_millis(*at) < range.start);
        let high = times
            .partition_point(|at| Timestamp::from_millis(*at) <= range.end)
            .max(low);
        let window = self.window.start + low..self.window.start + high;
        Self {
            at_millis: self.at_millis.clone(),
            values: self.values.clone(),
            window,
        }
    }
}

/// Equal times and equal bits: a NaN equals itself.
impl PartialEq for SampleColumn {
    fn eq(&self, other: &Self) -> bool {
        let bits = |column: &Self| {
            column
                .values()
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        self.at_millis() == other.at_millis() && bits(self) == bits(other)
    }
}

/// The samples of the window alone: what lies outside may be later than the playhead.
impl fmt::Debug for SampleColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.at_millis().iter().zip(self.values()))
            .finish()
    }
}

/// A run of buckets of a native histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Buckets left out before the run; of the first span the index of its first bucket.
    pub offset: i32,
    /// Buckets in the run.
    pub length: u32,
}

/// What a histogram's source says of counter resets before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ResetHint {
    /// Nothing: a reset is found by comparing.
    #[default]
    Unknown,
    /// It begins anew.
    Reset,
    /// It goes on from the one before.
    NoReset,
    /// It is no counter.
    Gauge,
}

/// A native histogram sample. Counts are absolute and `f64`, as in Prometheus' own float histograms.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeHistogram {
    /// What is known of counter resets before it.
    pub reset_hint: ResetHint,
    /// Resolution: bucket bounds are powers of 2^(2^-schema); -53 means custom bounds.
    pub schema: i32,
    /// Half the width of the zero bucket.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: f64,
    /// All observations.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// Which positive buckets there are.
    pub positive_spans: Vec<Span>,
    /// Their counts.
    pub positive_counts: Vec<f64>,
    /// Which negative buckets there are.
    pub negative_spans: Vec<Span>,
    /// Their counts.
    pub negative_counts: Vec<f64>,
    /// Upper bounds, for schema -53.
    pub custom_bounds: Vec<f64>,
}

/// One series and its samples in a range.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesData {
    /// What identifies it, `__name__` included.
    pub labels: Labels,
    /// Its float samples.
    pub floats: SampleColumn,
    /// Its native histogram samples, by time in milliseconds.
    pub histograms: Arc<Vec<(i64, NativeHistogram)>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_includes_both_ends() {
        let column = SampleColumn::new(vec![10, 20, 30], vec![1.0, stale_marker(), 3.0]);
        let cut = column.within(TimeRange::new(
            Timestamp::from_millis(20),
            Timestamp::from_millis(30),
        ));
        assert_eq!(cut.at_millis(), [20, 30]);
        assert_eq!(format!("{cut:?}"), "{20: NaN, 30: 3.0}");
        assert!(is_stale_marker(cut.values()[0]) && !is_stale_marker(f64::NAN));
        assert!(
            cut.within(TimeRange::new(Timestamp::MIN, Timestamp::from_millis(19)))
                .is_empty()
        );
    }
}
