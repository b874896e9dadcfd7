//! How fast samples are recorded, and in how much memory: two hours of 2,000 series at 15 s from a local Prometheus.
//!
//! Ignored, because it takes a while to make the data; run with `--ignored --nocapture`, best with `--release`.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "support/servers.rs"]
mod servers;

use glass_client::prometheus::Prometheus;
use glass_model::{Selector, SeriesData, TimeRange, Timestamp};
use servers::{PROMETHEUS, PROMTOOL, Server, are_installed};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

const N_SERIES: i64 = 2_000;
const N_SAMPLES: i64 = 480;

fn at(begin: i64, series: i64, number: i64) -> i64 {
    begin + number * 15_000 + (series * 13) % 15_000 + (number * 7) % 3
}

fn value(series: i64, number: i64) -> f64 {
    match series % 4 {
        0 | 1 => (number * 17 + series) as f64,
        2 => series as f64,
        _ => ((number * series) as f64).sin() * 100.0,
    }
}

fn text(begin: i64) -> String {
    let mut text = String::new();
    for series in 0..N_SERIES {
        for number in 0..N_SAMPLES {
            let (at, value) = (at(begin, series, number) as f64 / 1000.0, value(series, number));
            writeln!(
                text,
                "metric_{}{{job=\"shop\",instance=\"10.0.0.{}:9100\",path=\"/some/longer/path\",number=\"{series}\"}} {value} {at:.3}",
                series % 40,
                series % 50
            )
            .unwrap();
        }
    }
    text + "# EOF\n"
}

/// The most memory this process ever had, in MB, since the last reset.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// The processor's time that this process took, in seconds.
fn busy_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let ticks = after_name.split(' ').skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

#[tokio::test]
#[ignore = "a measurement"]
async fn two_hours_of_two_thousand_series() {
    if !are_installed(&[PROMETHEUS, PROMTOOL]) {
        return;
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let begin = (now.unwrap().as_secs() as i64 - 86_400) * 1000;
    let server = Server::prometheus_of(&text(begin), &[]);
    let prometheus = Prometheus::new(server.door(Prometheus::ENDPOINTS));
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = peak_mb();

    let mut next: HashMap<i64, i64> = HashMap::new();
    let mut n = 0;
    let mut visit = |data: SeriesData| {
        let series: i64 = data.labels.get("number").unwrap().parse().unwrap();
        let number = next.entry(series).or_default();
        for (time, got) in data.floats.at_millis().iter().zip(data.floats.values()) {
            let expected = (at(begin, series, *number), value(series, *number).to_bits());
            assert_eq!((*time, got.to_bits()), expected, "{series} {number}");
            *number += 1;
            n += 1;
        }
    };
    let (begun, busy) = (Instant::now(), busy_secs());
    let end = begin + (N_SAMPLES + 1) * 15_000;
    let range = TimeRange::new(Timestamp::from_millis(begin), Timestamp::from_millis(end));
    let told = prometheus
        .samples(&Selector::all(), range, &mut visit)
        .await
        .unwrap();
    let took = begun.elapsed();
    let peak = peak_mb();
    println!("{:?}", told.value);
    println!(
        "{n} samples in {:.1} s ({:.1} s of it busy here), {peak} MB at most, {} MB more than before",
        took.as_secs_f64(),
        busy_secs() - busy,
        peak - before
    );
    assert_eq!(n, N_SERIES * N_SAMPLES);
}
