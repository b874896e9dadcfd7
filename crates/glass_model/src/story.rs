//! [`Story`]: a walk through a recording, view by view.

/// Views of a recording in the order in which they tell what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Its title; empty for none.
    pub title: String,
    /// The views.
    pub steps: Vec<StoryStep>,
}

/// A view of a story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryStep {
    /// What is seen.
    pub title: String,
    /// What there is to say about it, in Markdown; may be empty.
    pub notes: String,
    /// The view, as an address: `glass://name/metrics?at=…`.
    pub address: String,
}

impl Story {
    /// No story has more steps.
    pub const MAX_STEPS: usize = 200;
    /// Nor a longer title or address, in bytes.
    pub const MAX_TITLE: usize = 4_000;
    /// Nor longer notes to a step, in bytes.
    pub const MAX_NOTES: usize = 20_000;
    /// Nor has a story more text in all, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.title.is_empty() && self.steps.is_empty()
    }

    /// What is too much about it, in a sentence; `None` for a story that can be kept.
    pub fn excess(&self) -> Option<String> {
        if self.steps.len() > Self::MAX_STEPS {
            return Some(format!("a story has at most {} steps", Self::MAX_STEPS));
        }
        let titles = self.steps.iter().flat_map(|step| [&step.title, &step.address]);
        if titles
            .chain([&self.title])
            .any(|text| text.len() > Self::MAX_TITLE)
        {
            return Some(format!(
                "a title or address in a story has at most {} bytes",
                Self::MAX_TITLE
            ));
        }
        let texts = self
            .steps
            .iter()
            .flat_map(|step| [&step.title, &step.notes, &step.address]);
        if texts.map(String::len).sum::<usize>() > Self::MAX_BYTES {
            return Some(format!(
                "a story has at most {} MiB of text",
                Self::MAX_BYTES >> 20
            ));
        }
        let is_long = self.steps.iter().any(|step| step.notes.len() > Self::MAX_NOTES);
        is_long.then(|| format!("notes to a step have at most {} bytes", Self::MAX_NOTES))
    }
}
