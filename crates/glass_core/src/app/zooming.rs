//! What the pointer does to the window of time. `[` undoes it: all zooming and moving at one moment is one step.

use super::App;
use crate::Effect;

impl App {
    /// Puts the cursor under the pointer, on the grid on which values are known, or takes it away.
    pub(super) fn look_at(&mut self, ratio: Option<f64>) -> Vec<Effect> {
        let ratio = ratio.filter(|ratio| ratio.is_finite());
        self.time.look_at(ratio.map(|ratio| ratio.clamp(0.0, 1.0)));
        Vec::new()
    }

    pub(super) fn zoom_at(&mut self, at: f64, factor: f64) -> Vec<Effect> {
        if at.is_finite() && factor.is_finite() && factor > 0.0 {
            self.remember_window();
            self.time.zoom_at(at.clamp(0.0, 1.0), factor);
        }
        Vec::new()
    }

    pub(super) fn pan(&mut self, ratio: f64) -> Vec<Effect> {
        if ratio.is_finite() {
            self.remember_window();
            self.time.pan(ratio.clamp(-1.0, 1.0));
        }
        Vec::new()
    }

    pub(super) fn zoom_to(&mut self, from: f64, to: f64) -> Vec<Effect> {
        if from.is_finite() && to.is_finite() && from != to {
            self.remember_window();
            let [from, to] = [from.min(to), from.max(to)].map(|ratio| ratio.clamp(0.0, 1.0));
            match self.time.zoom_to(from, to) {
                Ok(()) => {
                    self.time.select_nothing();
                    self.say("[ shows what was shown before");
                }
                Err(why) => self.say(why),
            }
        }
        Vec::new()
    }

    /// As long as at first.
    pub(super) fn reset_zoom(&mut self) {
        self.remember_window();
        self.time.reset_window();
    }

    fn remember_window(&mut self) {
        let here = self.place();
        if !self.past.last().is_some_and(|place| place.is_beside(&here)) {
            self.remember();
        }
    }
}
