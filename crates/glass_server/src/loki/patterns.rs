//! `/loki/api/v1/patterns`: which patterns the lines of some streams follow, and how many lines each.

use super::miner::Miner;
use super::{answer, index, parse};
use crate::params::Params;
use crate::response::written;
use crate::service::Shared;
use axum::extract::State;
use axum::response::Response;
use glass_formats::log_level;
use glass_formats::loki::write_patterns;

/// The handler.
pub(super) async fn patterns(State(service): State<Shared>, params: Params) -> Response {
    answer(&service, move |work| {
        let selector = parse::streams(params.get("query"), &work.limits())?;
        let window = parse::window(&params, work, parse::AN_HOUR, &mut Vec::new())?;
        let step_secs = (parse::step(&params, window)? / 1_000_000_000).max(1);
        let mut miner = Miner::default();
        index::each_line(work, &selector, window, |line| {
            let level = log_level::level_of(line.labels, line.metadata, line.line);
            let bucket = line.at.secs().div_euclid(step_secs) * step_secs;
            miner.add(line.line, level, bucket);
        })?;
        Ok(written(|out| write_patterns(out, &miner.finish()))?)
    })
    .await
}
