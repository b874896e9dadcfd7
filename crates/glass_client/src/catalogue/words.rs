//! The words that stand for enums in catalogue files, on screens and in JSON.

use super::{Api, Auth, CloudState, Proof, Signal, Tier};
use std::fmt;

/// An enum whose values are words.
pub trait Word: Copy + 'static {
    /// What the words name, for messages.
    const WHAT: &'static str;
    /// All values.
    const ALL: &'static [Self];
    /// The word for a value.
    fn word(self) -> &'static str;

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

macro_rules! words {
    ($kind:ident $what:literal: $($value:ident $word:literal),*) => {
        impl Word for $kind {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &[$(Self::$value),*];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word),*
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words!(Tier "tier": A "A", B "B", C "C", Demo "demo");
words!(CloudState "state": Live "live", Retired "retired");
words!(Signal "signal": Metrics "metrics", Logs "logs", Alerts "alerts", Incidents "incidents",
    Deployments "deployments", Configs "configs", Dashboards "dashboards", Builds "builds", Events "events",
    Status "status", Replay "replay");
words!(Api "api": Prometheus "prometheus", Grafana "grafana", GrafanaPublicDashboard "grafana-public-dashboard",
    Loki "loki", VictoriaLogs "victorialogs", Alertmanager "alertmanager", InfluxQl "influxql", Git "git",
    GitRecords "git-records", GitHubIssues "github-issues", GitLabIssues "gitlab-issues",
    ForgejoIssues "forgejo-issues", Statuspage "statuspage", CState "cstate", Rss "rss", HttpFiles "http-files",
    ArgoCd "argocd", HttpHtml "http-html", HttpMarkdown "http-markdown", MediaWiki "mediawiki", Karma "karma",
    Prow "prow", Zuul "zuul", Hydra "hydra", Nomad "nomad", Consul "consul", Graphite "graphite",
    Elasticsearch "elasticsearch", Perses "perses", Tempo "tempo", Postgres "postgres", DevStats "devstats",
    Zabbix "zabbix");
words!(Auth "auth": Anonymous "anonymous", Token "token", Login "login", IpAllowlist "ip-allowlist");
words!(Proof "proof": Live "live", Client "client", Config "config", Docs "docs", User "user",
    Unverified "unverified");
