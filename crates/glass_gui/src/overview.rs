//! The overview: how far the incident has come, alerts, changes, and the panels that matter.

use crate::paint::{self, rect};
use crate::theme::{BODY, LARGE, PAD, SMALL, Theme};
use crate::{graph, layout, table};
use egui::{Align2, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use glass_core::{OverviewView, Phase, Role};

/// Draws the overview.
pub fn overview_ui(ui: &mut Ui, place: Rect, overview: &OverviewView) {
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
    let parts = layout::overview(place);
    let top = parts.headline;
    draw_phase(ui, pos2(top.min.x + 18.0, top.center().y - 2.0), *phase);
    let texts = Rect::from_min_max(top.min + vec2(44.0, 4.0), top.max - vec2(0.0, 8.0));
    let upper = rect(texts.min.x, texts.min.y, texts.width(), 24.0);
    let lower = rect(texts.min.x, texts.min.y + 24.0, texts.width(), 20.0);
    let upper = if last_word.is_empty() { texts } else { upper };
    paint::line_ui(ui, upper, Align2::LEFT_CENTER, headline, LARGE);
    if *n_more_panels > 0 {
        let text = format!("{n_more_panels} more panels in a larger window");
        let at = rect(top.min.x, top.max.y - 22.0, top.width(), 18.0);
        paint::text_ui(ui, at, Align2::RIGHT_CENTER, &text, SMALL, Role::Muted);
    }
    let lower = lower.with_max_x(lower.max.x - if *n_more_panels > 0 { 240.0 } else { 0.0 });
    paint::line_ui(ui, lower, Align2::LEFT_CENTER, last_word, BODY);
    table::table_ui(ui, parts.alerts, alerts);
    table::table_ui(ui, parts.changes, changes);
    let places = layout::panel_grid(parts.panels, panels.len());
    for (index, (panel, at)) in panels.iter().zip(places).enumerate() {
        graph::graph_ui(ui, at, panel, *focused_panel == Some(index));
    }
}

/// The shape of a phase; the headline says it in words.
fn draw_phase(ui: &Ui, middle: Pos2, phase: Phase) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let radius = PAD;
    let shapes = |role: Role, shapes: Vec<Shape>| {
        let color = theme.color(role).gamma_multiply(0.18);
        painter.circle_filled(middle, radius + 4.0, color);
        painter.extend(shapes);
    };
    let stroke = |role: Role| Stroke::new(2.0, theme.color(role));
    let check = |role: Role| {
        let points = [(-6.0, 0.5), (-1.8, 4.8), (6.5, -4.5)].map(|(x, y)| middle + vec2(x, y));
        Shape::line(points.to_vec(), stroke(role))
    };
    match phase {
        Phase::Calm => shapes(Role::Muted, vec![Shape::circle_stroke(middle, 6.0, stroke(Role::Muted))]),
        Phase::Building => shapes(
            Role::Warning,
            vec![Shape::closed_line(paint::triangle(middle, 8.0), stroke(Role::Warning))],
        ),
        Phase::Firing => {
            let color = theme.color(Role::Critical);
            let triangle = Shape::convex_polygon(paint::triangle(middle, 9.0), color, Stroke::NONE);
            shapes(Role::Critical, vec![triangle]);
        }
        Phase::Recovering => {
            let points = [(-7.0, 3.0), (-2.0, -2.0), (1.5, 1.5), (7.0, -5.0)].map(|(x, y)| middle + vec2(x, y));
            shapes(Role::Warning, vec![Shape::line(points.to_vec(), stroke(Role::Warning))]);
        }
        Phase::Over => shapes(Role::Ok, vec![check(Role::Ok)]),
    }
}
