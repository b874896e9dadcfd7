//! [`Repository::files`]: which files there are as of a moment, and [`Glob`]: which of them count.

use super::GitError;
use super::known::KnownTimes;
use super::log::walk;
use super::repository::{Reader, Repository};
use gix::ObjectId;
use gix::bstr::ByteSlice;
use glass_model::{RepositoryFile, TimeRange, Timestamp};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// The most files of a repository.
const MOST_FILES: usize = 500_000;

impl Repository {
    /// The commit that `HEAD` was at as of a moment: the newest on its main line that was known then.
    ///
    /// # Errors
    /// When the repository is damaged.
    pub fn head_as_of(&self, as_of: Timestamp) -> Result<Option<String>, GitError> {
        Ok(self.reader().head_as_of(as_of)?.map(|id| id.to_string()))
    }

    /// The files as of a moment, by path, each with the commit that changed it last. Of a clone without its whole
    /// history, files that are older than it have the commit where it ends.
    ///
    /// # Errors
    /// When the repository is damaged, has more than 500,000 files, or `should_stop` becomes true.
    pub fn files(&self, as_of: Timestamp, should_stop: &AtomicBool) -> Result<Vec<RepositoryFile>, GitError> {
        let reader = self.reader();
        let Some(head) = reader.head_as_of(as_of)? else {
            return Ok(Vec::new());
        };
        let mut open = reader.paths(head)?;
        let mut files = Vec::with_capacity(open.len());
        let mut known = KnownTimes::default();
        for step in walk(&reader, head, TimeRange::ALL)? {
            if should_stop.load(Ordering::Relaxed) {
                return Err(GitError::Stopped);
            }
            if open.is_empty() {
                break;
            }
            let step = step?;
            let known_at = known.of(&reader, step.id, step.secs)?;
            let touched: Vec<String> = if reader.is_cut_off(step.id) {
                open.iter().cloned().collect()
            } else {
                reader.touched(step.id)?
            };
            for path in touched {
                if open.remove(&path) {
                    files.push(RepositoryFile {
                        repository: reader.name.clone(),
                        path,
                        changed_at: known_at,
                        change_id: step.id.to_string(),
                    });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// The paths of all files as of a commit that fit one of some patterns, sorted; all of them if there is none.
    ///
    /// # Errors
    /// When there is no such commit, or it has more than 500,000 files.
    pub fn paths(&self, commit: &str, globs: &[Glob]) -> Result<Vec<String>, GitError> {
        let reader = self.reader();
        let all = reader.paths(reader.commit_id(commit)?)?;
        let mut paths: Vec<String> = all.into_iter().collect();
        paths.retain(|path| globs.is_empty() || globs.iter().any(|glob| glob.fits(path)));
        paths.sort();
        Ok(paths)
    }
}

impl Reader {
    fn head_as_of(&self, as_of: Timestamp) -> Result<Option<ObjectId>, GitError> {
        let mut next = self.head()?;
        let mut known = KnownTimes::default();
        while let Some(id) = next {
            let secs = self.committed_at(id)?;
            if secs <= as_of.secs() && known.of(self, id, secs)? <= as_of {
                break;
            }
            next = self.parents(id)?.first().copied();
        }
        Ok(next)
    }

    fn paths(&self, commit: ObjectId) -> Result<HashSet<String>, GitError> {
        let tree = self.tree_of(commit)?;
        let entries = tree.traverse().breadthfirst.files();
        let entries = entries.map_err(|error| self.damaged(&error))?;
        if entries.len() > MOST_FILES {
            return Err(GitError::TooLarge {
                repository: self.name.clone(),
                path: "its list of files".into(),
                limit: MOST_FILES as u64,
            });
        }
        let files = entries.into_iter().filter(|entry| !entry.mode.is_tree());
        Ok(files
            .map(|entry| entry.filepath.to_str_lossy().into_owned())
            .collect())
    }

    /// What a commit itself changed: of a merge, what differs from all that it merges.
    pub fn touched(&self, id: ObjectId) -> Result<Vec<String>, GitError> {
        let new = self.tree_of(id)?;
        let parents = self.parents(id)?;
        let Some((first, others)) = parents.split_first() else {
            return super::patch::touched(self, &self.repo.empty_tree(), &new);
        };
        let mut touched = super::patch::touched(self, &self.tree_of(*first)?, &new)?;
        for other in others {
            if touched.is_empty() {
                break;
            }
            let from_other = super::patch::touched(self, &self.tree_of(*other)?, &new)?;
            let from_other: HashSet<String> = from_other.into_iter().collect();
            touched.retain(|path| from_other.contains(path));
        }
        Ok(touched)
    }
}

/// A pattern of paths: `*` for anything within a folder's name, `**` for any folders, `?` for one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Vec<String>);

impl Glob {
    /// Reads a pattern such as `topology/**/*_downtime.yaml`; one without stars also stands for all below it.
    pub fn new(pattern: &str) -> Self {
        let mut parts: Vec<String> = pattern
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if !pattern.contains(['*', '?']) {
            parts.push("**".into());
        }
        Self(parts)
    }

    /// Whether a path fits.
    pub fn fits(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let wanted: Vec<&str> = self.0.iter().map(String::as_str).collect();
        fits(
            &wanted,
            &parts,
            |wanted| *wanted == "**",
            |wanted, part| {
                let wanted: Vec<char> = wanted.chars().collect();
                let part: Vec<char> = part.chars().collect();
                fits(
                    &wanted,
                    &part,
                    |c| *c == '*',
                    |wanted, c| *wanted == '?' || wanted == c,
                )
            },
        )
    }
}

/// Whether items fit a pattern in which some stand for any number; in time of their product at most.
fn fits<W, T>(
    wanted: &[W],
    given: &[T],
    is_any: impl Fn(&W) -> bool,
    is_fit: impl Fn(&W, &T) -> bool,
) -> bool {
    let (mut w, mut g) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while g < given.len() {
        if w < wanted.len() && is_any(&wanted[w]) {
            back = Some((w, g));
            w += 1;
        } else if w < wanted.len() && is_fit(&wanted[w], &given[g]) {
            w += 1;
            g += 1;
        } else if let Some((star, from)) = back {
            back = Some((star, from + 1));
            w = star + 1;
            g = from + 1;
        } else {
            return false;
        }
    }
    wanted[w..].iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_paths() {
        let check = |pattern: &str, path: &str, expected| {
            assert_eq!(Glob::new(pattern).fits(path), expected, "{pattern} {path}");
        };
        check(
            "topology/**/*_downtime.yaml",
            "topology/A/B/C_downtime.yaml",
            true,
        );
        check("topology/**/*_downtime.yaml", "topology/C_downtime.yaml", true);
        check("topology/**/*_downtime.yaml", "topology/A/C.yaml", false);
        check(
            "docs/src/postmortem/*.md",
            "docs/src/postmortem/2023-01-05.md",
            true,
        );
        check("docs/src/postmortem/*.md", "docs/src/postmortem/a/b.md", false);
        check("docs/post-mortems", "docs/post-mortems/a.md", true);
        check("**/*.md", "a.md", true);
        check("a?c", "abc", true);
        check("*a*b*", "xxaxxbxx", true);
        check("*a*b*", "xxbxxaxx", false);
    }
}
