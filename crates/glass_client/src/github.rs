//! Issues of a GitHub or Forgejo repository, by its REST API: the threads in which incidents are told.
//!
//! [`GitHub::visit`] asks the whole repository's lists of issues, comments and changes, 100 a page, rather than those
//! of each issue, so that a cloud of some hundred incidents fits into the 60 requests an hour that anyone has. What is
//! known is kept in a [`Tracker`], and the next visit asks for what is newer. Lists are asked oldest change first: what
//! changes meanwhile comes once more at the end, and nothing falls between two pages.

use crate::Told;
use crate::http::{Credentials, Door, Endpoint, FetchError, Fetched, Http, Want, now};
use crate::issues::{Tracker, Visit};
use crate::pages::{Next, Pages};
use glass_formats::tracker::{self, Page};
use glass_formats::{FormatError, ReadReport};
use glass_model::Completeness;
use url::Url;

const ISSUES: Endpoint = Endpoint::get("/repos/*/*/issues");
const COMMENTS: Endpoint = Endpoint::get("/repos/*/*/issues/comments");
const CHANGES: Endpoint = Endpoint::get("/repos/*/*/issues/events");

/// With those to which GitHub sends on who asks for a repository that was renamed, and to which its links lead.
const ENDPOINTS: &[Endpoint] = &[
    ISSUES,
    COMMENTS,
    CHANGES,
    Endpoint::get("/repositories/*/issues"),
    Endpoint::get("/repositories/*/issues/comments"),
    Endpoint::get("/repositories/*/issues/events"),
];

/// Whose API it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavor {
    /// GitHub, or GitHub Enterprise.
    GitHub,
    /// Forgejo or Gitea, which tell no changes of a whole repository.
    Forgejo,
}

/// The issues of a repository.
#[derive(Clone, Debug)]
pub struct GitHub {
    door: Door,
    flavor: Flavor,
    owner: String,
    name: String,
    max_requests: u64,
}

impl GitHub {
    /// The issues of the repository at a web address such as `https://github.com/operate-first/support`. `api` is
    /// where its API is, if not at the usual place for its host: `https://api.github.com`, `/api/v3` of another GitHub,
    /// `/api/v1` of a Forgejo.
    ///
    /// # Errors
    /// When the address names no repository.
    pub fn new(http: &Http, repository: &Url, flavor: Flavor, api: Option<&Url>) -> Result<Self, FetchError> {
        let not_a_repository = || FetchError::NotAllowed(format!("no owner/name in {}", repository.path()));
        let mut parts = repository.path().split('/').filter(|part| !part.is_empty());
        let owner = parts.next().ok_or_else(not_a_repository)?;
        let name = parts.next().ok_or_else(not_a_repository)?;
        let api = match api {
            Some(api) => api.clone(),
            None => usual_api(repository, flavor)?,
        };
        let mut door = Door::new(http, &api, ENDPOINTS)?;
        if flavor == Flavor::GitHub {
            door = door.with_header("x-github-api-version", "2022-11-28");
        }
        Ok(Self {
            door,
            flavor,
            owner: owner.to_owned(),
            name: name.strip_suffix(".git").unwrap_or(name).to_owned(),
            max_requests: 50,
        })
    }

    /// Shows the user's token to this host, which then allows 5,000 requests an hour.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.door = self.door.with_credentials(credentials);
        self
    }

    /// Lets one visit take so many requests; without, 50.
    #[must_use]
    pub fn at_most(mut self, max_requests: u64) -> Self {
        self.max_requests = max_requests;
        self
    }

    /// Brings what is new into `tracker`. Where that breaks off, what was had stays in it, the answer is partial and
    /// says when to go on; the next visit goes on from there.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn visit(&self, tracker: &mut Tracker) -> Result<Told<Visit>, FetchError> {
        let mut want = Want::json().cached();
        // What is known already is in the tracker, and better told as such.
        want.accepts_old = false;
        let mut told = Told {
            value: Visit::default(),
            asked_at: now(),
            completeness: Completeness::Complete,
            warnings: Vec::new(),
            n_redacted: 0,
        };
        let mut pages = Pages {
            door: &self.door,
            want: &want,
            n_allowed: self.max_requests,
            visit: Visit::default(),
        };
        let result = self.visit_lists(&mut pages, tracker, &mut told).await;
        told.value = pages.visit;
        if let Err(error) = result {
            if told.value.n_new == 0 {
                return Err(error);
            }
            let when = told
                .value
                .resets_at
                .filter(|_| told.value.n_left == Some(0))
                .map_or_else(String::new, |at| format!("; it allows more requests at {at}"));
            let n = told.value.n_requests;
            told.completeness = Completeness::Partial(format!("broke off at request {n}: {error}{when}"));
        }
        let n_missing = tracker.n_missing_comments();
        if n_missing > 0 {
            told.warn(format!("{n_missing} comments are not known yet"));
        }
        Ok(told)
    }

    async fn visit_lists(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        self.visit_issues(pages, tracker, told).await?;
        self.visit_comments(pages, tracker, told).await?;
        match self.flavor {
            Flavor::GitHub => self.visit_changes(pages, tracker, told).await,
            Flavor::Forgejo => Ok(()),
        }
    }

    async fn visit_issues(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        let mut newest = tracker.issues_until.clone();
        let mut next = Some(self.first(ISSUES, &tracker.issues_until, &[("state", "all")]));
        while let Some(at) = next {
            let (fetched, following) = pages.get(&at).await?;
            let page = self.read(&fetched, told, tracker::github_issues)?;
            // Forgejo sorts by opening: there, nothing is known to be complete before the end.
            if self.flavor == Flavor::GitHub && page.newest_update > tracker.issues_until {
                tracker.issues_until.clone_from(&page.newest_update);
            }
            newest = newest.max(page.newest_update);
            for issue in page.items {
                let number = issue.number;
                let before = tracker.issues.insert(number, issue);
                pages.visit.n_new += u64::from(before.as_ref() != tracker.issues.get(&number));
            }
            next = following;
        }
        tracker.issues_until = newest;
        Ok(())
    }

    async fn visit_comments(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        let mut newest = tracker.comments_until.clone();
        let mut next = Some(self.first(COMMENTS, &tracker.comments_until, &[]));
        while let Some(at) = next {
            let (fetched, following) = pages.get(&at).await?;
            let page = self.read(&fetched, told, tracker::github_comments)?;
            // Forgejo sorts by opening: there, nothing is known to be complete before the end.
            if self.flavor == Flavor::GitHub && page.newest_update > tracker.comments_until {
                tracker.comments_until.clone_from(&page.newest_update);
            }
            newest = newest.max(page.newest_update);
            for comment in page.items {
                let id = comment.id;
                let before = tracker.comments.insert(id, comment);
                pages.visit.n_new += u64::from(before.as_ref() != tracker.comments.get(&id));
            }
            next = following;
        }
        tracker.comments_until = newest;
        Ok(())
    }

    /// Changes come newest first, and cannot be asked for since a time: down to the last that is known.
    async fn visit_changes(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        let mut newest = tracker.changes_until;
        let query = vec![("per_page", "100".to_owned())];
        let mut next = Some(Next::First(CHANGES, self.arguments(), query));
        while let Some(at) = next {
            let (fetched, following) = pages.get(&at).await?;
            let page = self.read(&fetched, told, tracker::github_changes)?;
            let mut reaches_known = false;
            for change in page.items {
                newest = newest.max(change.id);
                reaches_known |= change.id <= tracker.changes_until;
                pages.visit.n_new += u64::from(tracker.changes.insert(change.id, change).is_none());
            }
            next = following.filter(|_| !reaches_known);
        }
        tracker.changes_until = newest;
        Ok(())
    }

    fn arguments(&self) -> Vec<String> {
        vec![self.owner.clone(), self.name.clone()]
    }

    fn first(&self, endpoint: Endpoint, since: &str, more: &[(&'static str, &str)]) -> Next {
        let mut query: Vec<(&'static str, String)> = match self.flavor {
            Flavor::GitHub => vec![
                ("sort", "updated".into()),
                ("direction", "asc".into()),
                ("per_page", "100".into()),
            ],
            Flavor::Forgejo => vec![("type", "issues".into()), ("limit", "50".into())],
        };
        query.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        if !since.is_empty() {
            query.push(("since", since.to_owned()));
        }
        Next::First(endpoint, self.arguments(), query)
    }

    fn read<T>(
        &self,
        fetched: &Fetched,
        told: &mut Told<Visit>,
        read: impl Fn(&[u8]) -> Result<Page<T>, FormatError>,
    ) -> Result<Page<T>, FetchError> {
        told.heed(fetched);
        told.n_redacted += fetched.n_redacted;
        read_page(&self.door, fetched, read, |report| {
            if let Some(damage) = report.damage_text() {
                told.warn(damage.replace("line", "item"));
            }
        })
    }
}

/// Reads a page, or says what is wrong with it.
pub(crate) fn read_page<T>(
    door: &Door,
    fetched: &Fetched,
    read: impl Fn(&[u8]) -> Result<Page<T>, FormatError>,
    tell: impl FnOnce(&ReadReport),
) -> Result<Page<T>, FetchError> {
    let page = read(&fetched.body).map_err(|error| FetchError::Unreadable {
        host: door.host(),
        reason: error.to_string(),
    })?;
    tell(&page.report);
    Ok(page)
}

fn usual_api(repository: &Url, flavor: Flavor) -> Result<Url, FetchError> {
    let mut api = repository.clone();
    let host = repository.host_str().unwrap_or_default();
    let path = match flavor {
        Flavor::GitHub if host == "github.com" || host == "www.github.com" => {
            let _ = api.set_host(Some("api.github.com"));
            ""
        }
        Flavor::GitHub => "/api/v3",
        Flavor::Forgejo => "/api/v1",
    };
    api.set_path(path);
    api.set_query(None);
    api.set_fragment(None);
    Ok(api)
}
