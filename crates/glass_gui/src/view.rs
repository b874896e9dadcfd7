//! A whole view-model as egui widgets.

use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, LARGE, Theme};
use crate::{header, layout, logs, overlay, overview, timeline};
use egui::{Align2, Rect, Ui};
use glass_core::{Event, HalvesView, Role, Screen, ScreenView, ViewModel};

/// Draws a view-model over the whole of `window` and returns what the pointer or a screen reader asked for.
/// `terminal_command` is named where a screen is not in the window yet.
pub fn view_ui(ui: &mut Ui, window: Rect, model: &ViewModel, terminal_command: &str) -> Vec<Event> {
    let ViewModel {
        header,
        tabs,
        screen,
        halves,
        timeline,
        status,
        overlay,
        tour,
    } = model;
    let mut events = Vec::new();
    let parts = layout::parts(window);
    let ui = &mut paint::clipped(ui, window, "window");
    ui.painter().rect_filled(window, 0, Theme::of(ui).background);
    header::header_ui(ui, parts.header, header, &mut events);
    header::tabs_ui(ui, parts.tabs, tabs, terminal_command, &mut events);
    match halves {
        Some(halves) => halves_ui(ui, parts.main, screen, halves, terminal_command),
        None => screen_ui(ui, parts.main, screen, terminal_command),
    }
    timeline::timeline_ui(ui, parts.timeline, timeline, &mut events);
    header::status_ui(ui, parts.status, status);
    if let Some(tour) = tour {
        overlay::tour_ui(ui, parts.main, tour);
    }
    if let Some(overlay) = overlay {
        overlay::overlay_ui(ui, window, overlay, &mut events);
    }
    events
}

/// Two screens side by side, each below its title.
fn halves_ui(ui: &mut Ui, place: Rect, left: &ScreenView, halves: &HalvesView, terminal_command: &str) {
    let HalvesView {
        titles,
        right,
        right_has_keys,
    } = halves;
    let middle = place.center().x;
    let places = [
        place.with_max_x(middle - GAP / 2.0),
        place.with_min_x(middle + GAP / 2.0),
    ];
    let parts = [(left, !right_has_keys), (right, *right_has_keys)];
    for (nth, (view, has_keys)) in parts.into_iter().enumerate() {
        let place = places[nth];
        let title = rect(place.min.x, place.min.y, place.width(), 24.0);
        let role = if has_keys { Role::Accent } else { Role::Muted };
        paint::text_ui(ui, title, Align2::LEFT_CENTER, &titles[nth], BODY, role);
        screen_ui(ui, place.with_min_y(title.max.y), view, terminal_command);
    }
}

fn screen_ui(ui: &mut Ui, place: Rect, screen: &ScreenView, terminal_command: &str) {
    match screen {
        ScreenView::Overview(overview) => overview::overview_ui(ui, place, overview),
        ScreenView::Metrics(_) => elsewhere_ui(ui, place, Screen::Metrics, terminal_command),
        ScreenView::Logs(logs) => logs::logs_ui(ui, place, logs),
        ScreenView::Alerts(_) => elsewhere_ui(ui, place, Screen::Alerts, terminal_command),
        ScreenView::Changes(_) => elsewhere_ui(ui, place, Screen::Changes, terminal_command),
        ScreenView::Incidents(_) => elsewhere_ui(ui, place, Screen::Incidents, terminal_command),
        ScreenView::Timeline(_) => elsewhere_ui(ui, place, Screen::Timeline, terminal_command),
        ScreenView::Dashboards(_) => elsewhere_ui(ui, place, Screen::Dashboards, terminal_command),
        ScreenView::Clouds(_) => elsewhere_ui(ui, place, Screen::Clouds, terminal_command),
    }
}

/// Says honestly that a screen is not here, and where it is.
fn elsewhere_ui(ui: &mut Ui, place: Rect, screen: Screen, terminal_command: &str) {
    paint::card(ui, place, false);
    let middle = place.center().y;
    let row = |offset: f32| rect(place.min.x + 20.0, middle + offset, place.width() - 40.0, 26.0);
    paint::text_ui(
        ui,
        row(-44.0),
        Align2::CENTER_CENTER,
        screen.title(),
        LARGE,
        Role::Strong,
    );
    let text = header::elsewhere(screen, terminal_command);
    paint::text_ui(ui, row(-14.0), Align2::CENTER_CENTER, &text, BODY, Role::Normal);
    let back = "The timeline below goes on; key 1 or the tab leads back to the overview";
    paint::text_ui(ui, row(14.0), Align2::CENTER_CENTER, back, BODY, Role::Muted);
}
