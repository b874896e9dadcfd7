//! When metric names are dropped: [`Evaluation::each`]. As a rule at once, wherever a function or an operator changes
//! what a series means; two series that then have the same labels are an error even inside an aggregation. With
//! [`Engine::delays_name_removal`](super::Engine::delays_name_removal) a series is only marked, and its name is dropped
//! in the end.
//!
//! Series that have one name before have different labels after. So most expressions are never checked:
//! [`has_one_name`] tells it from the query alone.

use super::evaluation::{Evaluation, Sink};
use super::output::{merge_same, same_labels};
use super::vector_text as text;
use crate::promql::ast::{
    Aggregate, AggregateOp, BinaryOp, BinaryStep, Call, Cardinality, Expr, ExprKind, Grouping, ValueType,
    VectorSelector,
};
use crate::steps::{Grid, StepSeries};
use glass_model::{MatcherOp, QueryError};
use std::collections::HashSet;

const NAME: &str = "__name__";

/// What tells which metric a series belongs to.
const OF_METRIC: [&str; 3] = [NAME, "__type__", "__unit__"];

/// How series may come to have the same labels when their names are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clash {
    /// Not at all.
    Never,
    /// Two series of a result, whatever their steps: functions over windows.
    BySeries,
    /// Two values at one step; series that have none in common become one.
    ByStep,
}

impl Evaluation<'_> {
    /// Evaluates an expression that yields a vector.
    pub fn each(&self, expr: &Expr, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        self.each_marked(expr, grid, &mut |mut series| {
            self.drop_name(&mut series);
            sink(series)
        })
    }

    /// The same for those who do not look at names: a name that is to be dropped may still be there.
    pub fn each_marked(&self, expr: &Expr, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        if self.engine.delays_name_removal {
            return self.each_of_node(expr, grid, sink);
        }
        match clash(expr) {
            Clash::Never => self.each_of_node(expr, grid, sink),
            Clash::BySeries => {
                let mut met = HashSet::new();
                self.each_of_node(expr, grid, &mut |mut series| {
                    self.drop_name(&mut series);
                    if !met.insert(series.labels.clone()) {
                        return Err(same_labels());
                    }
                    sink(series)
                })
            }
            Clash::ByStep => {
                let mut all = Vec::new();
                self.each_of_node(expr, grid, &mut |mut series| {
                    self.hold(grid.n_steps)?;
                    self.drop_name(&mut series);
                    all.push(series);
                    Ok(())
                })?;
                let n_held = all.len().saturating_mul(grid.n_steps);
                self.hand_on(merge_same(all)?, n_held, sink)
            }
        }
    }

    /// Drops the name of a series that is marked, unless that is to wait.
    pub fn drop_name(&self, series: &mut StepSeries) {
        if series.drops_name && !self.engine.delays_name_removal {
            drop_now(series);
        }
    }

    /// Drops the names of series that are held.
    ///
    /// # Errors
    /// When two of them have the same labels then; only looked at if they had several names.
    pub fn drop_names(
        &self,
        mut all: Vec<StepSeries>,
        had_one_name: bool,
        grid: Grid,
    ) -> Result<Vec<StepSeries>, QueryError> {
        if self.engine.delays_name_removal || all.iter().all(|series| !series.drops_name) {
            return Ok(all);
        }
        all.iter_mut().for_each(|series| self.drop_name(series));
        if had_one_name {
            return Ok(all);
        }
        let n_before = all.len();
        let merged = merge_same(all)?;
        self.release((n_before - merged.len()).saturating_mul(grid.n_steps));
        Ok(merged)
    }

    /// Readies a series for a group: its name matters only where the group is told by it, or where notes name it.
    pub fn drop_name_for_group(&self, series: &mut StepSeries, grouping: &Grouping) {
        if !series.drops_name || self.engine.delays_name_removal {
            return;
        }
        let is_looked_at = match grouping {
            Grouping::By(names) => names.iter().any(|name| OF_METRIC.contains(&name.as_str())),
            Grouping::Without(_) => OF_METRIC[1..]
                .iter()
                .any(|name| series.labels.get(name).is_some()),
        };
        if is_looked_at || series.column.has_histograms() {
            drop_now(series);
        }
        series.drops_name = false;
    }
}

/// Drops the name of a series that is marked.
pub(super) fn drop_now(series: &mut StepSeries) {
    if series.labels.iter().any(|(name, _)| OF_METRIC.contains(&name)) {
        series.labels = series.labels.without(&OF_METRIC);
    }
    series.drops_name = false;
}

/// Operators beside a vector look after themselves.
fn clash(expr: &Expr) -> Clash {
    match &expr.kind {
        ExprKind::Negate(inner) if !has_one_name(inner) => Clash::ByStep,
        ExprKind::Call(call) if drops_names(call) && !call.arguments.iter().all(has_one_name) => {
            let takes_windows = |argument: &Expr| argument.value_type() == ValueType::Matrix;
            if call.arguments.iter().any(takes_windows) {
                Clash::BySeries
            } else {
                Clash::ByStep
            }
        }
        _ => Clash::Never,
    }
}

/// Whether a function's result is no longer the metric it was.
fn drops_names(call: &Call) -> bool {
    !matches!(
        call.function.name,
        "last_over_time"
            | "first_over_time"
            | "sort"
            | "sort_desc"
            | "sort_by_label"
            | "sort_by_label_desc"
            | "label_replace"
            | "label_join"
            | "absent"
            | "absent_over_time"
    )
}

/// Whether all series of a result surely have one name, or all have none; in doubt not.
pub(super) fn has_one_name(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) | ExprKind::Negate(_) => true,
        ExprKind::Paren(inner) | ExprKind::Plus(inner) => has_one_name(inner),
        ExprKind::Vector(selector) => names_one(selector),
        ExprKind::Matrix(matrix) => names_one(&matrix.selector),
        ExprKind::Subquery(subquery) => has_one_name(&subquery.inner),
        ExprKind::Aggregate(aggregate) => is_of_one_name(aggregate),
        ExprKind::Call(call) => drops_names(call) || keeps_one_name(call),
        ExprKind::Binary(binary) => {
            let first = has_one_name(&binary.first);
            binary.steps.iter().fold(first, has_one_name_after)
        }
    }
}

fn names_one(selector: &VectorSelector) -> bool {
    let is_name = |matcher: &glass_model::Matcher| matcher.name() == NAME && matcher.op() == MatcherOp::Equal;
    selector.matchers.iter().any(is_name)
}

fn is_of_one_name(aggregate: &Aggregate) -> bool {
    match (aggregate.op, &aggregate.grouping) {
        (AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK | AggregateOp::LimitRatio, _) => {
            has_one_name(&aggregate.inner)
        }
        (AggregateOp::CountValues, _)
            if aggregate
                .parameter
                .as_ref()
                .is_some_and(|label| text(label) == NAME) =>
        {
            false
        }
        (_, Grouping::By(names)) if names.iter().any(|name| name == NAME) => has_one_name(&aggregate.inner),
        _ => true,
    }
}

fn keeps_one_name(call: &Call) -> bool {
    let relabels = matches!(call.function.name, "label_replace" | "label_join");
    let writes_name = relabels && call.arguments.get(1).is_some_and(|label| text(label) == NAME);
    !writes_name && call.arguments.iter().all(has_one_name)
}

/// Whether it is still so after a further operator.
pub(super) fn has_one_name_after(before: bool, step: &BinaryStep) -> bool {
    let adds_names = step.matching.as_ref().is_some_and(|matching| {
        let is_filled = matching.fill_left.is_some() || matching.fill_right.is_some();
        let (Cardinality::ManyToOne(taken) | Cardinality::OneToMany(taken)) = &matching.cardinality else {
            return is_filled;
        };
        is_filled || taken.iter().any(|label| label == NAME)
    });
    match step.op {
        BinaryOp::Or => false,
        BinaryOp::And | BinaryOp::Unless => before,
        op if step.returns_bool || op.changes_metric() => !adds_names,
        _ => before && has_one_name(&step.right) && !adds_names,
    }
}
