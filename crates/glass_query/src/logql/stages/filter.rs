//! Label filters: `| status >= 500 and duration > 1s`.

use super::{IpSet, LineState};
use crate::logql::parse::values::{parse_bytes, parse_go_duration, parse_go_float};
use glass_model::Matcher;

/// The error of a label whose value is no number, duration or size.
const LABEL_FILTER_ERROR: &str = "LabelFilterErr";

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]

pub enum Compare {
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
}

impl Compare {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
        }
    }

    fn holds<T: PartialOrd>(self, value: &T, threshold: &T) -> bool {
        match self {
            Self::Equal => value == threshold,
            Self::NotEqual => value != threshold,
            Self::Greater => value > threshold,
            Self::GreaterEqual => value >= threshold,
            Self::Less => value < threshold,
            Self::LessEqual => value <= threshold,
        }
    }
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// `500`
    Number(f64),
    /// `1.5s`
    Nanos(i64),
    /// `20MB`
    Bytes(u64),
}

/// A condition on labels.
#[derive(Clone, Debug)]
pub enum LabelFilter {
    /// `level="error"`
    Text(Matcher),
    /// `status >= 500`
    Number {
        /// The label.
        name: Box<str>,
        /// How it is compared.
        compare: Compare,
        /// With what.
        threshold: Threshold,
    },
    /// `addr = ip("10.0.0.0/8")`
    Ip {
        /// The label.
        name: Box<str>,
        /// `!=`
        is_negated: bool,
        /// The addresses.
        set: IpSet,
    },
    /// All of these.
    All(Vec<LabelFilter>),
    /// Any of these.
    Any(Vec<LabelFilter>),
}

impl LabelFilter {
    /// Whether the line is kept. A value that cannot be compared keeps the line and marks it.
    pub fn keeps(&self, state: &mut LineState<'_>) -> bool {
        match self {
            Self::Text(matcher) => matcher.matches_value(state.get(matcher.name()).unwrap_or("")),
            Self::Number {
                name,
                compare,
                threshold,
            } => number_keeps(state, name, *compare, *threshold),
            // Only a text filter drops a line that has failed already.
            Self::Ip { .. } if state.has_error() => true,
            Self::Ip {
                name,
                is_negated,
                set,
            } => state.get(name).is_some_and(|value| set.has(value)) != *is_negated,
            Self::All(all) => all.iter().all(|filter| filter.keeps(state)),
            Self::Any(any) => any.iter().any(|filter| filter.keeps(state)),
        }
    }

    /// Calls `found` with the name of every label it looks at.
    pub fn each_name(&self, found: &mut dyn FnMut(&str)) {
        match self {
            Self::Text(matcher) => found(matcher.name()),
            Self::Number { name, .. } | Self::Ip { name, .. } => found(name),
            Self::All(filters) | Self::Any(filters) => {
                for filter in filters {
                    filter.each_name(found);
                }
            }
        }
    }

    /// Whether all it looks at are texts, so that it cannot fail.
    pub fn is_text(&self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Number { .. } | Self::Ip { .. } => false,
            Self::All(filters) | Self::Any(filters) => filters.iter().all(Self::is_text),
        }
    }
}

fn number_keeps(state: &mut LineState<'_>, name: &str, compare: Compare, threshold: Threshold) -> bool {
    // The error labels cannot be compared as numbers.
    if name == super::state::ERROR || name == super::state::ERROR_DETAILS {
        return false;
    }
    if state.has_error() {
        return true;
    }
    let Some(value) = state.get(name) else {
        return false;
    };
    let outcome = match threshold {
        Threshold::Number(number) => parse_go_float(value).map(|value| compare.holds(&value, &number)),
        Threshold::Nanos(nanos) => parse_go_duration(value).map(|value| compare.holds(&value, &nanos)),
        Threshold::Bytes(bytes) => parse_bytes(value).map(|value| compare.holds(&value, &bytes)),
    };
    outcome.unwrap_or_else(|details| {
        state.fail(LABEL_FILTER_ERROR, details);
        true
    })
}
