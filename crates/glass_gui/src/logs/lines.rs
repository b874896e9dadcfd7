//! The lines as a table whose columns can be made wider, below a scrollbar that stands for all matches.
//!
//! The core hands out the lines in sight and says where they stand among all; so the table is as quick over ten million
//! lines as over ten, and the place of a line never suffers from the few digits of a length in points.

use super::{column_titles, line_row};
use crate::layout::ROW;
use crate::lists::{self, Lists};
use crate::paint::{self, rect};
use crate::scrollbar::{self, Part, scrollbar_ui};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use egui::{Align2, Color32, Galley, Id, Rect, Sense, Ui, WidgetInfo, accesskit, vec2};
use egui_table::{CellInfo, HeaderCellInfo, HeaderRow, Table, TableDelegate, TableState};
use glass_core::{LogRow, LogsView, Role};
use std::ops::Range;
use std::sync::Arc;

/// The height of the column titles.
const HEAD: f32 = 24.0;
/// The room between columns.
const COLUMN_GAP: f32 = 12.0;
/// Rows of one line at most.
const MAX_ROWS: usize = 6;
/// Text of lines that are wrapped stands so far from their neighbours.
const APART: f32 = 6.0;
/// The widest a column is at first, and at last.
const WIDEST: [f32; 2] = [260.0, 900.0];

/// Draws the lines in a card.
pub(super) fn lines_ui(ui: &mut Ui, place: Rect, logs: &LogsView, lists: &mut Lists<'_>) {
    let ui = &mut paint::clipped(ui, place, "lines");
    paint::card(ui, place, !logs.histogram.focused);
    let mut inner = place.shrink2(vec2(PAD, GAP));
    paint::state_note_ui(
        ui,
        inner.max.x,
        inner.min.y + 8.0,
        inner.width() * 0.6,
        &logs.state,
    );
    let bar = inner
        .with_min_x(inner.max.x - scrollbar::WIDTH)
        .translate(vec2(GAP, 0.0))
        .with_min_y(inner.min.y + HEAD);
    inner.max.x -= scrollbar::WIDTH;
    // A nested ui, so that the table begins and ends where its card has room for it.
    let outer = ui;
    let ui = &mut paint::clipped(outer, inner, "table");
    ui.visuals_mut().widgets.noninteractive.bg_stroke = egui::Stroke::new(1.0, Theme::of(ui).border);
    let titles = column_titles(&logs.columns);
    let id = TableState::id(ui, egui::IdSalt::new("log lines"));
    let columns = columns(ui, id, &titles, inner.width());
    let text_width = columns.last().map_or(0.0, |column| column.current - COLUMN_GAP);
    let galleys = galleys(ui, &logs.rows, logs.wraps, text_width);
    let heights: Vec<f32> = galleys.iter().map(|galley| height_of(galley)).collect();
    let shown = rows_in_sight(&heights, selected(logs), inner.height() - HEAD);
    let mut delegate = Delegate {
        rows: &logs.rows[shown.clone()],
        galleys: &galleys[shown.clone()],
        tops: tops(&heights[shown.clone()]),
        titles: &titles,
        first: shown.start,
        drawn: vec![false; shown.len()],
        list: lists.find_untitled(),
        lists,
    };
    Table::new()
        .id_salt("log lines")
        .columns(columns)
        .headers([HeaderRow::new(HEAD)])
        .num_rows(shown.len() as u64)
        .show(ui, &mut delegate);
    let list = delegate.list;
    scroll_ui(outer, place, bar, logs, shown, list, lists);
}

/// The wheel and the scrollbar.
fn scroll_ui(
    ui: &mut Ui,
    place: Rect,
    bar: Rect,
    logs: &LogsView,
    shown: Range<usize>,
    list: Option<usize>,
    lists: &mut Lists<'_>,
) {
    if logs.total == 0 {
        return lists.wheel(ui, place, list);
    }
    let part = Part {
        first: logs.first + shown.start as u64,
        n_shown: shown.len() as u64,
        total: logs.total,
    };
    let turned = lists::turned(ui, place);
    let last_first = part.total.saturating_sub(part.n_shown);
    let mut first = part.first.saturating_add_signed(turned).min(last_first);
    if let Some(dragged) = scrollbar_ui(ui, bar, "lines", part) {
        first = dragged;
    }
    if first != part.first {
        // The chosen line stands in the middle, but for the last of all.
        lists.scroll(match first >= last_first {
            true => part.total - 1,
            false => first + part.n_shown.saturating_sub(1) / 2,
        });
    }
}

fn selected(logs: &LogsView) -> usize {
    let found = logs.rows.iter().position(|row| row.selected);
    found.unwrap_or(logs.rows.len().saturating_sub(1))
}

/// All columns; the last one takes what the others leave.
fn columns(ui: &Ui, id: Id, titles: &[String], width: f32) -> Vec<egui_table::Column> {
    let state = TableState::load(ui.ctx(), id).unwrap_or_default();
    let mut left = width - 1.0;
    let mut columns = Vec::with_capacity(titles.len());
    for (i, title) in titles.iter().enumerate() {
        // By what it is, so that a column keeps its width when another comes or goes.
        let column_id = Id::unique(("log column", i.min(3), title));
        if i + 1 == titles.len() {
            let rest = left.max(120.0);
            let column = egui_table::Column::new(rest).range(rest..=rest).id(column_id);
            columns.push(column.resizable(false));
            break;
        }
        // A new column is as wide as what stands in it, but no wider than that.
        let known = state.col_widths.get(&column_id).copied();
        let widest = if known.is_some() { WIDEST[1] } else { WIDEST[0] };
        let column = egui_table::Column::new(known.unwrap_or(80.0))
            .range(20.0..=widest)
            .id(column_id)
            .auto_size_this_frame(known.is_none());
        left -= column.current;
        columns.push(column);
    }
    columns
}

fn galleys(ui: &Ui, rows: &[LogRow], wraps: bool, width: f32) -> Vec<Arc<Galley>> {
    let theme = Theme::of(ui);
    let n_rows = if wraps { MAX_ROWS } else { 1 };
    let of_row = |row: &LogRow| {
        let spans: Vec<(&str, Color32)> = row
            .text
            .iter()
            .map(|span| (span.text.as_str(), theme.color(span.role)))
            .collect();
        paint::layout_spans(ui, &spans, BODY, width, n_rows)
    };
    rows.iter().map(of_row).collect()
}

fn height_of(galley: &Galley) -> f32 {
    match galley.rows.len() {
        0 | 1 => ROW,
        _ => galley.size().y + APART,
    }
}

/// Those of the rows that fit, the chosen one in the middle of them as far as there are any around it.
fn rows_in_sight(heights: &[f32], selected: usize, room: f32) -> Range<usize> {
    if heights.is_empty() {
        return 0..0;
    }
    let mut shown = selected..selected + 1;
    let mut left = room - heights[selected];
    loop {
        let below = heights.get(shown.end).filter(|height| **height <= left);
        if let Some(height) = below {
            left -= height;
            shown.end += 1;
        }
        let above = shown.start.checked_sub(1).filter(|i| heights[*i] <= left);
        if let Some(i) = above {
            left -= heights[i];
            shown.start = i;
        }
        if below.is_none() && above.is_none() {
            return shown;
        }
    }
}

/// Where each row begins, and where the last one ends.
fn tops(heights: &[f32]) -> Vec<f32> {
    let mut tops = vec![0.0];
    for height in heights {
        tops.push(tops.last().copied().unwrap_or(0.0) + height);
    }
    tops
}

struct Delegate<'a, 'b> {
    rows: &'a [LogRow],
    galleys: &'a [Arc<Galley>],
    tops: Vec<f32>,
    titles: &'a [String],
    /// Which of all rows the first one is.
    first: usize,
    /// Which rows were drawn: the table asks for each once for every group of columns.
    drawn: Vec<bool>,
    list: Option<usize>,
    lists: &'a mut Lists<'b>,
}

impl TableDelegate for Delegate<'_, '_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let title = self.titles.get(cell.col_range.start).map_or("", String::as_str);
        fit(ui, title, SMALL);
        if !title.is_empty() {
            let place = inset(ui.max_rect());
            paint::text_ui(ui, place, Align2::LEFT_CENTER, title, SMALL, Role::Muted);
        }
    }

    /// Grounds and marks a row, and names it as a whole: a screen reader says it in one breath.
    fn row_ui(&mut self, ui: &mut Ui, nth: u64) {
        let nth = nth as usize;
        let (Some(row), Some(drawn)) = (self.rows.get(nth), self.drawn.get_mut(nth)) else {
            return;
        };
        if std::mem::replace(drawn, true) || ui.is_sizing_pass() {
            return;
        }
        let theme = Theme::of(ui);
        let place = ui.max_rect();
        let id = ui.scope_id().with("pressed");
        let response = ui.interact(place, id, Sense::click());
        if row.selected {
            ui.painter().rect_filled(place, 3, theme.selection);
            let bar = rect(place.min.x - 1.0, place.min.y + 3.0, 3.0, place.height() - 6.0);
            ui.painter().rect_filled(bar, 1, theme.color(Role::Accent));
        } else if response.hovered() {
            ui.painter().rect_filled(place, 3, theme.raised);
        }
        let cells = line_row(row).cells;
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
        let full = texts.iter().filter(|text| !text.is_empty());
        let full = full.copied().collect::<Vec<_>>().join(", ");
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Row, true, &full));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_selected(row.selected));
        if let Some(list) = self.list {
            self.lists.row(list, self.first + nth, &response);
        }
        if self.galleys.get(nth).is_some_and(|galley| galley.elided) {
            response.on_hover_text(full);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let nth = cell.row_nr as usize;
        let Some(row) = self.rows.get(nth) else { return };
        let place = ui.max_rect();
        if cell.col_nr + 1 == self.titles.len() {
            if let Some(galley) = self.galleys.get(nth) {
                let at = egui::pos2(inset(place).min.x, place.center().y - galley.size().y / 2.0);
                ui.painter().galley(at, galley.clone(), Color32::PLACEHOLDER);
            }
            return;
        }
        let cells = line_row(row).cells;
        let Some(value) = cells.get(cell.col_nr) else {
            return;
        };
        fit(ui, &value.text, BODY);
        let room = place.with_max_x(place.max.x - COLUMN_GAP + 2.0);
        let room = inset(rect(room.min.x, room.min.y, room.width(), ROW));
        let color = Theme::of(ui).color(value.role);
        paint::paint_text(ui, room, Align2::LEFT_CENTER, &value.text, BODY, color);
    }

    fn row_top_offset(&self, _: &egui::Context, _: Id, nth: u64) -> f32 {
        let last = self.tops.last().copied().unwrap_or(0.0);
        self.tops.get(nth as usize).copied().unwrap_or(last)
    }
}

/// A cell without the room beside the line before it.
fn inset(cell: Rect) -> Rect {
    cell.with_min_x((cell.min.x + GAP).min(cell.max.x))
}

/// While columns are measured: how much room a text wants.
fn fit(ui: &mut Ui, text: &str, size: f32) {
    if ui.is_sizing_pass() {
        let width = paint::text_width(ui, text, size) + COLUMN_GAP + GAP;
        ui.allocate_space(vec2(width, 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_row_is_in_sight_and_the_room_is_filled() {
        let even = [10.0; 50];
        for (selected, expected) in [(49, 40..50), (48, 40..50), (20, 16..26), (0, 0..10), (3, 0..10)] {
            assert_eq!(rows_in_sight(&even, selected, 100.0), expected, "{selected}");
        }
        let odd: Vec<f32> = (0..30).map(|i| [10.0, 60.0, 25.0][i % 3]).collect();
        for selected in 0..30 {
            let shown = rows_in_sight(&odd, selected, 100.0);
            assert!(shown.contains(&selected));
            assert!(odd[shown.clone()].iter().sum::<f32>() <= 100.0, "{shown:?}");
        }
        assert_eq!(rows_in_sight(&[], 0, 100.0), 0..0);
        assert_eq!(rows_in_sight(&[500.0], 0, 100.0), 0..1);
    }

    #[test]
    fn rows_stand_one_below_the_other() {
        assert_eq!(tops(&[10.0, 20.0]), [0.0, 10.0, 30.0]);
    }
}
