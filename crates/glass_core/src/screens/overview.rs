//! The overview: what is wrong now, the panels that matter, the latest changes.

use super::{Reaction, ScreenState};
use crate::context::{Context, Held, pick};
use crate::graphs::graph_view;
use crate::list::{Choice, TableFrame, moved, table};
use crate::screens::{alerts, changes};
use crate::{
    Command, DataState, DataStateKind, DetailsView, GraphView, Line, OverviewView, Phase, Role, Screen,
    ScreenView, Slot, Span, TableView, Viewport, panels, words,
};
use glass_model::{
    Alert, AlertState, Ask, Comment, Document, DocumentKind, DocumentSummary, GraphAsk, Panel, Timestamp,
};

/// Panels asked for at most, however many a recording names.
const MAX_PANELS: usize = 12;
/// Lines in one panel.
const MAX_LINES: usize = 8;
/// A resolved alert stays on the overview for so long.
const RESOLVED_FOR_NANOS: i64 = 600_000_000_000;

/// Which part of the overview keys go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pane {
    #[default]
    Alerts,
    Panels,
    Changes,
}

/// The overview's state.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    pane: Pane,
    panel: usize,
    /// The chosen alert.
    pub alert: Choice,
    /// The chosen change.
    pub change: Choice,
}

impl ScreenState for Overview {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![
            (Slot::Alerts, Ask::Alerts),
            (Slot::Changes, Ask::Changes),
            (Slot::Documents, Ask::Documents),
        ];
        if context.info.panels.is_empty() {
            wanted.push((Slot::MetricNames, Ask::MetricNames));
        }
        if let Some(thread) = thread(context) {
            wanted.push((
                Slot::Document(Screen::Overview),
                Ask::Document {
                    id: thread.id.clone(),
                },
            ));
        }
        let panels = shown_panels(context);
        wanted.extend(
            panels
                .iter()
                .enumerate()
                .map(|(i, panel)| (Slot::Panel(i), ask_panel(context, panel))),
        );
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let all = shown_panels(context);
        let first = self
            .panel
            .min(all.len().saturating_sub(1))
            .saturating_sub(viewport.n_panels.saturating_sub(1));
        let panels: Vec<_> = all
            .iter()
            .enumerate()
            .skip(first)
            .take(viewport.n_panels)
            .map(|(i, panel)| panel_view(context, viewport, i, panel))
            .collect();
        let focused = (self.pane == Pane::Panels && !panels.is_empty())
            .then(|| (self.panel - first.min(self.panel)).min(panels.len() - 1));
        ScreenView::Overview(OverviewView {
            phase: phase(context),
            headline: headline(context),
            last_word: last_word(context),
            alerts: self.alerts_table(context, viewport),
            changes: self.changes_table(context, viewport),
            n_more_panels: all.len() - panels.len(),
            panels,
            focused_panel: focused,
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match (command, self.pane) {
            (Command::NextPane, Pane::Alerts) | (Command::PreviousPane, Pane::Changes) => {
                self.pane = Pane::Panels
            }
            (Command::NextPane, Pane::Panels) | (Command::PreviousPane, Pane::Alerts) => {
                self.pane = Pane::Changes
            }
            (Command::NextPane, Pane::Changes) | (Command::PreviousPane, Pane::Panels) => {
                self.pane = Pane::Alerts
            }
            (Command::Left, _) => return Reaction::MoveCursor(-1),
            (Command::Right, _) => return Reaction::MoveCursor(1),
            (Command::Open, Pane::Alerts) => return Reaction::Show(Screen::Alerts),
            (Command::Open, Pane::Panels) => return Reaction::Show(Screen::Metrics),
            (Command::Open, Pane::Changes) => return Reaction::Show(Screen::Changes),
            (command, Pane::Alerts) => {
                let keys = alerts_shown(context)
                    .into_iter()
                    .map(alerts::key)
                    .collect::<Vec<_>>();
                return done(self.alert.run(command, &keys, viewport.short_rows));
            }
            (command, Pane::Changes) => {
                return done(
                    self.change
                        .run(command, &changes::keys(context), viewport.short_rows),
                );
            }
            (command, Pane::Panels) => {
                let n = shown_panels(context).len();
                let Some(panel) = moved(self.panel, n, command, viewport.n_panels) else {
                    return Reaction::Ignored;
                };
                self.panel = panel;
            }
        }
        Reaction::Done
    }

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        let (title, lines) = match self.pane {
            Pane::Alerts => {
                let shown = alerts_shown(context);
                let keys: Vec<_> = shown.iter().map(|alert| alerts::key(alert)).collect();
                let chosen = shown.get(self.alert.index(&keys));
                let now = context.time.playhead();
                ("Alert", chosen.map(|alert| alerts::details(alert, now)))
            }
            Pane::Changes => ("Change", changes::lines_of(&self.change, context)),
            Pane::Panels => (
                "Panel",
                self.chosen_panel(context).map(|panel| panels::lines(&panel)),
            ),
        };
        Some(DetailsView {
            title: title.to_owned(),
            lines: lines.unwrap_or_default(),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        match self.pane {
            Pane::Alerts => {
                let shown = alerts_shown(context);
                let keys: Vec<_> = shown.iter().map(|alert| alerts::key(alert)).collect();
                shown
                    .get(self.alert.index(&keys))
                    .map(|alert| alert.labels.to_string())
            }
            Pane::Changes => self.change.key(&changes::keys(context)).cloned(),
            Pane::Panels => self.chosen_panel(context).map(|panel| panel.selector.to_string()),
        }
    }
}

fn done(moved: bool) -> Reaction {
    if moved { Reaction::Done } else { Reaction::Ignored }
}

impl Overview {
    /// The panel that keys go to.
    pub fn chosen_panel(&self, context: &Context<'_>) -> Option<Panel> {
        shown_panels(context).into_iter().nth(self.panel)
    }

    fn alerts_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let shown = alerts_shown(context);
        let keys: Vec<_> = shown.iter().map(|alert| alerts::key(alert)).collect();
        let focused = self.pane == Pane::Alerts;
        let mut state = context.held(Slot::Alerts, Ask::Alerts, "no alert so far").state;
        if shown.is_empty() && state.kind == DataStateKind::Ready {
            state = DataState {
                kind: DataStateKind::Empty,
                text: "no alert now".into(),
                ..state
            };
        }
        let frame = TableFrame {
            title: "Alerts".into(),
            columns: alerts::SHORT_COLUMNS,
            focused,
            state,
        };
        let chosen = (focused && !shown.is_empty()).then(|| self.alert.index(&keys));
        table(frame, shown.len(), chosen, viewport.short_rows, |i| {
            alerts::short_cells(shown[i], context.time.playhead())
        })
    }

    fn changes_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let held = context.held(Slot::Changes, Ask::Changes, "no change so far");
        let changes = pick!(held, Changes).map_or(&[][..], Vec::as_slice);
        let focused = self.pane == Pane::Changes;
        let frame = TableFrame {
            title: "Last changes".into(),
            columns: changes::SHORT_COLUMNS,
            focused,
            state: held.state,
        };
        let chosen = (focused && !changes.is_empty()).then(|| self.change.index(&changes::keys(context)));
        table(frame, changes.len(), chosen, viewport.short_rows, |i| {
            changes::short_cells(&changes[i], context.time.playhead())
        })
    }
}

/// The panels the recording names or, if it names none, those chosen by the names of metrics.
fn shown_panels(context: &Context<'_>) -> Vec<Panel> {
    if !context.info.panels.is_empty() {
        return context.info.panels.iter().take(MAX_PANELS).cloned().collect();
    }
    let held = context.held(Slot::MetricNames, Ask::MetricNames, "");
    pick!(held, MetricNames)
        .map(|names| panels::choose(names))
        .unwrap_or_default()
}

fn ask_panel(context: &Context<'_>, panel: &Panel) -> Ask {
    let (window, n_buckets) = context.time.buckets();
    Ask::Graph(GraphAsk {
        selector: panel.selector.clone(),
        window,
        n_buckets,
        transform: panel.transform,
        max_series: MAX_LINES,
    })
}

fn panel_view(context: &Context<'_>, viewport: Viewport, index: usize, panel: &Panel) -> GraphView {
    let held: Held<'_> = context.held(Slot::Panel(index), ask_panel(context, panel), "no samples so far");
    // At least two stand side by side where there are several.
    let share = viewport.n_panels.clamp(1, 2);
    graph_view(panel, viewport.graph_columns.div_ceil(share), context, held)
}

/// Alerts that go on, and those that ended lately.
fn alerts_shown<'a>(context: &Context<'a>) -> Vec<&'a Alert> {
    let now = context.time.playhead();
    let lately = |alert: &&Alert| {
        alert
            .resolved_at
            .is_none_or(|at| now.nanos_since(at) <= RESOLVED_FOR_NANOS)
    };
    alerts::all(context).iter().filter(lately).collect()
}

/// The thread that tells of the incident: the first that was opened.
fn thread<'a>(context: &Context<'a>) -> Option<&'a DocumentSummary> {
    let documents = pick!(context.held(Slot::Documents, Ask::Documents, ""), Documents)?;
    documents
        .iter()
        .find(|document| document.kind == DocumentKind::Thread)
}

fn thread_text<'a>(context: &Context<'a>) -> Option<&'a Document> {
    let ask = Ask::Document {
        id: thread(context)?.id.clone(),
    };
    pick!(context.held(Slot::Document(Screen::Overview), ask, ""), Document)?.as_ref()
}

fn count_in(alerts: &[Alert], state: AlertState) -> usize {
    alerts.iter().filter(|alert| alert.state == state).count()
}

fn phase(context: &Context<'_>) -> Phase {
    let alerts = alerts::all(context);
    let thread = thread(context);
    let open = thread.is_some_and(|thread| thread.closed_at.is_none());
    if count_in(alerts, AlertState::Firing) > 0 {
        Phase::Firing
    } else if count_in(alerts, AlertState::Pending) > 0 {
        Phase::Building
    } else if open {
        Phase::Recovering
    } else if !alerts.is_empty() || thread.is_some() {
        Phase::Over
    } else {
        Phase::Calm
    }
}

fn headline(context: &Context<'_>) -> Line {
    let alerts = alerts::all(context);
    let now = context.time.playhead();
    let since = |state| {
        let of_state = alerts.iter().filter(|alert| alert.state == state);
        of_state.min_by_key(|alert| alert.began_at().unwrap_or(Timestamp::MAX))
    };
    let first = |alert: Option<&Alert>| {
        alert.map_or_else(String::new, |alert| {
            let began = alert
                .began_at()
                .map_or_else(String::new, |at| format!(" {}", words::ago(at, now)));
            format!(", first {}{began}", words::visible(alert.name()))
        })
    };
    let n = |state| words::count(count_in(alerts, state) as u64, "alert");
    match phase(context) {
        Phase::Firing => vec![
            Span::new(format!("▲ {} firing", n(AlertState::Firing)), Role::Critical),
            Span::new(first(since(AlertState::Firing)), Role::Normal),
        ],
        Phase::Building => vec![
            Span::new(format!("△ {} pending", n(AlertState::Pending)), Role::Warning),
            Span::new(first(since(AlertState::Pending)), Role::Normal),
        ],
        Phase::Recovering => vec![
            Span::new("◐ no alert fires", Role::Warning),
            Span::new(", the incident is still open", Role::Normal),
        ],
        Phase::Over => vec![
            Span::new("● over", Role::Ok),
            Span::new(format!(", {} resolved", n(AlertState::Resolved)), Role::Normal),
        ],
        Phase::Calm => vec![
            Span::new("● calm", Role::Ok),
            Span::new(", nothing is known to be wrong", Role::Normal),
        ],
    }
}

fn last_word(context: &Context<'_>) -> Line {
    let Some(document) = thread_text(context) else {
        return Line::new();
    };
    let opened = Comment {
        at: document.summary.known_at,
        author: document.author.clone(),
        text: document.summary.title.clone(),
    };
    let last = document.comments.last().unwrap_or(&opened);
    let text = last
        .text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    vec![
        Span::new(words::visible(&last.author), Role::Strong),
        Span::new(
            format!(" {}: ", words::ago(last.at, context.time.playhead())),
            Role::Muted,
        ),
        Span::new(words::visible(text), Role::Normal),
    ]
}
