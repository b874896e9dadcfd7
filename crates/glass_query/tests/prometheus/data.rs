//! The samples of both sides: [`Memory`].

use crate::generate::Random;
use glass_model::{
    Labels, LogFilter, LogRef, LogScan, Provenance, Querier, QueryError, SampleColumn, Selector, SeriesData,
    Stream, TimeRange, Timestamp, stale_marker,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The first scrape, in seconds: a whole minute.
pub const START: i64 = 1_699_999_980;
/// How long samples are taken, in seconds.
pub const LENGTH: i64 = 5_400;
const INTERVAL: i64 = 15;

pub const INSTANCES: [&str; 3] = ["a:9100", "b:9100", "c:9100"];
/// The upper bounds of the classic histogram.
const BOUNDS: [&str; 7] = ["0.01", "0.05", "0.1", "0.5", "1", "5", "+Inf"];

/// Series in memory.
pub struct Memory {
    pub all: Vec<SeriesData>,
}

impl Memory {
    /// The same samples every time: counters with resets, gauges, constants, NaN and infinities, gaps that begin with
    /// a stale marker and gaps that do not, and a classic histogram.
    pub fn new() -> Self {
        let mut made = Self { all: Vec::new() };
        let mut random = Random::new(7);
        for (n, instance) in INSTANCES.into_iter().enumerate() {
            let job = if n == 2 { "db" } else { "api" };
            made.target(&mut random, &[("job", job), ("instance", instance)]);
        }
        made.odd_values(&mut random);
        made.all.sort_by(|a, b| a.labels.cmp(&b.labels));
        made
    }

    /// Times of scrapes, never on a whole second.
    fn times(random: &mut Random) -> Vec<i64> {
        (0..LENGTH / INTERVAL)
            .map(|n| (START + n * INTERVAL) * 1_000 + 1 + random.below(998))
            .collect()
    }

    fn add(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        times: &[i64],
        value: impl FnMut(usize) -> Option<f64>,
    ) {
        let labels = labels.iter().copied().chain([("__name__", name)]);
        let samples = (0..times.len()).map(value).zip(times);
        let (times, values) = samples.filter_map(|(value, at)| Some((*at, value?))).unzip();
        self.all.push(SeriesData {
            labels: Labels::new(labels),
            floats: SampleColumn::new(times, values),
            histograms: Arc::default(),
        });
    }

    fn target(&mut self, random: &mut Random, target: &[(&str, &str)]) {
        let times = Self::times(random);
        let with = |more: &[(&'static str, &'static str)]| [target, more].concat();
        for method in ["GET", "POST"] {
            for code in ["200", "404", "500"] {
                let mut total = 50_000.0 + random.below(1_000) as f64;
                let reset = 40 + random.below(250) as usize;
                self.add(
                    "requests_total",
                    &with(&[("method", method), ("code", code)]),
                    &times,
                    |n| {
                        total = if n == reset {
                            20_000.0
                        } else {
                            total + random.below(40) as f64
                        };
                        Some(total)
                    },
                );
            }
        }
        for (cpu, mode) in [("0", "user"), ("0", "idle"), ("1", "user"), ("1", "idle")] {
            let mut total = 9_000.0;
            self.add(
                "cpu_seconds_total",
                &with(&[("cpu", cpu), ("mode", mode)]),
                &times,
                |_| {
                    total += random.unit() * 15.0;
                    Some(total)
                },
            );
        }
        self.add("load", target, &times, |_| Some(1.0 + random.unit() * 3.0));
        let mut memory = 1e9;
        for zone in ["heap", "stack"] {
            self.add("memory_bytes", &with(&[("zone", zone)]), &times, |_| {
                memory += (random.unit() - 0.5) * 1e7;
                Some(memory.round())
            });
        }
        let version = ["1.2", "1.2", "1.3"][random.below(3) as usize];
        self.add("build_info", &with(&[("version", version)]), &times, |_| {
            Some(1.0)
        });
        self.add("limit", target, &times, |n| Some((n / 100) as f64 + 2.5));
        // Far from 0, because 2.42 and 3.x extrapolate differently where a counter may have begun at 0.
        let mut counts = std::array::from_fn(|n| 1_000.0 * (n + 1) as f64);
        let observed: Vec<[f64; BOUNDS.len()]> = times
            .iter()
            .map(|_| {
                let mut more = 0.0;
                for count in &mut counts {
                    more += random.below(6) as f64;
                    *count += more;
                }
                counts
            })
            .collect();
        for (n, bound) in BOUNDS.into_iter().enumerate() {
            self.add("latency_bucket", &with(&[("le", bound)]), &times, |at| {
                Some(observed[at][n])
            });
        }
        self.add("latency_count", target, &times, |at| {
            Some(observed[at][BOUNDS.len() - 1])
        });
        self.add("latency_sum", target, &times, |at| Some(observed[at][3] * 0.37));
    }

    fn odd_values(&mut self, random: &mut Random) {
        let times = Self::times(random);
        let odd = [
            ("nan", f64::NAN),
            ("up", f64::INFINITY),
            ("down", f64::NEG_INFINITY),
            ("tiny", 5e-324),
            ("huge", 1.5e300),
        ];
        for (kind, value) in odd {
            self.add("odd", &[("kind", kind)], &times, |n| {
                Some(if n % 7 < 3 { value } else { n as f64 - 100.0 })
            });
        }
        // Each 60 scrapes 25 are missing: more than the look-back.
        for (kind, is_stale) in [("stale", true), ("silent", false)] {
            self.add("gappy", &[("kind", kind)], &times, |n| match n % 60 {
                0..35 => Some((n * n % 101) as f64),
                35 if is_stale => Some(stale_marker()),
                _ => None,
            });
        }
    }
}

fn provenance(range: TimeRange) -> Provenance {
    Provenance::complete("memory", range)
}

impl Querier for Memory {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let range = range.until(as_of);
        let cut = |series: &SeriesData| SeriesData {
            labels: series.labels.clone(),
            floats: series.floats.within(range),
            histograms: Arc::default(),
        };
        let matching = self.all.iter().filter(|series| selector.matches(&series.labels));
        let found = matching.map(cut).filter(|series| !series.floats.is_empty());
        Ok((found.collect(), provenance(range)))
    }

    fn entries(
        &self,
        _: &LogFilter,
        range: TimeRange,
        _: Timestamp,
        _: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        Ok((Vec::new(), provenance(range)))
    }

    fn each_line(
        &self,
        scan: &LogScan,
        _: Timestamp,
        _: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        Ok(provenance(scan.range))
    }

    fn stream_labels(
        &self,
        _: &Selector,
        range: TimeRange,
        _: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        Ok((Vec::new(), provenance(range)))
    }
}
