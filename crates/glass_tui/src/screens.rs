//! The screens: how each one's parts share the main area.

use crate::dashboards::draw_dashboards;
use crate::document::{draw_document, draw_lines};
use crate::graph::{GraphKind, draw_graph};
use crate::layout::{GAP, overview_areas, panel_areas, take_bottom, take_left, take_top};
use crate::logs::draw_logs;
use crate::pen::{Pen, text_width};
use crate::query::draw_query;
use crate::table::draw_table;
use crate::theme::role_of_phase;
use glass_core::{
    AlertsView, ChangesView, CloudsView, DocumentView, IncidentsView, Line, MetricsView, OverviewView, Phase,
    Role, ScreenView, TableView, TimelineListView,
};
use ratatui::layout::Rect;

/// From this width on a list of many columns and what is chosen of it stand side by side.
const WIDE_SIDE_BY_SIDE: u16 = 140;
/// The same for a list of few columns beside prose.
const SIDE_BY_SIDE: u16 = 132;

/// Draws the current screen.
pub(crate) fn draw_screen(pen: &mut Pen, area: Rect, screen: &ScreenView) {
    match screen {
        ScreenView::Overview(overview) => draw_overview(pen, area, overview),
        ScreenView::Metrics(metrics) => draw_metrics(pen, area, metrics),
        ScreenView::Logs(logs) => draw_logs(pen, area, logs),
        ScreenView::Alerts(alerts) => draw_alerts(pen, area, alerts),
        ScreenView::Changes(ChangesView { list, details }) => {
            draw_list_and_document(pen, area, list, details, (WIDE_SIDE_BY_SIDE, 45));
        }
        ScreenView::Incidents(IncidentsView { list, document }) => {
            draw_list_and_document(pen, area, list, document, (SIDE_BY_SIDE, 38));
        }
        ScreenView::Timeline(TimelineListView { list }) => draw_table(pen, area, list, "", true),
        ScreenView::Dashboards(dashboards) => draw_dashboards(pen, area, dashboards),
        ScreenView::Clouds(clouds) => draw_clouds(pen, area, clouds),
    }
}

/// The phase in a word, so that its colour is not the only sign.
fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Calm => "CALM",
        Phase::Building => "BUILDING",
        Phase::Firing => "FIRING",
        Phase::Recovering => "RECOVERING",
        Phase::Over => "OVER",
    }
}

fn draw_overview(pen: &mut Pen, area: Rect, overview: &OverviewView) {
    let OverviewView {
        phase,
        headline,
        last_word,
        alerts,
        changes,
        panels,
        n_more_panels,
        focused_panel,
    } = overview;
    let areas = overview_areas(area, alerts.rows.len().max(changes.rows.len()));
    let graphs = panel_areas(areas.panels, panels.len());
    let mut row = Rect {
        x: areas.headline.x + 2,
        width: areas.headline.width.saturating_sub(3),
        ..areas.headline
    };
    let n_hidden = n_more_panels.saturating_add(panels.len().saturating_sub(graphs.len()));
    if n_hidden > 0 {
        let more = format!("+{n_hidden} panels");
        let used = pen.put_right(row, &more, pen.style(Role::Muted));
        row.width = row.width.saturating_sub(used + 2);
    }
    let word = format!(" {} ", phase_word(*phase));
    let used = pen.put(
        row.x,
        row.y,
        row.width,
        &word,
        pen.theme.badge(role_of_phase(*phase)),
    ) + 2;
    pen.put_line(row.x + used, row.y, row.width.saturating_sub(used), headline);
    let last = areas.last_word;
    pen.put_line(last.x + 2, last.y, last.width.saturating_sub(3), last_word);
    let with_head = crate::layout::list_head(area.height) > 1;
    draw_table(pen, areas.alerts, alerts, "", with_head);
    draw_table(pen, areas.changes, changes, "", with_head);
    for (i, (graph, place)) in panels.iter().zip(graphs).enumerate() {
        draw_graph(pen, place, graph, GraphKind::Panel, *focused_panel == Some(i));
    }
}

fn draw_metrics(pen: &mut Pen, area: Rect, metrics: &MetricsView) {
    let MetricsView {
        queries,
        names,
        filter,
        about,
        graph,
        legend,
        table,
        graph_focused,
    } = metrics;
    let mut rest = area;
    for query in queries {
        draw_query(pen, &mut rest, query);
    }
    let kind = match names {
        Some(names) => {
            let width = (area.width * 2 / 5).clamp(30, 64);
            let list = take_left(&mut rest, width);
            take_left(&mut rest, GAP);
            let note = if filter.is_empty() {
                String::new()
            } else {
                format!("/{filter}")
            };
            draw_table(pen, list, names, &note, false);
            GraphKind::Alone
        }
        None => GraphKind::Full,
    };
    if queries.is_empty() {
        let row = take_top(&mut rest, 1);
        pen.put_line(row.x + 2, row.y, row.width.saturating_sub(3), about);
    }
    if let Some(table) = table {
        draw_table(pen, rest, table, "", true);
        return;
    }
    // Where there is room for it the table stands in the place of the graph's own legend.
    let n_rows = legend.as_ref().map_or(0, |legend| legend.rows.len() as u16 + 2);
    match legend.as_ref().filter(|_| rest.height >= n_rows + 8) {
        Some(legend) => {
            let below = take_bottom(&mut rest, n_rows);
            draw_graph(
                pen,
                rest,
                graph,
                kind.without_legend(),
                *graph_focused && names.is_none(),
            );
            draw_table(pen, below, legend, "", true);
        }
        None => draw_graph(pen, rest, graph, kind, *graph_focused),
    }
}

fn draw_alerts(pen: &mut Pen, area: Rect, alerts: &AlertsView) {
    let AlertsView {
        list,
        title,
        details,
        graph,
    } = alerts;
    let (list_area, mut details_area) = split(area, list, (WIDE_SIDE_BY_SIDE, 58));
    draw_table(pen, list_area, list, "", true);
    if let Some(graph) = graph.as_ref().filter(|_| details_area.height >= 14) {
        let height = (details_area.height * 2 / 5).clamp(7, 16);
        let below = take_bottom(&mut details_area, height);
        draw_graph(pen, below, graph, GraphKind::Alone, false);
    }
    draw_details(pen, details_area, title, details);
}

fn draw_clouds(pen: &mut Pen, area: Rect, clouds: &CloudsView) {
    let CloudsView {
        list,
        filter,
        details,
    } = clouds;
    let (list_area, details_area) = split(area, list, (WIDE_SIDE_BY_SIDE, 58));
    let note = if filter.is_empty() {
        String::new()
    } else {
        format!("/{filter}")
    };
    draw_table(pen, list_area, list, &note, true);
    draw_details(pen, details_area, "Chosen cloud", details);
}

/// What is chosen, in full, below a quiet title.
fn draw_details(pen: &mut Pen, mut area: Rect, title: &str, details: &[Line]) {
    if area.height < 2 {
        return;
    }
    let head = take_top(&mut area, 1);
    draw_divider(pen, head, title);
    area.x += 2;
    area.width = area.width.saturating_sub(3);
    draw_lines(pen, area, details);
}

fn draw_list_and_document(
    pen: &mut Pen,
    area: Rect,
    list: &TableView,
    document: &DocumentView,
    columns: (u16, u16),
) {
    let (list_area, document_area) = split(area, list, columns);
    if list_area.height > 0 {
        draw_table(pen, list_area, list, "", true);
    }
    draw_document(pen, document_area, document);
}

/// Divides a screen between a list and what is chosen of it: side by side from a width on, with a part in hundred
/// for the list, or else one below the other. A list without columns is not shown (full screen).
fn split(area: Rect, list: &TableView, (least, percent): (u16, u16)) -> (Rect, Rect) {
    let mut rest = area;
    if list.columns.is_empty() && list.rows.is_empty() {
        return (Rect { height: 0, ..area }, area);
    }
    if area.width >= least {
        let list_area = take_left(
            &mut rest,
            (u32::from(area.width) * u32::from(percent) / 100) as u16,
        );
        take_left(&mut rest, GAP);
        return (list_area, rest);
    }
    let wanted = (list.rows.len() as u16).saturating_add(2);
    let list_area = take_top(&mut rest, wanted.clamp(4, (area.height * 45 / 100).max(4)));
    if area.height >= 20 {
        take_top(&mut rest, 1);
    }
    (list_area, rest)
}

/// A quiet title with a rule behind it.
fn draw_divider(pen: &mut Pen, row: Rect, title: &str) {
    let used = pen.put_as(row.x + 2, row.y, row.width.saturating_sub(3), title, Role::Muted);
    let rule = Rect {
        x: row.x + used + 3,
        width: row.width.saturating_sub(used + 4),
        ..row
    };
    pen.rule(rule, pen.glyphs.horizontal(), pen.theme.chrome());
}

/// Says how large the screen must be.
pub(crate) fn draw_too_small(pen: &mut Pen, area: Rect) {
    let sentence = format!(
        "Glasshouse needs {} columns and {} rows; here are {} and {}.",
        crate::layout::MIN_WIDTH,
        crate::layout::MIN_HEIGHT,
        area.width,
        area.height
    );
    let lines = crate::pen::wrap_text(&sentence, area.width.max(1));
    let top = area.height.saturating_sub(lines.len() as u16) / 2;
    for (i, line) in lines.iter().enumerate() {
        let x = area.width.saturating_sub(text_width(line)) / 2;
        pen.put_as(x, top + i as u16, area.width, line, Role::Normal);
    }
}
