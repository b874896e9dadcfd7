//! Moving through time and history: seeking, playing, going back.

use super::App;
use super::quiet::Quiet;
use crate::{Effect, Screen};
use glass_model::{Jump, JumpTarget, QueryError, TimeRange, Timestamp};

/// How many places history keeps.
const MAX_HISTORY: usize = 100;

/// A screen at a moment, to come back to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) screen: Screen,
    at: Timestamp,
    /// What was shown of time.
    window: TimeRange,
}

impl Place {
    /// Whether two places differ in nothing but the window of time.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.screen, self.at) == (other.screen, other.at)
    }
}

impl App {
    pub(super) fn toggle_play(&mut self) {
        self.time.toggle();
        if self.time.is_live() {
            self.say_how_live();
        } else if !self.time.is_playing() && self.time.is_at_end() {
            self.say_at_end();
        }
    }

    pub(super) fn say_at_end(&mut self) {
        if self.time.is_live() {
            return self.say_how_live();
        }
        let afterwards = self.time.has_afterwards();
        self.say(if afterwards {
            "the recording ends here; 0 goes on to what was written afterwards, ^ to the start"
        } else {
            "the recording ends here; ^ goes to the start"
        });
    }

    pub(super) fn seek(&mut self, at: Timestamp) {
        self.remember();
        self.time.seek(at);
        if self.time.is_at_end() {
            self.say_at_end();
        }
    }

    pub(super) fn scrub(&mut self, ratio: f64) -> Vec<Effect> {
        if ratio.is_finite() {
            self.time.hold(true);
            self.time.seek(self.time.window().at_ratio(ratio.clamp(0.0, 1.0)));
        }
        Vec::new()
    }

    pub(super) fn tick(&mut self, elapsed_nanos: i64) -> Vec<Effect> {
        let was_playing = self.time.is_playing();
        self.time.tick(elapsed_nanos);
        if was_playing && !self.time.is_playing() {
            self.say_at_end();
        }
        self.skip_quiet()
    }

    pub(super) fn jumped(
        &mut self,
        jump: Jump,
        result: Result<Option<Timestamp>, QueryError>,
    ) -> Vec<Effect> {
        let what = match jump.target {
            JumpTarget::Alert => "alert",
            JumpTarget::Change => "change",
            JumpTarget::Error => "error",
            JumpTarget::Incident => "word on the incident",
            JumpTarget::Any => {
                match result {
                    Ok(end) => self.quiet.found(jump.from, end),
                    Err(error) => {
                        self.quiet = Quiet::default();
                        self.complain(&format!("quiet is left in again: {error}"));
                    }
                }
                return Vec::new();
            }
        };
        match result {
            Ok(Some(at)) => self.seek(at),
            Ok(None) => self.say(&format!(
                "no {} {what}",
                if jump.forward { "later" } else { "earlier" }
            )),
            Err(error) => self.complain(&error.to_string()),
        }
        Vec::new()
    }

    pub(super) fn place(&self) -> Place {
        Place {
            screen: self.screen,
            at: self.time.playhead(),
            window: self.time.window(),
        }
    }

    pub(super) fn remember(&mut self) {
        let place = self.place();
        if self.past.last() != Some(&place) {
            self.past.push(place);
            let excess = self.past.len().saturating_sub(MAX_HISTORY);
            self.past.drain(..excess);
        }
        self.future.clear();
    }

    pub(super) fn travel(&mut self, back: bool) {
        let here = self.place();
        let (from, to) = if back {
            (&mut self.past, &mut self.future)
        } else {
            (&mut self.future, &mut self.past)
        };
        let Some(place) = from.pop() else {
            self.say(if back {
                "nothing to go back to"
            } else {
                "nothing to go forward to"
            });
            return;
        };
        to.push(here);
        self.put_screen(place.screen);
        self.editor = None;
        self.time.seek(place.at);
        if place.is_beside(&here) {
            self.time.show(place.window);
        }
    }
}
