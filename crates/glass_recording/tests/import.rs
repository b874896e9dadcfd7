//! The shop incident taken in from the files that real programs left, and asked again as a recording.

#![expect(clippy::print_stdout, reason = "tests say what they skip and what they found")]

use glass_model::{
    Answer, AnswerValue, Ask, Backend, EventKind, LogFilter, LogHistogramAsk, Querier, Question, RuleKind,
    Selector, SilenceState, TimeRange, Timestamp,
};
use glass_recording::import::{
    ImportError, ImportFormat, ImportInput, ImportOptions, ImportReport, detect, import,
};
use glass_recording::{ManifestDraft, Recording, RecordingWriter};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file of the incident; `None`, with a message, where the shared data are absent.
fn shop(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/incident-shop");
    if folder.exists() {
        return Some(folder.join(name));
    }
    println!("skipped: no {}", folder.display());
    None
}

fn input(path: PathBuf) -> ImportInput {
    ImportInput {
        path,
        format: None,
        source: None,
    }
}

struct Imported {
    _folder: TempDir,
    report: ImportReport,
    recording: Recording,
}

fn imported(paths: Vec<PathBuf>, options: &ImportOptions) -> Result<Imported, ImportError> {
    let folder = tempfile::tempdir().expect("a folder");
    let draft = ManifestDraft {
        name: "shop".into(),
        ..ManifestDraft::default()
    };
    let mut writer = RecordingWriter::create(&folder.path().join("shop.glass.part"), draft)?;
    let inputs: Vec<ImportInput> = paths.into_iter().map(input).collect();
    let report = import(&inputs, &mut writer, options, &mut |_| {})?;
    let file = folder.path().join("shop.glass");
    writer.finish(&file, &mut |_| {})?;
    let recording = Recording::open(&file)?;
    Ok(Imported {
        _folder: folder,
        report,
        recording,
    })
}

fn answer(recording: &Recording, ask: Ask) -> Answer {
    let as_of = Timestamp::MAX;
    recording.answer(&Question { as_of, ask }).expect("an answer")
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn forms_are_found_out() {
    let check = |name: &str, expected| {
        let Some(path) = shop(name) else {
            return;
        };
        assert_eq!(detect(&path).expect("known"), expected, "{name}");
    };
    check("loki-apps.jsonl.gz", ImportFormat::LogcliJsonl);
    check("prometheus-2.42-apps.dump.txt.gz", ImportFormat::PromtoolDump);
    check(
        "prometheus-3.12-utf8-native.dump.txt.gz",
        ImportFormat::PromtoolDump,
    );
    check(
        "prometheus-3.5-apps.openmetrics.txt.gz",
        ImportFormat::OpenMetrics,
    );
    check("alertmanager-webhooks.jsonl", ImportFormat::Alertmanager);
    check("gitops.bundle", ImportFormat::Git);
    check("timeline.md", ImportFormat::Markdown);
    check("../operate-first-incidents.jsonl", ImportFormat::IssueJson);
    check(
        "../captures/loki-3.7.6/query_range_streams.json",
        ImportFormat::LokiJson,
    );
    check(
        "../captures/alertmanager-0.33.1/alerts.json",
        ImportFormat::Alertmanager,
    );
    check("../captures/prometheus-3.5.3/rules.json", ImportFormat::Rules);
    check(
        "../captures/victoria-metrics-1.145.0/rules.json",
        ImportFormat::Rules,
    );
    check("../captures/loki-3.7.6/rules_prom.json", ImportFormat::Rules);
    check("../captures/prometheus-3.5.3/targets.json", ImportFormat::Targets);
    check(
        "../captures/prometheus-3.5.3/metadata.json",
        ImportFormat::Metadata,
    );
    check(
        "../captures/alertmanager-0.33.1/silences.json",
        ImportFormat::Silences,
    );
    check(
        "../captures/alertmanager-0.33.1/receivers.json",
        ImportFormat::Receivers,
    );
    assert!(detect(&PathBuf::from(env!("CARGO_MANIFEST_DIR"))).is_err());
}

#[test]
fn the_shop_incident() {
    let names = [
        "prometheus-3.5-apps.openmetrics.txt.gz",
        "prometheus-3.5-alerts-rules-up.openmetrics.txt.gz",
        "prometheus-3.12-utf8-native.dump.txt.gz",
        "loki-apps.jsonl.gz",
        "alertmanager-webhooks.jsonl",
        "gitops.bundle",
    ];
    let Some(paths) = names.iter().map(|name| shop(name)).collect::<Option<Vec<_>>>() else {
        return;
    };
    let options = ImportOptions {
        infer_stale: true,
        ..ImportOptions::default()
    };
    let imported = imported(paths, &options).expect("imported");
    for input in &imported.report.inputs {
        println!("{}: {:#?}", input.source, input);
    }
    let [apps, rules, native, logs, webhooks, git] = &imported.report.inputs[..] else {
        panic!("one report an input");
    };
    assert!(apps.n_samples > 80_000 && rules.n_events > 20);
    assert_eq!((native.n_histograms, native.n_samples), (419, 182));
    assert_eq!(logs.n_entries, 61_595);
    assert!(
        logs.notes
            .iter()
            .any(|note| note.contains("sets of labels became")),
        "{:?}",
        logs.notes
    );
    assert!(webhooks.n_events > 5);
    assert_eq!(git.n_changes, 13);

    let recording = &imported.recording;
    let info = recording.info();
    assert_eq!(info.warnings, Vec::<String>::new());
    let AnswerValue::LogHistogram(histogram) = answer(
        recording,
        Ask::LogHistogram(LogHistogramAsk {
            filter: LogFilter::default(),
            window: info.extent,
            n_buckets: 10,
        }),
    )
    .value
    else {
        panic!("a histogram");
    };
    assert_eq!(histogram.total, 61_595);
    let AnswerValue::Changes(changes) = answer(recording, Ask::Changes).value else {
        panic!("changes");
    };
    assert!(changes.iter().any(|change| change.subject.contains("SHOP-412")));
    let events = answer(
        recording,
        Ask::Events {
            window: TimeRange::ALL,
        },
    );
    let AnswerValue::Events(events) = events.value else {
        panic!("events");
    };
    let of_kind = |kind: EventKind| events.iter().filter(move |event| event.kind == kind);
    // The rules' own record of the incident, to the second.
    let restarted = of_kind(EventKind::AlertFiring)
        .find(|e| e.title == "ShopRestarted")
        .expect("it fired");
    assert_eq!(restarted.happened_at.format("%H:%M:%S"), "03:38:57");
    assert!(of_kind(EventKind::AlertNotified).all(|event| event.known_at >= event.happened_at));
    let streams = recording
        .entries(&LogFilter::default(), TimeRange::ALL, Timestamp::MAX, 100_000)
        .expect("entries")
        .0;
    assert!(streams.len() < 30, "{} streams", streams.len());
    let series = recording
        .series(&Selector::metric("queue.depth"), TimeRange::ALL, Timestamp::MAX)
        .expect("series")
        .0;
    assert_eq!(series[0].floats.len(), 182);
}

#[test]
fn documents_and_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = written(
        &folder,
        "post-mortem.md",
        "---\npublished: 2026-11-24T10:00:00Z\n---\n# Carts were lost\n\nSince 03:41, password: hunter22\n",
    );
    let thread = written(
        &folder,
        "thread.json",
        r#"{"issue":{"number":7,"title":"Carts lost","created_at":"2026-11-22T03:42:00Z","closed_at":"2026-11-22T04:00:00Z","user":{"login":"ana"},"body":"Since 03:41","labels":[{"name":"bug"}]},"comments":[{"created_at":"2026-11-22T03:45:00Z","user":{"login":"bo"},"body":"looking"}]}"#,
    );
    let imported = imported(vec![report, thread], &ImportOptions::default()).expect("imported");
    assert_eq!(
        imported.report.inputs[1].notes,
        ["1 label left out: nobody knows when it was set"]
    );
    let AnswerValue::Document(Some(document)) = answer(
        &imported.recording,
        Ask::Document {
            id: "post-mortem".into(),
        },
    )
    .value
    else {
        panic!("a document");
    };
    assert_eq!(
        document.text,
        "# Carts were lost\n\nSince 03:41, password: [redacted]\n"
    );
    let ask = Ask::Document { id: "issue-7".into() };
    let as_of = Timestamp::parse_rfc3339("2026-11-22T03:50:00Z").expect("a time");
    let AnswerValue::Document(Some(thread)) = imported
        .recording
        .answer(&Question { as_of, ask })
        .expect("an answer")
        .value
    else {
        panic!("a thread");
    };
    assert_eq!((thread.comments.len(), thread.summary.closed_at), (1, None));
}

#[test]
fn what_has_no_time_needs_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = [
        ("note.md", "# Undated\n"),
        ("page.prom", "# TYPE up gauge\nup 1\n"),
        (
            "alerts.json",
            r#"[{"status":{"state":"active"},"labels":{"alertname":"A"},"fingerprint":"x","startsAt":""}]"#,
        ),
    ];
    for (name, text) in cases {
        let path = written(&folder, name, text);
        let error = imported(vec![path.clone()], &ImportOptions::default())
            .err()
            .expect("refused")
            .to_string();
        assert!(error.contains("--known-at") && error.ends_with(name), "{error}");
        let options = ImportOptions {
            known_at: Some(Timestamp::from_secs(1_795_318_439)),
            ..ImportOptions::default()
        };
        imported(vec![path], &options).expect("with a time it is taken");
    }
}

#[test]
fn trouble_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, text: &str, expected: &str| {
        let path = written(&folder, name, text);
        let error = imported(vec![path], &ImportOptions::default())
            .err()
            .expect("refused")
            .to_string();
        assert!(error.starts_with(expected) && error.ends_with(name), "{error}");
    };
    check(
        "empty",
        "",
        "its form is not recognised, it is empty; name it with --format",
    );
    check(
        "other",
        "hello world\n",
        "its form is not recognised, it begins with `hello world`",
    );
    check("x.bundle", "# v2 git bundle\nnonsense\n", "git: ");
    check(
        "matrix.json",
        r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
        "this is the result of a metric query (matrix), not log lines",
    );
    let missing = imported(vec![folder.path().join("missing")], &ImportOptions::default())
        .err()
        .expect("refused");
    assert!(missing.to_string().starts_with("No such file"), "{missing}");
}

/// Takes in an answer of an API with these headers beside it, and returns the notes or the error.
fn answer_taken_in(answer: &str, headers: Option<&str>, seen_at: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(&folder, "answer.json", answer);
    if let Some(headers) = headers {
        written(&folder, "answer.headers", headers);
    }
    let options = ImportOptions {
        seen_at: seen_at.map(|at| Timestamp::parse_rfc3339(at).expect("a time")),
        ..ImportOptions::default()
    };
    match imported(vec![path], &options) {
        Ok(imported) => imported.report.inputs[0].notes.join("\n"),
        Err(error) => error
            .to_string()
            .replace(&folder.path().display().to_string(), ""),
    }
}

#[test]
fn what_an_api_says_is_true_of_a_moment() {
    let check = |answer: &str, headers, seen_at, expected: &str| {
        assert_eq!(answer_taken_in(answer, headers, seen_at), expected, "{answer}");
    };
    const RULES: &str = r#"{"status":"success","data":{"groups":[{"name":"g","rules":[{"type":"recording",
        "name":"a","query":"1","lastEvaluation":"2026-11-22T03:42:02.5Z"}]}]}}"#;
    const RECEIVERS: &str = r#"[{"name":"default"},{"name":"pager"}]"#;
    const HEADERS: &str =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ndate: Sun, 22 Nov 2026 03:42:03 GMT\r\n";
    let early = "HTTP/1.1 200 OK\nDate: Sun, 22 Nov 2026 03:41:03 GMT\n";
    check(
        RULES,
        Some(HEADERS),
        None,
        "rules: 1, as seen at 2026-11-22T03:42:03.999999999Z by the Date header in answer.headers",
    );
    let inside = "rules: 1, as seen at 2026-11-22T03:42:02.5Z by the latest time inside it";
    check(RULES, None, None, inside);
    check(RULES, Some("HTTP/1.1 200 OK\n"), None, inside);
    check(RULES, Some(early), None, inside);
    check(
        RULES,
        Some(HEADERS),
        Some("2026-11-22T04:00:00Z"),
        "rules: 1, as seen at 2026-11-22T04:00:00Z by --seen-at",
    );
    check(
        RECEIVERS,
        Some(early),
        None,
        "receivers: 2, as seen at 2026-11-22T03:41:03.999999999Z by the Date header in answer.headers",
    );
    check(
        RECEIVERS,
        None,
        None,
        "nothing says when these receivers were seen; give the time with --seen-at, or put the answer's headers beside \
         it in a file ending in .headers: /answer.json",
    );
}

/// The captured answers of a server, the phases in order.
fn captures(server: &str, names: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = shop(&format!("../captures/{server}"))?;
    let phases = ["baseline", "peak", "down", ".", "after"];
    let of_phase = |phase| names.iter().map(move |name| (phase, name));
    let all = phases.iter().flat_map(of_phase);
    Some(
        all.map(|(phase, name)| folder.join(phase).join(format!("{name}.json")))
            .collect(),
    )
}

#[test]
fn rules_targets_and_silences_of_the_shop_incident() {
    let Some(mut paths) = captures("prometheus-3.5.3", &["rules", "targets", "metadata"]) else {
        return;
    };
    paths.extend(captures("alertmanager-0.33.1", &["silences", "receivers"]).unwrap_or_default());
    let imported = imported(paths, &ImportOptions::default()).expect("imported");
    let recording = imported.recording;
    let ask = |at: &str, ask| {
        let as_of = Timestamp::parse_rfc3339(&format!("2026-11-22T{at}Z")).expect("a time");
        recording.answer(&Question { as_of, ask }).expect("an answer")
    };
    let rules = |at: &str| match ask(at, Ask::Rules).value {
        AnswerValue::Rules(seen) => seen.into_iter().next().map_or(String::new(), |seen| {
            let rules: Vec<_> = seen.items.iter().flat_map(|group| &group.rules).collect();
            let alerts = rules.iter().map(|rule| match &rule.kind {
                RuleKind::Alerting(alerting) => alerting.alerts.len(),
                RuleKind::Recording => 0,
            });
            let n_alerts: usize = alerts.sum();
            format!("{} {} {n_alerts}", seen.at.format("%H:%M:%S"), rules.len())
        }),
        _ => String::new(),
    };
    assert_eq!(rules("03:36:00"), "");
    assert_eq!(rules("03:41:00"), "03:36:19 13 3");
    assert_eq!(rules("03:42:04"), "03:42:03 13 7");
    assert_eq!(rules("04:00:00"), "03:49:05 13 3");
    let active = |at: &str| match ask(at, Ask::Silences).value {
        AnswerValue::Silences(seen) => {
            let as_of = Timestamp::parse_rfc3339(&format!("2026-11-22T{at}Z")).expect("a time");
            let all = seen.iter().flat_map(|seen| &seen.items);
            all.filter(|silence| silence.state_at(as_of) == SilenceState::Active)
                .count()
        }
        _ => 0,
    };
    assert_eq!(
        (active("03:36:00"), active("03:40:00"), active("03:50:00")),
        (0, 1, 2)
    );
    // One was seen in the incident and has run out since, without anybody looking.
    assert_eq!(active("04:03:00"), 1);
    let AnswerValue::Targets(targets) = ask("03:40:00", Ask::Targets).value else {
        panic!("another answer");
    };
    let n_dropped = targets[0].items.iter().filter(|target| target.is_dropped).count();
    assert_eq!((targets[0].items.len(), n_dropped), (18, 1));
    let AnswerValue::Receivers(receivers) = ask("03:40:00", Ask::Receivers).value else {
        panic!("another answer");
    };
    assert_eq!(receivers[0].items, ["default", "storefront", "blackhole"]);
}

#[test]
fn rules_give_their_alerts_annotations() {
    let (Some(series), Some(rules)) = (
        shop("prometheus-3.5-alerts-rules-up.openmetrics.txt.gz"),
        captures("prometheus-3.5.3", &["rules"]),
    ) else {
        return;
    };
    let paths = [vec![series], rules].concat();
    let recording = imported(paths, &ImportOptions::default())
        .expect("imported")
        .recording;
    let check = |at: &str, expected: Option<&str>| {
        let as_of = Timestamp::parse_rfc3339(&format!("2026-11-22T{at}Z")).expect("a time");
        let ask = Ask::Alerts;
        let answer = recording.answer(&Question { as_of, ask }).expect("an answer");
        let AnswerValue::Alerts(alerts) = answer.value else {
            panic!("another answer");
        };
        let gateway = alerts.iter().find(|alert| alert.name() == "GatewayHighErrorRate");
        let found = gateway.and_then(|alert| alert.annotations.get("summary"));
        assert_eq!(found, expected, "{at}");
    };
    check("03:42:03", None);
    check("03:42:04", Some("36.92% of gateway requests fail"));
    check("03:44:40", None);
    check("03:45:10", Some("47.79% of gateway requests fail"));
}
