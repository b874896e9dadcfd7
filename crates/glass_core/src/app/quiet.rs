//! Leaving out quiet stretches while time runs: it goes on shortly before the next thing that happens.

use super::App;
use crate::{Effect, words};
use glass_model::{Jump, JumpTarget, Timestamp};

/// So long is watched what follows on something that happened, in seconds of the clock.
const LINGER_SECS: f64 = 4.0;
/// So long before something happens time is there, in seconds of the clock.
const LEAD_SECS: f64 = 2.0;

/// Whether quiet is left out, and where it ends.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    is_on: bool,
    is_asking: bool,
    /// From where on there is quiet, and when it ends; to the recording's end if it does not.
    known: Option<(Timestamp, Option<Timestamp>)>,
}

impl Quiet {
    /// Whether quiet is left out.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Takes where the quiet ends that begins at `from`.
    pub fn found(&mut self, from: Timestamp, end: Option<Timestamp>) {
        self.is_asking = false;
        self.known = Some((from, end));
    }

    /// The quiet around a moment, if it is known.
    fn around(&self, at: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
        self.known
            .filter(|(from, end)| *from <= at && end.is_none_or(|end| at < end))
    }
}

impl App {
    pub(super) fn toggle_quiet(&mut self) {
        if self.time.is_live() {
            return self.say("a live cloud is as it is; quiet is left out of a recording that plays");
        }
        self.quiet = Quiet {
            is_on: !self.quiet.is_on,
            ..Quiet::default()
        };
        self.say(match self.quiet.is_on {
            true => "playing leaves out what is quiet; Q again plays all",
            false => "playing leaves nothing out",
        });
    }

    /// Goes on to shortly before the next thing that happens, once nothing has for a while.
    pub(super) fn skip_quiet(&mut self) -> Vec<Effect> {
        if !self.quiet.is_on || !self.time.is_playing() || self.time.is_live() {
            return Vec::new();
        }
        let now = self.time.playhead();
        let Some((from, end)) = self.quiet.around(now) else {
            return self.look_for_end_of_quiet(now);
        };
        let clock_secs = |secs: f64| (secs * self.time.speed() * 1e9) as i64;
        let (linger, lead) = (clock_secs(LINGER_SECS), clock_secs(LEAD_SECS));
        let target = end.unwrap_or(self.time.extent().end).plus_nanos(-lead);
        let left_out = target.nanos_since(now);
        if now.nanos_since(from) >= linger && left_out > lead {
            self.time.skip_to(target);
            self.say(&format!("{} of quiet left out", words::duration(left_out)));
        }
        Vec::new()
    }

    fn look_for_end_of_quiet(&mut self, now: Timestamp) -> Vec<Effect> {
        if std::mem::replace(&mut self.quiet.is_asking, true) {
            return Vec::new();
        }
        vec![Effect::Jump(Jump {
            target: JumpTarget::Any,
            from: now,
            forward: true,
        })]
    }
}
