//! [`Column`]: the samples of one series, decoded, with what makes drawing them quick.
//!
//! A column holds the whole series, also what the playhead has not reached. Every question to it therefore takes
//! the moment up to which it may look, and nothing it answers depends on a later sample: a stored summary of a
//! block of samples is only used if the whole block lies inside the asked range.

use super::store::cache::Weight;
use glass_model::{Bucket, SampleColumn, Timestamp, Transform, is_stale_marker, stale_marker};
use std::sync::OnceLock;

/// How far back a value still counts as the present one: Prometheus' own default look-back of 5 minutes.
const LOOK_BACK_NANOS: i64 = 300_000_000_000;

/// Samples in one block of a [`Pyramid`]: reading 64 values costs about as much as the bookkeeping that saves it.
const BLOCK: usize = 64;

/// Of at most so many samples the usual distance is taken.
const N_INTERVALS: usize = 64;

/// The samples of one series.
pub(crate) struct Column {
    /// The samples as they are.
    samples: SampleColumn,
    raw_pyramid: OnceLock<Pyramid>,
    rates: OnceLock<Rates>,
    /// Why samples are missing, if some could not be read.
    damage: Option<String>,
}

/// The growth per second at each sample.
struct Rates {
    values: Vec<f64>,
    pyramid: Pyramid,
}

impl Weight for Column {
    /// Counts what is made later as if it were there, so that the budget holds however a series is drawn.
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.samples.len() * 3 * size_of::<f64>() + self.samples.len() / 2
    }
}

impl Column {
    /// Takes the samples, and why some are missing, if so.
    pub(crate) fn new(samples: SampleColumn, damage: Option<String>) -> Self {
        Self {
            samples,
            raw_pyramid: OnceLock::new(),
            rates: OnceLock::new(),
            damage,
        }
    }

    /// Why samples are missing, if some could not be read.
    pub(crate) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// All samples: for the gate alone, which cuts them.
    pub(crate) fn samples(&self) -> &SampleColumn {
        &self.samples
    }

    /// How many samples lie at or before `until`.
    fn n_until(&self, until: Timestamp) -> usize {
        let until_millis = until.millis();
        self.samples.at_millis().partition_point(|at| *at <= until_millis)
    }

    /// Whether a sample lies from `start` to `until`, both included.
    pub(crate) fn has_sample(&self, start: Timestamp, until: Timestamp) -> bool {
        let n_known = self.n_until(until);
        n_known > 0 && Timestamp::from_millis(self.samples.at_millis()[n_known - 1]) >= start
    }

    /// The value at `as_of`: the last sample in the look-back, unless it is a stale marker or no number.
    pub(crate) fn latest(&self, as_of: Timestamp, transform: Transform) -> Option<f64> {
        let last = self.n_until(as_of).checked_sub(1)?;
        let at = Timestamp::from_millis(self.samples.at_millis()[last]);
        let value = self.values(transform)[last];
        (as_of.nanos_since(at) < LOOK_BACK_NANOS && !value.is_nan()).then_some(value)
    }

    /// The usual distance of the last samples at or before `until`, in nanoseconds; 0 if there are not two.
    pub(crate) fn interval_nanos(&self, until: Timestamp) -> i64 {
        let n_known = self.n_until(until);
        let times = &self.samples.at_millis()[n_known.saturating_sub(N_INTERVALS + 1)..n_known];
        let mut distances: Vec<i64> = times
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .collect();
        if distances.is_empty() {
            return 0;
        }
        let middle = distances.len() / 2;
        let (_, median, _) = distances.select_nth_unstable(middle);
        median.saturating_mul(1_000_000)
    }

    /// Thins the samples at or before `until` to `buckets`; `edges` are theirs in milliseconds.
    pub(crate) fn thin(&self, edges: &[i64], until: Timestamp, transform: Transform) -> Vec<Option<Bucket>> {
        let n_known = self.n_until(until);
        let known = &self.samples.at_millis()[..n_known];
        let values = self.values(transform);
        let mut low = match edges.first() {
            Some(first) => known.partition_point(|at| at < first),
            None => return Vec::new(),
        };
        let thin_one = |edge: &i64| {
            let high = low + known[low..].partition_point(|at| at < edge);
            let bucket = self.summary(values, low, high, transform);
            low = high;
            bucket
        };
        edges[1..].iter().map(thin_one).collect()
    }

    fn values(&self, transform: Transform) -> &[f64] {
        match transform {
            Transform::Raw => self.samples.values(),
            Transform::PerSecond => &self.rates().values,
        }
    }

    fn rates(&self) -> &Rates {
        self.rates.get_or_init(|| {
            let values = per_second(self.samples.at_millis(), self.samples.values());
            let pyramid = Pyramid::of(&values);
            Rates { values, pyramid }
        })
    }

    /// First, last, least and greatest number among the samples `low..high`; `None` if there is no number.
    fn summary(&self, values: &[f64], low: usize, high: usize, transform: Transform) -> Option<Bucket> {
        let range = &values[low..high];
        if range.len() < 2 * BLOCK {
            return plain_summary(range);
        }
        let pyramid = match transform {
            Transform::Raw => self.raw_pyramid.get_or_init(|| Pyramid::of(values)),
            Transform::PerSecond => &self.rates().pyramid,
        };
        let first = *range.iter().find(|value| !value.is_nan())?;
        let last = *range.iter().rev().find(|value| !value.is_nan())?;
        let (min, max) = pyramid.extremes(values, low, high);
        Some(Bucket {
            first,
            last,
            min,
            max,
        })
    }
}

fn plain_summary(values: &[f64]) -> Option<Bucket> {
    let mut numbers = values.iter().filter(|value| !value.is_nan());
    let first = Bucket::of(*numbers.next()?);
    Some(numbers.fold(first, |bucket, value| Bucket {
        last: *value,
        min: lesser(bucket.min, *value),
        max: greater(bucket.max, *value),
        ..bucket
    }))
}

/// Of equal values the earlier one, so that 0 and -0 come out the same with and without a pyramid. NaN loses.
fn lesser(earlier: f64, later: f64) -> f64 {
    if later < earlier || earlier.is_nan() {
        later
    } else {
        earlier
    }
}

fn greater(earlier: f64, later: f64) -> f64 {
    if later > earlier || earlier.is_nan() {
        later
    } else {
        earlier
    }
}

/// Growth per second between neighbouring numbers, at the later one of the two; a fall counts as a restart from 0.
/// NaN where there is no earlier number to compare with; stale markers stay, because they say that a series ended.
fn per_second(at_millis: &[i64], values: &[f64]) -> Vec<f64> {
    let mut earlier: Option<(i64, f64)> = None;
    let rate_at = |(at, value): (&i64, &f64)| {
        let before = earlier;
        earlier = (!value.is_nan()).then_some((*at, *value));
        match before {
            _ if is_stale_marker(*value) => stale_marker(),
            Some((earlier_at, earlier_value)) => {
                let grown = if *value < earlier_value {
                    *value
                } else {
                    value - earlier_value
                };
                grown * 1000.0 / at.saturating_sub(earlier_at) as f64
            }
            None => f64::NAN,
        }
    };
    at_millis.iter().zip(values).map(rate_at).collect()
}

/// The least and greatest number of every block of samples, of every block of blocks, and so on.
struct Pyramid {
    /// The lowest level first. NaN where a block holds no number.
    levels: Vec<Vec<(f64, f64)>>,
}

impl Pyramid {
    fn of(values: &[f64]) -> Self {
        let leaf = |block: &[f64]| plain_summary(block).map_or((f64::NAN, f64::NAN), |b| (b.min, b.max));
        let mut levels: Vec<Vec<(f64, f64)>> = Vec::new();
        // Only whole blocks: the rest of the series is always read sample by sample.
        let mut level: Vec<(f64, f64)> = values.chunks_exact(BLOCK).map(leaf).collect();
        while !level.is_empty() {
            let above = level
                .chunks_exact(BLOCK)
                .map(|block| block.iter().copied().fold(NONE, join))
                .collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        Self { levels }
    }

    /// The least and greatest number of `values[low..high]`, from the highest blocks that fit.
    fn extremes(&self, values: &[f64], low: usize, high: usize) -> (f64, f64) {
        let mut position = low;
        let mut extremes = NONE;
        while position < high {
            let (found, n_samples) = self.largest_block(position, high).unwrap_or_else(|| {
                let value = values[position];
                ((value, value), 1)
            });
            extremes = join(extremes, found);
            position += n_samples;
        }
        extremes
    }

    /// The largest block that starts at `position` and ends at or before `high`, and its number of samples.
    fn largest_block(&self, position: usize, high: usize) -> Option<((f64, f64), usize)> {
        let mut n_samples = 1;
        let mut found = None;
        for level in &self.levels {
            n_samples *= BLOCK;
            if !position.is_multiple_of(n_samples) || position + n_samples > high {
                break;
            }
            let Some(block) = level.get(position / n_samples) else {
                break;
            };
            found = Some((*block, n_samples));
        }
        found
    }
}

/// The extremes of no number at all.
const NONE: (f64, f64) = (f64::NAN, f64::NAN);

fn join(earlier: (f64, f64), later: (f64, f64)) -> (f64, f64) {
    (lesser(earlier.0, later.0), greater(earlier.1, later.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::buckets::Buckets;
    use glass_model::TimeRange;
    use proptest::prelude::*;

    fn column(values: &[f64]) -> Column {
        let at_millis = (0..values.len() as i64).map(|i| i * 1000).collect();
        Column::new(SampleColumn::new(at_millis, values.to_vec()), None)
    }

    fn thin(
        column: &Column,
        start: i64,
        end: i64,
        n: usize,
        until: i64,
        t: Transform,
    ) -> Vec<Option<Bucket>> {
        let window = TimeRange::new(Timestamp::from_secs(start), Timestamp::from_secs(end));
        let edges = Buckets::new(window, n).edges_millis();
        column.thin(&edges, Timestamp::from_secs(until), t)
    }

    #[test]
    fn numbers_after_the_cut_are_not_in_any_bucket() {
        let column = column(&[1.0, 5.0, 2.0, 9.0]);
        let buckets = thin(&column, 0, 3, 2, 2, Transform::Raw);
        let first = Bucket {
            first: 1.0,
            last: 5.0,
            min: 1.0,
            max: 5.0,
        };
        assert_eq!(buckets, [Some(first), Some(Bucket::of(2.0))]);
        assert_eq!(thin(&column, 0, 3, 2, -1, Transform::Raw), [None, None]);
    }

    #[test]
    fn nan_and_stale_markers_are_gaps() {
        let column = column(&[f64::NAN, 1.0, stale_marker(), stale_marker()]);
        let buckets = thin(&column, 0, 3, 2, 3, Transform::Raw);
        assert_eq!(buckets, [Some(Bucket::of(1.0)), None]);
        assert_eq!(column.latest(Timestamp::from_secs(0), Transform::Raw), None);
        assert_eq!(column.latest(Timestamp::from_secs(1), Transform::Raw), Some(1.0));
        assert_eq!(column.latest(Timestamp::from_secs(2), Transform::Raw), None);
    }

    #[test]
    fn the_latest_value_ages() {
        let column = column(&[1.0]);
        assert_eq!(
            column.latest(Timestamp::from_secs(299), Transform::Raw),
            Some(1.0)
        );
        assert_eq!(column.latest(Timestamp::from_secs(300), Transform::Raw), None);
    }

    #[test]
    fn growth_starts_again_after_a_restart_and_after_an_end() {
        let column = column(&[10.0, 14.0, 3.0, stale_marker(), 50.0, 51.0]);
        let rates: Vec<Option<f64>> = thin(&column, 0, 5, 6, 9, Transform::PerSecond)
            .into_iter()
            .map(|bucket| bucket.map(|b| b.first))
            .collect();
        assert_eq!(rates, [None, Some(4.0), Some(3.0), None, None, Some(1.0)]);
        assert_eq!(column.latest(Timestamp::from_secs(3), Transform::PerSecond), None);
        assert_eq!(
            column.latest(Timestamp::from_secs(5), Transform::PerSecond),
            Some(1.0)
        );
    }

    #[test]
    fn a_pyramid_says_the_same_as_the_samples() {
        let value = |i: usize| match i % 97 {
            0 => f64::NAN,
            1 => -0.0,
            _ => ((i * 7919) % 1013) as f64 - 500.0,
        };
        let values: Vec<f64> = (0..3 * BLOCK * BLOCK + 17).map(value).collect();
        let pyramid = Pyramid::of(&values);
        for (low, high) in [
            (0, values.len()),
            (1, 200),
            (63, 8000),
            (64, 4160),
            (4096, 8192),
            (5, 5),
        ] {
            let plain =
                plain_summary(&values[low..high]).map_or((0, 0), |b| (b.min.to_bits(), b.max.to_bits()));
            let quick = pyramid.extremes(&values, low, high);
            let quick = if low == high {
                (0, 0)
            } else {
                (quick.0.to_bits(), quick.1.to_bits())
            };
            assert_eq!(quick, plain, "{low}..{high}");
        }
    }

    #[test]
    fn the_interval_is_the_usual_distance() {
        let times = vec![0, 5000, 10_000, 70_000, 75_000];
        let column = Column::new(SampleColumn::new(times, vec![0.0; 5]), None);
        assert_eq!(column.interval_nanos(Timestamp::from_secs(100)), 5_000_000_000);
        assert_eq!(column.interval_nanos(Timestamp::from_secs(4)), 0);
    }

    /// Every sample of a bucket, found by looking at all of them.
    fn samples_between<'a>(values: &'a [f64], times: &'a [i64], from: i64, to: i64) -> Vec<f64> {
        let numbers = times
            .iter()
            .zip(values)
            .filter(|(at, _)| (from..to).contains(*at));
        numbers
            .map(|(_, value)| *value)
            .filter(|value| !value.is_nan())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_bucket_holds_every_sample_of_it_and_nothing_else(
            values in prop::collection::vec(prop_oneof![9 => -1e9f64..1e9, 1 => Just(f64::NAN)], 0..9000),
            from in 0i64..9000, n_secs in 1i64..9000, n_buckets in 1usize..50, until in 0i64..10_000
        ) {
            let column = column(&values);
            let window = TimeRange::new(Timestamp::from_secs(from), Timestamp::from_secs(from + n_secs));
            let edges = Buckets::new(window, n_buckets).edges_millis();
            let buckets = column.thin(&edges, Timestamp::from_secs(until), Transform::Raw);
            let times: Vec<i64> = (0..values.len() as i64).map(|i| i * 1000).collect();
            prop_assert_eq!(buckets.len(), n_buckets);
            for (bucket, edges) in buckets.iter().zip(edges.windows(2)) {
                let own = samples_between(&values, &times, edges[0], edges[1].min(until * 1000 + 1));
                let expected = own.first().zip(own.last()).map(|(first, last)| Bucket {
                    first: *first,
                    last: *last,
                    min: own.iter().copied().fold(f64::INFINITY, f64::min),
                    max: own.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                });
                prop_assert_eq!(*bucket, expected);
            }
        }
    }
}
