//! Grafana's dashboards: [`Dashboard`] holds what can be drawn of one, in the words of its own JSON, and what was not
//! understood of it.

use crate::{QueryLanguage, Timestamp};

/// A dashboard in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DashboardSummary {
    /// What it is asked for by; unique in a list.
    pub id: String,
    /// Grafana's identifier; empty where it has none.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// Its folder; empty for none.
    pub folder: String,
    /// Where it comes from: a source of the cloud, or a file.
    pub source: String,
    /// Since when it is known; `None` for one that the user gave, which is known whatever the playhead is.
    pub known_at: Option<Timestamp>,
}

/// A dashboard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dashboard {
    /// What a list says of it.
    pub summary: DashboardSummary,
    /// What it is for.
    pub description: String,
    /// Its variables, in their order; later ones may use earlier ones.
    pub variables: Vec<Variable>,
    /// Its rows from above; panels above the first row stand in one without a title.
    pub rows: Vec<DashboardRow>,
    /// What of it could not be understood, one sentence each.
    pub notes: Vec<String>,
}

/// Panels that fold together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DashboardRow {
    /// Its title; empty for the panels above the first row.
    pub title: String,
    /// Whether it is folded at first.
    pub is_collapsed: bool,
    /// Its panels, from above and from the left.
    pub panels: Vec<DashboardPanel>,
}

/// How a panel shows its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PanelKind {
    /// Lines over time: `timeseries`, the old `graph`.
    TimeSeries,
    /// Large numbers: `stat`, the old `singlestat`.
    Stat,
    /// Numbers between limits.
    Gauge,
    /// Bars beside one another; also pies and bar charts, which are drawn so.
    BarGauge,
    /// Rows and columns.
    Table,
    /// How often values lay in ranges, over time.
    HeatMap,
    /// States over time: `state-timeline`, `status-history`.
    StateTimeline,
    /// Log lines.
    Logs,
    /// Words.
    Text,
    /// Something that is not drawn; the plugin's name.
    Unsupported(String),
}

/// Where a panel stands in the 24 columns of the grid; rows are counted from the top of its [`DashboardRow`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridPlace {
    /// Columns to its left.
    pub x: u16,
    /// Rows above it.
    pub y: u16,
    /// Its width, 1 to 24.
    pub w: u16,
    /// Its height, at least 1.
    pub h: u16,
}

/// A panel.
#[derive(Clone, Debug, PartialEq)]
pub struct DashboardPanel {
    /// Its title; may hold variables.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// How it shows its data.
    pub kind: PanelKind,
    /// The plugin's name, as Grafana calls it.
    pub plugin: String,
    /// Where it stands.
    pub place: GridPlace,
    /// What it asks.
    pub targets: Vec<PanelTarget>,
    /// How its values are written and judged.
    pub field: FieldOptions,
    /// Exceptions for some of its fields.
    pub overrides: Vec<FieldOverride>,
    /// Which of a series' values a number shows.
    pub reduce: Reduce,
    /// The words of a text panel, as Markdown.
    pub text: String,
    /// Columns of a table that are left out.
    pub hidden_columns: Vec<String>,
    /// Other names of a table's columns.
    pub renamed_columns: Vec<(String, String)>,
    /// The variable for each value of which it is repeated; empty for none.
    pub repeat: String,
    /// What of it could not be understood, one sentence each.
    pub notes: Vec<String>,
}

/// Who answers a panel's query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// A source that is asked in PromQL or LogQL.
    Query(QueryLanguage),
    /// Another kind of source, by its name.
    Other(String),
}

/// A query of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelTarget {
    /// Its letter.
    pub ref_id: String,
    /// Who answers it.
    pub source: TargetSource,
    /// The query; may hold variables.
    pub expr: String,
    /// The legend, such as `{{instance}}`; empty for the labels.
    pub legend: String,
    /// Whether it asks for the playhead alone.
    pub is_instant: bool,
    /// Whether it hands out the buckets of a histogram.
    pub is_heat_map: bool,
    /// Whether it is switched off.
    pub is_hidden: bool,
}

/// How values are written and judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldOptions {
    /// The unit, as Grafana calls it; empty for none.
    pub unit: String,
    /// Digits behind the point.
    pub decimals: Option<u8>,
    /// The least value of the scale.
    pub min: Option<f64>,
    /// The greatest value of the scale.
    pub max: Option<f64>,
    /// From which value on which colour, rising; the first begins at minus infinity.
    pub thresholds: Vec<ToneStep>,
    /// Whether thresholds are percents of the scale.
    pub is_threshold_percent: bool,
    /// Whether a graph draws them as lines.
    pub draws_thresholds: bool,
    /// Texts in the place of values.
    pub mappings: Vec<Mapping>,
    /// What stands where there is no value.
    pub no_value: String,
}

/// A unit or other option for some fields.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldOverride {
    /// The field's name.
    pub field: String,
    /// Whether the name is a regular expression.
    pub is_regex: bool,
    /// The unit, if it says one.
    pub unit: Option<String>,
    /// Digits behind the point, if it says so.
    pub decimals: Option<u8>,
    /// Another name, if it says one.
    pub name: Option<String>,
    /// Whether the field is left out.
    pub is_hidden: bool,
}

/// What a colour of a dashboard means here: a terminal has no hundred shades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Blue, grey, white and all else.
    #[default]
    Neutral,
    /// Green.
    Good,
    /// Yellow and orange.
    Warning,
    /// Red.
    Bad,
}

/// From which value on values have a tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToneStep {
    /// The least value.
    pub from: f64,
    /// The tone.
    pub tone: Tone,
}

/// Which values a text stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum MappedValues {
    /// One value, as text.
    Value(String),
    /// A range, both ends included.
    Range(f64, f64),
    /// Texts that match.
    Regex(String),
    /// No value, or NaN.
    Null,
}

/// A text in the place of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Of which values.
    pub of: MappedValues,
    /// The text; empty to keep the value's own.
    pub text: String,
    /// The tone, if it says one.
    pub tone: Option<Tone>,
}

/// Which of a series' values a number shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduce {
    /// The last one.
    #[default]
    Last,
    /// The first one.
    First,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The mean.
    Mean,
    /// The sum.
    Sum,
    /// How many there are.
    Count,
    /// The greatest minus the least.
    Range,
    /// The last minus the first.
    Difference,
}

/// Where a variable's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// A query such as `label_values(up, job)`.
    Query {
        /// The query; may hold earlier variables.
        text: String,
        /// In which language its source is asked; `None` for another kind of source.
        language: Option<QueryLanguage>,
        /// What is taken of each value; empty for all of it.
        regex: String,
    },
    /// A list.
    Custom,
    /// One value that nobody changes.
    Constant,
    /// Lengths of time.
    Interval,
    /// Sources of a kind: all of the cloud's are asked.
    DataSource,
    /// What the user types.
    TextBox,
    /// Another kind, by its name.
    Unsupported(String),
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What people call it; empty for its name.
    pub label: String,
    /// Where its values come from.
    pub kind: VariableKind,
    /// Values that the dashboard names itself.
    pub options: Vec<String>,
    /// The values chosen when it was saved; empty for none.
    pub current: Vec<String>,
    /// Whether several may be chosen.
    pub is_multi: bool,
    /// Whether all may be chosen at once.
    pub has_all: bool,
    /// What stands for all; empty for all values.
    pub all_value: String,
    /// Whether it is not shown.
    pub is_hidden: bool,
}

/// What stands in [`Variable::current`] for all values, as Grafana writes it.
pub const ALL_VALUES: &str = "$__all";

impl Dashboard {
    /// All panels, in their order.
    pub fn panels(&self) -> impl Iterator<Item = &DashboardPanel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }
}

impl PanelKind {
    /// What it is called here.
    pub fn name(&self) -> &str {
        match self {
            Self::TimeSeries => "time series",
            Self::Stat => "stat",
            Self::Gauge => "gauge",
            Self::BarGauge => "bar gauge",
            Self::Table => "table",
            Self::HeatMap => "heat map",
            Self::StateTimeline => "state timeline",
            Self::Logs => "logs",
            Self::Text => "text",
            Self::Unsupported(plugin) => plugin,
        }
    }
}

impl DashboardPanel {
    /// Why it is not drawn; `None` if it is.
    pub fn trouble(&self) -> Option<String> {
        if let PanelKind::Unsupported(plugin) = &self.kind {
            return Some(format!("panels of kind `{plugin}` are not drawn"));
        }
        if self.kind == PanelKind::Text {
            return None;
        }
        let shown = || self.targets.iter().filter(|target| !target.is_hidden);
        let can_be_asked = |target: &PanelTarget| matches!(target.source, TargetSource::Query(_));
        if shown().any(can_be_asked) {
            return None;
        }
        Some(match shown().next().map(|target| &target.source) {
            Some(TargetSource::Other(kind)) => format!("sources of kind `{kind}` cannot be asked"),
            _ => "it asks nothing".to_owned(),
        })
    }
}
