//! What lies above a window's sessions or takes the whole of it: presenting, a report under way, settings, and what could
//! not be opened. Keys go there first.

use super::Window;
use crate::failure::failure_ui;
use crate::presenting::Presenting;
use crate::settings::settings_ui;
use crate::walk::Next;
use egui::{Context, Rect, Ui};
use glass_core::{Chord, Command, Event, Key};
use std::time::Duration;

impl Window {
    /// A key is the application's, unless it ends what lies above it.
    pub(super) fn take_key(&mut self, context: &Context, event: Event) {
        let is_escape = matches!(event, Event::Chord(chord) if chord == Chord::key(Key::Esc));
        if self.failure.is_some() && closes(&event) {
            self.failure = None;
        } else if self.shows_settings {
            self.shows_settings = !closes(&event);
        } else if is_escape && let Some(walk) = self.walk.take() {
            for event in walk.give_up() {
                self.update(context, self.current, event);
            }
        } else if self.presenting.is_some() && !self.app().has_overlay() {
            match is_escape {
                true => self.present(context),
                false => self.update(context, self.current, Presenting::meaning(event)),
            }
        } else {
            self.update(context, self.current, event);
        }
    }

    /// Goes on with a report.
    pub(super) fn walk_on(&mut self, context: &Context) {
        let Some(walk) = &mut self.walk else { return };
        let next = walk.next(self.sessions[self.current].app(), context);
        let told = match next {
            Next::Wait => return,
            Next::Tell(event) => vec![event],
            Next::Over(events) => {
                self.walk = None;
                events.into()
            }
        };
        for event in told {
            self.update(context, self.current, event);
        }
        context.request_repaint();
    }

    /// Begins or ends showing what is open to others.
    pub(super) fn present(&mut self, context: &Context) {
        let session = &mut self.sessions[self.current];
        match self.presenting.take() {
            Some(presenting) => drop(session.rearrange(presenting.end(context))),
            None => {
                self.beside = None;
                let before = session.rearrange(session.for_presenting());
                self.presenting = Some(Presenting::begin(context, before));
                if !self.app().story().is_empty() && !self.app().is_telling() {
                    self.update(context, self.current, Event::Command(Command::NextStep));
                }
            }
        }
        context.request_repaint();
    }

    /// The pointer, and the notes for the one who speaks.
    pub(super) fn show_presenting(&mut self, ui: &Ui) {
        let Some(presenting) = &mut self.presenting else {
            return;
        };
        Presenting::pointer_ui(ui);
        let app = self.sessions[self.current].app();
        if presenting.shows_notes
            && let Some(story) = app.story_view()
        {
            presenting.notes_window_ui(ui.ctx(), &story, &app.time_text());
            // The clock of the one who speaks.
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
    }

    /// What could not be opened, above everything.
    pub(super) fn show_failure(&mut self, ui: &mut Ui, window: Rect) {
        if let Some(failure) = &self.failure
            && failure_ui(ui, window, failure)
        {
            self.failure = None;
            ui.ctx().request_repaint();
        }
    }

    pub(super) fn show_settings(&mut self, context: &Context) {
        if !self.shows_settings {
            return;
        }
        let percent = (self.scale * 100.0).round() as u16;
        let chosen = settings_ui(context, self.app(), percent);
        let app = self.sessions[self.current].app_mut();
        if let Some(theme) = &chosen.theme {
            app.set_theme(theme);
        }
        if let Some(speed) = chosen.speed {
            app.set_speed(speed);
        }
        if let Some(percent) = chosen.scale {
            context.set_zoom_factor(f32::from(percent) / 100.0);
        }
        for event in chosen.events {
            self.update(context, self.current, event);
        }
        self.shows_settings = !chosen.is_closed;
    }
}

/// Whether a key closes what lies above everything.
fn closes(event: &Event) -> bool {
    matches!(event, Event::Chord(chord) if *chord == Chord::key(Key::Esc) || *chord == Chord::key(Key::Enter))
}
