//! The screens in sight: one, two side by side, or as many as a front-end has tiles for; one playhead for all.
//!
//! A terminal leaves it to the core how screens share the room. A window says which screens its tiles show and how much
//! fits into each ([`Event::Tiles`](crate::Event::Tiles)).

use super::App;
use crate::context::Context;
use crate::graphs::SharedBands;
use crate::{Arrange, Command, Effect, Face, Screen, Tile, TileView, Viewport};

/// The least number of bars that fit side by side where two screens do.
const LEAST_BARS: usize = 100;

/// The screens beside the one that keys go to, which is [`App::screen`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tiles {
    /// The second of two, where the core divides the room.
    second: Option<Second>,
    /// What the front-end shows, where it divides the room; empty if it leaves that to the core.
    given: Vec<Tile>,
    /// Whether the one that keys go to is shown alone for now.
    is_alone: bool,
}

/// The second of two screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Second {
    screen: Screen,
    /// Whether it stands at the left.
    is_left: bool,
}

impl App {
    /// Takes which screens a front-end shows, and how much fits into each.
    pub(super) fn take_tiles(&mut self, tiles: Vec<Tile>) -> Vec<Effect> {
        let is_first = self.tiles.given.is_empty() && self.clouds.all().is_empty();
        self.tiles.second = None;
        self.tiles.given = tiles;
        // What can be opened stands beside the screens.
        is_first.then_some(Effect::ListClouds).into_iter().collect()
    }

    /// The second of two screens, if both are in sight.
    fn second(&self, viewport: Viewport) -> Option<Second> {
        let fits = viewport.bar_columns >= LEAST_BARS;
        self.tiles.second.filter(|_| fits && !self.tiles.is_alone)
    }

    /// How much of a screen is in sight, given how much is of all.
    pub(super) fn viewport_of(&self, screen: Screen, viewport: Viewport) -> Viewport {
        let given = self.tiles.given.iter().find(|tile| tile.screen == screen);
        match given {
            Some(tile) => tile.viewport,
            None if self.second(viewport).is_some() => viewport.half(),
            None => viewport,
        }
    }

    /// The screens in sight, in the order of their places.
    pub(super) fn screens_shown(&self) -> Vec<Screen> {
        if self.tiles.is_alone {
            return vec![self.screen];
        }
        if !self.tiles.given.is_empty() {
            let mut screens: Vec<_> = self.tiles.given.iter().map(|tile| tile.screen).collect();
            if !screens.contains(&self.screen) {
                screens.push(self.screen);
            }
            return screens;
        }
        match self.second(self.viewport) {
            Some(Second {
                screen,
                is_left: true,
            }) => vec![screen, self.screen],
            Some(Second { screen, .. }) => vec![self.screen, screen],
            None => vec![self.screen],
        }
    }

    /// The front-end: the one that divides the room itself is a window.
    pub(super) fn face(&self) -> Face {
        match self.tiles.given.is_empty() {
            true => Face::Terminal,
            false => Face::Window,
        }
    }

    /// Whether one of several screens is shown alone for now.
    pub fn is_alone(&self) -> bool {
        self.tiles.is_alone
    }

    /// What the screens in sight show.
    pub(super) fn tile_views(&self, viewport: Viewport, bands: &SharedBands) -> Vec<TileView> {
        let view = |screen: Screen| {
            let context = Context {
                bands: Some(bands),
                ..self.context_of(screen)
            };
            TileView {
                screen,
                title: screen.title().to_owned(),
                view: self
                    .state(screen)
                    .view(&context, self.viewport_of(screen, viewport)),
                has_keys: screen == self.screen,
            }
        };
        self.screens_shown().into_iter().map(view).collect()
    }

    pub(super) fn split_or_join(&mut self) -> Vec<Effect> {
        if self.tiles.second.take().is_some() {
            return Vec::new();
        }
        let here = self.screen;
        let shown = self.screens_shown();
        let before = self.past.iter().rev().map(|place| place.screen);
        let mut before = before.filter(|screen| *screen != Screen::Clouds && !shown.contains(screen));
        self.tiles.is_alone = false;
        self.editor = None;
        self.screen = before.next().unwrap_or(partner(here));
        if !self.tiles.given.is_empty() {
            return vec![Effect::Arrange(Arrange::Beside {
                screen: self.screen,
                of: here,
            })];
        }
        self.tiles.second = Some(Second {
            screen: here,
            is_left: true,
        });
        self.say(match self.second(self.viewport) {
            Some(_) => "tab goes to the other one, 1 to 9 choose, f shows one alone, | closes it",
            None => "there is no room for two side by side: tab changes from one to the other, | closes it",
        });
        Vec::new()
    }

    /// What a command asks of a front-end that divides the room itself.
    pub(super) fn arrange(&mut self, command: Command) -> Vec<Effect> {
        if self.face() == Face::Terminal {
            self.say("that is for the window: glasshouse gui");
            return Vec::new();
        }
        vec![Effect::Arrange(match command {
            Command::Arrange(preset) => Arrange::Preset(preset),
            Command::Present => Arrange::Present,
            Command::SpeakerNotes => Arrange::SpeakerNotes,
            Command::Settings => Arrange::Settings,
            Command::NextSession => Arrange::NextSession,
            Command::CompareSessions => Arrange::CompareSessions,
            Command::CloseSession => Arrange::CloseSession,
            Command::ToggleTree => Arrange::ToggleTree,
            Command::ToggleDetails => Arrange::ToggleDetails,
            _ => Arrange::Close(self.screen),
        })]
    }

    /// What a command does to several screens; `false` if it is for the one that keys go to.
    pub(super) fn run_on_tiles(&mut self, command: Command) -> bool {
        let n_tiles = match self.tiles.second {
            Some(_) => 2,
            None => self.tiles.given.len(),
        };
        match command {
            Command::NextPane if self.tiles.second.is_some() => self.next_tile(),
            Command::NextTile => self.next_tile(),
            Command::FullScreen if n_tiles > 1 => self.tiles.is_alone = !self.tiles.is_alone,
            _ => return false,
        }
        true
    }

    /// Sends keys to the next screen.
    fn next_tile(&mut self) {
        if self.tiles.second.is_some() {
            return self.change_half();
        }
        let tiles = &self.tiles.given;
        let here = tiles.iter().position(|tile| tile.screen == self.screen);
        match tiles.get(here.map_or(0, |here| (here + 1) % tiles.len().max(1))) {
            Some(next) if next.screen != self.screen => {
                self.screen = next.screen;
                self.editor = None;
            }
            _ => self.say("there is no other screen in sight; | puts one beside this one"),
        }
    }

    fn change_half(&mut self) {
        if let Some(second) = &mut self.tiles.second {
            std::mem::swap(&mut self.screen, &mut second.screen);
            second.is_left = !second.is_left;
            self.editor = None;
        }
    }

    /// Sends keys to a screen that is in sight.
    pub(super) fn go_to_tile(&mut self, screen: Screen) {
        if self.screen == screen || !self.screens_shown().contains(&screen) {
            return;
        }
        match self.tiles.second {
            Some(_) => self.change_half(),
            None => {
                self.screen = screen;
                self.editor = None;
            }
        }
    }

    /// Gives up the second screen, or shows all again; says whether there was anything to do.
    pub(super) fn join(&mut self) -> bool {
        std::mem::take(&mut self.tiles.is_alone) && !self.tiles.given.is_empty()
            || self.tiles.second.take().is_some()
    }

    /// Puts a screen where keys go to; of two side by side, keys go where it is.
    pub(super) fn put_screen(&mut self, screen: Screen) {
        if self.tiles.second.is_some_and(|second| second.screen == screen) {
            self.change_half();
        }
        self.screen = screen;
        self.editor = None;
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
