//! [`Clients`]: the two HTTP clients underneath, made when they are first needed.
//!
//! A client that can do TLS reads the system's certificates and fails without any; then plain HTTP must still work.

use reqwest::redirect::Policy;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Says who asks, and where to complain.
pub(crate) const USER_AGENT: &str = concat!(
    "glasshouse/",
    env!("CARGO_PKG_VERSION"),
    " (reads open clouds; asks one request a second; https://github.com/glasshouse-cloud/glasshouse)"
);

type Made = Result<reqwest::Client, String>;

#[derive(Debug, Default)]
pub(super) struct Clients {
    plain: OnceLock<Made>,
    safe: OnceLock<Made>,
}

impl Clients {
    /// The client for a URL, or why there is none.
    pub fn for_url(&self, url: &Url) -> Result<&reqwest::Client, String> {
        let made = if url.scheme() == "https" {
            self.safe.get_or_init(safe)
        } else {
            self.plain.get_or_init(|| build(builder().tls_certs_only([])))
        };
        made.as_ref().map_err(Clone::clone)
    }
}

fn safe() -> Made {
    build(builder()).map_err(|reason| format!("{reason}; is the system's package ca-certificates installed?"))
}

/// Makes ring the process' way to encrypt. Fails if it has another already, which is as good.
pub(super) fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn builder() -> reqwest::ClientBuilder {
    use_ring();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .referer(false)
        .pool_max_idle_per_host(2)
}

fn build(builder: reqwest::ClientBuilder) -> Made {
    builder.build().map_err(|error| super::reason_of(&error))
}
