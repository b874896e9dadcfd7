//! The screens: what each wants asked, what it shows, and how it takes commands.

pub(crate) mod alerts;
pub(crate) mod changes;
pub(crate) mod clouds;
pub(crate) mod dashboards;
pub(crate) mod incidents;
pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod overview;
pub(crate) mod timeline;

use crate::context::Context;
use crate::{Command, DetailsView, Look, Screen, ScreenView, Slot, Viewport};
use glass_model::{Ask, QueryLanguage, Timestamp};

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
    /// Another screen is to be shown with one of its rows chosen.
    ShowOf(Screen, String),
    /// A rule for alerts is to be shown, by its name.
    ShowRule(String),
    /// The playhead is to go to a moment that a text names.
    GoTo(Timestamp),
    /// A cloud or recording is to be opened.
    Open(String),
    /// Every cloud is to be asked how it stands.
    CheckClouds,
    /// Nothing was done; this says why.
    Say(&'static str),
}

/// Whether a text in small letters has all words, or not those after a `!`.
pub(crate) fn has_words(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| match word.strip_prefix('!') {
        Some(no) => !text.contains(no),
        None => text.contains(word),
    })
}

/// A screen.
pub(crate) trait ScreenState {
    /// What it wants asked at the present playhead.
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)>;
    /// What it shows.
    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView;
    /// Takes a command.
    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction;
    /// What is chosen, in full, for a screen that does not show it itself.
    fn details(&self, _context: &Context<'_>) -> Option<DetailsView> {
        None
    }
    /// Moves to the `nth` of all that it can be scrolled through: the pointer moved a scrollbar, or turned the wheel.
    fn scroll_to(&mut self, _context: &Context<'_>, _viewport: Viewport, _nth: usize) -> Reaction {
        Reaction::Done
    }
    /// Chooses the `nth` time that the text in sight names; opened, it is gone to. Says whether there is such a time.
    fn choose_time(&mut self, _context: &Context<'_>, _nth: usize) -> bool {
        false
    }
    /// The chosen row as text, for the clipboard.
    fn chosen_text(&self, context: &Context<'_>) -> Option<String>;
    /// The text by which it is filtered, for a screen that can be.
    fn filter(&self) -> Option<&str> {
        None
    }
    /// Filters by a text.
    fn set_filter(&mut self, _text: &str) {}
    /// The text that is jumped to, for a screen that can be searched.
    fn search(&self) -> Option<&str> {
        None
    }
    /// Looks for a text.
    fn set_search(&mut self, _text: &str) {}
    /// Goes to the nearest place of what was looked for.
    fn accept_search(&mut self, _context: &Context<'_>) -> Reaction {
        Reaction::Done
    }
    /// Goes on with what waited for an answer: one has come.
    fn answered(&mut self, _context: &Context<'_>) -> Reaction {
        Reaction::Done
    }
    /// In which language it can be asked, for a screen that can be.
    fn query_language(&self) -> Option<QueryLanguage> {
        None
    }
    /// The query it shows; empty for none.
    fn query(&self) -> &str {
        ""
    }
    /// A query to begin with, made of what is chosen; may be empty.
    fn query_draft(&self, _context: &Context<'_>) -> String {
        String::new()
    }
    /// Shows the result of a query; of an empty one, what it shows without.
    fn set_query(&mut self, _text: &str) {}
    /// What else its view is made of.
    fn look(&self) -> Look {
        Look::new()
    }
    /// Takes one of these; what is not known is left out.
    fn set_look(&mut self, _name: &str, _value: &str) {}
    /// Shows the result of another query beside what is shown.
    fn add_query(&mut self, _text: &str, _context: &Context<'_>) {}
}
