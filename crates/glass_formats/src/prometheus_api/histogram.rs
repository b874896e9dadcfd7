//! The buckets of a native histogram, with bounds, as the API tells them.

use crate::json_out;
use glass_model::{NativeHistogram, Span};
use std::io::{self, Write};

/// The schema of histograms with bounds of their own.
const CUSTOM_BOUNDS_SCHEMA: i32 = -53;

/// The square root of two as Go computes it, one bit below the nearest float; Prometheus' table of bounds was made
/// with it.
#[expect(clippy::approx_constant, reason = "it is not quite that constant")]
const GO_SQUARE_ROOT_OF_TWO: f64 = 1.414_213_562_373_095;

/// A bucket with its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramBucket {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound.
    pub upper: f64,
    /// Whether the lower bound belongs to it.
    pub holds_lower: bool,
    /// Whether the upper bound belongs to it.
    pub holds_upper: bool,
    /// Observations in it.
    pub count: f64,
}

/// All buckets from the lowest to the highest, empty ones included.
pub fn buckets(histogram: &NativeHistogram) -> impl Iterator<Item = HistogramBucket> {
    let bound = |index| upper_bound(histogram, index);
    let mut negative: Vec<(i64, f64)> =
        indexed(&histogram.negative_spans, &histogram.negative_counts).collect();
    negative.reverse();
    let below = negative.into_iter().map(move |(index, count)| HistogramBucket {
        lower: -bound(index),
        upper: -bound(index - 1),
        holds_lower: true,
        holds_upper: false,
        count,
    });
    let zero = (histogram.zero_count != 0.0).then(|| HistogramBucket {
        lower: -histogram.zero_threshold,
        upper: histogram.zero_threshold,
        holds_lower: true,
        holds_upper: true,
        count: histogram.zero_count,
    });
    let is_custom = histogram.schema == CUSTOM_BOUNDS_SCHEMA;
    let above = indexed(&histogram.positive_spans, &histogram.positive_counts).map(move |(index, count)| {
        HistogramBucket {
            lower: bound(index - 1),
            upper: bound(index),
            holds_lower: is_custom && index == 0,
            holds_upper: true,
            count,
        }
    });
    below.chain(zero).chain(above)
}

/// The index of each bucket with its count.
fn indexed(spans: &[Span], counts: &[f64]) -> impl Iterator<Item = (i64, f64)> {
    let mut next = 0i64;
    let indexes = spans.iter().flat_map(move |span| {
        let first = next + i64::from(span.offset);
        next = first + i64::from(span.length);
        first..next
    });
    indexes.zip(counts.iter().copied())
}

fn upper_bound(histogram: &NativeHistogram, index: i64) -> f64 {
    if histogram.schema == CUSTOM_BOUNDS_SCHEMA {
        return match usize::try_from(index) {
            Ok(index) => histogram
                .custom_bounds
                .get(index)
                .copied()
                .unwrap_or(f64::INFINITY),
            Err(_) => f64::NEG_INFINITY,
        };
    }
    exponential_bound(index, histogram.schema)
}

/// 2^(index / 2^schema). The last finite bucket ends at the greatest float, as in Prometheus.
fn exponential_bound(index: i64, schema: i32) -> f64 {
    let schema = schema.clamp(-32, 32);
    let (whole, fraction) = if schema <= 0 {
        (index.saturating_mul(1 << -schema), 1.0)
    } else {
        let per_doubling = 1i64 << schema;
        let below = index.rem_euclid(per_doubling);
        (index.div_euclid(per_doubling), 2.0 * half_bound(below, schema))
    };
    if whole == 1024 && fraction == 1.0 {
        return f64::MAX;
    }
    let whole = whole.clamp(-2000, 2000) as i32;
    // In two steps, since 2^-1074 is smaller than any normal number.
    fraction * f64::from(whole / 2).exp2() * f64::from(whole - whole / 2).exp2()
}

/// 2^(index / 2^schema - 1), with the rounding errors of Prometheus' table: a bound is that of the next coarser schema
/// where there is one, else the one before times a factor.
fn half_bound(index: i64, schema: i32) -> f64 {
    if index == 0 {
        0.5
    } else if index % 2 == 0 {
        half_bound(index / 2, schema - 1)
    } else {
        let factor = match schema {
            1 => GO_SQUARE_ROOT_OF_TWO,
            _ => f64::from(-schema).exp2().exp2(),
        };
        half_bound(index - 1, schema) * factor
    }
}

/// `[rule, "lower", "upper", "count"]`; the rule says which bounds belong to it.
pub(super) fn write_bucket<W: Write>(out: &mut W, bucket: HistogramBucket) -> io::Result<()> {
    let rule = match (bucket.holds_lower, bucket.holds_upper) {
        (false, true) => 0,
        (true, false) => 1,
        (false, false) => 2,
        (true, true) => 3,
    };
    write!(out, "[{rule}")?;
    for number in [bucket.lower, bucket.upper, bucket.count] {
        out.write_all(b",")?;
        json_out::quoted_float(out, number)?;
    }
    out.write_all(b"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_prometheus() {
        let check = |index, schema, expected: f64| assert_eq!(exponential_bound(index, schema), expected);
        check(0, 0, 1.0);
        check(-1, 1, 0.7071067811865475);
        check(-1, 4, 0.9576032806985735);
        check(-65, 3, 0.0035820470437682465);
        check(-66, 3, 0.003284751622084822);
        check(-64, 3, 0.00390625);
        check(-63, 3, 0.004259795830723663);
        check(-47, 3, 0.01703918332289465);
        check(3, -2, 4096.0);
        check(-1074, 0, 5e-324);
        check(1024, 0, f64::MAX);
        check(1025, 0, f64::INFINITY);
        check(i64::from(i32::MAX), -4, f64::INFINITY);
    }
}
