//! Keys in, meanings out.

use super::*;
use crate::Key;

fn keys(text: &str) -> Vec<Chord> {
    text.split(' ').map(|word| Chord::parse(word).unwrap()).collect()
}

fn bind(context: KeyContext, text: &str, id: &str) -> Binding {
    let action = match (id, Edit::from_id(id)) {
        ("none", _) => Action::Nothing,
        (_, Some(edit)) => Action::Edit(edit),
        _ => Action::Run(COMMANDS.iter().find(|spec| spec.id == id).unwrap().command),
    };
    Binding {
        context,
        keys: keys(text),
        action,
    }
}

use KeyContext::{Editor, Global, List};

#[test]
fn without_a_users_keys_it_is_the_registry() {
    let keymap = Keymap::default();
    for screen in Screen::ALL {
        for spec in COMMANDS.iter().filter(|spec| spec.is_available_on(screen)) {
            for chord in spec.keys {
                assert_eq!(
                    keymap.find(&[*chord], screen),
                    Found::Bound(spec.command),
                    "{chord}"
                );
            }
        }
    }
    assert_eq!(Keymap::with_user(Vec::new()), Ok(keymap));
}

#[test]
fn keys_that_follow_one_another_need_their_first_key_to_be_free() {
    let given_up = bind(Global, "g", "none");
    let top = bind(Global, "g g", "move.top");
    let clashes = Keymap::with_user(vec![top.clone()]).unwrap_err();
    assert_eq!(clashes.len(), 1);
    assert!(
        clashes[0].problem.contains("`g` alone runs move.top"),
        "{clashes:?}"
    );
    assert!(
        clashes[0].problem.contains("\"g\" = \"none\" in [global]"),
        "{clashes:?}"
    );
    let keymap = Keymap::with_user(vec![given_up, top]).unwrap();
    assert_eq!(keymap.find(&keys("g"), Screen::Logs), Found::Beginning);
    assert_eq!(
        keymap.find(&keys("g g"), Screen::Logs),
        Found::Bound(Command::Top)
    );
    assert_eq!(keymap.find(&keys("g x"), Screen::Logs), Found::Nothing);
    assert_eq!(
        keymap.continuations(&keys("g"), Screen::Logs),
        [("g".into(), "top".into())]
    );
    assert_eq!(keymap.keys_of(Command::Top, Screen::Logs), ["home", "g g"]);
}

#[test]
fn the_more_special_context_wins_and_two_of_one_context_clash() {
    let logs = KeyContext::Screen(Screen::Logs);
    let keymap =
        Keymap::with_user(vec![bind(Global, "r", "time.end"), bind(logs, "a", "look.level")]).unwrap();
    assert_eq!(
        keymap.find(&keys("r"), Screen::Logs),
        Found::Bound(Command::SeekEnd)
    );
    assert_eq!(
        keymap.find(&keys("r"), Screen::Metrics),
        Found::Bound(Command::ToggleRate),
        "the screen's own default outranks a global key"
    );
    assert_eq!(
        keymap.find(&keys("a"), Screen::Logs),
        Found::Bound(Command::CycleLevel)
    );
    assert_eq!(
        keymap.find(&keys("a"), Screen::Alerts),
        Found::Bound(Command::NextAlert)
    );
    let twice = vec![
        bind(Global, "^b", "time.end"),
        bind(Global, "ctrl-b", "time.start"),
    ];
    assert_eq!(Keymap::with_user(twice).unwrap_err()[0].nth, 1);
}

#[test]
fn a_sequence_on_one_screen_clashes_with_a_key_of_all() {
    let logs = KeyContext::Screen(Screen::Logs);
    let clashes = Keymap::with_user(vec![bind(logs, "space l", "look.level")]).unwrap_err();
    assert!(
        clashes[0].problem.contains("time.play-pause on Logs"),
        "{clashes:?}"
    );
    let freed = vec![bind(logs, "space", "none"), bind(logs, "space l", "look.level")];
    let keymap = Keymap::with_user(freed).unwrap();
    assert_eq!(keymap.find(&keys("space"), Screen::Logs), Found::Beginning);
    assert_eq!(
        keymap.find(&keys("space"), Screen::Alerts),
        Found::Bound(Command::PlayPause)
    );
}

#[test]
fn text_is_edited_by_other_keys_but_characters_go_on_typing() {
    let keymap = Keymap::with_user(vec![
        bind(Editor, "^j", "edit.next"),
        bind(Editor, "^x ^e", "edit.accept"),
        bind(Editor, "^w", "none"),
        bind(List, "^j", "move.down"),
    ])
    .unwrap();
    assert_eq!(
        keymap.find_in_editor(&keys("^j")),
        Found::Bound(Some(Chord::key(Key::Down)))
    );
    assert_eq!(keymap.find_in_editor(&keys("^x")), Found::Beginning);
    assert_eq!(keymap.find_in_editor(&keys("^w")), Found::Bound(None));
    assert_eq!(
        keymap.find_in_editor(&keys("x")),
        Found::Bound(Some(Chord::char('x')))
    );
    assert_eq!(keymap.find_in_list(&keys("^j")), Found::Bound(Command::Down));
    let clashes = Keymap::with_user(vec![bind(Editor, "j", "edit.next")]).unwrap_err();
    assert!(clashes[0].problem.contains("types itself"));
}
