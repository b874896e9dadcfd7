//! Which parts of a query have the same value at all steps, so that one evaluation does: everything that is pinned
//! by `@`, and literals.

use crate::promql::ast::{Expr, ExprKind};
use std::collections::HashSet;

/// Functions whose value depends on the moment itself and not only on their arguments.
const OF_THE_MOMENT: [&str; 14] = [
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "hour",
    "minute",
    "month",
    "year",
    "predict_linear",
    "time",
    "start",
    "end",
    "range",
    "step",
];

/// The nodes of a tree that have one value for all steps, by their address; each node is looked at once. The tree
/// must not move while the set is used.
pub(super) fn find(expr: &Expr) -> HashSet<usize> {
    let mut found = HashSet::new();
    visit(expr, &mut found);
    found
}

/// Whether a node is in the set.
pub(super) fn contains(found: &HashSet<usize>, expr: &Expr) -> bool {
    found.contains(&address(expr))
}

fn address(expr: &Expr) -> usize {
    std::ptr::from_ref(expr) as usize
}

fn visit(expr: &Expr, found: &mut HashSet<usize>) -> bool {
    let is_invariant = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) => true,
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => visit(inner, found),
        ExprKind::Binary(binary) => {
            let mut all = visit(&binary.first, found);
            for step in &binary.steps {
                all &= visit(&step.right, found);
            }
            all
        }
        ExprKind::Aggregate(aggregate) => {
            let of_parameter = aggregate
                .parameter
                .as_ref()
                .is_none_or(|parameter| visit(parameter, found));
            visit(&aggregate.inner, found) && of_parameter
        }
        ExprKind::Call(call) => {
            let mut all = !OF_THE_MOMENT.contains(&call.function.name);
            for argument in &call.arguments {
                all &= visit(argument, found);
            }
            // `timestamp` of anything but a selector is the moment itself.
            let argument = call.arguments.first().map(Expr::unwrapped);
            all && (call.function.name != "timestamp"
                || matches!(argument.map(|argument| &argument.kind), Some(ExprKind::Vector(_))))
        }
        ExprKind::Vector(selector) => selector.at.is_some(),
        ExprKind::Matrix(matrix) => matrix.selector.at.is_some(),
        ExprKind::Subquery(subquery) => {
            visit(&subquery.inner, found);
            subquery.at.is_some()
        }
    };
    if is_invariant {
        found.insert(address(expr));
    }
    is_invariant
}

impl Expr {
    /// The expression inside all parentheses and plus signs.
    pub(super) fn unwrapped(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Paren(inner) | ExprKind::Plus(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }
}
