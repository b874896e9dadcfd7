//! What bounds an evaluation, and what a source says of its samples.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod names;

use super::*;
use crate::promql::parse;
use crate::promqltest::{Command, Storage, parse as parse_script};
use glass_model::{
    Completeness, Labels, LogFilter, LogRef, LogScan, Selector, SeriesData, Stream, TimeRange,
};
use std::ops::ControlFlow;
use std::time::Duration;

/// What a script has loaded, as recorded at a step or as it is.
struct Source {
    storage: Storage,
    completeness: Completeness,
}

impl Source {
    fn new(script: &str, completeness: Completeness) -> Self {
        let mut storage = Storage::default();
        for (_, command) in parse_script(script) {
            if let Ok(Command::Load(load)) = command {
                storage.load(&load).unwrap();
            }
        }
        Self {
            storage,
            completeness,
        }
    }
}

impl Querier for Source {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let (all, mut provenance) = self.storage.series(selector, range, as_of)?;
        provenance.completeness = self.completeness.clone();
        Ok((all, provenance))
    }

    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        self.storage.entries(filter, range, as_of, limit)
    }

    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        self.storage.each_line(scan, as_of, visit)
    }

    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        self.storage.stream_labels(streams, range, as_of)
    }
}

const SCRIPT: &str = "load 1m\n  m{i=\"1\"} 1+1x20\n  m{i=\"2\"} 1+2x20\n  n_total 0+6x20\n";

fn engine(source: &Source, limits: Limits) -> Engine<'_> {
    Engine {
        source,
        as_of: Timestamp::MAX,
        delays_name_removal: false,
        look_back_millis: LOOK_BACK_MILLIS,
        limits,
        control: Control::within(limits.timeout),
    }
}

fn shown(result: Result<Evaluated, QueryError>) -> String {
    match result {
        Err(error) => error.to_string(),
        Ok(result) => match result.value {
            QueryValue::Vector(all) => {
                let elements = all.iter().map(|one| match &one.value {
                    glass_model::SampleValue::Float(float) => format!("{} {float}", one.labels),
                    glass_model::SampleValue::Histogram(_) => format!("{} histogram", one.labels),
                });
                elements.collect::<Vec<_>>().join("; ")
            }
            QueryValue::Matrix(all) => format!("{} series", all.len()),
            other => format!("{other:?}"),
        },
    }
}

#[test]
fn limits_end_an_evaluation_in_prometheus_words() {
    let source = Source::new(SCRIPT, Completeness::Complete);
    let check = |limits: Limits, text: &str, (start, end, step): (i64, i64, i64), expected: &str| {
        let expr = parse(text, &limits).unwrap();
        let result = engine(&source, limits).range(text, &expr, start, end, step);
        assert_eq!(shown(result), expected, "{text}");
    };
    let limits = Limits::default();
    check(limits, "m", (0, 11_000, 1), "2 series");
    check(
        limits,
        "m",
        (0, 11_001, 1),
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution \
         (?step=XX)",
    );
    let few = Limits {
        max_samples: 50,
        ..limits
    };
    let too_many = "query processing would load too many samples into memory in query execution";
    check(few, "m", (0, 600_000, 60_000), "2 series");
    check(few, "m", (0, 1_200_000, 30_000), too_many);
    check(few, "sum(m)", (0, 600_000, 60_000), "1 series");
    check(few, "sum_over_time(m[10m:1s])", (600_000, 600_000, 1), too_many);
    check(limits, "m", (10, 0, 1), "0 series");
    check(
        limits,
        "count_over_time(m[100y:1s])",
        (600_000, 600_000, 1),
        too_many,
    );
    let hurried = Limits {
        timeout: Duration::ZERO,
        ..limits
    };
    check(
        hurried,
        "m",
        (0, 0, 1),
        "query timed out in expression evaluation",
    );
    let expr = parse("m", &limits).unwrap();
    let engine = engine(&source, limits);
    engine.control.cancel();
    assert_eq!(shown(engine.instant("m", &expr, 0)), "cancelled");
}

#[test]
fn a_rate_needs_two_steps_of_what_was_recorded_at_a_step() {
    let source = Source::new(SCRIPT, Completeness::Stepped(60_000_000_000));
    let check = |text: &str, expected: &str| {
        let limits = Limits::default();
        let expr = parse(text, &limits).unwrap();
        let result = engine(&source, limits).instant(text, &expr, 600_000);
        assert_eq!(shown(result), expected, "{text}");
    };
    check(
        "rate(n_total[1m])",
        "rate() over less than two steps: a test script recorded a value every 60 s only; use a range of at least 120 s",
    );
    check("rate(n_total[2m])", "{} 0.1");
    check("max_over_time(n_total[1m])", "{} 60");
}

#[test]
fn nothing_later_than_the_moment_it_is_asked_as_of_is_seen() {
    let source = Source::new(SCRIPT, Completeness::Complete);
    let check = |text: &str, expected: &str| {
        let limits = Limits::default();
        let expr = parse(text, &limits).unwrap();
        let engine = Engine {
            as_of: Timestamp::from_secs(600),
            ..engine(&source, limits)
        };
        assert_eq!(shown(engine.instant(text, &expr, 600_000)), expected, "{text}");
    };
    check("n_total offset -4m", "n_total 60");
    check("n_total @ 900", "");
    check("count_over_time(n_total[10m] @ 1000)", "{} 4");
    check("max_over_time(n_total[20m:1m] @ 1200)", "{} 60");
}

#[test]
fn several_threads_yield_what_one_does() {
    const N_SERIES: usize = 40;
    let lines = (0..N_SERIES).map(|i| format!("  m_total{{i=\"{i:02}\"}} 0+{i}x1000\n"));
    let script = format!("load 1m\n{}", lines.collect::<String>());
    let source = Source::new(&script, Completeness::Complete);
    let limits = Limits::default();
    let text = "quantile_over_time(2, m_total[5m]) < 0 or rate(m_total[5m])";
    let expr = parse(text, &limits).unwrap();
    let result = engine(&source, limits).range(text, &expr, 600_000, 60_000_000, 60_000);
    let result = result.unwrap();
    let QueryValue::Matrix(all) = result.value else {
        panic!("a matrix");
    };
    assert_eq!(all.len(), N_SERIES);
    for (i, series) in all.iter().enumerate() {
        assert_eq!(series.labels, Labels::new([("i", format!("{i:02}"))]));
        assert_eq!(series.floats.len(), 991);
        let expected = i as f64 / 60.0;
        let is_right = |value: &f64| (value - expected).abs() < 1e-9;
        assert!(series.floats.values().iter().all(is_right), "{i}");
    }
    assert_eq!(
        result.warnings,
        ["PromQL warning: quantile value should be between 0 and 1, got 2 (1:20)"]
    );
}
