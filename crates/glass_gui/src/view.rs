//! A whole view-model as egui widgets.

use crate::lists::Lists;
use crate::paint::{self, rect};
use crate::screens::screen_ui;
use crate::theme::{BODY, GAP, Theme};
use crate::{header, layout, overlay, timeline};
use egui::{Align2, Rect, Ui};
use glass_core::{Event, HalvesView, Role, ScreenView, ViewModel};

/// Draws a view-model over the whole of `window` and returns what the pointer or a screen reader asked for.
pub fn view_ui(ui: &mut Ui, window: Rect, model: &ViewModel) -> Vec<Event> {
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
    let parts = layout::parts(window, timeline.is_tall);
    let ui = &mut paint::clipped(ui, window, "window");
    ui.painter().rect_filled(window, 0, Theme::of(ui).background);
    header::header_ui(ui, parts.header, header, &mut events);
    header::tabs_ui(ui, parts.tabs, tabs, &mut events);
    match halves {
        Some(halves) => halves_ui(ui, parts.main, screen, halves, &mut events),
        None => screen_ui(ui, parts.main, screen, &mut Lists::of(screen, false, &mut events)),
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
fn halves_ui(ui: &mut Ui, place: Rect, left: &ScreenView, halves: &HalvesView, events: &mut Vec<Event>) {
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
        let below = place.with_min_y(title.max.y);
        let ui = &mut paint::clipped(ui, below, if nth == 0 { "left" } else { "right" });
        screen_ui(ui, below, view, &mut Lists::of(view, nth == 1, events));
    }
}
