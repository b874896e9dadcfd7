//! [`Window`]: the loop between the core, the runners and egui. It draws only when something happened: a key, the
//! pointer, an answer, or a tick while time moves.
//!
//! Several recordings and clouds can be open: each is a [`Session`], one is looked at, and another may stand beside it,
//! its time aligned at the start of the two incidents.

mod above;
mod beside;

use crate::export::exporter::Exporter;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::looks::Looks;
use crate::openables::OpenSession;
use crate::presenting::Presenting;
use crate::session::Session;
use crate::view::Wish;
use crate::walk::Walk;
use crate::{paint, theme};
use beside::Beside;
use egui::{Context, Rect, Ui, ViewportCommand};
use glass_core::{App, Arrange, Command, Effect, Event, Memory, Runner};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How often time moves on screen while playing.
const TICK: Duration = Duration::from_millis(33);

/// How long an answer may belong to an earlier playhead before it is shown as such.
const PATIENCE: Duration = Duration::from_millis(300);

/// More are not open at once.
const MAX_SESSIONS: usize = 12;

/// Wakes the window from any thread: to be called after an event was sent to it. Until the window is there, and
/// after it is gone, it does nothing.
#[derive(Clone, Debug, Default)]
pub struct Waker {
    context: Arc<OnceLock<Context>>,
}

impl Waker {
    /// Has the window take its events soon.
    pub fn wake(&self) {
        if let Some(context) = self.context.get() {
            context.request_repaint();
        }
    }

    pub(crate) fn attach(&self, context: &Context) {
        // A second window of the same waker would be a mistake of the program, and the first one goes on.
        self.context.set(context.clone()).ok();
    }
}

/// The application in a window; also drawn by tests, without one.
pub struct Window {
    sessions: Vec<Session>,
    current: usize,
    beside: Option<Beside>,
    last_tick: Option<Instant>,
    unsettled_since: Option<Instant>,
    n_frames: u64,
    /// Opens more, where the program can.
    opening: Option<Opening>,
    exporter: Exporter,
    presenting: Option<Presenting>,
    walk: Option<Walk>,
    shows_settings: bool,
    looks: Looks,
    scale: f32,
    failure: Option<Failure>,
    watcher: Option<Watcher>,
    /// Takes what is to be remembered when the window is closed.
    farewell: Option<Farewell>,
    /// What closed sessions want remembered.
    memory: Memory,
}

/// A frame that was laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnFrame {
    /// The how many-th it is, from 1.
    pub n_frames: u64,
    /// Whether nothing in it waits for an answer.
    pub is_settled: bool,
}

/// Is told of every frame.
pub type Watcher = Box<dyn FnMut(DrawnFrame)>;

/// Takes what is to be known at the next start.
pub type Farewell = Box<dyn FnOnce(Memory)>;

/// How more is opened: a name goes out, and what came of it comes back.
pub struct Opening {
    /// Begins to open something and returns at once.
    pub start: Box<dyn FnMut(String)>,
    /// What was opened, or why it could not be.
    pub arrivals: Receiver<Arrival>,
}

/// What was opened, or why it could not be.
pub type Arrival = Result<NewSession, String>;

/// What a session is made of.
pub struct NewSession {
    /// The application.
    pub app: App,
    /// Who answers it.
    pub runner: Box<dyn Runner + Send>,
    /// Where the answers come from.
    pub events: Receiver<Event>,
}

impl Window {
    /// A window onto an application. Answers to what `runner` is asked come over `events`.
    pub fn new(mut app: App, runner: Box<dyn Runner>, events: Receiver<Event>) -> Self {
        let looks = Looks::default();
        app.set_themes(looks.offered());
        Self {
            sessions: vec![Session::new(app, runner, events)],
            current: 0,
            beside: None,
            last_tick: None,
            unsettled_since: None,
            n_frames: 0,
            opening: None,
            exporter: Exporter::default(),
            presenting: None,
            walk: None,
            shows_settings: false,
            looks,
            scale: 1.0,
            failure: None,
            watcher: None,
            farewell: None,
            memory: Memory::default(),
        }
    }

    /// Has what is to be remembered handed over when the window is closed.
    pub fn with_farewell(mut self, farewell: Farewell) -> Self {
        self.farewell = Some(farewell);
        self
    }

    /// Lets more be opened beside what is open; without, it is opened in its place.
    pub fn with_opening(mut self, opening: Opening) -> Self {
        self.opening = Some(opening);
        self
    }

    /// Has these themes in the place of the window's own alone.
    pub fn with_looks(mut self, looks: Looks) -> Self {
        for session in &mut self.sessions {
            session.app_mut().set_themes(looks.offered());
        }
        self.looks = looks;
        self
    }

    /// Has every frame told, for measurements.
    pub fn with_watcher(mut self, watcher: Watcher) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Tells first of all that something could not be opened; the application beneath is what is there instead.
    pub fn with_failure(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// Prepares an egui context: appearance and keys. To be called once.
    pub fn prepare(context: &Context) {
        theme::install(context);
        context.add_plugin(Keys::default());
        Exporter::prepare(context);
    }

    /// How many frames were drawn.
    pub fn n_frames(&self) -> u64 {
        self.n_frames
    }

    /// The application that is looked at.
    pub fn app(&self) -> &App {
        self.sessions[self.current].app()
    }

    /// How many sessions are open.
    pub fn n_sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Whether all that is in sight is answered.
    pub fn is_settled(&self) -> bool {
        let mut shown = self.shown().into_iter();
        shown.all(|nth| self.sessions[nth].app().is_settled())
    }

    /// What is to be known at the next start.
    pub fn memory(&mut self) -> Memory {
        if let Some(presenting) = self.presenting.take() {
            self.sessions[self.current].rearrange(presenting.into_before());
        }
        let mut memory = std::mem::take(&mut self.memory);
        // The one that is looked at comes last: it was used last.
        let mut order: Vec<usize> = (0..self.sessions.len())
            .filter(|nth| *nth != self.current)
            .collect();
        order.push(self.current);
        for nth in order {
            let session = &mut self.sessions[nth];
            session.note_layout();
            memory.take_in(session.app().memory());
        }
        memory
    }

    /// The sessions in sight.
    fn shown(&self) -> Vec<usize> {
        std::iter::once(self.current)
            .chain(self.beside.map(|beside| beside.nth))
            .collect()
    }

    /// Takes what came in since the last call, moves time, and asks to be drawn again while it moves.
    pub fn take_events(&mut self, context: &Context) {
        for nth in 0..self.sessions.len() {
            while let Some(event) = self.sessions[nth].next_event() {
                self.update(context, nth, event);
            }
        }
        self.take_arrivals(context);
        let types = context.memory(|memory| memory.focused().is_some());
        let keys = context.plugin_or_default::<Keys>();
        keys.lock().leave_to_fields(types);
        let pressed = keys.lock().take();
        for event in pressed {
            self.take_key(context, event);
        }
        self.take_dropped(context);
        for event in self.exporter.take(context) {
            self.update(context, self.current, event);
        }
        let theme = self.sessions[self.current].app().theme();
        self.looks.follow(context, theme);
        self.scale = match &self.presenting {
            Some(presenting) => presenting.usual_zoom(),
            None => context.zoom_factor(),
        };
        self.walk_on(context);
        // Before time moves on: an answer to the last tick that came in time is not late.
        if self.is_settled() {
            self.unsettled_since = None;
        }
        self.tick(context);
        self.align(context);
    }

    /// What was opened is looked at.
    fn take_arrivals(&mut self, context: &Context) {
        let Some(opening) = &self.opening else { return };
        let arrivals: Vec<Arrival> = opening.arrivals.try_iter().collect();
        for arrival in arrivals {
            // What said that it was being opened.
            self.update(context, self.current, Event::Note(String::new()));
            match arrival {
                Ok(NewSession {
                    mut app,
                    runner,
                    events,
                }) => {
                    // It may have been open and closed since the start.
                    app.resume_from(&self.memory);
                    let mut session = Session::new(app, runner, events);
                    session.app_mut().set_themes(self.looks.offered());
                    self.sessions.push(session);
                    self.switch(self.sessions.len() - 1);
                }
                Err(error) => self.update(context, self.current, Event::Opened(Err(error))),
            }
        }
    }

    /// Files and links that were dropped here are opened; F11 changes between the window and the whole screen, F5 presents.
    fn take_dropped(&mut self, context: &Context) {
        let (dropped, toggles, is_full) = context.input(|input| {
            let dropped = input.raw.dropped_files.clone();
            let toggles = input.key_pressed(egui::Key::F11);
            (dropped, toggles, input.viewport().fullscreen.unwrap_or(false))
        });
        if context.input(|input| input.key_pressed(egui::Key::F5)) {
            self.present(context);
        }
        if context.input(|input| input.key_pressed(egui::Key::F6)) {
            self.update(context, self.current, Event::Command(Command::SpeakerNotes));
        }
        if toggles {
            context.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        for file in dropped.iter().take(MAX_SESSIONS) {
            let path = file.path().display().to_string();
            self.update(context, self.current, Event::Bring(path));
        }
    }

    fn tick(&mut self, context: &Context) {
        if !self.app().is_playing() {
            self.last_tick = None;
            return;
        }
        let now = Instant::now();
        let last = *self.last_tick.get_or_insert(now);
        let passed = now.duration_since(last);
        if passed < TICK && passed > Duration::ZERO {
            // An answer or the pointer asked for this frame: it shows the present moment, not a later one, so
            // that answers can catch up with time.
            context.request_repaint_after(TICK - passed);
            return;
        }
        self.last_tick = Some(now);
        let passed_nanos = i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX);
        self.update(context, self.current, Event::Tick(passed_nanos));
        context.request_repaint_after(TICK);
    }

    fn update(&mut self, context: &Context, nth: usize, event: Event) {
        let Some(session) = self.sessions.get_mut(nth) else {
            return;
        };
        let effects = session.update(event);
        self.carry_out(context, nth, effects);
    }

    fn carry_out(&mut self, context: &Context, nth: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(name) => self.open(context, nth, name),
                Effect::Copy(text) => context.copy_text(text),
                Effect::CopyImage => self.exporter.copy_image(context),
                Effect::ExportStory(path) => {
                    self.walk = Some(Walk::new(self.sessions[nth].app(), path));
                    context.request_repaint();
                }
                Effect::Arrange(wish) => self.arrange(context, wish),
                Effect::Export(export) => {
                    if let Some(drawn) = self.exporter.export(context, *export) {
                        self.update(context, nth, drawn);
                    }
                }
                Effect::ToggleMouse => {
                    let text = "the mouse is for the terminal program: a window always has it";
                    self.update(context, nth, Event::Note(text.to_owned()));
                }
                Effect::Suspend => context.send_viewport_cmd(ViewportCommand::Minimized(true)),
                Effect::Quit => context.send_viewport_cmd(ViewportCommand::Close),
                Effect::Ask { .. }
                | Effect::Jump(_)
                | Effect::CheckClouds
                | Effect::ListClouds
                | Effect::KeepStory(_)
                | Effect::Write { .. } => {}
            }
        }
    }

    /// What the window itself is asked for.
    fn arrange(&mut self, context: &Context, wish: Arrange) {
        let next = (self.current + 1) % self.sessions.len();
        match wish {
            Arrange::SpeakerNotes => match &mut self.presenting {
                Some(presenting) => presenting.shows_notes = !presenting.shows_notes,
                None => {
                    let text = "notes are for whoever presents; F5 begins with it";
                    self.update(context, self.current, Event::Note(text.to_owned()));
                }
            },
            Arrange::Settings => self.shows_settings = true,
            Arrange::Present => self.present(context),
            Arrange::CompareSessions if self.beside.take().is_some() => {}
            Arrange::NextSession | Arrange::CompareSessions | Arrange::CloseSession
                if self.sessions.len() < 2 =>
            {
                let text = "nothing else is open; 9 lists what can be";
                self.update(context, self.current, Event::Note(text.to_owned()));
            }
            Arrange::NextSession => self.switch(next),
            Arrange::CompareSessions => self.compare(next),
            Arrange::CloseSession => self.close(self.current),
            // A session's own.
            Arrange::Beside { .. }
            | Arrange::Close(_)
            | Arrange::Preset(_)
            | Arrange::ToggleTree
            | Arrange::ToggleDetails => {}
        }
        context.request_repaint();
    }

    fn open(&mut self, context: &Context, nth: usize, name: String) {
        match &mut self.opening {
            Some(_) if self.sessions.len() >= MAX_SESSIONS => {
                let text = format!("{MAX_SESSIONS} are open already; close one first");
                self.update(context, nth, Event::Opened(Err(text)));
            }
            Some(opening) => (opening.start)(name),
            None => self.sessions[nth].open_in_place(Effect::Open(name)),
        }
    }

    fn switch(&mut self, nth: usize) {
        if nth < self.sessions.len() && nth != self.current && self.presenting.is_none() {
            self.current = nth;
            self.beside = None;
            self.last_tick = None;
            // A report is of what was looked at.
            self.walk = None;
        }
    }

    /// Closes a session; not the last one.
    fn close(&mut self, nth: usize) {
        if self.sessions.len() < 2 || nth >= self.sessions.len() || self.presenting.is_some() {
            return;
        }
        self.walk = None;
        let mut closed = self.sessions.remove(nth);
        closed.note_layout();
        self.memory.take_in(closed.app().memory());
        self.beside = None;
        if self.current > nth || self.current == self.sessions.len() {
            self.current -= 1;
        }
    }

    /// Has answers shown as stale once they were so for a while.
    fn watch_staleness(&mut self, context: &Context) {
        if self.is_settled() {
            self.unsettled_since = None;
            paint::show_staleness(context, false);
            return;
        }
        let waited = self.unsettled_since.get_or_insert_with(Instant::now).elapsed();
        paint::show_staleness(context, waited >= PATIENCE);
        if waited < PATIENCE {
            context.request_repaint_after(PATIENCE - waited);
        }
    }

    /// Draws, over the whole of the window.
    pub fn show(&mut self, ui: &mut Ui) {
        self.n_frames += 1;
        let window = ui.max_rect();
        let context = ui.ctx().clone();
        self.watch_staleness(&context);
        let open: Vec<OpenSession> = (0..self.sessions.len())
            .map(|nth| {
                let is_beside = self.beside.is_some_and(|beside| beside.nth == nth);
                self.sessions[nth].named(nth == self.current, is_beside)
            })
            .collect();
        for (nth, place, salt) in self.places(window) {
            self.turn_to(ui, nth, place);
            self.show_session(ui, nth, place, &open, salt);
        }
        self.show_alignment(ui, window);
        self.show_settings(&context);
        self.show_presenting(ui);
        self.show_failure(ui, window);
        self.tell_watcher();
    }

    fn tell_watcher(&mut self) {
        let is_settled = self.is_settled();
        if let Some(watcher) = &mut self.watcher {
            watcher(DrawnFrame {
                n_frames: self.n_frames,
                is_settled,
            });
        }
    }

    fn show_session(
        &mut self,
        ui: &mut Ui,
        nth: usize,
        place: Rect,
        open: &[OpenSession],
        salt: &'static str,
    ) {
        let context = ui.ctx().clone();
        let (drawn, effects) = self.sessions[nth].show(ui, place, open, salt);
        self.carry_out(&context, nth, effects);
        if drawn.events.is_empty() && drawn.wishes.is_empty() {
            return;
        }
        context.request_repaint();
        // Time is moved where keys go; the session beside follows.
        let is_beside = nth != self.current;
        for event in drawn.events {
            let of_time = matches!(
                event,
                Event::Scrub(_)
                    | Event::ScrubEnd
                    | Event::Look(_)
                    | Event::Zoom { .. }
                    | Event::Pan(_)
                    | Event::ZoomTo { .. }
            );
            let to = if is_beside && of_time { self.current } else { nth };
            self.update(&context, to, event);
        }
        for wish in drawn.wishes {
            match wish {
                Wish::Switch(nth) => self.switch(nth),
                Wish::Close(nth) => self.close(nth),
                Wish::Compare(nth) => self.compare(nth),
            }
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, context: &Context, _frame: &mut eframe::Frame) {
        self.take_events(context);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        if let Some(farewell) = self.farewell.take() {
            farewell(Memory {
                scale_percent: Some((self.scale * 100.0).round() as u16),
                ..self.memory()
            });
        }
    }
}
