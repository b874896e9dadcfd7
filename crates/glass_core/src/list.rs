//! [`Choice`]: which row of a list is chosen, by what the row is, so that new rows do not move it.

use crate::{Cell, Column, Command, DataState, Row, TableView};

/// The chosen row. Without a choice it is the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    key: Option<String>,
}

impl Choice {
    /// The chosen row's place among `keys`; the first if the chosen one is not there.
    pub fn index(&self, keys: &[String]) -> usize {
        self.key
            .as_ref()
            .and_then(|key| keys.iter().position(|k| k == key))
            .unwrap_or(0)
    }

    /// The chosen row's place among keys that are not at hand as a list; 0 if the chosen one is not there.
    pub fn position<'k>(&self, mut keys: impl Iterator<Item = &'k str>) -> usize {
        self.key
            .as_ref()
            .and_then(|key| keys.position(|k| k == key))
            .unwrap_or(0)
    }

    /// The chosen row's key.
    pub fn key<'a>(&self, keys: &'a [String]) -> Option<&'a String> {
        keys.get(self.index(keys))
    }

    /// The chosen row's key, whether it is there or not; empty for none.
    pub fn chosen(&self) -> &str {
        self.key.as_deref().unwrap_or("")
    }

    /// Chooses a row by its key.
    pub fn choose(&mut self, key: String) {
        self.key = Some(key);
    }

    /// Moves by a command; says whether it was one that moves.
    pub fn run(&mut self, command: Command, keys: &[String], page: usize) -> bool {
        let Some(index) = moved(self.index(keys), keys.len(), command, page) else {
            return false;
        };
        self.key = if index == 0 {
            None
        } else {
            keys.get(index).cloned()
        };
        true
    }
}

/// The place after a command among `n` rows; `None` if the command does not move.
pub(crate) fn moved(index: usize, n: usize, command: Command, page: usize) -> Option<usize> {
    let last = n.saturating_sub(1);
    let half = (page / 2).max(1);
    Some(match command {
        Command::Up => index.saturating_sub(1),
        Command::Down => (index + 1).min(last),
        Command::PageUp => index.saturating_sub(half),
        Command::PageDown => index.saturating_add(half).min(last),
        Command::Top => 0,
        Command::Bottom => last,
        _ => return None,
    })
}

/// The first of `rows` rows to show so that `index` of `n` is seen, as near to the middle as may be.
pub(crate) fn first_row(index: usize, n: usize, rows: usize) -> usize {
    index.saturating_sub(rows / 2).min(n.saturating_sub(rows))
}

/// What a table shows beside its rows.
pub(crate) struct TableFrame {
    /// The title.
    pub title: String,
    /// Titles of the columns, whether they stand right, and their weights.
    pub columns: &'static [(&'static str, bool, u16)],
    /// Whether keys go to it.
    pub focused: bool,
    /// How it stands with the data.
    pub state: DataState,
}

/// A table of those of `n` rows that fit around the chosen one; `cells` makes the cells of one.
pub(crate) fn table(
    frame: TableFrame,
    n: usize,
    chosen: Option<usize>,
    rows: usize,
    cells: impl Fn(usize) -> Vec<Cell>,
) -> TableView {
    let first = first_row(chosen.unwrap_or(0), n, rows);
    let shown = first..n.min(first.saturating_add(rows));
    TableView {
        title: frame.title,
        columns: frame
            .columns
            .iter()
            .map(|(title, right, weight)| Column {
                title: (*title).to_owned(),
                right: *right,
                weight: *weight,
            })
            .collect(),
        rows: shown
            .map(|i| Row {
                cells: cells(i),
                selected: chosen == Some(i),
            })
            .collect(),
        first,
        total: n,
        focused: frame.focused,
        state: frame.state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_stays_when_rows_come_in_above() {
        let keys = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut choice = Choice::default();
        assert!(choice.run(Command::Down, &keys(&["a", "b"]), 10));
        assert_eq!(choice.index(&keys(&["new", "a", "b"])), 2);
        assert!(choice.run(Command::Top, &keys(&["a", "b"]), 10));
        assert_eq!(
            choice.index(&keys(&["new", "a", "b"])),
            0,
            "at the top it follows the newest"
        );
    }

    #[test]
    fn the_chosen_row_is_always_shown() {
        for (index, n, rows) in [
            (0, 0, 0),
            (5, 6, 3),
            (0, 100, 10),
            (50, 100, 10),
            (99, 100, 10),
            (3, 4, 10),
        ] {
            let first = first_row(index, n, rows);
            assert!(
                first <= index && (rows == 0 || index < first + rows),
                "{index} {n} {rows}"
            );
        }
    }
}
