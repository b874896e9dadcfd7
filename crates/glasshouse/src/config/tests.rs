//! Files in, settings and mistakes out.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use super::*;

/// Reads a folder with these files.
fn read(files: &[(&str, &str)]) -> (Config, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let config = Config::read(Some(folder.path().to_owned()));
    let start = format!("{}/", folder.path().display());
    let mistakes = config
        .mistakes
        .iter()
        .map(|mistake| mistake.to_string().replace(&start, ""));
    let mistakes = mistakes.collect();
    (config, mistakes)
}

#[track_caller]
fn check(file: &str, text: &str, expected: &[&str]) {
    let (_, mistakes) = read(&[(file, text)]);
    assert_eq!(mistakes, expected, "{text}");
}

#[test]
fn the_example_in_the_docs_is_right() {
    let docs = glass_core::keys_markdown();
    let (_, rest) = docs.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let (config, mistakes) = read(&[("keys.toml", example)]);
    assert_eq!(mistakes, Vec::<String>::new());
    assert!(config.keymap.is_some_and(|keymap| keymap != Keymap::default()));
}

#[test]
fn a_scale_is_a_number_that_can_be_read_by() {
    let (config, mistakes) = read(&[("config.toml", "scale = 1.25\n")]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(config.scale.map(|scale| scale.percent), Some(125));
    check(
        "config.toml",
        "scale = 9\n",
        &["config.toml:1: scale: expected a number from 0.5 to 4, found 9"],
    );
    check(
        "config.toml",
        "scale = \"large\"\n",
        &["config.toml:1: scale: expected a number, found string"],
    );
}

#[test]
fn every_mistake_in_keys_has_its_place_and_says_what_was_meant() {
    check(
        "keys.toml",
        "[global]\n\"b\" = \"move.tip\"\n",
        &["keys.toml:2: [global] \"b\": no command is called \"move.tip\"; did you mean \"move.top\"?"],
    );
    check(
        "keys.toml",
        "[globl]\n\"b\" = \"move.top\"\n",
        &["keys.toml:1: globl: no context is called \"globl\"; did you mean \"global\"?"],
    );
    check(
        "keys.toml",
        "[global]\n\"spcae\" = \"none\"\n\"gg\" = \"none\"\n",
        &[
            "keys.toml:2: [global] \"spcae\": no key is called \"spcae\"; did you mean \"space\"?",
            "keys.toml:3: [global] \"gg\": no key is called \"gg\"; keys that follow one another are written \"g g\"",
        ],
    );
    check(
        "keys.toml",
        "[alerts]\n\"b\" = \"look.rate\"\n\"B\" = 3\n",
        &[
            "keys.toml:2: [alerts] \"b\": look.rate is no command of the screen Alerts",
            "keys.toml:3: [alerts] \"B\": expected a text in quotes, found integer",
        ],
    );
    check(
        "keys.toml",
        "[global]\n\"space f\" = \"pane.full-screen\"\n",
        &[
            "keys.toml:2: [global] \"space f\": `space` alone runs time.play-pause on Overview, so `space f` is never \
         reached; give it up with \"space\" = \"none\" in [global]",
        ],
    );
    let (config, mistakes) = read(&[("keys.toml", "[global\n")]);
    assert!(mistakes[0].starts_with("keys.toml:1: "), "{mistakes:?}");
    assert!(config.keymap.is_none());
}

#[test]
fn settings_are_read_and_checked() {
    let text = "theme = \"mine\"\ncolors = \"256\"\nglyphs = \"ascii\"\nmouse = false\nspeed = 60\n";
    let (config, mistakes) = read(&[
        ("config.toml", text),
        (
            "themes/mine.toml",
            "base = \"light\"\naccent = \"#0000aa\"\nseries = [\"#111111\"]\n",
        ),
    ]);
    assert_eq!(mistakes, Vec::<String>::new());
    assert_eq!(config.colors, Some(Colors::Ansi256));
    assert_eq!(
        (config.glyphs, config.mouse, config.speed),
        (Some(Glyphs::Ascii), Some(false), Some(60.0))
    );
    assert_eq!(config.theme, Some(ThemeChoice::Palette(config.themes[0].palette)));
    check(
        "config.toml",
        "theme = \"drak\"\nspeed = 7\nmose = true\n",
        &[
            "config.toml:1: theme: no theme is called \"drak\"; did you mean \"dark\"?",
            "config.toml:2: speed: expected one of 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600",
            "config.toml:3: mose: no setting is called \"mose\"; did you mean \"mouse\"?",
        ],
    );
}

#[test]
fn themes_are_checked() {
    check(
        "themes/odd.toml",
        "base = \"drk\"\naccent = \"blue\"\nacent = \"#000000\"\nseries = 3\n",
        &[
            "themes/odd.toml:1: base: no theme is called \"drk\"; did you mean \"dark\"?",
            "themes/odd.toml:2: accent: expected a colour such as \"#6cb6ff\", found \"blue\"",
            "themes/odd.toml:3: acent: no colour is called \"acent\"; did you mean \"accent\"?",
            "themes/odd.toml:4: series: expected a list of colours, found integer",
        ],
    );
}
