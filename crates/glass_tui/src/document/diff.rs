//! Rows of a patch: a line as the patch has it, or what was and what is beside each other with their numbers.

use crate::pen::Pen;
use glass_core::{DiffChange, DiffLine, DiffLines, DiffRow, Role};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// The columns of a line's number.
const NUMBER: u16 = 5;

/// Draws a row over the width of an area.
pub(super) fn draw_row(pen: &mut Pen, area: Rect, row: &DiffRow) {
    // The file's name stands above its hunks.
    let DiffRow { file: _, lines } = row;
    match lines {
        DiffLines::None => {}
        DiffLines::One(line) => draw_line(pen, area, line),
        DiffLines::Two(old, new) => {
            let half = area.width.saturating_sub(1) / 2;
            let left = Rect { width: half, ..area };
            let right = Rect {
                x: area.x + half + 1,
                width: area.width.saturating_sub(half + 1),
                ..area
            };
            let middle = Rect {
                x: left.right(),
                width: 1,
                height: 1,
                ..area
            };
            pen.rule(middle, pen.glyphs.vertical(), pen.theme.chrome());
            for (side, line) in [(left, old), (right, new)] {
                if let Some(line) = line {
                    draw_side(pen, side, line);
                }
            }
        }
    }
}

fn draw_side(pen: &mut Pen, area: Rect, line: &DiffLine) {
    let number = line.old.or(line.new).map_or_else(String::new, |n| n.to_string());
    let cells = Rect {
        width: NUMBER.min(area.width),
        ..area
    };
    pen.put_right(cells, &number, pen.style(Role::Muted));
    let rest = Rect {
        x: area.x + (NUMBER + 1).min(area.width),
        width: area.width.saturating_sub(NUMBER + 1),
        ..area
    };
    draw_line(pen, rest, line);
}

/// Draws a line with its sign; the words that differ are bold and underlined, so that colour is not the only sign.
fn draw_line(pen: &mut Pen, area: Rect, line: &DiffLine) {
    // Numbers stand beside lines only where both sides do.
    let DiffLine {
        change,
        old: _,
        new: _,
        text,
        emphasis,
    } = line;
    let style = pen.style(match change {
        DiffChange::Kept => Role::Normal,
        DiffChange::Removed => Role::Removed,
        DiffChange::Added => Role::Added,
    });
    let loud = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let sign = change.sign().to_string();
    let mut pieces: Vec<(&str, Style)> = vec![(&sign, style)];
    let mut at = 0;
    for range in emphasis {
        pieces.push((text.get(at..range.start).unwrap_or_default(), style));
        pieces.push((text.get(range.clone()).unwrap_or_default(), loud));
        at = range.end;
    }
    pieces.push((text.get(at..).unwrap_or_default(), style));
    pen.put_pieces(area.x, area.y, area.width, &pieces);
}
