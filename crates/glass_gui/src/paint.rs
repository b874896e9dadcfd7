//! Small pieces that everything else is painted with: texts that stand in the accessibility tree, cards, keys
//! and the states of data. Texts are placed by rectangles, so that columns align and nothing jumps.

use crate::theme::{self, BODY, GAP, RADIUS, SMALL, Theme};
use egui::accesskit;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Align2, Color32, Galley, Id, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use glass_core::{DataState, DataStateKind, Line, Role, Span};
use std::sync::Arc;

/// A rectangle from its left top corner and size.
pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(x, y), vec2(width.max(0.0), height.max(0.0)))
}

/// Lays out pieces of text in at most `max_rows` rows of `width`; what does not fit ends in `…`.
pub fn layout_spans(
    ui: &Ui,
    spans: &[(&str, Color32)],
    size: f32,
    width: f32,
    max_rows: usize,
) -> Arc<Galley> {
    let mut job = LayoutJob {
        wrap: TextWrapping {
            max_width: width.max(0.0),
            max_rows,
            break_anywhere: max_rows == 1,
            overflow_character: Some('…'),
        },
        break_on_newline: false,
        ..LayoutJob::default()
    };
    for (text, color) in spans {
        let shown: String = text.chars().map(theme::drawable).collect();
        job.append(&shown, 0.0, TextFormat::simple(theme::font(size), *color));
    }
    ui.painter().layout_job(job)
}

/// How wide a text is in one row.
pub fn text_width(ui: &Ui, text: &str, size: f32) -> f32 {
    layout_spans(ui, &[(text, Color32::PLACEHOLDER)], size, f32::INFINITY, 1)
        .size()
        .x
}

/// Puts a text into the accessibility tree at a place, as a label.
pub fn label(ui: &mut Ui, place: Rect, text: &str) -> Response {
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(place, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, text));
    response
}

/// Adds what a screen reader says after a thing's name.
pub fn describe(ui: &Ui, response: &Response, text: &str) {
    if !text.is_empty() {
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_description(text));
    }
}

fn paint_galley(ui: &Ui, place: Rect, align: Align2, galley: Arc<Galley>) -> Rect {
    let at = align.align_size_within_rect(galley.size(), place);
    let min = at.min.max(pos2(place.min.x, f32::NEG_INFINITY));
    let painted = Rect::from_min_size(min, galley.size());
    ui.painter().galley(min, galley, Color32::PLACEHOLDER);
    painted
}

/// Paints a text without naming it: for texts whose thing is named as a whole.
pub fn paint_text(ui: &Ui, place: Rect, align: Align2, text: &str, size: f32, color: Color32) -> Rect {
    let galley = layout_spans(ui, &[(text, color)], size, place.width(), 1);
    paint_galley(ui, place, align, galley)
}

/// Paints a text and names it; a text that is cut is shown in full under the pointer.
pub fn text_ui(ui: &mut Ui, place: Rect, align: Align2, text: &str, size: f32, role: Role) -> Rect {
    text_rows_ui(ui, place, align, &[(text, role)], size, 1)
}

/// Paints a line of several pieces and names it.
pub fn line_ui(ui: &mut Ui, place: Rect, align: Align2, line: &Line, size: f32) -> Rect {
    let spans: Vec<_> = line
        .iter()
        .map(|Span { text, role }| (text.as_str(), *role))
        .collect();
    text_rows_ui(ui, place, align, &spans, size, 1)
}

/// Paints pieces of text in at most `max_rows` rows and names them as one.
pub fn text_rows_ui(
    ui: &mut Ui,
    place: Rect,
    align: Align2,
    spans: &[(&str, Role)],
    size: f32,
    max_rows: usize,
) -> Rect {
    let full: String = spans.iter().map(|(text, _)| *text).collect();
    if full.is_empty() {
        return Rect::from_min_size(place.min, vec2(0.0, 0.0));
    }
    let theme = Theme::of(ui);
    let colored: Vec<_> = spans
        .iter()
        .map(|(text, role)| (*text, theme.color(*role)))
        .collect();
    let galley = layout_spans(ui, &colored, size, place.width(), max_rows);
    let cut = galley.elided;
    let painted = paint_galley(ui, place, align, galley);
    let response = label(ui, painted.intersect(place), &full);
    if cut {
        response.on_hover_text(full);
    }
    painted
}

/// Paints a line of code in letters of one width, and names it; what does not fit is cut.
pub fn code_line_ui(ui: &mut Ui, place: Rect, spans: &[(&str, Role)], size: f32) {
    let full: String = spans.iter().map(|(text, _)| *text).collect();
    let theme = Theme::of(ui);
    let mut job = LayoutJob::default();
    job.wrap.max_width = place.width().max(0.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    for (text, role) in spans {
        let shown: String = text.chars().map(theme::drawable).collect();
        job.append(
            &shown,
            0.0,
            TextFormat::simple(theme::code_font(size), theme.color(*role)),
        );
    }
    let galley = ui.painter().layout_job(job);
    let painted = paint_galley(ui, place, Align2::LEFT_CENTER, galley);
    if !full.trim().is_empty() {
        label(ui, painted.intersect(place), &full);
    }
}

/// Has lines stay lines, for a picture that is made of shapes; else they may be painted as triangles.
pub fn keep_lines(context: &egui::Context, are_kept: bool) {
    context.data_mut(|data| data.insert_temp(Id::unique("lines are kept"), are_kept));
}

/// Whether lines are to stay lines.
pub fn keeps_lines(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp(Id::unique("lines are kept")))
        .unwrap_or(false)
}

/// Paints the ground of a table or graph.
pub fn card(ui: &Ui, place: Rect, focused: bool) {
    let theme = Theme::of(ui);
    ui.painter().rect(
        place,
        RADIUS,
        theme.surface,
        theme.card_stroke(focused),
        StrokeKind::Inside,
    );
}

/// Paints a rounded mark with a text, such as a badge; returns its place. `x` is its left edge.
pub fn pill_ui(ui: &mut Ui, x: f32, middle: f32, text: &str, role: Role) -> Rect {
    let theme = Theme::of(ui);
    let width = text_width(ui, text, SMALL) + 2.0 * GAP + 2.0;
    let place = rect(x, middle - 10.0, width, 20.0);
    let color = theme.color(role);
    ui.painter().rect(
        place,
        10,
        theme.raised,
        Stroke::new(1.0, color),
        StrokeKind::Inside,
    );
    text_ui(ui, place, Align2::CENTER_CENTER, text, SMALL, role);
    place
}

/// Paints a key as on a keyboard; returns its place.
pub fn key_ui(ui: &mut Ui, x: f32, middle: f32, key: &str, role: Role) -> Rect {
    let theme = Theme::of(ui);
    let width = (text_width(ui, key, SMALL) + 8.0).max(18.0);
    let place = rect(x, middle - 9.0, width, 18.0);
    let stroke = Stroke::new(1.0, theme.border);
    ui.painter()
        .rect(place, 3, theme.raised, stroke, StrokeKind::Inside);
    text_ui(ui, place, Align2::CENTER_CENTER, key, SMALL, role);
    place
}

fn state_role(kind: DataStateKind) -> Role {
    match kind {
        DataStateKind::Ready
        | DataStateKind::Loading
        | DataStateKind::Empty
        | DataStateKind::NotAsked
        | DataStateKind::Stale => Role::Muted,
        DataStateKind::Partial => Role::Warning,
        DataStateKind::Refused | DataStateKind::Failed => Role::Critical,
    }
}

/// Paints the sign of a state, 14 points wide: each state has its own, so that colour is not the only sign.
fn paint_state_sign(ui: &Ui, middle: Pos2, kind: DataStateKind) {
    let painter = ui.painter();
    let stroke = Stroke::new(1.5, Theme::of(ui).color(state_role(kind)));
    let circle = |radius: f32| Shape::circle_stroke(middle, radius, stroke);
    let line = |a: (f32, f32), b: (f32, f32)| {
        Shape::line_segment([middle + vec2(a.0, a.1), middle + vec2(b.0, b.1)], stroke)
    };
    match kind {
        DataStateKind::Ready => {}
        DataStateKind::Loading => {
            painter.extend(
                [-5.0, 0.0, 5.0].map(|x| Shape::circle_filled(middle + vec2(x, 0.0), 1.8, stroke.color)),
            );
        }
        DataStateKind::Empty => painter.extend([circle(6.0)]),
        DataStateKind::NotAsked => {
            let box_ = Rect::from_center_size(middle, vec2(12.0, 12.0));
            let corners = [
                box_.left_top(),
                box_.right_top(),
                box_.right_bottom(),
                box_.left_bottom(),
                box_.left_top(),
            ];
            painter.extend(Shape::dashed_line(&corners, stroke, 3.0, 2.0));
        }
        DataStateKind::Partial => {
            painter.extend([
                Shape::closed_line(triangle(middle, 6.5), stroke),
                line((0.0, -2.0), (0.0, 2.0)),
            ]);
        }
        DataStateKind::Refused => painter.extend([circle(6.0), line((-4.2, 4.2), (4.2, -4.2))]),
        DataStateKind::Failed => {
            painter.extend([line((-5.0, -5.0), (5.0, 5.0)), line((-5.0, 5.0), (5.0, -5.0))]);
        }
        DataStateKind::Stale => {
            painter.extend([
                circle(6.0),
                line((0.0, 0.0), (0.0, -4.0)),
                line((0.0, 0.0), (3.0, 1.5)),
            ]);
        }
    }
}

/// The corners of a triangle that points up.
pub fn triangle(middle: Pos2, radius: f32) -> Vec<Pos2> {
    vec![
        middle + vec2(0.0, -radius),
        middle + vec2(radius, radius * 0.8),
        middle + vec2(-radius, radius * 0.8),
    ]
}

/// Says how it stands with data of which nothing is here, in the middle of its place.
pub fn state_ui(ui: &mut Ui, place: Rect, state: &DataState) {
    const SIGN: f32 = 22.0;
    let DataState { kind, text, source } = state;
    let color = Theme::of(ui).color(state_role(*kind));
    let roomy = place.height() >= 70.0;
    let width = (place.width() - 2.0 * theme::PAD - SIGN).max(0.0);
    let rows = if roomy { 3 } else { 1 };
    let galley = layout_spans(ui, &[(text, color)], BODY, width, rows);
    let size = galley.size();
    let middle = place.center();
    let (sign, painted) = if roomy {
        let top = middle.y - (size.y + SIGN) / 2.0;
        let sign = pos2(middle.x, top + 7.0);
        (sign, rect(middle.x - size.x / 2.0, top + SIGN, size.x, size.y))
    } else {
        let left = middle.x - (size.x + SIGN) / 2.0;
        let text_left = left + SIGN;
        (
            pos2(left + 7.0, middle.y),
            rect(text_left, middle.y - size.y / 2.0, size.x, size.y),
        )
    };
    paint_state_sign(ui, sign, *kind);
    ui.painter().galley(painted.min, galley, color);
    let response = label(ui, painted, text);
    describe(ui, &response, source);
}

/// Says how it stands with data that is shown but not as it should be, ending at `right`; returns the left
/// edge of what was painted. Nothing is painted for data that is ready.
pub fn state_note_ui(ui: &mut Ui, right: f32, middle: f32, max_width: f32, state: &DataState) -> f32 {
    let DataState { kind, text, source } = state;
    if *kind == DataStateKind::Ready || (*kind == DataStateKind::Stale && !is_old(ui, state)) {
        return right;
    }
    let text = match kind {
        DataStateKind::Stale if text.is_empty() => "of an earlier moment",
        _ => text.as_str(),
    };
    let width = text_width(ui, text, SMALL).min((max_width - 20.0).max(0.0));
    let place = rect(right - width, middle - 9.0, width, 18.0);
    text_ui(ui, place, Align2::RIGHT_CENTER, text, SMALL, state_role(*kind));
    let sign = pos2(place.min.x - 11.0, middle);
    paint_state_sign(ui, sign, *kind);
    let about = [text, source].map(str::trim).join("\n");
    label(ui, Rect::from_center_size(sign, vec2(14.0, 14.0)), source).on_hover_text(about.trim());
    place.min.x - 20.0
}

/// Whether answers of an earlier playhead are shown as such. While time moves, each is one for some
/// milliseconds; a sign that comes and goes thirty times a second would say nothing and be hard on the eyes.
pub fn show_staleness(context: &egui::Context, shown: bool) {
    context.data_mut(|data| data.insert_temp(Id::unique("show staleness"), shown));
}

/// Whether what is at hand is to be shown as old.
pub fn is_old(ui: &Ui, state: &DataState) -> bool {
    let shown = ui.data(|data| data.get_temp(Id::unique("show staleness")));
    state.kind == DataStateKind::Stale && shown.unwrap_or(true)
}

/// A child that is drawn at a place and does not reach beyond it.
pub fn clipped(ui: &mut Ui, place: Rect, salt: &'static str) -> Ui {
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .id_salt(salt)
            .max_rect(place)
            .layout(egui::Layout::top_down(Align::Min)),
    );
    child.set_clip_rect(place.intersect(ui.clip_rect()));
    child
}
