//! [`GitHubStandIn`]: a server that behaves as GitHub's documentation says: pages with `Link`, `ETag` and 304, the
//! limit's headers, 403 or 429 when it is used up, 301 for a repository that was renamed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// What is done when the limit is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenUsedUp {
    /// 403 with the limit's headers, as for the primary limit.
    Forbidden,
    /// 429 with `Retry-After`.
    RetryAfter,
    /// 403 with `Retry-After`, as for the secondary limit.
    ForbiddenRetryAfter,
    /// 429 and nothing else.
    Bare,
}

/// What the server has and does.
pub struct Data {
    /// Issues and pull requests.
    pub issues: Vec<Value>,
    /// Comments on both.
    pub comments: Vec<Value>,
    /// What was done to them.
    pub changes: Vec<Value>,
    /// How many more requests it allows.
    pub n_left: u64,
    /// What it does then.
    pub when_used_up: WhenUsedUp,
    /// Path, query and status of each request.
    pub asked: Vec<(String, String, u16)>,
}

/// The server; it ends with the test's runtime.
pub struct GitHubStandIn {
    /// Where its API is.
    pub api: Url,
    /// What it has and does.
    pub data: Arc<Mutex<Data>>,
}

type Shared = Arc<Mutex<Data>>;

impl GitHubStandIn {
    /// Starts it.
    pub async fn start(data: Data) -> Self {
        let data = Arc::new(Mutex::new(data));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let app = Router::new().fallback(answer).with_state(data.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { api, data }
    }

    /// The statuses of the requests since the last call.
    pub fn take_statuses(&self) -> Vec<u16> {
        let asked = std::mem::take(&mut self.data.lock().unwrap().asked);
        asked.into_iter().map(|(_, _, status)| status).collect()
    }
}

async fn answer(State(data): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let host = request.headers()["host"].to_str().unwrap().to_owned();
    let mut data = data.lock().unwrap();
    let response = respond(&mut data, &host, &path, &query, request.headers());
    data.asked.push((path, query, response.status().as_u16()));
    response
}

fn respond(data: &mut Data, host: &str, path: &str, query: &str, headers: &HeaderMap) -> Response {
    assert!(headers["user-agent"].to_str().unwrap().starts_with("glasshouse/"));
    let reset = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 1800;
    if data.n_left == 0 {
        let text = r#"{"message":"API rate limit exceeded"}"#;
        return match data.when_used_up {
            WhenUsedUp::Forbidden => (
                StatusCode::FORBIDDEN,
                [
                    ("x-ratelimit-remaining", "0".to_owned()),
                    ("x-ratelimit-reset", reset.to_string()),
                ],
                text,
            )
                .into_response(),
            WhenUsedUp::RetryAfter => {
                (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "600")], text).into_response()
            }
            WhenUsedUp::ForbiddenRetryAfter => {
                (StatusCode::FORBIDDEN, [("retry-after", "600")], text).into_response()
            }
            WhenUsedUp::Bare => (StatusCode::TOO_MANY_REQUESTS, text).into_response(),
        };
    }
    data.n_left -= 1;
    let Some(list) = path
        .strip_prefix("/repositories/42/")
        .or_else(|| path.strip_prefix("/repos/acme/ops/"))
    else {
        return match path.strip_prefix("/repos/acme/old/") {
            Some(rest) => {
                let to = format!("http://{host}/repositories/42/{rest}?{query}");
                (StatusCode::MOVED_PERMANENTLY, [("location", to)]).into_response()
            }
            None => (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#).into_response(),
        };
    };
    let params: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let mut items = match list {
        "issues" => data.issues.clone(),
        "issues/comments" => data.comments.clone(),
        "issues/events" => data.changes.clone(),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    if list == "issues/events" {
        items.sort_by_key(|item| std::cmp::Reverse(item["id"].as_u64()));
    } else {
        assert_eq!((&*params["sort"], &*params["direction"]), ("updated", "asc"));
        let since = params.get("since").cloned().unwrap_or_default();
        items.retain(|item| text(item, "updated_at") >= since);
        items.sort_by_key(|item| text(item, "updated_at"));
    }
    let size: usize = params["per_page"].parse().unwrap();
    let page: usize = params.get("page").map_or(1, |page| page.parse().unwrap());
    let n_pages = items.len().div_ceil(size).max(1);
    let shown: Vec<&Value> = items.iter().skip((page - 1) * size).take(size).collect();
    let body = serde_json::to_string(&shown).unwrap();
    let tag = format!(
        "W/\"{:x}\"",
        BuildHasherDefault::<DefaultHasher>::default().hash_one(&body)
    );
    let mut out = HeaderMap::new();
    out.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    out.insert("etag", tag.parse().unwrap());
    out.insert("x-ratelimit-limit", "60".parse().unwrap());
    out.insert("x-ratelimit-remaining", data.n_left.to_string().parse().unwrap());
    out.insert("x-ratelimit-reset", reset.to_string().parse().unwrap());
    if page < n_pages {
        let mut url = Url::parse(&format!("http://{host}/repositories/42/{list}")).unwrap();
        for (name, value) in params.iter().filter(|(name, _)| *name != "page") {
            url.query_pairs_mut().append_pair(name, value);
        }
        url.query_pairs_mut().append_pair("page", &(page + 1).to_string());
        let link = format!("<{url}>; rel=\"next\", <http://{host}/x?page={n_pages}>; rel=\"last\"");
        out.insert("link", link.parse().unwrap());
    }
    if headers
        .get("if-none-match")
        .is_some_and(|given| given.to_str().unwrap() == tag)
    {
        return (StatusCode::NOT_MODIFIED, out).into_response();
    }
    (out, body).into_response()
}

/// A moment so many seconds after the beginning, as GitHub writes it.
pub fn moment(secs: i64) -> String {
    glass_model::Timestamp::from_secs(1_795_318_000 + secs).to_string()
}

/// `n_issues` issues and a tenth as many pull requests, each issue with comments so that there are `n_comments` in
/// all, every second one closed, opened with a label and given another later.
pub fn incidents(n_issues: u64, n_comments: u64) -> Data {
    let mut data = Data {
        issues: Vec::new(),
        comments: Vec::new(),
        changes: Vec::new(),
        n_left: 60,
        when_used_up: WhenUsedUp::Forbidden,
        asked: Vec::new(),
    };
    let url = |n: u64| format!("https://api.github.com/repos/acme/ops/issues/{n}");
    for n in 1..=n_issues {
        let opened = n as i64 * 1000;
        let of_this = n_comments / n_issues + u64::from(n <= n_comments % n_issues);
        let is_closed = n % 2 == 0;
        let closed_at = is_closed.then(|| moment(opened + 500));
        data.issues.push(json!({
            "id": 90_000 + n, "number": n, "title": format!("[INCIDENT] outage {n}"), "state": "open",
            "html_url": format!("https://github.com/acme/ops/issues/{n}"), "user": {"login": "ana"},
            "body": "It fails.\npassword: hunter22", "labels": [{"name": "incident"}], "comments": of_this,
            "created_at": moment(opened), "updated_at": moment(opened + 600), "closed_at": closed_at,
        }));
        for c in 0..of_this {
            data.comments.push(json!({
                "id": n * 100 + c, "issue_url": url(n), "user": {"login": "bo"}, "body": format!("comment {c}"),
                "html_url": format!("https://github.com/acme/ops/issues/{n}#issuecomment-{c}"),
                "created_at": moment(opened + 10 + c as i64), "updated_at": moment(opened + 10 + c as i64),
            }));
        }
        let mut change = |event: &str, at: i64, label: &str| {
            data.changes.push(json!({
                "id": data.changes.len() + 1, "event": event, "actor": {"login": "bo"}, "created_at": moment(at),
                "label": {"name": label}, "issue": {"number": n},
            }));
        };
        change("labeled", opened, "incident");
        change("labeled", opened + 300, "later");
        if is_closed {
            change("closed", opened + 200, "");
            change("reopened", opened + 400, "");
            change("closed", opened + 500, "");
        }
    }
    for n in n_issues + 1..=n_issues + n_issues / 10 {
        data.issues.push(json!({
            "id": 90_000 + n, "number": n, "title": "a change", "pull_request": {"url": "x"},
            "created_at": moment(n as i64), "updated_at": moment(n as i64),
        }));
        data.comments.push(json!({
            "id": n * 100, "issue_url": url(n), "body": "on a change", "created_at": moment(1), "updated_at": moment(1),
            "html_url": format!("https://github.com/acme/ops/pull/{n}#issuecomment-0"),
        }));
    }
    data
}
