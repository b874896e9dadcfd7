//! Pictures of an invented graph.

use super::*;
use glass_core::{AxisTick, CursorView, GraphBand, MarkKind, ThresholdLine};
use quick_xml::events::Event;

fn point(x: f64, value: f64) -> GraphPoint {
    GraphPoint {
        x,
        first: value,
        last: value,
        min: value - 0.1,
        max: value + 0.1,
    }
}

fn tick(ratio: f64, text: &str) -> AxisTick {
    AxisTick {
        ratio,
        text: text.to_owned(),
    }
}

fn line(name: &str, nth: u8, points: &[(f64, f64)]) -> GraphLine {
    GraphLine {
        name: name.to_owned(),
        value: format!("{nth}.5/s"),
        number: None,
        role: Role::Series(nth),
        runs: vec![points.iter().map(|(x, value)| point(*x, *value)).collect()],
    }
}

fn graph() -> GraphView {
    GraphView {
        title: "Errors of the shop".into(),
        unit: "per second".into(),
        lines: vec![
            line("cart", 0, &[(0.1, 0.2), (0.3, 0.9), (0.5, 0.5)]),
            line("checkout & pay", 1, &[(0.1, 0.7), (0.5, 0.1)]),
        ],
        drawing: Drawing::Lines,
        thresholds: vec![ThresholdLine {
            y: 0.8,
            text: "above 0.8".into(),
            role: Role::Critical,
        }],
        bands: vec![GraphBand {
            kind: MarkKind::Change,
            role: Role::Accent,
            from: 0.3,
            to: None,
            texts: vec!["03:33:00 a change".into()],
        }],
        range: None,
        y_min: 0.0,
        y_max: 1.0,
        y_ticks: vec![tick(0.0, "0/s"), tick(0.5, "0.5/s"), tick(1.0, "1/s")],
        x_ticks: vec![tick(0.25, "03:30"), tick(0.75, "03:45")],
        playhead: 0.6,
        cursor: Some(CursorView {
            x: 0.4,
            text: "03:36:00".into(),
        }),
        n_left_out: 3,
        state: DataState {
            kind: DataStateKind::Partial,
            text: "one server did not answer".into(),
            source: "lab".into(),
        },
    }
}

fn picture<'a>(graph: &'a GraphView, theme: &'a Theme) -> GraphPicture<'a> {
    GraphPicture {
        graph,
        caption: "shop · as of 2026-11-22 03:41:00 UTC",
        size: size_for(graph, theme, WIDTH).unwrap(),
        theme,
    }
}

fn svg(graph: &GraphView) -> String {
    picture(graph, &crate::theme::DARK).to_svg().unwrap()
}

/// The names of all elements of a document, which must be well-formed, and all of its texts.
pub(crate) fn read_xml(document: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = quick_xml::Reader::from_str(document);
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                depth += 1;
                assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{tag:?}");
                names.push(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
            }
            Event::Empty(tag) => {
                assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{tag:?}");
                names.push(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push(text.decode().unwrap().into_owned()),
            Event::GeneralRef(entity) => {
                let name = entity.decode().unwrap();
                let shown = match (entity.resolve_char_ref().unwrap(), name.as_ref()) {
                    (Some(c), _) => c,
                    (None, "amp") => '&',
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, other) => panic!("{other}"),
                };
                texts.push(shown.to_string());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (names, texts)
}

fn texts(document: &str) -> String {
    read_xml(document).1.concat()
}

#[test]
fn everything_that_a_graph_says_is_in_its_picture() {
    let said = texts(&svg(&graph()));
    for expected in [
        "Errors of the shop",
        "per second",
        "shop · as of 2026-11-22 03:41:00 UTC · from lab",
        "one server did not answer",
        "cart",
        "0.5/s",
        "checkout & pay",
        "1.5/s",
        "0/s",
        "1/s",
        "03:30",
        "03:45",
        "03:36:00",
        "+3 more",
    ] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
}

#[test]
fn all_of_a_long_legend_has_room() {
    let mut graph = graph();
    graph.lines = (0..90)
        .map(|nth| line(&format!("a-series-of-some-length-{nth}."), nth, &[(0.2, 0.3)]))
        .collect();
    let said = texts(&svg(&graph));
    for nth in 0..90 {
        assert!(said.contains(&format!("a-series-of-some-length-{nth}.")), "{nth}");
    }
}

#[test]
fn a_hostile_name_is_a_text() {
    let mut graph = graph();
    graph.lines[0].name = "<script>alert(1)</script>\u{1b}[2J\u{0}\u{fffe}\n\"".into();
    graph.title = "</svg><image href='http://evil/'/>".into();
    let document = svg(&graph);
    let (names, texts) = read_xml(&document);
    let known = ["svg", "rect", "text", "polygon", "polyline", "circle", "line"];
    assert!(
        names.iter().all(|name| known.contains(&name.as_str())),
        "{names:?}"
    );
    assert!(texts.concat().contains("<script>alert(1)</script>"));
    assert!(!document.contains(['\u{1b}', '\u{0}', '\u{fffe}']));
    assert!(picture(&graph, &crate::theme::DARK).to_png().is_ok());
}

#[test]
fn nothing_is_drawn_right_of_the_playhead() {
    let before = graph();
    let mut after = before.clone();
    after.lines[0].runs[0].push(point(0.8, 0.4));
    after.lines[1].runs.push(vec![point(0.61, 0.9), point(0.99, 0.1)]);
    for theme in [&crate::theme::DARK, &crate::theme::LIGHT] {
        let (one, two) = (picture(&before, theme), picture(&after, theme));
        assert!(one.to_svg().unwrap() == two.to_svg().unwrap());
        assert!(one.to_png().unwrap() == two.to_png().unwrap());
    }
}

#[test]
fn pixels_are_as_many_as_asked_for_and_in_the_theme_s_colours() {
    let graph = graph();
    for theme in [&crate::theme::DARK, &crate::theme::LIGHT] {
        let png = GraphPicture {
            size: (640, 400),
            ..picture(&graph, theme)
        };
        let image = image::load_from_memory(&png.to_png().unwrap()).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (640, 400));
        let surface = theme.surface.to_array();
        assert_eq!(image.get_pixel(1, 1).0, surface[..3]);
        let line = theme.color(Role::Series(0)).to_array();
        let n_pixels = image.pixels().filter(|pixel| pixel.0 == line[..3]).count();
        assert!(n_pixels > 100, "{n_pixels} pixels of a line");
    }
    let tiny = GraphPicture {
        size: (0, 0),
        ..picture(&graph, &crate::theme::DARK)
    };
    assert!(tiny.to_png().is_ok() && tiny.to_svg().is_ok());
}

#[test]
fn a_graph_of_nothing_says_why() {
    let mut graph = graph();
    graph.lines.clear();
    let said = texts(&svg(&graph));
    assert!(said.contains("one server did not answer"), "{said}");
}

#[test]
fn odd_numbers_are_no_trouble() {
    let mut graph = graph();
    (graph.y_min, graph.y_max, graph.playhead) = (f64::NAN, f64::INFINITY, f64::NAN);
    graph.lines[0].runs[0][0].last = f64::NAN;
    graph.y_ticks[0].ratio = f64::NAN;
    assert!(picture(&graph, &crate::theme::DARK).to_png().is_ok());
    read_xml(&svg(&graph));
}
