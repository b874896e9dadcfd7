//! [`Engine`]: evaluates expressions over a [`Querier`]. Each node of an expression is evaluated once for all steps,
//! by columns; `evaluation` says how the nodes hand their series on.

mod aggregate;
mod binary;
mod classic;
mod evaluation;
mod histograms;
mod invariant;
mod labels;
mod names;
mod notes;
mod output;
mod range;
mod selector;
mod statistics;
mod vector;
mod windows;

use self::evaluation::Evaluation;
pub(super) use self::notes::go_general;
use self::vector::text as vector_text;
use super::Expr;
use crate::steps::Grid;
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
    /// Whether a metric's name is dropped in the end only, as with Prometheus' flag `promql-delayed-name-removal`;
    /// else as soon as a function or an operator no longer yields that metric.
    pub delays_name_removal: bool,
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
    pub fn instant(&self, text: &str, expr: &Expr, at_millis: i64) -> Result<Evaluated, QueryError> {
        let evaluation = Evaluation::new(self, expr, Grid::instant(at_millis), at_millis);
        let value = evaluation.instant(expr)?;
        Ok(Evaluated::of(text, &evaluation, value))
    }

    /// Evaluates for `start_millis` and then every step up to `end_millis`.
    ///
    /// # Errors
    /// As for [`Engine::instant`]; also when there are too many steps.
    pub fn range(
        &self,
        text: &str,
        expr: &Expr,
        start_millis: i64,
        end_millis: i64,
        step_millis: i64,
    ) -> Result<Evaluated, QueryError> {
        if step_millis < 1 {
            return Err(QueryError::Execution(
                "zero or negative query resolution step widths are not accepted. Try a positive integer"
                    .into(),
            ));
        }
        let grid = Grid::between(start_millis, end_millis, step_millis);
        if grid.n_steps > self.limits.max_points.saturating_add(1) {
            return Err(QueryError::TooMuch(format!(
                "exceeded maximum resolution of {} points per timeseries. Try decreasing the query resolution \
                 (?step=XX)",
                with_thousands(self.limits.max_points)
            )));
        }
        let evaluation = Evaluation::new(self, expr, grid, end_millis);
        let value = evaluation.range(expr)?;
        Ok(Evaluated::of(text, &evaluation, value))
    }
}

impl Evaluated {
    fn of(text: &str, evaluation: &Evaluation<'_>, value: QueryValue) -> Self {
        let (warnings, infos) = evaluation.notes().texts(text);
        Self {
            value,
            warnings,
            infos,
            provenance: evaluation.take_provenance(),
            n_samples: evaluation.n_samples(),
        }
    }
}

/// `11,000`
fn with_thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
