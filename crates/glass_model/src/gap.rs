//! [`Gap`]: a time of which there is no data though it was wanted.

use crate::TimeRange;

/// What is missing in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// Samples.
    Metrics,
    /// Log lines.
    Logs,
    /// Alerts.
    Alerts,
    /// Changes.
    Changes,
    /// Threads and post-mortems.
    Documents,
}

/// A time of which there is no data though it was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is missing.
    pub kind: GapKind,
    /// When.
    pub range: TimeRange,
    /// Why, as the source worded it, or that nobody asked.
    pub why: String,
}
