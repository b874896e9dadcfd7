//! What is said beside the pointer: the moment, the value of each line then, and what was going on.

use super::Scale;
use super::events::mark;
use super::lines::{draw_marker, point_at};
use crate::paint::{self, rect};
use crate::theme::{GAP, SMALL, Theme};
use egui::{Align2, Id, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};
use glass_core::{CursorView, Drawing, GraphBand, GraphLine, GraphView, MarkKind, Role};

/// Lines that are read out at most; of more, those with the greatest values.
const MOST: usize = 12;
/// Events that are named at most.
const MOST_EVENTS: usize = 2;
const ROW: f32 = 17.0;
const WIDEST: f32 = 380.0;
const SWATCH: f32 = 16.0;

/// What stands before a row.
enum Sign {
    Line(usize),
    Event(MarkKind),
}

/// A row: its sign, its text and its value.
struct Row<'a> {
    sign: Option<Sign>,
    text: &'a str,
    value: &'a str,
    role: Role,
    text_role: Role,
    /// Whether it goes on with the row above.
    is_more: bool,
}

impl Row<'_> {
    /// The moment and what is left out stand at the edge.
    fn is_indented(&self) -> bool {
        self.sign.is_some() || self.is_more
    }
}

/// Says what is under the pointer at `at`, on a card beside it.
pub(super) fn reading_ui(ui: &Ui, at: Pos2, graph: &GraphView, nearest: Option<usize>, salt: Id) {
    let Some(CursorView { x, text }) = &graph.cursor else {
        return;
    };
    let lines = rows(graph, nearest);
    let n_more = n_readable(graph).saturating_sub(lines.len()) + graph.n_left_out;
    let more = format!("+{n_more} more");
    let mut all = vec![row(text, Role::Strong)];
    all.extend(lines);
    if n_more > 0 {
        all.push(row(&more, Role::Muted));
    }
    let at_cursor = graph.bands.iter().rev().filter(|band| is_at(band, *x));
    all.extend(at_cursor.take(MOST_EVENTS).flat_map(event_rows));
    let width_of = |row: &Row<'_>| {
        let gap = if row.value.is_empty() { 0.0 } else { 2.0 * GAP };
        let swatch = if row.is_indented() { SWATCH } else { 0.0 };
        paint::text_width(ui, row.text, SMALL) + paint::text_width(ui, row.value, SMALL) + gap + swatch + 1.0
    };
    let width = all.iter().map(width_of).fold(60.0, f32::max).min(WIDEST) + 2.0 * GAP;
    let place = beside(ui, at, width, ROW * all.len() as f32 + GAP);
    let layer = LayerId::new(Order::Tooltip, salt.with("reading"));
    let ui = &Ui::new(
        ui.ctx().clone(),
        salt.with("reading"),
        UiBuilder::new().layer_id(layer).max_rect(place),
    );
    let theme = Theme::of(ui);
    let stroke = Stroke::new(1.0, theme.border);
    ui.painter()
        .rect(place, 4, theme.raised, stroke, StrokeKind::Inside);
    for (nth, row) in all.iter().enumerate() {
        let top = place.min.y + GAP / 2.0 + ROW * nth as f32;
        draw_row(ui, rect(place.min.x + GAP, top, width - 2.0 * GAP, ROW), row);
    }
}

fn row(text: &str, role: Role) -> Row<'_> {
    Row {
        sign: None,
        text,
        value: "",
        role,
        text_role: role,
        is_more: false,
    }
}

/// What an event is, each text of it in a row.
fn event_rows(band: &GraphBand) -> impl Iterator<Item = Row<'_>> {
    let texts = band.texts.iter().enumerate();
    texts.map(|(nth, text)| Row {
        sign: (nth == 0).then_some(Sign::Event(band.kind)),
        text,
        value: "",
        role: band.role,
        text_role: Role::Muted,
        is_more: nth > 0,
    })
}

/// Right below the pointer, or on its other side where there is no room.
fn beside(ui: &Ui, at: Pos2, width: f32, height: f32) -> Rect {
    let all = ui.ctx().content_rect();
    let right = at.x + 16.0;
    let left = if right + width > all.max.x {
        (at.x - 16.0 - width).max(all.min.x)
    } else {
        right
    };
    let top = (at.y + 14.0).min(all.max.y - height).max(all.min.y);
    rect(left, top, width, height)
}

fn draw_row(ui: &Ui, place: Rect, row: &Row<'_>) {
    let theme = Theme::of(ui);
    let mut texts = place;
    if row.is_indented() {
        texts.min.x += SWATCH;
    }
    let middle = pos2(place.min.x + 5.0, place.center().y);
    let color = theme.color(row.role);
    match &row.sign {
        Some(Sign::Line(index)) => draw_marker(ui.painter(), middle, *index, color),
        Some(Sign::Event(kind)) => drop(ui.painter().add(mark(*kind, middle - vec2(0.0, 1.0), color))),
        None => {}
    }
    let color = theme.color(row.text_role);
    let value = paint::text_width(ui, row.value, SMALL);
    paint::paint_text(ui, texts, Align2::RIGHT_CENTER, row.value, SMALL, color);
    let gap = if value > 0.0 { value + GAP } else { 0.0 };
    let name = texts.with_max_x(texts.max.x - gap);
    paint::paint_text(ui, name, Align2::LEFT_CENTER, row.text, SMALL, color);
}

/// Whether something was going on at a place of the window, or so close by that it is meant.
fn is_at(band: &GraphBand, x: f64) -> bool {
    const CLOSE: f64 = 0.008;
    match band.to {
        Some(to) => (band.from..=to).contains(&x),
        None => (band.from - x).abs() <= CLOSE,
    }
}

fn is_readable(line: &GraphLine) -> bool {
    !line.runs.is_empty()
}

fn n_readable(graph: &GraphView) -> usize {
    graph.lines.iter().filter(|line| is_readable(line)).count()
}

/// The lines by their values, the greatest first; of stacked ones as they stand, the highest first.
fn order(graph: &GraphView) -> Vec<usize> {
    let mut order: Vec<usize> = (0..graph.lines.len())
        .filter(|index| is_readable(&graph.lines[*index]))
        .collect();
    let number = |index: &usize| graph.lines[*index].number.unwrap_or(f64::NEG_INFINITY);
    match graph.drawing {
        Drawing::Stacked => order.reverse(),
        Drawing::Lines | Drawing::Logarithmic => {
            order.sort_by(|one, other| number(other).total_cmp(&number(one)));
        }
    }
    order
}

fn rows(graph: &GraphView, nearest: Option<usize>) -> Vec<Row<'_>> {
    let mut order = order(graph);
    // The line that stands out is always among them.
    if let Some(place) = order.iter().position(|index| Some(*index) == nearest)
        && place >= MOST
    {
        order.swap(place, MOST - 1);
    }
    order.truncate(MOST);
    let row = |index: usize| {
        let line = &graph.lines[index];
        Row {
            sign: Some(Sign::Line(index)),
            text: &line.name,
            value: &line.value,
            role: line.role,
            text_role: if nearest == Some(index) {
                Role::Strong
            } else {
                Role::Normal
            },
            is_more: false,
        }
    };
    order.into_iter().map(row).collect()
}

/// Paints a dot on each line where the cursor stands.
pub(super) fn draw_dots(ui: &Ui, scale: &Scale, graph: &GraphView) {
    let Some(cursor) = &graph.cursor else { return };
    let theme = Theme::of(ui);
    for line in graph.lines.iter().filter(|line| line.number.is_some()) {
        if let Some(point) = point_at(line, cursor.x) {
            let at = pos2(scale.x(cursor.x), scale.y(point.last));
            let place = Rect::from_center_size(at, vec2(7.0, 7.0));
            ui.painter().circle(
                place.center(),
                3.2,
                theme.color(line.role),
                Stroke::new(1.5, theme.surface),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_core::{DataState, DataStateKind, GraphPoint};

    fn graph(n_lines: usize) -> GraphView {
        let point = GraphPoint {
            x: 0.1,
            first: 0.0,
            last: 0.0,
            min: 0.0,
            max: 0.0,
        };
        let line = |i: usize| GraphLine {
            name: i.to_string(),
            value: String::new(),
            number: (i > 0).then_some(i as f64),
            role: Role::Series(0),
            runs: vec![vec![point]],
        };
        GraphView {
            title: String::new(),
            unit: String::new(),
            lines: (0..n_lines).map(line).collect(),
            drawing: Drawing::Lines,
            thresholds: Vec::new(),
            bands: Vec::new(),
            range: None,
            y_min: 0.0,
            y_max: 1.0,
            y_ticks: Vec::new(),
            x_ticks: Vec::new(),
            playhead: 1.0,
            cursor: None,
            n_left_out: 0,
            state: DataState {
                kind: DataStateKind::Ready,
                text: String::new(),
                source: String::new(),
            },
        }
    }

    fn names(graph: &GraphView, nearest: Option<usize>) -> Vec<&str> {
        rows(graph, nearest).into_iter().map(|row| row.text).collect()
    }

    #[test]
    fn the_greatest_values_come_first_and_the_nearest_line_is_never_missing() {
        let few = graph(4);
        assert_eq!(names(&few, None), ["3", "2", "1", "0"], "none at all comes last");
        let many = graph(30);
        assert_eq!(names(&many, None).len(), MOST);
        assert_eq!(names(&many, None)[0], "29");
        assert!(names(&many, Some(2)).contains(&"2"));
    }

    #[test]
    fn a_stack_is_read_from_above() {
        let mut stack = graph(3);
        stack.drawing = Drawing::Stacked;
        assert_eq!(names(&stack, None), ["2", "1", "0"]);
    }
}
