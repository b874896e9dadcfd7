//! Documents: headings, paragraphs, lists, code and diffs, bylines; wrapped to a width that reads well.

mod diff;

use crate::layout::take_top;
use crate::pen::{Pen, line_width, wrap_line};
use crate::table::{Title, draw_title};
use glass_core::{DocBlock, DocBlockKind, DocumentView, Line, Role, Span};
use ratatui::layout::Rect;

/// The widest a line of prose gets: longer ones are hard to follow.
pub(crate) const MEASURE: u16 = 96;

/// Draws a document.
pub(crate) fn draw_document(pen: &mut Pen, area: Rect, document: &DocumentView) {
    let DocumentView {
        title,
        blocks,
        // Blocks say the same, line by line.
        parts: _,
        n_times: _,
        first,
        total,
        focused,
        state,
    } = document;
    let mut rest = area;
    let title_row = take_top(&mut rest, 1);
    let n_drawn = if blocks.is_empty() {
        pen.put_state(rest, state);
        0
    } else {
        draw_blocks(pen, inset(rest), blocks)
    };
    let title = Title {
        text: title,
        note: "",
        focused: *focused,
        place: (*first, n_drawn, *total),
        state: (!blocks.is_empty()).then_some(state),
    };
    draw_title(pen, title_row, &title);
}

/// Two columns in, where titles begin.
fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(3),
        ..area
    }
}

/// Draws as many blocks as fit; returns how many were begun.
pub(crate) fn draw_blocks(pen: &mut Pen, area: Rect, blocks: &[DocBlock]) -> usize {
    let mut y = area.y;
    for (i, block) in blocks.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| blocks.get(before));
        if needs_air(before, block) {
            y = y.saturating_add(1);
        }
        if y >= area.bottom() {
            return i;
        }
        let room = Rect {
            y,
            height: area.bottom() - y,
            ..area
        };
        y += draw_block(pen, room, block);
    }
    blocks.len()
}

/// Whether an empty row stands before a block: not between lines of code nor between items.
fn needs_air(before: Option<&DocBlock>, block: &DocBlock) -> bool {
    let Some(before) = before else { return false };
    let is_tight = |kind: DocBlockKind| {
        matches!(
            kind,
            DocBlockKind::Code | DocBlockKind::Item(_) | DocBlockKind::Quote
        )
    };
    if is_of_code(before.kind) && is_of_code(block.kind) {
        return false;
    }
    let is_pair = std::mem::discriminant(&before.kind) == std::mem::discriminant(&block.kind);
    let follows_head = matches!(before.kind, DocBlockKind::Byline | DocBlockKind::Rule);
    let belongs_together = is_pair && is_tight(block.kind);
    !(belongs_together || follows_head)
}

/// Whether a block is a line of code or of a patch.
fn is_of_code(kind: DocBlockKind) -> bool {
    matches!(
        kind,
        DocBlockKind::Code | DocBlockKind::DiffFile | DocBlockKind::DiffHunk | DocBlockKind::DiffRow
    )
}

/// Draws one block at the top of an area; returns how many rows it took.
fn draw_block(pen: &mut Pen, area: Rect, block: &DocBlock) -> u16 {
    let DocBlock { kind, text, row } = block;
    let ascii = pen.glyphs.is_ascii();
    match kind {
        DocBlockKind::Heading(level) => {
            let role = if *level <= 1 { Role::Accent } else { Role::Strong };
            draw_wrapped(pen, area, ("", ""), &recolored(text, role), true)
        }
        DocBlockKind::Paragraph => draw_wrapped(pen, area, ("", ""), text, false),
        DocBlockKind::Item(depth) => {
            let indent = " ".repeat(2 * usize::from((*depth).min(8)));
            let bullet = if ascii { "- " } else { "• " };
            draw_wrapped(
                pen,
                area,
                (&format!("{indent}{bullet}"), &format!("{indent}  ")),
                text,
                false,
            )
        }
        DocBlockKind::Code | DocBlockKind::DiffFile | DocBlockKind::DiffHunk => {
            pen.put_line(area.x, area.y, area.width, text);
            1
        }
        DocBlockKind::DiffRow => {
            if let Some(row) = row {
                diff::draw_row(pen, area, row);
            }
            1
        }
        DocBlockKind::Quote => {
            let bar = format!("{} ", pen.glyphs.vertical());
            draw_wrapped(pen, area, (&bar, &bar), &recolored(text, Role::Muted), false)
        }
        DocBlockKind::Byline => {
            let used = pen.put_line(area.x, area.y, area.width, &recolored(text, Role::Accent));
            let rule = Rect {
                x: area.x + used + 1,
                width: area.width.min(MEASURE).saturating_sub(used + 1),
                height: 1,
                ..area
            };
            pen.rule(rule, pen.glyphs.horizontal(), pen.theme.chrome());
            1
        }
        DocBlockKind::Rule => {
            let row = Rect {
                width: area.width.min(MEASURE),
                height: 1,
                ..area
            };
            pen.rule(row, pen.glyphs.horizontal(), pen.theme.chrome());
            let used = line_width(text);
            if used > 0 {
                pen.put_line(row.x, row.y, row.width, text);
            }
            1
        }
    }
}

/// Ordinary text of a line in another role; what has a role of its own keeps it.
fn recolored(line: &Line, role: Role) -> Line {
    line.iter()
        .map(|span| match span.role {
            Role::Normal => Span::new(span.text.as_str(), role),
            _ => span.clone(),
        })
        .collect()
}

/// Draws wrapped text, with a prefix before the first line and one before the others.
fn draw_wrapped(pen: &mut Pen, area: Rect, prefixes: (&str, &str), text: &Line, bold: bool) -> u16 {
    let prefix_width = crate::pen::text_width(prefixes.0).min(area.width / 2);
    let width = area.width.min(MEASURE).saturating_sub(prefix_width).max(1);
    let lines = wrap_line(text, width, usize::from(area.height));
    for (i, line) in lines.iter().enumerate() {
        let y = area.y + i as u16;
        let prefix = if i == 0 { prefixes.0 } else { prefixes.1 };
        pen.put_as(area.x, y, prefix_width, prefix, Role::Muted);
        pen.put_line(area.x + prefix_width, y, width, line);
        if bold {
            let row = Rect {
                x: area.x,
                y,
                width,
                height: 1,
            };
            pen.lay(
                row,
                ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::BOLD),
            );
        }
    }
    lines.len() as u16
}

/// Draws lines one below the other, wrapped, as far as they fit.
pub(crate) fn draw_lines(pen: &mut Pen, area: Rect, lines: &[Line]) {
    let mut y = area.y;
    for line in lines {
        if y >= area.bottom() {
            return;
        }
        let room = Rect {
            y,
            height: area.bottom() - y,
            ..area
        };
        y += draw_wrapped(pen, room, ("", ""), line, false);
    }
}
