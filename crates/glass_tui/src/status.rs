//! The bottom line: a message at the left, the keys of most use at the right.

use crate::pen::{Pen, line_width, text_width};
use glass_core::{Role, StatusView};
use ratatui::layout::Rect;

/// Draws the bottom line. Keys that are to be followed by others stand in the place of the message. The message goes before the hints, the first hints before the last.
pub(crate) fn draw_status(pen: &mut Pen, area: Rect, status: &StatusView) {
    let StatusView {
        message,
        pending,
        hints,
    } = status;
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let used = match line_width(message) {
        _ if !pending.is_empty() => {
            let text = format!(" {pending} {} ", pen.glyphs.ellipsis());
            pen.put(
                inner.x,
                inner.y,
                inner.width,
                &text,
                pen.theme.badge(Role::Accent),
            ) + 3
        }
        0 => 0,
        _ => pen.put_line(inner.x, inner.y, inner.width, message) + 3,
    };
    let room = inner.width.saturating_sub(used);
    let widths: Vec<u16> = hints
        .iter()
        .map(|(key, what)| hint_width(pen, key, what))
        .collect();
    let mut n = 0;
    let mut total = 0u16;
    for width in widths {
        let with = total
            .saturating_add(width)
            .saturating_add(if n > 0 { 3 } else { 0 });
        if with > room {
            break;
        }
        total = with;
        n += 1;
    }
    let mut x = inner.right().saturating_sub(total);
    for (key, what) in &hints[..n] {
        let start = x;
        x += pen.put_as(x, inner.y, room, key, Role::Accent) + 1;
        x += pen.put_as(x, inner.y, room, what, Role::Muted) + 3;
        let area = Rect {
            x: start,
            width: x - 3 - start,
            ..inner
        };
        pen.hits.keys(area, key);
    }
}

fn hint_width(pen: &Pen, key: &str, what: &str) -> u16 {
    let width = |text: &str| text_width(&pen.glyphs.spell(text));
    width(key).saturating_add(width(what)).saturating_add(1)
}
