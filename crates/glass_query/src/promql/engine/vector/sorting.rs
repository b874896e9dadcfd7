//! `sort`, `sort_desc`, `sort_by_label`, `sort_by_label_desc`: the order of an instant query's result.

use super::argument;
use crate::promql::ast::{Call, Expr, ExprKind};
use crate::promql::engine::evaluation::{Evaluation, Sink};
use crate::steps::{Grid, StepSeries};
use crate::sums::nan_first;
use glass_model::QueryError;
use std::cmp::Ordering;

impl Evaluation<'_> {
    /// Sorts a vector; in a range query, whose result is sorted by labels, it only warns.
    pub(super) fn sort(
        &self,
        expr: &Expr,
        call: &Call,
        grid: Grid,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let name = call.function.name;
        let vector = argument(call, 0)?;
        let by_value = matches!(name, "sort" | "sort_desc");
        if grid.n_steps > 1 {
            self.notes().warn(
                "sort is ineffective for range queries since results are always ordered by labels",
                &expr.at,
            );
            return self.each(vector, grid, &mut |mut series| {
                if by_value {
                    series.column.clear_histograms();
                }
                super::hand_on(series, sink)
            });
        }
        let mut all = self.collect(vector, grid)?;
        let n_held = all.len();
        if by_value {
            all.retain(|series| series.column.float(0).is_some());
            all.sort_by(|a, b| by_float(a, b, name == "sort_desc"));
        } else {
            let labels: Vec<&str> = call.arguments[1..].iter().map(text).collect();
            all.sort_by(|a, b| by_labels(a, b, &labels));
            if name == "sort_by_label_desc" {
                all.reverse();
            }
        }
        self.hand_on(all, n_held, sink)
    }
}

/// The text of a string literal.
pub(in crate::promql::engine) fn text(expr: &Expr) -> &str {
    match &expr.unwrapped().kind {
        ExprKind::Text(text) => text,
        _ => "",
    }
}

/// NaN comes last either way.
fn by_float(a: &StepSeries, b: &StepSeries, is_descending: bool) -> Ordering {
    let (a, b) = (a.column.floats()[0], b.column.floats()[0]);
    if is_descending {
        nan_first(b, a)
    } else {
        nan_first(-b, -a)
    }
}

fn by_labels(a: &StepSeries, b: &StepSeries, labels: &[&str]) -> Ordering {
    labels
        .iter()
        .map(|label| {
            let value = |series: &StepSeries| series.labels.get(label).unwrap_or("").to_owned();
            natural(&value(a), &value(b))
        })
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| a.labels.cmp(&b.labels))
}

/// Compares runs of digits as numbers and all else as text.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() && !b.is_empty() {
        let ((run_a, rest_a), (run_b, rest_b)) = (run(a), run(b));
        let ordering = match (run_a.parse::<i64>(), run_b.parse::<i64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => run_a.cmp(run_b),
        };
        if ordering.is_ne() {
            return ordering;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.len().cmp(&b.len())
}

/// The first run of digits, or of anything else.
fn run(text: &str) -> (&str, &str) {
    let is_digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != is_digits)
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_as_numbers() {
        let check = |sorted: &[&str]| {
            for pair in sorted.windows(2) {
                assert_eq!(natural(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            }
        };
        check(&["", "1", "2", "10", "a", "a2", "a10", "a10b", "b"]);
    }
}
