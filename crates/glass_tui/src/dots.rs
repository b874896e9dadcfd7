//! [`Dots`]: a plane of dots finer than cells, and the lines of graphs on it.
//!
//! Every column shows all values between the least and the greatest that fall into it, and neighbouring columns
//! are joined: a spike of one sample is seen at any width.

use crate::glyphs::GlyphLevel;
use glass_core::GraphPoint;
use ratatui::symbols::pixel::OCTANTS;
use std::cmp::Ordering;

/// A plane of dots; each cell remembers which line was drawn on it last.
pub(crate) struct Dots {
    level: GlyphLevel,
    /// Cells side by side.
    width: usize,
    /// Cells one below the other.
    height: usize,
    /// One bit a dot: `row * 2 + column` in the cell.
    masks: Vec<u8>,
    owners: Vec<usize>,
}

/// The values at the plane's lower and upper edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// At the lower edge.
    pub min: f64,
    /// At the upper edge.
    pub max: f64,
}

impl Scale {
    /// 0 at the lower, 1 at the upper edge; values beyond an edge stand on it. `None` for NaN.
    pub fn ratio(self, value: f64) -> Option<f64> {
        let ratio = (value - self.min) / (self.max - self.min);
        match value {
            _ if value.is_nan() => None,
            _ if ratio.is_nan() || self.max <= self.min => Some(0.5),
            _ => Some(ratio.clamp(0.0, 1.0)),
        }
    }
}

impl Dots {
    /// An empty plane of so many cells.
    pub fn new(level: GlyphLevel, width: u16, height: u16) -> Self {
        let n = usize::from(width) * usize::from(height);
        Self {
            level,
            width: usize::from(width),
            height: usize::from(height),
            masks: vec![0; n],
            owners: vec![0; n],
        }
    }

    fn dots_a_cell(&self) -> (usize, usize) {
        match self.level {
            GlyphLevel::Octant | GlyphLevel::Braille => (2, 4),
            GlyphLevel::HalfBlock | GlyphLevel::Ascii => (1, 2),
        }
    }

    /// Draws a line through points; those that are not numbers, or outside, leave a gap.
    pub fn draw_run(&mut self, run: &[GraphPoint], scale: Scale, owner: usize) {
        let mut before: Option<(usize, usize)> = None;
        for point in run {
            let GraphPoint {
                x,
                first,
                last,
                min,
                max,
            } = *point;
            let Some(column) = self.column(x) else {
                before = None;
                continue;
            };
            let rows = [first, last, min, max].map(|value| self.row(scale, value));
            let [Some(first), Some(last), Some(low), Some(high)] = rows else {
                before = None;
                continue;
            };
            if let Some((from_column, from_row)) = before {
                self.join((from_column, from_row), (column, first), owner);
            }
            self.draw_vertical(column, high, low, owner);
            self.draw_vertical(column, first, last, owner);
            before = Some((column, last));
        }
    }

    fn column(&self, x: f64) -> Option<usize> {
        let columns = self.width * self.dots_a_cell().0;
        if columns == 0 || !(0.0..=1.0).contains(&x) {
            return None;
        }
        Some(((x * columns as f64) as usize).min(columns - 1))
    }

    /// The row of dots, from above, at which a value stands.
    fn row(&self, scale: Scale, value: f64) -> Option<usize> {
        let last = (self.height * self.dots_a_cell().1).checked_sub(1)?;
        let ratio = scale.ratio(value)?;
        Some((((1.0 - ratio) * last as f64).round() as usize).min(last))
    }

    fn join(&mut self, from: (usize, usize), to: (usize, usize), owner: usize) {
        let n = to.0.saturating_sub(from.0);
        if n == 0 {
            // Several points in one column: the way between them is part of the line too.
            self.draw_vertical(to.0, from.1, to.1, owner);
        }
        let mut row = from.1;
        for i in 1..=n {
            let share = i as f64 / n as f64;
            let next = (from.1 as f64 + (to.1 as f64 - from.1 as f64) * share).round() as usize;
            // Half of the way up or down belongs to each of the two columns; no dot to both.
            let half = row.abs_diff(next).saturating_sub(1) / 2;
            let (reach, start) = match row.cmp(&next) {
                Ordering::Less => (row + half, row + half + 1),
                Ordering::Equal => (row, row),
                Ordering::Greater => (row - half, row - half - 1),
            };
            self.draw_vertical(from.0 + i - 1, row, reach, owner);
            self.draw_vertical(from.0 + i, start, next, owner);
            row = next;
        }
    }

    fn draw_vertical(&mut self, column: usize, from: usize, to: usize, owner: usize) {
        for row in from.min(to)..=from.max(to) {
            self.set(column, row, owner);
        }
    }

    fn set(&mut self, column: usize, row: usize, owner: usize) {
        let (wide, high) = self.dots_a_cell();
        let (x, y) = (column / wide, row / high);
        if x >= self.width || y >= self.height {
            return;
        }
        let i = y * self.width + x;
        let bit = (row % high) * 2 + column % wide;
        self.masks[i] |= 1 << bit;
        self.owners[i] = owner;
    }

    /// What stands in a cell and which line it belongs to; `None` if nothing does.
    pub fn cell(&self, x: u16, y: u16) -> Option<(char, usize)> {
        let (x, y) = (usize::from(x), usize::from(y));
        if x >= self.width || y >= self.height {
            return None;
        }
        let i = y * self.width + x;
        match self.masks[i] {
            0 => None,
            mask => Some((glyph(self.level, mask), self.owners[i])),
        }
    }

    /// The cell's row in which a value stands.
    pub fn cell_row(&self, scale: Scale, value: f64) -> Option<u16> {
        let row = self.row(scale, value)? / self.dots_a_cell().1;
        u16::try_from(row).ok()
    }
}

fn glyph(level: GlyphLevel, mask: u8) -> char {
    match level {
        GlyphLevel::Octant => OCTANTS[usize::from(mask)],
        GlyphLevel::Braille => {
            // Braille counts its dots down the left column, then the right one, and the lowest two last.
            const BITS: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
            let dots = (0..8)
                .filter(|i| mask & (1 << i) != 0)
                .fold(0, |sum, i| sum | BITS[i]);
            char::from_u32(0x2800 + dots).unwrap_or(' ')
        }
        GlyphLevel::HalfBlock => [' ', '▀', '▄', '█'][half(mask)],
        GlyphLevel::Ascii => [' ', '\'', '.', ':'][half(mask)],
    }
}

/// Bit 0 for the upper, bit 1 for the lower half.
fn half(mask: u8) -> usize {
    usize::from(mask & 0b01 != 0) + 2 * usize::from(mask & 0b100 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale = Scale { min: 0.0, max: 1.0 };

    fn plane(level: GlyphLevel, width: u16, height: u16, points: &[(f64, f64)]) -> String {
        let mut dots = Dots::new(level, width, height);
        let run: Vec<_> = points
            .iter()
            .map(|(x, y)| GraphPoint {
                x: *x,
                first: *y,
                last: *y,
                min: *y,
                max: *y,
            })
            .collect();
        dots.draw_run(&run, SCALE, 0);
        let row = |y| {
            (0..width)
                .map(|x| dots.cell(x, y).map_or(' ', |(c, _)| c))
                .collect::<String>()
        };
        (0..height).map(row).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn lines_are_joined_on_every_rung_of_the_ladder() {
        use GlyphLevel as G;
        let up = [(0.0, 0.0), (1.0, 1.0)];
        assert_eq!(plane(G::Braille, 2, 1, &up), "⡠⠊");
        assert_eq!(plane(G::HalfBlock, 2, 1, &up), "▄▀");
        assert_eq!(plane(G::Ascii, 2, 1, &up), ".'");
        assert_eq!(plane(G::Ascii, 2, 1, &[(0.0, 0.0), (0.4, 1.0)]), ": ");
        assert_eq!(plane(G::Octant, 1, 1, &[(0.0, 1.0), (0.6, 1.0)]), "🮂");
    }

    #[test]
    fn what_is_no_number_leaves_a_gap() {
        let flat = |x| (x, 0.0);
        let gap = [flat(0.1), (0.5, f64::NAN), flat(0.9)];
        assert_eq!(plane(GlyphLevel::Ascii, 5, 1, &gap), ".   .");
        let infinite = [(0.1, f64::INFINITY), (0.9, f64::NEG_INFINITY)];
        assert_eq!(plane(GlyphLevel::Ascii, 1, 1, &infinite), ":");
    }

    #[test]
    fn points_that_share_a_column_are_joined() {
        let steps = [(0.1, 0.0), (0.2, 1.0), (0.3, 0.5)];
        assert_eq!(plane(GlyphLevel::HalfBlock, 1, 3, &steps), "█/█/█");
    }

    #[test]
    fn a_spike_inside_a_column_is_seen() {
        let mut dots = Dots::new(GlyphLevel::HalfBlock, 1, 3);
        let spike = GraphPoint {
            x: 0.5,
            first: 0.0,
            last: 0.0,
            min: 0.0,
            max: 1.0,
        };
        dots.draw_run(&[spike], SCALE, 0);
        assert_eq!(dots.cell(0, 0), Some(('█', 0)));
    }
}
