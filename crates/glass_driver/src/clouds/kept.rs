//! [`Kept`]: how the clouds stood when they were asked last, on disk, so that the list is full at once and without a
//! network, dated.

use glass_model::{CloudSummary, SourceState, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;

const NAME: &str = "clouds.json";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// How clouds stood, by their ids.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Kept {
    clouds: HashMap<String, KeptCloud>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
struct KeptCloud {
    n_firing: Option<usize>,
    n_incidents: Option<usize>,
    asked_at_nanos: Option<i64>,
    sources: HashMap<String, KeptSource>,
}

#[derive(Debug, Deserialize, Serialize)]
struct KeptSource {
    state: String,
    detail: String,
    took_nanos: Option<i64>,
    asked_at_nanos: Option<i64>,
}

/// States that are kept; others follow from the catalogue.
const STATES: [(&str, SourceState); 3] = [
    ("answered", SourceState::Answered),
    ("refused", SourceState::Refused),
    ("failed", SourceState::Failed),
];

impl Kept {
    /// What was kept; nothing if it cannot be read.
    pub fn read(folder: Option<&Path>) -> Self {
        let read = || {
            let mut text = String::new();
            let file = fs::File::open(folder?.join(NAME)).ok()?;
            file.take(LARGEST).read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        };
        read().unwrap_or_default()
    }

    /// What is worth keeping.
    pub fn of(all: &[CloudSummary]) -> Self {
        let clouds = all.iter().map(|cloud| (cloud.id.clone(), KeptCloud::of(cloud)));
        Self {
            clouds: clouds.collect(),
        }
    }

    /// Keeps it, if there is where.
    pub fn write(&self, folder: Option<&Path>) {
        let write = || {
            let folder = folder?;
            fs::create_dir_all(folder).ok()?;
            let file = tempfile::NamedTempFile::new_in(folder).ok()?;
            serde_json::to_writer(&file, self).ok()?;
            file.persist(folder.join(NAME)).ok()
        };
        // Without it the next list begins empty, and nothing else is lost.
        let _ = write();
    }

    /// Puts what was kept of a cloud into its summary.
    pub fn add_to(&self, cloud: &mut CloudSummary) {
        let Some(kept) = self.clouds.get(&cloud.id) else {
            return;
        };
        cloud.n_firing = kept.n_firing;
        cloud.n_incidents = kept.n_incidents;
        cloud.asked_at = kept.asked_at_nanos.map(Timestamp::from_nanos);
        for source in cloud
            .sources
            .iter_mut()
            .filter(|source| source.state == SourceState::NotAsked)
        {
            let Some(kept) = kept.sources.get(&source.id) else {
                continue;
            };
            if let Some((_, state)) = STATES.iter().find(|(name, _)| *name == kept.state) {
                source.state = *state;
                source.detail.clone_from(&kept.detail);
                source.took_nanos = kept.took_nanos;
                source.asked_at = kept.asked_at_nanos.map(Timestamp::from_nanos);
            }
        }
    }
}

impl KeptCloud {
    fn of(cloud: &CloudSummary) -> Self {
        let source = |source: &glass_model::SourceSummary| {
            let (name, _) = STATES.iter().find(|(_, state)| *state == source.state)?;
            let kept = KeptSource {
                state: (*name).to_owned(),
                detail: source.detail.clone(),
                took_nanos: source.took_nanos,
                asked_at_nanos: source.asked_at.map(Timestamp::nanos),
            };
            Some((source.id.clone(), kept))
        };
        Self {
            n_firing: cloud.n_firing,
            n_incidents: cloud.n_incidents,
            asked_at_nanos: cloud.asked_at.map(Timestamp::nanos),
            sources: cloud.sources.iter().filter_map(source).collect(),
        }
    }
}
