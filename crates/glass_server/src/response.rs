//! Bodies as the Go servers send them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// JSON.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    with_type(status, "application/json", body)
}

/// A text that browsers must not take for anything else, as Go's `http.Error` sends it.
pub(crate) fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    let mut response = with_type(status, "text/plain; charset=utf-8", text.into().into_bytes());
    let nosniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// A body of a type.
pub(crate) fn with_type(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static(content_type);
    (status, [(header::CONTENT_TYPE, content_type)], Body::from(body)).into_response()
}

/// What a body says, or why it could not be written.
pub(crate) fn written(
    write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
) -> Result<Vec<u8>, std::io::Error> {
    let mut out = Vec::new();
    write(&mut out)?;
    Ok(out)
}
