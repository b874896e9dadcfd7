//! Prometheus and its relatives in versions that are not at hand, as captured; and a server that fails in mid-answer.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_client::prometheus::{Flavour, Prometheus};
use glass_model::{
    Completeness, Labels, MatcherOp, NativeHistogram, QueryValue, SampleValue, Selector, SeriesData,
    TimeRange, Timestamp,
};
use std::time::Duration;
use support::replay::{Canned, Replay};

fn prometheus(replay: &Replay) -> Prometheus {
    let options = HttpOptions {
        first_backoff: Duration::from_millis(1),
        ..HttpOptions::default()
    };
    let door = Door::new(&Http::new(options), replay.url(), Prometheus::ENDPOINTS);
    Prometheus::new(door.unwrap())
}

#[tokio::test]
async fn who_answers() {
    for (server, flavour, version) in [
        ("prometheus-2.42.0", Flavour::Prometheus, "2.42.0+ds"),
        ("prometheus-3.5.3", Flavour::Prometheus, "3.5.3"),
        ("victoria-metrics-1.79.5", Flavour::VictoriaMetrics, ""),
        ("victoria-metrics-1.145.0", Flavour::VictoriaMetrics, "2.24.0"),
    ] {
        let Some(replay) = Replay::start(server) else {
            return;
        };
        let info = prometheus(&replay).build_info().await.unwrap().value;
        assert_eq!(info.flavour, flavour, "{server}");
        assert!(info.version.starts_with(version), "{info:?}");
    }
    let thanos = Replay::empty();
    let text = r#"{"status":"success","data":{"version":"0.38.0","revision":"x","branch":"HEAD","goVersion":"go1.24"}}"#;
    thanos.answer_path("/api/v1/status/buildinfo", move |_| Some(Canned::json(text)));
    let info = prometheus(&thanos).build_info().await.unwrap().value;
    assert_eq!(info.flavour, Flavour::Thanos);
}

fn histograms(value: QueryValue) -> Vec<NativeHistogram> {
    match value {
        QueryValue::Vector(samples) => samples
            .into_iter()
            .filter_map(|sample| match sample.value {
                SampleValue::Histogram(histogram) => Some(*histogram),
                SampleValue::Float(_) => None,
            })
            .collect(),
        QueryValue::Matrix(series) => {
            let all = series.iter().flat_map(|one| one.histograms.iter());
            all.map(|(_, histogram)| histogram.clone()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn warnings_infos_and_native_histograms() {
    let Some(replay) = Replay::start("prometheus-3.12.0") else {
        return;
    };
    let replay = replay.ignoring(&["time", "start", "end", "step"]);
    let prometheus = prometheus(&replay);
    let now = Timestamp::from_secs(1_795_319_106);
    let query = async |name: &str, limit| {
        let text = replay.captured(name).param("query").to_owned();
        prometheus.query(&text, now, limit).await.unwrap()
    };
    let told = query("query_warnings", 0).await;
    assert!(told.value.warnings[0].starts_with("PromQL warning: quantile"));
    assert_eq!(told.completeness, Completeness::Complete);
    assert_eq!(query("query_infos", 0).await.value.infos.len(), 1);
    let told = query("query_limit", 3).await;
    assert_eq!(
        told.completeness,
        Completeness::Partial("results truncated due to limit".into())
    );

    let instant = histograms(query("query_native_histogram", 0).await.value.value);
    let text = replay
        .captured("query_range_native_histogram")
        .param("query")
        .to_owned();
    let range = TimeRange::new(now.plus_nanos(-120_000_000_000), now);
    let told = prometheus
        .query_range(&text, range, 30_000_000_000)
        .await
        .unwrap();
    let over_time = histograms(told.value.value);
    assert!(!instant.is_empty() && over_time.len() > 3);
    for histogram in instant.iter().chain(&over_time) {
        assert_eq!(histogram.schema, 3);
        let sum: f64 = histogram.positive_counts.iter().sum::<f64>() + histogram.zero_count;
        assert!((sum - histogram.count).abs() < 1e-9, "{histogram:?}");
    }
    let Some(victoria) = Replay::start("victoria-metrics-1.145.0") else {
        return;
    };
    let victoria = self::prometheus(&victoria);
    let alerts = victoria.alerts().await.unwrap().value;
    assert!(
        alerts
            .iter()
            .any(|alert| alert.labels.get("alertname") == Some("ShopMemoryHigh"))
    );
    assert!(!victoria.rules().await.unwrap().value.is_empty());
}

/// A series with a sample every 15 s, of which a server tells what a range selector asks for.
fn samples_of(query: &str, time: &str) -> Option<String> {
    let millis: i64 = query.split_once('[')?.1.strip_suffix("ms]")?.parse().ok()?;
    let end = Timestamp::parse_rfc3339(time).ok()?.millis();
    let times = (0..=end / 15_000)
        .map(|i| i * 15_000)
        .filter(|at| *at >= end - millis);
    let points: Vec<String> = times.map(|at| format!("[{},\"1\"]", at / 1000)).collect();
    Some(points.join(","))
}

fn answer(kind: &str, result: &str) -> Canned {
    Canned::json(format!(
        r#"{{"status":"success","data":{{"resultType":"{kind}","result":[{result}]}}}}"#
    ))
}

#[tokio::test]
async fn a_server_that_fails_after_a_while() {
    let replay = Replay::empty();
    const DIES_AT: i64 = 5_000_000;
    replay.answer_path("/api/v1/query", |got| {
        let (query, time) = (got.param("query"), got.param("time"));
        let Some(points) = samples_of(query, time) else { return Some(answer("vector", "")) };
        if points.len() > 2_000 {
            let text = r#"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#;
            return Some(Canned { status: 503, ..Canned::json(text) });
        }
        if Timestamp::parse_rfc3339(time).is_ok_and(|at| at.millis() > DIES_AT) {
            return Some(Canned::text(500, "out of order"));
        }
        Some(answer("matrix", &format!(r#"{{"metric":{{"__name__":"up"}},"values":[{points}]}}"#)))
    });
    replay.answer_path("/api/v1/query_range", |_| Some(answer("matrix", "")));
    let prometheus = prometheus(&replay);
    let range = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(7_200));
    let mut times = Vec::new();
    let mut visit = |series: SeriesData| times.extend_from_slice(series.floats.at_millis());
    let selector = Selector {
        matchers: vec![glass_model::Matcher::new("job", MatcherOp::Regex, ".*").unwrap()],
    };
    let told = prometheus.samples(&selector, range, &mut visit).await.unwrap();
    let until = told.value.until.unwrap().millis();
    let expected: Vec<i64> = (0..=until / 15_000).map(|i| i * 15_000).collect();
    assert_eq!(times, expected, "each once, up to where it says");
    assert!(until > 2_000_000 && until <= DIES_AT, "{until}");
    let Completeness::Partial(text) = told.completeness else {
        panic!("{told:?}")
    };
    assert!(
        text.starts_with("nothing after 1970-01-01T00:") && text.contains("answered 500: out of order"),
        "{text}"
    );

    let nothing = Replay::empty();
    let error = self::prometheus(&nothing)
        .samples(&Selector::all(), range, &mut |_| {})
        .await;
    assert!(matches!(error, Err(FetchError::Status { status: 501, .. })));
}

#[tokio::test]
async fn partial_answers_and_windows_that_fail() {
    let replay = Replay::empty();
    let partial = r#"{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}"#;
    replay.answer_path("/api/v1/query", move |_| Some(Canned::json(partial)));
    let warned = r#"{"status":"success","data":["a"],"warnings":["store x is not reachable"]}"#;
    replay.answer_path("/api/v1/labels", move |_| Some(Canned::json(warned)));
    replay.answer_path("/api/v1/query_range", |got| {
        let start = Timestamp::parse_rfc3339(got.param("start")).ok()?;
        if start > Timestamp::from_secs(11_000) {
            return Some(Canned::text(404, "gone"));
        }
        let series = format!(r#"{{"metric":{{"a":"b"}},"values":[[{},"1"]]}}"#, start.secs());
        Some(answer("matrix", &series))
    });
    let prometheus = prometheus(&replay);
    let told = prometheus.query("up", Timestamp::from_secs(1), 0).await.unwrap();
    assert!(matches!(told.completeness, Completeness::Partial(_)), "{told:?}");
    let told = prometheus.label_names(&[], TimeRange::ALL).await.unwrap();
    assert_eq!(
        told.completeness,
        Completeness::Partial("store x is not reachable".into())
    );
    let range = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(30_000));
    let told = prometheus.query_range("up", range, 1_000_000_000).await.unwrap();
    let QueryValue::Matrix(series) = &told.value.value else {
        panic!("{told:?}")
    };
    assert_eq!(
        (series[0].labels.clone(), series[0].floats.at_millis()),
        (Labels::new([("a", "b")]), &[0, 11_000_000][..])
    );
    let Completeness::Partial(text) = &told.completeness else {
        panic!("{told:?}")
    };
    assert!(
        text.starts_with("from 1970-01-01T06:06:40Z on:") && text.ends_with("answered 404: gone"),
        "{text}"
    );
}
