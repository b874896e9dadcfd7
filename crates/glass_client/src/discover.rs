//! [`discover`]: finds out what answers at an address, by a few polite questions, and makes catalogue sources of it.
//!
//! The questions are those of [`crate::check`]: what answers them can be read.

use crate::catalogue::{Api, Proof, Signal, Source};
use crate::check::ask::{self, Answered};
use crate::http::{Door, Endpoint, FetchError, Http, Want};
use glass_formats::glance::{self, GrafanaSource};
use std::time::Duration;
use url::Url;

const SETTINGS: Endpoint = Endpoint::get("/api/frontend/settings");

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// So many data sources behind a Grafana are asked; the others are left out, and that is told.
const MOST_BEHIND: usize = 12;

/// What servers may answer at an address, in the order in which they are asked for.
const KINDS: [(Api, Signal); 8] = [
    (Api::Grafana, Signal::Dashboards),
    (Api::Prometheus, Signal::Metrics),
    (Api::Alertmanager, Signal::Alerts),
    (Api::Loki, Signal::Logs),
    (Api::VictoriaLogs, Signal::Logs),
    (Api::ArgoCd, Signal::Deployments),
    (Api::Statuspage, Signal::Incidents),
    (Api::CState, Signal::Incidents),
];

/// Paths at which people see a server, and below which its API is not.
const PAGES: [&str; 16] = [
    "graph",
    "alerts",
    "targets",
    "query",
    "rules",
    "config",
    "flags",
    "classic",
    "explore",
    "d",
    "dashboards",
    "login",
    "vmui",
    "api",
    "-",
    "issues",
];

/// A question that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What was asked for, such as `prometheus`.
    pub api: Api,
    /// Where.
    pub url: String,
    /// What it said, or why it is none.
    pub answer: Result<String, String>,
}

/// Finds out what answers at an address, and tells each question as it is answered.
///
/// # Errors
/// When the host cannot be reached at all: then nothing more is asked.
pub async fn discover(http: &Http, url: &Url, tell: impl FnMut(Tried)) -> Result<Vec<Source>, FetchError> {
    let mut search = Search {
        http,
        tell,
        found: Vec::new(),
    };
    let base = without_pages(url);
    let n_parts = base.path().split('/').filter(|part| !part.is_empty()).count();
    if n_parts >= 2 || base.path().ends_with(".git") {
        search.git(&base).await?;
    }
    if search.found.is_empty() {
        search.server(&base).await?;
    }
    let is_only_grafana = search.found.iter().all(|source| source.api == Api::Grafana);
    if is_only_grafana && n_parts == 0 {
        // A Prometheus often stands behind the same front door.
        search
            .try_one(
                "prometheus",
                Api::Prometheus,
                Signal::Metrics,
                &below(&base, "prometheus"),
            )
            .await?;
    }
    if search.found.is_empty() && n_parts > 0 {
        search.server(&below(&base, "/")).await?;
    }
    search.alerts().await?;
    Ok(search.found)
}

struct Search<'a, F> {
    http: &'a Http,
    tell: F,
    found: Vec<Source>,
}

impl<F: FnMut(Tried)> Search<'_, F> {
    /// A repository, and its issues if the host has such.
    async fn git(&mut self, url: &Url) -> Result<(), FetchError> {
        if !self.try_one("git", Api::Git, Signal::Configs, url).await? {
            return Ok(());
        }
        let is_github = matches!(url.host_str(), Some("github.com" | "www.github.com"));
        let api = if is_github {
            Api::GitHubIssues
        } else {
            Api::GitLabIssues
        };
        let mut page = url.clone();
        page.set_path(url.path().trim_end_matches('/').trim_end_matches(".git"));
        self.try_one("issues", api, Signal::Incidents, &page).await?;
        Ok(())
    }

    /// The first kind of server that answers, and what stands behind it.
    async fn server(&mut self, url: &Url) -> Result<(), FetchError> {
        for (api, signal) in KINDS {
            if self.try_one(api_name(api), api, signal, url).await? {
                if api == Api::Grafana {
                    self.behind_grafana(url).await?;
                }
                return Ok(());
            }
        }
        Ok(())
    }

    /// Prometheus' alerts beside its metrics.
    async fn alerts(&mut self) -> Result<(), FetchError> {
        let prometheus = self.found.iter().find(|source| source.api == Api::Prometheus);
        let Some(url) = prometheus.and_then(|source| source.url.clone()) else {
            return Ok(());
        };
        self.try_one("alerts", Api::Prometheus, Signal::Alerts, &url)
            .await?;
        Ok(())
    }

    async fn behind_grafana(&mut self, url: &Url) -> Result<(), FetchError> {
        let door = Door::new(self.http, url, &[SETTINGS])?;
        let listed = match door.get(SETTINGS, &[], &[], &Want::json().within(TIMEOUT)).await {
            Ok(fetched) => glance::grafana_sources(&fetched.body).unwrap_or_default(),
            Err(error) => {
                self.told(
                    Api::Grafana,
                    url,
                    Err(format!("its data sources are not shown: {error}")),
                );
                return Ok(());
            }
        };
        let readable: Vec<(Api, Signal, &GrafanaSource)> = listed
            .iter()
            .filter_map(|listed| kind_of(&listed.kind).map(|(api, signal)| (api, signal, listed)))
            .filter(|(_, _, listed)| !listed.uid.is_empty())
            .collect();
        let n_left_out = listed.len() - readable.len().min(MOST_BEHIND);
        for (inner, signal, listed) in readable.into_iter().take(MOST_BEHIND) {
            let id = self.free_id(&id_of(&listed.name));
            let mut source = Source::new(&id, signal, Api::Grafana, Some(url.clone()));
            source.inner = vec![inner];
            source.uid.clone_from(&listed.uid);
            source.note = format!("data source {}", listed.name);
            self.try_source(source).await?;
        }
        if n_left_out > 0 {
            let words = format!("{n_left_out} more data sources are listed, which were not asked");
            self.told(Api::Grafana, url, Ok(words));
        }
        Ok(())
    }

    async fn try_one(&mut self, id: &str, api: Api, signal: Signal, url: &Url) -> Result<bool, FetchError> {
        let id = self.free_id(id);
        self.try_source(Source::new(&id, signal, api, Some(url.clone())))
            .await
    }

    async fn try_source(&mut self, mut source: Source) -> Result<bool, FetchError> {
        let Some(url) = source.url.clone() else {
            return Ok(false);
        };
        let api = source.inner.first().copied().unwrap_or(source.api);
        match ask::ask(self.http, &source, TIMEOUT).await {
            Ok(Answered { glance, .. }) => {
                let program = format!("{} {}", glance.program, glance.version).trim().to_owned();
                let said = [program.as_str(), &glance.says];
                let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
                self.told(api, &url, Ok(said.join("; ")));
                source.flavor = program;
                source.proof = Proof::Live;
                self.found.push(source);
                Ok(true)
            }
            Err(
                error @ (FetchError::Unreachable { .. }
                | FetchError::Tls { .. }
                | FetchError::Throttled { .. }),
            ) => Err(error),
            Err(error) => {
                self.told(api, &url, Err(error.to_string()));
                Ok(false)
            }
        }
    }

    fn told(&mut self, api: Api, url: &Url, answer: Result<String, String>) {
        (self.tell)(Tried {
            api,
            url: url.to_string(),
            answer,
        });
    }

    fn free_id(&self, wanted: &str) -> String {
        let is_taken = |id: &str| self.found.iter().any(|source| source.id == id);
        let numbered = (2..).map(|n| format!("{wanted}-{n}"));
        let mut ids = std::iter::once(wanted.to_owned()).chain(numbered);
        ids.find(|id| !is_taken(id)).unwrap_or_default()
    }
}

fn api_name(api: Api) -> &'static str {
    use crate::catalogue::Word;
    match api {
        Api::Statuspage | Api::CState => "status",
        api => api.word(),
    }
}

/// How a data source's plugin is read here.
fn kind_of(plugin: &str) -> Option<(Api, Signal)> {
    Some(match plugin {
        "prometheus" | "victoriametrics-metrics-datasource" => (Api::Prometheus, Signal::Metrics),
        "loki" => (Api::Loki, Signal::Logs),
        "influxdb" => (Api::InfluxQl, Signal::Metrics),
        _ => return None,
    })
}

/// The address without the page that people look at, without query and fragment.
fn without_pages(url: &Url) -> Url {
    let mut base = url.clone();
    base.set_query(None);
    base.set_fragment(None);
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let kept: Vec<&str> = parts
        .into_iter()
        .take_while(|part| !PAGES.contains(part))
        .collect();
    base.set_path(&kept.join("/"));
    base
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// A name as an id: small letters, digits, `-`; for an address, its telling part.
pub fn id_of(name: &str) -> String {
    let good = |c: char| {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            c
        } else {
            '-'
        }
    };
    let all: String = name.chars().map(good).collect();
    let parts: Vec<&str> = all.split('-').filter(|part| !part.is_empty()).collect();
    let id: String = parts.join("-").chars().take(48).collect();
    if id.is_empty() { "source".into() } else { id }
}

/// An id for a cloud at an address: `nixos` for `https://prometheus.nixos.org`, the repository's name for a Git host.
pub fn cloud_id_of(url: &Url) -> String {
    const GIT_HOSTS: [&str; 4] = ["github.com", "gitlab.com", "codeberg.org", "www.github.com"];
    let host = url.host_str().unwrap_or_default();
    if GIT_HOSTS.contains(&host) {
        let parts = url
            .path()
            .trim_end_matches(".git")
            .split('/')
            .filter(|part| !part.is_empty());
        return id_of(&parts.take(2).collect::<Vec<_>>().join("-"));
    }
    match url.domain() {
        Some(domain) if domain.contains('.') => {
            let mut parts = domain.rsplit('.').skip(1);
            let name = parts.next().unwrap_or_default();
            // co.uk and the like: the name stands before them.
            let name = if name.len() <= 3 {
                parts.next().unwrap_or(name)
            } else {
                name
            };
            id_of(name)
        }
        _ => id_of(&format!("{host}-{}", url.port_or_known_default().unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_have_them() {
        let check = |given: &str, base: &str, id: &str| {
            let url = Url::parse(given).unwrap();
            assert_eq!(without_pages(&url).as_str(), base, "{given}");
            assert_eq!(cloud_id_of(&url), id, "{given}");
        };
        check(
            "https://prometheus.nixos.org/graph?g0.expr=up#x",
            "https://prometheus.nixos.org/",
            "nixos",
        );
        check(
            "https://prometheus.openstreetmap.org/prometheus/alerts",
            "https://prometheus.openstreetmap.org/prometheus",
            "openstreetmap",
        );
        check(
            "https://grafana.wmcloud.org/d/x/y",
            "https://grafana.wmcloud.org/",
            "wmcloud",
        );
        check(
            "https://play.victoriametrics.com/select/0/prometheus",
            "https://play.victoriametrics.com/select/0/prometheus",
            "victoriametrics",
        );
        check("https://metrics.sr.ht", "https://metrics.sr.ht/", "metrics");
        check("https://grafana.ac.uk", "https://grafana.ac.uk/", "grafana");
        check(
            "http://127.0.0.1:9090",
            "http://127.0.0.1:9090/",
            "127-0-0-1-9090",
        );
        check(
            "http://localhost:9090/",
            "http://localhost:9090/",
            "localhost-9090",
        );
        check(
            "https://github.com/void-linux/void-infrastructure/issues",
            "https://github.com/void-linux/void-infrastructure",
            "void-linux-void-infrastructure",
        );
    }
}
