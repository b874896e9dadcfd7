//! Dashboards: panels of many kinds in a grid.

use super::{DataState, DocumentView, GraphView, Line, Role, TableView};
use glass_model::GridPlace;

/// The dashboards, or one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct DashboardsView {
    /// All of them; empty of columns while one is shown.
    pub list: TableView,
    /// The filter; empty for none.
    pub filter: String,
    /// The one that is shown.
    pub dashboard: Option<DashboardView>,
}

/// A dashboard, or one panel of it in full screen.
#[derive(Clone, Debug, PartialEq)]
pub struct DashboardView {
    /// Folder, title, and where in the whole it is looked at.
    pub title: Line,
    /// Variables and their values; empty for none.
    pub variables: Line,
    /// The values of a variable to choose from, if one is being chosen.
    pub chooser: Option<TableView>,
    /// What is in sight, from above. Places are counted from the top of what is in sight and lie inside it.
    pub panels: Vec<PanelView>,
    /// The panel in full screen fills everything, and says its queries and values.
    pub is_full: bool,
    /// How it stands with the dashboard itself.
    pub state: DataState,
}

/// A panel, or the head of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelView {
    /// Where it stands in the grid of 24 columns.
    pub place: GridPlace,
    /// Its title, with the values of variables.
    pub title: String,
    /// Whether keys go to it.
    pub focused: bool,
    /// What it shows.
    pub body: PanelBody,
    /// Its queries and notes, in full screen.
    pub details: Vec<Line>,
    /// How it stands with its data.
    pub state: DataState,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelBody {
    /// The head of a row: whether it is folded, and how many panels it has.
    Row(bool, usize),
    /// Lines over time.
    Graph(GraphView),
    /// Large numbers; those with a share are gauges.
    Numbers(Vec<NumberView>),
    /// Bars below one another.
    Bars(Vec<NumberView>),
    /// Rows and columns.
    Table(TableView),
    /// Bands over time, the lowest first.
    Bands(Vec<BandView>),
    /// Log lines, the latest last.
    Lines(Vec<Line>),
    /// Words.
    Text(DocumentView),
    /// What is said where nothing is drawn.
    Nothing(Vec<Line>),
}

/// A number.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberView {
    /// Of what; empty for a lone one.
    pub name: String,
    /// The value with its unit.
    pub value: String,
    /// What its thresholds say of it.
    pub role: Role,
    /// The same as a sign, so that its colour is not the only one; may be empty.
    pub sign: String,
    /// Where it stands between the limits, 0 to 1; `None` for one without limits.
    pub share: Option<f64>,
    /// The limits; empty for none.
    pub limits: (String, String),
    /// How it was over time, each 0 to 1 of the range it had; empty for one moment.
    pub past: Vec<Option<f64>>,
}

/// A band of a heat map or a state timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct BandView {
    /// Its name.
    pub name: String,
    /// From left to right, up to the playhead.
    pub cells: Vec<BandCell>,
}

/// A cell of a band.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BandCell {
    /// How much there is, 0 to 1; `None` where nothing is known.
    pub amount: Option<f64>,
    /// The state's name, at the cell where it begins; else empty.
    pub text: String,
    /// The state's role.
    pub role: Role,
}
