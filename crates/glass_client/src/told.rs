//! [`Told`]: what a source said, with all that must be said of it.

use crate::http::Fetched;
use glass_model::{Completeness, Provenance, TimeRange, Timestamp};

/// What a source said.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<T> {
    /// What it said.
    pub value: T,
    /// When it was asked; of several requests, the first.
    pub asked_at: Timestamp,
    /// How much of what was asked it answered.
    pub completeness: Completeness,
    /// What else must be said: the server's warnings, a clock that is wrong, an answer that is old.
    pub warnings: Vec<String>,
    /// How many suspected secrets were hidden in it.
    pub n_redacted: u64,
}

/// A clock that differs by more is worth a word, in nanoseconds.
const NOTABLE_SKEW: i64 = 30_000_000_000;

impl<T> Told<T> {
    /// All that was asked for, in one answer; says so if it is old, or the server's clock is wrong.
    pub fn of(value: T, fetched: &Fetched) -> Self {
        let mut told = Self {
            value,
            asked_at: fetched.asked_at,
            completeness: Completeness::Complete,
            warnings: Vec::new(),
            n_redacted: fetched.n_redacted,
        };
        told.heed(fetched);
        told
    }

    /// Takes in what must be said of one more answer.
    pub fn heed(&mut self, fetched: &Fetched) {
        if fetched.is_old {
            self.warn(format!(
                "not reachable now; this was told at {}",
                fetched.asked_at
            ));
        } else if let Some(skew) = fetched.skew_nanos().filter(|skew| skew.abs() > NOTABLE_SKEW) {
            let secs = skew.abs() / 1_000_000_000;
            let side = if skew > 0 { "ahead of" } else { "behind" };
            self.warn(format!("the server's clock is {secs} s {side} ours"));
        }
    }

    /// Adds a warning, once.
    pub fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The same about another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Told<U> {
        Told {
            value: change(self.value),
            asked_at: self.asked_at,
            completeness: self.completeness,
            warnings: self.warnings,
            n_redacted: self.n_redacted,
        }
    }

    /// Where an answer made of it comes from.
    pub fn provenance(&self, source: &str, covers: TimeRange) -> Provenance {
        Provenance {
            source: source.to_owned(),
            asked_at: Some(self.asked_at),
            covers,
            completeness: self.completeness.clone(),
            warnings: self.warnings.clone(),
        }
    }
}
