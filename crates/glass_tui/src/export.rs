//! Pictures that the user asks for: a frame, or a graph alone, as SVG.

use crate::graph::{GraphKind, draw_graph};
use crate::layout::take_bottom;
use crate::options::Look;
use crate::pen::Pen;
use crate::picture::{Picture, picture_of};
use glass_core::{Event, Export, GraphView, PictureKind, PictureOf, Role, ViewModel};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns and rows of a graph's picture.
const GRAPH: (u16, u16) = (120, 32);

/// The picture that was asked for, or why there is none.
pub(crate) fn drawn(export: &Export, model: &ViewModel, area: Rect, look: Look) -> Event {
    let Export {
        of,
        kind,
        caption,
        path,
    } = export;
    let result = match (kind, of) {
        (PictureKind::Png, _) => {
            Err("a terminal has no pixels; the window writes .png, here the name ends in .svg".to_owned())
        }
        (PictureKind::Svg, PictureOf::Screen) => Ok(picture_of(model, area.width, area.height, look)),
        (PictureKind::Svg, PictureOf::Graph(graph)) => Ok(picture_of_graph(graph, caption, look)),
    };
    Event::Drawn {
        path: path.clone(),
        result: result.map(|picture| picture.to_svg().into_bytes()),
    }
}

/// A graph with all of its legend, above a line that says of what and when it is.
fn picture_of_graph(graph: &GraphView, caption: &str, look: Look) -> Picture {
    let (width, height) = GRAPH;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let mut rest = buffer.area;
    if let Some(ground) = look.theme.ground() {
        buffer.set_style(rest, ground);
    }
    let mut pen = Pen::new(&mut buffer, look);
    let below = take_bottom(&mut rest, 1);
    draw_graph(&mut pen, rest, graph, GraphKind::Alone, false);
    pen.put_as(below.x, below.y, below.width, caption, Role::Muted);
    Picture::new(buffer, look.theme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use glass_core::{AxisTick, DataState, DataStateKind, GraphLine, GraphPoint};

    fn graph() -> GraphView {
        let point = |x: f64, value: f64| GraphPoint {
            x,
            first: value,
            last: value,
            min: value,
            max: value,
        };
        let tick = |ratio, text: &str| AxisTick {
            ratio,
            text: text.to_owned(),
        };
        GraphView {
            title: "Errors <b>".into(),
            unit: "per second".into(),
            lines: vec![GraphLine {
                name: "cart & co".into(),
                value: "0.5/s".into(),
                number: None,
                role: Role::Series(0),
                runs: vec![vec![point(0.1, 0.2), point(0.5, 0.5)]],
            }],
            drawing: glass_core::Drawing::Lines,
            thresholds: Vec::new(),
            bands: Vec::new(),
            range: None,
            y_min: 0.0,
            y_max: 1.0,
            y_ticks: vec![tick(0.0, "0/s"), tick(1.0, "1/s")],
            x_ticks: vec![tick(0.5, "03:41")],
            playhead: 0.5,
            cursor: None,
            n_left_out: 0,
            state: DataState {
                kind: DataStateKind::Ready,
                text: String::new(),
                source: String::new(),
            },
        }
    }

    #[test]
    fn a_graph_alone_has_its_legend_and_says_when_it_is() {
        let picture = picture_of_graph(&graph(), "shop · as of 03:41", Look::fixed(&Options::default()));
        let text = picture.to_text();
        for expected in [
            "Errors <b>",
            "cart & co",
            "0.5/s",
            "1/s",
            "03:41",
            "shop · as of 03:41",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        let svg = picture.to_svg();
        assert!(svg.contains("Errors &lt;b&gt;") && !svg.contains("<b>"), "{svg}");
    }
}
