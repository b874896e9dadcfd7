//! One frame: a view-model becomes a buffer of cells. Read [`draw_frame`] first; everything else is called by it.

use crate::header::draw_header;
use crate::hits::Hits;
use crate::layout::{Areas, areas, take_left, take_top, time_axis};
use crate::options::Look;
use crate::overlay::{draw_overlay, draw_tour};
use crate::pen::Pen;
use crate::screens::{draw_screen, draw_too_small};
use crate::status::draw_status;
use crate::story::draw_story;
use crate::tabs::{draw_tabs, tab_at};
use crate::timeline::{draw_timeline, ratio_at, ratio_of_column};
use glass_core::{Role, Screen, TileView, ViewModel};
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
    let ViewModel {
        header,
        tabs,
        tiles,
        // A window's: here each has a screen of its own.
        details: _,
        openables: _,
        timeline,
        status,
        overlay,
        story,
        tour,
    } = model;
    let Some(areas) = areas_of(model, area) else {
        draw_too_small(&mut pen, area);
        return pen.hits;
    };
    draw_header(&mut pen, areas.header, areas.warning, header);
    draw_tabs(&mut pen, areas.tabs, tabs);
    match tiles.as_slice() {
        [only] => draw_tile(&mut pen, areas.main, only),
        tiles => draw_tiles(&mut pen, areas.main, tiles),
    }
    draw_timeline(&mut pen, areas.timeline, timeline);
    draw_status(&mut pen, areas.status, status);
    if let Some(story) = story {
        draw_story(&mut pen, areas.main, story);
    }
    if let Some(tour) = tour {
        draw_tour(&mut pen, areas.main, tour);
    }
    if let Some(overlay) = overlay {
        draw_overlay(&mut pen, area, areas.main, overlay);
    }
    pen.hits
}

/// Draws a screen.
fn draw_tile(pen: &mut Pen, area: Rect, tile: &TileView) {
    let TileView {
        screen,
        title: _,
        view,
        has_keys: _,
    } = tile;
    pen.hits.begin(*screen, view.lists());
    draw_screen(pen, area, view);
}

/// Draws screens side by side, each below its title; the one that keys go to has a title that stands out.
fn draw_tiles(pen: &mut Pen, area: Rect, tiles: &[TileView]) {
    let mut rest = area;
    for (nth, tile) in tiles.iter().enumerate() {
        let n_left = u16::try_from(tiles.len() - nth).unwrap_or(u16::MAX);
        let width = rest.width / n_left;
        let mut place = take_left(&mut rest, width);
        if n_left > 1 {
            let bar = take_left(&mut rest, 1);
            for y in bar.top()..bar.bottom() {
                pen.set(bar.x, y, pen.glyphs.vertical(), pen.theme.chrome());
            }
        }
        draw_title(pen, take_top(&mut place, 1), tile);
        draw_tile(pen, place, tile);
    }
}

fn draw_title(pen: &mut Pen, row: Rect, tile: &TileView) {
    let style = match tile.has_keys {
        true => pen.theme.badge(Role::Accent),
        false => pen.style(Role::Muted),
    };
    let sign = match tile.has_keys {
        true => pen.glyphs.pick("▸", ">"),
        false => " ",
    };
    let title = format!("{sign} {} ", tile.title);
    pen.put(row.x + 1, row.y, row.width.saturating_sub(1), &title, style);
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

/// The timeline's part with the window of time along it, if a place is on it.
pub(crate) fn timeline_axis(model: &ViewModel, screen: Rect, place: Position) -> Option<Rect> {
    let axis = time_axis(areas_of(model, screen)?.timeline);
    axis.contains(place).then_some(axis)
}

fn areas_of(model: &ViewModel, screen: Rect) -> Option<Areas> {
    let has_warning = !model.header.warning.is_empty();
    areas(screen.width, screen.height, has_warning, model.timeline.is_tall)
}
