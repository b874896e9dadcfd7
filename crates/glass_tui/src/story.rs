//! The story of what is open: the step that is shown, and what there is to say about it.

use crate::document::draw_blocks;
use crate::layout::take_top;
use crate::overlay::draw_window;
use crate::pen::Pen;
use glass_core::{Role, StoryStepView, StoryView};
use ratatui::layout::Rect;

const WIDTH: u16 = 66;
const HEIGHT: u16 = 14;

/// Draws the story into the lower right corner of the screen.
pub(crate) fn draw_story(pen: &mut Pen, main: Rect, story: &StoryView) {
    let StoryView {
        title,
        steps,
        at,
        step_title,
        // The same as blocks.
        notes: _,
        blocks,
        hint,
    } = story;
    let (width, height) = (WIDTH.min(main.width), HEIGHT.min(main.height));
    let area = Rect {
        x: main.right().saturating_sub(width + 1).max(main.x),
        y: main.bottom().saturating_sub(height),
        width,
        height,
    };
    let note = match at {
        Some(at) => format!("{} of {}", at + 1, steps.len()),
        None => format!("{} steps", steps.len()),
    };
    let mut inner = draw_window(pen, area, title, &note);
    let mut last = inner;
    last.y = inner.bottom().saturating_sub(1);
    last.height = last.height.min(1);
    inner.height = inner.height.saturating_sub(1);
    pen.put_line(last.x, last.y, last.width, hint);
    if at.is_none() {
        return draw_steps(pen, inner, steps);
    }
    let row = take_top(&mut inner, 1);
    pen.put(row.x, row.y, row.width, step_title, pen.style(Role::Strong));
    draw_blocks(pen, inner, blocks);
}

fn draw_steps(pen: &mut Pen, area: Rect, steps: &[StoryStepView]) {
    let mut rest = area;
    for step in steps {
        let StoryStepView {
            number,
            title,
            time,
            is_current: _,
            is_known,
        } = step;
        if rest.height == 0 {
            return;
        }
        let row = take_top(&mut rest, 1);
        let role = if *is_known { Role::Normal } else { Role::Muted };
        let text = format!("{number:>3}  {title}  {time}");
        pen.put(row.x, row.y, row.width, &text, pen.style(role));
    }
}
