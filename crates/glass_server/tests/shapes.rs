//! Our answers beside those of real servers to the same requests, over the recording of the same incident: the same
//! status, the same keys, the same types; and the same values where the recording holds the same data.
//!
//! Skipped with a message where the captured answers are not at hand.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

mod common;

use common::{Answer, ask, captures, serve_shop};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// When the answers were captured: 2026-11-22T03:45:05Z.
const CAPTURED_AT: i64 = 1_795_319_105;

/// When everything is known: 2026-11-23T10:00:00Z.
const AFTER_ALL: i64 = 1_795_428_000;

/// A captured request.
struct Captured {
    name: String,
    method: String,
    target: String,
    form: String,
    status: u16,
}

/// The requests to one server in one phase of the incident, the last of each name.
fn requests(folder: &Path, server: &str, of_phase: &str) -> Vec<Captured> {
    let table = fs::read_to_string(folder.join("requests.tsv")).unwrap();
    let mut by_name = BTreeMap::new();
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[phase, of, name, method, url, form, status, ..] = fields.as_slice() else {
            continue;
        };
        if phase != of_phase || of != server {
            continue;
        }
        let target = url
            .splitn(4, '/')
            .nth(3)
            .map_or("/".to_owned(), |rest| format!("/{rest}"));
        by_name.insert(
            name.to_owned(),
            Captured {
                name: name.to_owned(),
                method: method.to_owned(),
                target,
                form: form.to_owned(),
                status: status.parse().unwrap_or(0),
            },
        );
    }
    by_name.into_values().collect()
}

fn ours(address: std::net::SocketAddr, request: &Captured) -> Answer {
    let mut headers = Vec::new();
    if request.method == "POST" {
        headers.push("Content-Type: application/x-www-form-urlencoded");
    }
    if request.name.contains("categorized") {
        headers.push("X-Loki-Response-Encoding-Flags: categorize-labels");
    }
    ask(
        address,
        &request.method,
        &request.target,
        &headers,
        request.form.as_bytes(),
    )
}

/// Objects under these keys are maps: their keys are data.
const MAPS: [&str; 9] = [
    "metric",
    "stream",
    "labels",
    "annotations",
    "discoveredLabels",
    "structuredMetadata",
    "parsed",
    "seriesLabels",
    "droppedTargetCounts",
];

/// What may be there or not: notes, and what is left out when it is empty.
const OPTIONAL: [&str; 9] = [
    "recvWaitTime",
    "warnings",
    "infos",
    "lastError",
    "jsonPath",
    "buckets",
    "activeAt",
    "structuredMetadata",
    "parsed",
];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// In what our answer is built otherwise than the captured one.
fn differences(captured: &Value, ours: &Value, path: &str) -> Vec<String> {
    match (captured, ours) {
        (Value::Object(captured), Value::Object(ours)) => {
            // The labels of series stand in `data` itself.
            let is_map = path == ".data[]" && captured.values().all(Value::is_string)
                || MAPS.iter().any(|name| path.ends_with(&format!(".{name}")));
            if is_map {
                return Vec::new();
            }
            let mut found = Vec::new();
            for (name, value) in captured {
                match ours.get(name) {
                    Some(our) => found.extend(differences(value, our, &format!("{path}.{name}"))),
                    None if OPTIONAL.contains(&name.as_str()) => {}
                    None => found.push(format!("{path}.{name} is missing")),
                }
            }
            let more = ours
                .keys()
                .filter(|name| !captured.contains_key(*name) && !OPTIONAL.contains(&name.as_str()));
            found.extend(more.map(|name| format!("{path}.{name} is new")));
            found
        }
        (Value::Array(captured), Value::Array(ours)) => {
            let is_tuple =
                captured.len() == ours.len() && captured.iter().any(|item| kind(item) != kind(&captured[0]));
            if is_tuple {
                let pairs = captured.iter().zip(ours);
                return pairs
                    .flat_map(|(a, b)| differences(a, b, &format!("{path}[]")))
                    .collect();
            }
            // Lists may mix forms: each of ours must be one of theirs.
            let unlike = |our: &Value| {
                let each = captured
                    .iter()
                    .map(|item| differences(item, our, &format!("{path}[]")));
                each.min_by_key(Vec::len).unwrap_or_default()
            };
            ours.iter()
                .map(unlike)
                .find(|found| !found.is_empty())
                .unwrap_or_default()
        }
        (a, b) if kind(a) == kind(b) => Vec::new(),
        (a, b) => vec![format!("{path} is {} and not {}", kind(b), kind(a))],
    }
}

/// Walks the requests to one server but for the `skipped`; `otherwise` names what differs on purpose, and why.
fn walk(server: &str, skipped: &[&str], otherwise: &[(&str, &str)]) {
    let Some(folder) = captures() else {
        println!("skipped: no captured answers beside the repository");
        return;
    };
    let address = serve_shop(CAPTURED_AT);
    let (mut n_same, mut wrong) = (0, Vec::new());
    for request in requests(&folder, server, "incident") {
        if skipped.contains(&request.name.as_str()) {
            continue;
        }
        let answer = ours(address, &request);
        let mut found = Vec::new();
        if answer.status != request.status {
            found.push(format!("status {} and not {}", answer.status, request.status));
        } else if let Ok(text) =
            fs::read_to_string(folder.join(server).join(format!("{}.json", request.name)))
        {
            match (
                serde_json::from_str::<Value>(&text),
                serde_json::from_slice::<Value>(&answer.body),
            ) {
                (Ok(captured), Ok(ours)) => found = differences(&captured, &ours, ""),
                (Err(_), Err(_)) => {}
                (captured, _) => found.push(format!("is JSON: {} there, not here", captured.is_ok())),
            }
        }
        let on_purpose = otherwise.iter().find(|(name, _)| *name == request.name);
        match (found.is_empty(), on_purpose) {
            (true, None) => n_same += 1,
            (false, Some(_)) => {}
            (true, Some((name, _))) => wrong.push(format!("{name} is no longer different")),
            (false, None) => {
                let body: String = answer.text().chars().take(300).collect();
                wrong.push(format!("{}: {}\n    {body}", request.name, found.join("; ")));
            }
        }
    }
    println!(
        "{server}: {n_same} answers are built alike, {} differ on purpose",
        otherwise.len()
    );
    assert!(wrong.is_empty(), "{server}:\n{}", wrong.join("\n"));
}

/// What differs from both versions of Prometheus.
const OTHERWISE: [(&str, &str); 8] = [
    (
        "err_execution_many_to_many",
        "the recording does not hold the node's metrics",
    ),
    ("metadata", "the recording holds fewer metrics"),
    ("metadata_limit", "the recording holds fewer metrics"),
    (
        "metadata_metric",
        "what is known of a counter stands under its own name, not its family's",
    ),
    (
        "query_experimental_error",
        "experimental functions are answered without a flag",
    ),
    (
        "rules_group_next",
        "tokens are those of the server that gave them",
    ),
    ("rules_name_filter", "alerts left out are an empty list, not null"),
    (
        "targets_active",
        "counts of dropped targets are an empty object, not null",
    ),
];

#[test]
fn answers_are_built_as_prometheus_3_5_builds_them() {
    let timeout = ("err_timeout", "a timeout is a 503, as in 2.42 and 3.12");
    let otherwise = [&OTHERWISE[..], &[timeout]].concat();
    walk("prometheus-3.5.3", NOT_SERVED, &otherwise);
}

#[test]
fn answers_are_built_as_prometheus_3_12_builds_them() {
    walk("prometheus-3.12.0", NOT_SERVED, &OTHERWISE);
}

/// Endpoints of Prometheus that say nothing about a recording, write, or are pages.
const NOT_SERVED: &[&str] = &[
    "admin_snapshot",
    "federate",
    "metrics",
    "features",
    "openapi",
    "parse_query",
    "status_config",
    "status_self_metrics",
    "status_tsdb_blocks",
    "status_walreplay",
    "notifications",
    "targets_metadata",
    "targets_relabel_steps",
    "status_flags",
    "query_gzip",
    "cors_get",
];

#[test]
fn answers_are_built_as_loki_builds_them() {
    let not_served = [
        "alerts_prom",
        "config",
        "config_diff",
        "delete_list",
        "drilldown_limits",
        "drilldown_limits_no_org",
        "err_push_bad_json",
        "err_push_future",
        "err_push_no_labels",
        "format_query",
        "index_shards",
        "log_level",
        "metrics",
        "push_ok",
        "ring",
        "rules_prom",
        "rules_yaml",
        "services",
        "tail",
        "tail_err_parse",
    ];
    let otherwise = [("err_range_too_long", "a recording may be asked about any time")];
    walk("loki-3.7.6", &not_served, &otherwise);
}

#[test]
fn answers_are_built_as_alertmanager_builds_them() {
    let not_served = [
        "metrics",
        "healthy",
        "ready",
        "err_v1_gone",
        "err_silence_delete_unknown",
        "err_silence_invalid",
        "err_silence_past",
        "silence_create",
        "silence_delete",
    ];
    let otherwise = [
        ("silence_expired", "it was made after the silences were recorded"),
        ("receivers", "labels of receivers are not recorded"),
    ];
    walk("alertmanager-0.33.1", &not_served, &otherwise);
}

/// Queries that a recording of a part of that Prometheus' series answers otherwise, and why.
const OF_OTHER_SERIES: [(&str, &str); 2] = [
    ("query_topk", "it counts all series of that Prometheus"),
    (
        "query_limit",
        "which three of the series come first is by chance there",
    ),
];

/// Queries of which a recording of a part of the series gives a part of the answer, and why.
const OF_FEWER_SERIES: [(&str, &str); 4] = [
    ("query_infos", "the servers' own memory is not in the recording"),
    ("query_native_histogram", "nor are native histograms"),
    ("query_range_native_histogram", "nor are native histograms"),
    ("query_native_quantile", "nor are native histograms"),
];

/// The folders of answers, each with the phase of its requests: healthy, in the first crash, while the shop was down, in
/// the second crash, and after.
const PHASES: [(&str, &str); 5] = [
    ("baseline", "baseline"),
    ("peak", "peak"),
    ("down", "down"),
    ("incident", "."),
    ("after", "after"),
];

/// When an answer was evaluated, if it says so.
fn time_of(json: &Value) -> Option<f64> {
    let result = &json["data"]["result"];
    let point = result
        .get(0)
        .map_or(result, |first| first.get("value").unwrap_or(result));
    point.get(0)?.as_f64()
}

/// Series in one order: that of instant vectors is by chance.
fn sorted_result(json: &Value) -> Vec<Value> {
    let result = json["data"]["result"].as_array().cloned().unwrap_or_default();
    let mut series = result;
    if series.first().is_some_and(Value::is_object) {
        series.sort_by_key(Value::to_string);
    }
    series
}

/// What is wrong with our answer to a query beside the captured one.
fn other_values(name: &str, ours: &[Value], captured: &[Value]) -> Option<String> {
    let is_in = |table: &[(&str, &str)]| table.iter().any(|(known, _)| *known == name);
    let is_right = if is_in(&OF_OTHER_SERIES) {
        ours != captured
    } else if is_in(&OF_FEWER_SERIES) {
        let is_part = ours.len() < captured.len() || captured.is_empty();
        is_part && ours.iter().all(|series| captured.contains(series))
    } else {
        ours == captured
    };
    let json = |result: &[Value]| Value::from(result.to_vec()).to_string();
    (!is_right).then(|| format!("{}\n  beside\n{}", json(ours), json(captured)))
}

#[test]
fn values_are_those_of_prometheus_3_5() {
    let Some(folder) = captures() else {
        println!("skipped: no captured answers beside the repository");
        return;
    };
    let address = serve_shop(AFTER_ALL);
    let (mut n_right, mut wrong) = (0, Vec::new());
    for (phase, place) in PHASES {
        let read = |name: &str| -> Option<Value> {
            let path = folder
                .join("prometheus-3.5.3")
                .join(place)
                .join(format!("{name}.json"));
            serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
        };
        // An answer without a time was given right after this one.
        let before = read("query_string").as_ref().and_then(time_of);
        let queries = requests(&folder, "prometheus-3.5.3", phase);
        for mut request in queries
            .into_iter()
            .filter(|request| request.name.starts_with("query_"))
        {
            let Some(captured) = read(&request.name).filter(|json| json["data"]["result"].is_array()) else {
                continue;
            };
            let has_time = request.target.contains("time=") || request.target.contains("query_range");
            if let Some(time) = time_of(&captured).or(before).filter(|_| !has_time) {
                let joint = if request.target.contains('?') { '&' } else { '?' };
                request.target.push_str(&format!("{joint}time={time}"));
            }
            let answer = ours(address, &request).json();
            match other_values(&request.name, &sorted_result(&answer), &sorted_result(&captured)) {
                None => n_right += 1,
                Some(what) => wrong.push(format!("{phase}, {}:\n{what}", request.name)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_right > 100, "{n_right} answers were compared");
}
