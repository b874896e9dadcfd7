//! Patterns of log lines: how many, since when, a bar chart of one row, and the form.

use crate::layout::take_top;
use crate::pen::{Pen, line_width, text_width, window_around};
use crate::table::mark_chosen;
use glass_core::{LogPatternRow, LogPatternsView, Role};
use ratatui::layout::Rect;

/// Columns of a pattern's bars where there is room.
const BARS: u16 = 24;
/// And where there is little.
const FEW_BARS: u16 = 12;

/// Draws the list of patterns.
pub(crate) fn draw_patterns(pen: &mut Pen, area: Rect, patterns: &LogPatternsView) {
    let LogPatternsView {
        title: _,
        rows,
        first,
        total: _,
        state,
    } = patterns;
    let mut rest = area;
    let head = take_top(&mut rest, 1);
    let chosen = rows.iter().position(|row| row.selected);
    let window = window_around(rows.len(), chosen, usize::from(rest.height));
    let shown = &rows[window.clone()];
    draw_head(
        pen,
        head,
        patterns,
        (first.saturating_add(window.start), shown.len()),
    );
    if rows.is_empty() {
        pen.put_state(rest, state);
        return;
    }
    pen.hits
        .list(&patterns.title_text(), area, rest.y, window.clone());
    let count_width = widest(pen, shown, |row| &row.count).max(5);
    let since_width = widest(pen, shown, |row| &row.since);
    let bars_width = if area.width >= 100 { BARS } else { FEW_BARS };
    for (i, row) in shown.iter().enumerate() {
        let place = Rect {
            y: rest.y + i as u16,
            height: 1,
            ..rest
        };
        draw_row(pen, place, row, (count_width, since_width, bars_width));
    }
}

/// Draws the title, and at its right where in a longer list the rows stand and how it stands with the data.
fn draw_head(pen: &mut Pen, row: Rect, patterns: &LogPatternsView, (above, n_shown): (usize, usize)) {
    if row.height == 0 {
        return;
    }
    let mut right = row;
    right.width = right.width.saturating_sub(1);
    if patterns.total > n_shown {
        let place = format!(
            "{}{}{} of {}",
            above.saturating_add(1),
            pen.glyphs.pick("–", "-"),
            above.saturating_add(n_shown),
            patterns.total
        );
        let used = pen.put_right(right, &place, pen.style(Role::Muted));
        right.width = right.width.saturating_sub(used + 2);
    }
    if !patterns.rows.is_empty() {
        let taken = line_width(&patterns.title).saturating_add(4).min(right.width / 2);
        let half = Rect {
            x: right.x + taken,
            width: right.width - taken,
            ..right
        };
        let used = pen.put_state_sign(half, &patterns.state);
        right.width = right.width.saturating_sub(if used > 0 { used + 2 } else { 0 });
    }
    pen.put_line(
        right.x + 2,
        right.y,
        right.width.saturating_sub(2),
        &patterns.title,
    );
}

fn widest(pen: &Pen, rows: &[LogPatternRow], text: fn(&LogPatternRow) -> &str) -> u16 {
    let widths = rows.iter().map(|row| text_width(&pen.glyphs.spell(text(row))));
    widths.max().unwrap_or(0).min(12)
}

fn draw_row(
    pen: &mut Pen,
    place: Rect,
    row: &LogPatternRow,
    (count_width, since_width, bars_width): (u16, u16, u16),
) {
    let LogPatternRow {
        count,
        // The counts are below each other already.
        share: _,
        level,
        role,
        is_new,
        since,
        bars,
        text,
        selected,
    } = row;
    if *selected {
        mark_chosen(pen, place, true);
    }
    let mut x = place.x + 2;
    let cell = |x: u16, width: u16| Rect { x, width, ..place };
    pen.put_right(cell(x, count_width), count, pen.style(Role::Normal));
    x += count_width + 1;
    let mut letter = [0; 4];
    pen.put(x, place.y, 1, level.encode_utf8(&mut letter), pen.style(*role));
    x += 2;
    pen.put_as(x, place.y, 3, if *is_new { "new" } else { "" }, Role::Hit);
    x += 4;
    pen.put_as(x, place.y, since_width, since, Role::Muted);
    x += since_width + 1;
    draw_bars(pen, cell(x, bars_width), bars);
    x += bars_width + 1;
    pen.put_line(x, place.y, place.right().saturating_sub(x), text);
}

/// Draws counts as bars of one row, the tallest as high as the row.
fn draw_bars(pen: &mut Pen, place: Rect, bars: &[u64]) {
    let width = usize::from(place.width).max(1);
    let sums: Vec<u64> = (0..width)
        .map(|i| {
            let part = bars.get(i * bars.len() / width..(i + 1) * bars.len() / width);
            part.unwrap_or_default()
                .iter()
                .fold(0, |sum, n| u64::saturating_add(sum, *n))
        })
        .collect();
    let max = sums.iter().copied().max().unwrap_or(0).max(1);
    for (x, sum) in (place.x..place.right()).zip(sums) {
        let eighths = (sum as f64 / max as f64 * 8.0).ceil() as usize;
        match eighths {
            0 => pen.set(x, place.y, pen.glyphs.not_yet(), pen.theme.chrome()),
            n => pen.set(x, place.y, pen.glyphs.block(n.min(8)), pen.style(Role::Accent)),
        }
    }
}
