//! Choosing series and streams by their labels: [`Matcher`] and [`Selector`].

use crate::{Labels, go_regex_anchored};
use std::fmt;

/// How a [`Matcher`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatcherOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends
    Regex,
    /// `!~`, anchored at both ends
    NotRegex,
}

/// One condition on a label; an absent label counts as the empty value.
#[derive(Clone, Debug)]
pub struct Matcher {
    name: Box<str>,
    op: MatcherOp,
    value: Box<str>,
    regex: Option<regex::Regex>,
}

impl Matcher {
    /// Builds a condition; expressions mean what they mean in Go.
    ///
    /// # Errors
    /// When the expression of a regex matcher is not valid or too large.
    pub fn new(name: &str, op: MatcherOp, value: &str) -> Result<Self, regex::Error> {
        let regex = match op {
            MatcherOp::Equal | MatcherOp::NotEqual => None,
            MatcherOp::Regex | MatcherOp::NotRegex => Some(go_regex_anchored(value)?),
        };
        Ok(Self {
            name: name.into(),
            op,
            value: value.into(),
            regex,
        })
    }

    /// `name="value"`
    pub fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.into(),
            op: MatcherOp::Equal,
            value: value.into(),
            regex: None,
        }
    }

    /// The label's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    pub fn op(&self) -> MatcherOp {
        self.op
    }

    /// What it compares with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether `value`, the label's value or the empty text, satisfies it.
    pub fn matches_value(&self, value: &str) -> bool {
        let found = self
            .regex
            .as_ref()
            .map_or_else(|| value == &*self.value, |regex| regex.is_match(value));
        found == matches!(self.op, MatcherOp::Equal | MatcherOp::Regex)
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.op, &self.value) == (&other.name, other.op, &other.value)
    }
}
impl Eq for Matcher {}

/// Conditions that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// The conditions; none selects everything.
    pub matchers: Vec<Matcher>,
}

impl Selector {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// All series of one metric.
    pub fn metric(name: &str) -> Self {
        Self {
            matchers: vec![Matcher::equal("__name__", name)],
        }
    }

    /// Whether all conditions hold for `labels`.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matchers
            .iter()
            .all(|m| m.matches_value(labels.get(&m.name).unwrap_or("")))
    }
}

/// As PromQL and LogQL write it: `{job="gateway", code=~"5.."}`.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, m) in self.matchers.iter().enumerate() {
            let op = match m.op {
                MatcherOp::Equal => "=",
                MatcherOp::NotEqual => "!=",
                MatcherOp::Regex => "=~",
                MatcherOp::NotRegex => "!~",
            };
            write!(f, "{}{}{op}{:?}", if i == 0 { "" } else { ", " }, m.name, m.value)?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_anchored_and_absent_labels_are_empty() {
        let labels = Labels::new([("__name__", "up"), ("job", "shop\nb")]);
        let check = |name, op, value, expected| {
            let selector = Selector {
                matchers: vec![Matcher::new(name, op, value).unwrap()],
            };
            assert_eq!(selector.matches(&labels), expected, "{selector}");
        };
        check("job", MatcherOp::Regex, "shop.b", true);
        check("job", MatcherOp::Regex, "shop", false);
        check("job", MatcherOp::NotRegex, "shop", true);
        check("nope", MatcherOp::Equal, "", true);
        check("nope", MatcherOp::NotEqual, "", false);
        assert!(Matcher::new("job", MatcherOp::Regex, "(").is_err());
    }
}
