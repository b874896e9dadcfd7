//! [`Lists`]: the lists of a screen as they are drawn, so that the pointer reaches their rows.

use crate::layout::ROW;
use egui::{Id, Rect, Response, Ui};
use glass_core::{Command, Event, ListView, Point, PointAt, Screen, ScreenView, TableView};

/// The lists of one screen, and what the pointer asked for.
pub struct Lists<'a> {
    events: &'a mut Vec<Event>,
    /// The screen.
    screen: Screen,
    lists: Vec<ListView>,
    is_taken: Vec<bool>,
    /// Whether a row that is pressed once is opened.
    opens_at_once: bool,
}

impl<'a> Lists<'a> {
    /// Of a screen.
    pub fn of(screen: Screen, view: &ScreenView, events: &'a mut Vec<Event>) -> Self {
        let lists = view.lists();
        Self {
            events,
            screen,
            is_taken: vec![false; lists.len()],
            lists,
            opens_at_once: false,
        }
    }

    /// The place of a table among the lists that the core knows; `None` for one that it does not count among them.
    pub fn find(&mut self, table: &TableView) -> Option<usize> {
        let is_it = |nth: &usize| !self.is_taken[*nth] && self.lists[*nth].title == table.title;
        let found = (0..self.lists.len()).find(is_it)?;
        self.is_taken[found] = true;
        Some(found)
    }

    /// The place of the list that has no title: log lines.
    pub fn find_untitled(&mut self) -> Option<usize> {
        let is_it = |nth: &usize| !self.is_taken[*nth] && self.lists[*nth].title.is_empty();
        let found = (0..self.lists.len()).find(is_it)?;
        self.is_taken[found] = true;
        Some(found)
    }

    /// From now on a row is opened that is pressed once: its list does nothing else.
    pub fn open_at_once(&mut self) {
        self.opens_at_once = true;
    }

    /// Tells of a row that was pressed, once or twice.
    pub fn row(&mut self, list: usize, row: usize, response: &Response) {
        let opens = response.double_clicked() || (self.opens_at_once && response.clicked());
        if opens {
            self.point(list, PointAt::Open(row));
        } else if response.clicked() {
            self.point(list, PointAt::Row(row));
        }
    }

    /// Tells of the wheel above a list, or above something that takes what has the keys.
    pub fn wheel(&mut self, ui: &Ui, place: Rect, list: Option<usize>) {
        let n_rows = turned(ui, place);
        match list {
            _ if n_rows == 0 => {}
            Some(list) => self.point(list, PointAt::Wheel(n_rows)),
            None => {
                let command = if n_rows < 0 { Command::Up } else { Command::Down };
                let times = n_rows.unsigned_abs().min(20);
                self.events.extend((0..times).map(|_| Event::Command(command)));
            }
        }
    }

    /// Tells that the `nth` block or line is to be the first in sight.
    pub fn scroll(&mut self, nth: u64) {
        self.point(0, PointAt::Scroll(usize::try_from(nth).unwrap_or(usize::MAX)));
    }

    /// Tells of a time in the text that was pressed.
    pub fn time(&mut self, nth: usize) {
        self.point(0, PointAt::Time(nth));
    }

    /// Tells of a part of the window that was drawn over; 0 is its start, 1 its end.
    pub fn select(&mut self, from: f64, to: f64) {
        self.events.push(Event::Select { from, to });
    }

    /// Tells where on the window of time the pointer is.
    pub fn look(&mut self, ratio: Option<f64>) {
        self.events.push(Event::Look(ratio));
    }

    /// Runs a command.
    pub fn run(&mut self, command: Command) {
        self.events.push(Event::Command(command));
    }

    /// Makes the window of time so many times as long around a place of it.
    pub fn zoom(&mut self, at: f64, factor: f64) {
        self.events.push(Event::Zoom { at, factor });
    }

    /// Moves the window of time by a part of its length.
    pub fn pan(&mut self, ratio: f64) {
        self.events.push(Event::Pan(ratio));
    }

    /// Shows a part of the window alone.
    pub fn zoom_to(&mut self, from: f64, to: f64) {
        self.events.push(Event::ZoomTo { from, to });
    }

    /// Shows a line of a graph alone, or all of them again.
    pub fn isolate(&mut self, graph: &str, line: &str) {
        let (graph, line) = (graph.to_owned(), line.to_owned());
        self.events.push(Event::Isolate { graph, line });
    }

    fn point(&mut self, list: usize, at: PointAt) {
        let screen = self.screen;
        self.events.push(Event::Point(Point { screen, list, at }));
    }
}

/// How many rows the wheel turned above a place; what is less than a row waits for more.
pub fn turned(ui: &Ui, place: Rect) -> i64 {
    if !ui.rect_contains_pointer(place) {
        return 0;
    }
    let delta = ui.input(|input| input.smooth_scroll_delta.y);
    if delta == 0.0 {
        return 0;
    }
    let id = Id::unique("turned");
    let whole = ui.data_mut(|data| {
        let sum = data.get_temp_mut_or(id, 0.0_f32);
        *sum -= delta;
        let whole = (*sum / ROW).trunc();
        *sum -= whole * ROW;
        whole
    });
    whole as i64
}
