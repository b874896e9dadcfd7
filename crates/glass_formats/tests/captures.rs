//! Real answers of real servers: small excerpts in `tests/data`, and the whole lab where it is at hand.

#![expect(clippy::print_stdout, reason = "tests say what they skip and what they found")]

use glass_formats::{
    FormatError, LineItems, LineParser, MetricsItem, alertmanager, issue, loki, openmetrics, prometheus_api,
    promtool_dump,
};
use glass_model::Labels;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

fn excerpt(name: &str) -> BufReader<File> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    BufReader::new(File::open(path).expect("excerpts are part of the repository"))
}

/// A file of the shared data; `None`, with a message, where that is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

fn all<R: BufRead, P: LineParser>(mut items: LineItems<R, P>) -> Vec<P::Item> {
    let read = items.by_ref().map(|item| item.expect("readable")).collect();
    let report = items.finish().expect("not all damaged");
    assert_eq!(report.n_damaged, 0, "{:?}", report.first_damaged);
    read
}

fn count_series(items: &[MetricsItem]) -> (usize, usize, usize) {
    let mut series = BTreeSet::new();
    let (mut n_floats, mut n_histograms) = (0, 0);
    for item in items {
        match item {
            MetricsItem::Sample { labels, .. } => (series.insert(labels.clone()), n_floats += 1).1,
            MetricsItem::Histogram { labels, .. } => (series.insert(labels.clone()), n_histograms += 1).1,
            MetricsItem::Metadata(_) => {}
        }
    }
    (series.len(), n_floats, n_histograms)
}

#[test]
fn dumps_of_both_versions() {
    let items = all(promtool_dump::reader(excerpt("dump-2.42.txt")));
    assert_eq!(count_series(&items), (2, 8, 0));
    let items = all(promtool_dump::reader(excerpt("dump-3.12.txt")));
    assert_eq!(count_series(&items), (3, 3, 3));
    for item in &items {
        let MetricsItem::Histogram { histogram, .. } = item else {
            continue;
        };
        assert_eq!(histogram.schema, 3);
        let n_spanned: u32 = histogram.positive_spans.iter().map(|span| span.length).sum();
        assert_eq!(n_spanned as usize, histogram.positive_counts.len());
        assert_eq!(
            histogram.positive_counts.iter().sum::<f64>() + histogram.zero_count,
            histogram.count
        );
    }
}

#[test]
fn openmetrics_with_times() {
    let items = all(openmetrics::reader(
        excerpt("prometheus-3.5.openmetrics.txt"),
        openmetrics::TimeUnit::BySize,
    ));
    assert_eq!(count_series(&items), (1, 9, 0));
    let MetricsItem::Sample { at_millis, value, .. } = &items[8] else {
        panic!("a sample");
    };
    assert!(value.is_nan());
    assert_eq!(*at_millis, Some(1_795_318_962_074));
}

#[test]
fn pages_of_metrics_hold_the_same_in_both_forms() {
    for app in ["shop", "gateway", "platform"] {
        let read = |name: String| {
            let path = shared(&format!("captures/apps/{name}"))?;
            let input = BufReader::new(File::open(path).expect("readable"));
            Some(all(openmetrics::reader(input, openmetrics::TimeUnit::BySize)))
        };
        let (Some(open), Some(plain)) = (
            read(format!("{app}_metrics_openmetrics.txt")),
            read(format!("{app}_metrics.txt")),
        ) else {
            return;
        };
        let series = |items: &[MetricsItem]| -> BTreeSet<Labels> {
            let labels = items.iter().filter_map(|item| match item {
                // The older form has gauges for when counters were made, the newer form samples.
                MetricsItem::Sample { labels, .. } if !labels.metric_name().ends_with("_created") => {
                    Some(labels)
                }
                _ => None,
            });
            labels.cloned().collect()
        };
        assert!(!series(&open).is_empty());
        assert_eq!(series(&open).len(), series(&plain).len(), "{app}");
    }
}

#[test]
fn logcli_lines() {
    let items = all(loki::line_reader(excerpt("logcli.jsonl")));
    assert_eq!(items.len(), 7);
    let mut splitter = loki::StreamSplitter::new([]);
    for item in &items {
        let (_, metadata) = splitter.split(&item.labels, &item.entry.metadata);
        assert!(metadata.get("detected_level").is_some());
    }
    let (n_before, n_after) = splitter.n_streams();
    assert!(n_after < n_before, "{n_after} of {n_before}");
}

#[test]
fn answers_of_loki() {
    let Some(folder) = shared("captures/loki-3.7.6") else {
        return;
    };
    let (mut n_pages, mut n_lines, mut n_refused) = (0, 0, 0);
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.starts_with("query_range_") || !name.ends_with(".json") {
            continue;
        }
        match loki::PageReader::new(File::open(&path).expect("readable"))
            .and_then(|mut pages| pages.next_page())
        {
            Ok(page) => {
                let page = page.expect("a page");
                n_pages += 1;
                n_lines += page
                    .streams
                    .iter()
                    .map(|stream| stream.entries.len())
                    .sum::<usize>();
                assert_eq!(
                    (page.is_categorized, page.n_damaged),
                    (name.contains("categorized"), 0),
                    "{name}"
                );
            }
            Err(FormatError::Unsupported(text)) => {
                assert!(text.contains("metric query (matrix)"), "{name}: {text}");
                n_refused += 1;
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    println!("{n_pages} pages with {n_lines} lines, {n_refused} refused");
    assert!(n_pages > 5 && n_refused > 2);
}

#[test]
fn webhooks_and_alerts() {
    if let Some(path) = shared("incident-shop/alertmanager-webhooks.jsonl") {
        let (notifications, report) =
            alertmanager::read(File::open(path).expect("readable")).expect("webhooks");
        assert_eq!(report.n_damaged, 0);
        assert!(
            notifications
                .iter()
                .all(|n| n.received_at.is_some() && !n.alerts.is_empty())
        );
    }
    for version in ["0.25.0", "0.33.1"] {
        if let Some(path) = shared(&format!("captures/alertmanager-{version}/alerts.json")) {
            let (notifications, _) = alertmanager::read(File::open(path).expect("readable")).expect("alerts");
            assert!(
                notifications[0]
                    .alerts
                    .iter()
                    .all(|a| a.starts_at.is_some() && a.ends_at.is_none())
            );
        }
    }
}

#[test]
fn operate_first_threads() {
    let Some(path) = shared("operate-first-incidents.jsonl") else {
        return;
    };
    let (threads, report) = issue::read(File::open(path).expect("readable")).expect("threads");
    assert_eq!((threads.len(), report.n_damaged), (102, 1));
    let n_comments: usize = threads.iter().map(|t| t.document.comments.len()).sum();
    let n_closed = threads
        .iter()
        .filter(|t| t.document.summary.closed_at.is_some())
        .count();
    println!("{n_comments} comments, {n_closed} closed at a known time");
    assert!(threads.iter().all(|t| {
        t.document
            .comments
            .iter()
            .all(|c| c.at.to_string().ends_with("T23:59:59.999999999Z"))
    }));
    let ids: BTreeSet<_> = threads.iter().map(|t| &t.document.summary.id).collect();
    assert_eq!(ids.len(), threads.len(), "ids are their own");
}

/// The captured answers of that name, of all servers and phases.
fn captured(name: &str) -> Vec<PathBuf> {
    let Some(root) = shared("captures") else {
        return Vec::new();
    };
    let servers = fs::read_dir(root).expect("a folder").flatten();
    let phases = ["baseline", "peak", "down", ".", "after"];
    let all = servers.flat_map(|server| phases.map(|phase| server.path().join(phase).join(name)));
    all.filter(|path| path.is_file()).collect()
}

/// Reads and writes an answer again; of both only what the model keeps is compared.
fn comes_back(
    path: &Path,
    again: impl FnOnce(BufReader<File>) -> Vec<u8>,
    kept: impl Fn(&mut serde_json::Value),
) {
    let written = again(BufReader::new(File::open(path).expect("a file")));
    let mut found: serde_json::Value = serde_json::from_slice(&written).expect("JSON");
    let text = fs::read(path).expect("a file");
    let mut expected: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    kept(&mut found);
    kept(&mut expected);
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn rules_targets_and_silences_come_back() {
    let notes = prometheus_api::Notes::default();
    let of_prometheus = |name| {
        captured(name)
            .into_iter()
            .filter(|path| path.display().to_string().contains("prometheus-"))
    };
    let mut n_files = 0;
    for path in of_prometheus("rules.json") {
        let is_old = path.display().to_string().contains("-2.");
        let again = |input| {
            let rules = prometheus_api::read_rules(input).expect("rules");
            let mut out = Vec::new();
            prometheus_api::write_rules(&mut out, &rules.items, None, &notes).expect("written");
            out
        };
        comes_back(&path, again, |answer| {
            for group in answer["data"]["groups"].as_array_mut().into_iter().flatten() {
                // A group's own times are about those of its rules.
                group["evaluationTime"].take();
                group["lastEvaluation"].take();
                for rule in group["rules"].as_array_mut().into_iter().flatten() {
                    // Before 3.12 a rule without labels has no such field, before 2.43 none is kept firing.
                    if rule["labels"].as_object().is_none_or(serde_json::Map::is_empty) {
                        rule["labels"].take();
                    }
                    if is_old {
                        rule["keepFiringFor"].take();
                    }
                }
            }
        });
        n_files += 1;
    }
    for path in of_prometheus("targets.json") {
        let is_old = path.display().to_string().contains("-2.");
        let again = |input| {
            let targets = prometheus_api::read_targets(input).expect("targets");
            let mut out = Vec::new();
            prometheus_api::write_targets(&mut out, &targets.items, &notes).expect("written");
            out
        };
        comes_back(&path, again, |answer| {
            let dropped = answer["data"]["droppedTargets"]
                .as_array_mut()
                .into_iter()
                .flatten();
            dropped
                .filter(|_| is_old)
                .for_each(|target| drop(target["scrapePool"].take()));
            if is_old {
                answer["data"]["droppedTargetCounts"].take();
            }
        });
        n_files += 1;
    }
    for path in captured("silences.json") {
        let again = |input| {
            let silences = alertmanager::read_silences(input).expect("silences");
            assert_eq!(silences.troubles, [""; 0]);
            let mut out = Vec::new();
            let at = silences.latest.expect("a time");
            alertmanager::write_silences(&mut out, &silences.items, at).expect("written");
            out
        };
        comes_back(&path, again, |_| {});
        n_files += 1;
    }
    println!("{n_files} answers come back");
}
