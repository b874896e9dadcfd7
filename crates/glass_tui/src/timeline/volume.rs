//! Log volume: a bar a column, stacked by level.

use crate::logs::bars_of_column;
use crate::pen::Pen;
use crate::theme::Layer;
use glass_core::VolumeBar;
use ratatui::layout::Rect;

/// In a lane of one row, where a bar has no parts, it is of the role of what is at least so much of it.
const MANY: f64 = 0.1;

/// Draws the bars, errors below, then warnings, then all others.
pub(super) fn draw_bars(pen: &mut Pen, axis: Rect, bars: &[VolumeBar]) {
    if bars.is_empty() || axis.width == 0 {
        return;
    }
    for i in 0..axis.width {
        let here = &bars[bars_of_column(bars.len(), axis.width, i)];
        let tallest = here.iter().max_by(|a, b| a.height.total_cmp(&b.height));
        let Some(bar) = tallest.filter(|bar| bar.height > 0.0) else {
            continue;
        };
        let column = Rect {
            x: axis.x + i,
            width: 1,
            ..axis
        };
        draw_bar(pen, column, bar);
    }
}

fn draw_bar(pen: &mut Pen, column: Rect, bar: &VolumeBar) {
    let [height, errors, warnings] = [bar.height, bar.errors, bar.warnings].map(|part| match part {
        part if part.is_finite() => part.clamp(0.0, 1.0),
        _ => 0.0,
    });
    let top = ((height * f64::from(column.height) * 8.0).round() as usize).max(1);
    // What there is at all is seen.
    let eighths = |share: f64| match share > 0.0 {
        true => ((top as f64 * share).round() as usize).max(1),
        false => 0,
    };
    let (errors_top, warnings_top) = (eighths(errors), eighths(errors) + eighths(warnings));
    for row in 0..column.height {
        let base = usize::from(row) * 8;
        let end = top.saturating_sub(base).min(8);
        if end == 0 {
            break;
        }
        let middle = base + end.div_ceil(2);
        let layer = match column.height {
            1 if errors >= MANY => Layer::Errors,
            1 if warnings >= MANY => Layer::Warnings,
            1 => Layer::Others,
            _ if errors_top >= middle => Layer::Errors,
            _ if warnings_top >= middle => Layer::Warnings,
            _ => Layer::Others,
        };
        let y = column.bottom() - 1 - row;
        pen.set(column.x, y, pen.glyphs.block(end), pen.theme.layer(layer));
    }
}
