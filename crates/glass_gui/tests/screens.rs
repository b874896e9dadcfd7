//! Every screen of an invented hour: each text of its view-model is in the window's tree, and the main ones are pictures.
//!
//! The texts are taken from the view-model as it prints itself, so that a new field is looked for without a word here.

mod support;

use egui::Theme;
use glass_core::{App, Chord, Effect, Event, Key, Runner, ScreenView, ViewModel};
use std::sync::mpsc::{self, Receiver};
use support::invented::{Invented, app};
use support::{accessible_texts, harness};

const WIDTH: f32 = 1600.0;
const HEIGHT: f32 = 1000.0;

/// An application and who answers it.
struct Session {
    app: App,
    runner: Invented,
    events: Receiver<Event>,
}

impl Session {
    fn new() -> Self {
        let (sender, events) = mpsc::channel();
        let mut session = Self {
            app: app(),
            runner: Invented { sender },
            events,
        };
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(WIDTH, HEIGHT));
        session.send(Event::Resized(glass_gui::viewport(window)));
        session
    }

    /// Sends an event and lets everything be answered.
    fn send(&mut self, event: Event) {
        let mut open = self.app.update(event);
        loop {
            for effect in open.drain(..) {
                if !matches!(
                    effect,
                    Effect::Copy(_)
                        | Effect::CopyImage
                        | Effect::Export(_)
                        | Effect::ExportStory(_)
                        | Effect::Quit
                        | Effect::Suspend
                        | Effect::ToggleMouse
                        | Effect::KeepStory(_)
                        | Effect::Arrange(_)
                ) {
                    self.runner.start(effect);
                }
            }
            let Ok(answer) = self.events.try_recv() else {
                return;
            };
            open = self.app.update(answer);
        }
    }

    fn model(&mut self, keys: &str) -> ViewModel {
        for c in keys.chars() {
            let chord = match c {
                '\n' => Chord::key(Key::Enter),
                '\t' => Chord::key(Key::Tab),
                '\u{15}' => Chord::ctrl('u'),
                '\u{1b}' => Chord::key(Key::Esc),
                c => Chord::char(c),
            };
            self.send(Event::Chord(chord));
        }
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(WIDTH, HEIGHT));
        self.app.view(glass_gui::viewport(window))
    }
}

/// The texts of a value that prints itself, but for where data comes from, which is told under the pointer.
fn texts_of(value: &impl std::fmt::Debug) -> Vec<String> {
    let printed = format!("{value:?}");
    let mut texts = Vec::new();
    let mut rest = printed.as_str();
    while let Some(start) = rest.find('"') {
        // An empty table has no titles of columns.
        let elsewhere = [
            rest[..start].ends_with("source: "),
            rest[..start].ends_with("Column { title: "),
            // Blocks say the same without its signs.
            rest[..start].ends_with("Markdown("),
        ];
        let is_left_out = elsewhere.contains(&true);
        let body = &rest[start + 1..];
        let mut end = 0;
        let bytes = body.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let text = body.get(..end).unwrap_or_default();
        // Of lists and tables the window draws numbers and lines itself; addresses stand under the pointer.
        let is_sign = text == " │ " || text.trim_end().trim_end_matches('.').parse::<u32>().is_ok();
        let is_address = text.starts_with(" <http");
        let is_left_out = is_left_out || is_sign || is_address;
        if !is_left_out && !text.trim().is_empty() && !text.contains('\\') {
            texts.push(text.to_owned());
        }
        rest = body.get(end + 1..).unwrap_or_default();
    }
    texts
}

#[test]
fn every_text_of_every_screen_is_in_the_window() {
    for keys in [
        "1",
        "2",
        "2jj\t",
        "2p\u{15}up\n",
        "3",
        "3k\n",
        "3w",
        "3P",
        "4",
        "4R",
        "5",
        "6",
        "6fn",
        "7",
        "7xhhhhx",
        "8",
    ] {
        let model = Session::new().model(keys);
        let mut screen = model.tile().view.clone();
        if let ScreenView::Logs(logs) = &mut screen {
            // Lines stand below other things here: fewer are in sight than in a list that has all the room.
            logs.rows.drain(..logs.rows.len().saturating_sub(10));
        }
        let wanted = texts_of(&screen);
        assert!(!wanted.is_empty(), "{keys:?}: {:?}", model.tile());
        let mut harness = harness(model, WIDTH, HEIGHT, Theme::Dark);
        harness.run();
        let said = accessible_texts(&harness);
        for text in wanted {
            assert!(said.contains(text.trim()), "{keys:?}: {text:?} is not in\n{said}");
        }
    }
}

/// Draws until the colours of code are known, too.
fn settle(harness: &mut egui_kittest::Harness<'_, support::Shown>) {
    harness.run();
    for _ in 0..500 {
        if !glass_gui::Highlighter::of(&harness.ctx).is_busy() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    harness.run();
}

fn pictured(keys: &str, name: &str, theme: Theme) {
    let model = Session::new().model(keys);
    let mut harness = harness(model, WIDTH, HEIGHT, theme);
    settle(&mut harness);
    harness.snapshot(name);
}

#[test]
fn the_metrics_in_the_dark() {
    pictured("2p\u{15}up\n", "metrics_dark", Theme::Dark);
}

#[test]
fn the_logs_in_the_dark() {
    pictured("3k", "logs_dark", Theme::Dark);
}

#[test]
fn wrapped_lines_in_the_light() {
    pictured("3wzjj\n\u{1b}kk\n", "logs_light", Theme::Light);
}

#[test]
fn the_patterns_of_lines_in_the_dark() {
    pictured("3P", "patterns_dark", Theme::Dark);
}

#[test]
fn the_alerts_in_the_light() {
    pictured("4", "alerts_light", Theme::Light);
}

#[test]
fn a_post_mortem_in_the_dark() {
    pictured("6n", "incident_dark", Theme::Dark);
}

#[test]
fn a_post_mortem_in_the_light() {
    pictured("6f", "incident_light", Theme::Light);
}

#[test]
fn a_patch_side_by_side_in_the_dark() {
    pictured("5f", "patch_dark", Theme::Dark);
}

#[test]
fn a_patch_one_line_below_the_other_in_the_light() {
    pictured("5fd", "patch_light", Theme::Light);
}

#[test]
fn a_tall_timeline_with_a_range_in_the_dark() {
    pictured("7hhhhxhhhhhhhhx", "timeline_dark", Theme::Dark);
}

#[test]
fn two_screens_side_by_side_in_the_light() {
    pictured("2p\u{15}up\n|3", "halves_light", Theme::Light);
}
