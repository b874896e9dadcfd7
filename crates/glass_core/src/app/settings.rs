//! What the user set: keys, themes, speed. It stays whatever is opened.

use super::App;
use crate::prompt::{Prompt, PromptKind};
use crate::{Chord, Found, Keymap};

/// What the user set, and what belongs to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Which keys run what.
    pub keymap: Keymap,
    /// The themes there are: name, and what it is for.
    pub themes: Vec<(String, String)>,
    /// The theme that was chosen while the program runs.
    pub theme: Option<String>,
    /// The speed to begin with.
    pub speed: Option<f64>,
    /// Whether the front-end can make pictures of pixels.
    pub draws_pixels: bool,
}

impl App {
    /// Takes other keys than the registry's.
    pub fn set_keymap(&mut self, keymap: Keymap) {
        self.settings.keymap = keymap;
    }

    /// Says which themes the front-end has: the name of each, and what it is for.
    pub fn set_themes(&mut self, themes: Vec<(String, String)>) {
        self.settings.themes = themes;
    }

    /// Begins with a speed; says whether it is one of [`crate::SPEEDS`].
    pub fn set_speed(&mut self, speed: f64) -> bool {
        let is_known = self.time.set_speed(speed);
        if is_known {
            self.settings.speed = Some(speed);
        }
        is_known
    }

    /// The themes there are: the name of each, and what it is for.
    pub fn themes(&self) -> &[(String, String)] {
        &self.settings.themes
    }

    /// Shows another theme from now on.
    pub fn set_theme(&mut self, name: &str) {
        self.settings.theme = Some(name.to_owned());
    }

    /// Seconds of the recording for each second of the clock.
    pub fn speed(&self) -> f64 {
        self.time.speed()
    }

    /// Shows what is wrong with something outside, such as a file of settings.
    pub fn warn(&mut self, text: &str) {
        self.complain(text);
    }

    /// The theme to show: the one being looked at in the list of themes, or the one that was chosen. `None` before
    /// any was.
    pub fn theme(&self) -> Option<&str> {
        let looked_at = self
            .prompt
            .as_ref()
            .and_then(|prompt| prompt.theme(&self.settings));
        looked_at.or(self.settings.theme.as_deref())
    }

    pub(super) fn choose_theme(&mut self) {
        if self.settings.themes.is_empty() {
            self.say("there is one theme only");
            return;
        }
        self.prompt = Some(Prompt::new(PromptKind::Theme, ""));
    }

    pub(super) fn theme_accepted(&mut self, prompt: &Prompt) {
        match prompt.theme(&self.settings).map(str::to_owned) {
            Some(name) => {
                self.prompt = None;
                self.say(&format!(
                    "theme {name}; theme = \"{name}\" in config.toml keeps it"
                ));
                self.settings.theme = Some(name);
            }
            None => self.prompt_error(format!("no theme is called `{}`", prompt.text())),
        }
    }

    /// The keys pressed so far with another; what they mean where text is typed.
    pub(super) fn editor_key(&mut self, chord: Chord) -> Option<Chord> {
        self.pending.push(chord);
        match self.settings.keymap.find_in_editor(&self.pending) {
            Found::Beginning => None,
            Found::Bound(chord) => {
                self.pending.clear();
                chord
            }
            Found::Nothing => {
                self.pending.clear();
                None
            }
        }
    }
}
