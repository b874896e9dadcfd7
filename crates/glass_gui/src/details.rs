//! The details of what is chosen, at the right of the screens.

use crate::paint;
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use egui::{Align2, Rect, ScrollArea, Ui, vec2};
use glass_core::{DetailsView, Line, Role};

/// The widest a name of a fact gets.
const NAME: f32 = 84.0;
/// A fact in a longer text is cut.
const MAX_ROWS: usize = 40;

/// Draws what is chosen in full.
pub fn details_panel_ui(ui: &mut Ui, place: Rect, details: Option<&DetailsView>) {
    let ui = &mut paint::clipped(ui, place, "details");
    ui.painter().rect_filled(place, 0, Theme::of(ui).surface);
    let inner = place.shrink2(vec2(PAD, GAP));
    let (title, lines): (&str, &[Line]) = match details {
        Some(DetailsView { title, lines }) => (title, lines),
        None => ("Details", &[]),
    };
    let head = inner.with_max_y(inner.min.y + 24.0);
    paint::text_ui(ui, head, Align2::LEFT_CENTER, title, BODY, Role::Muted);
    let body = inner.with_min_y(head.max.y + GAP);
    let mut child = paint::clipped(ui, body, "lines");
    ScrollArea::vertical().id_salt("details").show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let width = ui.available_width() - GAP;
        for line in lines {
            line_ui(ui, width, line);
        }
    });
}

/// A line; the name of a fact stands in a column of its own.
fn line_ui(ui: &mut Ui, width: f32, line: &Line) {
    match line.as_slice() {
        [] => ui.add_space(GAP),
        [name, value @ ..] if !value.is_empty() && name.role == Role::Muted && name.text.ends_with(' ') => {
            let top = ui.cursor().min;
            let at = paint::rect(top.x, top.y, NAME - GAP, 18.0);
            paint::text_ui(ui, at, Align2::LEFT_TOP, name.text.trim_end(), SMALL, name.role);
            let spans: Vec<_> = value.iter().map(|span| (span.text.as_str(), span.role)).collect();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.add_space(NAME);
                wrapped_ui(ui, width - NAME, &spans);
            });
        }
        spans => {
            let spans: Vec<_> = spans.iter().map(|span| (span.text.as_str(), span.role)).collect();
            wrapped_ui(ui, width, &spans);
        }
    }
}

/// Pieces of text, in as many rows as they take.
fn wrapped_ui(ui: &mut Ui, width: f32, spans: &[(&str, Role)]) {
    let theme = Theme::of(ui);
    let colored: Vec<_> = spans
        .iter()
        .map(|(text, role)| (*text, theme.color(*role)))
        .collect();
    let galley = paint::layout_spans(ui, &colored, SMALL, width, MAX_ROWS);
    let (place, _) = ui.allocate_exact_size(vec2(width, galley.size().y.max(16.0)), egui::Sense::hover());
    paint::text_rows_ui(ui, place, Align2::LEFT_TOP, spans, SMALL, MAX_ROWS);
}
