//! Texts along the axis.

use crate::graph::centered;
use crate::pen::{Pen, text_width};
use ratatui::layout::Rect;

/// Texts in a row, of which none touches another.
pub(super) struct Labels {
    row: Rect,
    taken: Vec<(u16, u16)>,
}

impl Labels {
    /// Of a row that is empty still.
    pub fn new(row: Rect) -> Self {
        Self {
            row,
            taken: Vec::new(),
        }
    }

    /// Writes a text around a column, if there is room.
    pub fn put(&mut self, pen: &mut Pen, column: u16, text: &str, style: ratatui::style::Style) {
        let span = centered(self.row, column, text_width(&pen.glyphs.spell(text)));
        self.put_in(pen, span, text, style);
    }

    /// Writes a text that begins at a column, if there is room; says whether there was.
    pub fn put_from(&mut self, pen: &mut Pen, column: u16, text: &str, style: ratatui::style::Style) -> bool {
        let width = text_width(&pen.glyphs.spell(text));
        let fits = column.saturating_add(width) <= self.row.right();
        fits && self.put_in(pen, (column, width), text, style)
    }

    /// Whether a text stands in a column.
    pub fn is_taken(&self, column: u16) -> bool {
        self.taken
            .iter()
            .any(|(from, width)| (*from..from + width).contains(&column))
    }

    fn put_in(&mut self, pen: &mut Pen, span: (u16, u16), text: &str, style: ratatui::style::Style) -> bool {
        let touches = |other: &(u16, u16)| span.0 < other.0 + other.1 + 1 && other.0 < span.0 + span.1 + 1;
        if span.1 == 0 || self.taken.iter().any(touches) {
            return false;
        }
        pen.put(span.0, self.row.y, span.1, text, style);
        self.taken.push(span);
        true
    }
}
