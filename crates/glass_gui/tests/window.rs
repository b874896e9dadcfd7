//! The window as tests see it: by accessible names, by what a press asks for, and by a few pictures.
//!
//! Pictures are drawn by a renderer on the CPU; `UPDATE_SNAPSHOTS=1 cargo test -p glass_gui` takes them anew.

mod support;

use egui::{Theme, Vec2};
use egui_kittest::{SnapshotOptions, kittest::Queryable};
use glass_core::{
    Chord, Command, DataStateKind, Event, Key, Overlay, Point, PointAt, Screen, ScreenView, ViewModel,
};
use support::{accessible_texts, fixture, harness};

fn pictured(model: ViewModel, theme: Theme, name: &str) {
    let mut harness = harness(model, 1280.0, 800.0, theme);
    harness.run();
    harness.snapshot(name);
}

#[test]
fn the_overview_in_the_dark() {
    pictured(fixture::overview(), Theme::Dark, "overview_dark");
}

#[test]
fn the_overview_in_the_light() {
    pictured(fixture::overview(), Theme::Light, "overview_light");
}

/// One picture of all states, so that two that look alike are seen.
#[test]
fn every_state_of_data_looks_different() {
    let mut model = fixture::overview();
    let ScreenView::Overview(overview) = &mut model.tiles[0].view else {
        panic!("the fixture is an overview");
    };
    let texts = [
        (DataStateKind::Loading, "asking"),
        (DataStateKind::Empty, "no samples so far"),
        (DataStateKind::NotAsked, "the recording holds no metrics"),
        (DataStateKind::Refused, "refused: rate() over a stepped series"),
        (
            DataStateKind::Failed,
            "cannot read metrics/0.parquet: bad checksum",
        ),
    ];
    let empty = overview.panels[3].clone();
    overview.panels = texts
        .iter()
        .map(|(kind, text)| {
            let mut panel = empty.clone();
            panel.state = fixture::state(*kind, text);
            panel
        })
        .collect();
    overview.alerts.rows.clear();
    overview.alerts.total = 0;
    overview.alerts.state = fixture::state(DataStateKind::Empty, "no alert now");
    let mut harness = harness(model, 1280.0, 800.0, Theme::Dark);
    harness.run();
    let said = accessible_texts(&harness);
    for (_, text) in texts {
        assert!(said.contains(text), "{text} in\n{said}");
    }
    let whole = harness.render().unwrap();
    let panels = image::imageops::crop_imm(&whole, 548, 144, 728, 436).to_image();
    let options = SnapshotOptions::new().output_path("tests/snapshots");
    egui_kittest::image_snapshot_options(&panels, "states_dark", &options);
}

#[test]
fn help_and_prompt_lie_above_everything() {
    for (overlay, text) in [
        (Overlay::Help(fixture::help()), "Keys on Overview"),
        (
            Overlay::Prompt(fixture::prompt()),
            "03:41, +90s, -5m or a full time",
        ),
    ] {
        let mut model = fixture::overview();
        model.overlay = Some(overlay);
        let mut harness = harness(model, 1280.0, 800.0, Theme::Dark);
        harness.run();
        harness.get_by_label(text);
        harness.get_by_label("Close").click();
        harness.run();
        // The middle of "Close" is the middle of the window, on the card of help, beside that of the prompt.
        let expected = usize::from(text != "Keys on Overview");
        let n_closed = harness
            .state()
            .events
            .iter()
            .filter(|event| matches!(event, Event::Chord(chord) if *chord == Chord::key(Key::Esc)))
            .count();
        assert_eq!(n_closed, expected, "{text}");
    }
}

fn check_press(label: &str, expected: Command) {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    harness.get_by_label(label).click();
    harness.run();
    let events = &harness.state().events;
    assert!(
        matches!(events.as_slice(), [Event::Command(command)] if *command == expected),
        "{label}: {events:?}"
    );
}

#[test]
fn a_press_on_a_name_runs_its_command() {
    check_press("Play or pause", Command::PlayPause);
    check_press("Step forward", Command::StepForward);
    check_press("Go to the end", Command::SeekEnd);
    check_press("Logs", Command::Show(Screen::Logs));
    check_press("Overview", Command::Show(Screen::Overview));
}

#[test]
fn pressing_and_dragging_on_the_timeline_scrubs() {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    let track = harness.get_by_label("Playhead").rect();
    let at = |ratio: f32| egui::pos2(track.min.x + track.width() * ratio, track.center().y);
    harness.drag_at(at(0.25));
    harness.run();
    harness.hover_at(at(0.5));
    harness.run();
    harness.drop_at(at(0.5));
    harness.run();
    let ratios: Vec<f64> = harness
        .state()
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Scrub(ratio) => Some(*ratio),
            Event::ScrubEnd => None,
            other => panic!("{other:?}"),
        })
        .collect();
    let ends = harness
        .state()
        .events
        .iter()
        .filter(|event| matches!(event, Event::ScrubEnd));
    assert_eq!(ends.count(), 1, "it is let go once");
    assert!((ratios.first().unwrap() - 0.25).abs() < 0.01, "{ratios:?}");
    assert!((ratios.last().unwrap() - 0.5).abs() < 0.01, "{ratios:?}");
    harness.hover_at(at(0.9) - Vec2::new(0.0, 4.0));
    harness.run();
    assert_eq!(
        harness.state().events.len(),
        ratios.len() + 1,
        "hovering asks for nothing"
    );
}

#[test]
fn a_screen_reader_moves_time_by_steps() {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    harness.get_by_label("Playhead").increment_accesskit();
    harness.run();
    assert!(matches!(
        harness.state().events.as_slice(),
        [Event::Command(Command::StepForward)]
    ));
}

#[test]
fn a_press_on_a_row_chooses_it_and_a_drag_over_a_graph_selects_a_range() {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    let ScreenView::Overview(overview) = &fixture::overview().tiles[0].view else {
        panic!("the fixture is an overview")
    };
    let row = &overview.changes.rows[1];
    let name = row
        .cells
        .iter()
        .map(|cell| cell.text.as_str())
        .filter(|text| !text.is_empty());
    let name = name.collect::<Vec<_>>().join(", ");
    harness.get_by_label(&name).click();
    harness.run();
    let pressed = harness.state().events.first().cloned();
    assert!(
        matches!(
            pressed,
            Some(Event::Point(Point {
                screen: Screen::Overview,
                list: 1,
                at: PointAt::Row(1)
            }))
        ),
        "{pressed:?}"
    );
    let title = format!("Graph: {}", overview.panels[0].title);
    let plot = harness.query_all_by_label_contains(&title).next().unwrap().rect();
    let middle = plot.center();
    harness.drag_at(middle);
    harness.run();
    harness.hover_at(middle + Vec2::new(60.0, 0.0));
    harness.run();
    harness.drop_at(middle + Vec2::new(60.0, 0.0));
    harness.run();
    let events = &harness.state().events;
    let selected = events
        .iter()
        .any(|event| matches!(event, Event::Select { from, to } if from < to));
    assert!(selected, "{events:?}");
}

/// A place in the first graph, where there is nothing but its lines.
fn in_first_graph(harness: &egui_kittest::Harness<'_, support::Shown>) -> egui::Pos2 {
    let graphs = harness.query_all_by_label_contains("Graph: ");
    let first = graphs.into_iter().next().expect("a graph is shown");
    first.rect().center()
}

/// What a drag of 60 points to the right asks for.
fn dragged(button: egui::PointerButton, modifiers: egui::Modifiers) -> Vec<Event> {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    harness.run();
    let from = in_first_graph(&harness);
    let to = from + Vec2::new(60.0, 0.0);
    let press = |pos, pressed| egui::Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers,
    };
    harness.event(egui::Event::ModifiersChanged(modifiers));
    harness.hover_at(from);
    harness.run();
    let steps = [press(from, true), egui::Event::PointerMoved(to), press(to, false)];
    for event in steps {
        harness.event(event);
        harness.run();
    }
    let events = std::mem::take(&mut harness.state_mut().events);
    events
        .into_iter()
        .filter(|event| !matches!(event, Event::Look(_)))
        .collect()
}

#[test]
fn a_drag_selects_zooms_or_moves() {
    use egui::{Modifiers, PointerButton};
    let plain = dragged(PointerButton::Primary, Modifiers::NONE);
    assert!(
        plain
            .iter()
            .all(|event| matches!(event, Event::Select { from, to } if from < to)),
        "{plain:?}"
    );
    for events in [
        dragged(PointerButton::Secondary, Modifiers::NONE),
        dragged(PointerButton::Primary, Modifiers::ALT),
    ] {
        assert!(
            matches!(events.last(), Some(Event::ZoomTo { from, to }) if from < to),
            "{events:?}"
        );
    }
    for events in [
        dragged(PointerButton::Middle, Modifiers::NONE),
        dragged(PointerButton::Primary, Modifiers::SHIFT),
    ] {
        let moved: f64 = events
            .iter()
            .map(|event| match event {
                Event::Pan(ratio) => *ratio,
                other => panic!("{other:?}"),
            })
            .sum();
        assert!(moved < -0.05, "what is under the pointer goes with it: {moved}");
    }
}

#[test]
fn the_wheel_zooms_and_two_presses_show_all() {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    harness.run();
    let at = in_first_graph(&harness);
    harness.hover_at(at);
    harness.run();
    harness.event(egui::Event::Zoom(1.5));
    harness.run();
    let zoomed =
        harness.state().events.iter().any(
            |event| matches!(event, Event::Zoom { at, factor } if (0.0..1.0).contains(at) && *factor < 0.9),
        );
    assert!(zoomed, "{:?}", harness.state().events);
    // Two presses in one frame each: quick enough to be one double press.
    let press = |pressed| egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    for _ in 0..2 {
        harness.input_mut().events.extend([press(true), press(false)]);
        harness.step();
    }
    let events = &harness.state().events;
    let reset = events
        .iter()
        .any(|event| matches!(event, Event::Command(Command::ZoomReset)));
    assert!(reset, "{events:?}");
}

#[test]
fn a_press_in_a_legend_shows_a_line_alone() {
    let ScreenView::Overview(overview) = &fixture::overview().tiles[0].view else {
        panic!("the fixture is an overview")
    };
    let panel = overview
        .panels
        .iter()
        .find(|panel| panel.lines.len() > 1)
        .unwrap();
    let line = &panel.lines[1];
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    let label = format!("{} {}", line.name, line.value);
    let place = harness.query_all_by_label(&label).next().unwrap().rect();
    harness.hover_at(place.center());
    harness.run();
    harness.drag_at(place.center());
    harness.step();
    harness.drop_at(place.center());
    harness.run();
    let events = &harness.state().events;
    let asked = events.iter().any(
        |event| matches!(event, Event::Isolate { graph, line: name } if *graph == panel.title && *name == line.name),
    );
    assert!(asked, "{events:?}");
}

#[test]
fn under_the_pointer_the_values_of_all_lines_are_read_out() {
    let mut harness = harness(fixture::overview(), 1280.0, 800.0, Theme::Dark);
    harness.run();
    let ScreenView::Overview(overview) = &fixture::overview().tiles[0].view else {
        panic!("the fixture is an overview")
    };
    let index = overview
        .panels
        .iter()
        .position(|panel| panel.cursor.is_some())
        .unwrap();
    let title = &overview.panels[index].title;
    let shown = harness.query_all_by_label(title).next().unwrap().rect();
    harness.hover_at(shown.left_center() + Vec2::new(150.0, 90.0));
    harness.run();
    harness.snapshot("reading_dark");
}

#[test]
fn nothing_is_drawn_right_of_the_playhead() {
    // The core never hands out such points; the window would not paint them even so.
    let mut model = fixture::overview();
    let picture = |model: ViewModel| {
        let mut harness = harness(model, 1280.0, 800.0, Theme::Dark);
        harness.run();
        harness.render().unwrap()
    };
    let before = picture(model.clone());
    let ScreenView::Overview(overview) = &mut model.tiles[0].view else {
        panic!("the fixture is an overview");
    };
    for line in overview.panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        let mut later = *line.runs[1].last().unwrap();
        (later.x, later.max) = (0.95, 90.0);
        line.runs.insert(1, vec![later]);
    }
    assert!(before == picture(model), "a later point changes no pixel");
}

#[test]
fn small_windows_cut_texts_and_nothing_else() {
    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(800.0, 560.0));
    let model = fixture::overview_within(glass_gui::viewport(window));
    let mut harness = harness(model, window.width(), window.height(), Theme::Light);
    harness.run();
    harness.snapshot("overview_small");
}
