//! The way to a server: [`Http`] is shared by all sources, a [`Door`] leads to one of them.
//!
//! Every request goes through a [`Door`], and a door opens only for the [`Endpoint`]s its adapter named: no catalogue
//! entry and no redirect can make it write. Sizes, times, redirects and the pace of requests are bounded here, and
//! what a server says of its limits is obeyed for everyone who asks the same host.

mod backoff;
mod body;
mod cache;
mod clients;
mod credentials;
mod door;
mod endpoint;
mod error;
mod gate;
mod send;
mod socket;
mod want;

pub use credentials::{Credentials, Secret};
pub use door::Door;
pub use endpoint::{Endpoint, Method};
pub use error::FetchError;
pub use gate::HostLimits;
pub use socket::Socket;
pub use want::{Fetched, Form, Want};

use cache::Cache;
pub(crate) use clients::USER_AGENT;

use clients::Clients;
use gate::{Gate, Pace};
use glass_model::Timestamp;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// How all requests are made.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// At most so many requests at a time to one host.
    pub max_concurrency: usize,
    /// Requests to one host begin at least so far apart. Loopback hosts are exempt.
    pub min_interval: Duration,
    /// Where answers are kept that servers may be asked for again with less effort; `None` keeps nothing.
    pub cache: Option<PathBuf>,
    /// So often is a request that failed for a passing reason made again.
    pub max_retries: u32,
    /// The first pause before that; it doubles every time, and half of it is left to chance.
    pub first_backoff: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            max_concurrency: 1,
            min_interval: Duration::from_secs(1),
            cache: None,
            max_retries: 2,
            first_backoff: Duration::from_millis(500),
        }
    }
}

/// The client that everyone shares; clones are the same client.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
}

struct Shared {
    clients: Clients,
    gates: Mutex<HashMap<String, Arc<Gate>>>,
    options: HttpOptions,
    cache: Option<Cache>,
}

impl Http {
    /// Makes no connection and reads no file yet.
    pub fn new(options: HttpOptions) -> Self {
        let cache = options.cache.clone().map(Cache::new);
        Self {
            shared: Arc::new(Shared {
                clients: Clients::default(),
                gates: Mutex::default(),
                options,
                cache,
            }),
        }
    }

    /// Sets the pace for one host, which every source there then keeps.
    pub fn set_pace(&self, url: &Url, max_concurrency: usize, min_interval: Duration) {
        let pace = Pace {
            max_concurrency,
            min_interval,
        };
        let mut gates = self.gates();
        let host = host_of(url);
        // A gate that has this pace already knows more of the host than a new one.
        if gates.get(&host).is_none_or(|gate| gate.pace() != pace) {
            gates.insert(host, Arc::new(Gate::new(pace)));
        }
    }

    /// What is known of a host's limits.
    pub fn limits(&self, url: &Url) -> HostLimits {
        self.gate(url).limits()
    }

    fn gate(&self, url: &Url) -> Arc<Gate> {
        let options = &self.shared.options;
        let pace = if is_loopback(url) {
            Pace {
                max_concurrency: 4,
                min_interval: Duration::ZERO,
            }
        } else {
            Pace {
                max_concurrency: options.max_concurrency,
                min_interval: options.min_interval,
            }
        };
        let mut gates = self.gates();
        let gate = gates
            .entry(host_of(url))
            .or_insert_with(|| Arc::new(Gate::new(pace)));
        gate.clone()
    }

    fn gates(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Gate>>> {
        self.shared.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

/// Host and port: what servers count requests by.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{host}:{}", url.port_or_known_default().unwrap_or(0))
}

/// Whether a URL names this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The moment, by this machine's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Why a request failed, in one line: the causes below the client's own words, which only repeat the URL.
fn reason_of(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let part = cause.to_string();
        let is_frame = part.starts_with("client error") || part.starts_with("error reading a body");
        if !is_frame && !parts.iter().any(|known| known.contains(&part)) {
            parts.push(part);
        }
        next = cause.source();
    }
    if parts.is_empty() {
        parts.push(error.to_string());
    }
    glass_formats::redact::redact(&parts.join(": ")).into_owned()
}
