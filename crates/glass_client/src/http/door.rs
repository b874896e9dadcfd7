//! [`Door`]: the way to one source.

use super::send::Outgoing;
use super::{Credentials, Endpoint, FetchError, Fetched, HostLimits, Http, Method, Want};
use url::Url;

/// The way to one source, open for what its adapter may ask.
#[derive(Clone, Debug)]
pub struct Door {
    http: Http,
    base: Url,
    endpoints: &'static [Endpoint],
    credentials: Credentials,
    headers: Vec<(String, String)>,
}

impl Door {
    /// A door to what lies below `base`.
    ///
    /// # Errors
    /// When `base` is no plain web address: it has a password, a query or a fragment in it.
    pub fn new(http: &Http, base: &Url, endpoints: &'static [Endpoint]) -> Result<Self, FetchError> {
        let not_allowed = |what: &str| Err(FetchError::NotAllowed(format!("{what}: {}", shown(base))));
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return not_allowed("not a web address");
        }
        if !base.username().is_empty() || base.password().is_some() {
            return not_allowed("a name or password in the address");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return not_allowed("an address with ? or #");
        }
        Ok(Self {
            http: http.clone(),
            base: base.clone(),
            endpoints,
            credentials: Credentials::Anonymous,
            headers: Vec::new(),
        })
    }

    /// Shows credentials to this server, and to no other.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sends a header with every request, such as `X-Scope-OrgID`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A door to what lies behind this one, on the same host, such as a data source behind a Grafana: the same
    /// credentials and headers, other endpoints.
    ///
    /// # Errors
    /// When `base` is on another host, and as for [`Door::new`].
    pub fn beyond(&self, base: &Url, endpoints: &'static [Endpoint]) -> Result<Self, FetchError> {
        if base.origin() != self.base.origin() {
            return Err(FetchError::NotAllowed(shown(base)));
        }
        let mut door = Self::new(&self.http, base, endpoints)?;
        door.credentials = self.credentials.clone();
        door.headers.clone_from(&self.headers);
        Ok(door)
    }

    /// The source's address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The client that everyone shares.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Host and port, for messages.
    pub fn host(&self) -> String {
        super::host_of(&self.base)
    }

    /// What is known of the host's limits.
    pub fn limits(&self) -> HostLimits {
        self.http.limits(&self.base)
    }

    /// The URL of an endpoint, for messages and links.
    ///
    /// # Errors
    /// When the endpoint is not one of this door's, or `arguments` do not fit its stars.
    pub fn url(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Url, FetchError> {
        if !self.endpoints.contains(&endpoint) {
            return Err(FetchError::NotAllowed(endpoint.path().to_owned()));
        }
        let mut url = endpoint.url(&self.base, arguments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Asks by GET.
    ///
    /// # Errors
    /// See [`FetchError`]; a status of 400 or more is one.
    pub async fn get(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        want: &Want,
    ) -> Result<Fetched, FetchError> {
        if endpoint.method() != Method::Get {
            return Err(FetchError::NotAllowed(endpoint.path().to_owned()));
        }
        let url = self.url(endpoint, arguments, query)?;
        self.send(url, want, None).await
    }

    /// What was answered to the same question before, without asking anyone; only of answers that are kept.
    pub fn last_known(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        want: &Want,
    ) -> Option<Fetched> {
        let url = self.url(endpoint, arguments, query).ok()?;
        let outgoing = Outgoing {
            door: self,
            want,
            json: None,
        };
        outgoing.last_known(url)
    }

    /// Asks by POST with a JSON body, where an API reads in no other way. It is not asked again elsewhere.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn post(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        json: &str,
        want: &Want,
    ) -> Result<Fetched, FetchError> {
        if endpoint.method() != Method::Post {
            return Err(FetchError::NotAllowed(endpoint.path().to_owned()));
        }
        let url = self.url(endpoint, arguments, &[])?;
        self.send(url, want, Some(json)).await
    }

    /// Follows a link of an answer, such as the next page; it must lead to this host and to one of the endpoints.
    ///
    /// # Errors
    /// When it leads elsewhere, and as for [`Door::get`].
    pub async fn follow(&self, link: &Url, want: &Want) -> Result<Fetched, FetchError> {
        if link.origin() != self.base.origin() || !self.leads_to_endpoint(link) {
            return Err(FetchError::NotAllowed(shown(link)));
        }
        self.send(link.clone(), want, None).await
    }

    async fn send(&self, url: Url, want: &Want, json: Option<&str>) -> Result<Fetched, FetchError> {
        let outgoing = Outgoing {
            door: self,
            want,
            json,
        };
        outgoing.send(url).await
    }

    pub(super) fn leads_to_endpoint(&self, url: &Url) -> bool {
        let mut reads = self
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.method() == Method::Get);
        reads.any(|endpoint| endpoint.is_end_of(url.path()))
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }
}

/// A URL without what may be secret in it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.into()
}
