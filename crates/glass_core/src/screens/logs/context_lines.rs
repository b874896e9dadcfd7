//! What stands around a line, whatever the filter: [`Around`].

use super::lines::{LineId, Place};
use super::rows::origin;
use super::{Logs, Reaction};
use crate::context::Context;
use crate::{Line, Role, Span, words};
use glass_model::{Labels, LogFilter, Matcher, Selector};

/// Labels that hold a line's level.
const LEVEL_NAMES: [&str; 4] = ["level", "detected_level", "severity", "lvl"];

/// The line around which all lines are shown.
#[derive(Debug)]
pub(super) struct Around {
    /// The line.
    pub line: LineId,
    /// Only lines of the stream with these labels.
    stream: Option<Labels>,
    /// Its name.
    name: String,
    /// Where the filter's lines stood before.
    before: Option<Place>,
}

impl Around {
    fn filter(&self) -> LogFilter {
        let labels = self.stream.iter().flat_map(Labels::iter);
        // Where a label holds the level, lines of one source are of several streams.
        let of_source = labels.filter(|(name, _)| !LEVEL_NAMES.contains(name));
        LogFilter {
            streams: Selector {
                matchers: of_source
                    .map(|(name, value)| Matcher::equal(name, value))
                    .collect(),
            },
            ..LogFilter::default()
        }
    }

    /// What is shown, in words.
    pub fn words(&self) -> Line {
        let what = match self.stream {
            Some(_) => format!(" in {}", self.name),
            None => " in all streams".to_owned(),
        };
        vec![
            Span::new("around ", Role::Muted),
            Span::new(self.line.at.format("%H:%M:%S%.3f"), Role::Accent),
            Span::new(what, Role::Muted),
        ]
    }
}

impl Logs {
    /// Which lines are shown.
    pub(super) fn shown_filter(&self) -> LogFilter {
        match &self.around {
            Some(around) => around.filter(),
            None => self.filter.clone(),
        }
    }

    /// Shows what stands around the chosen line in its stream, or in all, or goes back to the filter.
    pub(super) fn toggle_context(&mut self, context: &Context<'_>, is_of_stream: bool) -> Reaction {
        let is_same = |around: &Around| around.stream.is_some() == is_of_stream;
        if self.around.as_ref().is_some_and(is_same) {
            self.leave_context();
            return Reaction::SetCursor(self.chosen_at(context));
        }
        let Some(line) = self.chosen_line(context) else {
            return Reaction::Say("there is no line to look around");
        };
        let place = Place::of(line);
        let before = match self.around.take() {
            Some(around) => around.before,
            None => self.place.clone(),
        };
        self.around = Some(Around {
            line: LineId::of(line),
            stream: is_of_stream.then(|| line.labels.clone()),
            name: words::visible(&origin(&line.labels)),
            before,
        });
        let at = line.entry.at;
        self.place = Some(place);
        Reaction::SetCursor(Some(at))
    }

    /// Goes back to the filter; says whether there was something to leave.
    pub(super) fn leave_context(&mut self) -> bool {
        let Some(around) = self.around.take() else {
            return false;
        };
        self.place = around.before;
        true
    }
}
