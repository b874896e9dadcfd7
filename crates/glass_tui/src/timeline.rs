//! The timeline under every screen: an axis with the playhead's time, then lanes of marks and of log volume.

mod labels;
mod selection;
mod volume;

use crate::graph::known_columns;
use crate::layout::{GUTTER, column_of, take_top, time_axis};
use crate::pen::{Pen, text_width};
use glass_core::{AxisTick, CursorView, Lane, LaneKind, Mark, MarkKind, Role, TimelineView};
use labels::Labels;
use ratatui::layout::{Position, Rect};
use volume::draw_bars;

/// Draws the timeline.
pub(crate) fn draw_timeline(pen: &mut Pen, area: Rect, timeline: &TimelineView) {
    let TimelineView {
        start,
        end,
        extent,
        lanes,
        ticks,
        playhead,
        playhead_text,
        cursor,
        range,
        pins,
        is_tall: _,
    } = timeline;
    let mut rest = area;
    let axis_row = take_top(&mut rest, 1);
    draw_extent(pen, axis_row, *extent);
    let axis = time_axis(axis_row);
    pen.rule(axis, pen.glyphs.horizontal(), pen.theme.chrome());
    let mut labels = Labels::new(axis);
    if let Some(range) = range {
        selection::draw_range(pen, axis, range);
    }
    if let Some(x) = edge_column(axis, *playhead) {
        labels.put(
            pen,
            x,
            &format!(" {playhead_text} "),
            pen.theme.badge(Role::Accent),
        );
    }
    if let Some(CursorView { x, text }) = cursor
        && let Some(column) = column_of(axis, *x)
    {
        labels.put(pen, column, &format!(" {text} "), pen.theme.badge(Role::Strong));
    }
    selection::draw_pins(pen, axis, pins, &mut labels);
    if let Some(range) = range {
        selection::label_range(pen, axis, range, &mut labels);
    }
    // Where there is room for both, the window's ends are told in full; the ticks are times of day.
    if axis.width >= 90 || ticks.is_empty() {
        labels.put(pen, axis.x, &format!("{start} "), pen.style(Role::Muted));
        labels.put(
            pen,
            axis.right().saturating_sub(1),
            &format!(" {end}"),
            pen.style(Role::Muted),
        );
    }
    for AxisTick { ratio, text } in ticks {
        if let Some(column) = column_of(axis, *ratio) {
            labels.put(pen, column, &format!(" {text} "), pen.style(Role::Muted));
        }
    }
    let heights = lane_heights(lanes, rest.height);
    for (lane, height) in lanes.iter().zip(heights) {
        let lane_area = take_top(&mut rest, height);
        draw_lane(pen, lane_area, lane, *playhead, cursor.as_ref());
    }
}

/// The column of a ratio, at the nearer edge for one that lies outside.
fn edge_column(axis: Rect, ratio: f64) -> Option<u16> {
    if ratio.is_nan() {
        return None;
    }
    column_of(axis, ratio.clamp(0.0, 1.0))
}

/// A scroll bar in the gutter: which part of the recording the window shows.
fn draw_extent(pen: &mut Pen, axis_row: Rect, extent: (f64, f64)) {
    let bar = Rect {
        x: axis_row.x + 2.min(axis_row.width),
        width: (GUTTER - 4).min(axis_row.width.saturating_sub(2)),
        ..axis_row
    };
    pen.rule(bar, pen.glyphs.horizontal(), pen.theme.chrome());
    let (from, to) = extent;
    let (Some(from), Some(to)) = (edge_column(bar, from), edge_column(bar, to)) else {
        return;
    };
    for x in from..=to.max(from) {
        pen.set(x, bar.y, pen.glyphs.pick("━", "="), pen.style(Role::Muted));
    }
}

/// Shares rows among the lanes: one each, then more for log volume and for alerts in turn.
fn lane_heights(lanes: &[Lane], rows: u16) -> Vec<u16> {
    let mut heights = vec![0; lanes.len()];
    let mut left = usize::from(rows);
    for height in heights.iter_mut().take(left) {
        *height = 1;
    }
    left = left.saturating_sub(lanes.len());
    let wanted: Vec<usize> = [LaneKind::Logs, LaneKind::Alerts]
        .into_iter()
        .filter_map(|kind| lanes.iter().position(|lane| lane.kind == kind))
        .collect();
    for i in wanted
        .iter()
        .cycle()
        .take(if wanted.is_empty() { 0 } else { left })
    {
        heights[*i] += 1;
    }
    heights
}

fn draw_lane(pen: &mut Pen, area: Rect, lane: &Lane, playhead: f64, cursor: Option<&CursorView>) {
    let Lane {
        kind: _,
        name,
        marks,
        bars,
        gaps,
    } = lane;
    if area.height == 0 {
        return;
    }
    pen.put_as(area.x + 2, area.y, GUTTER - 3, name, Role::Muted);
    let axis = time_axis(area);
    for i in known_columns(axis, playhead)..axis.width {
        if i % 3 == 0 {
            pen.set(
                axis.x + i,
                axis.bottom() - 1,
                pen.glyphs.not_yet(),
                pen.theme.chrome(),
            );
        }
    }
    let upright = [
        cursor
            .and_then(|cursor| column_of(axis, cursor.x))
            .map(|x| (x, pen.glyphs.pick("┆", ":"), Role::Strong)),
        column_of(axis, playhead).map(|x| (x, pen.glyphs.vertical(), Role::Accent)),
    ];
    draw_bars(pen, axis, bars);
    selection::draw_gaps(pen, axis, gaps, playhead);
    for (x, symbol, role) in upright.into_iter().flatten() {
        // A bar below may have a ground of its own.
        pen.clear(Rect { x, width: 1, ..axis });
        for y in axis.top()..axis.bottom() {
            pen.set(x, y, symbol, pen.style(role));
        }
    }
    draw_marks(pen, axis, marks, playhead);
}

/// A mark with its place in cells.
struct Placed<'a> {
    mark: &'a Mark,
    from: u16,
    to: u16,
    row: u16,
}

/// Whether a kind of mark is drawn as a bar as long as it lasts.
fn is_bar(kind: MarkKind) -> bool {
    matches!(kind, MarkKind::Pending | MarkKind::Firing | MarkKind::Silence)
}

fn draw_marks(pen: &mut Pen, axis: Rect, marks: &[Mark], playhead: f64) {
    let now = column_of(axis, playhead);
    let mut placed = place_marks(axis, marks);
    // Bars first, the graver over the lighter, then the signs that stand for a moment.
    placed.sort_by_key(|placed| match placed.mark.kind {
        MarkKind::Pending => 0,
        MarkKind::Silence => 1,
        MarkKind::Firing => 2,
        _ => 3,
    });
    for Placed { mark, from, to, row } in &placed {
        let Mark {
            kind,
            role,
            from: _,
            to: _,
            label: _,
        } = mark;
        let style = pen.style(*role);
        let y = axis.y + row;
        // The playhead's line goes through what lasts, but never hides what began at this moment.
        let is_under_playhead = Some(*to) == now && from < to;
        let end = if is_under_playhead { to - 1 } else { *to };
        for x in *from..=end {
            let symbol = if is_bar(*kind) || x == *from {
                pen.glyphs.mark(*kind)
            } else {
                pen.glyphs.horizontal()
            };
            pen.set(x, y, symbol, style);
        }
    }
    draw_notches(pen, axis, &placed);
    let known_end = axis.x + known_columns(axis, playhead);
    for i in 0..placed.len() {
        draw_label(pen, axis, &placed, i, known_end);
    }
}

/// Where a bar begins on top of another one, a notch shows that there is one more.
fn draw_notches(pen: &mut Pen, axis: Rect, placed: &[Placed]) {
    for Placed {
        mark,
        from,
        to: _,
        row,
    } in placed.iter().filter(|placed| is_bar(placed.mark.kind))
    {
        let is_inside = |other: &Placed| {
            is_bar(other.mark.kind) && other.row == *row && other.from < *from && other.to > *from
        };
        if mark.kind == MarkKind::Firing && placed.iter().any(is_inside) {
            pen.set(
                *from,
                axis.y + row,
                pen.glyphs.pick("▐", "|"),
                pen.style(mark.role),
            );
        }
    }
}

/// Puts every mark into the first row of the lane that is free there, or else into the last.
fn place_marks<'a>(axis: Rect, marks: &'a [Mark]) -> Vec<Placed<'a>> {
    let mut ends = vec![0u16; usize::from(axis.height)];
    let mut placed = Vec::new();
    for mark in marks {
        let to = mark.to.unwrap_or(mark.from);
        if mark.from > 1.0 || to < 0.0 {
            continue;
        }
        let (Some(from), Some(to)) = (edge_column(axis, mark.from), edge_column(axis, to)) else {
            continue;
        };
        let free = ends.iter().position(|end| *end <= from);
        let row = free.unwrap_or(ends.len().saturating_sub(1));
        if let Some(end) = ends.get_mut(row) {
            *end = (*end).max(to.max(from.saturating_add(1)));
        }
        placed.push(Placed {
            mark,
            from,
            to: to.max(from),
            row: row as u16,
        });
    }
    placed
}

/// A label that is cut must keep so much.
const MIN_LABEL: u16 = 20;

/// Writes what a mark is beside it: behind it where the known part of its row is free, cut if need be, or else, for
/// what lasts until now, before it where there is room for all of it.
fn draw_label(pen: &mut Pen, axis: Rect, placed: &[Placed], i: usize, known_end: u16) {
    let Placed { mark, from, to, row } = &placed[i];
    if mark.label.is_empty() {
        return;
    }
    let y = axis.y + row;
    let others: Vec<_> = placed
        .iter()
        .enumerate()
        .filter(|(j, other)| *j != i && other.row == *row)
        .map(|(_, other)| (other.from, other.to))
        .collect();
    let next = others
        .iter()
        .map(|other| other.0)
        .filter(|other| other > to)
        .min();
    let is_covered = others.iter().any(|other| other.0 <= *to && other.1 > *to);
    let start = to.saturating_add(2);
    let end = next.unwrap_or(axis.right()).min(known_end.saturating_sub(1));
    let room = end.saturating_sub(start.saturating_add(1));
    let width = text_width(&pen.glyphs.spell(&mark.label));
    if room >= width.min(MIN_LABEL) && !is_covered {
        pen.put_as(start, y, room, &mark.label, Role::Muted);
        return;
    }
    let continues_another = others
        .iter()
        .any(|other| other.0 <= *from && other.1.saturating_add(1) >= *from);
    if !is_bar(mark.kind) || continues_another {
        return;
    }
    let before = others
        .iter()
        .map(|other| other.1.saturating_add(2))
        .filter(|end| end <= from)
        .max();
    if from.saturating_sub(before.unwrap_or(axis.x)) > width {
        pen.put_as(from - width - 1, y, width, &mark.label, Role::Muted);
    }
}

/// The moment under a place, 0 at the window's start and 1 at its end; `None` outside the timeline.
pub(crate) fn ratio_at(area: Rect, place: Position) -> Option<f64> {
    let axis = time_axis(area);
    (axis.width > 0 && axis.contains(place)).then(|| ratio_of_column(area, place.x))
}

/// The same for a drag that began on the timeline and may have left it.
pub(crate) fn ratio_of_column(area: Rect, column: u16) -> f64 {
    let axis = time_axis(area);
    let offset = f64::from(column) - f64::from(axis.x) + 0.5;
    (offset / f64::from(axis.width.max(1))).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_scrubs_to_the_middle_of_its_column() {
        let area = Rect::new(0, 18, 80, 5);
        assert_eq!(ratio_at(area, Position { x: 10, y: 19 }), None);
        assert_eq!(ratio_at(area, Position { x: 40, y: 17 }), None);
        let ratio = ratio_at(area, Position { x: 11, y: 19 }).unwrap();
        assert_eq!(column_of(time_axis(area), ratio), Some(11));
        assert_eq!(ratio_of_column(area, 0), 0.0);
        assert_eq!(ratio_of_column(area, 79), 1.0);
    }

    #[test]
    fn log_volume_and_alerts_get_the_rows_to_spare() {
        let lane = |kind| Lane {
            kind,
            name: String::new(),
            marks: Vec::new(),
            bars: Vec::new(),
            gaps: Vec::new(),
        };
        let lanes = [
            LaneKind::Alerts,
            LaneKind::Changes,
            LaneKind::Incident,
            LaneKind::Logs,
        ]
        .map(lane);
        assert_eq!(lane_heights(&lanes, 4), [1, 1, 1, 1]);
        assert_eq!(lane_heights(&lanes, 7), [2, 1, 1, 3]);
        assert_eq!(lane_heights(&lanes, 2), [1, 1, 0, 0]);
        assert_eq!(lane_heights(&[], 3), [0; 0]);
    }
}
