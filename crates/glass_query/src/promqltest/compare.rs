//! Whether a result is the expected one: [`values`] and [`annotations`]; the texts say what differs.

use super::literal::{shown, shown_sample};
use super::script::{Expected, Pattern, When};
use super::series::{Item, SeriesLine};
use crate::promql::Evaluated;
use crate::promql::histogram::Histogram;
use glass_model::{NativeHistogram, QueryValue, SampleValue, SeriesData, VectorSample, is_stale_marker};
use std::collections::HashSet;

/// How far two floats may lie apart, in relation to their size.
const TOLERANCE: f64 = 1e-6;

type Check = Result<(), String>;

/// Compares the value of a result.
pub(super) fn values(expected: &Expected, when: When, value: &QueryValue) -> Check {
    match value {
        QueryValue::Scalar(_, value) => match expected.scalar {
            Some(scalar) if is_close(scalar, *value) => Ok(()),
            Some(scalar) => Err(format!("expected {scalar}, got {value}")),
            None => Err(format!("expected series, got the number {value}")),
        },
        QueryValue::Text(_, text) if expected.text.as_ref().unwrap_or(&String::new()) == text => Ok(()),
        QueryValue::Text(_, text) => Err(format!("expected {:?}, got {text:?}", expected.text)),
        QueryValue::Vector(samples) => vector(expected, samples),
        QueryValue::Matrix(series) => matrix(expected, when, series),
        QueryValue::Streams(_) => Err("expected samples, got log lines".into()),
    }
}

fn vector(expected: &Expected, samples: &[VectorSample]) -> Check {
    if let Some(scalar) = expected.scalar {
        return Err(format!(
            "expected the number {scalar}, got a vector of {}",
            samples.len()
        ));
    }
    let mut seen = HashSet::new();
    for (place, sample) in samples.iter().enumerate() {
        let found = expected
            .series
            .iter()
            .position(|line| line.labels == sample.labels);
        let Some(found) = found else {
            return Err(format!("unexpected {}", shown_sample(sample)));
        };
        if expected.ordered && found != place {
            return Err(format!(
                "expected {} in place {found}, is in {place}",
                sample.labels
            ));
        }
        if !seen.insert(found) {
            return Err(format!("{} comes twice", sample.labels));
        }
        let line = &expected.series[found];
        let is_equal = line
            .items
            .first()
            .is_some_and(|item| is_item(item, &sample.value));
        if !is_equal {
            let want = line.items.first().map_or_else(String::new, shown_item);
            return Err(format!(
                "expected {want} for {}, got {}",
                line.labels,
                shown(&sample.value)
            ));
        }
    }
    all_seen(expected, &seen)
}

fn matrix(expected: &Expected, when: When, series: &[SeriesData]) -> Check {
    if let Some(scalar) = expected.scalar {
        return Err(format!(
            "expected the number {scalar}, got a matrix of {}",
            series.len()
        ));
    }
    if expected.ordered {
        return Err("expected an order, got a matrix".into());
    }
    if let Some(pair) = series.windows(2).find(|pair| pair[0].labels >= pair[1].labels) {
        return Err(format!("{} comes before {}", pair[0].labels, pair[1].labels));
    }
    let (from, to, step) = match (expected.range, when) {
        (Some(range), _) => range,
        (None, When::Range(from, to, step)) => (from, to, step),
        (None, When::Instant(at)) => (at, at, 0),
    };
    let mut seen = HashSet::new();
    for found in series {
        let place = expected
            .series
            .iter()
            .position(|line| line.labels == found.labels);
        let Some(place) = place else {
            return Err(format!("unexpected {} {}", found.labels, shown_series(found)));
        };
        seen.insert(place);
        let line = &expected.series[place];
        let places = (0..).map(|i: i64| from.saturating_add(i.saturating_mul(step)));
        let want: Vec<(i64, &Item)> = places
            .zip(&line.items)
            .filter(|(_, item)| **item != Item::Omitted)
            .collect();
        if want.last().is_some_and(|(at, _)| *at > to) {
            return Err(format!(
                "expected more values of {} than there are steps",
                line.labels
            ));
        }
        let got = samples(found);
        if !is_same(&want, &got) {
            return Err(format!(
                "expected {} for {}, got {}",
                shown_line(&want),
                line.labels,
                shown_series(found)
            ));
        }
    }
    all_seen(expected, &seen)
}

fn is_same(want: &[(i64, &Item)], got: &[(i64, SampleValue)]) -> bool {
    want.len() == got.len()
        && want
            .iter()
            .zip(got)
            .all(|(want, got)| want.0 == got.0 && is_item(want.1, &got.1))
}

fn samples(series: &SeriesData) -> Vec<(i64, SampleValue)> {
    let floats = series.floats.at_millis().iter().zip(series.floats.values());
    let mut all: Vec<(i64, SampleValue)> = floats
        .map(|(at, value)| (*at, SampleValue::Float(*value)))
        .collect();
    let histograms = series.histograms.iter();
    all.extend(histograms.map(|(at, histogram)| (*at, SampleValue::Histogram(Box::new(histogram.clone())))));
    all.sort_by_key(|(at, _)| *at);
    all
}

fn all_seen(expected: &Expected, seen: &HashSet<usize>) -> Check {
    let missing = expected
        .series
        .iter()
        .enumerate()
        .find(|(place, _)| !seen.contains(place));
    missing.map_or(Ok(()), |(_, SeriesLine { labels, items })| {
        let values: Vec<String> = items.iter().map(shown_item).collect();
        Err(format!("missing {labels} {}", values.join(" ")))
    })
}

fn is_item(want: &Item, got: &SampleValue) -> bool {
    match (want, got) {
        (Item::Float(want), SampleValue::Float(got)) => is_close(*want, *got),
        (Item::Histogram(want, is_hinted), SampleValue::Histogram(got)) => {
            is_histogram(want, *is_hinted, got)
        }
        _ => false,
    }
}

fn is_histogram(want: &Histogram, is_hinted: bool, got: &NativeHistogram) -> bool {
    let Ok(got) = Histogram::from_model(got) else {
        return false;
    };
    let (want_buckets, got_buckets): (Vec<_>, Vec<_>) = (want.buckets().collect(), got.buckets().collect());
    want.schema == got.schema
        && (!is_hinted || want.hint == got.hint)
        && want.zero_threshold == got.zero_threshold
        && want.custom_bounds() == got.custom_bounds()
        && [
            (want.count, got.count),
            (want.sum, got.sum),
            (want.zero_count, got.zero_count),
        ]
        .iter()
        .all(|(want, got)| is_close(*want, *got))
        && want_buckets.len() == got_buckets.len()
        && want_buckets.iter().zip(&got_buckets).all(|(want, got)| {
            (want.lower, want.upper) == (got.lower, got.upper) && is_close(want.count, got.count)
        })
}

/// Equal within the tolerance; a NaN equals a NaN, but the stale marker only itself.
fn is_close(want: f64, got: f64) -> bool {
    if is_stale_marker(want) || is_stale_marker(got) {
        return is_stale_marker(want) && is_stale_marker(got);
    }
    if want.is_nan() && got.is_nan() || want == got {
        return true;
    }
    let (sum, apart) = (want.abs() + got.abs(), (want - got).abs());
    if want == 0.0 || got == 0.0 || sum < f64::MIN_POSITIVE {
        apart < TOLERANCE * f64::MIN_POSITIVE
    } else {
        apart / sum.min(f64::MAX) < TOLERANCE
    }
}

fn shown_item(item: &Item) -> String {
    match item {
        Item::Omitted => "_".into(),
        Item::Float(value) => value.to_string(),
        Item::Histogram(histogram, _) => histogram.script_text(),
    }
}

fn shown_line(items: &[(i64, &Item)]) -> String {
    let all: Vec<String> = items
        .iter()
        .map(|(at, item)| format!("{}@{at}", shown_item(item)))
        .collect();
    all.join(" ")
}

fn shown_series(series: &SeriesData) -> String {
    let all: Vec<String> = samples(series)
        .iter()
        .map(|(at, value)| format!("{}@{at}", shown(value)))
        .collect();
    all.join(" ")
}

/// Compares the annotations of a result.
pub(super) fn annotations(expected: &Expected, result: &Evaluated) -> Check {
    for (kind, wanted, is_none, is_any, found) in [
        (
            "warning",
            &expected.warnings,
            expected.no_warn,
            expected.any_warn,
            &result.warnings,
        ),
        (
            "info",
            &expected.infos,
            expected.no_info,
            expected.any_info,
            &result.infos,
        ),
    ] {
        if is_none && !found.is_empty() {
            return Err(format!("expected no {kind}, got {found:?}"));
        }
        if (is_any || !wanted.is_empty()) && found.is_empty() {
            return Err(format!("expected a {kind}, got none"));
        }
        if let Some(missing) = wanted
            .iter()
            .find(|pattern| !found.iter().any(|text| pattern.matches(text)))
        {
            return Err(format!(
                "expected the {kind} {}, got {found:?}",
                shown_pattern(missing)
            ));
        }
        let is_wanted =
            |text: &&String| wanted.is_empty() || wanted.iter().any(|pattern| pattern.matches(text));
        if let Some(more) = found.iter().find(|text| !is_wanted(text)) {
            return Err(format!("unexpected {kind} {more:?}"));
        }
    }
    Ok(())
}

/// A pattern as a failure's text shows it.
pub(super) fn shown_pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "of any text".into(),
        Pattern::Text(text) => format!("{text:?}"),
        Pattern::Regex(regex) => format!("/{regex}/"),
    }
}
