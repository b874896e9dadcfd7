//! The timeline under every screen: lanes of marks, log volume, the playhead.

use super::{AxisTick, CursorView, Role};

/// What kind of thing a mark stands for: its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// An alert's condition holds.
    Pending,
    /// An alert fires.
    Firing,
    /// A notification was received.
    Notified,
    /// A silence.
    Silence,
    /// A commit.
    Change,
    /// A deployment.
    Deployment,
    /// An annotation.
    Annotation,
    /// An incident was opened.
    Opened,
    /// A comment.
    Comment,
    /// An incident was closed, or a post-mortem published.
    Closed,
}

/// A thing on a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its shape.
    pub kind: MarkKind,
    /// Its colour.
    pub role: Role,
    /// Where it begins, 0 to 1 in the window; cut at the window's edges.
    pub from: f64,
    /// Where it ends, for things that last; never beyond the playhead.
    pub to: Option<f64>,
    /// What it is.
    pub label: String,
}

/// Which lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LaneKind {
    /// Alerts.
    Alerts,
    /// Changes and deployments.
    Changes,
    /// What was said of the incident.
    Incident,
    /// Log lines.
    Logs,
}

/// A lane of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Which one.
    pub kind: LaneKind,
    /// Its name at the left.
    pub name: String,
    /// Things on it, by `from`.
    pub marks: Vec<Mark>,
    /// Bars from left to right, each 0 to 1 of the tallest, and the share of errors in it, 0 to 1; empty for a
    /// lane without bars. Bars right of the playhead are 0.
    pub bars: Vec<(f64, f64)>,
}

/// The timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineView {
    /// The window's start, absolute.
    pub start: String,
    /// The window's end, absolute.
    pub end: String,
    /// The window's part of the recording: from and to, 0 to 1.
    pub extent: (f64, f64),
    /// The lanes, from above.
    pub lanes: Vec<Lane>,
    /// Marks on the time axis.
    pub ticks: Vec<AxisTick>,
    /// Where the playhead stands, 0 to 1.
    pub playhead: f64,
    /// The playhead's time of day.
    pub playhead_text: String,
    /// The cursor, if there is one.
    pub cursor: Option<CursorView>,
}
