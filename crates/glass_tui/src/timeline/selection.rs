//! What is selected, what is marked, and what is missing.

use super::edge_column;
use super::labels::Labels;
use crate::graph::known_columns;
use crate::layout::column_of;
use crate::pen::Pen;
use glass_core::{GapView, PinView, RangeView, Role};
use ratatui::layout::Rect;

/// The selected range as a heavy part of the axis with its two ends.
pub(super) fn draw_range(pen: &mut Pen, axis: Rect, range: &RangeView) {
    let RangeView { from, to, text: _ } = range;
    let (Some(from), Some(to)) = (edge_column(axis, *from), edge_column(axis, *to)) else {
        return;
    };
    let style = pen.style(Role::Strong);
    for x in from..=to.max(from) {
        pen.set(x, axis.y, pen.glyphs.pick("━", "="), style);
    }
    pen.set(from, axis.y, pen.glyphs.pick("┣", "["), style);
    pen.set(to, axis.y, pen.glyphs.pick("┫", "]"), style);
}

/// Writes the range's ends and its length, if there is room.
pub(super) fn label_range(pen: &mut Pen, axis: Rect, range: &RangeView, labels: &mut Labels) {
    if let Some(column) = edge_column(axis, (range.from + range.to) / 2.0) {
        labels.put(pen, column, &format!(" {} ", range.text), pen.style(Role::Strong));
    }
}

/// Marks of the user, each a sign on the axis and its name where there is room.
pub(super) fn draw_pins(pen: &mut Pen, axis: Rect, pins: &[PinView], labels: &mut Labels) {
    for PinView { x, name } in pins {
        let Some(column) = column_of(axis, *x) else {
            continue;
        };
        let sign = pen.glyphs.pick("▼", "v");
        let text = match name.as_str() {
            "" => sign.to_owned(),
            name => format!("{sign} {name}"),
        };
        if !labels.put_from(pen, column, &text, pen.style(Role::Accent)) && !labels.is_taken(column) {
            pen.set(column, axis.y, sign, pen.style(Role::Accent));
        }
    }
}

/// Where data is missing, as far as time has come.
pub(super) fn draw_gaps(pen: &mut Pen, axis: Rect, gaps: &[GapView], playhead: f64) {
    let known_end = axis.x + known_columns(axis, playhead);
    for GapView { from, to, text } in gaps {
        let (Some(from), Some(to)) = (edge_column(axis, *from), edge_column(axis, *to)) else {
            continue;
        };
        let to = to.min(known_end.saturating_sub(1));
        for x in from..=to {
            for y in axis.top()..axis.bottom() {
                pen.set(x, y, pen.glyphs.pick("╱", "/"), pen.theme.chrome());
            }
        }
        let room = (to + 1).saturating_sub(from);
        let width = crate::pen::text_width(&pen.glyphs.spell(text)) + 2;
        if width < room {
            let middle = from + (room - width) / 2;
            pen.put_as(middle, axis.y, width, &format!(" {text} "), Role::Muted);
        }
    }
}
