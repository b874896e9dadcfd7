//! Where panels stand: the rows of a dashboard below one another in the grid of 24 columns, folded ones closed, and
//! panels that would become too narrow to read made wider.

use glass_model::{Dashboard, DashboardPanel, GridPlace, PanelKind};

/// The width of the grid.
pub(crate) const GRID: u16 = 24;

/// A thing that can be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// The head of a row, by its place among the rows.
    Row(usize),
    /// A panel, by its row and its place in it.
    Panel(usize, usize),
}

/// A thing and where it stands, counted from the dashboard's top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// What it is.
    pub item: Item,
    /// Where it stands.
    pub place: GridPlace,
}

/// All that is not folded away, from above. `n_side` graphs have room beside one another.
pub(crate) fn placed(dashboard: &Dashboard, is_folded: impl Fn(usize) -> bool, n_side: usize) -> Vec<Placed> {
    let mut all = Vec::new();
    let mut top: u16 = 0;
    for (i, row) in dashboard.rows.iter().enumerate() {
        if !row.title.is_empty() {
            let place = GridPlace {
                x: 0,
                y: top,
                w: GRID,
                h: 1,
            };
            all.push(Placed {
                item: Item::Row(i),
                place,
            });
            top = top.saturating_add(1);
        }
        if is_folded(i) && !row.title.is_empty() {
            continue;
        }
        let places = readable(&row.panels, n_side);
        let height = places.iter().map(|place| place.y.saturating_add(place.h)).max();
        for (j, place) in places.into_iter().enumerate() {
            let place = GridPlace {
                y: top.saturating_add(place.y),
                ..place
            };
            all.push(Placed {
                item: Item::Panel(i, j),
                place,
            });
        }
        top = top.saturating_add(height.unwrap_or(0));
    }
    all
}

/// The panels' own places, or, if one would be too narrow, all of them wide enough and wrapped anew.
fn readable(panels: &[DashboardPanel], n_side: usize) -> Vec<GridPlace> {
    let least = |panel: &DashboardPanel| {
        let n_side = u16::try_from(n_side.clamp(1, 24)).unwrap_or(1);
        let of_graph = GRID.div_ceil(n_side);
        match panel.kind {
            PanelKind::Stat | PanelKind::Gauge => of_graph.div_ceil(2),
            _ => of_graph,
        }
    };
    if panels.iter().all(|panel| panel.place.w >= least(panel)) {
        return panels.iter().map(|panel| panel.place).collect();
    }
    let (mut x, mut y, mut tallest) = (0, 0u16, 0);
    let mut places = Vec::with_capacity(panels.len());
    for panel in panels {
        let w = panel.place.w.max(least(panel)).min(GRID);
        if x + w > GRID {
            (x, y, tallest) = (0, y.saturating_add(tallest), 0);
        }
        places.push(GridPlace {
            x,
            y,
            w,
            h: panel.place.h,
        });
        x += w;
        tallest = tallest.max(panel.place.h);
    }
    places
}

/// The nearest thing to go to: in the direction of `(dx, dy)`, of which one is 0.
pub(crate) fn neighbour(all: &[Placed], from: usize, (dx, dy): (i32, i32)) -> Option<usize> {
    let middle = |place: &GridPlace| {
        let x = 2 * i32::from(place.x) + i32::from(place.w);
        let y = 2 * i32::from(place.y) + i32::from(place.h);
        (x, y)
    };
    let here = &all.get(from)?.place;
    let (x, y) = middle(here);
    let is_beside = |place: &GridPlace| match dx {
        0 => place.x < here.x + here.w && here.x < place.x + place.w,
        _ => place.y < here.y + here.h && here.y < place.y + place.h,
    };
    let candidates = all.iter().enumerate().filter_map(|(i, other)| {
        let (other_x, other_y) = middle(&other.place);
        let ahead = (other_x - x) * dx + (other_y - y) * dy;
        let aside = ((other_x - x) * dy).abs() + ((other_y - y) * dx).abs();
        (i != from && ahead > 0 && is_beside(&other.place)).then_some((ahead, aside, i))
    });
    candidates.min().map(|(_, _, i)| i)
}
