//! [`Prompt`]: a line being typed, for filters, times and commands.

use crate::app::Settings;
use crate::line_edit::LineEdit;
use crate::{COMMANDS, Chord, Command, CommandSpec, Key, Line, PromptView, Role, Screen, Span, words};

/// What the line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PromptKind {
    /// A filter, applied while it is typed.
    Filter,
    /// A text to jump to, marked while it is typed.
    Search,
    /// A moment.
    Seek,
    /// A command, a time or an address.
    Palette,
    /// A theme, seen while it is chosen.
    Theme,
    /// The name of a mark.
    Mark,
}

/// What a key did to the line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PromptReaction {
    /// The text changed.
    Changed,
    /// Nothing that others need know.
    Stay,
    /// It was given up.
    Cancelled,
    /// It is finished.
    Accepted,
}

/// The longest line, in characters: an address may hold a query.
const MAX_CHARS: usize = 8000;
/// Longer than any name of a command: nothing is suggested for it.
const MAX_NAME: usize = 100;
/// Suggestions shown at most.
const MAX_SUGGESTIONS: usize = 8;
/// Themes offered at most.
const MAX_THEMES: usize = 12;

/// A line being typed.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What is wrong with it.
    pub error: String,
    /// What stood there before, to go back to.
    pub before: String,
    line: LineEdit,
    chosen: Option<usize>,
}

impl Prompt {
    /// An open line with a text in it.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            error: String::new(),
            before: text.to_owned(),
            line: LineEdit::new(text, MAX_CHARS),
            chosen: None,
        }
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.line.text()
    }

    /// Takes a key.
    pub fn take(
        &mut self,
        chord: Chord,
        history: &[String],
        screen: Screen,
        settings: &Settings,
    ) -> PromptReaction {
        let n_suggestions = self.n_suggestions(screen, settings);
        match (chord.key, chord.ctrl) {
            (Key::Esc, _) | (Key::Char('c' | 'g'), true) => return PromptReaction::Cancelled,
            (Key::Enter, _) => return PromptReaction::Accepted,
            (Key::Tab, _) => return self.complete(screen, settings),
            (Key::Up, _)
                if self.kind == PromptKind::Palette
                    && (self.chosen.is_none() && n_suggestions == 0
                        || self.line.is_empty() && !history.is_empty()) =>
            {
                if let Some(last) = history.last() {
                    self.set(last);
                }
            }
            (Key::Up | Key::BackTab, _) => self.chosen = self.chosen.and_then(|chosen| chosen.checked_sub(1)),
            (Key::Down, _) if n_suggestions > 0 => {
                self.chosen = Some(
                    self.chosen
                        .map_or(0, |chosen| (chosen + 1).min(n_suggestions - 1)),
                );
            }
            (Key::Backspace, _) if self.line.is_empty() => return PromptReaction::Cancelled,
            _ => {
                let before = self.text();
                if !self.line.take(chord) {
                    return PromptReaction::Stay;
                }
                if self.text() != before {
                    self.chosen = None;
                }
            }
        }
        PromptReaction::Changed
    }

    /// Types a text.
    pub fn insert(&mut self, text: &str) {
        self.line.insert(text);
        self.chosen = None;
    }

    fn set(&mut self, text: &str) {
        self.line.set(text);
        self.chosen = None;
    }

    /// Replaces the text by the chosen or best suggestion.
    fn complete(&mut self, screen: Screen, settings: &Settings) -> PromptReaction {
        let nth = self.chosen.unwrap_or(0);
        let text = match self.kind {
            PromptKind::Theme => self.themes(settings).get(nth).map(|(name, _)| name.clone()),
            _ => self
                .suggestions(screen)
                .get(nth)
                .map(|spec| spec.title.to_owned()),
        };
        let Some(text) = text else {
            return PromptReaction::Stay;
        };
        self.set(&text);
        PromptReaction::Changed
    }

    fn n_suggestions(&self, screen: Screen, settings: &Settings) -> usize {
        match self.kind {
            PromptKind::Theme => self.themes(settings).len(),
            _ => self.suggestions(screen).len(),
        }
    }

    /// Themes whose names hold what was typed.
    fn themes<'a>(&self, settings: &'a Settings) -> Vec<&'a (String, String)> {
        let typed = self.text().trim().to_lowercase();
        let themes = settings.themes.iter();
        themes
            .filter(|(name, _)| name.to_lowercase().contains(&typed))
            .take(MAX_THEMES)
            .collect()
    }

    /// The theme meant: one chosen with the arrows, or the only or first one like what was typed.
    pub fn theme<'a>(&self, settings: &'a Settings) -> Option<&'a str> {
        if self.kind != PromptKind::Theme || (self.chosen.is_none() && self.line.is_empty()) {
            return None;
        }
        let themes = self.themes(settings);
        themes
            .get(self.chosen.unwrap_or(0))
            .map(|(name, _)| name.as_str())
    }

    /// The command meant: a suggestion chosen with the arrows, or one whose title or id was typed in full.
    pub fn command(&self, screen: Screen) -> Option<Command> {
        let suggestions = self.suggestions(screen);
        if let Some(chosen) = self.chosen.and_then(|chosen| suggestions.get(chosen)) {
            return Some(chosen.command);
        }
        let typed = self.text().trim().to_lowercase();
        let bare = |title: &str| title.trim_end_matches('…').to_lowercase();
        let is_meant = |spec: &&CommandSpec| {
            !typed.is_empty() && (typed == spec.id || bare(spec.title) == typed.trim_end_matches('…'))
        };
        let available = COMMANDS.iter().filter(|spec| spec.is_available_on(screen));
        available.into_iter().find(is_meant).map(|spec| spec.command)
    }

    /// Commands like what was typed, the most alike first.
    pub fn suggestions(&self, screen: Screen) -> Vec<&'static CommandSpec> {
        if self.kind != PromptKind::Palette {
            return Vec::new();
        }
        let available = COMMANDS
            .iter()
            .filter(|spec| spec.is_available_on(screen) && spec.command != Command::Palette);
        let typed = self.text();
        if typed.trim().is_empty() {
            return available.take(MAX_SUGGESTIONS).collect();
        }
        if typed.len() > MAX_NAME {
            return Vec::new();
        }
        let mut matcher = nucleo_matcher::Matcher::new(nucleo_matcher::Config::DEFAULT);
        let pattern = nucleo_matcher::pattern::Pattern::parse(
            typed.trim(),
            nucleo_matcher::pattern::CaseMatching::Ignore,
            nucleo_matcher::pattern::Normalization::Smart,
        );
        let mut scored: Vec<(u32, &CommandSpec)> = available
            .filter_map(|spec| {
                let text = format!("{} {}", spec.title, spec.id);
                let mut buffer = Vec::new();
                let score = pattern.score(nucleo_matcher::Utf32Str::new(&text, &mut buffer), &mut matcher)?;
                Some((score, spec))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored
            .into_iter()
            .take(MAX_SUGGESTIONS)
            .map(|(_, spec)| spec)
            .collect()
    }

    /// What is shown.
    pub fn view(&self, screen: Screen, settings: &Settings) -> PromptView {
        let (title, hint) = match self.kind {
            PromptKind::Filter if screen == Screen::Logs => (
                "filter",
                "enter keeps it, esc takes it back, tab searches instead",
            ),
            PromptKind::Filter => ("filter", "enter keeps it, esc takes it back"),
            PromptKind::Search => ("search", "keeps all lines; n and N jump between hits"),
            PromptKind::Seek => ("go to time", crate::seek::SEEK_HINT),
            PromptKind::Palette => (
                "command",
                "tab completes, enter runs what is typed; also takes a time or an address",
            ),
            PromptKind::Mark => ("name of the mark", "enter keeps it, esc leaves it as it was"),
            PromptKind::Theme => ("theme", "arrows show one, enter keeps it, esc takes it back"),
        };
        let hint: Line = if self.error.is_empty() {
            vec![Span::new(hint, Role::Muted)]
        } else {
            vec![Span::new(words::visible(&self.error), Role::Critical)]
        };
        let suggestions = match self.kind {
            PromptKind::Theme => self.themes(settings).into_iter().cloned().collect(),
            _ => self.suggested_commands(screen, settings),
        };
        PromptView {
            title: title.to_owned(),
            text: words::visible(&self.text()),
            caret: self.line.caret(),
            hint,
            suggestions,
            chosen: self.chosen,
        }
    }

    fn suggested_commands(&self, screen: Screen, settings: &Settings) -> Vec<(String, String)> {
        let row = |spec: &CommandSpec| {
            let keys = settings.keymap.keys_text(spec.command, screen);
            (spec.title.to_owned(), format!("{keys}  {}", spec.doc))
        };
        self.suggestions(screen).into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_into(prompt: &mut Prompt, text: &str) {
        for c in text.chars() {
            prompt.take(Chord::char(c), &[], Screen::Logs, &Settings::default());
        }
    }

    #[test]
    fn editing_works_by_characters() {
        let mut prompt = Prompt::new(PromptKind::Filter, "");
        type_into(&mut prompt, "größe zwei");
        prompt.take(Chord::ctrl('w'), &[], Screen::Logs, &Settings::default());
        assert_eq!(prompt.text(), "größe ");
        prompt.take(Chord::key(Key::Home), &[], Screen::Logs, &Settings::default());
        type_into(&mut prompt, "x");
        assert_eq!(
            (
                prompt.text().as_str(),
                prompt.view(Screen::Logs, &Settings::default()).caret
            ),
            ("xgröße ", 1)
        );
        prompt.take(Chord::ctrl('u'), &[], Screen::Logs, &Settings::default());
        assert_eq!(prompt.text(), "größe ");
    }

    #[test]
    fn tab_completes_and_enter_runs_what_is_typed() {
        let mut prompt = Prompt::new(PromptKind::Palette, "");
        type_into(&mut prompt, "nxt chan");
        assert_eq!(prompt.command(Screen::Logs), None, "what is typed is no command");
        prompt.take(Chord::key(Key::Tab), &[], Screen::Logs, &Settings::default());
        assert_eq!(prompt.text(), "Next change");
        assert_eq!(prompt.command(Screen::Logs), Some(Command::NextChange));
        let mut prompt = Prompt::new(PromptKind::Palette, "nxt chan");
        prompt.take(Chord::key(Key::Down), &[], Screen::Logs, &Settings::default());
        assert_eq!(
            prompt.command(Screen::Logs),
            Some(Command::NextChange),
            "a suggestion chosen with the arrows"
        );
    }

    #[test]
    fn commands_of_other_screens_are_not_offered() {
        let prompt = Prompt::new(PromptKind::Palette, "per second");
        assert_eq!(prompt.command(Screen::Logs), None);
        assert_eq!(prompt.command(Screen::Metrics), Some(Command::ToggleRate));
    }
}
