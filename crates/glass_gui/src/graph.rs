//! Graphs, painted over the runs of points that the core thinned: a band from the least to the greatest value
//! of each column, and a line through the latest ones. Nothing is painted right of the playhead.

mod events;
mod legend;
mod lines;
mod load;
mod pointer;
mod reading;
mod stroke;

use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use egui::{Align2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};
use glass_core::{AxisTick, CursorView, DataStateKind, GraphBand, GraphView, MarkKind, Role};
use legend::{LEGEND_ROW, legend_ui, place_legend};
use lines::Look;

pub use pointer::plot_pointer_ui;

const HEAD: f32 = 30.0;
const X_AXIS: f32 = 20.0;
/// So high is the text of a tick at least.
const TICK: f32 = 12.0;

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
        drawing: _,
        thresholds: _,
        bands: _,
        range: _,
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
    let for_title = paint::text_width(ui, title, BODY) + 2.0 * GAP;
    let for_note = (inner.width() - for_title).min(inner.width() * 0.6).max(24.0);
    let right = paint::state_note_ui(ui, inner.max.x, head.center().y, for_note, state);
    title_ui(ui, head.with_max_x(right), title, unit);
    if !has_legend {
        return plot_ui(ui, body, graph, lists);
    }
    let most_rows = ((body.height() * 0.4) / LEGEND_ROW).clamp(1.0, 4.0) as usize;
    let legend = place_legend(ui, body.width(), lines, *n_left_out, most_rows);
    let legend_top = body.max.y - LEGEND_ROW * legend.n_rows as f32;
    plot_ui(ui, body.with_max_y(legend_top), graph, lists);
    legend_ui(ui, body.with_min_y(legend_top), graph, &legend, lists);
}

/// Draws axes, lines, playhead and cursor; nothing where the place is too low for a picture: then the values in
/// the legend are what can be told.
fn plot_ui(ui: &mut Ui, place: Rect, graph: &GraphView, lists: &mut Lists<'_>) {
    let GraphView {
        lines,
        drawing,
        thresholds,
        bands,
        range,
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
    name_plot(ui, graph, plot);
    let pointed = plot_pointer_ui(ui, plot, &graph.title, range.as_ref(), lists);
    let nearest = pointed.hover.and_then(|at| lines::nearest(&scale, lines, at));
    let look = Look {
        drawing: *drawing,
        playhead: *playhead,
        opacity: if paint::is_old(ui, state) { 0.45 } else { 1.0 },
        nearest,
    };
    lines::draw_areas(ui, &scale, lines, look);
    grid(ui, &scale, y_ticks, x_ticks, *playhead);
    if let Some(range) = range {
        events::draw_range(ui, &scale, range, pointed.is_drawing);
    }
    events::draw_bands(ui, &scale, bands, *playhead);
    lines::draw_lines(ui, &scale, lines, look);
    for threshold in thresholds {
        events::threshold_ui(ui, &scale, threshold, *playhead);
    }
    draw_moments(ui, &scale, *playhead, cursor.as_ref());
    if let Some(range) = range.as_ref().filter(|_| pointed.is_drawing) {
        events::draw_range_text(ui, &scale, range);
    }
    if let Some(at) = pointed.hover {
        reading::draw_dots(ui, &scale, graph);
        reading::reading_ui(ui, at, graph, nearest, ui.scope_id().with(&graph.title));
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

    /// The share of the window at a place.
    fn ratio(&self, x: f32) -> f64 {
        f64::from((x - self.plot.min.x) / self.plot.width().max(1.0))
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
    let mut free_above = f32::INFINITY;
    for AxisTick { ratio, text } in y_ticks {
        let y = plot.max.y - plot.height() * *ratio as f32;
        painter.hline(plot.x_range(), y, (1.0, theme.grid));
        // The lowest text stands on the axis rather than across it, beside the first text of the x axis.
        let top = (y - 8.0).min(plot.max.y - 13.0);
        if top + TICK > free_above {
            continue;
        }
        free_above = top;
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
        if pointer::is_looking(ui) {
            // Said once, beside the pointer, and on the timeline.
            return;
        }
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

/// Names what is painted: title, unit, axes, cursor, events. The lines are named in the legend.
fn name_plot(ui: &mut Ui, graph: &GraphView, plot: Rect) {
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(plot, id, Sense::hover());
    let name = format!("Graph: {} {}", graph.title, graph.unit);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, true, name.trim()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_description(description(graph)));
}

/// What a screen reader says of what is painted.
fn description(graph: &GraphView) -> String {
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
    let thresholds = graph
        .thresholds
        .iter()
        .map(|threshold| ("threshold", &threshold.text));
    let range = graph.range.iter().map(|range| ("selected", &range.text));
    let cursor = graph.cursor.iter().map(|cursor| ("cursor at", &cursor.text));
    let texts_of = |band: &'_ GraphBand| (kind_name(band.kind), band.texts.join("; "));
    let bands: Vec<_> = graph.bands.iter().map(texts_of).collect();
    let bands = bands.iter().map(|(name, text)| (*name, text));
    for (name, text) in thresholds.chain(range).chain(cursor).chain(bands) {
        about.push_str(&format!("; {name} {text}"));
    }
    if !graph.state.source.is_empty() {
        about.push_str(&format!("; from {}", graph.state.source));
    }
    about
}

fn kind_name(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Pending => "pending",
        MarkKind::Firing => "firing",
        MarkKind::Change => "change",
        MarkKind::Deployment => "deployment",
        _ => "event",
    }
}
