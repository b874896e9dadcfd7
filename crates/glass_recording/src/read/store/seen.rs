//! [`SeenStore`]: what sources handed out as a whole, each time it was seen.

use super::found::Found;
use crate::container::{Archive, Member};
use crate::error::RecordingError;
use crate::tables::Item;
use crate::tables::seen::{Sighting, join_sightings};
use glass_model::Timestamp;

/// The sightings of one table.
pub(crate) struct SeenStore<T> {
    /// By source and time.
    sightings: Vec<Sighting<T>>,
    troubles: Vec<String>,
}

impl<T: Item> SeenStore<T> {
    /// Reads the files of a table.
    ///
    /// # Errors
    /// When none of the files can be read.
    pub(crate) fn open(
        archive: &Archive,
        table: &str,
        read: impl Fn(&Member) -> Result<Vec<Sighting<T>>, RecordingError>,
    ) -> Result<Self, RecordingError> {
        let found = Found::rows(archive, table, read)?;
        Ok(Self {
            sightings: join_sightings(found.items, &mut 0),
            troubles: found.troubles,
        })
    }

    /// The last sighting of every source at or before `as_of`, sources by name.
    pub(crate) fn last(&self, as_of: Timestamp) -> impl Iterator<Item = &Sighting<T>> {
        let sources = self.sightings.chunk_by(|a, b| a.source == b.source);
        sources.filter_map(move |of_source| {
            let n_known = of_source.partition_point(|sighting| sighting.at <= as_of);
            of_source[..n_known].last()
        })
    }

    /// All sightings.
    pub(crate) fn all(&self) -> &[Sighting<T>] {
        &self.sightings
    }

    /// What could not be read.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }
}
