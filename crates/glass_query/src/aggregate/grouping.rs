//! Which series belong together: [`Grouping`], and [`Groups`], which numbers the groups as they are met.

use glass_model::Labels;
use std::collections::HashMap;

/// Which labels an aggregation groups by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By these labels alone; by none if nothing is said.
    By(Vec<String>),
    /// By all other labels, the metric's name excepted.
    Without(Vec<String>),
}

impl Grouping {
    fn takes(&self, label: &str) -> bool {
        match self {
            Self::By(names) => names.iter().any(|name| name == label),
            Self::Without(names) => label != "__name__" && names.iter().all(|name| name != label),
        }
    }

    /// The labels of the group that a series with `labels` belongs to.
    pub fn labels(&self, labels: &Labels) -> Labels {
        match self {
            Self::By(names) if names.is_empty() => Labels::empty(),
            _ => Labels::new(labels.iter().filter(|(name, _)| self.takes(name))),
        }
    }

    /// Replaces `key` by what tells the group apart from all others.
    pub fn write_key(&self, labels: &Labels, key: &mut Vec<u8>) {
        key.clear();
        if matches!(self, Self::By(names) if names.is_empty()) {
            return;
        }
        for (name, value) in labels.iter() {
            if self.takes(name) {
                push_text(key, name);
                push_text(key, value);
            }
        }
    }
}

/// Length first, so that no two lists of texts share bytes.
fn push_text(key: &mut Vec<u8>, text: &str) {
    key.extend_from_slice(&(text.len() as u64).to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}

/// Numbers groups in the order in which they are met. A series' labels are looked at once.
#[derive(Debug)]
pub struct Groups {
    grouping: Grouping,
    by_key: HashMap<Box<[u8]>, usize>,
    labels: Vec<Labels>,
    key: Vec<u8>,
}

impl Groups {
    /// No groups yet.
    pub fn new(grouping: Grouping) -> Self {
        Self {
            grouping,
            by_key: HashMap::new(),
            labels: Vec::new(),
            key: Vec::new(),
        }
    }

    /// The number of the group that a series belongs to; the next free one if it is the first.
    pub fn of(&mut self, labels: &Labels) -> usize {
        self.grouping.write_key(labels, &mut self.key);
        if let Some(found) = self.by_key.get(&*self.key) {
            return *found;
        }
        let number = self.labels.len();
        self.labels.push(self.grouping.labels(labels));
        self.by_key.insert(self.key.as_slice().into(), number);
        number
    }

    /// The labels of each group.
    pub fn labels(&self) -> &[Labels] {
        &self.labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_numbered_as_they_are_met() {
        let check = |grouping: Grouping, expected: &[(usize, &str)]| {
            let series = [
                Labels::new([("__name__", "m"), ("a", "1"), ("b", "x")]),
                Labels::new([("__name__", "m"), ("a", "2"), ("b", "x")]),
                Labels::new([("__name__", "n"), ("a", "1"), ("c", "y")]),
            ];
            let mut groups = Groups::new(grouping);
            let numbers: Vec<usize> = series.iter().map(|labels| groups.of(labels)).collect();
            let found: Vec<(usize, String)> = numbers
                .iter()
                .map(|number| (*number, groups.labels()[*number].to_string()))
                .collect();
            let expected: Vec<(usize, String)> = expected
                .iter()
                .map(|(n, text)| (*n, (*text).to_owned()))
                .collect();
            assert_eq!(found, expected);
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        check(Grouping::By(names(&[])), &[(0, "{}"), (0, "{}"), (0, "{}")]);
        check(
            Grouping::By(names(&["a"])),
            &[(0, r#"{a="1"}"#), (1, r#"{a="2"}"#), (0, r#"{a="1"}"#)],
        );
        check(
            Grouping::Without(names(&["a"])),
            &[(0, r#"{b="x"}"#), (0, r#"{b="x"}"#), (1, r#"{c="y"}"#)],
        );
        check(
            Grouping::By(names(&["__name__"])),
            &[(0, "m"), (0, "m"), (1, "n")],
        );
    }
}
