//! [`Repository::versions`]: every version of some files, newest first.

use super::GitError;
use super::known::KnownTimes;
use super::log::walk;
use super::repository::{Reader, Repository};
use gix::ObjectId;
use glass_model::{TimeRange, Timestamp};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// The largest version that is read, in bytes.
const LARGEST_VERSION: u64 = 4 << 20;

/// A file as a commit left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its path.
    pub path: String,
    /// The commit that made it so.
    pub commit: String,
    /// When that was known.
    pub known_at: Timestamp,
    /// Its bytes, as they are in the repository.
    pub bytes: Vec<u8>,
}

impl Repository {
    /// Shows every version of some files along the history of `HEAD` to `visit`, newest first. Versions of more than
    /// 4 MiB are left out. Where a clone ends, what is there then counts as made there.
    ///
    /// # Errors
    /// When the repository is damaged, or `should_stop` becomes true.
    pub fn versions(
        &self,
        paths: &[String],
        should_stop: &AtomicBool,
        visit: &mut dyn FnMut(Version),
    ) -> Result<(), GitError> {
        let reader = self.reader();
        let Some(head) = reader.head()? else {
            return Ok(());
        };
        let wanted: HashSet<&str> = paths.iter().map(String::as_str).collect();
        let folder = common_folder(paths);
        let mut known = KnownTimes::default();
        for step in walk(&reader, head, TimeRange::ALL)? {
            if should_stop.load(Ordering::Relaxed) {
                return Err(GitError::Stopped);
            }
            let step = step?;
            let known_at = known.of(&reader, step.id, step.secs)?;
            for path in reader.wanted_changes(step.id, &folder, paths, &wanted)? {
                let root = reader.tree_of(step.id)?;
                let Some((id, _)) = reader.find_entry(&root, &path)? else {
                    continue;
                };
                let bytes = match reader.blob(id, &path, LARGEST_VERSION) {
                    Ok(bytes) => bytes,
                    Err(GitError::TooLarge { .. }) => continue,
                    Err(error) => return Err(error),
                };
                visit(Version {
                    path,
                    commit: step.id.to_string(),
                    known_at,
                    bytes,
                });
            }
        }
        Ok(())
    }
}

impl Reader {
    /// Which of the wanted files a commit itself changed. Most commits leave their folder alone, which costs little.
    fn wanted_changes(
        &self,
        id: ObjectId,
        folder: &str,
        paths: &[String],
        wanted: &HashSet<&str>,
    ) -> Result<Vec<String>, GitError> {
        if self.is_cut_off(id) {
            return Ok(paths.to_vec());
        }
        if !self.touches(id, folder)? {
            return Ok(Vec::new());
        }
        let mut touched = self.touched(id)?;
        touched.retain(|path| wanted.contains(path.as_str()));
        Ok(touched)
    }
}

/// The folder that all paths are in; empty for the root.
fn common_folder(paths: &[String]) -> String {
    let folder = |path: &String| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut folders = paths.iter().map(folder);
    let Some(mut common) = folders.next() else {
        return String::new();
    };
    for folder in folders {
        while !(folder == common || folder.starts_with(&format!("{common}/")) || common.is_empty()) {
            common = common.rsplit_once('/').map_or("", |(outer, _)| outer).to_owned();
        }
    }
    common
}
