//! [`Session`]: something that is open: its application, who answers it, and how it shares its room.

use crate::arrangement::Arrangement;
use crate::layout;
use crate::openables::OpenSession;
use crate::view::{Drawing, Drawn, session_ui};
use egui::{Rect, Ui};
use glass_core::{App, Arrange, Effect, Event, Preset, Runner, Screen, Tile, Viewport};
use std::sync::mpsc::Receiver;

/// Something that is open.
pub struct Session {
    app: App,
    runner: Box<dyn Runner>,
    events: Receiver<Event>,
    arrangement: Arrangement,
    viewport: Option<Viewport>,
    tiles: Vec<Tile>,
    /// The screen that keys went to when it was last drawn.
    screen: Option<Screen>,
    width: f32,
}

impl Session {
    /// An application. Answers to what `runner` is asked come over `events`.
    pub fn new(mut app: App, runner: Box<dyn Runner>, events: Receiver<Event>) -> Self {
        app.set_draws_pixels(true);
        let arrangement = Arrangement::parse(app.layout()).unwrap_or_default();
        Self {
            app,
            runner,
            events,
            arrangement,
            viewport: None,
            tiles: Vec::new(),
            screen: None,
            width: 0.0,
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn app_mut(&mut self) -> &mut App {
        &mut self.app
    }

    /// Shares the room in another way; returns how it was.
    pub(crate) fn rearrange(&mut self, arrangement: Arrangement) -> Arrangement {
        std::mem::replace(&mut self.arrangement, arrangement)
    }

    /// How it is for presenting.
    pub(crate) fn for_presenting(&self) -> Arrangement {
        Arrangement::of(Preset::Present, self.app.screen())
    }

    /// The next thing that came in.
    pub(crate) fn next_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Hands an event to the application and has done what it wants; what is the window's to do is returned.
    pub(crate) fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut for_window = Vec::new();
        for effect in self.app.update(event) {
            match effect {
                Effect::Arrange(
                    wish @ (Arrange::Beside { .. }
                    | Arrange::Close(_)
                    | Arrange::Preset(_)
                    | Arrange::ToggleTree
                    | Arrange::ToggleDetails),
                ) => self.arrangement.arrange(wish, self.app.screen(), self.width),
                Effect::Arrange(_) => for_window.push(effect),
                Effect::Ask { .. }
                | Effect::Jump(_)
                | Effect::CheckClouds
                | Effect::ListClouds
                | Effect::KeepStory(_)
                | Effect::Write { .. } => self.runner.start(effect),
                Effect::Open(_)
                | Effect::Copy(_)
                | Effect::CopyImage
                | Effect::Export(_)
                | Effect::ExportStory(_)
                | Effect::ToggleMouse
                | Effect::Suspend
                | Effect::Quit => for_window.push(effect),
            }
        }
        for_window
    }

    /// Has its runner open something in its place.
    pub(crate) fn open_in_place(&mut self, effect: Effect) {
        self.runner.start(effect);
    }

    /// What a list of all that is open says of it.
    pub(crate) fn named(&self, is_current: bool, is_beside: bool) -> OpenSession {
        let info = self.app.info();
        OpenSession {
            name: glass_core::visible(&info.name),
            badge: if info.is_live { "LIVE" } else { "REPLAY" }.to_owned(),
            is_current,
            is_beside,
        }
    }

    /// Notes how the room is shared, to be known at the next start.
    pub(crate) fn note_layout(&mut self) {
        self.app.set_layout(self.arrangement.to_text());
    }

    /// Draws it; what the pointer asked of the application is still to be handed to it.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        place: Rect,
        open: &[OpenSession],
        salt: &'static str,
    ) -> (Drawn, Vec<Effect>) {
        self.width = place.width();
        let mut effects = self.reveal();
        let viewport = layout::viewport(place);
        if self.viewport != Some(viewport) {
            self.viewport = Some(viewport);
            effects.extend(self.update(Event::Resized(viewport)));
        }
        let model = self.app.view(viewport);
        let drawing = Drawing {
            model: &model,
            open,
            alone: self.app.is_alone().then(|| self.app.screen()),
            salt,
        };
        let drawn = session_ui(ui, place, &drawing, &mut self.arrangement);
        effects.extend(self.note_tiles(ui, &drawn.tiles));
        (drawn, effects)
    }

    /// Puts the screen that keys go to in sight, when it is another than before.
    fn reveal(&mut self) -> Vec<Effect> {
        let screen = self.app.screen();
        if self.screen != Some(screen) {
            let in_sight = self.tiles.iter().any(|tile| tile.screen == screen);
            if !in_sight {
                self.arrangement.reveal(screen, self.screen);
            }
            self.screen = Some(screen);
        }
        Vec::new()
    }

    /// Tells the application which screens are in sight; when that is news, what was drawn is drawn again before anyone
    /// sees it.
    fn note_tiles(&mut self, ui: &Ui, tiles: &[Tile]) -> Vec<Effect> {
        if self.tiles == tiles {
            return Vec::new();
        }
        self.tiles = tiles.to_vec();
        ui.ctx().request_discard("other tiles");
        ui.ctx().request_repaint();
        let screen = self.app.screen();
        let mut effects = self.update(Event::Tiles(tiles.to_vec()));
        // Where a tab was closed or dragged away, keys go to one that is in sight.
        if let Some(first) = tiles.first()
            && !tiles.iter().any(|tile| tile.screen == screen)
        {
            effects.extend(self.update(Event::Command(glass_core::Command::Show(first.screen))));
            self.screen = Some(self.app.screen());
        }
        effects
    }
}
