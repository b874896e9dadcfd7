//! [`Target`]: what a server scrapes, or chose not to.

use crate::{Labels, Timestamp};

/// Something a server scrapes, or has found and dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// Whether it was found and then dropped by relabelling; of such a one no more than `discovered_labels` and
    /// `scrape_pool` is known.
    pub is_dropped: bool,
    /// The labels its series get.
    pub labels: Labels,
    /// The labels it was found with.
    pub discovered_labels: Labels,
    /// The scrape configuration it belongs to.
    pub scrape_pool: String,
    /// What is scraped.
    pub scrape_url: String,
    /// The same as others reach it.
    pub global_url: String,
    /// Whether the last scrape went well.
    pub health: TargetHealth,
    /// Why the last scrape failed, empty if it did not.
    pub last_error: String,
    /// The last scrape before it was first seen like this; later ones that changed nothing are not noted.
    pub last_scrape: Option<Timestamp>,
    /// How long that scrape took, in seconds.
    pub scrape_secs: f64,
    /// Nanoseconds between two scrapes.
    pub interval_nanos: i64,
    /// After how many nanoseconds a scrape is given up.
    pub timeout_nanos: i64,
}

/// Whether the last scrape of a target went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TargetHealth {
    /// It was not scraped yet.
    #[default]
    Unknown,
    /// It went well.
    Up,
    /// It failed.
    Down,
}

impl TargetHealth {
    /// All.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Up, Self::Down];

    /// The name as Prometheus writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
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
