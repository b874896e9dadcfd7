//! One request from its turn to its answer: retries, redirects, limits, conditional requests.

use super::cache::Kept;
use super::{
    Credentials, Door, FetchError, Fetched, Form, Want, backoff, body, gate::Gate, host_of, is_loopback, now,
    reason_of,
};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// So many redirects are followed.
const MAX_REDIRECTS: usize = 5;

pub(super) struct Outgoing<'a> {
    pub door: &'a Door,
    pub want: &'a Want,
    /// The body of a POST.
    pub json: Option<&'a str>,
}

enum Step {
    Done(Fetched),
    Elsewhere(Url),
}

impl Outgoing<'_> {
    /// Sends, again after failures that may pass. A kept answer serves where the host says that nothing changed, and,
    /// if it is so wanted, where the host cannot be reached.
    ///
    /// All waiting for turns together lasts no longer than the patience, and no new attempt begins when the time for
    /// waiting and answering together is over.
    pub async fn send(&self, url: Url) -> Result<Fetched, FetchError> {
        let kept = self.kept(&url);
        let options = &self.door.http().shared.options;
        let patient_until = Instant::now() + self.want.patience;
        let mut result = self.attempt(&url, kept.as_ref(), patient_until).await;
        for n in 0..options.max_retries {
            let pause = backoff::pause(options.first_backoff, n);
            let is_late = Instant::now() + pause > patient_until + self.want.timeout;
            match &result {
                Err(error) if !is_late && self.may_pass(error, patient_until) => {}
                _ => break,
            }
            tokio::time::sleep(pause).await;
            result = self.attempt(&url, kept.as_ref(), patient_until).await;
        }
        match (result, kept) {
            (Ok(fetched), _) => Ok(self.keep(&url, fetched)),
            (Err(error), Some(kept)) if self.want.accepts_old && !is_final(&error) => Ok(kept.into_old(url)),
            (Err(error), _) => Err(error),
        }
    }

    /// The kept answer, if there is one.
    pub fn last_known(&self, url: Url) -> Option<Fetched> {
        self.kept(&url).map(|kept| kept.into_old(url))
    }

    /// Whether another attempt may succeed: after a passing fault, or when the host asks to wait and the patience
    /// lasts so long.
    fn may_pass(&self, error: &FetchError, patient_until: Instant) -> bool {
        let opens_at = || self.door.http().gate(self.door.base()).opens_at();
        match error {
            FetchError::Status { status: 429, .. } => opens_at().is_none_or(|at| at <= patient_until),
            FetchError::Status { status: 403, .. } => opens_at().is_some_and(|at| at <= patient_until),
            error => error.is_passing(),
        }
    }

    async fn attempt(
        &self,
        url: &Url,
        kept: Option<&Kept>,
        patient_until: Instant,
    ) -> Result<Fetched, FetchError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            match self.step(&url, kept, patient_until).await? {
                Step::Done(fetched) => return Ok(fetched),
                Step::Elsewhere(next) => url = next,
            }
        }
        Err(FetchError::Redirect {
            host: host_of(&url),
            reason: format!("more than {MAX_REDIRECTS} times"),
        })
    }

    async fn step(&self, url: &Url, kept: Option<&Kept>, patient_until: Instant) -> Result<Step, FetchError> {
        let http = self.door.http();
        let host = host_of(url);
        let gate = http.gate(url);
        let _permit = gate.enter(&host, patient_until).await?;
        let timeout = self.want.timeout;
        let exchange = self.exchange(url, &host, kept, &gate);
        match tokio::time::timeout(timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(FetchError::Timeout {
                host,
                secs: timeout.as_secs(),
            }),
        }
    }

    async fn exchange(
        &self,
        url: &Url,
        host: &str,
        kept: Option<&Kept>,
        gate: &Gate,
    ) -> Result<Step, FetchError> {
        let asked_at = now();
        let begun = Instant::now();
        let mut response = self
            .request(url, host, kept)?
            .send()
            .await
            .map_err(|error| unreachable(host, &error, self.want.timeout))?;
        let status = response.status().as_u16();
        let mut fetched = Fetched {
            url: url.clone(),
            status,
            headers: headers_of(response.headers()),
            body: Vec::new(),
            asked_at,
            took: begun.elapsed(),
            is_old: false,
            n_redacted: 0,
        };
        gate.learn(&backoff::limits_of(&fetched));
        if let Some(pause) = backoff::asked_pause(status, &fetched, asked_at) {
            gate.block(pause);
        }
        if let (304, Some(kept)) = (status, kept) {
            return Ok(Step::Done(kept.as_confirmed(fetched)));
        }
        if response.status().is_redirection() && status != 304 {
            let next = response
                .headers()
                .get(LOCATION)
                .and_then(|value| value.to_str().ok());
            return self.elsewhere(url, host, next).map(Step::Elsewhere);
        }
        if status >= 400 || status == 304 {
            let body = body::read_error(&mut response).await;
            return Err(FetchError::Status {
                host: host.to_owned(),
                status,
                text: body::excerpt(&body),
                body,
            });
        }
        fetched.body = body::read(&mut response, host, self.want.max_bytes).await?;
        fetched.took = begun.elapsed();
        self.check_form(host, &fetched)?;
        Ok(Step::Done(fetched))
    }

    /// The request with its headers and credentials.
    pub fn request(
        &self,
        url: &Url,
        host: &str,
        kept: Option<&Kept>,
    ) -> Result<reqwest::RequestBuilder, FetchError> {
        let client = self
            .door
            .http()
            .shared
            .clients
            .for_url(url)
            .map_err(|reason| FetchError::Tls {
                host: host.to_owned(),
                reason,
            })?;
        let mut request = match self.json {
            None => client.get(url.clone()),
            Some(json) => client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(json.to_owned()),
        };
        if self.want.form == Form::Json {
            request = request.header(ACCEPT, "application/json");
        }
        for (name, value) in self.own_headers(url, kept) {
            let parsed = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(&value),
            );
            let (Ok(name), Ok(value)) = parsed else {
                return Err(FetchError::NotAllowed(format!("a header that is none: {name}")));
            };
            request = request.header(name, value);
        }
        Ok(self.identified(request, url))
    }

    fn own_headers(&self, url: &Url, kept: Option<&Kept>) -> Vec<(String, String)> {
        let wanted = self
            .want
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let conditions = kept.map(Kept::conditions).unwrap_or_default();
        let mut headers: Vec<(String, String)> = wanted.chain(conditions).collect();
        if self.is_at_home(url) {
            headers.extend(self.door.headers().iter().cloned());
        }
        headers
    }

    /// Credentials go to the source's own host alone, and in the open only to this machine.
    fn identified(&self, request: reqwest::RequestBuilder, url: &Url) -> reqwest::RequestBuilder {
        if !self.is_at_home(url) || (url.scheme() != "https" && !is_loopback(url)) {
            return request;
        }
        match self.door.credentials() {
            Credentials::Anonymous => request,
            Credentials::Bearer(token) => {
                request.header(AUTHORIZATION, sensitive(&format!("Bearer {}", token.reveal())))
            }
            Credentials::Basic(name, password) => request.basic_auth(name, Some(password.reveal())),
            Credentials::Header(name, token) => request.header(*name, sensitive(token.reveal())),
        }
    }

    fn is_at_home(&self, url: &Url) -> bool {
        url.origin() == self.door.base().origin()
    }

    /// Where a redirect leads, if it may be followed: reads only, to what the adapter may ask, never from a safe
    /// connection to an open one, never from outside to this machine.
    fn elsewhere(&self, url: &Url, host: &str, location: Option<&str>) -> Result<Url, FetchError> {
        let refuse = |reason: String| {
            Err(FetchError::Redirect {
                host: host.to_owned(),
                reason,
            })
        };
        let Some(next) = location.and_then(|location| url.join(location).ok()) else {
            return refuse("it does not say where to".into());
        };
        let target = format!("{}{}", host_of(&next), next.path());
        if self.json.is_some() {
            return refuse(format!("a question is not sent on to {target}"));
        }
        if url.scheme() == "https" && next.scheme() != "https" || !matches!(next.scheme(), "http" | "https") {
            return refuse(format!("not a safe connection any more: {target}"));
        }
        if next.origin() != url.origin() && is_further_inside(url, &next) {
            return refuse(format!("from outside into this network: {target}"));
        }
        if !next.username().is_empty() || !self.door.leads_to_endpoint(&next) {
            return refuse(format!("to what is not read here: {target}"));
        }
        Ok(next)
    }

    fn check_form(&self, host: &str, fetched: &Fetched) -> Result<(), FetchError> {
        let begin = fetched.body.trim_ascii_start().first();
        if self.want.form != Form::Json || matches!(begin, None | Some(b'{' | b'[')) {
            return Ok(());
        }
        let host = host.to_owned();
        let kind = fetched.header("content-type").unwrap_or("something");
        if begin == Some(&b'<') || kind.starts_with("text/html") {
            return Err(FetchError::WebPage { host });
        }
        let reason = format!("expected JSON, found {kind}: {}", body::excerpt(&fetched.body));
        Err(FetchError::Unreadable { host, reason })
    }

    fn kept(&self, url: &Url) -> Option<Kept> {
        if !self.want.is_cached || self.json.is_some() {
            return None;
        }
        let cache = self.door.http().shared.cache.as_ref()?;
        cache.get(&self.identity(url))
    }

    fn keep(&self, url: &Url, fetched: Fetched) -> Fetched {
        let cache = self.door.http().shared.cache.as_ref();
        match cache {
            Some(cache) if self.want.is_cached && self.json.is_none() && fetched.status == 200 => {
                cache.put(&self.identity(url), fetched)
            }
            _ => fetched,
        }
    }

    /// What an answer depends on: those to credentials are not those to anyone.
    fn identity(&self, url: &Url) -> String {
        let who = match self.door.credentials() {
            Credentials::Anonymous => "anyone",
            _ => "credentials",
        };
        format!("{who} {:?} {:?} {url}", self.want.headers, self.door.headers())
    }
}

fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// An error that an old answer cannot make good.
fn is_final(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Status {
            status: 401 | 404 | 410,
            ..
        } | FetchError::NotAllowed(_)
    )
}

/// Whether a redirect would lead from the world into a network, or from a network into this machine.
fn is_further_inside(from: &Url, to: &Url) -> bool {
    depth(to) > depth(from)
}

/// How few can reach the address that a URL names: 2 only this machine, 1 only its network, 0 everyone. What a name
/// stands for is not asked.
fn depth(url: &Url) -> u8 {
    let of_v4 = |ip: Ipv4Addr| match ip {
        _ if ip.is_loopback() || ip.is_unspecified() => 2,
        _ if ip.is_private() || ip.is_link_local() => 1,
        _ => 0,
    };
    match url.host() {
        Some(url::Host::Ipv4(ip)) => of_v4(ip),
        Some(url::Host::Ipv6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => of_v4(ip),
            None if ip.is_loopback() || ip.is_unspecified() => 2,
            None if ip.is_unique_local() || ip.is_unicast_link_local() => 1,
            None => 0,
        },
        _ if is_loopback(url) => 2,
        _ => 0,
    }
}

fn headers_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(pair).collect()
}

fn unreachable(host: &str, error: &reqwest::Error, timeout: Duration) -> FetchError {
    let host = host.to_owned();
    let reason = reason_of(error);
    if error.is_timeout() {
        return FetchError::Timeout {
            host,
            secs: timeout.as_secs().min(10),
        };
    }
    not_reached(host, reason)
}

/// Tells what is wrong with safety from what is wrong with the way.
pub(super) fn not_reached(host: String, reason: String) -> FetchError {
    let lower = reason.to_ascii_lowercase();
    if lower.contains("certificate")
        || lower.contains("tls")
        || lower.contains("handshake")
        || lower.contains("corrupt message")
    {
        return FetchError::Tls { host, reason };
    }
    FetchError::Unreachable { host, reason }
}
