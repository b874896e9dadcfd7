//! [`Engine`]: evaluates expressions over a [`Querier`].

use super::Expr;
use crate::{Control, Limits};
use glass_model::{Provenance, Querier, QueryError, QueryValue, Timestamp};

/// Prometheus' own default look-back.
pub const LOOK_BACK_MILLIS: i64 = 300_000;

/// Evaluates PromQL over a source of series, as of a moment.
#[derive(Clone)]
pub struct Engine<'a> {
    /// Where series come from.
    pub source: &'a dyn Querier,
    /// Nothing later is read.
    pub as_of: Timestamp,
    /// How far back an instant selector looks, in milliseconds.
    pub look_back_millis: i64,
    /// What bounds it.
    pub limits: Limits,
    /// What can end it.
    pub control: Control,
}

/// A result and what must be said of it.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The result.
    pub value: QueryValue,
    /// Warnings, sorted, as Prometheus words them.
    pub warnings: Vec<String>,
    /// Infos, sorted.
    pub infos: Vec<String>,
    /// Where the samples come from; `None` if the query reads none.
    pub provenance: Option<Provenance>,
    /// Samples read.
    pub n_samples: u64,
}

impl Engine<'_> {
    /// Evaluates for one moment.
    ///
    /// # Errors
    /// When it cannot be evaluated on this data, or a limit is reached.
    pub fn instant(&self, _text: &str, _expr: &Expr, _at_millis: i64) -> Result<Evaluated, QueryError> {
        Err(QueryError::Unsupported("not here".into()))
    }

    /// Evaluates for `start_millis` and then every step up to `end_millis`.
    ///
    /// # Errors
    /// As for [`Engine::instant`]; also when there are too many steps.
    pub fn range(
        &self,
        _text: &str,
        _expr: &Expr,
        _start_millis: i64,
        _end_millis: i64,
        _step_millis: i64,
    ) -> Result<Evaluated, QueryError> {
        Err(QueryError::Unsupported("not here".into()))
    }
}
