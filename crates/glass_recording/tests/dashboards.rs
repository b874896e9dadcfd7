//! Dashboards of a recording: known from when they were fetched on, also those of files that do not say when.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use glass_model::{Answer, AnswerValue, Ask, Backend, Completeness, Question, Timestamp};
use glass_recording::tables::coverage::CoverageRow;
use glass_recording::{ManifestDraft, Recording, RecordingWriter};

const JSON: &str = r#"{"title":"Shop","uid":"s","panels":[{"type":"stat","targets":[{"expr":"up"}]}]}"#;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn recording(folder: &tempfile::TempDir, fill: impl FnOnce(&mut RecordingWriter)) -> Recording {
    let part = folder.path().join("part");
    let mut writer = RecordingWriter::create(&part, ManifestDraft::default()).unwrap();
    fill(&mut writer);
    let file = folder.path().join("file.glass");
    writer.finish(&file, &mut |_| {}).unwrap();
    Recording::open(&file).unwrap()
}

fn ask(recording: &Recording, secs: i64, ask: Ask) -> Answer {
    let as_of = at(secs);
    recording.answer(&Question { as_of, ask }).unwrap()
}

/// Whether the dashboard is in the list, and opens.
fn is_known(recording: &Recording, secs: i64, id: &str) -> bool {
    let AnswerValue::Dashboards(list) = ask(recording, secs, Ask::Dashboards).value else {
        panic!("a list")
    };
    let AnswerValue::Dashboard(found) = ask(recording, secs, Ask::Dashboard { id: id.into() }).value else {
        panic!("a dashboard")
    };
    assert_eq!(list.iter().any(|one| one.id == id), found.is_some());
    found.is_some()
}

#[test]
fn a_dashboard_is_known_since_it_was_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(&folder, |writer| {
        writer
            .push_dashboard("s", JSON, ("grafana", "Ops"), at(100))
            .unwrap();
    });
    assert!(!is_known(&recording, 99, "s") && is_known(&recording, 100, "s"));
    let completeness = ask(&recording, 99, Ask::Dashboards).provenance.completeness;
    assert_eq!(completeness, Completeness::NotAsked);
    assert_eq!(recording.info().known_until, at(100), "the playhead can go there");
    let AnswerValue::Dashboard(Some(found)) = ask(&recording, 100, Ask::Dashboard { id: "s".into() }).value
    else {
        panic!("a dashboard")
    };
    let summary = &found.summary;
    assert_eq!(
        (summary.folder.as_str(), summary.source.as_str()),
        ("Ops", "grafana")
    );
    assert_eq!(found.panels().count(), 1);
}

#[test]
fn a_file_that_does_not_say_when_is_known_since_the_source_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(&folder, |writer| {
        writer.add_file("dashboards/old.json", JSON.as_bytes()).unwrap();
        for secs in [50, 200] {
            let row = CoverageRow {
                source: "grafana".into(),
                what: "dashboards".into(),
                start: at(secs),
                end: at(secs),
                asked_at: Some(at(secs)),
                state: "complete".into(),
                warnings: String::new(),
                n_items: 1,
            };
            writer.push_coverage(row).unwrap();
        }
    });
    assert!(!is_known(&recording, 199, "old"), "it may be of the second time");
    assert!(is_known(&recording, 200, "old"));
}
