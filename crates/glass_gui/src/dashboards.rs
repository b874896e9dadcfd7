//! Dashboards: the list of all, or one in its grid of 24 columns.

use crate::document::document_ui;
use crate::graph::graph_ui;
use crate::layout::{GRID_ROW, ROW, bottom, top};
use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::parts::filter_ui;
use crate::table::table_ui;
use crate::theme::{BODY, GAP, LARGE, PAD, SMALL, Theme};
use egui::{Align2, Pos2, Rect, Stroke, Ui, pos2, vec2};
use glass_core::{
    BandCell, BandView, DashboardView, DashboardsView, DataStateKind, Line, NumberView, PanelBody, PanelView,
    Role, Span,
};

/// Columns of a dashboard's grid.
const COLUMNS: f32 = 24.0;

/// Draws the list of dashboards, or one of them.
pub fn dashboards_ui(ui: &mut Ui, place: Rect, dashboards: &DashboardsView, lists: &mut Lists<'_>) {
    let DashboardsView {
        list,
        filter,
        dashboard,
    } = dashboards;
    let mut rest = place;
    if let Some(dashboard) = dashboard {
        return dashboard_ui(ui, rest, dashboard, lists);
    }
    filter_ui(ui, &mut rest, filter);
    table_ui(ui, rest, list, lists);
}

fn dashboard_ui(ui: &mut Ui, place: Rect, dashboard: &DashboardView, lists: &mut Lists<'_>) {
    let DashboardView {
        title,
        variables,
        chooser,
        panels,
        is_full,
        state,
    } = dashboard;
    let mut rest = place;
    paint::line_ui(ui, top(&mut rest, 28.0), Align2::LEFT_CENTER, title, LARGE);
    if !variables.is_empty() {
        paint::line_ui(ui, top(&mut rest, ROW), Align2::LEFT_CENTER, variables, BODY);
    }
    if let Some(chooser) = chooser {
        let below = bottom(&mut rest, place.height() * 0.4);
        table_ui(ui, below, chooser, lists);
    }
    if panels.is_empty() {
        return paint::state_ui(ui, rest, state);
    }
    if let (true, [only]) = (*is_full, panels.as_slice()) {
        return full_ui(ui, rest, only, lists);
    }
    for panel in panels {
        let at = grid_place(rest, panel);
        if at.min.y < rest.max.y {
            panel_ui(ui, at.intersect(rest), panel, lists);
        }
    }
    lists.wheel(ui, rest, None);
}

/// Where a panel stands.
fn grid_place(area: Rect, panel: &PanelView) -> Rect {
    let column = area.width() / COLUMNS;
    let place = panel.place;
    let left = area.min.x + column * f32::from(place.x);
    let above = area.min.y + GRID_ROW * f32::from(place.y);
    rect(
        left,
        above,
        column * f32::from(place.w) - GAP,
        GRID_ROW * f32::from(place.h) - GAP,
    )
}

/// A panel with its queries and notes below it.
fn full_ui(ui: &mut Ui, place: Rect, panel: &PanelView, lists: &mut Lists<'_>) {
    let mut rest = place;
    let wanted = ROW * panel.details.len() as f32;
    let mut below = bottom(&mut rest, wanted.min(place.height() * 0.4));
    for line in &panel.details {
        if below.height() < ROW {
            break;
        }
        paint::line_ui(ui, top(&mut below, ROW), Align2::LEFT_CENTER, line, SMALL);
    }
    panel_ui(ui, rest, panel, lists);
}

fn panel_ui(ui: &mut Ui, place: Rect, panel: &PanelView, lists: &mut Lists<'_>) {
    let PanelView {
        place: _,
        title,
        focused,
        body,
        details: _,
        state,
    } = panel;
    match body {
        PanelBody::Row(is_folded, n_panels) => {
            return row_ui(ui, place, title, *focused, *is_folded, *n_panels);
        }
        PanelBody::Graph(graph) => {
            let mut graph = graph.clone();
            title.clone_into(&mut graph.title);
            return graph_ui(ui, place, &graph, *focused, lists);
        }
        PanelBody::Table(table) => {
            let mut table = table.clone();
            title.clone_into(&mut table.title);
            table.focused = *focused;
            return table_ui(ui, place, &table, lists);
        }
        PanelBody::Text(document) => {
            let mut document = document.clone();
            title.clone_into(&mut document.title);
            document.focused = *focused;
            return document_ui(ui, place, &document, lists);
        }
        PanelBody::Numbers(_)
        | PanelBody::Bars(_)
        | PanelBody::Bands(_)
        | PanelBody::Lines(_)
        | PanelBody::Nothing(_) => {}
    }
    let ui = &mut paint::clipped(ui, place, "panel");
    paint::card(ui, place, *focused);
    let mut rest = place.shrink2(vec2(PAD, GAP));
    let head = top(&mut rest, 20.0);
    let right = paint::state_note_ui(ui, head.max.x, head.center().y, head.width() * 0.6, state);
    paint::text_ui(
        ui,
        head.with_max_x(right),
        Align2::LEFT_CENTER,
        title,
        BODY,
        Role::Strong,
    );
    let has_none = match body {
        PanelBody::Numbers(all) | PanelBody::Bars(all) => all.is_empty(),
        PanelBody::Bands(all) => all.is_empty(),
        PanelBody::Lines(all) => all.is_empty(),
        _ => false,
    };
    if has_none && state.kind != DataStateKind::Ready {
        return paint::state_ui(ui, rest, state);
    }
    match body {
        PanelBody::Numbers(all) => numbers_ui(ui, rest, all),
        PanelBody::Bars(all) => bars_ui(ui, rest, all),
        PanelBody::Bands(all) => bands_ui(ui, rest, all),
        PanelBody::Lines(lines) => lines_ui(ui, rest, lines, true),
        PanelBody::Nothing(lines) => lines_ui(ui, rest, lines, false),
        PanelBody::Row(..) | PanelBody::Graph(_) | PanelBody::Table(_) | PanelBody::Text(_) => {}
    }
}

fn row_ui(ui: &mut Ui, place: Rect, title: &str, focused: bool, is_folded: bool, n_panels: usize) {
    let sign = if is_folded { "▶" } else { "▼" };
    let mut line = vec![
        Span::new(
            format!("{sign} "),
            if focused { Role::Accent } else { Role::Muted },
        ),
        Span::new(title, Role::Strong),
    ];
    if is_folded {
        line.push(Span::new(format!("  {n_panels} panels"), Role::Muted));
    }
    let used = paint::line_ui(ui, place, Align2::LEFT_CENTER, &line, BODY);
    let from = used.max.x + PAD;
    let color = Theme::of(ui).border;
    ui.painter()
        .hline(from..=place.max.x, place.center().y, (1.0, color));
}

/// Large numbers side by side, each with its past below it and its share as a bar.
fn numbers_ui(ui: &mut Ui, place: Rect, all: &[NumberView]) {
    let n_fit = ((place.width() / 110.0) as usize).clamp(1, all.len().max(1));
    let n_rows = all.len().div_ceil(n_fit).max(1);
    let size = vec2(place.width() / n_fit as f32, place.height() / n_rows as f32);
    for (i, number) in all.iter().enumerate() {
        let corner = place.min + vec2((i % n_fit) as f32 * size.x, (i / n_fit) as f32 * size.y);
        number_ui(ui, Rect::from_min_size(corner, size).shrink(2.0), number);
    }
}

fn number_ui(ui: &mut Ui, place: Rect, number: &NumberView) {
    let NumberView {
        name,
        value,
        role,
        sign,
        share,
        limits: _,
        past,
    } = number;
    let mut rest = place;
    let color = Theme::of(ui).color(*role);
    if !past.is_empty() && rest.height() > 70.0 {
        let below = bottom(&mut rest, (place.height() * 0.3).min(60.0));
        past_ui(ui, below, past, color);
    }
    if let Some(share) = share
        && rest.height() > 40.0
    {
        share_ui(ui, bottom(&mut rest, 10.0), *share, color);
    }
    if !name.is_empty() && rest.height() > 40.0 {
        let below = bottom(&mut rest, 18.0);
        paint::text_ui(ui, below, Align2::CENTER_CENTER, name, SMALL, Role::Muted);
    }
    let text = match sign.as_str() {
        "" => value.clone(),
        sign => format!("{sign} {value}"),
    };
    let size = (rest.height() * 0.6).clamp(BODY, 40.0);
    let wide = paint::text_width(ui, &text, size).max(1.0);
    let size = (size * (rest.width() / wide).min(1.0)).max(BODY);
    paint::text_ui(ui, rest, Align2::CENTER_CENTER, &text, size, *role);
}

/// How a number was over time.
fn past_ui(ui: &Ui, place: Rect, past: &[Option<f64>], color: egui::Color32) {
    let step = place.width() / (past.len().max(2) - 1) as f32;
    let at = |(i, value): (usize, &Option<f64>)| -> Option<Pos2> {
        let value = (*value)?.clamp(0.0, 1.0) as f32;
        Some(pos2(
            place.min.x + step * i as f32,
            place.max.y - place.height() * value,
        ))
    };
    let points: Vec<Option<Pos2>> = past.iter().enumerate().map(at).collect();
    for run in points.split(Option::is_none) {
        let run: Vec<Pos2> = run.iter().flatten().copied().collect();
        if run.len() > 1 {
            ui.painter()
                .line(run, Stroke::new(1.5, color.gamma_multiply(0.7)));
        }
    }
}

fn share_ui(ui: &Ui, place: Rect, share: f64, color: egui::Color32) {
    let bar = rect(place.min.x, place.center().y - 3.0, place.width(), 6.0);
    ui.painter().rect_filled(bar, 3, Theme::of(ui).border);
    let filled = bar.with_max_x(bar.min.x + bar.width() * share.clamp(0.0, 1.0) as f32);
    ui.painter().rect_filled(filled, 3, color);
}

/// Bars below one another: name, bar, value.
fn bars_ui(ui: &mut Ui, place: Rect, all: &[NumberView]) {
    let mut rest = place;
    for number in all {
        if rest.height() < 18.0 {
            return;
        }
        let row = top(&mut rest, 22.0);
        let name = row.with_max_x(row.min.x + row.width() * 0.35);
        paint::text_ui(ui, name, Align2::LEFT_CENTER, &number.name, SMALL, Role::Normal);
        let value = row.with_min_x(row.max.x - row.width() * 0.2);
        let text = format!("{} {}", number.sign, number.value);
        paint::text_ui(ui, value, Align2::RIGHT_CENTER, text.trim(), BODY, number.role);
        let bar = Rect::from_min_max(
            pos2(name.max.x + GAP, row.min.y),
            pos2(value.min.x - GAP, row.max.y),
        );
        share_ui(
            ui,
            bar,
            number.share.unwrap_or(0.0),
            Theme::of(ui).color(number.role),
        );
    }
}

/// So high is the name of a band.
const BAND_NAME: f32 = 15.0;

/// Bands over time, the lowest at the bottom.
fn bands_ui(ui: &mut Ui, place: Rect, all: &[BandView]) {
    let height = (place.height() / all.len().max(1) as f32).min(26.0);
    // Where rows are lower than a text, every how many-th is named.
    let named = (BAND_NAME / height.max(1.0)).ceil() as usize;
    let widths = all.iter().map(|band| paint::text_width(ui, &band.name, SMALL));
    let names = (widths.fold(0.0, f32::max) + 2.0).min(place.width() * 0.3);
    let mut rest = place;
    for (nth, BandView { name, cells }) in all.iter().enumerate() {
        if rest.height() < height {
            return;
        }
        let row = bottom(&mut rest, height);
        let label = row.with_max_x(row.min.x + names);
        if nth % named.max(1) == 0 {
            let room = Rect::from_center_size(label.center(), vec2(label.width(), height.max(BAND_NAME)));
            paint::text_ui(ui, room, Align2::RIGHT_CENTER, name, SMALL, Role::Muted);
        }
        cells_ui(
            ui,
            row.with_min_x(label.max.x + GAP).shrink2(vec2(0.0, 1.0)),
            cells,
        );
    }
}

fn cells_ui(ui: &mut Ui, place: Rect, cells: &[BandCell]) {
    let theme = Theme::of(ui);
    let width = place.width() / cells.len().max(1) as f32;
    for (i, BandCell { amount, text, role }) in cells.iter().enumerate() {
        let Some(amount) = amount else { continue };
        // On whole points: where two of them met, their shades would add up.
        let [left, right] = [i, i + 1].map(|edge| (place.min.x + width * edge as f32).round());
        let cell = rect(left, place.min.y, right - left, place.height());
        let shade = 0.12 + 0.88 * amount.clamp(0.0, 1.0) as f32;
        ui.painter()
            .rect_filled(cell, 0, theme.color(*role).gamma_multiply(shade));
        if !text.is_empty() {
            let room = cell.with_max_x(place.max.x).with_min_x(cell.min.x + 3.0);
            paint::text_ui(ui, room, Align2::LEFT_CENTER, text, SMALL, Role::Strong);
        }
    }
}

/// Lines of text; of log lines the latest ones.
fn lines_ui(ui: &mut Ui, place: Rect, lines: &[Line], latest: bool) {
    let n_fit = (place.height() / 18.0) as usize;
    let first = if latest {
        lines.len().saturating_sub(n_fit)
    } else {
        0
    };
    let mut rest = place;
    for line in lines.iter().skip(first).take(n_fit) {
        paint::line_ui(ui, top(&mut rest, 18.0), Align2::LEFT_CENTER, line, SMALL);
    }
}
