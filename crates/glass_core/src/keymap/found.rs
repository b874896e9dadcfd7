//! What the keys that were pressed so far mean.

use super::{Bound, Keymap, keys_text};
use crate::{Chord, Command, Screen};

/// What keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// They are complete.
    Bound(T),
    /// More keys are to follow.
    Beginning,
    /// Nothing.
    Nothing,
}

impl Keymap {
    /// What keys run on a screen.
    pub(crate) fn find(&self, keys: &[Chord], screen: Screen) -> Found<Command> {
        find(self.on(screen), keys)
    }

    /// What keys run in help and in lists to choose from.
    pub(crate) fn find_in_list(&self, keys: &[Chord]) -> Found<Command> {
        find(&self.lists, keys)
    }

    /// Which key of the defaults keys stand for where text is typed; `None` for those that do nothing there. Keys that
    /// nobody gave stand for themselves.
    pub(crate) fn find_in_editor(&self, keys: &[Chord]) -> Found<Option<Chord>> {
        match (find(&self.editor, keys), keys) {
            (Found::Bound(edit), _) => Found::Bound(edit.map(|edit| edit.chord())),
            (Found::Nothing, [chord]) => Found::Bound(Some(*chord)),
            (Found::Nothing, _) => Found::Nothing,
            (Found::Beginning, _) => Found::Beginning,
        }
    }

    /// How keys can go on on a screen: the keys to follow, and the title of what they run.
    pub(crate) fn continuations(&self, keys: &[Chord], screen: Screen) -> Vec<(String, String)> {
        let goes_on = |(bound, command): &Bound<Command>| {
            let rest = bound.strip_prefix(keys).filter(|rest| !rest.is_empty())?;
            Some((keys_text(rest), command.spec().title.to_lowercase()))
        };
        self.on(screen).iter().filter_map(goes_on).collect()
    }
}

fn find<T: Copy>(bound: &[Bound<T>], keys: &[Chord]) -> Found<T> {
    let exact = bound.iter().find(|(of, _)| of == keys);
    match exact {
        Some((_, to)) => Found::Bound(*to),
        None if bound.iter().any(|(of, _)| of.starts_with(keys)) => Found::Beginning,
        None => Found::Nothing,
    }
}
