//! Tables: [`TableView`] holds only the rows that fit.

use super::{DataState, Role};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Whether its cells stand at the right.
    pub right: bool,
    /// Its share of the room that is left after all columns have their shortest width; 0 for a column that is
    /// as wide as its widest cell.
    pub weight: u16,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What is shown.
    pub text: String,
    /// The number behind it, if there is one.
    pub value: Option<f64>,
    /// What it is.
    pub role: Role,
}

impl Cell {
    /// A cell of text.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            value: None,
            role,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// Whether it is the chosen one; shown by more than colour.
    pub selected: bool,
}

impl TableView {
    /// Leaves it out: what is chosen of it has all the room.
    pub(crate) fn hide(&mut self) {
        self.columns.clear();
        self.rows.clear();
    }
}

/// The visible part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct TableView {
    /// The title above it.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The rows that fit.
    pub rows: Vec<Row>,
    /// How many rows lie above the first.
    pub first: usize,
    /// All rows.
    pub total: usize,
    /// Whether keys go to this table.
    pub focused: bool,
    /// How it stands with the data.
    pub state: DataState,
}
