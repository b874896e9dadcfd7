//! Ranges, marks, quiet stretches, two screens side by side.

use super::{answer, app, at, key, press, secs};
use crate::{App, Arrange, Chord, Effect, Event, Key, Overlay, Screen, ScreenView, Slot, Tile};
use glass_model::{Alert, AlertState, AnswerValue, Ask, Jump, JumpTarget, Labels, TimeRange};
use std::collections::HashMap;

fn alert(name: &str, from: i64, to: i64) -> Alert {
    Alert {
        labels: Labels::new([("alertname", name)]),
        annotations: Labels::empty(),
        state: AlertState::Resolved,
        pending_at: None,
        firing_at: Some(at(from)),
        notified_at: None,
        inhibited_by: None,
        resolved_at: Some(at(to)),
    }
}

/// The titles of the rows of the list on screen.
fn listed(app: &App) -> Vec<String> {
    let ScreenView::Alerts(view) = app.screen_view(app.viewport) else {
        panic!("not the alerts")
    };
    view.list
        .rows
        .iter()
        .map(|row| row.cells[1].text.clone())
        .collect()
}

#[test]
fn a_range_is_shown_alone_on_every_screen_until_it_is_given_up() {
    let mut app = app();
    let effects = press(&mut app, "4");
    let alerts = vec![alert("early", 10, 50), alert("late", 200, 280)];
    answer(
        &mut app,
        effects,
        Slot::Alerts,
        AnswerValue::Alerts(alerts.clone()),
    );
    assert_eq!(listed(&app), ["early", "late"]);
    // From the playhead at 300 back to 150, then fixed.
    press(&mut app, "xt-150s\n");
    let effects = press(&mut app, "x0");
    answer(&mut app, effects, Slot::Alerts, AnswerValue::Alerts(alerts));
    assert_eq!(app.time.selected(), Some(TimeRange::new(at(150), at(300))));
    assert_eq!(listed(&app), ["late"]);
    assert!(app.view(app.viewport).timeline.range.is_some());
    press(&mut app, "Z");
    assert_eq!(app.time.window(), TimeRange::new(at(150), at(300)));
    press(&mut app, "X");
    assert_eq!(listed(&app), ["early", "late"]);
}

#[test]
fn the_pointer_selects_and_while_it_holds_the_playhead_time_stands_still() {
    let mut app = app();
    app.update(Event::Select { from: 0.5, to: 0.1 });
    assert_eq!(app.time.selected(), Some(TimeRange::new(at(90), at(450))));
    press(&mut app, " ");
    app.update(Event::Scrub(0.2));
    app.update(Event::Tick(1_000_000_000));
    assert_eq!(secs(&app), 180);
    app.update(Event::ScrubEnd);
    app.update(Event::Tick(1_000_000_000));
    assert_eq!(secs(&app), 190);
}

#[test]
fn marks_are_gone_to_by_name_and_order() {
    let mut app = app();
    press(&mut app, "m");
    press(&mut app, "t+200s\nM");
    assert!(matches!(
        app.view(app.viewport).overlay,
        Some(Overlay::Prompt(prompt)) if prompt.title.contains("mark")
    ));
    press(&mut app, "the deploy\n");
    assert_eq!(app.marks.all().len(), 2);
    press(&mut app, "\"");
    assert_eq!(secs(&app), 300);
    press(&mut app, "'");
    assert!(app.message[0].text.contains("the deploy"));
    press(&mut app, "m");
    assert_eq!(app.marks.all().len(), 1, "the one here is taken away");
    assert_eq!(app.memory().sessions[0].marks.len(), 1);
}

#[test]
fn quiet_is_left_out_once_nothing_has_happened_for_a_while() {
    let mut app = app();
    press(&mut app, "Q ");
    let asked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Jump(jump) => Some(*jump),
            _ => None,
        })
    };
    let effects = app.update(Event::Tick(100_000_000));
    let jump = asked(&effects).unwrap();
    assert_eq!(
        (jump.target, jump.forward, jump.from),
        (JumpTarget::Any, true, at(301))
    );
    assert_eq!(asked(&app.update(Event::Tick(100_000_000))), None, "asked once");
    let result = Ok(Some(at(800)));
    app.update(Event::Jumped { jump, result });
    assert_eq!(secs(&app), 302, "finding is not going there");
    app.update(Event::Tick(3_000_000_000));
    assert_eq!(secs(&app), 332, "what follows is watched");
    app.update(Event::Tick(1_000_000_000));
    assert_eq!(secs(&app), 780, "two seconds of the clock before it");
    let effects = app.update(Event::Tick(2_000_000_000));
    assert_eq!(
        asked(&effects).map(|jump| jump.from),
        Some(at(800)),
        "and on from there"
    );
    app.update(Event::Jumped {
        jump: Jump {
            from: at(800),
            ..jump
        },
        result: Ok(None),
    });
    app.update(Event::Tick(5_000_000_000));
    assert_eq!(secs(&app), 880, "nothing more: to the end");
}

#[test]
fn where_the_end_of_quiet_is_not_known_nothing_is_left_out() {
    let mut app = app();
    press(&mut app, "Q ");
    let effects = app.update(Event::Tick(100_000_000));
    let Some(Effect::Jump(jump)) = effects
        .into_iter()
        .find(|effect| matches!(effect, Effect::Jump(_)))
    else {
        panic!("nothing was looked for")
    };
    let result = Err(glass_model::QueryError::Damaged("a bad block".into()));
    app.update(Event::Jumped { jump, result });
    app.update(Event::Tick(5_000_000_000));
    assert_eq!(secs(&app), 351);
    assert!(!app.quiet.is_on() && app.message[0].text.contains("a bad block"));
}

#[test]
fn two_screens_stand_side_by_side_with_one_playhead() {
    let mut app = app();
    press(&mut app, "3|");
    let shown = |app: &App| {
        let tiles = app.view(app.viewport).tiles.into_iter();
        tiles.map(|tile| (tile.screen, tile.has_keys)).collect::<Vec<_>>()
    };
    assert_eq!(shown(&app).len(), 1, "there is no room");
    let wide = crate::Viewport {
        bar_columns: 140,
        ..app.viewport
    };
    app.update(Event::Resized(wide));
    assert_eq!(shown(&app), [(Screen::Logs, false), (Screen::Overview, true)]);
    press(&mut app, "2");
    assert_eq!(shown(&app), [(Screen::Logs, false), (Screen::Metrics, true)]);
    key(&mut app, Key::Tab);
    assert_eq!(shown(&app), [(Screen::Logs, true), (Screen::Metrics, false)]);
    press(&mut app, "2");
    assert_eq!(shown(&app), [(Screen::Logs, false), (Screen::Metrics, true)]);
    press(&mut app, "f");
    assert_eq!(shown(&app), [(Screen::Metrics, true)]);
    press(&mut app, "f");
    assert_eq!(shown(&app).len(), 2);
    app.update(Event::Chord(Chord::key(Key::Esc)));
    assert_eq!(shown(&app), [(Screen::Metrics, true)]);
}

#[test]
fn a_front_end_may_show_as_many_screens_as_it_likes() {
    let mut app = app();
    let tile = |screen, list_rows| Tile {
        screen,
        viewport: crate::Viewport {
            list_rows,
            ..app.viewport
        },
    };
    let tiles = vec![
        tile(Screen::Logs, 3),
        tile(Screen::Alerts, 7),
        tile(Screen::Overview, 5),
    ];
    app.update(Event::Tiles(tiles));
    let shown = |app: &App| {
        let tiles = app.view(app.viewport).tiles.into_iter();
        tiles.map(|tile| (tile.screen, tile.has_keys)).collect::<Vec<_>>()
    };
    let three = [
        (Screen::Logs, false),
        (Screen::Alerts, false),
        (Screen::Overview, true),
    ];
    assert_eq!(shown(&app), three);
    assert_eq!(app.context_of(Screen::Alerts).viewport.list_rows, 7);
    app.update(Event::Chord(Chord::ctrl('w')));
    assert_eq!(app.screen(), Screen::Logs);
    press(&mut app, "6");
    assert_eq!(
        shown(&app).last(),
        Some(&(Screen::Incidents, true)),
        "asked for before it has a place"
    );
    let effects = app.update(Event::Chord(Chord::char('|')));
    let beside = Arrange::Beside {
        screen: app.screen(),
        of: Screen::Incidents,
    };
    assert!(effects.contains(&Effect::Arrange(beside)), "{effects:?}");
    press(&mut app, "1f");
    assert_eq!(shown(&app), [(Screen::Overview, true)]);
    app.update(Event::Chord(Chord::key(Key::Esc)));
    assert!(shown(&app).len() >= 3);
}

#[test]
fn two_screens_never_want_different_things_in_one_place() {
    let mut app = app();
    for (keys, _) in [("2pup\n", 0), ("3/rate(x[1m])", 0), ("4", 0)] {
        press(&mut app, keys);
        key(&mut app, Key::Enter);
    }
    for one in Screen::ALL {
        for other in Screen::ALL {
            let mut places: HashMap<Slot, Ask> = HashMap::new();
            for screen in [one, other] {
                for (slot, ask) in app.state(screen).wanted(&app.context()) {
                    let known = places.insert(slot, ask.clone());
                    assert!(
                        known.is_none_or(|known| known == ask),
                        "{one:?} {other:?} {slot:?}"
                    );
                }
            }
        }
    }
}
