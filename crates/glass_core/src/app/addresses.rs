//! Addresses of views: opened and copied; and lines copied.

use super::App;
use crate::screens::{
    alerts::Alerts, changes::Changes, dashboards::Dashboards, incidents::Incidents, logs::Logs,
    metrics::Metrics, overview::Overview, timeline::Timeline,
};
use crate::{Address, Effect, Screen};

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
        self.time.select_nothing();
        if let Some(range) = address.range {
            self.time.select_between(range.start, range.end);
        }
        self.begin_screen(address.screen);
        self.set_screen(address.screen, &address.filter, &address.query, &address.look);
    }

    /// Sets a screen back to how it is at first.
    fn begin_screen(&mut self, screen: Screen) {
        match screen {
            Screen::Overview => self.overview = Overview::default(),
            Screen::Metrics => self.metrics = Metrics::default(),
            Screen::Logs => self.logs = Logs::default(),
            Screen::Alerts => self.alerts = Alerts::default(),
            Screen::Changes => self.changes = Changes::default(),
            Screen::Incidents => self.incidents = Incidents::default(),
            Screen::Timeline => self.timeline = Timeline::default(),
            Screen::Dashboards => self.dashboards = Dashboards::default(),
            // What can be opened stays known.
            Screen::Clouds => {}
        }
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

    /// What is looked at, as an address.
    pub(super) fn address(&self) -> Address {
        Address {
            recording: self.info.name.clone(),
            screen: self.screen,
            at: self.time.playhead(),
            from: Some(self.time.window().start),
            window_nanos: self.time.window().nanos(),
            range: self.time.selected(),
            filter: self.current().filter().unwrap_or_default().to_owned(),
            query: self.current().query().to_owned(),
            look: self.current().look(),
        }
    }

    /// The same as text.
    pub fn address_here(&self) -> String {
        self.address().to_string()
    }

    pub(super) fn copy_address(&mut self) -> Vec<Effect> {
        let address = self.address();
        self.say(&format!("copied {address}"));
        vec![Effect::Copy(address.to_string())]
    }
}
