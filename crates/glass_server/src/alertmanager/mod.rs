//! Alertmanager's API, version 2. Read [`routes`] for the endpoints.
//!
//! A recording holds the alerts and, if they were asked for, the silences and the names of receivers. Routes and
//! inhibitions are not recorded: alerts are grouped by name, and no alert is said to be inhibited.

mod alerts;
mod filter;
mod silences;
mod status;

use crate::response;
use crate::service::{Shared, Work};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use glass_model::QueryError;
use std::time::Duration;

/// All endpoints.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v2/alerts", get(alerts::alerts))
        .route("/api/v2/alerts/groups", get(alerts::groups))
        .route("/api/v2/silences", get(silences::silences))
        .route("/api/v2/silence/{id}", get(silences::silence))
        .route("/api/v2/status", get(status::status))
        .route("/api/v2/receivers", get(status::receivers))
}

/// Why there is no answer.
enum ApiError {
    /// A text as JSON, as Alertmanager says what is wrong with a parameter's content.
    Text(StatusCode, String),
    /// A code of its framework, for parameters of the wrong form.
    Form(u32, String),
    /// There is no such thing; nothing is said.
    NotFound,
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        Self::Text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self::Text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, json) = match self {
            Self::Text(status, text) => (status, serde_json::json!(text)),
            Self::Form(code, message) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                serde_json::json!({ "code": code, "message": message }),
            ),
            Self::NotFound => {
                return not_stored((StatusCode::NOT_FOUND, ()).into_response());
            }
        };
        not_stored(response::json(status, format!("{json}\n").into_bytes()))
    }
}

/// Runs `work` where it may block, and answers with what it wrote.
async fn answer(
    service: &Shared,
    work: impl FnOnce(&Work) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Response {
    match service.run(Duration::MAX, work).await {
        Ok(Ok(body)) => not_stored(response::json(StatusCode::OK, body)),
        Ok(Err(error)) => error.into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn not_stored(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}
