//! [`Prompt`]: a line being typed, for filters, times and commands.

use crate::app::Settings;
use crate::line_edit::LineEdit;
use crate::palette::{PaletteItem, Target, named};
use crate::{Chord, Key, Line, PromptView, Role, Screen, Span, words};

/// Of what a picture is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportOf {
    /// What is in sight.
    Screen,
    /// The chosen graph.
    Graph,
    /// The story, as a report.
    Story,
}

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
    /// A text to keep keys by in help.
    Help,
    /// The title of a new step of the story.
    Step,
    /// The title of the step that is shown.
    StepTitle,
    /// What there is to say about it.
    StepNotes,
    /// The title of the story.
    StoryTitle,
    /// The path of a picture.
    Export(ExportOf),
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
    /// What the palette offers for the text.
    items: Vec<PaletteItem>,
    /// Whether names are still being looked for.
    is_looking: bool,
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
            items: Vec::new(),
            is_looking: false,
        }
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.line.text()
    }

    /// Takes what the palette offers for the text; what was chosen stays chosen.
    pub fn offer(&mut self, items: Vec<PaletteItem>, is_looking: bool) {
        let chosen = self
            .chosen
            .and_then(|chosen| self.items.get(chosen))
            .map(|item| &item.target);
        self.chosen = chosen.and_then(|target| items.iter().position(|item| item.target == *target));
        self.items = items;
        self.is_looking = is_looking;
    }

    /// Takes a key.
    pub fn take(&mut self, chord: Chord, history: &[String], settings: &Settings) -> PromptReaction {
        let n_suggestions = self.n_suggestions(settings);
        match (chord.key, chord.ctrl) {
            (Key::Esc, _) | (Key::Char('c' | 'g'), true) => return PromptReaction::Cancelled,
            (Key::Enter, _) => return PromptReaction::Accepted,
            (Key::Tab, _) => return self.complete(settings),
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
    fn complete(&mut self, settings: &Settings) -> PromptReaction {
        let nth = self.chosen.unwrap_or(0);
        let text = match self.kind {
            PromptKind::Theme => self.themes(settings).get(nth).map(|(name, _)| name.clone()),
            _ => self.items.get(nth).map(|item| item.title.clone()),
        };
        let Some(text) = text else {
            return PromptReaction::Stay;
        };
        self.set(&text);
        PromptReaction::Changed
    }

    fn n_suggestions(&self, settings: &Settings) -> usize {
        match self.kind {
            PromptKind::Theme => self.themes(settings).len(),
            _ => self.items.len(),
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

    /// Where the palette is to go: to what was chosen with the arrows, or what was typed in full.
    pub fn target(&self) -> Option<Target> {
        let chosen = self.chosen.and_then(|chosen| self.items.get(chosen));
        chosen
            .or_else(|| named(&self.text(), &self.items))
            .map(|item| item.target.clone())
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
            PromptKind::Palette if self.items.is_empty() && !self.is_looking => {
                ("go to", "nothing is called like that; esc closes")
            }
            PromptKind::Palette if self.is_looking => ("go to", "looking for names …"),
            PromptKind::Palette => (
                "go to",
                "commands, metrics, alerts, changes, clouds, times; tab completes, arrows choose",
            ),
            PromptKind::Help => ("search in help", "enter keeps it, esc shows all keys"),
            PromptKind::Mark => ("name of the mark", "enter keeps it, esc leaves it as it was"),
            PromptKind::Step => ("title of the step", "enter adds this view to the story"),
            PromptKind::StepTitle => ("title of the step", "enter keeps it, esc leaves it as it was"),
            PromptKind::StepNotes => (
                "notes to the step",
                "Markdown; \\n begins a line; enter keeps it, esc leaves it as it was",
            ),
            PromptKind::StoryTitle => ("title of the story", "enter keeps it, esc leaves it as it was"),
            PromptKind::Export(of) => (
                match of {
                    ExportOf::Screen => "picture of the screen",
                    ExportOf::Graph => "picture of the graph",
                    ExportOf::Story => "report of the story",
                },
                match settings.draws_pixels {
                    _ if of == ExportOf::Story => {
                        "enter writes it, a name that ends in .html; esc gives it up"
                    }
                    true => "enter writes it; the ending decides, .png or .svg; esc gives it up",
                    false => "enter writes it, a name that ends in .svg; esc gives it up",
                },
            ),
            PromptKind::Theme => ("theme", "arrows show one, enter keeps it, esc takes it back"),
        };
        let hint: Line = if self.error.is_empty() {
            vec![Span::new(hint, Role::Muted)]
        } else {
            vec![Span::new(words::visible(&self.error), Role::Critical)]
        };
        let suggestions = match self.kind {
            PromptKind::Theme => self.themes(settings).into_iter().cloned().collect(),
            _ => self
                .items
                .iter()
                .map(|item| (item.title.clone(), item.detail.clone()))
                .collect(),
        };
        PromptView {
            title: title.to_owned(),
            text: words::visible(&self.text()),
            caret: self.line.caret(),
            hint,
            suggestions,
            chosen: self.chosen,
            preview: self.preview(),
        }
    }

    /// More of what is chosen, or of what would be completed.
    fn preview(&self) -> Vec<Line> {
        let Some(item) = self
            .items
            .get(self.chosen.unwrap_or(0))
            .filter(|_| !self.line.is_empty())
        else {
            return Vec::new();
        };
        let mut lines = vec![vec![Span::new(item.title.clone(), Role::Strong)]];
        let about = item.about.iter().filter(|line| !line.is_empty());
        lines.extend(about.map(|line| vec![Span::new(line.clone(), Role::Normal)]));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_into(prompt: &mut Prompt, text: &str) {
        for c in text.chars() {
            prompt.take(Chord::char(c), &[], &Settings::default());
        }
    }

    #[test]
    fn editing_works_by_characters() {
        let mut prompt = Prompt::new(PromptKind::Filter, "");
        type_into(&mut prompt, "größe zwei");
        prompt.take(Chord::ctrl('w'), &[], &Settings::default());
        assert_eq!(prompt.text(), "größe ");
        prompt.take(Chord::key(Key::Home), &[], &Settings::default());
        type_into(&mut prompt, "x");
        let caret = prompt.view(Screen::Logs, &Settings::default()).caret;
        assert_eq!((prompt.text().as_str(), caret), ("xgröße ", 1));
        prompt.take(Chord::ctrl('u'), &[], &Settings::default());
        assert_eq!(prompt.text(), "größe ");
    }
}
