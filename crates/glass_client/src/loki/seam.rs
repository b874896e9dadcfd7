//! [`Seam`]: where two pages meet inside a group of equal timestamps, nothing is lost or handed out twice.

use glass_model::{Entry, Labels};
use std::collections::HashMap;

/// What tells one line from another at the same moment. Lines that agree in it are counted.
type Key = (Labels, String, Labels);

/// The lines of one moment that were handed out already.
#[derive(Debug, Default)]
pub(super) struct Seam {
    at: Option<i64>,
    seen: HashMap<Key, u32>,
    in_page: HashMap<Key, u32>,
}

impl Seam {
    /// Another answer begins: what was seen may come again.
    pub fn begin_page(&mut self) {
        self.in_page.clear();
    }

    /// Lines of this moment have to be remembered from now on.
    pub fn move_to(&mut self, at: i64) {
        if self.at != Some(at) {
            self.at = Some(at);
            self.seen.clear();
            self.in_page.clear();
        }
    }

    /// Whether lines of this moment have to be told apart.
    pub fn is_at(&self, at: i64) -> bool {
        self.at == Some(at)
    }

    /// How many lines of its moment were handed out.
    pub fn n_seen(&self) -> u32 {
        self.seen.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Whether a line of this moment comes for the first time: identical lines come as often as one answer has them.
    pub fn is_new(&mut self, labels: &Labels, entry: &Entry) -> bool {
        let key = (labels.clone(), entry.line.clone(), entry.metadata.clone());
        let n_in_page = self.in_page.entry(key.clone()).or_insert(0);
        *n_in_page += 1;
        let n_seen = self.seen.entry(key).or_insert(0);
        let is_new = *n_in_page > *n_seen;
        *n_seen = (*n_seen).max(*n_in_page);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Timestamp;

    #[test]
    fn identical_lines_are_counted() {
        let mut seam = Seam::default();
        let mut page = |lines: &str| -> String {
            seam.move_to(5);
            seam.begin_page();
            let is_new = |line: &char| {
                let entry = Entry {
                    at: Timestamp::from_nanos(5),
                    line: line.to_string(),
                    metadata: Labels::empty(),
                };
                seam.is_new(&Labels::empty(), &entry)
            };
            lines.chars().filter(is_new).collect()
        };
        assert_eq!(page("aab"), "aab");
        // Two more of one, one of another; the order does not count.
        assert_eq!(page("baacaa"), "caa");
        assert_eq!(page("baacaa"), "");
    }
}
