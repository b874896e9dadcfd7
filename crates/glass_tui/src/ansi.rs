//! A buffer of cells as text with escape sequences, for a terminal's scrollback.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// The text; each row ends in the terminal's own colours.
pub(crate) fn ansi_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut row = String::new();
        let mut before = String::new();
        let mut x = area.left();
        while let Some(cell) = buffer.cell((x, y)).filter(|_| x < area.right()) {
            let style = rendition(cell);
            if style != before {
                let _ = write!(row, "\x1b[0{style}m");
                before = style;
            }
            row.push_str(cell.symbol());
            x += cell.symbol().cell_width().max(1);
        }
        if before.is_empty() {
            row.truncate(row.trim_end().len());
        } else {
            row.push_str("\x1b[0m");
        }
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// The numbers of a cell's style behind the 0 that ends what was before, each with a `;`; empty for plain text.
fn rendition(cell: &Cell) -> String {
    let mut numbers = String::new();
    for (modifier, number) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
        (Modifier::CROSSED_OUT, 9),
    ] {
        if cell.modifier.contains(modifier) {
            let _ = write!(numbers, ";{number}");
        }
    }
    push_color(&mut numbers, cell.fg, 30);
    push_color(&mut numbers, cell.bg, 40);
    numbers
}

/// A colour's numbers; `base` is 30 for text and 40 for what is behind it.
fn push_color(numbers: &mut String, color: Color, base: u8) {
    let ansi = |i: u8| if i < 8 { base + i } else { base + 52 + i };
    let plain = match color {
        Color::Reset => return,
        Color::Rgb(r, g, b) => {
            let _ = write!(numbers, ";{};2;{r};{g};{b}", base + 8);
            return;
        }
        Color::Indexed(i) => {
            let _ = write!(numbers, ";{};5;{i}", base + 8);
            return;
        }
        Color::Black => ansi(0),
        Color::Red => ansi(1),
        Color::Green => ansi(2),
        Color::Yellow => ansi(3),
        Color::Blue => ansi(4),
        Color::Magenta => ansi(5),
        Color::Cyan => ansi(6),
        Color::Gray => ansi(7),
        Color::DarkGray => ansi(8),
        Color::LightRed => ansi(9),
        Color::LightGreen => ansi(10),
        Color::LightYellow => ansi(11),
        Color::LightBlue => ansi(12),
        Color::LightMagenta => ansi(13),
        Color::LightCyan => ansi(14),
        Color::White => ansi(15),
    };
    let _ = write!(numbers, ";{plain}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn styles_become_sequences_and_plain_rows_stay_plain() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        buffer.set_string(0, 0, "ab", Style::new());
        buffer.set_string(
            2,
            0,
            "c",
            Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::BOLD),
        );
        buffer.set_string(0, 1, "x", Style::new().bg(Color::LightRed));
        assert_eq!(
            ansi_of(&buffer),
            "ab\x1b[0;1;38;2;1;2;3mc\x1b[0m\n\x1b[0;101mx\x1b[0m\n"
        );
    }
}
