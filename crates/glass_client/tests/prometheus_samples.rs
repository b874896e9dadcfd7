//! Samples of real servers, compared one by one with what was put in: Prometheus 2.42, VictoriaMetrics 1.79.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by it, and says what it found"
)]

#[path = "support/servers.rs"]
mod servers;

use glass_client::Told;
use glass_client::http::Want;
use glass_client::prometheus::{Flavour, Prometheus, SampleCounts};
use glass_model::{
    Completeness, Labels, Matcher, MatcherOp, Selector, SeriesData, TimeRange, Timestamp, is_stale_marker,
};
use servers::{PROMETHEUS, PROMTOOL, Server, VICTORIA_METRICS, are_installed};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Times and bits of values, by series.
type Samples = BTreeMap<Labels, Vec<(i64, u64)>>;

/// A day ago, at an odd millisecond.
fn begin() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    (now.unwrap().as_secs() as i64 - 86_400) * 1000 + 217
}

/// Two hours of a few series that are scraped every 15 s, with jitter.
fn made_up(begin: i64) -> Samples {
    let mut all = Samples::new();
    let mut put = |name: &str, instance: &str, path: &str, value: &dyn Fn(i64) -> Option<f64>| {
        let labels = Labels::new([
            ("__name__", name),
            ("instance", instance),
            ("job", "shop"),
            ("path", path),
        ]);
        let samples = (0..480).filter_map(|i| {
            let jitter = (i * 7919) % 5;
            Some((begin + i * 15_000 + jitter, value(i)?.to_bits()))
        });
        all.insert(labels, samples.collect());
    };
    put("requests_total", "a:1", "/", &|i| Some((i * 3) as f64));
    put("requests_total", "a:1", "C:\\x\n\"y\"", &|i| {
        Some((i % 100) as f64)
    });
    put("requests_total", "b:1", "日本 é", &|i| {
        (i < 200).then_some(0.1 * i as f64)
    });
    put("load", "a:1", "", &|i| {
        (!(100..120).contains(&i)).then_some((i as f64).sin() * 1e300)
    });
    put("load", "b:1", "", &|i| (i > 300).then_some(-1e-300 * i as f64));
    put("odd", "a:1", "", &|i| {
        Some([f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324][(i % 4) as usize])
    });
    all
}

fn openmetrics(samples: &Samples) -> String {
    let mut text = String::new();
    for (labels, samples) in samples {
        let quoted = |value: &str| {
            value
                .replace('\\', "\\\\")
                .replace('\n', "\\n")
                .replace('"', "\\\"")
        };
        let pairs = labels
            .iter()
            .filter(|(name, _)| *name != "__name__")
            .map(|(name, value)| format!("{name}=\"{}\"", quoted(value)));
        let pairs = pairs.collect::<Vec<_>>().join(",");
        for (at, bits) in samples {
            let value = f64::from_bits(*bits);
            let value = if value.is_infinite() {
                if value > 0.0 { "+Inf".into() } else { "-Inf".into() }
            } else {
                format!("{value:e}")
            };
            let at = *at as f64 / 1000.0;
            writeln!(text, "{}{{{pairs}}} {value} {at:.3}", labels.metric_name()).unwrap();
        }
    }
    text.push_str("# EOF\n");
    text
}

/// An absent label counts as the empty one.
fn stored(samples: &Samples) -> Samples {
    let kept = |labels: &Labels| Labels::new(labels.iter().filter(|(_, value)| !value.is_empty()));
    samples
        .iter()
        .map(|(labels, samples)| (kept(labels), samples.clone()))
        .collect()
}

#[derive(Default)]
struct Taken {
    samples: Samples,
    markers: Vec<(Labels, i64)>,
}

impl Taken {
    fn take(&mut self, series: &SeriesData) {
        let column = self.samples.entry(series.labels.clone()).or_default();
        for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
            if is_stale_marker(*value) {
                self.markers.push((series.labels.clone(), *at));
            } else {
                column.push((*at, value.to_bits()));
            }
        }
    }
}

async fn take(
    prometheus: &Prometheus,
    selector: &Selector,
    from: i64,
    to: i64,
    taken: &mut Taken,
) -> Told<SampleCounts> {
    let range = TimeRange::new(Timestamp::from_millis(from), Timestamp::from_millis(to));
    let mut visit = |series: SeriesData| taken.take(&series);
    let told = prometheus.samples(selector, range, &mut visit).await.unwrap();
    println!("{told:?}");
    told
}

fn jobs_of_shop() -> Selector {
    Selector {
        matchers: vec![Matcher::new("job", MatcherOp::Regex, "sh.p").unwrap()],
    }
}

#[tokio::test]
async fn every_sample_of_prometheus_comes_once() {
    if !are_installed(&[PROMETHEUS, PROMTOOL]) {
        return;
    }
    let begin = begin();
    let expected = stored(&made_up(begin));
    let server = Server::prometheus_of(&openmetrics(&made_up(begin)), &[]);
    let end = begin + 480 * 15_000;
    // As it is; and in answers so small that the pieces are halved.
    for max_bytes in [32 << 20, 9_000] {
        let prometheus =
            Prometheus::new(server.door(Prometheus::ENDPOINTS)).with_want(Want::json().at_most(max_bytes));
        let mut taken = Taken::default();
        let told = take(&prometheus, &jobs_of_shop(), begin, end, &mut taken).await;
        assert_eq!(told.completeness, Completeness::Complete);
        assert_eq!(taken.samples, expected);
        let n: usize = expected.values().map(Vec::len).sum();
        assert_eq!(told.value.n_samples, n as u64);
        assert_eq!(told.value.until, Some(Timestamp::from_millis(end)));
        // Nothing was marked stale: what ends fades away.
        assert_eq!(taken.markers, []);
        // Ranges that meet at a sample.
        let mut taken = Taken::default();
        let middle = expected.values().next().unwrap()[100].0;
        take(&prometheus, &jobs_of_shop(), begin, middle, &mut taken).await;
        take(&prometheus, &jobs_of_shop(), middle + 1, end, &mut taken).await;
        assert_eq!(taken.samples, expected);
    }
    let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS)).with_want(Want::json().at_most(200));
    let range = TimeRange::new(Timestamp::from_millis(begin), Timestamp::from_millis(end));
    let error = prometheus
        .samples(&Selector::all(), range, &mut |_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("ask for less"), "{error}");
}

#[tokio::test]
async fn every_sample_of_victoria_metrics_comes_once() {
    if !are_installed(&[VICTORIA_METRICS]) {
        return;
    }
    let server = Server::victoria_metrics(None);
    let begin = begin();
    let line = |name: &str, values: &str, times: &[i64]| {
        format!(
            "{{\"metric\":{{\"__name__\":\"{name}\",\"job\":\"shop\",\"path\":\"é\\n\"}},\"values\":{values},\"timestamps\":{times:?}}}\n"
        )
    };
    let times: Vec<i64> = (0..4).map(|i| begin + i * 15_000).collect();
    let mut text = line("load", "[1,0.1,-2.5e10,3]", &times);
    let long: Vec<i64> = (0..20_000).map(|i| begin + i * 200).collect();
    let values: Vec<f64> = (0..20_000).map(|i| f64::from(i % 977)).collect();
    text += &line("long", &format!("{values:?}"), &long);
    assert_eq!(
        server
            .post("/api/v1/import", "application/json", &text)
            .unwrap()
            .0,
        204
    );
    server.get("/internal/force_flush").unwrap();

    for max_bytes in [32 << 20, 100_000] {
        let prometheus =
            Prometheus::new(server.door(Prometheus::ENDPOINTS)).with_want(Want::json().at_most(max_bytes));
        assert_eq!(
            prometheus.build_info().await.unwrap().value.flavour,
            Flavour::VictoriaMetrics
        );
        let mut taken = Taken::default();
        take(&prometheus, &jobs_of_shop(), begin, begin + 4_000_000, &mut taken).await;
        let of = |name: &str| {
            let labels = Labels::new([("__name__", name), ("job", "shop"), ("path", "é\n")]);
            taken.samples.get(&labels).cloned().unwrap_or_default()
        };
        let expected = |times: &[i64], values: &[f64]| -> Vec<(i64, u64)> {
            times
                .iter()
                .copied()
                .zip(values.iter().map(|value| value.to_bits()))
                .collect()
        };
        assert_eq!(of("load"), expected(&times, &[1.0, 0.1, -2.5e10, 3.0]));
        assert_eq!(of("long"), expected(&long, &values));
    }
}
