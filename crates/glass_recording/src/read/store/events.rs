//! [`EventStore`]: events in an order that their own content gives.

use super::found::Found;
use crate::container::Archive;
use crate::error::RecordingError;
use crate::tables::events::read_events;
use glass_model::Event;

/// The events of a recording.
pub(crate) struct EventStore {
    /// By everything but their ends: the order must tell nothing of what became known later.
    events: Vec<Event>,
    troubles: Vec<String>,
}

impl EventStore {
    /// Reads the tables of events.
    ///
    /// # Errors
    /// When none of the files can be read.
    pub(crate) fn open(archive: &Archive) -> Result<Self, RecordingError> {
        let mut found = Found::rows(archive, "events", read_events)?;
        found.items.sort_by(|a, b| begin(a).cmp(&begin(b)));
        Ok(Self {
            events: found.items,
            troubles: found.troubles,
        })
    }

    /// All events, in groups that differ in nothing but their ends: those were recorded at different times.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[Event]> {
        self.events.chunk_by(|a, b| begin(a) == begin(b))
    }

    /// All events.
    pub(crate) fn all(&self) -> &[Event] {
        &self.events
    }

    /// What could not be read.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }
}

/// All of an event but its end.
fn begin(event: &Event) -> impl Ord + '_ {
    let texts = (
        &event.title,
        &event.cluster,
        &event.labels,
        &event.link,
        &event.text,
        &event.annotations,
    );
    (event.happened_at, event.kind, event.known_at, texts)
}
