//! The screens: one type each.

use super::{DashboardsView, DataState, DiffRow, GraphView, Line, QueryView, Role, TableView};

/// The current screen.
#[derive(Clone, Debug, PartialEq)]
pub enum ScreenView {
    /// What is wrong now.
    Overview(OverviewView),
    /// One metric.
    Metrics(MetricsView),
    /// Log lines.
    Logs(LogsView),
    /// Alerts.
    Alerts(AlertsView),
    /// Changes.
    Changes(ChangesView),
    /// The incident's text.
    Incidents(IncidentsView),
    /// All that happened.
    Timeline(TimelineListView),
    /// Dashboards.
    Dashboards(DashboardsView),
    /// What can be opened.
    Clouds(CloudsView),
}

/// All that happened in the window or the selected range; the timeline itself is tall then.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineListView {
    /// Events, the latest first.
    pub list: TableView,
}

/// How far the incident has come, as far as was known at the playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is known to be wrong.
    Calm,
    /// Alerts are pending.
    Building,
    /// Alerts fire.
    Firing,
    /// No alert fires any more; the incident is not closed.
    Recovering,
    /// The incident is closed, or all alerts are resolved and no incident was opened.
    Over,
}

/// What is wrong now.
#[derive(Clone, Debug, PartialEq)]
pub struct OverviewView {
    /// How far the incident has come.
    pub phase: Phase,
    /// The same in a sentence.
    pub headline: Line,
    /// The last thing said of the incident; empty if nothing was.
    pub last_word: Line,
    /// Alerts that fire or are pending, then those lately resolved.
    pub alerts: TableView,
    /// The latest changes.
    pub changes: TableView,
    /// The panels that matter.
    pub panels: Vec<GraphView>,
    /// How many panels did not fit.
    pub n_more_panels: usize,
    /// Which panel keys go to, if they go to the panels.
    pub focused_panel: Option<usize>,
}

/// One metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsView {
    /// The queries whose results the graph shows; none while it shows a metric.
    pub queries: Vec<QueryView>,
    /// The names; absent in full screen, and while a query is shown.
    pub names: Option<TableView>,
    /// The filter on the names; empty for none.
    pub filter: String,
    /// What the metric is: type, unit, help; empty while a query is shown.
    pub about: Line,
    /// The graph.
    pub graph: GraphView,
    /// Its lines in numbers; absent while there is none.
    pub legend: Option<TableView>,
    /// What stands in the place of graph and legend: the parts of a query, all series with their labels, or what is
    /// related.
    pub table: Option<TableView>,
    /// Whether keys go to the graph.
    pub graph_focused: bool,
}

/// A log line.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// Its time of day, with milliseconds.
    pub time: String,
    /// Its level: one letter, so that colour is not the only sign; a space if not known.
    pub level: char,
    /// The level's role.
    pub role: Role,
    /// Where it comes from, short.
    pub origin: String,
    /// The values of the chosen columns, in their order.
    pub columns: Vec<String>,
    /// The line; matches of the filter and of the search are spans of their own.
    pub text: Line,
    /// Whether it is the line around which the others are shown.
    pub is_origin: bool,
    /// Whether it is the chosen one.
    pub selected: bool,
}

/// Counts over time, stacked by level.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramView {
    /// From left to right: lines of level error and above, warning, and all others. Right of the playhead 0.
    pub bars: Vec<[u64; 3]>,
    /// The tallest bar's lines; 0 if there are none.
    pub max: u64,
    /// Where the playhead stands, 0 to 1.
    pub playhead: f64,
    /// Where the cursor stands, 0 to 1, if it is in the window.
    pub cursor: Option<f64>,
    /// What the bar under the cursor stands for: its time, and how many lines of which level; empty without a cursor.
    pub about: String,
    /// Whether keys go to it.
    pub focused: bool,
    /// How it stands with the data.
    pub state: DataState,
}

/// Lines of one form.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPatternRow {
    /// How many lines.
    pub count: String,
    /// How many of all lines they are, 0 to 1.
    pub share: f64,
    /// Their level's letter; a space if not known.
    pub level: char,
    /// The level's role.
    pub role: Role,
    /// Whether it was first seen lately.
    pub is_new: bool,
    /// When it was first seen in the window.
    pub since: String,
    /// Lines over the window, from left to right.
    pub bars: Vec<u64>,
    /// The form; what differs from line to line is a span of its own.
    pub text: Line,
    /// Whether it is the chosen one.
    pub selected: bool,
}

/// Log lines grouped by their form.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPatternsView {
    /// How many there are, and which are new.
    pub title: Line,
    /// The forms that fit, new ones first.
    pub rows: Vec<LogPatternRow>,
    /// How many lie above the first.
    pub first: usize,
    /// All of them.
    pub total: usize,
    /// How it stands with the data.
    pub state: DataState,
}

impl LogPatternsView {
    /// Its title without roles.
    pub fn title_text(&self) -> String {
        self.title.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Log lines.
#[derive(Clone, Debug, PartialEq)]
pub struct LogsView {
    /// The LogQL query by which lines are chosen, if there is one.
    pub query: Option<QueryView>,
    /// The graph of a query that counts; it stands in the place of histogram and lines.
    pub graph: Option<GraphView>,
    /// The filter in words: text, inverse, level; `all lines` if there is neither one nor a query.
    pub filter: Line,
    /// How many lines match, up to the playhead, whether the newest is followed, and how many are below the chosen
    /// one; while keys go to the histogram, what its bar at the cursor counts.
    pub count: String,
    /// All matches over time.
    pub histogram: HistogramView,
    /// The titles of chosen columns.
    pub columns: Vec<String>,
    /// The lines, the latest last.
    pub rows: Vec<LogRow>,
    /// How many matching lines lie above the first of `rows`.
    pub first: u64,
    /// All matching lines up to the playhead; 0 where the place among them is not known, as in a selected range.
    pub total: u64,
    /// Whether long lines go on in further rows; otherwise they are cut.
    pub wraps: bool,
    /// The chosen line in full: its labels, also those a query took out of it; absent unless asked for.
    pub details: Option<Vec<Line>>,
    /// Where columns are chosen, in the place of the details, while they are.
    pub chooser: Option<Box<TableView>>,
    /// Patterns in the place of the lines, while they are looked at.
    pub patterns: Option<Box<LogPatternsView>>,
    /// How it stands with the data.
    pub state: DataState,
}

/// Alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertsView {
    /// Alerts, or rules.
    pub list: TableView,
    /// What the chosen one is: `Chosen alert`.
    pub title: String,
    /// The chosen one in full, its rule with it.
    pub details: Vec<Line>,
    /// What its rule evaluates, with the threshold as a line; absent where the rule is not known.
    pub graph: Option<Box<GraphView>>,
}

/// Changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangesView {
    /// The commits, or the repository's files.
    pub list: TableView,
    /// The chosen commit's message and patch.
    pub details: DocumentView,
}

/// The incident's text.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentsView {
    /// Threads and post-mortems.
    pub list: TableView,
    /// The chosen one.
    pub document: DocumentView,
}

/// What can be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudsView {
    /// Live clouds and recordings.
    pub list: TableView,
    /// The filter; empty for none.
    pub filter: String,
    /// The chosen one in full: what is public about it and how each source stands.
    pub details: Vec<Line>,
}

/// What a block of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocBlockKind {
    /// A heading of a level, from 1.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list item at a depth, from 0.
    Item(u8),
    /// A line of code; not to be wrapped.
    Code,
    /// The name of a file of a patch; the rows after it are of it.
    DiffFile,
    /// Where in the file the following rows of a patch stand.
    DiffHunk,
    /// A row of a patch: [`DocBlock::row`].
    DiffRow,
    /// Quoted text.
    Quote,
    /// Who wrote the following, and when.
    Byline,
    /// A rule between parts.
    Rule,
}

/// A block of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocBlock {
    /// What it is.
    pub kind: DocBlockKind,
    /// Its text; a front-end wraps it.
    pub text: Line,
    /// The lines of a row of a patch, or of which file it is; `None` for what is not of a patch.
    pub row: Option<Box<DiffRow>>,
}

impl DocBlock {
    /// A block of text.
    pub fn new(kind: DocBlockKind, text: Line) -> Self {
        Self {
            kind,
            text,
            row: None,
        }
    }
}

/// A part of a document that people wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct DocPart {
    /// The first of the document's blocks that says the same.
    pub first: usize,
    /// How many blocks do.
    pub n_blocks: usize,
    /// What it is.
    pub body: PartBody,
}

/// What a part of a document is.
#[derive(Clone, Debug, PartialEq)]
pub enum PartBody {
    /// A block like any other.
    Block(DocBlock),
    /// Markdown. Nothing in it is to be loaded, its links lead to the web, or, as `glass-time:` and a number, to a time
    /// ([`crate::PointAt::Time`]).
    Markdown(String),
}

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentView {
    /// Its title.
    pub title: String,
    /// Its blocks from the first visible one on, at least as many as can be in sight.
    pub blocks: Vec<DocBlock>,
    /// All of it once more, for a front-end that sets Markdown itself; empty where nothing is Markdown.
    pub parts: Vec<DocPart>,
    /// How many times it names that are links.
    pub n_times: usize,
    /// How many blocks lie above.
    pub first: usize,
    /// All blocks.
    pub total: usize,
    /// Whether keys go to it.
    pub focused: bool,
    /// How it stands with the data.
    pub state: DataState,
}
