//! Evaluates a query and compares what comes of it.

use super::script::{Eval, Expected, Row, What};
use super::store::LogStore;
use crate::logql::{Engine, parse};
use crate::{Control, Limits};
use glass_model::{QueryError, QueryValue, SampleValue, TimeRange, Timestamp};

/// How far two values may differ, relatively.
const TOLERANCE: f64 = 1e-9;

/// Whether the query yields what is expected.
pub(super) fn check(eval: &Eval, store: &LogStore) -> Result<(), String> {
    match (evaluate(eval, store), &eval.expected) {
        (Ok(found), Expected::Rows(expected)) => compare(found, expected, &eval.what),
        (Ok(found), Expected::Error(text)) => Err(format!(
            "expected an error with {text:?}, found {}",
            shown(&found)
        )),
        (Err(error), Expected::Error(text)) if error.to_string().contains(text.as_str()) => Ok(()),
        (Err(error), Expected::Error(text)) => {
            Err(format!("expected an error with {text:?}, found {error:?}"))
        }
        (Err(error), Expected::Rows(_)) => Err(error.to_string()),
    }
}

fn evaluate(eval: &Eval, store: &LogStore) -> Result<Vec<Row>, QueryError> {
    let limits = Limits::default();
    let query = parse(&eval.query, &limits)?;
    let engine = Engine {
        source: store,
        as_of: Timestamp::MAX,
        control: Control::within(limits.timeout),
        limits,
    };
    match eval.what {
        What::Lines(start, end, limit, order) => {
            let range = TimeRange::new(Timestamp::from_nanos(start), Timestamp::from_nanos(end));
            let found = engine.lines(&query, range, limit, order)?.lines.into_iter();
            Ok(found
                .map(|line| Row::Line(line.at.nanos(), line.line.clone(), line.labels()))
                .collect())
        }
        What::Instant(at, _) => engine.instant(&query, at).map(|found| rows(found.value, &[at])),
        What::Range(start, end, step) => {
            let found = engine.range(&query, start, end, step)?;
            let times: Vec<i64> = (0..)
                .map(|i| start + i * step)
                .take_while(|at| *at <= end)
                .collect();
            Ok(rows(found.value, &times))
        }
    }
}

fn rows(value: QueryValue, times: &[i64]) -> Vec<Row> {
    match value {
        QueryValue::Scalar(_, number) => vec![Row::Scalar(number)],
        QueryValue::Vector(samples) => samples
            .into_iter()
            .map(|sample| {
                let value = match sample.value {
                    SampleValue::Float(float) => Some(float),
                    SampleValue::Histogram(_) => None,
                };
                Row::Series(sample.labels, vec![value])
            })
            .collect(),
        QueryValue::Matrix(series) => series
            .into_iter()
            .map(|one| {
                let value_at = |at: &i64| {
                    let found = one.floats.at_millis().binary_search(&(at / 1_000_000)).ok()?;
                    Some(one.floats.values()[found])
                };
                Row::Series(one.labels.clone(), times.iter().map(value_at).collect())
            })
            .collect(),
        QueryValue::Text(..) | QueryValue::Streams(_) => Vec::new(),
    }
}

fn compare(mut found: Vec<Row>, expected: &[Row], what: &What) -> Result<(), String> {
    let mut wanted = expected.to_vec();
    let is_ordered = matches!(what, What::Lines(..) | What::Instant(_, true));
    if !is_ordered {
        let labels = |row: &Row| match row {
            Row::Series(labels, _) => Some(labels.clone()),
            _ => None,
        };
        found.sort_by_key(labels);
        wanted.sort_by_key(labels);
    }
    let is_same = found.len() == wanted.len() && found.iter().zip(&wanted).all(|(a, b)| is_equal(a, b));
    match is_same {
        true => Ok(()),
        false => Err(format!("expected {}, found {}", shown(&wanted), shown(&found))),
    }
}

fn is_equal(found: &Row, expected: &Row) -> bool {
    match (found, expected) {
        (Row::Series(labels, values), Row::Series(other_labels, others)) => {
            labels == other_labels
                && values.len() == others.len()
                && values.iter().zip(others).all(|(a, b)| is_near(*a, *b))
        }
        (Row::Scalar(a), Row::Scalar(b)) => is_near(Some(*a), Some(*b)),
        (a, b) => a == b,
    }
}

fn is_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= TOLERANCE * (a.abs() + b.abs())
        }
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn shown(rows: &[Row]) -> String {
    let rows = rows.iter().map(|row| match row {
        Row::Line(at, line, labels) => format!("{}ms {line:?} {labels}", at / 1_000_000),
        Row::Series(labels, values) => {
            let values = values
                .iter()
                .map(|value| value.map_or_else(|| "_".into(), |value| value.to_string()));
            format!("{labels} {}", values.collect::<Vec<_>>().join(" "))
        }
        Row::Scalar(number) => number.to_string(),
    });
    let all: Vec<String> = rows.collect();
    if all.is_empty() {
        "nothing".into()
    } else {
        all.join("; ")
    }
}
