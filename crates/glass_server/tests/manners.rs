//! What holds for every request: who may ask, what may be asked, what "now" is, and how errors look.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod common;

use common::{Answer, ask, escaped, get, serve_shop};
use std::net::SocketAddr;
use std::sync::LazyLock;

/// 2026-11-22T03:45:04Z, in the second crash.
const NOW: i64 = 1_795_319_104;

static SHOP: LazyLock<SocketAddr> = LazyLock::new(|| serve_shop(NOW));

#[track_caller]
fn check(answer: &Answer, status: u16, expected: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(expected), "{}", answer.text());
}

#[test]
fn only_our_hosts_are_served() {
    let check = |host: &str, status: u16| {
        let answer = ask(*SHOP, "GET", "/-/ready", &[host], b"");
        assert_eq!(answer.status, status, "{host}");
    };
    check("Host: localhost:9190", 200);
    check("Host: lab.example", 200);
    check("Host: evil.example", 403);
    check("Host: 127.0.0.1.evil.example:9190", 403);
    // An empty name stands for none.
    check("Host:", 403);
    let answer = ask(*SHOP, "GET", "http://evil.example/-/ready", &[], b"");
    assert_eq!(answer.status, 403);
}

#[test]
fn the_root_says_what_is_served() {
    let answer = get(*SHOP, "/");
    check(&answer, 200, "Now is 2026-11-22T03:45:04Z and stands still.");
    check(&answer, 200, "incident-shop");
}

#[test]
fn nothing_is_written() {
    let writes = [
        ("POST", "/api/v1/write"),
        ("POST", "/api/v1/otlp/v1/metrics"),
        ("POST", "/api/v1/admin/tsdb/snapshot"),
        ("PUT", "/api/v1/admin/tsdb/delete_series?match[]=up"),
        ("POST", "/-/reload"),
        ("POST", "/-/quit"),
        ("DELETE", "/api/v1/rules"),
        ("POST", "/api/v2/alerts"),
        ("POST", "/api/v2/silences"),
        ("DELETE", "/api/v2/silence/52932a9a-c4a5-440d-ae5d-315d86b1c1e8"),
        ("POST", "/loki/api/v1/push"),
        ("POST", "/loki/api/v1/delete?query={}"),
    ];
    for (method, target) in writes {
        let answer = ask(*SHOP, method, target, &[], b"");
        assert_eq!(answer.status, 405, "{method} {target}");
        assert!(answer.header("allow").is_some());
    }
}

#[test]
fn unknown_paths_are_told_as_each_server_tells_them() {
    check(&get(*SHOP, "/api/v1/nope"), 404, "404 page not found");
    check(&get(*SHOP, "/loki/api/v1/nope"), 404, "404 page not found");
    check(
        &get(*SHOP, "/api/v2/nope"),
        404,
        r#"{"code":404,"message":"path /api/v2/nope was not found"}"#,
    );
}

#[test]
fn methods_without_a_body() {
    let head = ask(*SHOP, "HEAD", "/api/v1/labels", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let options = ask(
        *SHOP,
        "OPTIONS",
        "/api/v1/query",
        &["Origin: http://explorer.example"],
        b"",
    );
    assert_eq!((options.status, options.body.len()), (204, 0));
    assert!(options.header("access-control-allow-origin").is_none());
}

#[test]
fn long_answers_are_packed_for_those_who_ask() {
    let target = "/api/v1/label/__name__/values";
    let packed = ask(*SHOP, "GET", target, &["Accept-Encoding: gzip"], b"");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);
    let plain = get(*SHOP, target);
    assert!(plain.header("content-encoding").is_none() && plain.body.len() > packed.body.len());
}

#[test]
fn requests_are_bounded() {
    let long = format!("/api/v1/query?query={}", "1%2B".repeat(30_000));
    assert_eq!(get(*SHOP, &long).status, 414);
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    let large = ask(*SHOP, "POST", "/api/v1/query", &form, &vec![b'a'; 2 << 20]);
    assert_eq!(large.status, 413);
}

#[test]
fn a_form_is_a_query_too() {
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    let body = "query=1%2B1";
    let answer = ask(*SHOP, "POST", "/api/v1/query?time=0", &form, body.as_bytes());
    check(&answer, 200, r#"{"resultType":"scalar","result":[0,"2"]}"#);
}

#[test]
fn later_times_are_moved_to_now() {
    let query = |rest: &str| get(*SHOP, &format!("/api/v1/query{rest}"));
    let own = query("?query=1");
    check(&own, 200, &format!(r#""result":[{NOW},"1"]"#));
    assert!(own.json().get("warnings").is_none(), "{}", own.text());
    let wall = query("?query=1&time=1900000000");
    check(&wall, 200, &format!(r#""result":[{NOW},"1"]"#));
    check(&wall, 200, "its clock says 2026-11-22T03:45:04Z");
    let window = query("_range?query=1&start=1899999970&end=1900000000&step=15");
    let expected = format!(r#"[[{},"1"],[{},"1"],[{NOW},"1"]]"#, NOW - 30, NOW - 15);
    check(&window, 200, &expected);
    check(&window, 200, "moved to end there");
    let inside = query("_range?query=1&start=1795319000&end=1795319015&step=15");
    check(&inside, 200, r#"[[1795319000,"1"],[1795319015,"1"]]"#);
    assert!(inside.json().get("warnings").is_none(), "{}", inside.text());
}

#[test]
fn nothing_later_than_now_is_reached() {
    let value = |query: &str, now: i64| {
        let answer = get(
            serve_shop(now),
            &format!("/api/v1/query?query={}", escaped(query)),
        );
        answer.json()["data"]["result"].clone()
    };
    let later = format!("count_over_time(up{{job=\"shop\"}}[1h] @ {})", NOW + 300);
    for query in [
        "count_over_time(up{job=\"shop\"}[5m] offset -5m)",
        "max_over_time(timestamp(up{job=\"shop\"})[10m:1s] offset -10m)",
        &later,
    ] {
        for sample in value(query, NOW).as_array().unwrap() {
            let number: f64 = sample["value"][1].as_str().unwrap().parse().unwrap();
            let at_now: f64 = if query.starts_with("max") {
                NOW as f64
            } else {
                f64::INFINITY
            };
            assert!(number <= at_now, "{query}: {sample}");
        }
    }
    let all = "count(count_over_time({__name__=~\".+\"}[1d] offset -1d))";
    assert_eq!(
        value(all, NOW),
        serde_json::json!([]),
        "nothing is known of tomorrow"
    );
}

#[test]
fn errors_look_as_prometheus_has_them() {
    let check = |target: &str, status: u16, kind: &str, text: &str| {
        let answer = get(*SHOP, &format!("/api/v1/{target}"));
        let json = answer.json();
        assert_eq!(answer.status, status, "{target}: {json}");
        assert_eq!(json["errorType"], kind, "{target}");
        assert_eq!(json["error"], text, "{target}");
    };
    check(
        "query",
        400,
        "bad_data",
        "invalid parameter \"query\": unknown position: parse error: no expression found in input",
    );
    check(
        "query?query=sum%28rate%28up%5B5m%5D%29",
        400,
        "bad_data",
        "invalid parameter \"query\": 1:17: parse error: unclosed left parenthesis",
    );
    check(
        "query?query=up&time=yesterday",
        400,
        "bad_data",
        "invalid parameter \"time\": invalid time value for 'time': cannot parse \"yesterday\" to a valid timestamp",
    );
    check("series", 400, "bad_data", "no match[] parameter provided");
    check(
        "query_range?query=up&start=1795318504&end=1795319104&step=0",
        400,
        "bad_data",
        "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive integer",
    );
    check(
        "query_range?query=up&start=1795232704&end=1795319104&step=1",
        400,
        "bad_data",
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
    check(
        "query_range?query=up&start=1795319104&end=1795318504&step=15",
        400,
        "bad_data",
        "invalid parameter \"end\": end timestamp must not be before start time",
    );
    let timeout = get(
        *SHOP,
        "/api/v1/query?timeout=0.000001&query=count_over_time%28%7B__name__%3D~%22.%2B%22%7D%5B1h%3A1s%5D%29",
    );
    assert_eq!(
        (timeout.status, &timeout.json()["errorType"]),
        (503, &"timeout".into())
    );
}

#[test]
fn errors_look_as_loki_has_them() {
    let check = |target: &str, text: &str| {
        let answer = get(*SHOP, &format!("/loki/api/v1/{target}"));
        assert_eq!((answer.status, answer.text().as_str()), (400, text), "{target}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    };
    let shop = escaped("{job=\"shop\"}");
    check("query_range", "parse error : syntax error: unexpected $end");
    check(
        &format!("query?query={shop}"),
        "log queries are not supported as an instant query type, please change your query to a range query type",
    );
    check(
        &format!("query_range?query={shop}&limit=100000"),
        "max entries limit per query exceeded, limit > max_entries_limit_per_query (100000 > 5000)",
    );
    check(
        &format!("query_range?query={shop}&start=x&end=y"),
        "could not parse 'end' parameter: strconv.ParseInt: parsing \"y\": invalid syntax",
    );
    check(
        &format!("query_range?query={shop}&start=1795319104&end=1795318504"),
        "end timestamp must not be before or equal to start time",
    );
    check(
        &format!(
            "patterns?query={}",
            escaped("{job=\"shop\"} | detected_level=\"error\"")
        ),
        "only label matchers are supported",
    );
    let tail = get(*SHOP, &format!("/loki/api/v1/tail?query={shop}"));
    assert_eq!((tail.status, tail.text().trim()), (400, "Bad Request"));
}

#[test]
fn errors_look_as_alertmanager_has_them() {
    let json = |target: &str| {
        let answer = get(*SHOP, &format!("/api/v2/{target}"));
        (answer.status, answer.text().trim().to_owned())
    };
    assert_eq!(
        json("silence/00000000-0000-0000-0000-000000000000"),
        (404, String::new())
    );
    assert_eq!(
        json("silence/nope"),
        (
            422,
            r#"{"code":601,"message":"silenceID in path must be of type uuid: \"nope\""}"#.into()
        )
    );
    let (status, text) = json("alerts?filter=severity%3D~%5Ba");
    assert!(
        status == 400 && text.starts_with("\"error parsing regexp: "),
        "{text}"
    );
    let (status, text) = json("alerts?receiver=%28%5B");
    assert!(
        status == 400 && text.starts_with("\"failed to parse receiver param: "),
        "{text}"
    );
}
