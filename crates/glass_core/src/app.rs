//! [`App`]: all state of the application and the two functions around it.

use crate::{Effect, Event, ViewModel, Viewport};
use glass_model::RecordingInfo;

/// The application.
#[derive(Debug)]
pub struct App {
    info: RecordingInfo,
}

impl App {
    /// Opens a recording, paused at `info.open_at` or its start.
    pub fn new(info: RecordingInfo) -> Self {
        Self { info }
    }
    /// Takes an event and says what is to be done.
    pub fn update(&mut self, _event: Event) -> Vec<Effect> {
        Vec::new()
    }
    /// What to show.
    pub fn view(&self, _viewport: Viewport) -> ViewModel {
        todo!("{}", self.info.name)
    }
    /// Whether time moves: then the front-end sends [`Event::Tick`] some 30 times a second.
    pub fn is_playing(&self) -> bool {
        false
    }
    /// Whether every answer that the screen needs is at hand for the present playhead.
    pub fn is_settled(&self) -> bool {
        false
    }
}
