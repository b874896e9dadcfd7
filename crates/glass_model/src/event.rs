//! [`Event`]: something that happened, when, and when that became known.

use crate::{Labels, Timestamp};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// An alert's condition began to hold.
    AlertPending,
    /// An alert began to fire.
    AlertFiring,
    /// A notification of an alert was received.
    AlertNotified,
    /// A silence was set.
    Silence,
    /// A commit reached the repository.
    Change,
    /// A program was deployed, started or stopped.
    Deployment,
    /// An annotation on a dashboard.
    Annotation,
    /// An incident was opened.
    IncidentOpened,
    /// Someone commented on an incident.
    IncidentComment,
    /// An incident was closed.
    IncidentClosed,
    /// A post-mortem was published.
    PostMortem,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::AlertPending,
        Self::AlertFiring,
        Self::AlertNotified,
        Self::Silence,
        Self::Change,
        Self::Deployment,
        Self::Annotation,
        Self::IncidentOpened,
        Self::IncidentComment,
        Self::IncidentClosed,
        Self::PostMortem,
    ];

    /// The name in files: `alert-firing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlertPending => "alert-pending",
            Self::AlertFiring => "alert-firing",
            Self::AlertNotified => "alert-notified",
            Self::Silence => "silence",
            Self::Change => "change",
            Self::Deployment => "deployment",
            Self::Annotation => "annotation",
            Self::IncidentOpened => "incident-opened",
            Self::IncidentComment => "incident-comment",
            Self::IncidentClosed => "incident-closed",
            Self::PostMortem => "post-mortem",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The end of an event that lasts, itself a fact with its own known time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// When it ended.
    pub at: Timestamp,
    /// When that became known.
    pub known_at: Timestamp,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What kind of thing.
    pub kind: EventKind,
    /// When it happened.
    pub happened_at: Timestamp,
    /// When it became known; never shown earlier.
    pub known_at: Timestamp,
    /// When it ended; `None` if it goes on, or has no duration.
    pub until: Option<Until>,
    /// The cluster, empty if not known.
    pub cluster: String,
    /// One line: the alert's name, the commit's subject, the comment's first line.
    pub title: String,
    /// More text, empty if there is none. For alerts the annotations' summary.
    pub text: String,
    /// What it is about: a commit's hash, a document's id, a URL; empty if nothing.
    pub link: String,
    /// Labels, for alerts all of the alert's.
    pub labels: Labels,
    /// An alert's annotations, as far as they were told with it.
    pub annotations: Labels,
}

impl Event {
    /// The event as it was known at `as_of`: `None` if it was not, without its end if that was not.
    pub fn as_known_at(&self, as_of: Timestamp) -> Option<Self> {
        if self.known_at > as_of {
            return None;
        }
        let until = self
            .until
            .filter(|until| until.known_at <= as_of && until.at <= as_of);
        Some(Self {
            until,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_is_not_known_is_hidden() {
        let at = Timestamp::from_secs;
        let event = Event {
            kind: EventKind::AlertFiring,
            happened_at: at(1),
            known_at: at(2),
            until: Some(Until {
                at: at(5),
                known_at: at(6),
            }),
            cluster: String::new(),
            title: "Down".into(),
            text: String::new(),
            link: String::new(),
            labels: Labels::empty(),
            annotations: Labels::empty(),
        };
        assert_eq!(event.as_known_at(at(1)), None);
        assert_eq!(event.as_known_at(at(5)).unwrap().until, None);
        assert_eq!(event.as_known_at(at(6)).unwrap(), event);
    }

    #[test]
    fn names_round_trip() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(kind));
        }
    }
}
