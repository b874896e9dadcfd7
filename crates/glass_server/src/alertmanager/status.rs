//! What an Alertmanager says of itself, and whom it tells.

use super::answer;
use crate::response::written;
use crate::service::Shared;
use axum::extract::State;
use axum::response::Response;
use glass_formats::alertmanager::write_receivers;
use glass_model::{AnswerValue, Ask};
use serde_json::json;
use std::collections::BTreeSet;

/// The API is that of this version.
const VERSION: &str = concat!("0.28.0+glasshouse.", env!("CARGO_PKG_VERSION"));

/// `/api/v2/status`: the configuration is not recorded.
pub(super) async fn status(State(service): State<Shared>) -> Response {
    answer(&service, |work| {
        let status = json!({
            "cluster": { "peers": [], "status": "disabled" },
            "config": { "original": "" },
            "uptime": work.service.clock.from().to_string(),
            "versionInfo": {
                "branch": "",
                "buildDate": "",
                "buildUser": "",
                "goVersion": "",
                "revision": "",
                "version": VERSION,
            },
        });
        Ok(format!("{status}\n").into_bytes())
    })
    .await
}

/// `/api/v2/receivers`
pub(super) async fn receivers(State(service): State<Shared>) -> Response {
    answer(&service, |work| {
        let (value, _) = work.ask(Ask::Receivers)?;
        let names: BTreeSet<String> = match value {
            AnswerValue::Receivers(seen) => seen.into_iter().flat_map(|list| list.items).collect(),
            _ => BTreeSet::new(),
        };
        Ok(written(|out| {
            write_receivers(out, names.iter().map(String::as_str))
        })?)
    })
    .await
}
