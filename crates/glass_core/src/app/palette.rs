//! The palette: what it offers for what is typed, and going there.

use super::App;
use crate::palette::{self, MAX_ITEMS, MAX_NAME, Target};
use crate::prompt::{Prompt, PromptKind};
use crate::{Effect, Screen, Slot};
use glass_model::{AnswerValue, Ask, FindAsk, Found};

impl App {
    pub(super) fn open_palette(&mut self) -> Vec<Effect> {
        self.prompt = Some(Prompt::new(PromptKind::Palette, ""));
        self.offer();
        match self.clouds.all().is_empty() {
            true => vec![Effect::ListClouds],
            false => Vec::new(),
        }
    }

    /// What the palette wants asked: names like what is typed.
    pub(super) fn palette_wanted(&self) -> Option<(Slot, Ask)> {
        let prompt = self
            .prompt
            .as_ref()
            .filter(|prompt| prompt.kind == PromptKind::Palette)?;
        let text = prompt.text().trim().to_owned();
        let can_be_found = !text.is_empty() && text.len() <= MAX_NAME && !text.starts_with("glass://");
        can_be_found.then_some((
            Slot::Found,
            Ask::Find(FindAsk {
                text,
                max: MAX_ITEMS * 2,
            }),
        ))
    }

    /// Puts before the user what is like the text: of names those found for this text or, until they come, those found
    /// before.
    pub(super) fn offer(&mut self) {
        let Some(prompt) = self
            .prompt
            .as_ref()
            .filter(|prompt| prompt.kind == PromptKind::Palette)
        else {
            return;
        };
        let wanted = self.palette_wanted();
        let latest = self.slots.latest(Slot::Found, self.time.playhead());
        let found: &[Found] = match latest {
            Some((_, answer)) if wanted.is_some() => match &answer.value {
                AnswerValue::Find(found) => found,
                _ => &[],
            },
            _ => &[],
        };
        let is_of_text = |ask: &Ask| latest.is_some_and(|(held, _)| held == ask);
        let is_looking = wanted.is_some_and(|(_, ask)| !is_of_text(&ask));
        let source = palette::Source {
            screen: self.screen,
            face: self.face(),
            settings: &self.settings,
            clouds: self.clouds.all(),
            marks: self.marks.all(),
            found,
            playhead: self.time.playhead(),
            extent: self.time.extent(),
        };
        let items = palette::items(&prompt.text(), &source);
        if let Some(prompt) = &mut self.prompt {
            prompt.offer(items, is_looking);
        }
    }

    /// Goes where an item of the palette leads.
    pub(super) fn go_to_target(&mut self, target: Target) -> Vec<Effect> {
        match target {
            Target::Run(command) => return self.run(command),
            Target::Metric(name) => {
                self.metrics.show_metric(name);
                self.show(Screen::Metrics);
            }
            Target::Dashboard(id) => {
                self.dashboards.show(&id);
                self.show(Screen::Dashboards);
            }
            Target::Row(screen, key) => {
                self.state_mut(screen).0.set_filter("");
                self.show_of(screen, key);
            }
            Target::Cluster(name) => {
                self.state_mut(Screen::Alerts)
                    .0
                    .set_filter(&format!("cluster=\"{name}\""));
                self.show(Screen::Alerts);
            }
            Target::Cloud(id) => return self.open(id),
            Target::Moment(at) => self.seek(at),
        }
        Vec::new()
    }
}
