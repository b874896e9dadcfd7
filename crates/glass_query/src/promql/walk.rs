//! Walks an expression without evaluating it: which series it reads, and whether it looks beyond a moment.

use super::ast::{AtModifier, Expr, ExprKind, VectorSelector};
use glass_model::Selector;

/// Hands out an expression and everything inside it.
pub fn each<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Seconds(_)
        | ExprKind::Text(_)
        | ExprKind::Vector(_)
        | ExprKind::Matrix(_) => {}
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => each(inner, visit),
        ExprKind::Subquery(subquery) => each(&subquery.inner, visit),
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| each(argument, visit)),
        ExprKind::Aggregate(aggregate) => {
            if let Some(parameter) = &aggregate.parameter {
                each(parameter, visit);
            }
            each(&aggregate.inner, visit);
        }
        ExprKind::Binary(binary) => {
            each(&binary.first, visit);
            binary.steps.iter().for_each(|step| each(&step.right, visit));
        }
    }
}

/// The series an expression reads, each selector once.
pub fn selectors(expr: &Expr) -> Vec<Selector> {
    let mut found: Vec<Selector> = Vec::new();
    let mut add = |selector: &VectorSelector| {
        let selector = Selector {
            matchers: selector.matchers.clone(),
        };
        if !found.contains(&selector) {
            found.push(selector);
        }
    };
    each(expr, &mut |expr| match &expr.kind {
        ExprKind::Vector(selector) => add(selector),
        ExprKind::Matrix(matrix) => add(&matrix.selector),
        _ => {}
    });
    found
}

/// Whether an expression, evaluated no later than `at_millis`, may read what came after it: by a negative `offset`, or
/// by an `@` that names a later moment. A server must then not be asked, for it would tell of what is not known yet.
pub fn looks_beyond(expr: &Expr, at_millis: i64) -> bool {
    let beyond = |offset_millis: i64, at: Option<AtModifier>| match at {
        Some(AtModifier::Millis(named)) => named.saturating_sub(offset_millis) > at_millis,
        _ => offset_millis < 0,
    };
    let mut looks = false;
    each(expr, &mut |expr| {
        looks |= match &expr.kind {
            ExprKind::Vector(selector) => beyond(selector.offset_millis, selector.at),
            ExprKind::Matrix(matrix) => beyond(matrix.selector.offset_millis, matrix.selector.at),
            ExprKind::Subquery(subquery) => beyond(subquery.offset_millis, subquery.at),
            _ => false,
        };
    });
    looks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::promql::parse;

    #[test]
    fn what_looks_beyond_a_moment() {
        for (text, expected) in [
            ("up", false),
            ("rate(up[5m] offset 1h)", false),
            ("up offset -1s", true),
            ("sum(rate(up[5m] offset -5m)) > 0", true),
            ("up @ 100", false),
            ("up @ 101", true),
            ("up @ 101 offset 1s", false),
            ("up @ 100 offset -1s", true),
            ("up @ end()", false),
            ("max_over_time(up[1h:1m] @ 200)", true),
            ("1 + topk(scalar(up offset -1m), up)", true),
        ] {
            let expr = parse(text, &Limits::default()).unwrap();
            assert_eq!(looks_beyond(&expr, 100_000), expected, "{text}");
        }
    }

    #[test]
    fn the_series_it_reads() {
        let text = "sum(rate(a{x=\"1\"}[5m])) / ignoring(y) count(b) > bool count(b offset 1m)";
        let expr = parse(text, &Limits::default()).unwrap();
        let found: Vec<String> = selectors(&expr)
            .iter()
            .map(|selector| format!("{:?}", selector.matchers.len()))
            .collect();
        assert_eq!(found, ["2", "1"]);
    }
}
