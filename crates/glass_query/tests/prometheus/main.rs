//! The engine against a real Prometheus: the same samples in both, several hundred queries from a grammar, each for one
//! moment and for many, compared value by value.
//!
//! Debian's Prometheus 2.42 closes ranges on both sides where 3.x leaves out their start, so no sample lies on the
//! edge of a window: samples stand between whole seconds, everything a query can name stands on one. What else 2.42
//! does differently is named in [`OLD_DIFFERENCES`].
//!
//! `GLASSHOUSE_SEED` repeats a run. `GLASSHOUSE_PROMETHEUS` names a newer server to compare with too. Skipped with a
//! message where there is no server, unless `GLASSHOUSE_REQUIRE_SERVERS=1`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test may fail, and says what it skips and what it found"
)]

mod compare;
mod data;
mod generate;
mod server;

use compare::{Outcome, compare};
use data::Memory;
use generate::Generator;
use server::Server;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const DEBIAN: &str = "/usr/bin/prometheus";
const N_QUERIES: usize = 500;
/// About names.
const N_OF_NAMES: usize = 200;

/// A name, and how a query is known to which it applies.
type Difference = (&'static str, fn(&str) -> bool);

/// What Prometheus 2.42 does differently from 3.x.
const OLD_DIFFERENCES: &[Difference] = &[
    ("atan2 keeps the metric's name", |text| text.contains("atan2")),
    (
        "the spread of one NaN or infinity is 0, of huge values NaN",
        |text| {
            let may_be_odd = ["odd", "ln(", "log", "sqrt", "/", "Inf", "exp", "quantile", "^"];
            (text.contains("stddev") || text.contains("stdvar"))
                && may_be_odd.iter().any(|part| text.contains(part))
        },
    ),
    (
        "the logarithm of a denormal number is off, as Go has it on amd64",
        |text| text.contains("odd") && ["ln(", "log2(", "log10("].iter().any(|part| text.contains(part)),
    ),
    ("predict_linear moves a window that @ has pinned", |text| {
        text.contains("predict_linear") && text.contains('@')
    }),
];

/// For which moments a query is evaluated, in seconds.
#[derive(Clone, Copy, Debug)]
enum When {
    Instant(i64),
    Steps { start: i64, end: i64, step: i64 },
}

#[test]
fn debians_prometheus_gives_the_same_answers() {
    let path = Path::new(DEBIAN);
    if !path.exists() {
        let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!is_required, "required, but missing: {DEBIAN}");
        println!("skipped: no {DEBIAN}");
        return;
    }
    compare_all(path, OLD_DIFFERENCES);
}

#[test]
fn a_newer_prometheus_gives_the_same_answers() {
    let Some(path) = std::env::var_os("GLASSHOUSE_PROMETHEUS").map(PathBuf::from) else {
        println!("skipped: GLASSHOUSE_PROMETHEUS names no server");
        return;
    };
    compare_all(&path, &[]);
}

/// The same every time, so that a failure is one of the change in hand; `GLASSHOUSE_SEED=clock` looks further.
fn seed() -> u64 {
    match std::env::var("GLASSHOUSE_SEED").as_deref() {
        Err(_) => 3,
        Ok("clock") => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(1, |since| since.as_secs()),
        Ok(text) => text.parse().expect("GLASSHOUSE_SEED is a number, or clock"),
    }
}

fn compare_all(program: &Path, differences: &[Difference]) {
    let memory = Memory::new();
    let server = Server::start(program);
    server.write(&memory);
    let seed = seed();
    println!("seed {seed}");
    let mut generator = Generator::new(seed);
    let mut run = Run {
        memory: &memory,
        server: &server,
        differences,
        failures: Vec::new(),
    };
    let of_all = run.compare(&mut generator, N_QUERIES, Generator::query);
    let of_names = run.compare(&mut generator, N_OF_NAMES, Generator::query_of_names);
    println!("{of_all:#?}\nof names: {of_names:#?}");
    let shown = run
        .failures
        .iter()
        .take(20)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        run.failures.is_empty(),
        "{} answers differ, seed {seed}:\n{shown}",
        run.failures.len()
    );
    let share = |counts: &Counts, name: &str, n_queries: usize| {
        counts.get(name).copied().unwrap_or(0) * 100 / (2 * n_queries)
    };
    let n_same = share(&of_all, "same", N_QUERIES);
    assert!(
        n_same >= 95,
        "only {n_same} % of the answers were compared with values in them, seed {seed}"
    );
    let compared = ["same", "both refuse"].map(|name| share(&of_names, name, N_OF_NAMES));
    assert!(
        compared.iter().all(|share| *share >= 20),
        "too few answers or errors about names, in %: {compared:?}, seed {seed}"
    );
}

/// How often each outcome was met.
type Counts = BTreeMap<String, usize>;

struct Run<'a> {
    memory: &'a Memory,
    server: &'a Server,
    differences: &'a [Difference],
    failures: Vec<String>,
}

impl Run<'_> {
    /// Asks queries, each for one moment and for many.
    fn compare(
        &mut self,
        generator: &mut Generator,
        n_queries: usize,
        query: fn(&mut Generator) -> String,
    ) -> Counts {
        let mut counts = Counts::new();
        for _ in 0..n_queries {
            let text = query(generator);
            let known = self.differences.iter().find(|(_, is_known)| is_known(&text));
            for when in [generator.instant(), generator.steps()] {
                let outcome = compare(self.memory, self.server, &text, when);
                let name = match (&outcome, known) {
                    (Outcome::Different(_), Some((name, _))) => format!("known difference: {name}"),
                    (Outcome::Different(why), None) => {
                        self.failures.push(format!("{text}\n    {when:?}\n    {why}"));
                        "different".into()
                    }
                    (Outcome::Same, _) => "same".into(),
                    (Outcome::Empty, _) => "both empty".into(),
                    (Outcome::BothRefuse, _) => "both refuse".into(),
                };
                *counts.entry(name).or_default() += 1;
            }
        }
        counts
    }
}
