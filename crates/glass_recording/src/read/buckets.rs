//! [`Buckets`]: a window of time divided into equal parts, the same way for graphs and log histograms.

use glass_model::{TimeRange, Timestamp};

/// A window of time divided into equal parts. A part holds its first moment and not its end, but for the last,
/// which ends with the window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buckets {
    window: TimeRange,
    n_buckets: usize,
}

impl Buckets {
    pub(crate) fn new(window: TimeRange, n_buckets: usize) -> Self {
        Self { window, n_buckets }
    }

    /// The first moment, in nanoseconds, of each bucket, and after them the first moment after the window: one
    /// more than there are buckets. 128 bits, because the window may be all of time. Of an empty window all
    /// edges are its start, so that nothing falls into any bucket.
    pub(crate) fn edges(self) -> impl Iterator<Item = i128> {
        let start = i128::from(self.window.start.nanos());
        let after = i128::from(self.window.end.nanos()) + 1;
        let n_nanos = (after - start).max(0);
        let n_buckets = self.n_buckets.max(1) as i128;
        (0..=self.n_buckets as i128).map(move |i| start + div_ceil(i * n_nanos, n_buckets))
    }

    /// As [`Buckets::edges`], in milliseconds: the first whole millisecond that belongs to each bucket.
    pub(crate) fn edges_millis(self) -> Vec<i64> {
        self.edges()
            .map(|nanos| saturate(div_ceil(nanos, 1_000_000)))
            .collect()
    }

    /// As [`Buckets::edges`], cut so that nothing after `as_of` falls into any bucket: the count of moments
    /// below an edge is asked with "at or before", hence the one less.
    pub(crate) fn last_moments_before_edges(
        self,
        as_of: Timestamp,
    ) -> impl Iterator<Item = Option<Timestamp>> {
        self.edges().map(move |edge| {
            let last = (edge - 1).min(i128::from(as_of.nanos()));
            i64::try_from(last).ok().map(Timestamp::from_nanos)
        })
    }
}

fn div_ceil(value: i128, divisor: i128) -> i128 {
    -(-value).div_euclid(divisor)
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start: i64, end: i64, n_buckets: usize, expected: &[i128]) {
        let window = TimeRange::new(Timestamp::from_nanos(start), Timestamp::from_nanos(end));
        let edges: Vec<i128> = Buckets::new(window, n_buckets).edges().collect();
        assert_eq!(edges, expected, "{start}..={end} in {n_buckets}");
    }

    #[test]
    fn edges_divide_the_window_and_include_its_end() {
        check(0, 9, 2, &[0, 5, 10]);
        check(0, 9, 3, &[0, 4, 7, 10]);
        check(-5, 4, 2, &[-5, 0, 5]);
        check(0, 1, 4, &[0, 1, 1, 2, 2]);
        check(3, 2, 2, &[3, 3, 3]);
        check(7, 1, 2, &[7, 7, 7]);
        check(0, 9, 0, &[0]);
        check(
            i64::MIN,
            i64::MAX,
            1,
            &[i128::from(i64::MIN), i128::from(i64::MAX) + 1],
        );
    }

    #[test]
    fn a_millisecond_belongs_to_the_bucket_its_moment_falls_into() {
        let window = TimeRange::new(Timestamp::from_nanos(1), Timestamp::from_millis(4));
        assert_eq!(Buckets::new(window, 2).edges_millis(), [1, 3, 5]);
    }
}
