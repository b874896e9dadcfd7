//! Grafana as anyone sees it: its dashboards and annotations, and the data sources behind it: [`Grafana`].
//!
//! A data source is reached through Grafana's proxy: [`Grafana::door_to`] leads to it, and the other adapters go
//! through that door. Listed is not readable: many Grafanas let nobody through to some of what they list.

mod query;

use crate::http::{Door, Endpoint, FetchError, Fetched, Want};
use crate::prometheus::Prometheus;
use crate::{Told, redacted};
use glass_formats::grafana::{
    Annotation, Dashboard, DataSource, FoundDashboard, read_annotations, read_dashboard, read_health,
    read_search, read_settings,
};
use glass_formats::{FormatError, redact};
use glass_model::{Completeness, Event, TimeRange};
use std::collections::BTreeMap;
use url::Url;

const HEALTH: Endpoint = Endpoint::get("/api/health");
const SETTINGS: Endpoint = Endpoint::get("/api/frontend/settings");
const SEARCH: Endpoint = Endpoint::get("/api/search");
const DASHBOARD: Endpoint = Endpoint::get("/api/dashboards/uid/*");
const ANNOTATIONS: Endpoint = Endpoint::get("/api/annotations");
const DS_QUERY: Endpoint = Endpoint::post("/api/ds/query");

/// So many dashboards a page has; Grafana gives no more.
const PAGE: usize = 5_000;

/// So many annotations are asked for at once, and so often.
const MOST_ANNOTATIONS: usize = 1_000;
const MOST_ANNOTATION_PAGES: usize = 20;

/// What a Grafana says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrafanaHealth {
    /// Its version; empty where it is hidden.
    pub version: String,
    /// Whether its database is well.
    pub is_well: bool,
}

/// A Grafana.
#[derive(Clone, Debug)]
pub struct Grafana {
    door: Door,
    want: Want,
}

impl Grafana {
    /// What may be asked.
    pub const ENDPOINTS: &[Endpoint] = &[HEALTH, SETTINGS, SEARCH, DASHBOARD, ANNOTATIONS, DS_QUERY];

    /// The Grafana behind a door that was opened for [`Self::ENDPOINTS`]. One with several organisations shows that
    /// of the header `X-Grafana-Org-Id`.
    pub fn new(door: Door) -> Self {
        Self {
            door,
            want: Want::json(),
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

    /// What it says of itself.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn health(&self) -> Result<Told<GrafanaHealth>, FetchError> {
        let told = self.read(HEALTH, &[], &[], |body| read_health(body)).await?;
        Ok(told.map(|(version, is_well)| GrafanaHealth { version, is_well }))
    }

    /// The data sources that it shows, by name.
    ///
    /// # Errors
    /// See [`FetchError`]; a Grafana that wants a login refuses.
    pub async fn data_sources(&self) -> Result<Told<Vec<DataSource>>, FetchError> {
        let told = self.read(SETTINGS, &[], &[], |body| read_settings(body)).await?;
        Ok(told.map(|(sources, _)| sources))
    }

    /// The data source of an identifier, a number or a name. One that is not shown may answer nonetheless, so for
    /// what is not found there is one of that identifier.
    pub async fn data_source(&self, uid: &str) -> DataSource {
        let shown = self.data_sources().await.map(|told| told.value);
        let is_it = |source: &DataSource| {
            source.uid == uid || source.name == uid || source.id.is_some_and(|id| id.to_string() == uid)
        };
        let mut shown = shown.unwrap_or_default();
        // An identifier may look like the number of another.
        shown.sort_by_key(|source| source.uid != uid);
        shown.into_iter().find(is_it).unwrap_or_else(|| DataSource {
            uid: uid.to_owned(),
            ..DataSource::default()
        })
    }

    /// Where a data source answers through the proxy: where Grafana says, else by its identifier, else, of old
    /// versions, by its number.
    ///
    /// # Errors
    /// When it has none of these.
    pub fn proxy_url(&self, source: &DataSource) -> Result<Url, FetchError> {
        const PROXY: &str = "/api/datasources/proxy/";
        let told = source.path.find(PROXY).map(|at| &source.path[at + PROXY.len()..]);
        let told = told.map(|rest| rest.trim_end_matches('/').to_owned());
        let by_uid = (!source.uid.is_empty()).then(|| format!("uid/{}", source.uid));
        let by_id = source.id.map(|id| id.to_string());
        let rest = told.filter(|rest| !rest.is_empty()).or(by_uid).or(by_id);
        let Some(rest) = rest else {
            let text = format!("the data source {} has no address behind Grafana", source.name);
            return Err(FetchError::Unsupported(text));
        };
        let mut url = self.door.base().clone();
        let not_allowed = || FetchError::NotAllowed(format!("a data source outside of the proxy: {rest}"));
        if rest.split('/').any(|part| matches!(part, "" | "." | "..")) || rest.contains(['?', '#', '%', '\\'])
        {
            return Err(not_allowed());
        }
        url.path_segments_mut()
            .map_err(|()| not_allowed())?
            .pop_if_empty()
            .extend(["api", "datasources", "proxy"])
            .extend(rest.split('/'));
        Ok(url)
    }

    /// A door to a data source, for an adapter that asks these endpoints.
    ///
    /// # Errors
    /// As for [`Grafana::proxy_url`].
    pub fn door_to(&self, source: &DataSource, endpoints: &'static [Endpoint]) -> Result<Door, FetchError> {
        self.door.beyond(&self.proxy_url(source)?, endpoints)
    }

    /// The Prometheus, or relative of it, that a data source is.
    ///
    /// # Errors
    /// As for [`Grafana::proxy_url`].
    pub fn prometheus(&self, source: &DataSource) -> Result<Prometheus, FetchError> {
        let door = self.door_to(source, Prometheus::ENDPOINTS)?;
        Ok(Prometheus::new(door).with_want(self.want.clone()))
    }

    /// The dashboards that it shows.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn dashboards(&self) -> Result<Told<Vec<FoundDashboard>>, FetchError> {
        let limit = PAGE.to_string();
        let query = [("type", "dash-db"), ("limit", &limit)];
        let mut told = self.read(SEARCH, &[], &query, |body| read_search(body)).await?;
        if told.value.len() >= PAGE {
            let text = format!("the first {PAGE} dashboards");
            told.completeness = Completeness::Partial(text.clone());
            told.warn(text);
        }
        Ok(told)
    }

    /// A dashboard as JSON, in which secrets are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn dashboard(&self, uid: &str) -> Result<Told<Dashboard>, FetchError> {
        let read = |body: &[u8]| read_dashboard(body);
        let mut told = self.read(DASHBOARD, &[uid], &[], read).await?;
        redacted::hide_text(&mut told.value.json, &mut told.n_redacted);
        Ok(told)
    }

    /// Annotations in a range, the earliest first. Secrets in them are hidden, and who wrote them is left out.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn annotations(&self, range: TimeRange) -> Result<Told<Vec<Event>>, FetchError> {
        let (from, mut to) = (range.start.millis(), range.end.millis());
        let mut found: BTreeMap<i64, Event> = BTreeMap::new();
        let mut told: Option<Told<()>> = None;
        for n in 0..MOST_ANNOTATION_PAGES {
            let page = self.annotation_page(from, to).await;
            let page = match (page, &mut told) {
                (Ok(page), told) => {
                    told.get_or_insert_with(|| page.clone().map(|_| ()));
                    page.value
                }
                (Err(error), None) => return Err(error),
                (Err(error), Some(told)) => {
                    lack(
                        told,
                        format!("annotations before {} are missing: {error}", page_end(to)),
                    );
                    break;
                }
            };
            let n_page = page.len();
            let n_before = found.len();
            // The latest come first; the next page is before the earliest of this one.
            let earliest = page.iter().map(|one| one.event.happened_at.millis()).min();
            found.extend(page.into_iter().map(|one| (one.id, one.event)));
            let is_new = found.len() > n_before;
            match earliest {
                Some(earliest) if n_page >= MOST_ANNOTATIONS && is_new && n + 1 < MOST_ANNOTATION_PAGES => {
                    to = earliest;
                }
                Some(_) if n_page >= MOST_ANNOTATIONS => {
                    if let Some(told) = &mut told {
                        lack(told, format!("annotations before {} are missing", page_end(to)));
                    }
                    break;
                }
                _ => break,
            }
        }
        let told = told.ok_or_else(|| FetchError::Unsupported("nothing was asked for".into()))?;
        let mut told = told.map(|()| found.into_values().collect::<Vec<Event>>());
        for event in &mut told.value {
            redacted::hide_text(&mut event.title, &mut told.n_redacted);
            redacted::hide_text(&mut event.text, &mut told.n_redacted);
        }
        told.value
            .retain(|event| range.contains(event.happened_at) || event.until.is_some());
        told.value.sort_by_key(|event| event.happened_at);
        Ok(told)
    }

    async fn annotation_page(&self, from: i64, to: i64) -> Result<Told<Vec<Annotation>>, FetchError> {
        let (from, to) = (from.to_string(), to.to_string());
        let limit = MOST_ANNOTATIONS.to_string();
        let query = [("from", from.as_str()), ("to", &to), ("limit", &limit)];
        self.read(ANNOTATIONS, &[], &query, |body| read_annotations(body))
            .await
    }

    async fn read<T>(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        read: impl FnOnce(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let fetched = self.door.get(endpoint, arguments, query, &self.want).await?;
        self.understood(&fetched, read)
    }

    fn understood<T>(
        &self,
        fetched: &Fetched,
        read: impl FnOnce(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let value = read(&fetched.body).map_err(|error| FetchError::Unreadable {
            host: self.door.host(),
            reason: redact::redact(&error.to_string()).into_owned(),
        })?;
        Ok(Told::of(value, fetched))
    }
}

fn page_end(millis: i64) -> glass_model::Timestamp {
    glass_model::Timestamp::from_millis(millis)
}

fn lack<T>(told: &mut Told<T>, what: String) {
    told.completeness = Completeness::Partial(what.clone());
    told.warn(what);
}
