//! The first law in its strongest form, on every screen: everything that became known after a moment is removed
//! from a recording, or altered, or joined by other things; at that moment every cell of the terminal stays the
//! same, characters and colours.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use glass_core::{App, Chord, Command, Event, Key, Screen, Tile};
use glass_driver::{Opened, settle, with_dashboards};
use glass_formats::grafana::read_dashboards;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Change, Document, Entry, Event as Happened, EventKind, Labels, Level,
    LogFilter, Querier, Question, RecordingInfo, Selector, Story, StoryStep, TimeRange, Timestamp, Until,
};
use glass_query::{Evaluator, Limits};
use glass_recording::{Layout, ManifestDraft, Recording, RecordingWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const WIDTH: u16 = 160;
const HEIGHT: u16 = 50;

/// Everything a recording holds, taken out through its public face.
struct Contents {
    info: RecordingInfo,
    series: Vec<glass_model::SeriesData>,
    streams: Vec<glass_model::Stream>,
    events: Vec<Happened>,
    changes: Vec<Change>,
    documents: Vec<Document>,
}

fn ask(recording: &Recording, ask: Ask) -> AnswerValue {
    let as_of = Timestamp::MAX;
    let Answer { value, .. } = recording.answer(&Question { as_of, ask }).unwrap();
    value
}

fn contents(recording: &Recording) -> Contents {
    let everything = TimeRange::ALL;
    let AnswerValue::Events(events) = ask(recording, Ask::Events { window: everything }) else {
        panic!("events")
    };
    let AnswerValue::Changes(list) = ask(recording, Ask::Changes) else {
        panic!("changes")
    };
    let changes = list
        .into_iter()
        .map(|summary| match ask(recording, Ask::Change { id: summary.id }) {
            AnswerValue::Change(Some(change)) => change,
            other => panic!("{other:?}"),
        });
    let AnswerValue::Documents(list) = ask(recording, Ask::Documents) else {
        panic!("documents")
    };
    let documents = list
        .into_iter()
        .map(|summary| match ask(recording, Ask::Document { id: summary.id }) {
            AnswerValue::Document(Some(document)) => document,
            other => panic!("{other:?}"),
        });
    Contents {
        info: recording.info(),
        series: recording
            .series(&Selector::all(), everything, Timestamp::MAX)
            .unwrap()
            .0,
        streams: recording
            .entries(&LogFilter::default(), everything, Timestamp::MAX, usize::MAX)
            .unwrap()
            .0,
        events,
        changes: changes.collect(),
        documents: documents.collect(),
    }
}

/// What becomes of the facts that were not known at the moment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Future {
    Kept,
    Removed,
    Altered,
}

/// Writes the contents again, with another future after `now`.
fn rewrite(contents: &Contents, now: Timestamp, future: Future, folder: &Path) -> Recording {
    let name = format!("{future:?}-{}", now.millis());
    let draft = ManifestDraft {
        name: "law".into(),
        cloud: "law".into(),
        extent: Some(contents.info.extent),
        ..ManifestDraft::default()
    };
    let mut writer = RecordingWriter::create(&folder.join(format!("{name}.part")), draft).unwrap();
    writer
        .set_layout(&Layout {
            panels: contents.info.panels.clone(),
            open_at: contents.info.open_at,
            story: story(now, future),
        })
        .unwrap();
    write_samples(contents, now, future, &mut writer);
    write_lines(contents, now, future, &mut writer);
    write_events(contents, now, future, &mut writer);
    write_texts(contents, now, future, &mut writer);
    if future == Future::Altered {
        write_other_things(now, &mut writer);
    }
    let file = folder.join(format!("{name}.glass"));
    writer.finish(&file, &mut |_| {}).unwrap();
    Recording::open(&file).unwrap()
}

/// A story of a step that was, and one that is still to come. How many there are is known from the first.
fn story(now: Timestamp, future: Future) -> Story {
    let step = |title: String, secs: i64| StoryStep {
        title,
        notes: format!("notes of {future:?}"),
        address: format!("glass://law/logs?at={}", now.plus_nanos(secs * 1_000_000_000)),
    };
    let mut steps = vec![
        step("was".to_owned(), -5),
        step(format!("to come, {future:?}"), 5),
    ];
    steps[0].notes = "notes".to_owned();
    Story {
        title: "a walk".to_owned(),
        steps,
    }
}

fn write_samples(contents: &Contents, now: Timestamp, future: Future, writer: &mut RecordingWriter) {
    for series in &contents.series {
        for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
            let known = Timestamp::from_millis(*at) <= now;
            match future {
                _ if known => writer.push_sample(&series.labels, *at, *value).unwrap(),
                Future::Kept => writer.push_sample(&series.labels, *at, *value).unwrap(),
                Future::Altered if at % 3 > 0 => {
                    writer.push_sample(&series.labels, at + 1, 1e12 - value).unwrap()
                }
                Future::Altered | Future::Removed => {}
            }
        }
    }
}

fn write_lines(contents: &Contents, now: Timestamp, future: Future, writer: &mut RecordingWriter) {
    for stream in &contents.streams {
        for entry in &stream.entries {
            let level = entry
                .metadata
                .get("detected_level")
                .and_then(Level::from_name)
                .unwrap_or_default();
            let entry = entry.clone();
            match future {
                _ if entry.at <= now => writer.push_entry(&stream.labels, entry, level).unwrap(),
                Future::Kept => writer.push_entry(&stream.labels, entry, level).unwrap(),
                Future::Altered if entry.at.nanos() % 3 > 0 => {
                    let entry = Entry {
                        line: format!("altered {}", entry.line.len()),
                        ..entry
                    };
                    writer.push_entry(&stream.labels, entry, Level::Critical).unwrap();
                }
                Future::Altered | Future::Removed => {}
            }
        }
    }
}

fn write_events(contents: &Contents, now: Timestamp, future: Future, writer: &mut RecordingWriter) {
    for event in &contents.events {
        let event = event.clone();
        let known = event.known_at <= now;
        let end_known = event.until.is_none_or(|until| until.known_at <= now);
        match future {
            Future::Kept => writer.push_event(event).unwrap(),
            _ if known && end_known => writer.push_event(event).unwrap(),
            Future::Removed if known => writer.push_event(Happened { until: None, ..event }).unwrap(),
            Future::Altered if known => {
                let at = contents.info.extent.end;
                writer
                    .push_event(Happened {
                        until: Some(Until { at, known_at: at }),
                        ..event
                    })
                    .unwrap();
            }
            Future::Altered => writer
                .push_event(Happened {
                    title: "altered".into(),
                    ..event
                })
                .unwrap(),
            Future::Removed => {}
        }
    }
}

fn write_texts(contents: &Contents, now: Timestamp, future: Future, writer: &mut RecordingWriter) {
    for change in &contents.changes {
        let known = change.summary.known_at <= now;
        if known || future == Future::Kept {
            writer.push_change(change.clone()).unwrap();
        } else if future == Future::Altered {
            writer
                .push_change(Change {
                    body: "altered".into(),
                    ..change.clone()
                })
                .unwrap();
        }
    }
    for document in &contents.documents {
        let mut document = document.clone();
        let known = document.summary.known_at <= now;
        if future != Future::Kept {
            document.comments.retain(|comment| comment.at <= now);
            document.summary.n_comments = document.comments.len();
            document.summary.closed_at = document.summary.closed_at.filter(|at| *at <= now);
        }
        if known || future == Future::Kept {
            writer.push_document(&document, None).unwrap();
        }
    }
}

/// Series, streams, alerts and changes that nobody knew of.
fn write_other_things(now: Timestamp, writer: &mut RecordingWriter) {
    let later = now.plus_nanos(1_000_000_000);
    let labels = Labels::new([("__name__", "aaa_first_of_all"), ("job", "aaa")]);
    writer.push_sample(&labels, later.millis() + 1, 1e15).unwrap();
    let entry = Entry {
        at: later,
        line: "unheard of".into(),
        metadata: Labels::empty(),
    };
    writer
        .push_entry(&Labels::new([("job", "aaa")]), entry, Level::Critical)
        .unwrap();
    let event = Happened {
        kind: EventKind::AlertFiring,
        happened_at: now.plus_nanos(-60_000_000_000),
        known_at: later,
        until: None,
        cluster: String::new(),
        title: "HappenedBeforeButKnownLater".into(),
        text: String::new(),
        link: String::new(),
        labels: Labels::new([("alertname", "HappenedBeforeButKnownLater")]),
        annotations: Labels::empty(),
    };
    writer.push_event(event).unwrap();
}

/// What is pressed on each screen before it is looked at.
const KEYS: &[(Screen, &[&str])] = &[
    (Screen::Overview, &["", "\tjj", "\t\tjj", "+++", "h"]),
    (Screen::Metrics, &["", "/up\njj", "jjjjr", "fhhh"]),
    // Queries, among them those that reach for the future, and completions; \u{15} empties the line.
    (
        Screen::Metrics,
        &[
            "p\u{15}sum by (job) (up)\n",
            "p\u{15}up offset -30m or up @ end() or max_over_time(up[1h:] offset -1h)\n",
            "p\u{15}{__name__=~\".+\"}\n",
            "p\u{15}",
            "p\u{15}aa",
            "p\u{15}sum by (",
            "p\u{15}up{job=\"",
            "p\u{15}rate(up)\n",
            // Taken apart, with the parts' own results; and the legend, sorted, at the cursor and with one line alone.
            "p\u{15}sum by (job) (max_over_time(up[5m] offset -10m)) > 0\nBjj",
            "p\u{15}up\nssSjhhh\n",
            // Several at once, stacked, by the logarithm, as a table, in a range; and what is related.
            "p\u{15}up\n&vector(time())\n*DD",
            "p\u{15}up\nhhhxhhxv",
            "D",
            "R",
        ],
    ),
    (Screen::Logs, &["", "/error\n", "/status\n!", "vv", "kkkkkkk\n"]),
    // All that happened, filtered, in a range that ends before the playhead, and one that reaches beyond it.
    (Screen::Timeline, &["", "jj", "/firing\n", "hhhhhxhhx", "x,,,x"]),
    // A range on other screens, and two of them side by side.
    (Screen::Alerts, &["hhhhhxhhx", "|", "R", "Rj\t", "\tf"]),
    // What the palette finds, help that is searched, marks.
    (
        Screen::Overview,
        &[":a", ":alert e", ":the", "?/alert", "hhhmM0\n", "K", "K)"],
    ),
    (Screen::Logs, &["kkkkxkkkkkkxg", "|2"]),
    // Patterns, context, search, the cursor on the histogram, fields and columns.
    (
        Screen::Logs,
        &[
            "P",
            "Pjj\n",
            "/error\nkkkoJ",
            "kkO",
            "serror\nNNn",
            "g\thhhh\n",
            "kkkzj\njj\nzwJ",
        ],
    ),
    (
        Screen::Logs,
        &[
            "/{service_name=~\".+\"} |= \"error\"\n",
            "p\u{15}{job=~\".*\", service_name=~\".+\"} | json | logfmt\nkk\n",
            "p\u{15}sum by (service_name) (count_over_time({service_name=~\".+\"}[1m] offset -10m))\n",
            "p\u{15}{",
            "p\u{15}{service_name=\"",
            "p\u{15}{service_name=\"a\"} |\n",
        ],
    ),
    (Screen::Alerts, &["", "jjj", "\tjjjjjjjjjjjj"]),
    (Screen::Changes, &["", "jj\njjj", "Fjj"]),
    (Screen::Incidents, &["", "j\njjj", "nnN"]),
    (Screen::Dashboards, &["", "\n", "\nl\n", "\njl\n", "\nv\n"]),
];

/// A dashboard of every kind of question, one that reaches for the future among them.
const DASHBOARD: &str = r#"{"title": "all", "uid": "all",
    "templating": {"list": [{"name": "job", "type": "query", "query": "label_values(up, job)", "multi": true,
        "includeAll": true, "current": {"text": "All", "value": "$__all"}}]},
    "panels": [
        {"type": "timeseries", "title": "up", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
            "targets": [{"refId": "A", "expr": "sum by (job) (up{job=~\"$job\"})"}]},
        {"type": "stat", "title": "later", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8},
            "targets": [{"refId": "A", "expr": "count(up offset -10m)"}]},
        {"type": "table", "title": "all", "gridPos": {"x": 0, "y": 8, "w": 12, "h": 8},
            "targets": [{"refId": "A", "expr": "count by (__name__) ({__name__=~\".+\"})", "instant": true,
                "format": "table"}]},
        {"type": "logs", "title": "lines", "gridPos": {"x": 12, "y": 8, "w": 12, "h": 8},
            "datasource": {"type": "loki", "uid": "l"},
            "targets": [{"refId": "A", "expr": "{service_name=~\".+\"}"}]}]}"#;

fn screens(recording: Recording, info: &RecordingInfo, now: Timestamp) -> Vec<(String, String)> {
    let story = recording.info().story;
    let evaluator: Arc<dyn Backend> = Arc::new(Evaluator::new(recording, Limits::default()));
    let opened = Opened {
        info: info.clone(),
        backend: evaluator,
        navigator: None,
        keep_story: None,
    };
    let opened = with_dashboards(opened, read_dashboards(DASHBOARD.as_bytes()).unwrap());
    let backend = &*opened.backend;
    let mut all = Vec::new();
    for (screen, presses) in KEYS {
        for keys in *presses {
            // The extent, what was written after it, and where to open are provenance: the same for all.
            let mut app = App::new(RecordingInfo {
                is_live: false,
                open_at: Some(now),
                story: story.clone(),
                ..info.clone()
            });
            let viewport = glass_tui::viewport_of(WIDTH, HEIGHT);
            settle(&mut app, backend, None, Event::Resized(viewport));
            settle(&mut app, backend, None, Event::Command(Command::Show(*screen)));
            for c in keys.chars() {
                let chord = match c {
                    '\n' => Chord::key(Key::Enter),
                    '\t' => Chord::key(Key::Tab),
                    '\u{15}' => Chord::ctrl('u'),
                    c => Chord::char(c),
                };
                settle(&mut app, backend, None, Event::Chord(chord));
            }
            let model = app.view(viewport);
            let picture = glass_tui::render_to_svg(&model, WIDTH, HEIGHT, &glass_tui::Options::default());
            // Beside the screens of a window, what is chosen stands in full.
            let tile = Tile {
                screen: app.screen(),
                viewport,
            };
            settle(&mut app, backend, None, Event::Tiles(vec![tile]));
            let details = app.view(viewport).details;
            all.push((
                format!("{} after {keys:?}", screen.title()),
                format!("{picture}\n{model:?}\n{details:?}"),
            ));
        }
    }
    all
}

fn check(file: PathBuf) {
    let full = Recording::open(&file).unwrap();
    let contents = contents(&full);
    let folder = tempfile::tempdir().unwrap();
    let extent = contents.info.extent;
    for ratio in [0.02, 0.35, 0.62] {
        let now = extent.at_ratio(ratio);
        let kept = rewrite(&contents, now, Future::Kept, folder.path());
        let expected = screens(kept, &contents.info, now);
        for future in [Future::Removed, Future::Altered] {
            let other = rewrite(&contents, now, future, folder.path());
            for ((what, expected), (_, found)) in expected.iter().zip(screens(other, &contents.info, now)) {
                assert!(
                    *expected == found,
                    "the future ({future:?}) shows at {now} on {what}: {}",
                    first_difference(expected, &found)
                );
            }
        }
    }
}

fn first_difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        text.chars()
            .skip(at.saturating_sub(80))
            .take(200)
            .collect::<String>()
    };
    format!("\n{}\n---\n{}", around(one), around(other))
}

fn bundled(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets/incidents")
        .join(name)
}

#[test]
fn the_future_of_incident_shop_shows_on_no_screen() {
    check(bundled("incident-shop.glass"));
}
