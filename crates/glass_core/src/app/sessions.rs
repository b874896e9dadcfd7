//! The application's half of remembering: where it was left, and going on there.

use super::App;
use crate::marks::Marks;
use crate::session::{self, Memory, ScreenLeft, Session};
use crate::story::Telling;
use crate::{Look, Screen, words};

impl App {
    /// Takes what an earlier start remembered; [`App::resume`] makes use of it.
    pub fn recall(&mut self, mut memory: Memory) {
        memory.bound();
        self.palette_history = std::mem::take(&mut memory.commands);
        self.query_history = std::mem::take(&mut memory.queries);
        self.left = memory;
    }

    /// Goes on where this recording or cloud was left, if that is remembered; before the first event.
    pub fn resume(&mut self) {
        let sessions = self.left.sessions.iter();
        let Some(session) = sessions.rev().find(|session| session.is_of(&self.info)).cloned() else {
            return;
        };
        for left in &session.screens {
            self.set_screen(left.screen, &left.filter, &left.query, &left.look);
        }
        self.marks = Marks::of(session.marks);
        self.layout = session.layout;
        if let Some(story) = session.story {
            self.telling = Telling::of(&story);
            self.telling.is_own = true;
        }
        self.screen = session.screen;
        self.time.set_window_length(session.window_nanos);
        if self.info.is_live {
            return;
        }
        self.time.seek(session.at);
        self.time.move_window(session.from);
        let at = words::time_of_day(self.time.playhead());
        self.say(&format!(
            "where you left it, at {at}; ^ goes to the start, ? shows all keys"
        ));
    }

    /// Goes on where this recording or cloud was left later than what was recalled; before the first event.
    pub fn resume_from(&mut self, memory: &Memory) {
        let known = memory.sessions.iter().any(|session| session.is_of(&self.info));
        if known {
            for session in &memory.sessions {
                self.left.note(session.clone());
            }
            self.resume();
        }
    }

    /// Sets a screen as it was left or as an address names it. What else the view is made of comes last: filters and
    /// queries begin a view anew.
    pub(super) fn set_screen(&mut self, screen: Screen, filter: &str, query: &str, look: &Look) {
        let state = self.state_mut(screen).0;
        state.set_filter(filter);
        if !query.is_empty() {
            state.set_query(query);
        }
        for (name, value) in look {
            state.set_look(name, value);
        }
    }

    /// How the window shared its room when this was left; empty if that is not known.
    pub fn layout(&self) -> &str {
        &self.layout
    }

    /// Notes how the window shares its room.
    pub fn set_layout(&mut self, layout: String) {
        self.layout = layout;
    }

    /// What is to be known at the next start.
    pub fn memory(&self) -> Memory {
        let mut memory = self.left.clone();
        memory.note(self.session());
        memory.commands = self.palette_history.clone();
        memory.queries = self.query_history.clone();
        memory.bound();
        memory
    }

    fn session(&self) -> Session {
        let screens = Screen::ALL.into_iter().filter(|screen| *screen != Screen::Clouds);
        let screens = screens.filter_map(|screen| {
            let state = self.state(screen);
            let left = ScreenLeft {
                screen,
                filter: state.filter().unwrap_or_default().to_owned(),
                query: state.query().to_owned(),
                look: state.look(),
            };
            let has_any = !left.filter.is_empty() || !left.query.is_empty() || !left.look.is_empty();
            has_any.then_some(left)
        });
        Session {
            name: self.info.name.clone(),
            start: session::start_of(&self.info),
            screen: self.screen,
            at: self.time.playhead(),
            from: self.time.window().start,
            window_nanos: self.time.window().nanos(),
            screens: screens.collect(),
            marks: self.marks.all().to_vec(),
            story: self.own_story(),
            layout: self.layout.clone(),
        }
    }
}
