//! What lies behind and across the lines of a graph: alerts and changes, levels, and what is selected.

use super::Scale;
use crate::paint::{self, rect, triangle};
use crate::theme::{MARK_TEXT, SMALL, Theme};
use egui::{Align2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};
use glass_core::{GraphBand, MarkKind, RangeView, Role, ThresholdLine};

/// How high the strip is that says how long an alert lasted.
const STRIP: f32 = 3.0;

/// Paints alerts as strips along the upper edge, over a faint ground where they do not fill all of what is known, and
/// moments as lines with a mark on top.
pub(super) fn draw_bands(ui: &Ui, scale: &Scale, bands: &[GraphBand], playhead: f64) {
    let painter = ui
        .painter()
        .with_clip_rect(scale.plot.expand(4.0).intersect(ui.clip_rect()));
    let plot = scale.plot;
    for band in bands {
        let GraphBand {
            kind,
            role,
            from,
            to,
            texts: _,
        } = band;
        let color = Theme::of(ui).color(*role);
        let left = scale.x(*from);
        let Some(to) = to else {
            let line = [pos2(left, plot.min.y), pos2(left, plot.max.y)];
            let stroke = Stroke::new(1.0, Theme::of(ui).color(Role::Muted).gamma_multiply(0.55));
            painter.extend(Shape::dashed_line(&line, stroke, 2.0, 3.0));
            painter.add(mark(*kind, pos2(left, plot.min.y), color));
            continue;
        };
        let right = scale.x(*to).max(left + 1.0);
        let is_everywhere = *from <= 0.0 && *to >= playhead.min(1.0);
        let is_firing = *kind == MarkKind::Firing;
        let strip = Rect::from_min_max(pos2(left, plot.min.y), pos2(right, plot.min.y + STRIP));
        if is_firing {
            painter.rect_filled(strip, 0, color.gamma_multiply(0.9));
        } else {
            // Not yet an alert: hollow, so that it is told from one without colour.
            let middle = [strip.left_center(), strip.right_center()];
            painter.extend(Shape::dashed_line(&middle, Stroke::new(1.5, color), 3.0, 2.0));
        }
        if is_firing && !is_everywhere {
            let ground = Rect::from_min_max(strip.left_bottom(), pos2(right, plot.max.y));
            painter.rect_filled(ground, 0, color.gamma_multiply(0.06));
            if *from > 0.0 {
                painter.vline(left, plot.y_range(), (1.0, color.gamma_multiply(0.5)));
            }
        }
    }
}

/// The mark of a moment, as on the timeline.
pub(super) fn mark(kind: MarkKind, at: egui::Pos2, color: egui::Color32) -> Shape {
    let shape = |corners: &[(f32, f32)]| {
        let corners = corners.iter().map(|(x, y)| at + vec2(*x, *y)).collect();
        Shape::convex_polygon(corners, color, Stroke::NONE)
    };
    match kind {
        MarkKind::Firing => shape(&[(0.0, -3.0), (4.0, 4.0), (-4.0, 4.0)]),
        MarkKind::Pending => Shape::closed_line(triangle(at + vec2(0.0, 1.0), 3.6), Stroke::new(1.3, color)),
        MarkKind::Deployment => shape(&[(-3.0, -2.0), (3.0, -2.0), (3.0, 4.0), (-3.0, 4.0)]),
        MarkKind::Annotation => shape(&[(-3.0, -2.0), (3.0, -2.0), (0.0, 4.0)]),
        _ => shape(&[(0.0, -3.0), (4.0, 1.0), (0.0, 5.0), (-4.0, 1.0)]),
    }
}

/// Paints a level across the plot as far as time has come, and its text above its end.
pub(super) fn threshold_ui(ui: &Ui, scale: &Scale, threshold: &ThresholdLine, playhead: f64) {
    let ThresholdLine { y, text, role } = threshold;
    let plot = scale.plot;
    let color = Theme::of(ui).color(*role);
    let height = plot.max.y - plot.height() * y.clamp(0.0, 1.0) as f32;
    let ends = [pos2(plot.min.x, height), pos2(scale.x(playhead.min(1.0)), height)];
    let stroke = Stroke::new(1.2, color.gamma_multiply(0.9));
    ui.painter().extend(Shape::dashed_line(&ends, stroke, 6.0, 4.0));
    let width = paint::text_width(ui, text, MARK_TEXT) + 6.0;
    let above = height - 15.0;
    let top = if above < plot.min.y { height + 1.0 } else { above };
    let place = rect(plot.max.x - width, top, width, 14.0);
    paint::paint_text(ui, place, Align2::CENTER_CENTER, text, MARK_TEXT, color);
}

/// Shades what is selected, more strongly while it is drawn here.
pub(super) fn draw_range(ui: &Ui, scale: &Scale, range: &RangeView, is_drawn_here: bool) {
    let color = Theme::of(ui).color(Role::Accent);
    let place = range_place(scale, range);
    let strength = if is_drawn_here { 0.18 } else { 0.08 };
    ui.painter().rect_filled(place, 0, color.gamma_multiply(strength));
    for x in [place.min.x, place.max.x] {
        ui.painter()
            .vline(x, place.y_range(), (1.0, color.gamma_multiply(0.6)));
    }
}

fn range_place(scale: &Scale, range: &RangeView) -> Rect {
    let RangeView { from, to, text: _ } = range;
    let left = scale.x(*from);
    Rect::from_min_max(
        pos2(left, scale.plot.min.y),
        pos2(scale.x(*to).max(left + 1.0), scale.plot.max.y),
    )
}

/// Says from when to when what is being selected reaches, and how long it is.
pub(super) fn draw_range_text(ui: &Ui, scale: &Scale, range: &RangeView) {
    let theme = Theme::of(ui);
    let plot = scale.plot;
    let width = paint::text_width(ui, &range.text, SMALL) + 12.0;
    let middle = range_place(scale, range).center().x;
    let left = (middle - width / 2.0).clamp(plot.min.x, (plot.max.x - width).max(plot.min.x));
    let label = rect(left, plot.center().y - 10.0, width, 20.0);
    let stroke = Stroke::new(1.0, theme.border);
    ui.painter()
        .rect(label, 4, theme.raised, stroke, StrokeKind::Inside);
    let color = theme.color(Role::Strong);
    paint::paint_text(ui, label, Align2::CENTER_CENTER, &range.text, SMALL, color);
}
