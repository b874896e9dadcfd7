//! [`Home`]: what can be opened: recordings, the incidents that come with the program, and live clouds.

use crate::bundled::{self, BUNDLED, Bundled};
use crate::open;
use glass_client::catalogue::config_folder;
use glass_driver::{
    Clouds, KeepStory, Opened, Opener, Places, TellClouds, clone, open_at_first_alert, with_dashboards,
};
use glass_model::{CloudKind, CloudSummary, Story};
use glass_query::Evaluator;
use glass_recording::{Recording, write_story};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What can be opened.
pub(crate) struct Home {
    clouds: Clouds,
}

impl Home {
    /// With the catalogue and the user's own entries.
    pub fn new() -> Self {
        Self {
            clouds: Clouds::new(Places {
                config: config_folder(),
                cache: cache_folder(),
            }),
        }
    }

    /// Opens what a user named; without a name the first bundled incident.
    pub fn open_named(&self, named: Option<&str>) -> anyhow::Result<Opened> {
        let name = named.map(open::name_of);
        match name {
            Some(name) if !is_recording(&name) && self.clouds.has(&name) => self
                .clouds
                .open(&name, clone_of(&name))
                .map_err(anyhow::Error::msg),
            name => {
                let name = name.unwrap_or_else(|| BUNDLED[0].name.to_owned());
                let dashboards = bundled::find(&name).map(|_| bundled::dashboards(&name));
                let mut opened = opened(open::evaluator(Some(&name))?);
                opened.keep_story = named.and_then(keeper);
                Ok(with_dashboards(opened, dashboards.unwrap_or_default()))
            }
        }
    }
}

impl Opener for Home {
    fn open(&self, id: &str) -> Result<Opened, String> {
        self.open_named(Some(id)).map_err(|error| format!("{error:#}"))
    }

    fn list(&self) -> Vec<CloudSummary> {
        self.clouds.list(&bundled_recordings())
    }

    fn check(&self, tell: &TellClouds<'_>) {
        self.clouds.check(&bundled_recordings(), tell);
    }
}

fn bundled_recordings() -> Vec<CloudSummary> {
    BUNDLED.iter().map(recording).collect()
}

/// What was cloned of a cloud; one that cannot be read is none.
fn clone_of(cloud: &str) -> Option<Recording> {
    let folder = clone::folder_of(cloud).filter(|folder| folder.exists())?;
    Recording::open(&folder).ok()
}

/// A name that is both a recording's and a cloud's means the recording.
fn is_recording(name: &str) -> bool {
    bundled::find(name).is_some() || Path::new(name).exists()
}

/// Where answers of servers are kept; the environment may name another place, or none by an empty name.
fn cache_folder() -> Option<PathBuf> {
    match std::env::var_os("GLASSHOUSE_CACHE") {
        Some(folder) if folder.is_empty() => None,
        Some(folder) => Some(folder.into()),
        None => Some(
            directories::ProjectDirs::from("", "", "glasshouse")?
                .cache_dir()
                .to_owned(),
        ),
    }
}

/// Keeps stories in a recording on disk.
fn keeper(named: &str) -> Option<Arc<KeepStory>> {
    let path = PathBuf::from(open::name_of(named));
    let keep = move |story: &Story| write_story(&path, story).map_err(|error| error.to_string());
    PathBuf::from(open::name_of(named))
        .exists()
        .then(|| Arc::new(keep) as Arc<KeepStory>)
}

/// A recording, as it is opened.
fn opened(evaluator: Evaluator<Recording>) -> Opened {
    let mut info = evaluator.source().info();
    open_at_first_alert(&mut info, evaluator.source());
    let evaluator = Arc::new(evaluator);
    Opened {
        info,
        backend: evaluator.clone(),
        navigator: Some(evaluator),
        keep_story: None,
    }
}

fn recording(bundled: &Bundled) -> CloudSummary {
    let opened = Recording::from_bytes(bundled.name, bundled.bytes);
    CloudSummary {
        id: bundled.name.to_owned(),
        name: bundled.name.to_owned(),
        operator: opened
            .map(|recording| recording.info().summary)
            .unwrap_or_default(),
        kind: CloudKind::Recording,
        basis: "comes with the program".to_owned(),
        sites: Vec::new(),
        sources: Vec::new(),
        n_firing: None,
        n_incidents: None,
        asked_at: None,
    }
}
