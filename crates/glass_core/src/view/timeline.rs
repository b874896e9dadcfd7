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
    /// Silences, where they have a lane of their own.
    Silences,
    /// Deployments, where they have a lane of their own.
    Deployments,
    /// Annotations, where they have a lane of their own.
    Notes,
    /// Samples: only where they are missing.
    Metrics,
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
    /// Bars from left to right; empty for a lane without bars. Bars right of the playhead are 0.
    pub bars: Vec<VolumeBar>,
    /// Where data is missing, by time.
    pub gaps: Vec<GapView>,
}

/// How many log lines there were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VolumeBar {
    /// 0 to 1 of the tallest bar.
    pub height: f64,
    /// The share of errors in it, 0 to 1.
    pub errors: f64,
    /// The share of warnings in it, 0 to 1.
    pub warnings: f64,
}

/// A time of which there is no data though it was wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct GapView {
    /// Where it begins, 0 to 1 in the window.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What is missing, and why.
    pub text: String,
}

/// A part of time that is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeView {
    /// Where it begins, 0 to 1 in the window; cut at the window's edges.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its ends and its length.
    pub text: String,
}

/// A moment that the user marked.
#[derive(Clone, Debug, PartialEq)]
pub struct PinView {
    /// Where it stands, 0 to 1 in the window.
    pub x: f64,
    /// What the user calls it; may be empty.
    pub name: String,
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
    /// What is selected, as far as it is in the window.
    pub range: Option<RangeView>,
    /// What the user marked in the window.
    pub pins: Vec<PinView>,
    /// Whether it is what the screen is about, and has more lanes and more room.
    pub is_tall: bool,
}
