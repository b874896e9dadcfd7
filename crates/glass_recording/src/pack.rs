//! Taking recordings apart and putting them together: [`pack`], [`unpack`], [`unfinish`].

use crate::error::RecordingError;
use crate::writer::Progress;
use std::path::Path;

/// What was packed or unpacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackReport {
    /// How many members.
    pub n_members: u64,
    /// How many bytes they have together.
    pub n_bytes: u64,
    /// What was left out, one sentence each.
    pub warnings: Vec<String>,
}

/// Writes all members of `file` below `folder`, which must not exist or be empty. Nothing is written outside it.
/// The folder opens as a recording.
///
/// # Errors
/// When `file` is no recording, a member is not what the manifest says, or something cannot be written.
pub fn unpack(
    file: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let _ = (folder, progress);
    Err(RecordingError::rejected(file.display(), "not written yet"))
}

/// Puts an unpacked folder together into `file`, with a manifest that lists the members as they are now.
///
/// # Errors
/// When `folder` is no unpacked recording, a table in it is damaged, `file` exists, or it cannot be written.
pub fn pack(
    folder: &Path,
    file: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let _ = (folder, progress);
    Err(RecordingError::rejected(file.display(), "not written yet"))
}

/// Turns a finished file into a folder of one segment, with which [`crate::RecordingWriter::open`] goes on. The file
/// stays as it is.
///
/// # Errors
/// As for [`unpack`].
pub fn unfinish(
    file: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let _ = (folder, progress);
    Err(RecordingError::rejected(file.display(), "not written yet"))
}
