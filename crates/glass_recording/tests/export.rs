//! What goes out can be taken in again, and says what it could not carry.

use glass_model::{
    Entry, Event, EventKind, Labels, Level, LogFilter, NativeHistogram, Querier, Selector, TimeRange,
    Timestamp, Until, stale_marker,
};
use glass_recording::export::{
    ExportOptions, export_events_csv, export_logs_csv, export_logs_jsonl, export_metrics_csv,
    export_openmetrics,
};
use glass_recording::import::{ImportInput, ImportOptions, import};
use glass_recording::{ManifestDraft, Recording, RecordingWriter};
use tempfile::TempDir;

const SECOND: i64 = 1_000_000_000;

/// A recording of what `push` pushes.
fn recorded(push: impl FnOnce(&mut RecordingWriter)) -> (TempDir, Recording) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = RecordingWriter::create(&folder.path().join("x.glass.part"), ManifestDraft::default())
        .expect("created");
    push(&mut writer);
    let file = folder.path().join("x.glass");
    writer.finish(&file, &mut |_| {}).expect("finished");
    let recording = Recording::open(&file).expect("opened");
    (folder, recording)
}

fn small() -> (TempDir, Recording) {
    recorded(|writer| {
        let up = Labels::new([("__name__", "up"), ("job", "shop")]);
        for at in [1000, 6000, 11_000] {
            writer.push_sample(&up, at, 1.5).expect("pushed");
        }
        writer.push_sample(&up, 16_000, stale_marker()).expect("pushed");
        let other = Labels::new([("__name__", "queue.depth")]);
        writer.push_sample(&other, 1000, f64::INFINITY).expect("pushed");
        let histogram = NativeHistogram {
            reset_hint: glass_model::ResetHint::Unknown,
            schema: 0,
            zero_threshold: 0.0,
            zero_count: 1.0,
            count: 1.0,
            sum: 0.0,
            positive_spans: Vec::new(),
            positive_counts: Vec::new(),
            negative_spans: Vec::new(),
            negative_counts: Vec::new(),
            custom_bounds: Vec::new(),
        };
        writer.push_histogram(&up, 21_000, histogram).expect("pushed");
        for (at, line) in [(3, "third, \"quoted\""), (1, "first"), (2, "second")] {
            let entry = Entry {
                at: Timestamp::from_nanos(at * SECOND + 7),
                line: line.into(),
                metadata: Labels::new([("trace_id", "t")]),
            };
            let stream = Labels::new([("job", if at == 2 { "b" } else { "a" })]);
            writer.push_entry(&stream, entry, Level::Info).expect("pushed");
        }
    })
}

#[test]
fn openmetrics_says_what_it_cannot_carry() {
    let (_folder, recording) = small();
    let mut out = Vec::new();
    let options = ExportOptions::default();
    let report = export_openmetrics(&recording, &[], &options, &mut out, &mut |_| {}).expect("written");
    assert_eq!(
        String::from_utf8(out).expect("text"),
        "up{job=\"shop\"} 1.5 1.000\nup{job=\"shop\"} 1.5 6.000\nup{job=\"shop\"} 1.5 11.000\nup{job=\"shop\"} NaN 16.000\n# EOF\n"
    );
    assert_eq!((report.n_series, report.n_rows), (1, 4));
    let begin: Vec<&str> = report
        .notes
        .iter()
        .map(|note| note.split([',', ':']).next().expect("words"))
        .collect();
    assert_eq!(
        begin,
        [
            "1 stale marker written as NaN",
            "1 series left out",
            "1 native histogram left out"
        ]
    );
}

#[test]
fn openmetrics_comes_back_with_its_stale_marker() {
    let (folder, recording) = small();
    let mut out = Vec::new();
    let options = ExportOptions {
        with_other_names: true,
        ..ExportOptions::default()
    };
    export_openmetrics(&recording, &[], &options, &mut out, &mut |_| {}).expect("written");
    let path = folder.path().join("out.om");
    std::fs::write(&path, out).expect("written");
    let (_other, again) = recorded(|writer| {
        let input = ImportInput {
            path,
            format: None,
            source: None,
        };
        let options = ImportOptions {
            infer_stale: true,
            ..ImportOptions::default()
        };
        import(&[input], writer, &options, &mut |_| {}).expect("imported");
    });
    let floats = |recording: &Recording| -> Vec<_> {
        let (series, _) = recording
            .series(&Selector::all(), TimeRange::ALL, Timestamp::MAX)
            .expect("series");
        let samples = series.iter().filter(|s| !s.floats.is_empty()).map(|s| {
            let bits: Vec<u64> = s.floats.values().iter().map(|value| value.to_bits()).collect();
            (s.labels.clone(), s.floats.at_millis().to_vec(), bits)
        });
        samples.collect()
    };
    assert_eq!(floats(&again), floats(&recording));
}

#[test]
fn nothing_beyond_the_playhead_goes_out() {
    let (_folder, recording) = small();
    let options = ExportOptions {
        as_of: Timestamp::from_secs(2),
        ..ExportOptions::default()
    };
    let mut out = Vec::new();
    let report = export_openmetrics(&recording, &[], &options, &mut out, &mut |_| {}).expect("written");
    assert_eq!(report.n_rows, 1);
    let report = export_logs_jsonl(&recording, &options, &mut out, &mut |_| {}).expect("written");
    assert_eq!(report.n_rows, 1);
}

#[test]
fn lines_go_out_by_time_and_come_back() {
    let (_folder, recording) = small();
    let mut out = Vec::new();
    let options = ExportOptions::default();
    let report = export_logs_jsonl(&recording, &options, &mut out, &mut |_| {}).expect("written");
    assert_eq!((report.n_series, report.n_rows), (2, 3));
    let text = String::from_utf8(out).expect("text");
    let first = r#"{"labels":{"job":"a"},"line":"first","structuredMetadata":{"trace_id":"t"},"timestamp":"1970-01-01T00:00:01.000000007Z"}"#;
    assert_eq!(text.lines().next(), Some(first));
    let mut items = glass_formats::loki::line_reader(text.as_bytes());
    let times: Vec<i64> = items
        .by_ref()
        .map(|item| item.expect("an entry").entry.at.nanos())
        .collect();
    assert_eq!(times, [SECOND + 7, 2 * SECOND + 7, 3 * SECOND + 7]);
}

#[test]
fn csv_of_metrics_logs_and_events() {
    let (_folder, recording) = small();
    let options = ExportOptions::default();
    let mut out = Vec::new();
    let report = export_metrics_csv(&recording, &[], &options, &mut out, &mut |_| {}).expect("written");
    let text = String::from_utf8(out).expect("text");
    assert_eq!(report.n_rows, 5);
    assert!(
        text.starts_with("time,name,labels,value\n1970-01-01T00:00:01Z,queue.depth,{},+Inf\n"),
        "{text}"
    );
    assert!(
        text.contains("1970-01-01T00:00:16Z,up,\"{\"\"job\"\":\"\"shop\"\"}\",NaN\n"),
        "{text}"
    );

    let mut out = Vec::new();
    let report = export_logs_csv(&recording, &options, &mut out, &mut |_| {}).expect("written");
    let text = String::from_utf8(out).expect("text");
    assert_eq!(report.n_rows, 3);
    assert!(
        text.contains(r#",unknown,"{""job"":""a""}","third, ""quoted""","{""trace_id"":""t""}""#),
        "{text}"
    );

    let at = Timestamp::from_secs;
    let event = |known_at, until| Event {
        kind: EventKind::AlertFiring,
        happened_at: at(1),
        known_at,
        until,
        cluster: "lab".into(),
        title: "Down".into(),
        text: "token=abc".into(),
        link: String::new(),
        labels: Labels::empty(),
        annotations: Labels::empty(),
    };
    let until = Until {
        at: at(5),
        known_at: at(9),
    };
    let mut out = Vec::new();
    let report = export_events_csv(&[event(at(2), Some(until)), event(at(9), None)], at(3), &mut out)
        .expect("written");
    let text = String::from_utf8(out).expect("text");
    let row = "1970-01-01T00:00:01Z,1970-01-01T00:00:02Z,,,alert-firing,lab,Down,token=[redacted],,{}";
    assert_eq!(text.lines().nth(1), Some(row));
    assert_eq!(
        (report.n_rows, report.notes),
        (1, vec!["1 suspected secret hidden".to_owned()])
    );
}

#[test]
fn many_lines_go_out_window_by_window() {
    let (_folder, recording) = recorded(|writer| {
        for number in 0..60_000_i64 {
            let entry = Entry {
                at: Timestamp::from_nanos(1_795_318_430 * SECOND + number * 1000),
                line: format!("line {number}"),
                metadata: Labels::empty(),
            };
            writer
                .push_entry(&Labels::new([("job", "a")]), entry, Level::Info)
                .expect("pushed");
        }
    });
    let mut out = Vec::new();
    let options = ExportOptions {
        lines: LogFilter::default(),
        range: recording.info().extent,
        ..ExportOptions::default()
    };
    let report = export_logs_jsonl(&recording, &options, &mut out, &mut |_| {}).expect("written");
    assert_eq!(report.n_rows, 60_000);
    let text = String::from_utf8(out).expect("text");
    assert!(
        text.lines()
            .enumerate()
            .all(|(number, line)| line.contains(&format!("\"line {number}\"")))
    );
}
