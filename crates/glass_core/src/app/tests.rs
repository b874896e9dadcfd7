//! Keys in, moments and screens out.

use super::*;
use crate::Key;
use glass_model::TimeRange;

fn app() -> App {
    let at = Timestamp::from_secs;
    App::new(RecordingInfo {
        name: "test".into(),
        summary: String::new(),
        cloud: String::new(),
        extent: TimeRange::new(at(0), at(900)),
        known_until: at(2000),
        open_at: Some(at(300)),
        panels: Vec::new(),
        warnings: Vec::new(),
    })
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars()
        .flat_map(|c| {
            app.update(Event::Chord(if c == '\n' {
                Chord::key(Key::Enter)
            } else {
                Chord::char(c)
            }))
        })
        .collect()
}

fn secs(app: &App) -> i64 {
    app.playhead().secs()
}

#[test]
fn keys_move_through_time() {
    let mut app = app();
    press(&mut app, ".");
    assert_eq!(secs(&app), 305);
    press(&mut app, "t+90s\n");
    assert_eq!(secs(&app), 395);
    press(&mut app, ":00:01\n");
    assert_eq!(secs(&app), 60);
    press(&mut app, "[[");
    assert_eq!(secs(&app), 305);
    press(&mut app, "]");
    assert_eq!(secs(&app), 395);
    press(&mut app, "0");
    assert_eq!(secs(&app), 900);
    press(&mut app, "0");
    assert_eq!(secs(&app), 2000, "what was written afterwards");
}

#[test]
fn playing_stops_at_the_end_of_what_was_measured() {
    let mut app = app();
    press(&mut app, " ");
    app.update(Event::Tick(1_000_000_000));
    assert_eq!(secs(&app), 310);
    app.update(Event::Tick(1_000_000_000_000));
    assert_eq!((secs(&app), app.is_playing()), (900, false));
}

#[test]
fn every_question_carries_the_playhead() {
    let mut app = app();
    let mut effects = Vec::new();
    for keys in ["1", "2", "3", "4", "5F", "6", "t100ms\n", "^", "+"] {
        effects.extend(press(&mut app, keys));
        for effect in effects.drain(..) {
            if let Effect::Ask { question, .. } = effect {
                assert_eq!(question.as_of, app.playhead());
            }
        }
    }
}

#[test]
fn an_address_opens_the_same_view_at_the_same_moment() {
    let mut first = app();
    let copied = press(&mut first, "3+Y").pop();
    let Some(Effect::Copy(address)) = copied else {
        panic!("{copied:?}")
    };
    let mut second = app();
    press(&mut second, "0");
    second.update(Event::Paste(address));
    assert_eq!(
        (second.screen(), second.playhead(), second.time.window()),
        (Screen::Logs, first.playhead(), first.time.window())
    );
}

#[test]
fn esc_goes_up_and_never_quits() {
    let mut app = app();
    press(&mut app, "5");
    for _ in 0..5 {
        let effects = app.update(Event::Chord(Chord::key(Key::Esc)));
        assert!(!effects.contains(&Effect::Quit));
    }
    assert_eq!(app.screen(), Screen::Overview);
    assert!(press(&mut app, "q").contains(&Effect::Quit));
}

#[test]
fn a_wrong_filter_says_so_and_the_one_before_stays() {
    let mut app = app();
    press(&mut app, "3/{job");
    let Some(Overlay::Prompt(prompt)) = app.view(app.viewport).overlay else {
        panic!("no prompt")
    };
    assert!(prompt.hint[0].text.contains("after `job` comes"), "{prompt:?}");
    app.update(Event::Chord(Chord::key(Key::Esc)));
    let ScreenView::Logs(logs) = app.screen_view(app.viewport) else {
        panic!("not the logs")
    };
    assert_eq!(logs.filter[0].text, "all lines");
}
