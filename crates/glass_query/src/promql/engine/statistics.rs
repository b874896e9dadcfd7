//! Which selectors are read for the counts and sums of their native histograms alone. Of those Prometheus reads no
//! buckets, and so finds counter resets while it reads; the warnings of a query depend on that.

use crate::promql::ast::{BinaryOp, Expr, ExprKind, VectorSelector};
use std::collections::HashSet;

/// What is asked of the histograms of an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Nothing is known yet.
    Anything,
    /// Count and sum.
    Statistics,
    /// Their buckets; whatever is asked further down the tree.
    Buckets,
}

/// The selectors, by their address. The tree must not move while the set is used.
pub(super) fn find(expr: &Expr) -> HashSet<usize> {
    let mut found = HashSet::new();
    visit(expr, Asked::Anything, &mut found);
    found
}

/// Whether a selector is in the set.
pub(super) fn contains(found: &HashSet<usize>, selector: &VectorSelector) -> bool {
    found.contains(&address(selector))
}

fn address(selector: &VectorSelector) -> usize {
    std::ptr::from_ref(selector) as usize
}

fn visit(expr: &Expr, asked: Asked, found: &mut HashSet<usize>) {
    let mut take = |selector: &VectorSelector| {
        if asked == Asked::Statistics {
            found.insert(address(selector));
        }
    };
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) => {}
        ExprKind::Vector(selector) => take(selector),
        ExprKind::Matrix(matrix) => take(&matrix.selector),
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => {
            visit(inner, asked, found)
        }
        ExprKind::Subquery(subquery) => visit(&subquery.inner, Asked::Buckets, found),
        ExprKind::Binary(binary) => {
            let is_trim = |op| matches!(op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
            let is_trimmed = binary.steps.iter().any(|step| is_trim(step.op));
            let asked = if is_trimmed { Asked::Buckets } else { asked };
            visit(&binary.first, asked, found);
            binary
                .steps
                .iter()
                .for_each(|step| visit(&step.right, asked, found));
        }
        ExprKind::Aggregate(aggregate) => {
            aggregate
                .parameter
                .iter()
                .for_each(|parameter| visit(parameter, asked, found));
            visit(&aggregate.inner, asked, found);
        }
        ExprKind::Call(call) => {
            let asked = match call.function.name {
                "histogram_count" | "histogram_sum" | "histogram_avg" if asked == Asked::Anything => {
                    Asked::Statistics
                }
                "histogram_quantile" | "histogram_quantiles" | "histogram_fraction" => Asked::Buckets,
                _ => asked,
            };
            call.arguments
                .iter()
                .for_each(|argument| visit(argument, asked, found));
        }
    }
}
