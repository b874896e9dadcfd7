//! `metadata`: what metrics count, their help texts and units.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::MetricKind;

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataRow {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub kind: MetricKind,
    /// Its help text, empty if not known.
    pub help: String,
    /// Its unit, empty if not known.
    pub unit: String,
}

/// All rows, by name.
///
/// # Errors
/// When the member is damaged.
pub fn read_metadata(member: &Member) -> Result<Vec<MetadataRow>, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}
