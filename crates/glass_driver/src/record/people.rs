//! Records what people wrote and did: threads of incidents, status pages, deployments.

use super::history::Brake;
use super::plan::RecordError;
use super::run::Run;
use super::whole;
use crate::now;
use glass_client::argocd::ArgoCd;
use glass_client::catalogue::{Api, Selection, Source};
use glass_client::git::{FetchRequest, GitStore};
use glass_client::git_records;
use glass_client::github::{Flavor, GitHub};
use glass_client::gitlab::GitLab;
use glass_client::http::{Credentials, FetchError, Http};
use glass_client::issues::Tracker;
use glass_client::status::{StatusKind, StatusPage};
use glass_client::{Incidents, Told};
use glass_formats::redact::redact;
use glass_model::{TimeRange, Timestamp};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use url::Url;

/// A source of what people wrote.
pub(super) struct PeopleSource {
    pub id: String,
    pub kind: PeopleKind,
}

/// Where it stands.
pub(super) enum PeopleKind {
    /// Issues, of which those count that are selected.
    Issues(Box<Issues>),
    /// A page that tells how a cloud stands.
    Status(Box<StatusPage>),
    /// Who deploys.
    ArgoCd(Box<ArgoCd>),
    /// Files of a repository, such as post-mortems.
    Records(Box<Records>),
}

/// Files of a repository in which people write down what happened.
pub(super) struct Records {
    url: Url,
    selection: Selection,
}

/// The largest repository that is fetched for its records, in bytes, packed.
const LARGEST_REPOSITORY: u64 = 1 << 30;

/// The issues of a repository.
pub(super) struct Issues {
    pub api: Api,
    pub url: Url,
    pub selection: Selection,
    pub credentials: Credentials,
    /// Only the thread at this address, if it is one that was named.
    pub only: Option<Url>,
}

impl PeopleKind {
    /// The way to a source, if it is one of these.
    pub fn open(source: &Source, http: &Http) -> Option<Result<Self, String>> {
        let url = source.url.clone().ok_or_else(|| "no address is known".to_owned());
        Some(url.and_then(|url| {
            let credentials = source.credentials()?;
            let words = |error: FetchError| error.to_string();
            let status = |kind| StatusPage::new(http, &url, kind).map_err(words);
            Ok(match source.api {
                Api::GitHubIssues | Api::GitLabIssues | Api::ForgejoIssues => {
                    Self::Issues(Box::new(Issues {
                        api: source.api,
                        url: url.clone(),
                        selection: source.select.clone(),
                        credentials,
                        only: None,
                    }))
                }
                Api::Statuspage => Self::Status(Box::new(status(StatusKind::Statuspage)?)),
                Api::CState => Self::Status(Box::new(status(StatusKind::CState)?)),
                Api::Rss => Self::Status(Box::new(status(StatusKind::Feed)?)),
                Api::ArgoCd => {
                    let server = ArgoCd::new(http, &url).map_err(words)?;
                    Self::ArgoCd(Box::new(server.with_credentials(credentials)))
                }
                Api::GitRecords => Self::Records(Box::new(Records {
                    url: url.clone(),
                    selection: source.select.clone(),
                })),
                _ => return Err(String::new()),
            })
        }))
        .filter(|opened| !matches!(opened, Err(reason) if reason.is_empty()))
    }
}

/// The source of a thread that was named by its address.
pub(super) fn named_thread(url: &Url) -> PeopleSource {
    let is_gitlab = url.path().contains("/-/") || url.host_str().is_some_and(|host| host.contains("gitlab"));
    let api = match url.host_str() {
        Some("github.com") => Api::GitHubIssues,
        _ if is_gitlab => Api::GitLabIssues,
        _ => Api::ForgejoIssues,
    };
    let path = url.path().split("/-/").next().unwrap_or_default();
    let path = path.split("/issues/").next().unwrap_or_default();
    let path = path.split("/pull/").next().unwrap_or_default();
    let mut repository = url.clone();
    repository.set_path(path);
    repository.set_query(None);
    repository.set_fragment(None);
    let mut only = url.clone();
    only.set_query(None);
    only.set_fragment(None);
    PeopleSource {
        id: "incident".to_owned(),
        kind: PeopleKind::Issues(Box::new(Issues {
            api,
            url: repository,
            selection: Selection::default(),
            credentials: Credentials::Anonymous,
            only: Some(only),
        })),
    }
}

/// Records what was written and done in a window and some time before it.
pub(super) async fn record(run: &mut Run, window: TimeRange) -> Result<(), RecordError> {
    let before = i64::try_from(run.plan.history.as_nanos()).unwrap_or(i64::MAX);
    // What was written about a window later belongs to it.
    let range = TimeRange::new(window.start.plus_nanos(before.saturating_neg()), now());
    for i in 0..run.sources.people.len() {
        let source = &run.sources.people[i];
        let id = source.id.clone();
        let stop = run.stop.clone();
        let work = ask(source, &run.http, &run.plan.repositories);
        let Some(result) = stop.unless(work).await else {
            break;
        };
        let what = match source.kind {
            PeopleKind::ArgoCd(_) => "deployments",
            _ => "incidents",
        };
        take(run, &id, what, range, result)?;
    }
    Ok(())
}

async fn ask(source: &PeopleSource, http: &Http, repositories: &Path) -> Result<Told<Incidents>, FetchError> {
    match &source.kind {
        PeopleKind::Status(page) => page.incidents().await,
        PeopleKind::ArgoCd(server) => {
            let told = server.applications().await?;
            Ok(told.map(|found| Incidents {
                documents: Vec::new(),
                events: found.events,
            }))
        }
        PeopleKind::Issues(issues) => issues.ask(http, &repositories.with_file_name("trackers")).await,
        PeopleKind::Records(records) => records.ask(http, repositories).await,
    }
}

impl Records {
    /// Fetches what is new of the repository and reads its files: when one became known only its history tells.
    async fn ask(&self, http: &Http, repositories: &Path) -> Result<Told<Incidents>, FetchError> {
        let mut request = FetchRequest::of(&self.url);
        request.max_bytes = LARGEST_REPOSITORY;
        let fetched = GitStore::open(repositories, http).fetch(&request).await?;
        let (repository, selection) = (fetched.value.clone(), self.selection.clone());
        let stopped = Arc::new(AtomicBool::new(false));
        let _brake = Brake(stopped.clone());
        let read = move || git_records::read(&repository, &selection, &stopped);
        let fell_over = |_| FetchError::Unsupported("reading the repository fell over".into());
        let records = tokio::task::spawn_blocking(read).await.map_err(fell_over)?;
        let records = records.map_err(|error| FetchError::Unsupported(error.to_string()))?;
        let mut told = fetched.map(|_| records.incidents);
        told.n_redacted += records.n_redacted;
        records
            .warnings
            .into_iter()
            .for_each(|warning| told.warn(warning));
        Ok(told)
    }
}

impl Issues {
    async fn ask(&self, http: &Http, trackers: &Path) -> Result<Told<Incidents>, FetchError> {
        let file = self.tracker_file(trackers);
        let mut tracker = read_tracker(&file);
        let told = match self.api {
            Api::GitLabIssues => {
                let server = GitLab::new(http, &self.url, None)?.with_credentials(self.credentials.clone());
                server.visit(&mut tracker, &self.selection).await?
            }
            api => {
                let flavor = match api {
                    Api::ForgejoIssues => Flavor::Forgejo,
                    _ => Flavor::GitHub,
                };
                let server = GitHub::new(http, &self.url, flavor, None)?;
                server
                    .with_credentials(self.credentials.clone())
                    .visit(&mut tracker)
                    .await?
            }
        };
        let mut told = told;
        if write_tracker(&file, &tracker).is_err() {
            told.warn("what is known of the issues could not be kept for the next time".to_owned());
        }
        let (mut incidents, n_hidden) = tracker.incidents(&self.selection);
        told.n_redacted += n_hidden;
        if let Some(only) = &self.only {
            incidents
                .documents
                .retain(|document| document.link == only.as_str());
            if incidents.documents.is_empty() {
                return Err(FetchError::Unsupported(format!(
                    "there is no such thread: {only}"
                )));
            }
        }
        Ok(told.map(|_| incidents))
    }

    fn tracker_file(&self, trackers: &Path) -> PathBuf {
        let name = format!("{}{}", self.url.host_str().unwrap_or_default(), self.url.path());
        trackers.join(format!("{}.json", glass_formats::issue::slug(&name)))
    }
}

fn read_tracker(file: &Path) -> Tracker {
    let bytes = std::fs::read(file).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn write_tracker(file: &Path, tracker: &Tracker) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let part = file.with_extension("part");
    // A text that no longer is JSON costs the next time all requests again, and nothing else.
    std::fs::write(&part, &*redact(&serde_json::to_string(tracker)?))?;
    std::fs::rename(part, file)
}

fn take(
    run: &mut Run,
    id: &str,
    what: &str,
    range: TimeRange,
    result: Result<Told<Incidents>, FetchError>,
) -> Result<(), RecordError> {
    let told = match result {
        Ok(told) => told,
        Err(error) => {
            run.report.of(id).trouble(format!("{what}: {error}"));
            let ends: (Timestamp, Timestamp) = (range.start, range.end);
            let row = whole::row(id, what, ends, now(), &error.completeness(), &[], 0);
            return Ok(run.writer.push_coverage(row)?);
        }
    };
    let events = told
        .value
        .events
        .iter()
        .filter(|event| range.contains(event.known_at));
    let mut of_interest: BTreeSet<&str> = events.clone().map(|event| event.link.as_str()).collect();
    let opened = told.value.documents.iter();
    of_interest.extend(
        opened
            .filter(|document| range.contains(document.summary.known_at))
            .map(|document| document.summary.id.as_str()),
    );
    let mut n_items = 0;
    // All that was said in a thread belongs to it, also what is older.
    for event in &told.value.events {
        if of_interest.contains(event.link.as_str()) {
            run.writer.push_event(event.clone())?;
            n_items += 1;
        }
    }
    for document in &told.value.documents {
        if of_interest.contains(document.summary.id.as_str()) {
            run.writer.push_document(document, None)?;
            n_items += 1;
        }
    }
    let report = run.report.of(id);
    report.n_items += n_items;
    report.warn(&told.warnings);
    if let Some(text) = whole::trouble_of(&told.completeness) {
        report.trouble(format!("{what}: {text}"));
    }
    let ends: (Timestamp, Timestamp) = (range.start, range.end);
    let row = whole::row(
        id,
        what,
        ends,
        told.asked_at,
        &told.completeness,
        &told.warnings,
        n_items,
    );
    Ok(run.writer.push_coverage(row)?)
}
