//! What no captured answer of Loki shows, from stand-ins: results in several windows, smaller limits, a tail whose
//! server drops lines and whose client leaves.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use axum::extract::ws::{Message, WebSocketUpgrade};
use glass_client::LineAsk;
use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_client::loki::{ENDPOINTS, Loki};
use glass_model::{Completeness, LogOrder, QueryValue, TimeRange, Timestamp};
use std::time::Duration;
use support::replay::{Canned, Got, Replay};
use url::Url;

const BEGIN: i64 = 1_795_300_000;

fn loki(base: &Url) -> Loki {
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    Loki::new(Door::new(&http, base, ENDPOINTS).unwrap())
}

/// A sample each second, as long as no more are asked for than Loki allows, and no more than it has time for.
fn matrix(got: &Got, most_in_time: i64, last: i64) -> Canned {
    let secs = |name: &str| got.param(name).parse::<i64>().unwrap() / 1_000_000_000;
    let (start, end) = (secs("start"), secs("end"));
    assert_eq!(got.param("step"), "1s");
    if end - start > 11_000 {
        let text = "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the \
                    step parameter";
        return Canned::text(400, text);
    }
    if end - start > most_in_time {
        return Canned::text(500, "context deadline exceeded");
    }
    if end > last {
        return Canned::text(403, "no more");
    }
    let values: Vec<String> = (start..=end)
        .map(|at| format!("[{at},\"{}\"]", at - BEGIN))
        .collect();
    let values = values.join(",");
    Canned::json(format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"job":"a"}},"values":[{values}]}}]}},"warnings":["w"]}}"#
    ))
}

#[tokio::test]
async fn results_longer_than_a_server_gives_are_joined() {
    let second = 1_000_000_000;
    let range = TimeRange::new(Timestamp::from_secs(BEGIN), Timestamp::from_secs(BEGIN + 30_000));
    for (most_in_time, last, n_points) in [
        (i64::MAX, i64::MAX, 30_001),
        (2000, i64::MAX, 30_001),
        (i64::MAX, BEGIN + 25_000, 21_802),
    ] {
        let replay = Replay::empty();
        replay.answer_path("/loki/api/v1/query_range", move |got| {
            Some(matrix(got, most_in_time, last))
        });
        let told = loki(replay.url()).range_metric("x", range, second).await.unwrap();
        let QueryValue::Matrix(series) = &told.value.value else {
            panic!("{told:?}")
        };
        assert_eq!(series.len(), 1);
        let floats = &series[0].floats;
        assert_eq!(floats.len(), n_points);
        let expected: Vec<i64> = (0..).take(n_points).map(|n| (BEGIN + n) * 1000).collect();
        assert_eq!(floats.at_millis(), expected);
        assert!(
            floats
                .values()
                .iter()
                .zip(0..)
                .all(|(value, n)| *value == f64::from(n))
        );
        assert_eq!(told.value.warnings, ["w"]);
        let is_partial = matches!(told.completeness, Completeness::Partial(_));
        assert_eq!(is_partial, n_points < 30_001, "{:?}", told.completeness);
    }
}

#[tokio::test]
async fn servers_that_allow_fewer_lines_are_asked_for_fewer() {
    let replay = Replay::empty();
    replay.answer_path("/loki/api/v1/query_range", |got| {
        let limit: i64 = got.param("limit").parse().unwrap();
        if limit > 7 {
            let text =
                format!("max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > 7)");
            return Some(Canned::text(400, text));
        }
        let start: i64 = got.param("start").parse().unwrap();
        let values: Vec<String> = (start..30.min(start + limit)).map(|at| format!(r#"["{at}","x"]"#)).collect();
        let values = values.join(",");
        Some(Canned::json(format!(
            r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{}},"values":[{values}]}}]}}}}"#
        )))
    });
    let ask = LineAsk {
        query: "{job=\"a\"}".into(),
        range: TimeRange::new(Timestamp::from_nanos(1), Timestamp::from_nanos(29)),
        order: LogOrder::Forward,
        limit: 0,
    };
    let lines = loki(replay.url()).page(&ask).await.unwrap().value;
    let times: Vec<i64> = lines.iter().map(|line| line.entry.at.nanos()).collect();
    assert_eq!(times, (1..30).collect::<Vec<i64>>());
}

const FRAME: &str = r#"{"streams":[{"stream":{"job":"a"},"values":[["6","password=hunter2 é",{"structuredMetadata":{"t":"1"}}],["5","x"]]}],
    "dropped_entries":[{"labels":{"job":"a"},"timestamp":"4"},{"labels":{"job":"b"},"timestamp":"4"}],
    "encodingFlags":["categorize-labels"]}"#;

#[tokio::test]
async fn a_tail_tells_what_was_dropped_and_ends_when_it_is_dropped() {
    let (told_end, mut ended) = tokio::sync::mpsc::channel::<bool>(1);
    let follow = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async move |mut socket| {
            socket.send(Message::Ping("x".into())).await.unwrap();
            socket.send(Message::Text(FRAME.into())).await.unwrap();
            while let Some(message) = socket.recv().await {
                if let Ok(Message::Close(_)) = message {
                    let _ = told_end.send(true).await;
                }
            }
            let _ = told_end.send(false).await;
        })
    };
    let app = axum::Router::new().route("/loki/api/v1/tail", axum::routing::get(follow));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });

    let mut tail = loki(&base)
        .tail("{job=\"a\"}", Timestamp::from_nanos(0), 10)
        .await
        .unwrap();
    let told = tail.next().await.unwrap().unwrap();
    let lines: Vec<&str> = told.value.iter().map(|line| &*line.entry.line).collect();
    assert_eq!(lines, ["x", "password=[redacted] é"]);
    assert_eq!(told.value[1].entry.metadata.get("t"), Some("1"));
    assert_eq!((told.n_redacted, tail.n_dropped()), (1, 2));
    assert_eq!(
        told.completeness,
        Completeness::Partial("the server could not keep up and dropped lines: 2".into())
    );
    drop(tail);
    let end = tokio::time::timeout(Duration::from_secs(5), ended.recv()).await;
    assert_eq!(end.unwrap(), Some(true), "it says farewell");

    let elsewhere = loki(&base.join("x/").unwrap());
    let error = elsewhere
        .tail("{job=\"a\"}", Timestamp::from_nanos(0), 10)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 404, .. }), "{error}");
}
