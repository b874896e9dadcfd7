//! The first law over HTTP: a recording that ends at a moment and a longer one that is served as of that moment give
//! the same answers, byte by byte but for the time they took.

mod common;
#[path = "../../glass_recording/tests/world/mod.rs"]
mod world;

use common::{escaped, get, serve};
use glass_model::Timestamp;
use glass_server::Clock;
use world::{Random, World};

/// What is asked, with `AT` for the moment's seconds.
fn targets(at: Timestamp) -> Vec<String> {
    let secs = at.secs();
    let (before, after) = (secs - 700, secs + 700);
    let mut targets: Vec<String> = [
        "/api/v1/labels",
        "/api/v1/label/__name__/values",
        "/api/v1/label/instance/values",
        "/api/v1/metadata",
        "/api/v1/rules",
        "/api/v1/alerts",
        "/api/v1/targets",
        "/api/v1/scrape_pools",
        "/api/v1/status/tsdb",
        "/api/v1/status/runtimeinfo",
        "/api/v1/status/buildinfo",
        "/loki/api/v1/labels",
        "/loki/api/v1/label/job/values",
        "/loki/api/v1/series",
        "/loki/api/v1/detected_labels",
        "/api/v2/alerts",
        "/api/v2/alerts/groups",
        "/api/v2/silences",
        "/api/v2/status",
        "/api/v2/receivers",
    ]
    .map(str::to_owned)
    .to_vec();
    for query in [
        "{__name__=~\".+\"}",
        "{__name__=~\".+\"}[30m]",
        "up offset -10m",
        &format!("up @ {after}"),
        "sum_over_time(up[20m:30s] offset -15m)",
        "topk(2, requests_total)",
        "count by (__name__) ({__name__=~\".+\"})",
    ] {
        let query = escaped(query);
        targets.push(format!("/api/v1/query?query={query}"));
        targets.push(format!("/api/v1/query?query={query}&time={after}"));
        targets.push(format!("/api/v1/query?query={query}&time={before}"));
    }
    for query in [
        "rate(requests_total[2m])",
        "up @ end()",
        "max_over_time(up[5m] offset -5m)",
    ] {
        let query = escaped(query);
        for (start, end) in [(before, secs), (before, after), (secs + 10, after)] {
            targets.push(format!(
                "/api/v1/query_range?query={query}&start={start}&end={end}&step=30"
            ));
        }
    }
    targets.push(format!(
        "/api/v1/series?match[]={}&end={after}",
        escaped("{job=\"shop\"}")
    ));
    for query in [
        "{job=~\".+\"}",
        "{job=~\".+\"} |= \"e\"",
        "sum by (job) (count_over_time({job=~\".+\"}[5m]))",
        "count_over_time({job=~\".+\"}[5m] offset -5m)",
    ] {
        let query = escaped(query);
        targets.push(format!("/loki/api/v1/query_range?query={query}&limit=1000"));
        targets.push(format!(
            "/loki/api/v1/query_range?query={query}&start={before}&end={after}"
        ));
        targets.push(format!("/loki/api/v1/query?query={query}"));
    }
    for endpoint in [
        "index/stats",
        "index/volume",
        "index/volume_range",
        "patterns",
        "detected_fields",
    ] {
        let query = escaped("{job=~\".+\"}");
        targets.push(format!(
            "/loki/api/v1/{endpoint}?query={query}&start={before}&end={after}"
        ));
    }
    targets
}

/// The body without the figures that say how long it took.
fn timeless(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    const TIMED: [&str; 4] = [
        "\"linesProcessedPerSecond\":",
        "\"execTime\":",
        "\"queueTime\":",
        "\"querierExecTime\":",
    ];
    while let Some((at, name)) = TIMED
        .iter()
        .filter_map(|name| Some((rest.find(name)?, name)))
        .min()
    {
        let behind = at + name.len();
        out.push_str(&rest[..behind]);
        rest = rest[behind..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out + rest
}

fn check(seed: u64) {
    let random = &mut Random(seed);
    let original = World::new(seed, 3_000);
    let folder = tempfile::tempdir().expect("a folder");
    for i in 0..2 {
        let at = world::playhead(&original, random);
        let clock = Clock::fixed(at);
        let full = serve(
            original.record(&folder, &format!("{seed} {i} full")),
            clock.clone(),
        );
        let variants = [
            ("cut", original.known(at)),
            ("altered", original.altered(at, random)),
        ];
        for (variant, world) in variants {
            let other = serve(
                world.record(&folder, &format!("{seed} {i} {variant}")),
                clock.clone(),
            );
            for target in targets(at) {
                let (expected, found) = (get(full, &target), get(other, &target));
                let pair = [&expected, &found].map(|answer| (answer.status, timeless(&answer.text())));
                assert_eq!(pair[0], pair[1], "seed {seed}, {variant} at {at}: {target}");
                assert!(expected.status < 500, "{target}: {}", expected.text());
            }
        }
    }
}

#[test]
fn what_comes_later_changes_no_answer() {
    for seed in [1, 2] {
        check(seed);
    }
}
