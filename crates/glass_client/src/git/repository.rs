//! [`Repository`]: a repository on this machine, read without running anything.

use super::GitError;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind as Mode;
use gix::{ObjectId, ThreadSafeRepository};
use glass_formats::{encrypted, redact};
use glass_model::Timestamp;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const LARGEST_BLOB: u64 = 16 << 20;

/// How much of what was unpacked is kept at hand, in bytes.
const OBJECT_CACHE: usize = 24 << 20;

/// A repository. Reading it blocks.
#[derive(Clone, Debug)]
pub struct Repository {
    inner: ThreadSafeRepository,
    name: String,
    fetched_at: Option<Timestamp>,
}

/// A file as of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its bytes; of a text, secrets are hidden and encrypted values shown as such.
    pub bytes: Vec<u8>,
    /// Whether it is a text: UTF-8 without NUL.
    pub is_text: bool,
    /// How many suspected secrets were hidden.
    pub n_redacted: u64,
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in its folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link; its text is where it leads.
    Link,
    /// A commit of another repository.
    Submodule,
}

impl Repository {
    /// Opens a repository where it lies, bare or not, to read it in place; `name` stands in its changes.
    ///
    /// # Errors
    /// When there is none.
    pub fn open_local(path: &Path, name: &str) -> Result<Self, GitError> {
        let not_a_repository = |error: gix::Error| GitError::NotARepository {
            reason: words(&error),
            path: path.display().to_string(),
        };
        let inner = options().open(path).map_err(not_a_repository)?;
        Ok(Self {
            inner,
            name: name.to_owned(),
            fetched_at: None,
        })
    }

    pub(super) fn fetched(path: &Path, name: &str, at: Option<Timestamp>) -> Result<Self, GitError> {
        let mut repository = Self::open_local(path, name)?;
        repository.fetched_at = at;
        Ok(repository)
    }

    /// Its name, as it stands in its changes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it was last fetched; `None` if it is read where it lies. This is no known time of anything in it.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.fetched_at
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.reader().repo.git_dir().to_owned()
    }

    /// The commit of `HEAD`, else of `main` or `master`, else of any branch; `None` if it has no commits.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn head(&self) -> Result<Option<String>, GitError> {
        Ok(self.reader().head()?.map(|id| id.to_string()))
    }

    /// What is in a folder as of a commit, folders first; the empty path is the root.
    ///
    /// # Errors
    /// When there is no such commit or folder.
    pub fn tree(&self, commit: &str, path: &str) -> Result<Vec<Entry>, GitError> {
        let reader = self.reader();
        let root = reader.tree_of(reader.commit_id(commit)?)?;
        let tree = if path.trim_matches('/').is_empty() {
            root
        } else {
            let (id, mode) = reader.entry(&root, path, commit)?;
            if mode != Mode::Tree {
                return Err(reader.not_found(format!("folder {path} at {commit}")));
            }
            reader
                .repo
                .find_tree(id)
                .map_err(|error| reader.damaged(&error))?
        };
        let mut entries = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| reader.damaged(&error))?;
            entries.push(Entry {
                name: entry.filename().to_str_lossy().into_owned(),
                kind: kind_of(entry.kind()),
            });
        }
        entries.sort_by_key(|entry| entry.kind != EntryKind::Folder);
        Ok(entries)
    }

    /// A file as of a commit, at most 16 MiB.
    ///
    /// # Errors
    /// When there is no such commit or file, or it is larger.
    pub fn blob(&self, commit: &str, path: &str) -> Result<Blob, GitError> {
        let reader = self.reader();
        let root = reader.tree_of(reader.commit_id(commit)?)?;
        let (id, mode) = reader.entry(&root, path, commit)?;
        if matches!(mode, Mode::Tree | Mode::Commit) {
            return Err(reader.not_found(format!("file {path} at {commit}")));
        }
        reader.blob(id, path, LARGEST_BLOB).map(shown)
    }

    pub(super) fn reader(&self) -> Reader {
        let mut repo = self.inner.to_thread_local();
        repo.object_cache_size(OBJECT_CACHE);
        let shallow = repo.shallow_commits().ok().flatten();
        Reader {
            shallow: shallow.map(|commits| commits.iter().copied().collect()),
            repo,
            name: self.name.clone(),
        }
    }
}

/// Hides what is secret in a text, and what nobody can read.
fn shown(bytes: Vec<u8>) -> Blob {
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => {
            let text = encrypted::hide(&text);
            let (text, n_redacted) = redact::redact_counted(&text);
            Blob {
                bytes: text.into_owned().into_bytes(),
                is_text: true,
                n_redacted,
            }
        }
        other => Blob {
            bytes: other.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes),
            is_text: false,
            n_redacted: 0,
        },
    }
}

/// Nothing but the repository itself: no environment, no configuration of the user or the system, no replaced
/// objects, and no commit graph, which could tell of other times than the commits do.
pub(super) fn options() -> gix::open::Options {
    gix::open::Options::isolated().config_overrides([
        "core.useReplaceRefs=false",
        "core.commitGraph=false",
        "core.logAllRefUpdates=false",
        "core.fsmonitor=false",
        concat!("gitoxide.userAgent=glasshouse/", env!("CARGO_PKG_VERSION")),
    ])
}

/// A repository on one thread.
pub(super) struct Reader {
    pub repo: gix::Repository,
    pub name: String,
    /// The commits whose parents were not fetched, if there are any.
    shallow: Option<std::collections::HashSet<ObjectId>>,
}

impl Reader {
    pub fn damaged(&self, error: &gix::Error) -> GitError {
        GitError::Damaged {
            repository: self.name.clone(),
            reason: words(error),
        }
    }

    pub fn not_found(&self, what: String) -> GitError {
        GitError::NotFound {
            repository: self.name.clone(),
            what,
        }
    }

    /// Whether a commit's parents were not fetched, so that nobody knows what it changed.
    pub fn is_cut_off(&self, id: ObjectId) -> bool {
        self.shallow.as_ref().is_some_and(|shallow| shallow.contains(&id))
    }

    pub fn is_shallow(&self) -> bool {
        self.shallow.is_some()
    }

    pub fn head(&self) -> Result<Option<ObjectId>, GitError> {
        for name in ["HEAD", "refs/heads/main", "refs/heads/master"] {
            if let Ok(Some(mut found)) = self.repo.try_find_reference(name)
                && let Ok(id) = found.peel_to_id()
            {
                return Ok(Some(id.detach()));
            }
        }
        let branches = self.repo.references().map_err(|error| self.damaged(&error))?;
        let branches = branches.local_branches().map_err(|error| self.damaged(&error))?;
        let first = branches.flatten().next();
        Ok(first.and_then(|mut found| found.peel_to_id().ok().map(gix::Id::detach)))
    }

    /// The commit of a full hash.
    pub fn commit_id(&self, commit: &str) -> Result<ObjectId, GitError> {
        let missing = || self.not_found(format!("commit {}", commit.chars().take(64).collect::<String>()));
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|_| missing())?;
        match self.repo.find_header(id) {
            Ok(header) if header.kind() == gix::object::Kind::Commit => Ok(id),
            _ => Err(missing()),
        }
    }

    pub fn commit(&self, id: ObjectId) -> Result<gix::Commit<'_>, GitError> {
        self.repo.find_commit(id).map_err(|error| self.damaged(&error))
    }

    /// The committer's time in seconds.
    pub fn committed_at(&self, id: ObjectId) -> Result<i64, GitError> {
        // A time that cannot be read is as good as none.
        Ok(self.commit(id)?.time().map_or(0, |time| time.seconds))
    }

    /// Its parents, as far as they were fetched.
    pub fn parents(&self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        if self.is_cut_off(id) {
            return Ok(Vec::new());
        }
        Ok(self.commit(id)?.parent_ids().map(gix::Id::detach).collect())
    }

    pub fn tree_of(&self, commit: ObjectId) -> Result<gix::Tree<'_>, GitError> {
        self.commit(commit)?.tree().map_err(|error| self.damaged(&error))
    }

    /// The entry at a path, if there is one.
    pub fn find_entry(&self, root: &gix::Tree<'_>, path: &str) -> Result<Option<(ObjectId, Mode)>, GitError> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let entry = root.lookup_entry(parts).map_err(|error| self.damaged(&error))?;
        Ok(entry.map(|entry| (entry.object_id(), entry.mode().kind())))
    }

    fn entry(&self, root: &gix::Tree<'_>, path: &str, commit: &str) -> Result<(ObjectId, Mode), GitError> {
        let found = self.find_entry(root, path)?;
        found.ok_or_else(|| self.not_found(format!("{path} at {commit}")))
    }

    /// The bytes of a file of at most `limit` bytes.
    pub fn blob(&self, id: ObjectId, path: &str, limit: u64) -> Result<Vec<u8>, GitError> {
        let header = self.repo.find_header(id).map_err(|error| self.damaged(&error))?;
        if header.size() > limit {
            return Err(GitError::TooLarge {
                repository: self.name.clone(),
                path: path.to_owned(),
                limit,
            });
        }
        let mut object = self.repo.find_object(id).map_err(|error| self.damaged(&error))?;
        Ok(std::mem::take(&mut object.data))
    }
}

fn kind_of(mode: Mode) -> EntryKind {
    match mode {
        Mode::Tree => EntryKind::Folder,
        Mode::Blob | Mode::BlobExecutable => EntryKind::File,
        Mode::Link => EntryKind::Link,
        Mode::Commit => EntryKind::Submodule,
    }
}

/// An error with its causes in one line.
pub(super) fn words(error: &gix::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        if parts.last() != Some(&part) {
            parts.push(part);
        }
        next = error.source();
    }
    let line = parts.join(": ").replace(['\n', '\r'], " ");
    redact::redact(&line).chars().take(400).collect()
}
