//! What the pointer does on whatever has the window of time along it: it looks, selects, zooms and moves.
//!
//! - drawn over: selects a range; with the right button or alt: shows that part alone
//! - drawn with the middle button or shift: moves the window
//! - the wheel with ctrl, or a pinch: zooms around the pointer; the wheel sideways moves the window
//! - pressed twice: shows the range it is in alone, and elsewhere the window as it was at first

use crate::lists::Lists;
use egui::{CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2};
use glass_core::{Command, RangeView};

/// What the pointer does while it is drawn over a graph.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    Select,
    Zoom,
    Move,
}

/// A drag that goes on, and where it began and is, as places of the window.
#[derive(Clone, Copy, Debug)]
struct Going {
    drag: Drag,
    from: f64,
    to: f64,
}

/// How it stands between a graph and the pointer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pointed {
    /// Where the pointer is, unless it is drawn over something.
    pub hover: Option<Pos2>,
    /// Whether it is being drawn over the graph.
    pub is_drawing: bool,
}

/// Takes what the pointer does on `plot`; each frame tells how far a drag has come.
pub fn plot_pointer_ui(
    ui: &mut Ui,
    plot: Rect,
    salt: &str,
    range: Option<&RangeView>,
    lists: &mut Lists<'_>,
) -> Pointed {
    let id = ui
        .scope_id()
        .with(("select", salt, plot.min.x as i32, plot.min.y as i32));
    let response = ui.interact(plot, id, Sense::click_and_drag());
    look_ui(ui, plot, &response, lists);
    wheel_ui(ui, plot, &response, lists);
    let going = drag_ui(ui, plot, &response, lists);
    if response.double_clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let at = ratio(plot, at);
        let is_in_range = range.is_some_and(|range| (range.from..=range.to).contains(&at));
        lists.run(if is_in_range {
            Command::ZoomToRange
        } else {
            Command::ZoomReset
        });
    }
    Pointed {
        hover: response.hover_pos().filter(|_| going.is_none()),
        is_drawing: going.is_some_and(|drag| drag != Drag::Move),
    }
}

fn ratio(plot: Rect, at: Pos2) -> f64 {
    f64::from((at.x - plot.min.x) / plot.width().max(1.0)).clamp(0.0, 1.0)
}

/// Under the pointer stands the cursor of all graphs; it goes when the pointer leaves.
fn look_ui(ui: &Ui, plot: Rect, response: &Response, lists: &mut Lists<'_>) {
    let has_moved = ui.input(|input| input.pointer.delta() != Vec2::ZERO);
    let looked_at = looked_at();
    let was_here = ui.data(|data| data.get_temp(looked_at) == Some(response.id));
    match response.hover_pos().filter(|_| !response.dragged()) {
        Some(at) if has_moved => {
            lists.look(Some(ratio(plot, at)));
            ui.data_mut(|data| data.insert_temp(looked_at, response.id));
        }
        None if was_here && !response.dragged() => {
            lists.look(None);
            ui.data_mut(|data| data.remove::<Id>(looked_at));
        }
        _ => {}
    }
}

/// Where it is kept over what the pointer is.
fn looked_at() -> Id {
    Id::unique("looked at")
}

/// Whether the pointer is what put the cursor where it is.
pub(super) fn is_looking(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp::<Id>(looked_at()).is_some())
}

fn wheel_ui(ui: &Ui, plot: Rect, response: &Response, lists: &mut Lists<'_>) {
    let Some(at) = response.hover_pos() else { return };
    let (zoom, sideways) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta.x));
    if zoom != 1.0 && zoom > 0.0 {
        lists.zoom(ratio(plot, at), f64::from(1.0 / zoom));
    }
    if sideways != 0.0 {
        lists.pan(-f64::from(sideways / plot.width().max(1.0)));
    }
}

fn drag_ui(ui: &Ui, plot: Rect, response: &Response, lists: &mut Lists<'_>) -> Option<Drag> {
    let at = response.interact_pointer_pos()?;
    if response.drag_started() {
        let from = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
        let going = Going {
            drag: begun(ui, response),
            from: ratio(plot, from),
            to: ratio(plot, at),
        };
        ui.data_mut(|data| data.insert_temp(response.id, going));
    }
    let mut going: Going = ui.data(|data| data.get_temp(response.id))?;
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<Going>(response.id));
        if going.drag == Drag::Zoom {
            lists.zoom_to(going.from, going.to);
        }
        return None;
    }
    if response.dragged() && response.drag_delta() != Vec2::ZERO {
        going.to = ratio(plot, at);
        ui.data_mut(|data| data.insert_temp(response.id, going));
        match going.drag {
            Drag::Select | Drag::Zoom => lists.select(going.from, going.to),
            Drag::Move => lists.pan(-f64::from(response.drag_delta().x / plot.width().max(1.0))),
        }
    }
    ui.ctx().set_cursor_icon(match going.drag {
        Drag::Select => CursorIcon::ResizeHorizontal,
        Drag::Zoom => CursorIcon::ZoomIn,
        Drag::Move => CursorIcon::Grabbing,
    });
    Some(going.drag)
}

fn begun(ui: &Ui, response: &Response) -> Drag {
    let modifiers = ui.input(|input| input.modifiers);
    if response.dragged_by(PointerButton::Middle) || modifiers.shift {
        Drag::Move
    } else if response.dragged_by(PointerButton::Secondary) || modifiers.alt {
        Drag::Zoom
    } else {
        Drag::Select
    }
}
