//! [`Config`]: the user's own settings, keys and themes, out of the configuration folder. A file with a mistake is left
//! out as a whole, and every mistake is told with its place.

mod file;
mod keys;
mod settings;
mod themes;

use crate::args::{Colors, Glyphs, Scale};
use crate::output::Output;
use anyhow::Result;
use file::Mistake;
use glass_client::catalogue::{config_folder, nearest};
use glass_core::{App, Keymap};
use glass_tui::{ThemeChoice, ThemeOffer};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the configuration folder says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    folder: Option<PathBuf>,
    /// The files that were there.
    files: Vec<String>,
    mistakes: Vec<Mistake>,
    keymap: Option<Keymap>,
    /// Themes of the user's own.
    pub themes: Vec<ThemeOffer>,
    /// The theme to begin with, and its name.
    pub theme: Option<ThemeChoice>,
    pub theme_name: Option<String>,
    pub colors: Option<Colors>,
    pub glyphs: Option<Glyphs>,
    pub mouse: Option<bool>,
    speed: Option<f64>,
    /// How large the window shows everything.
    pub scale: Option<Scale>,
}

impl Config {
    /// Reads the folder and tells mistakes on standard error.
    pub fn load(output: &Output) -> Self {
        let config = Self::read(config_folder());
        for mistake in &config.mistakes {
            output.complain(&mistake.to_string());
        }
        config
    }

    fn read(folder: Option<PathBuf>) -> Self {
        let mut config = Self {
            folder,
            ..Self::default()
        };
        let Some(folder) = config.folder.clone() else {
            return config;
        };
        themes::read(&folder, &mut config);
        settings::read(&folder, &mut config);
        keys::read(&folder, &mut config);
        config
    }

    /// Gives the application what it is to know.
    pub fn apply(&self, app: &mut App) {
        if let Some(keymap) = &self.keymap {
            app.set_keymap(keymap.clone());
        }
        if let Some(speed) = self.speed {
            app.set_speed(speed);
        }
        match self.mistakes.as_slice() {
            [] => {}
            [only] => app.warn(&only.to_string()),
            [first, rest @ ..] => {
                app.warn(&format!("{first} (and {} more: `glasshouse config`)", rest.len()))
            }
        }
    }

    /// The theme of a name.
    pub fn theme_of(&self, name: &str) -> Result<ThemeChoice, String> {
        if name == "auto" {
            return Ok(ThemeChoice::Auto);
        }
        let all = ThemeOffer::all(&self.themes);
        if let Some(theme) = all.iter().find(|theme| theme.name == name) {
            return Ok(ThemeChoice::Palette(theme.palette));
        }
        let names: Vec<&str> = std::iter::once("auto")
            .chain(all.iter().map(|theme| theme.name.as_str()))
            .collect();
        Err(unknown("theme", name, &names))
    }
}

/// Says that a word is not one of those there are.
fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("no {what} is called \"{word}\"; did you mean \"{near}\"?"),
        None if known.len() <= 20 => {
            format!("no {what} is called \"{word}\"; there are {}", known.join(", "))
        }
        None => format!("no {what} is called \"{word}\"; docs/keys.md names them all"),
    }
}

/// `glasshouse config`: where the configuration is and what is wrong with it.
pub(crate) fn run(output: &Output, as_json: bool) -> Result<ExitCode> {
    let config = Config::read(config_folder());
    let folder = config.folder.as_ref().map(|folder| folder.display().to_string());
    if as_json {
        let mistakes: Vec<_> = config.mistakes.iter().map(Mistake::to_json).collect();
        output.json(&json!({ "folder": folder, "files": config.files, "mistakes": mistakes }))?;
    } else {
        output.line(&format!("folder  {}", folder.as_deref().unwrap_or("none")))?;
        for file in &config.files {
            output.line(&format!("file    {file}"))?;
        }
        if config.files.is_empty() {
            output.line("files   none: all is as it comes; `glasshouse config --help` names them")?;
        }
        for mistake in &config.mistakes {
            output.line(&format!("wrong   {mistake}"))?;
        }
    }
    Ok(ExitCode::from(u8::from(!config.mistakes.is_empty())))
}

#[cfg(test)]
mod tests;
