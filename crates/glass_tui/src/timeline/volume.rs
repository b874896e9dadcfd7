//! Log volume: a bar a column, stacked by level.

use crate::logs::{bar_cell, bars_of_column};
use crate::pen::Pen;
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
    let errors_top = eighths(errors).min(top);
    let warnings_top = (errors_top + eighths(warnings)).min(top);
    let tops = match column.height {
        1 if errors >= MANY => [top, top, top],
        1 if warnings >= MANY => [0, top, top],
        1 => [0, 0, top],
        _ => [errors_top, warnings_top, top],
    };
    for row in 0..column.height {
        let Some((symbol, style)) = bar_cell(pen, tops, usize::from(row) * 8) else {
            break;
        };
        pen.set(column.x, column.bottom() - 1 - row, symbol, style);
    }
}
