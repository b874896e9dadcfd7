//! Addresses of views: opened and copied; and lines copied.

use super::App;
use crate::{Address, Effect};

impl App {
    /// Shows a screen at a moment, as an address names it.
    pub fn open_address(&mut self, address: &Address) {
        self.remember();
        self.put_screen(address.screen);
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

    pub(super) fn copy_line(&mut self) -> Vec<Effect> {
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

    pub(super) fn copy_address(&mut self) -> Vec<Effect> {
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
}
