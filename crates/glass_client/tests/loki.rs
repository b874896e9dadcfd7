//! Loki 3.7.6 as it answered during the incident, replayed: lines, labels, metrics, errors, the tail; and through
//! Grafana 7.5.5.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_client::loki::{ENDPOINTS, Loki};
use glass_client::{LineAsk, LinesRead, Told};
use glass_model::{
    Completeness, Labels, Level, LogLine, LogOrder, QueryValue, SampleValue, TimeRange, Timestamp,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use support::replay::{Captured, Replay};

fn loki(replay: &Replay, path: &str) -> Loki {
    let base = replay.url().join(path).unwrap();
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    Loki::new(Door::new(&http, &base, ENDPOINTS).unwrap())
}

/// The range of a captured request, whose end is excluded.
fn range_of(captured: &Captured) -> TimeRange {
    let at = |name| Timestamp::from_nanos(captured.param(name).parse().unwrap());
    TimeRange::new(at("start"), at("end").plus_nanos(-1))
}

fn ask_of(captured: &Captured, order: LogOrder, limit: u64) -> LineAsk {
    LineAsk {
        query: captured.param("query").into(),
        range: range_of(captured),
        order,
        limit,
    }
}

/// Times and lines of a captured answer, sorted.
fn lines_of(captured: &Captured) -> Vec<(i64, String)> {
    let json: serde_json::Value = serde_json::from_slice(&captured.answer().body).unwrap();
    let mut lines = Vec::new();
    for stream in json["data"]["result"].as_array().unwrap() {
        for value in stream["values"].as_array().unwrap() {
            let at = value[0].as_str().unwrap().parse().unwrap();
            lines.push((at, value[1].as_str().unwrap().to_owned()));
        }
    }
    lines.sort();
    lines
}

fn n_streams_of(captured: &Captured) -> usize {
    let json: serde_json::Value = serde_json::from_slice(&captured.answer().body).unwrap();
    json["data"]["result"].as_array().unwrap().len()
}

fn found(lines: &[LogLine]) -> Vec<(i64, String)> {
    let mut found: Vec<(i64, String)> = lines
        .iter()
        .map(|line| (line.entry.at.nanos(), line.entry.line.clone()))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn lines_come_as_captured() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["direction"]);
    let loki = loki(&replay, "");
    for (name, order, limit) in [
        ("query_range_streams", LogOrder::Backward, 50),
        ("query_range_streams_categorized", LogOrder::Backward, 20),
        ("query_range_streams_forward", LogOrder::Forward, 100),
        ("query_range_multiline", LogOrder::Backward, 5),
        ("query_range_ansi_none", LogOrder::Backward, 20),
    ] {
        let captured = replay.captured(name);
        let told = loki.page(&ask_of(captured, order, limit)).await.unwrap();
        assert_eq!(found(&told.value), lines_of(captured), "{name}");
        let times: Vec<Timestamp> = told.value.iter().map(|line| line.entry.at).collect();
        assert!(
            times.is_sorted_by(|a, b| (order == LogOrder::Forward) == (a <= b) || a == b),
            "{name}"
        );
        assert_eq!(told.completeness, Completeness::Complete);
        // What belongs to a line is no label of its stream, whether the server tells them apart or not.
        let labels: BTreeSet<&Labels> = told.value.iter().map(|line| &line.labels).collect();
        assert!(
            labels
                .iter()
                .all(|labels| labels.get("trace_id").is_none() && labels.get("detected_level").is_none()),
            "{name}"
        );
        let was_mixed = !told.warnings.is_empty();
        assert_eq!(was_mixed, labels.len() < n_streams_of(captured), "{name}");
        let has_levels = told.value.iter().any(|line| line.level != Level::Unknown);
        assert_eq!(has_levels, name != "query_range_multiline", "{name}");
    }
    let got = &replay.requests()[0];
    assert_eq!(got.headers["x-loki-response-encoding-flags"], "categorize-labels");
}

#[tokio::test]
async fn everything_else_comes_as_captured() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["start", "end"]);
    let loki = loki(&replay, "");
    let range = TimeRange::new(
        Timestamp::from_secs(1_795_318_504),
        Timestamp::from_secs(1_795_319_104),
    );

    let labels = loki.labels(range, None).await.unwrap().value;
    assert_eq!(
        labels.join(" "),
        "cluster filename instance job level namespace service_name"
    );
    let of_gateway = loki.labels(range, Some("{job=\"gateway\"}")).await.unwrap().value;
    assert!(!of_gateway.contains(&"filename".to_owned()) && of_gateway.len() > 3);
    let jobs = loki.label_values("job", range, None).await.unwrap().value;
    assert!(jobs.contains(&"shop".to_owned()));
    assert!(
        loki.label_values("nope", range, None)
            .await
            .unwrap()
            .value
            .is_empty()
    );
    let series = loki.series(&["{cluster=\"lab\"}"], range).await.unwrap().value;
    assert!(
        series
            .iter()
            .any(|labels| labels.get("job") == Some("supervisor"))
    );
    let stats = loki.index_stats("{cluster=\"lab\"}", range).await.unwrap().value;
    assert_eq!((stats.n_entries, stats.n_bytes), (15123, 4_894_720));
    let volume = loki.volume("{cluster=\"lab\"}", range, &[]).await.unwrap().value;
    assert_eq!(volume, [(Labels::new([("cluster", "lab")]), 10_610_713)]);
    let by_job = loki
        .volume("{cluster=\"lab\"}", range, &["job"])
        .await
        .unwrap()
        .value;
    assert!(!by_job.is_empty());
    let patterns = loki.patterns("{job=\"shop\"}", range, 30).await.unwrap().value;
    assert_eq!(patterns[0].counts[0], (1_795_318_500, 382));
    assert!(
        loki.patterns("{job=\"gateway\"}", range, 60)
            .await
            .unwrap()
            .value
            .is_empty()
    );
    let fields = loki
        .detected_fields("{job=\"gateway\"}", range)
        .await
        .unwrap()
        .value;
    let status = fields.iter().find(|field| field.label == "status").unwrap();
    assert_eq!((status.kind, status.parser), ("int", Some("json")));
    assert_eq!(loki.build_info().await.unwrap().value.version, "3.7.6");
}

#[tokio::test]
async fn metric_queries_come_as_captured() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["start", "end", "time"]);
    let loki = loki(&replay, "");
    let at = Timestamp::from_secs(1_795_319_104);
    let range = TimeRange::new(Timestamp::from_secs(1_795_318_504), at);

    let query = replay.captured("query_vector").param("query");
    let result = loki.instant(query, at).await.unwrap().value;
    let QueryValue::Vector(samples) = result.value else {
        panic!("{:?}", result.value)
    };
    let gateway = samples
        .iter()
        .find(|sample| sample.labels.get("job") == Some("gateway"));
    assert_eq!(gateway.unwrap().value, SampleValue::Float(10981.0));
    assert!(result.n_read > 10_000);
    let scalar = loki.instant("1+1", at).await.unwrap().value.value;
    assert_eq!(scalar, QueryValue::Scalar(1_795_319_109_634, 2.0));
    let query = replay.captured("query_range_matrix").param("query");
    let result = loki
        .range_metric(query, range, 30_000_000_000)
        .await
        .unwrap()
        .value;
    let QueryValue::Matrix(series) = result.value else {
        panic!("{:?}", result.value)
    };
    let errors = Labels::new([("detected_level", "error"), ("job", "gateway")]);
    let found = series.iter().find(|series| series.labels == errors).unwrap();
    assert_eq!(found.floats.at_millis()[0], 1_795_318_740_000);
    assert_eq!(found.floats.values()[0], 12.0);
}

/// The words of an error's answer.
fn words<T: std::fmt::Debug>(result: Result<T, FetchError>) -> (u16, String) {
    match result {
        Err(FetchError::Status { status, text, .. }) => (status, text),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn errors_are_told_in_the_servers_words() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["direction", "limit", "start", "end", "time", "step"]);
    let loki = loki(&replay, "");
    for name in ["err_parse", "err_parse_pipe", "err_no_matcher"] {
        let captured = replay.captured(name);
        let ask = ask_of(captured, LogOrder::Backward, 10);
        let (status, text) = words(loki.page(&ask).await);
        let body = captured.answer().body;
        let expected: String = String::from_utf8_lossy(&body).chars().take(60).collect();
        assert_eq!(status, 400);
        assert!(text.starts_with(expected.trim_end()), "{name}: {text}");
    }
    let at = Timestamp::from_secs(1_795_319_104);
    let (_, text) = words(loki.instant("{job=\"shop\"}", at).await);
    assert!(text.starts_with("log queries are not supported as an instant query type"));
    let range = TimeRange::new(at.plus_nanos(-600_000_000_000), at);
    let refused = loki
        .patterns("{job=\"shop\"} | detected_level=\"error\"", range, 30)
        .await;
    assert_eq!(words(refused).0, 400);
}

#[tokio::test]
async fn the_tail_comes_as_captured() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["limit"]);
    let loki = loki(&replay, "");
    let captured = replay.captured("tail");
    let start = Timestamp::from_nanos(captured.param("start").parse().unwrap());
    let mut tail = loki.tail(captured.param("query"), start, 100).await.unwrap();
    let mut n_lines = 0;
    let mut n_frames = 0;
    while let Some(told) = tail.next().await.unwrap() {
        n_frames += 1;
        n_lines += told.value.len();
        assert_eq!(told.completeness, Completeness::Complete);
        assert!(told.value.is_sorted_by_key(|line| line.entry.at));
        for line in &told.value {
            assert!(line.labels.get("job").is_some() && line.labels.get("trace_id").is_none());
        }
    }
    let frames = captured.frames();
    let n_values: usize = frames
        .iter()
        .map(|frame| {
            let json: serde_json::Value = serde_json::from_str(frame).unwrap();
            let streams = json["streams"].as_array().unwrap().iter();
            streams
                .map(|stream| stream["values"].as_array().unwrap().len())
                .sum::<usize>()
        })
        .sum();
    assert_eq!((n_frames, n_lines), (frames.len(), n_values));
    assert!(n_lines > 100 && tail.n_dropped() == 0);

    let (status, text) = words(loki.tail("{job=\"shop\"", start, 100).await);
    assert_eq!(status, 400);
    assert!(text.starts_with("parse error at line 1, col 12"), "{text}");
    let got = replay.requests();
    assert_eq!(got[0].method, "WS");
    assert!(got[0].headers["user-agent"].starts_with("glasshouse/"));
}

#[tokio::test]
async fn grafana_is_another_way_to_the_same() {
    let Some(replay) = Replay::start("grafana-7.5.5") else {
        return;
    };
    let replay = replay.ignoring(&["start", "end"]);
    let loki = loki(&replay, "api/datasources/proxy/2/");
    let labels = loki.labels(TimeRange::ALL, None).await.unwrap().value;
    assert!(labels.contains(&"job".to_owned()), "{labels:?}");
}

#[tokio::test]
async fn a_visitor_may_stop() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let replay = replay.ignoring(&["direction", "limit"]);
    let loki = loki(&replay, "");
    let captured = replay.captured("query_range_streams_forward");
    let ask = ask_of(captured, LogOrder::Forward, 0);
    let mut lines = Vec::new();
    let told: Told<LinesRead> = loki
        .lines(&ask, &mut |line| {
            lines.push(line);
            match lines.len() {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })
        .await
        .unwrap();
    assert_eq!((told.value.n_lines, lines.len()), (3, 3));
    // The third line's moment may have more.
    assert_eq!(told.value.covered.end, lines[2].entry.at.plus_nanos(-1));
    let all = loki.page(&ask).await.unwrap().value;
    assert_eq!(lines[..], all[..3]);
}
