//! Rules as their server tells them: [`RuleGroup`] and [`Rule`], with the alerts that were active when it was asked.

use crate::{Labels, Timestamp};

/// Rules that are evaluated together, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleGroup {
    /// Its name.
    pub name: String,
    /// The file it stands in, as its server names it.
    pub file: String,
    /// Nanoseconds between two evaluations.
    pub interval_nanos: i64,
    /// The most alerts or series a rule of it may make; 0 for any number.
    pub limit: u64,
    /// The rules, in the order of their evaluation.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The alert's name, or that of the series it records.
    pub name: String,
    /// What it evaluates.
    pub query: String,
    /// Labels it adds.
    pub labels: Labels,
    /// Whether its last evaluation went well.
    pub health: RuleHealth,
    /// Why its last evaluation failed, empty if it did not.
    pub last_error: String,
    /// Its last evaluation before it was first seen like this; later ones that changed nothing are not noted.
    pub last_evaluation: Option<Timestamp>,
    /// How long that evaluation took, in seconds.
    pub evaluation_secs: f64,
    /// What it makes of the result.
    pub kind: RuleKind,
}

/// What a rule makes of its result.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// A series of the rule's name.
    Recording,
    /// Alerts.
    Alerting(AlertingRule),
}

/// What only a rule for alerts has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertingRule {
    /// How long its condition must hold before it fires, in nanoseconds.
    pub for_nanos: i64,
    /// How long it goes on firing after its condition no longer holds, in nanoseconds.
    pub keep_firing_for_nanos: i64,
    /// Its annotations, templates not filled in.
    pub annotations: Labels,
    /// The alerts that were pending or firing when it was asked.
    pub alerts: Vec<ActiveAlert>,
}

/// Whether a rule's last evaluation went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RuleHealth {
    /// It was not evaluated yet.
    #[default]
    Unknown,
    /// It went well.
    Ok,
    /// It failed.
    Failed,
}

impl RuleHealth {
    /// All.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Ok, Self::Failed];

    /// The name as Prometheus writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ok => "ok",
            Self::Failed => "err",
        }
    }

    /// The health of that name; a name that is not known says nothing.
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|health| health.name() == name)
            .unwrap_or_default()
    }
}

/// An alert that was pending or firing when its rule was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveAlert {
    /// What identifies it, `alertname` included.
    pub labels: Labels,
    /// The rule's annotations, templates filled in.
    pub annotations: Labels,
    /// Whether it fired; else it was pending.
    pub is_firing: bool,
    /// When its condition first held.
    pub active_at: Option<Timestamp>,
    /// The value of its expression when it was first seen like this.
    pub value: f64,
}
