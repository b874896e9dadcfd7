//! The dashboards screen: a list, one dashboard's panels in their grid, and one panel in full screen.

mod chooser;

use super::{Reaction, ScreenState};
use crate::context::{Context, Held, pick};
use crate::dashboards::layout::{Item, Placed, neighbour, placed};
use crate::dashboards::panels::Shown;
use crate::dashboards::variables::{Resolved, resolve};
use crate::list::{Choice, TableFrame, table};
use crate::look::LookOf;
use crate::{
    Cell, Command, DashboardView, DashboardsView, DataStateKind, Line, Look, PanelBody, PanelView, Role,
    ScreenView, Slot, Span, TableView, Viewport, words,
};
use chooser::Chooser;
use glass_model::{ALL_VALUES, Ask, Dashboard, DashboardSummary, GridPlace, VariableKind};
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &[(&str, bool, u16)] = &[
    ("folder", false, 1),
    ("dashboard", false, 3),
    ("source", false, 1),
    ("known since", false, 0),
];

/// The dashboards screen's state.
#[derive(Debug, Default)]
pub(crate) struct Dashboards {
    choice: Choice,
    filter: String,
    /// The dashboard that is shown, by its id.
    open: Option<String>,
    /// What the user chose of its variables.
    wishes: BTreeMap<String, Vec<String>>,
    chooser: Option<Chooser>,
    /// Rows that are folded the other way than the dashboard says.
    turned: BTreeSet<usize>,
    /// Which of the things in the grid has the keys.
    focus: usize,
    /// Rows of the grid above what is in sight.
    top: u16,
    is_full: bool,
}

/// An open dashboard with all that its panels need.
struct Opened<'a> {
    dashboard: &'a Dashboard,
    resolved: Resolved,
    placed: Vec<Placed>,
}

impl ScreenState for Dashboards {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let Some(id) = &self.open else {
            return vec![(Slot::Dashboards, Ask::Dashboards)];
        };
        let mut wanted = vec![(Slot::Dashboard, Ask::Dashboard { id: id.clone() })];
        if let Some(opened) = self.opened(context) {
            let panels = self.in_sight(&opened, context.viewport);
            let panels = panels
                .iter()
                .filter_map(|one| self.shown(context, &opened, one.item));
            wanted.extend(panels.flat_map(|shown| shown.wanted()));
            wanted.extend(opened.resolved.asks);
        }
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let list = match self.open {
            Some(_) => TableView {
                columns: Vec::new(),
                rows: Vec::new(),
                ..self.list(context, 0)
            },
            None => self.list(context, viewport.list_rows),
        };
        ScreenView::Dashboards(DashboardsView {
            list,
            filter: words::visible(&self.filter),
            dashboard: self
                .open
                .as_ref()
                .map(|id| self.dashboard_view(context, viewport, id)),
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if self.open.is_none() {
            return self.run_on_list(context, viewport, command);
        }
        let Some(opened) = self.opened(context) else {
            return match command {
                Command::Back => self.leave(),
                _ => Reaction::Ignored,
            };
        };
        if let Some(mut chooser) = self.chooser.take() {
            let is_done = chooser.run(
                command,
                opened.dashboard,
                &opened.resolved,
                &mut self.wishes,
                viewport.list_rows,
            );
            self.chooser = (!is_done).then_some(chooser);
            return Reaction::Done;
        }
        self.run_on_dashboard(context, viewport, command, &opened)
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        let Some(opened) = self.opened(context) else {
            let all = self.summaries(context);
            return all
                .get(self.choice.index(&keys(&all)))
                .map(|one| one.title.clone());
        };
        let item = opened.placed.get(self.focus)?.item;
        let queries = self.shown(context, &opened, item)?.queries();
        let text = |line: &Line| {
            line.iter()
                .skip(1)
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        queries.first().map(text)
    }

    fn filter(&self) -> Option<&str> {
        Some(match &self.chooser {
            Some(chooser) => &chooser.filter,
            None => &self.filter,
        })
    }

    fn look(&self) -> Look {
        LookOf::default()
            .with("dashboard", self.open.clone().unwrap_or_default())
            .done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        if name == "dashboard" {
            self.show(value);
        }
    }

    fn set_filter(&mut self, text: &str) {
        match &mut self.chooser {
            Some(chooser) => text.clone_into(&mut chooser.filter),
            None => {
                text.clone_into(&mut self.filter);
                self.open = None;
            }
        }
    }

    fn query(&self) -> &str {
        self.open.as_deref().unwrap_or_default()
    }

    /// An address names a dashboard in the place of a query.
    fn set_query(&mut self, text: &str) {
        match text {
            "" => self.open = None,
            id => self.show(id),
        }
    }
}

fn keys(all: &[&DashboardSummary]) -> Vec<String> {
    all.iter().map(|one| one.id.clone()).collect()
}

impl Dashboards {
    /// Shows a dashboard.
    pub fn show(&mut self, id: &str) {
        self.choice.choose(id.to_owned());
        *self = Self {
            choice: self.choice.clone(),
            filter: std::mem::take(&mut self.filter),
            open: Some(id.to_owned()),
            ..Self::default()
        };
    }

    fn leave(&mut self) -> Reaction {
        self.open = None;
        Reaction::Done
    }

    fn summaries<'a>(&self, context: &Context<'a>) -> Vec<&'a DashboardSummary> {
        let held = context.held(Slot::Dashboards, Ask::Dashboards, "");
        let all = pick!(held, Dashboards).map_or(&[][..], Vec::as_slice);
        let wanted = self.filter.to_lowercase();
        let matches = |one: &&DashboardSummary| {
            let texts = [&one.title, &one.folder, &one.source];
            wanted
                .split_whitespace()
                .all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
        };
        all.iter().filter(matches).collect()
    }

    fn list(&self, context: &Context<'_>, rows: usize) -> TableView {
        let nothing =
            "no dashboard is known at this moment; `glasshouse --dashboard FILE` brings one of your own";
        let mut state = context.held(Slot::Dashboards, Ask::Dashboards, nothing).state;
        let all = self.summaries(context);
        if state.kind == DataStateKind::NotAsked {
            state
                .text
                .push_str("; `glasshouse --dashboard FILE` brings one of your own");
        } else if all.is_empty() && !self.filter.is_empty() {
            state.text = "no dashboard matches; esc clears the filter".into();
        }
        let frame = TableFrame {
            title: "Dashboards".into(),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let chosen = (!all.is_empty()).then(|| self.choice.index(&keys(&all)));
        table(frame, all.len(), chosen, rows, |i| {
            let Some(one) = all.get(i) else { return Vec::new() };
            let since = one.known_at.map_or_else(|| "yours".to_owned(), words::date_time);
            vec![
                Cell::new(words::visible(&one.folder), Role::Muted),
                Cell::new(words::visible(&one.title), Role::Normal),
                Cell::new(words::visible(&one.source), Role::Muted),
                Cell::new(since, Role::Muted),
            ]
        })
    }

    fn run_on_list(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        let all = self.summaries(context);
        let keys = keys(&all);
        match command {
            Command::Open | Command::FullScreen => {
                if let Some(id) = self.choice.key(&keys).cloned() {
                    self.show(&id);
                }
            }
            Command::Back if !self.filter.is_empty() => self.filter.clear(),
            command if self.choice.run(command, &keys, viewport.list_rows) => {}
            _ => return Reaction::Ignored,
        }
        Reaction::Done
    }

    fn opened<'a>(&self, context: &Context<'a>) -> Option<Opened<'a>> {
        let held = self.held(context)?;
        let dashboard: &Dashboard = pick!(held, Dashboard)?.as_deref()?;
        let is_folded = |row: usize| {
            let says = dashboard.rows.get(row).is_some_and(|row| row.is_collapsed);
            says != self.turned.contains(&row)
        };
        Some(Opened {
            dashboard,
            resolved: resolve(context, dashboard, &self.wishes),
            placed: placed(dashboard, is_folded, context.viewport.grid_panels),
        })
    }

    fn held<'a>(&self, context: &Context<'a>) -> Option<Held<'a>> {
        let id = self.open.clone()?;
        let nothing = "this dashboard is not known at this moment; esc leads to the list";
        Some(context.held(Slot::Dashboard, Ask::Dashboard { id }, nothing))
    }

    fn shown<'c>(&self, context: &'c Context<'c>, opened: &'c Opened<'c>, item: Item) -> Option<Shown<'c>> {
        let Item::Panel(row, nth) = item else { return None };
        Some(Shown {
            context,
            panel: opened.dashboard.rows.get(row)?.panels.get(nth)?,
            nth: (row, nth),
            resolved: &opened.resolved,
        })
    }

    /// What is in sight, with places counted from its top and cut at its end.
    fn in_sight(&self, opened: &Opened<'_>, viewport: Viewport) -> Vec<Placed> {
        let focused = opened.placed.get(self.focus).copied();
        if self.is_full {
            return focused.into_iter().collect();
        }
        let rows = u16::try_from(viewport.grid_rows).unwrap_or(u16::MAX);
        let end = self.top.saturating_add(rows);
        let cut = |one: &Placed| {
            let from = one.place.y.max(self.top);
            let to = one.place.y.saturating_add(one.place.h).min(end);
            let place = GridPlace {
                y: from - self.top,
                h: to.checked_sub(from).filter(|h| *h > 0)?,
                ..one.place
            };
            Some(Placed { place, ..*one })
        };
        opened.placed.iter().filter_map(cut).collect()
    }

    fn dashboard_view(&self, context: &Context<'_>, viewport: Viewport, id: &str) -> DashboardView {
        let Some(opened) = self.opened(context) else {
            let state = self.held(context).map(|held| held.state);
            return DashboardView {
                title: vec![Span::new(words::visible(id), Role::Strong)],
                variables: Line::new(),
                chooser: None,
                panels: Vec::new(),
                is_full: false,
                state: state.unwrap_or_else(|| crate::graphs::nothing_chosen("")),
            };
        };
        let focused = opened.placed.get(self.focus).map(|one| one.item);
        let panels = self.in_sight(&opened, viewport).into_iter();
        let panels =
            panels.map(|one| self.panel_view(context, &opened, one, viewport, focused == Some(one.item)));
        DashboardView {
            title: self.title(&opened),
            variables: variables(&opened),
            chooser: self
                .chooser
                .as_ref()
                .map(|chooser| chooser.view(opened.dashboard, &opened.resolved, viewport.list_rows)),
            panels: panels.collect(),
            is_full: self.is_full,
            state: self
                .held(context)
                .map_or_else(|| crate::graphs::nothing_chosen(""), |held| held.state),
        }
    }

    fn title(&self, opened: &Opened<'_>) -> Line {
        let summary = &opened.dashboard.summary;
        let mut title = vec![Span::new(words::visible(&summary.title), Role::Strong)];
        if !summary.folder.is_empty() {
            title.insert(
                0,
                Span::new(format!("{} / ", words::visible(&summary.folder)), Role::Muted),
            );
        }
        let place = format!("   {} of {}", self.focus + 1, opened.placed.len());
        title.push(Span::new(place, Role::Muted));
        if let Some(note) = opened.dashboard.notes.first() {
            title.push(Span::new(format!("   {}", words::visible(note)), Role::Warning));
        }
        title
    }

    fn panel_view(
        &self,
        context: &Context<'_>,
        opened: &Opened<'_>,
        one: Placed,
        viewport: Viewport,
        focused: bool,
    ) -> PanelView {
        let Some(shown) = self.shown(context, opened, one.item) else {
            return self.row_view(opened, one, focused);
        };
        let share = if self.is_full {
            24
        } else {
            usize::from(one.place.w)
        };
        let columns = (viewport.graph_columns * share / 24).max(8);
        let (mut body, state) = shown.view(columns, viewport.list_rows);
        let title = words::visible(&opened.resolved.values.in_title(&shown.panel.title));
        match &mut body {
            PanelBody::Graph(graph) => graph.title.clone_from(&title),
            PanelBody::Table(table) => (table.title, table.focused) = (title.clone(), focused),
            PanelBody::Text(document) => (document.title, document.focused) = (title.clone(), focused),
            _ => {}
        }
        PanelView {
            place: one.place,
            title,
            focused,
            body,
            details: if self.is_full { shown.queries() } else { Vec::new() },
            state,
        }
    }

    fn row_view(&self, opened: &Opened<'_>, one: Placed, focused: bool) -> PanelView {
        let nth = match one.item {
            Item::Row(nth) | Item::Panel(nth, _) => nth,
        };
        let row = opened.dashboard.rows.get(nth);
        let is_folded = row.is_some_and(|row| row.is_collapsed) != self.turned.contains(&nth);
        let title = row.map(|row| opened.resolved.values.in_title(&row.title));
        PanelView {
            place: one.place,
            title: words::visible(&title.unwrap_or_default()),
            focused,
            body: PanelBody::Row(is_folded, row.map_or(0, |row| row.panels.len())),
            details: Vec::new(),
            state: crate::graphs::nothing_chosen(""),
        }
    }

    fn run_on_dashboard(
        &mut self,
        context: &Context<'_>,
        viewport: Viewport,
        command: Command,
        opened: &Opened<'_>,
    ) -> Reaction {
        let item = opened.placed.get(self.focus).map(|one| one.item);
        let last = opened.placed.len().saturating_sub(1);
        let step = (viewport.grid_rows / 8).max(1);
        match command {
            Command::Back if context.time.cursor().is_some() => return Reaction::SetCursor(None),
            Command::Back if self.is_full => self.is_full = false,
            Command::Back => return self.leave(),
            Command::Left if self.is_full => return Reaction::MoveCursor(-1),
            Command::Right if self.is_full => return Reaction::MoveCursor(1),
            Command::Open | Command::FullScreen => match item {
                Some(Item::Row(row)) if self.turned.remove(&row) => {}
                Some(Item::Row(row)) => {
                    self.turned.insert(row);
                }
                Some(Item::Panel(..)) => self.is_full = !self.is_full,
                None => {}
            },
            Command::ChooseVariable => match Chooser::new(opened.dashboard) {
                Some(chooser) => self.chooser = Some(chooser),
                None => return Reaction::Say("this dashboard has no variables to choose"),
            },
            Command::Left => self.go(opened, (-1, 0)),
            Command::Right => self.go(opened, (1, 0)),
            Command::Up => self.go(opened, (0, -1)),
            Command::Down => self.go(opened, (0, 1)),
            Command::NextPane => self.focus = (self.focus + 1) % opened.placed.len().max(1),
            Command::PreviousPane => self.focus = self.focus.checked_sub(1).unwrap_or(last),
            Command::PageDown => (0..step).for_each(|_| self.go(opened, (0, 1))),
            Command::PageUp => (0..step).for_each(|_| self.go(opened, (0, -1))),
            Command::Top => self.focus = 0,
            Command::Bottom => self.focus = last,
            _ => return Reaction::Ignored,
        }
        self.focus = self.focus.min(last);
        self.keep_in_sight(opened, viewport);
        Reaction::Done
    }

    fn go(&mut self, opened: &Opened<'_>, direction: (i32, i32)) {
        self.focus = neighbour(&opened.placed, self.focus, direction).unwrap_or(self.focus);
    }

    /// Moves what is in sight so that the thing that has the keys is in it, its top before its bottom.
    fn keep_in_sight(&mut self, opened: &Opened<'_>, viewport: Viewport) {
        let Some(one) = opened.placed.get(self.focus) else {
            return;
        };
        let rows = u16::try_from(viewport.grid_rows).unwrap_or(u16::MAX).max(1);
        let end = one.place.y.saturating_add(one.place.h);
        if end > self.top.saturating_add(rows) {
            self.top = end.saturating_sub(rows);
        }
        self.top = self.top.min(one.place.y);
    }
}

/// The variables that are shown, each with its value.
fn variables(opened: &Opened<'_>) -> Line {
    let mut line = Line::new();
    let all = opened.dashboard.variables.iter().zip(&opened.resolved.chosen);
    for (variable, chosen) in all.filter(|(variable, _)| chooser::can_be_chosen(variable)) {
        let name = if variable.label.is_empty() {
            &variable.name
        } else {
            &variable.label
        };
        let value = match chosen.as_slice() {
            [all] if all == ALL_VALUES => "All".to_owned(),
            [one] => words::visible(one),
            several => words::visible(&several.join(" + ")),
        };
        line.push(Span::new(format!("{} ", words::visible(name)), Role::Muted));
        line.push(Span::new(format!("{value}   "), Role::Accent));
    }
    let others = opened.dashboard.variables.iter();
    for variable in others.filter(|one| matches!(one.kind, VariableKind::Unsupported(_))) {
        line.push(Span::new(
            format!("{} has no values here   ", words::visible(&variable.name)),
            Role::Warning,
        ));
    }
    line
}
