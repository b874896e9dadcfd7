//! Pieces that several screens have: a query that was run, and a thing in full.

use crate::layout::{ROW, top};
use crate::paint;
use crate::theme::{BODY, GAP, PAD, SMALL};
use egui::{Align2, Rect, Ui, vec2};
use glass_core::{Line, QueryView, Role, Span};

/// Draws a query that was run into rows that it cuts off the top.
pub fn query_ui(ui: &mut Ui, rest: &mut Rect, query: &QueryView) {
    let QueryView {
        name,
        active,
        language,
        text,
        fault,
        notes,
        hint,
    } = query;
    // One of several is known by its letter alone.
    let (word, role) = match (name.as_str(), active) {
        ("", _) => (language.clone(), Role::Muted),
        (_, true) => (format!("▶ {name}"), Role::Accent),
        (_, false) => (name.clone(), Role::Muted),
    };
    let mut line = vec![
        Span::new(format!("{word}  "), role),
        Span::new(text.as_str(), Role::Normal),
        Span::new("   ", Role::Muted),
    ];
    if *active {
        line.extend(hint.iter().cloned());
    }
    paint::line_ui(ui, top(rest, ROW), Align2::LEFT_CENTER, &line, BODY);
    if let Some(fault) = fault {
        paint::text_ui(
            ui,
            top(rest, ROW),
            Align2::LEFT_CENTER,
            &fault.text,
            BODY,
            fault.role,
        );
    }
    for note in notes {
        paint::line_ui(ui, top(rest, ROW), Align2::LEFT_CENTER, note, SMALL);
    }
}

/// Says by what rows are filtered, in a row that it cuts off the top; nothing for no filter.
pub fn filter_ui(ui: &mut Ui, rest: &mut Rect, filter: &str) {
    if !filter.is_empty() {
        let text = format!("/{filter}");
        paint::text_ui(ui, top(rest, ROW), Align2::LEFT_CENTER, &text, BODY, Role::Accent);
    }
}

/// Draws lines of a thing in full, as many as there is room for.
pub fn details_ui(ui: &mut Ui, place: Rect, details: &[Line]) {
    paint::card(ui, place, false);
    let mut rest = place.shrink2(vec2(PAD, GAP));
    for line in details {
        if rest.height() < 20.0 {
            return;
        }
        detail_ui(ui, top(&mut rest, 20.0), line);
    }
}

/// The widest a name of a fact gets.
const NAME: f32 = 96.0;

/// A line; a name that is filled up with spaces stands in a column of its own.
fn detail_ui(ui: &mut Ui, row: Rect, line: &Line) {
    let (name, value) = match line.as_slice() {
        [name, value @ ..]
            if name.text.ends_with("  ") || (name.text.ends_with(' ') && name.text.len() > 9) =>
        {
            (name, value)
        }
        _ => {
            paint::line_ui(ui, row, Align2::LEFT_CENTER, line, SMALL);
            return;
        }
    };
    let left = row.with_max_x(row.min.x + NAME);
    paint::text_ui(
        ui,
        left,
        Align2::LEFT_CENTER,
        name.text.trim_end(),
        SMALL,
        name.role,
    );
    let right = row.with_min_x((row.min.x + NAME + GAP).min(row.max.x));
    paint::line_ui(ui, right, Align2::LEFT_CENTER, &value.to_vec(), SMALL);
}
