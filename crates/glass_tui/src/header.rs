//! The top line: what is looked at, in which mode, and at which moment; and below it what is missing.

use crate::layout::{take_left, take_top};
use crate::pen::{Pen, text_width};
use glass_core::{Command, Header, Role, Screen};
use ratatui::layout::Rect;

/// Draws the top line, and the warning into its own row.
pub(crate) fn draw_header(pen: &mut Pen, area: Rect, warning_row: Rect, header: &Header) {
    let Header {
        name,
        cloud,
        badge,
        playhead,
        motion,
        playing,
        warning,
    } = header;
    let motion_role = if *playing { Role::Ok } else { Role::Muted };
    let badge = format!(" {badge} ");
    let right = [
        (badge.as_str(), pen.theme.badge(Role::Accent)),
        ("  ", pen.style(Role::Normal)),
        (playhead.as_str(), pen.style(Role::Strong)),
        ("  ", pen.style(Role::Normal)),
        (motion.as_str(), pen.style(motion_role)),
    ];
    let right_width: u16 = right
        .iter()
        .map(|(text, _)| text_width(&pen.glyphs.spell(text)))
        .sum();
    // The moment is the most important thing on screen: the name gives way.
    let right_width = right_width.min(area.width.saturating_sub(1));
    let mut rest = area;
    take_left(&mut rest, 1);
    let left_room = rest.width.saturating_sub(right_width + 3);
    let used = pen.put_as(rest.x, rest.y, left_room, name, Role::Strong);
    let name_area = Rect {
        width: used,
        height: 1,
        ..rest
    };
    pen.hits.command(name_area, Command::Show(Screen::Clouds));
    if !cloud.is_empty() && used + 4 < left_room {
        let cloud = format!(" {} {cloud}", pen.glyphs.pick("·", "-"));
        pen.put_as(rest.x + used, rest.y, left_room - used, &cloud, Role::Muted);
    }
    let x = area.right().saturating_sub(right_width + 1);
    pen.put_pieces(x, area.y, right_width, &right);
    let commands = [
        Some(Command::SeekEnd),
        None,
        Some(Command::SeekTo),
        None,
        Some(Command::PlayPause),
    ];
    let mut at = x;
    for ((text, _), command) in right.iter().zip(commands) {
        let width = text_width(&pen.glyphs.spell(text));
        let area = Rect {
            x: at,
            width: width.min(area.right().saturating_sub(at)),
            ..area
        };
        if let Some(command) = command {
            pen.hits.command(area, command);
        }
        at = at.saturating_add(width);
    }
    draw_warning(pen, warning_row, warning);
}

fn draw_warning(pen: &mut Pen, mut area: Rect, warning: &str) {
    let row = take_top(&mut area, 1);
    if row.height == 0 || warning.is_empty() {
        return;
    }
    let text = format!("! {warning}");
    pen.put_as(
        row.x + 1,
        row.y,
        row.width.saturating_sub(2),
        &text,
        Role::Warning,
    );
}
