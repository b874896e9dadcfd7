//! Walks a query without evaluating it: which streams it reads, and whether it looks beyond its own time.

use super::ast::{LogQuery, MetricExpr, Query};
use glass_model::Selector;

/// Hands out every log query inside a query, with its offset in nanoseconds.
fn each(query: &Query, visit: &mut dyn FnMut(&LogQuery, i64)) {
    match query {
        Query::Log(log) => visit(log, 0),
        Query::Metric(expr) => each_in(expr, visit),
    }
}

fn each_in(expr: &MetricExpr, visit: &mut dyn FnMut(&LogQuery, i64)) {
    match expr {
        MetricExpr::Number(_) | MetricExpr::Vector(_) => {}
        MetricExpr::Range(range) => visit(&range.log, range.offset_nanos),
        MetricExpr::Aggregate(aggregate) => each_in(&aggregate.inner, visit),
        MetricExpr::LabelReplace(replace) => each_in(&replace.inner, visit),
        MetricExpr::Binary(binary) => {
            each_in(&binary.left, visit);
            each_in(&binary.right, visit);
        }
    }
}

/// The streams a query reads, each selector once.
pub fn selectors(query: &Query) -> Vec<Selector> {
    let mut found: Vec<Selector> = Vec::new();
    each(query, &mut |log, _| {
        if !found.contains(&log.streams) {
            found.push(log.streams.clone());
        }
    });
    found
}

/// Whether a query may read lines later than the moment it is evaluated at: a server must then not be asked.
pub fn looks_beyond(query: &Query) -> bool {
    let mut looks = false;
    each(query, &mut |_, offset_nanos| looks |= offset_nanos < 0);
    looks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::logql::parse;

    #[test]
    fn what_looks_beyond_its_time_and_what_it_reads() {
        for (text, expected, n) in [
            ("{a=\"b\"} |= \"x\"", false, 1),
            ("sum(rate({a=\"b\"}[5m] offset 1h))", false, 1),
            (
                "sum(rate({a=\"b\"}[5m])) / sum(rate({a=\"c\"}[5m] offset -1m))",
                true,
                2,
            ),
        ] {
            let query = parse(text, &Limits::default()).unwrap();
            assert_eq!(
                (looks_beyond(&query), selectors(&query).len()),
                (expected, n),
                "{text}"
            );
        }
    }
}
