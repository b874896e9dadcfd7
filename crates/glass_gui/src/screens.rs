//! The screens: how each one's parts share the room.

use crate::dashboards::dashboards_ui;
use crate::document::document_ui;
use crate::graph::{bare_graph_ui, graph_ui};
use crate::layout::{ROW, TABLE_HEAD, bottom, left, top};
use crate::lists::Lists;
use crate::logs::logs_ui;
use crate::overview::overview_ui;
use crate::paint;
use crate::parts::{details_ui, filter_ui, query_ui};
use crate::table::table_ui;
use crate::theme::{BODY, GAP, PAD};
use egui::{Align2, Rect, Ui};
use glass_core::{
    AlertsView, ChangesView, CloudsView, DocumentView, IncidentsView, MetricsView, Role, ScreenView,
    TableView, TimelineListView,
};

/// From this width on a list and what is chosen of it stand side by side.
const SIDE_BY_SIDE: f32 = 900.0;

/// Draws a screen.
pub fn screen_ui(ui: &mut Ui, place: Rect, screen: &ScreenView, lists: &mut Lists<'_>) {
    match screen {
        ScreenView::Overview(overview) => overview_ui(ui, place, overview, lists),
        ScreenView::Metrics(metrics) => metrics_ui(ui, place, metrics, lists),
        ScreenView::Logs(logs) => logs_ui(ui, place, logs, lists),
        ScreenView::Alerts(alerts) => alerts_ui(ui, place, alerts, lists),
        ScreenView::Changes(ChangesView { list, details }) => {
            list_and_document_ui(ui, place, list, details, 0.42, lists);
        }
        ScreenView::Incidents(IncidentsView { list, document }) => {
            list_and_document_ui(ui, place, list, document, 0.34, lists);
        }
        ScreenView::Timeline(TimelineListView { list }) => table_ui(ui, place, list, lists),
        ScreenView::Dashboards(dashboards) => dashboards_ui(ui, place, dashboards, lists),
        ScreenView::Clouds(clouds) => clouds_ui(ui, place, clouds, lists),
    }
}

fn metrics_ui(ui: &mut Ui, place: Rect, metrics: &MetricsView, lists: &mut Lists<'_>) {
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
    let mut rest = place;
    for query in queries {
        query_ui(ui, &mut rest, query);
    }
    if let Some(names) = names {
        let mut list = left(&mut rest, (place.width() * 0.3).clamp(240.0, 460.0));
        left(&mut rest, PAD);
        filter_ui(ui, &mut list, filter);
        table_ui(ui, list, names, lists);
    }
    if queries.is_empty() {
        paint::line_ui(ui, top(&mut rest, ROW), Align2::LEFT_CENTER, about, BODY);
    }
    if let Some(table) = table {
        return table_ui(ui, rest, table, lists);
    }
    if let Some(legend) = legend {
        let wanted = TABLE_HEAD + GAP + ROW * legend.rows.len() as f32;
        if rest.height() > wanted + 160.0 {
            let below = bottom(&mut rest, wanted);
            bottom(&mut rest, GAP);
            table_ui(ui, below, legend, lists);
            return bare_graph_ui(ui, rest, graph, *graph_focused, lists);
        }
    }
    graph_ui(ui, rest, graph, *graph_focused, lists);
}

fn alerts_ui(ui: &mut Ui, place: Rect, alerts: &AlertsView, lists: &mut Lists<'_>) {
    let AlertsView {
        list,
        title,
        details,
        graph,
    } = alerts;
    let (list_place, mut rest) = split(place, list, 0.56);
    if let Some(list_place) = list_place {
        table_ui(ui, list_place, list, lists);
    }
    if let Some(graph) = graph.as_ref().filter(|_| rest.height() > 320.0) {
        let height = rest.height() * 0.42;
        let below = bottom(&mut rest, height);
        bottom(&mut rest, GAP);
        graph_ui(ui, below, graph, false, lists);
    }
    paint::text_ui(
        ui,
        top(&mut rest, ROW),
        Align2::LEFT_CENTER,
        title,
        BODY,
        Role::Muted,
    );
    details_ui(ui, rest, details);
}

fn clouds_ui(ui: &mut Ui, place: Rect, clouds: &CloudsView, lists: &mut Lists<'_>) {
    let CloudsView {
        list,
        filter,
        details,
    } = clouds;
    let mut rest = place;
    filter_ui(ui, &mut rest, filter);
    let (list_place, rest) = split(rest, list, 0.56);
    if let Some(list_place) = list_place {
        table_ui(ui, list_place, list, lists);
    }
    details_ui(ui, rest, details);
}

fn list_and_document_ui(
    ui: &mut Ui,
    place: Rect,
    list: &TableView,
    document: &DocumentView,
    share: f32,
    lists: &mut Lists<'_>,
) {
    let (list_place, rest) = split(place, list, share);
    if let Some(list_place) = list_place {
        table_ui(ui, list_place, list, lists);
    }
    document_ui(ui, rest, document, lists);
}

/// Divides the room between a list and what is chosen of it: side by side, or one below the other where it is narrow. A
/// list without columns is not shown.
fn split(place: Rect, list: &TableView, share: f32) -> (Option<Rect>, Rect) {
    let mut rest = place;
    if list.columns.is_empty() && list.rows.is_empty() {
        return (None, rest);
    }
    if place.width() >= SIDE_BY_SIDE {
        let list_place = left(&mut rest, place.width() * share);
        left(&mut rest, PAD);
        return (Some(list_place), rest);
    }
    let wanted = TABLE_HEAD + GAP + ROW * list.rows.len() as f32;
    let list_place = top(&mut rest, wanted.min(place.height() * 0.45));
    top(&mut rest, GAP);
    (Some(list_place), rest)
}
