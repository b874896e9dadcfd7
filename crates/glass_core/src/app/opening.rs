//! Opening something else: from the clouds screen, in the place of what is open.

use super::App;
use crate::time_control::TimeControl;
use crate::{Effect, Line, Role, Span, words};
use glass_model::RecordingInfo;

/// What is said first.
pub(super) fn greeting(time: &TimeControl) -> Line {
    let at = words::time_of_day(time.playhead());
    let (what, key_does) = match time.is_live() {
        true => ("A live cloud, as it is now: ".to_owned(), " holds it, "),
        false => (format!("A recorded incident, paused at {at}: "), " plays, "),
    };
    vec![
        Span::new(what, Role::Normal),
        Span::new("space", Role::Accent),
        Span::new(key_does, Role::Normal),
        Span::new("?", Role::Accent),
        Span::new(" shows all keys", Role::Normal),
    ]
}

impl App {
    pub(super) fn open(&mut self, id: String) -> Vec<Effect> {
        self.say(&format!("opening {id} …"));
        vec![Effect::Open(id)]
    }

    /// Begins anew with what was opened, or where it was left; what the user typed before stays.
    pub(super) fn opened(&mut self, result: Result<Box<RecordingInfo>, String>) -> Vec<Effect> {
        let info = match result {
            Ok(info) => *info,
            Err(error) => {
                self.complain(&error);
                return Vec::new();
            }
        };
        let left = self.memory();
        let before = std::mem::replace(self, Self::new(info));
        self.viewport = before.viewport;
        self.clouds = before.clouds;
        self.slots = before.slots;
        self.tiles = before.tiles;
        self.settings = before.settings;
        if let Some(speed) = self.settings.speed {
            self.time.set_speed(speed);
        }
        self.slots.forget();
        self.recall(left);
        self.resume();
        Vec::new()
    }

    pub(super) fn say_how_live(&mut self) {
        self.say(if self.time.is_following() {
            "following: asked anew every half minute; space holds it"
        } else {
            "held: `,` and `.` step, space or 0 goes back to now"
        });
    }
}
