//! [`ImportError`]: why an input cannot be taken in.

use crate::RecordingError;
use glass_formats::FormatError;
use std::io;
use std::path::{Path, PathBuf};

/// Why an input cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not there, or the operating system refuses.
    #[error("{source}: {}", path.display())]
    Io {
        /// Its reason.
        source: io::Error,
        /// The input.
        path: PathBuf,
    },
    /// Nothing in it can be read.
    #[error("{source}: {}", path.display())]
    Format {
        /// What is wrong.
        source: FormatError,
        /// The input.
        path: PathBuf,
    },
    /// Its form was not found out.
    #[error("its form is not recognised, {trouble}; name it with --format: {}", path.display())]
    UnknownFormat {
        /// What was seen instead.
        trouble: String,
        /// The input.
        path: PathBuf,
    },
    /// Nothing says from when on it was known.
    #[error("{trouble}: {}", path.display())]
    NoKnownTime {
        /// What has no time, and what to do.
        trouble: String,
        /// The input.
        path: PathBuf,
    },
    /// Git cannot be run, or refuses.
    #[error("git: {trouble}: {}", path.display())]
    Git {
        /// What it says.
        trouble: String,
        /// The input.
        path: PathBuf,
    },
    /// The recording cannot take it.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl ImportError {
    /// For `map_err`: the operating system refuses.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { source, path }
    }

    /// For `map_err`: nothing can be read.
    pub(super) fn format(path: &Path) -> impl FnOnce(FormatError) -> Self {
        let path = path.to_owned();
        move |source| Self::Format { source, path }
    }
}
