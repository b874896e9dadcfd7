//! Documents: headings, paragraphs, lists, quotes, code and diffs, from the first block that is in sight.

use crate::layout::top;
use crate::lists::{self, Lists};
use crate::paint::{self, rect};
use crate::scrollbar::{self, Part, scrollbar_ui};
use crate::theme::{BODY, GAP, LARGE, PAD, PROSE, SMALL, Theme};
use crate::{diff, prose};
use egui::{Align2, Rect, Ui, vec2};
use glass_core::{DocBlock, DocBlockKind, DocumentView, Role};

/// The room between two blocks.
const APART: f32 = 5.0;
/// Rows of one block at most.
const MAX_ROWS: usize = 60;

/// Draws a document in a card.
pub fn document_ui(ui: &mut Ui, place: Rect, document: &DocumentView, lists: &mut Lists<'_>) {
    let DocumentView {
        title,
        blocks,
        parts,
        // The parts hold links to them.
        n_times: _,
        first,
        total,
        focused,
        state,
    } = document;
    let ui = &mut paint::clipped(ui, place, "document");
    paint::card(ui, place, *focused);
    let mut rest = place.shrink2(vec2(PAD, GAP));
    let head = top(&mut rest, 28.0);
    let mut right = head.max.x;
    if *first > 0 && *total > 0 {
        let text = format!("{} %", first * 100 / total);
        let shown = paint::text_ui(ui, head, Align2::RIGHT_CENTER, &text, SMALL, Role::Muted);
        right = shown.min.x - GAP;
    }
    if !blocks.is_empty() {
        right = paint::state_note_ui(ui, right, head.center().y, head.width() * 0.6, state);
    }
    paint::text_ui(
        ui,
        head.with_max_x(right),
        Align2::LEFT_CENTER,
        title,
        BODY,
        Role::Strong,
    );
    if blocks.is_empty() {
        paint::state_ui(ui, rest, state);
        return;
    }
    if !parts.is_empty() {
        return prose::parts_ui(ui, rest, document, lists);
    }
    let bar = rest
        .with_min_x(rest.max.x - scrollbar::WIDTH)
        .translate(vec2(GAP, 0.0));
    rest.max.x -= scrollbar::WIDTH;
    if let Some(file) = diff::file_above(blocks) {
        diff::file_ui(ui, &mut rest, file, "");
    }
    let mut n_shown = 0;
    for block in blocks {
        if rest.height() < 14.0 {
            break;
        }
        block_ui(ui, &mut rest, block);
        n_shown += 1;
    }
    let part = Part {
        first: *first as u64,
        n_shown,
        total: *total as u64,
    };
    let turned = lists::turned(ui, place);
    if turned != 0 {
        lists.scroll(part.first.saturating_add_signed(turned));
    }
    if let Some(first) = scrollbar_ui(ui, bar, "document", part) {
        lists.scroll(first);
    }
}

/// Draws a block at the top of a place, and cuts that off.
pub fn block_ui(ui: &mut Ui, rest: &mut Rect, block: &DocBlock) {
    let DocBlock { kind, text, row } = block;
    let theme = Theme::of(ui);
    let spans: Vec<(&str, Role)> = text.iter().map(|span| (span.text.as_str(), span.role)).collect();
    let (indent, size, before) = match kind {
        DocBlockKind::Heading(1) => (0.0, LARGE, 10.0),
        DocBlockKind::Heading(_) => (0.0, BODY + 1.5, 8.0),
        DocBlockKind::Paragraph => (0.0, BODY, 0.0),
        DocBlockKind::Item(depth) => (18.0 * (f32::from(*depth) + 1.0), BODY, 0.0),
        DocBlockKind::Code => return code_ui(ui, rest, &spans),
        DocBlockKind::DiffFile => {
            let file = row.as_ref().map_or("", |row| row.file.as_str());
            return diff::file_ui(ui, rest, file, &plain(&spans));
        }
        DocBlockKind::DiffHunk => return diff::hunk_ui(ui, rest, &plain(&spans)),
        DocBlockKind::DiffRow => {
            return row.iter().for_each(|row| diff::row_ui(ui, rest, row));
        }
        DocBlockKind::Quote => (16.0, BODY, 0.0),
        DocBlockKind::Byline => (0.0, SMALL, 8.0),
        DocBlockKind::Rule => {
            let line = top(rest, 13.0);
            ui.painter()
                .hline(line.x_range(), line.center().y, (1.0, theme.border));
            return;
        }
    };
    top(rest, before);
    let room = rest.with_min_x(rest.min.x + indent);
    let room = room.with_max_x(room.max.x.min(room.min.x + PROSE));
    let painted = paint::text_rows_ui(ui, room, Align2::LEFT_TOP, &spans, size, MAX_ROWS);
    match kind {
        DocBlockKind::Quote => {
            let bar = rect(rest.min.x + 4.0, painted.min.y, 3.0, painted.height());
            ui.painter().rect_filled(bar, 1, theme.border);
        }
        DocBlockKind::Item(_) => {
            let at = egui::pos2(room.min.x - 10.0, painted.min.y + size * 0.65);
            ui.painter().circle_filled(at, 2.0, theme.color(Role::Muted));
        }
        _ => {}
    }
    top(rest, painted.height().max(size) + APART);
}

fn plain(spans: &[(&str, Role)]) -> String {
    spans.iter().map(|(text, _)| *text).collect()
}

/// A line of code or of a diff: on a ground of its own, added and removed lines with a bar of their colour.
fn code_ui(ui: &mut Ui, rest: &mut Rect, spans: &[(&str, Role)]) {
    let theme = Theme::of(ui);
    let row = top(rest, 18.0);
    ui.painter().rect_filled(row, 0, theme.raised.gamma_multiply(0.6));
    let changed = spans
        .iter()
        .map(|(_, role)| *role)
        .find(|role| matches!(role, Role::Added | Role::Removed));
    if let Some(role) = changed {
        let color = theme.color(role);
        ui.painter().rect_filled(row, 0, color.gamma_multiply(0.10));
        ui.painter()
            .rect_filled(row.with_max_x(row.min.x + 3.0), 0, color);
    }
    let room = row.with_min_x(row.min.x + 10.0);
    paint::code_line_ui(ui, room, spans, SMALL);
}
