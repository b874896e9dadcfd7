//! What a key runs, and what a command does.

use super::App;
use crate::help::Help;
use crate::prompt::{ExportOf, Prompt, PromptKind};
use crate::screens::Reaction;
use crate::{Chord, Command, Effect, Found, Key, Screen, keymap, words};
use glass_model::{Jump, JumpTarget, Timestamp};

impl App {
    pub(super) fn chord(&mut self, chord: Chord) -> Vec<Effect> {
        if self.help.is_some() && self.prompt.is_none() {
            return self.help_chord(chord);
        }
        if self.prompt.is_some() || self.editor.is_some() {
            return match self.editor_key(chord) {
                Some(chord) if self.prompt.is_some() => self.prompt_chord(chord),
                Some(chord) => self.editor_chord(chord),
                None => Vec::new(),
            };
        }
        if chord == Chord::key(Key::Esc) && !self.pending.is_empty() {
            self.pending.clear();
            return Vec::new();
        }
        if chord == Chord::key(Key::Esc) && self.tour.take().is_some() {
            self.say("the tour is over; `:` and \"tour\" begin it anew, ? shows all keys");
            return Vec::new();
        }
        self.pending.push(chord);
        match self.settings.keymap.find(&self.pending, self.screen) {
            Found::Bound(command) => {
                self.pending.clear();
                self.run(command)
            }
            Found::Beginning => {
                self.message.clear();
                Vec::new()
            }
            Found::Nothing => {
                let keys = keymap::keys_text(&std::mem::take(&mut self.pending));
                let help = self.settings.keymap.first_key(Command::Help, self.screen);
                self.say(&format!("{keys} does nothing here; {help} shows all keys"));
                Vec::new()
            }
        }
    }

    pub(super) fn help_chord(&mut self, chord: Chord) -> Vec<Effect> {
        let Some(help) = self.help.clone() else {
            return Vec::new();
        };
        let n_entries = help.n_entries(&self.context(), self.screen);
        let page = self.viewport.list_rows;
        self.pending.push(chord);
        let command = match self.settings.keymap.find_in_list(&self.pending) {
            Found::Beginning => return Vec::new(),
            Found::Bound(command) => Some(command),
            Found::Nothing => None,
        };
        self.pending.clear();
        let moved = command.and_then(|command| crate::list::moved(help.scroll, n_entries, command, page));
        match (moved, command) {
            (Some(scroll), _) => self.help = Some(Help { scroll, ..help }),
            _ if chord == Chord::char('/') => self.prompt = Some(Prompt::new(PromptKind::Help, &help.filter)),
            (None, Some(Command::Back)) if !help.filter.is_empty() => self.help = Some(Help::default()),
            _ if chord == Chord::ctrl('c') => return vec![Effect::Quit],
            _ => self.help = None,
        }
        Vec::new()
    }

    pub(super) fn run(&mut self, command: Command) -> Vec<Effect> {
        self.message.clear();
        self.follow_tour(command);
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
            Command::ZoomReset => self.reset_zoom(),
            Command::ToggleEvents => {
                let text = self.looks.toggle_events();
                self.say(text);
            }
            Command::Split => return self.split_or_join(),
            Command::ShowStory
            | Command::NextStep
            | Command::PreviousStep
            | Command::AddStep
            | Command::NameStep
            | Command::NoteStep
            | Command::RetakeStep
            | Command::StepEarlier
            | Command::StepLater
            | Command::RemoveStep
            | Command::UndoStory
            | Command::NameStory => return self.run_on_story(command),
            Command::CloseTile
            | Command::Arrange(_)
            | Command::Present
            | Command::SpeakerNotes
            | Command::Settings
            | Command::NextSession
            | Command::CompareSessions
            | Command::CloseSession
            | Command::ToggleTree
            | Command::ToggleDetails => {
                return self.arrange(command);
            }
            Command::SelectRange | Command::ClearRange | Command::ZoomToRange | Command::ToggleLoop => {
                self.run_on_range(command);
            }
            Command::SkipQuiet => self.toggle_quiet(),
            Command::ToggleMark | Command::NameMark | Command::NextMark | Command::PreviousMark => {
                self.run_on_marks(command);
            }
            Command::SeekTo => self.prompt = Some(Prompt::new(PromptKind::Seek, "")),
            Command::Palette => return self.open_palette(),
            Command::Filter => {
                let filter = self.current().filter().unwrap_or_default().to_owned();
                self.prompt = Some(Prompt::new(PromptKind::Filter, &filter));
            }
            Command::Search => {
                let search = self.current().search().unwrap_or_default().to_owned();
                self.prompt = Some(Prompt::new(PromptKind::Search, &search));
            }
            Command::Query => self.edit_query(),
            Command::AddQuery => self.edit_another_query(),
            Command::Show(screen) => self.show(screen),
            Command::HistoryBack => self.travel(true),
            Command::HistoryForward => self.travel(false),
            Command::CopyLine => return self.copy_line(),
            Command::CopyAddress => return self.copy_address(),
            Command::CopyImage => return vec![Effect::CopyImage],
            Command::ExportScreen => self.ask_for_path(ExportOf::Screen),
            Command::ExportGraph => self.ask_for_path(ExportOf::Graph),
            Command::ExportStory if self.telling.story().steps.is_empty() => {
                self.say("there is no story yet; ^n makes this view its first step");
            }
            Command::ExportStory => self.ask_for_path(ExportOf::Story),
            Command::Help => self.help = Some(Help::default()),
            Command::Tour => self.start_tour(),
            Command::Theme => self.choose_theme(),
            Command::ToggleMouse => return vec![Effect::ToggleMouse],
            Command::Suspend => return vec![Effect::Suspend],
            Command::Quit => return vec![Effect::Quit],
            command => match jump_of(command) {
                Some((target, forward)) => {
                    return vec![Effect::Jump(Jump {
                        target,
                        from: self.time.playhead(),
                        forward,
                    })];
                }
                None if self.run_on_tiles(command) => {}
                None => return self.run_on_screen(command),
            },
        }
        Vec::new()
    }

    /// Goes on with the tour if this is what its step asks for.
    fn follow_tour(&mut self, command: Command) {
        let Some(tour) = &mut self.tour else { return };
        if !tour.take(command) {
            self.tour = None;
        }
    }

    pub(super) fn run_on_screen(&mut self, command: Command) -> Vec<Effect> {
        let viewport = self.viewport_of(self.screen, self.viewport);
        let (screen, context) = self.current_mut();
        match screen.run(&context, viewport, command) {
            Reaction::Done => {}
            Reaction::MoveCursor(n_steps) => self.time.move_cursor(n_steps),
            Reaction::SetCursor(at) => self.time.set_cursor(at),
            Reaction::Show(screen) => self.open_from_overview(screen),
            Reaction::ShowOf(screen, key) => self.show_of(screen, key),
            Reaction::ShowRule(name) => {
                self.alerts.show_rule(&name);
                self.show(Screen::Alerts);
            }
            Reaction::GoTo(at) => self.go_to(at),
            Reaction::Open(id) => return self.open(id),
            Reaction::CheckClouds => return vec![Effect::CheckClouds],
            Reaction::Say(text) => self.say(text),
            Reaction::Ignored if command == Command::Back && self.time.is_selecting() => {
                self.time.select_nothing();
            }
            Reaction::Ignored if command == Command::Back && self.time.cursor().is_some() => {
                self.time.set_cursor(None)
            }
            Reaction::Ignored if command == Command::Back && self.join() => {}
            Reaction::Ignored if command == Command::Back && self.screen != Screen::Overview => {
                self.show(Screen::Overview);
            }
            Reaction::Ignored if command == Command::Back => self.show(Screen::Clouds),
            Reaction::Ignored => {}
        }
        Vec::new()
    }

    /// Lets the screen go on with what waited for an answer.
    pub(super) fn screen_answered(&mut self) {
        let (screen, context) = self.current_mut();
        let reaction = screen.answered(&context);
        self.go_on(reaction);
    }

    /// Goes to the nearest place of what is searched for.
    pub(super) fn accept_search(&mut self) {
        let (screen, context) = self.current_mut();
        let reaction = screen.accept_search(&context);
        self.go_on(reaction);
    }

    pub(super) fn go_on(&mut self, reaction: Reaction) {
        match reaction {
            Reaction::SetCursor(at) => self.time.set_cursor(at),
            Reaction::Say(text) => self.say(text),
            _ => {}
        }
    }

    /// Goes to a moment that a text names, and shows what was known then.
    fn go_to(&mut self, at: Timestamp) {
        let extent = self.time.extent();
        if !extent.contains(at) {
            let (start, end) = (words::date_time(extent.start), words::date_time(extent.end));
            return self.say(&format!(
                "{} lies outside of {start} to {end}",
                words::date_time(at)
            ));
        }
        self.seek(at);
        self.put_screen(Screen::Overview);
        self.say("at that moment; `[` goes back to where you were");
    }

    /// Shows a screen with what is chosen on the overview chosen there.
    pub(super) fn open_from_overview(&mut self, screen: Screen) {
        self.alerts.choice = self.overview.alert.clone();
        self.changes.choice = self.overview.change.clone();
        if screen == Screen::Metrics
            && let Some(panel) = self.overview.chosen_panel(&self.context())
        {
            self.metrics.open(panel);
        }
        self.show(screen);
    }

    /// Shows a screen with one of its rows chosen.
    pub(super) fn show_of(&mut self, screen: Screen, key: String) {
        match screen {
            Screen::Alerts => self.alerts.choice.choose(key),
            Screen::Changes => self.changes.choice.choose(key),
            Screen::Incidents => self.incidents.choice.choose(key),
            Screen::Metrics => self.metrics.show_metric(key),
            _ => {}
        }
        self.show(screen);
    }

    pub(super) fn show(&mut self, screen: Screen) {
        if screen != self.screen {
            self.remember();
            self.put_screen(screen);
        }
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
