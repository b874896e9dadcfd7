//! [`Edit`]: what keys do where text is typed.

use crate::{Chord, Key};

/// Something done to a text that is being typed. Each is what one key does by default: keys of the user's own are
/// taken for that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say what each one does")]
pub enum Edit {
    Accept,
    Cancel,
    Complete,
    Previous,
    Next,
    Left,
    Right,
    WordLeft,
    WordRight,
    Start,
    End,
    DeleteBack,
    Delete,
    DeleteWordBack,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
}

impl Edit {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Accept,
        Self::Cancel,
        Self::Complete,
        Self::Previous,
        Self::Next,
        Self::Left,
        Self::Right,
        Self::WordLeft,
        Self::WordRight,
        Self::Start,
        Self::End,
        Self::DeleteBack,
        Self::Delete,
        Self::DeleteWordBack,
        Self::DeleteWord,
        Self::DeleteToStart,
        Self::DeleteToEnd,
    ];

    /// Its name: `edit.accept`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Accept => "edit.accept",
            Self::Cancel => "edit.cancel",
            Self::Complete => "edit.complete",
            Self::Previous => "edit.previous",
            Self::Next => "edit.next",
            Self::Left => "edit.left",
            Self::Right => "edit.right",
            Self::WordLeft => "edit.word-left",
            Self::WordRight => "edit.word-right",
            Self::Start => "edit.start",
            Self::End => "edit.end",
            Self::DeleteBack => "edit.delete-back",
            Self::Delete => "edit.delete",
            Self::DeleteWordBack => "edit.delete-word-back",
            Self::DeleteWord => "edit.delete-word",
            Self::DeleteToStart => "edit.delete-to-start",
            Self::DeleteToEnd => "edit.delete-to-end",
        }
    }

    /// The edit of a name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edit| edit.id() == id)
    }

    /// The key that does it by default.
    pub fn chord(self) -> Chord {
        let with_ctrl = |key| Chord { key, ctrl: true };
        match self {
            Self::Accept => Chord::key(Key::Enter),
            Self::Cancel => Chord::key(Key::Esc),
            Self::Complete => Chord::key(Key::Tab),
            Self::Previous => Chord::key(Key::Up),
            Self::Next => Chord::key(Key::Down),
            Self::Left => Chord::key(Key::Left),
            Self::Right => Chord::key(Key::Right),
            Self::WordLeft => with_ctrl(Key::Left),
            Self::WordRight => with_ctrl(Key::Right),
            Self::Start => Chord::key(Key::Home),
            Self::End => Chord::key(Key::End),
            Self::DeleteBack => Chord::key(Key::Backspace),
            Self::Delete => Chord::key(Key::Delete),
            Self::DeleteWordBack => Chord::ctrl('w'),
            Self::DeleteWord => with_ctrl(Key::Delete),
            Self::DeleteToStart => Chord::ctrl('u'),
            Self::DeleteToEnd => Chord::ctrl('k'),
        }
    }
}
