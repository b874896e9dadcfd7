//! What could not be opened, told in the window: what is wrong, and what can be done in its place.

use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, LARGE, PAD, RADIUS, Theme};
use egui::{Align2, Area, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit, vec2};
use glass_core::{Role, visible};

/// A longer reason is cut.
const MAX_REASON: usize = 600;
const LINE: f32 = 24.0;
/// Rows that a reason may take.
const REASON_ROWS: usize = 4;

/// Something that was named and could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was named.
    pub named: String,
    /// Why it could not be opened.
    pub reason: String,
    /// What the user can do now, a sentence a line.
    pub ways_on: Vec<String>,
}

/// Draws it above everything; says whether it was closed with the pointer.
pub fn failure_ui(ui: &mut Ui, window: Rect, failure: &Failure) -> bool {
    let Failure {
        named,
        reason,
        ways_on,
    } = failure;
    let area = Area::new(Id::unique("failure"))
        .order(Order::Foreground)
        .fixed_pos(window.min)
        .fade_in(false)
        .constrain(false);
    let shown = area.show(ui.ctx(), |ui| {
        let ground = ui.allocate_rect(window, Sense::click());
        ground.widget_info(|| {
            WidgetInfo::labeled(accesskit::Role::Button, true, "Close what could not be opened")
        });
        let theme = Theme::of(ui);
        ui.painter().rect_filled(window, 0, theme.scrim);
        let width = (window.width() - 4.0 * PAD).clamp(0.0, 680.0);
        let cut = visible(&reason.chars().take(MAX_REASON).collect::<String>());
        let color = theme.color(Role::Normal);
        let laid_out = paint::layout_spans(ui, &[(&*cut, color)], BODY, width - 2.0 * PAD, REASON_ROWS);
        let n_rows = laid_out.rows.len().max(1);
        let size = vec2(width, LINE * (n_rows + ways_on.len() + 4) as f32 + 2.0 * PAD);
        let card = Rect::from_center_size(window.center(), size);
        let stroke = Stroke::new(1.5, theme.color(Role::Critical));
        ui.painter()
            .rect(card, RADIUS + 2, theme.raised, stroke, StrokeKind::Inside);
        let inner = card.shrink(PAD);
        let mut y = inner.min.y;
        let mut row = |n_lines: usize| {
            let place = rect(inner.min.x, y, inner.width(), LINE * n_lines as f32);
            y = place.max.y;
            place
        };
        let title = format!("{} cannot be opened", visible(named));
        paint::text_ui(ui, row(1), Align2::LEFT_CENTER, &title, LARGE, Role::Critical);
        let place = row(n_rows + 1).shrink2(vec2(0.0, GAP));
        paint::text_rows_ui(
            ui,
            place,
            Align2::LEFT_TOP,
            &[(&*cut, Role::Normal)],
            BODY,
            REASON_ROWS,
        );
        paint::text_ui(ui, row(1), Align2::LEFT_CENTER, "What works", BODY, Role::Muted);
        for way in ways_on {
            paint::text_ui(ui, row(1), Align2::LEFT_CENTER, way, BODY, Role::Normal);
        }
        let hint = "esc or a press closes this";
        paint::text_ui(ui, row(1), Align2::LEFT_CENTER, hint, BODY, Role::Muted);
        ground.clicked()
    });
    shown.inner
}
