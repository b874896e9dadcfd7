//! Every screen and overlay as text, and a plane of letters for styles.

use crate::fixtures;
use glass_core::{DataStateKind, ScreenView, ViewModel};
use glass_tui::{ColorChoice, GlyphChoice, Options, ThemeChoice, render, viewport_of};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 60), (40, 12)];

/// Compares the text of a view-model at a size, and its styles if asked for, with what was committed.
pub fn check(
    name: &str,
    model: &ViewModel,
    (width, height): (u16, u16),
    options: &Options,
    with_styles: bool,
) {
    let picture = render(model, width, height, options);
    insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture.to_text());
    if with_styles {
        insta::assert_snapshot!(format!("{name}_{width}x{height}_styles"), picture.to_styles());
    }
}

fn overview_of((width, height): (u16, u16)) -> ViewModel {
    let overview = fixtures::overview(viewport_of(width, height).n_panels);
    fixtures::model(ScreenView::Overview(overview), None)
}

#[test]
fn overview() {
    for size in SIZES {
        check(
            "overview",
            &overview_of(size),
            size,
            &Options::default(),
            size.0 == 120,
        );
    }
}

#[test]
fn every_other_screen() {
    let screens = [
        ("metrics", ScreenView::Metrics(fixtures::metrics())),
        ("logs", ScreenView::Logs(fixtures::logs(false))),
        ("alerts", ScreenView::Alerts(fixtures::alerts())),
        ("changes", ScreenView::Changes(fixtures::changes())),
        ("incidents", ScreenView::Incidents(fixtures::incidents())),
    ];
    for (name, screen) in screens {
        let model = fixtures::model(screen, None);
        for size in &SIZES[..3] {
            check(name, &model, *size, &Options::default(), size.0 == 80);
        }
    }
}

#[test]
fn a_tall_timeline_and_two_screens_side_by_side() {
    for size in [(60, 18), (80, 24), (120, 40), (200, 60)] {
        check(
            "timeline",
            &fixtures::timeline_screen(),
            size,
            &Options::default(),
            size.0 == 80,
        );
    }
    for size in [(120, 40), (200, 60)] {
        check(
            "halves",
            &fixtures::halves(),
            size,
            &Options::default(),
            size.0 == 120,
        );
    }
}

#[test]
fn logs_in_all_their_shapes() {
    let mut choosing = fixtures::logs(false);
    let mut chooser = fixtures::alerts().list;
    chooser.title = "Columns: enter adds or takes away, z closes".into();
    choosing.chooser = Some(Box::new(chooser));
    let shapes = [
        ("logs_odd", fixtures::odd_logs(false)),
        ("logs_wrapped", fixtures::odd_logs(true)),
        ("logs_patterns", fixtures::log_patterns()),
        ("logs_columns", choosing),
    ];
    for (name, logs) in shapes {
        let model = fixtures::model(ScreenView::Logs(logs), None);
        for size in [(60, 18), (80, 24), (120, 40), (200, 60)] {
            check(name, &model, size, &Options::default(), size.0 == 60);
        }
    }
}

#[test]
fn overlays_lie_above_the_screen() {
    for (name, overlay) in [("help", fixtures::help()), ("prompt", fixtures::prompt())] {
        let mut model = overview_of((80, 24));
        model.overlay = Some(overlay);
        check(name, &model, (80, 24), &Options::default(), true);
        check(name, &model, (120, 40), &Options::default(), false);
    }
}

#[test]
fn details_full_screen_and_a_warning() {
    let logs = fixtures::model(ScreenView::Logs(fixtures::logs(true)), None);
    check("logs_details", &logs, (80, 24), &Options::default(), false);
    let mut metrics = fixtures::metrics();
    metrics.names = None;
    metrics.graph_focused = true;
    let mut full = fixtures::model(ScreenView::Metrics(metrics), None);
    full.header.warning = "the segment 000004 is damaged and was left out".into();
    check("metrics_full", &full, (80, 24), &Options::default(), false);
}

#[test]
fn states_of_data_look_different() {
    let mut texts = Vec::new();
    for kind in [
        DataStateKind::Loading,
        DataStateKind::Empty,
        DataStateKind::NotAsked,
        DataStateKind::Partial,
        DataStateKind::Refused,
        DataStateKind::Failed,
        DataStateKind::Stale,
    ] {
        let mut changes = fixtures::changes();
        changes.list.rows.clear();
        changes.list.state = fixtures::state(kind, "");
        let model = fixtures::model(ScreenView::Changes(changes), None);
        texts.push(render(&model, 80, 24, &Options::default()).to_text());
    }
    for (i, text) in texts.iter().enumerate() {
        assert!(!texts[..i].contains(text), "{text}");
    }
}

#[test]
fn without_colours_and_in_ascii() {
    let plain = Options {
        colors: ColorChoice::Never,
        ..Options::default()
    };
    let ascii = Options {
        colors: ColorChoice::Never,
        glyphs: GlyphChoice::Ascii,
        ..Options::default()
    };
    let logs = fixtures::model(ScreenView::Logs(fixtures::logs(false)), None);
    let incidents = fixtures::model(ScreenView::Incidents(fixtures::incidents()), None);
    check(
        "no_color_overview",
        &overview_of((80, 24)),
        (80, 24),
        &plain,
        true,
    );
    check("no_color_logs", &logs, (80, 24), &plain, true);
    for (name, model) in [
        ("ascii_overview", overview_of((80, 24))),
        ("ascii_logs", logs),
        ("ascii_incidents", incidents),
    ] {
        check(name, &model, (80, 24), &ascii, false);
        let text = render(&model, 80, 24, &ascii).to_text();
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn light_and_few_colours() {
    let light = Options {
        theme: ThemeChoice::Light,
        ..Options::default()
    };
    let few = Options {
        colors: ColorChoice::Ansi16,
        ..Options::default()
    };
    check("light_overview", &overview_of((80, 24)), (80, 24), &light, true);
    check("ansi16_overview", &overview_of((80, 24)), (80, 24), &few, true);
}

#[test]
fn no_color_leaves_no_colour_in_the_cells() {
    let plain = Options {
        colors: ColorChoice::Never,
        ..Options::default()
    };
    let styles = render(&overview_of((80, 24)), 80, 24, &plain).to_styles();
    let legend: Vec<_> = styles.lines().skip(25).collect();
    assert!(!legend.is_empty());
    for line in legend {
        let words = line.split_once(' ').map_or("", |(_, words)| words);
        let allowed = ["bold", "reversed", "underlined"];
        assert!(words.split(' ').all(|word| allowed.contains(&word)), "{line}");
    }
}

#[test]
fn a_picture_for_documents() {
    let model = overview_of((120, 40));
    let svg = glass_tui::render_to_svg(&model, 120, 40, &Options::default());
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    assert!(svg.contains("CheckoutErrors") && svg.contains("03:41:20"));
}

/// Prints what a frame costs: `cargo test --release -p glass_tui --test screens -- --ignored --nocapture cost`.
#[test]
#[ignore = "a measurement, not a check"]
fn cost_of_a_frame() {
    const N_FRAMES: u32 = 500;
    for (width, height) in [(80, 24), (200, 60), (300, 90)] {
        let mut screens = vec![("overview", overview_of((width, height)))];
        screens.push((
            "logs",
            fixtures::model(ScreenView::Logs(fixtures::logs(false)), None),
        ));
        for (name, model) in screens {
            let begun = std::time::Instant::now();
            for _ in 0..N_FRAMES {
                std::hint::black_box(render(&model, width, height, &Options::default()));
            }
            println!(
                "{name} {width}x{height}: {:?} a frame",
                begun.elapsed() / N_FRAMES
            );
        }
    }
}
