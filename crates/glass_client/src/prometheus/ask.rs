//! One request and its answer: parameters, errors in the server's own words, warnings.

use super::Prometheus;
use crate::Told;
use crate::http::{Endpoint, FetchError, Fetched};
use glass_formats::prometheus_api::{ApiAnswer, ApiData, Notes, read_error, read_notes, read_result};
use glass_formats::{FormatError, redact};
use glass_model::{Completeness, Timestamp};

/// A result, and the answer it came in.
pub(super) struct Asked {
    pub data: ApiData,
    pub notes: Notes,
    /// Without its body.
    pub fetched: Fetched,
    /// How long that was.
    pub n_bytes: usize,
}

impl Prometheus {
    /// Asks an endpoint; an error that is one of the API's says so in the server's words.
    pub(super) async fn fetch(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Fetched, FetchError> {
        let result = self.door.get(endpoint, arguments, query, &self.want).await;
        result.map_err(in_servers_words)
    }

    /// Asks for the result of a query.
    pub(super) async fn fetch_result(
        &self,
        endpoint: Endpoint,
        query: &[(&str, &str)],
    ) -> Result<Asked, FetchError> {
        let mut fetched = self.fetch(endpoint, &[], query).await?;
        let body = std::mem::take(&mut fetched.body);
        let text = std::str::from_utf8(&body).map_err(|_| self.not_text())?;
        match read_result(text).map_err(|error| self.unreadable(&error))? {
            ApiAnswer::Success(data, notes) => Ok(Asked {
                data,
                notes,
                fetched,
                n_bytes: body.len(),
            }),
            ApiAnswer::Error(kind, text) => Err(FetchError::Status {
                host: self.door.host(),
                status: fetched.status,
                text: error_text(&kind, &text),
                body,
            }),
        }
    }

    /// Asks for a list that `read` understands.
    pub(super) async fn fetch_list<T>(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        read: impl FnOnce(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let fetched = self.fetch(endpoint, arguments, query).await?;
        let value = read(&fetched.body).map_err(|error| self.unreadable(&error))?;
        let mut told = Told::of(value, &fetched);
        if let Ok(notes) = read_notes(&fetched.text()) {
            heed_warnings(&mut told, notes.warnings);
            notes.infos.into_iter().for_each(|info| told.warn(info));
        }
        Ok(told)
    }

    pub(super) fn unreadable(&self, error: &FormatError) -> FetchError {
        FetchError::Unreadable {
            host: self.door.host(),
            reason: redact::redact(&error.to_string()).into_owned(),
        }
    }

    pub(super) fn not_text(&self) -> FetchError {
        FetchError::Unreadable {
            host: self.door.host(),
            reason: "not UTF-8".into(),
        }
    }
}

/// A moment as every server reads it to the millisecond. As a number of seconds some lose one to rounding.
pub(super) fn time_text(at_millis: i64) -> String {
    Timestamp::from_millis(at_millis).to_string()
}

/// A server's error as it words it, not as JSON.
fn in_servers_words(error: FetchError) -> FetchError {
    match error {
        FetchError::Status {
            host,
            status,
            text,
            body,
        } => {
            let words = read_error(&body[..]).map(|(kind, error)| error_text(&kind, &error));
            FetchError::Status {
                host,
                status,
                text: words.unwrap_or(text),
                body,
            }
        }
        other => other,
    }
}

/// What of an error's words is shown.
const LONGEST_ERROR: usize = 400;

fn error_text(kind: &str, text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = redact::redact(&line).chars().take(LONGEST_ERROR).collect();
    // VictoriaMetrics' kind of error is the status once more.
    if kind.is_empty() || kind.bytes().all(|b| b.is_ascii_digit()) {
        line
    } else {
        let kind: String = kind.chars().take(40).collect();
        format!("{kind}: {line}")
    }
}

/// Takes in warnings. But for those about the query itself they say that something is missing.
pub(super) fn heed_warnings<T>(told: &mut Told<T>, warnings: Vec<String>) {
    for warning in warnings {
        let is_about_query = warning.starts_with("PromQL warning") || warning.starts_with("PromQL info");
        if !is_about_query && told.completeness == Completeness::Complete {
            told.completeness = Completeness::Partial(warning.clone());
        }
        told.warn(warning);
    }
}

/// Whether less may be answered where this was not: it took too long or was too much.
pub(super) fn is_too_much(error: &FetchError) -> bool {
    const SIGNS: [&str; 9] = [
        "timed out",
        "timeout",
        "time out",
        "deadline",
        "too many",
        "not enough memory",
        "exceed",
        "limit",
        "too large",
    ];
    match error {
        FetchError::Timeout { .. } | FetchError::TooLarge { .. } => true,
        FetchError::Status {
            status: 413 | 503 | 504,
            ..
        } => true,
        FetchError::Status {
            status: 400 | 422 | 500 | 502,
            text,
            ..
        } => {
            let text = text.to_ascii_lowercase();
            SIGNS.iter().any(|sign| text.contains(sign))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_in_the_servers_words() {
        let check = |status, body: &str, expected_text: &str, is_much: bool| {
            let error = in_servers_words(FetchError::Status {
                host: "h:1".into(),
                status,
                text: "raw".into(),
                body: body.as_bytes().to_vec(),
            });
            assert_eq!(is_too_much(&error), is_much, "{body}");
            let expected = format!("h:1 answered {status}: {expected_text}");
            assert_eq!(error.to_string(), expected);
        };
        check(
            503,
            r#"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#,
            "timeout: query timed out in expression evaluation",
            true,
        );
        check(
            422,
            r#"{"status":"error","errorType":"422","error":"not enough memory\nfor  x"}"#,
            "not enough memory for x",
            true,
        );
        check(
            400,
            r#"{"status":"error","errorType":"bad_data","error":"1:17: parse error: unclosed left parenthesis"}"#,
            "bad_data: 1:17: parse error: unclosed left parenthesis",
            false,
        );
        check(404, "nothing here", "raw", false);
    }
}
