//! The timeline screen: all that happened in the window or the selected range, as a list below the lanes.

use super::{Reaction, ScreenState, alerts};
use crate::context::Context;
use crate::list::{Choice, TableFrame, table};
use crate::look::LookOf;
use crate::screens::alerts::field;
use crate::timeline::{ask_events, events};
use crate::{
    Cell, Command, DetailsView, Line, Look, Role, Screen, ScreenView, Slot, Span, TimelineListView, Viewport,
    words,
};
use glass_model::{Ask, Event, EventKind, Timestamp};

const COLUMNS: &[(&str, bool, u16)] = &[
    ("time", false, 0),
    ("what", false, 0),
    ("", false, 4),
    ("lasted", true, 0),
    ("known", true, 0),
];
/// Known so much later than it happened, a thing's known time is told.
const LATE_NANOS: i64 = 60_000_000_000;

/// The timeline screen's state.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    choice: Choice,
    filter: String,
}

impl ScreenState for Timeline {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        vec![
            (Slot::Alerts, Ask::Alerts),
            (Slot::TimelineEvents, ask_events(context)),
        ]
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let shown = self.shown(context);
        let nothing =
            "nothing happened here so far; - shows a longer window, a and c go to the next alert or change";
        let mut state = context
            .held(Slot::TimelineEvents, ask_events(context), nothing)
            .state;
        if shown.is_empty() && !events(context).is_empty() {
            state.text = match (self.filter.is_empty(), context.time.selected().is_some()) {
                (false, _) => "nothing matches; esc clears the filter".into(),
                (true, true) => "nothing happened in the range; X ends it".into(),
                (true, false) => nothing.into(),
            };
        }
        let filter = match self.filter.as_str() {
            "" => String::new(),
            filter => format!("  /{}", words::visible(filter)),
        };
        let frame = TableFrame {
            title: format!("What happened{}{filter}", context.range_words()),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let chosen = (!shown.is_empty()).then(|| self.choice.index(&keys(&shown)));
        let now = context.time.playhead();
        let list = table(frame, shown.len(), chosen, viewport.list_rows, |i| {
            cells(shown[i], now)
        });
        ScreenView::Timeline(TimelineListView { list })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::Left => return Reaction::MoveCursor(-1),
            Command::Right => return Reaction::MoveCursor(1),
            Command::Open => return self.open(context),
            Command::Back if context.time.is_selecting() || context.time.cursor().is_some() => {
                return Reaction::Ignored;
            }
            Command::Back if !self.filter.is_empty() => self.filter.clear(),
            command => {
                let shown = self.shown(context);
                if !self.choice.run(command, &keys(&shown), viewport.list_rows) {
                    return Reaction::Ignored;
                }
                return Reaction::SetCursor(self.chosen(context).map(|event| event.happened_at));
            }
        }
        Reaction::Done
    }

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        let now = context.time.playhead();
        Some(DetailsView {
            title: "What happened".to_owned(),
            lines: self
                .chosen(context)
                .map(|event| lines(event, now))
                .unwrap_or_default(),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        let event = self.chosen(context)?;
        Some(format!(
            "{} {} {}",
            event.happened_at,
            event.kind.name(),
            event.title
        ))
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
    }

    fn look(&self) -> Look {
        LookOf::default().with("row", self.choice.chosen()).done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        if name == "row" {
            self.choice.choose(value.to_owned());
        }
    }
}

impl Timeline {
    /// The events in the range and of the filter, the latest first.
    fn shown<'a>(&self, context: &Context<'a>) -> Vec<&'a Event> {
        let filter = self.filter.to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let keeps = |event: &&Event| {
            let end = event.until.map_or(event.happened_at, |until| until.at);
            let text = || format!("{} {} {}", told(event.kind).1, event.title, event.labels).to_lowercase();
            context.is_in_range(event.happened_at, end)
                && (words.is_empty() || super::has_words(&text(), &words))
        };
        events(context).into_iter().rev().filter(keeps).collect()
    }

    fn chosen<'a>(&self, context: &Context<'a>) -> Option<&'a Event> {
        let shown = self.shown(context);
        shown.get(self.choice.index(&keys(&shown))).copied()
    }

    /// Shows what the chosen event is about.
    fn open(&self, context: &Context<'_>) -> Reaction {
        let Some(event) = self.chosen(context) else {
            return Reaction::Done;
        };
        match event.kind {
            EventKind::AlertPending | EventKind::AlertFiring | EventKind::AlertNotified => {
                let is_it = |alert: &&glass_model::Alert| {
                    let times = [alert.pending_at, alert.firing_at, alert.notified_at];
                    alert.name() == event.title && times.contains(&Some(event.happened_at))
                };
                let found = alerts::all(context).iter().find(is_it);
                found.map_or(Reaction::Show(Screen::Alerts), |alert| {
                    Reaction::ShowOf(Screen::Alerts, alerts::key(alert))
                })
            }
            EventKind::Change => Reaction::ShowOf(Screen::Changes, event.link.clone()),
            EventKind::IncidentOpened
            | EventKind::IncidentComment
            | EventKind::IncidentClosed
            | EventKind::PostMortem => Reaction::ShowOf(Screen::Incidents, event.link.clone()),
            EventKind::Silence | EventKind::Deployment | EventKind::Annotation => {
                Reaction::GoTo(event.happened_at)
            }
        }
    }
}

fn keys(events: &[&Event]) -> Vec<String> {
    let key = |event: &&Event| {
        format!(
            "{} {} {} {}",
            event.kind.name(),
            event.happened_at.nanos(),
            event.title,
            event.labels
        )
    };
    events.iter().map(key).collect()
}

/// A kind's sign, its name and its role.
fn told(kind: EventKind) -> (&'static str, &'static str, Role) {
    match kind {
        EventKind::AlertPending => ("△", "pending", Role::Warning),
        EventKind::AlertFiring => ("▲", "firing", Role::Critical),
        EventKind::AlertNotified => ("✉", "notified", Role::Normal),
        EventKind::Silence => ("◌", "silence", Role::Muted),
        EventKind::Change => ("◆", "change", Role::Accent),
        EventKind::Deployment => ("■", "deployment", Role::Normal),
        EventKind::Annotation => ("⚑", "note", Role::Normal),
        EventKind::IncidentOpened => ("○", "opened", Role::Warning),
        EventKind::IncidentComment => ("●", "comment", Role::Normal),
        EventKind::IncidentClosed => ("✓", "closed", Role::Ok),
        EventKind::PostMortem => ("✓", "post-mortem", Role::Ok),
    }
}

/// Lines of an event's text that are shown.
const MAX_LINES: usize = 20;

/// An event in full.
fn lines(event: &Event, now: Timestamp) -> Vec<Line> {
    let (sign, name, role) = told(event.kind);
    let at = |at: Timestamp| format!("{} ({})", words::date_time(at), words::ago(at, now));
    let mut lines = vec![
        vec![
            Span::new(format!("{sign} {name}  "), role),
            Span::new(words::visible(&event.title), Role::Strong),
        ],
        field("happened", &at(event.happened_at)),
        field("known", &at(event.known_at)),
    ];
    lines.extend(event.until.map(|until| field("until", &at(until.at))));
    let texts = event.text.lines().filter(|line| !line.trim().is_empty());
    lines.extend(
        texts
            .take(MAX_LINES)
            .map(|text| vec![Span::new(words::visible(text), Role::Normal)]),
    );
    let facts = [("cluster", &event.cluster), ("of", &event.link)];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    lines.extend(facts.map(|(name, text)| field(name, &words::visible(text))));
    let labels = event.labels.iter().chain(event.annotations.iter());
    lines.extend(labels.map(|(name, value)| field(name, &words::visible(value))));
    lines
}

fn cells(event: &Event, now: Timestamp) -> Vec<Cell> {
    let (sign, name, role) = told(event.kind);
    let lasts = matches!(
        event.kind,
        EventKind::AlertPending | EventKind::AlertFiring | EventKind::Silence
    );
    let lasted = match event.until {
        Some(until) => words::duration(until.at.min(now).nanos_since(event.happened_at)),
        None if lasts => format!("{} …", words::duration(now.nanos_since(event.happened_at))),
        None => String::new(),
    };
    let late = event.known_at.nanos_since(event.happened_at);
    let known = match late > LATE_NANOS {
        true => format!("{} later", words::duration(late)),
        false => String::new(),
    };
    vec![
        Cell::new(words::time_of_day(event.happened_at), Role::Muted),
        Cell::new(format!("{sign} {name}"), role),
        Cell::new(words::visible(&event.title), Role::Strong),
        Cell::new(lasted, Role::Normal),
        Cell::new(known, Role::Muted),
    ]
}
