//! The overview: how far the incident has come, alerts, changes, and the panels that matter.

use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::theme::{BODY, LARGE, SMALL, Theme};
use crate::{graph, layout, table};
use egui::{Align2, Rect, Ui, vec2};
use glass_core::{OverviewView, Phase, Role};

/// Draws the overview.
pub fn overview_ui(ui: &mut Ui, place: Rect, overview: &OverviewView, lists: &mut Lists<'_>) {
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
    let color = Theme::of(ui).color(phase_role(*phase));
    let bar = rect(top.min.x, top.min.y + 6.0, 4.0, top.height() - 16.0);
    ui.painter().rect_filled(bar, 2, color);
    let texts = Rect::from_min_max(top.min + vec2(16.0, 4.0), top.max - vec2(0.0, 8.0));
    let upper = rect(texts.min.x, texts.min.y, texts.width(), 24.0);
    let lower = rect(texts.min.x, texts.min.y + 24.0, texts.width(), 20.0);
    let upper = if last_word.is_empty() { texts } else { upper };
    paint::line_ui(ui, upper, Align2::LEFT_CENTER, headline, LARGE);
    if *n_more_panels > 0 {
        let text = format!("+{n_more_panels} panels in a larger window");
        let at = rect(top.min.x, top.max.y - 22.0, top.width(), 18.0);
        paint::text_ui(ui, at, Align2::RIGHT_CENTER, &text, SMALL, Role::Muted);
    }
    let lower = lower.with_max_x(lower.max.x - if *n_more_panels > 0 { 240.0 } else { 0.0 });
    paint::line_ui(ui, lower, Align2::LEFT_CENTER, last_word, BODY);
    table::table_ui(ui, parts.alerts, alerts, lists);
    table::table_ui(ui, parts.changes, changes, lists);
    let places = layout::panel_grid(parts.panels, panels.len());
    for (index, (panel, at)) in panels.iter().zip(places).enumerate() {
        graph::graph_ui(ui, at, panel, *focused_panel == Some(index), lists);
    }
}

/// The colour of a phase; the headline says it in words and by a shape.
fn phase_role(phase: Phase) -> Role {
    match phase {
        Phase::Calm | Phase::Over => Role::Ok,
        Phase::Building | Phase::Recovering => Role::Warning,
        Phase::Firing => Role::Critical,
    }
}
