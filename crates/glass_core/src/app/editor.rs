//! The application's half of typing a query: opening the editor, its keys, and running what was typed.

use super::App;
use crate::query_editor::{EditorReaction, QueryEditor, note_query};
use crate::{Chord, Effect};
use glass_model::QueryLanguage;

impl App {
    /// Opens the editor with the query that is shown, or with one made of what is chosen.
    pub(super) fn edit_query(&mut self) {
        let Some(language) = self.current().query_language() else {
            return;
        };
        let text = match self.current().query() {
            "" => self.current().query_draft(&self.context()),
            shown => shown.to_owned(),
        };
        self.editor = Some(QueryEditor::new(language, &text));
    }

    /// Opens the editor for another query beside those that are shown.
    pub(super) fn edit_another_query(&mut self) {
        let Some(language) = self.current().query_language() else {
            return;
        };
        let mut editor = QueryEditor::new(language, "");
        editor.is_another = true;
        self.editor = Some(editor);
    }

    pub(super) fn editor_chord(&mut self, chord: Chord) -> Vec<Effect> {
        let Some(mut editor) = self.editor.take() else {
            return Vec::new();
        };
        let language = editor.language;
        let history = &self.query_history[place_of(language)];
        match editor.take(chord, history, &self.context()) {
            EditorReaction::Stay => self.editor = Some(editor),
            EditorReaction::Close => {}
            EditorReaction::Run(text) => {
                note_query(&mut self.query_history[place_of(language)], &text);
                let is_another = editor.is_another;
                let (screen, context) = self.current_mut();
                match is_another {
                    true => screen.add_query(&text, &context),
                    false => screen.set_query(&text),
                }
            }
        }
        Vec::new()
    }

    pub(super) fn paste_into_editor(&mut self, text: &str) {
        if let Some(editor) = &mut self.editor {
            editor.insert(text);
        }
    }
}

fn place_of(language: QueryLanguage) -> usize {
    match language {
        QueryLanguage::PromQl => 0,
        QueryLanguage::LogQl => 1,
    }
}
