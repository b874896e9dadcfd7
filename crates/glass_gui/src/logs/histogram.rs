//! All matches over time as stacked bars; a drag selects a range of it.

use crate::graph;
use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::theme::{GAP, PAD, SMALL, Theme};
use egui::{Align2, Rect, Ui, vec2};
use glass_core::{HistogramView, Role};

/// What the layers of a bar are, from below.
const LAYERS: [(Role, &str); 3] = [
    (Role::Critical, "errors"),
    (Role::Warning, "warnings"),
    (Role::Muted, "others"),
];

/// Draws counts over time: errors below, then warnings, then all others.
pub(super) fn histogram_ui(ui: &mut Ui, place: Rect, histogram: &HistogramView, lists: &mut Lists<'_>) {
    let HistogramView {
        bars,
        max,
        playhead,
        cursor,
        about,
        focused,
        state,
    } = histogram;
    paint::card(ui, place, *focused);
    let inner = place.shrink2(vec2(PAD, GAP));
    if *max == 0 || bars.is_empty() {
        paint::state_ui(ui, inner, state);
        return;
    }
    graph::plot_pointer_ui(ui, inner, "histogram", None, lists);
    let theme = Theme::of(ui);
    let width = inner.width() / bars.len() as f32;
    // Above the highest bar stands what the colours mean.
    let track = inner.with_min_y(inner.min.y + 16.0);
    for (i, bar) in bars.iter().enumerate() {
        let mut base = track.max.y;
        for (n, (role, _)) in bar.iter().zip(LAYERS) {
            let height = *n as f32 / *max as f32 * track.height();
            let left = track.min.x + width * i as f32;
            let filled = rect(left, base - height, (width - 1.0).max(1.0), height);
            ui.painter().rect_filled(filled, 0, theme.color(role));
            base -= height;
        }
    }
    let x_of = |ratio: f64| inner.min.x + inner.width() * ratio.clamp(0.0, 1.0) as f32;
    let mark = |ratio: f64, role: Role| {
        let stroke = (1.0, theme.color(role));
        ui.painter().vline(x_of(ratio), track.y_range(), stroke);
    };
    mark(*playhead, Role::Accent);
    let cursor = cursor.filter(|cursor| (0.0..=1.0).contains(cursor));
    if let Some(cursor) = cursor {
        mark(cursor, Role::Strong);
    }
    let highest = format!("highest bar {max}");
    let left = paint::text_ui(ui, inner, Align2::LEFT_TOP, &highest, SMALL, Role::Muted);
    let right = paint::state_note_ui(ui, inner.max.x, inner.min.y + 8.0, inner.width() * 0.5, state);
    legend_ui(ui, inner.with_min_x(left.max.x + PAD).with_max_x(right));
    if !about.is_empty() {
        about_ui(ui, inner, x_of(cursor.unwrap_or(0.0)), about);
    }
}

/// What the colours mean, at the right of the top row.
fn legend_ui(ui: &mut Ui, room: Rect) {
    let mut right = room.max.x;
    for (role, name) in LAYERS.iter().rev() {
        let width = paint::text_width(ui, name, SMALL);
        if right - width - 14.0 < room.min.x {
            return;
        }
        let text = rect(right - width, room.min.y, width, 16.0);
        paint::text_ui(ui, text, Align2::LEFT_CENTER, name, SMALL, Role::Muted);
        let square = rect(text.min.x - 13.0, room.min.y + 3.5, 9.0, 9.0);
        let color = Theme::of(ui).color(*role);
        ui.painter().rect_filled(square, 1, color);
        right = square.min.x - PAD;
    }
}

/// What the bar under the cursor stands for: for everyone who hears the screen, and under the pointer in sight.
fn about_ui(ui: &mut Ui, inner: Rect, x: f32, about: &str) {
    let theme = Theme::of(ui);
    if !ui.rect_contains_pointer(inner) {
        paint::label(ui, rect(x, inner.min.y, 1.0, 1.0), about);
        return;
    }
    let width = paint::text_width(ui, about, SMALL) + 2.0 * GAP;
    // Beside the pointer, on the side where there is room for it.
    let left = if x + PAD + width < inner.max.x {
        x + PAD
    } else {
        x - PAD - width
    };
    let place = rect(
        left.max(inner.min.x),
        inner.min.y + 18.0,
        width.min(inner.width()),
        22.0,
    );
    let stroke = egui::Stroke::new(1.0, theme.border);
    ui.painter()
        .rect(place, 3, theme.raised, stroke, egui::StrokeKind::Inside);
    let room = place.shrink2(vec2(GAP, 0.0));
    paint::text_ui(ui, room, Align2::LEFT_CENTER, about, SMALL, Role::Normal);
}
