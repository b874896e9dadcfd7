//! [`Picture`]: a frame outside a terminal, as text, as letters for its styles, or as SVG. For tests, for
//! comparing front-ends, and for documentation.

use crate::frame::draw_frame;
use crate::options::{Look, Options};
use crate::theme::Theme;
use glass_core::ViewModel;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// A drawn frame.
#[derive(Clone, Debug)]
pub struct Picture {
    buffer: Buffer,
    theme: Theme,
}

/// Draws a view-model on a screen of so many columns and rows. Looks the same on every machine: choices that
/// `options` leaves open become dark, truecolor and braille.
pub fn render(model: &ViewModel, width: u16, height: u16, options: &Options) -> Picture {
    picture_of(model, width, height, Look::fixed(options))
}

/// The same as it looks in a terminal.
pub(crate) fn picture_of(model: &ViewModel, width: u16, height: u16, look: Look) -> Picture {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw_frame(model, &mut buffer, look);
    Picture::new(buffer, look.theme)
}

/// The text of a frame; see [`render`].
pub fn render_to_text(model: &ViewModel, width: u16, height: u16, options: &Options) -> String {
    render(model, width, height, options).to_text()
}

/// A picture of a frame as an SVG document; see [`render`].
pub fn render_to_svg(model: &ViewModel, width: u16, height: u16, options: &Options) -> String {
    render(model, width, height, options).to_svg()
}

impl Picture {
    /// What was drawn into a buffer.
    pub(crate) fn new(buffer: Buffer, theme: Theme) -> Self {
        Self { buffer, theme }
    }

    /// Its text, a line a row, without spaces at the ends.
    pub fn to_text(&self) -> String {
        self.rows(|cell| cell.symbol().to_owned())
    }

    /// Its text with the escape sequences that colour it, a line a row, for a terminal that has these colours.
    pub fn to_ansi(&self) -> String {
        crate::ansi::ansi_of(&self.buffer)
    }

    /// One letter a cell for its style, in the order in which they appear, a space for plain text; after it a
    /// line a letter that says what it means. Plain text drops colours: this keeps them.
    pub fn to_styles(&self) -> String {
        let mut known: Vec<String> = Vec::new();
        let plane = self.rows(|cell| {
            let style = style_words(cell);
            if style.is_empty() {
                return " ".into();
            }
            let i = known.iter().position(|other| *other == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            letter(i)
                .to_string()
                .repeat(usize::from(cell.symbol().cell_width().max(1)))
        });
        let mut text = plane;
        text.push('\n');
        for (i, style) in known.iter().enumerate() {
            let _ = writeln!(text, "{} {style}", letter(i));
        }
        text
    }

    fn rows(&self, mut of_cell: impl FnMut(&Cell) -> String) -> String {
        let area = self.buffer.area;
        let mut text = String::new();
        for y in area.top()..area.bottom() {
            let mut row = String::new();
            let mut x = area.left();
            while x < area.right() {
                let Some(cell) = self.buffer.cell((x, y)) else {
                    break;
                };
                row.push_str(&of_cell(cell));
                x += cell.symbol().cell_width().max(1);
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    /// An SVG document. Blocks and dots are drawn as shapes, so that they meet whatever the font is.
    pub fn to_svg(&self) -> String {
        crate::svg::svg_of(&self.buffer, self.theme)
    }
}

fn letter(i: usize) -> char {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    LETTERS.get(i).map_or('*', |letter| char::from(*letter))
}

/// A cell's style in words; empty for plain text.
fn style_words(cell: &Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset && (cell.symbol() != " " || cell.modifier.contains(Modifier::REVERSED)) {
        words.push(cell.fg.to_string());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::UNDERLINED, "underlined"),
    ] {
        let is_seen = cell.symbol() != " " || modifier != Modifier::BOLD;
        if is_seen && cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}
