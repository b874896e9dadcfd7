//! The legend below a graph: each line's mark, name and value.

use super::lines::draw_marker;
use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::theme::{GAP, SMALL, Theme};
use egui::{Align2, CursorIcon, Rect, Response, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};
use glass_core::{GraphLine, GraphView, Role};

/// The height of a row.
pub(super) const LEGEND_ROW: f32 = 18.0;
const SWATCH: f32 = 16.0;

/// Where the legend's entries stand: row, left edge and width of each that fits.
pub(super) struct Legend {
    places: Vec<(usize, f32, f32)>,
    /// How many rows it takes.
    pub n_rows: usize,
    more: String,
}

/// Places as many entries as there is room for.
pub(super) fn place_legend(
    ui: &Ui,
    width: f32,
    lines: &[GraphLine],
    n_left_out: usize,
    most_rows: usize,
) -> Legend {
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

/// Draws it; a press on a line shows it alone, or all again.
pub(super) fn legend_ui(ui: &mut Ui, place: Rect, graph: &GraphView, legend: &Legend, lists: &mut Lists<'_>) {
    let theme = Theme::of(ui);
    let lines = graph.lines.as_slice();
    let mut end = (0, 0.0);
    for (index, line) in lines.iter().enumerate() {
        let GraphLine {
            name,
            value,
            number: _,
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
        let response = entry_ui(ui, entry, &full, lines.len() > 1);
        if response.clicked() {
            lists.isolate(&graph.title, name);
        }
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

/// An entry as it is named; one of several can be pressed.
fn entry_ui(ui: &mut Ui, place: Rect, text: &str, is_one_of_several: bool) -> Response {
    if !is_one_of_several {
        return paint::label(ui, place, text);
    }
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, text));
    paint::describe(ui, &response, "shows this line alone, or all of them again");
    if response.hovered() {
        let under = [
            place.left_bottom() + vec2(SWATCH, -1.0),
            place.right_bottom() + vec2(-GAP, -1.0),
        ];
        ui.painter().line_segment(under, (1.0, Theme::of(ui).border));
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}
