//! The timeline: lanes of marks, log volume, the playhead. Pressing or dragging on it scrubs.

use crate::layout::{self, LANE_NAMES};
use crate::paint::{self, rect, triangle};
use crate::theme::{GAP, PAD, SMALL, Theme};
use egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit, pos2, vec2,
};
use glass_core::{
    AxisTick, Command, CursorView, Event, GapView, Lane, LaneKind, Mark, MarkKind, PinView, RangeView, Role,
    TimelineView, VolumeBar,
};

const TOP: f32 = 26.0;
const AXIS: f32 = 24.0;
const MARK: f32 = 5.0;
const MARK_TEXT: f32 = 11.5;
/// The height of one of the rows in which alerts stand that overlap.
const SPAN_ROW: f32 = 10.0;

/// Draws the timeline.
pub fn timeline_ui(ui: &mut Ui, place: Rect, timeline: &TimelineView, events: &mut Vec<Event>) {
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
    let ui = &mut paint::clipped(ui, place, "timeline");
    let theme = Theme::of(ui);
    ui.painter().rect_filled(place, 0, theme.surface);
    ui.painter()
        .hline(place.x_range(), place.min.y + 0.5, (1.0, theme.border));
    let track = layout::track(place);
    let track = Rect::from_min_max(
        pos2(track.min.x, place.min.y + TOP),
        pos2(track.max.x, place.max.y - AXIS),
    );
    extent_ui(
        ui,
        rect(track.min.x, place.min.y, track.width(), TOP),
        start,
        end,
        *extent,
    );
    ui.painter().rect_filled(track, 3, theme.background);
    if *playhead < 1.0 {
        let unknown = Rect::from_min_max(pos2(x_of(track, *playhead), track.min.y), track.max);
        ui.painter().rect_filled(unknown, 3, theme.unknown);
    }
    for AxisTick { ratio, text: _ } in ticks {
        ui.painter()
            .vline(x_of(track, *ratio), track.y_range(), (1.0, theme.grid));
    }
    if let Some(range) = range {
        range_ui(ui, track, range);
    }
    scrub_ui(ui, track.expand2(vec2(0.0, 4.0)), timeline, events);
    lanes_ui(ui, place, track, *playhead, lanes);
    pins.iter().for_each(|pin| pin_ui(ui, track, pin));
    axis_ui(ui, track, ticks, *playhead, playhead_text, cursor.as_ref());
}

fn x_of(track: Rect, ratio: f64) -> f32 {
    track.min.x + track.width() * ratio.clamp(0.0, 1.0) as f32
}

/// What is selected.
fn range_ui(ui: &mut Ui, track: Rect, range: &RangeView) {
    let RangeView { from, to, text } = range;
    let place = Rect::from_min_max(
        pos2(x_of(track, *from), track.min.y),
        pos2(x_of(track, *to).max(x_of(track, *from) + 1.0), track.max.y),
    );
    let color = Theme::of(ui).color(Role::Accent);
    ui.painter().rect(
        place,
        0,
        color.gamma_multiply(0.12),
        Stroke::new(1.0, color.gamma_multiply(0.6)),
        StrokeKind::Inside,
    );
    paint::label(
        ui,
        place.with_max_y(place.min.y + 2.0),
        &format!("selected: {text}"),
    );
}

/// What the user marked.
fn pin_ui(ui: &mut Ui, track: Rect, pin: &PinView) {
    let PinView { x, name } = pin;
    let color = Theme::of(ui).color(Role::Accent);
    let at = pos2(x_of(track, *x), track.min.y);
    ui.painter()
        .vline(at.x, track.y_range(), (1.0, color.gamma_multiply(0.5)));
    let points = [(-5.0, -6.0), (5.0, -6.0), (0.0, 2.0)];
    let points = points.iter().map(|(x, y)| at + vec2(*x, *y)).collect();
    ui.painter()
        .add(Shape::convex_polygon(points, color, Stroke::NONE));
    let text = if name.is_empty() { "marked" } else { name };
    paint::label(ui, Rect::from_center_size(at, vec2(12.0, 12.0)), text).on_hover_text(text);
}

/// The window's start and end, and between them which part of the recording it is.
fn extent_ui(ui: &mut Ui, place: Rect, start: &str, end: &str, extent: (f64, f64)) {
    let theme = Theme::of(ui);
    let left = paint::text_ui(ui, place, Align2::LEFT_CENTER, start, SMALL, Role::Muted);
    let right = paint::text_ui(ui, place, Align2::RIGHT_CENTER, end, SMALL, Role::Muted);
    let bar = Rect::from_min_max(
        pos2(left.max.x + PAD, place.center().y - 2.0),
        pos2(right.min.x - PAD, place.center().y + 2.0),
    );
    if bar.width() < 20.0 {
        return;
    }
    ui.painter().rect_filled(bar, 2, theme.border);
    let shown = Rect::from_min_max(
        pos2(x_of(bar, extent.0), bar.min.y),
        pos2(x_of(bar, extent.1).max(x_of(bar, extent.0) + 3.0), bar.max.y),
    );
    ui.painter().rect_filled(shown, 2, theme.color(Role::Muted));
    let percent = |ratio: f64| (ratio * 100.0).round();
    let text = format!(
        "shows {} % to {} % of the recording",
        percent(extent.0),
        percent(extent.1)
    );
    paint::label(ui, bar.expand(4.0), &text).on_hover_text(text);
}

/// The pointer's part: a slider over the whole track.
fn scrub_ui(ui: &mut Ui, track: Rect, timeline: &TimelineView, events: &mut Vec<Event>) {
    let response = ui
        .interact(
            track,
            ui.scope_id().with("timeline track"),
            Sense::click_and_drag(),
        )
        .on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    let released = response.clicked() || response.drag_stopped();
    let pressed = response.is_pointer_button_down_on() || released;
    if pressed
        && let Some(at) = response.interact_pointer_pos()
        && track.width() > 0.0
    {
        let ratio = f64::from((at.x - track.min.x) / track.width()).clamp(0.0, 1.0);
        let moved =
            ui.input(|input| input.pointer.delta() != egui::Vec2::ZERO || input.pointer.any_pressed());
        if moved {
            events.push(Event::Scrub(ratio));
        }
    }
    if released {
        events.push(Event::ScrubEnd);
    }
    response.widget_info(|| WidgetInfo::slider(true, timeline.playhead, "Playhead"));
    let steps = [
        (accesskit::Action::Increment, Command::StepForward),
        (accesskit::Action::Decrement, Command::StepBack),
    ];
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        steps.iter().for_each(|(action, _)| node.add_action(*action));
        node.set_description(format!(
            "playhead at {}, between {} and {}",
            timeline.playhead_text, timeline.start, timeline.end
        ));
    });
    for (action, command) in steps {
        let n_steps = ui.input(|input| input.num_accesskit_action_requests(response.id, action));
        events.extend((0..n_steps).map(|_| Event::Command(command)));
    }
}

fn lane_weight(kind: LaneKind) -> f32 {
    match kind {
        LaneKind::Alerts => 2.6,
        LaneKind::Logs => 1.6,
        LaneKind::Metrics => 0.6,
        LaneKind::Changes
        | LaneKind::Incident
        | LaneKind::Silences
        | LaneKind::Deployments
        | LaneKind::Notes => 1.0,
    }
}

fn lanes_ui(ui: &mut Ui, place: Rect, track: Rect, playhead: f64, lanes: &[Lane]) {
    let theme = Theme::of(ui);
    let weights: f32 = lanes.iter().map(|lane| lane_weight(lane.kind)).sum();
    let mut top = track.min.y;
    for (index, lane) in lanes.iter().enumerate() {
        let Lane {
            kind,
            name,
            marks,
            bars,
            gaps,
        } = lane;
        let height = track.height() * lane_weight(*kind) / weights.max(1.0);
        let row = rect(track.min.x, top, track.width(), height);
        if index > 0 {
            ui.painter().hline(row.x_range(), row.min.y, (1.0, theme.border));
        }
        let name_place = rect(place.min.x + PAD, row.min.y, LANE_NAMES - GAP, height);
        paint::text_ui(ui, name_place, Align2::LEFT_CENTER, name, SMALL, Role::Muted);
        draw_bars(ui, row.shrink2(vec2(0.0, 2.0)), playhead, bars);
        gaps.iter().for_each(|gap| gap_ui(ui, row, playhead, gap));
        marks_ui(ui, row, *kind, playhead, marks);
        top += height;
    }
}

/// In which of `n_rows` rows of its lane each mark stands, so that things that last do not hide each other;
/// where all rows are taken, in the one that is free first.
fn span_rows(marks: &[Mark], width: f32, n_rows: usize) -> Vec<usize> {
    let mut ends = vec![f64::NEG_INFINITY; n_rows.max(1)];
    let gap = f64::from(2.0 * MARK / width.max(1.0));
    let place = |mark: &Mark| {
        let free = ends.iter().position(|end| *end + gap <= mark.from);
        let soonest = || (0..ends.len()).min_by(|a, b| ends[*a].total_cmp(&ends[*b]));
        let row = free.or_else(soonest).unwrap_or(0);
        ends[row] = ends[row].max(mark.to.unwrap_or(mark.from));
        row
    };
    marks.iter().map(place).collect()
}

/// Where data is missing: hatched, as far as time has come.
fn gap_ui(ui: &mut Ui, row: Rect, playhead: f64, gap: &GapView) {
    let GapView { from, to, text } = gap;
    let place = Rect::from_min_max(
        pos2(x_of(row, *from), row.min.y + 1.0),
        pos2(x_of(row, to.min(playhead)), row.max.y - 1.0),
    );
    if place.width() < 1.0 {
        return;
    }
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let stroke = Stroke::new(1.0, Theme::of(ui).border);
    let mut x = place.min.x - place.height();
    while x < place.max.x {
        painter.line_segment(
            [pos2(x, place.max.y), pos2(x + place.height(), place.min.y)],
            stroke,
        );
        x += 6.0;
    }
    paint::label(ui, place, text).on_hover_text(text);
}

fn draw_bars(ui: &Ui, row: Rect, playhead: f64, bars: &[VolumeBar]) {
    let theme = Theme::of(ui);
    // The bar that the playhead stands in counts only what is known, and is painted only so far.
    let known = row.with_max_x(x_of(row, playhead));
    let painter = ui.painter().with_clip_rect(known.intersect(ui.clip_rect()));
    let (usual, warn, bad) = (
        theme.color(Role::Muted).gamma_multiply(0.6),
        theme.color(Role::Warning).gamma_multiply(0.8),
        theme.color(Role::Critical).gamma_multiply(0.85),
    );
    let width = row.width() / bars.len().max(1) as f32;
    for (index, bar) in bars.iter().enumerate() {
        let VolumeBar {
            height,
            errors,
            warnings,
        } = bar;
        if *height <= 0.0 {
            continue;
        }
        // On whole pixels: bars of a width that is none would make a pattern of their own.
        let left = (row.min.x + width * index as f32).round();
        let wide = ((row.min.x + width * (index + 1) as f32).round() - left).max(1.0);
        let tall = (row.height() * *height as f32).max(1.5);
        // Errors stand at the bottom and fill their column; all other lines leave a gap beside them, so that
        // the two can be told apart without colour.
        let narrow = if wide > 2.0 { wide - 1.0 } else { wide };
        painter.rect_filled(rect(left, row.max.y - tall, narrow, tall), 0, usual);
        let both = errors + warnings;
        if *warnings > 0.0 {
            let part = (tall * both as f32).max(1.5);
            painter.rect_filled(rect(left, row.max.y - part, narrow, part), 0, warn);
        }
        if *errors > 0.0 {
            let part = (tall * *errors as f32).max(1.5);
            painter.rect_filled(rect(left, row.max.y - part, wide, part), 0, bad);
        }
    }
}

/// Draws a lane's marks, each with its label beside it where there is room up to its neighbours and the
/// playhead; under the pointer every label is shown.
fn marks_ui(ui: &mut Ui, lane: Rect, kind: LaneKind, playhead: f64, marks: &[Mark]) {
    let n_rows = match kind {
        LaneKind::Alerts => (lane.height() / SPAN_ROW).clamp(1.0, 8.0) as usize,
        LaneKind::Changes
        | LaneKind::Incident
        | LaneKind::Logs
        | LaneKind::Silences
        | LaneKind::Deployments
        | LaneKind::Notes
        | LaneKind::Metrics => 1,
    };
    let rows = span_rows(marks, lane.width(), n_rows);
    let row_height = lane.height() / n_rows as f32;
    let mut taken_until = vec![lane.min.x; n_rows];
    for (index, mark) in marks.iter().enumerate() {
        let row = rows[index];
        let middle = lane.min.y + row_height * (row as f32 + 0.5);
        let place = mark_ui(ui, lane, middle, mark);
        let next = (index + 1..marks.len()).find(|other| rows[*other] == row);
        let free_until = next.map_or(f32::INFINITY, |next| x_of(lane, marks[next].from) - MARK - 1.0);
        let known_until = x_of(lane, playhead) - 2.0;
        let width = paint::text_width(ui, &mark.label, MARK_TEXT) + GAP;
        let after = place.max.x.max(taken_until[row]);
        let left = if after + width <= free_until.min(known_until) && after <= place.max.x + 1.0 {
            Some(place.max.x + GAP / 2.0)
        } else {
            Some(place.min.x - width).filter(|left| *left >= taken_until[row])
        };
        if let Some(left) = left {
            let at = rect(left, middle - 8.0, width, 16.0);
            let color = Theme::of(ui).color(Role::Muted);
            paint::paint_text(ui, at, Align2::LEFT_CENTER, &mark.label, MARK_TEXT, color);
            taken_until[row] = taken_until[row].max(left + width);
        }
        taken_until[row] = taken_until[row].max(place.max.x + 1.0);
    }
}

/// Draws and names one mark; returns its place.
fn mark_ui(ui: &mut Ui, lane: Rect, middle: f32, mark: &Mark) -> Rect {
    let Mark {
        kind,
        role,
        from,
        to,
        label,
    } = mark;
    let color = Theme::of(ui).color(*role);
    let at = pos2(x_of(lane, *from), middle);
    let mut place = Rect::from_center_size(at, vec2(2.0 * MARK + 2.0, 2.0 * MARK + 2.0));
    if let Some(to) = to {
        let span = Rect::from_min_max(pos2(at.x, middle - 3.5), pos2(x_of(lane, *to), middle + 3.5));
        if span.width() >= 1.0 {
            draw_span(ui.painter(), span, *kind, color);
            place = place.union(span);
        }
    }
    draw_mark(ui.painter(), at, *kind, color, Theme::of(ui).background);
    paint::label(ui, place, label).on_hover_text(label);
    place
}

fn draw_span(painter: &Painter, span: Rect, kind: MarkKind, color: Color32) {
    let stroke = Stroke::new(1.0, color);
    match kind {
        MarkKind::Pending | MarkKind::Silence => {
            painter.rect_stroke(span, 2, stroke, StrokeKind::Inside);
        }
        _ => {
            painter.rect(span, 2, color.gamma_multiply(0.4), stroke, StrokeKind::Inside);
        }
    }
}

/// Each kind has a shape of its own.
fn draw_mark(painter: &Painter, at: Pos2, kind: MarkKind, color: Color32, ground: Color32) {
    let stroke = Stroke::new(1.5, color);
    let polygon = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| at + vec2(*x, *y)).collect();
        Shape::convex_polygon(points, color, Stroke::NONE)
    };
    let line = |a: (f32, f32), b: (f32, f32)| {
        Shape::line_segment([at + vec2(a.0, a.1), at + vec2(b.0, b.1)], stroke)
    };
    match kind {
        MarkKind::Pending => painter.extend([Shape::convex_polygon(triangle(at, MARK), ground, stroke)]),
        MarkKind::Firing => painter.extend([Shape::convex_polygon(
            triangle(at, MARK + 0.5),
            color,
            Stroke::NONE,
        )]),
        MarkKind::Notified => painter.extend([
            Shape::circle_filled(at, 1.6, color),
            Shape::circle_stroke(at, 4.2, Stroke::new(1.0, color)),
        ]),
        MarkKind::Silence => painter.extend([
            Shape::circle_filled(at, 4.5, ground),
            Shape::circle_stroke(at, 4.5, stroke),
            line((-3.2, 3.2), (3.2, -3.2)),
        ]),
        MarkKind::Change => {
            painter.extend([polygon(&[(0.0, -MARK), (MARK, 0.0), (0.0, MARK), (-MARK, 0.0)])])
        }
        MarkKind::Deployment => {
            painter.extend([polygon(&[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)])])
        }
        MarkKind::Annotation => painter.extend([
            line((-3.0, -5.0), (-3.0, 5.0)),
            polygon(&[(-3.0, -5.0), (5.0, -2.5), (-3.0, 0.0)]),
        ]),
        MarkKind::Opened => painter.extend([
            Shape::circle_filled(at, MARK, ground),
            Shape::circle_stroke(at, MARK - 0.5, Stroke::new(2.0, color)),
        ]),
        MarkKind::Comment => painter.extend([Shape::circle_filled(at, 3.2, color)]),
        MarkKind::Closed => painter.extend([
            Shape::circle_filled(at, MARK + 0.5, color),
            Shape::line(
                vec![at + vec2(-2.5, 0.2), at + vec2(-0.6, 2.2), at + vec2(2.8, -2.0)],
                Stroke::new(1.5, ground),
            ),
        ]),
    }
}

/// The axis below the lanes, and the playhead and the cursor through them.
fn axis_ui(
    ui: &mut Ui,
    track: Rect,
    ticks: &[AxisTick],
    playhead: f64,
    playhead_text: &str,
    cursor: Option<&CursorView>,
) {
    let theme = Theme::of(ui);
    let axis = rect(track.min.x, track.max.y + 2.0, track.width(), AXIS - 4.0);
    let mut taken = Vec::new();
    if (0.0..=1.0).contains(&playhead) {
        let accent = theme.color(Role::Accent);
        let x = x_of(track, playhead);
        ui.painter().vline(x, track.y_range(), Stroke::new(2.0, accent));
        let corners = [(-6.0, -5.0), (6.0, -5.0), (0.0, 3.0)].map(|(dx, dy)| pos2(x + dx, track.min.y + dy));
        ui.painter()
            .add(Shape::convex_polygon(corners.to_vec(), accent, Stroke::NONE));
        taken.push(flag_ui(ui, axis, x, playhead_text, Role::Accent));
    }
    if let Some(CursorView { x, text }) = cursor {
        let x = x_of(track, *x);
        let stroke = Stroke::new(1.0, theme.color(Role::Strong));
        let ends = [pos2(x, track.min.y), pos2(x, track.max.y)];
        ui.painter().extend(Shape::dashed_line(&ends, stroke, 4.0, 3.0));
        let width = paint::text_width(ui, text, SMALL) + 2.0 * GAP;
        let hides_playhead = taken
            .iter()
            .any(|flag| (flag.center().x - x).abs() < (flag.width() + width) / 2.0 + 2.0);
        // Beside the playhead's flag rather than on it: the cursor is never later, so to the left.
        let at = match taken.first() {
            Some(flag) if hides_playhead => flag.min.x - width / 2.0 - 2.0,
            _ => x,
        };
        taken.push(flag_ui(ui, axis, at, text, Role::Strong));
    }
    for AxisTick { ratio, text } in ticks {
        let x = x_of(track, *ratio);
        let width = paint::text_width(ui, text, SMALL) + 2.0;
        let left = (x - width / 2.0).clamp(axis.min.x, (axis.max.x - width).max(axis.min.x));
        let place = rect(left, axis.min.y, width, axis.height());
        if taken
            .iter()
            .any(|other: &Rect| other.expand(3.0).intersects(place))
        {
            paint::label(ui, place, text);
        } else {
            taken.push(paint::text_ui(
                ui,
                place,
                Align2::CENTER_CENTER,
                text,
                SMALL,
                Role::Muted,
            ));
        }
    }
}

fn flag_ui(ui: &mut Ui, axis: Rect, x: f32, text: &str, role: Role) -> Rect {
    let theme = Theme::of(ui);
    let width = paint::text_width(ui, text, SMALL) + 2.0 * GAP;
    let left = (x - width / 2.0).clamp(axis.min.x, (axis.max.x - width).max(axis.min.x));
    let place = rect(left, axis.min.y + 1.0, width, axis.height() - 1.0);
    let stroke = Stroke::new(1.0, theme.color(role));
    ui.painter()
        .rect(place, 3, theme.raised, stroke, StrokeKind::Inside);
    paint::text_ui(ui, place, Align2::CENTER_CENTER, text, SMALL, role);
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spans: &[(f64, Option<f64>)], expected: &[usize]) {
        let marks: Vec<_> = spans
            .iter()
            .map(|(from, to)| Mark {
                kind: MarkKind::Firing,
                role: Role::Critical,
                from: *from,
                to: *to,
                label: String::new(),
            })
            .collect();
        assert_eq!(span_rows(&marks, 1000.0, 3), expected, "{spans:?}");
    }

    #[test]
    fn things_that_last_stand_in_rows_of_their_own() {
        check(&[(0.1, Some(0.2)), (0.3, Some(0.4))], &[0, 0]);
        check(&[(0.1, Some(0.5)), (0.3, Some(0.4)), (0.45, None)], &[0, 1, 1]);
        check(
            &[
                (0.1, Some(0.9)),
                (0.2, Some(0.9)),
                (0.3, Some(0.9)),
                (0.4, Some(0.9)),
            ],
            &[0, 1, 2, 0],
        );
    }
}
