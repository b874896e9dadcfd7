//! `layout.json`: the panels that matter and the moment to open at.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::{Panel, Timestamp};

/// The name of the member.
pub const LAYOUT_NAME: &str = "layout.json";

/// The views to open with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The panels that matter, the first first.
    pub panels: Vec<Panel>,
    /// The moment to open at.
    pub open_at: Option<Timestamp>,
}

/// Reads `layout.json`.
///
/// # Errors
/// When the member is damaged.
pub fn read_layout(member: &Member) -> Result<Layout, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
