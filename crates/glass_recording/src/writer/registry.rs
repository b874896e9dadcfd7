//! [`Registry`]: which number a series or stream has, the same in all segments.

use glass_model::Labels;
use std::collections::HashMap;

/// The most series or streams: their ids have 32 bits, and nobody can look at more.
const MAX_IDS: usize = 100_000_000;

/// More new ids than a segment can bring: it is written before it holds so many.
const IDS_OF_A_SEGMENT: u32 = 1 << 20;

/// Ids by labels, and the last time that was written of each.
#[derive(Debug, Default)]
pub(super) struct Registry<T> {
    known: HashMap<Labels, (u32, T)>,
    next: u32,
}

impl<T: Copy + Ord> Registry<T> {
    /// The last time of a series or stream that was written before.
    pub(super) fn last_at(&self, labels: &Labels) -> Option<T> {
        self.known.get(labels).map(|(_, last_at)| *last_at)
    }

    /// Whether no more may come.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() >= MAX_IDS
    }

    /// Takes over an id from a segment that was written before.
    pub(super) fn restore(&mut self, labels: Labels, id: u32, last_at: T) {
        self.next = self.next.max(id.saturating_add(1));
        let known = self.known.entry(labels).or_insert((id, last_at));
        known.1 = known.1.max(last_at);
    }

    /// Leaves out the ids that a segment may have given whose table cannot be read.
    pub(super) fn skip_ids(&mut self) {
        self.next = self.next.saturating_add(IDS_OF_A_SEGMENT);
    }

    /// The id of `labels`, a new one if they were never seen, and whether it is new.
    pub(super) fn id_of(&mut self, labels: &Labels, last_at: T) -> (u32, bool) {
        if let Some(known) = self.known.get_mut(labels) {
            known.1 = known.1.max(last_at);
            return (known.0, false);
        }
        let id = self.next;
        self.next += 1;
        self.known.insert(labels.clone(), (id, last_at));
        (id, true)
    }
}
