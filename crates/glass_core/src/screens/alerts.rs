//! The alerts screen: all episodes known so far, and the chosen one in full with what is known around it.

mod about;
mod graph;
mod rules;

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, moved, table};
use crate::look::LookOf;
use crate::{
    AlertsView, Cell, Command, Line, Look, Role, ScreenView, Slot, Span, TableView, Viewport, words,
};
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
    /// Which alerts are kept; empty for all.
    filter: String,
    /// How many lines of the chosen one lie above, while keys go to it.
    scroll: Option<usize>,
    /// The chosen rule, while rules are listed in the place of alerts.
    rules: Option<Choice>,
    /// Whether the chosen one stands alone.
    is_full: bool,
}

impl ScreenState for Alerts {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![(Slot::Alerts, Ask::Alerts)];
        wanted.extend(about::wanted());
        let expression = self.expression(context);
        wanted.extend(
            expression
                .into_iter()
                .flat_map(|text| graph::wanted(context, text)),
        );
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let mut list = match &self.rules {
            Some(choice) => rules::table_of(self, choice, context, viewport.list_rows),
            None => self.alerts_table(context, viewport),
        };
        let mut details = self.details(context);
        details.drain(..self.scroll.unwrap_or(0).min(details.len()));
        let graph = self
            .expression(context)
            .map(|text| graph::view(context, text, viewport.graph_columns));
        if self.is_full && self.scroll.is_some() {
            list.hide();
        }
        let title = match self.rules {
            Some(_) => "Chosen rule",
            None => "Chosen alert",
        };
        ScreenView::Alerts(AlertsView {
            list,
            title: title.to_owned(),
            details,
            graph: graph.map(Box::new),
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match (command, self.scroll) {
            (Command::Back, Some(_)) if self.is_full => self.is_full = false,
            (Command::NextPane | Command::PreviousPane, Some(_)) | (Command::Back, Some(_)) => {
                self.scroll = None;
            }
            (Command::NextPane | Command::PreviousPane | Command::Open, None) => self.scroll = Some(0),
            (Command::FullScreen, scroll) => {
                self.is_full = !(self.is_full && scroll.is_some());
                self.scroll = scroll.or(Some(0));
            }
            (Command::ShowRules, _) => self.toggle_rules(context),
            (Command::Back, None) if !self.filter.is_empty() => self.filter.clear(),
            (Command::Back, None) if self.rules.is_some() => self.rules = None,
            (command, Some(scroll)) => {
                let n_lines = self.details(context).len();
                match moved(scroll, n_lines, command, viewport.list_rows) {
                    Some(scroll) => self.scroll = Some(scroll),
                    None => return Reaction::Ignored,
                }
            }
            (command, None) => {
                let (keys, choice) = match &mut self.rules {
                    Some(choice) => (rules::keys(context, &self.filter), choice),
                    None => (keys(&self.kept(context)), &mut self.choice),
                };
                if !choice.run(command, &keys, viewport.list_rows) {
                    return Reaction::Ignored;
                }
            }
        }
        Reaction::Done
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        if let Some(choice) = &self.rules {
            return rules::chosen(choice, context, &self.filter).map(|(_, rule)| rule.query.clone());
        }
        let alert = self.chosen(context)?;
        let mut text = alert.labels.to_string();
        for (name, value) in alert.annotations.iter() {
            text.push_str(&format!("\n{name}: {value}"));
        }
        Some(text)
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.scroll = None;
    }

    fn look(&self) -> Look {
        LookOf::default()
            .with("row", self.choice.chosen())
            .with_switch("rules", self.rules.is_some())
            .done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        match name {
            "row" => self.choice.choose(value.to_owned()),
            "rules" => self.rules = (value == "yes").then(Choice::default),
            _ => {}
        }
    }
}

impl Alerts {
    /// The alerts in the range that the filter keeps: each word must stand in the state or the labels, or not, after a `!`.
    fn kept<'a>(&self, context: &Context<'a>) -> Vec<&'a Alert> {
        let filter = self.filter.to_ascii_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let keeps = |alert: &&Alert| {
            let state = state_words(alert.state).0;
            let text = format!("{state} {}", alert.labels).to_ascii_lowercase();
            super::has_words(&text, &words)
        };
        let is_in_range = |alert: &&Alert| {
            let now = context.time.playhead();
            let began = alert.began_at().unwrap_or(now);
            context.is_in_range(began, alert.resolved_at.unwrap_or(now))
        };
        all(context)
            .iter()
            .filter(|alert| is_in_range(alert) && (words.is_empty() || keeps(alert)))
            .collect()
    }

    fn chosen<'a>(&self, context: &Context<'a>) -> Option<&'a Alert> {
        let kept = self.kept(context);
        kept.get(self.choice.index(&keys(&kept))).copied()
    }

    fn alerts_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let alerts = self.kept(context);
        let index = self.choice.index(&keys(&alerts));
        let mut state = context
            .held(
                Slot::Alerts,
                Ask::Alerts,
                "no alert so far; `a` goes to the next one, R lists the rules",
            )
            .state;
        let mut title = format!("Alerts{}", context.range_words());
        if alerts.is_empty() && self.filter.is_empty() && !all(context).is_empty() {
            state.text = "no alert in the range; X ends it".into();
        }
        if !self.filter.is_empty() {
            title.push_str(&format!("  /{}", words::visible(&self.filter)));
            if alerts.is_empty() && !all(context).is_empty() {
                state.text = "no alert matches; esc clears the filter".into();
            }
        }
        let frame = TableFrame {
            title,
            columns: COLUMNS,
            focused: self.scroll.is_none(),
            state,
        };
        let now = context.time.playhead();
        table(
            frame,
            alerts.len(),
            (!alerts.is_empty()).then_some(index),
            viewport.list_rows,
            |i| cells(alerts[i], context, now),
        )
    }

    /// Lists rules in the place of alerts, the chosen alert's first; or alerts again.
    fn toggle_rules(&mut self, context: &Context<'_>) {
        self.scroll = None;
        if self.rules.take().is_some() {
            return;
        }
        let name = self.chosen(context).map(|alert| alert.name().to_owned());
        self.filter.clear();
        let mut choice = Choice::default();
        if let Some(key) = name.and_then(|name| rules::key_named(context, &name)) {
            choice.choose(key);
        }
        self.rules = Some(choice);
    }

    /// Lists the rules of a name.
    pub fn show_rule(&mut self, name: &str) {
        self.scroll = None;
        self.rules = Some(Choice::default());
        name.clone_into(&mut self.filter);
    }

    /// What the chosen alert's rule, or the chosen rule, evaluates.
    fn expression<'a>(&self, context: &Context<'a>) -> Option<&'a str> {
        match &self.rules {
            Some(choice) => rules::chosen(choice, context, &self.filter).map(|(_, rule)| rule.query.as_str()),
            None => self
                .chosen(context)
                .and_then(|alert| about::expression(alert, context)),
        }
    }

    /// The chosen alert, or the chosen rule, in full.
    fn details(&self, context: &Context<'_>) -> Vec<Line> {
        if let Some(choice) = &self.rules {
            let chosen = rules::chosen(choice, context, &self.filter);
            return chosen
                .map(|(group, rule)| rules::lines(group, rule, context))
                .unwrap_or_default();
        }
        let Some(alert) = self.chosen(context) else {
            return Vec::new();
        };
        let mut lines = details(alert, context.time.playhead());
        lines.extend(about::lines(alert, all(context), context));
        lines
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

fn keys(alerts: &[&Alert]) -> Vec<String> {
    alerts.iter().map(|alert| key(alert)).collect()
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

fn cells(alert: &Alert, context: &Context<'_>, now: Timestamp) -> Vec<Cell> {
    let is_inhibited = alert.inhibited_by.as_ref().is_some_and(|names| !names.is_empty());
    let (state, role) = match about::is_silenced(alert, context) {
        true => ("◌ silenced", Role::Muted),
        false if is_inhibited => ("◌ inhibited", Role::Muted),
        false => state_words(alert.state),
    };
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

/// An alert in full.
pub(crate) fn details(alert: &Alert, now: Timestamp) -> Vec<Line> {
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
