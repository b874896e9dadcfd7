//! [`GitError`]: why a repository cannot be read.

use crate::http::FetchError;

/// Why a repository cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is none.
    #[error("no git repository here ({reason}): {path}")]
    NotARepository {
        /// The library's words.
        reason: String,
        /// Where it was looked for.
        path: String,
    },
    /// It does not have what was asked for.
    #[error("{repository} has no {what}")]
    NotFound {
        /// The repository's name.
        repository: String,
        /// Such as `commit abc` or `apps/shop.yaml at abc`.
        what: String,
    },
    /// An object is missing, or not what it should be.
    #[error("{repository} is damaged: {reason}; remove its folder to fetch it anew")]
    Damaged {
        /// The repository's name.
        repository: String,
        /// The library's words.
        reason: String,
    },
    /// A file is larger than what is read.
    #[error("larger than {limit} bytes: {path} in {repository}")]
    TooLarge {
        /// The repository's name.
        repository: String,
        /// The file.
        path: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Whoever asked wants no answer any more.
    #[error("stopped")]
    Stopped,
    /// The disk does not do what it should.
    #[error("{reason}: {path}")]
    Io {
        /// The system's words.
        reason: String,
        /// The file or folder.
        path: String,
    },
}

impl From<GitError> for FetchError {
    fn from(error: GitError) -> Self {
        Self::Unsupported(error.to_string())
    }
}

impl GitError {
    /// An error of the file system at a path.
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Io {
            reason: error.to_string(),
            path,
        }
    }
}
