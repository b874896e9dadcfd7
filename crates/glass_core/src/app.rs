//! [`App`]: all state of the application, and the two functions around it: events in, view-models out.

use crate::about;
use crate::context::Context;
use crate::graphs::{GraphLooks, SharedBands};
use crate::help::Help;
use crate::marks::Marks;
use crate::prompt::{Prompt, PromptKind};
use crate::query_editor::QueryEditor;
use crate::screens::{
    ScreenState, alerts::Alerts, changes::Changes, clouds::Clouds, dashboards::Dashboards,
    incidents::Incidents, logs::Logs, metrics::Metrics, overview::Overview, timeline::Timeline,
};
use crate::session::Memory;
use crate::slots::Slots;
use crate::story::Telling;
use crate::time_control::TimeControl;
use crate::tour::Tour;
use crate::{
    Answered, Chord, DetailsView, Effect, Event, Face, Line, Overlay, Role, Screen, ScreenView, Slot, Span,
    StatusView, TileView, ViewModel, Viewport, chrome, timeline, words,
};
use glass_model::{Ask, RecordingInfo, Timestamp};

mod addresses;
mod commands;
mod editor;
mod exports;
mod marking;
mod moving;
mod opening;
mod palette;
mod pointer;
mod prompts;
mod quiet;
mod sessions;
mod settings;
mod telling;
mod tiles;
mod zooming;

use exports::Exports;
use moving::Place;
use quiet::Quiet;
pub(crate) use settings::Settings;
use tiles::Tiles;

/// The application.
#[derive(Debug)]
pub struct App {
    info: RecordingInfo,
    time: TimeControl,
    screen: Screen,
    tiles: Tiles,
    overview: Overview,
    metrics: Metrics,
    logs: Logs,
    alerts: Alerts,
    changes: Changes,
    incidents: Incidents,
    timeline: Timeline,
    dashboards: Dashboards,
    clouds: Clouds,
    slots: Slots,
    marks: Marks,
    telling: Telling,
    looks: GraphLooks,
    quiet: Quiet,
    prompt: Option<Prompt>,
    palette_history: Vec<String>,
    exports: Exports,
    editor: Option<QueryEditor>,
    /// Queries that were run: PromQL, LogQL.
    query_history: [Vec<String>; 2],
    help: Option<Help>,
    tour: Option<Tour>,
    message: Line,
    past: Vec<Place>,
    future: Vec<Place>,
    /// Where others were left, and this one before.
    left: Memory,
    /// How a window shares its room.
    layout: String,
    viewport: Viewport,
    settings: Settings,
    /// The first keys of several that follow one another.
    pending: Vec<Chord>,
}

impl App {
    /// Opens a recording, paused at `info.open_at` or its start, or a live cloud, followed from now on. Send
    /// [`Event::Resized`] first.
    pub fn new(info: RecordingInfo) -> Self {
        let time = match info.is_live {
            true => TimeControl::live(info.extent),
            false => TimeControl::new(info.extent, info.known_until, info.open_at),
        };
        let message = opening::greeting(&time);
        Self {
            telling: Telling::of(&info.story),
            info,
            time,
            screen: Screen::default(),
            tiles: Tiles::default(),
            overview: Overview::default(),
            metrics: Metrics::default(),
            logs: Logs::default(),
            alerts: Alerts::default(),
            changes: Changes::default(),
            incidents: Incidents::default(),
            timeline: Timeline::default(),
            dashboards: Dashboards::default(),
            clouds: Clouds::default(),
            slots: Slots::default(),
            marks: Marks::default(),
            looks: GraphLooks::default(),
            quiet: Quiet::default(),
            prompt: None,
            palette_history: Vec::new(),
            exports: Exports::default(),
            editor: None,
            query_history: Default::default(),
            help: None,
            tour: None,
            message,
            past: Vec::new(),
            future: Vec::new(),
            left: Memory::default(),
            layout: String::new(),
            viewport: Viewport {
                list_rows: 20,
                short_rows: 5,
                n_panels: 2,
                graph_columns: 120,
                bar_columns: 60,
                text_columns: 120,
                grid_rows: 20,
                grid_panels: 2,
            },
            settings: Settings::default(),
            pending: Vec::new(),
        }
    }

    /// Takes an event and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = match event {
            Event::Chord(chord) => self.chord(chord),
            Event::Paste(text) => self.paste(&text),
            Event::Command(command) => self.run(command),
            Event::Scrub(ratio) => self.scrub(ratio),
            Event::Look(ratio) => self.look_at(ratio),
            Event::Zoom { at, factor } => self.zoom_at(at, factor),
            Event::Pan(ratio) => self.pan(ratio),
            Event::ZoomTo { from, to } => self.zoom_to(from, to),
            Event::Isolate { graph, line } => {
                self.looks.isolate(graph, line);
                Vec::new()
            }
            Event::Bring(name) if name.trim().starts_with("glass://") => {
                self.open_text(&name);
                Vec::new()
            }
            Event::Bring(name) => self.open(name),
            Event::ScrubEnd => {
                self.time.hold(false);
                Vec::new()
            }
            Event::Select { from, to } => self.select_between(from, to),
            Event::Point(point) => self.point(point),
            Event::Note(text) => {
                self.say(&text);
                Vec::new()
            }
            Event::Tick(elapsed_nanos) => self.tick(elapsed_nanos),
            Event::Resized(viewport) => {
                self.viewport = viewport;
                Vec::new()
            }
            Event::Tiles(tiles) => self.take_tiles(tiles),
            Event::Story(edit) => self.edit_story(edit),
            Event::StoryKept(result) => {
                self.story_kept(result);
                Vec::new()
            }
            Event::Answered(answered) => {
                let Answered {
                    slot,
                    version,
                    question,
                    result,
                } = *answered;
                self.slots.take(slot, version, question, result);
                if slot == Slot::Found {
                    self.offer();
                }
                self.screen_answered();
                Vec::new()
            }
            Event::Jumped { jump, result } => self.jumped(jump, result),
            Event::Clock(now) => {
                self.time.clock(now);
                Vec::new()
            }
            Event::Clouds { at, clouds } => {
                self.clouds.take(at, clouds);
                self.offer();
                Vec::new()
            }
            Event::Opened(result) => self.opened(result),
            Event::Drawn { path, result } => self.drawn(path, result),
            Event::Written { path, result } => {
                self.written(path, result);
                Vec::new()
            }
        };
        if self.screen == Screen::Clouds && self.clouds.begin() {
            effects.push(Effect::CheckClouds);
        }
        self.ask_wanted(&mut effects);
        effects
    }

    /// What to show.
    pub fn view(&self, viewport: Viewport) -> ViewModel {
        let bands = SharedBands::new();
        let context = self.context();
        let overlay = self.overlay();
        ViewModel {
            header: chrome::header(&context),
            tabs: chrome::tabs(&context, self.screen),
            tiles: self.tile_views(viewport, &bands),
            details: self.details(),
            openables: match self.face() {
                Face::Terminal => Vec::new(),
                Face::Window => crate::openables::openables(self.clouds.all()),
            },
            timeline: timeline::view(&context, viewport, self.has_tall_timeline()),
            status: StatusView {
                message: self.message.clone(),
                pending: crate::keymap::keys_text(&self.pending),
                hints: match self.pending.as_slice() {
                    [] => chrome::hints(&context, self.screen),
                    pending => self.settings.keymap.continuations(pending, self.screen),
                },
            },
            story: self.story_view().map(Box::new),
            tour: self
                .tour
                .as_ref()
                .filter(|_| overlay.is_none())
                .and_then(|tour| tour.view(&context, self.screen)),
            overlay,
        }
    }

    /// What to show of the screen that keys go to alone, in a room of its own: for a picture.
    pub fn view_alone(&self, viewport: Viewport) -> ViewModel {
        let context = Context {
            viewport,
            ..self.context()
        };
        let tile = TileView {
            screen: self.screen,
            title: self.screen.title().to_owned(),
            view: self.current().view(&context, viewport),
            has_keys: true,
        };
        ViewModel {
            tiles: vec![tile],
            details: None,
            openables: Vec::new(),
            ..self.view(viewport)
        }
    }

    /// Whether an overlay takes the keys.
    pub fn has_overlay(&self) -> bool {
        self.help.is_some() || self.prompt.is_some() || self.editor.is_some()
    }

    /// Whether time moves: then the front-end sends [`Event::Tick`] some 30 times a second.
    pub fn is_playing(&self) -> bool {
        self.time.is_playing()
    }

    /// Whether every answer that the screen needs is at hand for the present playhead.
    pub fn is_settled(&self) -> bool {
        let context = self.context();
        self.wanted()
            .into_iter()
            .all(|(slot, ask)| self.slots.is_settled(slot, &context.question(ask)))
    }

    /// Whether the timeline is what a screen in sight is about: it has more room then.
    pub fn has_tall_timeline(&self) -> bool {
        self.screens_shown().contains(&Screen::Timeline)
    }

    /// Where the incident begins, as far as the recording says: its first alert, or where it is opened.
    pub fn began_at(&self) -> Timestamp {
        self.info.open_at.unwrap_or(self.info.extent.start)
    }

    /// Moves through time as another one does, `offset` later.
    pub fn follow(&mut self, other: &Self, offset: i64) {
        self.time.follow(&other.time, offset);
    }

    /// What is open.
    pub fn info(&self) -> &RecordingInfo {
        &self.info
    }

    /// The moment that is the present.
    pub fn playhead(&self) -> Timestamp {
        self.time.playhead()
    }

    /// The current screen.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Starts at a moment; before the first event. Of a live cloud, which is opened as it is now, it changes nothing.
    pub fn start_at(&mut self, at: Timestamp) {
        if !self.time.is_live() {
            self.time = TimeControl::new(self.info.extent, self.info.known_until, Some(at));
            self.message = opening::greeting(&self.time);
        }
    }

    /// Starts with a dashboard; before the first event.
    pub fn start_on_dashboard(&mut self, id: &str) {
        self.screen = Screen::Dashboards;
        self.dashboards.show(id);
    }

    /// Starts with a screen other than the overview; before the first event.
    pub fn start_on(&mut self, screen: Screen) {
        self.screen = screen;
    }

    /// Begins the tour for who is here for the first time.
    pub fn start_tour(&mut self) {
        self.tour = Some(Tour::default());
        self.message.clear();
    }

    fn context(&self) -> Context<'_> {
        self.context_of(self.screen)
    }

    /// What a screen may look at.
    fn context_of(&self, screen: Screen) -> Context<'_> {
        Context {
            info: &self.info,
            time: &self.time,
            slots: &self.slots,
            viewport: self.viewport_of(screen, self.viewport),
            keymap: &self.settings.keymap,
            marks: &self.marks,
            looks: &self.looks,
            skips_quiet: self.quiet.is_on(),
            face: self.face(),
            bands: None,
        }
    }

    fn current(&self) -> &dyn ScreenState {
        self.state(self.screen)
    }

    fn state(&self, screen: Screen) -> &dyn ScreenState {
        match screen {
            Screen::Overview => &self.overview,
            Screen::Metrics => &self.metrics,
            Screen::Logs => &self.logs,
            Screen::Alerts => &self.alerts,
            Screen::Changes => &self.changes,
            Screen::Incidents => &self.incidents,
            Screen::Timeline => &self.timeline,
            Screen::Dashboards => &self.dashboards,
            Screen::Clouds => &self.clouds,
        }
    }

    fn current_mut(&mut self) -> (&mut dyn ScreenState, Context<'_>) {
        self.state_mut(self.screen)
    }

    /// A screen's state beside what it may look at.
    fn state_mut(&mut self, screen: Screen) -> (&mut dyn ScreenState, Context<'_>) {
        let viewport = self.viewport_of(screen, self.viewport);
        let context = Context {
            info: &self.info,
            time: &self.time,
            slots: &self.slots,
            viewport,
            keymap: &self.settings.keymap,
            marks: &self.marks,
            looks: &self.looks,
            skips_quiet: self.quiet.is_on(),
            face: self.face(),
            bands: None,
        };
        let screen: &mut dyn ScreenState = match screen {
            Screen::Overview => &mut self.overview,
            Screen::Metrics => &mut self.metrics,
            Screen::Logs => &mut self.logs,
            Screen::Alerts => &mut self.alerts,
            Screen::Changes => &mut self.changes,
            Screen::Incidents => &mut self.incidents,
            Screen::Timeline => &mut self.timeline,
            Screen::Dashboards => &mut self.dashboards,
            Screen::Clouds => &mut self.clouds,
        };
        (screen, context)
    }

    fn wanted(&self) -> Vec<(Slot, Ask)> {
        let context = self.context();
        let mut wanted: Vec<(Slot, Ask)> = Vec::new();
        for screen in self.screens_shown() {
            wanted.extend(self.state(screen).wanted(&self.context_of(screen)));
        }
        wanted.extend(self.editor.as_ref().map(QueryEditor::wanted));
        wanted.extend(self.palette_wanted());
        wanted.extend(timeline::wanted(&context));
        if wanted.iter().all(|(slot, _)| *slot != Slot::Alerts) {
            wanted.push((Slot::Alerts, Ask::Alerts));
        }
        wanted
    }

    fn ask_wanted(&mut self, effects: &mut Vec<Effect>) {
        for (slot, ask) in self.wanted() {
            let question = self.context().question(ask);
            if let Some(version) = self.slots.want(slot, &question) {
                effects.push(Effect::Ask {
                    slot,
                    version,
                    question,
                });
            }
        }
    }

    /// What the screen shows that keys go to.
    fn screen_view(&self, viewport: Viewport) -> ScreenView {
        self.current()
            .view(&self.context(), self.viewport_of(self.screen, viewport))
    }

    /// What is chosen, in full.
    fn details(&self) -> Option<DetailsView> {
        match self.face() {
            Face::Terminal => None,
            Face::Window => {
                let context = self.context();
                let chosen = self.current().details(&context);
                let shows_it_itself = chosen.is_none();
                if let Some(chosen) = chosen.filter(|chosen| !chosen.lines.is_empty()) {
                    return Some(chosen);
                }
                let has_story = !self.telling.story().is_empty();
                let mut about = about::details(&context, self.screen, has_story);
                if !shows_it_itself {
                    about.lines.extend(about::how_to_choose());
                }
                Some(about)
            }
        }
    }

    fn overlay(&self) -> Option<Overlay> {
        // What is searched in help is seen in help itself.
        let is_for_help = self
            .prompt
            .as_ref()
            .is_some_and(|prompt| prompt.kind == PromptKind::Help);
        let help = || {
            let help = self.help.as_ref()?;
            Some(Overlay::Help(help.view(
                &self.context(),
                self.screen,
                is_for_help,
            )))
        };
        let prompt = || {
            Some(Overlay::Prompt(
                self.prompt.as_ref()?.view(self.screen, &self.settings),
            ))
        };
        let editor = || Some(Overlay::QueryEditor(self.editor.as_ref()?.view(&self.context())));
        match is_for_help {
            true => help(),
            false => prompt().or_else(help).or_else(editor),
        }
    }

    fn say(&mut self, text: &str) {
        self.message = vec![Span::new(words::visible(text), Role::Normal)];
    }

    fn complain(&mut self, text: &str) {
        self.message = vec![Span::new(words::visible(text), Role::Critical)];
    }
}

#[cfg(test)]
mod tests;
