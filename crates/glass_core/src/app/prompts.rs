//! The application's half of the prompt: what was typed, pasted and accepted.

use super::App;
use crate::palette::Target;
use crate::prompt::{Prompt, PromptKind, PromptReaction};
use crate::query_editor::QueryEditor;
use crate::{Address, Chord, Effect, Key, seek};
use glass_model::QueryLanguage;

impl App {
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        match &mut self.prompt {
            Some(prompt) => {
                prompt.insert(text);
                self.prompt_changed();
            }
            None if text.trim().starts_with("glass://") => self.open_text(text),
            None => self.paste_into_editor(text),
        }
        Vec::new()
    }

    pub(super) fn prompt_chord(&mut self, chord: Chord) -> Vec<Effect> {
        let Some(prompt) = &mut self.prompt else {
            return Vec::new();
        };
        if prompt.kind == PromptKind::Filter && chord == Chord::key(Key::Tab) {
            self.search_instead();
            return Vec::new();
        }
        let Some(prompt) = &mut self.prompt else {
            return Vec::new();
        };
        match prompt.take(chord, &self.palette_history, &self.settings) {
            PromptReaction::Changed => self.prompt_changed(),
            PromptReaction::Stay => {}
            PromptReaction::Cancelled => self.prompt_cancelled(),
            PromptReaction::Accepted => return self.prompt_accepted(),
        }
        Vec::new()
    }

    /// A filter is applied while it is typed; one that begins as a LogQL query goes on as one.
    pub(super) fn prompt_changed(&mut self) {
        let Some(prompt) = &mut self.prompt else { return };
        prompt.error.clear();
        let text = prompt.text();
        if prompt.kind == PromptKind::Search {
            self.current_mut().0.set_search(&text);
            return;
        }
        match prompt.kind {
            PromptKind::Filter => {}
            PromptKind::Palette => return self.offer(),
            PromptKind::Help => {
                if let Some(help) = &mut self.help {
                    help.filter = text;
                    help.scroll = 0;
                }
                return;
            }
            _ => return,
        }
        let language = self.current().query_language();
        match language {
            Some(QueryLanguage::LogQl) if text.trim_start().starts_with('{') => {
                self.prompt_cancelled();
                self.editor = Some(QueryEditor::new(QueryLanguage::LogQl, &text));
            }
            _ => self.current_mut().0.set_filter(&text),
        }
    }

    /// What is being typed as a filter is searched for instead, on a screen that can be.
    fn search_instead(&mut self) {
        if self.current().search().is_none() {
            return;
        }
        let text = self.prompt.as_ref().map(Prompt::text).unwrap_or_default();
        self.prompt_cancelled();
        let before = self.current().search().unwrap_or_default().to_owned();
        let mut prompt = Prompt::new(PromptKind::Search, &text);
        prompt.before = before;
        self.prompt = Some(prompt);
        self.prompt_changed();
    }

    pub(super) fn prompt_cancelled(&mut self) {
        let Some(prompt) = self.prompt.take() else { return };
        match prompt.kind {
            PromptKind::Filter => self.current_mut().0.set_filter(&prompt.before),
            PromptKind::Search => self.current_mut().0.set_search(&prompt.before),
            PromptKind::Help => {
                if let Some(help) = &mut self.help {
                    help.filter.clear();
                }
            }
            PromptKind::Seek
            | PromptKind::Palette
            | PromptKind::Theme
            | PromptKind::Mark
            | PromptKind::Step
            | PromptKind::StepTitle
            | PromptKind::StepNotes
            | PromptKind::StoryTitle => {}
            PromptKind::Export(_) => self.export_cancelled(),
        }
    }

    pub(super) fn prompt_accepted(&mut self) -> Vec<Effect> {
        let Some(prompt) = self.prompt.clone() else {
            return Vec::new();
        };
        let text = prompt.text();
        match prompt.kind {
            PromptKind::Filter | PromptKind::Help => self.prompt = None,
            PromptKind::Search => {
                self.prompt = None;
                self.accept_search();
            }
            PromptKind::Seek => match seek::parse_seek(&text, self.time.playhead(), self.time.extent()) {
                Ok(at) => {
                    self.prompt = None;
                    self.seek(at);
                }
                Err(error) => self.prompt_error(error),
            },
            PromptKind::Palette => return self.run_typed(&prompt),
            PromptKind::Mark => {
                self.prompt = None;
                self.mark_named(&text);
            }
            PromptKind::Theme => self.theme_accepted(&prompt),
            kind @ (PromptKind::Step
            | PromptKind::StepTitle
            | PromptKind::StepNotes
            | PromptKind::StoryTitle) => return self.story_typed(kind, &text),
            PromptKind::Export(of) => return self.path_accepted(of, &text),
        }
        Vec::new()
    }

    pub(super) fn run_typed(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let text = prompt.text();
        if let Some(target) = prompt.target() {
            self.prompt = None;
            self.palette_history.push(match &target {
                Target::Run(command) => command.spec().title.to_owned(),
                _ => text,
            });
            return self.go_to_target(target);
        }
        if text.trim().starts_with("glass://") {
            self.open_text(&text);
        } else if let Ok(at) = seek::parse_seek(&text, self.time.playhead(), self.time.extent()) {
            self.prompt = None;
            self.palette_history.push(text);
            self.seek(at);
        } else {
            self.prompt_error(format!(
                "`{text}` is nothing to go to; arrows choose a suggestion, tab completes the first"
            ));
        }
        Vec::new()
    }

    pub(super) fn open_text(&mut self, text: &str) {
        match Address::parse(text) {
            Ok(address) => {
                self.prompt = None;
                self.open_address(&address);
            }
            Err(error) if self.prompt.is_some() => self.prompt_error(error),
            Err(error) => self.complain(&error),
        }
    }

    pub(super) fn prompt_error(&mut self, error: String) {
        if let Some(prompt) = &mut self.prompt {
            prompt.error = error;
        }
    }
}
