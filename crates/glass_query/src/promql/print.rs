//! [`Expr`] to text, as Prometheus writes it: [`one_line`], and [`pretty`] over several lines.

use super::Expr;
use super::ast::{
    Aggregate, AtModifier, Binary, BinaryStep, Cardinality, ExprKind, Grouping, MatrixSelector, Subquery,
    VectorMatching, VectorSelector,
};
use super::parse::number::{print_duration, to_millis};
use super::parse::text::quote;
use glass_model::{Matcher, MatcherOp};

/// Longer expressions than this are spread over several lines.
const MAX_LINE: usize = 100;

/// Deeper lines stand no further right. Each term of a long sum stands deeper than the next, so without an end to it
/// the spaces alone would grow with the square of the query.
const MAX_INDENT: usize = 128;

/// The expression in one line. Reading it again gives the same tree, but for the order of matchers and for places.
pub fn one_line(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr);
    out
}

/// The expression as `/api/v1/format_query` lays it out: in one line if that is short, indented otherwise.
pub fn pretty(expr: &Expr) -> String {
    let mut out = String::new();
    pretty_expr(&mut out, expr, 0);
    out
}

fn pretty_expr(out: &mut String, expr: &Expr, level: usize) {
    let line = one_line(expr);
    let is_short = line.len() <= MAX_LINE;
    match &expr.kind {
        ExprKind::Negate(inner) | ExprKind::Plus(inner) => {
            indent(out, level);
            out.push(if matches!(expr.kind, ExprKind::Plus(_)) {
                '+'
            } else {
                '-'
            });
            let mut child = String::new();
            pretty_expr(&mut child, inner, level);
            out.push_str(child.trim());
        }
        // Prometheus leaves out the spaces before it.
        ExprKind::Subquery(_) if is_short => out.push_str(&line),
        ExprKind::Subquery(subquery) => {
            pretty_expr(out, &subquery.inner, level);
            write_subquery_suffix(out, subquery);
        }
        ExprKind::Binary(binary) if !is_short => pretty_binary(out, binary, level),
        ExprKind::Aggregate(aggregate) if !is_short => {
            indent(out, level);
            write_aggregate_head(out, aggregate);
            let parts: Vec<&Expr> = aggregate.parameter.iter().chain([&aggregate.inner]).collect();
            pretty_parts(out, &parts, level);
        }
        ExprKind::Call(call) if !is_short => {
            indent(out, level);
            out.push_str(call.function.name);
            pretty_parts(out, &call.arguments.iter().collect::<Vec<_>>(), level);
        }
        ExprKind::Paren(inner) if !is_short => {
            indent(out, level);
            pretty_parts(out, &[inner], level);
        }
        _ => {
            indent(out, level);
            out.push_str(&line);
        }
    }
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level.min(MAX_INDENT) {
        out.push_str("  ");
    }
}

/// `(`, the parts a level deeper, `)`
fn pretty_parts(out: &mut String, parts: &[&Expr], level: usize) {
    out.push_str("(\n");
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(",\n");
        }
        pretty_expr(out, part, level + 1);
    }
    out.push('\n');
    indent(out, level);
    out.push(')');
}

/// Each left side stands a level deeper than its operator, so the first operand stands deepest. A left side that
/// is short enough stays in one line.
fn pretty_binary(out: &mut String, binary: &Binary, level: usize) {
    let mut line = one_line(&binary.first);
    let mut n_short = 0;
    for step in &binary.steps {
        let length = line.len();
        write_step(&mut line, step);
        if line.len() > MAX_LINE {
            line.truncate(length);
            break;
        }
        n_short += 1;
    }
    let n_split = binary.steps.len() - n_short;
    if n_short == 0 {
        pretty_expr(out, &binary.first, level + n_split);
    } else {
        indent(out, level + n_split);
        out.push_str(&line);
    }
    for (i, step) in binary.steps.iter().enumerate().skip(n_short) {
        let deeper = level + binary.steps.len() - 1 - i;
        out.push('\n');
        indent(out, deeper);
        write_operator(out, step);
        out.push('\n');
        pretty_expr(out, &step.right, deeper + 1);
    }
}

fn write_expr(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Number(value) => out.push_str(&number(*value)),
        ExprKind::Seconds(seconds) => out.push_str(&print_duration(to_millis(*seconds))),
        ExprKind::Text(text) => out.push_str(&quote(text)),
        ExprKind::Paren(inner) => {
            out.push('(');
            write_expr(out, inner);
            out.push(')');
        }
        ExprKind::Negate(inner) => {
            out.push('-');
            write_expr(out, inner);
        }
        ExprKind::Plus(inner) => {
            out.push('+');
            write_expr(out, inner);
        }
        ExprKind::Binary(binary) => {
            write_expr(out, &binary.first);
            for step in &binary.steps {
                write_step(out, step);
            }
        }
        ExprKind::Aggregate(aggregate) => {
            write_aggregate_head(out, aggregate);
            write_list(out, aggregate.parameter.iter().chain([&aggregate.inner]));
        }
        ExprKind::Call(call) => {
            out.push_str(call.function.name);
            write_list(out, call.arguments.iter());
        }
        ExprKind::Vector(selector) => {
            write_selector(out, selector);
            write_modifiers(out, selector.at, selector.offset_millis);
        }
        ExprKind::Matrix(matrix) => write_matrix(out, matrix),
        ExprKind::Subquery(subquery) => {
            write_expr(out, &subquery.inner);
            write_subquery_suffix(out, subquery);
        }
    }
}

fn write_list<'a>(out: &mut String, parts: impl Iterator<Item = &'a Expr>) {
    out.push('(');
    for (i, part) in parts.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_expr(out, part);
    }
    out.push(')');
}

fn write_aggregate_head(out: &mut String, aggregate: &Aggregate) {
    out.push_str(aggregate.op.name());
    let (word, labels) = match &aggregate.grouping {
        Grouping::By(labels) if labels.is_empty() => return,
        Grouping::By(labels) => ("by", labels),
        Grouping::Without(labels) => ("without", labels),
    };
    out.push(' ');
    out.push_str(word);
    write_labels(out, labels);
    out.push(' ');
}

/// ` (a, b)`
fn write_labels(out: &mut String, labels: &[String]) {
    out.push_str(" (");
    for (i, label) in labels.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&label_name(label));
    }
    out.push(')');
}

/// The name as it may stand in a query: in quotes if it holds more than letters, digits and underscores.
pub(super) fn label_name(name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if is_plain { name.into() } else { quote(name) }
}

fn write_step(out: &mut String, step: &BinaryStep) {
    out.push(' ');
    write_operator(out, step);
    out.push(' ');
    write_expr(out, &step.right);
}

/// The operator with its modifiers.
fn write_operator(out: &mut String, step: &BinaryStep) {
    out.push_str(step.op.text());
    if step.returns_bool {
        out.push_str(" bool");
    }
    if let Some(matching) = &step.matching {
        write_matching(out, matching);
    }
}

fn write_matching(out: &mut String, matching: &VectorMatching) {
    let group = match &matching.cardinality {
        Cardinality::ManyToOne(labels) => Some((" group_left", labels)),
        Cardinality::OneToMany(labels) => Some((" group_right", labels)),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if matching.is_on || !matching.labels.is_empty() || group.is_some() {
        out.push_str(if matching.is_on { " on" } else { " ignoring" });
        write_labels(out, &matching.labels);
    }
    if let Some((word, labels)) = group {
        out.push_str(word);
        write_labels(out, labels);
    }
    match (matching.fill_left, matching.fill_right) {
        (Some(left), Some(right)) if left.to_bits() == right.to_bits() => {
            out.push_str(&format!(" fill ({})", short_number(left)));
        }
        (left, right) => {
            for (word, value) in [("fill_left", left), ("fill_right", right)] {
                if let Some(value) = value {
                    out.push_str(&format!(" {word} ({})", short_number(value)));
                }
            }
        }
    }
}

fn write_selector(out: &mut String, selector: &VectorSelector) {
    out.push_str(&selector.name);
    let is_name = |matcher: &Matcher| {
        matcher.name() == "__name__"
            && matcher.op() == MatcherOp::Equal
            && matcher.value() == selector.name
            && !selector.name.is_empty()
    };
    let mut shown: Vec<String> = selector
        .matchers
        .iter()
        .filter(|matcher| !is_name(matcher))
        .map(matcher)
        .collect();
    if shown.is_empty() {
        // Prometheus writes nothing here, which could not be read again: the second argument of `info`.
        out.push_str(if selector.name.is_empty() { "{}" } else { "" });
        return;
    }
    shown.sort();
    out.push('{');
    out.push_str(&shown.join(","));
    out.push('}');
}

fn matcher(matcher: &Matcher) -> String {
    let op = match matcher.op() {
        MatcherOp::Equal => "=",
        MatcherOp::NotEqual => "!=",
        MatcherOp::Regex => "=~",
        MatcherOp::NotRegex => "!~",
    };
    format!("{}{op}{}", label_name(matcher.name()), quote(matcher.value()))
}

fn write_matrix(out: &mut String, matrix: &MatrixSelector) {
    write_selector(out, &matrix.selector);
    out.push_str(&format!("[{}]", print_duration(matrix.range_millis)));
    write_modifiers(out, matrix.selector.at, matrix.selector.offset_millis);
}

fn write_subquery_suffix(out: &mut String, subquery: &Subquery) {
    let step = subquery.step_millis.map(print_duration).unwrap_or_default();
    out.push_str(&format!("[{}:{step}]", print_duration(subquery.range_millis)));
    write_modifiers(out, subquery.at, subquery.offset_millis);
}

fn write_modifiers(out: &mut String, at: Option<AtModifier>, offset_millis: i64) {
    match at {
        #[expect(clippy::cast_precision_loss, reason = "Prometheus writes it in the same way")]
        Some(AtModifier::Millis(millis)) => out.push_str(&format!(" @ {:.3}", millis as f64 / 1e3)),
        Some(AtModifier::Start) => out.push_str(" @ start()"),
        Some(AtModifier::End) => out.push_str(" @ end()"),
        None => {}
    }
    if offset_millis != 0 {
        out.push_str(&format!(" offset {}", print_duration(offset_millis)));
    }
}

fn number(value: f64) -> String {
    if value.is_infinite() {
        String::from(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        value.to_string()
    }
}

/// As Go's `%v` writes it: with an exponent where a number is very large or very small.
fn short_number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || value == 0.0 || (1e-4..1e21).contains(&size) {
        return number(value);
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, exponent) = exponent
        .strip_prefix('-')
        .map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests;
