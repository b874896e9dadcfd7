//! Metrics that are related to one by their labels: [`related`].

use glass_model::{Labels, Matcher, Provenance, Querier, QueryError, Selector, TimeRange, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Samples within so much time before the playhead count.
const LOOK_BACK_NANOS: i64 = 300_000_000_000;
/// Labels that say where a series comes from: what is compared is read of one such place alone.
const PLACE: [&str; 2] = ["job", "instance"];
/// At most so many names are told.
const MAX_NAMES: usize = 500;

/// The names of the metrics that have, at the place of the metric's first series, a series with the same label names;
/// sorted, the metric itself left out.
pub(super) fn related(
    source: &dyn Querier,
    metric: &str,
    as_of: Timestamp,
) -> Result<(Vec<String>, Provenance), QueryError> {
    let range = TimeRange::new(as_of.plus_nanos(-LOOK_BACK_NANOS), as_of);
    let (own, provenance) = source.series_labels(&Selector::metric(metric), range, as_of)?;
    let Some(first) = own.first() else {
        return Ok((Vec::new(), provenance));
    };
    let wanted: BTreeSet<Vec<&str>> = own.iter().map(names_of).collect();
    let place: Vec<_> = PLACE
        .iter()
        .filter_map(|name| Some(Matcher::equal(name, first.get(name)?)))
        .collect();
    if place.is_empty() {
        return Ok((Vec::new(), provenance));
    }
    let (near, provenance) = source.series_labels(&Selector { matchers: place }, range, as_of)?;
    let mut found: BTreeMap<&str, bool> = BTreeMap::new();
    for labels in near.iter().filter(|labels| labels.metric_name() != metric) {
        *found.entry(labels.metric_name()).or_default() |= wanted.contains(&names_of(labels));
    }
    let names = found.into_iter().filter(|(_, is_same)| *is_same);
    Ok((
        names.take(MAX_NAMES).map(|(name, _)| name.to_owned()).collect(),
        provenance,
    ))
}

fn names_of(labels: &Labels) -> Vec<&str> {
    labels.iter().map(|(name, _)| name).collect()
}
