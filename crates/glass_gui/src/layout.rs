//! Where everything stands, in points, and how much of each thing fits: [`viewport`] and the drawing read the
//! same rectangles, so the core never thins or cuts for another size than the one that is drawn.

use crate::paint::rect;
use crate::theme::{GAP, PAD};
use egui::Rect;
use glass_core::Viewport;

/// The height of a table's row.
pub const ROW: f32 = 24.0;
/// How high a row of a dashboard's grid is.
pub const GRID_ROW: f32 = 26.0;
/// The height of a table's title and column titles together.
pub const TABLE_HEAD: f32 = 28.0 + 20.0;
/// The height of a bar of tabs.
pub const TAB_BAR: f32 = 34.0;
/// The room left of the timeline's track, for the lanes' names.
pub const LANE_NAMES: f32 = 84.0;

/// The width of a letter of code of small size.
pub const CODE_LETTER: f32 = 7.6;

const HEADER: f32 = 48.0;
const STATUS: f32 = 32.0;
const HEADLINE: f32 = 58.0;
const PANEL_WIDTH: f32 = 240.0;
const PANEL_HEIGHT: f32 = 150.0;

/// A session's parts.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The top line.
    pub header: Rect,
    /// The tiles.
    pub body: Rect,
    /// The bottom line.
    pub status: Rect,
}

/// Divides the room of a session.
pub fn parts(window: Rect) -> Parts {
    let mut rest = window;
    let header = top(&mut rest, HEADER);
    let status = bottom(&mut rest, STATUS);
    Parts {
        header,
        body: rest,
        status,
    }
}

/// The room for a screen in its tile.
pub fn screen_in(tile: Rect) -> Rect {
    tile.shrink2(egui::vec2(PAD, GAP))
}

/// The overview's parts.
#[derive(Clone, Copy, Debug)]
pub struct OverviewParts {
    /// Phase, headline and last word.
    pub headline: Rect,
    /// The alerts.
    pub alerts: Rect,
    /// The changes.
    pub changes: Rect,
    /// All panels.
    pub panels: Rect,
}

/// Divides the overview.
pub fn overview(main: Rect) -> OverviewParts {
    let headline = rect(main.min.x, main.min.y, main.width(), HEADLINE);
    let below = rect(
        main.min.x,
        headline.max.y,
        main.width(),
        main.max.y - headline.max.y,
    );
    let list_width = (below.width() * 0.42).clamp(280.0, 640.0).min(below.width());
    let list_height = (below.height() - PAD) / 2.0;
    let panels_x = below.min.x + list_width + PAD;
    OverviewParts {
        headline,
        alerts: rect(below.min.x, below.min.y, list_width, list_height),
        changes: rect(below.min.x, below.max.y - list_height, list_width, list_height),
        panels: rect(panels_x, below.min.y, below.max.x - panels_x, below.height()),
    }
}

fn grid_of(panels: Rect) -> (usize, usize) {
    let count = |room: f32, one: f32, most: f32| ((room + PAD) / (one + PAD)).clamp(1.0, most) as usize;
    (
        count(panels.width(), PANEL_WIDTH, 4.0),
        count(panels.height(), PANEL_HEIGHT, 4.0),
    )
}

/// The places of `n_panels` panels: as many columns as fit, every row filled.
pub fn panel_grid(panels: Rect, n_panels: usize) -> Vec<Rect> {
    let (most_columns, _) = grid_of(panels);
    let n_rows = n_panels.div_ceil(most_columns).max(1);
    let height = (panels.height() - PAD * (n_rows - 1) as f32) / n_rows as f32;
    let mut places = Vec::with_capacity(n_panels);
    for row in 0..n_rows {
        let first = row * n_panels / n_rows;
        let n_columns = (row + 1) * n_panels / n_rows - first;
        let width = (panels.width() - PAD * n_columns.saturating_sub(1) as f32) / n_columns.max(1) as f32;
        for column in 0..n_columns {
            let x = panels.min.x + column as f32 * (width + PAD);
            let y = panels.min.y + row as f32 * (height + PAD);
            places.push(rect(x, y, width, height));
        }
    }
    places
}

/// The timeline's track: where marks stand.
pub fn track(timeline: Rect) -> Rect {
    let left = timeline.min.x + PAD + LANE_NAMES;
    rect(
        left,
        timeline.min.y,
        timeline.max.x - PAD - left,
        timeline.height(),
    )
}

/// Cuts a part off the top.
pub fn top(rest: &mut Rect, height: f32) -> Rect {
    let height = height.min(rest.height().max(0.0));
    let taken = rect(rest.min.x, rest.min.y, rest.width(), height);
    rest.min.y += height;
    taken
}

/// Cuts a part off the bottom.
pub fn bottom(rest: &mut Rect, height: f32) -> Rect {
    let height = height.min(rest.height().max(0.0));
    rest.max.y -= height;
    rect(rest.min.x, rest.max.y, rest.width(), height)
}

/// Cuts a part off the left.
pub fn left(rest: &mut Rect, width: f32) -> Rect {
    let width = width.min(rest.width().max(0.0));
    let taken = rect(rest.min.x, rest.min.y, width, rest.height());
    rest.min.x += width;
    taken
}

/// How much fits into a screen at a place, above a timeline.
pub fn viewport_of(main: Rect, timeline: Rect) -> Viewport {
    let overview = overview(main);
    let rows = |height: f32| ((height - TABLE_HEAD - GAP) / ROW).max(1.0) as usize;
    let (n_columns, n_rows) = grid_of(overview.panels);
    Viewport {
        list_rows: rows(main.height()),
        short_rows: rows(overview.alerts.height()),
        n_panels: n_columns * n_rows,
        // A column of a graph that fills the screen is about two points wide.
        graph_columns: (main.width() / 2.0).clamp(40.0, 1000.0) as usize,
        bar_columns: (track(timeline).width() / 4.0).clamp(20.0, 1000.0) as usize,
        // In the letters of code.
        text_columns: (main.width() / CODE_LETTER).max(1.0) as usize,
        grid_rows: ((main.height() - TABLE_HEAD) / GRID_ROW).max(1.0) as usize,
        grid_panels: (main.width() / 240.0).clamp(1.0, 24.0) as usize,
    }
}

/// About how much fits into a window of this size, before anything was drawn in it.
pub fn viewport(window: Rect) -> Viewport {
    let mut rest = parts(window).body;
    let timeline = bottom(&mut rest, window.height() * 0.24);
    top(&mut rest, TAB_BAR);
    viewport_of(screen_in(rest), timeline)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: f32, height: f32) {
        let window = rect(0.0, 0.0, width, height);
        let main = screen_in(parts(window).body);
        let overview = overview(main);
        let viewport = viewport_of(main, main);
        let all = format!("{width}x{height}: {viewport:?}");
        assert!(viewport.short_rows >= 1 && viewport.n_panels >= 1, "{all}");
        let table_height = TABLE_HEAD + ROW * viewport.short_rows as f32;
        assert!(
            table_height <= overview.alerts.height().max(TABLE_HEAD + ROW),
            "{all}"
        );
        for n_panels in 1..=viewport.n_panels {
            let places = panel_grid(overview.panels, n_panels);
            assert_eq!(places.len(), n_panels, "{all}");
            for (index, place) in places.iter().enumerate() {
                assert!(
                    overview.panels.expand(0.1).contains_rect(*place),
                    "{all}: {place:?}"
                );
                assert!(
                    places[..index].iter().all(|other| !other.intersects(*place)),
                    "{all}"
                );
            }
        }
    }

    #[test]
    fn everything_has_room_at_every_size() {
        for (width, height) in [
            (800.0, 560.0),
            (1280.0, 800.0),
            (1920.0, 1080.0),
            (3840.0, 2160.0),
        ] {
            check(width, height);
        }
    }

    #[test]
    fn a_window_of_no_size_is_no_trouble() {
        let viewport = viewport(rect(0.0, 0.0, 0.0, 0.0));
        assert!(viewport.list_rows >= 1 && viewport.graph_columns >= 1);
    }
}
