//! [`Value`]: what a template works with.

use super::number::go_float;
use super::time;
use glass_model::Timestamp;
use serde_json::Value as Json;
use std::borrow::Cow;

/// A value inside a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Time(Timestamp),
    Json(Json),
    /// All labels of the line: what `.` is outside of `range` and `with`.
    Labels,
    Nil,
}

impl Value {
    /// A JSON value as Go has it: numbers are floats.
    pub(super) fn of_json(json: Json) -> Self {
        match json {
            Json::String(text) => Self::Text(text),
            Json::Number(number) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            Json::Bool(is) => Self::Bool(is),
            Json::Null => Self::Nil,
            other => Self::Json(other),
        }
    }

    /// Whether `if` takes it for true.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Bool(is) => *is,
            Self::Json(Json::Array(items)) => !items.is_empty(),
            Self::Json(Json::Object(items)) => !items.is_empty(),
            Self::Json(_) | Self::Nil => false,
            Self::Time(_) | Self::Labels => true,
        }
    }

    /// As it is printed.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(go_float(*number)),
            Self::Bool(is) => Cow::Borrowed(if *is { "true" } else { "false" }),
            Self::Time(at) => Cow::Owned(time::format(*at, time::DEFAULT_LAYOUT)),
            Self::Json(json) => Cow::Owned(json_text(json)),
            Self::Labels => Cow::Borrowed("map[]"),
            Self::Nil => Cow::Borrowed("<no value>"),
        }
    }

    /// As a whole number; 0 if it is none.
    pub(super) fn int(&self) -> i64 {
        match self {
            Self::Int(number) => *number,
            Self::Float(number) => *number as i64,
            Self::Bool(is) => i64::from(*is),
            Self::Text(text) => {
                let text = text.trim();
                let whole = text.parse().ok();
                let even = || {
                    text.split_once('.')
                        .filter(|(_, rest)| rest.chars().all(|c| c == '0'))
                };
                whole.or_else(|| even()?.0.parse().ok()).unwrap_or(0)
            }
            Self::Time(at) => at.secs(),
            _ => 0,
        }
    }

    /// As a number; 0 if it is none.
    pub(super) fn float(&self) -> f64 {
        match self {
            Self::Float(number) => *number,
            Self::Text(text) => text.trim().parse().unwrap_or(0.0),
            other => other.int() as f64,
        }
    }
}

/// As Go prints what it has read from JSON.
fn json_text(json: &Json) -> String {
    match json {
        Json::Null => "<nil>".into(),
        Json::Bool(is) => is.to_string(),
        Json::Number(number) => go_float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(json_text).collect();
            format!("[{}]", items.join(" "))
        }
        Json::Object(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|(key, value)| format!("{key}:{}", json_text(value)))
                .collect();
            format!("map[{}]", items.join(" "))
        }
    }
}
