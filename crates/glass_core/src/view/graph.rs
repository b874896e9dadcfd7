//! Graphs: lines already thinned to the viewport's columns, with axes.

use super::{DataState, MarkKind, RangeView, Role};

/// The samples that fall into one column of a graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GraphPoint {
    /// The column's middle: 0 at the window's start, 1 at its end.
    pub x: f64,
    /// The earliest value.
    pub first: f64,
    /// The latest value.
    pub last: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
}

/// One line of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphLine {
    /// Its name in the legend.
    pub name: String,
    /// Its value at the cursor or, without one, at the playhead; `–` where there is none.
    pub value: String,
    /// The same as a number, to put lines in order.
    pub number: Option<f64>,
    /// Its colour.
    pub role: Role,
    /// Runs of points to be joined; between two runs there is a gap.
    pub runs: Vec<Vec<GraphPoint>>,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisTick {
    /// 0 at the axis' start (left, bottom), 1 at its end.
    pub ratio: f64,
    /// What stands there.
    pub text: String,
}

/// The moment being looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct CursorView {
    /// Where on the x axis.
    pub x: f64,
    /// Its time.
    pub text: String,
}

/// Something that happened while the graph's values were measured; the same ones are on every graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphBand {
    /// Its shape.
    pub kind: MarkKind,
    /// Its colour.
    pub role: Role,
    /// Where it begins, 0 to 1 in the window; cut at the window's edges.
    pub from: f64,
    /// Where it ends, for things that last; never beyond the playhead.
    pub to: Option<f64>,
    /// When it began and what it is; of several that lie close together, what some of them are and how many more.
    pub texts: Vec<String>,
}

/// How values are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawing {
    /// Each line by itself.
    #[default]
    Lines,
    /// Each line on top of those before it: what lies between two is the upper one's own.
    Stacked,
    /// By the logarithm; what is not above zero has no place. Points and axis hold logarithms.
    Logarithmic,
}

/// A level that values are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdLine {
    /// Where it lies: 0 at the bottom, 1 at the top.
    pub y: f64,
    /// The level, and how it is compared if that is known.
    pub text: String,
    /// Its colour.
    pub role: Role,
}

/// A graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphView {
    /// Its title.
    pub title: String,
    /// What is drawn of the samples (`per second`), empty for the samples themselves. Values carry their unit.
    pub unit: String,
    /// Its lines.
    pub lines: Vec<GraphLine>,
    /// How its values are drawn.
    pub drawing: Drawing,
    /// Levels that the lines are compared with.
    pub thresholds: Vec<ThresholdLine>,
    /// What happened meanwhile, by `from`.
    pub bands: Vec<GraphBand>,
    /// What is selected of time.
    pub range: Option<RangeView>,
    /// The value at the bottom.
    pub y_min: f64,
    /// The value at the top; greater than `y_min`.
    pub y_max: f64,
    /// Marks on the y axis, from below.
    pub y_ticks: Vec<AxisTick>,
    /// Marks on the x axis.
    pub x_ticks: Vec<AxisTick>,
    /// Where the playhead stands; nothing is drawn to its right. May lie outside 0..=1.
    pub playhead: f64,
    /// The cursor, if there is one.
    pub cursor: Option<CursorView>,
    /// How many more lines there are than `lines` shows; 0 for none.
    pub n_left_out: usize,
    /// How it stands with the data.
    pub state: DataState,
}
