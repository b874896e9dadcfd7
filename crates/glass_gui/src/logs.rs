//! Log lines: the query, the filter, all matches over time, the lines or their patterns, and one line in full.

mod histogram;
mod lines;

use crate::layout::{ROW, bottom, top};
use crate::lists::Lists;
use crate::paint;
use crate::parts::{details_ui, query_ui};
use crate::theme::{BODY, GAP, SMALL};
use crate::{graph, table};
use egui::{Align2, Rect, Ui};
use glass_core::{
    Cell, Column, Line, LogPatternRow, LogPatternsView, LogRow, LogsView, Role, Row, TableView,
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
        // The lines are drawn by a module of their own.
        columns: _,
        rows,
        first: _,
        total: _,
        wraps: _,
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
    histogram::histogram_ui(ui, top(&mut rest, HISTOGRAM), histogram, lists);
    top(&mut rest, GAP);
    if let Some(details) = details {
        let height = (details.len() as f32 * 20.0 + 2.0 * GAP).min(rest.height() / 2.0);
        details_ui(ui, bottom(&mut rest, height), details);
    }
    if let Some(chooser) = chooser {
        table::table_ui(ui, bottom(&mut rest, place.height() * 0.35), chooser, lists);
    }
    match patterns {
        Some(patterns) => {
            lists.open_at_once();
            table::table_ui(ui, rest, &patterns_table(patterns), lists);
        }
        None if rows.is_empty() => {
            paint::card(ui, rest, true);
            paint::state_ui(ui, rest, state);
        }
        None => lines::lines_ui(ui, rest, logs, lists),
    }
}

fn column(title: &str, weight: u16) -> Column {
    Column {
        title: title.to_owned(),
        right: false,
        weight,
    }
}

/// The titles of the columns of lines.
fn column_titles(chosen: &[String]) -> Vec<String> {
    let fixed = ["time", "", "from"].map(str::to_owned);
    let line = "line".to_owned();
    fixed
        .into_iter()
        .chain(chosen.iter().cloned())
        .chain([line])
        .collect()
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
            column("share", 0),
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
        share,
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
            Cell::new(share_text(*share), Role::Accent),
            Cell::new(level.to_string(), *role),
            Cell::new(if *is_new { "new" } else { "" }, Role::Hit),
            Cell::new(since.as_str(), Role::Muted),
            Cell::new(bars_text(bars), Role::Accent),
            Cell::new(plain(text), Role::Normal),
        ],
        selected: *selected,
    }
}

/// A share of all as a bar of text with its number.
fn share_text(share: f64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    const WIDTH: usize = 6;
    let eighths = (share.clamp(0.0, 1.0) * (WIDTH * 8) as f64).ceil() as usize;
    let bar = format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8]);
    let percent = match share * 100.0 {
        percent if percent < 1.0 => "<1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    };
    format!("{percent} {bar}")
}

/// Counts as bars of text, the tallest as high as a row.
fn bars_text(bars: &[u64]) -> String {
    const BARS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let max = bars.iter().copied().max().unwrap_or(0).max(1);
    let eighths = |n: &u64| (*n as f64 / max as f64 * 8.0).ceil() as usize;
    bars.iter().filter_map(|n| BARS.get(eighths(n).min(8))).collect()
}
