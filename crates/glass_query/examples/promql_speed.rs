//! Measures the PromQL engine alone, without a store and without HTTP: 2,000 series of 1,000 samples, 15 s apart, in
//! memory. Prints one line a query: `cargo run --release -p glass_query --example promql_speed [words of the query]`.

use glass_model::{
    Labels, LogFilter, LogRef, LogScan, Provenance, Querier, QueryError, QueryValue, SampleColumn, Selector,
    SeriesData, Stream, TimeRange, Timestamp,
};
use glass_query::promql::{Engine, LOOK_BACK_MILLIS, parse};
use glass_query::{Control, Limits};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

const N_SAMPLES: i64 = 1_000;
const STEP_MILLIS: i64 = 15_000;
const START_MILLIS: i64 = 1_700_000_000_000;

const QUERIES: &[&str] = &[
    r#"{__name__=~".+"}"#,
    "http_requests_total",
    r#"rate({__name__=~".+"}[5m])"#,
    r#"rate({__name__=~".+"}[1h])"#,
    r#"rate(http_requests_total{instance="i7",code="200"}[1h])"#,
    "sum by (code) (rate(http_requests_total[5m]))",
    r#"sum by (instance) (rate({__name__=~".+"}[5m]))"#,
    "avg without (sensor) (temperature)",
    "temperature * on (instance) group_left (version) build_info",
    "http_requests_total / ignoring (code) group_left sum without (code) (http_requests_total)",
    "histogram_quantile(0.99, sum by (le) (rate(latency_seconds_bucket[5m])))",
    "histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))",
    "max_over_time(rate(http_requests_total[5m])[30m:1m])",
    "topk(10, temperature)",
    r#"topk(5, rate({__name__=~".+"}[5m]))"#,
    r#"max_over_time({__name__=~".+"}[1h])"#,
    r#"avg_over_time({__name__=~".+"}[1h])"#,
    r#"quantile_over_time(0.9, temperature[1h])"#,
    "stddev_over_time(temperature[1h])",
    "deriv(temperature[1h])",
    "quantile by (instance) (0.5, temperature)",
    r#"count({__name__=~".+"}) by (__name__)"#,
    "(temperature > 20) and on (instance) (build_info == 1)",
    r#"label_replace(temperature, "host", "$1", "instance", "i(.*)")"#,
];

struct Memory(Vec<SeriesData>);

impl Querier for Memory {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        _as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let chosen = self.0.iter().filter(|series| selector.matches(&series.labels));
        let cut = chosen.map(|series| SeriesData {
            floats: series.floats.within(range),
            ..series.clone()
        });
        Ok((
            cut.filter(|series| !series.floats.is_empty()).collect(),
            Provenance::complete("memory", range),
        ))
    }

    fn entries(
        &self,
        _filter: &LogFilter,
        range: TimeRange,
        _as_of: Timestamp,
        _limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        Ok((Vec::new(), Provenance::complete("memory", range)))
    }

    fn each_line(
        &self,
        _scan: &LogScan,
        _as_of: Timestamp,
        _visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        Ok(Provenance::complete("memory", TimeRange::ALL))
    }

    fn stream_labels(
        &self,
        _streams: &Selector,
        range: TimeRange,
        _as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        Ok((Vec::new(), Provenance::complete("memory", range)))
    }
}

/// Numbers that look random and are the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn one(
    noise: &mut Noise,
    pairs: &[(&str, String)],
    value: &mut dyn FnMut(&mut Noise, f64) -> f64,
) -> SeriesData {
    let mut at = Vec::new();
    let mut values = Vec::new();
    let mut last = 0.0;
    for i in 0..N_SAMPLES {
        at.push(START_MILLIS + i * STEP_MILLIS + (noise.next() * 20.0) as i64);
        last = value(noise, last);
        values.push(last);
    }
    SeriesData {
        labels: Labels::new(pairs.iter().map(|(name, value)| (*name, value.as_str()))),
        floats: SampleColumn::new(at, values),
        histograms: Arc::default(),
    }
}

fn samples() -> Memory {
    let mut noise = Noise(42);
    let mut all = Vec::new();
    let mut count = |noise: &mut Noise, last: f64| {
        if noise.next() < 0.001 {
            0.0
        } else {
            last + (noise.next() * 20.0).floor()
        }
    };
    for instance in 0..100 {
        let instance = ("instance", format!("i{instance}"));
        let name = |name: &str| ("__name__", name.to_owned());
        for code in ["200", "204", "404", "500", "503"] {
            let pairs = [
                name("http_requests_total"),
                instance.clone(),
                ("code", code.into()),
            ];
            all.push(one(&mut noise, &pairs, &mut count));
        }
        for le in [
            "0.005", "0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10", "+Inf",
        ] {
            let pairs = [
                name("latency_seconds_bucket"),
                instance.clone(),
                ("le", le.into()),
            ];
            all.push(one(&mut noise, &pairs, &mut count));
        }
        for sensor in 0..4 {
            let pairs = [
                name("temperature"),
                instance.clone(),
                ("sensor", sensor.to_string()),
            ];
            all.push(one(&mut noise, &pairs, &mut |noise, _| {
                15.0 + noise.next() * 10.0
            }));
        }
        let pairs = [name("build_info"), instance.clone(), ("version", "1.2.3".into())];
        all.push(one(&mut noise, &pairs, &mut |_, _| 1.0));
    }
    all.sort_by(|a, b| a.labels.cmp(&b.labels));
    Memory(all)
}

fn measure(source: &Memory, text: &str, n_steps: i64) -> Result<(Duration, usize, usize), QueryError> {
    let limits = Limits::default();
    let expr = parse(text, &limits)?;
    let mut best = Duration::MAX;
    let (mut n_series, mut n_points) = (0, 0);
    for _ in 0..3 {
        let engine = Engine {
            source,
            as_of: Timestamp::MAX,
            delays_name_removal: false,
            look_back_millis: LOOK_BACK_MILLIS,
            limits,
            control: Control::within(limits.timeout),
        };
        let end = START_MILLIS + N_SAMPLES * STEP_MILLIS;
        let began = Instant::now();
        let value = if n_steps == 1 {
            engine.instant(text, &expr, end)?.value
        } else {
            let start = end - (n_steps - 1) * STEP_MILLIS;
            engine.range(text, &expr, start, end, STEP_MILLIS)?.value
        };
        best = best.min(began.elapsed());
        (n_series, n_points) = match &value {
            QueryValue::Vector(all) => (all.len(), all.len()),
            QueryValue::Matrix(all) => (all.len(), all.iter().map(|series| series.floats.len()).sum()),
            _ => (1, 1),
        };
    }
    Ok((best, n_series, n_points))
}

#[expect(clippy::print_stdout, reason = "it is there to print")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let source = samples();
    println!(
        "{:>9} {:>9} {:>7} {:>9}  query",
        "1 step", "1000", "series", "points"
    );
    for text in QUERIES
        .iter()
        .filter(|text| words.iter().all(|word| text.contains(word)))
    {
        match (measure(&source, text, 1), measure(&source, text, 1_000)) {
            (Ok((one, ..)), Ok((many, n_series, n_points))) => println!(
                "{:>6.2} ms {:>6.1} ms {n_series:>7} {n_points:>9}  {text}",
                one.as_secs_f64() * 1e3,
                many.as_secs_f64() * 1e3
            ),
            (Err(error), _) | (_, Err(error)) => println!("{text}: {error}"),
        }
    }
}
