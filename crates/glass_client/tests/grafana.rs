//! Grafana: the captured answers of 7.5, and made up ones in the forms of newer versions. No Grafana is at hand.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use glass_client::grafana::Grafana;
use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_formats::grafana::DataSource;
use glass_model::{Completeness, EventKind, QueryValue, TimeRange, Timestamp};
use support::replay::{Canned, Replay};

fn grafana(replay: &Replay) -> Grafana {
    let http = Http::new(HttpOptions::default());
    let door = Door::new(&http, replay.url(), Grafana::ENDPOINTS).unwrap();
    Grafana::new(door.with_header("X-Grafana-Org-Id", "16"))
}

#[tokio::test]
async fn what_an_old_one_shows() {
    let Some(replay) = Replay::start("grafana-7.5.5") else {
        return;
    };
    let replay = replay.ignoring(&["type", "limit", "from", "to", "time", "tags"]);
    let grafana = grafana(&replay);
    let health = grafana.health().await.unwrap().value;
    assert!(health.is_well && health.version == "7.5.5");
    let names = grafana.data_sources().await.unwrap().value;
    let names: Vec<&str> = names.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["Loki", "Prometheus"]);

    let dashboards = grafana.dashboards().await.unwrap().value;
    assert_eq!(dashboards.len(), 1);
    assert_eq!(
        (dashboards[0].uid.as_str(), dashboards[0].folder.as_str()),
        ("shop", "Shop")
    );
    let dashboard = grafana.dashboard("shop").await.unwrap().value;
    assert_eq!(dashboard.title, "Shop overview");
    assert!(dashboard.json.starts_with('{') && dashboard.json.contains("route:gateway_latency_seconds"));
    let error = grafana.dashboard("nope").await.unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 404, .. }), "{error}");

    let incident = TimeRange::new(
        Timestamp::from_secs(1_795_318_000),
        Timestamp::from_secs(1_795_320_000),
    );
    let events = grafana.annotations(incident).await.unwrap();
    assert_eq!(
        (events.value.len(), &events.completeness),
        (3, &Completeness::Complete)
    );
    let revert = &events.value[2];
    assert!(
        revert.kind == EventKind::Annotation && revert.title.contains("Revert"),
        "{revert:?}"
    );
    assert_eq!(revert.happened_at.millis(), 1_795_319_150_541);
    // It was written by hand, later than what it tells of.
    assert_eq!(revert.known_at.millis(), 1_795_319_427_824);
    assert_eq!(revert.labels.get("tags"), Some("deploy, shop"));

    // By its identifier or number, at the number at which this version answers.
    for known_as in ["prom-lab", "1", "Prometheus"] {
        let source = grafana.data_source(known_as).await;
        let prometheus = grafana.prometheus(&source).unwrap();
        assert!(
            prometheus
                .door()
                .base()
                .path()
                .ends_with("/api/datasources/proxy/1")
        );
        let told = prometheus.query("up", Timestamp::from_secs(1), 0).await.unwrap();
        assert!(matches!(told.value.value, QueryValue::Vector(up) if up.len() > 3));
    }
    let loki = grafana.data_source("loki-lab").await;
    assert!(grafana.proxy_url(&loki).unwrap().path().ends_with("/proxy/2"));
    let prometheus = grafana.data_source("prom-lab").await;
    let told = grafana
        .query(&prometheus, "sum(rate(x[1m]))", incident, 15_000_000_000)
        .await
        .unwrap();
    assert!(
        told.value
            .iter()
            .any(|one| one.labels.get("code") == Some("200") && one.floats.len() > 30)
    );
    let sent = replay.requests();
    assert!(
        sent.iter()
            .all(|got| got.headers.get("x-grafana-org-id").map(String::as_str) == Some("16"))
    );
}

fn source(kind: &str, uid: &str, path: &str) -> DataSource {
    DataSource {
        kind: kind.into(),
        uid: uid.into(),
        path: path.into(),
        database: "telegraf".into(),
        ..DataSource::default()
    }
}

#[tokio::test]
async fn influxql_through_both_ways() {
    let replay = Replay::empty();
    let answer = r#"{"results":[{"series":[{"name":"cpu","columns":["time","mean"],"values":[[1000,0.5],[2000,1]]}]}]}"#;
    replay.answer_path("/api/datasources/proxy/uid/abc/query", move |_| {
        Some(Canned::json(answer))
    });
    let frames = r#"{"results":{"A":{"frames":[{"schema":{"name":"cpu.mean","fields":[{"name":"Time","type":"time"},
        {"name":"Value","type":"number","labels":{"host":"a"}}]},"data":{"values":[[1000],[2.5]]}}]},"B":{"error":"no"}}}"#;
    replay.answer_path("/api/ds/query", move |_| Some(Canned::json(frames)));
    let grafana = grafana(&replay);
    let influx = source("influxdb", "abc", "");
    let text = "SELECT mean(\"v\") FROM \"cpu\" WHERE time > 0";
    let told = grafana.influx_query(&influx, text).await.unwrap();
    assert_eq!(told.value[0].labels.to_string(), r#"cpu{field="mean"}"#);
    assert_eq!(told.value[0].floats.at_millis(), [1000, 2000]);
    let sent = &replay.requests()[0];
    assert_eq!(
        (sent.param("db"), sent.param("epoch"), sent.param("q")),
        ("telegraf", "ms", text)
    );

    let range = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(60));
    let told = grafana.query(&influx, text, range, 1_000_000_000).await.unwrap();
    assert_eq!(
        told.value[0].labels.to_string(),
        r#"cpu.mean{host="a"}"#.replace("cpu.mean{", r#"{"cpu.mean", "#)
    );
    assert_eq!(
        told.completeness,
        Completeness::Partial("query B failed: no".into())
    );
    let body: serde_json::Value = serde_json::from_slice(&replay.requests()[1].body).unwrap();
    assert_eq!(
        (&body["from"], &body["queries"][0]["datasource"]["uid"]),
        (&"0".into(), &"abc".into())
    );

    replay.forget_requests();
    let drop = "SELECT 1; DROP DATABASE telegraf";
    assert!(matches!(
        grafana.influx_query(&influx, drop).await,
        Err(FetchError::NotAllowed(_))
    ));
    assert!(matches!(
        grafana.query(&influx, drop, range, 1).await,
        Err(FetchError::NotAllowed(_))
    ));
    let sql = grafana
        .query(&source("postgres", "p", ""), "DROP TABLE x", range, 1)
        .await;
    assert!(matches!(sql, Err(FetchError::Unsupported(_))));
    assert_eq!(replay.requests().len(), 0, "nothing was asked");
}

#[tokio::test]
async fn annotations_page_by_page_and_paths_that_stay_inside() {
    let replay = Replay::empty();
    // 2,500 annotations, a second apart, the latest first, at most as many as asked for.
    replay.answer_path("/api/annotations", |got| {
        let to: i64 = got.param("to").parse().ok()?;
        let limit: usize = got.param("limit").parse().ok()?;
        let all = (1..=2_500i64).rev().filter(|i| i * 1000 <= to).take(limit);
        let all: Vec<String> = all
            .map(|i| format!(r#"{{"id":{i},"time":{},"text":"t"}}"#, i * 1000))
            .collect();
        Some(Canned::json(format!("[{}]", all.join(","))))
    });
    let grafana = grafana(&replay);
    let told = grafana
        .annotations(TimeRange::new(
            Timestamp::from_secs(0),
            Timestamp::from_secs(10_000),
        ))
        .await
        .unwrap();
    assert_eq!(
        (told.value.len(), &told.completeness),
        (2_500, &Completeness::Complete)
    );
    assert!(told.value.is_sorted_by_key(|event| event.happened_at));

    let check = |path: &str, uid: &str, expected: Option<&str>| {
        let url = grafana.proxy_url(&source("prometheus", uid, path)).ok();
        assert_eq!(url.as_ref().map(|url| url.path()), expected, "{path} {uid}");
    };
    check(
        "/grafana/api/datasources/proxy/uid/x",
        "y",
        Some("/api/datasources/proxy/uid/x"),
    );
    check(
        "https://prometheus.example/",
        "y",
        Some("/api/datasources/proxy/uid/y"),
    );
    check("", "000000026", Some("/api/datasources/proxy/uid/000000026"));
    check("/api/datasources/proxy/../../admin", "y", None);
    check("", "../../admin", None);
    check("", "", None);
}
