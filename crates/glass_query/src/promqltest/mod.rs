//! Runs scripts in the language of Prometheus' `promqltest`: data, queries, and what they must yield.
//!
//! Read [`run`], which takes a script's text and gives an [`Outcome`]. Scripts load samples into a [`Storage`] of
//! their own; every `eval` is one case. An instant query that passes is asked again with `@` at every selector, at
//! other times, and as the middle step of a range query: the answer must stay the same.

mod compare;
mod evaluate;
mod hints;
mod literal;
mod nhcb;
mod script;
mod series;
mod storage;

pub use crate::scripts::{Failure, Outcome};
pub use script::{Command, Eval, Expected, Load, Pattern, ScriptError, When, parse};
pub use series::{Item, SeriesLine, parse_histogram};
pub use storage::Storage;

use crate::Limits;

/// Runs a script to its end, whatever fails on the way.
pub fn run(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let mut storage = Storage::default();
    for (line, command) in parse(text) {
        let failed = match command {
            Ok(Command::Clear) => {
                storage = Storage::default();
                None
            }
            Ok(Command::Load(load)) => storage.load(&load).err().map(|reason| ("load".into(), reason)),
            Ok(Command::Eval(eval)) => match evaluate::check(&eval, &storage, &Limits::default()) {
                Ok(()) => {
                    outcome.n_passed += 1;
                    None
                }
                Err(reason) => Some((eval.query.clone(), reason)),
            },
            Err(ScriptError { line, reason }) => Some((line, reason)),
        };
        outcome
            .failures
            .extend(failed.map(|(query, reason)| Failure { line, query, reason }));
    }
    outcome
}
