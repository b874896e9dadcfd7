//! Free queries: the one that was run, above its result, and the one being typed, with completions. What is wrong
//! is marked below its place in the text.

use crate::layout::take_top;
use crate::overlay::{draw_input, draw_window};
use crate::pen::{Pen, line_width, text_width, window_around, wrap_text};
use crate::table::mark_chosen;
use glass_core::{CompletionRow, FaultView, QueryEditorView, QueryView, Role};
use ratatui::layout::Rect;

/// Rows that a query that was run takes at most.
const MAX_ROWS: usize = 3;
/// Completions shown at once.
const MAX_COMPLETIONS: u16 = 10;
/// Rows that an error takes at most.
const MAX_FAULT_ROWS: usize = 3;

/// Draws a query that was run into rows that it cuts off the top of an area.
pub(crate) fn draw_query(pen: &mut Pen, rest: &mut Rect, query: &QueryView) {
    let QueryView {
        name,
        active,
        language,
        text,
        fault,
        notes,
        hint,
    } = query;
    // One of several is known by its letter alone.
    let (language, role) = match (name.as_str(), active) {
        ("", _) => (language, Role::Muted),
        (_, true) => (name, Role::Strong),
        (_, false) => (name, Role::Muted),
    };
    let sign = if *active && !name.is_empty() {
        pen.glyphs.pick("▸", ">")
    } else {
        " "
    };
    let left = 2 + text_width(language) + 2;
    let width = rest.width.saturating_sub(left + 1).max(1);
    let rows = broken(text, width);
    for (nth, row) in rows.iter().take(MAX_ROWS).enumerate() {
        let mut place = take_top(rest, 1);
        if place.height == 0 {
            return;
        }
        if nth == 0 {
            pen.put_as(place.x, place.y, 1, sign, Role::Accent);
            pen.put_as(place.x + 2, place.y, left, language, role);
            let hint_width = line_width(hint);
            if *active && rows.len() == 1 && text_width(text) + hint_width + 3 < width {
                let x = place.right().saturating_sub(hint_width);
                pen.put_line(x, place.y, hint_width, hint);
            }
        }
        place.x += left.min(place.width);
        place.width = width;
        let is_cut = nth + 1 == MAX_ROWS && rows.len() > MAX_ROWS;
        let shown = if is_cut {
            &text[row.start..]
        } else {
            &text[row.start..row.end]
        };
        pen.put_as(place.x, place.y, place.width, shown, Role::Accent);
        if let Some(fault) = fault
            && let Some((x, n)) = mark_of(text, row.start, row.end, nth + 1 == rows.len(), fault)
        {
            let marks = take_top(rest, 1);
            draw_marks(
                pen,
                Rect {
                    x: place.x,
                    width,
                    ..marks
                },
                (x, n),
                fault,
            );
        }
    }
    if let Some(fault) = fault {
        draw_fault_text(pen, rest, left, fault);
    }
    for note in notes {
        let row = take_top(rest, 1);
        if row.height > 0 {
            pen.put_line(row.x + left, row.y, row.width.saturating_sub(left + 1), note);
        }
    }
}

/// Where a row of a broken text lies in it, in bytes.
struct Broken {
    start: usize,
    end: usize,
}

/// Breaks a text into rows of a width, at least one: behind a space, comma or parenthesis in a row's right half if
/// there is one, or else where it must be.
fn broken(text: &str, width: u16) -> Vec<Broken> {
    let mut rows = Vec::new();
    let (mut start, mut used) = (0, 0u16);
    let mut good: Option<(usize, u16)> = None;
    for (at, c) in text.char_indices() {
        let own = text_width(c.encode_utf8(&mut [0; 4]));
        if used + own > width && at > start {
            let (end, taken) = good.take().unwrap_or((at, used));
            rows.push(Broken { start, end });
            (start, used) = (end, used - taken);
        }
        used += own;
        if matches!(c, ' ' | ',' | '(') && used > width / 2 {
            good = Some((at + 1, used));
        }
    }
    rows.push(Broken {
        start,
        end: text.len(),
    });
    rows
}

/// The columns of a row that a fault marks: from where, and how many. A fault is marked on the row it begins on.
fn mark_of(text: &str, start: usize, end: usize, is_last: bool, fault: &FaultView) -> Option<(u16, u16)> {
    let byte = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let (from, to) = (byte(fault.from), byte(fault.to));
    let is_here = from >= start && (from < end || is_last);
    is_here.then(|| {
        let x = text_width(&text[start..from.min(end)]);
        let n = text_width(&text[from.min(end)..to.clamp(from, end.max(from))]);
        (x, n.max(1))
    })
}

fn draw_marks(pen: &mut Pen, row: Rect, (x, n): (u16, u16), fault: &FaultView) {
    for i in x..x.saturating_add(n).min(row.width) {
        pen.set(row.x + i, row.y, "^", pen.style(fault.role));
    }
}

/// Writes what is wrong below the marks, in as many rows as it needs up to a limit.
fn draw_fault_text(pen: &mut Pen, rest: &mut Rect, left: u16, fault: &FaultView) {
    let width = rest.width.saturating_sub(left + 1).max(1);
    for line in wrap_text(&fault.text, width).iter().take(MAX_FAULT_ROWS) {
        let row = take_top(rest, 1);
        if row.height > 0 {
            pen.put_as(row.x + left, row.y, width, line, fault.role);
        }
    }
}

/// Draws the query being typed over the top of an area.
pub(crate) fn draw_query_editor(pen: &mut Pen, area: Rect, editor: &QueryEditorView) {
    let QueryEditorView {
        language,
        text,
        caret,
        fault,
        hint,
        completions,
        n_more,
        chosen,
    } = editor;
    let below = fault.as_ref().map_or_else(Vec::new, |fault| {
        wrapped_fault(area.width.saturating_sub(6), fault)
    });
    // Marks for the fault stand below the text even if there is none, so that the list stays where it is.
    let n_below = (below.len() as u16).max(1);
    let room = area.height.saturating_sub(5 + n_below);
    let n_rows = (completions.len() as u16).min(MAX_COMPLETIONS).min(room);
    let height = (4 + n_below + n_rows).min(area.height);
    let n_hidden = completions
        .len()
        .saturating_sub(n_rows.into())
        .saturating_add(*n_more);
    let note = if n_hidden > 0 {
        format!("{n_hidden} more: type on")
    } else {
        String::new()
    };
    let mut inner = draw_window(pen, Rect { height, ..area }, language, &note);
    let input = take_top(&mut inner, 1);
    let (x, first) = draw_input(pen, input, text, *caret);
    let marks = take_top(&mut inner, 1);
    let mut rows = take_top(&mut inner, n_below);
    if let Some(fault) = fault {
        let shown = Rect {
            x,
            width: input.right().saturating_sub(x),
            ..marks
        };
        draw_fault(
            pen,
            shown,
            &text[first..],
            first_char(text, first),
            (fault, below.is_empty()),
        );
        for line in &below {
            let row = take_top(&mut rows, 1);
            pen.put_as(row.x + 2, row.y, row.width.saturating_sub(2), line, fault.role);
        }
    }
    if rows.height > 0 {
        pen.put_line(rows.x + 2, rows.y, rows.width.saturating_sub(2), hint);
    }
    draw_completions(pen, take_top(&mut inner, n_rows), completions, *chosen);
}

fn first_char(text: &str, byte: usize) -> usize {
    text[..byte].chars().count()
}

/// An error in rows of its own; in none if it is so short that it finds room beside its marks wherever they are.
fn wrapped_fault(width: u16, fault: &FaultView) -> Vec<String> {
    if text_width(&fault.text) <= width / 2 {
        return Vec::new();
    }
    let mut lines = wrap_text(&fault.text, width.max(1));
    lines.truncate(MAX_FAULT_ROWS);
    lines
}

/// Marks the place of what is wrong in a row and, if it is said there, says it beside the marks. The row shows the
/// query from its `first` character on.
fn draw_fault(pen: &mut Pen, row: Rect, text: &str, first: usize, (fault, is_said): (&FaultView, bool)) {
    if row.height == 0 || row.width == 0 {
        return;
    }
    let seen = FaultView {
        from: fault.from.saturating_sub(first),
        to: fault.to.saturating_sub(first),
        ..fault.clone()
    };
    let (x, n) = mark_of(text, 0, text.len(), true, &seen).unwrap_or((0, 1));
    let x = x.min(row.width - 1);
    let n = n.min(row.width - x);
    draw_marks(pen, row, (x, n), fault);
    if !is_said {
        return;
    }
    let needed = text_width(&pen.glyphs.spell(&fault.text));
    let (right, left) = (row.width.saturating_sub(x + n + 1), x.saturating_sub(1));
    let (start, room) = if needed <= right || right >= left {
        (x + n + 1, right)
    } else {
        (left.saturating_sub(needed), left)
    };
    pen.put_as(row.x + start, row.y, room, &fault.text, fault.role);
}

fn draw_completions(pen: &mut Pen, area: Rect, completions: &[CompletionRow], chosen: Option<usize>) {
    let window = window_around(completions.len(), chosen, usize::from(area.height));
    let first = window.start;
    let shown = &completions[window];
    let widest = |of: fn(&CompletionRow) -> &str| {
        let widths = shown.iter().map(|row| text_width(&pen.glyphs.spell(of(row))));
        widths.max().unwrap_or(0)
    };
    let text_room = widest(|row| &row.text).min(area.width / 2);
    let kind_room = widest(|row| &row.kind).min(area.width / 4);
    for (i, row) in shown.iter().enumerate() {
        let CompletionRow { text, kind, detail } = row;
        let y = area.y + i as u16;
        let mut x = area.x + 2;
        pen.put_as(x, y, text_room, text, Role::Normal);
        x += text_room + 2;
        pen.put_as(x, y, kind_room, kind, Role::Accent);
        x += kind_room + 2;
        pen.put_as(x, y, area.right().saturating_sub(x), detail, Role::Muted);
        if chosen == Some(first + i) {
            mark_chosen(pen, Rect { y, height: 1, ..area }, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: u16, expected: &[&str]) {
        let rows: Vec<_> = broken(text, width)
            .iter()
            .map(|row| &text[row.start..row.end])
            .collect();
        assert_eq!(rows, expected, "{text} in {width}");
    }

    #[test]
    fn queries_break_where_they_can_be_read_on() {
        check(
            "sum by (job) (rate(x[5m]))",
            16,
            &["sum by (job) (", "rate(x[5m]))"],
        );
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("日本語", 4, &["日本", "語"]);
        check("", 4, &[""]);
        check("a b", 0, &["a", " ", "b"]);
    }
}
