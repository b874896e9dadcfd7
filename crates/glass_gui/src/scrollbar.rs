//! A scrollbar over what the core shows a part of: it stands for all of it, and asks for another part.

use crate::paint::rect;
use crate::theme::Theme;
use egui::{Rect, Sense, Ui, WidgetInfo, accesskit};

/// How wide it is.
pub const WIDTH: f32 = 9.0;
/// The thumb is never less high, so that it can be taken hold of.
const LEAST: f32 = 28.0;

/// What is in sight of how much.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// How many rows lie above.
    pub first: u64,
    /// How many are in sight.
    pub n_shown: u64,
    /// All rows.
    pub total: u64,
}

impl Part {
    /// The first row at the end of everything.
    fn last_first(&self) -> u64 {
        self.total.saturating_sub(self.n_shown)
    }

    /// Where the thumb stands on a track of a height: its top and its height.
    fn thumb(&self, height: f32) -> (f32, f32) {
        let share = self.n_shown as f64 / self.total.max(1) as f64;
        let size = (height * share as f32).max(LEAST).min(height);
        let place = self.first as f64 / self.last_first().max(1) as f64;
        ((height - size) * place.min(1.0) as f32, size)
    }

    /// The first row when the thumb's top stands at a place of the track.
    fn at(&self, top: f32, height: f32) -> u64 {
        let (_, size) = self.thumb(height);
        let share = f64::from(top / (height - size).max(1.0)).clamp(0.0, 1.0);
        (share * self.last_first() as f64).round() as u64
    }
}

/// Draws a scrollbar over a strip, if there is more than is in sight; returns the row that is to be the first, if that
/// was changed.
pub fn scrollbar_ui(ui: &mut Ui, place: Rect, salt: &str, part: Part) -> Option<u64> {
    if part.total <= part.n_shown || place.height() < LEAST {
        return None;
    }
    let id = ui
        .scope_id()
        .with(("scrollbar", salt, place.min.x as i32, place.min.y as i32));
    let response = ui.interact(place, id, Sense::click_and_drag());
    let (top, size) = part.thumb(place.height());
    let theme = Theme::of(ui);
    let thumb = rect(place.min.x + 2.0, place.min.y + top, place.width() - 3.0, size);
    let color = match response.hovered() || response.dragged() {
        true => theme.color(glass_core::Role::Muted),
        false => theme.color(glass_core::Role::Muted).gamma_multiply(0.5),
    };
    ui.painter().rect_filled(place, 3, theme.background);
    ui.painter().rect_filled(thumb, 3, color);
    let text = format!(
        "{} to {} of {}",
        part.first + 1,
        part.first + part.n_shown,
        part.total
    );
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::ScrollBar, true, &text));
    let pointer = response.interact_pointer_pos()?;
    // Where on the thumb the pointer took hold; beside it, its middle comes to the pointer.
    let grip_id = id.with("grip");
    if response.drag_started() || response.clicked() {
        let on_thumb = ui
            .input(|input| input.pointer.press_origin())
            .map(|origin| origin.y - thumb.min.y)
            .filter(|grip| (0.0..=size).contains(grip));
        ui.data_mut(|data| data.insert_temp(grip_id, on_thumb.unwrap_or(size / 2.0)));
    }
    let is_moved = response.clicked() || (response.dragged() && response.drag_delta().y != 0.0);
    let grip = ui.data(|data| data.get_temp(grip_id)).unwrap_or(size / 2.0);
    let wanted = part.at(pointer.y - grip - place.min.y, place.height());
    (is_moved && wanted != part.first).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_reached_and_what_is_set_is_shown() {
        for total in [11, 1000, 10_000_000_u64] {
            let part = |first| Part {
                first,
                n_shown: 10,
                total,
            };
            assert_eq!(part(0).thumb(300.0).0, 0.0);
            let (top, size) = part(total - 10).thumb(300.0);
            assert!((top + size - 300.0).abs() < 0.1);
            assert_eq!(
                (part(0).at(-5.0, 300.0), part(0).at(900.0, 300.0)),
                (0, total - 10)
            );
            let middle = part(0).at(120.0, 300.0);
            assert!((part(middle).thumb(300.0).0 - 120.0).abs() <= 272.0 / (total - 10) as f32);
        }
    }
}
