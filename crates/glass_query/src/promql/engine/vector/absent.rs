//! `absent(…)`: 1 where there is nothing, with the labels that the query tells.

use super::argument;
use crate::promql::ast::{Call, Expr, ExprKind};
use crate::promql::engine::evaluation::{Evaluation, Sink};
use crate::steps::{Grid, Presence};
use glass_model::{Labels, MatcherOp, QueryError};

impl Evaluation<'_> {
    /// `absent(vector)`
    pub(super) fn absent(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let vector = argument(call, 0)?;
        let mut seen = Presence::none(grid.n_steps);
        self.each_marked(vector, grid, &mut |series| {
            seen.insert_all(&series.column.occupied());
            Ok(())
        })?;
        self.hand_on_absent(&seen, labels_of_absent(vector), sink)
    }
}

/// The labels that a selector fixes: those it compares for equality, once each.
pub(in crate::promql::engine) fn labels_of_absent(expr: &Expr) -> Labels {
    let matchers = match &expr.unwrapped().kind {
        ExprKind::Vector(selector) => &selector.matchers,
        ExprKind::Matrix(matrix) => &matrix.selector.matchers,
        _ => return Labels::empty(),
    };
    let mut fixed: Vec<(&str, &str)> = Vec::new();
    let mut met: Vec<&str> = Vec::new();
    for matcher in matchers.iter().filter(|matcher| matcher.name() != "__name__") {
        let name = matcher.name();
        if matcher.op() == MatcherOp::Equal && !met.contains(&name) {
            fixed.push((name, matcher.value()));
            met.push(name);
        } else {
            fixed.retain(|(label, _)| *label != name);
        }
    }
    Labels::new(fixed.into_iter().filter(|(_, value)| !value.is_empty()))
}
