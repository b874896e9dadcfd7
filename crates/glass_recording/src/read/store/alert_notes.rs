//! [`AlertNotes`]: annotations of alerts, as their rules were seen to fill them in.

use super::seen::SeenStore;
use crate::tables::rules::RuleRow;
use glass_model::{Labels, Timestamp};
use std::collections::HashMap;

/// The annotations of alerts, by their labels.
pub(crate) struct AlertNotes(HashMap<Labels, Vec<Note>>);

/// What the annotations were when they were seen, until they were seen to be others.
struct Note {
    seen_at: Timestamp,
    annotations: Labels,
}

impl AlertNotes {
    /// Collects the active alerts of all sightings of rules.
    pub(crate) fn new(rules: &SeenStore<RuleRow>) -> Self {
        let mut changed: Vec<_> = rules.all().iter().filter(|one| one.since == one.at).collect();
        changed.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
        let mut notes: HashMap<Labels, Vec<Note>> = HashMap::new();
        for sighting in changed {
            for (labels, annotations) in sighting.items.iter().filter_map(RuleRow::active_alert) {
                let of_alert = notes.entry(labels.clone()).or_default();
                of_alert.push(Note {
                    seen_at: sighting.at,
                    annotations: annotations.clone(),
                });
            }
        }
        Self(notes)
    }

    /// The last that was seen of an alert with these labels from `start` to `end`.
    pub(crate) fn last(&self, labels: &Labels, start: Timestamp, end: Timestamp) -> Option<&Labels> {
        let notes = self.0.get(labels)?;
        let n_known = notes.partition_point(|note| note.seen_at <= end);
        let last = notes[..n_known].last().filter(|note| note.seen_at >= start)?;
        Some(&last.annotations)
    }
}
