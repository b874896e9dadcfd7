//! Two screens side by side, with one playhead.

use super::App;
use crate::{Command, HalvesView, Screen, ScreenView, Viewport};

/// The least number of bars that fit side by side where two screens do.
const LEAST_BARS: usize = 100;

/// The second of two screens. Keys go to [`App::screen`], which is the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Halves {
    /// The screen that keys do not go to.
    pub(super) other: Screen,
    /// Whether the one that keys go to stands at the right.
    is_right: bool,
    /// Whether the one that keys go to is shown alone for now.
    is_alone: bool,
}

impl App {
    /// The second of two screens, if both are in sight.
    pub(super) fn halves(&self, viewport: Viewport) -> Option<Halves> {
        let fits = viewport.bar_columns >= LEAST_BARS;
        self.halves.filter(|halves| fits && !halves.is_alone)
    }

    /// How much of a screen is in sight, given how much is of all.
    pub(super) fn screen_viewport(&self, viewport: Viewport) -> Viewport {
        match self.halves(viewport) {
            Some(_) => viewport.half(),
            None => viewport,
        }
    }

    /// The screens in sight.
    pub(super) fn screens_shown(&self) -> Vec<Screen> {
        let other = self.halves(self.viewport).map(|halves| halves.other);
        std::iter::once(self.screen).chain(other).collect()
    }

    /// What both screens show: the only or left one, and what there is to say of the right one.
    pub(super) fn screen_views(&self, viewport: Viewport) -> (ScreenView, Option<Box<HalvesView>>) {
        let place = self.screen_viewport(viewport);
        let context = self.context();
        let view = |screen| self.state(screen).view(&context, place);
        let Some(Halves { other, is_right, .. }) = self.halves(viewport) else {
            return (view(self.screen), None);
        };
        let (left, right) = if is_right {
            (other, self.screen)
        } else {
            (self.screen, other)
        };
        let halves = HalvesView {
            titles: [left, right].map(|screen| screen.title().to_owned()),
            right: view(right),
            right_has_keys: is_right,
        };
        (view(left), Some(Box::new(halves)))
    }

    pub(super) fn split_or_join(&mut self) {
        if self.halves.take().is_some() {
            return;
        }
        let other = self.screen;
        let before = self
            .past
            .iter()
            .rev()
            .map(|place| place.screen)
            .find(|screen| *screen != other);
        self.screen = before
            .filter(|screen| *screen != Screen::Clouds)
            .unwrap_or(partner(other));
        self.editor = None;
        self.halves = Some(Halves {
            other,
            is_right: true,
            is_alone: false,
        });
        self.say(match self.halves(self.viewport) {
            Some(_) => "tab goes to the other one, 1 to 9 choose, f shows one alone, | closes it",
            None => "there is no room for two side by side: tab changes from one to the other, | closes it",
        });
    }

    /// What a command does to two screens; `false` if it is for the one that keys go to.
    pub(super) fn run_on_halves(&mut self, command: Command) -> bool {
        let Some(halves) = &mut self.halves else {
            return false;
        };
        match command {
            Command::NextPane => self.change_half(),
            Command::FullScreen => halves.is_alone = !halves.is_alone,
            _ => return false,
        }
        true
    }

    /// Sends keys to the other screen.
    pub(super) fn change_half(&mut self) {
        if let Some(halves) = &mut self.halves {
            std::mem::swap(&mut self.screen, &mut halves.other);
            halves.is_right = !halves.is_right;
            self.editor = None;
        }
    }

    /// Sends keys to the right or the left screen.
    pub(super) fn go_to_half(&mut self, right: bool) {
        if self.halves.is_some_and(|halves| halves.is_right != right) {
            self.change_half();
        }
    }

    /// Gives up the second screen; says whether there was one.
    pub(super) fn join(&mut self) -> bool {
        self.halves.take().is_some()
    }

    /// Whether a screen is the second one.
    pub(super) fn is_other_half(&self, screen: Screen) -> bool {
        self.halves.is_some_and(|halves| halves.other == screen)
    }
}

/// The screen that is of most use beside another.
fn partner(screen: Screen) -> Screen {
    match screen {
        Screen::Logs => Screen::Metrics,
        Screen::Incidents | Screen::Clouds => Screen::Overview,
        _ => Screen::Logs,
    }
}
