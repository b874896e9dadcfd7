//! Reads an answer's body, within its limits.

use super::{FetchError, reason_of};

/// What of an error's body is kept.
const LARGEST_ERROR: usize = 64 << 10;

/// The body, unpacked; more than `limit` bytes are an error.
pub(super) async fn read(
    response: &mut reqwest::Response,
    host: &str,
    limit: u64,
) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge {
        host: host.to_owned(),
        limit,
    };
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(too_large()),
            Err(error) => {
                return Err(FetchError::BrokeOff {
                    host: host.to_owned(),
                    reason: reason_of(&error),
                });
            }
        }
    }
}

/// What can be had of an error's body, cut where it becomes too large.
pub(super) async fn read_error(response: &mut reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = LARGEST_ERROR - body.len();
        body.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if body.len() == LARGEST_ERROR {
            break;
        }
    }
    body
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
