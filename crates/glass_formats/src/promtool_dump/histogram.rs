//! Native histograms from the text Prometheus prints of them: `{count:3, sum:1.5, (0.5,1]:1, (1,2]:2}`.

use crate::scan;
use glass_model::{NativeHistogram, Span};

/// The schema of histograms with their own bounds.
const CUSTOM_BOUNDS: i32 = -53;
/// The coarsest and the finest exponential schema.
const SCHEMAS: std::ops::RangeInclusive<i32> = -4..=8;
/// That of histograms of which no bucket is filled.
const DEFAULT_SCHEMA: i32 = 3;
/// Prometheus' zero threshold where none is told: 2^-128.
const DEFAULT_ZERO_THRESHOLD: f64 = 2.938_735_877_055_719e-39;
/// How far a printed bound may be from the computed one.
const TOLERANCE: f64 = 1e-9;
/// The most buckets taken in; Prometheus itself limits to a few hundred.
const MOST_BUCKETS: usize = 10_000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct PrintedBucket {
    pub low: f64,
    pub high: f64,
    pub count: f64,
}

/// Reads a printed histogram; `schema_hint` is taken if it has no filled bucket.
pub(super) fn parse(text: &str, schema_hint: i32) -> Result<NativeHistogram, String> {
    let body = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .ok_or("a histogram stands in braces")?;
    let mut histogram = empty(schema_hint);
    let mut buckets = Vec::new();
    for part in body.split(", ") {
        let (key, value) = part.rsplit_once(':').ok_or("a part of a histogram has no `:`")?;
        let value = scan::number(value)?;
        match key {
            "count" => histogram.count = value,
            "sum" => histogram.sum = value,
            bounds => buckets.push(bucket(bounds, value)?),
        }
        if buckets.len() > MOST_BUCKETS {
            return Err(format!("a histogram of more than {MOST_BUCKETS} buckets"));
        }
    }
    place(&mut histogram, buckets)?;
    Ok(histogram)
}

/// The histogram of a count, a sum and filled buckets, by the schema that fits their bounds.
///
/// # Errors
/// When there are too many buckets, or they do not fit together.
pub(crate) fn from_buckets(
    count: f64,
    sum: f64,
    buckets: Vec<PrintedBucket>,
) -> Result<NativeHistogram, String> {
    let is_wrong = |b: &PrintedBucket| b.low.is_nan() || b.high.is_nan() || b.low > b.high;
    if buckets.len() > MOST_BUCKETS || buckets.iter().any(is_wrong) {
        return Err("a histogram with buckets that make no sense".to_owned());
    }
    let mut histogram = empty(DEFAULT_SCHEMA);
    (histogram.count, histogram.sum) = (count, sum);
    place(&mut histogram, buckets)?;
    Ok(histogram)
}

fn empty(schema: i32) -> NativeHistogram {
    NativeHistogram {
        reset_hint: glass_model::ResetHint::Unknown,
        schema,
        zero_threshold: DEFAULT_ZERO_THRESHOLD,
        zero_count: 0.0,
        count: 0.0,
        sum: 0.0,
        positive_spans: Vec::new(),
        positive_counts: Vec::new(),
        negative_spans: Vec::new(),
        negative_counts: Vec::new(),
        custom_bounds: Vec::new(),
    }
}

fn bucket(text: &str, count: f64) -> Result<PrintedBucket, String> {
    let inner = text
        .strip_prefix(['(', '['])
        .and_then(|t| t.strip_suffix([')', ']']));
    let (low, high) = inner
        .and_then(|t| t.split_once(','))
        .ok_or("a bucket has two bounds in brackets")?;
    let (low, high) = (scan::number(low)?, scan::number(high)?);
    if low.is_nan() || high.is_nan() || low > high {
        return Err("the bounds of a bucket are the wrong way round".to_owned());
    }
    Ok(PrintedBucket { low, high, count })
}

/// Puts buckets into the model's spans, by the schema that fits all of them.
fn place(histogram: &mut NativeHistogram, mut buckets: Vec<PrintedBucket>) -> Result<(), String> {
    let is_zero = |b: &PrintedBucket| b.low <= 0.0 && b.high >= 0.0 && b.low == -b.high;
    if let Some(at) = buckets.iter().position(is_zero) {
        let zero = buckets.remove(at);
        (histogram.zero_threshold, histogram.zero_count) = (zero.high, zero.count);
    }
    if buckets.is_empty() {
        return Ok(());
    }
    let Some(schema) = common_schema(&buckets) else {
        return place_custom(histogram, &buckets);
    };
    histogram.schema = schema;
    let mut positive = Vec::new();
    let mut negative = Vec::new();
    for b in &buckets {
        if b.low < 0.0 {
            negative.push((
                index(-b.high, -b.low, schema).ok_or("a bucket beyond the range")?,
                b.count,
            ));
        } else {
            positive.push((
                index(b.low, b.high, schema).ok_or("a bucket beyond the range")?,
                b.count,
            ));
        }
    }
    (histogram.positive_spans, histogram.positive_counts) = spans(positive)?;
    (histogram.negative_spans, histogram.negative_counts) = spans(negative)?;
    Ok(())
}

/// The exponential schema to whose bounds all buckets fit.
fn common_schema(buckets: &[PrintedBucket]) -> Option<i32> {
    SCHEMAS.into_iter().find(|schema| {
        buckets.iter().all(|b| {
            let (low, high) = if b.low < 0.0 {
                (-b.high, -b.low)
            } else {
                (b.low, b.high)
            };
            index(low, high, *schema).is_some()
        })
    })
}

/// The number of the bucket `(low, high]`, if it is one of the schema: `high` is 2^(index * 2^-schema).
fn index(low: f64, high: f64, schema: i32) -> Option<i32> {
    let per_doubling = f64::from(schema).exp2();
    // The last bucket reaches to the largest double, the one above it to infinity.
    let is_top = high == f64::MAX || high == f64::INFINITY;
    let (bound, step) = if is_top { (low, 1.0) } else { (high, 0.0) };
    let exact = bound.log2() * per_doubling;
    let index = exact.round() + step;
    let bound_of = |index: f64| (index / per_doubling).exp2();
    let fits = |printed: f64, computed: f64| {
        computed.is_finite() && (printed - computed).abs() <= computed * TOLERANCE
    };
    let low_fits = fits(low, bound_of(index - 1.0)) || (high == f64::INFINITY && low == f64::MAX);
    let high_fits = is_top || fits(high, bound_of(index));
    (index.is_finite() && index.abs() < 1e6 && low_fits && high_fits).then_some(index as i32)
}

/// Runs of neighbouring buckets.
fn spans(mut buckets: Vec<(i32, f64)>) -> Result<(Vec<Span>, Vec<f64>), String> {
    buckets.sort_by_key(|(index, _)| *index);
    let mut spans: Vec<Span> = Vec::new();
    let mut counts = Vec::new();
    let mut next = 0;
    for (index, count) in buckets {
        let offset = index - next;
        match spans.last_mut() {
            Some(_) if offset < 0 => return Err("a bucket comes twice".to_owned()),
            Some(last) if offset == 0 => last.length += 1,
            _ => spans.push(Span { offset, length: 1 }),
        }
        counts.push(count);
        next = index + 1;
    }
    Ok((spans, counts))
}

/// Buckets of a histogram with its own bounds; bounds between which nothing was counted are not printed.
fn place_custom(histogram: &mut NativeHistogram, buckets: &[PrintedBucket]) -> Result<(), String> {
    let mut bounds: Vec<f64> = buckets
        .iter()
        .flat_map(|b| [b.low, b.high])
        .filter(|b| b.is_finite())
        .collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let index_of = |high: f64| {
        bounds
            .iter()
            .position(|bound| *bound == high)
            .unwrap_or(bounds.len())
    };
    let placed = buckets
        .iter()
        .map(|b| (index_of(b.high) as i32, b.count))
        .collect();
    (histogram.positive_spans, histogram.positive_counts) = spans(placed)?;
    histogram.schema = CUSTOM_BOUNDS;
    histogram.zero_threshold = 0.0;
    histogram.custom_bounds = bounds;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let h = parse(text, 3).unwrap();
        let side = |spans: &[Span], counts: &[f64]| {
            let spans: Vec<_> = spans.iter().map(|s| (s.offset, s.length)).collect();
            format!("{spans:?}{counts:?}")
        };
        let told = format!(
            "schema {} count {} sum {} zero {}@{:e} + {} - {} bounds {:?}",
            h.schema,
            h.count,
            h.sum,
            h.zero_count,
            h.zero_threshold,
            side(&h.positive_spans, &h.positive_counts),
            side(&h.negative_spans, &h.negative_counts),
            h.custom_bounds
        );
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn schema_and_buckets_from_bounds() {
        check(
            "{count:9, sum:0.5, (0.003284751622084822,0.0035820470437682465]:3, (0.0035820470437682465,0.00390625]:1, (0.005524271728019902,0.0060242610367497685]:5}",
            "schema 3 count 9 sum 0.5 zero 0@2.938735877055719e-39 + [(-65, 2), (4, 1)][3.0, 1.0, 5.0] - [][] bounds []",
        );
        check(
            "{count:6, sum:-1, [-4,-2):1, [-2,-1):2, [-0.001,0.001]:1, (0.5,1]:1, (2,4]:1}",
            "schema 0 count 6 sum -1 zero 1@1e-3 + [(0, 1), (1, 1)][1.0, 1.0] - [(1, 2)][2.0, 1.0] bounds []",
        );
        check(
            "{count:0, sum:0}",
            "schema 3 count 0 sum 0 zero 0@2.938735877055719e-39 + [][] - [][] bounds []",
        );
        check(
            "{count:1, sum:+Inf, (8.98846567431158e+307,1.7976931348623157e+308]:1, (1.7976931348623157e+308,+Inf]:2}",
            "schema 0 count 1 sum inf zero 0@2.938735877055719e-39 + [(1024, 2)][1.0, 2.0] - [][] bounds []",
        );
    }

    #[test]
    fn bounds_of_their_own() {
        check(
            "{count:6, sum:4, [-Inf,0.1]:1, (0.3,0.7]:2, (5,+Inf]:3}",
            "schema -53 count 6 sum 4 zero 0@0e0 + [(0, 1), (1, 1), (1, 1)][1.0, 2.0, 3.0] - [][] bounds [0.1, 0.3, 0.7, 5.0]",
        );
    }

    #[test]
    fn damaged_ones_are_told() {
        for text in [
            "{",
            "{}",
            "{count}",
            "{(1,2:1}",
            "{(2,1]:1}",
            "{(NaN,1]:1}",
            "{(1]:1}",
            "{(1,2]:1, (1,2]:1}",
        ] {
            assert!(parse(text, 0).is_err(), "{text}");
        }
    }
}
