//! [`Params`]: what a request asks for, from its URL and, if it is a form, from its body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;

use crate::response;

/// Names and values, those of the body first, as Go's `FormValue` looks them up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The parameters of a query string or form.
    pub(crate) fn parse(text: &str) -> Self {
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decoded(name), decoded(value))
                })
                .collect(),
        )
    }

    /// The first value of that name, or the empty text.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|pair| pair.0 == name);
        found.map_or("", |(_, value)| value)
    }

    /// The first value of that name, unless it is empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// All values of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.0.iter().filter(move |pair| pair.0 == name);
        of_name.map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let in_url = Self::parse(request.uri().query().unwrap_or(""));
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_form = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if request.method() != Method::POST || !is_form {
            return Ok(in_url);
        }
        let body = Bytes::from_request(request, state).await;
        let body =
            body.map_err(|_| response::plain(StatusCode::PAYLOAD_TOO_LARGE, "request body too large"))?;
        let mut all = Self::parse(&String::from_utf8_lossy(&body));
        all.0.extend(in_url.0);
        Ok(all)
    }
}

/// Undoes `%41` and `+`; what is no valid escape stands for itself, what is not UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = after
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (_, Some(value)) => {
                out.push(value);
                rest = &after[2..];
            }
            (b'+', None) => {
                out.push(b' ');
                rest = after;
            }
            (byte, None) => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let check = |text: &str, name: &str, expected: &[&str]| {
            let params = Params::parse(text);
            assert_eq!(params.all(name).collect::<Vec<_>>(), expected, "{text}");
        };
        check("query=up%7Bjob%3D%22a+b%22%7D", "query", &["up{job=\"a b\"}"]);
        check("match%5B%5D=a&x&match[]=b&", "match[]", &["a", "b"]);
        check("x&y=", "x", &[""]);
        check("q=100%&q=%zz%4", "q", &["100%", "%zz%4"]);
        check("q=%ff%c3%a9", "q", &["\u{fffd}é"]);
        assert_eq!(Params::parse("q=").given("q"), None);
    }
}
