//! Runs test scripts for LogQL: log lines, queries, and what they must yield. Read [`run`].
//!
//! A script is made of these commands; `#` in front makes a line a comment, times count from the epoch:
//!
//! ```text
//! clear
//! load {job="shop"}
//!   1s "a line" {trace_id="x"}
//!   0s..1m/10s `a line every ten seconds`
//! eval lines from 0s to 1m [limit 5] [forward] {job="shop"} |= "line"
//!   1s "a line" {job="shop", trace_id="x"}
//! eval instant at 1m sum(count_over_time({job="shop"}[1m]))
//!   {} 7
//! eval range from 0s to 1m step 30s rate({job="shop"}[30s])
//!   {job="shop"} _ 0.1 0.1
//! eval instant at 1m {job="shop"}
//!   fail log queries are not supported
//! ```
//!
//! Lines are expected in the order they are found, the latest first unless `forward` is said, each with all its
//! labels. Series are expected in any order, or in this one behind `eval instant ordered at …`. A row `fail` names a
//! part of the error.

mod check;
mod script;
mod store;

pub use crate::scripts::{Failure, Outcome};
pub use script::{Command, Eval, Expected, Row, What, parse};
pub use store::LogStore;

/// Runs a script to its end, whatever fails on the way.
pub fn run(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let mut store = LogStore::default();
    for (line, command) in parse(text) {
        let failed = match command {
            Ok(Command::Clear) => {
                store = LogStore::default();
                None
            }
            Ok(Command::Load(labels, entries)) => {
                store.add(&labels, entries);
                None
            }
            Ok(Command::Eval(eval)) => match check::check(&eval, &store) {
                Ok(()) => {
                    outcome.n_passed += 1;
                    None
                }
                Err(reason) => Some((eval.query, reason)),
            },
            Err(reason) => Some((text.lines().nth(line - 1).unwrap_or("").to_owned(), reason)),
        };
        outcome
            .failures
            .extend(failed.map(|(query, reason)| Failure { line, query, reason }));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_name_their_line_and_what_differs() {
        let check = |text: &str, n_passed: usize, expected: &[&str]| {
            let outcome = run(text);
            let found: Vec<String> = outcome
                .failures
                .iter()
                .map(|one| format!("{}: {}", one.line, one.reason))
                .collect();
            let is_same =
                found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| a.starts_with(b));
            assert!(is_same, "{found:?}");
            assert_eq!(outcome.n_passed, n_passed);
        };
        let load = "load {job=\"a\"}\n  1s \"x\"\n";
        check(
            &format!("{load}eval instant at 1s count_over_time({{job=\"a\"}}[1s])\n  {{job=\"a\"}} 1\n"),
            1,
            &[],
        );
        check(
            &format!("{load}eval instant at 1s count_over_time({{job=\"a\"}}[1s])\n  {{job=\"a\"}} 2\n"),
            0,
            &["3: expected"],
        );
        check(
            &format!("{load}eval lines from 0s to 2s {{job=\"a\"}}\n  1s \"y\" {{job=\"a\"}}\n"),
            0,
            &["3: expected"],
        );
        check(
            "eval instant at 0s vector(1)\n  fail nothing\n",
            0,
            &["1: expected an error"],
        );
        check("nonsense\n", 0, &["1: not a command"]);
    }
}
