//! `config.toml`: theme, colours, glyphs, mouse, speed, scale.

use super::file::{self, File, text_of};
use super::{Config, unknown};
use crate::args::{Colors, Glyphs, Scale};
use clap::ValueEnum;
use glass_core::SPEEDS;
use glass_tui::ThemeChoice;
use std::path::Path;
use toml::de::{DeTable, DeValue};

const KEYS: [&str; 6] = ["theme", "colors", "glyphs", "mouse", "speed", "scale"];

/// What the file set.
#[derive(Default)]
struct Set {
    theme: Option<(String, ThemeChoice)>,
    colors: Option<Colors>,
    glyphs: Option<Glyphs>,
    mouse: Option<bool>,
    speed: Option<f64>,
    scale: Option<Scale>,
}

/// Reads the file.
pub(super) fn read(folder: &Path, config: &mut Config) {
    let Some(set) = file::read(folder, "config.toml", config, take) else {
        return;
    };
    if let Some((name, theme)) = set.theme {
        config.theme_name = Some(name);
        config.theme = Some(theme);
    }
    config.colors = set.colors;
    config.glyphs = set.glyphs;
    config.mouse = set.mouse;
    config.speed = set.speed;
    config.scale = set.scale;
}

fn take(file: &mut File<'_>, root: &DeTable<'_>, config: &Config) -> Set {
    let mut set = Set::default();
    for (key, value) in root {
        let at = value.span();
        let value = value.get_ref();
        let name: &str = key.get_ref();
        let result = match name {
            "theme" => text_of(value).and_then(|theme| {
                set.theme = Some((theme.to_owned(), config.theme_of(theme)?));
                Ok(())
            }),
            "colors" => choice(value).map(|colors| set.colors = Some(colors)),
            "glyphs" => choice(value).map(|glyphs| set.glyphs = Some(glyphs)),
            "mouse" => switch(value).map(|mouse| set.mouse = Some(mouse)),
            "speed" => speed(value).map(|speed| set.speed = Some(speed)),
            "scale" => scale(value).map(|scale| set.scale = Some(scale)),
            other => Err(unknown("setting", other, &KEYS)),
        };
        if let Err(problem) = result {
            file.mistake(at, name, problem);
        }
    }
    set
}

/// One of the words that an argument of the same name takes.
fn choice<T: ValueEnum>(value: &DeValue<'_>) -> Result<T, String> {
    let word = text_of(value)?;
    T::from_str(word, true).map_err(|_| {
        let known: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        unknown("choice", word, &known)
    })
}

fn switch(value: &DeValue<'_>) -> Result<bool, String> {
    match value {
        DeValue::Boolean(is_on) => Ok(*is_on),
        other => Err(format!("expected true or false, found {}", other.type_str())),
    }
}

fn scale(value: &DeValue<'_>) -> Result<Scale, String> {
    number(value)
        .ok_or_else(|| format!("expected a number, found {}", value.type_str()))
        .and_then(Scale::new)
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number as f64),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

fn speed(value: &DeValue<'_>) -> Result<f64, String> {
    let known = || SPEEDS.map(|speed| speed.to_string()).join(", ");
    number(value)
        .filter(|speed| SPEEDS.contains(speed))
        .ok_or_else(|| format!("expected one of {}", known()))
}
