//! Turns what the terminal sends into events of the core.

use crate::frame::{Target, target_at, timeline_ratio};
use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use glass_core::{Chord, Command, Event, Key, ViewModel};
use ratatui::layout::{Position, Rect};

/// What is remembered between two inputs.
#[derive(Debug, Default)]
pub(crate) struct Pointer {
    /// Whether the button went down on the timeline and has not come up.
    is_scrubbing: bool,
}

/// The event a terminal's input stands for; `None` for what has no meaning, and for a change of size, which the
/// loop sees to. `model` is what is on `screen` now.
pub(crate) fn event_of(
    input: TerminalEvent,
    model: &ViewModel,
    screen: Rect,
    pointer: &mut Pointer,
) -> Option<Event> {
    match input {
        TerminalEvent::Key(key) => chord_of(key).map(Event::Chord),
        TerminalEvent::Paste(text) => Some(Event::Paste(text)),
        TerminalEvent::Mouse(mouse) => mouse_event_of(mouse, model, screen, pointer),
        TerminalEvent::Resize(..) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
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

fn mouse_event_of(
    mouse: MouseEvent,
    model: &ViewModel,
    screen: Rect,
    pointer: &mut Pointer,
) -> Option<Event> {
    let place = Position {
        x: mouse.column,
        y: mouse.row,
    };
    match mouse.kind {
        MouseEventKind::ScrollUp => Some(Event::Command(Command::Up)),
        MouseEventKind::ScrollDown => Some(Event::Command(Command::Down)),
        // What an overlay covers is not to be reached through it.
        _ if model.overlay.is_some() => None,
        MouseEventKind::Down(MouseButton::Left) => match target_at(model, screen, place)? {
            Target::Tab(screen) => Some(Event::Command(Command::Show(screen))),
            Target::Timeline(ratio) => {
                pointer.is_scrubbing = true;
                Some(Event::Scrub(ratio))
            }
        },
        MouseEventKind::Drag(MouseButton::Left) if pointer.is_scrubbing => {
            timeline_ratio(model, screen, mouse.column).map(Event::Scrub)
        }
        MouseEventKind::Up(MouseButton::Left) => {
            pointer.is_scrubbing = false;
            None
        }
        _ => None,
    }
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
