//! [`Clock`]: what "now" is for those who ask. It stands at a moment of the recording or moves through it.
//!
//! Tools send the wall clock's now, which is later than any recording. A moment later than the recording's now is taken
//! for the recording's now; a window that ends later is moved as a whole, so that it ends there. Times inside the
//! recording are taken as they are.

use glass_model::{TimeRange, Timestamp};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The clock of a recording that is being served.
#[derive(Clone, Debug)]
pub struct Clock {
    from: Timestamp,
    motion: Option<Motion>,
}

#[derive(Clone, Debug)]
struct Motion {
    started: Instant,
    /// Seconds of the recording a second.
    speed: f64,
    /// Where it stops.
    end: Timestamp,
}

impl Clock {
    /// Stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self {
            from: at,
            motion: None,
        }
    }

    /// Starts now at `from`, runs `speed` times as fast as the wall clock, and stops at `end`.
    pub fn playing(from: Timestamp, speed: f64, end: Timestamp) -> Self {
        Self {
            from,
            motion: Some(Motion {
                started: Instant::now(),
                speed,
                end,
            }),
        }
    }

    /// The recording's now.
    pub fn now(&self) -> Timestamp {
        let Some(motion) = &self.motion else {
            return self.from;
        };
        let nanos = motion.started.elapsed().as_secs_f64() * motion.speed * 1e9;
        self.from.plus_nanos(nanos as i64).min(motion.end.max(self.from))
    }

    /// Where the clock stood at first.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// How many times as fast as the wall clock it runs; `None` if it stands still.
    pub fn speed(&self) -> Option<f64> {
        self.motion.as_ref().map(|motion| motion.speed)
    }
}

/// Puts the moments that a client asks for on a recording's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placing {
    /// The recording's now.
    pub now: Timestamp,
    wall: Timestamp,
}

impl Placing {
    pub(crate) fn new(clock: &Clock) -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX);
        Self {
            now: clock.now(),
            wall: Timestamp::from_nanos(wall),
        }
    }

    /// The moment itself, or now if it is later; that is then said in `notes`.
    pub(crate) fn moment(self, asked: Timestamp, notes: &mut Vec<String>) -> Timestamp {
        if asked <= self.now {
            return asked;
        }
        notes.push(format!(
            "this is a recording and its clock says {}: the time asked for is later and was moved there",
            self.now
        ));
        self.now
    }

    /// The window itself, or moved so that it ends now if it ends later; that is then said in `notes`.
    ///
    /// A start that is later while the end is not comes from a client that pages back from an answer of a moved
    /// window: it is the wall clock's, and so is moved by the distance of the two clocks.
    pub(crate) fn window(self, asked: TimeRange, notes: &mut Vec<String>) -> TimeRange {
        let moved_by = if asked.end > self.now {
            asked.end.nanos_since(self.now)
        } else if asked.start > self.now && asked.end < asked.start {
            self.wall.nanos_since(self.now)
        } else {
            return asked;
        };
        notes.push(format!(
            "this is a recording and its clock says {}: the window asked for ends later and was moved to end there",
            self.now
        ));
        let start = asked.start.plus_nanos(moved_by.saturating_neg());
        TimeRange::new(start, asked.end.min(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn later_times_are_moved_and_that_is_said() {
        let placing = Placing {
            now: at(100),
            wall: at(1_000),
        };
        let check = |start: i64, end: i64, expected: (i64, i64), n_notes: usize| {
            let mut notes = Vec::new();
            let window = placing.window(TimeRange::new(at(start), at(end)), &mut notes);
            assert_eq!((window.start, window.end), (at(expected.0), at(expected.1)));
            assert_eq!(notes.len(), n_notes, "{notes:?}");
        };
        check(10, 90, (10, 90), 0);
        check(10, 100, (10, 100), 0);
        check(900, 1_000, (0, 100), 1);
        check(90, 110, (80, 100), 1);
        check(940, 70, (40, 70), 1);
        check(90, 70, (90, 70), 0);
        let mut notes = Vec::new();
        assert_eq!(placing.moment(at(1_000), &mut notes), at(100));
        assert_eq!(placing.moment(at(7), &mut notes), at(7));
        assert_eq!(notes.len(), 1);
        let all = placing.window(TimeRange::ALL, &mut notes);
        assert_eq!((all.start, all.end), (Timestamp::MIN, at(100)));
    }

    #[test]
    fn a_moving_clock_stops_at_the_end() {
        assert_eq!(Clock::fixed(at(5)).now(), at(5));
        let clock = Clock::playing(at(5), 1e12, at(9));
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert_eq!(clock.now(), at(9));
        assert!(Clock::playing(at(5), 0.001, at(9)).now() < at(6));
        assert_eq!(Clock::playing(at(9), 1.0, at(5)).now(), at(9));
    }
}
