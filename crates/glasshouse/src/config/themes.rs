//! `themes/*.toml`: colours of the user's own, laid over those of a theme of the program.

use super::file::{self, File, text_of};
use super::{Config, unknown};
use glass_tui::{Palette, ThemeOffer};
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// More themes are not read.
const MOST_THEMES: usize = 50;

/// Reads the files, in the order of their names; each name is a theme's.
pub(super) fn read(folder: &Path, config: &mut Config) {
    let Ok(entries) = std::fs::read_dir(folder.join("themes")) else {
        return;
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    for name in names.into_iter().take(MOST_THEMES) {
        let palette = file::read(folder, &format!("themes/{name}"), config, take);
        if let Some(palette) = palette {
            config.themes.push(ThemeOffer {
                name: name.trim_end_matches(".toml").to_owned(),
                about: "your own".to_owned(),
                palette,
            });
        }
    }
}

fn take(file: &mut File<'_>, root: &DeTable<'_>, _: &Config) -> Palette {
    let mut palette = base(file, root);
    for (key, value) in root {
        let at = value.span();
        let name: &str = key.get_ref();
        let result = match (name, value.get_ref()) {
            ("base", _) => Ok(()),
            ("series", DeValue::Array(colors)) => colors
                .iter()
                .map(|color| color_of(color.get_ref()))
                .collect::<Result<Vec<_>, _>>()
                .map(|colors| palette.set_series(&colors)),
            ("series", other) => Err(format!("expected a list of colours, found {}", other.type_str())),
            (name, value) => color_of(value).and_then(|color| match palette.set(name, color) {
                true => Ok(()),
                false => {
                    let names: Vec<&str> = Palette::COLORS.into_iter().chain(["base", "series"]).collect();
                    Err(unknown("colour", name, &names))
                }
            }),
        };
        if let Err(problem) = result {
            file.mistake(at, name, problem);
        }
    }
    palette
}

/// The theme that the file changes; the dark one if it names none.
fn base(file: &mut File<'_>, root: &DeTable<'_>) -> Palette {
    let Some(value) = root.get("base") else {
        return Palette::default();
    };
    let names: Vec<&str> = Palette::BUILT_IN.iter().map(|(name, _, _)| *name).collect();
    let found = text_of(value.get_ref()).and_then(|base| {
        let known = Palette::BUILT_IN.iter().find(|(name, _, _)| *name == base);
        known
            .map(|(_, _, palette)| *palette)
            .ok_or_else(|| unknown("theme", base, &names))
    });
    found.unwrap_or_else(|problem| {
        file.mistake(value.span(), "base", problem);
        Palette::default()
    })
}

/// `#rrggbb`.
fn color_of(value: &DeValue<'_>) -> Result<(u8, u8, u8), String> {
    let text = text_of(value)?;
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.is_ascii());
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match number {
        Some(number) => Ok(((number >> 16) as u8, (number >> 8) as u8, number as u8)),
        None => Err(format!("expected a colour such as \"#6cb6ff\", found \"{text}\"")),
    }
}
