//! [`Point`]: what a pointer does to the lists of a screen. A front-end knows where lists stand, the core what is in
//! them.

use crate::{Screen, ScreenView, TableView};

/// The pointer was used on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// On which screen it is.
    pub screen: Screen,
    /// Which list, by its place in [`ScreenView::lists`].
    pub list: usize,
    /// What was done.
    pub at: PointAt,
}

/// What was done with the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointAt {
    /// Its title, or the room below its rows: keys go to the list then.
    Beside,
    /// A row was chosen, by its place among those shown; keys go to its list then.
    Row(usize),
    /// A row was opened.
    Open(usize),
    /// What is read was scrolled: the n-th of all its blocks is the first in sight; of log lines, the n-th of all is
    /// chosen and stands in the middle. Keys go where they went.
    Scroll(usize),
    /// A time that a text names was pressed, by its number: time goes there.
    Time(usize),
    /// The wheel turned by so many rows, up if negative; keys go where they went.
    Wheel(i64),
}

/// A list, as the pointer needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListView {
    /// Its title; empty for one without.
    pub title: String,
    /// Whether keys go to it.
    pub focused: bool,
    /// The chosen one of the rows that are shown.
    pub selected: Option<usize>,
    /// How many rows are shown.
    pub n_rows: usize,
}

impl ScreenView {
    /// The lists on it, in a fixed order.
    pub fn lists(&self) -> Vec<ListView> {
        match self {
            Self::Overview(view) => vec![of_table(&view.alerts), of_table(&view.changes)],
            Self::Metrics(view) => {
                let tables = view.names.iter().chain(&view.legend).chain(&view.table);
                tables.map(of_table).collect()
            }
            Self::Logs(view) => match (&view.chooser, &view.patterns) {
                (Some(chooser), _) => vec![of_table(chooser)],
                (None, Some(patterns)) => vec![ListView {
                    title: patterns.title_text(),
                    focused: true,
                    selected: patterns.rows.iter().position(|row| row.selected),
                    n_rows: patterns.rows.len(),
                }],
                (None, None) => vec![ListView {
                    title: String::new(),
                    focused: !view.histogram.focused,
                    selected: view.rows.iter().position(|row| row.selected),
                    n_rows: view.rows.len(),
                }],
            },
            Self::Alerts(view) => vec![of_table(&view.list)],
            Self::Changes(view) => vec![of_table(&view.list)],
            Self::Incidents(view) => vec![of_table(&view.list)],
            Self::Timeline(view) => vec![of_table(&view.list)],
            Self::Dashboards(view) => vec![of_table(&view.list)],
            Self::Clouds(view) => vec![of_table(&view.list)],
        }
    }
}

fn of_table(table: &TableView) -> ListView {
    ListView {
        title: table.title.clone(),
        focused: table.focused,
        selected: table.rows.iter().position(|row| row.selected),
        n_rows: table.rows.len(),
    }
}
