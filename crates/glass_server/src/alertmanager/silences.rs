//! Silences, as they stand at the recording's now.

use super::{ApiError, answer, filter};
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::{Path, State};
use axum::response::Response;
use glass_formats::alertmanager::{write_silence, write_silences};
use glass_model::{AnswerValue, Ask, Silence};
use std::collections::BTreeSet;

/// `/api/v2/silences`
pub(super) async fn silences(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let matchers = filter::matchers(&params)?;
        let now = work.now();
        let mut found = all_silences(work)?;
        found.retain(|silence| {
            let of_silence = &silence.selector.matchers;
            let is_matched = matchers.iter().all(|wanted| {
                of_silence
                    .iter()
                    .any(|matcher| matcher.name() == wanted.name() && wanted.matches_value(matcher.value()))
            });
            is_matched && filter::is_on(&params, silence.state_at(now).name())
        });
        Ok(written(|out| write_silences(out, &found, now))?)
    })
    .await
}

/// `/api/v2/silence/{id}`
pub(super) async fn silence(State(service): State<Shared>, Path(id): Path<String>) -> Response {
    answer(&service, move |work| {
        if !is_uuid(&id) {
            let text = format!("silenceID in path must be of type uuid: {id:?}");
            return Err(ApiError::Form(601, text));
        }
        let all = all_silences(work)?;
        let found = all.iter().find(|silence| silence.id == id);
        let found = found.ok_or(ApiError::NotFound)?;
        Ok(written(|out| write_silence(out, found, work.now()))?)
    })
    .await
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lens: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lens == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// The silences of all sources; of one that several sources know, the version that was seen last.
pub(super) fn all_silences(work: &Work) -> Result<Vec<Silence>, ApiError> {
    let (value, _) = work.ask(Ask::Silences)?;
    let AnswerValue::Silences(mut seen) = value else {
        return Ok(Vec::new());
    };
    seen.sort_by_key(|list| std::cmp::Reverse(list.at));
    let mut ids = BTreeSet::new();
    Ok(seen
        .into_iter()
        .flat_map(|list| list.items)
        .filter(|silence| ids.insert(silence.id.clone()))
        .collect())
}
