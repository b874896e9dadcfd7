//! One frame: a view-model becomes a buffer of cells. Read [`draw_frame`] first; everything else is called by it.

use crate::header::draw_header;
use crate::hits::Hits;
use crate::layout::{Areas, areas};
use crate::options::Look;
use crate::overlay::draw_overlay;
use crate::pen::Pen;
use crate::screens::{draw_screen, draw_too_small};
use crate::status::draw_status;
use crate::tabs::{draw_tabs, tab_at};
use crate::timeline::{draw_timeline, ratio_at, ratio_of_column};
use glass_core::{Screen, ViewModel};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Draws all of it into a buffer, which it empties first; returns what the pointer can meet there.
pub(crate) fn draw_frame(model: &ViewModel, buffer: &mut Buffer, look: Look) -> Hits {
    buffer.reset();
    let area = buffer.area;
    if let Some(ground) = look.theme.ground() {
        buffer.set_style(area, ground);
    }
    let mut pen = Pen::new(buffer, look);
    pen.hits.lists = model.screen.lists();
    let ViewModel {
        header,
        tabs,
        screen,
        timeline,
        status,
        overlay,
    } = model;
    let Some(areas) = areas(area.width, area.height, !header.warning.is_empty()) else {
        draw_too_small(&mut pen, area);
        return pen.hits;
    };
    draw_header(&mut pen, areas.header, areas.warning, header);
    draw_tabs(&mut pen, areas.tabs, tabs);
    draw_screen(&mut pen, areas.main, screen);
    draw_timeline(&mut pen, areas.timeline, timeline);
    draw_status(&mut pen, areas.status, status);
    if let Some(overlay) = overlay {
        draw_overlay(&mut pen, area, areas.main, overlay);
    }
    pen.hits
}

/// What the pointer meets on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// A tab.
    Tab(Screen),
    /// The timeline, at a moment from 0 to 1.
    Timeline(f64),
}

/// What is under the pointer.
pub(crate) fn target_at(model: &ViewModel, screen: Rect, place: Position) -> Option<Target> {
    let areas = areas_of(model, screen)?;
    let timeline = ratio_at(areas.timeline, place).map(Target::Timeline);
    timeline.or_else(|| tab_at(areas.tabs, &model.tabs, place).map(Target::Tab))
}

/// The moment at a column of the timeline, for a drag that may have left it.
pub(crate) fn timeline_ratio(model: &ViewModel, screen: Rect, column: u16) -> Option<f64> {
    areas_of(model, screen).map(|areas| ratio_of_column(areas.timeline, column))
}

fn areas_of(model: &ViewModel, screen: Rect) -> Option<Areas> {
    areas(screen.width, screen.height, !model.header.warning.is_empty())
}
