//! [`RecordPlan`]: what is to be recorded.

use glass_client::catalogue::Cloud;
use glass_model::{Selector, TimeRange, Timestamp};
use glass_recording::tables::coverage::read_coverage;
use glass_recording::{Archive, RecordingError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// From when to when is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// What lies between two moments.
    Window(TimeRange),
    /// From a moment on, until the recorder is stopped.
    Follow(Timestamp),
}

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct RecordPlan {
    /// The cloud.
    pub cloud: Cloud,
    /// From when to when.
    pub span: Span,
    /// The series; without any, those that rules and dashboards read.
    pub metrics: Vec<Selector>,
    /// The log lines, as LogQL; without any, all streams, bounded.
    pub logs: Vec<String>,
    /// Threads of incidents, by the web addresses of their issues.
    pub incidents: Vec<Url>,
    /// Changes that were made so long before belong to it: they may be what broke it.
    pub history: Duration,
    /// Whether the Git objects themselves are taken along, which hold what was hidden in patches.
    pub with_git_objects: bool,
    /// The folder of the recording in progress; if there is one already, it is gone on with.
    pub folder: PathBuf,
    /// Where repositories are kept, so that the next recording fetches only what is new.
    pub repositories: PathBuf,
    /// So far behind the clock it stays: servers take samples in some seconds late.
    pub lag: Duration,
    /// How often it asks while it follows.
    pub beat: Duration,
}

impl RecordPlan {
    /// Half a minute behind the clock, and as often.
    pub const PAUSE: Duration = Duration::from_secs(30);

    /// Changes of a day.
    pub const HISTORY: Duration = Duration::from_secs(24 * 3600);
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The recording cannot be written.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// There is nothing to ask.
    #[error("nothing of {cloud} can be recorded: {reason}")]
    NothingToAsk {
        /// The cloud's id.
        cloud: String,
        /// Why.
        reason: String,
    },
    /// A selector or query cannot be understood.
    #[error("{text}: {reason}")]
    Query {
        /// The selector or query.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl RecordPlan {
    /// The plan of a window or of what is still to come, with everything that is public, in a folder.
    pub fn new(cloud: Cloud, span: Span, folder: PathBuf, repositories: PathBuf) -> Self {
        Self {
            cloud,
            span,
            metrics: Vec::new(),
            logs: Vec::new(),
            incidents: Vec::new(),
            history: Self::HISTORY,
            with_git_objects: true,
            folder,
            repositories,
            lag: Self::PAUSE,
            beat: Self::PAUSE,
        }
    }
}

/// Whether a finished recording lacks something that was asked and not answered, so that it can be gone on with.
///
/// # Errors
/// When there is no recording at `file`.
pub fn lacks_something(file: &Path) -> Result<bool, RecordingError> {
    let archive = Archive::open(file)?;
    let mut rows = Vec::new();
    for member in archive.table("coverage") {
        rows.extend(read_coverage(member)?);
    }
    Ok(rows
        .iter()
        .any(|row| row.state == "failed" && row.start < row.end))
}
