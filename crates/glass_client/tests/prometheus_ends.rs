//! Where series end, as real servers saw it: an exporter loses a series, is down for a while, and comes back.
//!
//! From the samples and markers it must follow at every moment which series an instant query of the server finds.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by it, and says what it found"
)]

#[path = "support/servers.rs"]
mod servers;

use glass_client::http::Door;
use glass_client::prometheus::Prometheus;
use glass_model::{Labels, QueryValue, Selector, SeriesData, TimeRange, Timestamp, is_stale_marker};
use servers::{Exporter, PROMETHEUS, Server, VICTORIA_METRICS, are_installed};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Times of samples, and whether each is a marker.
type Marked = BTreeMap<Labels, BTreeMap<i64, bool>>;

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_millis() as i64
}

fn selector() -> Selector {
    Selector {
        matchers: vec![glass_model::Matcher::equal("job", "tiny")],
    }
}

/// The samples of ranges that follow each other.
async fn taken(prometheus: &Prometheus, bounds: &[i64]) -> Marked {
    let mut all = Marked::new();
    for pair in bounds.windows(2) {
        let range = TimeRange::new(
            Timestamp::from_millis(pair[0] + 1),
            Timestamp::from_millis(pair[1]),
        );
        let mut visit = |series: SeriesData| {
            let known = all.entry(series.labels.clone()).or_default();
            for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
                let twice = known.insert(*at, is_stale_marker(*value));
                assert_eq!(twice, None, "{} at {at}", series.labels);
            }
        };
        let told = prometheus.samples(&selector(), range, &mut visit).await.unwrap();
        println!("{range}: {:?}", told.value);
        assert_eq!(told.warnings, [] as [String; 0]);
    }
    all
}

/// Waits until a server has scraped the exporter and tells of it at `path`.
async fn scraped(server: &Server, path: &str) {
    let begun = std::time::Instant::now();
    let has_some = || {
        let (_, answer) = server.get(path).unwrap();
        answer.contains("alpha")
    };
    while !has_some() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is scraped");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn alive(all: &Marked, at: i64) -> BTreeSet<Labels> {
    let last = |marked: &BTreeMap<i64, bool>| marked.range(..=at).next_back().map(|(_, is_end)| *is_end);
    all.iter()
        .filter(|(_, marked)| last(marked) == Some(false))
        .map(|(labels, _)| labels.clone())
        .collect()
}

/// How many moments there were, and at how many of them the samples say something else than the server.
async fn compare(prometheus: &Prometheus, all: &Marked, from: i64, to: i64) -> (usize, usize) {
    let (mut n, mut n_other) = (0, 0);
    for at in (from..to).step_by(100) {
        let told = prometheus
            .query(r#"{job="tiny"}"#, Timestamp::from_millis(at), 0)
            .await
            .unwrap();
        let QueryValue::Vector(samples) = told.value.value else {
            panic!("no vector")
        };
        let theirs: BTreeSet<Labels> = samples.into_iter().map(|sample| sample.labels).collect();
        n += 1;
        let ours = alive(all, at);
        if theirs != ours {
            n_other += 1;
            println!("{at}: theirs {theirs:?}, ours {ours:?}");
        }
    }
    (n, n_other)
}

#[tokio::test]
async fn series_end_when_the_server_says_so() {
    if !are_installed(&[PROMETHEUS, VICTORIA_METRICS]) {
        return;
    }
    let both = "alpha 1\nbeta{path=\"\u{e9}\"} 2\ngamma{le=\"1\"} 3\n";
    let exporter = Exporter::start(both);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::prometheus(folder, &exporter.scrape_config(), &[]);
    let victoria = Server::victoria_metrics(Some(&exporter.scrape_config()));
    scraped(&server, "/api/v1/query?query=alpha").await;
    scraped(&victoria, "/api/v1/export?match[]=alpha").await;
    let start = now();
    let wait = |secs| tokio::time::sleep(Duration::from_secs(secs));
    wait(5).await;
    exporter.say(Some("alpha 1\n"));
    wait(3).await;
    exporter.say(None);
    wait(4).await;
    let middle = now() - 1_500;
    exporter.say(Some(both));
    wait(4).await;
    exporter.say(Some("alpha 1\ngamma{le=\"1\"} 3\n"));
    wait(3).await;
    let end = now() - 1_000;
    victoria.get("/internal/force_flush").unwrap();

    let door = |server: &Server| -> Door { server.door(Prometheus::ENDPOINTS) };
    let prometheus = Prometheus::new(door(&server));
    let in_one = taken(&prometheus, &[start - 1, end]).await;
    let in_two = taken(&prometheus, &[start - 1, middle, end]).await;

    // What was scraped before the range is not known. A marker bears the time of its scrape, which may be some
    // milliseconds off the pace; where a range begins amid a gap the pace is not known, and it may be a second late.
    for (all, most) in [(&in_one, 3), (&in_two, 12)] {
        let (n, n_other) = compare(&prometheus, all, start + 1_000, end).await;
        println!("{n} moments, {n_other} of them otherwise");
        assert!(n > 100 && n_other <= most, "{n_other} of {n}");
    }
    let n_markers = |all: &Marked, name: &str| -> usize {
        let of_name = all.iter().filter(|(labels, _)| labels.metric_name() == name);
        of_name
            .map(|(_, marked)| marked.values().filter(|is_end| **is_end).count())
            .sum()
    };
    let exported = taken(&Prometheus::new(door(&victoria)), &[start - 1, end]).await;
    for (server, all) in [
        ("prometheus", &in_one),
        ("in two", &in_two),
        ("victoria", &exported),
    ] {
        let n = ["alpha", "beta", "gamma", "up"].map(|name| n_markers(all, name));
        assert_eq!(n, [1, 2, 1, 0], "{server}");
    }
}
