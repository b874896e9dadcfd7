//! Alertmanager's API v2, read only: [`Alertmanager`].
//!
//! Versions from 0.16 on answer it; what only newer ones tell is empty of others.

use crate::http::{Door, Endpoint, FetchError, Want};
use crate::{Told, redacted};
use glass_formats::alertmanager::{
    AlertmanagerStatus, ApiAlert, read_alerts, read_receivers, read_silences, read_status,
};
use glass_formats::{FormatError, Listed, redact};
use glass_model::{Completeness, Silence};

const STATUS: Endpoint = Endpoint::get("/api/v2/status");
const ALERTS: Endpoint = Endpoint::get("/api/v2/alerts");
const SILENCES: Endpoint = Endpoint::get("/api/v2/silences");
const RECEIVERS: Endpoint = Endpoint::get("/api/v2/receivers");

/// An Alertmanager.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    door: Door,
    want: Want,
}

impl Alertmanager {
    /// What may be asked.
    pub const ENDPOINTS: &[Endpoint] = &[STATUS, ALERTS, SILENCES, RECEIVERS];

    /// The Alertmanager behind a door that was opened for [`Self::ENDPOINTS`].
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

    /// Who it is, and its configuration, in which secrets are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn status(&self) -> Result<Told<AlertmanagerStatus>, FetchError> {
        let mut told = self.read(STATUS, |body| read_status(body)).await?;
        redacted::hide_text(&mut told.value.config, &mut told.n_redacted);
        Ok(told)
    }

    /// The alerts it has, with the silences and alerts because of which nobody is told of them. Secrets in their
    /// annotations are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn alerts(&self) -> Result<Told<Vec<ApiAlert>>, FetchError> {
        let mut told = self.listed(ALERTS, |body| read_alerts(body)).await?;
        for alert in &mut told.value {
            redacted::hide_labels(&mut alert.annotations, &mut told.n_redacted);
        }
        Ok(told)
    }

    /// The silences it has, also those that are over or to come. Secrets in their comments are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn silences(&self) -> Result<Told<Vec<Silence>>, FetchError> {
        let mut told = self.listed(SILENCES, |body| read_silences(body)).await?;
        for silence in &mut told.value {
            redacted::hide_text(&mut silence.comment, &mut told.n_redacted);
        }
        Ok(told)
    }

    /// The names of those that it tells of alerts.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn receivers(&self) -> Result<Told<Vec<String>>, FetchError> {
        self.listed(RECEIVERS, |body| read_receivers(body)).await
    }

    async fn listed<T>(
        &self,
        endpoint: Endpoint,
        read: impl FnOnce(&[u8]) -> Result<Listed<T>, FormatError>,
    ) -> Result<Told<Vec<T>>, FetchError> {
        let told = self.read(endpoint, read).await?;
        let mut told = told.map(|listed| (listed.items, listed.troubles));
        for trouble in std::mem::take(&mut told.value.1) {
            told.completeness = Completeness::Partial(trouble.clone());
            told.warn(trouble);
        }
        Ok(told.map(|(items, _)| items))
    }

    async fn read<T>(
        &self,
        endpoint: Endpoint,
        read: impl FnOnce(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let fetched = self.door.get(endpoint, &[], &[], &self.want).await?;
        let value = read(&fetched.body).map_err(|error| FetchError::Unreadable {
            host: self.door.host(),
            reason: redact::redact(&error.to_string()).into_owned(),
        })?;
        Ok(Told::of(value, &fetched))
    }
}
