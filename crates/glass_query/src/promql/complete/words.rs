//! What may stand in every query: functions, aggregations, keywords, durations.

use crate::promql::ast::{AggregateOp, ValueType};
use crate::promql::functions::FUNCTIONS;
use glass_model::{CompletionItem, CompletionKind};

fn item(text: impl Into<String>, kind: CompletionKind, detail: &str) -> CompletionItem {
    CompletionItem {
        text: text.into(),
        kind,
        detail: detail.into(),
    }
}

fn keywords(all: &[(&str, &str)]) -> Vec<CompletionItem> {
    all.iter()
        .map(|(text, detail)| item(*text, CompletionKind::Keyword, detail))
        .collect()
}

/// Functions and aggregations.
pub(super) fn calls() -> Vec<CompletionItem> {
    let functions = FUNCTIONS.iter().map(|function| {
        let detail = format!("{} — {}", function.signature, function.doc);
        item(function.name, CompletionKind::Function, &detail)
    });
    let aggregations = AggregateOp::ALL.into_iter().map(|op| {
        let parameter = match op.parameter() {
            Some(ValueType::String) => "label string, ",
            Some(_) => "number scalar, ",
            None => "",
        };
        let detail = format!("{}({parameter}v instant-vector) — {}", op.name(), describe(op));
        item(op.name(), CompletionKind::Aggregation, &detail)
    });
    functions.chain(aggregations).collect()
}

fn describe(op: AggregateOp) -> &'static str {
    match op {
        AggregateOp::Sum => "sum of the elements",
        AggregateOp::Avg => "mean of the elements",
        AggregateOp::Count => "number of elements",
        AggregateOp::Min => "smallest element",
        AggregateOp::Max => "greatest element",
        AggregateOp::Group => "1 for each group",
        AggregateOp::Stddev => "standard deviation of the elements",
        AggregateOp::Stdvar => "variance of the elements",
        AggregateOp::TopK => "the greatest elements",
        AggregateOp::BottomK => "the smallest elements",
        AggregateOp::CountValues => "how many elements have each value",
        AggregateOp::Quantile => "quantile of the elements",
        AggregateOp::LimitK => "some elements, so many",
        AggregateOp::LimitRatio => "some elements, such a share",
    }
}

/// After an operator, before its right side.
pub(super) fn matching() -> Vec<CompletionItem> {
    keywords(&[
        ("bool", "0 or 1 instead of filtering"),
        ("on", "match by these labels alone"),
        ("ignoring", "match without regard to these labels"),
    ])
}

/// After the labels of `on` or `ignoring`.
pub(super) fn grouping() -> Vec<CompletionItem> {
    keywords(&[
        ("group_left", "many elements on the left meet one on the right"),
        ("group_right", "many elements on the right meet one on the left"),
    ])
}

/// After a whole expression.
pub(super) fn after_expression() -> Vec<CompletionItem> {
    keywords(&[
        ("and", "elements that the right side has too"),
        ("or", "elements of both sides"),
        ("unless", "elements that the right side does not have"),
        ("atan2", "arc tangent of left by right"),
        ("offset", "looks at an earlier time"),
    ])
}

/// Around the parentheses of an aggregation.
pub(super) fn by() -> Vec<CompletionItem> {
    keywords(&[
        ("by", "groups by these labels alone"),
        ("without", "groups by all other labels"),
    ])
}

/// After `@`.
pub(super) fn moments() -> Vec<CompletionItem> {
    keywords(&[
        ("start()", "first moment of the query"),
        ("end()", "last moment of the query"),
    ])
}

/// After a label in braces.
pub(super) fn matchers() -> Vec<CompletionItem> {
    keywords(&[
        ("=", "equals"),
        ("!=", "does not equal"),
        ("=~", "matches the expression"),
        ("!~", "does not match the expression"),
    ])
}

/// Usual ranges, the shortest first.
pub(super) fn durations() -> Vec<CompletionItem> {
    [
        "1m", "2m", "5m", "10m", "15m", "30m", "1h", "2h", "6h", "12h", "1d", "1w",
    ]
    .into_iter()
    .map(|text| item(text, CompletionKind::Duration, ""))
    .collect()
}
