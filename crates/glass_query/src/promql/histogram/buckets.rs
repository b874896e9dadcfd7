//! Buckets as pairs of index and count, and the bounds that belong to an index: [`Bucket`], [`bound`].

use super::number::Number;
use super::{CUSTOM_BOUNDS, Histogram};
use glass_model::Span;

/// Index and count of buckets that hold something, by ascending index.
pub(super) type Buckets<N> = Vec<(i32, N)>;

/// A bucket with its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound.
    pub upper: f64,
    /// How many observations it holds.
    pub count: f64,
    /// Whether the lower bound belongs to it.
    pub is_lower_included: bool,
    /// Whether the upper bound belongs to it.
    pub is_upper_included: bool,
}

impl Bucket {
    /// The same on the other side of zero.
    pub(super) fn mirrored(self) -> Self {
        Self {
            lower: -self.upper,
            upper: -self.lower,
            is_lower_included: self.is_upper_included,
            is_upper_included: self.is_lower_included,
            ..self
        }
    }

    /// Without what the zero bucket covers.
    pub(super) fn cut_at_zero(mut self, threshold: f64) -> Self {
        if self.lower > 0.0 && self.lower < threshold {
            self.lower = threshold;
        } else if self.upper < 0.0 && self.upper > -threshold {
            self.upper = -threshold;
        }
        self
    }
}

/// The upper bound of the bucket with that index, on the positive side.
///
/// Powers of 2^(2^-schema); the last one that a float can reach is the greatest finite float, because infinite
/// observations have a bucket of their own.
pub(super) fn bound(index: i32, schema: i32, custom: &[f64]) -> f64 {
    if schema == CUSTOM_BOUNDS {
        return match usize::try_from(index) {
            Ok(index) => custom.get(index).copied().unwrap_or(f64::INFINITY),
            Err(_) => f64::NEG_INFINITY,
        };
    }
    let index = i64::from(index);
    let (exponent, part) = if schema <= 0 {
        (index << -schema, 0.0)
    } else {
        let n_parts = 1_i64 << schema;
        (
            index.div_euclid(n_parts),
            index.rem_euclid(n_parts) as f64 / n_parts as f64,
        )
    };
    if exponent == 1024 && part == 0.0 {
        f64::MAX
    } else {
        part.exp2() * two_to_the(exponent)
    }
}

/// 2 to a whole power, exact also where the result is subnormal.
fn two_to_the(exponent: i64) -> f64 {
    match exponent {
        1024.. => f64::INFINITY,
        -1022..1024 => f64::from_bits(((exponent + 1023) as u64) << 52),
        -1074..-1022 => f64::from_bits(1 << (exponent + 1074)),
        _ => 0.0,
    }
}

/// Reads spans and counts; `None` when they do not fit together.
pub(super) fn from_spans(spans: &[Span], counts: &[f64]) -> Option<Buckets<f64>> {
    let n_named: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    if n_named != counts.len() as u64 || spans.iter().skip(1).any(|span| span.offset < 0) {
        return None;
    }
    let mut buckets = Vec::with_capacity(counts.len());
    let mut counts = counts.iter();
    let mut next = 0_i64;
    for span in spans {
        next += i64::from(span.offset);
        for count in counts.by_ref().take(span.length as usize) {
            if *count != 0.0 {
                buckets.push((i32::try_from(next).ok()?, *count));
            }
            next += 1;
        }
    }
    Some(buckets)
}

/// Writes spans and counts.
pub(super) fn to_spans(buckets: &Buckets<f64>) -> (Vec<Span>, Vec<f64>) {
    let mut spans: Vec<Span> = Vec::new();
    let mut next = 0_i64;
    for &(index, _) in buckets {
        match spans.last_mut() {
            Some(span) if i64::from(index) == next => span.length += 1,
            _ => spans.push(Span {
                offset: (i64::from(index) - next) as i32,
                length: 1,
            }),
        }
        next = i64::from(index) + 1;
    }
    (spans, buckets.iter().map(|(_, count)| *count).collect())
}

/// Adds `other`, times `factor`, to `buckets`.
pub(super) fn merge<N: Number>(buckets: &mut Buckets<N>, other: &[(i32, f64)], factor: f64) {
    let is_same_layout = buckets.len() == other.len() && buckets.iter().zip(other).all(|(a, b)| a.0 == b.0);
    if is_same_layout {
        for (mine, (_, count)) in buckets.iter_mut().zip(other) {
            mine.1 = mine.1.plus(factor * count);
        }
        return;
    }
    let mut merged = Vec::with_capacity(buckets.len().max(other.len()));
    let mut rest = other.iter().peekable();
    for &(index, count) in buckets.iter() {
        while let Some((lower, added)) = rest.next_if(|(lower, _)| *lower < index) {
            merged.push((*lower, N::of(factor * added)));
        }
        let added = rest.next_if(|(same, _)| *same == index);
        merged.push((
            index,
            added.map_or(count, |(_, added)| count.plus(factor * added)),
        ));
    }
    merged.extend(rest.map(|(index, added)| (*index, N::of(factor * added))));
    *buckets = merged;
}

/// Merges buckets for a coarser schema.
pub(super) fn reduce<N: Number>(buckets: &[(i32, N)], from_schema: i32, to_schema: i32) -> Buckets<N> {
    let shift = (from_schema - to_schema).clamp(0, 63);
    renumber(buckets, |index| (((i64::from(index) - 1) >> shift) + 1) as i32)
}

/// Gives buckets other numbers, in the same order; those of one number become one.
pub(super) fn renumber<N: Number>(buckets: &[(i32, N)], number: impl Fn(i32) -> i32) -> Buckets<N> {
    let mut all: Buckets<N> = Vec::with_capacity(buckets.len());
    for &(index, count) in buckets {
        let index = number(index);
        match all.last_mut() {
            Some(last) if last.0 == index => last.1 = last.1.joined(count),
            _ => all.push((index, count)),
        }
    }
    all
}

impl<N: Number> Histogram<N> {
    /// Takes out buckets that have become empty.
    pub(super) fn drop_empty(&mut self) {
        self.positive.retain(|(_, count)| count.value() != 0.0);
        self.negative.retain(|(_, count)| count.value() != 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_follow_from_index_and_schema() {
        let check = |index, schema, expected: f64| assert_eq!(bound(index, schema, &[1.0, 2.5]), expected);
        check(3, 0, 8.0);
        check(-1, 0, 0.5);
        check(1, -2, 16.0);
        check(4, 2, 2.0);
        check(1, 1, std::f64::consts::SQRT_2);
        check(-1, 1, std::f64::consts::FRAC_1_SQRT_2);
        check(1024, 0, f64::MAX);
        check(1025, 0, f64::INFINITY);
        check(-1074, 0, f64::from_bits(1));
        check(i32::MIN, 8, 0.0);
        check(i32::MAX, -4, f64::INFINITY);
        check(-1, CUSTOM_BOUNDS, f64::NEG_INFINITY);
        check(1, CUSTOM_BOUNDS, 2.5);
        check(2, CUSTOM_BOUNDS, f64::INFINITY);
    }

    #[test]
    fn spans_that_do_not_fit_are_refused() {
        let span = |offset, length| Span { offset, length };
        let check = |spans: &[Span], counts: &[f64], expected: Option<&[(i32, f64)]>| {
            assert_eq!(from_spans(spans, counts).as_deref(), expected);
        };
        check(
            &[span(-2, 2), span(1, 1)],
            &[1.0, 0.0, 3.0],
            Some(&[(-2, 1.0), (1, 3.0)]),
        );
        check(&[span(0, 3)], &[1.0], None);
        check(&[span(0, u32::MAX)], &[], None);
        check(&[span(0, 1), span(-1, 1)], &[1.0, 1.0], None);
        check(&[span(i32::MAX, 2)], &[1.0, 1.0], None);
    }
}
