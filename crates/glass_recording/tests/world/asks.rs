//! Questions of every kind, with parameters that are likely to be wrong somewhere.

use super::random::Random;
use super::{Fact, INSTANCES, JOBS, METRICS, World, extent, moment, start};
use glass_model::{
    Ask, GraphAsk, Level, LogFilter, LogHistogramAsk, LogLinesAsk, Matcher, MatcherOp, Selector, TimeRange,
    Timestamp, Transform,
};

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

fn pick_selector(random: &mut Random) -> Selector {
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
        ..LogFilter::default()
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

/// Questions of every kind with many parameters. `worlds` name the changes and documents asked for.
pub fn asks(at: Timestamp, worlds: &[&World], random: &mut Random) -> Vec<Ask> {
    let mut asks = vec![
        Ask::MetricNames,
        Ask::Alerts,
        Ask::Changes,
        Ask::Files,
        Ask::Documents,
    ];
    for _ in 0..30 {
        asks.push(Ask::Graph(pick_graph(at, random)));
        asks.push(Ask::LogLines(pick_lines(at, random)));
        asks.push(Ask::LogHistogram(pick_log_histogram(at, random)));
    }
    for _ in 0..10 {
        asks.push(Ask::Events {
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
            _ => {}
        }
    }
    asks
}
