//! Pictures of the window: what is in sight as shapes, as pixels, on the clipboard; and of a graph alone.

mod support;

use egui::{ColorImage, Theme, ViewportCommand};
use egui_kittest::{Harness, kittest::Queryable};
use glass_core::{Effect, Runner, ScreenView};
use glass_gui::{Window, svg_of_view};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::fixture;
use support::invented::{Invented, app};

/// Paths and what was written there.
type Written = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Answers as [`Invented`], and keeps what is written.
struct Keeping {
    inner: Invented,
    written: Written,
}

impl Runner for Keeping {
    fn start(&mut self, effect: Effect) {
        if let Effect::Write { path, bytes, .. } = &effect {
            self.written
                .lock()
                .expect("no thread fell over")
                .push((path.clone(), bytes.to_vec()));
        }
        self.inner.start(effect);
    }
}

fn session() -> (Harness<'static, Window>, Written) {
    let (sender, events) = mpsc::channel();
    let written = Written::default();
    let runner = Keeping {
        inner: Invented { sender },
        written: written.clone(),
    };
    let window = Window::new(app(), Box::new(runner), events);
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
    settle(&mut harness);
    (harness, written)
}

fn settle(harness: &mut Harness<'_, Window>) {
    for _ in 0..4 {
        harness.step();
    }
}

/// A key goes down; that it comes up would be a frame of its own, after the one that is looked at.
fn press(harness: &mut Harness<'_, Window>, key: egui::Key, modifiers: egui::Modifiers) {
    harness.event(egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    });
    harness.step();
}

fn type_text(harness: &mut Harness<'_, Window>, text: &str) {
    for c in text.chars() {
        match c {
            '\n' => press(harness, egui::Key::Enter, egui::Modifiers::NONE),
            '\u{15}' => press(harness, egui::Key::U, egui::Modifiers::CTRL),
            c => {
                harness.event(egui::Event::Text(c.to_string()));
                harness.step();
            }
        }
    }
}

/// Asks for a picture of the screen; the name that is offered is replaced, if there is another.
fn export_screen(harness: &mut Harness<'_, Window>, path: &str) {
    press(harness, egui::Key::S, egui::Modifiers::CTRL);
    if !path.is_empty() {
        type_text(harness, "\u{15}");
    }
    type_text(harness, path);
    type_text(harness, "\n");
}

/// Gives the window the picture that it asks for, as its screen would.
fn take_screenshot(harness: &mut Harness<'_, Window>) -> bool {
    for _ in 0..4 {
        let asked = harness.output().viewport_output.values().find_map(|output| {
            output.commands.iter().find_map(|command| match command {
                ViewportCommand::Screenshot(callback) => Some(callback.clone()),
                _ => None,
            })
        });
        if let Some(callback) = asked {
            let image = ColorImage::filled([1280, 800], egui::Color32::from_rgb(1, 2, 3));
            callback.complete(Arc::new(image));
            return true;
        }
        harness.step();
    }
    false
}

/// Steps until a label is there: packing a picture has a thread of its own.
fn wait_for(harness: &mut Harness<'_, Window>, label: &str) {
    for _ in 0..200 {
        harness.step();
        if harness.query_by_label_contains(label).is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{label} was never said");
}

/// All texts of a document, which must be well-formed and know no other elements than shapes and texts.
fn texts_of(svg: &str) -> String {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut texts = String::new();
    let mut depth = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                check_tag(&tag);
                depth += 1;
            }
            Event::Empty(tag) => check_tag(&tag),
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push_str(&text.decode().expect("well-formed")),
            Event::GeneralRef(entity) => {
                let name = entity.decode().expect("well-formed");
                texts.push(match entity.resolve_char_ref().expect("well-formed") {
                    Some(c) => c,
                    None => match name.as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        other => panic!("{other}"),
                    },
                });
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    texts.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_tag(tag: &quick_xml::events::BytesStart<'_>) {
    let known = [
        "svg",
        "defs",
        "clipPath",
        "filter",
        "feGaussianBlur",
        "g",
        "rect",
        "circle",
        "ellipse",
        "path",
        "text",
        "tspan",
    ];
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    assert!(known.contains(&name.as_str()), "{name}");
    for attribute in tag.attributes() {
        let attribute = attribute.expect("well-formed");
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        assert!(!key.contains("href") && !key.starts_with("on"), "{key}");
        assert!(!value.contains("NaN") && !value.contains("inf"), "{key}={value}");
        assert!(
            !value.contains("url(") || value.starts_with("url(#"),
            "{key}={value}"
        );
    }
}

#[test]
fn a_view_as_shapes_says_what_the_window_says() {
    let model = fixture::overview();
    let ScreenView::Overview(overview) = &model.tiles[0].view else {
        panic!("the fixture is an overview")
    };
    for appearance in [Theme::Dark, Theme::Light] {
        let svg = svg_of_view(&model, egui::vec2(1600.0, 1000.0), appearance);
        let said = texts_of(&svg);
        let mut expected = vec![model.header.name.clone(), model.header.playhead.clone()];
        expected.push(overview.headline.iter().map(|span| span.text.as_str()).collect());
        for panel in &overview.panels {
            expected.push(panel.title.clone());
            expected.extend(panel.y_ticks.iter().map(|tick| tick.text.clone()));
            expected.extend(panel.lines.iter().map(|line| line.value.clone()));
        }
        let alerts = overview.alerts.rows.iter().filter_map(|row| row.cells.first());
        expected.extend(alerts.map(|cell| cell.text.clone()));
        for text in expected {
            // The window's fonts have another sign for it.
            let text = text.replace('✓', "✔");
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&words), "{words:?} in\n{said}");
        }
        assert!(svg.contains("viewBox=\"0 0 1600 1000\""));
    }
    let sizes = [Theme::Dark, Theme::Light].map(|theme| svg_of_view(&model, egui::vec2(800.0, 600.0), theme));
    assert_ne!(sizes[0], sizes[1], "light and dark differ");
}

#[test]
fn hostile_texts_stay_texts_in_shapes() {
    let mut model = fixture::overview();
    model.header.name = "<script>\u{fffe}&\"'".into();
    let svg = svg_of_view(&model, egui::vec2(1280.0, 800.0), Theme::Dark);
    assert!(texts_of(&svg).contains("<script>"));
    assert!(!svg.contains("<script") && !svg.contains('\u{fffe}'));
}

#[test]
fn what_is_in_sight_is_exported_as_shapes_without_the_line_that_asked() {
    let (mut harness, written) = session();
    export_screen(&mut harness, "a.svg");
    settle(&mut harness);
    harness.get_by_label("written to /invented/a.svg");
    let written = written.lock().unwrap();
    let [(path, bytes)] = written.as_slice() else {
        panic!("one file")
    };
    assert_eq!(path, "a.svg");
    let said = texts_of(std::str::from_utf8(bytes).unwrap());
    assert!(said.contains("ShopErrorsHigh"), "{said}");
    assert!(!said.contains("picture of the screen"), "{said}");
}

#[test]
fn what_is_in_sight_is_exported_as_pixels() {
    let (mut harness, written) = session();
    export_screen(&mut harness, "");
    assert!(take_screenshot(&mut harness), "a picture is asked for");
    wait_for(&mut harness, "written to /invented/glasshouse-");
    let written = written.lock().unwrap();
    let (path, bytes) = written.first().unwrap();
    assert!(path.ends_with("-overview-040500.png"), "{path}");
    let image = image::load_from_memory(bytes).unwrap().to_rgb8();
    assert_eq!(
        (image.dimensions(), image.get_pixel(9, 9).0),
        ((1280, 800), [1, 2, 3])
    );
}

#[test]
fn a_path_that_cannot_be_written_becomes_a_message() {
    let (mut harness, _) = session();
    export_screen(&mut harness, "nowhere/a.svg");
    settle(&mut harness);
    harness.get_by_label_contains("not written: no such folder");
}

#[test]
fn the_chosen_graph_is_exported_in_both_forms() {
    let (mut harness, written) = session();
    type_text(&mut harness, "2jj\t");
    settle(&mut harness);
    for path in ["g.svg", "g.png"] {
        type_text(&mut harness, &format!(":export.graph\n\u{15}{path}\n"));
        settle(&mut harness);
        harness.get_by_label(&format!("written to /invented/{path}"));
    }
    let written = written.lock().unwrap();
    let svg = std::str::from_utf8(&written[0].1).unwrap();
    assert!(svg.contains("as of 2026-11-22 04:05:00 UTC"), "{svg}");
    assert!(image::load_from_memory(&written[1].1).is_ok());
}

#[test]
fn a_picture_is_copied() {
    let (mut harness, _) = session();
    type_text(&mut harness, ":copy.image\n");
    assert!(take_screenshot(&mut harness), "a picture is asked for");
    let is_copied = |harness: &Harness<'_, Window>| {
        let commands = &harness.output().platform_output.commands;
        commands.iter().any(
            |command| matches!(command, egui::OutputCommand::CopyImage(image) if image.size == [1280, 800]),
        )
    };
    harness.step();
    assert!(is_copied(&harness));
    harness.step();
    harness.get_by_label("copied a picture of the window");
}
