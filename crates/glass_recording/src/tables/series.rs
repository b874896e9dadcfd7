//! `series`: which series there are, and how many samples each has.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Labels;

/// A series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesRow {
    /// Its number in the sample tables.
    pub id: u32,
    /// What identifies it, `__name__` included.
    pub labels: Labels,
    /// The time of its first sample in this file, float or histogram, in milliseconds since the epoch.
    pub first_at_millis: i64,
    /// The time of its last one.
    pub last_at_millis: i64,
    /// How many float and histogram samples it has in this file, stale markers included.
    pub n_samples: u64,
}

/// All rows, by id.
///
/// # Errors
/// When the member is damaged.
pub fn read_series(member: &Member) -> Result<Vec<SeriesRow>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
