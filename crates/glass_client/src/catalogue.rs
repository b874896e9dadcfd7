//! The catalogue: which open clouds there are, what is public about each, and how that is known.
//!
//! [`Catalogue::load`] is the way in, [`Cloud`] is an entry. Entries are TOML files, one a cloud, in `config/clouds/`
//! of this repository (`config/clouds/README.md` says what stands in them); they are built into the program, and
//! extended or overridden from the user's configuration folder. A file that cannot be read is a [`CatalogueTrouble`]
//! and hides no other.

mod built_in;
mod entry;
mod load;
mod nearest;
mod read;
mod source;
#[cfg(test)]
mod tests;
mod trouble;
mod words;
mod write;

pub use entry::is_id;
pub use load::{Catalogue, UnknownCloud, WriteError, config_folder, token_variable, write_entry};
pub use nearest::nearest;
pub use source::{Support, WhyOff};
pub use trouble::CatalogueTrouble;
pub use words::Word;
pub use write::entry_text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// A cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Its name in commands and addresses, such as `nixos`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who runs it.
    pub operator: String,
    /// Its home page, if known.
    pub home: Option<Url>,
    /// How much of it is open.
    pub tier: Tier,
    /// Whether it runs.
    pub state: CloudState,
    /// On which day that was known, such as `2026-08-19`.
    pub as_of: String,
    /// How it is known.
    pub basis: String,
    /// Where it runs.
    pub sites: Vec<Site>,
    /// How fast its hosts may be asked.
    pub pace: PaceSetting,
    /// What else is to be known.
    pub note: String,
    /// What is public about it.
    pub sources: Vec<Source>,
    /// Where the entry stands.
    pub origin: Origin,
}

/// How much of a cloud is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Several signals are readable by anyone.
    A,
    /// One or two.
    B,
    /// Status or configuration only.
    C,
    /// A demonstration, not a cloud.
    Demo,
}

/// Whether a cloud runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloudState {
    /// It does.
    Live,
    /// It does not any more: what is left is history.
    Retired,
}

/// Where an entry comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built into the program.
    BuiltIn,
    /// The user's own file.
    User(PathBuf),
    /// Built in, and changed by the user's file.
    Changed(PathBuf),
}

/// A place where a cloud runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub id: String,
    /// Where that is.
    pub place: String,
    /// What it does.
    pub role: String,
    /// What else is to be known.
    pub note: String,
}

/// How fast hosts may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSetting {
    /// At most so many requests at a time to one host.
    pub max_concurrency: usize,
    /// Requests to one host begin at least so far apart.
    pub min_interval: Duration,
    /// How long a request may take.
    pub timeout: Duration,
}

impl Default for PaceSetting {
    fn default() -> Self {
        Self {
            max_concurrency: 1,
            min_interval: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
        }
    }
}

/// Something of a cloud that is public.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name within the cloud.
    pub id: String,
    /// What it tells of.
    pub signal: Signal,
    /// How it is read.
    pub api: Api,
    /// Which program answers, such as `thanos` or `prometheus 3.4`; empty if not known.
    pub flavor: String,
    /// Where it is. Of a Git host's repository or issues, the repository's web address.
    pub url: Option<Url>,
    /// What stands behind a Grafana, such as `prometheus`.
    pub inner: Vec<Api>,
    /// The identifier of the data source behind a Grafana; empty for all that it shows.
    pub uid: String,
    /// Which files, labels or titles of it count.
    pub select: Selection,
    /// Headers to send, such as `X-Scope-OrgID`.
    pub headers: BTreeMap<String, String>,
    /// Who may read it.
    pub auth: Auth,
    /// Where the user's token for it is.
    pub token: Option<TokenPlace>,
    /// Whose password the token is, where a server wants both; empty for a bearer token.
    pub token_user: String,
    /// How its being open is known.
    pub proof: Proof,
    /// How far back it reaches, if known.
    pub retention: Option<Duration>,
    /// Whether it is asked.
    pub is_enabled: bool,
    /// Whether it is gone: of a retired cloud.
    pub is_retired: bool,
    /// What else is to be known.
    pub note: String,
}

/// Which part of a source counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Files of a repository, such as `docs/post-mortems/*.md`; empty for all.
    pub path: String,
    /// Labels of issues, any of which counts; empty for all.
    pub labels: Vec<String>,
    /// What titles of issues or pages begin with; empty for any.
    pub title_prefix: String,
    /// What a file's front matter must say, such as `post_mortem: true`; empty for nothing.
    pub front_matter: String,
    /// A page that lists the files, where the folder itself does not.
    pub index: Option<Url>,
    /// In which dialects a configuration repository is written.
    pub form: Vec<String>,
}

/// What a source tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Signal {
    Metrics,
    Logs,
    Alerts,
    Incidents,
    Deployments,
    Configs,
    Dashboards,
    Builds,
    Events,
    Status,
    Replay,
}

/// How a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Api {
    Prometheus,
    Grafana,
    GrafanaPublicDashboard,
    Loki,
    VictoriaLogs,
    Alertmanager,
    InfluxQl,
    Git,
    GitRecords,
    GitHubIssues,
    GitLabIssues,
    ForgejoIssues,
    Statuspage,
    CState,
    Rss,
    HttpFiles,
    ArgoCd,
    HttpHtml,
    HttpMarkdown,
    MediaWiki,
    Karma,
    Prow,
    Zuul,
    Hydra,
    Nomad,
    Consul,
    Graphite,
    Elasticsearch,
    Perses,
    Tempo,
    Postgres,
    DevStats,
    Zabbix,
}

/// Who may read a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Auth {
    Anonymous,
    Token,
    Login,
    IpAllowlist,
}

/// How it is known that a source is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Somebody asked it without credentials and wrote down the answer.
    Live,
    /// Public client code asks it without credentials.
    Client,
    /// The operator's own configuration exposes it.
    Config,
    /// The operator's documentation says so.
    Docs,
    /// The user's own entry says so.
    User,
    /// It is not known: the source is off until the user turns it on.
    Unverified,
}

/// Where the user's token for a source is; the token itself never stands in a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// In an environment variable.
    Environment(String),
    /// In a file.
    File(PathBuf),
}
