//! Issues of a GitLab project, by its API v4.
//!
//! GitLab lists the issues of a project, but comments and changes of each issue alone: they are asked for only of the
//! issues that are selected and changed since the last visit, the newest first, and within a number of requests.

use crate::Told;
use crate::catalogue::Selection;
use crate::github::read_page;
use crate::http::{Credentials, Door, Endpoint, FetchError, Http, Want, now};
use crate::issues::{Tracker, Visit, is_selected};
use crate::pages::{Next, Pages};
use glass_formats::FormatError;
use glass_formats::tracker::{self, Page, TrackedIssue};
use glass_model::Completeness;
use url::Url;

const ISSUES: Endpoint = Endpoint::get("/projects/*/issues");
const NOTES: Endpoint = Endpoint::get("/projects/*/issues/*/notes");
const STATES: Endpoint = Endpoint::get("/projects/*/issues/*/resource_state_events");
const LABELS: Endpoint = Endpoint::get("/projects/*/issues/*/resource_label_events");
const ENDPOINTS: &[Endpoint] = &[ISSUES, NOTES, STATES, LABELS];

/// The issues of a project.
#[derive(Clone, Debug)]
pub struct GitLab {
    door: Door,
    project: String,
    max_requests: u64,
}

impl GitLab {
    /// The issues of the project at a web address such as `https://gitlab.com/gitlab-com/gl-infra/production`. `api`
    /// is where its API is, if not at `/api/v4`.
    ///
    /// # Errors
    /// When the address names no project.
    pub fn new(http: &Http, project: &Url, api: Option<&Url>) -> Result<Self, FetchError> {
        let path = project.path().split("/-/").next().unwrap_or_default();
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        if !path.contains('/') {
            return Err(FetchError::NotAllowed(format!(
                "no group/project in {}",
                project.path()
            )));
        }
        let mut usual = project.clone();
        usual.set_path("/api/v4");
        usual.set_query(None);
        usual.set_fragment(None);
        Ok(Self {
            door: Door::new(http, api.unwrap_or(&usual), ENDPOINTS)?,
            project: path.to_owned(),
            max_requests: 200,
        })
    }

    /// Shows the user's token to this host.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.door = self.door.with_credentials(credentials);
        self
    }

    /// Lets one visit take so many requests; without, 200.
    #[must_use]
    pub fn at_most(mut self, max_requests: u64) -> Self {
        self.max_requests = max_requests;
        self
    }

    /// Brings what is new into `tracker`: all issues, and what was said and done on those selected. Where that breaks
    /// off, what was had stays in it and the answer is partial; the next visit goes on from there.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn visit(
        &self,
        tracker: &mut Tracker,
        selection: &Selection,
    ) -> Result<Told<Visit>, FetchError> {
        let mut want = Want::json().cached();
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
        let result = self.visit_all(&mut pages, tracker, selection, &mut told).await;
        told.value = pages.visit;
        if let Err(error) = result {
            if told.value.n_new == 0 {
                return Err(error);
            }
            let n = told.value.n_requests;
            told.completeness = Completeness::Partial(format!("broke off at request {n}: {error}"));
        }
        Ok(told)
    }

    /// An issue counts as known only with what was said and done on it, so that a visit that breaks off is gone on
    /// with: issues are taken oldest change first.
    async fn visit_all(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        selection: &Selection,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        let mut query = vec![
            ("scope", "all".to_owned()),
            ("order_by", "updated_at".into()),
            ("sort", "asc".into()),
            ("per_page", "100".into()),
        ];
        if !tracker.issues_until.is_empty() {
            query.push(("updated_after", tracker.issues_until.clone()));
        }
        let mut next = Some(Next::First(ISSUES, vec![self.project.clone()], query));
        while let Some(at) = next {
            let (fetched, following) = pages.get(&at).await?;
            told.heed(&fetched);
            told.n_redacted += fetched.n_redacted;
            let page = read_page(&self.door, &fetched, tracker::gitlab_issues, |report| {
                if let Some(damage) = report.damage_text() {
                    told.warn(damage.replace("line", "item"));
                }
            })?;
            for issue in page.items {
                if tracker.issues.get(&issue.number) == Some(&issue) {
                    continue;
                }
                if is_selected(&issue, selection) {
                    self.visit_issue(pages, tracker, &issue, told).await?;
                }
                pages.visit.n_new += 1;
                tracker.issues_until.clone_from(&issue.updated_at);
                tracker.issues.insert(issue.number, issue);
            }
            next = following;
        }
        Ok(())
    }

    async fn visit_issue(
        &self,
        pages: &mut Pages<'_>,
        tracker: &mut Tracker,
        issue: &TrackedIssue,
        told: &mut Told<Visit>,
    ) -> Result<(), FetchError> {
        let number = issue.number;
        if issue.n_comments > 0 {
            let read = |bytes: &[u8]| tracker::gitlab_notes(bytes, number);
            for note in self.list(pages, NOTES, number, told, read).await? {
                tracker.comments.insert(note.id, note);
            }
        }
        let read = |bytes: &[u8]| tracker::gitlab_changes(bytes, number);
        let mut changes = Vec::new();
        if issue.closed_at.is_some() {
            changes = self.list(pages, STATES, number, told, read).await?;
        }
        if !issue.labels.is_empty() {
            for mut change in self.list(pages, LABELS, number, told, read).await? {
                // Two lists that count for themselves.
                change.id |= 1 << 63;
                changes.push(change);
            }
        }
        tracker
            .changes
            .extend(changes.into_iter().map(|change| (change.id, change)));
        Ok(())
    }

    async fn list<T>(
        &self,
        pages: &mut Pages<'_>,
        endpoint: Endpoint,
        number: u64,
        told: &mut Told<Visit>,
        read: impl Fn(&[u8]) -> Result<Page<T>, FormatError>,
    ) -> Result<Vec<T>, FetchError> {
        let arguments = vec![self.project.clone(), number.to_string()];
        let mut next = Some(Next::First(
            endpoint,
            arguments,
            vec![("per_page", "100".to_owned())],
        ));
        let mut items = Vec::new();
        while let Some(at) = next {
            let (fetched, following) = pages.get(&at).await?;
            told.n_redacted += fetched.n_redacted;
            let page = read_page(&self.door, &fetched, &read, |report| {
                if let Some(damage) = report.damage_text() {
                    told.warn(damage.replace("line", "item"));
                }
            })?;
            items.extend(page.items);
            next = following;
        }
        Ok(items)
    }
}
