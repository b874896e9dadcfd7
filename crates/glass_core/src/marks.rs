//! [`Marks`]: moments that the user marked, to come back to.

use glass_model::Timestamp;

/// How many moments can be marked.
const MAX_MARKS: usize = 200;
/// The longest name of a mark, in characters.
const MAX_NAME: usize = 80;

/// A moment that the user marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedMoment {
    /// The moment.
    pub at: Timestamp,
    /// What the user calls it; may be empty.
    pub name: String,
}

/// All of them, by time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    all: Vec<MarkedMoment>,
}

impl Marks {
    /// Of moments in any order.
    pub fn of(mut all: Vec<MarkedMoment>) -> Self {
        all.sort_by_key(|mark| mark.at);
        all.dedup_by_key(|mark| mark.at);
        all.truncate(MAX_MARKS);
        Self { all }
    }

    /// All of them, by time.
    pub fn all(&self) -> &[MarkedMoment] {
        &self.all
    }

    /// The mark at a moment, or as near to it as `near`.
    pub fn at(&self, at: Timestamp, near: i64) -> Option<&MarkedMoment> {
        let distance = |mark: &&MarkedMoment| mark.at.nanos_since(at).saturating_abs();
        self.all
            .iter()
            .filter(|mark| distance(mark) <= near)
            .min_by_key(distance)
    }

    /// Takes away the mark at or near a moment, or sets one there; says whether there is one now. `None` if there are too
    /// many.
    pub fn toggle(&mut self, at: Timestamp, near: i64) -> Option<bool> {
        if let Some(known) = self.at(at, near).map(|mark| mark.at) {
            self.all.retain(|mark| mark.at != known);
            return Some(false);
        }
        self.name(at, near, "").then_some(true)
    }

    /// Names the mark at or near a moment, which is set if need be; `false` if there are too many.
    pub fn name(&mut self, at: Timestamp, near: i64, name: &str) -> bool {
        let name: String = name.trim().chars().take(MAX_NAME).collect();
        let at = self.at(at, near).map_or(at, |mark| mark.at);
        let place = self.all.partition_point(|mark| mark.at < at);
        let has_room = self.all.len() < MAX_MARKS;
        match self.all.get_mut(place).filter(|mark| mark.at == at) {
            Some(mark) => mark.name = name,
            None if !has_room => return false,
            None => self.all.insert(place, MarkedMoment { at, name }),
        }
        true
    }

    /// The next one after a moment, or the one before it.
    pub fn beside(&self, at: Timestamp, forward: bool) -> Option<&MarkedMoment> {
        match forward {
            true => self.all.iter().find(|mark| mark.at > at),
            false => self.all.iter().rev().find(|mark| mark.at < at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_set_named_found_and_taken_away() {
        let at = Timestamp::from_secs;
        let mut marks = Marks::default();
        assert_eq!(
            (marks.toggle(at(20), 5), marks.toggle(at(10), 5)),
            (Some(true), Some(true))
        );
        assert!(marks.name(at(21), 1_000_000_000, "the deploy"));
        let found = |at, forward| {
            marks
                .beside(at, forward)
                .map(|mark| (mark.at.secs(), mark.name.as_str()))
        };
        assert_eq!(found(at(10), true), Some((20, "the deploy")));
        assert_eq!(found(at(20), true), None);
        assert_eq!(found(at(20), false), Some((10, "")));
        let mut marks = Marks::of(marks.all().to_vec());
        assert_eq!(marks.toggle(at(10), 0), Some(false));
        assert_eq!(marks.all().len(), 1);
        for secs in 0..500 {
            marks.toggle(at(secs), 0);
        }
        assert_eq!((marks.all().len(), marks.toggle(at(1000), 0)), (MAX_MARKS, None));
    }
}
