//! Alerts as they stand at the playhead.

use crate::{Labels, Timestamp};

/// How far an alert has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// Its condition holds, not yet for long enough.
    Pending,
    /// It fires.
    Firing,
    /// It fired, and its condition no longer holds.
    Resolved,
}

/// One episode of an alert: from its condition first holding until it no longer does.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// What identifies it, `alertname` included, `alertstate` not.
    pub labels: Labels,
    /// Summary, description and the like; empty if not known.
    pub annotations: Labels,
    /// How far it had come at the playhead.
    pub state: AlertState,
    /// When its condition first held, if that was seen.
    pub pending_at: Option<Timestamp>,
    /// When it began to fire.
    pub firing_at: Option<Timestamp>,
    /// When it ended; `None` while it goes on at the playhead.
    pub resolved_at: Option<Timestamp>,
    /// When a notification of it was first received.
    pub notified_at: Option<Timestamp>,
    /// The names of the alerts because of which nobody is told of it; `None` where no source says.
    pub inhibited_by: Option<Vec<String>>,
}

impl Alert {
    /// The alert's name.
    pub fn name(&self) -> &str {
        self.labels.get("alertname").unwrap_or("")
    }

    /// When it began, as far as is known.
    pub fn began_at(&self) -> Option<Timestamp> {
        self.pending_at.or(self.firing_at).or(self.notified_at)
    }
}
