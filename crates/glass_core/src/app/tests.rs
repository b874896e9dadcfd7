//! Keys in, moments and screens out.

mod exports;
mod graphs;
mod looks;
mod spans;

use super::*;
use crate::{Chord, Key};
use glass_model::{
    Answer, AnswerValue, CloudKind, CloudSummary, Completion, CompletionItem, CompletionKind, Provenance,
    QueryError, Question, TimeRange,
};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn app() -> App {
    App::new(RecordingInfo {
        is_live: false,
        name: "test".into(),
        summary: String::new(),
        cloud: String::new(),
        extent: TimeRange::new(at(0), at(900)),
        known_until: at(2000),
        open_at: Some(at(300)),
        panels: Vec::new(),
        story: glass_model::Story::default(),
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
    assert_eq!(app.screen(), Screen::Clouds);
    assert!(press(&mut app, "q").contains(&Effect::Quit));
}

fn cloud(id: &str, kind: CloudKind) -> CloudSummary {
    CloudSummary {
        id: id.into(),
        name: format!("The {id} cloud"),
        operator: String::new(),
        kind,
        basis: String::new(),
        sites: Vec::new(),
        sources: Vec::new(),
        n_firing: None,
        n_incidents: None,
        asked_at: None,
    }
}

#[test]
fn a_cloud_is_opened_in_the_place_of_a_recording_and_late_answers_are_dropped() {
    let mut app = app();
    let asked = press(&mut app, "4");
    let late = asked.into_iter().find_map(|effect| match effect {
        Effect::Ask {
            slot: Slot::Alerts,
            version,
            question,
        } => Some((version, question)),
        _ => None,
    });
    let (version, question) = late.unwrap_or((
        1,
        Question {
            as_of: at(0),
            ask: Ask::Alerts,
        },
    ));
    let effects = press(&mut app, "9");
    assert!(effects.contains(&Effect::CheckClouds));
    assert!(
        !press(&mut app, "19").contains(&Effect::CheckClouds),
        "only once by itself"
    );
    let clouds = vec![
        cloud("shut", CloudKind::Live),
        cloud("taped", CloudKind::Recording),
    ];
    app.update(Event::Clouds { at: at(5000), clouds });
    let mut open = |keys: &str| {
        press(&mut app, keys);
        key(&mut app, Key::Enter)
    };
    assert_eq!(open(""), [], "nothing of it can be read");
    assert_eq!(open("j"), [Effect::Open("taped".into())]);
    let mut live = app.info.clone();
    live.is_live = true;
    live.extent = TimeRange::new(at(0), at(100_000));
    let effects = app.update(Event::Opened(Ok(Box::new(live))));
    assert_eq!((app.screen(), app.playhead()), (Screen::Overview, at(100_000)));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Ask { .. })),
        "asked anew"
    );
    app.update(Event::Answered(Box::new(Answered {
        slot: Slot::Alerts,
        version,
        question: question.clone(),
        result: Err(QueryError::Cancelled),
    })));
    assert!(
        !app.slots.is_settled(Slot::Alerts, &question),
        "of what was open before"
    );
}

#[test]
fn a_live_playhead_moves_with_the_clock_in_steps_until_it_is_held() {
    let mut info = app().info.clone();
    info.is_live = true;
    info.extent = TimeRange::new(at(0), at(100_000));
    let mut app = App::new(info);
    let at_clock = |app: &mut App, secs| {
        app.update(Event::Clock(at(secs)));
        app.playhead()
    };
    assert_eq!(at_clock(&mut app, 100_010), at(100_000), "polite");
    assert_eq!(at_clock(&mut app, 100_030), at(100_030));
    press(&mut app, " ");
    assert_eq!(at_clock(&mut app, 100_090), at(100_030), "held");
    press(&mut app, "0");
    assert_eq!(app.playhead(), at(100_090));
    assert_eq!(at_clock(&mut app, 100_120), at(100_120), "followed again");
    press(&mut app, ",");
    let held = app.playhead();
    assert!(held < at(100_120));
    assert_eq!(at_clock(&mut app, 200_000), held, "a step back holds it");
    let view = app.view(app.viewport);
    assert_eq!(view.header.badge, "LIVE");
    assert!(
        view.header.motion.starts_with("⏸ 1d 3h"),
        "{}",
        view.header.motion
    );
}

fn key(app: &mut App, key: Key) -> Vec<Effect> {
    app.update(Event::Chord(Chord::key(key)))
}

/// Answers the completion that was asked last: `rat` could become `rate` or `rate_limit`, everything else is wrong
/// at its first character.
fn complete(app: &mut App, effects: Vec<Effect>) {
    let item = |text: &str, kind| CompletionItem {
        text: text.into(),
        kind,
        detail: "a detail".into(),
    };
    for effect in effects {
        let Effect::Ask {
            slot,
            version,
            question,
        } = effect
        else {
            continue;
        };
        let Ask::Completion(ask) = &question.ask else {
            continue;
        };
        let completion = match ask.text.as_str() {
            "up" => Completion::default(),
            "rat" => Completion {
                replaces: 0..3,
                items: vec![
                    item("rate_limit", CompletionKind::Metric),
                    item("rate", CompletionKind::Function),
                ],
                error: Some(("1:4: not complete".into(), 3..3)),
            },
            _ => Completion {
                error: Some(("1:1: wrong".into(), 0..1)),
                ..Completion::default()
            },
        };
        let answer = Answer {
            as_of: question.as_of,
            value: AnswerValue::Completion(completion),
            provenance: Provenance::complete("test", TimeRange::ALL),
        };
        app.update(Event::Answered(Box::new(Answered {
            slot,
            version,
            question,
            result: Ok(answer),
        })));
    }
}

fn type_query(app: &mut App, text: &str) {
    for c in text.chars() {
        let effects = press(app, &c.to_string());
        complete(app, effects);
    }
}

fn editor(app: &App) -> crate::QueryEditorView {
    match app.view(app.viewport).overlay {
        Some(Overlay::QueryEditor(editor)) => editor,
        other => panic!("no editor but {other:?}"),
    }
}

/// The text of the graph's query that is wanted now.
fn asked(app: &App) -> Option<String> {
    app.wanted().into_iter().find_map(|(_, ask)| match ask {
        Ask::QueryGraph(ask) => Some(ask.text),
        _ => None,
    })
}

#[test]
fn a_query_is_typed_completed_run_and_left() {
    let mut app = app();
    press(&mut app, "2p");
    type_query(&mut app, "rat");
    let shown = editor(&app);
    assert_eq!((shown.language.as_str(), shown.text.as_str()), ("PromQL", "rat"));
    let fault = shown.fault.unwrap();
    assert_eq!(
        (fault.from, fault.to, fault.role),
        (3, 3, Role::Muted),
        "it only goes on"
    );
    assert_eq!(shown.completions[1].kind, "function");
    key(&mut app, Key::Down);
    key(&mut app, Key::Down);
    let effects = key(&mut app, Key::Enter);
    assert_eq!(
        editor(&app).text,
        "rate(",
        "a chosen completion is taken, not run"
    );
    complete(&mut app, effects);
    key(&mut app, Key::Enter);
    assert_eq!(
        editor(&app).fault.unwrap().role,
        Role::Critical,
        "a wrong query is not run"
    );
    app.update(Event::Chord(Chord::ctrl('u')));
    type_query(&mut app, "up");
    key(&mut app, Key::Enter);
    assert_eq!((asked(&app).as_deref(), app.editor.is_none()), (Some("up"), true));
    press(&mut app, "p");
    type_query(&mut app, "x");
    key(&mut app, Key::Esc);
    assert_eq!(
        asked(&app).as_deref(),
        Some("up"),
        "a query given up changes nothing"
    );
    key(&mut app, Key::Esc);
    assert_eq!((asked(&app), app.screen()), (None, Screen::Metrics));
}

#[test]
fn a_query_is_taken_apart_and_each_part_asked_as_a_query() {
    let mut app = app();
    press(&mut app, "2B");
    assert!(
        !app.wanted()
            .iter()
            .any(|(slot, _)| *slot == Slot::Explanation(Screen::Metrics))
    );
    press(&mut app, "p");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "up > 0\n");
    let effects = press(&mut app, "B");
    let (version, question) = effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Ask {
                slot: Slot::Explanation(Screen::Metrics),
                version,
                question,
            } => Some((version, question)),
            _ => None,
        })
        .unwrap();
    let part = |depth, text: &str| glass_model::QueryPart {
        depth,
        text: text.into(),
        value_type: "instant vector".into(),
        what: String::new(),
    };
    let found = glass_model::Explanation {
        parts: vec![part(0, "up > 0"), part(1, "up"), part(1, "0")],
        ..Default::default()
    };
    app.update(Event::Answered(Box::new(Answered {
        slot: Slot::Explanation(Screen::Metrics),
        version,
        result: Ok(Answer {
            as_of: question.as_of,
            value: AnswerValue::Explain(found),
            provenance: Provenance::complete("test", TimeRange::ALL),
        }),
        question,
    })));
    let wanted = app.wanted();
    let asked: Vec<_> = wanted
        .iter()
        .filter_map(|(slot, ask)| match (slot, ask) {
            (Slot::Part(nth), Ask::Query(ask)) => Some((*nth, ask.text.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [(0, "up > 0"), (1, "up"), (2, "0")]);
    press(&mut app, "j\n");
    assert_eq!(self::asked(&app), Some("up".to_owned()), "the chosen part is run");
}

#[test]
fn earlier_queries_come_back_and_so_does_what_was_typed() {
    let mut app = app();
    press(&mut app, "2pone\np");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "two\np");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "draft");
    for (pressed, expected) in [
        (Key::Up, "two"),
        (Key::Up, "one"),
        (Key::Up, "one"),
        (Key::Down, "two"),
        (Key::Down, "draft"),
    ] {
        key(&mut app, pressed);
        assert_eq!(editor(&app).text, expected);
    }
}

#[test]
fn completions_stay_while_a_word_goes_on_and_the_new_ones_are_under_way() {
    let mut app = app();
    press(&mut app, "2p");
    type_query(&mut app, "rat");
    press(&mut app, "e_");
    let shown = editor(&app);
    assert_eq!(shown.completions.len(), 1);
    assert_eq!(shown.fault, None, "the error was that of another text");
    key(&mut app, Key::Tab);
    assert_eq!(editor(&app).text, "rate_limit");
    press(&mut app, "(");
    assert_eq!(editor(&app).completions, []);
}

#[test]
fn an_address_holds_the_query() {
    for (keys, screen) in [
        ("2pup", Screen::Metrics),
        ("3/{job=\"a b\"} |= \"%\"", Screen::Logs),
    ] {
        let mut first = app();
        press(&mut first, keys);
        let Some(Effect::Copy(address)) = press(&mut first, "\nY").pop() else {
            panic!("nothing was copied")
        };
        let mut second = app();
        second.update(Event::Paste(address));
        assert_eq!(second.screen(), screen);
        assert_eq!(
            (second.current().query(), first.current().query().is_empty()),
            (first.current().query(), false)
        );
    }
}

#[test]
fn a_filter_that_begins_with_a_brace_goes_on_as_logql() {
    let mut app = app();
    press(&mut app, "3/time out\n");
    let logs = |app: &App| match app.screen_view(app.viewport) {
        ScreenView::Logs(logs) => logs,
        other => panic!("{other:?}"),
    };
    assert_eq!(logs(&app).filter[1].text, "time out ");
    press(&mut app, "/");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "{job=\"a\"");
    assert_eq!(editor(&app).language, "LogQL");
    key(&mut app, Key::Esc);
    assert_eq!(
        logs(&app).filter[1].text,
        "time out ",
        "given up: the filter before stays"
    );
    press(&mut app, "p{job=\"a\"}\n");
    assert_eq!(
        logs(&app).query.map(|query| query.text).as_deref(),
        Some("{job=\"a\"}")
    );
    press(&mut app, "p");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "rate({job=\"a\"}[5m])\n");
    assert_eq!(asked(&app).as_deref(), Some("rate({job=\"a\"}[5m])"));
    assert!(logs(&app).graph.is_some(), "a query that counts is a graph");
    key(&mut app, Key::Esc);
    assert!(logs(&app).query.is_none());
}

#[test]
fn the_error_of_a_query_stands_at_its_place() {
    let mut app = app();
    let effects = press(&mut app, "2pgröße(\n");
    for effect in effects {
        let Effect::Ask {
            slot,
            version,
            question,
        } = effect
        else {
            continue;
        };
        if matches!(question.ask, Ask::QueryGraph(_)) {
            let result = Err(QueryError::Invalid {
                text: "1:6: parse error".into(),
                at: 7..8,
            });
            app.update(Event::Answered(Box::new(Answered {
                slot,
                version,
                question,
                result,
            })));
        }
    }
    let ScreenView::Metrics(metrics) = app.screen_view(app.viewport) else {
        panic!("not the metrics")
    };
    let fault = metrics.queries[0].fault.clone().unwrap();
    assert_eq!((fault.from, fault.to), (5, 6), "in characters");
    assert!(
        metrics.graph.state.text.contains("p edits it"),
        "{:?}",
        metrics.graph.state
    );
}

#[test]
fn an_application_goes_on_where_another_was_left() {
    let mut app = app();
    for key in "3/err".chars() {
        press(&mut app, &key.to_string());
    }
    app.update(Event::Chord(Chord::key(Key::Enter)));
    app.update(Event::Command(crate::Command::StepForward));
    let (left, playhead) = (app.memory(), app.playhead());
    let mut again = self::app();
    again.recall(left.clone());
    assert_eq!(again.screen(), Screen::Overview, "only when it is asked to");
    again.resume();
    assert_eq!((again.screen(), again.playhead()), (Screen::Logs, playhead));
    assert_eq!(again.memory(), left);
    let mut other = self::app();
    other.info.name = "another".into();
    other.recall(left);
    other.resume();
    assert_eq!(other.screen(), Screen::Overview, "it was never open");
    assert_eq!(other.memory().sessions.len(), 2);
}

#[test]
fn a_time_in_a_text_is_gone_to() {
    let mut app = app();
    let mut effects = app.update(Event::Command(crate::Command::SeekEnd));
    effects.extend(press(&mut app, "6"));
    let summary = glass_model::DocumentSummary {
        kind: glass_model::DocumentKind::Note,
        id: "note".into(),
        title: "note".into(),
        known_at: at(600),
        n_comments: 0,
        closed_at: None,
    };
    let documents = AnswerValue::Documents(vec![summary.clone()]);
    let effects = answer(&mut app, effects, Slot::Documents, documents);
    let document = glass_model::Document {
        summary,
        author: String::new(),
        labels: Vec::new(),
        link: String::new(),
        text: "first 00:05, then 00:07, never 20:00".into(),
        comments: Vec::new(),
    };
    answer(
        &mut app,
        effects,
        Slot::Document(Screen::Incidents),
        AnswerValue::Document(Some(document)),
    );
    press(&mut app, "nn\n");
    assert_eq!((app.playhead(), app.screen()), (at(420), Screen::Overview));
    press(&mut app, "[");
    assert_eq!((app.playhead(), app.screen()), (at(900), Screen::Incidents));
}

/// Answers what was asked for a slot.
fn answer(app: &mut App, effects: Vec<Effect>, wanted: Slot, value: AnswerValue) -> Vec<Effect> {
    let asked = effects.into_iter().find_map(|effect| match effect {
        Effect::Ask {
            slot,
            version,
            question,
        } if slot == wanted => Some((version, question)),
        _ => None,
    });
    let (version, question) = asked.unwrap();
    let as_of = question.as_of;
    let provenance = Provenance {
        source: "test".into(),
        asked_at: None,
        covers: TimeRange::new(at(0), at(900)),
        completeness: glass_model::Completeness::Complete,
        warnings: Vec::new(),
    };
    app.update(Event::Answered(Box::new(Answered {
        slot: wanted,
        version,
        question,
        result: Ok(Answer {
            as_of,
            value,
            provenance,
        }),
    })))
}
