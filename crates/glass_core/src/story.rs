//! [`Telling`]: the story of what is open: where in it one is, and changing it.

use crate::{Address, Role, Span, StoryStepView, StoryView, markdown, words};
use glass_model::{Story, StoryStep, Timestamp};

/// So many changes can be undone.
const MAX_UNDO: usize = 50;

/// The story of what is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Telling {
    story: Story,
    /// The step that is shown.
    at: Option<usize>,
    /// Whether the story stands beside the screens.
    pub is_shown: bool,
    /// How it was before each change.
    before: Vec<Story>,
    /// Whether it is kept on this machine alone, because what it is of cannot be written.
    pub is_own: bool,
}

impl Telling {
    /// The story that comes with what is open.
    pub fn of(story: &Story) -> Self {
        Self {
            story: story.clone(),
            ..Self::default()
        }
    }

    /// The story.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The step that is shown.
    pub fn step(&self) -> Option<&StoryStep> {
        self.story.steps.get(self.at?)
    }

    /// Goes to the next step, the first at first, or to the one before; `None` where the story ends.
    pub fn go(&mut self, forward: bool) -> Option<&StoryStep> {
        let next = match (self.at, forward) {
            (None, _) => 0,
            (Some(at), true) => at + 1,
            (Some(at), false) => at.checked_sub(1)?,
        };
        let step = self.story.steps.get(next)?;
        self.at = Some(next);
        self.is_shown = true;
        Some(step)
    }

    /// Goes to a step, if it is of a moment that has come.
    pub fn go_to(&mut self, nth: usize, now: Timestamp) -> Option<&StoryStep> {
        let step = self.story.steps.get(nth)?;
        if self.at != Some(nth) && !has_come(step, now) {
            return None;
        }
        self.at = Some(nth);
        Some(step)
    }

    /// Puts a step behind the one that is shown.
    pub fn add(&mut self, step: StoryStep) {
        let nth = self
            .at
            .map_or(self.story.steps.len(), |at| at + 1)
            .min(self.story.steps.len());
        self.change(|story| story.steps.insert(nth, step));
        self.at = Some(nth);
        self.is_shown = true;
    }

    /// Changes the step that is shown; says whether there is one.
    pub fn change_step(&mut self, change: impl FnOnce(&mut StoryStep)) -> bool {
        let Some(at) = self.at.filter(|at| *at < self.story.steps.len()) else {
            return false;
        };
        self.change(|story| change(&mut story.steps[at]));
        true
    }

    /// Changes the title.
    pub fn set_title(&mut self, title: &str) {
        self.change(|story| title.clone_into(&mut story.title));
    }

    /// Takes the step that is shown out; says whether there was one.
    pub fn remove(&mut self) -> bool {
        let Some(at) = self.at.filter(|at| *at < self.story.steps.len()) else {
            return false;
        };
        self.change(|story| drop(story.steps.remove(at)));
        self.at = at.checked_sub(1);
        true
    }

    /// Moves the step that is shown; says whether it could be.
    pub fn shift(&mut self, later: bool) -> bool {
        let Some(at) = self.at else { return false };
        let to = match later {
            true => Some(at + 1).filter(|to| *to < self.story.steps.len()),
            false => at.checked_sub(1),
        };
        let Some(to) = to else { return false };
        self.change(|story| story.steps.swap(at, to));
        self.at = Some(to);
        true
    }

    /// Takes the last change back; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.before.pop() else {
            return false;
        };
        self.story = before;
        self.at = self
            .at
            .filter(|_| !self.story.steps.is_empty())
            .map(|at| at.min(self.story.steps.len() - 1));
        true
    }

    fn change(&mut self, change: impl FnOnce(&mut Story)) {
        self.before.push(self.story.clone());
        let excess = self.before.len().saturating_sub(MAX_UNDO);
        self.before.drain(..excess);
        change(&mut self.story);
    }

    /// What is shown: of steps whose moment is still to come, only that they are there.
    pub fn view(&self, now: Timestamp) -> StoryView {
        let steps = self.story.steps.iter().enumerate();
        let shown = self.step();
        StoryView {
            title: match self.story.title.as_str() {
                "" => "Story".to_owned(),
                title => words::visible(title),
            },
            steps: steps.map(|(nth, step)| self.step_view(nth, step, now)).collect(),
            at: shown.and(self.at),
            step_title: shown.map(|step| words::visible(&step.title)).unwrap_or_default(),
            notes: shown
                .map(|step| words::visible_lines(&step.notes))
                .unwrap_or_default(),
            blocks: shown
                .map(|step| markdown::blocks(&step.notes))
                .unwrap_or_default(),
            hint: vec![Span::new(self.hint(), Role::Muted)],
        }
    }

    fn hint(&self) -> &'static str {
        match (self.story.steps.is_empty(), self.at.is_some(), self.is_own) {
            (true, ..) => "^n makes what is shown its first step",
            (false, false, _) => ") begins to tell it",
            (false, true, true) => "changes are kept on this machine: what is open cannot be written",
            (false, true, false) => ") goes on, ( goes back, ^n adds what is shown",
        }
    }

    fn step_view(&self, nth: usize, step: &StoryStep, now: Timestamp) -> StoryStepView {
        let is_current = self.at == Some(nth);
        let is_known = is_current || has_come(step, now);
        StoryStepView {
            number: (nth + 1).to_string(),
            title: match is_known {
                true => words::visible(&step.title),
                false => "…".to_owned(),
            },
            time: moment(step)
                .filter(|_| is_known)
                .map(words::time_of_day)
                .unwrap_or_default(),
            is_current,
            is_known,
        }
    }
}

fn moment(step: &StoryStep) -> Option<Timestamp> {
    Some(Address::parse(&step.address).ok()?.at)
}

/// Whether a step's moment has come; one without a moment tells nothing of time.
fn has_come(step: &StoryStep, now: Timestamp) -> bool {
    moment(step).is_none_or(|at| at <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(title: &str, at: i64) -> StoryStep {
        StoryStep {
            title: title.to_owned(),
            notes: String::new(),
            address: format!("glass://x/logs?at={}", Timestamp::from_secs(at)),
        }
    }

    fn titles(telling: &Telling, now: i64) -> Vec<String> {
        let view = telling.view(Timestamp::from_secs(now));
        view.steps.into_iter().map(|step| step.title).collect()
    }

    #[test]
    fn steps_of_later_moments_are_not_told() {
        let mut telling = Telling::of(&Story {
            title: "x".into(),
            steps: vec![step("calm", 10), step("broken", 20), step("mended", 30)],
        });
        assert_eq!(titles(&telling, 15), ["calm", "…", "…"]);
        assert!(telling.go_to(1, Timestamp::from_secs(15)).is_none());
        assert_eq!(telling.go(true).unwrap().title, "calm");
        assert_eq!(telling.go(true).unwrap().title, "broken");
        assert_eq!(
            titles(&telling, 15),
            ["calm", "broken", "…"],
            "the one that is shown"
        );
        assert_eq!(titles(&telling, 20), ["calm", "broken", "…"]);
        assert!(telling.go(true).is_some() && telling.go(true).is_none());
    }

    #[test]
    fn changes_can_be_taken_back() {
        let mut telling = Telling::default();
        assert!(!telling.remove() && !telling.undo() && !telling.shift(true));
        for title in ["a", "b", "c"] {
            telling.add(step(title, 1));
        }
        assert!(telling.shift(false) && telling.shift(false) && !telling.shift(false));
        assert_eq!(titles(&telling, 5), ["c", "a", "b"]);
        assert!(telling.change_step(|step| step.title = "C".into()));
        assert!(telling.remove());
        assert_eq!(titles(&telling, 5), ["a", "b"]);
        for _ in 0..3 {
            assert!(telling.undo());
        }
        assert_eq!(titles(&telling, 5), ["a", "c", "b"]);
        while telling.undo() {}
        assert!(titles(&telling, 5).is_empty());
    }
}
