//! Prometheus' HTTP API, as Prometheus, Thanos, Mimir and VictoriaMetrics answer it: [`Prometheus`].
//!
//! Queries are pushed down to the server, in windows that it accepts; [`Prometheus::samples`] fetches samples as they
//! were scraped. Warnings and partial answers are carried into [`Told`].

mod ask;
mod ends;
mod lists;
mod pieces;
mod query;
mod samples;
mod stepped;

pub use samples::SampleCounts;

use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Want};
use glass_formats::prometheus_api::{ServerInfo, read_server_info};
use tokio::sync::OnceCell;

const BUILD_INFO: Endpoint = Endpoint::get("/api/v1/status/buildinfo");
const QUERY: Endpoint = Endpoint::get("/api/v1/query");
const QUERY_RANGE: Endpoint = Endpoint::get("/api/v1/query_range");
const LABELS: Endpoint = Endpoint::get("/api/v1/labels");
const LABEL_VALUES: Endpoint = Endpoint::get("/api/v1/label/*/values");
const SERIES: Endpoint = Endpoint::get("/api/v1/series");
const METADATA: Endpoint = Endpoint::get("/api/v1/metadata");
const RULES: Endpoint = Endpoint::get("/api/v1/rules");
const ALERTS: Endpoint = Endpoint::get("/api/v1/alerts");
const TARGETS: Endpoint = Endpoint::get("/api/v1/targets");
const EXPORT: Endpoint = Endpoint::get("/api/v1/export");

/// Which program answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// Prometheus itself.
    Prometheus,
    /// Thanos: many Prometheus servers as one, which may answer in part.
    Thanos,
    /// Mimir or Cortex.
    Mimir,
    /// VictoriaMetrics: answers nearly the same API, and hands out raw samples.
    VictoriaMetrics,
    /// It does not tell.
    #[default]
    Unknown,
}

impl Flavour {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Thanos => "Thanos",
            Self::Mimir => "Mimir",
            Self::VictoriaMetrics => "VictoriaMetrics",
            Self::Unknown => "a relative of Prometheus",
        }
    }
}

/// Which program answers, in which version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// The program.
    pub flavour: Flavour,
    /// Its version, empty if it does not tell. VictoriaMetrics tells that of the Prometheus it is like.
    pub version: String,
}

/// A server that answers Prometheus' HTTP API.
#[derive(Debug)]
pub struct Prometheus {
    door: Door,
    want: Want,
    flavour: OnceCell<Flavour>,
}

impl Prometheus {
    /// What may be asked.
    pub const ENDPOINTS: &[Endpoint] = &[
        BUILD_INFO,
        QUERY,
        QUERY_RANGE,
        LABELS,
        LABEL_VALUES,
        SERIES,
        METADATA,
        RULES,
        ALERTS,
        TARGETS,
        EXPORT,
    ];

    /// The server behind a door that was opened for [`Self::ENDPOINTS`].
    pub fn new(door: Door) -> Self {
        Self {
            door,
            want: Want::json(),
            flavour: OnceCell::new(),
        }
    }

    /// With other limits of size, time and patience.
    #[must_use]
    pub fn with_want(mut self, want: Want) -> Self {
        self.want = want;
        self
    }

    /// The way to it.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Which program answers.
    ///
    /// # Errors
    /// When it cannot be asked; old servers and some front doors do not tell, which is none.
    pub async fn build_info(&self) -> Result<Told<BuildInfo>, FetchError> {
        let fetched = self.fetch(BUILD_INFO, &[], &[]).await?;
        let says_hostname = fetched.header("x-server-hostname").is_some();
        let info = read_server_info(&fetched.body[..]).map_err(|error| self.unreadable(&error))?;
        let flavour = flavour_of(&info, says_hostname);
        // Known from elsewhere by now; both say the same.
        let _ = self.flavour.set(flavour);
        let version = info.version;
        Ok(Told::of(BuildInfo { flavour, version }, &fetched))
    }

    /// Which program answers, asked once; a server that does not tell is not asked again.
    pub async fn flavour(&self) -> Flavour {
        let known = self.flavour.get_or_init(async || {
            let Ok(fetched) = self.fetch(BUILD_INFO, &[], &[]).await else {
                return Flavour::Unknown;
            };
            let says_hostname = fetched.header("x-server-hostname").is_some();
            match read_server_info(&fetched.body[..]) {
                Ok(info) => flavour_of(&info, says_hostname),
                Err(_) => Flavour::Unknown,
            }
        });
        *known.await
    }
}

/// VictoriaMetrics tells no build and its host; Thanos' versions begin with 0, Prometheus' with 2 or 3.
fn flavour_of(info: &ServerInfo, says_hostname: bool) -> Flavour {
    let application = info.application.to_ascii_lowercase();
    if application.contains("mimir") || application.contains("cortex") {
        Flavour::Mimir
    } else if says_hostname || !info.has_build {
        Flavour::VictoriaMetrics
    } else if info.version.starts_with("0.") {
        Flavour::Thanos
    } else {
        Flavour::Prometheus
    }
}

/// Whether a front door lets a request through at all.
fn is_closed(error: &FetchError) -> bool {
    match error {
        FetchError::Status {
            status: 401 | 403 | 404 | 405 | 501,
            ..
        }
        | FetchError::WebPage { .. }
        | FetchError::Redirect { .. } => true,
        FetchError::Status {
            status: 400, text, ..
        } => text.contains("unsupported path"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Http, HttpOptions};
    use glass_model::{Selector, SeriesData, TimeRange, Timestamp};

    #[test]
    fn requests_can_move_between_threads() {
        fn check(_: impl Send) {}
        let base = url::Url::parse("http://127.0.0.1:9").unwrap();
        let door = Door::new(&Http::new(HttpOptions::default()), &base, Prometheus::ENDPOINTS);
        let prometheus = Prometheus::new(door.unwrap());
        let (selector, range) = (Selector::all(), TimeRange::ALL);
        let mut visit = |_: SeriesData| {};
        check(prometheus.samples(&selector, range, &mut visit));
        check(prometheus.query_range("up", range, 1));
        check(prometheus.query("up", Timestamp::MIN, 0));
        check(prometheus.rules());
        check(prometheus.series(&selector, range));
        check(prometheus.build_info());
    }
}
