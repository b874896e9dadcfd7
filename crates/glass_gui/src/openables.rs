//! What is open and what can be opened, as a tree at the left: sessions with their screens, recordings, clouds with the
//! clusters they run on.

use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, PAD, SMALL, Theme};
use crate::view::{Drawing, Drawn, Wish};
use egui::{Align2, CursorIcon, Id, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, accesskit, vec2};
use glass_core::{Command, Event, Openable, OpenableKind, Role, Tab};

const ROW: f32 = 24.0;
const INDENT: f32 = 16.0;

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// Its name.
    pub name: String,
    /// `LIVE` or `REPLAY`.
    pub badge: String,
    /// Whether it is looked at.
    pub is_current: bool,
    /// Whether it stands beside the one that is looked at.
    pub is_beside: bool,
}

/// Draws the tree.
pub(crate) fn openables_ui(ui: &mut Ui, place: Rect, drawing: &Drawing<'_>, drawn: &mut Drawn) {
    let ui = &mut paint::clipped(ui, place, "openables");
    ui.painter().rect_filled(place, 0, Theme::of(ui).surface);
    let inner = place.shrink2(vec2(GAP, GAP));
    let mut child = paint::clipped(ui, inner, "rows");
    ScrollArea::vertical()
        .id_salt("openables")
        .show(&mut child, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if !drawing.open.is_empty() {
                heading_ui(ui, "Open");
                let is_alone = drawing.open.len() == 1;
                for (nth, session) in drawing.open.iter().enumerate() {
                    session_ui(ui, (nth, session), is_alone, drawing, drawn);
                }
            }
            let all = &drawing.model.openables;
            for (kind, title) in [
                (OpenableKind::Recording, "Recordings"),
                (OpenableKind::Cloud, "Clouds"),
            ] {
                if all.iter().any(|one| one.kind == kind) {
                    heading_ui(ui, title);
                }
                for one in all.iter().filter(|one| one.kind == kind) {
                    openable_ui(ui, one, drawn);
                }
            }
            if all.is_empty() {
                heading_ui(ui, "Recordings and clouds");
                let row = next_row(ui);
                paint::text_ui(ui, row, Align2::LEFT_CENTER, "looking …", SMALL, Role::Muted);
            }
        });
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(GAP);
    let row = next_row(ui);
    paint::text_ui(ui, row, Align2::LEFT_CENTER, text, SMALL, Role::Muted);
}

fn next_row(ui: &mut Ui) -> Rect {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    row.shrink2(vec2(GAP, 0.0))
}

/// What a row of the tree says.
struct RowOf<'a> {
    sign: (&'a str, Role),
    text: &'a str,
    role: Role,
    is_chosen: bool,
    depth: f32,
    /// What a press does.
    does: &'a str,
}

/// A row that can be pressed. `right` is the room at its right end that something else takes.
fn row_ui(ui: &mut Ui, id: Id, row: &RowOf<'_>, right: f32) -> (Rect, Response) {
    let place = next_row(ui);
    let pressed = place.with_max_x(place.max.x - right);
    let response = ui
        .interact(pressed, id, Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    let name = format!("{}: {}", row.does, row.text);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &name));
    let theme = Theme::of(ui);
    let ground = place.expand2(vec2(GAP, 0.0));
    if row.is_chosen {
        ui.painter().rect_filled(ground, 4, theme.selection);
    } else if response.hovered() {
        ui.painter().rect_filled(ground, 4, theme.raised);
    }
    let (sign, role) = row.sign;
    let left = place.min.x + row.depth * INDENT;
    let sign_place = rect(left, place.min.y, 14.0, ROW);
    paint::paint_text(
        ui,
        sign_place,
        Align2::CENTER_CENTER,
        sign,
        SMALL,
        theme.color(role),
    );
    let text_place = rect(left + 18.0, place.min.y, pressed.max.x - left - 18.0, ROW);
    let color = theme.color(row.role);
    paint::paint_text(ui, text_place, Align2::LEFT_CENTER, row.text, BODY, color);
    let is_cut = paint::text_width(ui, row.text, BODY) > text_place.width();
    match is_cut {
        true => (place, response.on_hover_text(row.text)),
        false => (place, response),
    }
}

/// An open session, and below it its screens if it is the one that is looked at.
fn session_ui(
    ui: &mut Ui,
    (nth, session): (usize, &OpenSession),
    is_alone: bool,
    drawing: &Drawing<'_>,
    drawn: &mut Drawn,
) {
    let OpenSession {
        name,
        badge,
        is_current,
        is_beside,
    } = session;
    let is_live = badge == "LIVE";
    let row = RowOf {
        sign: match is_live {
            true => ("●", Role::Ok),
            false => ("▶", Role::Accent),
        },
        text: name,
        role: Role::Strong,
        is_chosen: *is_current || *is_beside,
        depth: 0.0,
        does: "Look at",
    };
    let buttons = if is_alone { 0.0 } else { 2.0 * ROW };
    let (place, response) = row_ui(ui, ui.scope_id().with(("session", nth)), &row, buttons);
    if response.clicked() {
        drawn.wishes.push(Wish::Switch(nth));
    }
    if !is_alone {
        let at = |from_right: f32| rect(place.max.x - from_right * ROW, place.min.y, ROW, ROW).shrink(2.0);
        let beside = match is_beside {
            true => "No longer beside",
            false => "Beside this one, aligned at the start",
        };
        if !is_current && small_button_ui(ui, at(2.0), "│", beside, (nth, 0)) {
            drawn.wishes.push(Wish::Compare(nth));
        }
        if small_button_ui(ui, at(1.0), "×", "Close", (nth, 1)) {
            drawn.wishes.push(Wish::Close(nth));
        }
    }
    if *is_current {
        for tab in &drawing.model.tabs {
            screen_row_ui(ui, tab, drawn);
        }
    }
}

fn screen_row_ui(ui: &mut Ui, tab: &Tab, drawn: &mut Drawn) {
    let Tab {
        key,
        title,
        screen,
        active,
        badge,
    } = tab;
    let row = RowOf {
        sign: (key, Role::Muted),
        text: title,
        role: if *active { Role::Accent } else { Role::Normal },
        is_chosen: false,
        depth: 1.0,
        does: "Show",
    };
    let (place, response) = row_ui(ui, ui.scope_id().with(("tree screen", screen.title())), &row, 0.0);
    if !badge.is_empty() {
        let color = Theme::of(ui).color(Role::Critical);
        paint::paint_text(ui, place, Align2::RIGHT_CENTER, badge, SMALL, color);
    }
    if response.clicked() {
        drawn.events.push(Event::Command(Command::Show(*screen)));
    }
}

fn small_button_ui(ui: &mut Ui, place: Rect, sign: &str, does: &str, salt: (usize, u8)) -> bool {
    let response = ui
        .interact(
            place,
            ui.scope_id().with(("session button", salt)),
            Sense::click(),
        )
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, does));
    let theme = Theme::of(ui);
    if response.hovered() {
        ui.painter().rect_filled(place, 4, theme.raised);
    }
    let color = theme.color(if response.hovered() {
        Role::Strong
    } else {
        Role::Muted
    });
    paint::paint_text(ui, place, Align2::CENTER_CENTER, sign, BODY, color);
    response.on_hover_text(does).clicked()
}

/// Something that can be opened, and the clusters it runs on.
fn openable_ui(ui: &mut Ui, one: &Openable, drawn: &mut Drawn) {
    let Openable {
        id,
        name,
        kind: _,
        sign,
        role,
        about,
        sites,
    } = one;
    let (mark, words) = sign.split_once(' ').unwrap_or((sign, ""));
    let row = RowOf {
        sign: (mark, *role),
        text: name,
        role: Role::Normal,
        is_chosen: false,
        depth: 0.0,
        does: "Open",
    };
    let folds = sites.len() > 1;
    let (place, response) = row_ui(
        ui,
        ui.scope_id().with(("openable", id)),
        &row,
        if folds { ROW } else { 0.0 },
    );
    paint::describe(ui, &response, &format!("{words} {about}"));
    if response.clicked() {
        drawn.events.push(Event::Bring(id.clone()));
    }
    response.on_hover_text(format!("{words}\n{about}").trim());
    if !folds {
        return;
    }
    let unfolded = ui.scope_id().with(("unfolded", id));
    let is_open = ui.data(|data| data.get_temp(unfolded).unwrap_or(false));
    let at = rect(place.max.x - ROW, place.min.y, ROW, ROW).shrink(2.0);
    let toggle = ui.interact(at, ui.scope_id().with(("fold", id)), Sense::click());
    let does = format!("Clusters of {name}");
    toggle.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &does));
    let color = Theme::of(ui).color(Role::Muted);
    let sign = if is_open { "▼" } else { "▶" };
    paint::paint_text(ui, at, Align2::CENTER_CENTER, sign, SMALL, color);
    if toggle.on_hover_text(does).clicked() {
        ui.data_mut(|data| data.insert_temp(unfolded, !is_open));
    }
    if is_open {
        for site in sites {
            let row = next_row(ui);
            let row = row.with_min_x(row.min.x + INDENT + PAD);
            paint::text_ui(ui, row, Align2::LEFT_CENTER, site, SMALL, Role::Muted);
        }
    }
}

/// Between two sessions that are compared: how long ago their incidents began. Returns whether comparing is to end.
pub(crate) fn alignment_ui(ui: &mut Ui, window: Rect, since_nanos: i64) -> bool {
    let secs = since_nanos / 1_000_000_000;
    let sign = if secs < 0 { "−" } else { "+" };
    let secs = secs.unsigned_abs();
    let time = format!("T {sign}{}:{:02}", secs / 60, secs % 60);
    let width = paint::text_width(ui, &time, BODY) + ROW + 2.0 * PAD;
    // In the bottom line of the left one, where it hides nothing.
    let place = rect(window.center().x - width - PAD, window.max.y - 30.0, width, 28.0);
    let theme = Theme::of(ui);
    let stroke = egui::Stroke::new(1.0, theme.border);
    ui.painter()
        .rect(place, 14, theme.raised, stroke, egui::StrokeKind::Inside);
    let text = place.with_max_x(place.max.x - ROW);
    let shown = paint::text_ui(ui, text, Align2::CENTER_CENTER, &time, BODY, Role::Accent);
    let hover = paint::label(ui, shown, "both are so far from the start of their incidents");
    hover.on_hover_text("both are so far from the start of their incidents");
    let close = rect(place.max.x - ROW - 4.0, place.min.y + 2.0, ROW, ROW);
    small_button_ui(ui, close, "×", "No longer side by side", (usize::MAX, 2))
}
