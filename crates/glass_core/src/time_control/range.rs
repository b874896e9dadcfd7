//! The part of time that a user selects: looked at alone, closely, or again and again.

use super::TimeControl;
use glass_model::{TimeRange, Timestamp};

/// A shorter part is not gone through again and again.
const LEAST_ROUND: i64 = 10_000_000;
/// A shorter part is shown with something around it.
pub(super) const LEAST_WINDOW: i64 = 1_000_000_000;

/// Where a selection was begun and, once it is fixed, where it ends; until then it reaches to the moment looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected {
    from: Timestamp,
    to: Option<Timestamp>,
}

impl TimeControl {
    /// What is selected, as the user has it: it may reach beyond the playhead.
    pub fn selected(&self) -> Option<TimeRange> {
        let Selected { from, to } = self.selected?;
        let to = to.unwrap_or_else(|| self.looked_at());
        Some(TimeRange::new(from.min(to), from.max(to)))
    }

    /// What is selected, as far as time has come; `None` if it all lies ahead.
    pub fn range(&self) -> Option<TimeRange> {
        let range = self.selected()?.until(self.playhead);
        (!range.is_empty()).then_some(range)
    }

    /// Whether the selection still follows the moment looked at.
    pub fn is_selecting(&self) -> bool {
        self.selected.is_some_and(|selected| selected.to.is_none())
    }

    /// Begins a selection at the moment looked at, or ends the one that was begun.
    pub fn select(&mut self) {
        let here = self.looked_at();
        self.selected = Some(match self.selected {
            Some(Selected { from, to: None }) => Selected { from, to: Some(here) },
            _ => Selected { from: here, to: None },
        });
    }

    /// Selects what lies between two moments.
    pub fn select_between(&mut self, one: Timestamp, other: Timestamp) {
        let inside = |at: Timestamp| at.clamp(self.extent.start, self.extent.end);
        self.selected = Some(Selected {
            from: inside(one.min(other)),
            to: Some(inside(one.max(other))),
        });
    }

    /// Selects nothing; says whether something was.
    pub fn select_nothing(&mut self) -> bool {
        self.selected.take().is_some()
    }

    /// Shows what is selected, as long as it is, also if the playhead lies after it.
    ///
    /// # Errors
    /// When nothing is selected that time has come to.
    pub fn zoom_to_range(&mut self) -> Result<(), &'static str> {
        let selected = self.selected().ok_or("nothing is selected; x begins a range")?;
        if selected.start > self.shown_playhead() {
            return Err("what is selected lies after the playhead");
        }
        let length = selected.nanos().max(LEAST_WINDOW).min(self.extent.nanos());
        let latest = self.extent.end.plus_nanos(-length);
        let start = selected.start.min(latest).max(self.extent.start);
        self.window = TimeRange::new(start, start.plus_nanos(length));
        Ok(())
    }

    /// Goes through the selection again and again from now on, or through all; or no more.
    pub fn toggle_loop(&mut self) {
        self.loops = !self.loops;
    }

    /// Whether playing goes through a part of time again and again.
    pub fn is_looping(&self) -> bool {
        self.loops
    }

    /// What is gone through again and again.
    pub(super) fn round(&self) -> Option<TimeRange> {
        let fixed = self.selected().filter(|_| !self.is_selecting());
        let round = fixed.unwrap_or(self.extent);
        (self.loops && round.nanos() >= LEAST_ROUND).then_some(round)
    }

    /// Shows a window of a length around the middle of what is shown, where the playhead is not in sight.
    pub(super) fn set_window_around(&mut self, length: i64) {
        let middle = self.window.at_ratio(0.5);
        let latest = self.extent.end.plus_nanos(-length).min(self.shown_playhead());
        let start = middle.plus_nanos(-length / 2).min(latest).max(self.extent.start);
        self.window = TimeRange::new(start, start.plus_nanos(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn time(playhead: i64) -> TimeControl {
        TimeControl::new(TimeRange::new(at(0), at(900)), at(900), Some(at(playhead)))
    }

    #[test]
    fn a_selection_follows_until_it_is_fixed_and_tells_nothing_of_the_future() {
        let mut time = time(100);
        time.select();
        time.seek(at(300));
        assert_eq!(time.range(), Some(TimeRange::new(at(100), at(300))));
        time.select();
        time.seek(at(200));
        assert_eq!(time.selected(), Some(TimeRange::new(at(100), at(300))));
        assert_eq!(time.range(), Some(TimeRange::new(at(100), at(200))));
        time.seek(at(50));
        assert_eq!(time.range(), None);
        assert!(time.select_nothing() && !time.select_nothing());
    }

    #[test]
    fn the_window_can_leave_the_playhead_behind_and_finds_it_again() {
        let mut time = time(800);
        assert!(time.zoom_to_range().is_err());
        time.select_between(at(200), at(100));
        time.zoom_to_range().unwrap();
        assert_eq!(time.window(), TimeRange::new(at(100), at(200)));
        time.zoom(true);
        assert_eq!(time.window(), TimeRange::new(at(120), at(180)));
        time.seek(at(700));
        assert!(time.window().contains(at(700)));
        time.select_between(at(750), at(760));
        assert!(time.zoom_to_range().is_err(), "it lies ahead");
    }

    #[test]
    fn playing_goes_round_in_what_is_selected() {
        let mut time = time(100);
        time.select_between(at(100), at(150));
        time.toggle_loop();
        time.toggle();
        time.tick(4_000_000_000);
        assert_eq!(time.playhead(), at(140));
        time.tick(1_000_000_000);
        assert_eq!((time.playhead(), time.is_playing()), (at(100), true));
        time.hold(true);
        time.tick(1_000_000_000);
        assert_eq!(time.playhead(), at(100), "a hand holds it");
    }
}
