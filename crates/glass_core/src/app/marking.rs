//! What the user marks: moments, and the range of time that is looked at alone.

use super::App;
use crate::prompt::{Prompt, PromptKind};
use crate::{Command, Effect, words};
use glass_model::{TimeRange, Timestamp};

/// A mark so many steps away counts as the one meant.
const NEAR_STEPS: i64 = 2;

impl App {
    pub(super) fn run_on_range(&mut self, command: Command) {
        match command {
            Command::SelectRange => {
                self.time.select();
                self.say_range();
            }
            Command::ClearRange => {
                let text = match self.time.select_nothing() {
                    true => "nothing is selected: all of time counts",
                    false => "nothing is selected; x begins a range",
                };
                self.say(text);
            }
            Command::ZoomToRange => match self.time.zoom_to_range() {
                Ok(()) => self.say("the range; - shows more again"),
                Err(why) => self.say(why),
            },
            _ => {
                self.time.toggle_loop();
                self.say(match (self.time.is_looping(), self.time.selected().is_some()) {
                    (true, true) => "playing goes round in the range; L again plays on",
                    (true, false) => "playing begins anew at the end; x selects what to go round in",
                    (false, _) => "playing stops at the end",
                });
            }
        }
    }

    /// Selects what the pointer was drawn over.
    pub(super) fn select_between(&mut self, from: f64, to: f64) -> Vec<Effect> {
        if from.is_finite() && to.is_finite() {
            let window = self.time.window();
            let [from, to] = [from, to].map(|ratio| window.at_ratio(ratio.clamp(0.0, 1.0)));
            self.time.select_between(from, to);
            self.say_range();
        }
        Vec::new()
    }

    fn say_range(&mut self) {
        let Some(TimeRange { start, end }) = self.time.selected() else {
            return;
        };
        let [from, to] = [start, end].map(words::time_of_day);
        let length = words::duration(end.nanos_since(start));
        self.say(&match self.time.is_selecting() {
            true => format!("a range begins at {from}; go where it ends and press x again, X gives it up"),
            false => {
                format!("{from} to {to}, {length}: every screen shows it alone; Z zooms, L loops, X ends")
            }
        });
    }

    pub(super) fn run_on_marks(&mut self, command: Command) {
        let here = self.time.looked_at();
        let near = self.time.step_nanos().saturating_mul(NEAR_STEPS);
        match command {
            Command::ToggleMark => {
                let at = words::time_of_day(here);
                match self.marks.toggle(here, near) {
                    Some(true) => self.say(&format!("{at} is marked; M names it, ' and \" go to marks")),
                    Some(false) => self.say("the mark is taken away"),
                    None => self.say("there are too many marks; m on one takes it away"),
                }
            }
            Command::NameMark => {
                let name = self.marks.at(here, near).map(|mark| mark.name.clone());
                self.prompt = Some(Prompt::new(PromptKind::Mark, &name.unwrap_or_default()));
            }
            command => self.go_to_mark(here, command == Command::NextMark),
        }
    }

    fn go_to_mark(&mut self, from: Timestamp, forward: bool) {
        let Some(mark) = self.marks.beside(from, forward).cloned() else {
            let text = match (self.marks.all().is_empty(), forward) {
                (true, _) => "nothing is marked; m marks a moment",
                (false, true) => "no later mark",
                (false, false) => "no earlier mark",
            };
            return self.say(text);
        };
        self.time.set_cursor(None);
        self.seek(mark.at);
        self.say(&format!("{} {}", words::time_of_day(mark.at), mark.name));
    }

    pub(super) fn mark_named(&mut self, name: &str) {
        let near = self.time.step_nanos().saturating_mul(NEAR_STEPS);
        if !self.marks.name(self.time.looked_at(), near, name) {
            self.say("there are too many marks; m on one takes it away");
        }
    }
}
