//! Rows of a patch: files as bars, both sides with their line numbers, what changed emphasised, code in its colours.

use crate::highlight::{Highlighter, Ink};
use crate::layout::{CODE_LETTER, top};
use crate::paint::{self, rect};
use crate::theme::{self, BODY, GAP, RADIUS, SMALL, Theme};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Color32, Rect, Ui, pos2};
use glass_core::{DiffChange, DiffLine, DiffLines, DiffRow, DocBlock, DocBlockKind, Role};
use std::ops::Range;

/// How high a row of code is.
pub const CODE_ROW: f32 = 18.0;
/// How high the bar with a file's name is.
pub const FILE_BAR: f32 = 26.0;
/// The room of a line's number.
const NUMBER: f32 = 5.0 * CODE_LETTER;

/// Whether a block is of a patch.
pub fn is_of_patch(block: &DocBlock) -> bool {
    matches!(
        block.kind,
        DocBlockKind::DiffFile | DocBlockKind::DiffHunk | DocBlockKind::DiffRow
    )
}

/// The file that the blocks at the top are of, if the bar that names it is above them.
pub fn file_above(blocks: &[DocBlock]) -> Option<&str> {
    let first = blocks.first().filter(|block| is_of_patch(block))?;
    if first.kind == DocBlockKind::DiffFile {
        return None;
    }
    let row = blocks.iter().find_map(|block| block.row.as_deref())?;
    (row.lines != DiffLines::None && !row.file.is_empty()).then_some(row.file.as_str())
}

/// Draws the bar that names a file; `full` is what the patch itself says there.
pub fn file_ui(ui: &mut Ui, rest: &mut Rect, file: &str, full: &str) {
    top(rest, GAP);
    let bar = top(rest, FILE_BAR);
    let theme = Theme::of(ui);
    ui.painter().rect_filled(bar, RADIUS, theme.raised);
    let room = bar.shrink2(egui::vec2(10.0, 0.0));
    let color = theme.color(Role::Strong);
    let shown = if file.is_empty() { full } else { file };
    paint::paint_text(ui, room, Align2::LEFT_CENTER, shown, BODY, color);
    paint::label(ui, bar, if full.is_empty() { file } else { full });
}

/// Draws where a hunk stands, apart from the one before.
pub fn hunk_ui(ui: &mut Ui, rest: &mut Rect, text: &str) {
    let row = top(rest, CODE_ROW + 4.0);
    let theme = Theme::of(ui);
    ui.painter()
        .hline(row.x_range(), row.min.y + 2.0, (1.0, theme.border));
    let room = row.with_min_x(row.min.x + 10.0);
    paint::code_line_ui(ui, room, &[(text, Role::Accent)], SMALL);
}

/// Draws a row.
pub fn row_ui(ui: &mut Ui, rest: &mut Rect, row: &DiffRow) {
    let DiffRow { file, lines } = row;
    let place = top(rest, CODE_ROW);
    match lines {
        DiffLines::None => {}
        DiffLines::One(line) => {
            let (old, new) = (line.old, line.new);
            line_ui(ui, place, file, line, &[old, new]);
        }
        DiffLines::Two(old, new) => {
            let middle = place.center().x;
            let sides = [
                (place.with_max_x(middle - 1.0), old),
                (place.with_min_x(middle + 1.0), new),
            ];
            for (side, line) in sides {
                match line {
                    Some(line) => line_ui(ui, side, file, line, &[line.old.or(line.new)]),
                    None => _ = ui.painter().rect_filled(side, 0, Theme::of(ui).unknown),
                }
            }
        }
    }
}

/// Draws a line with its numbers, its sign and a ground by what became of it.
fn line_ui(ui: &mut Ui, place: Rect, file: &str, line: &DiffLine, numbers: &[Option<u32>]) {
    let DiffLine {
        change,
        old: _,
        new: _,
        text,
        emphasis,
    } = line;
    let theme = Theme::of(ui);
    let role = match change {
        DiffChange::Kept => Role::Normal,
        DiffChange::Removed => Role::Removed,
        DiffChange::Added => Role::Added,
    };
    let mut x = place.min.x;
    if *change == DiffChange::Kept {
        let ground = theme.raised.gamma_multiply(0.35);
        ui.painter().rect_filled(place, 0, ground);
    } else {
        ui.painter()
            .rect_filled(place, 0, theme.color(role).gamma_multiply(0.10));
        ui.painter()
            .rect_filled(place.with_max_x(x + 3.0), 0, theme.color(role));
    }
    x += 4.0;
    for number in numbers {
        if let Some(number) = number {
            let cell = rect(x, place.min.y, NUMBER, place.height());
            let color = theme.color(Role::Muted);
            code_text(ui, cell, Align2::RIGHT_CENTER, &number.to_string(), color);
        }
        x += NUMBER + GAP;
    }
    let sign = change.sign().to_string();
    let cell = rect(x, place.min.y, CODE_LETTER, place.height());
    code_text(ui, cell, Align2::LEFT_CENTER, &sign, theme.color(role));
    let room = place.with_min_x((x + CODE_LETTER + 5.0).min(place.max.x));
    let pieces = Highlighter::of(ui.ctx()).pieces(file, text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = room.width();
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let loud = theme.color(role).gamma_multiply(0.30);
    for (range, ink, is_emphasised) in cut(text, pieces.as_deref().unwrap_or_default(), emphasis) {
        let mut format = TextFormat::simple(theme::code_font(SMALL), theme.ink(ink));
        if is_emphasised {
            format.background = loud;
        }
        let piece = text.get(range).unwrap_or_default();
        let shown: String = piece.chars().map(theme::drawable).collect();
        job.append(&shown, 0.0, format);
    }
    let galley = ui.painter().layout_job(job);
    let is_cut = galley.elided;
    let at = pos2(room.min.x, place.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, Color32::PLACEHOLDER);
    let full = format!("{}{text}", sign.trim_end());
    if !full.trim().is_empty() {
        let response = paint::label(ui, place, &full);
        if is_cut {
            response.on_hover_text(full);
        }
    }
}

fn code_text(ui: &Ui, place: Rect, align: Align2, text: &str, color: Color32) {
    let at = align.pos_in_rect(&place);
    ui.painter().text(at, align, text, theme::code_font(SMALL), color);
}

/// A line cut wherever its colour changes or what is emphasised begins or ends.
fn cut(
    text: &str,
    pieces: &[(Range<usize>, Ink)],
    emphasis: &[Range<usize>],
) -> Vec<(Range<usize>, Ink, bool)> {
    let mut edges: Vec<usize> = pieces
        .iter()
        .map(|(range, _)| range)
        .chain(emphasis)
        .flat_map(|range| [range.start, range.end])
        .filter(|edge| text.is_char_boundary(*edge))
        .collect();
    edges.extend([0, text.len()]);
    edges.sort_unstable();
    edges.dedup();
    let piece = |pair: &[usize]| {
        let (from, to) = (pair[0], pair[1]);
        let ink = pieces.iter().find(|(range, _)| range.contains(&from));
        let is_emphasised = emphasis.iter().any(|range| range.contains(&from));
        (from..to, ink.map_or(Ink::Plain, |(_, ink)| *ink), is_emphasised)
    };
    edges.windows(2).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_without_losing_anything() {
        let text = "größe: 64 # é";
        let pieces = [(0..7, Ink::Name), (9..11, Ink::Number), (12..16, Ink::Comment)];
        let all = cut(text, &pieces, &[9..10, 4..99]);
        let whole: String = all.iter().map(|(range, ..)| &text[range.clone()]).collect();
        assert_eq!(whole, text);
        assert!(all.contains(&(9..10, Ink::Number, true)), "{all:?}");
        assert_eq!(cut("", &[], &[]), []);
    }
}
