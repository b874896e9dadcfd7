//! Status pages: Atlassian Statuspage, cState, and those that have a feed (RSS or Atom) only.
//!
//! What they say is read as it stands today. An update that was edited is known from its edit on; cState and feeds
//! tell the times that their authors wrote, which may be earlier than when it was published, and a warning says so.

use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Fetched, Http, Want};
use crate::incidents::{Incidents, document, event, first_line};
use glass_formats::feed::{self, FeedItem};
use glass_formats::issue::slug;
use glass_formats::status_page::{self, StatusIncident, StatusSummary};
use glass_formats::{FormatError, parse_loose_time};
use glass_model::{Comment, Completeness, DocumentKind, Event, EventKind, Until};
use url::Url;

const INCIDENTS: Endpoint = Endpoint::get("/incidents.json");
const MAINTENANCES: Endpoint = Endpoint::get("/scheduled-maintenances.json");
const SUMMARY: Endpoint = Endpoint::get("/summary.json");
const STATUSPAGE: &[Endpoint] = &[INCIDENTS, MAINTENANCES, SUMMARY];

const INDEX: Endpoint = Endpoint::get("/index.json");
const ISSUES: Endpoint = Endpoint::get("/issues/index.json");
const CSTATE: &[Endpoint] = &[INDEX, ISSUES];

const FEED: Endpoint = Endpoint::get("/*");

/// What kind of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusKind {
    /// Atlassian Statuspage, by its API v2.
    Statuspage,
    /// cState, by the JSON it writes.
    CState,
    /// Anything with a feed.
    Feed,
}

/// A status page.
#[derive(Clone, Debug)]
pub struct StatusPage {
    door: Door,
    kind: StatusKind,
    /// The feed's own name.
    file: String,
}

impl StatusPage {
    /// The page at an address: of a Statuspage with or without `/api/v2`, of cState with or without `index.json`, of a
    /// feed its own.
    ///
    /// # Errors
    /// When it is no plain web address.
    pub fn new(http: &Http, url: &Url, kind: StatusKind) -> Result<Self, FetchError> {
        let mut base = url.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        let mut file = String::new();
        let path = match kind {
            StatusKind::Statuspage if path.ends_with("/api/v2") => path,
            StatusKind::Statuspage => format!("{path}/api/v2"),
            StatusKind::CState => path.trim_end_matches("/index.json").to_owned(),
            StatusKind::Feed => {
                let (folder, last) = path.rsplit_once('/').unwrap_or(("", &path));
                file = last.to_owned();
                folder.to_owned()
            }
        };
        base.set_path(&path);
        let endpoints: &'static [Endpoint] = match kind {
            StatusKind::Statuspage => STATUSPAGE,
            StatusKind::CState => CSTATE,
            StatusKind::Feed => &[FEED],
        };
        Ok(Self {
            door: Door::new(http, &base, endpoints)?,
            kind,
            file,
        })
    }

    /// How the page says that things are now.
    ///
    /// # Errors
    /// See [`FetchError`]; a feed says nothing of the kind.
    pub async fn summary(&self) -> Result<Told<StatusSummary>, FetchError> {
        let endpoint = match self.kind {
            StatusKind::Statuspage => SUMMARY,
            StatusKind::CState => INDEX,
            StatusKind::Feed => return Err(FetchError::Unsupported("a feed tells no present state".into())),
        };
        let answer = self.get(endpoint).await?;
        let summary = match self.kind {
            StatusKind::CState => self.read(&answer, status_page::cstate_summary)?,
            _ => self.read(&answer, status_page::statuspage_summary)?,
        };
        Ok(Told::of(summary, &answer))
    }

    /// Incidents and maintenances, as far back as the page tells them.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn incidents(&self) -> Result<Told<Incidents>, FetchError> {
        let mut told = match self.kind {
            StatusKind::Statuspage => self.statuspage().await?,
            StatusKind::CState => self.cstate().await?,
            StatusKind::Feed => self.feed().await?,
        };
        told.value
            .documents
            .sort_by_key(|document| document.summary.known_at);
        told.value.events.sort_by_key(|event| event.known_at);
        told.n_redacted += told.value.redact();
        Ok(told)
    }

    async fn statuspage(&self) -> Result<Told<Incidents>, FetchError> {
        let answer = self.get(INCIDENTS).await?;
        let mut told = Told::of(Incidents::default(), &answer);
        let read = self.read(&answer, status_page::statuspage_incidents)?;
        self.add_incidents(&mut told, read);
        match self.get(MAINTENANCES).await {
            Ok(answer) => {
                told.heed(&answer);
                let read = self.read(&answer, status_page::statuspage_incidents)?;
                self.add_incidents(&mut told, read);
            }
            Err(error) => told.completeness = Completeness::Partial(format!("no maintenances: {error}")),
        }
        Ok(told)
    }

    async fn cstate(&self) -> Result<Told<Incidents>, FetchError> {
        let answer = self.get(ISSUES).await?;
        let mut told = Told::of(Incidents::default(), &answer);
        let read = self.read(&answer, status_page::cstate_issues)?;
        self.add_incidents(&mut told, read);
        told.warn("times are those that the page's authors wrote".into());
        Ok(told)
    }

    async fn feed(&self) -> Result<Told<Incidents>, FetchError> {
        let want = Want::any().at_most(8 << 20).cached();
        let answer = self.door.get(FEED, &[&self.file], &[], &want).await?;
        let mut told = Told::of(Incidents::default(), &answer);
        let feed = self.read(&answer, feed::read)?;
        let mut n_undated = 0;
        for item in &feed.items {
            n_undated += u64::from(!self.add_item(&mut told.value, item));
        }
        if feed.is_cut {
            told.completeness = Completeness::Partial(format!("only the first {} items", feed.items.len()));
        }
        if n_undated > 0 {
            told.warn(format!("{n_undated} items without a time are left out"));
        }
        told.warn("times are those that the page's authors wrote".into());
        Ok(told)
    }

    async fn get(&self, endpoint: Endpoint) -> Result<Fetched, FetchError> {
        // Not JSON by our rules: cState's may be broken, and is mended.
        self.door.get(endpoint, &[], &[], &Want::any().cached()).await
    }

    fn read<T>(
        &self,
        answer: &Fetched,
        read: impl FnOnce(&[u8]) -> Result<T, FormatError>,
    ) -> Result<T, FetchError> {
        read(&answer.body).map_err(|error| FetchError::Unreadable {
            host: self.door.host(),
            reason: error.to_string(),
        })
    }

    fn id_of(&self, id: &str) -> String {
        let host = self.door.base().host_str().unwrap_or("status");
        slug(&format!("{host}-{id}"))
    }

    fn add_incidents(&self, told: &mut Told<Incidents>, (incidents, n_left_out): (Vec<StatusIncident>, u64)) {
        if n_left_out > 0 {
            told.warn(format!("{n_left_out} incidents without a time are left out"));
        }
        for incident in incidents {
            self.add_incident(&mut told.value, &incident);
        }
    }

    fn add_incident(&self, into: &mut Incidents, incident: &StatusIncident) {
        let kind = if incident.is_maintenance {
            DocumentKind::Note
        } else {
            DocumentKind::Thread
        };
        let id = self.id_of(&incident.id);
        let mut document = document(&id, kind, &incident.title, incident.created_at);
        document.link.clone_from(&incident.link);
        document.text = about(incident);
        document.comments = incident
            .updates
            .iter()
            .map(|update| Comment {
                at: update.at.max(incident.created_at),
                author: update.status.clone(),
                text: update.text.clone(),
            })
            .collect();
        document.summary.n_comments = document.comments.len();
        document.summary.closed_at = incident.resolved_at.map(|at| at.max(incident.created_at));
        if incident.is_maintenance {
            // That it was to begin is a plan; it counts as a fact once that time has come.
            let begun = incident.started_at.unwrap_or(incident.created_at);
            into.events.push(Event {
                happened_at: begun,
                until: incident.resolved_at.map(|at| Until { at, known_at: at }),
                ..event(
                    &document,
                    EventKind::Annotation,
                    begun.max(incident.created_at),
                    "",
                    &document.text,
                )
            });
        } else {
            let opened = event(
                &document,
                EventKind::IncidentOpened,
                incident.created_at,
                "",
                &document.text,
            );
            into.events.push(Event {
                happened_at: incident.started_at.unwrap_or(incident.created_at),
                ..opened
            });
            for comment in &document.comments {
                into.events.push(Event {
                    title: first_line(&comment.text),
                    ..event(
                        &document,
                        EventKind::IncidentComment,
                        comment.at,
                        "",
                        &comment.author,
                    )
                });
            }
            let closed = document.summary.closed_at;
            into.events
                .extend(closed.map(|at| event(&document, EventKind::IncidentClosed, at, "", "")));
        }
        into.documents.push(document);
    }

    /// False if it has no time.
    fn add_item(&self, into: &mut Incidents, item: &FeedItem) -> bool {
        let Some(published) = item.published.or(item.updated) else {
            return false;
        };
        let mut document = document(
            &self.id_of(&item.id),
            DocumentKind::Thread,
            &item.title,
            published,
        );
        document.link.clone_from(&item.link);
        // A text that was changed is known from then on: until then the title alone is.
        match item.updated.filter(|updated| *updated > published) {
            Some(updated) => document.comments.push(Comment {
                at: updated,
                author: String::new(),
                text: item.text.clone(),
            }),
            None => document.text.clone_from(&item.text),
        }
        document.summary.n_comments = document.comments.len();
        // cState writes the time at which it was resolved as a category.
        let closed = item.categories.iter().find_map(|text| parse_loose_time(text));
        document.summary.closed_at = closed.map(|at| at.max(published));
        into.events.push(event(
            &document,
            EventKind::IncidentOpened,
            published,
            "",
            &first_line(&document.text),
        ));
        let closed = document.summary.closed_at;
        into.events
            .extend(closed.map(|at| event(&document, EventKind::IncidentClosed, at, "", "")));
        into.documents.push(document);
        true
    }
}

fn about(incident: &StatusIncident) -> String {
    let mut parts = Vec::new();
    if !incident.impact.is_empty() {
        parts.push(format!("impact: {}", incident.impact));
    }
    if !incident.affected.is_empty() {
        parts.push(format!("affected: {}", incident.affected.join(", ")));
    }
    parts.join("; ")
}
