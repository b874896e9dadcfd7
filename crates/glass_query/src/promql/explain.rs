//! What a query is made of: [`explain`] hands out its parts, each of them a query itself.

use super::Expr;
use super::ast::{Aggregate, Binary, BinaryOp, Call, ExprKind};
use super::print::one_line;
use glass_model::{Explanation, QueryPart, Threshold};

/// So many parts are told.
const MAX_PARTS: usize = 64;
/// Texts of parts are told as long as all of them together have at most so many bytes.
const MAX_TEXT: usize = 64 * 1024;

/// The parts of a query, the whole first.
pub fn explain(expr: &Expr) -> Explanation {
    let mut found = Explanation {
        threshold: threshold(expr),
        ..Explanation::default()
    };
    let mut room = MAX_TEXT;
    add(expr, 0, &mut room, &mut found);
    found
}

fn add(expr: &Expr, depth: usize, room: &mut usize, found: &mut Explanation) {
    let expr = inside(expr);
    let text = match found.parts.len() < MAX_PARTS {
        true => Some(one_line(expr)).filter(|text| text.len() <= *room),
        false => None,
    };
    match text {
        Some(text) => {
            *room -= text.len();
            found.parts.push(QueryPart {
                depth,
                text,
                value_type: expr.value_type().name().to_owned(),
                what: what(expr),
            });
        }
        None => found.n_left_out += 1,
    }
    for part in parts(expr) {
        add(part, depth + 1, room, found);
    }
}

/// What stands inside brackets.
fn inside(mut expr: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Seconds(_)
        | ExprKind::Text(_)
        | ExprKind::Vector(_)
        | ExprKind::Matrix(_) => Vec::new(),
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => vec![inner],
        ExprKind::Subquery(subquery) => vec![&subquery.inner],
        ExprKind::Call(call) => call.arguments.iter().collect(),
        ExprKind::Aggregate(aggregate) => {
            let Aggregate { parameter, inner, .. } = &**aggregate;
            parameter.iter().chain([inner]).collect()
        }
        ExprKind::Binary(binary) => {
            let Binary { first, steps } = &**binary;
            [first]
                .into_iter()
                .chain(steps.iter().map(|step| &step.right))
                .collect()
        }
    }
}

fn what(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Seconds(_) => "a number".into(),
        ExprKind::Text(_) => "a text".into(),
        ExprKind::Paren(_) | ExprKind::Plus(_) => "as it is".into(),
        ExprKind::Negate(_) => "with the other sign".into(),
        ExprKind::Vector(_) => "the latest sample of each series, no older than 5m".into(),
        ExprKind::Matrix(_) => "all samples of a time, of each series".into(),
        ExprKind::Subquery(_) => "evaluated again and again over a time".into(),
        ExprKind::Call(Call { function, .. }) => function.doc.to_owned(),
        ExprKind::Aggregate(aggregate) => format!("{} over groups of series", aggregate.op.name()),
        ExprKind::Binary(binary) => {
            let ops: Vec<_> = binary.steps.iter().map(|step| step.op.text()).collect();
            match ops.as_slice() {
                [op] => format!("`{op}` of two sides"),
                ops => format!("`{}` of {} sides", ops.first().unwrap_or(&""), ops.len() + 1),
            }
        }
    }
}

/// `expr > number` or `number < expr` at the top, brackets left aside. A comparison with `bool` is none: its result is
/// no longer what is compared.
fn threshold(expr: &Expr) -> Option<Threshold> {
    let ExprKind::Binary(binary) = &inside(expr).kind else {
        return None;
    };
    let [step] = binary.steps.as_slice() else {
        return None;
    };
    if !step.op.is_comparison() || step.returns_bool {
        return None;
    }
    let (left, right) = (inside(&binary.first), inside(&step.right));
    let (side, op, value) = match (number(left), number(right)) {
        (None, Some(value)) => (left, step.op, value),
        (Some(value), None) => (right, turned(step.op), value),
        _ => return None,
    };
    Some(Threshold {
        text: one_line(side),
        op: op.text().to_owned(),
        value,
    })
}

/// The operator with its sides exchanged.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        op => op,
    }
}

/// A number that is written in the query, if the expression is one: also with a sign, or computed of numbers by one
/// operator, as `90 * 60` is.
fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(value) | ExprKind::Seconds(value) => Some(*value),
        ExprKind::Paren(inner) | ExprKind::Plus(inner) => number(inner),
        ExprKind::Negate(inner) => number(inner).map(|value| -value),
        ExprKind::Binary(binary) => binary
            .steps
            .iter()
            .try_fold(number(&binary.first)?, |value, step| {
                let right = number(&step.right)?;
                Some(match step.op {
                    BinaryOp::Add => value + right,
                    BinaryOp::Sub => value - right,
                    BinaryOp::Mul => value * right,
                    BinaryOp::Div => value / right,
                    _ => return None,
                })
            }),
        _ => None,
    }
    .filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::promql::parse;

    fn explained(text: &str) -> Explanation {
        explain(&parse(text, &Limits::default()).unwrap())
    }

    #[test]
    fn every_part_is_a_query_and_stands_below_what_it_is_inside_of() {
        let found = explained("sum by (job) (rate(a_total{job=\"x\"}[5m])) / (1 + topk(2, b)) > 0.5");
        let tree: Vec<String> = found
            .parts
            .iter()
            .map(|part| format!("{}{}: {}", " ".repeat(part.depth), part.text, part.value_type))
            .collect();
        assert_eq!(
            tree,
            [
                "sum by (job) (rate(a_total{job=\"x\"}[5m])) / (1 + topk(2, b)) > 0.5: instant vector",
                " sum by (job) (rate(a_total{job=\"x\"}[5m])) / (1 + topk(2, b)): instant vector",
                "  sum by (job) (rate(a_total{job=\"x\"}[5m])): instant vector",
                "   rate(a_total{job=\"x\"}[5m]): instant vector",
                "    a_total{job=\"x\"}[5m]: range vector",
                "  1 + topk(2, b): instant vector",
                "   1: scalar",
                "   topk(2, b): instant vector",
                "    2: scalar",
                "    b: instant vector",
                " 0.5: scalar",
            ]
        );
        for part in &found.parts {
            assert!(parse(&part.text, &Limits::default()).is_ok(), "{}", part.text);
        }
    }

    #[test]
    fn a_comparison_with_a_number_at_the_top_is_a_threshold() {
        let check = |text: &str, expected: Option<(&str, &str, f64)>| {
            let found = explained(text).threshold;
            let found = found
                .as_ref()
                .map(|found| (found.text.as_str(), found.op.as_str(), found.value));
            assert_eq!(found, expected, "{text}");
        };
        check("a > 0.1", Some(("a", ">", 0.1)));
        check("(a / b >= -(2 * 30))", Some(("a / b", ">=", -60.0)));
        check("5 < rate(a[5m])", Some(("rate(a[5m])", ">", 5.0)));
        check("up == 0", Some(("up", "==", 0.0)));
        check("a > bool 1", None);
        check("a > b", None);
        check("a > 1 and b > 2", None);
        check("a", None);
        check("1 > bool 2", None);
    }

    #[test]
    fn a_long_query_is_cut_and_says_so() {
        let text = (0..500).map(|i| format!("m{i}")).collect::<Vec<_>>().join(" + ");
        let found = explained(&text);
        assert_eq!(found.parts.len() + found.n_left_out, 501);
        assert_eq!(found.parts.len(), MAX_PARTS);
    }
}
