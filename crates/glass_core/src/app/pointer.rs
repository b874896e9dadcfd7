//! What the pointer does to a list: the same commands that keys would run, one after the other.

use super::App;
use crate::{Command, Effect, ListView, Point, PointAt};

/// Panes a screen has at most: so often the next one is tried.
const MAX_PANES: usize = 12;
/// Rows the wheel turns by at most at once.
const MAX_TURN: u64 = 50;

impl App {
    pub(super) fn point(&mut self, point: Point) -> Vec<Effect> {
        let Point { screen, list, at } = point;
        if self.help.is_some() || self.prompt.is_some() || self.editor.is_some() {
            return Vec::new();
        }
        self.pending.clear();
        self.go_to_tile(screen);
        if let PointAt::Scroll(nth) = at {
            self.scroll_to(nth);
            return Vec::new();
        }
        if let PointAt::Time(nth) = at {
            let (screen, context) = self.current_mut();
            return match screen.choose_time(&context, nth) {
                true => self.run(Command::Open),
                false => Vec::new(),
            };
        }
        let mut effects = Vec::new();
        let Some(n_panes) = self.go_to_list(list, &mut effects) else {
            return effects;
        };
        match at {
            PointAt::Beside | PointAt::Scroll(_) | PointAt::Time(_) => {}
            PointAt::Row(row) => self.choose_row(list, row, &mut effects),
            PointAt::Open(row) => {
                self.choose_row(list, row, &mut effects);
                effects.extend(self.run(Command::Open));
            }
            PointAt::Wheel(n_rows) => {
                let command = if n_rows < 0 { Command::Up } else { Command::Down };
                for _ in 0..n_rows.unsigned_abs().min(MAX_TURN) {
                    effects.extend(self.run(command));
                }
                for _ in 0..n_panes {
                    effects.extend(self.run_on_screen(Command::PreviousPane));
                }
            }
        }
        effects
    }

    fn scroll_to(&mut self, nth: usize) {
        let viewport = self.viewport_of(self.screen, self.viewport);
        let (screen, context) = self.current_mut();
        let reaction = screen.scroll_to(&context, viewport, nth);
        self.go_on(reaction);
    }

    fn list(&self, nth: usize) -> Option<ListView> {
        self.screen_view(self.viewport).lists().into_iter().nth(nth)
    }

    /// Sends keys to a list; returns over how many panes that went. `None`, with nothing changed, if no number of panes
    /// leads there.
    fn go_to_list(&mut self, nth: usize, effects: &mut Vec<Effect>) -> Option<usize> {
        for n_panes in 0..MAX_PANES {
            if self.list(nth)?.focused {
                return Some(n_panes);
            }
            effects.extend(self.run_on_screen(Command::NextPane));
        }
        for _ in 0..MAX_PANES {
            effects.extend(self.run_on_screen(Command::PreviousPane));
        }
        None
    }

    fn choose_row(&mut self, nth: usize, row: usize, effects: &mut Vec<Effect>) {
        let Some(list) = self.list(nth) else { return };
        let row = row.min(list.n_rows.saturating_sub(1));
        let selected = list.selected.unwrap_or(0);
        let command = if row < selected {
            Command::Up
        } else {
            Command::Down
        };
        for _ in 0..row.abs_diff(selected) {
            effects.extend(self.run(command));
        }
    }
}
