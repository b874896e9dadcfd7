//! Reads an answer's body, within its limits.

use super::{FetchError, error_chain};

/// What of an error's body is kept.
const LARGEST_ERROR: u64 = 64 << 10;

/// The body, unpacked; too large is an error, but for `limit` of `None`, which cuts it.
pub(super) async fn read(
    response: &mut reqwest::Response,
    host: &str,
    limit: Option<u64>,
) -> Result<Vec<u8>, FetchError> {
    let most = limit.unwrap_or(LARGEST_ERROR);
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 <= most => body.extend_from_slice(&chunk),
            Ok(Some(_)) if limit.is_none() => return Ok(body),
            Ok(Some(_)) => {
                return Err(FetchError::TooLarge {
                    host: host.to_owned(),
                    limit: most,
                });
            }
            Err(_) if limit.is_none() => return Ok(body),
            Err(error) => {
                return Err(FetchError::BrokeOff {
                    host: host.to_owned(),
                    reason: error_chain(&error),
                });
            }
        }
    }
}

/// The beginning of an error's body in one line, without tags.
pub(super) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut plain = String::new();
    let mut in_tag = false;
    for c in text.chars().take(2000) {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            c => plain.push(c),
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let line = words.join(" ");
    let line = glass_formats::redact::redact(&line);
    let short: String = line.chars().take(200).collect();
    if short.is_empty() {
        "(nothing said)".into()
    } else {
        short
    }
}
