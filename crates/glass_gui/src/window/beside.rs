//! Two sessions side by side: one is looked at, the other follows its time, as much later as its incident began.

use super::Window;
use crate::openables;
use egui::{Context, Rect, Ui};
use glass_core::Event;

/// A session beside the one that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub nth: usize,
    /// How much later its incident began.
    offset_nanos: i64,
    /// Whether it stands at the left.
    is_left: bool,
}

impl Beside {
    /// The same with the other one looked at.
    fn turned(self, current: usize) -> Self {
        Self {
            nth: current,
            offset_nanos: self.offset_nanos.saturating_neg(),
            is_left: !self.is_left,
        }
    }
}

impl Window {
    /// Has the session beside move through time as the one that is looked at.
    pub(super) fn align(&mut self, context: &Context) {
        let Some(Beside {
            nth,
            offset_nanos,
            is_left: _,
        }) = self.beside
        else {
            return;
        };
        let [leader, follower] = match self.sessions.get_disjoint_mut([self.current, nth]) {
            Ok(both) => both,
            Err(_) => return,
        };
        follower.app_mut().follow(leader.app(), offset_nanos);
        // What it wants asked at its new moment is asked after any event.
        self.update(context, nth, Event::Tick(0));
    }

    /// Puts a session beside the one that is looked at, or takes it away.
    pub(super) fn compare(&mut self, nth: usize) {
        if nth == self.current || nth >= self.sessions.len() || self.presenting.is_some() {
            return;
        }
        let is_beside = self.beside.is_some_and(|beside| beside.nth == nth);
        let began = |nth: usize| self.sessions[nth].app().began_at();
        self.beside = (!is_beside).then(|| Beside {
            nth,
            offset_nanos: began(nth).nanos_since(began(self.current)),
            is_left: false,
        });
    }

    /// Where the sessions in sight stand.
    pub(super) fn places(&self, window: Rect) -> Vec<(usize, Rect, &'static str)> {
        let Some(beside) = self.beside else {
            return vec![(self.current, window, "window")];
        };
        let middle = window.center().x;
        let [left, right] = match beside.is_left {
            true => [beside.nth, self.current],
            false => [self.current, beside.nth],
        };
        vec![
            (left, window.with_max_x(middle - 1.0), "window"),
            (right, window.with_min_x(middle + 1.0), "window beside"),
        ]
    }

    /// Of two side by side, the one that is pressed is looked at.
    pub(super) fn turn_to(&mut self, ui: &Ui, nth: usize, place: Rect) {
        let pressed = ui.input(|input| input.pointer.any_pressed()) && ui.rect_contains_pointer(place);
        if let Some(beside) = self.beside.filter(|beside| pressed && beside.nth == nth) {
            self.beside = Some(beside.turned(self.current));
            self.current = nth;
            self.last_tick = None;
        }
    }

    /// How far both have come since their incidents began, between two that are compared.
    pub(super) fn show_alignment(&mut self, ui: &mut Ui, window: Rect) {
        if self.beside.is_none() {
            return;
        }
        let app = self.app();
        let since = app.playhead().nanos_since(app.began_at());
        if openables::alignment_ui(ui, window, since) {
            self.beside = None;
            ui.ctx().request_repaint();
        }
    }
}
