//! Log lines: the query, the filter, all matches over time, the lines or their patterns, and one line in full.

use crate::layout::{ROW, bottom, top};
use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::parts::{details_ui, query_ui};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use crate::{graph, table};
use egui::{Align2, Rect, Ui, vec2};
use glass_core::{
    Cell, Column, HistogramView, Line, LogPatternRow, LogPatternsView, LogRow, LogsView, Role, Row, TableView,
};

/// The height of the histogram.
const HISTOGRAM: f32 = 84.0;

/// Draws the log screen.
pub fn logs_ui(ui: &mut Ui, place: Rect, logs: &LogsView, lists: &mut Lists<'_>) {
    let LogsView {
        query,
        graph,
        filter,
        count,
        histogram,
        columns,
        rows,
        wraps,
        details,
        chooser,
        patterns,
        state,
    } = logs;
    let mut rest = place;
    if let Some(query) = query {
        query_ui(ui, &mut rest, query);
    }
    if let Some(graph) = graph {
        graph::graph_ui(ui, rest, graph, true, lists);
        return;
    }
    let head = top(&mut rest, ROW);
    let right = paint::text_ui(ui, head, Align2::RIGHT_CENTER, count, SMALL, Role::Muted);
    let left = head.with_max_x((right.min.x - GAP).max(head.min.x));
    paint::line_ui(ui, left, Align2::LEFT_CENTER, filter, BODY);
    histogram_ui(ui, top(&mut rest, HISTOGRAM), histogram, lists);
    top(&mut rest, GAP);
    if let Some(details) = details {
        let height = (details.len() as f32 * 20.0 + 2.0 * GAP).min(rest.height() / 2.0);
        details_ui(ui, bottom(&mut rest, height), details);
    }
    if let Some(chooser) = chooser {
        table::table_ui(ui, bottom(&mut rest, place.height() * 0.35), chooser, lists);
    }
    let lines = match patterns {
        Some(patterns) => patterns_table(patterns),
        None => TableView {
            title: String::new(),
            columns: line_columns(columns),
            rows: rows.iter().map(line_row).collect(),
            first: 0,
            total: rows.len(),
            focused: true,
            state: state.clone(),
        },
    };
    if *wraps && patterns.is_none() && !rows.is_empty() {
        wrapped_ui(ui, rest, rows);
    } else {
        table::table_ui(ui, rest, &lines, lists);
    }
}

/// Counts over time as stacked bars: errors below, then warnings, then all others.
fn histogram_ui(ui: &mut Ui, place: Rect, histogram: &HistogramView, lists: &mut Lists<'_>) {
    let HistogramView {
        bars,
        max,
        playhead,
        cursor,
        focused,
        state,
    } = histogram;
    paint::card(ui, place, *focused);
    let inner = place.shrink2(vec2(PAD, GAP));
    if *max == 0 || bars.is_empty() {
        paint::state_ui(ui, inner, state);
        return;
    }
    graph::plot_pointer_ui(ui, inner, "histogram", None, lists);
    let theme = Theme::of(ui);
    let width = inner.width() / bars.len() as f32;
    for (i, bar) in bars.iter().enumerate() {
        let mut base = inner.max.y;
        for (n, role) in bar.iter().zip([Role::Critical, Role::Warning, Role::Muted]) {
            let height = *n as f32 / *max as f32 * inner.height();
            let left = inner.min.x + width * i as f32;
            let filled = rect(left, base - height, (width - 1.0).max(1.0), height);
            ui.painter().rect_filled(filled, 0, theme.color(role));
            base -= height;
        }
    }
    let mark = |ratio: f64, role: Role| {
        let x = inner.min.x + inner.width() * ratio.clamp(0.0, 1.0) as f32;
        ui.painter().vline(x, inner.y_range(), (1.0, theme.color(role)));
    };
    mark(*playhead, Role::Accent);
    if let Some(cursor) = cursor.filter(|cursor| (0.0..=1.0).contains(cursor)) {
        mark(cursor, Role::Strong);
    }
    let highest = format!("highest bar {max}");
    paint::text_ui(ui, inner, Align2::LEFT_TOP, &highest, SMALL, Role::Muted);
    paint::state_note_ui(ui, inner.max.x, inner.min.y + 8.0, inner.width() * 0.5, state);
}

fn column(title: &str, weight: u16) -> Column {
    Column {
        title: title.to_owned(),
        right: false,
        weight,
    }
}

fn line_columns(chosen: &[String]) -> Vec<Column> {
    let mut columns = vec![column("time", 0), column("", 0), column("from", 0)];
    columns.extend(chosen.iter().map(|title| column(title, 0)));
    columns.push(column("line", 1));
    columns
}

fn plain(line: &Line) -> String {
    line.iter().map(|span| span.text.as_str()).collect()
}

fn line_row(row: &LogRow) -> Row {
    let LogRow {
        time,
        level,
        role,
        origin,
        columns,
        text,
        is_origin,
        selected,
    } = row;
    let mark = if *is_origin { "● " } else { "" };
    let is_hit = text.iter().any(|span| span.role == Role::Hit);
    let mut cells = vec![
        Cell::new(format!("{mark}{time}"), Role::Muted),
        Cell::new(level.to_string(), *role),
        Cell::new(origin.as_str(), Role::Muted),
    ];
    cells.extend(
        columns
            .iter()
            .map(|value| Cell::new(value.as_str(), Role::Normal)),
    );
    cells.push(Cell::new(
        plain(text),
        if is_hit { Role::Hit } else { Role::Normal },
    ));
    Row {
        cells,
        selected: *selected,
    }
}

/// Lines in as many rows as they need, the chosen one among them.
fn wrapped_ui(ui: &mut Ui, place: Rect, rows: &[LogRow]) {
    paint::card(ui, place, true);
    let mut rest = place.shrink2(vec2(PAD, GAP));
    let room = (rest.height() / ROW / 2.0).max(1.0) as usize;
    let chosen = rows.iter().position(|row| row.selected).unwrap_or(rows.len() - 1);
    for row in rows.iter().skip((chosen + 1).saturating_sub(room)) {
        let cells = line_row(row).cells;
        let mut spans: Vec<(&str, Role)> = Vec::new();
        for cell in &cells[..cells.len() - 1] {
            spans.extend([(cell.text.as_str(), cell.role), ("  ", Role::Muted)]);
        }
        spans.extend(row.text.iter().map(|span| (span.text.as_str(), span.role)));
        if rest.height() < ROW {
            return;
        }
        if row.selected {
            let bar = rect(rest.min.x - GAP, rest.min.y + 3.0, 3.0, ROW - 6.0);
            ui.painter()
                .rect_filled(bar, 1, Theme::of(ui).color(Role::Accent));
        }
        let rows_left = (rest.height() / ROW).max(1.0) as usize;
        let used = paint::text_rows_ui(ui, rest, Align2::LEFT_TOP, &spans, BODY, rows_left.min(6));
        top(&mut rest, (used.height() + 4.0).max(ROW));
    }
}

fn patterns_table(patterns: &LogPatternsView) -> TableView {
    let LogPatternsView {
        title,
        rows,
        first,
        total,
        state,
    } = patterns;
    let mut lines = column("lines", 0);
    lines.right = true;
    TableView {
        title: plain(title),
        columns: vec![
            lines,
            column("", 0),
            column("", 0),
            column("since", 0),
            column("over the window", 0),
            column("pattern", 1),
        ],
        rows: rows.iter().map(pattern_row).collect(),
        first: *first,
        total: *total,
        focused: true,
        state: state.clone(),
    }
}

fn pattern_row(row: &LogPatternRow) -> Row {
    let LogPatternRow {
        count,
        level,
        role,
        is_new,
        since,
        bars,
        text,
        selected,
    } = row;
    Row {
        cells: vec![
            Cell::new(count.as_str(), Role::Normal),
            Cell::new(level.to_string(), *role),
            Cell::new(if *is_new { "new" } else { "" }, Role::Hit),
            Cell::new(since.as_str(), Role::Muted),
            Cell::new(bars_text(bars), Role::Accent),
            Cell::new(plain(text), Role::Normal),
        ],
        selected: *selected,
    }
}

/// Counts as bars of text, the tallest as high as a row.
fn bars_text(bars: &[u64]) -> String {
    const BARS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let max = bars.iter().copied().max().unwrap_or(0).max(1);
    let eighths = |n: &u64| (*n as f64 / max as f64 * 8.0).ceil() as usize;
    bars.iter().filter_map(|n| BARS.get(eighths(n).min(8))).collect()
}
