//! Where values and moments stand in the picture, and what marks them.

use super::{BODY, DrawResult, HEAD, PAD, Pen, SMALL, color};
use glass_core::{AxisTick, CursorView, GraphView, Role};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// Room below the plot for times.
const X_AXIS: i32 = 26;

/// The place of the lines, in pixels, and the values at its ends.
pub(super) struct Plot {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
    y_min: f64,
    y_max: f64,
}

impl Plot {
    /// The column of a moment; 0 is the window's start, 1 its end.
    pub fn x(&self, ratio: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * ratio.clamp(0.0, 1.0)).round() as i32
    }

    /// The row of a value.
    pub fn y(&self, value: f64) -> i32 {
        self.at_height((value - self.y_min) / (self.y_max - self.y_min).max(f64::MIN_POSITIVE))
    }

    /// The row of a share of the height.
    pub fn at_height(&self, ratio: f64) -> i32 {
        let ratio = if ratio.is_finite() {
            ratio.clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.bottom - (f64::from(self.bottom - self.top) * ratio).round() as i32
    }
}

/// What is left beside title, legend and the texts of the axes.
pub(super) fn plot_of<B: DrawingBackend>(pen: &Pen<'_, B>, graph: &GraphView, legend_height: i32) -> Plot {
    let (width, height) = pen.size();
    let widths = graph.y_ticks.iter().map(|tick| pen.width(&tick.text, SMALL));
    let gutter = widths.max().unwrap_or(0).clamp(20, width / 3) + 8;
    let top = HEAD + 6;
    Plot {
        left: PAD + gutter,
        right: width - PAD,
        top,
        bottom: (height - PAD - legend_height - X_AXIS).max(top + 16),
        y_min: graph.y_min,
        y_max: graph.y_max,
    }
}

/// Grid, ticks, and the time that is not known yet.
pub(super) fn draw_axes<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    graph: &GraphView,
) -> DrawResult<B> {
    let grid = color(pen.theme.grid);
    if graph.playhead < 1.0 {
        let corners = [(plot.x(graph.playhead), plot.top), (plot.right, plot.bottom)];
        let unknown = color(pen.theme.unknown);
        pen.rectangle(corners, unknown)?;
    }
    for AxisTick { ratio, text } in &graph.y_ticks {
        let y = plot.at_height(*ratio);
        pen.stroke(&[(plot.left, y), (plot.right, y)], grid, 1)?;
        let text = pen.fitting(text, SMALL, plot.left - PAD);
        pen.text(
            &text,
            (plot.left - 8, y),
            (HPos::Right, VPos::Center),
            SMALL,
            Role::Muted,
        )?;
    }
    for AxisTick { ratio, text } in &graph.x_ticks {
        let x = plot.x(*ratio);
        pen.stroke(&[(x, plot.top), (x, plot.bottom)], grid, 1)?;
        let half = pen.width(text, SMALL) / 2;
        let at = x.min(plot.right - half).max(PAD + half);
        pen.text(
            text,
            (at, plot.bottom + 6),
            (HPos::Center, VPos::Top),
            SMALL,
            Role::Muted,
        )?;
    }
    let border = color(pen.theme.border);
    pen.stroke(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], border, 1)
}

/// Playhead and cursor.
pub(super) fn draw_moments<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    playhead: f64,
    cursor: Option<&CursorView>,
) -> DrawResult<B> {
    if (0.0..=1.0).contains(&playhead) {
        let x = plot.x(playhead);
        pen.stroke(&[(x, plot.top), (x, plot.bottom)], pen.color(Role::Accent), 2)?;
    }
    let Some(CursorView { x, text }) = cursor else {
        return Ok(());
    };
    let at = plot.x(*x);
    for top in (plot.top..plot.bottom).step_by(7) {
        let dash = [(at, top), (at, (top + 4).min(plot.bottom))];
        pen.stroke(&dash, pen.color(Role::Strong), 1)?;
    }
    let width = pen.width(text, BODY) + 12;
    let left = (at + 5).min(plot.right - width).max(plot.left);
    let corners = [(left, plot.top), (left + width, plot.top + 22)];
    let ground = color(pen.theme.raised);
    pen.rectangle(corners, ground)?;
    let middle = (left + width / 2, plot.top + 11);
    pen.text(text, middle, (HPos::Center, VPos::Center), BODY, Role::Strong)
}
