//! Questions of every kind, with parameters that are likely to be wrong somewhere.

use super::random::Random;
use super::{Fact, INSTANCES, JOBS, METRICS, World, extent, moment, start};
use glass_model::{
    Ask, GraphAsk, Level, LineCondition, LinePredicate, LogFilter, LogHistogramAsk, LogLinesAsk, LogOrder,
    LogPatternsAsk, LogRef, LogScan, Matcher, MatcherOp, Selector, SharedPredicate, TimeRange, Timestamp,
    Transform,
};
use std::sync::Arc;

/// A moment worth a look: often that of a fact, or a nanosecond beside it.
pub fn playhead(world: &World, random: &mut Random) -> Timestamp {
    let mut fact = random.pick(&world.facts);
    while matches!(fact, Fact::Coverage(_)) {
        fact = random.pick(&world.facts);
    }
    let near = fact.known_at();
    match random.below(8) {
        0 => moment(random),
        1 => start().plus_nanos(-1),
        2 => near.plus_nanos(1),
        3 => near.plus_nanos(-1),
        _ => near,
    }
}

pub fn pick_selector(random: &mut Random) -> Selector {
    let matcher = |name, op, value| Matcher::new(name, op, value).expect("a valid matcher");
    let matchers = match random.below(6) {
        0 => vec![],
        1 => vec![matcher("instance", MatcherOp::Equal, random.word(&INSTANCES))],
        2 => vec![matcher("__name__", MatcherOp::Regex, ".*_total")],
        3 => vec![
            matcher("instance", MatcherOp::NotEqual, "a:1"),
            matcher("job", MatcherOp::Equal, "shop"),
        ],
        _ => vec![matcher("__name__", MatcherOp::Equal, random.pick(&METRICS).0)],
    };
    Selector { matchers }
}

pub fn pick_filter(random: &mut Random) -> LogFilter {
    let matcher = |op, value| Matcher::new("job", op, value).expect("a valid matcher");
    let matchers = match random.below(5) {
        0 => vec![matcher(MatcherOp::Equal, random.pick(&JOBS).0)],
        1 => vec![matcher(MatcherOp::Regex, "shop|Auditor")],
        2 => vec![matcher(MatcherOp::NotEqual, "gateway")],
        _ => vec![],
    };
    LogFilter {
        streams: Selector { matchers },
        contains: random
            .word(&["", "", "error", "TIMEOUT", "größe", " ", "1", "no such text"])
            .into(),
        inverse: random.one_in(3),
        min_level: *random.pick(&[
            Level::Unknown,
            Level::Unknown,
            Level::Info,
            Level::Error,
            Level::Critical,
        ]),
        logql: String::new(),
        pattern: match random.one_in(4) {
            true => random
                .word(&["<_>", "<_>error<_>", "<_> <_>", "GET <_>", "<_>größe<_>"])
                .to_owned(),
            false => String::new(),
        },
        search: match random.one_in(4) {
            true => random.word(&["ERROR", "o", "nothing like it"]).to_owned(),
            false => String::new(),
        },
        predicate: random.one_in(4).then(|| pick_predicate(random)),
    }
}

/// Keeps the lines that are longer than so many bytes, hold one of two words, and come from some pods.
#[derive(Clone)]
pub struct Odd {
    pub key: String,
    pub conditions: Vec<LineCondition>,
    pub min_len: usize,
}

impl LinePredicate for Odd {
    fn key(&self) -> &str {
        &self.key
    }
    fn conditions(&self) -> &[LineCondition] {
        &self.conditions
    }
    fn keeps(&self, line: LogRef<'_>) -> bool {
        let is_odd = line
            .metadata
            .get("trace_id")
            .is_none_or(|id| id.ends_with(['1', '3', '5']));
        line.line.len() >= self.min_len
            && is_odd
            && line.labels.get("pod") == Some("p1")
            && self.conditions.iter().all(|condition| condition.holds(line.line))
    }
}

fn pick_condition(random: &mut Random) -> LineCondition {
    let texts = [
        "error",
        "Error",
        "timeout",
        "o",
        " ",
        "größe",
        "PANIC",
        "retry ok",
        "no such text",
        "\"level\"",
    ];
    let any_of = (0..=random.below(3))
        .map(|_| random.word(&texts).into())
        .collect();
    let inverse = random.one_in(4);
    LineCondition { any_of, inverse }
}

fn pick_predicate(random: &mut Random) -> SharedPredicate {
    let (min_len, condition) = (random.below(20), pick_condition(random));
    SharedPredicate(Arc::new(Odd {
        key: format!("{min_len} {condition:?}"),
        conditions: vec![condition],
        min_len,
    }))
}

pub fn pick_scan(range: TimeRange, random: &mut Random) -> LogScan {
    LogScan {
        streams: pick_filter(random).streams,
        range,
        conditions: (0..random.below(4)).map(|_| pick_condition(random)).collect(),
        order: *random.pick(&[LogOrder::Forward, LogOrder::Backward]),
        needs_line: !random.one_in(3),
        needs_metadata: random.one_in(2),
    }
}

/// Windows around the playhead and far from it, empty ones and all of time.
pub fn pick_window(at: Timestamp, random: &mut Random) -> TimeRange {
    let ago = at.plus_nanos(-random.between(1, 900_000_000_000));
    let later = at.plus_nanos(random.between(1, 900_000_000_000));
    match random.below(10) {
        0 => extent(),
        1 => TimeRange::new(ago, at),
        2 => TimeRange::new(ago, later),
        3 => TimeRange::new(at, later),
        4 => TimeRange::new(at.plus_nanos(1), later),
        5 => TimeRange::new(at, at),
        6 => TimeRange::new(later, ago),
        7 => TimeRange::ALL,
        8 => TimeRange::new(ago.plus_nanos(-300_000_000_000), ago),
        _ => TimeRange::new(start(), later),
    }
}

pub fn pick_graph(at: Timestamp, random: &mut Random) -> GraphAsk {
    GraphAsk {
        selector: pick_selector(random),
        window: pick_window(at, random),
        n_buckets: *random.pick(&[0, 1, 2, 7, 60, 200]),
        transform: *random.pick(&[Transform::Raw, Transform::PerSecond]),
        max_series: *random.pick(&[0, 1, 3, 50, usize::MAX]),
    }
}

pub fn pick_lines(at: Timestamp, random: &mut Random) -> LogLinesAsk {
    let anchor = match random.below(5) {
        0 => Timestamp::MIN,
        1 => Timestamp::MAX,
        2 => moment(random),
        _ => at,
    };
    LogLinesAsk {
        filter: pick_filter(random),
        anchor,
        n_before: random.below(40),
        n_after: random.below(40),
        offset: *random.pick(&[0, 0, 0, -7, 5, 100, i64::MIN, i64::MAX]),
    }
}

pub fn pick_log_histogram(at: Timestamp, random: &mut Random) -> LogHistogramAsk {
    LogHistogramAsk {
        filter: pick_filter(random),
        window: pick_window(at, random),
        n_buckets: *random.pick(&[0, 1, 3, 60]),
    }
}

pub fn pick_log_patterns(at: Timestamp, random: &mut Random) -> LogPatternsAsk {
    LogPatternsAsk {
        filter: pick_filter(random),
        window: pick_window(at, random),
        n_buckets: *random.pick(&[0, 1, 24]),
        max: *random.pick(&[0, 1, 50, usize::MAX]),
    }
}

/// Questions of every kind with many parameters. `worlds` name the changes and documents asked for.
pub fn asks(at: Timestamp, worlds: &[&World], random: &mut Random) -> Vec<Ask> {
    let mut asks = vec![
        Ask::MetricNames,
        Ask::Alerts,
        Ask::Rules,
        Ask::Targets,
        Ask::Silences,
        Ask::Receivers,
        Ask::Explain {
            text: "up > 0".into(),
        },
        Ask::Related {
            metric: random.pick(&METRICS).0.into(),
        },
        Ask::Changes,
        Ask::Files,
        Ask::Documents,
        Ask::Dashboards,
    ];
    for _ in 0..30 {
        asks.push(Ask::Graph(pick_graph(at, random)));
        asks.push(Ask::LogLines(pick_lines(at, random)));
        asks.push(Ask::LogHistogram(pick_log_histogram(at, random)));
        asks.push(Ask::LogPatterns(pick_log_patterns(at, random)));
    }
    for _ in 0..10 {
        asks.push(Ask::Events {
            window: pick_window(at, random),
        });
        asks.push(Ask::Gaps {
            window: pick_window(at, random),
        });
    }
    for fact in worlds.iter().flat_map(|world| &world.facts) {
        match fact {
            Fact::Change(change) => asks.push(Ask::Change {
                id: change.summary.id.clone(),
            }),
            Fact::Document(document) => asks.push(Ask::Document {
                id: document.summary.id.clone(),
            }),
            Fact::Dashboard(name, ..) => asks.push(Ask::Dashboard { id: name.clone() }),
            _ => {}
        }
    }
    asks
}
