//! [`ChangeStore`]: commits by known time, their patches read when asked for.

use super::cache::{ByteCache, Weight};
use super::found::Found;
use crate::container::{Archive, Member};
use crate::error::RecordingError;
use crate::tables::changes::read_changes;
use glass_model::{Change, ChangeSummary, Timestamp};
use std::collections::HashSet;
use std::sync::Arc;

/// Some hundred patches as long as they may be.
const PATCHES_BUDGET: usize = 8 << 20;

/// The commits of a recording.
pub(crate) struct ChangeStore {
    /// By known time, then by commit time, then as recorded.
    known: Vec<Known>,
    files: Vec<Member>,
    patches: ByteCache<usize, Change>,
    troubles: Vec<String>,
}

struct Known {
    summary: ChangeSummary,
    file: usize,
    row: usize,
}

impl Weight for Change {
    fn n_bytes(&self) -> usize {
        let files: usize = self
            .summary
            .files
            .iter()
            .map(|file| size_of_val(file) + file.path.len())
            .sum();
        size_of::<Self>() + self.body.len() + self.patch.len() + files
    }
}

impl ChangeStore {
    /// Reads the tables of changes; keeps no patches.
    ///
    /// # Errors
    /// When none of the files can be read.
    pub(crate) fn open(archive: &Archive) -> Result<Self, RecordingError> {
        let files: Vec<Member> = archive.table("changes").cloned().collect();
        let read_file = |(file, member)| -> Result<Vec<Known>, RecordingError> {
            let rows = read_changes(member)?.into_iter().enumerate();
            let known = |(row, change): (usize, Change)| Known {
                summary: change.summary,
                file,
                row,
            };
            Ok(rows.map(known).collect())
        };
        let found = Found::of(files.iter().enumerate().map(read_file))?;
        let mut known = without_repeats(found.items.into_iter().flatten());
        known.sort_by_key(|change| (change.summary.known_at, change.summary.committed_at));
        Ok(Self {
            known,
            files,
            patches: ByteCache::new(PATCHES_BUDGET),
            troubles: found.troubles,
        })
    }

    /// What could not be opened.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// The commits known at or before `until`, in the order they became known.
    pub(crate) fn until(&self, until: Timestamp) -> impl DoubleEndedIterator<Item = &ChangeSummary> {
        self.known[..self.n_until(until)]
            .iter()
            .map(|known| &known.summary)
    }

    fn n_until(&self, until: Timestamp) -> usize {
        self.known
            .partition_point(|known| known.summary.known_at <= until)
    }

    /// A commit with its patch, if it was known at or before `until`.
    ///
    /// # Errors
    /// When the patch cannot be read.
    pub(crate) fn change(&self, id: &str, until: Timestamp) -> Result<Option<Arc<Change>>, RecordingError> {
        let known = &self.known[..self.n_until(until)];
        let Some(place) = known.iter().position(|known| known.summary.id == id) else {
            return Ok(None);
        };
        let read = || {
            let Known { file, row, .. } = &known[place];
            let rows = read_changes(&self.files[*file])?;
            let change = rows.into_iter().nth(*row);
            change.ok_or_else(|| RecordingError::damaged(self.files[*file].place(), "a change is gone"))
        };
        self.patches.get_or_try(&place, read).map(Some)
    }
}

/// Of a commit that segments of a recording in progress hold several times, the last one counts.
fn without_repeats(all: impl DoubleEndedIterator<Item = Known>) -> Vec<Known> {
    let mut seen = HashSet::new();
    let is_new = |known: &Known| seen.insert((known.summary.repository.clone(), known.summary.id.clone()));
    let mut kept: Vec<Known> = all.rev().filter(is_new).collect();
    kept.reverse();
    kept
}
