//! What lies above everything: all keys, and the line to type into with its suggestions.

use crate::document::draw_lines;
use crate::layout::{take_left, take_top};
use crate::pen::{Pen, text_width};
use crate::query::draw_query_editor;
use crate::table::mark_chosen;
use glass_core::{HelpGroup, HelpView, Line, Overlay, PromptView, Role, TourView};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

/// Draws what lies above the screen; `main` is where the current one of the screens is drawn.
pub(crate) fn draw_overlay(pen: &mut Pen, screen: Rect, main: Rect, overlay: &Overlay) {
    match overlay {
        Overlay::Help(help) => draw_help(pen, screen, help),
        Overlay::Prompt(prompt) => draw_prompt(pen, screen, prompt),
        Overlay::QueryEditor(editor) => draw_query_editor(pen, main, editor),
    }
}

/// Empties a window and draws a border with a title around it; returns what is inside.
pub(crate) fn draw_window(pen: &mut Pen, area: Rect, title: &str, note: &str) -> Rect {
    pen.clear(area);
    let style = pen.theme.chrome();
    let corners = [
        pen.glyphs.pick("╭", "+"),
        pen.glyphs.pick("╮", "+"),
        pen.glyphs.pick("╰", "+"),
        pen.glyphs.pick("╯", "+"),
    ];
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    for y in [area.y, bottom] {
        pen.rule(Rect { y, height: 1, ..area }, pen.glyphs.horizontal(), style);
    }
    for y in area.top()..area.bottom() {
        pen.set(area.x, y, pen.glyphs.vertical(), style);
        pen.set(right, y, pen.glyphs.vertical(), style);
    }
    for ((x, y), corner) in [
        (area.x, area.y),
        (right, area.y),
        (area.x, bottom),
        (right, bottom),
    ]
    .into_iter()
    .zip(corners)
    {
        pen.set(x, y, corner, style);
    }
    let room = area.width.saturating_sub(4);
    let bold = pen.style(Role::Accent).add_modifier(Modifier::BOLD);
    let used = pen.put(area.x + 2, area.y, room, &format!(" {title} "), bold);
    if !note.is_empty() {
        let row = Rect {
            x: area.x + 2 + used,
            width: room.saturating_sub(used),
            ..area
        };
        pen.put_right(row, &format!(" {note} "), pen.style(Role::Muted));
    }
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

/// Draws a step of the tour into the lower right corner of the screen.
pub(crate) fn draw_tour(pen: &mut Pen, main: Rect, tour: &TourView) {
    let TourView {
        title,
        step,
        n_steps,
        lines,
    } = tour;
    let text = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
    let widest = lines
        .iter()
        .map(|line| text_width(&pen.glyphs.spell(&text(line))))
        .max();
    let width = widest.unwrap_or(0).saturating_add(4).min(main.width);
    let height = (lines.len() as u16).saturating_add(2).min(main.height);
    let area = Rect {
        x: main.right().saturating_sub(width + 1).max(main.x),
        y: main.bottom().saturating_sub(height),
        width,
        height,
    };
    let inner = draw_window(pen, area, title, &format!("tour {step} of {n_steps}"));
    draw_lines(pen, inner, lines);
}

/// A row of the help window.
enum HelpRow<'a> {
    Title(&'a str),
    Entry(&'a str, &'a str),
    Empty,
}

/// The widest a column of help gets.
const HELP_COLUMN: u16 = 64;
/// The widest its part for keys gets.
const HELP_KEYS: u16 = 16;

fn draw_help(pen: &mut Pen, screen: Rect, help: &HelpView) {
    let HelpView {
        title,
        groups,
        scroll,
    } = help;
    let rows = help_rows(groups, *scroll);
    let room = Rect {
        width: screen.width.saturating_sub(8),
        height: screen.height.saturating_sub(4),
        ..screen
    };
    let (keys, what) = help_widths(pen, groups);
    let wanted = (keys + what + 5).min(HELP_COLUMN);
    let n_fit = (room.width / wanted).clamp(1, 3);
    let n_columns = (1..=n_fit)
        .find(|n| rows.len() <= usize::from(n * room.height))
        .unwrap_or(n_fit);
    let column = (room.width / n_columns).min(wanted);
    let height = (rows.len().div_ceil(usize::from(n_columns)) as u16).clamp(3, room.height.max(3));
    let size = (column * n_columns + 4, height + 2);
    let area = Rect {
        x: screen.x + screen.width.saturating_sub(size.0) / 2,
        y: screen.y + screen.height.saturating_sub(size.1) / 2,
        width: size.0.min(screen.width),
        height: size.1.min(screen.height),
    };
    let shown = usize::from(n_columns * height);
    let note = if rows.len() > shown {
        format!("{} more below", rows.len() - shown)
    } else {
        "esc closes".to_owned()
    };
    let mut inner = draw_window(pen, area, title, &note);
    for part in rows.chunks(usize::from(height)).take(usize::from(n_columns)) {
        let mut column_area = take_left(&mut inner, column);
        for row in part {
            let row_area = take_top(&mut column_area, 1);
            draw_help_row(pen, row_area, row, keys);
        }
    }
}

/// All rows but the first `scroll` entries; the title of the group that is cut stays.
fn help_rows(groups: &[HelpGroup], scroll: usize) -> Vec<HelpRow<'_>> {
    let mut rows = Vec::new();
    let mut to_skip = scroll;
    for HelpGroup { title, entries } in groups {
        let skipped = to_skip.min(entries.len());
        to_skip -= skipped;
        if skipped == entries.len() && skipped > 0 {
            continue;
        }
        if !rows.is_empty() {
            rows.push(HelpRow::Empty);
        }
        rows.push(HelpRow::Title(title));
        rows.extend(
            entries[skipped..]
                .iter()
                .map(|(keys, what)| HelpRow::Entry(keys, what)),
        );
    }
    rows
}

/// Columns that keys and what they do take at most.
fn help_widths(pen: &Pen, groups: &[HelpGroup]) -> (u16, u16) {
    let width = |text: &str| text_width(&pen.glyphs.spell(text));
    let entries = groups.iter().flat_map(|group| &group.entries);
    entries.fold((4, 8), |(keys, what), entry| {
        (
            keys.max(width(&entry.0)).min(HELP_KEYS),
            what.max(width(&entry.1)).min(HELP_COLUMN),
        )
    })
}

fn draw_help_row(pen: &mut Pen, row: Rect, help_row: &HelpRow, keys_width: u16) {
    if row.height == 0 {
        return;
    }
    match help_row {
        HelpRow::Empty => {}
        HelpRow::Title(title) => {
            pen.put_as(row.x + 1, row.y, row.width.saturating_sub(1), title, Role::Strong);
        }
        HelpRow::Entry(keys, what) => {
            pen.put_as(row.x + 1, row.y, keys_width, keys, Role::Accent);
            let left = keys_width + 3;
            pen.put_as(
                row.x + left,
                row.y,
                row.width.saturating_sub(left + 1),
                what,
                Role::Normal,
            );
        }
    }
}

/// Most suggestions shown at once.
const MAX_SUGGESTIONS: u16 = 12;
/// From this width on more of a suggestion is shown beside all of them.
const WIDE: u16 = 100;
/// Columns for that.
const PREVIEW: u16 = 40;

fn draw_prompt(pen: &mut Pen, screen: Rect, prompt: &PromptView) {
    let PromptView {
        title,
        text,
        caret,
        hint,
        suggestions,
        chosen,
        preview,
    } = prompt;
    let has_preview = !preview.is_empty() && screen.width >= WIDE;
    let width = screen.width.min(if has_preview { WIDE + PREVIEW } else { 90 });
    let n_suggestions = (suggestions.len() as u16)
        .min(MAX_SUGGESTIONS)
        .min(screen.height.saturating_sub(6));
    let n_hints = u16::from(hint.iter().any(|span| !span.text.is_empty()));
    let height = (3 + n_suggestions + n_hints).min(screen.height);
    let area = Rect {
        x: screen.x,
        y: screen.bottom() - height,
        width,
        height,
    };
    let mut inner = draw_window(pen, area, title, "");
    let mut list = take_top(&mut inner, n_suggestions);
    if has_preview {
        let left = list.width.saturating_sub(PREVIEW + 1);
        let suggestions_area = take_left(&mut list, left);
        take_left(&mut list, 1);
        draw_suggestions(pen, suggestions_area, suggestions, *chosen);
        draw_lines(pen, list, preview);
    } else {
        draw_suggestions(pen, list, suggestions, *chosen);
    }
    draw_input(pen, take_top(&mut inner, 1), text, *caret);
    let hint_row = take_top(&mut inner, n_hints);
    if hint_row.height > 0 {
        pen.put_line(hint_row.x + 2, hint_row.y, hint_row.width.saturating_sub(2), hint);
    }
}

fn draw_suggestions(pen: &mut Pen, area: Rect, suggestions: &[(String, String)], chosen: Option<usize>) {
    let window = crate::pen::window_around(suggestions.len(), chosen, usize::from(area.height));
    let first = window.start;
    let shown = &suggestions[window];
    let widest = shown
        .iter()
        .map(|(text, _)| text_width(&pen.glyphs.spell(text)))
        .max()
        .unwrap_or(0);
    let text_room = widest.min(area.width / 2);
    for (i, (text, what)) in shown.iter().enumerate() {
        let y = area.y + i as u16;
        pen.put_as(area.x + 2, y, text_room, text, Role::Normal);
        let left = text_room + 4;
        pen.put_as(
            area.x + left,
            y,
            area.width.saturating_sub(left),
            what,
            Role::Muted,
        );
        if chosen == Some(first + i) {
            mark_chosen(pen, Rect { y, height: 1, ..area }, true);
        }
    }
}

/// Draws what was typed, scrolled so that the caret, a reversed cell, is on screen. Returns the column where the
/// text begins and the byte of its first character that is shown.
pub(crate) fn draw_input(pen: &mut Pen, row: Rect, text: &str, caret: usize) -> (u16, usize) {
    if row.height == 0 || row.width < 4 {
        return (row.x, 0);
    }
    pen.put_as(row.x, row.y, 1, pen.glyphs.pick("›", ">"), Role::Accent);
    let row = Rect {
        x: row.x + 2,
        width: row.width - 2,
        ..row
    };
    let byte = text
        .char_indices()
        .nth(caret)
        .map_or(text.len(), |(byte, _)| byte);
    let (before, after) = text.split_at(byte);
    let mut start = 0;
    for (i, grapheme) in before.grapheme_indices(true) {
        if text_width(&before[start..]) + 1 < row.width {
            break;
        }
        start = i + grapheme.len();
    }
    let style = pen.style(Role::Normal);
    let used = pen.put(row.x, row.y, row.width, &before[start..], style);
    pen.put(row.x + used, row.y, row.width.saturating_sub(used), after, style);
    let under = Rect {
        x: row.x + used,
        width: 1.min(row.width.saturating_sub(used)),
        ..row
    };
    pen.lay(
        under,
        ratatui::style::Style::new().add_modifier(Modifier::REVERSED),
    );
    (row.x, start)
}
