//! The folder of a recording in progress: how it is made, locked, named and taken away again.

use super::output::sync_folder;
use crate::container::{DRAFT_NAME, SEGMENTS_NAME};
use crate::error::RecordingError;
use crate::manifest::{self, Manifest, ManifestDraft};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// The file that is locked while a writer is at work; it is empty.
const LOCK_NAME: &str = "writer.lock";

/// Under this name the draft is written before it takes its own.
const PASSING_DRAFT_NAME: &str = ".recording.json";

/// Makes the folder of a recording, or sees that nothing in it is in the way. What a writer that was killed right
/// here has left behind is not.
pub(super) fn create_recording_folder(folder: &Path) -> Result<(), RecordingError> {
    create_folder_without(folder, |name| {
        ![LOCK_NAME, PASSING_DRAFT_NAME, SEGMENTS_NAME].contains(&name)
    })?;
    create_folder_without(&folder.join(SEGMENTS_NAME), |_| true)
}

/// Makes `folder`, or sees that it is empty.
pub(crate) fn create_empty_folder(folder: &Path) -> Result<(), RecordingError> {
    create_folder_without(folder, |_| true)
}

/// Makes `folder`, or sees that nothing in it is in the way.
fn create_folder_without(folder: &Path, in_the_way: impl Fn(&str) -> bool) -> Result<(), RecordingError> {
    fs::create_dir_all(folder).map_err(RecordingError::io(folder))?;
    for entry in fs::read_dir(folder).map_err(RecordingError::io(folder))? {
        let name = entry.map_err(RecordingError::io(folder))?.file_name();
        if in_the_way(&name.to_string_lossy()) {
            return Err(RecordingError::rejected(
                folder.display(),
                "the folder is not empty",
            ));
        }
    }
    Ok(())
}

/// Locks the folder as long as the file that is returned is open.
pub(super) fn lock_folder(folder: &Path) -> Result<File, RecordingError> {
    let path = folder.join(LOCK_NAME);
    let file = File::create(&path).map_err(RecordingError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(RecordingError::rejected(
            folder.display(),
            "another program is writing this recording",
        )),
        Err(fs::TryLockError::Error(error)) => Err(RecordingError::io(&path)(error)),
    }
}

/// Writes `recording.json` beside its place and moves it there, so that it is never half written.
pub(crate) fn write_draft(folder: &Path, draft: &ManifestDraft) -> Result<(), RecordingError> {
    let path = folder.join(DRAFT_NAME);
    let passing = folder.join(PASSING_DRAFT_NAME);
    let manifest = Manifest {
        about: draft.clone(),
        ..Manifest::default()
    };
    let write = || {
        let mut file = File::create(&passing)?;
        file.write_all(manifest::to_json(&manifest).as_bytes())?;
        file.sync_all()?;
        fs::rename(&passing, &path)?;
        sync_folder(folder)
    };
    write().map_err(RecordingError::io(&path))
}

/// Removes what a writer wrote below `folder`, and the folder if nothing else is in it.
pub(super) fn remove_segments(folder: &Path) -> Result<(), RecordingError> {
    let segments = folder.join(SEGMENTS_NAME);
    // Without its draft the folder is no recording any more, whatever is left of it if this is broken off.
    for name in [DRAFT_NAME, LOCK_NAME] {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(RecordingError::io(&path))?;
    }
    fs::remove_dir_all(&segments).map_err(RecordingError::io(&segments))?;
    // Somebody else's files in it are left alone.
    let _ = fs::remove_dir(folder);
    Ok(())
}
