//! [`Tiling`]: what stands in each tile, and how tabs look. `egui_tiles` moves, resizes and docks them.

use crate::arrangement::Pane;
use crate::details::details_panel_ui;
use crate::header;
use crate::layout::{self, TAB_BAR};
use crate::lists::Lists;
use crate::openables::openables_ui;
use crate::paint;
use crate::screens::screen_ui;
use crate::story::{sign_button_ui, story_ui};
use crate::theme::{BODY, Theme};
use crate::timeline::timeline_ui;
use crate::view::{Drawing, Drawn};
use egui::{Align2, Color32, CursorIcon, Id, Rect, Response, Sense, Stroke, Ui, Visuals, WidgetText, vec2};
use egui_tiles::{
    Behavior, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, UiResponse,
};
use glass_core::{Command, Event, Role, Screen, Tab};

/// Draws the tiles of a session.
pub(crate) struct Tiling<'a, 'b> {
    pub drawing: &'a Drawing<'b>,
    pub drawn: &'a mut Drawn,
    /// Whether nothing but one screen and the timeline is shown.
    pub presents: bool,
    /// Where the timeline stood when it was last drawn.
    pub timeline: Option<Rect>,
}

impl Tiling<'_, '_> {
    fn screen_tile_ui(&mut self, ui: &mut Ui, screen: Screen) {
        let place = ui.max_rect();
        let main = layout::screen_in(place);
        let viewport = layout::viewport_of(main, self.timeline.unwrap_or(place));
        self.drawn.tiles.push(glass_core::Tile { screen, viewport });
        self.drawn.places.push((screen, place));
        // One that has just come in sight is in the view-model of the next frame.
        let tiles = &self.drawing.model.tiles;
        let Some(tile) = tiles.iter().find(|tile| tile.screen == screen) else {
            return;
        };
        let is_pressed = ui.input(|input| {
            let at = input
                .pointer
                .press_origin()
                .filter(|_| input.pointer.any_pressed());
            at.is_some_and(|at| place.contains(at))
        });
        if is_pressed && !tile.has_keys && ui.rect_contains_pointer(place) {
            self.drawn.events.push(Event::Command(Command::Show(screen)));
        }
        let mut lists = Lists::of(screen, &tile.view, &mut self.drawn.events);
        screen_ui(ui, main, &tile.view, &mut lists);
    }

    fn tab_of(&self, tiles: &Tiles<Pane>, tile: TileId) -> Option<Tab> {
        let Some(Tile::Pane(Pane::Screen(screen))) = tiles.get(tile) else {
            return None;
        };
        let tabs = self.drawing.model.tabs.iter();
        tabs.into_iter().find(|tab| tab.screen == *screen).cloned()
    }
}

impl Behavior<Pane> for Tiling<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut Pane) -> UiResponse {
        let place = ui.max_rect();
        match *pane {
            Pane::Screen(screen) => self.screen_tile_ui(ui, screen),
            Pane::Timeline => timeline_ui(ui, place, &self.drawing.model.timeline, &mut self.drawn.events),
            Pane::Openables => openables_ui(ui, place, self.drawing, self.drawn),
            Pane::Story => {
                if let Some(story) = &self.drawing.model.story {
                    story_ui(ui, place, story, &mut self.drawn.events);
                }
            }
            Pane::Details => details_panel_ui(ui, place, self.drawing.model.details.as_ref()),
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        match pane {
            Pane::Openables => "Open".into(),
            Pane::Details => "Details".into(),
            Pane::Story => "Story".into(),
            Pane::Timeline => "Timeline".into(),
            Pane::Screen(screen) => screen.title().into(),
        }
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<Pane>, tile: TileId) -> WidgetText {
        match tiles.get(tile) {
            Some(Tile::Pane(pane)) => self.tab_title_for_pane(pane),
            Some(Tile::Container(_)) => "Several".into(),
            None => "".into(),
        }
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let tab = self.tab_of(tiles, tile);
        let title = self.tab_title_for_tile(tiles, tile);
        let width = match &tab {
            Some(tab) => header::tab_width(ui, tab),
            None => paint::text_width(ui, title.text(), BODY) + 24.0,
        };
        let (_, place) = ui.allocate_space(vec2(width, ui.available_height()));
        let response = ui
            .interact(place, id, Sense::click_and_drag())
            .on_hover_cursor(CursorIcon::PointingHand);
        if state.is_being_dragged {
            return response;
        }
        let Some(tab) = tab else {
            let color = Theme::of(ui).color(Role::Normal);
            paint::paint_text(ui, place, Align2::CENTER_CENTER, title.text(), BODY, color);
            return response;
        };
        header::tab_ui(ui, place, &tab, state.active, &response);
        if response.clicked() {
            self.drawn.events.push(Event::Command(Command::Show(tab.screen)));
        }
        if response.middle_clicked() {
            self.drawn.events.push(Event::Command(Command::Show(tab.screen)));
            self.drawn.events.push(Event::Command(Command::CloseTile));
        }
        response
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, _: TileId, tabs: &Tabs, _: &mut f32) {
        let Some(tab) = tabs.active.and_then(|active| self.tab_of(tiles, active)) else {
            return;
        };
        let screens = self.drawing.model.tiles.len();
        let buttons = [(Command::CloseTile, "×"), (Command::Split, "│")];
        for (command, sign) in buttons {
            // The last screen stays.
            if command == Command::CloseTile && screens < 2 {
                continue;
            }
            let (_, place) = ui.allocate_space(vec2(26.0, ui.available_height()));
            if sign_button_ui(ui, place.shrink2(vec2(2.0, 6.0)), command, sign) {
                self.drawn.events.push(Event::Command(Command::Show(tab.screen)));
                self.drawn.events.push(Event::Command(command));
            }
        }
    }

    fn drag_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, tile: TileId) {
        let title = self.tab_title_for_tile(tiles, tile);
        egui::Frame::popup(ui.style()).show(ui, |ui| ui.label(title));
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        TAB_BAR
    }

    fn is_tab_bar_visible(&self, _: TileId, _: &Tabs) -> bool {
        !self.presents
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        4.0
    }

    fn min_size(&self) -> f32 {
        90.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: false,
            prune_single_child_tabs: false,
            ..SimplificationOptions::default()
        }
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        visuals.panel_fill
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        visuals.widgets.noninteractive.bg_stroke
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering => Stroke::new(2.0, style.visuals.widgets.noninteractive.bg_stroke.color),
            ResizeState::Dragging => Stroke::new(2.0, style.visuals.selection.stroke.color),
        }
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }
}
