//! [`App`]: all state of the application, and the two functions around it: events in, view-models out.

use crate::address::Address;
use crate::context::Context;
use crate::prompt::{Prompt, PromptKind, PromptReaction};
use crate::query_editor::QueryEditor;
use crate::screens::{
    Reaction, ScreenState, alerts::Alerts, changes::Changes, clouds::Clouds, incidents::Incidents,
    logs::Logs, metrics::Metrics, overview::Overview,
};
use crate::slots::Slots;
use crate::time_control::TimeControl;
use crate::{
    Answered, Chord, Command, Effect, Event, Line, Overlay, Role, Screen, ScreenView, Slot, Span, StatusView,
    ViewModel, Viewport, chrome, command_of, seek, timeline, words,
};
use glass_model::{Ask, Jump, JumpTarget, QueryError, QueryLanguage, RecordingInfo, Timestamp};

mod editor;
mod opening;

/// How many places history keeps.
const MAX_HISTORY: usize = 100;

/// A screen at a moment, to come back to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    screen: Screen,
    at: Timestamp,
}

/// The application.
#[derive(Debug)]
pub struct App {
    info: RecordingInfo,
    time: TimeControl,
    screen: Screen,
    overview: Overview,
    metrics: Metrics,
    logs: Logs,
    alerts: Alerts,
    changes: Changes,
    incidents: Incidents,
    clouds: Clouds,
    slots: Slots,
    prompt: Option<Prompt>,
    palette_history: Vec<String>,
    editor: Option<QueryEditor>,
    /// Queries that were run: PromQL, LogQL.
    query_history: [Vec<String>; 2],
    help: Option<usize>,
    message: Line,
    past: Vec<Place>,
    future: Vec<Place>,
    viewport: Viewport,
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
            info,
            time,
            screen: Screen::default(),
            overview: Overview::default(),
            metrics: Metrics::default(),
            logs: Logs::default(),
            alerts: Alerts::default(),
            changes: Changes::default(),
            incidents: Incidents::default(),
            clouds: Clouds::default(),
            slots: Slots::default(),
            prompt: None,
            palette_history: Vec::new(),
            editor: None,
            query_history: Default::default(),
            help: None,
            message,
            past: Vec::new(),
            future: Vec::new(),
            viewport: Viewport {
                list_rows: 20,
                short_rows: 5,
                n_panels: 2,
                graph_columns: 120,
                bar_columns: 60,
            },
        }
    }

    /// Takes an event and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = match event {
            Event::Chord(chord) => self.chord(chord),
            Event::Paste(text) => self.paste(&text),
            Event::Command(command) => self.run(command),
            Event::Scrub(ratio) => self.scrub(ratio),
            Event::Tick(elapsed_nanos) => self.tick(elapsed_nanos),
            Event::Resized(viewport) => {
                self.viewport = viewport;
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
                Vec::new()
            }
            Event::Jumped { jump, result } => self.jumped(jump, result),
            Event::Clock(now) => {
                self.time.clock(now);
                Vec::new()
            }
            Event::Clouds { at, clouds } => {
                self.clouds.take(at, clouds);
                Vec::new()
            }
            Event::Opened(result) => self.opened(result),
        };
        if self.screen == Screen::Clouds && self.clouds.begin() {
            effects.push(Effect::CheckClouds);
        }
        self.ask_wanted(&mut effects);
        effects
    }

    /// What to show.
    pub fn view(&self, viewport: Viewport) -> ViewModel {
        let context = self.context();
        ViewModel {
            header: chrome::header(&context),
            tabs: chrome::tabs(&context, self.screen),
            screen: self.screen_view(viewport),
            timeline: timeline::view(&context, viewport),
            status: StatusView {
                message: self.message.clone(),
                hints: chrome::hints(&context, self.screen),
            },
            overlay: self.overlay(),
        }
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

    /// The moment that is the present.
    pub fn playhead(&self) -> Timestamp {
        self.time.playhead()
    }

    /// The current screen.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Starts with a screen other than the overview; before the first event.
    pub fn start_on(&mut self, screen: Screen) {
        self.screen = screen;
    }

    /// Shows a screen at a moment, as an address names it.
    pub fn open_address(&mut self, address: &Address) {
        self.remember();
        self.screen = address.screen;
        if address.window_nanos > 0 {
            self.time.set_window_length(address.window_nanos);
        }
        self.time.seek(address.at);
        if let Some(from) = address.from {
            self.time.move_window(from);
        }
        self.editor = None;
        let query = address.query.clone();
        self.current_mut().0.set_query(&query);
    }

    fn context(&self) -> Context<'_> {
        Context {
            info: &self.info,
            time: &self.time,
            slots: &self.slots,
        }
    }

    fn current(&self) -> &dyn ScreenState {
        match self.screen {
            Screen::Overview => &self.overview,
            Screen::Metrics => &self.metrics,
            Screen::Logs => &self.logs,
            Screen::Alerts => &self.alerts,
            Screen::Changes => &self.changes,
            Screen::Incidents => &self.incidents,
            Screen::Clouds => &self.clouds,
        }
    }

    /// The current screen's state beside what it may look at.
    fn current_mut(&mut self) -> (&mut dyn ScreenState, Context<'_>) {
        let context = Context {
            info: &self.info,
            time: &self.time,
            slots: &self.slots,
        };
        let screen: &mut dyn ScreenState = match self.screen {
            Screen::Overview => &mut self.overview,
            Screen::Metrics => &mut self.metrics,
            Screen::Logs => &mut self.logs,
            Screen::Alerts => &mut self.alerts,
            Screen::Changes => &mut self.changes,
            Screen::Incidents => &mut self.incidents,
            Screen::Clouds => &mut self.clouds,
        };
        (screen, context)
    }

    fn wanted(&self) -> Vec<(Slot, Ask)> {
        let context = self.context();
        let mut wanted = self.current().wanted(&context);
        wanted.extend(self.editor.as_ref().map(QueryEditor::wanted));
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

    fn screen_view(&self, viewport: Viewport) -> ScreenView {
        self.current().view(&self.context(), viewport)
    }

    fn overlay(&self) -> Option<Overlay> {
        let help = self
            .help
            .map(|scroll| Overlay::Help(chrome::help(self.screen, scroll)));
        let prompt = || Some(Overlay::Prompt(self.prompt.as_ref()?.view(self.screen)));
        let editor = || Some(Overlay::QueryEditor(self.editor.as_ref()?.view(&self.context())));
        help.or_else(prompt).or_else(editor)
    }

    fn chord(&mut self, chord: Chord) -> Vec<Effect> {
        if self.prompt.is_some() {
            return self.prompt_chord(chord);
        }
        if self.help.is_some() {
            return self.help_chord(chord);
        }
        if self.editor.is_some() {
            return self.editor_chord(chord);
        }
        match command_of(chord, self.screen) {
            Some(command) => self.run(command),
            None => {
                self.say(&format!("{chord} does nothing here; ? shows all keys"));
                Vec::new()
            }
        }
    }

    fn help_chord(&mut self, chord: Chord) -> Vec<Effect> {
        let last = chrome::n_help_entries(self.screen).saturating_sub(1);
        let page = self.viewport.list_rows;
        let scroll = self.help.unwrap_or(0);
        let command = command_of(chord, self.screen);
        match command.and_then(|command| crate::list::moved(scroll, last + 1, command, page)) {
            Some(scroll) => self.help = Some(scroll),
            None if chord == Chord::ctrl('c') => return vec![Effect::Quit],
            None => self.help = None,
        }
        Vec::new()
    }

    fn run(&mut self, command: Command) -> Vec<Effect> {
        self.message.clear();
        match command {
            Command::PlayPause => self.toggle_play(),
            Command::StepBack => self.time.step(false),
            Command::StepForward => self.time.step(true),
            Command::Slower | Command::Faster => {
                self.time.change_speed(command == Command::Faster);
                self.say(&format!("speed {}×", self.time.speed()));
            }
            Command::SeekEnd => self.seek(self.time.end()),
            Command::SeekStart => self.seek(self.time.extent().start),
            Command::ZoomIn | Command::ZoomOut => self.time.zoom(command == Command::ZoomIn),
            Command::SeekTo => self.prompt = Some(Prompt::new(PromptKind::Seek, "")),
            Command::Palette => self.prompt = Some(Prompt::new(PromptKind::Palette, "")),
            Command::Filter => {
                let filter = self.current().filter().unwrap_or_default().to_owned();
                self.prompt = Some(Prompt::new(PromptKind::Filter, &filter));
            }
            Command::Query => self.edit_query(),
            Command::Show(screen) => self.show(screen),
            Command::HistoryBack => self.travel(true),
            Command::HistoryForward => self.travel(false),
            Command::CopyLine => return self.copy_line(),
            Command::CopyAddress => return self.copy_address(),
            Command::Help => self.help = Some(0),
            Command::Quit => return vec![Effect::Quit],
            command => match jump_of(command) {
                Some((target, forward)) => {
                    return vec![Effect::Jump(Jump {
                        target,
                        from: self.time.playhead(),
                        forward,
                    })];
                }
                None => return self.run_on_screen(command),
            },
        }
        Vec::new()
    }

    fn toggle_play(&mut self) {
        self.time.toggle();
        if self.time.is_live() {
            self.say_how_live();
        } else if !self.time.is_playing() && self.time.is_at_end() {
            self.say_at_end();
        }
    }

    fn say_at_end(&mut self) {
        if self.time.is_live() {
            return self.say_how_live();
        }
        let afterwards = self.time.has_afterwards();
        self.say(if afterwards {
            "the recording ends here; 0 goes on to what was written afterwards, ^ to the start"
        } else {
            "the recording ends here; ^ goes to the start"
        });
    }

    fn run_on_screen(&mut self, command: Command) -> Vec<Effect> {
        let viewport = self.viewport;
        let (screen, context) = self.current_mut();
        match screen.run(&context, viewport, command) {
            Reaction::Done => {}
            Reaction::MoveCursor(n_steps) => self.time.move_cursor(n_steps),
            Reaction::SetCursor(at) => self.time.set_cursor(at),
            Reaction::Show(screen) => self.open_from_overview(screen),
            Reaction::Open(id) => return self.open(id),
            Reaction::CheckClouds => return vec![Effect::CheckClouds],
            Reaction::Say(text) => self.say(text),
            Reaction::Ignored if command == Command::Back && self.time.cursor().is_some() => {
                self.time.set_cursor(None)
            }
            Reaction::Ignored if command == Command::Back && self.screen != Screen::Overview => {
                self.show(Screen::Overview);
            }
            Reaction::Ignored if command == Command::Back => self.show(Screen::Clouds),
            Reaction::Ignored => {}
        }
        Vec::new()
    }

    /// Shows a screen with what is chosen on the overview chosen there.
    fn open_from_overview(&mut self, screen: Screen) {
        self.alerts.choice = self.overview.alert.clone();
        self.changes.choice = self.overview.change.clone();
        if screen == Screen::Metrics
            && let Some(panel) = self.overview.chosen_panel(&self.context())
        {
            self.metrics.open(panel);
        }
        self.show(screen);
    }

    fn show(&mut self, screen: Screen) {
        if screen != self.screen {
            self.remember();
            self.screen = screen;
            self.editor = None;
        }
    }

    fn seek(&mut self, at: Timestamp) {
        self.remember();
        self.time.seek(at);
        if self.time.is_at_end() {
            self.say_at_end();
        }
    }

    fn scrub(&mut self, ratio: f64) -> Vec<Effect> {
        if ratio.is_finite() {
            self.time.seek(self.time.window().at_ratio(ratio.clamp(0.0, 1.0)));
        }
        Vec::new()
    }

    fn tick(&mut self, elapsed_nanos: i64) -> Vec<Effect> {
        let was_playing = self.time.is_playing();
        self.time.tick(elapsed_nanos);
        if was_playing && !self.time.is_playing() {
            self.say_at_end();
        }
        Vec::new()
    }

    fn jumped(&mut self, jump: Jump, result: Result<Option<Timestamp>, QueryError>) -> Vec<Effect> {
        let what = match jump.target {
            JumpTarget::Alert => "alert",
            JumpTarget::Change => "change",
            JumpTarget::Error => "error",
            JumpTarget::Incident => "word on the incident",
        };
        match result {
            Ok(Some(at)) => self.seek(at),
            Ok(None) => self.say(&format!(
                "no {} {what}",
                if jump.forward { "later" } else { "earlier" }
            )),
            Err(error) => self.complain(&error.to_string()),
        }
        Vec::new()
    }

    fn place(&self) -> Place {
        Place {
            screen: self.screen,
            at: self.time.playhead(),
        }
    }

    fn remember(&mut self) {
        let place = self.place();
        if self.past.last() != Some(&place) {
            self.past.push(place);
            let excess = self.past.len().saturating_sub(MAX_HISTORY);
            self.past.drain(..excess);
        }
        self.future.clear();
    }

    fn travel(&mut self, back: bool) {
        let here = self.place();
        let (from, to) = if back {
            (&mut self.past, &mut self.future)
        } else {
            (&mut self.future, &mut self.past)
        };
        let Some(place) = from.pop() else {
            self.say(if back {
                "nothing to go back to"
            } else {
                "nothing to go forward to"
            });
            return;
        };
        to.push(here);
        self.screen = place.screen;
        self.editor = None;
        self.time.seek(place.at);
    }

    fn copy_line(&mut self) -> Vec<Effect> {
        match self.current().chosen_text(&self.context()) {
            Some(text) => {
                self.say("copied the line");
                vec![Effect::Copy(text)]
            }
            None => {
                self.say("no row is chosen");
                Vec::new()
            }
        }
    }

    fn copy_address(&mut self) -> Vec<Effect> {
        let address = Address {
            recording: self.info.name.clone(),
            screen: self.screen,
            at: self.time.playhead(),
            from: Some(self.time.window().start),
            window_nanos: self.time.window().nanos(),
            query: self.current().query().to_owned(),
        };
        self.say(&format!("copied {address}"));
        vec![Effect::Copy(address.to_string())]
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        match &mut self.prompt {
            Some(prompt) => {
                prompt.insert(text);
                self.prompt_changed();
            }
            None if text.trim().starts_with("glass://") => self.open_text(text),
            None => self.paste_into_editor(text),
        }
        Vec::new()
    }

    fn prompt_chord(&mut self, chord: Chord) -> Vec<Effect> {
        let Some(prompt) = &mut self.prompt else {
            return Vec::new();
        };
        match prompt.take(chord, &self.palette_history, self.screen) {
            PromptReaction::Changed => self.prompt_changed(),
            PromptReaction::Stay => {}
            PromptReaction::Cancelled => self.prompt_cancelled(),
            PromptReaction::Accepted => return self.prompt_accepted(),
        }
        Vec::new()
    }

    /// A filter is applied while it is typed; one that begins as a LogQL query goes on as one.
    fn prompt_changed(&mut self) {
        let Some(prompt) = &mut self.prompt else { return };
        prompt.error.clear();
        if prompt.kind != PromptKind::Filter {
            return;
        }
        let text = prompt.text();
        let language = self.current().query_language();
        match language {
            Some(QueryLanguage::LogQl) if text.trim_start().starts_with('{') => {
                self.prompt_cancelled();
                self.editor = Some(QueryEditor::new(QueryLanguage::LogQl, &text));
            }
            _ => self.current_mut().0.set_filter(&text),
        }
    }

    fn prompt_cancelled(&mut self) {
        let Some(prompt) = self.prompt.take() else { return };
        if prompt.kind == PromptKind::Filter {
            self.current_mut().0.set_filter(&prompt.before);
        }
    }

    fn prompt_accepted(&mut self) -> Vec<Effect> {
        let Some(prompt) = self.prompt.clone() else {
            return Vec::new();
        };
        let text = prompt.text();
        match prompt.kind {
            PromptKind::Filter => self.prompt = None,
            PromptKind::Seek => match seek::parse_seek(&text, self.time.playhead(), self.time.extent()) {
                Ok(at) => {
                    self.prompt = None;
                    self.seek(at);
                }
                Err(error) => self.prompt_error(error),
            },
            PromptKind::Palette => return self.run_typed(&prompt),
        }
        Vec::new()
    }

    fn run_typed(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let text = prompt.text();
        if let Some(command) = prompt.command(self.screen) {
            self.prompt = None;
            self.palette_history.push(command.spec().title.to_owned());
            return self.run(command);
        }
        if text.trim().starts_with("glass://") {
            self.open_text(&text);
        } else if let Ok(at) = seek::parse_seek(&text, self.time.playhead(), self.time.extent()) {
            self.prompt = None;
            self.palette_history.push(text);
            self.seek(at);
        } else {
            self.prompt_error(format!(
                "`{text}` is no command; tab completes to the first suggestion"
            ));
        }
        Vec::new()
    }

    fn open_text(&mut self, text: &str) {
        match Address::parse(text) {
            Ok(address) => {
                self.prompt = None;
                self.open_address(&address);
            }
            Err(error) if self.prompt.is_some() => self.prompt_error(error),
            Err(error) => self.complain(&error),
        }
    }

    fn prompt_error(&mut self, error: String) {
        if let Some(prompt) = &mut self.prompt {
            prompt.error = error;
        }
    }

    fn say(&mut self, text: &str) {
        self.message = vec![Span::new(words::visible(text), Role::Normal)];
    }

    fn complain(&mut self, text: &str) {
        self.message = vec![Span::new(words::visible(text), Role::Critical)];
    }
}

fn jump_of(command: Command) -> Option<(JumpTarget, bool)> {
    Some(match command {
        Command::NextAlert => (JumpTarget::Alert, true),
        Command::PreviousAlert => (JumpTarget::Alert, false),
        Command::NextChange => (JumpTarget::Change, true),
        Command::PreviousChange => (JumpTarget::Change, false),
        Command::NextError => (JumpTarget::Error, true),
        Command::PreviousError => (JumpTarget::Error, false),
        Command::NextIncident => (JumpTarget::Incident, true),
        Command::PreviousIncident => (JumpTarget::Incident, false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
