//! [`Repository::log`]: the changes of a repository, newest first, one by one.

use super::GitError;
use super::known::KnownTimes;
use super::patch::Patch;
use super::repository::{Reader, Repository};
use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use glass_formats::{encrypted, redact};
use glass_model::{Change, ChangeSummary, TimeRange};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// The longest message that is kept, in bytes.
const LONGEST_MESSAGE: usize = 64 << 10;

/// A commit may claim to be so much older than its parents, in seconds, and is still found.
const MOST_SKEW: i64 = 30 * 24 * 3600;

/// Which changes are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRequest {
    /// Those that became known in this time.
    pub range: TimeRange,
    /// Those that touched this file or folder; empty for all.
    pub path: String,
    /// Whether patches are wanted; without, they are empty.
    pub with_patches: bool,
}

impl LogRequest {
    /// All changes of a time, with their patches.
    pub fn of(range: TimeRange) -> Self {
        Self {
            range,
            path: String::new(),
            with_patches: true,
        }
    }
}

/// How a walk through the changes ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogEnd {
    /// How many changes were shown.
    pub n_changes: u64,
    /// How many suspected secrets were hidden in them.
    pub n_redacted: u64,
    /// Whether it ended where the clone ends, and the repository has older changes.
    pub is_cut_off: bool,
}

impl Repository {
    /// Shows the changes of the history of `HEAD` to `visit`, newest first, until it breaks off. A commit where the
    /// clone ends has no files, and its patch counts as cut: nobody knows here what it changed.
    ///
    /// # Errors
    /// When the repository is damaged, or `should_stop` becomes true.
    pub fn log(
        &self,
        request: &LogRequest,
        should_stop: &AtomicBool,
        visit: &mut dyn FnMut(Change) -> ControlFlow<()>,
    ) -> Result<LogEnd, GitError> {
        let reader = self.reader();
        let mut end = LogEnd::default();
        let Some(head) = reader.head()? else {
            return Ok(end);
        };
        let mut known = KnownTimes::default();
        for commit in walk(&reader, head, request.range)? {
            if should_stop.load(Ordering::Relaxed) {
                return Err(GitError::Stopped);
            }
            let commit = commit?;
            end.is_cut_off |= reader.is_cut_off(commit.id);
            let known_at = known.of(&reader, commit.id, commit.secs)?;
            if !request.range.contains(known_at) || !reader.touches(commit.id, &request.path)? {
                continue;
            }
            let (change, n_redacted) = reader.change(commit.id, known_at, request.with_patches)?;
            end.n_changes += 1;
            end.n_redacted += n_redacted;
            if visit(change).is_break() {
                break;
            }
        }
        Ok(end)
    }

    /// One change with its patch, and how many suspected secrets are hidden in it.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn change(&self, id: &str) -> Result<(Change, u64), GitError> {
        let reader = self.reader();
        let id = reader.commit_id(id)?;
        let secs = reader.committed_at(id)?;
        let known_at = KnownTimes::default().of(&reader, id, secs)?;
        reader.change(id, known_at, true)
    }
}

/// A commit on the way.
pub(super) struct Step {
    pub id: ObjectId,
    pub secs: i64,
}

/// Walks the history by committer's time, newest first.
pub(super) fn walk(
    reader: &Reader,
    head: ObjectId,
    range: TimeRange,
) -> Result<impl Iterator<Item = Result<Step, GitError>> + '_, GitError> {
    let order = CommitTimeOrder::NewestFirst;
    let sorting = match range.start.secs().checked_sub(MOST_SKEW) {
        Some(seconds) if seconds > 0 => Sorting::ByCommitTimeCutoff { order, seconds },
        _ => Sorting::ByCommitTime(order),
    };
    let steps = reader
        .repo
        .rev_walk([head])
        .sorting(sorting)
        .use_commit_graph(false)
        .all()
        .map_err(|error| reader.damaged(&error))?;
    Ok(steps.map(|step| {
        let step = step.map_err(|error| reader.damaged(&error))?;
        Ok(Step {
            id: step.id,
            secs: step.commit_time.unwrap_or(0),
        })
    }))
}

impl Reader {
    /// Whether a commit changed a file or something in a folder, against its first parent.
    pub fn touches(&self, id: ObjectId, path: &str) -> Result<bool, GitError> {
        if path.trim_matches('/').is_empty() {
            return Ok(true);
        }
        if self.is_cut_off(id) {
            return Ok(false);
        }
        let new = self.find_entry(&self.tree_of(id)?, path)?;
        let old = match self.parents(id)?.first() {
            Some(parent) => self.find_entry(&self.tree_of(*parent)?, path)?,
            None => None,
        };
        Ok(new != old)
    }

    /// What a commit changed against its first parent; of the first commit, everything.
    pub fn patch(&self, id: ObjectId, is_text_wanted: bool) -> Result<Patch, GitError> {
        if self.is_cut_off(id) {
            return Ok(Patch {
                is_cut: true,
                ..Patch::default()
            });
        }
        let old = match self.parents(id)?.first() {
            Some(parent) => self.tree_of(*parent)?,
            None => self.repo.empty_tree(),
        };
        Patch::between(self, &old, &self.tree_of(id)?, is_text_wanted)
    }

    fn change(
        &self,
        id: ObjectId,
        known_at: glass_model::Timestamp,
        with_patch: bool,
    ) -> Result<(Change, u64), GitError> {
        let patch = self.patch(id, with_patch)?;
        let commit = self.commit(id)?;
        let author = commit
            .author()
            .map(|author| author.name.to_str_lossy().into_owned());
        let message = commit.message_raw_sloppy();
        let message = message[..message.len().min(LONGEST_MESSAGE)].to_str_lossy();
        let (message, n_in_message) = redact::redact_counted(&message);
        let message = message.trim_start_matches('\n');
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        let text = patch.text.to_str_lossy();
        let text = encrypted::hide(&text);
        let (text, n_in_patch) = redact::redact_counted(&text);
        let change = Change {
            summary: ChangeSummary {
                id: id.to_string(),
                repository: self.name.clone(),
                author: author.unwrap_or_default(),
                committed_at: glass_model::Timestamp::from_secs(self.committed_at(id)?),
                known_at,
                subject: subject.trim().to_owned(),
                files: patch.files,
            },
            body: body.trim().to_owned(),
            patch: text.into_owned(),
            patch_cut: patch.is_cut,
        };
        Ok((change, n_in_message + n_in_patch))
    }
}
