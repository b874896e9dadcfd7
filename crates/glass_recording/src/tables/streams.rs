//! `streams`: which log streams there are, and how many entries each has.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Labels;

/// A log stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// Its number in the log tables.
    pub id: u32,
    /// What identifies it.
    pub labels: Labels,
    /// The time of its first entry in this file, in nanoseconds since the epoch.
    pub first_at_nanos: i64,
    /// The time of its last one.
    pub last_at_nanos: i64,
    /// How many entries it has in this file.
    pub n_entries: u64,
}

/// All rows, by id.
///
/// # Errors
/// When the member is damaged.
pub fn read_streams(member: &Member) -> Result<Vec<StreamRow>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
