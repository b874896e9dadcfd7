//! Queries and lists, answered by real servers: Prometheus 2.42 and VictoriaMetrics 1.79.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "support/servers.rs"]
mod servers;

use glass_client::Told;
use glass_client::http::FetchError;
use glass_client::prometheus::{Flavour, Prometheus};
use glass_model::{
    Completeness, Labels, MetricKind, QueryResult, QueryValue, RuleHealth, RuleKind, Selector, TargetHealth,
    TimeRange, Timestamp,
};
use servers::{Exporter, PROMETHEUS, PROMTOOL, Server, VICTORIA_METRICS, are_installed};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Three and a half hours before now, in whole seconds.
fn begin() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs() as i64 - 12_600
}

const N_SECS: i64 = 12_500;

fn range(from_millis: i64, to_millis: i64) -> TimeRange {
    TimeRange::new(
        Timestamp::from_millis(from_millis),
        Timestamp::from_millis(to_millis),
    )
}

/// Two series with a sample every second, whose value is its number.
fn seconds(begin: i64) -> String {
    let mut text = String::new();
    for series in ["a", "b"] {
        for i in 0..N_SECS {
            writeln!(text, "second{{x=\"{series}\"}} {i} {}", begin + i).unwrap();
        }
    }
    text + "# EOF\n"
}

/// Every step is there once, with the value of its second.
fn check_steps(told: &Told<QueryResult>, begin: i64, step: i64, n: i64, n_series: usize) {
    assert_eq!(told.completeness, Completeness::Complete, "{:?}", told.warnings);
    let QueryValue::Matrix(all) = &told.value.value else {
        panic!("no matrix")
    };
    assert_eq!(all.len(), n_series);
    for series in all {
        let expected: Vec<(i64, f64)> = (0..n)
            .map(|i| (begin * 1000 + i * step, (i * step / 1000) as f64))
            .collect();
        let got = series
            .floats
            .at_millis()
            .iter()
            .copied()
            .zip(series.floats.values().iter().copied());
        let got: Vec<(i64, f64)> = got.collect();
        assert!(
            got == expected,
            "{} of {n} points of {}",
            got.len(),
            series.labels
        );
    }
}

#[tokio::test]
async fn long_ranges_are_asked_for_in_windows() {
    if !are_installed(&[PROMETHEUS, PROMTOOL]) {
        return;
    }
    let begin = begin();
    // So few samples are allowed that whole windows are too much for two series.
    for (more, n_series) in [(&["--query.max-samples=15000"][..], 2), (&[], 2)] {
        let server = Server::prometheus_of(&seconds(begin), more);
        let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS));
        for (step, n) in [(1_000, N_SECS), (500, 2 * N_SECS - 1), (2_500, 5_000)] {
            let to = begin * 1000 + (n - 1) * step;
            let told = prometheus
                .query_range("second", range(begin * 1000, to), step * 1_000_000)
                .await
                .unwrap();
            check_steps(&told, begin, step, n, n_series);
        }
    }
}

#[tokio::test]
async fn victoria_metrics_keeps_the_first_moment() {
    if !are_installed(&[VICTORIA_METRICS]) {
        return;
    }
    let begin = begin();
    let server = Server::victoria_metrics(None);
    let times: Vec<i64> = (0..N_SECS).map(|i| (begin + i) * 1000).collect();
    let values: Vec<i64> = (0..N_SECS).collect();
    let line = format!(
        "{{\"metric\":{{\"__name__\":\"second\"}},\"values\":{values:?},\"timestamps\":{times:?}}}\n"
    );
    server.post("/api/v1/import", "application/json", &line).unwrap();
    server.get("/internal/force_flush").unwrap();
    let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS));
    assert_eq!(prometheus.flavour().await, Flavour::VictoriaMetrics);
    for (step, n) in [(1_000, N_SECS), (7_000, 1_000)] {
        let to = begin * 1000 + (n - 1) * step;
        let told = prometheus
            .query_range("second", range(begin * 1000, to), step * 1_000_000)
            .await
            .unwrap();
        check_steps(&told, begin, step, n, 1);
    }
}

#[tokio::test]
async fn limits_errors_and_kinds_of_results() {
    if !are_installed(&[PROMETHEUS, PROMTOOL]) {
        return;
    }
    let begin = begin();
    let server = Server::prometheus_of(&seconds(begin), &[]);
    let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS));
    let at = Timestamp::from_millis(begin * 1000 + 10_499);
    let query = async |text: &str, limit| prometheus.query(text, at, limit).await;

    let told = query("second", 1).await.unwrap();
    // Prometheus 3 cuts itself, and says so; of 2 the rest is cut here.
    let Completeness::Partial(text) = &told.completeness else {
        panic!("{told:?}")
    };
    assert!(
        text == "the first 1 of 2 series" || text == "results truncated due to limit",
        "{text}"
    );
    let QueryValue::Vector(samples) = told.value.value else {
        panic!("no vector")
    };
    assert_eq!((samples.len(), samples[0].at_millis), (1, begin * 1000 + 10_499));
    let told = query("scalar(second{x=\"a\"})", 0).await.unwrap();
    assert_eq!(told.value.value, QueryValue::Scalar(begin * 1000 + 10_499, 10.0));
    let told = query("\"é\"", 0).await.unwrap();
    assert_eq!(
        told.value.value,
        QueryValue::Text(begin * 1000 + 10_499, "é".into())
    );

    let error = query("sum(rate(up[5m])", 0).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("400: bad_data: ") && text.contains("unclosed left parenthesis"),
        "{text}"
    );
    let step = 1_000_000_000;
    let backwards = prometheus
        .query_range("second", range(10, 0), step)
        .await
        .unwrap_err();
    assert!(matches!(backwards, FetchError::Unsupported(_)), "{backwards}");
    let far = prometheus
        .query_range("second", range(0, begin * 1000), step)
        .await
        .unwrap_err();
    assert!(far.to_string().contains("choose a longer step"), "{far}");
}

const RULES: &str = r#"groups:
- name: tiny
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Always
    expr: up{job="tiny"} == 1
    labels: {severity: none}
    annotations: {summary: "password=hunter2secret on {{ $labels.instance }}"}
"#;

#[tokio::test]
async fn what_a_server_has_and_does() {
    if !are_installed(&[PROMETHEUS]) {
        return;
    }
    let exporter = Exporter::start(
        "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total{kind=\"é\"} 7\n",
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), RULES).unwrap();
    let config = exporter.scrape_config() + "rule_files: [rules.yml]\n";
    let server = Server::prometheus(folder, &config, &[]);
    let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS));
    let info = prometheus.build_info().await.unwrap().value;
    assert_eq!(info.flavour, Flavour::Prometheus);
    assert!(
        info.version.starts_with("2.") || info.version.starts_with("3."),
        "{info:?}"
    );

    let begun = Instant::now();
    let alerts = loop {
        let told = prometheus.alerts().await.unwrap();
        if !told.value.is_empty() {
            break told;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no alert fires");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let alert = &alerts.value[0];
    assert!(alert.is_firing && alert.labels.get("alertname") == Some("Always"));
    let summary = alert.annotations.get("summary").unwrap();
    assert!(
        !summary.contains("hunter2") && alerts.n_redacted == 1,
        "{summary}"
    );

    let groups = prometheus.rules().await.unwrap();
    let rules = &groups.value[0].rules;
    assert_eq!(
        (rules[0].name.as_str(), &rules[0].kind),
        ("job:up:sum", &RuleKind::Recording)
    );
    let RuleKind::Alerting(alerting) = &rules[1].kind else {
        panic!("no alerting rule")
    };
    assert_eq!((rules[1].health, alerting.alerts.len()), (RuleHealth::Ok, 1));
    assert_eq!(groups.n_redacted, 2);

    let targets = prometheus.targets().await.unwrap().value;
    assert_eq!((targets.len(), targets[0].health), (1, TargetHealth::Up));
    let metadata = prometheus.metadata().await.unwrap().value;
    let jobs = metadata.iter().find(|one| one.name == "jobs_total").unwrap();
    assert_eq!(
        (jobs.kind, jobs.help.as_str()),
        (MetricKind::Counter, "Jobs done.")
    );

    let selector = Selector::metric("jobs_total");
    let all = TimeRange::ALL;
    let instance = format!("127.0.0.1:{}", exporter.port);
    let names = prometheus
        .label_names(std::slice::from_ref(&selector), all)
        .await
        .unwrap();
    assert_eq!(names.value, ["__name__", "instance", "job", "kind"]);
    let values = prometheus.label_values("kind", &[], all).await.unwrap();
    assert_eq!(values.value, ["é"]);
    let now = Timestamp::from_secs(begin() + 12_600);
    let recent = TimeRange::new(now.plus_nanos(-60_000_000_000), now.plus_nanos(60_000_000_000));
    let series = prometheus.series(&selector, recent).await.unwrap();
    let expected = Labels::new([
        ("__name__", "jobs_total"),
        ("instance", &instance),
        ("job", "tiny"),
        ("kind", "é"),
    ]);
    assert_eq!(series.value, [expected]);
    let before = range(0, 1_000);
    assert_eq!(prometheus.series(&selector, before).await.unwrap().value, []);
}
