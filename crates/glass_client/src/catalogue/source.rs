//! What can be done with a [`Source`]: whether it is asked, whether it can be read, and with which credentials.

use super::{Api, Auth, Proof, Selection, Signal, Source, TokenPlace};
use crate::http::{Credentials, Secret};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use url::Url;

/// A token is no longer than this, in bytes.
const LONGEST_TOKEN: u64 = 16 << 10;

/// Whether this program can read an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It can.
    Readable,
    /// Not yet; screens say so.
    NotYet,
}

/// Why a source is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyOff {
    /// It is gone.
    Retired,
    /// It is not known whether it is open.
    Unverified,
    /// It wants a login or a token, and none is given.
    NoToken,
    /// The user's file says so.
    SwitchedOff,
}

impl std::fmt::Display for WhyOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Retired => "retired",
            Self::Unverified => "off: not known to be open",
            Self::NoToken => "off: wants a login",
            Self::SwitchedOff => "off",
        })
    }
}

impl Api {
    /// Whether this program can read it.
    pub fn support(self) -> Support {
        match self {
            Self::Prometheus
            | Self::Grafana
            | Self::Loki
            | Self::VictoriaLogs
            | Self::Alertmanager
            | Self::InfluxQl
            | Self::Git
            | Self::GitRecords
            | Self::GitHubIssues
            | Self::GitLabIssues
            | Self::ForgejoIssues
            | Self::Statuspage
            | Self::CState
            | Self::Rss
            | Self::HttpFiles
            | Self::ArgoCd => Support::Readable,
            Self::GrafanaPublicDashboard
            | Self::HttpHtml
            | Self::HttpMarkdown
            | Self::MediaWiki
            | Self::Karma
            | Self::Prow
            | Self::Zuul
            | Self::Hydra
            | Self::Nomad
            | Self::Consul
            | Self::Graphite
            | Self::Elasticsearch
            | Self::Perses
            | Self::Tempo
            | Self::Postgres
            | Self::DevStats
            | Self::Zabbix => Support::NotYet,
        }
    }
}

impl Source {
    /// A source that anyone may read, and that is asked.
    pub fn new(id: &str, signal: Signal, api: Api, url: Option<Url>) -> Self {
        Self {
            id: id.to_owned(),
            signal,
            api,
            flavor: String::new(),
            url,
            inner: Vec::new(),
            uid: String::new(),
            select: Selection::default(),
            headers: BTreeMap::new(),
            auth: Auth::Anonymous,
            token: None,
            token_user: String::new(),
            proof: Proof::User,
            retention: None,
            is_enabled: true,
            is_retired: false,
            note: String::new(),
        }
    }

    /// Whether this program can read it; of what stands behind a Grafana, any of it.
    pub fn support(&self) -> Support {
        let is_behind =
            self.api == Api::Grafana && self.signal != Signal::Dashboards && !self.inner.is_empty();
        if is_behind && self.inner.iter().all(|inner| inner.support() == Support::NotYet) {
            return Support::NotYet;
        }
        self.api.support()
    }

    /// Why it is not asked, if it is not.
    pub fn why_off(&self) -> Option<WhyOff> {
        match self {
            _ if self.is_enabled => None,
            _ if self.is_retired => Some(WhyOff::Retired),
            _ if self.proof == Proof::Unverified => Some(WhyOff::Unverified),
            _ if self.auth != Auth::Anonymous && self.token.is_none() => Some(WhyOff::NoToken),
            _ => Some(WhyOff::SwitchedOff),
        }
    }

    /// What the user shows this source; nothing if no token is named.
    ///
    /// # Errors
    /// In words, when the token is not where it should be. They never hold the token.
    pub fn credentials(&self) -> Result<Credentials, String> {
        let Some(place) = &self.token else {
            return Ok(Credentials::Anonymous);
        };
        let text = match place {
            TokenPlace::Environment(name) => std::env::var(name)
                .map_err(|_| format!("the token is not there: set the environment variable {name}"))?,
            TokenPlace::File(path) => token_in(path).map_err(|reason| {
                format!(
                    "cannot read the token: {reason}; put it alone into {}",
                    path.display()
                )
            })?,
        };
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_control) {
            let place = place.to_string();
            return Err(format!("no token in one line in {place}"));
        }
        Ok(if self.token_user.is_empty() {
            Credentials::Bearer(Secret::new(text))
        } else {
            Credentials::Basic(self.token_user.clone(), Secret::new(text))
        })
    }
}

impl std::fmt::Display for TokenPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

fn token_in(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(LONGEST_TOKEN)
        .read_to_string(&mut text)?;
    Ok(text)
}
