//! The whole window without a screen: keys in, effects out, answers shown, and no frame without a reason.

mod support;

use egui_kittest::{Harness, kittest::Queryable};
use glass_gui::{Failure, Waker, Window};
use std::sync::mpsc;
use std::time::Duration;
use support::invented::{Invented, app};

fn session() -> Harness<'static, Window> {
    let (sender, events) = mpsc::channel();
    let window = Window::new(app(), Box::new(Invented { sender }), events);
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_context_setup(Window::prepare)
        .build_ui_state(
            |ui, window: &mut Window| {
                window.take_events(ui.ctx());
                window.show(ui);
            },
            window,
        );
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
    harness.get_by_label_contains("GET /cart/1 200");
    press(&mut harness, "k");
    harness.get_by_label_contains("held, 1 newer: G follows");
    press(&mut harness, "w");
    harness.get_by_label_contains("GET /cart/2 200");
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
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_context_setup(Window::prepare)
        .build_ui_state(
            |ui, window: &mut Window| {
                window.take_events(ui.ctx());
                window.show(ui);
            },
            window,
        );
    harness.run();
    harness.get_by_label("bad␛[31m.glass cannot be opened");
    harness.get_by_label_contains("it is cut");
    harness.get_by_label_contains("heron");
    harness.key_press(egui::Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains("cannot be opened").is_none());
}
