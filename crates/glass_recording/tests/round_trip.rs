//! What is pushed comes back bit for bit, from a folder in progress, a finished file and an unpacked folder.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

mod common;

use common::*;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Completeness, Entry, Labels, Level, Question, STALE_MARKER_BITS, Seen,
    Timestamp,
};
use glass_recording::tables::changes::read_changes;
use glass_recording::tables::coverage::read_coverage;
use glass_recording::tables::documents::read_document;
use glass_recording::tables::events::read_events;
use glass_recording::tables::layout::read_layout;
use glass_recording::tables::metadata::read_metadata;
use glass_recording::{Archive, ArchiveKind, Recording, RecordingWriter, pack, unfinish, unpack, verify};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn quiet(_: glass_recording::Progress) {}

/// What sources were seen to have at every minute, as a recording of any shape answers it.
fn seen(path: &std::path::Path) -> String {
    let recording = Recording::open(path).unwrap();
    let ask = |secs, ask| {
        let as_of = Timestamp::from_secs(secs);
        recording.answer(&Question { as_of, ask }).unwrap().value
    };
    let at = |secs| {
        let asks = [Ask::Rules, Ask::Targets, Ask::Silences, Ask::Receivers];
        asks.map(|one| format!("{:?}\n", ask(secs, one))).concat()
    };
    (0..10).map(|minute| at(60 * minute)).collect()
}

/// All the answers a recording gives, as text.
fn everything(archive: &Archive) -> String {
    let read = |name: &str| archive.table(name).next().unwrap();
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        samples(archive).unwrap(),
        histograms(archive).unwrap(),
        entries(archive).unwrap(),
        read_events(read("events")).unwrap(),
        read_changes(read("changes")).unwrap(),
        read_coverage(read("coverage")).unwrap(),
        read_metadata(read("metadata")).unwrap(),
        read_document(archive.member("incidents/shop-7.json").unwrap()).unwrap(),
        read_layout(archive.member("layout.json").unwrap()).unwrap(),
    )
}

#[test]
fn a_recording_is_the_same_in_every_shape() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut writer = RecordingWriter::create(&path("shop.part"), draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    writer.commit_segment().unwrap();
    let in_progress = Archive::open(&path("shop.part")).unwrap();
    assert_eq!(in_progress.kind(), ArchiveKind::InProgress);
    assert!(
        in_progress.warnings()[0].contains("not finished"),
        "{:?}",
        in_progress.warnings()
    );
    let expected = everything(&in_progress);
    let expected_seen = seen(&path("shop.part"));
    let checked = verify(&path("shop.part"), &mut quiet).unwrap();
    assert_eq!((checked.problems, checked.notes.len()), (vec![], 1));

    let report = writer.finish(&path("shop.glass"), &mut quiet).unwrap();
    assert_eq!(
        (report.counts.samples, report.counts.entries, report.counts.series),
        (1_000, 500, 3)
    );
    assert_eq!(report.warnings, [""; 0]);
    assert!(!path("shop.part").exists());
    let file = Archive::open(&path("shop.glass")).unwrap();
    assert_eq!((file.kind(), file.warnings()), (ArchiveKind::File, &[][..]));
    assert_eq!(everything(&file), expected);
    assert_eq!(seen(&path("shop.glass")), expected_seen);
    assert_eq!(file.manifest().counts, report.counts);
    assert_eq!(verify(&path("shop.glass"), &mut quiet).unwrap().problems, [""; 0]);

    unpack(&path("shop.glass"), &path("unpacked"), &mut quiet).unwrap();
    let unpacked = Archive::open(&path("unpacked")).unwrap();
    assert_eq!(
        (unpacked.kind(), unpacked.warnings()),
        (ArchiveKind::Folder, &[][..])
    );
    assert_eq!(everything(&unpacked), expected);
    assert_eq!(seen(&path("unpacked")), expected_seen);
    pack(&path("unpacked"), &path("again.glass"), &mut quiet).unwrap();
    let again = Archive::open(&path("again.glass")).unwrap();
    assert_eq!(everything(&again), expected);
    assert_eq!(again.manifest(), file.manifest());

    unfinish(&path("shop.glass"), &path("more.part"), &mut quiet).unwrap();
    assert_eq!(everything(&Archive::open(&path("more.part")).unwrap()), expected);
    assert_eq!(seen(&path("more.part")), expected_seen);
    let mut writer = RecordingWriter::open(&path("more.part")).unwrap();
    writer.push_sample(&labels("up", "eu"), 500_000, 1.0).unwrap();
    writer.push_sample(&labels("up", "us"), 500_000, 1.0).unwrap();
    // The end of an alert that was recorded before; and a change that is there already.
    writer
        .push_event(glass_model::Event {
            until: until(120),
            ..event(100)
        })
        .unwrap();
    writer.push_change(change("abcd")).unwrap();
    let report = writer.finish(&path("more.glass"), &mut quiet).unwrap();
    assert_eq!((report.counts.samples, report.counts.series), (1_002, 4));
    assert_eq!(
        (
            report.counts.events,
            report.counts.changes,
            report.counts.duplicates
        ),
        (1, 1, 1)
    );
    let more = Archive::open(&path("more.glass")).unwrap();
    let events = read_events(more.table("events").next().unwrap()).unwrap();
    assert_eq!(events[0].until, until(120));
    assert_eq!(verify(&path("more.glass"), &mut quiet).unwrap().problems, [""; 0]);
}

#[test]
fn what_was_seen_is_told_as_of_the_last_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    let file = folder.path().join("shop.glass");
    let counts = writer.finish(&file, &mut quiet).unwrap().counts;
    assert_eq!(
        (counts.rules, counts.targets, counts.silences, counts.receivers),
        (5, 5, 5, 5)
    );
    let recording = Recording::open(&file).unwrap();
    let answer = |secs, ask| -> Answer {
        let as_of = Timestamp::from_secs(secs);
        recording.answer(&Question { as_of, ask }).unwrap()
    };
    let seen = |since, at| (Timestamp::from_secs(since), Timestamp::from_secs(at));
    let before = answer(49, Ask::Rules);
    assert_eq!(before.value, AnswerValue::Rules(Vec::new()));
    assert_eq!(before.provenance.completeness, Completeness::NotAsked);
    let AnswerValue::Rules(found) = answer(499, Ask::Rules).value else {
        panic!("another answer");
    };
    assert_eq!((found[0].since, found[0].at), seen(50, 450));
    assert_eq!(
        found[0].items,
        rules(50),
        "times that count for nothing are those of the first sighting"
    );
    let AnswerValue::Targets(found) = answer(260, Ask::Targets).value else {
        panic!("another answer");
    };
    assert_eq!((found[0].since, found[0].at), seen(50, 250));
    assert_eq!(found[0].items, targets(50));
    let silences = |secs| {
        let AnswerValue::Silences(found) = answer(secs, Ask::Silences).value else {
            panic!("another answer");
        };
        let Seen { since, at, items, .. } = found.into_iter().next().unwrap();
        ((since, at), items)
    };
    assert_eq!(silences(249), (seen(50, 150), Vec::new()));
    assert_eq!(silences(250), (seen(250, 250), vec![silence("a"), silence("b")]));
    let AnswerValue::Receivers(found) = answer(50, Ask::Receivers).value else {
        panic!("another answer");
    };
    assert_eq!((&*found[0].source, found[0].items.len()), ("alertmanager", 2));
}

#[test]
fn secrets_in_what_was_seen_are_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("shop")).unwrap();
    let at = Timestamp::from_secs(50);
    let mut target = targets(1).remove(0);
    target.scrape_url = "http://ana:hunter2hunter2@a:1/metrics?token=hunter2hunter2".into();
    target.last_error = "Get \"http://ana:hunter2hunter2@a:1/\": refused".into();
    target.discovered_labels = Labels::new([("__param_token", "hunter2hunter2"), ("job", "shop")]);
    writer.push_targets("prometheus", at, &[target]).unwrap();
    let silence = glass_model::Silence {
        comment: "log in with password=hunter2hunter2".into(),
        ..silence("a")
    };
    writer.push_silences("alertmanager", at, &[silence]).unwrap();
    let mut groups = rules(1);
    if let glass_model::RuleKind::Alerting(alerting) = &mut groups[0].rules[0].kind {
        let runbook = Labels::new([("runbook", "https://ana:hunter2hunter2@wiki/")]);
        alerting.annotations = runbook.clone();
        alerting.alerts[0].annotations = runbook;
    }
    writer.push_rules("prometheus", at, &groups).unwrap();
    let file = folder.path().join("shop.glass");
    let counts = writer.finish(&file, &mut quiet).unwrap().counts;
    assert_eq!(counts.redactions, 7);
    let told = seen(&file);
    assert!(told.contains("[redacted]") && !told.contains("hunter2"), "{told}");
    assert!(
        told.contains("ana:[redacted]@a:1/metrics?token=[redacted]"),
        "{told}"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("shop")).unwrap();
        push_all(&mut writer).unwrap();
        writer.finish(&folder.path().join(name), &mut quiet).unwrap();
        std::fs::read(folder.path().join(name)).unwrap()
    };
    assert!(write("a.glass") == write("b.glass"));
}

#[test]
fn a_file_that_exists_is_replaced_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let (part, file) = (folder.path().join("part"), folder.path().join("a.glass"));
    std::fs::write(&file, "mine").unwrap();
    let mut writer = RecordingWriter::create(&part, draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    let error = writer.finish(&file, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("already a file"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    let writer = RecordingWriter::open(&part).unwrap();
    writer.finish_replacing(&file, &mut quiet).unwrap();
    assert_eq!(samples(&Archive::open(&file).unwrap()).unwrap().len(), 1_000);
}

#[test]
fn a_folder_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let writer = RecordingWriter::create(folder.path(), draft("shop")).unwrap();
    let error = RecordingWriter::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("another program is writing"), "{error}");
    drop(writer);
    RecordingWriter::open(folder.path()).unwrap();
    let error = RecordingWriter::create(folder.path(), draft("shop"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("not empty"), "{error}");
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::create(folder.path(), draft("shop")).unwrap();
    let mut odd = histogram(1.0);
    odd.positive_counts.pop();
    assert!(writer.push_histogram(&labels("x", "eu"), 1, odd).is_err());
    let long = "x".repeat((1 << 20) + 1);
    assert!(
        writer
            .push_entry(&labels("x", "eu"), entry(1, &long), Level::Info)
            .is_err()
    );
    assert!(writer.push_sample(&labels("x", &long), 1, 0.0).is_err());
    for name in [
        "../x",
        "/x",
        "manifest.json",
        "metrics/7.parquet",
        "series.parquet",
        "",
    ] {
        assert!(writer.add_file(name, b"").is_err(), "{name}");
    }
    assert_eq!(writer.commit_segment().unwrap().number, 0);
}

#[test]
fn secrets_are_hidden_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::create(folder.path(), draft("shop")).unwrap();
    let line = "login password=hunter2hunter2 ok";
    writer
        .push_entry(&labels("x", "eu"), entry(1, line), Level::Info)
        .unwrap();
    let report = writer.commit_segment().unwrap();
    assert_eq!(report.counts.redactions, 1);
    let archive = Archive::open(folder.path()).unwrap();
    let rows = entries(&archive).unwrap();
    assert!(!rows[0].2.contains("hunter2"), "{}", rows[0].2);
    assert_eq!(archive.manifest().counts.redactions, 1);
}

#[test]
fn more_segments_than_are_merged_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("shop")).unwrap();
    for at in 0..150 {
        // Each overlaps the one before.
        writer.push_sample(&labels("up", "eu"), at, at as f64).unwrap();
        writer.push_sample(&labels("up", "eu"), at + 1, -1.0).unwrap();
        writer
            .push_entry(&labels("", "eu"), entry(at, "a"), Level::Info)
            .unwrap();
        writer
            .push_entry(&labels("", "eu"), entry(at + 1, "a"), Level::Info)
            .unwrap();
        writer.commit_segment().unwrap();
    }
    let report = writer.finish(&folder.path().join("a.glass"), &mut quiet).unwrap();
    assert_eq!((report.counts.samples, report.counts.conflicts), (151, 149));
    assert_eq!((report.counts.entries, report.counts.duplicates), (151, 149));
    let archive = Archive::open(&folder.path().join("a.glass")).unwrap();
    let values: Vec<f64> = samples(&archive)
        .unwrap()
        .iter()
        .map(|row| f64::from_bits(row.2))
        .collect();
    assert_eq!(values[..3], [0.0, 1.0, 2.0]);
    assert_eq!(values[150], -1.0);
}

/// A pushed row: kind, series, time, bits, text, and whether a segment ends after it.
#[derive(Clone, Debug)]
struct Push {
    of: u8,
    at: i64,
    bits: u64,
    text: String,
    commit: bool,
}

fn pushes() -> impl Strategy<Value = Vec<Push>> {
    let bits = prop_oneof![
        any::<u64>(),
        Just(STALE_MARKER_BITS),
        Just(f64::INFINITY.to_bits()),
        Just(f64::NEG_INFINITY.to_bits()),
        Just((-0.0_f64).to_bits()),
        Just(0x7ff8_0000_dead_beef),
    ];
    // Few times and series, so that rows meet; and some of any.
    let at = prop_oneof![4 => -20..20_i64, 1 => any::<i64>()];
    let push = (0..5_u8, at, bits, "\\PC{0,6}", prop::bool::weighted(0.05));
    let push = push.prop_map(|(of, at, bits, text, commit)| Push {
        of,
        at,
        bits,
        text,
        commit,
    });
    prop::collection::vec(push, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_pushed_comes_back_bit_for_bit(pushes in pushes()) {
        let folder = tempfile::tempdir().unwrap();
        let (part, file) = (folder.path().join("part"), folder.path().join("a.glass"));
        let mut writer = RecordingWriter::create(&part, draft("any")).unwrap();
        let mut expected_samples = BTreeMap::new();
        let mut expected_entries: Vec<EntryRow> = Vec::new();
        let mut n_twins = 0;
        for push in &pushes {
            let of = Labels::new([("__name__", format!("säule.{}", push.of)), ("a b", String::new())]);
            writer.push_sample(&of, push.at, f64::from_bits(push.bits)).unwrap();
            let twin = expected_samples.insert((of.to_string(), push.at), push.bits);
            n_twins += u64::from(twin.is_some());
            let metadata = Labels::new([("trace", push.of.to_string())]);
            let entry = Entry { at: Timestamp::from_nanos(push.at), line: push.text.clone(), metadata };
            let row = (of.to_string(), push.at, push.text.clone(), entry.metadata.to_string(), 2);
            writer.push_entry(&of, entry, Level::Info).unwrap();
            if expected_entries.contains(&row) {
                n_twins += 1;
            } else {
                expected_entries.push(row);
            }
            if push.commit {
                writer.commit_segment().unwrap();
            }
        }
        writer.commit_segment().unwrap();
        // Of one moment the order recorded stays.
        expected_entries.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let expected_samples: Vec<SampleRow> =
            expected_samples.into_iter().map(|((name, at), bits)| (name, at, bits)).collect();
        prop_assert_eq!(&samples(&Archive::open(&part).unwrap()).unwrap(), &expected_samples);
        let report = writer.finish(&file, &mut quiet).unwrap();
        let archive = Archive::open(&file).unwrap();
        prop_assert_eq!(samples(&archive).unwrap(), expected_samples);
        prop_assert_eq!(entries(&archive).unwrap(), expected_entries);
        // Of three values of one moment in two segments the first and second may never meet: only the sum is sure.
        prop_assert_eq!(report.counts.duplicates + report.counts.conflicts, n_twins);
        let last_at = |push: &Push, before: &[Push]| {
            before.iter().any(|other| other.of == push.of && other.at > push.at)
        };
        let n_late = (0..pushes.len()).filter(|at| last_at(&pushes[*at], &pushes[..*at])).count() as u64;
        prop_assert_eq!(report.counts.out_of_order, 2 * n_late);
        prop_assert_eq!(verify(&file, &mut quiet).unwrap().problems, Vec::<String>::new());
    }
}
