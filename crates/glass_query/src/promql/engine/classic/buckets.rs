//! Quantiles and shares of the buckets of one classic histogram at one moment: [`quantile`], [`fraction`].

/// A bucket: observations up to a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bucket {
    /// The greatest value that it counts.
    pub upper: f64,
    /// Observations up to it.
    pub count: f64,
}

/// How far counts had to be raised so that none is below the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fixed {
    pub min_bucket: f64,
    pub max_bucket: f64,
    pub max_diff: f64,
}

/// Differences below this share are taken for rounding.
const TOLERANCE: f64 = 1e-12;

/// The value below which the share `q` of the observations lies, assuming that they are spread evenly inside each
/// bucket. `buckets` are sorted by bound; they are merged and corrected in place.
pub(super) fn quantile(q: f64, buckets: &mut Vec<Bucket>) -> (f64, Option<Fixed>) {
    if q.is_nan() {
        return (f64::NAN, None);
    }
    if !(0.0..=1.0).contains(&q) {
        return (if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY }, None);
    }
    if buckets.last().is_none_or(|last| last.upper != f64::INFINITY) {
        return (f64::NAN, None);
    }
    merge_equal(buckets);
    let fixed = make_monotonic(buckets);
    let last = buckets.len() - 1;
    let observations = buckets[last].count;
    if last == 0 || observations == 0.0 || observations.is_nan() && q.is_nan() {
        return (f64::NAN, fixed);
    }
    let rank = q * observations;
    let found = first_reaching(&buckets[..last], rank);
    let value = match found {
        found if found == last => buckets[last - 1].upper,
        0 if buckets[0].upper <= 0.0 => buckets[0].upper,
        0 => buckets[0].upper * (rank / buckets[0].count),
        _ => {
            let (before, bucket) = (buckets[found - 1], buckets[found]);
            let share = (rank - before.count) / (bucket.count - before.count);
            before.upper + (bucket.upper - before.upper) * share
        }
    };
    (value, fixed)
}

/// The first bucket whose count reaches `rank`, found as Go's binary search finds it (counts may be NaN).
fn first_reaching(buckets: &[Bucket], rank: f64) -> usize {
    let (mut low, mut high) = (0, buckets.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if buckets[middle].count >= rank {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Adds up buckets with one bound.
fn merge_equal(buckets: &mut Vec<Bucket>) {
    buckets.dedup_by(|later, first| {
        let is_equal = later.upper == first.upper;
        if is_equal {
            first.count += later.count;
        }
        is_equal
    });
}

fn make_monotonic(buckets: &mut [Bucket]) -> Option<Fixed> {
    let mut fixed: Option<Fixed> = None;
    let mut before = buckets[0].count;
    for bucket in &mut buckets[1..] {
        let count = bucket.count;
        if count == before {
            continue;
        }
        if is_almost(before, count) {
            bucket.count = before;
        } else if count < before {
            bucket.count = before;
            let lost = before - count;
            let known = fixed.get_or_insert(Fixed {
                min_bucket: bucket.upper,
                max_bucket: bucket.upper,
                max_diff: 0.0,
            });
            known.min_bucket = known.min_bucket.min(bucket.upper);
            known.max_bucket = known.max_bucket.max(bucket.upper);
            known.max_diff = known.max_diff.max(lost);
        } else {
            before = count;
        }
    }
    fixed
}

fn is_almost(a: f64, b: f64) -> bool {
    if a.is_nan() && b.is_nan() || a == b {
        return true;
    }
    let (sum, diff) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return diff < TOLERANCE * f64::MIN_POSITIVE;
    }
    diff / sum.min(f64::MAX) < TOLERANCE
}

/// The share of the observations between two values, assuming that they are spread evenly inside each bucket.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<Bucket>) -> f64 {
    if buckets.last().is_none_or(|last| last.upper != f64::INFINITY) {
        return f64::NAN;
    }
    merge_equal(buckets);
    let count = buckets[buckets.len() - 1].count;
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_of(upper, buckets, count) - rank_of(lower, buckets, count)) / count
}

/// How many observations lie below `value`. Inside a bucket without end nothing is known: those up to its lower
/// bound are counted, or, in the lowest one, all.
fn rank_of(value: f64, buckets: &[Bucket], count: f64) -> f64 {
    let mut low = if buckets[0].upper <= 0.0 {
        f64::NEG_INFINITY
    } else {
        0.0
    };
    let mut rank = 0.0;
    for bucket in buckets {
        if low >= value {
            return keep_below(rank, count);
        }
        if bucket.upper > value {
            let inside = if low == f64::NEG_INFINITY {
                bucket.count
            } else {
                rank + (bucket.count - rank) * (value - low) / (bucket.upper - low)
            };
            return keep_below(inside, count);
        }
        rank = bucket.count;
        low = bucket.upper;
    }
    count
}

fn keep_below(rank: f64, count: f64) -> f64 {
    if rank > count { count } else { rank }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(pairs: &[(f64, f64)]) -> Vec<Bucket> {
        pairs
            .iter()
            .map(|(upper, count)| Bucket {
                upper: *upper,
                count: *count,
            })
            .collect()
    }

    #[test]
    fn quantiles_lie_evenly_inside_a_bucket() {
        const INF: f64 = f64::INFINITY;
        let check = |q: f64, pairs: &[(f64, f64)], expected: f64, is_fixed: bool| {
            let (found, fixed) = quantile(q, &mut buckets(pairs));
            assert!(
                found == expected || found.is_nan() && expected.is_nan(),
                "{q} of {pairs:?}: {found}"
            );
            assert_eq!(fixed.is_some(), is_fixed);
        };
        let plain = [(1.0, 2.0), (2.0, 4.0), (INF, 5.0)];
        check(0.2, &plain, 0.5, false);
        check(0.6, &plain, 1.5, false);
        check(1.0, &plain, 2.0, false);
        check(2.0, &plain, INF, false);
        check(0.5, &[(1.0, 2.0)], f64::NAN, false);
        check(0.5, &[(-1.0, 4.0), (INF, 4.0)], -1.0, false);
        check(0.5, &[(1.0, 4.0), (2.0, 2.0), (INF, 8.0)], 1.0, true);
        check(0.5, &[(1.0, 1.0), (1.0, 1.0), (INF, 4.0)], 1.0, false);
    }

    #[test]
    fn shares_are_differences_of_ranks() {
        const INF: f64 = f64::INFINITY;
        let check = |lower: f64, upper: f64, expected: f64| {
            let mut all = buckets(&[(1.0, 2.0), (2.0, 4.0), (INF, 8.0)]);
            assert_eq!(fraction(lower, upper, &mut all), expected, "{lower}..{upper}");
        };
        check(0.0, 1.0, 0.25);
        check(0.5, 1.5, 0.25);
        check(-INF, INF, 1.0);
        check(2.0, INF, 0.5);
        check(3.0, 9.0, 0.0);
        check(2.0, 1.0, 0.0);
    }
}
