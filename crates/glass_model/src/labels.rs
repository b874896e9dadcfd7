//! [`Labels`]: the names and values that identify a series or a stream.

use std::fmt;
use std::sync::Arc;

/// The label that holds a metric's name.
const NAME: &str = "__name__";

/// A set of labels, sorted by name, each name once. Names and values are any UTF-8. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Arc<[(Box<str>, Box<str>)]>);

impl Default for Labels {
    fn default() -> Self {
        Self::empty()
    }
}

impl Labels {
    /// Builds a set; of a name that comes twice the last value counts. Empty values are kept.
    pub fn new<N: Into<Box<str>>, V: Into<Box<str>>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut all: Vec<(Box<str>, Box<str>)> =
            pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        all.reverse();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|later, first| later.0 == first.0);
        Self(all.into())
    }

    /// The empty set.
    pub fn empty() -> Self {
        Self(Arc::new([]))
    }

    /// The value of `name`, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.binary_search_by(|pair| (*pair.0).cmp(name)).ok()?;
        Some(&self.0[found].1)
    }

    /// The metric's name (`__name__`), or the empty text.
    pub fn metric_name(&self) -> &str {
        self.get(NAME).unwrap_or("")
    }

    /// All pairs in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same labels without those of the given names.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| !names.contains(&&**name))
                .cloned()
                .collect(),
        )
    }
}

/// As Prometheus writes it: `http_requests_total{code="200"}`; names outside the classic alphabet are quoted.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.metric_name();
        let plain_name = is_plain(name, ':');
        if plain_name {
            f.write_str(name)?;
        }
        let mut first = true;
        for (label, value) in self
            .iter()
            .filter(|(label, _)| *label != NAME || (!plain_name && !name.is_empty()))
        {
            f.write_str(if first { "{" } else { ", " })?;
            first = false;
            match label {
                NAME => write!(f, "{value:?}")?,
                _ if is_plain(label, '_') => write!(f, "{label}={value:?}")?,
                _ => write!(f, "{label:?}={value:?}")?,
            }
        }
        match (first, plain_name) {
            (false, _) => f.write_str("}"),
            (true, false) => f.write_str("{}"),
            (true, true) => Ok(()),
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_plain(name: &str, extra: char) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == extra;
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_values_win_and_names_are_sorted() {
        let labels = Labels::new([("job", "a"), ("__name__", "up"), ("job", "b")]);
        assert_eq!(labels.to_string(), r#"up{job="b"}"#);
        assert_eq!(labels.get("job"), Some("b"));
        assert_eq!(labels.without(&["job"]).to_string(), "up");
    }

    #[test]
    fn names_of_any_utf8_are_quoted() {
        let labels = Labels::new([("__name__", "queue.depth"), ("queue.name", "eu")]);
        assert_eq!(labels.to_string(), r#"{"queue.depth", "queue.name"="eu"}"#);
        assert_eq!(Labels::empty().to_string(), "{}");
    }
}
