//! Graphs: title, legend, lines on a plane of dots, axes, cursor and playhead. What lies right of the playhead
//! is left to a dotted grid, so that it reads as not yet known rather than as nothing.

use crate::dots::{Dots, Scale};
use crate::layout::{column_of, take_bottom, take_left, take_top};
use crate::pen::{Pen, shrink_widest, text_width};
use crate::table::{Title, draw_title};
use glass_core::{AxisTick, CursorView, GraphBand, GraphLine, GraphView, MarkKind, Role, ThresholdLine};
use ratatui::layout::Rect;

/// How a graph is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphKind {
    /// One of several: a legend of one row, an axis as narrow as its texts.
    Panel,
    /// The only one: a legend with a row a line.
    Alone,
    /// The only one over the whole width: its time axis is in line with the timeline's.
    Full,
    /// As [`Self::Alone`], with its legend elsewhere.
    AloneBare,
    /// As [`Self::Full`], with its legend elsewhere.
    FullBare,
}

impl GraphKind {
    /// The same with its legend elsewhere.
    pub fn without_legend(self) -> Self {
        match self {
            Self::Full | Self::FullBare => Self::FullBare,
            Self::Alone | Self::AloneBare | Self::Panel => Self::AloneBare,
        }
    }
}

/// Draws a graph.
pub(crate) fn draw_graph(pen: &mut Pen, area: Rect, graph: &GraphView, kind: GraphKind, focused: bool) {
    let GraphView {
        title,
        unit,
        lines,
        // The title says so; a terminal has no areas.
        drawing: _,
        thresholds,
        bands,
        // Shown on the timeline, which stands in line below.
        range: _,
        y_min,
        y_max,
        y_ticks,
        x_ticks,
        playhead,
        cursor,
        n_left_out,
        state,
    } = graph;
    let mut rest = area;
    let title_row = take_top(&mut rest, 1);
    let title = Title {
        text: title,
        note: unit,
        focused,
        place: (0, 0, 0),
        state: (!lines.is_empty()).then_some(state),
    };
    draw_title(pen, title_row, &title);
    if lines.is_empty() {
        pen.put_state(rest, state);
        return;
    }
    draw_legend(pen, &mut rest, lines, *n_left_out, kind);
    let has_x_axis = rest.height >= 3;
    let mut x_axis = take_bottom(&mut rest, u16::from(has_x_axis));
    let gutter = y_gutter(pen, y_ticks, kind, rest.width);
    let y_axis = take_left(&mut rest, gutter);
    take_left(&mut x_axis, gutter);
    let plot = Rect {
        width: rest.width.saturating_sub(1),
        ..rest
    };
    x_axis.width = plot.width;
    draw_y_axis(pen, y_axis, y_ticks);
    draw_grid(pen, plot, y_ticks, *playhead);
    draw_x_axis(pen, x_axis, x_ticks, cursor.as_ref());
    draw_bands(pen, plot, bands);
    thresholds
        .iter()
        .for_each(|threshold| draw_threshold(pen, plot, threshold, *playhead));
    draw_cursors(pen, plot, *playhead, cursor.as_ref());
    let scale = Scale {
        min: *y_min,
        max: *y_max,
    };
    draw_lines(pen, plot, lines, scale);
    draw_band_at_cursor(pen, plot, bands, cursor.as_ref());
    pen.hits.axis(plot);
}

/// Whether lines are told apart by numbers as well as by colours.
fn is_numbered(lines: &[GraphLine]) -> bool {
    lines.len() > 1
}

/// The sign of the n-th line in the legend and at its end.
fn line_sign(pen: &Pen, lines: &[GraphLine], nth: usize) -> String {
    if is_numbered(lines) {
        (nth + 1).to_string()
    } else {
        pen.glyphs.pick("━", "-").to_owned()
    }
}

/// Draws the legend into rows it cuts off: one below the title of a panel, several below a graph that is alone.
fn draw_legend(pen: &mut Pen, rest: &mut Rect, lines: &[GraphLine], n_left_out: usize, kind: GraphKind) {
    let is_panel = kind == GraphKind::Panel;
    let is_bare = matches!(kind, GraphKind::AloneBare | GraphKind::FullBare);
    if is_bare || (is_panel && rest.height < 4) {
        return;
    }
    let per_row = if is_panel {
        lines.len().min(usize::from(rest.width / 14)).max(1)
    } else {
        usize::from((rest.width / 44).clamp(1, 4))
    };
    let max_rows = if is_panel {
        1
    } else {
        usize::from((rest.height / 3).min(12)).max(1)
    };
    let n_rows = lines.len().div_ceil(per_row).clamp(1, max_rows);
    let mut legend = if is_panel {
        take_top(rest, 1)
    } else {
        take_bottom(rest, n_rows as u16)
    };
    for i in 0..n_rows {
        let part = (i * per_row).min(lines.len())..((i + 1) * per_row).min(lines.len());
        let n_more = if i + 1 == n_rows {
            (lines.len() - part.end).saturating_add(n_left_out)
        } else {
            0
        };
        let row = take_top(&mut legend, 1);
        draw_legend_row(
            pen,
            row,
            lines,
            part,
            if is_panel { None } else { Some(per_row) },
            n_more,
        );
    }
}

/// One row of the legend: in columns of one width, or else each as wide as it needs to be, as far as there is
/// room. At the end, how many lines more there are.
fn draw_legend_row(
    pen: &mut Pen,
    row: Rect,
    lines: &[GraphLine],
    part: std::ops::Range<usize>,
    n_columns: Option<usize>,
    n_more: usize,
) {
    if row.height == 0 {
        return;
    }
    let mut row = Rect {
        x: row.x + 2.min(row.width),
        width: row.width.saturating_sub(3),
        ..row
    };
    if n_more > 0 {
        let used = pen.put_right(row, &format!("+{n_more}"), pen.style(Role::Muted));
        row.width = row.width.saturating_sub(used + 2);
    }
    let widths = match n_columns {
        Some(n) => vec![(row.width / n.max(1) as u16).saturating_sub(2); part.len()],
        None => {
            let mut widths: Vec<_> = part.clone().map(|nth| legend_width(pen, lines, nth)).collect();
            let gaps = 2 * part.len().saturating_sub(1);
            shrink_widest(&mut widths, usize::from(row.width).saturating_sub(gaps));
            widths
        }
    };
    let mut x = row.x;
    for (nth, width) in part.zip(widths) {
        draw_legend_entry(pen, Rect { x, width, ..row }, lines, nth);
        x = x.saturating_add(width).saturating_add(2);
    }
}

fn legend_width(pen: &Pen, lines: &[GraphLine], nth: usize) -> u16 {
    let width = |text: &str| text_width(&pen.glyphs.spell(text));
    let GraphLine {
        name,
        value,
        number: _,
        role: _,
        runs: _,
    } = &lines[nth];
    let sign = width(&line_sign(pen, lines, nth));
    [sign, width(name), width(value)]
        .into_iter()
        .fold(2, u16::saturating_add)
}

/// A line's sign, its name as far as there is room, and its value.
fn draw_legend_entry(pen: &mut Pen, slot: Rect, lines: &[GraphLine], nth: usize) {
    let GraphLine {
        name,
        value,
        number: _,
        role,
        runs: _,
    } = &lines[nth];
    let style = pen.style(*role);
    let sign = line_sign(pen, lines, nth);
    let used = pen.put(slot.x, slot.y, slot.width, &sign, style) + 1;
    let value_width = text_width(&pen.glyphs.spell(value)).saturating_add(1);
    let name_room = slot.width.saturating_sub(used.saturating_add(value_width));
    let name_width = pen.put_as(slot.x + used, slot.y, name_room, name, Role::Muted);
    let at = used + name_width + u16::from(name_width > 0);
    pen.put(slot.x + at, slot.y, slot.width.saturating_sub(at), value, style);
}

fn y_gutter(pen: &Pen, ticks: &[AxisTick], kind: GraphKind, width: u16) -> u16 {
    let widest = ticks
        .iter()
        .map(|tick| text_width(&pen.glyphs.spell(&tick.text)))
        .max()
        .unwrap_or(0);
    match kind {
        GraphKind::Full | GraphKind::FullBare => crate::layout::GUTTER,
        GraphKind::Alone | GraphKind::AloneBare | GraphKind::Panel => {
            (widest + 3).clamp(4, 12).min(width / 3)
        }
    }
}

fn tick_row(plot: Rect, ratio: f64) -> Option<u16> {
    if plot.height == 0 || !(0.0..=1.0).contains(&ratio) {
        return None;
    }
    let last = plot.height - 1;
    Some(plot.y + (((1.0 - ratio) * f64::from(last)).round() as u16).min(last))
}

fn draw_y_axis(pen: &mut Pen, area: Rect, ticks: &[AxisTick]) {
    let mut taken: Vec<u16> = Vec::new();
    for AxisTick { ratio, text } in ticks {
        let Some(y) = tick_row(area, *ratio) else { continue };
        if taken.contains(&y) {
            continue;
        }
        taken.push(y);
        let row = Rect {
            x: area.x + 2.min(area.width),
            y,
            width: area.width.saturating_sub(3),
            height: 1,
        };
        pen.put_right(row, text, pen.style(Role::Muted));
    }
}

/// A faint grid: lines up to the playhead, single dots after it.
fn draw_grid(pen: &mut Pen, plot: Rect, ticks: &[AxisTick], playhead: f64) {
    let style = pen.theme.chrome();
    let known = pen.glyphs.pick("┈", " ");
    let not_yet = pen.glyphs.not_yet();
    let now = known_columns(plot, playhead);
    for AxisTick { ratio, text: _ } in ticks {
        let Some(y) = tick_row(plot, *ratio) else { continue };
        for i in 0..plot.width {
            if i < now {
                pen.set(plot.x + i, y, known, style);
            } else if i % 3 == 0 {
                pen.set(plot.x + i, y, not_yet, style);
            }
        }
    }
}

/// How many columns of an area lie no later than the playhead.
pub(crate) fn known_columns(area: Rect, playhead: f64) -> u16 {
    match column_of(area, playhead) {
        Some(column) => column - area.x + 1,
        None if playhead > 1.0 => area.width,
        None => 0,
    }
}

/// What happened, in the top row: a line as long as it lasted, or a mark.
fn draw_bands(pen: &mut Pen, plot: Rect, bands: &[GraphBand]) {
    if plot.height < 3 {
        return;
    }
    // Marks of moments lie on those of things that last.
    let (lasting, moments): (Vec<_>, Vec<_>) = bands.iter().partition(|band| band.to.is_some());
    for band in lasting.into_iter().chain(moments) {
        let GraphBand {
            kind,
            role,
            from,
            to,
            texts: _,
        } = band;
        let symbol = match kind {
            MarkKind::Firing => pen.glyphs.pick("▔", "="),
            MarkKind::Pending => pen.glyphs.pick("╌", "-"),
            kind => pen.glyphs.mark(*kind),
        };
        let Some(first) = column_of(plot, *from) else {
            continue;
        };
        let last = to.and_then(|to| column_of(plot, to)).unwrap_or(first);
        for x in first..=last.max(first) {
            pen.set(x, plot.y, symbol, pen.style(*role));
        }
    }
}

/// Writes beside the cursor what was going on there.
fn draw_band_at_cursor(pen: &mut Pen, plot: Rect, bands: &[GraphBand], cursor: Option<&CursorView>) {
    let Some(column) = cursor.and_then(|cursor| column_of(plot, cursor.x)) else {
        return;
    };
    let is_here = |band: &&GraphBand| {
        let from = column_of(plot, band.from).unwrap_or(plot.x);
        let to = band.to.and_then(|to| column_of(plot, to)).unwrap_or(from);
        (from..=to).contains(&column)
    };
    // Of several the one that began last.
    let Some(band) = bands.iter().rev().find(is_here).filter(|_| plot.height >= 3) else {
        return;
    };
    let text = format!(" {} ", band.texts.join("; "));
    let (left, right) = (column - plot.x, plot.right().saturating_sub(column + 1));
    let width = text_width(&pen.glyphs.spell(&text));
    let x = if right >= width || right >= left {
        column + 1
    } else {
        column.saturating_sub(width.min(left))
    };
    let room = if x > column { right } else { left };
    pen.put_as(x, plot.y, room, &text, band.role);
}

/// A level as a dotted line as far as time has come, its text at its end.
fn draw_threshold(pen: &mut Pen, plot: Rect, threshold: &ThresholdLine, playhead: f64) {
    let ThresholdLine { y, text, role } = threshold;
    let Some(row) = tick_row(plot, *y) else { return };
    let style = pen.style(*role);
    let symbol = pen.glyphs.pick("╌", "-");
    for i in 0..known_columns(plot, playhead) {
        pen.set(plot.x + i, row, symbol, style);
    }
    let place = Rect {
        y: row,
        height: 1,
        ..plot
    };
    pen.put_right(place, text, style);
}

/// Puts texts below their ticks, the cursor's first, and leaves out those that would touch another.
fn draw_x_axis(pen: &mut Pen, row: Rect, ticks: &[AxisTick], cursor: Option<&CursorView>) {
    if row.height == 0 {
        return;
    }
    let mut taken: Vec<(u16, u16)> = Vec::new();
    if let Some(CursorView { x, text }) = cursor
        && let Some(column) = column_of(row, *x)
    {
        let span = centered(row, column, text_width(text) + 2);
        pen.put(
            span.0,
            row.y,
            span.1,
            &format!(" {text} "),
            pen.theme.badge(Role::Strong),
        );
        taken.push(span);
    }
    for AxisTick { ratio, text } in ticks {
        let Some(column) = column_of(row, *ratio) else {
            continue;
        };
        let span = centered(row, column, text_width(text));
        let touches = |other: &(u16, u16)| span.0 < other.0 + other.1 + 1 && other.0 < span.0 + span.1 + 1;
        if span.1 > 0 && !taken.iter().any(touches) {
            pen.put_as(span.0, row.y, span.1, text, Role::Muted);
            taken.push(span);
        }
    }
}

/// Where a text of a width stands so that it is centred on a column and inside a row: left edge and width.
pub(crate) fn centered(row: Rect, column: u16, width: u16) -> (u16, u16) {
    let width = width.min(row.width);
    let left = column.saturating_sub(width / 2).max(row.x);
    (left.min(row.right() - width), width)
}

fn draw_cursors(pen: &mut Pen, plot: Rect, playhead: f64, cursor: Option<&CursorView>) {
    let lines = [
        column_of(plot, playhead).map(|x| (x, pen.glyphs.vertical(), Role::Accent)),
        cursor
            .and_then(|cursor| column_of(plot, cursor.x))
            .map(|x| (x, pen.glyphs.pick("┆", ":"), Role::Strong)),
    ];
    for (x, symbol, role) in lines.into_iter().flatten() {
        for y in plot.top()..plot.bottom() {
            pen.set(x, y, symbol, pen.style(role));
        }
    }
}

fn draw_lines(pen: &mut Pen, plot: Rect, lines: &[GraphLine], scale: Scale) {
    let mut dots = Dots::new(pen.glyphs, plot.width, plot.height);
    // The first line is drawn last, so that it lies on top.
    for (nth, line) in lines.iter().enumerate().rev() {
        for run in &line.runs {
            dots.draw_run(run, scale, nth);
        }
    }
    for y in 0..plot.height {
        for x in 0..plot.width {
            if let Some((symbol, nth)) = dots.cell(x, y) {
                let role = lines.get(nth).map_or(Role::Normal, |line| line.role);
                let mut text = [0; 4];
                pen.set(
                    plot.x + x,
                    plot.y + y,
                    symbol.encode_utf8(&mut text),
                    pen.style(role),
                );
            }
        }
    }
    if is_numbered(lines) {
        draw_line_numbers(pen, plot, lines, scale, &dots);
    }
}

/// Writes each line's number behind its last point: the sign that does without colours.
fn draw_line_numbers(pen: &mut Pen, plot: Rect, lines: &[GraphLine], scale: Scale, dots: &Dots) {
    let mut taken: Vec<(u16, u16)> = Vec::new();
    for (nth, line) in lines.iter().enumerate().take(9) {
        let last = line.runs.iter().rev().find_map(|run| run.last());
        let Some(point) = last else { continue };
        let (Some(column), Some(row)) = (column_of(plot, point.x), dots.cell_row(scale, point.last)) else {
            continue;
        };
        let sign = (nth + 1).to_string();
        let steps: [(u16, i32); 5] = [(1, 0), (1, -1), (1, 1), (3, 0), (5, 0)];
        let place = steps.into_iter().find_map(|(right, down)| {
            let x = column + right;
            let y = u16::try_from(i32::from(row) + down).ok()?;
            let is_free = !taken.iter().any(|other| other.1 == y && other.0.abs_diff(x) < 2);
            let is_inside = x < plot.right() && y < plot.height;
            (is_inside && is_free && dots.cell(x - plot.x, y).is_none()).then_some((x, y))
        });
        if let Some(place) = place {
            pen.set(place.0, plot.y + place.1, &sign, pen.style(line.role));
            taken.push(place);
        }
    }
}
