//! What every request must pass: a Host that is ours, a method that only reads, a URL of bearable length.

use crate::response;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The longest URL in bytes; a query may have 16 KiB, three times that when every byte is escaped.
const LONGEST_URI: usize = 64 << 10;

/// Paths that may be asked by POST, as tools do for long queries: nothing of them changes anything.
const READ_BY_POST: &[&str] = &[
    "/api/v1/query",
    "/api/v1/query_range",
    "/api/v1/query_exemplars",
    "/api/v1/format_query",
    "/api/v1/labels",
    "/api/v1/series",
    "/api/v1/read",
    "/loki/api/v1/query",
    "/loki/api/v1/query_range",
    "/loki/api/v1/labels",
    "/loki/api/v1/series",
    "/loki/api/v1/index/stats",
    "/loki/api/v1/index/volume",
    "/loki/api/v1/index/volume_range",
    "/loki/api/v1/patterns",
    "/loki/api/v1/detected_fields",
    "/loki/api/v1/detected_labels",
];

/// Paths that real servers have for writing; of these even a GET is answered with 405.
const WRITES: &[&str] = &[
    "/api/v1/write",
    "/api/v1/otlp/",
    "/api/v1/admin/",
    "/-/reload",
    "/-/quit",
    "/loki/api/v1/push",
    "/loki/api/v1/delete",
    "/otlp/",
    "/api/prom/push",
    "/flush",
];

/// Which Host headers are ours. A page in a browser whose name is made to point at this machine (DNS rebinding) sends
/// its own name, and gets nothing.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    listen: IpAddr,
    allowed: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(listen: SocketAddr, allowed: &[String]) -> Self {
        Self {
            listen: listen.ip(),
            allowed: allowed.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }
    }

    /// Whether `host`, with or without a port, is one of ours.
    pub(crate) fn allows(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        let is_listened = match address {
            // A name can be made to point here, an address cannot.
            Some(address) if self.listen.is_unspecified() => !address.is_multicast(),
            Some(address) => address == self.listen || address.is_loopback(),
            None => name == "localhost",
        };
        is_listened || self.allowed.contains(&name)
    }

    /// Whether a page of this origin may connect: one that is served under a name of ours.
    pub(crate) fn allows_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        let origin = origin.to_str().unwrap_or("");
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        !host.is_empty() && self.allows(host)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Lets a request through or says why not.
pub(crate) async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    if request.uri().to_string().len() > LONGEST_URI {
        return response::plain(
            StatusCode::URI_TOO_LONG,
            "the URL is too long; send the query as a POST form\n",
        );
    }
    if let Some(host) = foreign_host(&hosts, request.uri(), request.headers()) {
        let text = format!("host not allowed; start the server with --allow-host to allow it: {host}\n");
        return response::plain(StatusCode::FORBIDDEN, text);
    }
    // Browsers let any page open a WebSocket to any host, and leave it to the host to refuse.
    if request.headers().contains_key(header::UPGRADE) && !hosts.allows_origin(request.headers()) {
        return response::plain(StatusCode::FORBIDDEN, "pages of other origins may not connect\n");
    }
    if request.method() == Method::OPTIONS {
        let mut answer = response::with_type(StatusCode::NO_CONTENT, "text/plain; charset=utf-8", Vec::new());
        answer.headers_mut().remove(header::CONTENT_TYPE);
        allow(&mut answer, request.uri().path());
        return answer;
    }
    if !is_reading(request.method(), request.uri().path()) {
        return not_allowed(request.uri().path());
    }
    next.run(request).await
}

/// The host a request is for, if it is none of ours.
fn foreign_host(hosts: &Hosts, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let in_uri = uri.authority().map(|authority| authority.as_str().to_owned());
    let in_header = headers
        .get(header::HOST)
        .map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    if in_uri.is_none() && in_header.is_none() {
        return Some("(none)".into());
    }
    [in_uri, in_header]
        .into_iter()
        .flatten()
        .find(|host| !hosts.allows(host))
        .map(|host| host.chars().take(100).collect())
}

fn is_reading(method: &Method, path: &str) -> bool {
    if WRITES.iter().any(|write| path.starts_with(write)) {
        return false;
    }
    match *method {
        Method::GET | Method::HEAD => path != "/api/v1/read",
        Method::POST => READ_BY_POST.contains(&path),
        _ => false,
    }
}

/// The answer to a method that a path does not take, in the words of the API it belongs to.
pub(crate) fn not_allowed(path: &str) -> Response {
    let mut answer = if path.starts_with("/api/v2") {
        let text = r#"{"code":405,"message":"this is a recording: it can only be read"}"#;
        response::json(StatusCode::METHOD_NOT_ALLOWED, text.into())
    } else {
        response::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n")
    };
    allow(&mut answer, path);
    answer
}

fn allow(answer: &mut Response, path: &str) {
    let methods = match path {
        "/api/v1/read" => "POST, OPTIONS",
        path if READ_BY_POST.contains(&path) => "GET, HEAD, POST, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    };
    answer
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(methods));
}

/// The answer to an unknown path, in the words of the API it seems to belong to.
pub(crate) fn not_found(path: &str) -> Response {
    if path.starts_with("/api/v2") {
        let text = serde_json::json!({ "code": 404, "message": format!("path {path} was not found") });
        return response::json(StatusCode::NOT_FOUND, text.to_string().into_bytes());
    }
    response::plain(StatusCode::NOT_FOUND, "404 page not found\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_hosts_are_allowed() {
        let check = |listen: &str, host: &str, expected: bool| {
            let hosts = Hosts::new(listen.parse().unwrap(), &["Lab.example".into()]);
            assert_eq!(hosts.allows(host), expected, "{host} on {listen}");
        };
        let loopback = "127.0.0.1:9190";
        for ours in [
            "localhost",
            "LOCALHOST:9190",
            "127.0.0.1:9190",
            "[::1]:9190",
            "[::1]",
            "lab.example:80",
        ] {
            check(loopback, ours, true);
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.7",
            "",
            ":9190",
            "::evil",
        ] {
            check(loopback, foreign, false);
        }
        check("10.0.0.7:1", "10.0.0.7:1", true);
        check("0.0.0.0:1", "10.0.0.7:1", true);
        check("0.0.0.0:1", "evil.example", false);
    }

    #[test]
    fn pages_of_other_origins_may_not_connect() {
        let hosts = Hosts::new("127.0.0.1:9190".parse().unwrap(), &[]);
        let check = |origin: Option<&str>, expected: bool| {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(hosts.allows_origin(&headers), expected, "{origin:?}");
        };
        check(None, true);
        check(Some("http://localhost:9190"), true);
        check(Some("https://evil.example"), false);
        check(Some("null"), false);
        check(Some(""), false);
    }

    #[test]
    fn nothing_is_written() {
        let check = |method: Method, path: &str, expected: bool| {
            assert_eq!(is_reading(&method, path), expected, "{method} {path}");
        };
        check(Method::GET, "/api/v1/query", true);
        check(Method::POST, "/api/v1/query", true);
        check(Method::POST, "/api/v1/read", true);
        check(Method::GET, "/api/v1/read", false);
        check(Method::POST, "/api/v1/write", false);
        check(Method::PUT, "/api/v1/admin/tsdb/snapshot", false);
        check(Method::GET, "/api/v1/admin/tsdb/snapshot", false);
        check(Method::POST, "/-/reload", false);
        check(Method::POST, "/api/v2/silences", false);
        check(Method::DELETE, "/api/v2/silence/x", false);
        check(Method::POST, "/loki/api/v1/push", false);
        check(Method::PATCH, "/api/v1/query", false);
    }
}
