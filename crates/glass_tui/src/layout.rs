//! Where things stand: [`areas`] divides the screen, [`viewport_of`] tells the core how much fits.
//!
//! The timeline, the log histogram and the graph in full screen share [`GUTTER`] and the right edge, so that one
//! moment stands in one column on all of them.

use glass_core::Viewport;
use ratatui::layout::Rect;

/// The least width that is drawn on.
pub(crate) const MIN_WIDTH: u16 = 60;
/// The least height that is drawn on.
pub(crate) const MIN_HEIGHT: u16 = 16;
/// Columns left of everything that has a time axis: names of lanes, values of the y axis.
pub(crate) const GUTTER: u16 = 11;
/// Columns between two things side by side.
pub(crate) const GAP: u16 = 2;

/// The parts of the screen, from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Areas {
    /// The top line.
    pub header: Rect,
    /// The screens to choose from.
    pub tabs: Rect,
    /// What is damaged or missing; of no height if nothing is.
    pub warning: Rect,
    /// The current screen.
    pub main: Rect,
    /// The timeline.
    pub timeline: Rect,
    /// The bottom line.
    pub status: Rect,
}

/// Divides a screen; `None` if it is too small. Where the timeline is what the screen is about, it is tall and stands
/// above the rest.
pub(crate) fn areas(width: u16, height: u16, has_warning: bool, is_tall: bool) -> Option<Areas> {
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return None;
    }
    let mut rest = Rect::new(0, 0, width, height);
    let header = take_top(&mut rest, 1);
    let tabs = take_top(&mut rest, 1);
    let warning = take_top(&mut rest, u16::from(has_warning));
    let status = take_bottom(&mut rest, 1);
    if is_tall {
        take_top(&mut rest, u16::from(height >= 28));
        let n_rows = 1 + tall_rows(rest.height);
        let timeline = take_top(&mut rest, n_rows);
        take_top(&mut rest, u16::from(height >= 28));
        return Some(Areas {
            header,
            tabs,
            warning,
            main: rest,
            timeline,
            status,
        });
    }
    let timeline = take_bottom(&mut rest, 1 + lane_rows(height));
    if height >= 28 {
        take_top(&mut rest, 1);
        take_bottom(&mut rest, 1);
    }
    Some(Areas {
        header,
        tabs,
        warning,
        main: rest,
        timeline,
        status,
    })
}

/// Rows for all lanes of the timeline together.
fn lane_rows(height: u16) -> u16 {
    match height {
        0..32 => 4,
        32..48 => 6,
        _ => 8,
    }
}

/// The same where the timeline is what the screen is about: more than half of the room.
fn tall_rows(room: u16) -> u16 {
    (room * 11 / 20).max(7)
}

/// Cuts rows off the top.
pub(crate) fn take_top(rest: &mut Rect, n: u16) -> Rect {
    let n = n.min(rest.height);
    let taken = Rect { height: n, ..*rest };
    rest.y += n;
    rest.height -= n;
    taken
}

/// Cuts rows off the bottom.
pub(crate) fn take_bottom(rest: &mut Rect, n: u16) -> Rect {
    let n = n.min(rest.height);
    rest.height -= n;
    Rect {
        y: rest.bottom(),
        height: n,
        ..*rest
    }
}

/// Cuts columns off the left.
pub(crate) fn take_left(rest: &mut Rect, n: u16) -> Rect {
    let n = n.min(rest.width);
    let taken = Rect { width: n, ..*rest };
    rest.x += n;
    rest.width -= n;
    taken
}

/// The part with a time axis of an area that reaches over the whole width: all but the gutter, and one column
/// left free at the right.
pub(crate) fn time_axis(area: Rect) -> Rect {
    let mut rest = area;
    take_left(&mut rest, GUTTER);
    Rect {
        width: rest.width.saturating_sub(1),
        ..rest
    }
}

/// The column of a ratio of 0 to 1 in an area: `None` if it lies outside or is no number.
pub(crate) fn column_of(area: Rect, ratio: f64) -> Option<u16> {
    if area.width == 0 || !(0.0..=1.0).contains(&ratio) {
        return None;
    }
    let offset = (ratio * f64::from(area.width)) as u16;
    Some(area.x + offset.min(area.width - 1))
}

/// Parts of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverviewAreas {
    /// How far the incident has come.
    pub headline: Rect,
    /// The last thing said of it.
    pub last_word: Rect,
    /// Alerts.
    pub alerts: Rect,
    /// Changes.
    pub changes: Rect,
    /// All panels.
    pub panels: Rect,
}

/// Divides the overview. `n_rows` is how many rows the longer of its lists has: what they do not need goes to the
/// panels, four rows at a time so that the screen keeps still while alerts come and go.
pub(crate) fn overview_areas(main: Rect, n_rows: usize) -> OverviewAreas {
    let mut rest = main;
    let headline = take_top(&mut rest, 1);
    let last_word = take_top(&mut rest, 1);
    let is_tall = main.height >= 24;
    if is_tall {
        take_top(&mut rest, 1);
    }
    let n_rows = u16::try_from(n_rows.max(1).next_multiple_of(4)).unwrap_or(u16::MAX);
    let mut lists = take_top(
        &mut rest,
        list_head(main.height) + n_rows.min(short_rows(main.height)),
    );
    if is_tall {
        take_top(&mut rest, 1);
    }
    let half = (lists.width.saturating_sub(GAP)) * 11 / 20;
    let alerts = take_left(&mut lists, half);
    take_left(&mut lists, GAP);
    OverviewAreas {
        headline,
        last_word,
        alerts,
        changes: lists,
        panels: rest,
    }
}

/// Rows above a list's first: its title and, where there is room, its columns' titles.
pub(crate) fn list_head(main_height: u16) -> u16 {
    if main_height >= 24 { 2 } else { 1 }
}

fn short_rows(main_height: u16) -> u16 {
    match main_height {
        0..12 => main_height.saturating_sub(3),
        12..24 => 4,
        _ => (main_height * 3 / 10).clamp(7, 12),
    }
}

/// Columns a panel of the overview needs at least.
const PANEL_WIDTH: u16 = 36;
/// Columns a graph of a dashboard needs at least.
const DASHBOARD_PANEL_WIDTH: u16 = 28;
/// Rows a panel of the overview should have at least.
const PANEL_HEIGHT: u16 = 7;

/// How many panels fit side by side, and below one another.
fn panel_grid(area: Rect) -> (u16, u16) {
    if area.height < 5 || area.width < PANEL_WIDTH {
        return (0, 0);
    }
    let columns = ((area.width + GAP) / (PANEL_WIDTH + GAP)).clamp(1, 6);
    (columns, (area.height / PANEL_HEIGHT).clamp(1, 6))
}

/// Divides the room for panels among `n` of them, so that they become about five times as wide as high.
pub(crate) fn panel_areas(area: Rect, n: usize) -> Vec<Rect> {
    let (max_columns, max_rows) = panel_grid(area);
    let n = n.min(usize::from(max_columns * max_rows)) as u16;
    if n == 0 {
        return Vec::new();
    }
    let badness = |columns: u16| {
        let rows = n.div_ceil(columns);
        let (width, height) = (area.width / columns, area.height / rows);
        let empty = columns * rows - n;
        (width.abs_diff(height.saturating_mul(5)) / 8) + empty * 4
    };
    let columns = (1..=max_columns.min(n))
        .filter(|columns| n.div_ceil(*columns) <= max_rows)
        .min_by_key(|columns| badness(*columns))
        .unwrap_or(max_columns);
    let rows = n.div_ceil(columns);
    let width = (area.width - GAP * (columns - 1)) / columns;
    let height = (area.height / rows).min(16);
    let of_nth = |i: u16| {
        let (column, row) = (i % columns, i / columns);
        let left = area.x + column * (width + GAP);
        let is_last = column + 1 == columns;
        Rect {
            x: left,
            y: area.y + row * height,
            width: if is_last { area.right() - left } else { width },
            height: if height > PANEL_HEIGHT { height - 1 } else { height },
        }
    };
    (0..n).map(of_nth).collect()
}

/// Rows of the log histogram.
pub(crate) fn histogram_rows(main_height: u16) -> u16 {
    match main_height {
        0..12 => 2,
        12..20 => 3,
        20..32 => 5,
        _ => 8,
    }
}

/// How much fits on a screen of so many columns and rows; what the core must be told whenever that changes.
pub fn viewport_of(width: u16, height: u16) -> Viewport {
    let Some(areas) = areas(width, height, false, false) else {
        return Viewport {
            list_rows: 1,
            short_rows: 1,
            n_panels: 1,
            graph_columns: 16,
            bar_columns: 16,
            text_columns: 16,
            grid_rows: 4,
            grid_panels: 1,
        };
    };
    let main = areas.main;
    let (columns, rows) = panel_grid(overview_areas(main, usize::MAX / 8).panels);
    let axis = time_axis(areas.timeline);
    // The log list is the shortest of those that fill a screen: a line for the filter, then the histogram.
    let list_rows = main.height.saturating_sub(1 + histogram_rows(main.height));
    Viewport {
        list_rows: usize::from(list_rows.max(1)),
        short_rows: usize::from(short_rows(main.height).max(1)),
        n_panels: usize::from(columns * rows),
        graph_columns: usize::from(axis.width) * 2,
        bar_columns: usize::from(axis.width),
        text_columns: usize::from(main.width),
        grid_rows: usize::from(main.height.saturating_sub(2).max(1)),
        grid_panels: usize::from((main.width / DASHBOARD_PANEL_WIDTH).max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_screen_without_overlap() {
        for (width, height) in [(60, 16), (80, 24), (120, 40), (200, 60), (500, 200)] {
            for has_warning in [false, true] {
                let a = areas(width, height, has_warning, false).unwrap();
                let parts = [a.header, a.tabs, a.warning, a.main, a.timeline, a.status];
                for pair in parts.windows(2) {
                    assert!(pair[0].bottom() <= pair[1].top(), "{width}x{height}: {parts:?}");
                }
                assert_eq!(a.status.bottom(), height);
                assert!(a.main.height >= 7, "{width}x{height}");
            }
        }
    }

    #[test]
    fn the_core_is_told_what_fits() {
        let check = |width, height, expected: (usize, usize, usize, usize)| {
            let viewport = viewport_of(width, height);
            let have = (
                viewport.list_rows,
                viewport.short_rows,
                viewport.n_panels,
                viewport.bar_columns,
            );
            assert_eq!(have, expected, "{width}x{height}");
        };
        check(80, 24, (12, 4, 2, 68));
        check(120, 40, (22, 8, 6, 108));
        check(200, 60, (37, 12, 20, 188));
        check(10, 3, (1, 1, 1, 16));
    }

    #[test]
    fn panels_stay_inside_their_room() {
        for n in 0..30 {
            let room = Rect::new(3, 5, 190, 31);
            for panel in panel_areas(room, n) {
                assert_eq!(panel.intersection(room), panel);
                assert!(panel.height >= 5 && panel.width >= 30);
            }
        }
    }
}
