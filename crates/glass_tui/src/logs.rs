//! Log lines: the query, the filter, a histogram of all matches stacked by level, the lines, and one line in full.

use crate::document::draw_lines;
use crate::graph::{GraphKind, draw_graph, known_columns};
use crate::layout::{GUTTER, column_of, histogram_rows, take_bottom, take_top, time_axis};
use crate::patterns::draw_patterns;
use crate::pen::{Pen, shrink_widest, text_width, window_around, wrap_line};
use crate::query::draw_query;
use crate::table::draw_table;
use crate::table::mark_chosen;
use crate::theme::{Layer, role_of_state};
use glass_core::{DataState, DataStateKind, HistogramView, LogRow, LogsView, Role};
use ratatui::layout::Rect;

/// The widest the column of origins gets.
const MAX_ORIGIN: u16 = 18;
/// The widest a chosen column gets.
const MAX_COLUMN: u16 = 36;

/// Draws the log screen.
pub(crate) fn draw_logs(pen: &mut Pen, area: Rect, logs: &LogsView) {
    let LogsView {
        query,
        graph,
        filter,
        count,
        histogram,
        columns,
        rows,
        // The count says it in words.
        first: _,
        total: _,
        wraps,
        details,
        chooser,
        patterns,
        state,
    } = logs;
    let mut rest = area;
    if let Some(query) = query {
        draw_query(pen, &mut rest, query);
    }
    if let Some(graph) = graph {
        draw_graph(pen, rest, graph, GraphKind::Full, true);
        return;
    }
    let mut filter_row = take_top(&mut rest, 1);
    filter_row.x += 2.min(filter_row.width);
    filter_row.width = filter_row.width.saturating_sub(3);
    let mut right = filter_row;
    let used = pen.put_right(right, count, pen.style(Role::Muted));
    right.width = right.width.saturating_sub(used + 2);
    if !rows.is_empty() {
        let half = Rect {
            x: right.x + right.width / 2,
            width: right.width - right.width / 2,
            ..right
        };
        let used = pen.put_state_sign(half, state);
        right.width = right.width.saturating_sub(if used > 0 { used + 2 } else { 0 });
    }
    pen.put_line(filter_row.x, filter_row.y, right.width, filter);
    let histogram_area = take_top(&mut rest, histogram_rows(area.height));
    draw_histogram(pen, histogram_area, histogram);
    if let Some(details) = details {
        let wanted = (details.len() as u16).saturating_add(1);
        let height = wanted.min(rest.height * 2 / 3).max(3);
        let mut area = take_bottom(&mut rest, height);
        let rule = take_top(&mut area, 1);
        pen.rule(rule, pen.glyphs.horizontal(), pen.theme.chrome());
        area.x += 2.min(area.width);
        area.width = area.width.saturating_sub(3);
        draw_lines(pen, area, details);
    }
    if let Some(chooser) = chooser {
        let wanted = (chooser.rows.len() as u16).saturating_add(2);
        let height = wanted.min(rest.height * 2 / 3).max(4);
        draw_table(pen, take_bottom(&mut rest, height), chooser, "", false);
    }
    if let Some(patterns) = patterns {
        draw_patterns(pen, rest, patterns);
    } else if rows.is_empty() {
        pen.put_state(rest, state);
    } else {
        draw_rows(pen, rest, rows, columns, *wraps);
    }
}

/// Where the parts of rows stand.
struct Grid {
    time: u16,
    origin: u16,
    columns: Vec<u16>,
}

impl Grid {
    fn of(pen: &Pen, rows: &[LogRow], titles: &[String], width: u16) -> Self {
        let of_text = |text: &str| text_width(&pen.glyphs.spell(text));
        let widest = |text: fn(&LogRow) -> &str| rows.iter().map(|row| of_text(text(row))).max().unwrap_or(0);
        let mut columns: Vec<u16> = titles.iter().map(|title| of_text(title).max(1)).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(&row.columns) {
                *column = (*column).max(of_text(value).min(MAX_COLUMN));
            }
        }
        // Half of the room is left to the lines.
        shrink_widest(&mut columns, usize::from(width / 2).saturating_sub(titles.len()));
        Self {
            time: widest(|row| &row.time).min(width / 3),
            origin: widest(|row| &row.origin).min(MAX_ORIGIN).min(width / 4),
            columns,
        }
    }

    /// Columns left of the text: the marker's, time, level, origin, and what was chosen.
    fn text_start(&self) -> u16 {
        let parts = std::iter::once(&self.origin).chain(&self.columns);
        let taken = parts.filter(|width| **width > 0).map(|width| width + 1);
        taken.fold(2 + self.time + 1 + 2, u16::saturating_add)
    }
}

fn draw_rows(pen: &mut Pen, area: Rect, rows: &[LogRow], titles: &[String], wraps: bool) {
    let mut area = area;
    // Without a chosen line the latest ones are wanted: they stand last.
    let chosen = rows
        .iter()
        .position(|row| row.selected)
        .or(rows.len().checked_sub(1));
    let has_titles = !titles.is_empty() && area.height > 1;
    let title_row = take_top(&mut area, u16::from(has_titles));
    let room = usize::from(area.height);
    let around = &rows[window_around(rows.len(), chosen, room)];
    let grid = Grid::of(pen, around, titles, area.width);
    let text_room = area.width.saturating_sub(grid.text_start()).max(1);
    let wrapped = |row: &LogRow| match wraps {
        true => wrap_line(&row.text, text_room, room.max(1)),
        false => vec![row.text.clone()],
    };
    let shown = fitting(rows, chosen.unwrap_or(0), room, |row| wrapped(row).len());
    if has_titles {
        draw_titles(pen, title_row, titles, &grid);
    }
    if !wraps {
        pen.hits.list("", area, area.y, shown.clone());
    }
    for row in rows.get(shown).unwrap_or_default() {
        let lines = wrapped(row);
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let mut place = take_top(&mut area, height);
        if place.height == 0 {
            return;
        }
        draw_head(pen, place, row, &grid);
        if row.selected {
            let full = place;
            mark_chosen(pen, full, true);
        }
        for line in &lines {
            let line_row = take_top(&mut place, 1);
            if line_row.height > 0 {
                pen.put_line(line_row.x + grid.text_start(), line_row.y, text_room, line);
            }
        }
    }
}

/// Which rows to show so that the chosen one is among them and all of it is seen, if they take `height` each.
fn fitting(
    rows: &[LogRow],
    chosen: usize,
    room: usize,
    height: impl Fn(&LogRow) -> usize,
) -> std::ops::Range<usize> {
    let height = |i: usize| rows.get(i).map_or(0, &height);
    let (mut start, mut end) = (chosen, (chosen + 1).min(rows.len()));
    let mut used = height(chosen);
    // Some rows below first, so that moving down shows what comes; then all that fits above, then below.
    while end < rows.len() && used + height(end) <= room / 2 {
        used += height(end);
        end += 1;
    }
    while start > 0 && used + height(start - 1) <= room {
        start -= 1;
        used += height(start);
    }
    while end < rows.len() && used + height(end) <= room {
        used += height(end);
        end += 1;
    }
    start..end
}

fn draw_titles(pen: &mut Pen, row: Rect, titles: &[String], grid: &Grid) {
    let mut x = row.x + 2 + grid.time + 1 + 2;
    x += if grid.origin > 0 { grid.origin + 1 } else { 0 };
    for (title, width) in titles.iter().zip(&grid.columns) {
        pen.put_as(x, row.y, *width, title, Role::Muted);
        x = x.saturating_add(width + 1);
    }
}

/// Draws all of a row but its text.
fn draw_head(pen: &mut Pen, place: Rect, row: &LogRow, grid: &Grid) {
    let LogRow {
        time,
        level,
        role,
        origin,
        columns,
        text: _,
        is_origin,
        selected: _,
    } = row;
    let y = place.y;
    if *is_origin {
        pen.put_as(place.x + 1, y, 1, pen.glyphs.pick("●", "*"), Role::Accent);
    }
    let mut x = place.x + 2;
    let time_role = if *is_origin { Role::Accent } else { Role::Muted };
    pen.put_as(x, y, grid.time, time, time_role);
    x += grid.time + 1;
    let level_style = match role {
        Role::Critical | Role::Warning => pen.style(*role).add_modifier(ratatui::style::Modifier::BOLD),
        _ => pen.style(*role),
    };
    let mut letter = [0; 4];
    pen.put(x, y, 1, level.encode_utf8(&mut letter), level_style);
    x += 2;
    if grid.origin > 0 {
        pen.put_as(x, y, grid.origin, origin, Role::Muted);
        x += grid.origin + 1;
    }
    for (value, width) in columns.iter().zip(&grid.columns) {
        let room = (*width).min(place.right().saturating_sub(x));
        pen.put_as(x, y, room, value, Role::Normal);
        x = x.saturating_add(width + 1);
    }
}

/// The layers of a bar, from below.
const LAYERS: [Layer; 3] = [Layer::Errors, Layer::Warnings, Layer::Others];

/// Draws counts over time, its axis in line with the timeline's.
pub(crate) fn draw_histogram(pen: &mut Pen, area: Rect, histogram: &HistogramView) {
    let HistogramView {
        bars,
        max,
        playhead,
        cursor,
        // While keys go to the histogram, it stands beside the filter.
        about: _,
        focused,
        state,
    } = histogram;
    if *focused {
        pen.put_as(area.x, area.y, 1, pen.glyphs.marker(), Role::Accent);
    }
    let axis = time_axis(area);
    if axis.height == 0 || axis.width == 0 {
        return;
    }
    pen.hits.axis(axis);
    draw_not_yet(pen, axis, *playhead);
    if let Some(x) = column_of(axis, *playhead) {
        for y in axis.top()..axis.bottom() {
            pen.set(x, y, pen.glyphs.vertical(), pen.style(Role::Accent));
        }
    }
    if *max == 0 || bars.is_empty() {
        pen.put_state(axis, state);
        return;
    }
    draw_scale(pen, area, *max, state);
    for i in 0..axis.width {
        let column = Rect {
            x: axis.x + i,
            width: 1,
            ..axis
        };
        draw_bar(pen, column, resampled(bars, axis.width, i), *max);
    }
    draw_cursor(pen, axis, *cursor);
}

/// A line over all that stands in the cursor's column.
fn draw_cursor(pen: &mut Pen, axis: Rect, cursor: Option<f64>) {
    let Some(x) = cursor.and_then(|cursor| column_of(axis, cursor)) else {
        return;
    };
    for y in axis.top()..axis.bottom() {
        pen.set(x, y, pen.glyphs.vertical(), pen.style(Role::Strong));
    }
}

/// Writes into the gutter how much the highest bar stands for, and below it how it stands with the data.
fn draw_scale(pen: &mut Pen, area: Rect, max: u64, state: &DataState) {
    let mut row = Rect {
        x: area.x + 2,
        width: GUTTER - 3,
        height: 1,
        ..area
    };
    pen.put_right(row, &max.to_string(), pen.style(Role::Muted));
    if area.height > 1 && state.kind != DataStateKind::Ready {
        row.y = area.bottom() - 1;
        pen.put_right(
            row,
            pen.glyphs.state(state.kind),
            pen.style(role_of_state(state.kind)),
        );
    }
}

/// Dots on the lowest row after the playhead: not yet known.
fn draw_not_yet(pen: &mut Pen, axis: Rect, playhead: f64) {
    for i in known_columns(axis, playhead)..axis.width {
        if i % 3 == 0 {
            pen.set(
                axis.x + i,
                axis.bottom() - 1,
                pen.glyphs.not_yet(),
                pen.theme.chrome(),
            );
        }
    }
}

/// The tallest of the bars that fall into the i-th of `width` columns.
fn resampled(bars: &[[u64; 3]], width: u16, i: u16) -> [u64; 3] {
    let tallest = bars[bars_of_column(bars.len(), width, i)]
        .iter()
        .max_by_key(|bar| sum(**bar));
    tallest.copied().unwrap_or_default()
}

/// Which of `n` bars stand in the i-th of `width` columns. Each bar belongs to one column, unless there are more
/// columns than bars: otherwise one would reach beyond the playhead.
pub(crate) fn bars_of_column(n: usize, width: u16, i: u16) -> std::ops::Range<usize> {
    let (width, i) = (usize::from(width.max(1)), usize::from(i));
    if n <= width {
        let at = (i * n / width).min(n.saturating_sub(1));
        return at..(at + 1).min(n);
    }
    (i * n).div_ceil(width).min(n)..((i + 1) * n).div_ceil(width).min(n)
}

fn sum(bar: [u64; 3]) -> u64 {
    bar.iter().fold(0, |sum, n| sum.saturating_add(*n))
}

/// Draws one stacked bar; a layer that holds anything is at least an eighth of a cell high.
fn draw_bar(pen: &mut Pen, column: Rect, counts: [u64; 3], max: u64) {
    let full = usize::from(column.height) * 8;
    let mut tops = [0usize; 3];
    let (mut so_far, mut top) = (0u64, 0usize);
    for (layer, count) in counts.into_iter().enumerate() {
        so_far = so_far.saturating_add(count);
        let share = (so_far as f64 / max.max(1) as f64).min(1.0);
        let exact = (share * full as f64).round() as usize;
        top = if count > 0 {
            exact.max(top + 1).min(full)
        } else {
            top
        };
        tops[layer] = top;
    }
    for row in 0..column.height {
        let base = usize::from(row) * 8;
        let Some((symbol, style)) = bar_cell(pen, tops, base) else {
            break;
        };
        pen.set(column.x, column.bottom() - 1 - row, symbol, style);
    }
}

/// One cell of a stacked bar, whose layers end at `tops` eighths; `None` above the bar.
pub(crate) fn bar_cell(
    pen: &Pen,
    tops: [usize; 3],
    base: usize,
) -> Option<(&'static str, ratatui::style::Style)> {
    let end = tops[2].saturating_sub(base).min(8);
    if end == 0 {
        return None;
    }
    let lowest = (0..3).find(|nth| tops[*nth] > base).unwrap_or(2);
    let layer = LAYERS[lowest];
    let lower_end = tops[lowest] - base;
    if end < 8 || lower_end >= 8 {
        let symbol = match (pen.theme.has_colors() && !pen.glyphs.is_ascii(), end) {
            (false, 8) => layer_fill(pen, layer),
            _ => pen.glyphs.block(end),
        };
        return Some((symbol, pen.theme.layer(layer)));
    }
    let above = (0..3)
        .find(|above| tops[*above] > tops[lowest])
        .map_or(layer, |above| LAYERS[above]);
    match pen.theme.stacked(layer, above) {
        Some(style) if !pen.glyphs.is_ascii() => Some((pen.glyphs.block(lower_end), style)),
        _ => Some((layer_fill(pen, layer), pen.theme.layer(layer))),
    }
}

/// A full cell of a layer where colours cannot tell the layers apart.
fn layer_fill(pen: &Pen, layer: Layer) -> &'static str {
    match layer {
        Layer::Errors => pen.glyphs.pick("█", "#"),
        Layer::Warnings => pen.glyphs.pick("▓", "+"),
        Layer::Others => pen.glyphs.pick("▒", ":"),
    }
}
