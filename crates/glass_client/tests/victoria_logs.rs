//! VictoriaLogs 1.26 as it answered during the incident, replayed; and windows of a stand-in.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use glass_client::LineAsk;
use glass_client::http::{Door, FetchError, Http, HttpOptions, Want};
use glass_client::victoria_logs::{ENDPOINTS, VictoriaLogs, to_logsql};
use glass_model::{Completeness, Labels, Level, LogOrder, QueryValue, TimeRange, Timestamp};
use std::ops::ControlFlow;
use support::replay::{Canned, Captured, Replay};

fn logs(replay: &Replay) -> VictoriaLogs {
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    VictoriaLogs::new(Door::new(&http, replay.url(), ENDPOINTS).unwrap())
}

fn range() -> TimeRange {
    TimeRange::new(
        Timestamp::from_secs(1_795_318_504),
        Timestamp::from_secs(1_795_319_104),
    )
}

fn ask(query: &str, order: LogOrder, limit: u64) -> LineAsk {
    LineAsk {
        query: query.into(),
        range: range(),
        order,
        limit,
    }
}

fn n_lines(captured: &Captured) -> usize {
    String::from_utf8(captured.answer().body).unwrap().lines().count()
}

#[tokio::test]
async fn lines_come_as_captured() {
    let Some(replay) = Replay::start("victoria-logs-1.26.0") else {
        return;
    };
    let replay = replay.ignoring(&["start", "end", "limit"]);
    let logs = logs(&replay);
    let captured = replay.captured("query_error_word");
    let told = logs
        .page(&ask(captured.param("query"), LogOrder::Backward, 10))
        .await
        .unwrap();
    assert_eq!((told.value.len(), n_lines(captured)), (10, 10));
    assert!(told.value.is_sorted_by(|a, b| a.entry.at >= b.entry.at));
    for line in &told.value {
        assert_eq!(line.labels, Labels::new([("cluster", "lab")]));
        assert_eq!(line.entry.metadata.get("job"), Some("shop"));
        assert!(line.entry.line.contains("MemoryError"));
    }
    assert_eq!(
        (told.completeness, told.warnings),
        (Completeness::Complete, vec![])
    );

    // JSON lines of the gateway were taken apart when they were stored, and have no message.
    let captured = replay.captured("query");
    let told = logs
        .page(&ask(captured.param("query"), LogOrder::Backward, 20))
        .await
        .unwrap();
    assert_eq!(told.value.len(), n_lines(captured));
    let line = &told.value[0];
    assert_eq!(line.level, Level::Error);
    assert!(line.entry.line.contains("msg=\"connection refused\""), "{line:?}");
    assert_eq!(
        told.warnings,
        ["lines without a message are shown by their fields"]
    );
    let got = &replay.requests()[0];
    assert_eq!(got.param("start"), "2026-11-22T03:35:04.000000000Z");
    assert_eq!(
        (got.param("end"), got.param("limit")),
        ("2026-11-22T03:45:04.000000001Z", "10")
    );
}

#[tokio::test]
async fn everything_else_comes_as_captured() {
    let Some(replay) = Replay::start("victoria-logs-1.26.0") else {
        return;
    };
    let replay = replay.ignoring(&["start", "end", "time"]);
    let logs = logs(&replay);
    let hits = logs.hits("*", range(), 30, &["job"]).await.unwrap().value;
    let deployer = hits
        .iter()
        .find(|hits| hits.fields.get("job") == Some("deployer"))
        .unwrap();
    assert_eq!(deployer.total, 5);
    assert_eq!(deployer.counts[0], (Timestamp::from_secs(1_795_318_620), 2));
    let streams = logs.streams("*", range()).await.unwrap().value;
    assert_eq!(streams, [(Labels::new([("cluster", "lab")]), 43415)]);
    let names = logs.field_names("*", range()).await.unwrap().value;
    assert!(names.contains(&("trace_id".into(), 43415)));
    let jobs = logs.field_values("*", "job", range()).await.unwrap().value;
    assert_eq!(jobs[0], ("gateway".into(), 21948));
    let query = replay.captured("stats_query_range").param("query");
    let result = logs.stats_range(query, range(), 60).await.unwrap().value;
    let QueryValue::Matrix(series) = result.value else {
        panic!("{:?}", result.value)
    };
    let gateway = series
        .iter()
        .find(|series| series.labels.get("job") == Some("gateway"));
    assert_eq!(gateway.unwrap().floats.values()[0], 2049.0);
    let query = replay.captured("stats_query").param("query");
    let at = range().end;
    assert!(matches!(
        logs.stats(query, at).await.unwrap().value.value,
        QueryValue::Vector(_)
    ));

    let replay = replay.ignoring(&["limit"]);
    let error = logs
        .page(&ask("foo | stats (", LogOrder::Backward, 10))
        .await
        .unwrap_err();
    let FetchError::Status {
        status: 400, text, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert!(text.starts_with("cannot parse query [foo | stats (]"), "{text}");
    drop(replay);
    assert_eq!(to_logsql("{job=\"gateway\"}").unwrap(), "job:=\"gateway\"");
}

/// Streams a line a second, in no order, and nothing that is larger than the client takes.
fn stand_in() -> Replay {
    let replay = Replay::empty();
    replay.answer_path("/select/logsql/query", |got| {
        let at = |name| Timestamp::parse_rfc3339(got.param(name)).unwrap().secs();
        // The end belongs to the range, as in old versions.
        let mut seconds: Vec<i64> = (at("start")..=at("end")).collect();
        if let Some((_, limit)) = got.param("query").split_once("limit ") {
            seconds.truncate(limit.parse().unwrap());
        } else if !got.param("limit").is_empty() {
            seconds.reverse();
            seconds.truncate(got.param("limit").parse().unwrap());
        }
        seconds.sort_by_key(|second| second * 7919 % 1009);
        let lines = seconds.into_iter().map(|second| {
            let at = Timestamp::from_secs(second);
            format!("{{\"_time\":\"{at}\",\"_stream\":\"{{}}\",\"_msg\":\"password=hunter2 {second}\"}}\n")
        });
        Some(Canned::text(200, lines.collect::<String>()))
    });
    replay
}

#[tokio::test]
async fn windows_fit_into_answers_and_secrets_are_hidden() {
    let replay = stand_in();
    let logs = logs(&replay).with_want(Want::json().at_most(8 << 10));
    for order in [LogOrder::Forward, LogOrder::Backward] {
        let mut seconds = Vec::new();
        let told = logs
            .lines(&ask("*", order, 0), &mut |line| {
                assert!(
                    line.entry.line.starts_with("password=[redacted] "),
                    "{}",
                    line.entry.line
                );
                seconds.push(line.entry.at.secs());
                ControlFlow::Continue(())
            })
            .await
            .unwrap();
        let mut expected: Vec<i64> = (1_795_318_504..=1_795_319_104).collect();
        if order == LogOrder::Backward {
            expected.reverse();
        }
        assert_eq!(seconds, expected, "{order:?}");
        assert_eq!((told.n_redacted, told.value.covered), (601, range()));
        let few = logs.page(&ask("*", order, 7)).await.unwrap().value;
        let few: Vec<i64> = few.iter().map(|line| line.entry.at.secs()).collect();
        assert_eq!(few, expected[..7], "{order:?}");
    }
}
