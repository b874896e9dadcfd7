//! [`RecordingError`]: why a recording cannot be opened, read or written.

use std::io;
use std::path::Path;

/// Why a recording cannot be opened, read or written. The place is a path, or a path and a member of the file:
/// `shop.glass: logs/000001.parquet`.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// There is something, but no recording.
    #[error("not a recording: {trouble}: {place}")]
    NotARecording {
        /// What was found instead.
        trouble: String,
        /// Where.
        place: String,
    },
    /// A later version of this program wrote it.
    #[error(
        "format version {found} is not known, only versions up to {known}; use a newer glasshouse: {place}"
    )]
    UnsupportedVersion {
        /// The version it claims.
        found: u64,
        /// The newest version that is understood.
        known: u64,
        /// Where.
        place: String,
    },
    /// It breaks the rules of its format, or a checksum.
    #[error("damaged: {trouble}: {place}")]
    Damaged {
        /// What is wrong.
        trouble: String,
        /// Where.
        place: String,
    },
    /// It is, or claims to be, larger than is allowed.
    #[error("too large: {trouble}: {place}")]
    TooLarge {
        /// What is too large, and the limit.
        trouble: String,
        /// Where.
        place: String,
    },
    /// What was to be written cannot be.
    #[error("cannot be recorded: {trouble}: {place}")]
    Rejected {
        /// Why, and what to do.
        trouble: String,
        /// Where.
        place: String,
    },
    /// The operating system refused.
    #[error("{source}: {place}")]
    Io {
        /// Its reason.
        source: io::Error,
        /// Where.
        place: String,
    },
}

impl RecordingError {
    /// A broken rule or checksum.
    pub(crate) fn damaged(place: impl ToString, trouble: impl ToString) -> Self {
        Self::Damaged {
            trouble: trouble.to_string(),
            place: place.to_string(),
        }
    }

    /// Too much.
    pub(crate) fn too_large(place: impl ToString, trouble: impl ToString) -> Self {
        Self::TooLarge {
            trouble: trouble.to_string(),
            place: place.to_string(),
        }
    }

    /// Something else than a recording.
    pub(crate) fn not_a_recording(place: impl ToString, trouble: impl ToString) -> Self {
        Self::NotARecording {
            trouble: trouble.to_string(),
            place: place.to_string(),
        }
    }

    /// Input that cannot be recorded.
    pub(crate) fn rejected(place: impl ToString, trouble: impl ToString) -> Self {
        Self::Rejected {
            trouble: trouble.to_string(),
            place: place.to_string(),
        }
    }

    /// For `map_err`: an error of the operating system at `path`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let place = path.display().to_string();
        move |source| Self::Io { source, place }
    }
}
