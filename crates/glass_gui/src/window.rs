//! [`Window`]: the loop between the core, the runner and egui. It draws only when something happened: a key, the
//! pointer, an answer, or a tick while time moves.

use crate::failure::{Failure, failure_ui};
use crate::keys::Keys;
use crate::looks::Looks;
use crate::{layout, paint, theme, view};
use glass_core::{App, Chord, Effect, Event, Key, Memory, Runner, Viewport};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How often time moves on screen while playing.
const TICK: Duration = Duration::from_millis(33);

/// How long an answer may belong to an earlier playhead before it is shown as such.
const PATIENCE: Duration = Duration::from_millis(300);

/// Wakes the window from any thread: to be called after an event was sent to it. Until the window is there, and
/// after it is gone, it does nothing.
#[derive(Clone, Debug, Default)]
pub struct Waker {
    context: Arc<OnceLock<egui::Context>>,
}

impl Waker {
    /// Has the window take its events soon.
    pub fn wake(&self) {
        if let Some(context) = self.context.get() {
            context.request_repaint();
        }
    }

    pub(crate) fn attach(&self, context: &egui::Context) {
        // A second window of the same waker would be a mistake of the program, and the first one goes on.
        self.context.set(context.clone()).ok();
    }
}

/// The application in a window; also drawn by tests, without one.
pub struct Window {
    app: App,
    runner: Box<dyn Runner>,
    events: Receiver<Event>,
    viewport: Option<Viewport>,
    last_tick: Option<Instant>,
    unsettled_since: Option<Instant>,
    n_frames: u64,
    looks: Looks,
    scale: f32,
    failure: Option<Failure>,
    watcher: Option<Watcher>,
    /// Takes what is to be remembered when the window is closed.
    farewell: Option<Farewell>,
}

/// A frame that was laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The how many-th it is, from 1.
    pub n_frames: u64,
    /// Whether nothing in it waits for an answer.
    pub is_settled: bool,
}

/// Is told of every frame.
pub type Watcher = Box<dyn FnMut(Drawn)>;

/// Takes what is to be known at the next start.
pub type Farewell = Box<dyn FnOnce(Memory)>;

impl Window {
    /// A window onto an application. Answers to what `runner` is asked come over `events`.
    pub fn new(mut app: App, runner: Box<dyn Runner>, events: Receiver<Event>) -> Self {
        let looks = Looks::default();
        app.set_themes(looks.offered());
        Self {
            app,
            runner,
            events,
            viewport: None,
            last_tick: None,
            unsettled_since: None,
            n_frames: 0,
            looks,
            scale: 1.0,
            failure: None,
            watcher: None,
            farewell: None,
        }
    }

    /// Has what is to be remembered handed over when the window is closed.
    pub fn with_farewell(mut self, farewell: Farewell) -> Self {
        self.farewell = Some(farewell);
        self
    }

    /// Has these themes in the place of the window's own alone.
    pub fn with_looks(mut self, looks: Looks) -> Self {
        self.app.set_themes(looks.offered());
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
    pub fn prepare(context: &egui::Context) {
        theme::install(context);
        context.add_plugin(Keys::default());
    }

    /// How many frames were drawn.
    pub fn n_frames(&self) -> u64 {
        self.n_frames
    }

    /// Takes what came in since the last call, moves time, and asks to be drawn again while it moves.
    pub fn take_events(&mut self, context: &egui::Context) {
        while let Ok(event) = self.events.try_recv() {
            self.update(context, event);
        }
        let pressed = context.plugin_or_default::<Keys>().lock().take();
        for event in pressed {
            if self.failure.is_some() && closes(&event) {
                self.failure = None;
            } else {
                self.update(context, event);
            }
        }
        self.take_dropped(context);
        self.looks.follow(context, self.app.theme());
        self.scale = context.zoom_factor();
        // Before time moves on: an answer to the last tick that came in time is not late.
        if self.app.is_settled() {
            self.unsettled_since = None;
        }
        self.tick(context);
    }

    /// Files and links that were dropped here are opened; F11 and F5 change between the window and the whole screen.
    fn take_dropped(&mut self, context: &egui::Context) {
        let (dropped, toggles, is_full) = context.input(|input| {
            let dropped = input.raw.dropped_files.clone();
            let toggles = input.key_pressed(egui::Key::F11) || input.key_pressed(egui::Key::F5);
            (dropped, toggles, input.viewport().fullscreen.unwrap_or(false))
        });
        if toggles {
            context.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!is_full));
        }
        // One window shows one thing: the first that was dropped.
        if let Some(file) = dropped.first() {
            let path = file.path().display().to_string();
            self.update(context, Event::Bring(path));
        }
    }

    fn tick(&mut self, context: &egui::Context) {
        if !self.app.is_playing() {
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
        self.update(context, Event::Tick(passed_nanos));
        context.request_repaint_after(TICK);
    }

    fn update(&mut self, context: &egui::Context, event: Event) {
        for effect in self.app.update(event) {
            match effect {
                Effect::Copy(text) => context.copy_text(text),
                Effect::ToggleMouse => {
                    let text = "the mouse is for the terminal program: a window always has it";
                    self.app.update(Event::Note(text.to_owned()));
                }
                Effect::Suspend => context.send_viewport_cmd(egui::ViewportCommand::Minimized(true)),
                Effect::Quit => context.send_viewport_cmd(egui::ViewportCommand::Close),
                Effect::Ask { .. }
                | Effect::Jump(_)
                | Effect::CheckClouds
                | Effect::ListClouds
                | Effect::Open(_) => {
                    self.runner.start(effect);
                }
            }
        }
    }

    /// Has answers shown as stale once they were so for a while.
    fn watch_staleness(&mut self, context: &egui::Context) {
        if self.app.is_settled() {
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
    pub fn show(&mut self, ui: &mut egui::Ui) {
        self.n_frames += 1;
        let window = ui.max_rect();
        let context = ui.ctx().clone();
        let viewport = layout::viewport(window, self.app.has_tall_timeline());
        if self.viewport != Some(viewport) {
            self.viewport = Some(viewport);
            self.update(&context, Event::Resized(viewport));
        }
        self.watch_staleness(&context);
        let model = self.app.view(viewport);
        let events = view::view_ui(ui, window, &model);
        if !events.is_empty() {
            for event in events {
                self.update(&context, event);
            }
            context.request_repaint();
        }
        if let Some(failure) = &self.failure
            && failure_ui(ui, window, failure)
        {
            self.failure = None;
            context.request_repaint();
        }
        if let Some(watcher) = &mut self.watcher {
            watcher(Drawn {
                n_frames: self.n_frames,
                is_settled: self.app.is_settled(),
            });
        }
    }
}

/// Whether a key closes what lies above everything.
fn closes(event: &Event) -> bool {
    matches!(event, Event::Chord(chord) if *chord == Chord::key(Key::Esc) || *chord == Chord::key(Key::Enter))
}

impl eframe::App for Window {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_events(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        if let Some(farewell) = self.farewell.take() {
            farewell(Memory {
                scale_percent: Some((self.scale * 100.0).round() as u16),
                ..self.app.memory()
            });
        }
    }
}
