//! The top line with the buttons that move time, the tabs under it, and the bottom line.

use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, LARGE, PAD, SMALL, Theme};
use egui::{Align2, CursorIcon, Painter, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};
use glass_core::{Command, Event, Header, Preset, Role, StatusView, Tab};

const BUTTON: f32 = 30.0;
const SIDE: f32 = 26.0;

/// Draws the top line.
pub fn header_ui(ui: &mut Ui, place: Rect, header: &Header, events: &mut Vec<Event>) {
    let Header {
        name,
        cloud,
        badge,
        playhead,
        motion,
        playing,
        warning,
    } = header;
    let ui = &mut paint::clipped(ui, place, "header");
    let middle = place.center().y;
    let clock = rect(place.min.x, place.min.y, place.width() - PAD, place.height());
    let clock = paint::text_ui(ui, clock, Align2::RIGHT_CENTER, playhead, LARGE, Role::Strong);
    let moving = if *playing { Role::Accent } else { Role::Muted };
    // As wide as the longest text, so that the buttons stay where they are when time begins to move.
    let motion_width = paint::text_width(ui, motion, BODY).max(90.0);
    let motion_place = rect(
        clock.min.x - PAD - motion_width,
        place.min.y,
        motion_width,
        place.height(),
    );
    motion_ui(ui, motion_place, motion, moving);
    let buttons = transport_ui(ui, motion_place.min.x - PAD, middle, *playing, events);
    let left_end = (place.min.x + place.width() * 0.32).min(buttons - PAD);
    let badge = paint::pill_ui(ui, place.min.x + PAD, middle, badge, Role::Accent);
    let mut x = badge.max.x + PAD;
    for (text, size, role) in [(name, LARGE, Role::Strong), (cloud, BODY, Role::Muted)] {
        let room = rect(x, place.min.y, left_end - x, place.height());
        x = paint::text_ui(ui, room, Align2::LEFT_CENTER, text, size, role)
            .max
            .x
            + PAD;
    }
    warning_ui(
        ui,
        rect(x, place.min.y, buttons - x - PAD, place.height()),
        warning,
    );
}

/// How time moves. Its sign stands on the button already, and few fonts of a picture's reader have it.
fn motion_ui(ui: &mut Ui, place: Rect, motion: &str, role: Role) {
    let words = motion.trim_start_matches(['⏸', '▶', ' ']);
    let color = Theme::of(ui).color(role);
    let painted = paint::paint_text(ui, place, Align2::RIGHT_CENTER, words, BODY, color);
    paint::label(ui, painted, motion);
}

/// What is damaged or missing; where there is no room, its sign alone, with the text under the pointer.
fn warning_ui(ui: &mut Ui, place: Rect, warning: &str) {
    if warning.is_empty() {
        return;
    }
    let sign = pos2(place.min.x + 8.0, place.center().y);
    let stroke = Stroke::new(1.5, Theme::of(ui).color(Role::Warning));
    ui.painter()
        .add(Shape::closed_line(paint::triangle(sign, 7.0), stroke));
    ui.painter()
        .line_segment([sign - vec2(0.0, 2.5), sign + vec2(0.0, 2.0)], stroke);
    let room = place.with_min_x(sign.x + 14.0);
    if room.width() > 40.0 {
        paint::text_ui(ui, room, Align2::LEFT_CENTER, warning, SMALL, Role::Warning);
    } else {
        paint::label(ui, Rect::from_center_size(sign, vec2(18.0, 18.0)), warning).on_hover_text(warning);
    }
}

/// The buttons that move time, ending at `right`; returns their left edge.
fn transport_ui(ui: &mut Ui, right: f32, middle: f32, playing: bool, events: &mut Vec<Event>) -> f32 {
    let commands = [
        Command::SeekStart,
        Command::StepBack,
        Command::PlayPause,
        Command::StepForward,
        Command::SeekEnd,
        Command::Slower,
        Command::Faster,
    ];
    let left = right - commands.len() as f32 * BUTTON;
    for (index, command) in commands.into_iter().enumerate() {
        let place = rect(
            left + index as f32 * BUTTON,
            middle - BUTTON / 2.0,
            BUTTON,
            BUTTON,
        )
        .shrink(1.0);
        if icon_button_ui(ui, place, command, playing) {
            events.push(Event::Command(command));
        }
    }
    left
}

/// A button for a command, named and explained by the registry. Returns whether it was pressed.
fn icon_button_ui(ui: &mut Ui, place: Rect, command: Command, playing: bool) -> bool {
    let spec = command.spec();
    let theme = Theme::of(ui);
    let response = ui
        .interact(place, ui.scope_id().with(("command", spec.id)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, spec.title));
    if response.hovered() {
        ui.painter().rect_filled(place, 5, theme.raised);
    }
    let main = command == Command::PlayPause;
    let color = theme.color(if main { Role::Accent } else { Role::Normal });
    let radius = if main { 7.0 } else { 5.0 };
    draw_icon(ui.painter(), place, command, playing, radius, color);
    let clicked = response.clicked();
    response.on_hover_text(format!("{} ({}): {}", spec.title, spec.keys_text(), spec.doc));
    clicked
}

fn draw_icon(
    painter: &Painter,
    place: Rect,
    command: Command,
    playing: bool,
    radius: f32,
    color: egui::Color32,
) {
    let middle = place.center();
    let arrow = |x: f32, forward: bool| {
        let tip = if forward { radius } else { -radius };
        let points = [(-tip * 0.7, -radius), (tip, 0.0), (-tip * 0.7, radius)]
            .map(|(dx, dy)| middle + vec2(x + dx, dy))
            .to_vec();
        Shape::convex_polygon(points, color, Stroke::NONE)
    };
    let bar = |x: f32, width: f32| {
        let size = vec2(width, 2.0 * radius);
        Shape::rect_filled(Rect::from_center_size(middle + vec2(x, 0.0), size), 1, color)
    };
    match command {
        Command::PlayPause if playing => painter.extend([bar(-3.5, 4.0), bar(3.5, 4.0)]),
        Command::PlayPause => painter.extend([arrow(0.0, true)]),
        Command::SeekStart => painter.extend([bar(-6.0, 2.0), arrow(1.0, false)]),
        Command::SeekEnd => painter.extend([arrow(-1.0, true), bar(6.0, 2.0)]),
        Command::StepBack => painter.extend([arrow(-2.5, false), bar(4.5, 2.0)]),
        Command::StepForward => painter.extend([bar(-4.5, 2.0), arrow(2.5, true)]),
        Command::Slower => painter.extend([arrow(-4.0, false), arrow(4.0, false)]),
        _ => painter.extend([arrow(-4.0, true), arrow(4.0, true)]),
    }
}

/// How wide a tab is.
pub fn tab_width(ui: &Ui, tab: &Tab) -> f32 {
    let [key, title, badge] =
        [&tab.key, &tab.title, &tab.badge].map(|text| paint::text_width(ui, text, BODY));
    let badge = if tab.badge.is_empty() {
        0.0
    } else {
        badge + 14.0 + GAP
    };
    key.max(10.0) + 8.0 + GAP + title + 2.0 + badge + 2.0 * PAD
}

/// Draws a tab, which is `in_front` of the others of its bar or not.
pub fn tab_ui(ui: &Ui, place: Rect, tab: &Tab, in_front: bool, response: &egui::Response) {
    let Tab {
        key,
        title,
        screen: _,
        active,
        badge,
    } = tab;
    let theme = Theme::of(ui);
    let widths = [key, title, badge].map(|text| paint::text_width(ui, text, BODY));
    if response.hovered() {
        ui.painter()
            .rect_filled(place.shrink2(vec2(2.0, 4.0)), 5, theme.raised);
    }
    if in_front {
        let line = rect(
            place.min.x + GAP,
            place.max.y - 3.0,
            place.width() - 2.0 * GAP,
            3.0,
        );
        let role = if *active { Role::Accent } else { Role::Muted };
        ui.painter().rect_filled(line, 1, theme.color(role));
    }
    let key_width = widths[0].max(10.0) + 8.0;
    let key_place = rect(place.min.x + PAD, place.center().y - 9.0, key_width, 18.0);
    let stroke = Stroke::new(1.0, theme.border);
    ui.painter()
        .rect_stroke(key_place, 3, stroke, egui::StrokeKind::Inside);
    let muted = theme.color(Role::Muted);
    paint::paint_text(ui, key_place, Align2::CENTER_CENTER, key, SMALL, muted);
    let color = theme.color(if in_front { Role::Strong } else { Role::Muted });
    let title_place = rect(
        key_place.max.x + GAP,
        place.min.y,
        widths[1] + 2.0,
        place.height(),
    );
    paint::paint_text(ui, title_place, Align2::LEFT_CENTER, title, BODY, color);
    if !badge.is_empty() {
        let at = rect(
            title_place.max.x + GAP,
            place.center().y - 9.0,
            widths[2] + 12.0,
            18.0,
        );
        let critical = theme.color(Role::Critical);
        let stroke = Stroke::new(1.0, critical);
        ui.painter().rect_stroke(at, 9, stroke, egui::StrokeKind::Inside);
        paint::paint_text(ui, at, Align2::CENTER_CENTER, badge, SMALL, critical);
    }
    name_tab(ui, response, tab);
}

fn name_tab(ui: &Ui, response: &egui::Response, tab: &Tab) {
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Tab, true, &tab.title));
    let mut about = format!("key {}", tab.key);
    if !tab.badge.is_empty() {
        about.push_str(&format!("; {}", tab.badge));
    }
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(about);
        node.set_selected(tab.active);
    });
}

/// The bottom line: the message, the keys of most use as far as there is room, and how the room can be shared.
pub fn status_ui(ui: &mut Ui, place: Rect, status: &StatusView, events: &mut Vec<Event>) {
    let StatusView {
        message,
        pending,
        hints,
    } = status;
    let ui = &mut paint::clipped(ui, place, "status");
    let theme = Theme::of(ui);
    ui.painter().rect_filled(place, 0, theme.surface);
    ui.painter()
        .hline(place.x_range(), place.min.y + 0.5, (1.0, theme.border));
    let mut inner = place.shrink2(vec2(PAD, 0.0));
    inner.max.x = presets_ui(ui, inner, events) - PAD;
    let mut x = inner.min.x;
    if !pending.is_empty() {
        x = paint::key_ui(ui, x, place.center().y, pending, Role::Accent)
            .max
            .x
            + 2.0 * PAD;
    } else if !message.is_empty() {
        let room = rect(x, place.min.y, inner.width() * 0.6, place.height());
        x = paint::line_ui(ui, room, Align2::LEFT_CENTER, message, BODY).max.x + 2.0 * PAD;
    }
    for (key, text) in hints {
        let needed =
            paint::text_width(ui, key, SMALL).max(10.0) + 8.0 + GAP + paint::text_width(ui, text, SMALL);
        if x + needed > inner.max.x {
            break;
        }
        let key_place = paint::key_ui(ui, x, place.center().y, key, Role::Accent);
        let room = rect(
            key_place.max.x + GAP,
            place.min.y,
            inner.max.x - key_place.max.x,
            place.height(),
        );
        x = paint::text_ui(ui, room, Align2::LEFT_CENTER, text, SMALL, Role::Muted)
            .max
            .x
            + PAD;
    }
}

/// At the right end the arrangements to choose from, and what stands at the sides; returns the left edge of what was
/// drawn.
fn presets_ui(ui: &mut Ui, place: Rect, events: &mut Vec<Event>) -> f32 {
    if place.width() < 900.0 {
        return place.max.x;
    }
    let mut right = place.max.x;
    for command in [Command::ToggleDetails, Command::ToggleTree] {
        let at = rect(right - SIDE, place.min.y + 6.0, SIDE, place.height() - 12.0);
        let color = foot_button_ui(ui, at, command, events);
        draw_side(ui.painter(), at, command == Command::ToggleTree, color);
        right = at.min.x;
    }
    right -= GAP;
    for preset in Preset::ALL.into_iter().rev() {
        let width = paint::text_width(ui, preset.title(), SMALL) + 2.0 * GAP;
        let at = rect(right - width, place.min.y + 6.0, width, place.height() - 12.0);
        let color = foot_button_ui(ui, at, Command::Arrange(preset), events);
        paint::paint_text(ui, at, Align2::CENTER_CENTER, preset.title(), SMALL, color);
        right = at.min.x;
    }
    right
}

/// The ground of a button in the bottom line, named and explained by the registry; returns the colour of its sign.
fn foot_button_ui(ui: &mut Ui, at: Rect, command: Command, events: &mut Vec<Event>) -> egui::Color32 {
    let spec = command.spec();
    let response = ui
        .interact(at, ui.scope_id().with(("foot", spec.id)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, spec.title));
    let theme = Theme::of(ui);
    let is_hovered = response.hovered();
    if is_hovered {
        ui.painter().rect_filled(at, 4, theme.raised);
    }
    let keys = spec.keys_text();
    let keys = if keys.is_empty() {
        keys
    } else {
        format!(" ({keys})")
    };
    if response
        .on_hover_text(format!("{}{keys}: {}", spec.title, spec.doc))
        .clicked()
    {
        events.push(Event::Command(command));
    }
    theme.color(if is_hovered { Role::Strong } else { Role::Muted })
}

/// A window with one of its sides filled.
fn draw_side(painter: &Painter, at: Rect, is_left: bool, color: egui::Color32) {
    let frame = Rect::from_center_size(at.center(), vec2(15.0, 12.0));
    painter.rect_stroke(frame, 2, Stroke::new(1.2, color), egui::StrokeKind::Inside);
    let side = match is_left {
        true => frame.with_max_x(frame.min.x + 5.0),
        false => frame.with_min_x(frame.max.x - 5.0),
    };
    painter.rect_filled(side, 1, color);
}
