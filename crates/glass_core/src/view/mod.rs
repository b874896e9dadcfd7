//! View-models: everything a front-end draws, as plain data. Read [`ViewModel`] first.
//!
//! A front-end destructures these types completely, so that a new field does not compile until both show it.
//! All texts are safe to print: control characters and terminal escapes were made visible.

mod dashboard;
mod diff;
mod graph;
mod query;
mod screen;
mod story;
mod table;
mod text;
mod timeline;

pub use dashboard::{BandCell, BandView, DashboardView, DashboardsView, NumberView, PanelBody, PanelView};
pub use diff::{DiffChange, DiffLine, DiffLines, DiffRow};
pub use graph::{AxisTick, CursorView, Drawing, GraphBand, GraphLine, GraphPoint, GraphView, ThresholdLine};
pub use query::{CompletionRow, FaultView, QueryEditorView, QueryView};
pub use screen::{
    AlertsView, ChangesView, CloudsView, DocBlock, DocBlockKind, DocPart, DocumentView, HistogramView,
    IncidentsView, LogPatternRow, LogPatternsView, LogRow, LogsView, MetricsView, OverviewView, PartBody,
    Phase, ScreenView, TimelineListView,
};
pub use story::{StoryStepView, StoryView};
pub use table::{Cell, Column, Row, TableView};
pub use text::{DataState, DataStateKind, Line, Role, Span};
pub use timeline::{GapView, Lane, LaneKind, Mark, MarkKind, PinView, RangeView, TimelineView, VolumeBar};

use crate::Screen;

/// How much a front-end can show. Counts of things, never cells or pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// Rows of a list that fills the screen's main area.
    pub list_rows: usize,
    /// Rows of each short list on the overview.
    pub short_rows: usize,
    /// Panels that fit on the overview.
    pub n_panels: usize,
    /// Points that fit side by side into a graph that fills the main area.
    pub graph_columns: usize,
    /// Bars that fit side by side into the timeline and the log histogram.
    pub bar_columns: usize,
    /// Letters of one width that fit side by side into the main area.
    pub text_columns: usize,
    /// Rows of a dashboard's grid that are in sight at once.
    pub grid_rows: usize,
    /// Graphs of a dashboard that can be read side by side.
    pub grid_panels: usize,
}

impl Viewport {
    /// What is left of the width for each of two screens side by side.
    pub(crate) fn half(self) -> Self {
        Self {
            n_panels: self.n_panels.div_ceil(2),
            graph_columns: (self.graph_columns / 2).saturating_sub(8).max(16),
            bar_columns: (self.bar_columns / 2).saturating_sub(8).max(16),
            list_rows: self.list_rows.saturating_sub(1).max(1),
            text_columns: self.text_columns / 2,
            grid_panels: self.grid_panels.div_ceil(2),
            ..self
        }
    }
}

/// All of the program's face at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewModel {
    /// The top line.
    pub header: Header,
    /// The screens to choose from.
    pub tabs: Vec<Tab>,
    /// The screens in sight, in the order of their places; never none.
    pub tiles: Vec<TileView>,
    /// What is chosen on the screen that keys go to, in full; `None` where a screen shows that itself, and in a terminal.
    pub details: Option<DetailsView>,
    /// What can be opened; empty in a terminal, which has a screen for it.
    pub openables: Vec<Openable>,
    /// The timeline, below every screen.
    pub timeline: TimelineView,
    /// The bottom line.
    pub status: StatusView,
    /// What lies above everything, if anything.
    pub overlay: Option<Overlay>,
    /// The story of what is open, while it stands beside the screens.
    pub story: Option<Box<StoryView>>,
    /// A step for who is here for the first time, in a corner of the screen; `None` below an overlay.
    pub tour: Option<TourView>,
}

/// A step of the tour.
#[derive(Clone, Debug, PartialEq)]
pub struct TourView {
    /// What it is about.
    pub title: String,
    /// Which step it is, from 1.
    pub step: usize,
    /// How many there are.
    pub n_steps: usize,
    /// What it says.
    pub lines: Vec<Line>,
}

/// Something in full.
#[derive(Clone, Debug, PartialEq)]
pub struct DetailsView {
    /// What it is: `Alert`.
    pub title: String,
    /// All of it; a front-end wraps the lines.
    pub lines: Vec<Line>,
}

/// Something that can be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Openable {
    /// What opens it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: OpenableKind,
    /// How it stands: a sign, and its role.
    pub sign: String,
    /// The sign's role.
    pub role: Role,
    /// Who runs it, or what it is of.
    pub about: String,
    /// Where it runs: its clusters.
    pub sites: Vec<String>,
}

/// What something is that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpenableKind {
    /// What was recorded.
    Recording,
    /// A cloud as it is now.
    Cloud,
}

/// A screen in sight.
#[derive(Clone, Debug, PartialEq)]
pub struct TileView {
    /// Which one.
    pub screen: Screen,
    /// What it is called.
    pub title: String,
    /// What it shows.
    pub view: ScreenView,
    /// Whether keys go to it; of one alone they always do.
    pub has_keys: bool,
}

impl ViewModel {
    /// The tile that keys go to.
    pub fn tile(&self) -> &TileView {
        let with_keys = self.tiles.iter().find(|tile| tile.has_keys);
        with_keys.unwrap_or(&self.tiles[0])
    }
}

/// The top line.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The recording's name.
    pub name: String,
    /// The cloud's name.
    pub cloud: String,
    /// `REPLAY`, later `LIVE` and `DRILL`.
    pub badge: String,
    /// The playhead, absolute: `2026-11-22 03:41:00 UTC`.
    pub playhead: String,
    /// `▶ 10×`, `⏸ paused`, `■ end`.
    pub motion: String,
    /// Whether time moves.
    pub playing: bool,
    /// What is damaged or missing in the recording, empty if nothing.
    pub warning: String,
}

/// A screen to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Tab {
    /// The key that opens it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Which screen.
    pub screen: Screen,
    /// Whether it is the current one.
    pub active: bool,
    /// How many things of note are there (firing alerts …); empty for none.
    pub badge: String,
}

/// The bottom line.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusView {
    /// A message, or empty.
    pub message: Line,
    /// The keys pressed so far of several that follow one another, or empty; the hints say then how they go on.
    pub pending: String,
    /// The keys of most use here: key and what it does.
    pub hints: Vec<(String, String)>,
}

/// What lies above everything.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys.
    Help(HelpView),
    /// A line to type into, at the bottom.
    Prompt(PromptView),
    /// A query being typed, at the top of the screen it is for.
    QueryEditor(QueryEditorView),
}

/// All keys by group, from the command registry.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpView {
    /// The window's title.
    pub title: String,
    /// Groups of commands.
    pub groups: Vec<HelpGroup>,
    /// How many entries to leave out at the top, for a list longer than the screen.
    pub scroll: usize,
}

/// Commands that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpGroup {
    /// The group's title.
    pub title: String,
    /// Keys and what they do.
    pub entries: Vec<(String, String)>,
}

/// A line being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptView {
    /// What is asked: `filter`, `go to time`, `command`.
    pub title: String,
    /// What was typed.
    pub text: String,
    /// Where the next character goes, counted in characters.
    pub caret: usize,
    /// What may be typed, or what is wrong with what was typed.
    pub hint: Line,
    /// Suggestions, the best first: text and explanation.
    pub suggestions: Vec<(String, String)>,
    /// Which suggestion is chosen.
    pub chosen: Option<usize>,
    /// More of the chosen or the first suggestion; may be empty.
    pub preview: Vec<Line>,
}
