//! [`Found`]: what could be read of the files of one table, and what could not.

use crate::container::{Archive, Member};
use crate::error::RecordingError;

/// What could be read of several files.
pub(crate) struct Found<T> {
    pub(crate) items: Vec<T>,
    /// Why some could not be read, one sentence each.
    pub(crate) troubles: Vec<String>,
}

impl<T> Found<T> {
    /// All rows of a table, in the order of its files.
    ///
    /// # Errors
    /// When there are files and none can be read.
    pub(crate) fn rows(
        archive: &Archive,
        table: &str,
        read: impl Fn(&Member) -> Result<Vec<T>, RecordingError>,
    ) -> Result<Self, RecordingError> {
        let files = Found::each(archive, table, read)?;
        Ok(Self {
            items: files.items.into_iter().flatten().collect(),
            troubles: files.troubles,
        })
    }

    /// The files of a table, each read or opened.
    ///
    /// # Errors
    /// When there are files and none can be read.
    pub(crate) fn each(
        archive: &Archive,
        table: &str,
        read: impl Fn(&Member) -> Result<T, RecordingError>,
    ) -> Result<Self, RecordingError> {
        Self::of(archive.table(table).map(read))
    }

    /// Parts what was read from what was not.
    ///
    /// # Errors
    /// When there is something and none of it was read.
    pub(crate) fn of(all: impl Iterator<Item = Result<T, RecordingError>>) -> Result<Self, RecordingError> {
        let mut found = Self {
            items: Vec::new(),
            troubles: Vec::new(),
        };
        let mut first_error = None;
        for result in all {
            match result {
                Ok(item) => found.items.push(item),
                Err(error) => {
                    found.troubles.push(error.to_string());
                    first_error.get_or_insert(error);
                }
            }
        }
        match first_error {
            Some(error) if found.items.is_empty() => Err(error),
            _ => Ok(found),
        }
    }
}
