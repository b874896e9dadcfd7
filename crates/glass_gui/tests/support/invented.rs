//! An hour that never was, answered at once and as of the playhead: for driving the whole window in tests.

use glass_core::{Answered, App, Effect, Event, Runner, WriteFault};
use glass_model::{
    Alert, AlertState, Answer, AnswerValue, Ask, Bucket, Change, ChangeSummary, Comment, Completion,
    Document, DocumentKind, DocumentSummary, Entry, Event as Happening, EventKind, Explanation, Graph,
    GraphAsk, GraphSeries, JumpTarget, Labels, Level, LogHistogram, LogHistogramAsk, LogLine, LogLinesAsk,
    LogPage, MetricKind, MetricName, Panel, PatternMiner, Provenance, QueryGraph, Question, RecordingInfo,
    Selector, TimeRange, Timestamp, Transform,
};
use std::sync::mpsc::Sender;

const START: i64 = 1_795_318_800;
const FAULT: i64 = START + 1200;
const ALERT: i64 = START + 1500;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

/// The application, opened at the alert.
pub fn app() -> App {
    app_of("incident-invented")
}

/// The same by another name.
pub fn app_of(name: &str) -> App {
    let extent = TimeRange::new(at(START), at(START + 3600));
    let panel = |title: &str, unit: &str| Panel {
        title: title.into(),
        selector: Selector { matchers: Vec::new() },
        transform: Transform::Raw,
        unit: unit.into(),
    };
    App::new(RecordingInfo {
        is_live: false,
        name: name.into(),
        summary: "an hour that never was".into(),
        cloud: "nowhere".into(),
        extent,
        known_until: extent.end,
        open_at: Some(at(ALERT)),
        panels: vec![
            panel("Requests", "/s"),
            panel("Latency", "s"),
            panel("Errors", "ratio"),
        ],
        story: glass_model::Story::default(),
        warnings: Vec::new(),
    })
}

/// Answers at once.
pub struct Invented {
    pub sender: Sender<Event>,
}

impl Runner for Invented {
    fn start(&mut self, effect: Effect) {
        let event = match effect {
            Effect::Ask {
                slot,
                version,
                question,
            } => {
                let provenance = Provenance::complete("invented", TimeRange::ALL.until(question.as_of));
                let answer = Answer {
                    as_of: question.as_of,
                    value: answer(&question),
                    provenance,
                };
                Event::Answered(Box::new(Answered {
                    slot,
                    version,
                    question,
                    result: Ok(answer),
                }))
            }
            Effect::Jump(jump) => {
                let place = match jump.target {
                    JumpTarget::Alert | JumpTarget::Error => ALERT,
                    JumpTarget::Change | JumpTarget::Incident | JumpTarget::Any => FAULT,
                };
                let ahead = (at(place) > jump.from) == jump.forward && at(place) != jump.from;
                Event::Jumped {
                    jump,
                    result: Ok(ahead.then(|| at(place))),
                }
            }
            Effect::Write { path, .. } if path.starts_with("nowhere/") => Event::Written {
                path,
                result: Err(WriteFault::Failed("no such folder".into())),
            },
            Effect::Write { path, .. } => Event::Written {
                result: Ok(format!("/invented/{path}")),
                path,
            },
            Effect::CheckClouds
            | Effect::ListClouds
            | Effect::Open(_)
            | Effect::Copy(_)
            | Effect::CopyImage
            | Effect::Export(_)
            | Effect::ExportStory(_)
            | Effect::ToggleMouse
            | Effect::Suspend
            | Effect::KeepStory(_)
            | Effect::Arrange(_)
            | Effect::Quit => return,
        };
        self.sender.send(event).expect("the window is there");
    }
}

fn answer(question: &Question) -> AnswerValue {
    let now = question.as_of;
    match &question.ask {
        Ask::MetricNames => AnswerValue::MetricNames(names()),
        Ask::Graph(ask) => AnswerValue::Graph(graph(ask, now)),
        Ask::QueryGraph(ask) => {
            let ask = GraphAsk {
                selector: Selector { matchers: Vec::new() },
                window: ask.window,
                n_buckets: ask.n_buckets,
                transform: Transform::Raw,
                max_series: ask.max_series,
            };
            AnswerValue::QueryGraph(QueryGraph {
                graph: graph(&ask, now),
                warnings: Vec::new(),
                infos: vec!["one is invented".into()],
            })
        }
        Ask::Completion(_) => AnswerValue::Completion(Completion::default()),
        Ask::Explain { .. } => AnswerValue::Explain(Explanation::default()),
        Ask::Related { .. } => AnswerValue::Related(vec!["http_errors_total".into()]),
        Ask::Query(_) => {
            unreachable!("no screen of these tests asks it")
        }
        Ask::LogPatterns(ask) => {
            let mut miner = PatternMiner::new(ask.window, ask.n_buckets);
            for line in lines(now) {
                miner.add(line.entry.at, line.level, &line.entry.line);
            }
            AnswerValue::LogPatterns(miner.finish(ask.max))
        }
        Ask::Rules => AnswerValue::Rules(Vec::new()),
        Ask::Silences => AnswerValue::Silences(Vec::new()),
        Ask::Targets | Ask::Receivers => {
            unreachable!("no screen of the window asks it")
        }
        Ask::LogLines(ask) => AnswerValue::LogLines(page(ask, now)),
        Ask::LogHistogram(ask) => AnswerValue::LogHistogram(histogram(ask, now)),
        Ask::Alerts => AnswerValue::Alerts(if now >= at(ALERT) {
            vec![alert()]
        } else {
            Vec::new()
        }),
        Ask::Changes => AnswerValue::Changes(if now >= at(FAULT) {
            vec![change()]
        } else {
            Vec::new()
        }),
        Ask::Change { .. } => AnswerValue::Change((now >= at(FAULT)).then(|| Change {
            summary: change(),
            body: "Five are enough, says the *load test*.".into(),
            patch: PATCH.into(),
            patch_cut: false,
        })),
        Ask::Files => AnswerValue::Files(Vec::new()),
        Ask::Events { .. } => AnswerValue::Events(
            [
                happening(EventKind::Change, FAULT, "shop: lower the pool to 5 connections"),
                happening(EventKind::AlertFiring, ALERT, "ShopErrorsHigh"),
            ]
            .into_iter()
            .filter(|event| event.known_at <= now)
            .collect(),
        ),
        Ask::Find(_) => AnswerValue::Find(Vec::new()),
        Ask::Gaps { .. } => AnswerValue::Gaps(Vec::new()),
        Ask::Documents => AnswerValue::Documents(vec![document(now).summary]),
        Ask::Document { .. } => AnswerValue::Document(Some(document(now))),
        Ask::Dashboards => AnswerValue::Dashboards(Vec::new()),
        Ask::Dashboard { .. } => AnswerValue::Dashboard(None),
    }
}

fn names() -> Vec<MetricName> {
    let name = |name: &str, kind, help: &str| MetricName {
        name: name.into(),
        kind,
        help: help.into(),
        unit: String::new(),
        n_series: 2,
    };
    vec![
        name("http_requests_total", MetricKind::Counter, "Requests so far."),
        name("up", MetricKind::Gauge, "Whether it answers."),
    ]
}

fn lines(now: Timestamp) -> Vec<LogLine> {
    let line = |i: i64| {
        let (level, line) = match i % 7 {
            3 => (
                Level::Error,
                format!(
                    "checkout of order {i} failed: no connection within 2.0 s, the pool is empty and 14 requests wait for one, the first of them since {} s",
                    i / 7
                ),
            ),
            5 => (Level::Warning, format!("order {i} took {} ms", i * 37)),
            _ => (Level::Info, format!("GET /cart/{i} 200")),
        };
        LogLine {
            labels: Labels::new([
                ("job", "shop"),
                ("pod", if i % 2 == 0 { "shop-0" } else { "shop-1" }),
            ]),
            entry: Entry {
                at: at(START + i * 2),
                line,
                metadata: Labels::empty(),
            },
            level,
        }
    };
    (1..700).map(line).filter(|line| line.entry.at <= now).collect()
}

fn page(ask: &LogLinesAsk, now: Timestamp) -> LogPage {
    let all = lines(now);
    let n_until_anchor = all.partition_point(|line| line.entry.at <= ask.anchor);
    let middle = n_until_anchor
        .saturating_add_signed(ask.offset as isize)
        .min(all.len());
    let first = middle.saturating_sub(ask.n_before);
    let end = (middle + ask.n_after).min(all.len());
    LogPage {
        n_before: first as u64,
        n_after: (all.len() - end) as u64,
        n_until_anchor: n_until_anchor as u64,
        lines: all[first..end].to_vec(),
        ..LogPage::default()
    }
}

fn alert() -> Alert {
    Alert {
        labels: Labels::new([("alertname", "ShopErrorsHigh"), ("job", "shop")]),
        annotations: Labels::empty(),
        state: AlertState::Firing,
        pending_at: Some(at(ALERT - 60)),
        firing_at: Some(at(ALERT)),
        resolved_at: None,
        notified_at: None,
        inhibited_by: None,
    }
}

fn change() -> ChangeSummary {
    ChangeSummary {
        id: "0123456789abcdef0123456789abcdef01234567".into(),
        repository: "shop".into(),
        author: "oren".into(),
        committed_at: at(FAULT),
        known_at: at(FAULT),
        subject: "shop: lower the pool to 5 connections".into(),
        files: Vec::new(),
    }
}

const POST_MORTEM: &str = "\
# What happened

At 04:00:00 the pool was made *smaller*, and at 04:05 the alert fired. \
The [runbook](https://example.org/runbook) was followed.

![a graph of errors](https://example.org/errors.png)

## Timeline

| time | what |
| --- | --- |
| 03:45:10 | all is well |
| 04:00:00 | `pool.yaml` is changed |

1. look at the pool
2. look at the change
   - ask who made it

> pool is empty, says the log at 04:03:16

```sh
kubectl -n shop rollout undo deploy/shop
```
";

/// What was written of the hour; the second comment is of the playhead, as far as time has come.
fn document(now: Timestamp) -> Document {
    let comment = |secs, author: &str, text: &str| Comment {
        at: at(secs),
        author: author.into(),
        text: text.into(),
    };
    let comments = vec![
        comment(FAULT + 60, "lea", "Orders are slow since 04:00."),
        comment(ALERT, "oren", "I look at it; **nothing** else was changed."),
    ];
    let comments: Vec<Comment> = comments.into_iter().filter(|comment| comment.at <= now).collect();
    Document {
        summary: DocumentSummary {
            id: "post-mortem".into(),
            kind: DocumentKind::PostMortem,
            title: "Checkout fails".into(),
            known_at: at(START),
            n_comments: comments.len(),
            closed_at: None,
        },
        author: "mira".into(),
        labels: vec!["severity:high".into()],
        link: "https://example.org/7".into(),
        text: POST_MORTEM.into(),
        comments,
    }
}

const PATCH: &str = r#"diff --git a/shop/pool.yaml b/shop/pool.yaml
index 1234567..89abcde 100644
--- a/shop/pool.yaml
+++ b/shop/pool.yaml
@@ -10,9 +10,9 @@ spec:
   containers:
     - name: shop # the web shop
       env:
-        - name: POOL_SIZE
-          value: "64"
-        - name: POOL_WAIT
-          value: 30s
+        - name: POOL_SIZE # connections
+          value: "5"
+        - name: POOL_TIMEOUT
       ports:
         - containerPort: 8080
diff --git a/shop/start.sh b/shop/start.sh
--- a/shop/start.sh
+++ b/shop/start.sh
@@ -1,2 +1,3 @@
 #!/bin/sh
+set -e
 exec shop --port 8080 # and nothing else
diff --git a/shop/src/pool.rs b/shop/src/pool.rs
--- a/shop/src/pool.rs
+++ b/shop/src/pool.rs
@@ -40,4 +40,4 @@ impl Pool {
     /// Waits for a connection.
-    pub fn wait(&self) -> Option<Connection> {
-        self.queue.pop_timeout(30)
+    pub fn wait(&self, timeout: Duration) -> Option<Connection> {
+        self.queue.pop_timeout(timeout)
     }
"#;

fn happening(kind: EventKind, secs: i64, title: &str) -> Happening {
    Happening {
        kind,
        happened_at: at(secs),
        known_at: at(secs),
        until: None,
        cluster: String::new(),
        title: title.into(),
        text: String::new(),
        link: String::new(),
        labels: Labels::empty(),
        annotations: Labels::empty(),
    }
}

/// The moment of a bucket, if it is known.
fn moments(window: TimeRange, n_buckets: usize, now: Timestamp) -> impl Iterator<Item = Option<f64>> {
    (0..n_buckets).map(move |bucket| {
        let middle = window.at_ratio((bucket as f64 + 0.5) / n_buckets as f64);
        let known = middle <= now && middle >= at(START);
        known.then(|| middle.nanos_since(at(START)) as f64 / 1e9)
    })
}

fn graph(ask: &GraphAsk, now: Timestamp) -> Graph {
    let series = |index: usize| {
        let value = move |secs: f64| {
            let broken = if secs > (FAULT - START) as f64 { 25.0 } else { 0.0 };
            30.0 + 10.0 * index as f64 + 4.0 * (secs / 90.0 + index as f64).sin() + broken
        };
        let buckets: Vec<_> = moments(ask.window, ask.n_buckets, now)
            .map(|moment| moment.map(|secs| Bucket::of(value(secs))))
            .collect();
        GraphSeries {
            labels: Labels::new([("instance", format!("shop-{index}"))]),
            latest: buckets.iter().rev().flatten().next().map(|bucket| bucket.last),
            buckets,
            interval_nanos: 15_000_000_000,
        }
    };
    Graph {
        window: ask.window,
        n_buckets: ask.n_buckets,
        series: (0..3).map(series).collect(),
        n_left_out: 0,
        look_back_nanos: 0,
    }
}

fn histogram(ask: &LogHistogramAsk, now: Timestamp) -> LogHistogram {
    let bucket = |moment: Option<f64>| match moment {
        None => [0; 6],
        Some(secs) if secs > (ALERT - START) as f64 => [0, 0, 20, 4, 16, 0],
        Some(_) => [0, 0, 20, 1, 0, 0],
    };
    LogHistogram {
        window: ask.window,
        buckets: moments(ask.window, ask.n_buckets, now).map(bucket).collect(),
        total: 1000,
    }
}
