//! `keys.toml`: keys of the user's own, laid over the defaults.

use super::file::{self, File, text_of};
use super::{Config, unknown};
use glass_client::catalogue::nearest;
use glass_core::{Action, Binding, COMMANDS, Chord, Edit, KeyContext, Keymap, key_names};
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// More keys than these follow one another nowhere.
const MOST_KEYS: usize = 5;

/// Reads the file.
pub(super) fn read(folder: &Path, config: &mut Config) {
    config.keymap = file::read(folder, "keys.toml", config, take).flatten();
}

fn take(file: &mut File<'_>, root: &DeTable<'_>, _: &Config) -> Option<Keymap> {
    let mut bindings = Vec::new();
    // Where each binding stands, for what is found out of all of them together.
    let mut places: Vec<(Range<usize>, String)> = Vec::new();
    for (name, table) in root {
        let at = name.span();
        let name: &str = name.get_ref();
        let Some(context) = KeyContext::from_name(name) else {
            let names: Vec<String> = KeyContext::all().map(KeyContext::name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            file.mistake(at, name, unknown("context", name, &names));
            continue;
        };
        let DeValue::Table(table) = table.get_ref() else {
            file.mistake(at, name, format!("expected a table: [{name}]"));
            continue;
        };
        for (keys, action) in table {
            let shown = format!("[{name}] \"{}\"", keys.get_ref());
            match binding(context, keys.get_ref(), action.get_ref()) {
                Ok(binding) => {
                    bindings.push(binding);
                    places.push((keys.span(), shown));
                }
                Err(problem) => file.mistake(keys.span(), &shown, problem),
            }
        }
    }
    match Keymap::with_user(bindings) {
        Ok(keymap) => Some(keymap),
        Err(clashes) => {
            for clash in clashes {
                let (at, shown) = places.get(clash.nth).cloned().unwrap_or_default();
                file.mistake(at, &shown, clash.problem);
            }
            None
        }
    }
}

fn binding(context: KeyContext, keys: &str, action: &DeValue<'_>) -> Result<Binding, String> {
    let keys: Vec<Chord> = keys.split_whitespace().map(chord).collect::<Result<_, _>>()?;
    match keys.len() {
        0 => return Err("expected keys, such as \"g g\"".to_owned()),
        1..=MOST_KEYS => {}
        n => {
            return Err(format!(
                "{n} keys are too many; {MOST_KEYS} may follow one another"
            ));
        }
    }
    let action = self::action(context, text_of(action)?)?;
    Ok(Binding {
        context,
        keys,
        action,
    })
}

fn chord(text: &str) -> Result<Chord, String> {
    Chord::parse(text).ok_or_else(|| {
        let plain = text.trim_start_matches('^').trim_start_matches("ctrl-");
        match (nearest(plain, key_names()), text.chars().count()) {
            (Some(near), _) => format!("no key is called \"{text}\"; did you mean \"{near}\"?"),
            (None, 2..=3) if text.chars().all(char::is_alphanumeric) => {
                let spaced: Vec<String> = text.chars().map(String::from).collect();
                format!(
                    "no key is called \"{text}\"; keys that follow one another are written \"{}\"",
                    spaced.join(" ")
                )
            }
            (None, _) => {
                format!("no key is called \"{text}\"; expected a character, ctrl-x, or a name such as space")
            }
        }
    })
}

fn action(context: KeyContext, id: &str) -> Result<Action, String> {
    if id == "none" {
        return Ok(Action::Nothing);
    }
    if context == KeyContext::Editor {
        let names: Vec<&str> = Edit::ALL.iter().map(|edit| edit.id()).collect();
        return Edit::from_id(id)
            .map(Action::Edit)
            .ok_or_else(|| unknown("edit", id, &names));
    }
    let Some(spec) = COMMANDS.iter().find(|spec| spec.id == id) else {
        let names: Vec<&str> = COMMANDS.iter().map(|spec| spec.id).chain(["none"]).collect();
        return Err(unknown("command", id, &names));
    };
    match context {
        KeyContext::Screen(screen) if !spec.is_available_on(screen) => {
            Err(format!("{id} is no command of the screen {}", screen.title()))
        }
        _ => Ok(Action::Run(spec.command)),
    }
}
