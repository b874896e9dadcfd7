//! What stands behind and across the lines of a graph: what is selected, what happened, levels, and filled areas.

use super::axes::Plot;
use super::{DrawResult, Pen, SMALL, color, known};
use glass_core::{GraphBand, GraphLine, GraphView, RangeView, Role, ThresholdLine};
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

/// Draws what is selected and what happened, as far as time has come.
pub(super) fn draw_behind<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    graph: &GraphView,
) -> DrawResult<B> {
    let known_until = graph.playhead.clamp(0.0, 1.0);
    if let Some(RangeView { from, to, text: _ }) = &graph.range {
        let place = [
            (plot.x(*from), plot.top),
            (plot.x(to.min(known_until)), plot.bottom),
        ];
        pen.rectangle(place, color(pen.theme.color(Role::Accent)).mix(0.1))?;
    }
    for band in &graph.bands {
        let GraphBand {
            kind: _,
            role,
            from,
            to,
            texts: _,
        } = band;
        if *from > known_until {
            continue;
        }
        let (x, color) = (plot.x(*from), pen.color(*role));
        if let Some(to) = to {
            let place = [(x, plot.top), (plot.x(to.min(known_until)), plot.bottom)];
            pen.rectangle(place, color.mix(0.08))?;
        }
        pen.stroke(&[(x, plot.top), (x, plot.bottom)], color.mix(0.5), 1)?;
    }
    Ok(())
}

/// Draws the levels, each with its text.
pub(super) fn draw_levels<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    levels: &[ThresholdLine],
) -> DrawResult<B> {
    for ThresholdLine { y, text, role } in levels {
        if !(0.0..=1.0).contains(y) {
            continue;
        }
        let at = plot.at_height(*y);
        pen.stroke(&[(plot.left, at), (plot.right, at)], pen.color(*role), 1)?;
        let end = (plot.right - 2, at - 2);
        pen.text(text, end, (HPos::Right, VPos::Bottom), SMALL, *role)?;
    }
    Ok(())
}

/// Fills what lies below each line, the topmost first, so that each shows the part that is its own.
pub(super) fn fill_stacked<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    lines: &[GraphLine],
    playhead: f64,
) -> DrawResult<B> {
    for line in lines.iter().rev() {
        for run in &line.runs {
            let points = known(run, playhead);
            let (Some(first), Some(last)) = (points.first(), points.last()) else {
                continue;
            };
            let mut around: Vec<(i32, i32)> = points
                .iter()
                .map(|point| (plot.x(point.x), plot.y(point.last)))
                .collect();
            around.push((plot.x(last.x), plot.bottom));
            around.push((plot.x(first.x), plot.bottom));
            pen.polygon(&around, color(pen.theme.surface))?;
            pen.polygon(&around, pen.color(line.role).mix(0.35))?;
        }
    }
    Ok(())
}
