//! What a Loki says of itself.

use crate::response;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

/// The language and the API are those of this version.
const VERSION: &str = concat!("3.7.6+glasshouse.", env!("CARGO_PKG_VERSION"));

/// `/ready`
pub(super) async fn ready() -> Response {
    response::plain(StatusCode::OK, "ready\n")
}

/// `/loki/api/v1/status/buildinfo`
pub(super) async fn build() -> Response {
    let info = json!({
        "version": VERSION,
        "revision": "",
        "branch": "",
        "buildUser": "",
        "buildDate": "",
        "goVersion": "",
    });
    response::json(StatusCode::OK, format!("{info}\n").into_bytes())
}
