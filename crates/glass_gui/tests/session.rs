//! The whole window without a screen: keys in, effects out, answers shown, and no frame without a reason.

mod support;

use egui_kittest::{Harness, kittest::Queryable};
use glass_gui::{Failure, NewSession, Opening, Waker, Window};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use support::invented::{Invented, app, app_of};

/// A harness that shows a window of a size.
fn shown(window: Window, size: [f32; 2]) -> Harness<'static, Window> {
    Harness::builder()
        .with_size(size)
        .with_context_setup(Window::prepare)
        .build_ui_state(
            |ui, window: &mut Window| {
                window.take_events(ui.ctx());
                window.show(ui);
            },
            window,
        )
}

fn session() -> Harness<'static, Window> {
    let (sender, events) = mpsc::channel();
    let window = Window::new(app(), Box::new(Invented { sender }), events);
    let mut harness = shown(window, [1280.0, 800.0]);
    // Answers come in between two frames; a waker would ask for the second.
    harness.run();
    harness.step();
    harness.run();
    harness
}

fn press(harness: &mut Harness<'_, Window>, text: &str) {
    harness.event(egui::Event::Text(text.into()));
    harness.step();
    harness.step();
}

#[test]
fn answers_reach_the_screen() {
    let harness = session();
    harness.get_by_label_contains("ShopErrorsHigh, ");
    harness.get_by_label("2026-11-22 04:05:00 UTC");
}

#[test]
fn paused_and_without_input_nothing_is_drawn() {
    let mut harness = session();
    let before = harness.state().n_frames();
    harness.run();
    let settled = harness.state().n_frames();
    assert!(settled <= before + 1, "one frame, asked for by the test itself");
    assert!(!harness.ctx.has_requested_repaint());
}

#[test]
fn time_moves_while_playing_and_asks_for_frames() {
    let mut harness = session();
    press(&mut harness, " ");
    std::thread::sleep(Duration::from_millis(120));
    harness.step();
    let delay = harness
        .output()
        .viewport_output
        .values()
        .map(|output| output.repaint_delay)
        .min()
        .unwrap();
    assert!(delay <= Duration::from_millis(33), "{delay:?}");
    harness.step();
    assert!(
        harness.query_by_label("2026-11-22 04:05:00 UTC").is_none(),
        "the playhead moved"
    );
    press(&mut harness, " ");
    harness.run();
}

#[test]
fn keys_go_to_the_core_and_not_to_egui() {
    let mut harness = session();
    press(&mut harness, "?");
    harness.get_by_label_contains("Play or pause: ");
    harness.key_press(egui::Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains("Play or pause: ").is_none());
    // Tab would move egui's focus to a button, and space would then press it.
    harness.key_press(egui::Key::Tab);
    harness.run();
    assert!(harness.ctx.memory(|memory| memory.focused()).is_none());
}

#[test]
fn every_screen_is_in_the_window() {
    let mut harness = session();
    for (key, shown) in [
        ("2", "Metrics"),
        ("4", "Chosen alert"),
        ("5", "Changes"),
        ("6", "Incidents"),
        ("7", "What happened"),
        ("8", "Dashboards"),
        ("9", "Clouds and recordings"),
        ("1", "Last changes"),
    ] {
        press(&mut harness, key);
        let found = harness.query_all_by_label(shown).count();
        assert!(found > 0, "{key}: no {shown}");
    }
}

#[test]
fn two_screens_stand_side_by_side_in_the_window() {
    let mut harness = session();
    press(&mut harness, "4");
    press(&mut harness, "|");
    harness.get_by_label("Chosen alert");
    harness.get_by_label("Last changes");
}

#[test]
fn log_lines_and_their_patterns_are_in_the_window() {
    let mut harness = session();
    press(&mut harness, "3");
    harness.get_by_label_contains("GET /cart/699 200");
    press(&mut harness, "k");
    harness.get_by_label_contains("held, 1 newer: G follows");
    press(&mut harness, "w");
    harness.get_by_label_contains("GET /cart/697 200");
    press(&mut harness, "P");
    harness.get_by_label_contains("GET /cart/<_> <_>");
    press(&mut harness, "P");
    press(&mut harness, "z");
    harness.get_by_label_contains("Columns: enter adds or takes away");
}

#[test]
fn quitting_closes_the_window_and_copying_reaches_the_clipboard() {
    let mut harness = session();
    harness.event(egui::Event::Text("Y".into()));
    harness.step();
    let commands = &harness.output().platform_output.commands;
    assert!(
        matches!(commands.as_slice(), [egui::OutputCommand::CopyText(text)] if text.starts_with("glass://")),
        "{commands:?}"
    );
    harness.event(egui::Event::Text("q".into()));
    harness.step();
    let closes = harness
        .output()
        .viewport_output
        .values()
        .any(|output| output.commands.contains(&egui::ViewportCommand::Close));
    assert!(closes);
}

#[test]
fn a_waker_without_a_window_does_nothing() {
    Waker::default().wake();
}

#[test]
fn a_theme_is_seen_while_it_is_chosen_and_taken_back() {
    let mut harness = session();
    let ground = |harness: &Harness<'_, Window>| harness.ctx.global_style().visuals.panel_fill;
    let first = ground(&harness);
    harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::T);
    harness.step();
    press(&mut harness, "paper");
    let looked_at = ground(&harness);
    assert_ne!(looked_at, first);
    harness.key_press(egui::Key::Escape);
    harness.run();
    assert_eq!(ground(&harness), first, "taken back");
    harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::T);
    harness.step();
    press(&mut harness, "paper");
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(ground(&harness), looked_at, "kept");
}

#[test]
fn what_cannot_be_opened_is_told_until_it_is_closed() {
    let (sender, events) = mpsc::channel();
    let failure = Failure {
        named: "bad\u{1b}[31m.glass".into(),
        reason: "cannot read the file's end: it is cut".into(),
        ways_on: vec!["the incidents that come with the program: heron".into()],
    };
    let window = Window::new(app(), Box::new(Invented { sender }), events).with_failure(failure);
    let mut harness = shown(window, [1280.0, 800.0]);
    harness.run();
    harness.get_by_label("bad␛[31m.glass cannot be opened");
    harness.get_by_label_contains("it is cut");
    harness.get_by_label_contains("heron");
    harness.key_press(egui::Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains("cannot be opened").is_none());
}

/// A window in which more can be opened: what is named `broken` cannot.
fn session_with_more() -> Harness<'static, Window> {
    let (sender, events) = mpsc::channel();
    let (arrive, arrivals) = mpsc::channel();
    let start = move |name: String| {
        let (sender, events) = mpsc::channel();
        let arrival = match name.as_str() {
            "broken" => Err("it is broken".to_owned()),
            name => Ok(NewSession {
                app: app_of(name),
                runner: Box::new(Invented { sender }),
                events,
            }),
        };
        arrive.send(arrival).expect("the window is there");
    };
    let opening = Opening {
        start: Box::new(start),
        arrivals,
    };
    let window = Window::new(app(), Box::new(Invented { sender }), events).with_opening(opening);
    let mut harness = shown(window, [1600.0, 1000.0]);
    settle(&mut harness);
    harness
}

fn settle(harness: &mut Harness<'_, Window>) {
    for _ in 0..4 {
        harness.step();
    }
    harness.run();
}

/// A file that was dropped, of which only the name counts.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("there is none".to_owned())
    }
}

/// Runs a command by its title, as the palette does.
fn command(harness: &mut Harness<'_, Window>, title: &str) {
    press(harness, ":");
    harness.event(egui::Event::Paste(title.into()));
    harness.step();
    harness.key_press(egui::Key::Enter);
    settle(harness);
}

#[test]
fn an_arrangement_for_an_incident_shows_four_screens_at_once() {
    let mut harness = session_with_more();
    command(&mut harness, "Arrange for an incident");
    for shown in ["Last changes", "Chosen alert"] {
        harness.get_by_label(shown);
    }
    assert!(lines_in_sight(&harness) > 0);
    let before = harness.state_mut().memory();
    let layout = &before.sessions.last().unwrap().layout;
    assert!(layout.contains("logs"), "{layout}");
    // As it was left, it is there again.
    let (sender, events) = mpsc::channel();
    let mut again = app();
    again.recall(before);
    again.resume();
    let window = Window::new(again, Box::new(Invented { sender }), events);
    let mut harness = shown(window, [1600.0, 1000.0]);
    settle(&mut harness);
    harness.get_by_label("Last changes");
    harness.get_by_label("Chosen alert");
    command(&mut harness, "Arrange to explore");
    assert!(
        harness.query_by_label("Chosen alert").is_none() || harness.query_by_label("Last changes").is_none()
    );
}

fn lines_in_sight(harness: &Harness<'_, Window>) -> usize {
    harness.query_all_by_label_contains("GET /cart/").count()
}

#[test]
fn a_screen_can_be_closed_and_comes_back_by_its_key() {
    let mut harness = session_with_more();
    command(&mut harness, "Arrange for an incident");
    press(&mut harness, "3");
    harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::X);
    settle(&mut harness);
    assert_eq!(lines_in_sight(&harness), 0);
    press(&mut harness, "3");
    settle(&mut harness);
    assert!(lines_in_sight(&harness) > 0);
}

/// Drops a file on the window.
fn open(harness: &mut Harness<'_, Window>, name: &str) {
    let dropped = Dropped(name.into());
    harness.input_mut().dropped_files.push(Arc::new(dropped));
    harness.step();
    settle(harness);
}

#[test]
fn more_can_be_opened_compared_and_closed() {
    let mut harness = session_with_more();
    open(&mut harness, "broken");
    harness.get_by_label_contains("it is broken");
    assert_eq!(harness.state().n_sessions(), 1);
    open(&mut harness, "another");
    assert_eq!(harness.state().n_sessions(), 2);
    harness
        .get_by_label("Beside this one, aligned at the start")
        .click();
    settle(&mut harness);
    let n_clocks = harness.query_all_by_label("2026-11-22 04:05:00 UTC").count();
    assert_eq!(n_clocks, 2, "both are shown");
    press(&mut harness, ",");
    settle(&mut harness);
    let moved = harness.query_all_by_label("2026-11-22 04:05:00 UTC").count();
    assert_eq!(moved, 0, "both move");
    harness.get_by_label("No longer side by side").click();
    settle(&mut harness);
    assert!(harness.query_by_label("No longer side by side").is_none());
    harness.query_all_by_label("Close").next().unwrap().click();
    settle(&mut harness);
    assert_eq!(harness.state().n_sessions(), 1);
}

#[test]
fn a_story_is_made_told_presented_and_reported() {
    let mut harness = session_with_more();
    press(&mut harness, "4");
    for title in ["first", "second"] {
        harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::N);
        harness.step();
        harness.event(egui::Event::Paste(title.into()));
        harness.key_press(egui::Key::Enter);
        settle(&mut harness);
        press(&mut harness, "5");
    }
    harness.get_by_label_contains("1. first");
    harness.get_by_label_contains("2. second");
    harness.get_by_label_contains("1. first").click();
    settle(&mut harness);
    assert_eq!(harness.state().app().screen(), glass_core::Screen::Alerts);
    harness.key_press(egui::Key::F5);
    settle(&mut harness);
    harness.get_by_label("1 / 2");
    harness.key_press(egui::Key::PageDown);
    settle(&mut harness);
    harness.get_by_label("2 / 2");
    assert!(
        harness.query_by_label("Show: Alerts").is_none(),
        "nothing beside the screen"
    );
    harness.key_press(egui::Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("2 / 2").is_none());
    command(&mut harness, "Export the story");
    harness.key_press(egui::Key::Enter);
    for _ in 0..20 {
        harness.step();
    }
    harness.get_by_label_contains("written to /invented/glasshouse-incident-invented-story.html");
}

#[test]
fn settings_are_chosen_in_one_place() {
    let mut harness = session_with_more();
    command(&mut harness, "Settings");
    harness.get_by_label("600×").click();
    settle(&mut harness);
    harness.get_by_label_contains("paper").click();
    settle(&mut harness);
    assert_eq!(harness.state().app().theme(), Some("paper"));
    assert!((harness.state().app().speed() - 600.0).abs() < 0.1);
    harness.key_press(egui::Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("600×").is_none());
}

#[test]
fn what_is_closed_and_opened_again_is_where_it_was_left() {
    let mut harness = session_with_more();
    open(&mut harness, "another");
    let is_at_its_beginning =
        |harness: &Harness<'_, Window>| harness.query_by_label("2026-11-22 04:05:00 UTC").is_some();
    assert!(is_at_its_beginning(&harness));
    press(&mut harness, ",");
    settle(&mut harness);
    assert!(!is_at_its_beginning(&harness));
    command(&mut harness, "Close this recording");
    assert_eq!(harness.state().n_sessions(), 1);
    assert!(is_at_its_beginning(&harness), "the other one never moved");
    open(&mut harness, "another");
    assert_eq!(harness.state().n_sessions(), 2);
    assert!(!is_at_its_beginning(&harness));
}

#[test]
fn a_window_that_is_closed_while_presenting_comes_back_as_it_was_before() {
    let mut harness = session_with_more();
    command(&mut harness, "Arrange for an incident");
    let layout = |harness: &mut Harness<'_, Window>| harness.state_mut().memory().sessions[0].layout.clone();
    let before = layout(&mut harness);
    harness.key_press(egui::Key::F5);
    settle(&mut harness);
    assert!(harness.query_by_label("Chosen alert").is_none());
    assert_eq!(layout(&mut harness), before);
}
