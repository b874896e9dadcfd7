//! The parser beside another one, `promql-parser`: both must accept and refuse the same texts, but for the differences
//! that are named here.
//!
//! Besides the corpus below, queries of promqltest scripts are read from the folder that `GLASSHOUSE_PROMQLTEST`
//! names, such as `promql/promqltest/testdata` of Prometheus' repository; skipped with a message where it names none.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fail, and says what it skips and what it found"
)]

use glass_query::Limits;
use glass_query::promql::{parse, print};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A name, and how a text is known to which it applies.
type Difference = (&'static str, fn(&str) -> bool);

/// Where the two differ; but for escapes, ours does as Prometheus does.
const DIFFERENCES: &[Difference] = &[
    ("it takes what stands in a raw string for an escape", |text| {
        text.contains('`')
    }),
    ("it does not know how histograms are trimmed", |text| {
        text.contains("</") || text.contains(">/")
    }),
    (
        "we refuse escapes that make no UTF-8, which no label here can hold",
        |text| text.contains("\\xc5") || text.contains("\\xff"),
    ),
    ("it wants a condition that is not empty in info()", |text| {
        text.contains("info(")
    }),
];

fn verdict(text: &str) -> Result<(), String> {
    let ours = parse(text, &Limits::default());
    let theirs = promql_parser::parser::parse(text);
    if let Ok(expr) = &ours {
        let printed = print::one_line(expr);
        assert!(
            parse(&printed, &Limits::default()).is_ok(),
            "{text} is printed as {printed}"
        );
    }
    match (ours, theirs) {
        (Ok(_), Err(why)) => Err(format!("only we accept: {why}")),
        (Err(why), Ok(_)) => Err(format!("only we refuse: {why}")),
        _ => Ok(()),
    }
}

/// Parts put together in every way: most of it is PromQL, some is not.
fn corpus() -> Vec<String> {
    let operands = [
        "up",
        "a:b:c",
        "{__name__=~\"a|b\",x!=\"y\"}",
        "{\"queue.depth\", \"x.y\"=\"z\"}",
        "up{a='\\n\\x41', b!~`\\d+`,}",
        "rate(up[5m])",
        "max_over_time(up[1h:5m] offset 1w)",
        "up offset -5m @ 1.5",
        "up @ start()",
        "sum by (job, \"x.y\") (up)",
        "topk(3, up) without (a)",
        "count_values(\"v\", up)",
        "quantile(0.9, up)",
        "(1 + 2)",
        "0x1F",
        "1e3",
        ".5",
        "Inf",
        "-up ^ 2",
        "vector(time())",
        "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
        "\"text\"",
        "up{a}",
        "{}",
        "nope(up)",
        "abs()",
        "sum()",
        "up[5m",
        "up{a=~\"(\"}",
    ];
    let operators = [
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "atan2",
        "==",
        "!= bool",
        "> bool",
        "and",
        "or",
        "unless",
        "+ bool",
        "+ on (a)",
        "/ ignoring (a, b) group_left",
        "* on (a) group_right (b)",
        "and on ()",
        "and on (a) group_left (b)",
    ];
    let mut all: Vec<String> = operands.iter().map(|text| (*text).to_owned()).collect();
    for left in operands {
        for op in operators {
            for right in operands {
                all.push(format!("{left} {op} {right}"));
            }
        }
    }
    all
}

/// The expressions after `eval … at 5m` and `eval range from … step 1m`.
fn scripts() -> Vec<String> {
    let Some(folder) = std::env::var_os("GLASSHOUSE_PROMQLTEST").map(PathBuf::from) else {
        println!("skipped: GLASSHOUSE_PROMQLTEST names no folder of scripts");
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
        for line in text.lines().filter(|line| line.starts_with("eval")) {
            let rest = line.split_once(" at ").or_else(|| line.split_once(" step "));
            if let Some((_, expr)) = rest.and_then(|(_, rest)| rest.trim().split_once(' ')) {
                all.push(expr.trim().to_owned());
            }
        }
    }
    all
}

#[test]
fn both_parsers_accept_the_same_texts() {
    let all: Vec<String> = corpus().into_iter().chain(scripts()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for text in &all {
        let Err(why) = verdict(text) else {
            *counts.entry("same").or_default() += 1;
            continue;
        };
        match DIFFERENCES.iter().find(|(_, is_known)| is_known(text)) {
            Some((name, _)) => *counts.entry(name).or_default() += 1,
            None => failures.push(format!("{text}\n    {why}")),
        }
    }
    println!("{} texts: {counts:#?}", all.len());
    let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} texts:\n{shown}", failures.len());
}
