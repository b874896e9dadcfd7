//! Graphs, painted over the runs of points that the core thinned: a band from the least to the greatest value
//! of each column, and a line through the latest ones. Nothing is painted right of the playhead.

use crate::lists::Lists;
use crate::paint::{self, rect, triangle};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use egui::{
    Align2, Color32, Mesh, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2,
};
use glass_core::{AxisTick, CursorView, DataStateKind, GraphLine, GraphPoint, GraphView, Role};

const HEAD: f32 = 30.0;
const LEGEND_ROW: f32 = 18.0;
const SWATCH: f32 = 16.0;
const X_AXIS: f32 = 20.0;

/// Draws a graph in a card.
pub fn graph_ui(ui: &mut Ui, place: Rect, graph: &GraphView, focused: bool, lists: &mut Lists<'_>) {
    graph_card_ui(ui, place, graph, (focused, true), lists);
}

/// The same with its legend elsewhere.
pub fn bare_graph_ui(ui: &mut Ui, place: Rect, graph: &GraphView, focused: bool, lists: &mut Lists<'_>) {
    graph_card_ui(ui, place, graph, (focused, false), lists);
}

fn graph_card_ui(
    ui: &mut Ui,
    place: Rect,
    graph: &GraphView,
    (focused, has_legend): (bool, bool),
    lists: &mut Lists<'_>,
) {
    let GraphView {
        title,
        unit,
        lines,
        n_left_out,
        state,
        y_min: _,
        y_max: _,
        y_ticks: _,
        x_ticks: _,
        playhead: _,
        cursor: _,
    } = graph;
    let ui = &mut paint::clipped(ui, place, "graph");
    paint::card(ui, place, focused);
    let inner = place.shrink2(vec2(PAD, 0.0));
    let head = rect(inner.min.x, place.min.y, inner.width(), HEAD);
    let body = Rect::from_min_max(pos2(inner.min.x, head.max.y), inner.max - vec2(0.0, GAP));
    if lines.is_empty() && state.kind != DataStateKind::Ready {
        title_ui(ui, head, title, unit);
        paint::state_ui(ui, body, state);
        return;
    }
    let right = paint::state_note_ui(ui, inner.max.x, head.center().y, inner.width() * 0.6, state);
    title_ui(ui, head.with_max_x(right), title, unit);
    if !has_legend {
        return plot_ui(ui, body, graph, lists);
    }
    let most_rows = ((body.height() * 0.4) / LEGEND_ROW).clamp(1.0, 4.0) as usize;
    let legend = place_legend(ui, body.width(), lines, *n_left_out, most_rows);
    let legend_top = body.max.y - LEGEND_ROW * legend.n_rows as f32;
    plot_ui(ui, body.with_max_y(legend_top), graph, lists);
    legend_ui(ui, body.with_min_y(legend_top), lines, &legend);
}

/// Draws axes, lines, playhead and cursor; nothing where the place is too low for a picture: then the values in
/// the legend are what can be told.
fn plot_ui(ui: &mut Ui, place: Rect, graph: &GraphView, lists: &mut Lists<'_>) {
    let GraphView {
        lines,
        y_min,
        y_max,
        y_ticks,
        x_ticks,
        playhead,
        cursor,
        state,
        title: _,
        unit: _,
        n_left_out: _,
    } = graph;
    let tick_widths = y_ticks
        .iter()
        .map(|tick| paint::text_width(ui, &tick.text, SMALL));
    let gutter = tick_widths.fold(18.0, f32::max) + GAP;
    let plot = Rect::from_min_max(
        pos2(place.min.x + gutter, place.min.y + 4.0),
        pos2(place.max.x, place.max.y - X_AXIS),
    );
    if plot.height() < 16.0 || plot.width() < 16.0 {
        return;
    }
    let scale = Scale {
        plot,
        y_min: *y_min,
        y_max: *y_max,
    };
    grid(ui, &scale, y_ticks, x_ticks, *playhead);
    let opacity = if paint::is_old(ui, state) { 0.45 } else { 1.0 };
    draw_lines(ui, &scale, lines, *playhead, opacity);
    draw_moments(ui, &scale, *playhead, cursor.as_ref());
    name_plot(ui, graph, plot);
    select_ui(ui, plot, &graph.title, lists);
}

/// Under the pointer stands the cursor of all graphs; it goes when the pointer leaves.
fn look_ui(ui: &Ui, plot: Rect, response: &egui::Response, lists: &mut Lists<'_>) {
    let has_moved = ui.input(|input| input.pointer.delta() != egui::Vec2::ZERO);
    let looked_at = egui::Id::unique("looked at");
    let was_here = ui.data(|data| data.get_temp(looked_at) == Some(response.id));
    match response.hover_pos().filter(|_| !response.dragged()) {
        Some(at) if has_moved => {
            lists.look(Some(f64::from((at.x - plot.min.x) / plot.width().max(1.0))));
            ui.data_mut(|data| data.insert_temp(looked_at, response.id));
        }
        None if was_here && !response.dragged() => {
            lists.look(None);
            ui.data_mut(|data| data.remove::<egui::Id>(looked_at));
        }
        _ => {}
    }
}

/// Drawn over, something with the window of time along it selects a range; each frame tells how far it has come.
pub fn select_ui(ui: &mut Ui, plot: Rect, salt: &str, lists: &mut Lists<'_>) {
    let id = ui
        .scope_id()
        .with(("select", salt, plot.min.x as i32, plot.min.y as i32));
    let response = ui.interact(plot, id, Sense::drag());
    look_ui(ui, plot, &response, lists);
    let ratio = |at: Pos2| f64::from((at.x - plot.min.x) / plot.width().max(1.0)).clamp(0.0, 1.0);
    let origin = ui.input(|input| input.pointer.press_origin());
    if response.dragged()
        && let (Some(from), Some(to)) = (origin, response.interact_pointer_pos())
        && response.drag_delta() != egui::Vec2::ZERO
    {
        lists.select(ratio(from), ratio(to));
    }
}

fn title_ui(ui: &mut Ui, place: Rect, title: &str, unit: &str) {
    let shown = paint::text_ui(ui, place, Align2::LEFT_CENTER, title, BODY, Role::Strong);
    let rest = Rect::from_min_max(pos2(shown.max.x + GAP, place.min.y + 1.0), place.max);
    if rest.width() > 16.0 {
        paint::text_ui(ui, rest, Align2::LEFT_CENTER, unit, SMALL, Role::Muted);
    }
}

/// From values and shares of the window to points on screen.
struct Scale {
    plot: Rect,
    y_min: f64,
    y_max: f64,
}

impl Scale {
    fn x(&self, ratio: f64) -> f32 {
        self.plot.min.x + self.plot.width() * ratio.clamp(-0.01, 1.01) as f32
    }

    fn y(&self, value: f64) -> f32 {
        let ratio = (value - self.y_min) / (self.y_max - self.y_min).max(f64::MIN_POSITIVE);
        self.plot.max.y - self.plot.height() * ratio.clamp(-0.05, 1.05) as f32
    }
}

fn grid(ui: &Ui, scale: &Scale, y_ticks: &[AxisTick], x_ticks: &[AxisTick], playhead: f64) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let plot = scale.plot;
    let muted = theme.color(Role::Muted);
    if playhead < 1.0 {
        let unknown = Rect::from_min_max(pos2(scale.x(playhead.max(0.0)), plot.min.y), plot.max);
        painter.rect_filled(unknown, 0, theme.unknown);
    }
    for AxisTick { ratio, text } in y_ticks {
        let y = plot.max.y - plot.height() * *ratio as f32;
        painter.hline(plot.x_range(), y, (1.0, theme.grid));
        // The lowest text stands on the axis rather than across it, beside the first text of the x axis.
        let top = (y - 8.0).min(plot.max.y - 13.0);
        let place = rect(plot.min.x - 90.0 - GAP, top, 90.0, 16.0);
        paint::paint_text(ui, place, Align2::RIGHT_CENTER, text, SMALL, muted);
    }
    let mut free_from = plot.min.x - 20.0;
    for AxisTick { ratio, text } in x_ticks {
        let x = scale.x(*ratio);
        painter.vline(x, plot.y_range(), (1.0, theme.grid));
        let width = paint::text_width(ui, text, SMALL) + 2.0;
        let left = (x - width / 2.0).min(plot.max.x - width).max(plot.min.x - GAP);
        if left >= free_from {
            let place = rect(left, plot.max.y + 2.0, width, 16.0);
            paint::paint_text(ui, place, Align2::CENTER_CENTER, text, SMALL, muted);
            free_from = left + width + GAP;
        }
    }
    painter.hline(plot.x_range(), plot.max.y, (1.0, theme.border));
}

fn draw_lines(ui: &Ui, scale: &Scale, lines: &[GraphLine], playhead: f64, opacity: f32) {
    let known = Rect::from_min_max(
        scale.plot.min - vec2(0.0, 1.0),
        pos2(scale.x(playhead.min(1.0)), scale.plot.max.y + 1.0),
    );
    let painter = ui.painter().with_clip_rect(known.intersect(ui.clip_rect()));
    for (index, line) in lines.iter().enumerate() {
        let color = Theme::of(ui).color(line.role).gamma_multiply(opacity);
        for run in &line.runs {
            draw_band(&painter, scale, run, color.gamma_multiply(0.28));
            draw_spikes(&painter, scale, run, color);
            let points: Vec<Pos2> = run
                .iter()
                .map(|point| pos2(scale.x(point.x), scale.y(point.last)))
                .collect();
            match points.as_slice() {
                [only] => drop(painter.circle_filled(*only, 1.6, color)),
                _ => drop(painter.line(points, Stroke::new(1.6, color))),
            }
        }
        let last = line.runs.last().and_then(|run| run.last());
        if let Some(GraphPoint { x, last, .. }) = last {
            draw_marker(ui.painter(), pos2(scale.x(*x), scale.y(*last)), index, color);
        }
    }
}

fn draw_band(painter: &Painter, scale: &Scale, run: &[GraphPoint], color: Color32) {
    if run.iter().all(|point| point.min == point.max) {
        return;
    }
    let mut mesh = Mesh::default();
    for GraphPoint {
        x,
        first: _,
        last: _,
        min,
        max,
    } in run
    {
        let next = mesh.vertices.len() as u32;
        // At least a point and a half high, so that the band of a flat line joins a spike without a break.
        let (top, bottom) = (scale.y(*max) - 0.4, scale.y(*min) + 0.4);
        mesh.colored_vertex(pos2(scale.x(*x), top), color);
        mesh.colored_vertex(pos2(scale.x(*x), bottom), color);
        if next >= 2 {
            mesh.add_triangle(next - 2, next - 1, next);
            mesh.add_triangle(next - 1, next, next + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// Columns that reach beyond both their neighbours: in the band alone they would be a hair too thin to see.
fn draw_spikes(painter: &Painter, scale: &Scale, run: &[GraphPoint], color: Color32) {
    const VISIBLE: f32 = 3.0;
    for (index, point) in run.iter().enumerate() {
        let before = index
            .checked_sub(1)
            .and_then(|before| run.get(before))
            .unwrap_or(point);
        let after = run.get(index + 1).unwrap_or(point);
        let x = scale.x(point.x);
        let (top, bottom) = (scale.y(point.max), scale.y(point.min));
        let higher = top + VISIBLE < scale.y(before.max.max(after.max));
        let lower = bottom - VISIBLE > scale.y(before.min.min(after.min));
        if higher || lower {
            painter.vline(x, top..=bottom, Stroke::new(1.2, color));
        }
    }
}

/// The mark at a line's end and in the legend: its shape tells lines apart where colours do not.
fn draw_marker(painter: &Painter, at: Pos2, index: usize, color: Color32) {
    let square = |radius: f32| Rect::from_center_size(at, vec2(2.0 * radius, 2.0 * radius));
    let stroke = Stroke::new(1.5, color);
    let diamond = || {
        [(0.0, -4.2), (4.2, 0.0), (0.0, 4.2), (-4.2, 0.0)]
            .map(|(x, y)| at + vec2(x, y))
            .to_vec()
    };
    let shape = match index % 8 {
        0 => Shape::circle_filled(at, 3.2, color),
        1 => Shape::rect_filled(square(2.9), 0, color),
        2 => Shape::convex_polygon(triangle(at, 3.8), color, Stroke::NONE),
        3 => Shape::convex_polygon(diamond(), color, Stroke::NONE),
        4 => Shape::circle_stroke(at, 3.0, stroke),
        5 => Shape::rect_stroke(square(2.6), 0, stroke, egui::StrokeKind::Middle),
        6 => Shape::closed_line(triangle(at, 3.6), stroke),
        _ => Shape::closed_line(diamond(), stroke),
    };
    painter.add(shape);
}

fn draw_moments(ui: &Ui, scale: &Scale, playhead: f64, cursor: Option<&CursorView>) {
    let theme = Theme::of(ui);
    let plot = scale.plot;
    if (0.0..=1.0).contains(&playhead) {
        let accent = Stroke::new(1.5, theme.color(Role::Accent));
        ui.painter().vline(scale.x(playhead), plot.y_range(), accent);
    }
    if let Some(CursorView { x, text }) = cursor {
        let at = scale.x(*x);
        let stroke = Stroke::new(1.0, theme.color(Role::Strong));
        let ends = [pos2(at, plot.min.y), pos2(at, plot.max.y)];
        ui.painter().extend(Shape::dashed_line(&ends, stroke, 4.0, 3.0));
        let width = paint::text_width(ui, text, SMALL) + 8.0;
        let left = (at + 4.0).min(plot.max.x - width).max(plot.min.x);
        let place = rect(left, plot.min.y, width, 17.0);
        ui.painter().rect_filled(place, 3, theme.raised);
        paint::paint_text(
            ui,
            place,
            Align2::CENTER_CENTER,
            text,
            SMALL,
            theme.color(Role::Strong),
        );
    }
}

/// Names what is painted: title, unit, axes, cursor. The lines are named in the legend.
fn name_plot(ui: &mut Ui, graph: &GraphView, plot: Rect) {
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(plot, id, Sense::hover());
    let name = format!("Graph: {} {}", graph.title, graph.unit);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, true, name.trim()));
    let texts = |ticks: &[AxisTick]| {
        let texts = ticks.iter().map(|tick| tick.text.as_str());
        texts.collect::<Vec<_>>().join(", ")
    };
    let mut about = format!(
        "{} lines; values {}; times {}",
        graph.lines.len(),
        texts(&graph.y_ticks),
        texts(&graph.x_ticks)
    );
    if let Some(cursor) = &graph.cursor {
        about.push_str(&format!("; cursor at {}", cursor.text));
    }
    if !graph.state.source.is_empty() {
        about.push_str(&format!("; from {}", graph.state.source));
    }
    paint::describe(ui, &response, &about);
}

/// Where the legend's entries stand: row, left edge and width of each that fits.
struct Legend {
    places: Vec<(usize, f32, f32)>,
    n_rows: usize,
    more: String,
}

fn place_legend(ui: &Ui, width: f32, lines: &[GraphLine], n_left_out: usize, most_rows: usize) -> Legend {
    let more_text = |n: usize| {
        if n == 0 {
            String::new()
        } else {
            format!("+{n} more")
        }
    };
    let mut places = Vec::with_capacity(lines.len());
    let (mut row, mut x) = (0, 0.0);
    for (index, line) in lines.iter().enumerate() {
        let text = paint::text_width(ui, &line.name, SMALL) + paint::text_width(ui, &line.value, SMALL);
        let wide = (SWATCH + text + 3.0 * GAP + 2.0).min(width);
        let is_last_row = row + 1 == most_rows;
        let more = lines.len() - index - 1 + n_left_out;
        let reserve = if is_last_row && more > 0 { 64.0 } else { 0.0 };
        if x > 0.0 && x + wide > width - reserve {
            if is_last_row {
                break;
            }
            (row, x) = (row + 1, 0.0);
        }
        let wide = wide.min(
            width
                - x
                - if row + 1 == most_rows && more > 0 {
                    64.0
                } else {
                    0.0
                },
        );
        places.push((row, x, wide));
        x += wide + GAP;
    }
    let n_hidden = lines.len() - places.len() + n_left_out;
    if n_hidden > 0 && x + 64.0 > width && row + 1 < most_rows {
        row += 1;
    }
    Legend {
        n_rows: row + 1,
        places,
        more: more_text(n_hidden),
    }
}

fn legend_ui(ui: &mut Ui, place: Rect, lines: &[GraphLine], legend: &Legend) {
    let theme = Theme::of(ui);
    let mut end = (0, 0.0);
    for (index, line) in lines.iter().enumerate() {
        let GraphLine {
            name,
            value,
            role,
            runs: _,
        } = line;
        let full = format!("{name} {value}");
        let Some((row, x, width)) = legend.places.get(index) else {
            // Not painted for want of room, but still told.
            paint::label(ui, place, &full);
            continue;
        };
        let entry = rect(
            place.min.x + x,
            place.min.y + LEGEND_ROW * *row as f32,
            *width,
            LEGEND_ROW,
        );
        end = (*row, x + width + GAP);
        let color = theme.color(*role);
        draw_marker(
            ui.painter(),
            pos2(entry.min.x + 6.0, entry.center().y),
            index,
            color,
        );
        let value_width = paint::text_width(ui, value, SMALL);
        let texts = Rect::from_min_max(entry.min + vec2(SWATCH, 0.0), entry.max);
        let name_room = (texts.width() - value_width - GAP).max(0.0);
        let name_place = rect(texts.min.x, texts.min.y, name_room, texts.height());
        let muted = theme.color(Role::Muted);
        let shown = paint::paint_text(ui, name_place, Align2::LEFT_CENTER, name, SMALL, muted);
        let value_place = rect(shown.max.x + GAP, texts.min.y, value_width + 1.0, texts.height());
        paint::paint_text(
            ui,
            value_place,
            Align2::LEFT_CENTER,
            value,
            SMALL,
            theme.color(Role::Normal),
        );
        let response = paint::label(ui, entry, &full);
        if shown.width() >= name_room - 2.0 {
            response.on_hover_text(full);
        }
    }
    if !legend.more.is_empty() {
        let (row, x) = end;
        let row = if x + 60.0 > place.width() {
            legend.n_rows - 1
        } else {
            row
        };
        let at = rect(
            place.min.x,
            place.min.y + LEGEND_ROW * row as f32,
            place.width(),
            LEGEND_ROW,
        );
        paint::text_ui(ui, at, Align2::RIGHT_CENTER, &legend.more, SMALL, Role::Muted);
    }
}
