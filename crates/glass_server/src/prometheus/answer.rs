//! [`Json`], what a handler answers, and [`ApiError`], why it cannot.

use crate::response;
use crate::service::{Shared, Work};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use glass_formats::prometheus_api::{ErrorKind, write_error};
use glass_model::QueryError;
use std::time::Duration;

/// A body that was written.
pub(super) struct Json(pub(super) Vec<u8>);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) kind: ErrorKind,
    pub(super) text: String,
}

/// What handlers return.
pub(super) type Answer = Result<Json, ApiError>;

impl ApiError {
    /// The request is wrong.
    pub(super) fn bad_data(text: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::BadData,
            text: text.into(),
        }
    }

    /// A parameter is wrong.
    pub(super) fn parameter(name: &str, text: impl std::fmt::Display) -> Self {
        Self::bad_data(format!("invalid parameter {name:?}: {text}"))
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let kind = match &error {
            QueryError::Invalid { text, .. } => return Self::parameter("query", text),
            QueryError::TooMuch(_) | QueryError::Execution(_) | QueryError::Unsupported(_) => {
                ErrorKind::Execution
            }
            QueryError::Timeout(_) => ErrorKind::Timeout,
            QueryError::Cancelled => ErrorKind::Canceled,
            QueryError::Damaged(_) => ErrorKind::Internal,
        };
        Self {
            kind,
            text: error.to_string(),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self {
            kind: ErrorKind::Internal,
            text: error.to_string(),
        }
    }
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        response::json(StatusCode::OK, self.0)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match response::written(|out| write_error(out, self.kind, &self.text)) {
            Ok(body) => response::json(status, body),
            Err(error) => response::plain(status, error.to_string()),
        }
    }
}

/// Runs `work` where it may block, for as long as any query may take.
pub(super) async fn answer(service: &Shared, work: impl FnOnce(&Work) -> Answer + Send + 'static) -> Answer {
    answer_within(service, Duration::MAX, work).await
}

/// Runs `work` where it may block.
pub(super) async fn answer_within(
    service: &Shared,
    timeout: Duration,
    work: impl FnOnce(&Work) -> Answer + Send + 'static,
) -> Answer {
    service.run(timeout, work).await.map_err(ApiError::from)?
}
