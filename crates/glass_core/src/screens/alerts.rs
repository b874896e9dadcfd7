//! The alerts screen: all episodes known so far, and the chosen one in full.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, table};
use crate::{AlertsView, Cell, Command, Line, Role, ScreenView, Slot, Span, Viewport, words};
use glass_model::{Alert, AlertState, Ask, Labels, Timestamp};

/// Columns on the overview.
pub(crate) const SHORT_COLUMNS: &[(&str, bool, u16)] = &[
    ("state", false, 0),
    ("alert", false, 2),
    ("where", false, 2),
    ("age", true, 0),
];
const COLUMNS: &[(&str, bool, u16)] = &[
    ("state", false, 0),
    ("alert", false, 3),
    ("severity", false, 0),
    ("where", false, 3),
    ("began", true, 0),
    ("lasted", true, 0),
];

/// The alerts screen's state.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    /// The chosen alert.
    pub choice: Choice,
}

impl ScreenState for Alerts {
    fn wanted(&self, _: &Context<'_>) -> Vec<(Slot, Ask)> {
        vec![(Slot::Alerts, Ask::Alerts)]
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let alerts = all(context);
        let keys = keys(context);
        let index = self.choice.index(&keys);
        let state = context
            .held(
                Slot::Alerts,
                Ask::Alerts,
                "no alert so far; `a` goes to the next one",
            )
            .state;
        let frame = TableFrame {
            title: "Alerts".into(),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let now = context.time.playhead();
        let list = table(
            frame,
            alerts.len(),
            (!alerts.is_empty()).then_some(index),
            viewport.list_rows,
            |i| cells(&alerts[i], now),
        );
        ScreenView::Alerts(AlertsView {
            list,
            details: alerts.get(index).map(|a| details(a, now)).unwrap_or_default(),
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if self.choice.run(command, &keys(context), viewport.list_rows) {
            Reaction::Done
        } else {
            Reaction::Ignored
        }
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        all(context)
            .get(self.choice.index(&keys(context)))
            .map(|alert| alert.labels.to_string())
    }
}

/// All alerts known at the playhead.
pub(crate) fn all<'a>(context: &Context<'a>) -> &'a [Alert] {
    pick!(context.held(Slot::Alerts, Ask::Alerts, ""), Alerts).map_or(&[], Vec::as_slice)
}

/// What identifies an episode.
pub(crate) fn key(alert: &Alert) -> String {
    format!("{} {:?}", alert.labels, alert.began_at())
}

fn keys(context: &Context<'_>) -> Vec<String> {
    all(context).iter().map(key).collect()
}

/// The state in a word, with a sign, and its role.
pub(crate) fn state_words(state: AlertState) -> (&'static str, Role) {
    match state {
        AlertState::Firing => ("▲ firing", Role::Critical),
        AlertState::Pending => ("△ pending", Role::Warning),
        AlertState::Resolved => ("✓ resolved", Role::Muted),
    }
}

/// Where it is: the labels that place it.
fn place(labels: &Labels) -> String {
    const PLACES: [&str; 8] = [
        "cluster",
        "namespace",
        "service",
        "job",
        "instance",
        "pod",
        "route",
        "target",
    ];
    let found: Vec<_> = PLACES
        .into_iter()
        .filter_map(|name| labels.get(name))
        .take(3)
        .collect();
    words::visible(&found.join(" "))
}

/// Cells for [`SHORT_COLUMNS`].
pub(crate) fn short_cells(alert: &Alert, now: Timestamp) -> Vec<Cell> {
    let (state, role) = state_words(alert.state);
    let since = alert
        .resolved_at
        .or(alert.began_at())
        .map_or_else(String::new, |at| words::age(at, now));
    vec![
        Cell::new(state, role),
        Cell::new(words::visible(alert.name()), Role::Strong),
        Cell::new(place(&alert.labels), Role::Normal),
        Cell::new(since, Role::Muted),
    ]
}

fn cells(alert: &Alert, now: Timestamp) -> Vec<Cell> {
    let (state, role) = state_words(alert.state);
    let began = alert.began_at();
    let lasted = began.map(|began| alert.resolved_at.unwrap_or(now).nanos_since(began));
    vec![
        Cell::new(state, role),
        Cell::new(words::visible(alert.name()), Role::Strong),
        Cell::new(
            words::visible(alert.labels.get("severity").unwrap_or("")),
            Role::Normal,
        ),
        Cell::new(place(&alert.labels), Role::Normal),
        Cell::new(began.map(words::time_of_day).unwrap_or_default(), Role::Muted),
        Cell {
            value: lasted.map(|nanos| nanos as f64 / 1e9),
            ..Cell::new(lasted.map(words::duration).unwrap_or_default(), Role::Normal)
        },
    ]
}

fn details(alert: &Alert, now: Timestamp) -> Vec<Line> {
    let (state, role) = state_words(alert.state);
    let mut lines = vec![vec![
        Span::new(words::visible(alert.name()), Role::Strong),
        Span::new("  ", Role::Normal),
        Span::new(state, role),
    ]];
    for (name, text) in alert.annotations.iter() {
        lines.extend(text.lines().map(|text| field(name, &words::visible(text))));
    }
    let times = [
        ("pending", alert.pending_at),
        ("firing", alert.firing_at),
        ("notified", alert.notified_at),
        ("resolved", alert.resolved_at),
    ];
    for (name, at) in times {
        if let Some(at) = at {
            lines.push(field(
                name,
                &format!("{} ({})", words::date_time(at), words::ago(at, now)),
            ));
        }
    }
    lines.extend(
        alert
            .labels
            .iter()
            .filter(|(name, _)| *name != "alertname")
            .map(|(n, v)| field(n, &words::visible(v))),
    );
    lines
}

/// A name and a value in one line.
pub(crate) fn field(name: &str, value: &str) -> Line {
    vec![
        Span::new(format!("{:<12} ", words::visible(name)), Role::Muted),
        Span::new(value, Role::Normal),
    ]
}
