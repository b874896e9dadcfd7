//! The cheap questions, one or two for each API.

use crate::Told;
use crate::catalogue::{Api, Signal, Source};
use crate::http::{Door, Endpoint, FetchError, Fetched, Http, Want};
use glass_formats::FormatError;
use glass_formats::glance::{self, Glance, IssueGlance};
use std::time::Duration;
use url::Url;

const BUILD: Endpoint = Endpoint::get("/api/v1/status/buildinfo");
const ALERTS: Endpoint = Endpoint::get("/api/v1/alerts");
const QUERY: Endpoint = Endpoint::get("/api/v1/query");
const LOKI_LABELS: Endpoint = Endpoint::get("/loki/api/v1/labels");
const LOGSQL: Endpoint = Endpoint::get("/select/logsql/query");
const MANAGER_STATUS: Endpoint = Endpoint::get("/api/v2/status");
const MANAGER_ALERTS: Endpoint = Endpoint::get("/api/v2/alerts");
const HEALTH: Endpoint = Endpoint::get("/api/health");
const PROXIED_QUERY: Endpoint = Endpoint::get("/api/datasources/proxy/uid/*/api/v1/query");
const PROXIED_LABELS: Endpoint = Endpoint::get("/api/datasources/proxy/uid/*/loki/api/v1/labels");
const REFS: Endpoint = Endpoint::get("/info/refs");
const GITHUB_ISSUES: Endpoint = Endpoint::get("/repos/*/*/issues");
const GITLAB_ISSUES: Endpoint = Endpoint::get("/api/v4/projects/*/issues");
const FORGEJO_ISSUES: Endpoint = Endpoint::get("/api/v1/repos/*/*/issues");
const UNRESOLVED: Endpoint = Endpoint::get("/api/v2/incidents/unresolved.json");
const CSTATE: Endpoint = Endpoint::get("/index.json");
const ARGOCD_VERSION: Endpoint = Endpoint::get("/api/version");
/// The address itself: a feed, a folder.
const ITSELF: Endpoint = Endpoint::get("");

const ENDPOINTS: &[Endpoint] = &[
    BUILD,
    ALERTS,
    QUERY,
    LOKI_LABELS,
    LOGSQL,
    MANAGER_STATUS,
    MANAGER_ALERTS,
    HEALTH,
    PROXIED_QUERY,
    PROXIED_LABELS,
    REFS,
    GITHUB_ISSUES,
    GITLAB_ISSUES,
    FORGEJO_ISSUES,
    UNRESOLVED,
    CSTATE,
    ARGOCD_VERSION,
];

/// For addresses that are asked as they are: a redirect may lead to any page then, so nothing else is asked so.
const ONLY_ITSELF: &[Endpoint] = &[ITSELF];

/// When the newest sample was taken, of the series every Prometheus has.
const NEWEST: &[(&str, &str)] = &[("query", "max(timestamp(up))"), ("timeout", "15s")];

/// Many sources share a host, and each waits for its turn: GitHub's have the longest queue.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a source answered.
pub(crate) struct Answered {
    pub glance: Glance,
    pub told: Told<()>,
    /// All its answers together.
    pub took: Duration,
}

struct Asking {
    door: Door,
    want: Want,
    heard: Option<Told<()>>,
    took: Duration,
}

/// Puts the cheap questions to a source.
pub(crate) async fn ask(http: &Http, source: &Source, timeout: Duration) -> Result<Answered, FetchError> {
    let url = source
        .url
        .as_ref()
        .ok_or_else(|| FetchError::Unsupported("no address is known".into()))?;
    let credentials = source.credentials().map_err(FetchError::Unsupported)?;
    let (base, endpoints) = match source.api {
        Api::GitHubIssues => (github_api(url)?, ENDPOINTS),
        Api::GitLabIssues | Api::ForgejoIssues => (origin(url), ENDPOINTS),
        Api::Rss => (url.clone(), ONLY_ITSELF),
        Api::HttpFiles => (
            source.select.index.clone().unwrap_or_else(|| url.clone()),
            ONLY_ITSELF,
        ),
        _ => (url.clone(), ENDPOINTS),
    };
    let mut door = Door::new(http, &base, endpoints)?.with_credentials(credentials);
    for (name, value) in &source.headers {
        door = door.with_header(name, value);
    }
    let mut want = Want::json().within(timeout).at_most(8 << 20);
    want.patience = PATIENCE;
    let mut asking = Asking {
        door,
        want,
        heard: None,
        took: Duration::ZERO,
    };
    let glance = asking.glance(source, url).await?;
    let told = asking
        .heard
        .ok_or_else(|| FetchError::Unsupported("there is nothing to ask".into()))?;
    Ok(Answered {
        glance,
        told,
        took: asking.took,
    })
}

impl Asking {
    async fn glance(&mut self, source: &Source, url: &Url) -> Result<Glance, FetchError> {
        match source.api {
            Api::Prometheus if source.signal == Signal::Alerts => {
                self.get(ALERTS, &[], &[], glance::prometheus_alerts).await
            }
            Api::Prometheus => self.prometheus().await,
            Api::Grafana => self.grafana(source).await,
            Api::Loki => self.get(LOKI_LABELS, &[], &[], glance::loki_labels).await,
            Api::VictoriaLogs => self.victoria_logs().await,
            Api::Alertmanager => {
                let status = self
                    .get(MANAGER_STATUS, &[], &[], glance::alertmanager_status)
                    .await?;
                let alerts = self
                    .get(MANAGER_ALERTS, &[], &[], glance::alertmanager_alerts)
                    .await?;
                Ok(Glance {
                    version: status.version,
                    program: status.program,
                    ..alerts
                })
            }
            Api::Git | Api::GitRecords => {
                self.want.form = crate::http::Form::Any;
                // The second version of the protocol does not list all references at once: a small answer.
                self.want = self.want.clone().header("git-protocol", "version=2");
                let query = [("service", "git-upload-pack")];
                self.get(REFS, &[], &query, glance::git_refs).await
            }
            Api::GitHubIssues => {
                let (owner, name) = owner_and_name(url)?;
                let query = [("state", "open"), ("per_page", "100")];
                self.issues(source, GITHUB_ISSUES, &[owner, name], &query).await
            }
            Api::ForgejoIssues => {
                let (owner, name) = owner_and_name(url)?;
                let query = [("state", "open"), ("type", "issues"), ("limit", "50")];
                self.issues(source, FORGEJO_ISSUES, &[owner, name], &query).await
            }
            Api::GitLabIssues => {
                let project = url.path().trim_matches('/').to_owned();
                let query = [("state", "opened"), ("per_page", "100")];
                self.issues(source, GITLAB_ISSUES, &[&project], &query).await
            }
            Api::Statuspage => self.get(UNRESOLVED, &[], &[], glance::statuspage).await,
            Api::CState => self.get(CSTATE, &[], &[], glance::cstate).await,
            Api::ArgoCd => self.get(ARGOCD_VERSION, &[], &[], glance::argocd_version).await,
            Api::Rss => {
                self.want.form = crate::http::Form::Any;
                self.get(ITSELF, &[], &[], glance::feed).await
            }
            Api::HttpFiles => self.files().await,
            api => Err(FetchError::Unsupported(format!("not readable yet: {api}"))),
        }
    }

    /// Which program it is, and how fresh. Not every front door lets its build be asked.
    async fn prometheus(&mut self) -> Result<Glance, FetchError> {
        let build = match self.fetch(BUILD, &[], &[]).await {
            Ok(fetched) => {
                let has_hostname = fetched.header("x-server-hostname").is_some();
                glance::prometheus_build(&fetched.body, has_hostname).unwrap_or_default()
            }
            Err(FetchError::Status {
                status: 400..=499, ..
            }) => Glance::default(),
            Err(error) => return Err(error),
        };
        let newest = self.get(QUERY, &[], NEWEST, glance::prometheus_newest).await?;
        Ok(Glance {
            newest_at: newest.newest_at,
            ..build
        })
    }

    /// A data source behind it by a question of its own kind; the front door itself by its health.
    async fn grafana(&mut self, source: &Source) -> Result<Glance, FetchError> {
        let uid = [source.uid.as_str()];
        match source.inner.first() {
            Some(Api::Prometheus) if !source.uid.is_empty() => {
                self.get(PROXIED_QUERY, &uid, NEWEST, glance::prometheus_newest)
                    .await
            }
            Some(Api::Loki) if !source.uid.is_empty() => {
                self.get(PROXIED_LABELS, &uid, &[], glance::loki_labels).await
            }
            _ => self.get(HEALTH, &[], &[], glance::grafana_health).await,
        }
    }

    async fn victoria_logs(&mut self) -> Result<Glance, FetchError> {
        self.want.form = crate::http::Form::Any;
        let query = [("query", "_time:5m"), ("limit", "1")];
        let fetched = self.fetch(LOGSQL, &[], &query).await?;
        match fetched.body.trim_ascii().first() {
            None if fetched
                .header("content-type")
                .is_some_and(|kind| kind.contains("json")) =>
            {
                Ok(says("victorialogs", "no line in the last 5 minutes"))
            }
            Some(b'{') => Ok(says("victorialogs", "lines in the last 5 minutes")),
            _ => Err(self.unreadable("expected lines of JSON")),
        }
    }

    /// The folder's page, or as much of it as is worth while.
    async fn files(&mut self) -> Result<Glance, FetchError> {
        self.want.form = crate::http::Form::Any;
        match self.fetch(ITSELF, &[], &[]).await {
            Ok(fetched) => Ok(says("", &format!("a page of {} bytes", fetched.body.len()))),
            Err(error) => Err(error),
        }
    }

    async fn issues(
        &mut self,
        source: &Source,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Glance, FetchError> {
        let fetched = self.fetch(endpoint, arguments, query).await?;
        let all = glance::issues(&fetched.body).map_err(|error| self.unreadable(&error))?;
        let open: Vec<&IssueGlance> = all.iter().filter(|issue| counts(source, issue)).collect();
        let is_all = !fetched
            .header("link")
            .is_some_and(|link| link.contains("rel=\"next\""));
        let among = if is_all { "" } else { " among the newest, and more" };
        // Where there are more pages, the number is not known, and none is told.
        let n_open = Some(open.len()).filter(|_| is_all);
        let is_alerts = source.signal == Signal::Alerts;
        Ok(Glance {
            says: format!("{} open{among}", open.len()),
            n_firing: n_open.filter(|_| is_alerts),
            n_open: n_open.filter(|_| !is_alerts),
            newest_at: open.iter().filter_map(|issue| issue.updated_at).max(),
            ..Glance::default()
        })
    }

    async fn get(
        &mut self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        read: impl Fn(&[u8]) -> Result<Glance, FormatError>,
    ) -> Result<Glance, FetchError> {
        let fetched = self.fetch(endpoint, arguments, query).await?;
        read(&fetched.body).map_err(|error| self.unreadable(&error))
    }

    async fn fetch(
        &mut self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Fetched, FetchError> {
        let fetched = self.door.get(endpoint, arguments, query, &self.want).await?;
        self.took += fetched.took;
        match &mut self.heard {
            Some(told) => told.heed(&fetched),
            None => self.heard = Some(Told::of((), &fetched)),
        }
        Ok(fetched)
    }

    fn unreadable(&self, reason: impl ToString) -> FetchError {
        FetchError::Unreadable {
            host: self.door.host(),
            reason: reason.to_string(),
        }
    }
}

fn says(program: &str, words: &str) -> Glance {
    Glance {
        program: program.to_owned(),
        says: words.to_owned(),
        ..Glance::default()
    }
}

/// Whether an issue is one of the source's, as [`crate::issues`] says: any of the labels, and the title.
fn counts(source: &Source, issue: &IssueGlance) -> bool {
    let select = &source.select;
    let is_wanted = |label: &String| {
        select
            .labels
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(label))
    };
    let has_label = select.labels.is_empty() || issue.labels.iter().any(is_wanted);
    has_label && issue.title.starts_with(&select.title_prefix)
}

/// Where a repository's issues are asked for: GitHub's API has a host of its own, GitHub Enterprise a path.
fn github_api(url: &Url) -> Result<Url, FetchError> {
    let text = match url.host_str() {
        Some("github.com" | "www.github.com") => "https://api.github.com/".to_owned(),
        _ => format!("{}/api/v3/", url.origin().ascii_serialization()),
    };
    Url::parse(&text).map_err(|error| FetchError::NotAllowed(error.to_string()))
}

fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("/");
    origin
}

fn owner_and_name(url: &Url) -> Result<(&str, &str), FetchError> {
    let mut parts = url.path().trim_matches('/').split('/');
    match (parts.next(), parts.next()) {
        (Some(owner), Some(name)) if !owner.is_empty() => Ok((owner, name)),
        _ => Err(FetchError::Unsupported(format!(
            "not a repository's address: {url}"
        ))),
    }
}
