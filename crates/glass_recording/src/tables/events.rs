//! `events`: what happened, and when that became known.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Event;

/// All rows, by the time they happened.
///
/// # Errors
/// When the member is damaged.
pub fn read_events(member: &Member) -> Result<Vec<Event>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
