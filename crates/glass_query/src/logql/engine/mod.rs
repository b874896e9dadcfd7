//! [`Engine`]: answers queries over a [`Querier`].
//!
//! Log queries stand in `lines`. A metric query goes through `vector`; its numbers come from the windows of `range`,
//! collected in `windows` and computed in `over_time`.

mod lines;
mod over_time;
mod range;
mod vector;
mod windows;

pub use lines::{FoundLine, FoundLines, FoundStream};

use super::ast::{MetricExpr, Query, VectorOp};
use super::parse::text::go_quote;
use crate::steps::StepSeries;
use crate::sums::nan_first;
use crate::{Control, Limits};
use glass_model::{
    Labels, Provenance, Querier, QueryError, QueryValue, SampleColumn, SampleValue, SeriesData, Timestamp,
    VectorSample,
};
use std::sync::Arc;
use vector::Evaluation;

/// How many series a result may have: Loki's own default.
pub const MAX_SERIES: usize = 500;

/// Answers LogQL over a source of log lines, as of a moment.
#[derive(Clone)]
pub struct Engine<'a> {
    /// Where lines come from.
    pub source: &'a dyn Querier,
    /// Nothing later is read; also what templates call now.
    pub as_of: Timestamp,
    /// What bounds it.
    pub limits: Limits,
    /// What can end it.
    pub control: Control,
}

/// How much was read for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Lines that the source handed out: what it skipped by itself is not among them.
    pub n_lines: u64,
    /// Their bytes, as far as their text was needed.
    pub n_bytes: u64,
    /// Lines that went through all stages.
    pub n_kept: u64,
}

/// A metric query's result and what must be said of it.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The result: a vector, a matrix, or a scalar.
    pub value: QueryValue,
    /// What may make it wrong.
    pub warnings: Vec<String>,
    /// Where the lines come from; `None` if the query reads none.
    pub provenance: Option<Provenance>,
    /// How much was read.
    pub stats: Stats,
}

/// The moments for which something is evaluated, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Steps {
    start: i64,
    step: i64,
    n: usize,
}

impl Steps {
    fn at(&self, i: usize) -> i64 {
        let i = i64::try_from(i).unwrap_or(i64::MAX);
        self.start.saturating_add(self.step.saturating_mul(i))
    }

    fn last(&self) -> i64 {
        self.at(self.n.saturating_sub(1))
    }

    fn millis(&self, i: usize) -> i64 {
        self.at(i).div_euclid(1_000_000)
    }
}

/// A range as Loki evaluates it: both ends moved outward to multiples of the step.
pub fn aligned(start_nanos: i64, end_nanos: i64, step_nanos: i64) -> (i64, i64) {
    if step_nanos < 1 {
        return (start_nanos, end_nanos);
    }
    let start = start_nanos.div_euclid(step_nanos).saturating_mul(step_nanos);
    let beyond = end_nanos.rem_euclid(step_nanos);
    let end = match beyond {
        0 => end_nanos,
        _ => end_nanos.saturating_add(step_nanos - beyond),
    };
    (start, end)
}

impl Engine<'_> {
    /// Evaluates a metric query for one moment.
    ///
    /// # Errors
    /// When it is a log query, fails on a line, or reaches a limit; in Loki's words.
    pub fn instant(&self, query: &Query, at_nanos: i64) -> Result<Evaluated, QueryError> {
        let expr = metric(
            query,
            "log queries are not supported as an instant query type, please change your query to a range query type",
        )?;
        let steps = Steps {
            start: at_nanos,
            step: 1,
            n: 1,
        };
        let mut evaluation = Evaluation::new(self, steps);
        if let MetricExpr::Number(number) = expr {
            return Ok(evaluation.finish(QueryValue::Scalar(steps.millis(0), *number)));
        }
        let mut series = evaluation.series(expr)?;
        check_series(&series)?;
        order(expr, &mut series);
        let samples = series.into_iter().filter_map(|one| {
            let value = SampleValue::Float(one.column.float(0)?);
            Some(VectorSample {
                labels: one.labels,
                at_millis: steps.millis(0),
                value,
            })
        });
        let value = QueryValue::Vector(samples.collect());
        Ok(evaluation.finish(value))
    }

    /// Evaluates a metric query for `start_nanos` and then every step up to `end_nanos`. Loki itself evaluates an
    /// [`aligned`] range.
    ///
    /// # Errors
    /// As for [`Engine::instant`]; also when there are too many steps.
    pub fn range(
        &self,
        query: &Query,
        start_nanos: i64,
        end_nanos: i64,
        step_nanos: i64,
    ) -> Result<Evaluated, QueryError> {
        let expr = metric(query, "a log query has no steps: ask for its lines")?;
        if step_nanos < 1 {
            return Err(QueryError::Execution("the step must be above 0".into()));
        }
        let n_between = end_nanos
            .saturating_sub(start_nanos)
            .max(-1)
            .div_euclid(step_nanos);
        let n = usize::try_from(n_between + 1).unwrap_or(0);
        if n.saturating_sub(1) > self.limits.max_points {
            return Err(QueryError::TooMuch(
                "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step \
                 parameter"
                    .into(),
            ));
        }
        if has_approx(expr) {
            return Err(QueryError::Execution(
                "approx_topk is only supported for instant queries".into(),
            ));
        }
        let steps = Steps {
            start: start_nanos,
            step: step_nanos,
            n,
        };
        let mut evaluation = Evaluation::new(self, steps);
        let mut series = evaluation.series(expr)?;
        check_series(&series)?;
        series.sort_by(|a, b| a.labels.cmp(&b.labels));
        let matrix = series.iter().map(|one| to_series_data(one, steps));
        let value = QueryValue::Matrix(matrix.collect());
        Ok(evaluation.finish(value))
    }
}

fn metric<'q>(query: &'q Query, otherwise: &str) -> Result<&'q MetricExpr, QueryError> {
    match query {
        Query::Metric(expr) => Ok(expr),
        Query::Log(log) => Err(QueryError::Invalid {
            text: otherwise.into(),
            at: log.at.clone(),
        }),
    }
}

fn check_series(series: &[StepSeries]) -> Result<(), QueryError> {
    if series.len() > MAX_SERIES {
        return Err(too_many_series());
    }
    Ok(())
}

fn too_many_series() -> QueryError {
    QueryError::TooMuch(format!(
        "maximum number of series ({MAX_SERIES}) reached for a single query; consider reducing query cardinality by \
         adding more specific stream selectors, reducing the time range, or aggregating results with functions like \
         sum(), count() or topk()"
    ))
}

/// By labels, unless the query asks for an order by value.
fn order(expr: &MetricExpr, series: &mut [StepSeries]) {
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    let MetricExpr::Aggregate(aggregation) = expr else {
        return;
    };
    let value = |one: &StepSeries| one.column.float(0).unwrap_or(f64::NAN);
    match aggregation.op {
        VectorOp::Sort => series.sort_by(|a, b| nan_first(value(a), value(b))),
        VectorOp::SortDesc => series.sort_by(|a, b| nan_first(value(b), value(a))),
        _ => {}
    }
}

fn has_approx(expr: &MetricExpr) -> bool {
    match expr {
        MetricExpr::Aggregate(aggregation) => {
            aggregation.op == VectorOp::ApproxTopK || has_approx(&aggregation.inner)
        }
        MetricExpr::Binary(binary) => has_approx(&binary.left) || has_approx(&binary.right),
        MetricExpr::LabelReplace(replace) => has_approx(&replace.inner),
        MetricExpr::Number(_) | MetricExpr::Vector(_) | MetricExpr::Range(_) => false,
    }
}

fn to_series_data(series: &StepSeries, steps: Steps) -> SeriesData {
    let present = series.column.present();
    let mut at_millis = Vec::with_capacity(present.count());
    let mut values = Vec::with_capacity(present.count());
    present.for_each(|step| {
        let at = steps.millis(step);
        // Steps below a millisecond would fall together.
        if at_millis.last() != Some(&at) {
            at_millis.push(at);
            values.push(series.column.floats()[step]);
        }
    });
    SeriesData {
        labels: series.labels.clone(),
        floats: SampleColumn::new(at_millis, values),
        histograms: Arc::default(),
    }
}

/// Labels as Loki writes them in errors: `{__error__="…", job="shop"}`.
fn braced(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}={}", go_quote(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
