//! [`Chooser`]: the values of a dashboard's variable to choose from.

use crate::dashboards::variables::Resolved;
use crate::list::{TableFrame, moved, table};
use crate::{Cell, Command, Role, TableView, words};
use glass_model::{ALL_VALUES, Dashboard, Variable, VariableKind};
use std::collections::BTreeMap;

const COLUMNS: &[(&str, bool, u16)] = &[("", false, 0), ("value", false, 1)];

/// The values of one variable.
#[derive(Debug)]
pub(super) struct Chooser {
    /// What values must hold to be listed; what a text is set to.
    pub filter: String,
    variable: usize,
    index: usize,
}

/// Whether the user has a say in a variable's value.
pub(super) fn can_be_chosen(variable: &Variable) -> bool {
    let is_fixed = matches!(
        variable.kind,
        VariableKind::Constant | VariableKind::DataSource | VariableKind::Unsupported(_)
    );
    !variable.is_hidden && !is_fixed
}

impl Chooser {
    /// For the first variable that can be chosen.
    pub fn new(dashboard: &Dashboard) -> Option<Self> {
        Some(Self {
            filter: String::new(),
            variable: dashboard.variables.iter().position(can_be_chosen)?,
            index: 0,
        })
    }

    /// Takes a command; says whether choosing is over.
    pub fn run(
        &mut self,
        command: Command,
        dashboard: &Dashboard,
        resolved: &Resolved,
        wishes: &mut BTreeMap<String, Vec<String>>,
        page: usize,
    ) -> bool {
        let Some(variable) = dashboard.variables.get(self.variable) else {
            return true;
        };
        let values = self.values(variable, resolved);
        match command {
            Command::Back => return true,
            Command::Right | Command::NextPane | Command::ChooseVariable => self.turn(dashboard, true),
            Command::Left | Command::PreviousPane => self.turn(dashboard, false),
            Command::Open => {
                let Some(value) = values.get(self.index) else {
                    return false;
                };
                let chosen = resolved.chosen.get(self.variable).cloned().unwrap_or_default();
                wishes.insert(variable.name.clone(), with(variable, chosen, value));
                return !variable.is_multi;
            }
            command => self.index = moved(self.index, values.len(), command, page).unwrap_or(self.index),
        }
        false
    }

    fn turn(&mut self, dashboard: &Dashboard, forward: bool) {
        let n = dashboard.variables.len().max(1);
        let step = if forward { 1 } else { n - 1 };
        let after = (1..=n).map(|i| (self.variable + i * step) % n);
        let can = |i: &usize| dashboard.variables.get(*i).is_some_and(can_be_chosen);
        self.variable = { after }.find(can).unwrap_or(self.variable);
        self.index = 0;
        self.filter.clear();
    }

    fn values(&self, variable: &Variable, resolved: &Resolved) -> Vec<String> {
        if variable.kind == VariableKind::TextBox {
            return vec![self.filter.clone()];
        }
        let wanted = self.filter.to_lowercase();
        let options = resolved.options.get(self.variable).into_iter().flatten();
        let matching = options
            .filter(|value| value.to_lowercase().contains(&wanted))
            .cloned();
        let all = (variable.has_all && wanted.is_empty()).then(|| ALL_VALUES.to_owned());
        all.into_iter().chain(matching).collect()
    }

    /// The values that fit, those that are chosen marked.
    pub fn view(&self, dashboard: &Dashboard, resolved: &Resolved, rows: usize) -> TableView {
        let variable = dashboard.variables.get(self.variable);
        let values = variable.map(|it| self.values(it, resolved)).unwrap_or_default();
        let chosen = resolved.chosen.get(self.variable);
        let name = variable.map_or("", |variable| variable.name.as_str());
        let how = match variable {
            Some(one) if one.is_multi => "enter adds or removes, esc closes",
            Some(one) if one.kind == VariableKind::TextBox => "/ types a text, enter takes it",
            _ => "enter takes it, esc closes",
        };
        let mut state = crate::graphs::nothing_chosen("no value at this moment");
        if !values.is_empty() {
            state.kind = crate::DataStateKind::Ready;
        }
        let frame = TableFrame {
            title: format!(
                "{}: {how}, / filters, h and l other variables",
                words::visible(name)
            ),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let index = (!values.is_empty()).then(|| self.index.min(values.len() - 1));
        table(frame, values.len(), index, rows, |i| {
            let Some(value) = values.get(i) else {
                return Vec::new();
            };
            let is_chosen = chosen.is_some_and(|chosen| chosen.contains(value));
            let text = if value == ALL_VALUES {
                "All".to_owned()
            } else {
                words::visible(value)
            };
            vec![
                Cell::new(if is_chosen { "x" } else { " " }, Role::Accent),
                Cell::new(text, Role::Normal),
            ]
        })
    }
}

/// The chosen values after one was picked: of one that takes several it is added, or taken away.
fn with(variable: &Variable, mut chosen: Vec<String>, picked: &str) -> Vec<String> {
    if !variable.is_multi || picked == ALL_VALUES {
        return vec![picked.to_owned()];
    }
    chosen.retain(|value| value != ALL_VALUES);
    match chosen.iter().position(|value| value == picked) {
        Some(at) if chosen.len() > 1 => drop(chosen.remove(at)),
        Some(_) => {}
        None => chosen.push(picked.to_owned()),
    }
    chosen
}
