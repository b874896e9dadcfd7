//! The lines of a graph: what lies between the least and the greatest value of each column, what is below a lone
//! line, areas on top of one another; and which line the pointer is near.

use super::stroke::{self, Pen};
use super::{Scale, load};
use crate::paint::{self, triangle};
use crate::theme::Theme;
use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use glass_core::{Drawing, GraphLine, GraphPoint, Role};

/// How wide a line is.
const WIDTH: f32 = 1.6;
/// So near the pointer must be for a line to stand out.
const NEAR: f32 = 14.0;
/// Lines that do not stand out are so much paler.
const PALE: f32 = 0.3;

/// How lines are drawn.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub drawing: Drawing,
    /// Right of it nothing is painted.
    pub playhead: f64,
    /// Below 1 for what is of an earlier moment.
    pub opacity: f32,
    /// The line that stands out.
    pub nearest: Option<usize>,
}

impl Look {
    fn color(&self, ui: &Ui, index: usize, role: Role) -> Color32 {
        let is_pale = self.nearest.is_some_and(|nearest| nearest != index);
        let pale = if is_pale { PALE } else { 1.0 };
        Theme::of(ui).color(role).gamma_multiply(self.opacity * pale)
    }

    fn painter(&self, ui: &Ui, scale: &Scale) -> Painter {
        let known = Rect::from_min_max(
            scale.plot.min - vec2(0.0, 1.0),
            pos2(scale.x(self.playhead.min(1.0)), scale.plot.max.y + 1.0),
        );
        ui.painter().with_clip_rect(known.intersect(ui.clip_rect()))
    }
}

/// Paints what lies below lines: before the grid, which stays in sight through it.
pub(super) fn draw_areas(ui: &Ui, scale: &Scale, lines: &[GraphLine], look: Look) {
    let painter = look.painter(ui, scale);
    let ground = Theme::of(ui).surface;
    if look.drawing == Drawing::Stacked {
        // From above to below, each over the part of those above that is its own: so they need not be clear.
        for (index, line) in lines.iter().enumerate().rev() {
            let color = ground.lerp_to_gamma(look.color(ui, index, line.role), 0.34);
            line.runs
                .iter()
                .for_each(|run| draw_area(&painter, scale, run, color.to_opaque()));
        }
        return;
    }
    let mut drawn = lines.iter().enumerate().filter(|(_, line)| !line.runs.is_empty());
    if let (Some((index, line)), None) = (drawn.next(), drawn.next()) {
        let color = look.color(ui, index, line.role).gamma_multiply(0.08);
        line.runs
            .iter()
            .for_each(|run| draw_area(&painter, scale, run, color));
    }
}

/// What lies between a line and zero, or the bottom where zero is not in sight.
fn draw_area(painter: &Painter, scale: &Scale, run: &[GraphPoint], color: Color32) {
    let base = scale.y(0_f64.clamp(scale.y_min, scale.y_max));
    let mut mesh = Mesh::default();
    for (nth, point) in run.iter().enumerate() {
        let x = scale.x(point.x);
        add_pair(&mut mesh, x, scale.y(point.last), base, (color, nth == 0));
    }
    painter.add(Shape::mesh(mesh));
}

/// Goes on with a band by one more column, or begins one.
fn add_pair(mesh: &mut Mesh, x: f32, top: f32, bottom: f32, (color, is_first): (Color32, bool)) {
    let next = mesh.vertices.len() as u32;
    mesh.colored_vertex(pos2(x, top), color);
    mesh.colored_vertex(pos2(x, bottom), color);
    if !is_first {
        mesh.add_triangle(next - 2, next - 1, next);
        mesh.add_triangle(next - 1, next, next + 1);
    }
}

/// Paints lines; the one that stands out last, so that it lies on top. All of them are one mesh: a dashboard has
/// thousands of columns, and each shape has a price.
pub(super) fn draw_lines(ui: &Ui, scale: &Scale, lines: &[GraphLine], look: Look) {
    let painter = look.painter(ui, scale);
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|index| Some(*index) == look.nearest);
    let keeps_lines = paint::keeps_lines(ui);
    let n_points: usize = lines.iter().flat_map(|line| &line.runs).map(Vec::len).sum();
    let n_joined = load::join_of(ui, n_points);
    let pen = if n_joined > 1 { Pen::soft } else { Pen::new };
    let mut mesh = Mesh::default();
    stroke::reserve(&mut mesh, n_points / n_joined);
    let mut dots = Vec::new();
    for index in &order {
        let line = &lines[*index];
        let color = look.color(ui, *index, line.role);
        for run in &line.runs {
            let run = &load::joined(run, n_joined);
            if look.drawing != Drawing::Stacked {
                add_band(&mut mesh, scale, run, color.gamma_multiply(0.28));
                add_spikes(&mut mesh, scale, run, color);
            }
            let points = run
                .iter()
                .map(|point| pos2(scale.x(point.x), scale.y(point.last)));
            let stands_out = look.nearest == Some(*index);
            let width = if stands_out { WIDTH + 0.6 } else { WIDTH };
            match run.as_ref() {
                [_] => dots.extend(points.map(|at| Shape::circle_filled(at, WIDTH, color))),
                _ if keeps_lines => {
                    painter.add(Shape::mesh(std::mem::take(&mut mesh)));
                    painter.line(points.collect(), Stroke::new(width, color));
                }
                _ => pen(ui.pixels_per_point(), width).add_line(&mut mesh, points, color),
            }
        }
    }
    painter.add(Shape::mesh(mesh));
    painter.extend(dots);
    if lines.len() > 1 {
        order
            .into_iter()
            .for_each(|index| draw_end(ui, scale, &lines[index], index, look));
    }
}

/// The mark at the end of a line.
fn draw_end(ui: &Ui, scale: &Scale, line: &GraphLine, index: usize, look: Look) {
    if let Some(GraphPoint { x, last, .. }) = line.runs.last().and_then(|run| run.last()) {
        let at = pos2(scale.x(*x), scale.y(*last));
        draw_marker(ui.painter(), at, index, look.color(ui, index, line.role));
    }
}

fn add_band(mesh: &mut Mesh, scale: &Scale, run: &[GraphPoint], color: Color32) {
    if run.iter().all(|point| point.min == point.max) {
        return;
    }
    let mut is_first = true;
    for GraphPoint {
        x,
        first: _,
        last: _,
        min,
        max,
    } in run
    {
        // At least a point and a half high, so that the band of a flat line joins a spike without a break.
        let (top, bottom) = (scale.y(*max) - 0.4, scale.y(*min) + 0.4);
        add_pair(mesh, scale.x(*x), top, bottom, (color, is_first));
        is_first = false;
    }
}

/// Columns that reach beyond both their neighbours: in the band alone they would be a hair too thin to see.
fn add_spikes(mesh: &mut Mesh, scale: &Scale, run: &[GraphPoint], color: Color32) {
    const VISIBLE: f32 = 3.0;
    const HALF: f32 = 0.6;
    for (index, point) in run.iter().enumerate() {
        let before = index
            .checked_sub(1)
            .and_then(|before| run.get(before))
            .unwrap_or(point);
        let after = run.get(index + 1).unwrap_or(point);
        let x = scale.x(point.x);
        let (top, bottom) = (scale.y(point.max), scale.y(point.min));
        let higher = top + VISIBLE < scale.y(before.max.max(after.max));
        let lower = bottom - VISIBLE > scale.y(before.min.min(after.min));
        if higher || lower {
            let place = Rect::from_min_max(pos2(x - HALF, top), pos2(x + HALF, bottom));
            mesh.add_colored_rect(place, color);
        }
    }
}

/// The mark at a line's end and in the legend: its shape tells lines apart where colours do not.
pub(super) fn draw_marker(painter: &Painter, at: Pos2, index: usize, color: Color32) {
    let square = |radius: f32| Rect::from_center_size(at, vec2(2.0 * radius, 2.0 * radius));
    let stroke = Stroke::new(1.5, color);
    let diamond = || {
        [(0.0, -4.2), (4.2, 0.0), (0.0, 4.2), (-4.2, 0.0)]
            .map(|(x, y)| at + vec2(x, y))
            .to_vec()
    };
    let shape = match index % 8 {
        0 => Shape::circle_filled(at, 3.2, color),
        1 => Shape::rect_filled(square(2.9), 0, color),
        2 => Shape::convex_polygon(triangle(at, 3.8), color, Stroke::NONE),
        3 => Shape::convex_polygon(diamond(), color, Stroke::NONE),
        4 => Shape::circle_stroke(at, 3.0, stroke),
        5 => Shape::rect_stroke(square(2.6), 0, stroke, egui::StrokeKind::Middle),
        6 => Shape::closed_line(triangle(at, 3.6), stroke),
        _ => Shape::closed_line(diamond(), stroke),
    };
    painter.add(shape);
}

/// The last point of a line that is no later than a place of the window, and not before a gap.
pub(super) fn point_at(line: &GraphLine, x: f64) -> Option<&GraphPoint> {
    let run = line
        .runs
        .iter()
        .rev()
        .find(|run| run.first().is_some_and(|first| first.x <= x))?;
    let place = run.partition_point(|point| point.x <= x);
    let is_over = place == run.len() && run.last().is_some_and(|last| x - last.x > distance(run));
    run.get(place.checked_sub(1)?).filter(|_| !is_over)
}

/// About how far the points of a run are apart, and a bit more.
fn distance(run: &[GraphPoint]) -> f64 {
    let ends = run.first().zip(run.last());
    let span = ends.map_or(0.0, |(first, last)| last.x - first.x);
    (2.5 * span / run.len().saturating_sub(1).max(1) as f64).max(0.01)
}

/// The line that the pointer is near, if it is near one.
pub(super) fn nearest(scale: &Scale, lines: &[GraphLine], at: Pos2) -> Option<usize> {
    let distance = |line: &GraphLine| {
        let runs = line.runs.iter().map(|run| distance_of_run(scale, run, at));
        runs.fold(f32::INFINITY, f32::min)
    };
    let distances = lines.iter().map(distance).enumerate();
    let (index, least) = distances.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (least <= NEAR && lines.len() > 1).then_some(index)
}

fn distance_of_run(scale: &Scale, run: &[GraphPoint], at: Pos2) -> f32 {
    let [from, to] = [-NEAR, NEAR].map(|dx| scale.ratio(at.x + dx));
    let first = run.partition_point(|point| point.x < from).saturating_sub(1);
    let after = (run.partition_point(|point| point.x <= to) + 1).min(run.len());
    let place = |point: &GraphPoint| pos2(scale.x(point.x), scale.y(point.last));
    let near = run.get(first..after).unwrap_or_default();
    match near {
        [only] => place(only).distance(at),
        near => near
            .windows(2)
            .map(|pair| distance_of_segment(place(&pair[0]), place(&pair[1]), at))
            .fold(f32::INFINITY, f32::min),
    }
}

fn distance_of_segment(from: Pos2, to: Pos2, at: Pos2) -> f32 {
    let (way, there) = (to - from, at - from);
    let share = there.dot(way) / way.length_sq().max(f32::MIN_POSITIVE);
    (from + way * share.clamp(0.0, 1.0)).distance(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[(f64, f64)]) -> GraphLine {
        let point = |(x, y): &(f64, f64)| GraphPoint {
            x: *x,
            first: *y,
            last: *y,
            min: *y,
            max: *y,
        };
        GraphLine {
            name: String::new(),
            value: String::new(),
            number: None,
            role: Role::Normal,
            runs: vec![values.iter().map(point).collect()],
        }
    }

    #[test]
    fn the_nearest_line_is_the_one_under_the_pointer() {
        let scale = Scale {
            plot: Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 100.0)),
            y_min: 0.0,
            y_max: 1.0,
        };
        let lines = [line(&[(0.0, 0.2), (1.0, 0.2)]), line(&[(0.0, 0.0), (1.0, 1.0)])];
        for (at, expected) in [
            (pos2(90.0, 82.0), Some(0)),
            (pos2(90.0, 12.0), Some(1)),
            (pos2(10.0, 10.0), None),
            (pos2(50.0, 45.0), Some(1)),
        ] {
            assert_eq!(nearest(&scale, &lines, at), expected, "{at:?}");
        }
    }

    #[test]
    fn the_point_at_a_moment_is_the_one_before_it() {
        let line = line(&[(0.1, 1.0), (0.2, 2.0), (0.3, 3.0)]);
        let value = |x| point_at(&line, x).map(|point| point.last);
        assert_eq!(
            [0.05, 0.1, 0.29, 0.31, 0.9].map(value),
            [None, Some(1.0), Some(2.0), Some(3.0), None]
        );
    }
}
