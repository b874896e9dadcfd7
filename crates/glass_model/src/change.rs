//! Changes: commits as they reached a cluster, and the files of a repository as of the playhead.

use crate::Timestamp;

/// How one file was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file's path in its repository.
    pub path: String,
    /// Lines added.
    pub n_added: u32,
    /// Lines removed.
    pub n_removed: u32,
    /// Whether the file is gone afterwards.
    pub deleted: bool,
}

/// A commit, without its patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSummary {
    /// The commit's full hash.
    pub id: String,
    /// The repository it belongs to.
    pub repository: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// When it was first known: the commit's time, or later if it was pushed later.
    pub known_at: Timestamp,
    /// The message's first line.
    pub subject: String,
    /// The files it touched.
    pub files: Vec<FileChange>,
}

/// A commit with its message and patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub summary: ChangeSummary,
    /// The message after its first line.
    pub body: String,
    /// The patch as a unified diff; secrets hidden, cut when very long.
    pub patch: String,
    /// Whether the patch was cut.
    pub patch_cut: bool,
}

/// A file that exists at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryFile {
    /// The repository.
    pub repository: String,
    /// The path in it.
    pub path: String,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// By which commit.
    pub change_id: String,
}
