//! [`TimeControl`]: the playhead, what it may reach, how fast it moves, and the window of time that is shown.

mod range;
mod zoom;

use glass_model::{TimeRange, Timestamp};
use range::Selected;

const SEC: i64 = 1_000_000_000;
const MIN: i64 = 60 * SEC;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

/// Seconds of the recording for each second of the clock.
pub const SPEEDS: [f64; 13] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
];
/// While time runs, questions are asked this far apart, in seconds of the clock.
const ASK_SECS: f64 = 0.3;
/// Ten minutes of incident pass in one.
const FIRST_SPEED: usize = 6;

/// Lengths of the shown window.
const WINDOWS: [i64; 18] = [
    MIN,
    2 * MIN,
    5 * MIN,
    10 * MIN,
    15 * MIN,
    30 * MIN,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
];
/// A recording up to this long is shown whole at first.
const WHOLE_AT_FIRST: i64 = HOUR;
/// A live cloud is shown this far back at first.
const LIVE_WINDOW: i64 = HOUR;
/// A live cloud is asked anew this often while it is followed.
const REFRESH: i64 = 30 * SEC;
/// Where in the window a live playhead is put: before it is room for some minutes, so that graphs do not jump with
/// every answer.
const LIVE_PLAYHEAD_RATIO: f64 = 0.9;
/// Where in the window the playhead is put when it would leave it: most of the room is for the past.
const PLAYHEAD_RATIO: f64 = 0.75;

/// Steps of time, for stepping and for the buckets of graphs.
const STEPS: [i64; 22] = [
    SEC / 100,
    SEC / 50,
    SEC / 20,
    SEC / 10,
    SEC / 5,
    SEC / 2,
    SEC,
    2 * SEC,
    5 * SEC,
    10 * SEC,
    15 * SEC,
    30 * SEC,
    MIN,
    2 * MIN,
    5 * MIN,
    10 * MIN,
    15 * MIN,
    30 * MIN,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    DAY,
];
/// A graph has at most so many buckets.
const MAX_BUCKETS: i64 = 600;
/// A window is crossed in about so many steps.
const STEPS_IN_WINDOW: i64 = 180;

/// The playhead and the window around it.
#[derive(Clone, Debug)]
pub struct TimeControl {
    extent: TimeRange,
    known_until: Timestamp,
    playhead: Timestamp,
    cursor: Option<Timestamp>,
    window: TimeRange,
    playing: bool,
    speed: usize,
    /// Of a live cloud: whether the playhead moves with the clock.
    follows: Option<bool>,
    /// The part of time that is looked at alone.
    selected: Option<Selected>,
    /// Whether playing goes through a part of time again and again.
    loops: bool,
    /// Whether a hand holds the playhead: time stands still for so long.
    is_held: bool,
}

impl TimeControl {
    /// Paused at `at`, or at the start. `known_until` is how far beyond `extent` the playhead may go.
    pub fn new(extent: TimeRange, known_until: Timestamp, at: Option<Timestamp>) -> Self {
        let extent = TimeRange::new(extent.start, extent.end.max(extent.start));
        let known_until = known_until.max(extent.end);
        let playhead = at.unwrap_or(extent.start).clamp(extent.start, known_until);
        let mut control = Self {
            extent,
            known_until,
            playhead,
            cursor: None,
            window: extent,
            playing: false,
            speed: FIRST_SPEED,
            follows: None,
            selected: None,
            loops: false,
            is_held: false,
        };
        control.reset_window();
        control
    }

    /// A live cloud, followed from the end of `extent` on, which is now; its start is as far back as can be asked.
    pub fn live(extent: TimeRange) -> Self {
        let mut control = Self::new(extent, extent.end, Some(extent.end));
        control.follows = Some(true);
        control.reset_window();
        control
    }

    /// Stops, where time can be stopped.
    pub fn stand_still(&mut self) {
        self.playing = false;
    }

    /// Moves as another one does, `offset` later: its playhead, its window, its cursor; as far as there is time here.
    pub fn follow(&mut self, other: &Self, offset: i64) {
        if self.is_live() {
            return;
        }
        let moved = |at: Timestamp| at.plus_nanos(offset);
        self.playing = other.playing;
        self.speed = other.speed;
        self.is_held = other.is_held;
        self.playhead = moved(other.playhead).clamp(self.extent.start, self.known_until);
        self.window = TimeRange::new(moved(other.window.start), moved(other.window.end));
        self.set_cursor(other.cursor.map(moved));
    }

    /// Whether time goes on by itself beyond what is shown.
    pub fn is_live(&self) -> bool {
        self.follows.is_some()
    }

    /// Whether the playhead moves with the clock.
    pub fn is_following(&self) -> bool {
        self.follows == Some(true)
    }

    /// Takes the time of the clock, of a live cloud. The playhead follows it in steps of some politeness: every step
    /// asks the servers anew.
    pub fn clock(&mut self, now: Timestamp) {
        if !self.is_live() || now <= self.extent.end {
            return;
        }
        self.extent.end = now;
        self.known_until = now;
        if self.is_following() && now.nanos_since(self.playhead) >= REFRESH {
            self.move_to(now);
        }
    }

    /// The moment that is the present.
    pub fn playhead(&self) -> Timestamp {
        self.playhead
    }

    /// The moment of which questions are asked: the playhead or, while time runs, the last third of a second of the clock
    /// before it, so that each answer is good for some frames.
    pub fn as_of(&self) -> Timestamp {
        if !self.playing {
            return self.playhead;
        }
        let grid = ((ASK_SECS * self.speed() * SEC as f64) as i64).max(1);
        let so_far = self.playhead.nanos_since(self.extent.start);
        self.extent
            .start
            .plus_nanos(so_far.div_euclid(grid).saturating_mul(grid))
    }

    /// The moment being looked at, never after the playhead.
    pub fn cursor(&self) -> Option<Timestamp> {
        self.cursor
    }

    /// What the recording covers.
    pub fn extent(&self) -> TimeRange {
        self.extent
    }

    /// What graphs and timeline show.
    pub fn window(&self) -> TimeRange {
        self.window
    }

    /// Whether time moves.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether the playhead is at the end of what was measured, or after it.
    pub fn is_at_end(&self) -> bool {
        self.playhead >= self.extent.end
    }

    /// Where the end is: of what was measured or, from there, of what was written about it later.
    pub fn end(&self) -> Timestamp {
        if self.is_at_end() {
            self.known_until
        } else {
            self.extent.end
        }
    }

    /// Whether something became known after the last measurement and after the playhead's reach of it.
    pub fn has_afterwards(&self) -> bool {
        self.known_until > self.playhead.max(self.extent.end)
    }

    /// Seconds of the recording for each second of the clock.
    pub fn speed(&self) -> f64 {
        SPEEDS[self.speed]
    }

    /// Plays or pauses; at the end there is nothing to play.
    ///
    /// A live cloud is held, or followed again from now on.
    pub fn toggle(&mut self) {
        if let Some(follows) = self.follows {
            self.follows = Some(!follows);
            if !follows {
                self.move_to(self.extent.end);
            }
            return;
        }
        if let Some(round) = self
            .round()
            .filter(|round| !self.playing && self.playhead >= round.end)
        {
            self.move_to(round.start);
        }
        self.playing = !self.playing && !self.is_at_end();
    }

    /// Chooses the next higher or lower speed.
    pub fn change_speed(&mut self, faster: bool) {
        self.speed = if faster {
            (self.speed + 1).min(SPEEDS.len() - 1)
        } else {
            self.speed.saturating_sub(1)
        };
    }

    /// Takes a speed; says whether it is one of those there are.
    pub fn set_speed(&mut self, speed: f64) -> bool {
        let place = SPEEDS.iter().position(|known| *known == speed);
        self.speed = place.unwrap_or(self.speed);
        place.is_some()
    }

    /// Lets `elapsed_nanos` of the clock pass; stops at the end.
    pub fn tick(&mut self, elapsed_nanos: i64) {
        if !self.playing || self.is_held {
            return;
        }
        let moved = (elapsed_nanos.max(0) as f64 * self.speed()) as i64;
        let target = self.playhead.plus_nanos(moved);
        match self.round() {
            Some(round) if target >= round.end => self.move_to(round.start),
            _ => self.move_to(target.min(self.extent.end)),
        }
        self.playing = !self.is_at_end();
    }

    /// Goes on to a later moment while it plays.
    pub fn skip_to(&mut self, at: Timestamp) {
        self.move_to(at.max(self.playhead).min(self.extent.end));
    }

    /// Takes the playhead by hand, or lets it go.
    pub fn hold(&mut self, is_held: bool) {
        self.is_held = is_held;
    }

    /// The moment looked at: the cursor's or, without one, the playhead.
    pub fn looked_at(&self) -> Timestamp {
        self.cursor.unwrap_or(self.playhead)
    }

    /// Puts the playhead to `at`, or as near as the recording reaches.
    pub fn seek(&mut self, at: Timestamp) {
        self.follows = self.follows.map(|_| at >= self.extent.end);
        self.move_to(at);
        self.playing &= !self.is_at_end();
    }

    /// One step forward or back; pauses.
    pub fn step(&mut self, forward: bool) {
        self.playing = false;
        self.follows = self.follows.map(|_| false);
        let step = self.step_nanos();
        let grid = self.playhead.nanos().div_euclid(step).saturating_mul(step);
        let on_grid = grid == self.playhead.nanos();
        let target = match (forward, on_grid) {
            (true, _) => grid.saturating_add(step),
            (false, true) => grid.saturating_sub(step),
            (false, false) => grid,
        };
        self.move_to(Timestamp::from_nanos(target));
    }

    /// Puts the cursor to `at`, never after the playhead, or takes it away.
    pub fn set_cursor(&mut self, at: Option<Timestamp>) {
        self.cursor = at.map(|at| at.clamp(self.extent.start, self.playhead));
    }

    /// Moves the cursor by steps; it starts at the playhead.
    pub fn move_cursor(&mut self, n_steps: i64) {
        let from = self.cursor.unwrap_or(self.playhead);
        let target = from.plus_nanos(n_steps.saturating_mul(self.step_nanos()));
        self.set_cursor(Some(target.max(self.window.start)));
    }

    /// Shows a shorter or longer window.
    pub fn zoom(&mut self, closer: bool) {
        let length = self.window.nanos();
        let next = if closer {
            WINDOWS.iter().rev().find(|window| **window < length)
        } else {
            WINDOWS.iter().find(|window| **window > length)
        };
        match next {
            Some(next) => self.set_window_length(*next),
            None if closer => {}
            None => self.window = self.extent,
        }
    }

    /// Shows a window of a length, or the whole recording if that is shorter.
    pub fn set_window_length(&mut self, length: i64) {
        if length >= self.extent.nanos() {
            self.window = self.extent;
            return;
        }
        if !self.window.contains(self.shown_playhead()) {
            return self.set_window_around(length);
        }
        self.window = TimeRange::new(self.extent.start, self.extent.start.plus_nanos(length.max(SEC)));
        self.show_playhead();
    }

    /// Moves the window to begin at `start`, if that is not after the playhead.
    pub fn move_window(&mut self, start: Timestamp) {
        let window = TimeRange::new(start, start.plus_nanos(self.window.nanos()));
        if self.extent.contains(start)
            && (window.end <= self.extent.end || self.is_live())
            && start <= self.shown_playhead()
        {
            self.window = window;
        }
    }

    /// How far one step goes: by the window's length.
    pub fn step_nanos(&self) -> i64 {
        ladder(self.window.nanos() / STEPS_IN_WINDOW)
    }

    /// The window as graphs ask for it, and into how many buckets: whole steps of a ladder by its length, on a grid that
    /// stays where it is when the window moves.
    pub fn buckets(&self) -> (TimeRange, usize) {
        let step = self.bucket_nanos();
        let offset = self.window.start.nanos_since(self.extent.start).rem_euclid(step);
        let n_buckets = ((self.window.nanos() + offset) / step + 1).clamp(1, MAX_BUCKETS + 2);
        let start = self.window.start.plus_nanos(-offset);
        let end = start.plus_nanos(n_buckets.saturating_mul(step));
        (
            TimeRange::new(start, end),
            usize::try_from(n_buckets).unwrap_or(1),
        )
    }

    /// How much time a bucket of a graph holds.
    fn bucket_nanos(&self) -> i64 {
        ladder(self.window.nanos() / MAX_BUCKETS)
    }

    fn move_to(&mut self, at: Timestamp) {
        self.playhead = at.clamp(self.extent.start, self.known_until);
        self.cursor = self.cursor.filter(|cursor| *cursor <= self.playhead);
        if !self.window.contains(self.shown_playhead()) {
            self.show_playhead();
        }
    }

    /// The playhead, or the end of what was measured if it is beyond.
    fn shown_playhead(&self) -> Timestamp {
        self.playhead.min(self.extent.end)
    }

    /// Moves the window, keeping its length, so that the playhead is in it; on a grid of whole steps, so that
    /// buckets keep their places from one move to the next.
    fn show_playhead(&mut self) {
        let length = self.window.nanos();
        let step = ladder(length / MAX_BUCKETS);
        let part = |ratio: f64| (length as f64 * ratio) as i64;
        let (ratio, ahead) = match self.follows {
            None => (PLAYHEAD_RATIO, 0),
            Some(false) => (PLAYHEAD_RATIO, part(1.0 - LIVE_PLAYHEAD_RATIO)),
            Some(true) => (LIVE_PLAYHEAD_RATIO, part(1.0 - LIVE_PLAYHEAD_RATIO)),
        };
        let wanted = self.shown_playhead().plus_nanos(-part(ratio));
        let latest = self.extent.end.plus_nanos(ahead - length).max(self.extent.start);
        let start = wanted.clamp(self.extent.start, latest);
        let offset = start
            .nanos_since(self.extent.start)
            .div_euclid(step)
            .saturating_mul(step);
        let start = self.extent.start.plus_nanos(offset);
        self.window = TimeRange::new(start, start.plus_nanos(length));
        if !self.window.contains(self.shown_playhead()) {
            self.window = TimeRange::new(
                self.window.start.plus_nanos(step),
                self.window.end.plus_nanos(step),
            );
        }
    }
}

fn ladder(at_least: i64) -> i64 {
    STEPS
        .into_iter()
        .find(|step| *step >= at_least)
        .unwrap_or_else(|| (at_least / DAY + 1).saturating_mul(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn time_stops_at_the_end() {
        let mut time = TimeControl::new(TimeRange::new(at(0), at(100)), at(500), Some(at(90)));
        time.toggle();
        time.tick(SEC / 2);
        assert_eq!((time.playhead(), time.is_playing()), (at(95), true));
        time.tick(SEC);
        assert_eq!((time.playhead(), time.is_playing()), (at(100), false));
        time.toggle();
        assert!(!time.is_playing());
        assert!(time.has_afterwards());
        time.seek(time.end());
        assert_eq!(
            (time.playhead(), time.window().end, time.has_afterwards()),
            (at(500), at(100), false)
        );
    }

    #[test]
    fn questions_are_asked_a_few_times_a_second_and_never_of_what_is_to_come() {
        let mut time = TimeControl::new(TimeRange::new(at(3), at(900)), at(0), Some(at(90)));
        assert_eq!(time.as_of(), at(90));
        time.toggle();
        let mut asked = std::collections::BTreeSet::new();
        for _ in 0..60 {
            time.tick(SEC / 30);
            assert!(time.as_of() <= time.playhead());
            asked.insert(time.as_of());
        }
        assert!((6..=8).contains(&asked.len()), "{} in two seconds", asked.len());
        time.toggle();
        assert_eq!(time.as_of(), time.playhead());
    }

    #[test]
    fn steps_lie_on_a_grid() {
        let mut time = TimeControl::new(TimeRange::new(at(0), at(900)), at(0), Some(at(7)));
        assert_eq!(time.step_nanos(), 5 * SEC);
        time.step(true);
        assert_eq!(time.playhead(), at(10));
        time.step(false);
        assert_eq!(time.playhead(), at(5));
    }

    #[test]
    fn the_cursor_never_passes_the_playhead() {
        let mut time = TimeControl::new(TimeRange::new(at(0), at(900)), at(0), Some(at(100)));
        time.set_cursor(Some(at(500)));
        assert_eq!(time.cursor(), Some(at(100)));
        time.seek(at(50));
        assert_eq!(time.cursor(), None);
    }

    proptest! {
        #[test]
        fn the_playhead_is_always_in_the_window(
            length in 0i64..100_000, after in 0i64..1000, moves in prop::collection::vec((0u8..16, -200_000i64..200_000), 0..40)
        ) {
            let mut time = TimeControl::new(TimeRange::new(at(1000), at(1000 + length)), at(1000 + length + after), None);
            for (kind, amount) in moves {
                let ratio = amount as f64 / 200_000.0;
                match kind {
                    0 => time.seek(at(amount)),
                    1 => time.zoom(true),
                    2 => time.zoom(false),
                    3 => time.step(amount > 0),
                    4 => { time.toggle(); time.tick(amount.saturating_mul(SEC)); }
                    5 => time.toggle_loop(),
                    6 => time.select(),
                    7 => { time.select_between(at(amount), at(amount / 2)); }
                    8 => { let _ = time.zoom_to_range(); }
                    9 => time.hold(amount > 0),
                    11 => time.zoom_at(ratio.abs(), 1.0 + ratio / 2.0),
                    12 => time.pan(ratio),
                    13 => { let _ = time.zoom_to(ratio.abs() / 2.0, ratio.abs()); }
                    14 => time.look_at(Some(ratio.abs())),
                    15 => time.reset_window(),
                    _ => time.move_cursor(amount % 10),
                }
                let shown = time.playhead().min(time.extent().end);
                prop_assert!(time.window().contains(shown) || time.window().end <= shown, "{:?}", time);
                prop_assert!(time.extent().contains(time.window().start) && time.window().end <= time.extent().end.plus_nanos(time.step_nanos()), "{:?}", time);
                prop_assert!(time.range().is_none_or(|range| !range.is_empty() && range.end <= time.playhead()));
                prop_assert!(time.playhead() <= at(1000 + length + after));
                prop_assert!(time.cursor().is_none_or(|cursor| cursor <= time.playhead()));
                let (window, n) = time.buckets();
                prop_assert!((1..=602).contains(&n) && window.start <= time.window().start && window.end >= time.window().end);
                prop_assert!(time.window().start.nanos_since(window.start) < window.nanos() / n as i64);
            }
        }
    }
}
