//! Series, label names and label values.

use super::answer::{Answer, ApiError, Json, answer};
use super::parse;
use crate::gaps;
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::{Path, State};
use glass_formats::prometheus_api::{Notes, write_label_sets, write_texts};
use glass_model::{Labels, Querier, Selector};
use std::collections::BTreeSet;

/// `/api/v1/series`
pub(super) async fn series(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        if params.all("match[]").next().is_none() {
            return Err(ApiError::bad_data("no match[] parameter provided"));
        }
        let limit = parse::limit(&params)?;
        let mut notes = Notes::default();
        let selectors = parse::selectors(&params, &work.limits());
        let selectors = selectors.map_err(|text| ApiError::parameter("match[]", text))?;
        let mut found = matching(work, &params, &selectors, &mut notes)?;
        cut(&mut found, limit, &mut notes);
        Ok(Json(written(|out| write_label_sets(out, &found, &notes))?))
    })
    .await
}

/// `/api/v1/labels`
pub(super) async fn label_names(State(service): State<Shared>, params: Params) -> Answer {
    texts(&service, params, |labels, names| {
        names.extend(labels.iter().map(|(name, _)| name.to_owned()));
    })
    .await
}

/// `/api/v1/label/{name}/values`
pub(super) async fn label_values(
    State(service): State<Shared>,
    Path(name): Path<String>,
    params: Params,
) -> Answer {
    let name = unescaped(&name);
    if name.is_empty() {
        return Err(ApiError::bad_data(format!("invalid label name: {name:?}")));
    }
    texts(&service, params, move |labels, values| {
        values.extend(labels.get(&name).map(str::to_owned));
    })
    .await
}

/// What `pick` takes from the labels of the matching series, sorted.
async fn texts(
    service: &Shared,
    params: Params,
    pick: impl Fn(&Labels, &mut BTreeSet<String>) + Send + 'static,
) -> Answer {
    answer(service, move |work| {
        let limit = parse::limit(&params)?;
        let mut notes = Notes::default();
        let mut selectors = parse::selectors(&params, &work.limits()).map_err(ApiError::bad_data)?;
        if selectors.is_empty() {
            selectors.push(Selector::all());
        }
        let mut found = BTreeSet::new();
        for labels in matching(work, &params, &selectors, &mut notes)? {
            pick(&labels, &mut found);
        }
        let mut found: Vec<String> = found.into_iter().collect();
        cut(&mut found, limit, &mut notes);
        Ok(Json(written(|out| {
            write_texts(out, found.iter().map(String::as_str), &notes)
        })?))
    })
    .await
}

/// The labels of the series that any selector matches and that have a sample in the window asked for, sorted.
fn matching(
    work: &Work,
    params: &Params,
    selectors: &[Selector],
    notes: &mut Notes,
) -> Result<Vec<Labels>, ApiError> {
    let window = parse::window(params, work, &mut notes.warnings)?;
    let mut all = Vec::new();
    for selector in selectors {
        work.control.check()?;
        let (found, provenance) = work.recording().series_labels(selector, window, work.now())?;
        gaps::note(&provenance, &mut notes.warnings);
        all.extend(found);
    }
    if selectors.len() > 1 {
        all.sort();
        all.dedup();
    }
    Ok(all)
}

fn cut<T>(found: &mut Vec<T>, limit: usize, notes: &mut Notes) {
    if limit > 0 && found.len() > limit {
        found.truncate(limit);
        notes.warnings.push("results truncated due to limit".into());
    }
}

/// A name that was escaped for a URL: of `U__queue_2e_name` it is `queue.name`. What is no valid escape is left as it
/// is.
fn unescaped(name: &str) -> String {
    let Some(escaped) = name.strip_prefix("U__") else {
        return name.to_owned();
    };
    let mut out = String::new();
    let mut rest = escaped;
    while let Some(at) = rest.find('_') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('_') {
            out.push('_');
            rest = after;
            continue;
        }
        let code = rest
            .split_once('_')
            .and_then(|(digits, after)| Some((u32::from_str_radix(digits, 16).ok()?, after)))
            .and_then(|(code, after)| Some((char::from_u32(code)?, after)));
        let Some((c, after)) = code else {
            return name.to_owned();
        };
        out.push(c);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_names() {
        let check = |name: &str, expected: &str| assert_eq!(unescaped(name), expected);
        check("job", "job");
        check("U__queue_2e_name", "queue.name");
        check("U__a__b", "a_b");
        check("U__a_1F600_", "a😀");
        check("U__a_zz_", "U__a_zz_");
        check("U__a_2e", "U__a_2e");
    }
}
