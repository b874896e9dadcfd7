//! `palette`: what is called something like a text among 100,000 metrics, from the question to the answer, as the program
//! asks it: through the driver, letter by letter.

use crate::measure::Times;
use crate::random::Random;
use crate::{row, say};
use anyhow::{Context, Result};
use glass_core::{Effect, Event, Runner, Slot};
use glass_driver::{Driver, Opened};
use glass_model::{
    Answer, AnswerValue, Ask, Backend, FindAsk, MetricKind, MetricName, Provenance, QueryError, Question,
    RecordingInfo, TimeRange, Timestamp,
};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

const N_NAMES: usize = 100_000;
/// What is typed, letter by letter.
const TYPED: [&str; 4] = ["http_request", "ndcpusec", "kube pod status", "zzzz"];

/// Knows names alone.
struct Names(Vec<MetricName>);

impl Backend for Names {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let value = match question.ask {
            Ask::MetricNames => AnswerValue::MetricNames(self.0.clone()),
            _ => return Err(QueryError::Unsupported("only names are known".into())),
        };
        Ok(Answer {
            as_of: question.as_of,
            value,
            provenance: Provenance::complete("bench", TimeRange::ALL),
        })
    }
}

/// Names as servers have them: some words with `_` between them.
fn names() -> Vec<MetricName> {
    const WORDS: [&str; 24] = [
        "http",
        "request",
        "duration",
        "seconds",
        "bucket",
        "node",
        "cpu",
        "memory",
        "kube",
        "pod",
        "container",
        "status",
        "disk",
        "bytes",
        "total",
        "errors",
        "queue",
        "length",
        "latency",
        "thanos",
        "store",
        "rule",
        "ratio",
        "count",
    ];
    let mut random = Random::new(7);
    let mut word = || WORDS[random.below(WORDS.len() as u64) as usize];
    (0..N_NAMES)
        .map(|i| MetricName {
            name: format!("{}_{}_{}_{}_{i}", word(), word(), word(), word()),
            kind: MetricKind::Counter,
            help: "A help text of usual length, such as exporters write it.".into(),
            unit: String::new(),
            n_series: 3,
        })
        .collect()
}

/// Measures and prints a table.
pub fn run() -> Result<()> {
    let (sender, events) = mpsc::channel();
    let opened = Opened {
        info: RecordingInfo {
            name: "bench".into(),
            is_live: false,
            summary: String::new(),
            cloud: String::new(),
            extent: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(9)),
            known_until: Timestamp::from_secs(9),
            open_at: None,
            panels: Vec::new(),
            story: glass_model::Story::default(),
            warnings: Vec::new(),
        },
        backend: Arc::new(Names(names())),
        navigator: None,
        keep_story: None,
    };
    let mut driver = Driver::new(opened, None, Arc::new(move |event| drop(sender.send(event))))?;
    let mut version = 0;
    let mut find = |text: &str| -> Result<Duration> {
        version += 1;
        let start = Instant::now();
        driver.start(Effect::Ask {
            slot: Slot::Found,
            version,
            question: Question {
                as_of: Timestamp::from_secs(5),
                ask: Ask::Find(FindAsk {
                    text: text.to_owned(),
                    max: 24,
                }),
            },
        });
        let Event::Answered(answered) = events.recv()? else {
            anyhow::bail!("another event")
        };
        answered.result.map(|_| start.elapsed()).context("no answer")
    };
    say("| among 100,000 names | p50 | p95 | max |\n| --- | --- | --- | --- |")?;
    row("the first letter, names gathered", &millis(find("h")?), " | ")?;
    for typed in TYPED {
        let mut times = Vec::new();
        for _ in 0..10 {
            for (end, _) in typed.char_indices().skip(1) {
                times.push(find(&typed[..end])?);
            }
            times.push(find(typed)?);
        }
        let times = Times::new(times);
        let rest = format!("{:.1} ms | {:.1} ms", times.percentile(95), times.percentile(100));
        row(
            &format!("`{typed}`, letter by letter"),
            &format!("{:.1} ms", times.percentile(50)),
            &rest,
        )?;
    }
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
