//! Loki's HTTP API. Read [`routes`] for the endpoints.

mod fields;
mod index;
mod labels;
mod miner;
mod parse;
mod patterns;
mod query;
mod status;
mod tail;

use crate::response;
use crate::service::{Shared, Work};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use glass_model::QueryError;
use std::time::Duration;

/// All endpoints.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/loki/api/v1/query", get(query::instant).post(query::instant))
        .route("/loki/api/v1/query_range", get(query::range).post(query::range))
        .route("/loki/api/v1/labels", get(labels::names).post(labels::names))
        .route("/loki/api/v1/label", get(labels::names))
        .route("/loki/api/v1/label/{name}/values", get(labels::values))
        .route("/loki/api/v1/series", get(labels::series).post(labels::series))
        .route("/loki/api/v1/index/stats", get(index::stats).post(index::stats))
        .route(
            "/loki/api/v1/index/volume",
            get(index::volume).post(index::volume),
        )
        .route(
            "/loki/api/v1/index/volume_range",
            get(index::volume_range).post(index::volume_range),
        )
        .route(
            "/loki/api/v1/patterns",
            get(patterns::patterns).post(patterns::patterns),
        )
        .route(
            "/loki/api/v1/detected_labels",
            get(labels::detected).post(labels::detected),
        )
        .route(
            "/loki/api/v1/detected_fields",
            get(fields::fields).post(fields::fields),
        )
        .route("/loki/api/v1/detected_field/{name}/values", get(fields::values))
        .route("/loki/api/v1/tail", get(tail::tail))
        .route("/loki/api/v1/status/buildinfo", get(status::build))
        .route("/ready", get(status::ready))
}

/// Why there is no answer; told as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ApiError {
    status: StatusCode,
    text: String,
}

impl ApiError {
    /// The request is wrong.
    fn bad(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            text: text.into(),
        }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let status = match &error {
            QueryError::Invalid { .. }
            | QueryError::TooMuch(_)
            | QueryError::Execution(_)
            | QueryError::Unsupported(_) => StatusCode::BAD_REQUEST,
            QueryError::Timeout(_) => {
                return Self {
                    status: StatusCode::GATEWAY_TIMEOUT,
                    text:
                        "request timed out, decrease the duration of the request or add more label matchers \
                           (prefer exact match over regex match) to reduce the amount of data processed"
                            .into(),
                };
            }
            QueryError::Cancelled => {
                return Self {
                    status: StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
                    text: "The request was cancelled by the client.".into(),
                };
            }
            QueryError::Damaged(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self {
            status,
            text: error.to_string(),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            text: error.to_string(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        response::plain(self.status, self.text)
    }
}

/// Runs `work` where it may block, and answers with what it wrote.
async fn answer(
    service: &Shared,
    work: impl FnOnce(&Work) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Response {
    match service.run(Duration::MAX, work).await {
        Ok(Ok(body)) => response::with_type(StatusCode::OK, "application/json; charset=UTF-8", body),
        Ok(Err(error)) => error.into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}
