//! The pointer on what is read: times in a text, its wheel, the scrollbar over log lines, patterns, the words of a bar.

mod support;

use egui::{Event as Input, Modifiers, MouseWheelUnit, Pos2, Theme, TouchPhase, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use glass_core::{App, Chord, Event, Key, PointAt, Runner, ScreenView, ViewModel};
use std::sync::mpsc;
use std::time::Instant;
use support::invented::{Invented, app};
use support::{Shown, harness};

const WIDTH: f32 = 1200.0;
const HEIGHT: f32 = 800.0;

fn run(app: &mut App, runner: &mut Invented, events: &mpsc::Receiver<Event>, event: Event) {
    let mut effects = app.update(event);
    loop {
        effects.drain(..).for_each(|effect| runner.start(effect));
        let Ok(answer) = events.try_recv() else { return };
        effects = app.update(answer);
    }
}

/// What is shown after some keys.
fn model(keys: &str) -> ViewModel {
    let (sender, events) = mpsc::channel();
    let (mut app, mut runner) = (app(), Invented { sender });
    let window = egui::Rect::from_min_size(Pos2::ZERO, vec2(WIDTH, HEIGHT));
    let viewport = glass_gui::viewport(window);
    run(&mut app, &mut runner, &events, Event::Resized(viewport));
    for c in keys.chars() {
        let chord = match c {
            '\n' => Chord::key(Key::Enter),
            c => Chord::char(c),
        };
        run(&mut app, &mut runner, &events, Event::Chord(chord));
    }
    app.view(viewport)
}

fn shown(keys: &str) -> Harness<'static, Shown> {
    let mut harness = harness(model(keys), WIDTH, HEIGHT, Theme::Dark);
    harness.run();
    harness
}

/// What the pointer did to the lists.
fn points(harness: &mut Harness<'_, Shown>) -> Vec<PointAt> {
    let at = |event: Event| match event {
        Event::Point(point) => Some(point.at),
        _ => None,
    };
    std::mem::take(&mut harness.state_mut().events)
        .into_iter()
        .filter_map(at)
        .collect()
}

fn press(harness: &mut Harness<'_, Shown>, at: Pos2) {
    for event in [Input::PointerMoved(at), button(at, true)] {
        harness.event(event);
    }
    harness.step();
    harness.event(button(at, false));
    harness.step();
}

fn button(pos: Pos2, pressed: bool) -> Input {
    Input::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

fn turn(harness: &mut Harness<'_, Shown>, at: Pos2, points: f32) {
    harness.event(Input::PointerMoved(at));
    harness.step();
    harness.event(Input::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    // The wheel is smoothed over some frames.
    for _ in 0..30 {
        harness.step();
    }
}

#[test]
fn a_time_in_a_text_is_a_link_to_that_moment() {
    let mut harness = shown("6");
    let at = harness.get_by_label("04:05").rect().center();
    press(&mut harness, at);
    assert_eq!(points(&mut harness), [PointAt::Time(1)]);
    // The core goes there as enter on a chosen time does.
    let (sender, events) = mpsc::channel();
    let (mut app, mut runner) = (app(), Invented { sender });
    run(&mut app, &mut runner, &events, Event::Chord(Chord::char('6')));
    let before = app.playhead();
    let point = glass_core::Point {
        screen: app.screen(),
        list: 0,
        at: PointAt::Time(0),
    };
    run(&mut app, &mut runner, &events, Event::Point(point));
    assert_eq!(before.nanos_since(app.playhead()), 300_000_000_000);
}

#[test]
fn a_link_shows_its_address_and_is_opened_by_a_press_alone() {
    let mut harness = shown("6");
    let opened = |harness: &Harness<'_, Shown>| {
        let is_open = |command: &&egui::OutputCommand| matches!(command, egui::OutputCommand::OpenUrl(_));
        harness
            .output()
            .platform_output
            .commands
            .iter()
            .filter(is_open)
            .count()
    };
    let at = harness.get_by_label("runbook").rect().center();
    harness.event(Input::PointerMoved(at));
    let mut n_opened = 0;
    for _ in 0..40 {
        harness.step();
        n_opened += opened(&harness);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(n_opened, 0);
    harness.get_by_label("https://example.org/runbook");
    harness.event(button(at, true));
    harness.step();
    harness.event(button(at, false));
    harness.step();
    assert_eq!(opened(&harness), 1);
}

#[test]
fn the_wheel_scrolls_a_text_and_the_core_is_told() {
    let mut harness = shown("6");
    turn(&mut harness, pos2(900.0, 300.0), -150.0);
    let told = points(&mut harness);
    assert!(
        matches!(told.last(), Some(PointAt::Scroll(first)) if *first > 0),
        "{told:?}"
    );
    // Where the core leads to is in sight, and tells the core nothing.
    let ScreenView::Incidents(incidents) = &mut harness.state_mut().model.tiles[0].view else {
        panic!("the incidents are shown");
    };
    incidents.document.first = 14;
    harness.run_steps(40);
    assert_eq!(points(&mut harness), []);
    assert!(harness.query_by_label("nothing").is_some());
}

#[test]
fn the_wheel_scrolls_a_patch() {
    let mut harness = shown("5");
    turn(&mut harness, pos2(900.0, 300.0), -100.0);
    let told = points(&mut harness);
    assert!(told.contains(&PointAt::Scroll(1)), "{told:?}");
}

#[test]
fn the_scrollbar_of_log_lines_stands_for_all_matches() {
    let mut harness = shown("3");
    let bar = harness.get_by_label_contains(" of 699").rect();
    press(&mut harness, bar.center());
    let told = points(&mut harness);
    let [PointAt::Scroll(nth)] = told[..] else {
        panic!("{told:?}")
    };
    assert!((340..360).contains(&nth), "{nth}");
    turn(&mut harness, pos2(600.0, 400.0), 72.0);
    let told = points(&mut harness);
    assert!(
        matches!(told.last(), Some(PointAt::Scroll(nth)) if *nth < 699),
        "{told:?}"
    );
}

#[test]
fn lines_are_chosen_by_a_press_and_opened_by_two() {
    let mut harness = shown("3w");
    let at = harness.get_by_label_contains("GET /cart/692 200").rect().center();
    press(&mut harness, at);
    let told = points(&mut harness);
    let [PointAt::Row(row)] = told[..] else {
        panic!("{told:?}")
    };
    // In one frame: the harness' own are too far apart for a double click.
    let presses = [true, false, true, false].map(|pressed| button(at, pressed));
    harness.input_mut().events.extend(presses);
    harness.step();
    let told = points(&mut harness);
    assert!(told.contains(&PointAt::Open(row)), "{told:?}");
}

#[test]
fn a_column_keeps_the_width_it_is_drawn_to() {
    let mut harness = shown("3");
    let left = |harness: &Harness<'_, Shown>| harness.get_by_label("line").rect().min.x;
    let before = left(&harness);
    let edge = before - 6.0;
    let at = |x: f32| pos2(x, 330.0);
    harness.event(Input::PointerMoved(at(edge)));
    harness.step();
    harness.event(button(at(edge), true));
    harness.step();
    for x in [20.0, 60.0, 100.0] {
        harness.event(Input::PointerMoved(at(edge + x)));
        harness.step();
    }
    harness.event(button(at(edge + 100.0), false));
    harness.run();
    assert!(
        (left(&harness) - before - 100.0).abs() < 8.0,
        "{} {before}",
        left(&harness)
    );
}

#[test]
fn a_pattern_is_filtered_by_with_one_press() {
    let mut harness = shown("3P");
    let at = harness.get_by_label_contains("took").rect().center();
    press(&mut harness, at);
    assert!(matches!(points(&mut harness)[..], [PointAt::Open(_)]));
}

#[test]
fn the_bar_under_the_cursor_is_told() {
    let harness = shown("3k");
    let about = harness.get_by_label_contains("04:03:15 to ");
    assert!(about.rect().width() > 0.0);
}

/// Printed, not asserted: how long drawing a frame takes where there are ten million lines, and where there is a patch
/// as long as any.
#[test]
fn frames_over_much_are_printed() {
    let measure = |name: &str, mut harness: Harness<'static, Shown>, change: &dyn Fn(&mut ViewModel, u64)| {
        harness.run();
        let mut times: Vec<f64> = (0..40)
            .map(|nth| {
                change(&mut harness.state_mut().model, nth);
                let start = Instant::now();
                harness.step();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{name}: p50 {:.1} ms, max {:.1} ms a frame", times[20], times[39]);
    };
    measure("the same alerts again, for comparison", shown("4"), &|_, _| {});
    measure("ten million log lines", shown("3"), &|model, nth| {
        let ScreenView::Logs(logs) = &mut model.tiles[0].view else {
            panic!("logs are shown")
        };
        (logs.first, logs.total) = (nth * 250_000, 10_000_000);
        for (i, row) in logs.rows.iter_mut().enumerate() {
            row.time = format!("04:{:02}:{:02}.000", nth, i % 60);
            row.text[0].text = format!("GET /cart/{nth}/{i} 200 and some more of it");
        }
    });
    measure("a patch that is scrolled", shown("5f"), &|model, nth| {
        let ScreenView::Changes(changes) = &mut model.tiles[0].view else {
            panic!("changes are shown")
        };
        changes.details.first = nth as usize;
        for block in &mut changes.details.blocks {
            if let Some(row) = &mut block.row
                && let glass_core::DiffLines::Two(_, Some(line)) = &mut row.lines
            {
                line.text = format!("  key_{nth}: \"{nth}\" # new in every frame");
            }
        }
    });
}
