//! The legend: each line's mark, name and value, row by row.

use super::{BODY, DrawResult, PAD, Pen};
use glass_core::{GraphLine, Role};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// The height of a row.
pub(super) const ROW: i32 = 24;
/// Room for the mark.
const MARK: i32 = 18;
const GAP: i32 = 8;
/// The distance of two entries.
const APART: i32 = 26;
/// Room for how many there are more.
const MORE: i32 = 120;

/// Where the entries stand: row, left edge, the name as it fits.
pub(super) struct Legend {
    entries: Vec<(usize, i32, String)>,
    more: Option<(usize, String)>,
    n_rows: usize,
}

impl Legend {
    /// How much room it takes.
    pub fn height(&self) -> i32 {
        i32::try_from(self.n_rows)
            .unwrap_or(i32::MAX / ROW)
            .saturating_mul(ROW)
    }
}

pub(super) fn place_legend<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    width: i32,
    lines: &[GraphLine],
    n_left_out: usize,
    most_rows: usize,
) -> Legend {
    let mut entries = Vec::with_capacity(lines.len());
    let (mut row, mut x) = (0, 0);
    for (nth, line) in lines.iter().enumerate() {
        let GraphLine { name, value, .. } = line;
        let beside = MARK + GAP + pen.width(value, BODY);
        let name = pen.fitting(name, BODY, width - beside);
        let wide = beside + pen.width(&name, BODY);
        let has_more = nth + 1 < lines.len() || n_left_out > 0;
        let room = width - if has_more && row + 1 >= most_rows { MORE } else { 0 };
        if x > 0 && x + wide > room {
            if row + 1 >= most_rows {
                break;
            }
            (row, x) = (row + 1, 0);
        }
        entries.push((row, x, name));
        x += wide + APART;
    }
    let n_more = lines.len() - entries.len() + n_left_out;
    if n_more > 0 && x + MORE > width && row + 1 < most_rows {
        row += 1;
    }
    Legend {
        more: (n_more > 0).then(|| (row, format!("+{n_more} more"))),
        n_rows: if entries.is_empty() && n_more == 0 {
            0
        } else {
            row + 1
        },
        entries,
    }
}

pub(super) fn draw_legend<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    top: i32,
    lines: &[GraphLine],
    legend: &Legend,
) -> DrawResult<B> {
    let middle_of = |row: usize| top + ROW * row as i32 + ROW / 2;
    let left = (HPos::Left, VPos::Center);
    for (nth, (line, (row, x, name))) in lines.iter().zip(&legend.entries).enumerate() {
        let (x, y) = (PAD + x, middle_of(*row));
        draw_marker(pen, (x + 6, y), nth, pen.color(line.role))?;
        pen.text(name, (x + MARK, y), left, BODY, Role::Muted)?;
        let after = x + MARK + pen.width(name, BODY) + GAP;
        pen.text(&line.value, (after, y), left, BODY, Role::Normal)?;
    }
    if let Some((row, text)) = &legend.more {
        let right = pen.size().0 - PAD;
        pen.text(
            text,
            (right, middle_of(*row)),
            (HPos::Right, VPos::Center),
            BODY,
            Role::Muted,
        )?;
    }
    Ok(())
}

/// The mark at a line's end and in the legend: as in the window, its shape tells lines apart where colours do not.
pub(super) fn draw_marker<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    (x, y): (i32, i32),
    nth: usize,
    color: RGBAColor,
) -> DrawResult<B> {
    let corners = match nth % 4 {
        0 if nth.is_multiple_of(8) => return pen.disc((x, y), 4, color),
        0 => return pen.ring((x, y), 4, color),
        1 => vec![(x - 4, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x - 4, y + 4)],
        2 => vec![(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)],
        _ => vec![(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)],
    };
    if nth % 8 < 4 {
        return pen.polygon(&corners, color);
    }
    let around: Vec<_> = corners.iter().chain(corners.first()).copied().collect();
    pen.stroke(&around, color, 2)
}
