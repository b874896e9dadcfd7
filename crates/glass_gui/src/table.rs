//! Tables: title, column titles, rows; the chosen row is marked by a bar as well as by its ground.

use crate::layout::ROW;
use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use egui::{Align2, Rect, Response, Sense, Ui, WidgetInfo, accesskit, vec2};
use glass_core::{Cell, Column, DataStateKind, Role, Row, TableView};

const COLUMN_GAP: f32 = 14.0;

/// Draws a table in a card; the rows of one that is among the lists of its screen can be pressed.
pub fn table_ui(ui: &mut Ui, place: Rect, table: &TableView, lists: &mut Lists<'_>) {
    let TableView {
        title,
        columns,
        rows,
        first,
        total,
        focused,
        state,
    } = table;
    let ui = &mut paint::clipped(ui, place, "table");
    paint::card(ui, place, *focused);
    let inner = place.shrink2(vec2(PAD, 0.0));
    let head = rect(inner.min.x, place.min.y, inner.width(), 30.0);
    let mut right = inner.max.x;
    if *total > rows.len() {
        let text = format!("{}–{} of {total}", first + 1, first + rows.len());
        let shown = paint::text_ui(ui, head, Align2::RIGHT_CENTER, &text, SMALL, Role::Muted);
        right = shown.min.x - GAP;
    }
    if !rows.is_empty() {
        right = paint::state_note_ui(ui, right, head.center().y, inner.width() * 0.6, state);
    }
    let title_place = Rect::from_min_max(head.min, egui::pos2(right.max(head.min.x), head.max.y));
    paint::text_ui(ui, title_place, Align2::LEFT_CENTER, title, BODY, Role::Strong);
    let body = Rect::from_min_max(egui::pos2(inner.min.x, head.max.y), inner.max);
    if rows.is_empty() && state.kind != DataStateKind::Ready {
        paint::state_ui(ui, body, state);
        return;
    }
    let widths = column_widths(ui, columns, rows, body.width());
    column_titles_ui(ui, body, columns, &widths);
    let list = lists.find(table);
    for (index, row) in rows.iter().enumerate() {
        let top = body.min.y + 18.0 + ROW * index as f32;
        let row_place = rect(body.min.x, top, body.width(), ROW);
        if row_place.min.y > body.max.y {
            break;
        }
        let response = row_ui(ui, row_place, columns, &widths, row, list.is_some());
        if let Some(list) = list {
            lists.row(list, index, &response);
        }
    }
    if list.is_some() {
        lists.wheel(ui, place, list);
    }
}

fn column_widths(ui: &Ui, columns: &[Column], rows: &[Row], room: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = rows.iter().filter_map(|row| row.cells.get(index));
            let widest = cells.map(|cell| paint::text_width(ui, &cell.text, BODY));
            let shortest = paint::text_width(ui, &column.title, SMALL);
            if column.weight == 0 {
                widest.fold(shortest, f32::max).min(room * 0.5)
            } else {
                shortest
            }
        })
        .collect();
    let gaps = COLUMN_GAP * columns.len().saturating_sub(1) as f32;
    let left = (room - gaps - widths.iter().sum::<f32>()).max(0.0);
    let weights: f32 = columns.iter().map(|column| f32::from(column.weight)).sum();
    if weights > 0.0 {
        for (width, column) in widths.iter_mut().zip(columns) {
            *width += left * f32::from(column.weight) / weights;
        }
    }
    widths
}

fn column_titles_ui(ui: &mut Ui, body: Rect, columns: &[Column], widths: &[f32]) {
    let mut x = body.min.x;
    for (column, width) in columns.iter().zip(widths) {
        let Column {
            title,
            right,
            weight: _,
        } = column;
        let place = rect(x, body.min.y - 4.0, *width, 20.0);
        paint::text_ui(ui, place, align_of(*right), title, SMALL, Role::Muted);
        x += width + COLUMN_GAP;
    }
    let theme = Theme::of(ui);
    ui.painter()
        .hline(body.x_range(), body.min.y + 16.5, (1.0, theme.border));
}

fn align_of(right: bool) -> Align2 {
    if right {
        Align2::RIGHT_CENTER
    } else {
        Align2::LEFT_CENTER
    }
}

/// One row, named as a whole: a screen reader says it in one breath.
fn row_ui(
    ui: &mut Ui,
    place: Rect,
    columns: &[Column],
    widths: &[f32],
    row: &Row,
    can_be_pressed: bool,
) -> Response {
    let Row { cells, selected } = row;
    let theme = Theme::of(ui);
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let sense = if can_be_pressed {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(place, id, sense);
    let ground = place.expand2(vec2(GAP, 0.0));
    if can_be_pressed && response.hovered() && !selected {
        ui.painter().rect_filled(ground, 3, theme.raised);
    }
    if *selected {
        ui.painter().rect_filled(ground, 3, theme.selection);
        let bar = rect(ground.min.x, ground.min.y + 3.0, 3.0, ground.height() - 6.0);
        ui.painter().rect_filled(bar, 1, theme.color(Role::Accent));
    }
    let mut x = place.min.x;
    let mut cut = false;
    for ((cell, column), width) in cells.iter().zip(columns).zip(widths) {
        let Cell { text, value: _, role } = cell;
        let at = rect(x, place.min.y, *width, place.height());
        paint::paint_text(ui, at, align_of(column.right), text, BODY, theme.color(*role));
        cut |= paint::text_width(ui, text, BODY) > *width + 0.5;
        x += width + COLUMN_GAP;
    }
    let full = cells.iter().map(|cell| cell.text.as_str());
    let full = full
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Row, true, &full));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_selected(*selected));
    match cut {
        true => response.on_hover_text(full),
        false => response,
    }
}
