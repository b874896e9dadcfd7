//! The application's half of the story: telling it, and changing it.

use super::App;
use crate::prompt::{Prompt, PromptKind};
use crate::{Address, Command, Effect, StoryEdit, StoryView, words};
use glass_model::{Story, StoryStep};

impl App {
    /// Carries out a command on the story.
    pub(super) fn run_on_story(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::ShowStory => self.telling.is_shown = !self.telling.is_shown,
            Command::NextStep | Command::PreviousStep => self.tell(command == Command::NextStep),
            Command::AddStep => self.ask_for(PromptKind::Step, ""),
            Command::NameStep => match self.telling.step().map(|step| step.title.clone()) {
                Some(title) => self.ask_for(PromptKind::StepTitle, &title),
                None => self.say_no_step(),
            },
            Command::NoteStep => match self.telling.step().map(|step| step.notes.clone()) {
                Some(notes) => self.ask_for(PromptKind::StepNotes, &notes.replace('\n', "\\n")),
                None => self.say_no_step(),
            },
            Command::NameStory => {
                let title = self.telling.story().title.clone();
                self.ask_for(PromptKind::StoryTitle, &title);
            }
            Command::RetakeStep => {
                let address = self.address().to_string();
                let changed = self.telling.change_step(|step| step.address = address);
                return self.changed_story(changed, "the step shows this view now");
            }
            Command::RemoveStep => {
                let removed = self.telling.remove();
                return self.changed_story(
                    removed,
                    "the step is gone; \"Undo a change of the story\" brings it back",
                );
            }
            Command::StepEarlier | Command::StepLater => {
                let moved = self.telling.shift(command == Command::StepLater);
                return self.changed_story(moved, "the step is moved");
            }
            Command::UndoStory => match self.telling.undo() {
                true => return self.changed_story(true, "taken back"),
                false => self.say("nothing to take back"),
            },
            _ => {}
        }
        Vec::new()
    }

    fn ask_for(&mut self, kind: PromptKind, text: &str) {
        self.prompt = Some(Prompt::new(kind, text));
    }

    fn say_no_step(&mut self) {
        self.say("no step of the story is shown; `)` goes to the first, ^n makes one of this view");
    }

    /// Shows the next step, or the one before.
    fn tell(&mut self, forward: bool) {
        let step = self.telling.go(forward).cloned();
        match step {
            Some(step) => self.show_step(&step),
            None if self.telling.story().steps.is_empty() => {
                self.say("there is no story yet; ^n makes this view its first step");
            }
            None => self.say(match forward {
                true => "the story ends here",
                false => "the story begins here",
            }),
        }
    }

    /// Shows a step that is known already.
    fn go_to_step(&mut self, nth: usize) {
        let now = self.time.playhead();
        match self.telling.go_to(nth, now).cloned() {
            Some(step) => self.show_step(&step),
            None => self.say("that step is still to come; `)` goes on"),
        }
    }

    fn show_step(&mut self, step: &StoryStep) {
        match Address::parse(&step.address) {
            Ok(address) => {
                self.time.stand_still();
                self.open_address(&address);
            }
            Err(error) => self.complain(&error),
        }
    }

    /// Takes a change of the story that was made beside the keys.
    pub(super) fn edit_story(&mut self, edit: StoryEdit) -> Vec<Effect> {
        let changed = match edit {
            StoryEdit::Go(nth) => {
                self.go_to_step(nth);
                return Vec::new();
            }
            StoryEdit::Title(text) => self.telling.change_step(|step| step.title = text),
            StoryEdit::Notes(text) => self.telling.change_step(|step| step.notes = text),
        };
        self.changed_story(changed, "")
    }

    /// What was typed for the story.
    pub(super) fn story_typed(&mut self, kind: PromptKind, text: &str) -> Vec<Effect> {
        self.prompt = None;
        let text = text.trim();
        let changed = match kind {
            PromptKind::Step => {
                let step = StoryStep {
                    title: text.to_owned(),
                    notes: String::new(),
                    address: self.address().to_string(),
                };
                self.telling.add(step);
                true
            }
            PromptKind::StepTitle => self.telling.change_step(|step| text.clone_into(&mut step.title)),
            PromptKind::StepNotes => self
                .telling
                .change_step(|step| step.notes = text.replace("\\n", "\n")),
            _ => {
                self.telling.set_title(text);
                true
            }
        };
        self.changed_story(changed, "")
    }

    /// Has a changed story kept; what is too much is taken back.
    fn changed_story(&mut self, changed: bool, said: &str) -> Vec<Effect> {
        if !changed {
            self.say_no_step();
            return Vec::new();
        }
        if let Some(trouble) = self.telling.story().excess() {
            self.telling.undo();
            self.complain(&trouble);
            return Vec::new();
        }
        if !said.is_empty() {
            self.say(said);
        }
        vec![Effect::KeepStory(self.telling.story().clone())]
    }

    /// Says what became of a story that was to be kept: it is in the recording, or on this machine alone.
    pub(super) fn story_kept(&mut self, result: Result<(), String>) {
        self.telling.is_own = result.is_err();
        if let Err(why) = result
            && !why.is_empty()
        {
            self.complain(&format!("the story is kept on this machine only: {why}"));
        }
    }

    /// The story, if it is to be kept on this machine.
    pub(super) fn own_story(&self) -> Option<Story> {
        self.telling.is_own.then(|| self.telling.story().clone())
    }

    /// The story as it is shown; `None` while it is not.
    pub fn story_view(&self) -> Option<StoryView> {
        let now = self.time.playhead();
        self.telling.is_shown.then(|| self.telling.view(now))
    }

    /// Whether a step of it is shown.
    pub fn is_telling(&self) -> bool {
        self.telling.step().is_some()
    }

    /// The playhead's time of day.
    pub fn time_text(&self) -> String {
        words::time_of_day(self.time.playhead())
    }

    /// The story of what is open.
    pub fn story(&self) -> &Story {
        self.telling.story()
    }
}
