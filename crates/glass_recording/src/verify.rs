//! [`verify`]: reads all of a recording and says what is wrong with it.

use crate::error::RecordingError;
use crate::manifest::Counts;
use crate::writer::Progress;
use std::path::Path;

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many members were read.
    pub n_members: u64,
    /// How many bytes they have together.
    pub n_bytes: u64,
    /// What was found in them; duplicates and the like as the manifest says.
    pub counts: Counts,
    /// What is wrong, one sentence each; empty if all is well.
    pub problems: Vec<String>,
}

/// Reads everything: checksums, schemas, order, values, and whether the counts are those of the manifest.
///
/// # Errors
/// When `path` does not even open; see [`crate::Archive::open`].
pub fn verify(path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, RecordingError> {
    let _ = progress;
    Err(RecordingError::rejected(path.display(), "not written yet"))
}
