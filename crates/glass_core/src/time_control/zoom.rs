//! The window of time under the pointer: longer, shorter, earlier, later. It never begins after the playhead.

use super::range::LEAST_WINDOW;
use super::{LIVE_PLAYHEAD_RATIO, LIVE_WINDOW, TimeControl, WHOLE_AT_FIRST};
use glass_model::{TimeRange, Timestamp};

impl TimeControl {
    /// The window as it was opened.
    pub fn reset_window(&mut self) {
        if self.is_live() {
            self.window = self.extent;
            self.set_window_length(LIVE_WINDOW);
        } else if self.extent.nanos() > WHOLE_AT_FIRST {
            self.window = self.extent;
            self.set_window_length(WHOLE_AT_FIRST / 2);
        } else {
            self.window = self.extent;
        }
    }

    /// Makes the window `factor` times as long; the moment at `ratio` stays where it is, as far as time reaches.
    pub fn zoom_at(&mut self, ratio: f64, factor: f64) {
        let longest = self.extent.nanos().max(LEAST_WINDOW);
        let length = (self.window.nanos() as f64 * factor.clamp(0.01, 100.0)) as i64;
        let length = length.clamp(LEAST_WINDOW, longest);
        let stays = self.window.at_ratio(ratio);
        let before = (length as f64 * ratio) as i64;
        self.put_window(stays.plus_nanos(-before), length);
    }

    /// Moves the window by a part of its length.
    pub fn pan(&mut self, ratio: f64) {
        let length = self.window.nanos();
        let moved = (length as f64 * ratio) as i64;
        self.put_window(self.window.start.plus_nanos(moved), length);
    }

    /// Shows a part of the window alone, as far as it is not shorter than can be shown.
    ///
    /// # Errors
    /// When it lies after the playhead.
    pub fn zoom_to(&mut self, from: f64, to: f64) -> Result<(), &'static str> {
        let [start, end] = [from, to].map(|ratio| self.window.at_ratio(ratio));
        if start > self.shown_playhead() {
            return Err("that lies after the playhead");
        }
        self.put_window(start, end.nanos_since(start).max(LEAST_WINDOW));
        Ok(())
    }

    /// Shows a window that was shown before.
    pub fn show(&mut self, window: TimeRange) {
        self.put_window(window.start, window.nanos());
    }

    /// Puts the cursor to a place of the window, on the grid of buckets: only there the value of a line is known as it
    /// was at that very moment.
    pub fn look_at(&mut self, ratio: Option<f64>) {
        let on_grid = |ratio: f64| {
            let step = self.bucket_nanos();
            let so_far = self.window.at_ratio(ratio).nanos_since(self.extent.start);
            let nearest = so_far
                .saturating_add(step / 2)
                .div_euclid(step)
                .saturating_mul(step);
            self.extent.start.plus_nanos(nearest)
        };
        self.set_cursor(ratio.map(on_grid));
    }

    /// Puts the window where it is wanted, or as near as time reaches.
    fn put_window(&mut self, start: Timestamp, length: i64) {
        let length = length.min(self.extent.nanos());
        // Behind the present of a live cloud is room, as when it is followed.
        let ahead = match self.is_live() {
            true => (length as f64 * (1.0 - LIVE_PLAYHEAD_RATIO)) as i64,
            false => 0,
        };
        let latest = self
            .extent
            .end
            .plus_nanos(ahead - length)
            .min(self.shown_playhead());
        let start = start.min(latest).max(self.extent.start);
        self.window = TimeRange::new(start, start.plus_nanos(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn secs(time: &TimeControl) -> (i64, i64) {
        (time.window().start.secs(), time.window().end.secs())
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let mut time = TimeControl::new(TimeRange::new(at(0), at(1000)), at(1000), Some(at(900)));
        time.zoom_at(0.5, 0.5);
        assert_eq!(secs(&time), (250, 750));
        time.zoom_at(0.0, 0.2);
        assert_eq!(secs(&time), (250, 350));
        time.pan(0.5);
        assert_eq!(secs(&time), (300, 400));
        time.zoom_at(0.5, 1e9);
        assert_eq!(secs(&time), (0, 1000));
        time.reset_window();
        assert_eq!(secs(&time), (0, 1000));
    }

    #[test]
    fn the_window_never_begins_after_the_playhead() {
        let mut time = TimeControl::new(TimeRange::new(at(0), at(1000)), at(1000), Some(at(300)));
        assert!(time.zoom_to(0.4, 0.5).is_err());
        time.zoom_to(0.1, 0.2).unwrap();
        assert_eq!(secs(&time), (100, 200));
        for _ in 0..9 {
            time.pan(0.9);
        }
        assert_eq!(secs(&time), (300, 400));
    }

    #[test]
    fn the_pointer_looks_at_moments_on_the_grid_of_buckets() {
        let mut time = TimeControl::new(TimeRange::new(at(3), at(3003)), at(3003), Some(at(2001)));
        time.look_at(Some(0.1001));
        assert_eq!(time.cursor(), Some(at(303)));
        time.look_at(Some(0.9));
        assert_eq!(time.cursor(), Some(at(2001)), "never after the playhead");
    }
}
