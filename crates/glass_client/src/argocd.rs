//! Argo CD's applications, where anyone may read them: what is deployed where, from which commit, and since when.

use crate::Told;
use crate::http::{Credentials, Door, Endpoint, FetchError, Http, Want};
use glass_formats::argocd::{self, Deployed};
use glass_model::{Application, Completeness, Event, EventKind, Labels};
use url::Url;

const APPLICATIONS: Endpoint = Endpoint::get("/api/v1/applications");

/// What is needed of an application: an answer with all of it is many times as large.
const FIELDS: &str =
    "items.metadata.name,items.spec,items.status.sync,items.status.health,items.status.history";

/// An Argo CD.
#[derive(Clone, Debug)]
pub struct ArgoCd {
    door: Door,
}

/// What it has deployed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applications {
    /// The applications as they are now, by name.
    pub applications: Vec<Application>,
    /// Their deployments, as far as it remembers them, by time.
    pub events: Vec<Event>,
}

impl ArgoCd {
    /// The Argo CD at an address.
    ///
    /// # Errors
    /// When it is no plain web address.
    pub fn new(http: &Http, url: &Url) -> Result<Self, FetchError> {
        Ok(Self {
            door: Door::new(http, url, &[APPLICATIONS])?,
        })
    }

    /// Shows the user's token to it.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.door = self.door.with_credentials(credentials);
        self
    }

    /// Its applications and what was deployed when. It remembers ten deployments of each, unless told otherwise.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn applications(&self) -> Result<Told<Applications>, FetchError> {
        let want = Want::json().cached();
        let answer = self
            .door
            .get(APPLICATIONS, &[], &[("fields", FIELDS)], &want)
            .await?;
        let read = argocd::applications(&answer.body).map_err(|error| FetchError::Unreadable {
            host: self.door.host(),
            reason: error.to_string(),
        })?;
        let (mut deployed, n_left_out) = read;
        deployed.sort_by(|a, b| a.application.name.cmp(&b.application.name));
        let mut told = Told::of(Applications::default(), &answer);
        if n_left_out > 0 {
            told.completeness = Completeness::Partial(format!("{n_left_out} applications cannot be read"));
        }
        for deployed in deployed {
            told.value.events.extend(events(&deployed));
            told.value.applications.push(deployed.application);
        }
        told.value.events.sort_by_key(|event| event.known_at);
        Ok(told)
    }
}

fn events(deployed: &Deployed) -> Vec<Event> {
    let application = &deployed.application;
    let event = |deployment: &argocd::Deployment| Event {
        kind: EventKind::Deployment,
        happened_at: deployment.at,
        known_at: deployment.at,
        until: None,
        cluster: application.cluster.clone(),
        title: format!(
            "{} at {}",
            application.name,
            deployment.revision.chars().take(12).collect::<String>()
        ),
        text: format!("{} of {}", application.path, application.repository),
        link: deployment.revision.clone(),
        labels: Labels::new([
            ("application", application.name.as_str()),
            ("namespace", application.namespace.as_str()),
            ("project", application.project.as_str()),
            ("repository", application.repository.as_str()),
        ]),
        annotations: Labels::empty(),
    };
    deployed.history.iter().map(event).collect()
}
