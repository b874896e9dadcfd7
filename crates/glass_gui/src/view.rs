//! A whole view-model as egui widgets.

use crate::arrangement::{Arrangement, Sight};
use crate::layout::{self, Parts};
use crate::openables::OpenSession;
use crate::paint;
use crate::story::caption_ui;
use crate::theme::Theme;
use crate::tiles::Tiling;
use crate::{header, overlay};
use egui::{Rect, Ui};
use glass_core::{Event, Screen, Tile, ViewModel};

/// What the pointer asks of the window itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Another session is to be looked at.
    Switch(usize),
    /// A session is to be closed.
    Close(usize),
    /// A session is to stand beside the one that is looked at, aligned at its start; or no longer.
    Compare(usize),
}

/// What came of drawing.
#[derive(Debug, Default)]
pub struct Drawn {
    /// What the pointer or a screen reader asked for.
    pub events: Vec<Event>,
    /// What it asked of the window.
    pub wishes: Vec<Wish>,
    /// The screens in sight, and how much fits into each.
    pub tiles: Vec<Tile>,
    /// Where each of them stands.
    pub places: Vec<(Screen, Rect)>,
}

/// What a session is drawn with beside its view-model.
pub(crate) struct Drawing<'a> {
    pub model: &'a ViewModel,
    /// All that is open.
    pub open: &'a [OpenSession],
    /// The screen that is shown alone, if one is.
    pub alone: Option<Screen>,
    /// Tells two sessions in one window apart.
    pub salt: &'static str,
}

/// Draws a view-model over the whole of `window` and returns what the pointer or a screen reader asked for.
pub fn view_ui(ui: &mut Ui, window: Rect, model: &ViewModel) -> Vec<Event> {
    let mut arrangement = Arrangement::default();
    if let [first, others @ ..] = model.tiles.as_slice() {
        arrangement.reveal(first.screen, None);
        for other in others {
            arrangement.put_beside_screen(other.screen, first.screen);
        }
    }
    let drawing = Drawing {
        model,
        open: &[],
        alone: None,
        salt: "window",
    };
    session_ui(ui, window, &drawing, &mut arrangement).events
}

/// Draws a session.
pub(crate) fn session_ui(
    ui: &mut Ui,
    window: Rect,
    drawing: &Drawing<'_>,
    arrangement: &mut Arrangement,
) -> Drawn {
    let ViewModel {
        header,
        // They stand above the tiles.
        tabs: _,
        tiles: _,
        details: _,
        openables: _,
        timeline,
        story,
        status,
        overlay,
        tour,
    } = drawing.model;
    let mut drawn = Drawn::default();
    let Parts {
        header: top,
        body,
        status: bottom,
    } = layout::parts(window);
    // Those who look on need no keys.
    let has_status = !arrangement.presents || !status.message.is_empty() || !status.pending.is_empty();
    let body = if has_status { body } else { body.union(bottom) };
    let ui = &mut paint::clipped(ui, window, drawing.salt);
    ui.painter().rect_filled(window, 0, Theme::of(ui).background);
    header::header_ui(ui, top, header, &mut drawn.events);
    arrangement.name(drawing.salt);
    arrangement.fit(Sight {
        width: window.width(),
        alone: drawing.alone,
        has_story: story.is_some(),
        is_tall: timeline.is_tall,
    });
    let body = match story {
        Some(story) if arrangement.presents => caption_ui(ui, body, story),
        _ => body,
    };
    tiles_ui(ui, body, drawing, arrangement, &mut drawn);
    if has_status {
        header::status_ui(ui, bottom, status, &mut drawn.events);
    }
    if let Some(tour) = tour {
        overlay::tour_ui(ui, main_of(&drawn, body), tour);
    }
    if let Some(overlay) = overlay {
        overlay::overlay_ui(ui, window, overlay, &mut drawn.events);
    }
    drawn
}

/// Where the first screen stands.
fn main_of(drawn: &Drawn, body: Rect) -> Rect {
    drawn.places.first().map_or(body, |(_, place)| *place)
}

fn tiles_ui(
    ui: &mut Ui,
    body: Rect,
    drawing: &Drawing<'_>,
    arrangement: &mut Arrangement,
    drawn: &mut Drawn,
) {
    let mut child = paint::clipped(ui, body, "tiles");
    let mut tiling = Tiling {
        drawing,
        drawn,
        presents: arrangement.presents,
        timeline: arrangement.timeline(),
    };
    arrangement.tree.ui(&mut tiling, &mut child);
}
