//! The screens: what each wants asked, what it shows, and how it takes commands.

pub(crate) mod alerts;
pub(crate) mod changes;
pub(crate) mod incidents;
pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod overview;

use crate::context::Context;
use crate::{Command, Screen, ScreenView, Slot, Viewport};
use glass_model::{Ask, Timestamp};

/// What a command did on a screen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reaction {
    /// Nothing: the command is not for this screen.
    Ignored,
    /// All that was to be done.
    Done,
    /// The cursor is to move by steps.
    MoveCursor(i64),
    /// The cursor is to go to a moment, or away.
    SetCursor(Option<Timestamp>),
    /// Another screen is to be shown.
    Show(Screen),
}

/// A screen.
pub(crate) trait ScreenState {
    /// What it wants asked at the present playhead.
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)>;
    /// What it shows.
    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView;
    /// Takes a command.
    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction;
    /// The chosen row as text, for the clipboard.
    fn chosen_text(&self, context: &Context<'_>) -> Option<String>;
    /// The text by which it is filtered, for a screen that can be.
    fn filter(&self) -> Option<&str> {
        None
    }
    /// Filters by a text.
    ///
    /// # Errors
    /// A sentence on what is wrong with it; the filter before stays.
    fn set_filter(&mut self, _text: &str) -> Result<(), String> {
        Ok(())
    }
}
