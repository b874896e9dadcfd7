//! An hour that never was, answered at once and as of the playhead: for driving the whole window in tests.

use glass_core::{Answered, App, Effect, Event, Runner};
use glass_model::{
    Alert, AlertState, Answer, AnswerValue, Ask, Bucket, ChangeSummary, Completion, Entry,
    Event as Happening, EventKind, Explanation, Graph, GraphAsk, GraphSeries, JumpTarget, Labels, Level,
    LogHistogram, LogHistogramAsk, LogLine, LogPage, MetricKind, MetricName, Panel, PatternMiner, Provenance,
    QueryGraph, Question, RecordingInfo, Selector, TimeRange, Timestamp, Transform,
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
    let extent = TimeRange::new(at(START), at(START + 3600));
    let panel = |title: &str, unit: &str| Panel {
        title: title.into(),
        selector: Selector { matchers: Vec::new() },
        transform: Transform::Raw,
        unit: unit.into(),
    };
    App::new(RecordingInfo {
        is_live: false,
        name: "incident-invented".into(),
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
            Effect::CheckClouds
            | Effect::ListClouds
            | Effect::Open(_)
            | Effect::Copy(_)
            | Effect::ToggleMouse
            | Effect::Suspend
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
        Ask::LogLines(_) => AnswerValue::LogLines(LogPage {
            n_until_anchor: lines(now).len() as u64,
            lines: lines(now),
            ..LogPage::default()
        }),
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
        Ask::Change { .. } => AnswerValue::Change(None),
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
        Ask::Documents => AnswerValue::Documents(Vec::new()),
        Ask::Document { .. } => AnswerValue::Document(None),
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
    let line = |i: i64| LogLine {
        labels: Labels::new([("job", "shop")]),
        entry: Entry {
            at: at(START + i),
            line: format!("GET /cart/{i} 200"),
            metadata: Labels::empty(),
        },
        level: Level::Info,
    };
    (1..4).map(line).filter(|line| line.entry.at <= now).collect()
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
