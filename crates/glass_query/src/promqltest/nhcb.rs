//! Classic histograms as native ones with custom bounds, for `load_with_nhcb`: [`convert`].

use super::literal::number;
use super::script::Load;
use super::series::Item;
use crate::promql::histogram::CUSTOM_BOUNDS;
use glass_model::{Labels, NativeHistogram, ResetHint, Span};
use std::collections::BTreeMap;

/// The parts of a classic histogram at one time.
#[derive(Default)]
struct Classic {
    /// Upper bounds and how many observations lie up to them.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

/// Puts the classic histograms of a `load` together.
///
/// # Errors
/// When a histogram's counts contradict each other.
pub(super) fn convert(load: &Load) -> Result<Vec<(Labels, i64, NativeHistogram)>, String> {
    let mut found: BTreeMap<(Labels, i64), Classic> = BTreeMap::new();
    for line in &load.series {
        let name = line.labels.metric_name();
        let Some((base, suffix)) = name.rsplit_once('_') else {
            continue;
        };
        let bound = line
            .labels
            .get("le")
            .and_then(number)
            .filter(|bound| !bound.is_nan());
        if !matches!((suffix, bound), ("bucket", Some(_)) | ("count" | "sum", _)) {
            continue;
        }
        let others = line.labels.without(&["__name__", "le"]);
        let labels = Labels::new(others.iter().chain([("__name__", base)]));
        for (place, item) in line.items.iter().enumerate() {
            let Item::Float(value) = *item else { continue };
            let at = load.step_millis.saturating_mul(place as i64);
            let classic = found.entry((labels.clone(), at)).or_default();
            match (suffix, bound) {
                ("bucket", Some(bound)) => classic.buckets.push((bound, value)),
                ("count", _) => classic.count = Some(value),
                _ => classic.sum = value,
            }
        }
    }
    let all = found.into_iter().map(|((labels, at), classic)| {
        let histogram = native(classic).map_err(|reason| format!("{labels}: {reason}"))?;
        Ok((labels, at, histogram))
    });
    all.collect()
}

fn native(mut classic: Classic) -> Result<NativeHistogram, &'static str> {
    classic.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    classic.buckets.dedup_by(|later, first| later.0 == first.0);
    let last = classic.buckets.last().copied();
    let count = classic.count.or(last.map(|(_, count)| count)).unwrap_or(0.0);
    if last.is_none_or(|(bound, _)| bound != f64::INFINITY) {
        classic.buckets.push((f64::INFINITY, count));
    }
    if classic
        .buckets
        .last()
        .is_some_and(|(_, cumulative)| *cumulative != count)
    {
        return Err("its count is not that of its last bucket");
    }
    let mut counts = Vec::new();
    let mut before = 0.0;
    for (_, cumulative) in &classic.buckets {
        if *cumulative < before {
            return Err("its buckets are not cumulative");
        }
        counts.push(cumulative - before);
        before = *cumulative;
    }
    Ok(NativeHistogram {
        reset_hint: ResetHint::Unknown,
        schema: CUSTOM_BOUNDS,
        zero_threshold: 0.0,
        zero_count: 0.0,
        count,
        sum: classic.sum,
        positive_spans: vec![Span {
            offset: 0,
            length: counts.len() as u32,
        }],
        positive_counts: counts,
        negative_spans: Vec::new(),
        negative_counts: Vec::new(),
        custom_bounds: classic
            .buckets
            .iter()
            .map(|(bound, _)| *bound)
            .filter(|bound| bound.is_finite())
            .collect(),
    })
}
