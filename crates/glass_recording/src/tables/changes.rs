//! `changes`: commits with their patches.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Change;

/// All rows, by the time they became known.
///
/// # Errors
/// When the member is damaged.
pub fn read_changes(member: &Member) -> Result<Vec<Change>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
