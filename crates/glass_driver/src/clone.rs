//! A cloud on this machine: a recording that is kept in the data folder and that every [`plan`] goes on with.
//!
//! What has a history is brought as far back as was asked for: configuration and what people wrote. Metrics and logs
//! are bounded: the last hour, at every time. It stays a recording in progress, a folder that opens like any other.

use crate::record::{RecordPlan, Span};
use glass_client::catalogue::Cloud;
use glass_model::{TimeRange, Timestamp};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So much of metrics and logs is brought along, at most, at every time.
pub const RECENT: Duration = Duration::from_secs(3600);

/// The folder that the program keeps its data in: `GLASSHOUSE_DATA`, or where the system keeps such things.
pub fn data_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("GLASSHOUSE_DATA").filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "glasshouse")?;
    Some(folders.data_local_dir().to_owned())
}

/// Where fetched repositories are kept.
pub fn repositories(data: &Path) -> PathBuf {
    data.join("repositories")
}

/// Where the clone of a cloud is, whether or not there is one.
pub fn folder_in(data: &Path, cloud: &str) -> PathBuf {
    data.join("clones").join(cloud)
}

/// The clone of a cloud, if there is one: a recording in progress.
pub fn folder_of(cloud: &str) -> Option<PathBuf> {
    let folder = folder_in(&data_folder()?, cloud);
    folder.join("recording.json").exists().then_some(folder)
}

/// What a clone asks for now: history of so long, and the latest metrics and logs.
pub fn plan(cloud: Cloud, depth: Duration, data: &Path, now: Timestamp) -> RecordPlan {
    let folder = folder_in(data, &cloud.id);
    let nanos = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    let start = Timestamp::from_millis(now.plus_nanos(-nanos(RECENT)).millis());
    let window = TimeRange::new(start, now);
    RecordPlan {
        history: depth.saturating_sub(RECENT),
        // The repositories themselves are kept beside it.
        with_git_objects: false,
        ..RecordPlan::new(cloud, Span::Window(window), folder, repositories(data))
    }
}
