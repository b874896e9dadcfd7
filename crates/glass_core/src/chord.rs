//! [`Chord`]: a key press, the same for a terminal and a window.

use std::fmt;

/// A key without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character as typed: `G` is an upper-case letter, not shift and `g`.
    Char(char),
    /// Enter or return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// A key with the modifier that is not already in the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether control was held.
    pub ctrl: bool,
}

impl Chord {
    /// A key alone.
    pub const fn key(key: Key) -> Self {
        Self { key, ctrl: false }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::key(Key::Char(c))
    }

    /// Control and a character.
    pub const fn ctrl(c: char) -> Self {
        Self {
            key: Key::Char(c),
            ctrl: true,
        }
    }
}

impl Chord {
    /// Whether it types a character where text is typed.
    pub(crate) fn types(self) -> bool {
        matches!(self.key, Key::Char(_)) && !self.ctrl
    }

    /// A key as it is written by hand: a character, a name such as `space`, `enter` or `pgup`, and before either `^`,
    /// `ctrl-` or `c-`. What a chord is shown as is read too.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(key) = key_of(text) {
            return Some(Self::key(key));
        }
        let rest = ["^", "ctrl-", "Ctrl-", "C-", "c-"]
            .iter()
            .find_map(|before| text.strip_prefix(before))?;
        match key_of(rest)? {
            Key::Char(c) => Some(Self::ctrl(c.to_ascii_lowercase())),
            key => Some(Self { key, ctrl: true }),
        }
    }

    /// As [`Chord::parse`] reads it, in letters that every keyboard has.
    pub(crate) fn spelt(self) -> String {
        let ctrl = if self.ctrl { "^" } else { "" };
        let named = NAMES.iter().find(|(_, key)| *key == self.key);
        match (named, self.key) {
            (Some((name, _)), _) => format!("{ctrl}{name}"),
            (None, Key::Char(c)) => format!("{ctrl}{c}"),
            (None, _) => self.to_string(),
        }
    }
}

/// The names of keys that are no single character, the one to write first.
const NAMES: [(&str, Key); 24] = [
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("return", Key::Enter),
    ("esc", Key::Esc),
    ("escape", Key::Esc),
    ("tab", Key::Tab),
    ("shift-tab", Key::BackTab),
    ("backtab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("del", Key::Delete),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pgup", Key::PageUp),
    ("pageup", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("pagedown", Key::PageDown),
    ("plus", Key::Char('+')),
    ("minus", Key::Char('-')),
    ("caret", Key::Char('^')),
];

/// The names of keys, for who wrote one wrong.
pub fn key_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

fn key_of(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    match (chars.next()?, chars.next()) {
        ('↑', None) => return Some(Key::Up),
        ('↓', None) => return Some(Key::Down),
        ('←', None) => return Some(Key::Left),
        ('→', None) => return Some(Key::Right),
        (c, None) if !c.is_control() && !c.is_whitespace() => return Some(Key::Char(c)),
        _ => {}
    }
    let lower = text.to_ascii_lowercase();
    let named = NAMES.iter().find(|(name, _)| *name == lower);
    named.map(|(_, key)| *key)
}

/// As help shows it: `space`, `^d`, `tab`, `G`.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("^")?;
        }
        match self.key {
            Key::Char(' ') => f.write_str("space"),
            Key::Char(c) => write!(f, "{c}"),
            Key::Enter => f.write_str("enter"),
            Key::Esc => f.write_str("esc"),
            Key::Tab => f.write_str("tab"),
            Key::BackTab => f.write_str("shift-tab"),
            Key::Backspace => f.write_str("backspace"),
            Key::Delete => f.write_str("delete"),
            Key::Up => f.write_str("↑"),
            Key::Down => f.write_str("↓"),
            Key::Left => f.write_str("←"),
            Key::Right => f.write_str("→"),
            Key::Home => f.write_str("home"),
            Key::End => f.write_str("end"),
            Key::PageUp => f.write_str("pgup"),
            Key::PageDown => f.write_str("pgdn"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_shown_and_as_they_are_written() {
        let check = |text: &str, expected: Option<Chord>| assert_eq!(Chord::parse(text), expected, "{text}");
        check("g", Some(Chord::char('g')));
        check("G", Some(Chord::char('G')));
        check("^", Some(Chord::char('^')));
        check("^d", Some(Chord::ctrl('d')));
        check("Ctrl-D", Some(Chord::ctrl('d')));
        check("space", Some(Chord::char(' ')));
        check("pageup", Some(Chord::key(Key::PageUp)));
        check("shift-tab", Some(Chord::key(Key::BackTab)));
        check("", None);
        check("spcae", None);
        check("gg", None);
        for spec in crate::COMMANDS {
            for chord in spec.keys {
                assert_eq!(Chord::parse(&chord.to_string()), Some(*chord));
                assert_eq!(Chord::parse(&chord.spelt()), Some(*chord));
            }
        }
    }
}
