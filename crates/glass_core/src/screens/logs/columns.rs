//! Columns that the user chooses among labels and fields of lines, and where they are chosen.

use super::Logs;
use super::fields::Fields;
use crate::context::Context;
use crate::list::{Choice, TableFrame, moved, table};
use crate::{Cell, Command, DataState, DataStateKind, Role, TableView, words};
use glass_model::{LogLine, LogPage};
use std::collections::BTreeMap;

/// Names that can be chosen.
const MAX_NAMES: usize = 200;
/// Columns beside each other.
const MAX_COLUMNS: usize = 8;
/// Names are collected from so many lines around the chosen one.
const N_LINES: usize = 60;

const TITLES: &[(&str, bool, u16)] = &[("", true, 0), ("name", false, 0), ("for example", false, 1)];

/// The value of a label or field of a line; fields that a query made are labels.
pub(super) fn value_of(line: &LogLine, fields: Option<&Fields>, name: &str) -> Option<String> {
    let label = line.entry.metadata.get(name).or_else(|| line.labels.get(name));
    let value = label.or_else(|| fields.and_then(|fields| fields.get(name)));
    value.map(words::visible)
}

/// Columns from a text that lists them.
pub(super) fn listed(text: &str) -> Vec<String> {
    let names = text.split(',').filter(|name| !name.is_empty());
    names.take(MAX_COLUMNS).map(str::to_owned).collect()
}

impl Logs {
    /// Labels and fields of the lines around the chosen one, with a value of each; those that are columns first.
    fn names(&self, context: &Context<'_>) -> Vec<(String, String)> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        if let Some(chosen) = self.chosen(context) {
            for line in lines_around(chosen.page, chosen.index) {
                let fields = Fields::of(&line.entry.line);
                let labels = line.entry.metadata.iter().chain(line.labels.iter());
                let fields = fields.iter().flat_map(Fields::iter);
                for (name, value) in labels.chain(fields) {
                    if names.len() < MAX_NAMES && !names.contains_key(name) {
                        names.insert(name.to_owned(), words::visible(value));
                    }
                }
            }
        }
        let columns = self.columns.iter().map(|name| {
            let value = names.remove(name).unwrap_or_default();
            (name.clone(), value)
        });
        let columns: Vec<_> = columns.collect();
        columns.into_iter().chain(names).collect()
    }

    /// Where columns are chosen, if that is open.
    pub(super) fn chooser_view(&self, context: &Context<'_>, n_rows: usize) -> Option<TableView> {
        let choice = self.chooser.as_ref()?;
        let names = self.names(context);
        let chosen = choice.position(names.iter().map(|(name, _)| name.as_str()));
        let frame = TableFrame {
            title: "Columns: enter adds or takes away, z closes".to_owned(),
            columns: TITLES,
            focused: true,
            state: DataState {
                kind: DataStateKind::Empty,
                text: "no line of which to take labels".to_owned(),
                source: String::new(),
            },
        };
        let rows = (n_rows / 2).clamp(3, 12);
        let mut view = table(frame, names.len(), Some(chosen), rows, |i| {
            let (name, value) = names.get(i).cloned().unwrap_or_default();
            let place = self.columns.iter().position(|column| *column == name);
            let mark = place.map_or_else(String::new, |place| format!("{}", place + 1));
            let role = if place.is_some() {
                Role::Accent
            } else {
                Role::Normal
            };
            vec![
                Cell::new(mark, Role::Accent),
                Cell::new(words::visible(&name), role),
                Cell::new(value, Role::Muted),
            ]
        });
        if !names.is_empty() {
            view.state.kind = DataStateKind::Ready;
            view.state.text.clear();
        }
        Some(view)
    }

    /// Takes a command while columns are chosen; says whether it was one for that.
    pub(super) fn run_on_chooser(&mut self, context: &Context<'_>, command: Command, page: usize) -> bool {
        let Some(choice) = &self.chooser else { return false };
        let names = self.names(context);
        let place = choice.position(names.iter().map(|(name, _)| name.as_str()));
        let name = |i: usize| names.get(i).map(|(name, _)| name.clone()).unwrap_or_default();
        match command {
            Command::Back | Command::LogColumns => self.chooser = None,
            Command::Open if names.is_empty() => self.chooser = None,
            Command::Open => {
                let name = name(place);
                match self.columns.iter().position(|column| *column == name) {
                    Some(column) => _ = self.columns.remove(column),
                    None if self.columns.len() < MAX_COLUMNS => self.columns.push(name.clone()),
                    None => {}
                }
                self.choose_name(name);
            }
            command => match moved(place, names.len(), command, page / 2) {
                Some(place) => self.choose_name(name(place)),
                None => return false,
            },
        }
        true
    }

    fn choose_name(&mut self, name: String) {
        let mut choice = Choice::default();
        choice.choose(name);
        self.chooser = Some(choice);
    }
}

fn lines_around(page: &LogPage, index: usize) -> impl Iterator<Item = &LogLine> {
    let first = index.saturating_sub(N_LINES / 2);
    page.lines.iter().skip(first).take(N_LINES)
}
