//! Names and values of labels, and the streams that have them.

use super::{ApiError, answer, parse};
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::{Path, State};
use axum::response::Response;
use glass_formats::loki::{write_detected_labels, write_label_texts, write_series};
use glass_model::{Labels, Querier, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// `/loki/api/v1/labels`
pub(super) async fn names(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let streams = streams(work, &params, parse::SIX_HOURS)?;
        let names: BTreeSet<&str> = streams
            .iter()
            .flat_map(|labels| labels.iter().map(|pair| pair.0))
            .collect();
        Ok(written(|out| write_label_texts(out, names))?)
    })
    .await
}

/// `/loki/api/v1/label/{name}/values`
pub(super) async fn values(
    State(service): State<Shared>,
    Path(name): Path<String>,
    params: Params,
) -> Response {
    answer(&service, move |work| {
        let streams = streams(work, &params, parse::SIX_HOURS)?;
        let values: BTreeSet<&str> = streams.iter().filter_map(|labels| labels.get(&name)).collect();
        Ok(written(|out| write_label_texts(out, values))?)
    })
    .await
}

/// `/loki/api/v1/detected_labels`: labels that tell of where a line comes from, not each line's own.
pub(super) async fn detected(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let streams = streams(work, &params, parse::AN_HOUR)?;
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in streams.iter().flat_map(Labels::iter) {
            values.entry(name).or_default().insert(value);
        }
        let counts = values.iter().map(|(name, values)| (*name, values.len()));
        Ok(written(|out| write_detected_labels(out, counts))?)
    })
    .await
}

/// `/loki/api/v1/series`
pub(super) async fn series(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let limits = work.limits();
        let mut selectors: Vec<Selector> = params
            .all("match[]")
            .chain(params.all("match"))
            .filter(|text| !matches!(text.trim(), "" | "{}"))
            .map(|text| parse::streams(text, &limits))
            .collect::<Result<_, _>>()?;
        if selectors.is_empty() {
            selectors.push(Selector::all());
        }
        let window = parse::window(&params, work, parse::AN_HOUR, &mut Vec::new())?;
        let mut found = BTreeSet::new();
        for selector in &selectors {
            work.control.check()?;
            let (streams, _) = work.recording().stream_labels(selector, window, work.now())?;
            found.extend(streams);
        }
        let found: Vec<Labels> = found.into_iter().collect();
        Ok(written(|out| write_series(out, &found))?)
    })
    .await
}

/// The labels of the streams that the request's query selects in its window.
fn streams(work: &Work, params: &Params, otherwise: i64) -> Result<Vec<Labels>, ApiError> {
    let selector = parse::streams_or_all(params, &work.limits())?;
    let window = parse::window(params, work, otherwise, &mut Vec::new())?;
    let (streams, _) = work.recording().stream_labels(&selector, window, work.now())?;
    Ok(streams)
}
