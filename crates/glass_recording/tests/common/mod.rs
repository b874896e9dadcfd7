//! What the tests of this crate share: a small recording of every kind of data, and reading all of it back.

#![allow(dead_code, reason = "every test uses a part of it")]

use glass_model::{
    ActiveAlert, AlertingRule, Change, ChangeSummary, Comment, Document, DocumentKind, DocumentSummary,
    Entry, Event, EventKind, FileChange, Labels, Level, Matcher, MatcherOp, MetricKind, NativeHistogram,
    Panel, Rule, RuleGroup, RuleHealth, RuleKind, Selector, Silence, Span, Story, Target, TargetHealth,
    Timestamp, Transform, Until,
};
use glass_recording::tables::coverage::CoverageRow;
use glass_recording::tables::histograms::HistogramsFile;
use glass_recording::tables::logs::LogsFile;
use glass_recording::tables::metrics::MetricsFile;
use glass_recording::tables::series::read_series;
use glass_recording::tables::streams::read_streams;
use glass_recording::{Archive, Layout, ManifestDraft, RecordingError, RecordingWriter};
use std::collections::HashMap;

/// A sample: series, time, bits.
pub type SampleRow = (String, i64, u64);

/// An entry: stream, time, line, metadata, level.
pub type EntryRow = (String, i64, String, String, u8);

pub fn draft(name: &str) -> ManifestDraft {
    ManifestDraft {
        name: name.into(),
        summary: "a test".into(),
        cloud: "lab".into(),
        license: "Apache-2.0".into(),
        ..ManifestDraft::default()
    }
}

pub fn labels(name: &str, zone: &str) -> Labels {
    Labels::new([("__name__", name), ("zone", zone)])
}

pub fn entry(at_nanos: i64, line: &str) -> Entry {
    Entry {
        at: Timestamp::from_nanos(at_nanos),
        line: line.into(),
        metadata: Labels::empty(),
    }
}

pub fn histogram(count: f64) -> NativeHistogram {
    NativeHistogram {
        reset_hint: glass_model::ResetHint::Unknown,
        schema: 3,
        zero_threshold: 1e-128,
        zero_count: 0.0,
        count,
        sum: 1.5,
        positive_spans: vec![Span {
            offset: -3,
            length: 2,
        }],
        positive_counts: vec![1.0, count],
        negative_spans: Vec::new(),
        negative_counts: Vec::new(),
        custom_bounds: Vec::new(),
    }
}

pub fn event(secs: i64) -> Event {
    Event {
        kind: EventKind::AlertFiring,
        happened_at: Timestamp::from_secs(secs),
        known_at: Timestamp::from_secs(secs + 1),
        until: None,
        cluster: "eu".into(),
        title: "ShopDown".into(),
        text: "the shop is down".into(),
        link: String::new(),
        labels: labels("x", "eu"),
        annotations: labels("", "annotated"),
    }
}

pub fn until(secs: i64) -> Option<Until> {
    Some(Until {
        at: Timestamp::from_secs(secs),
        known_at: Timestamp::from_secs(secs + 1),
    })
}

pub fn change(id: &str) -> Change {
    Change {
        summary: ChangeSummary {
            id: id.into(),
            repository: "gitops".into(),
            author: "ada".into(),
            committed_at: Timestamp::from_secs(1),
            known_at: Timestamp::from_secs(2),
            subject: "shop: less memory".into(),
            files: vec![FileChange {
                path: "apps/shop.yaml".into(),
                n_added: 1,
                n_removed: 1,
                deleted: false,
            }],
        },
        body: String::new(),
        patch: "-a\n+b\n".into(),
        patch_cut: false,
    }
}

pub fn document(id: &str) -> Document {
    Document {
        summary: DocumentSummary {
            id: id.into(),
            kind: DocumentKind::Thread,
            title: "The shop is down".into(),
            known_at: Timestamp::from_secs(5),
            n_comments: 1,
            closed_at: None,
        },
        author: "ada".into(),
        labels: vec!["sev1".into()],
        link: "https://example.org/7".into(),
        text: "It is.".into(),
        comments: vec![Comment {
            at: Timestamp::from_secs(6),
            author: "bob".into(),
            text: "On it.".into(),
        }],
    }
}

pub fn rules(secs: i64) -> Vec<RuleGroup> {
    let alert = ActiveAlert {
        labels: labels("", "eu"),
        annotations: Labels::new([("summary", "5 of them")]),
        is_firing: true,
        active_at: Some(Timestamp::from_secs(40)),
        value: secs as f64,
    };
    let alerting = AlertingRule {
        for_nanos: 30_000_000_000,
        keep_firing_for_nanos: 1,
        annotations: Labels::new([("summary", "{{ $value }} of them")]),
        alerts: vec![alert],
    };
    let rule = |name: &str, kind| Rule {
        name: name.into(),
        query: "up == 0".into(),
        labels: labels("", "eu"),
        health: RuleHealth::Failed,
        last_error: "no luck".into(),
        last_evaluation: Some(Timestamp::from_secs(secs)),
        evaluation_secs: 0.5,
        kind,
    };
    vec![
        RuleGroup {
            name: "shop".into(),
            file: "shop.yml".into(),
            interval_nanos: 15_000_000_000,
            limit: 7,
            rules: vec![
                rule("Down", RuleKind::Alerting(alerting)),
                rule("job:up:sum", RuleKind::Recording),
            ],
        },
        RuleGroup {
            name: "empty".into(),
            file: "shop.yml".into(),
            interval_nanos: 0,
            limit: 0,
            rules: Vec::new(),
        },
    ]
}

pub fn targets(secs: i64) -> Vec<Target> {
    vec![
        Target {
            is_dropped: false,
            labels: labels("", "eu"),
            discovered_labels: labels("", "found"),
            scrape_pool: "shop".into(),
            scrape_url: "http://a:1/metrics".into(),
            global_url: "http://b:1/metrics".into(),
            health: TargetHealth::Down,
            last_error: "refused".into(),
            last_scrape: Some(Timestamp::from_secs(secs)),
            scrape_secs: 0.25,
            interval_nanos: 15_000_000_000,
            timeout_nanos: 10_000_000_000,
        },
        Target {
            is_dropped: true,
            discovered_labels: labels("", "dropped"),
            scrape_pool: "other".into(),
            ..Target::default()
        },
    ]
}

pub fn silence(id: &str) -> Silence {
    let matcher = |op, value| Matcher::new("alertname", op, value).expect("a valid matcher");
    Silence {
        id: id.into(),
        selector: Selector {
            matchers: vec![
                matcher(MatcherOp::Equal, "Down"),
                matcher(MatcherOp::NotEqual, ""),
                matcher(MatcherOp::Regex, "D.*"),
                matcher(MatcherOp::NotRegex, "\"größe\""),
            ],
        },
        starts_at: Timestamp::from_secs(90),
        ends_at: Timestamp::MAX,
        updated_at: Timestamp::from_secs(40),
        created_by: "ana".into(),
        comment: "known".into(),
    }
}

/// What a server is seen to have: always the same, but for times, which count for nothing, and one more silence
/// from the third minute on.
pub fn push_seen(writer: &mut RecordingWriter, at: Timestamp) -> Result<(), RecordingError> {
    writer.push_rules("prometheus", at, &rules(at.secs()))?;
    writer.push_targets("prometheus", at, &targets(at.secs()))?;
    let n_silences = if at.secs() < 180 { 0 } else { 2 };
    let silences: Vec<Silence> = ["a", "b"][..n_silences].iter().map(|id| silence(id)).collect();
    writer.push_silences("alertmanager", at, &silences)?;
    writer.push_receivers("alertmanager", at, &["default".into(), "pager".into()])
}

/// Pushes some of everything, in two segments.
pub fn push_all(writer: &mut RecordingWriter) -> Result<(), RecordingError> {
    for at in 0..500 {
        writer.push_sample(&labels("up", "eu"), at * 1_000, f64::from(at as u32 % 2))?;
        writer.push_sample(&labels("requests_total", "eu"), at * 1_000 + 3, at as f64 * 7.0)?;
        let line = format!("level=info msg=\"request done\" path=/cart/{at} status=200");
        writer.push_entry(&labels("", "eu"), entry(at * 1_000_000_000, &line), Level::Info)?;
        if at % 100 == 50 {
            push_seen(writer, Timestamp::from_secs(at))?;
        }
        if at == 250 {
            writer.commit_segment()?;
        }
    }
    writer.push_histogram(&labels("latency", "eu"), 1_000, histogram(2.0))?;
    writer.push_metadata("up", MetricKind::Gauge, "whether it was scraped", "")?;
    writer.push_event(event(100))?;
    writer.push_change(change("abcd"))?;
    writer.push_coverage(CoverageRow {
        source: "prometheus".into(),
        what: "up".into(),
        start: Timestamp::from_secs(0),
        end: Timestamp::from_secs(500),
        asked_at: None,
        state: "complete".into(),
        warnings: String::new(),
        n_items: 500,
    })?;
    writer.push_document(&document("shop-7"), Some(b"{\"number\": 7}"))?;
    writer.set_layout(&Layout {
        panels: vec![Panel {
            title: "Up".into(),
            selector: Selector::metric("up"),
            transform: Transform::Raw,
            unit: String::new(),
        }],
        open_at: Some(Timestamp::from_secs(100)),
        story: Story::default(),
    })?;
    writer.add_file("git/gitops.bundle", b"# v2 git bundle\n")
}

/// All samples, sorted; of those that are in several files the later.
pub fn samples(archive: &Archive) -> Result<Vec<SampleRow>, RecordingError> {
    let mut names = HashMap::new();
    for member in archive.table("series") {
        for row in read_series(member)? {
            names.insert(row.id, row.labels.to_string());
        }
    }
    let mut rows = HashMap::new();
    for member in archive.table("metrics") {
        let file = MetricsFile::open(member)?;
        for chunk in 0..file.chunks().len() {
            let chunk = file.read(chunk)?;
            for row in 0..chunk.series.len() {
                let key = (names[&chunk.series[row]].clone(), chunk.at_millis[row]);
                rows.insert(key, chunk.values[row].to_bits());
            }
        }
    }
    let mut rows: Vec<SampleRow> = rows
        .into_iter()
        .map(|((name, at), bits)| (name, at, bits))
        .collect();
    rows.sort();
    Ok(rows)
}

/// All native histograms, sorted, in their text form.
pub fn histograms(archive: &Archive) -> Result<Vec<(String, i64, String)>, RecordingError> {
    let mut names = HashMap::new();
    for member in archive.table("series") {
        for row in read_series(member)? {
            names.insert(row.id, row.labels.to_string());
        }
    }
    let mut rows = Vec::new();
    for member in archive.table("histograms") {
        let file = HistogramsFile::open(member)?;
        for chunk in 0..file.chunks().len() {
            let chunk = file.read(chunk)?;
            for row in 0..chunk.series.len() {
                let text = format!("{:?}", chunk.histograms[row]);
                rows.push((names[&chunk.series[row]].clone(), chunk.at_millis[row], text));
            }
        }
    }
    rows.sort();
    Ok(rows)
}

/// All entries, by stream and time.
pub fn entries(archive: &Archive) -> Result<Vec<EntryRow>, RecordingError> {
    let mut names = HashMap::new();
    for member in archive.table("streams") {
        for row in read_streams(member)? {
            names.insert(row.id, row.labels.to_string());
        }
    }
    let mut rows = Vec::new();
    for member in archive.table("logs") {
        let file = LogsFile::open(member)?;
        for slice in 0..file.slices().len() {
            let index = file.read_index(slice)?;
            let (lines, metadata) = (file.read_lines(slice)?, file.read_metadata(slice)?);
            for row in 0..lines.len() {
                rows.push((
                    names[&index.stream[row]].clone(),
                    index.at_nanos[row],
                    lines.line(row).to_owned(),
                    metadata.row(row).to_string(),
                    index.level[row],
                ));
            }
        }
    }
    rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    Ok(rows)
}
