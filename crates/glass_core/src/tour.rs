//! [`Tour`]: five steps for who is here for the first time. Nothing is blocked: a step is over once what it asks for is
//! done, or skipped.

use crate::context::Context;
use crate::{Command, Line, Role, Screen, Span, TourView};

/// A step: what it says, what is to be done, and the key for it by its command.
struct Step {
    title: &'static str,
    text: &'static [&'static str],
    command: Command,
}

const STEPS: [Step; 5] = [
    Step {
        title: "Let time run",
        text: &[
            "This is a real outage, recorded. The line through the",
            "timeline is the playhead: what lies after it has not",
            "happened yet, on no screen.",
        ],
        command: Command::PlayPause,
    },
    Step {
        title: "Go to what matters",
        text: &[
            "Lower-case keys go forward, upper-case keys back:",
            "a alert, c change, e error, i incident.",
        ],
        command: Command::NextAlert,
    },
    Step {
        title: "Look closer",
        text: &[
            "Numbers choose a screen; all of them show the moment",
            "of the playhead. Read what the programs logged then.",
        ],
        command: Command::Show(Screen::Logs),
    },
    Step {
        title: "Find anything by its name",
        text: &[
            "Commands, metrics, alerts, changes, clouds, and times",
            "such as 07:48 or -5m. esc closes it again.",
        ],
        command: Command::Palette,
    },
    Step {
        title: "Every key, on every screen",
        text: &[
            "Help shows what is of use where you are; / searches it.",
            "A live cloud is opened from the clouds screen.",
        ],
        command: Command::Help,
    },
];

/// Which step it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tour {
    step: usize,
}

impl Tour {
    /// Takes a command; says whether the tour goes on.
    pub fn take(&mut self, command: Command) -> bool {
        if STEPS.get(self.step).is_some_and(|step| step.command == command) {
            self.step += 1;
        }
        self.step < STEPS.len()
    }

    /// What is shown.
    pub fn view(&self, context: &Context<'_>, screen: Screen) -> Option<TourView> {
        let step = STEPS.get(self.step)?;
        let key = context.keymap.first_key(step.command, screen);
        let mut lines: Vec<Line> = step
            .text
            .iter()
            .map(|text| vec![Span::new(*text, Role::Normal)])
            .collect();
        lines.push(vec![
            Span::new("Press ", Role::Normal),
            Span::new(key, Role::Accent),
            Span::new(", or esc to leave the tour.", Role::Normal),
        ]);
        Some(TourView {
            title: step.title.to_owned(),
            step: self.step + 1,
            n_steps: STEPS.len(),
            lines,
        })
    }
}
