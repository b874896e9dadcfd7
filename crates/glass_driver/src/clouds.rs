//! [`Clouds`]: the catalogue as what can be opened: how every cloud stands, and a live cloud by its id.

mod kept;

use crate::clock::now;
use crate::live::LiveBackend;
use crate::opener::{Opened, TellClouds};
use glass_client::catalogue::{Catalogue, Cloud, CloudState, Origin, Source, Tier};
use glass_client::check::{Check, check};
use glass_client::http::{Http, HttpOptions};
use glass_client::live::LiveCloud;
use glass_model::{CloudKind, CloudSummary, SourceState, SourceSummary};
use glass_recording::Recording;
use kept::Kept;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::runtime::{Builder, Runtime};

/// Threads for requests: they mostly wait.
const N_THREADS: usize = 2;

/// Where things are on this machine.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The user's own catalogue entries.
    pub config: Option<PathBuf>,
    /// Answers of servers, and how clouds stood.
    pub cache: Option<PathBuf>,
}

/// The catalogue's clouds. Nothing is read and no thread started before it is needed.
pub struct Clouds {
    places: Places,
    network: OnceLock<Result<Network, String>>,
}

struct Network {
    catalogue: Catalogue,
    troubles: Vec<String>,
    http: Http,
    runtime: Runtime,
}

impl Clouds {
    /// The built-in catalogue with the user's entries.
    pub fn new(places: Places) -> Self {
        Self {
            places,
            network: OnceLock::new(),
        }
    }

    /// Whether there is a cloud of that id.
    pub fn has(&self, id: &str) -> bool {
        self.network()
            .is_ok_and(|network| network.catalogue.cloud(id).is_ok())
    }

    /// Opens a cloud as it is now, with its clone `history` if there is one.
    ///
    /// # Errors
    /// When there is no such cloud, or nothing of it can be read.
    pub fn open(&self, id: &str, history: Option<Recording>) -> Result<Opened, String> {
        let network = self.network()?;
        let cloud = network.catalogue.cloud(id).map_err(|error| error.to_string())?;
        let live = LiveCloud::new(cloud.clone(), &network.http, network.runtime.handle().clone());
        let mut info = live.info();
        info.warnings.extend(network.troubles.iter().cloned());
        let backend = Arc::new(LiveBackend::new(live, history));
        Ok(Opened {
            info,
            backend: backend.clone(),
            navigator: Some(backend),
            keep_story: None,
        })
    }

    /// How all clouds stood when they were asked last. `others` stand before them in the list.
    pub fn list(&self, others: &[CloudSummary]) -> Vec<CloudSummary> {
        let Ok(network) = self.network() else {
            return others.to_vec();
        };
        let kept = Kept::read(self.places.cache.as_deref());
        let clouds = network.catalogue.clouds().iter();
        let own = clouds.clone().filter(|cloud| cloud.origin != Origin::BuiltIn);
        let built_in = clouds.filter(|cloud| cloud.origin == Origin::BuiltIn);
        let all = own.chain(built_in).map(|cloud| summary(cloud, &kept));
        others.iter().cloned().chain(all).collect()
    }

    /// Tells how all clouds stood when they were asked last, then asks them all side by side, and tells anew with
    /// every answer. `others` stand before them in the list.
    pub fn check(&self, others: &[CloudSummary], tell: &TellClouds<'_>) {
        let network = match self.network() {
            Ok(network) => network,
            Err(_) => return tell(now(), others.to_vec()),
        };
        let kept = Kept::read(self.places.cache.as_deref());
        let mut clouds = network.catalogue.clouds().to_vec();
        // The user's own come first.
        clouds.sort_by_key(|cloud| cloud.origin == Origin::BuiltIn);
        let mut all: Vec<CloudSummary> = clouds.iter().map(|cloud| summary(cloud, &kept)).collect();
        let tell_all = |all: &[CloudSummary]| {
            let listed = others.iter().chain(all).cloned().collect();
            tell(now(), listed);
        };
        tell_all(&all);
        for source in all.iter_mut().flat_map(|cloud| &mut cloud.sources) {
            if source.state == SourceState::NotAsked || is_answer(source.state) {
                source.state = SourceState::Asking;
            }
        }
        network.runtime.block_on(check(&network.http, &clouds, |check| {
            take(&mut all, &check);
            tell_all(&all);
        }));
        Kept::of(&all).write(self.places.cache.as_deref());
    }

    fn network(&self) -> Result<&Network, String> {
        let made = self.network.get_or_init(|| Network::new(&self.places));
        made.as_ref().map_err(Clone::clone)
    }
}

impl Network {
    fn new(places: &Places) -> Result<Self, String> {
        let (catalogue, troubles) = Catalogue::load(places.config.as_deref());
        let http = Http::new(HttpOptions {
            cache: places.cache.as_ref().map(|folder| folder.join("answers")),
            ..HttpOptions::default()
        });
        catalogue.set_paces(&http);
        let runtime = Builder::new_multi_thread()
            .worker_threads(N_THREADS)
            .enable_all()
            .build();
        Ok(Self {
            catalogue,
            troubles: troubles.iter().map(ToString::to_string).collect(),
            http,
            runtime: runtime.map_err(|error| format!("cannot reach the network: {error}"))?,
        })
    }
}

fn is_answer(state: SourceState) -> bool {
    matches!(
        state,
        SourceState::Answered | SourceState::Refused | SourceState::Failed
    )
}

fn summary(cloud: &Cloud, kept: &Kept) -> CloudSummary {
    let kind = match (cloud.state, cloud.tier) {
        (CloudState::Retired, _) => CloudKind::Retired,
        (CloudState::Live, Tier::Demo) => CloudKind::Demo,
        (CloudState::Live, _) => CloudKind::Live,
    };
    let place = |site: &glass_client::catalogue::Site| match site.place.as_str() {
        "" => site.id.clone(),
        place => format!("{} ({place})", site.id),
    };
    let mut summary = CloudSummary {
        id: cloud.id.clone(),
        name: cloud.name.clone(),
        operator: cloud.operator.clone(),
        kind,
        basis: format!("{} (as of {})", cloud.basis, cloud.as_of),
        sites: cloud.sites.iter().map(place).collect(),
        sources: cloud
            .sources
            .iter()
            .map(|source| source_summary(cloud, source))
            .collect(),
        n_firing: None,
        n_incidents: None,
        asked_at: None,
    };
    kept.add_to(&mut summary);
    summary
}

fn source_summary(cloud: &Cloud, source: &Source) -> SourceSummary {
    let off = Check::without_asking(cloud, source);
    SourceSummary {
        id: source.id.clone(),
        signal: source.signal.to_string(),
        api: source.api.to_string(),
        address: source.url.as_ref().map(ToString::to_string).unwrap_or_default(),
        state: off.as_ref().map_or(SourceState::NotAsked, |check| check.state),
        detail: off.map(|check| check.advice).unwrap_or_default(),
        took_nanos: None,
        asked_at: None,
    }
}

/// Takes in how a source stands.
fn take(all: &mut [CloudSummary], check: &Check) {
    let Some(cloud) = all.iter_mut().find(|cloud| cloud.id == check.cloud) else {
        return;
    };
    let Some(source) = cloud.sources.iter_mut().find(|source| source.id == check.source) else {
        return;
    };
    source.state = check.state;
    source.took_nanos = check.took.and_then(|took| i64::try_from(took.as_nanos()).ok());
    source.asked_at = check.asked_at;
    let texts = [&check.detail, &check.advice, &check.allows];
    let said: Vec<&str> = texts
        .into_iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    if is_answer(check.state) {
        source.detail = said.join("; ");
    }
    // Several sources may tell of the same alerts: the largest count is the least wrong.
    cloud.n_firing = cloud.n_firing.max(check.firing);
    cloud.n_incidents = cloud.n_incidents.max(check.open_incidents);
    cloud.asked_at = cloud.asked_at.max(check.asked_at);
}
