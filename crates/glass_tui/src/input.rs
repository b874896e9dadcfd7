//! Turns what the terminal sends into events of the core.

use crate::frame::{Target, target_at, timeline_axis, timeline_ratio};
use crate::hits::{Hit, Hits};
use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use glass_core::{Chord, Command, Event, Key, Point, PointAt, ViewModel};
use ratatui::layout::{Position, Rect};
use std::time::{Duration, Instant};

/// Two clicks on one place within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// What is remembered between two inputs.
#[derive(Debug, Default)]
pub(crate) struct Pointer {
    /// Whether the button went down on the timeline and has not come up.
    is_scrubbing: bool,
    /// What has the window of time along it and where on that a button went down that selects a range, if it has not come
    /// up.
    selects_on: Option<(Rect, f64)>,
    /// Where and when the button last went down.
    last_click: Option<(Position, Instant)>,
}

impl Pointer {
    /// Notes a click; says whether it is the second of a double click.
    fn click(&mut self, place: Position) -> bool {
        let now = Instant::now();
        let is_second = self
            .last_click
            .is_some_and(|(before, at)| before == place && now.duration_since(at) < DOUBLE_CLICK);
        // A third click is the first of another pair.
        self.last_click = (!is_second).then_some((place, now));
        is_second
    }
}

/// The events a terminal's input stands for; none for what has no meaning, and for a change of size, which the loop
/// sees to. `model` is what is on `screen` now, `hits` where.
pub(crate) fn events_of(
    input: TerminalEvent,
    model: &ViewModel,
    hits: &Hits,
    screen: Rect,
    pointer: &mut Pointer,
) -> Vec<Event> {
    match input {
        TerminalEvent::Key(key) => chord_of(key).map(Event::Chord).into_iter().collect(),
        TerminalEvent::Paste(text) => vec![Event::Paste(text)],
        TerminalEvent::Mouse(mouse) => mouse_events_of(mouse, model, hits, screen, pointer),
        TerminalEvent::Resize(..) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => Vec::new(),
    }
}

fn chord_of(key: KeyEvent) -> Option<Chord> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        return word_chord_of(key.code);
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let key = match key.code {
        KeyCode::Char(c) if ctrl => Key::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        _ => return None,
    };
    Some(Chord { key, ctrl })
}

/// What shells do by words with alt, other programs do with control.
fn word_chord_of(code: KeyCode) -> Option<Chord> {
    let key = match code {
        KeyCode::Left | KeyCode::Char('b') => Key::Left,
        KeyCode::Right | KeyCode::Char('f') => Key::Right,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete | KeyCode::Char('d') => Key::Delete,
        _ => return None,
    };
    Some(Chord { key, ctrl: true })
}

fn mouse_events_of(
    mouse: MouseEvent,
    model: &ViewModel,
    hits: &Hits,
    screen: Rect,
    pointer: &mut Pointer,
) -> Vec<Event> {
    let place = Position {
        x: mouse.column,
        y: mouse.row,
    };
    match mouse.kind {
        MouseEventKind::ScrollUp => wheel(model, hits, screen, place, -1),
        MouseEventKind::ScrollDown => wheel(model, hits, screen, place, 1),
        // What an overlay covers is not to be reached through it.
        _ if model.overlay.is_some() => Vec::new(),
        MouseEventKind::Down(MouseButton::Left) => click(model, hits, screen, place, pointer),
        MouseEventKind::Drag(MouseButton::Left) if pointer.is_scrubbing => {
            let ratio = timeline_ratio(model, screen, mouse.column);
            ratio.map(Event::Scrub).into_iter().collect()
        }
        MouseEventKind::Up(MouseButton::Left) => {
            pointer.selects_on = None;
            match std::mem::take(&mut pointer.is_scrubbing) {
                true => vec![Event::ScrubEnd],
                false => Vec::new(),
            }
        }
        MouseEventKind::Down(MouseButton::Right) => {
            let axis = match hits.at(place) {
                Some(Hit::Axis(area)) => Some(area),
                _ => timeline_axis(model, screen, place),
            };
            pointer.selects_on = axis.map(|axis| (axis, ratio_in(axis, mouse.column)));
            Vec::new()
        }
        MouseEventKind::Drag(MouseButton::Left | MouseButton::Right) => {
            let ends = pointer
                .selects_on
                .map(|(axis, from)| (from, ratio_in(axis, mouse.column)));
            ends.map(|(from, to)| Event::Select { from, to })
                .into_iter()
                .collect()
        }
        MouseEventKind::Up(MouseButton::Right) => {
            pointer.selects_on = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The wheel turns the list under the pointer, or what lies above everything; on the timeline it zooms, elsewhere it turns
/// what has the keys.
fn wheel(model: &ViewModel, hits: &Hits, screen: Rect, place: Position, n_rows: i64) -> Vec<Event> {
    let key = if n_rows < 0 { Key::Up } else { Key::Down };
    match hits.at(place) {
        _ if model.overlay.is_some() => vec![Event::Chord(Chord::key(key))],
        Some(Hit::List(of, list, _)) => vec![Event::Point(Point {
            screen: of,
            list,
            at: PointAt::Wheel(n_rows),
        })],
        _ if timeline_axis(model, screen, place).is_some() => {
            let command = if n_rows < 0 {
                Command::ZoomIn
            } else {
                Command::ZoomOut
            };
            vec![Event::Command(command)]
        }
        _ => {
            let command = if n_rows < 0 { Command::Up } else { Command::Down };
            vec![Event::Command(command)]
        }
    }
}

fn click(model: &ViewModel, hits: &Hits, screen: Rect, place: Position, pointer: &mut Pointer) -> Vec<Event> {
    let is_second = pointer.click(place);
    match target_at(model, screen, place) {
        Some(Target::Tab(screen)) => return vec![Event::Command(Command::Show(screen))],
        // Terminals without a second button, or with a menu on it: the second of two clicks begins a range.
        Some(Target::Timeline(ratio)) if is_second => {
            return vec![
                Event::Scrub(ratio),
                Event::ScrubEnd,
                Event::Command(Command::SelectRange),
            ];
        }
        Some(Target::Timeline(ratio)) => {
            pointer.is_scrubbing = true;
            return vec![Event::Scrub(ratio)];
        }
        None => {}
    }
    match hits.at(place) {
        Some(Hit::List(of, list, Some(row))) => {
            let at = match is_second {
                true => PointAt::Open(row),
                false => PointAt::Row(row),
            };
            vec![Event::Point(Point { screen: of, list, at })]
        }
        Some(Hit::List(of, list, None)) => vec![Event::Point(Point {
            screen: of,
            list,
            at: PointAt::Beside,
        })],
        // Drawn over, a histogram or a graph selects a range.
        Some(Hit::Axis(axis)) => {
            pointer.selects_on = Some((axis, ratio_in(axis, place.x)));
            Vec::new()
        }
        Some(Hit::Command(command)) => vec![Event::Command(command)],
        Some(Hit::Keys(chords)) => chords.into_iter().map(Event::Chord).collect(),
        None => Vec::new(),
    }
}

/// Where a column lies on something with the window of time along it, also beside it.
fn ratio_in(axis: Rect, column: u16) -> f64 {
    let offset = f64::from(column) - f64::from(axis.x) + 0.5;
    (offset / f64::from(axis.width.max(1))).clamp(0.0, 1.0)
}

/// Leaves out all but the last of neighbouring drags: only where the pointer is now counts.
pub(crate) fn coalesce(inputs: Vec<TerminalEvent>) -> Vec<TerminalEvent> {
    let is_drag = |input: &TerminalEvent| matches!(input, TerminalEvent::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Drag(_) | MouseEventKind::Moved));
    let mut kept: Vec<TerminalEvent> = Vec::with_capacity(inputs.len());
    for input in inputs {
        if is_drag(&input)
            && let Some(last) = kept.last_mut().filter(|last| is_drag(last))
        {
            *last = input;
        } else {
            kept.push(input);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_chords() {
        let check = |code: KeyCode, modifiers: KeyModifiers, expected: Option<Chord>| {
            assert_eq!(chord_of(KeyEvent::new(code, modifiers)), expected);
        };
        check(KeyCode::Char('G'), KeyModifiers::SHIFT, Some(Chord::char('G')));
        check(KeyCode::Char('c'), KeyModifiers::CONTROL, Some(Chord::ctrl('c')));
        check(
            KeyCode::BackTab,
            KeyModifiers::SHIFT,
            Some(Chord::key(Key::BackTab)),
        );
        check(KeyCode::Char('x'), KeyModifiers::ALT, None);
        let by_word = Chord {
            key: Key::Left,
            ctrl: true,
        };
        check(KeyCode::Left, KeyModifiers::CONTROL, Some(by_word));
        check(KeyCode::Char('b'), KeyModifiers::ALT, Some(by_word));
        check(KeyCode::F(1), KeyModifiers::NONE, None);
        let released = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(chord_of(released), None);
    }

    #[test]
    fn of_many_drags_the_last_counts() {
        let drag = |column| {
            TerminalEvent::Mouse(MouseEvent {
                kind: MouseEventKind::Drag(MouseButton::Left),
                column,
                row: 0,
                modifiers: KeyModifiers::NONE,
            })
        };
        let key = TerminalEvent::Key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE));
        let kept = coalesce(vec![drag(1), drag(2), key.clone(), drag(3), drag(4)]);
        assert_eq!(kept, [drag(2), key, drag(4)]);
    }
}
