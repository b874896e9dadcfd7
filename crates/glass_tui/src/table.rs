//! Lists: a title, the columns' titles where there is room, and rows with a marker at the chosen one.

use crate::layout::take_top;
use crate::pen::{Pen, shrink_widest, text_width, window_around};
use glass_core::{Cell, Column, DataState, Role, Row, TableView};
use ratatui::layout::Rect;

/// Columns at the left for the marker.
const MARKER: u16 = 2;

/// What a pane's title row says.
pub(crate) struct Title<'a> {
    /// The title.
    pub text: &'a str,
    /// What else stands there, muted.
    pub note: &'a str,
    /// Whether keys go to the pane.
    pub focused: bool,
    /// Where in a longer list it stands: rows above, rows shown, all rows.
    pub place: (usize, usize, usize),
    /// How it stands with the data that is shown; an empty pane tells it in its middle.
    pub state: Option<&'a DataState>,
}

/// Draws a pane's title into a row.
pub(crate) fn draw_title(pen: &mut Pen, row: Rect, title: &Title) {
    if row.height == 0 || row.width <= MARKER {
        return;
    }
    let (above, shown, total) = title.place;
    let (role, marker) = if title.focused {
        (Role::Accent, pen.glyphs.marker())
    } else {
        (Role::Strong, " ")
    };
    pen.put_as(row.x, row.y, 1, marker, Role::Accent);
    let mut room = row.width - MARKER;
    let mut right = row;
    if total > shown && shown > 0 {
        let place = format!(
            "{}{}{} of {total}",
            above.saturating_add(1),
            pen.glyphs.pick("–", "-"),
            above.saturating_add(shown)
        );
        let used = pen.put_right(right, &place, pen.style(Role::Muted));
        right.width = right.width.saturating_sub(used + 2);
        room = room.saturating_sub(used + 2);
    }
    let half = Rect {
        x: right.x + right.width / 2,
        width: right.width - right.width / 2,
        ..right
    };
    let sign = title.state.map_or(0, |state| pen.put_state_sign(half, state));
    room = room.saturating_sub(if sign > 0 { sign + 2 } else { 0 });
    let bold = pen.style(role).add_modifier(ratatui::style::Modifier::BOLD);
    let used = pen.put(row.x + MARKER, row.y, room, title.text, bold);
    if !title.note.is_empty() && used + 2 < room {
        pen.put_as(
            row.x + MARKER + used + 2,
            row.y,
            room - used - 2,
            title.note,
            Role::Muted,
        );
    }
}

/// Draws a table; `note` stands beside its title, and the columns' titles are left out if `with_head` is not set.
pub(crate) fn draw_table(pen: &mut Pen, area: Rect, table: &TableView, note: &str, with_head: bool) {
    let TableView {
        title,
        columns,
        rows,
        first,
        total,
        focused,
        state,
    } = table;
    let mut rest = area;
    let title_row = take_top(&mut rest, 1);
    let head_row = take_top(&mut rest, u16::from(with_head && !rows.is_empty()));
    let chosen = rows.iter().position(|row| row.selected);
    let window = window_around(rows.len(), chosen, usize::from(rest.height));
    let shown = &rows[window.clone()];
    let title = Title {
        text: title,
        note,
        focused: *focused,
        place: (first.saturating_add(window.start), shown.len(), *total),
        state: (!rows.is_empty()).then_some(state),
    };
    draw_title(pen, title_row, &title);
    pen.hits.list(title.text, area, rest.y, window);
    if rows.is_empty() {
        pen.put_state(rest, state);
        return;
    }
    let inner = Rect {
        x: rest.x + MARKER.min(rest.width),
        width: rest.width.saturating_sub(MARKER),
        ..rest
    };
    let widths = column_widths(pen, columns, shown, with_head, inner.width);
    if head_row.height > 0 {
        let head: Vec<_> = columns
            .iter()
            .map(|column| Cell::new(column.title.as_str(), Role::Muted))
            .collect();
        draw_cells(
            pen,
            Rect {
                y: head_row.y,
                ..inner
            },
            columns,
            &widths,
            &head,
        );
    }
    for (i, row) in shown.iter().enumerate() {
        let Row { cells, selected } = row;
        let y = inner.y + i as u16;
        draw_cells(pen, Rect { y, ..inner }, columns, &widths, cells);
        if *selected {
            mark_chosen(pen, Rect { y, height: 1, ..rest }, *focused);
        }
    }
}

/// Marks a row as the chosen one: a bar at its left, and the whole row if keys go to its pane.
pub(crate) fn mark_chosen(pen: &mut Pen, row: Rect, focused: bool) {
    let role = if focused { Role::Accent } else { Role::Muted };
    if focused {
        pen.lay(row, pen.theme.chosen());
    }
    pen.put_as(row.x, row.y, 1.min(row.width), pen.glyphs.marker(), role);
}

fn draw_cells(pen: &mut Pen, row: Rect, columns: &[Column], widths: &Widths, cells: &[Cell]) {
    let mut x = row.x;
    for ((column, width), cell) in columns.iter().zip(&widths.columns).zip(cells) {
        let Cell { text, value: _, role } = cell;
        let Column {
            title: _,
            right,
            weight: _,
        } = column;
        let room = (*width).min(row.right().saturating_sub(x));
        if room > 0 {
            let style = pen.style(*role);
            let slot = Rect {
                x,
                y: row.y,
                width: room,
                height: 1,
            };
            if *right {
                pen.put_right(slot, text, style);
            } else {
                pen.put(x, row.y, room, text, style);
            }
        }
        let gap = if *width > 0 { widths.gap } else { 0 };
        x = x.saturating_add(*width).saturating_add(gap);
    }
}

/// The least a column is cut to as long as another one is wider.
const MIN_COLUMN: u16 = 6;

/// How the columns share a row.
#[derive(Debug, PartialEq, Eq)]
struct Widths {
    /// Each column's.
    columns: Vec<u16>,
    /// Between two of them.
    gap: u16,
}

/// The columns' widths: fixed ones as wide as their widest cell, the rest shared by weight. Where that is too
/// much, they move together, and then later columns give way before earlier ones, which say what a row is about, and
/// texts before numbers and times, of which a part says nothing.
fn column_widths(pen: &Pen, columns: &[Column], rows: &[Row], with_head: bool, room: u16) -> Widths {
    let width = |text: &str| text_width(&pen.glyphs.spell(text));
    let natural = |(i, column): (usize, &Column)| {
        let head = if with_head { width(&column.title) } else { 0 };
        let cells = rows.iter().filter_map(|row| row.cells.get(i));
        cells.map(|cell| width(&cell.text)).fold(head, u16::max)
    };
    let mut widths: Vec<u16> = columns.iter().enumerate().map(natural).collect();
    let total = |widths: &[u16]| widths.iter().map(|width| usize::from(*width)).sum::<usize>();
    let n_gaps = widths
        .iter()
        .filter(|width| **width > 0)
        .count()
        .saturating_sub(1);
    let room = usize::from(room);
    let gap = if total(&widths) + 2 * n_gaps > room { 1 } else { 2 };
    let room = room.saturating_sub(usize::from(gap) * n_gaps);
    let mut over = total(&widths).saturating_sub(room);
    for right in [false, true] {
        let side = widths
            .iter_mut()
            .zip(columns)
            .filter(|(_, column)| column.right == right);
        for (width, _) in side.rev() {
            let given = usize::from(width.saturating_sub(MIN_COLUMN)).min(over);
            *width -= given as u16;
            over -= given;
        }
    }
    shrink_widest(&mut widths, room);
    let weights: usize = columns.iter().map(|column| usize::from(column.weight)).sum();
    let spare = room.saturating_sub(total(&widths));
    for (width, column) in widths.iter_mut().zip(columns) {
        let share = (spare * usize::from(column.weight)).checked_div(weights);
        *width += share.unwrap_or(0) as u16;
    }
    Widths { columns: widths, gap }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Look, Options};
    use ratatui::buffer::Buffer;

    #[test]
    fn columns_share_the_room_and_short_ones_stay_whole() {
        let check = |texts: &[&str], weights: &[u16], room: u16, expected: (&[u16], u16)| {
            let columns: Vec<_> = weights
                .iter()
                .map(|weight| Column {
                    title: String::new(),
                    right: false,
                    weight: *weight,
                })
                .collect();
            let cells = texts.iter().map(|text| Cell::new(*text, Role::Normal)).collect();
            let rows = [Row {
                cells,
                selected: false,
            }];
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
            let pen = Pen::new(&mut buffer, Look::fixed(&Options::default()));
            let widths = column_widths(&pen, &columns, &rows, false, room);
            assert_eq!((widths.columns.as_slice(), widths.gap), expected, "{texts:?}");
        };
        check(&["03:41", "ok", "a subject"], &[0, 0, 1], 40, (&[5, 2, 29], 2));
        check(
            &["03:41", "firing", "a very long subject of a commit"],
            &[0, 0, 1],
            30,
            (&[5, 6, 17], 1),
        );
        check(
            &["firing", "CheckoutErrors", "where it is", "since then"],
            &[0, 1, 0, 0],
            40,
            (&[6, 14, 11, 6], 1),
        );
        check(&["a very long fixed one", "other"], &[0, 0], 12, (&[6, 5], 1));
        check(&["", "x"], &[0, 0], 10, (&[0, 1], 2));
        check(&["abc", "def"], &[0, 1], 0, (&[1, 1], 1));
    }
}
