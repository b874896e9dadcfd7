//! [`Hits`]: what the pointer can meet on a screen, noted while it is drawn.

use glass_core::{Chord, Command, ListView, Screen};
use ratatui::layout::{Position, Rect};
use std::ops::Range;

/// What the pointer can meet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hit {
    /// A list: its screen, its place among the lists of that, and the row, if there is one.
    List(Screen, usize, Option<usize>),
    /// Something that a command belongs to.
    Command(Command),
    /// Something with the window of time along it, from its left to its right edge.
    Axis(Rect),
    /// A hint: the keys it shows.
    Keys(Vec<Chord>),
}

/// A list where it was drawn.
#[derive(Clone, Debug)]
struct DrawnList {
    screen: Screen,
    nth: usize,
    area: Rect,
    /// The screen's row in which the first of the list's rows stands.
    top: u16,
    /// Which of the list's rows were drawn.
    rows: Range<usize>,
}

/// What the pointer can meet on a screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    /// The lists of the screen that is drawn.
    lists: Vec<ListView>,
    /// Which one that is.
    screen: Screen,
    drawn: Vec<DrawnList>,
    others: Vec<(Rect, Hit)>,
}

impl Hits {
    /// Begins a screen with these lists.
    pub fn begin(&mut self, screen: Screen, lists: Vec<ListView>) {
        self.lists = lists;
        self.screen = screen;
    }

    /// Notes a list by its title: rows of it stand from `top` on. One that the core does not count among the lists is
    /// left out.
    pub fn list(&mut self, title: &str, area: Rect, top: u16, rows: Range<usize>) {
        let screen = self.screen;
        let is_it = |drawn: &DrawnList, nth: usize| (drawn.screen, drawn.nth) == (screen, nth);
        let is_new = |nth: usize| !self.drawn.iter().any(|drawn| is_it(drawn, nth));
        let of_title = self.lists.iter().enumerate();
        let found = of_title
            .filter(|(_, list)| list.title == title)
            .map(|(nth, _)| nth)
            .find(|nth| is_new(*nth));
        if let Some(nth) = found {
            self.drawn.push(DrawnList {
                screen,
                nth,
                area,
                top,
                rows,
            });
        }
    }

    /// Notes something that runs a command.
    pub fn command(&mut self, area: Rect, command: Command) {
        self.others.push((area, Hit::Command(command)));
    }

    /// Notes something that has the window of time along it.
    pub fn axis(&mut self, area: Rect) {
        self.others.push((area, Hit::Axis(area)));
    }

    /// Notes a hint by the keys it shows.
    pub fn keys(&mut self, area: Rect, keys: &str) {
        let chords: Option<Vec<Chord>> = keys.split(' ').map(Chord::parse).collect();
        if let Some(chords) = chords {
            self.others.push((area, Hit::Keys(chords)));
        }
    }

    /// What is at a place.
    pub fn at(&self, place: Position) -> Option<Hit> {
        let other = self.others.iter().rev().find(|(area, _)| area.contains(place));
        if let Some((_, hit)) = other {
            return Some(hit.clone());
        }
        let list = self.drawn.iter().rev().find(|list| list.area.contains(place))?;
        let row = place
            .y
            .checked_sub(list.top)
            .map(|offset| list.rows.start + usize::from(offset))
            .filter(|row| list.rows.contains(row));
        Some(Hit::List(list.screen, list.nth, row))
    }
}
