//! Window input to chords: [`Keys`] takes every key out of egui's input, so that the one table of keys in the
//! core is the only one, and egui's own use of tab, space and arrows does not get in its way.

use egui::{Event, Modifiers, RawInput};
use glass_core::{Chord, Key};

/// Collects key presses before egui sees them.
#[derive(Debug, Default)]
pub struct Keys {
    pressed: Vec<glass_core::Event>,
    /// Whether text is typed into a field of the window: then it is egui's.
    types: bool,
}

impl Keys {
    /// Leaves keys to egui while one of its fields has the focus.
    pub fn leave_to_fields(&mut self, types: bool) {
        self.types = types;
    }

    /// Takes what was pressed since the last call.
    pub fn take(&mut self) -> Vec<glass_core::Event> {
        std::mem::take(&mut self.pressed)
    }
}

impl egui::Plugin for Keys {
    fn debug_name(&self) -> &'static str {
        "keys"
    }

    fn input_hook(&mut self, _ctx: &egui::Context, input: &mut RawInput) {
        if self.types {
            return;
        }
        input.events.retain(|event| match event {
            Event::Key { key, modifiers, .. } if is_zoom(*key, *modifiers) || is_for_window(*key) => true,
            Event::Key { .. } | Event::Text(_) | Event::Paste(_) | Event::Copy | Event::Cut => {
                self.pressed.extend(events_of(event));
                false
            }
            _ => true,
        });
    }
}

/// Control with plus, minus or 0 makes everything larger or smaller: egui's own, and no chord of ours.
fn is_zoom(key: egui::Key, modifiers: Modifiers) -> bool {
    let zooms = matches!(
        key,
        egui::Key::Plus | egui::Key::Equals | egui::Key::Minus | egui::Key::Num0
    );
    zooms && modifiers.command
}

/// Keys that change the window itself.
fn is_for_window(key: egui::Key) -> bool {
    matches!(key, egui::Key::F5 | egui::Key::F6 | egui::Key::F11)
}

/// What a window's event means to the core. Characters are taken from texts, because only those heed the
/// keyboard's layout; other keys and control chords from key presses.
fn events_of(event: &Event) -> Vec<glass_core::Event> {
    let chord = |chord| vec![glass_core::Event::Chord(chord)];
    match event {
        Event::Text(text) => text
            .chars()
            .filter(|c| !c.is_control())
            .map(|c| glass_core::Event::Chord(Chord::char(c)))
            .collect(),
        Event::Paste(text) => vec![glass_core::Event::Paste(text.clone())],
        Event::Copy => chord(Chord::ctrl('c')),
        Event::Cut => chord(Chord::ctrl('x')),
        Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } => chord_of(*key, *modifiers).map(chord).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn chord_of(key: egui::Key, modifiers: Modifiers) -> Option<Chord> {
    if modifiers.alt {
        return None;
    }
    let named = match key {
        egui::Key::Enter => Key::Enter,
        egui::Key::Escape => Key::Esc,
        egui::Key::Tab if modifiers.shift => Key::BackTab,
        egui::Key::Tab => Key::Tab,
        egui::Key::Backspace => Key::Backspace,
        egui::Key::Delete => Key::Delete,
        egui::Key::ArrowUp => Key::Up,
        egui::Key::ArrowDown => Key::Down,
        egui::Key::ArrowLeft => Key::Left,
        egui::Key::ArrowRight => Key::Right,
        egui::Key::Home => Key::Home,
        egui::Key::End => Key::End,
        egui::Key::PageUp => Key::PageUp,
        egui::Key::PageDown => Key::PageDown,
        _ if modifiers.ctrl => {
            let mut name = key.symbol_or_name().chars();
            return match (name.next(), name.next()) {
                (Some(c), None) => Some(Chord::ctrl(c.to_ascii_lowercase())),
                _ => None,
            };
        }
        _ => return None,
    };
    Some(Chord {
        key: named,
        ctrl: modifiers.ctrl,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(events: &[Event], expected: &[Chord]) {
        let mut keys = Keys::default();
        let mut input = RawInput {
            events: events.to_vec(),
            ..RawInput::default()
        };
        egui::Plugin::input_hook(&mut keys, &egui::Context::default(), &mut input);
        assert!(input.events.is_empty(), "egui sees no key: {:?}", input.events);
        let chords: Vec<_> = keys
            .take()
            .into_iter()
            .map(|event| match event {
                glass_core::Event::Chord(chord) => chord,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(chords, expected, "{events:?}");
    }

    fn press(key: egui::Key, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }
    }

    #[test]
    fn characters_come_from_text_whatever_the_layout() {
        // On a German keyboard `?` is shift and ß, and `>` is shift and the key beside it.
        check(
            &[
                press(egui::Key::Minus, Modifiers::SHIFT),
                Event::Text("?".into()),
                press(egui::Key::G, Modifiers::SHIFT),
                Event::Text("G".into()),
                press(egui::Key::Space, Modifiers::NONE),
                Event::Text(" ".into()),
            ],
            &[Chord::char('?'), Chord::char('G'), Chord::char(' ')],
        );
    }

    #[test]
    fn named_keys_and_control_come_from_presses() {
        check(
            &[
                press(egui::Key::Tab, Modifiers::SHIFT),
                press(egui::Key::Enter, Modifiers::NONE),
                press(egui::Key::ArrowLeft, Modifiers::NONE),
                press(egui::Key::D, Modifiers::CTRL),
                press(egui::Key::F4, Modifiers::CTRL),
                press(egui::Key::Tab, Modifiers::ALT),
                Event::Copy,
            ],
            &[
                Chord::key(Key::BackTab),
                Chord::key(Key::Enter),
                Chord::key(Key::Left),
                Chord::ctrl('d'),
                Chord::ctrl('c'),
            ],
        );
    }

    #[test]
    fn making_everything_larger_is_left_to_egui() {
        let mut keys = Keys::default();
        let mut input = RawInput {
            events: vec![press(egui::Key::Plus, Modifiers::CTRL | Modifiers::COMMAND)],
            ..RawInput::default()
        };
        egui::Plugin::input_hook(&mut keys, &egui::Context::default(), &mut input);
        assert_eq!(input.events.len(), 1);
        assert!(keys.take().is_empty());
    }
}
