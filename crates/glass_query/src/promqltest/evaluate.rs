//! Asks a script's query and checks what it yields: [`check`].

use super::compare;
use super::script::{Eval, When};
use super::storage::Storage;
use crate::promql::ast::{AtModifier, ExprKind};
use crate::promql::{Engine, Evaluated, Expr, LOOK_BACK_MILLIS, parse};
use crate::{Control, Limits};
use glass_model::{QueryError, QueryValue, SampleValue, SeriesData, Timestamp, VectorSample};

/// Functions whose value depends on the time of the evaluation even where their arguments do not.
const TIME_DEPENDENT: &[&str] = &[
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "end",
    "hour",
    "minute",
    "month",
    "predict_linear",
    "range",
    "start",
    "step",
    "time",
    "timestamp",
    "year",
];

/// Functions that tell a query's bounds, so that an instant and a range query differ.
const TELL_BOUNDS: &[&str] = &["start()", "end()", "range()", "step()"];

const MINUTE_MILLIS: i64 = 60_000;

/// Asks the query as the script says, and in all ways that must not change the answer.
///
/// # Errors
/// What differed, for people.
pub(super) fn check(eval: &Eval, storage: &Storage, limits: &Limits) -> Result<(), String> {
    let case = Case {
        eval,
        storage,
        limits,
    };
    let expr = match parse(&eval.query, limits) {
        Ok(expr) => expr,
        Err(error) => return case.failed(&error.into()),
    };
    match eval.when {
        When::Range(from, to, step) => case.range(&expr, from, to, step),
        When::Instant(at) => case.instants(&expr, at),
    }
}

struct Case<'a> {
    eval: &'a Eval,
    storage: &'a Storage,
    limits: &'a Limits,
}

impl Case<'_> {
    fn engine(&self) -> Engine<'_> {
        Engine {
            source: self.storage,
            as_of: Timestamp::MAX,
            delays_name_removal: true,
            look_back_millis: LOOK_BACK_MILLIS,
            limits: *self.limits,
            control: Control::within(self.limits.timeout),
        }
    }

    fn failed(&self, error: &QueryError) -> Result<(), String> {
        match &self.eval.expected.fail {
            None => Err(error.to_string()),
            Some(pattern) if pattern.matches(&error.to_string()) => Ok(()),
            Some(pattern) => Err(format!(
                "expected the error {}, got {error}",
                compare::shown_pattern(pattern)
            )),
        }
    }

    fn range(&self, expr: &Expr, from: i64, to: i64, step: i64) -> Result<(), String> {
        match self.engine().range(&self.eval.query, expr, from, to, step) {
            Ok(result) => self.succeeded(&result),
            Err(error) => self.failed(&error),
        }
    }

    fn succeeded(&self, result: &Evaluated) -> Result<(), String> {
        if self.eval.expected.fail.is_some() {
            return Err("expected an error, got none".into());
        }
        compare::annotations(&self.eval.expected, result)?;
        compare::values(&self.eval.expected, self.eval.when, &result.value)
    }

    fn instants(&self, expr: &Expr, at: i64) -> Result<(), String> {
        self.instant(expr, at)?;
        let mut pinned = expr.clone();
        if !pin(&mut pinned, at) {
            return Ok(());
        }
        let others = if at == 0 {
            vec![-1_000, 0, 1_000]
        } else {
            vec![at.saturating_mul(-10), 0, at / 5, at, at.saturating_mul(10)]
        };
        for other in others {
            let checked = self.instant(&pinned, other);
            checked.map_err(|reason| format!("with @ everywhere, at {other} ms: {reason}"))?;
        }
        Ok(())
    }

    fn instant(&self, expr: &Expr, at: i64) -> Result<(), String> {
        let result = match self.engine().instant(&self.eval.query, expr, at) {
            Ok(result) => result,
            Err(error) => return self.failed(&error),
        };
        self.succeeded(&result)?;
        let expected = &self.eval.expected;
        let is_only_instant = expected.range.is_some()
            || expected.text.is_some()
            || TELL_BOUNDS.iter().any(|call| self.eval.query.contains(call));
        if is_only_instant {
            return Ok(());
        }
        let (from, to) = (at.saturating_sub(MINUTE_MILLIS), at.saturating_add(MINUTE_MILLIS));
        let ranged = self
            .engine()
            .range(&self.eval.query, expr, from, to, MINUTE_MILLIS);
        let ranged = ranged.map_err(|error| format!("as a range query: {error}"))?;
        if expected.ordered {
            return Ok(());
        }
        let middle = middle(&ranged.value, at, expected.scalar.is_some())?;
        compare::values(expected, self.eval.when, &middle)
            .map_err(|reason| format!("as a range query: {reason}"))
    }
}

/// The values of a range query at one step, as an instant query gives them.
fn middle(value: &QueryValue, at: i64, is_scalar: bool) -> Result<QueryValue, String> {
    let QueryValue::Matrix(series) = value else {
        return Err("a range query gave no matrix".into());
    };
    if let Some(pair) = series.windows(2).find(|pair| pair[0].labels >= pair[1].labels) {
        return Err(format!(
            "in a range query, {} comes before {}",
            pair[0].labels, pair[1].labels
        ));
    }
    let samples: Vec<VectorSample> = series.iter().filter_map(|series| sample_at(series, at)).collect();
    match samples.as_slice() {
        [
            VectorSample {
                value: SampleValue::Float(value),
                ..
            },
        ] if is_scalar => Ok(QueryValue::Scalar(at, *value)),
        _ => Ok(QueryValue::Vector(samples)),
    }
}

fn sample_at(series: &SeriesData, at: i64) -> Option<VectorSample> {
    let floats = &series.floats;
    let float = floats
        .at_millis()
        .binary_search(&at)
        .ok()
        .map(|place| SampleValue::Float(floats.values()[place]));
    let histogram = series.histograms.iter().find(|(time, _)| *time == at);
    let value =
        float.or_else(|| histogram.map(|(_, found)| SampleValue::Histogram(Box::new(found.clone()))))?;
    Some(VectorSample {
        labels: series.labels.clone(),
        at_millis: at,
        value,
    })
}

/// Puts `@ at` to every selector that has none; `false` if the value depends on the time even so.
fn pin(expr: &mut Expr, at: i64) -> bool {
    let at_modifier = Some(AtModifier::Millis(at));
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) => true,
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => pin(inner, at),
        ExprKind::Binary(binary) => {
            let is_pinned = pin(&mut binary.first, at);
            binary
                .steps
                .iter_mut()
                .fold(is_pinned, |all, step| pin(&mut step.right, at) & all)
        }
        ExprKind::Aggregate(aggregate) => {
            let is_pinned = aggregate
                .parameter
                .as_mut()
                .is_none_or(|parameter| pin(parameter, at));
            pin(&mut aggregate.inner, at) & is_pinned
        }
        ExprKind::Call(call) => {
            let is_pinned = call
                .arguments
                .iter_mut()
                .fold(true, |all, argument| pin(argument, at) & all);
            is_pinned && !TIME_DEPENDENT.contains(&call.function.name)
        }
        ExprKind::Vector(selector) => {
            selector.at = selector.at.or(at_modifier);
            true
        }
        ExprKind::Matrix(matrix) => {
            matrix.selector.at = matrix.selector.at.or(at_modifier);
            true
        }
        ExprKind::Subquery(subquery) => {
            subquery.at = subquery.at.or(at_modifier);
            inside_is_independent(&subquery.inner)
        }
    }
}

/// Whether no function in a pinned subquery depends on the time of the evaluation; its selectors stay as they are.
fn inside_is_independent(expr: &Expr) -> bool {
    pin(&mut expr.clone(), 0)
}
