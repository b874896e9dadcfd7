//! What lies above everything: help from the registry, and the line to type into.

use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, LARGE, PAD, RADIUS, SMALL, Theme};
use egui::{Align2, Area, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit, pos2, vec2};
use glass_core::{
    Chord, CompletionRow, Event, FaultView, HelpGroup, HelpView, Key, Line, Overlay, PromptView,
    QueryEditorView, Role, Span, TourView,
};

const ENTRY: f32 = 22.0;
const SUGGESTION: f32 = 24.0;

/// Draws the overlay over the whole window. A press beside it closes it, as escape does.
pub fn overlay_ui(ui: &mut Ui, window: Rect, overlay: &Overlay, events: &mut Vec<Event>) {
    Area::new(Id::unique("overlay"))
        .order(Order::Foreground)
        .fixed_pos(window.min)
        .fade_in(false)
        .constrain(false)
        .show(ui.ctx(), |ui| {
            let ground = ui.allocate_rect(window, Sense::click());
            ground.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, "Close"));
            ui.painter().rect_filled(window, 0, Theme::of(ui).scrim);
            let card = match overlay {
                Overlay::Help(help) => help_ui(ui, window, help),
                Overlay::Prompt(prompt) => prompt_ui(ui, window, prompt),
                Overlay::QueryEditor(editor) => query_editor_ui(ui, window, editor),
            };
            let beside = ground.interact_pointer_pos().is_none_or(|at| !card.contains(at));
            if ground.clicked() && beside {
                events.push(Event::Chord(Chord::key(Key::Esc)));
            }
        });
}

fn raised_card(ui: &Ui, place: Rect) {
    let theme = Theme::of(ui);
    let stroke = Stroke::new(1.0, theme.color(Role::Muted));
    ui.painter()
        .rect(place, RADIUS + 2, theme.raised, stroke, StrokeKind::Inside);
}

/// A step of the tour, in the lower right corner of the screen.
pub fn tour_ui(ui: &mut Ui, main: Rect, tour: &TourView) {
    let TourView {
        title,
        step,
        n_steps,
        lines,
    } = tour;
    let size = vec2(440.0, 52.0 + 24.0 * lines.len() as f32);
    let place = Rect::from_min_size(main.max - size - vec2(PAD, PAD), size);
    raised_card(ui, place);
    let row = |nth: usize| {
        rect(
            place.min.x + PAD,
            place.min.y + PAD + 24.0 * nth as f32,
            place.width() - 2.0 * PAD,
            24.0,
        )
    };
    let title = format!("{title}  ({step} of {n_steps})");
    paint::text_ui(ui, row(0), Align2::LEFT_CENTER, &title, LARGE, Role::Strong);
    for (nth, line) in lines.iter().enumerate() {
        let text: String = line.iter().map(|span| span.text.as_str()).collect();
        paint::text_ui(ui, row(nth + 1), Align2::LEFT_CENTER, &text, BODY, Role::Normal);
    }
}

/// One row of help.
enum HelpRow<'a> {
    Title(&'a str),
    Entry(&'a str, &'a str),
    Gap,
}

fn help_rows(groups: &[HelpGroup]) -> Vec<HelpRow<'_>> {
    let mut rows = Vec::new();
    for HelpGroup { title, entries } in groups {
        if !rows.is_empty() {
            rows.push(HelpRow::Gap);
        }
        rows.push(HelpRow::Title(title));
        rows.extend(entries.iter().map(|(key, text)| HelpRow::Entry(key, text)));
    }
    rows
}

/// Where each row of help stands: column and line. A title never stands last in a column, nor a gap first.
fn help_places(rows: &[HelpRow<'_>], per_column: usize) -> Vec<(usize, usize)> {
    let (mut column, mut line) = (0, 0);
    rows.iter()
        .map(|row| {
            let needed = if matches!(row, HelpRow::Title(_)) { 2 } else { 1 };
            if line > 0 && line + needed > per_column {
                (column, line) = (column + 1, 0);
            }
            let place = (column, line);
            if line > 0 || !matches!(row, HelpRow::Gap) {
                line += 1;
            }
            place
        })
        .collect()
}

/// Draws help in as many columns as the window holds; scrolls only what does not fit. Returns its place.
fn help_ui(ui: &mut Ui, window: Rect, help: &HelpView) -> Rect {
    let HelpView {
        title,
        groups,
        scroll,
    } = help;
    let rows = help_rows(groups);
    let most = window.shrink(24.0);
    let n_columns = ((most.width() - 2.0 * PAD) / 340.0).clamp(1.0, 3.0) as usize;
    let most_rows = ((most.height() - 76.0) / ENTRY).max(1.0) as usize;
    let fits = |per_column: usize, rows: &[HelpRow<'_>]| {
        let places = help_places(rows, per_column);
        places.last().is_none_or(|(column, _)| *column < n_columns)
    };
    let least = rows.len().div_ceil(n_columns).clamp(1, most_rows);
    let per_column = (least..most_rows)
        .find(|per_column| fits(*per_column, &rows))
        .unwrap_or(most_rows);
    let n_above = (0..=*scroll)
        .rev()
        .find(|skip| *skip == 0 || !fits(per_column, &rows[(skip - 1).min(rows.len())..]))
        .unwrap_or(0);
    let shown = &rows[n_above.min(rows.len())..];
    let width = (n_columns as f32 * 410.0).min(most.width());
    let size = vec2(width, 64.0 + per_column as f32 * ENTRY + PAD);
    let card = Rect::from_center_size(window.center(), size).intersect(most);
    raised_card(ui, card);
    let head = rect(
        card.min.x + 2.0 * PAD,
        card.min.y + 8.0,
        card.width() - 4.0 * PAD,
        40.0,
    );
    paint::text_ui(ui, head, Align2::LEFT_CENTER, title, LARGE, Role::Strong);
    let column_width = (card.width() - 4.0 * PAD) / n_columns as f32;
    let places = help_places(shown, per_column);
    let n_below = places.iter().filter(|(column, _)| *column >= n_columns).count();
    if n_above + n_below > 0 {
        let text = format!("{n_above} rows above, {n_below} below");
        paint::text_ui(ui, head, Align2::RIGHT_CENTER, &text, SMALL, Role::Muted);
    }
    for (row, (column, line)) in shown.iter().zip(places) {
        if column < n_columns {
            let x = card.min.x + 2.0 * PAD + column as f32 * column_width;
            let y = card.min.y + 56.0 + line as f32 * ENTRY;
            help_row_ui(ui, rect(x, y, column_width - 2.0 * PAD, ENTRY), row);
        }
    }
    card
}

fn help_row_ui(ui: &mut Ui, place: Rect, row: &HelpRow<'_>) {
    match row {
        HelpRow::Gap => {}
        HelpRow::Title(title) => {
            paint::text_ui(ui, place, Align2::LEFT_CENTER, title, BODY, Role::Accent);
        }
        HelpRow::Entry(key, text) => {
            let keys = rect(place.min.x, place.min.y, 72.0, place.height());
            paint::text_ui(ui, keys, Align2::LEFT_CENTER, key, BODY, Role::Strong);
            let rest = rect(
                keys.max.x,
                place.min.y,
                place.width() - keys.width(),
                place.height(),
            );
            paint::text_ui(ui, rest, Align2::LEFT_CENTER, text, BODY, Role::Normal);
        }
    }
}

/// A line to type into, whatever it is for.
struct Field<'a> {
    title: &'a str,
    text: &'a str,
    caret: usize,
    /// The characters that are wrong.
    fault: Option<&'a FaultView>,
    /// What stands below it.
    lines: Vec<Line>,
    suggestions: &'a [(String, String)],
    chosen: Option<usize>,
}

fn prompt_ui(ui: &mut Ui, window: Rect, prompt: &PromptView) -> Rect {
    let PromptView {
        title,
        text,
        caret,
        hint,
        suggestions,
        chosen,
        preview,
    } = prompt;
    let mut lines = vec![hint.clone()];
    lines.extend(preview.iter().skip(1).cloned());
    let field = Field {
        title,
        text,
        caret: *caret,
        fault: None,
        lines,
        suggestions,
        chosen: *chosen,
    };
    field_card_ui(ui, window, &field)
}

fn query_editor_ui(ui: &mut Ui, window: Rect, editor: &QueryEditorView) -> Rect {
    let QueryEditorView {
        language,
        text,
        caret,
        fault,
        hint,
        completions,
        n_more,
        chosen,
    } = editor;
    let suggestion = |row: &CompletionRow| {
        let CompletionRow { text, kind, detail } = row;
        (text.clone(), format!("{kind}  {detail}"))
    };
    let suggestions: Vec<_> = completions.iter().map(suggestion).collect();
    let mut hint = hint.clone();
    if *n_more > 0 {
        hint.push(Span::new(format!("{n_more} more: type on"), Role::Muted));
    }
    let wrong = fault
        .as_ref()
        .map(|fault| vec![Span::new(&fault.text, fault.role)]);
    let field = Field {
        title: language,
        text,
        caret: *caret,
        fault: fault.as_ref(),
        lines: wrong.into_iter().chain([hint]).collect(),
        suggestions: &suggestions,
        chosen: *chosen,
    };
    field_card_ui(ui, window, &field)
}

/// Draws a line to type into, with suggestions below it. Returns its place.
fn field_card_ui(ui: &mut Ui, window: Rect, field: &Field<'_>) -> Rect {
    let Field {
        lines,
        suggestions,
        chosen,
        ..
    } = field;
    let width = 640.0_f32.min(window.width() - 48.0);
    let most = ((window.height() - 160.0) / SUGGESTION).max(0.0) as usize;
    let n_shown = suggestions.len().min(most.min(12));
    let height =
        58.0 + 26.0 * lines.len() as f32 + n_shown as f32 * SUGGESTION + if n_shown > 0 { GAP } else { 0.0 };
    let top = window.min.y + (window.height() * 0.16).min(130.0);
    let card = rect(window.center().x - width / 2.0, top, width, height);
    raised_card(ui, card);
    let inner = card.shrink2(vec2(PAD, 8.0));
    let row = rect(inner.min.x, inner.min.y, inner.width(), 36.0);
    field_ui(ui, row, field);
    let mut bottom = row.max.y;
    for line in lines {
        let place = rect(inner.min.x, bottom + 4.0, inner.width(), 22.0);
        paint::line_ui(ui, place, Align2::LEFT_CENTER, line, SMALL);
        bottom = place.max.y;
    }
    // Keep the chosen one in sight.
    let skip = chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(n_shown));
    let shown = suggestions.iter().enumerate().skip(skip).take(n_shown);
    for (nth, (index, (text, about))) in shown.enumerate() {
        let top = bottom + GAP + nth as f32 * SUGGESTION;
        let place = rect(inner.min.x, top, inner.width(), SUGGESTION);
        suggestion_ui(ui, place, text, about, *chosen == Some(index));
    }
    card
}

fn field_ui(ui: &mut Ui, place: Rect, field: &Field<'_>) {
    let Field {
        title,
        text,
        caret,
        fault,
        ..
    } = field;
    let theme = Theme::of(ui);
    let stroke = Stroke::new(1.5, theme.color(Role::Accent));
    ui.painter()
        .rect(place, 4, theme.background, stroke, StrokeKind::Inside);
    let inner = place.shrink2(vec2(10.0, 0.0));
    let title_at = paint::text_ui(ui, inner, Align2::LEFT_CENTER, title, BODY, Role::Accent);
    let room = Rect::from_min_max(pos2(title_at.max.x + PAD, place.min.y), inner.max);
    let width_of = |ui: &Ui, n_chars: usize| {
        let before: String = text.chars().take(n_chars).collect();
        paint::text_width(ui, &before, BODY)
    };
    let before_width = width_of(ui, *caret);
    // A text longer than the field is shifted so that the caret stays in sight.
    let shift = (before_width + 4.0 - room.width()).max(0.0);
    let color = theme.color(Role::Strong);
    let galley = paint::layout_spans(ui, &[(text, color)], BODY, f32::INFINITY, 1);
    let painter = ui.painter().with_clip_rect(room.expand2(vec2(2.0, 0.0)));
    let at = pos2(room.min.x - shift, room.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, color);
    let x = room.min.x - shift + before_width + 0.5;
    painter.vline(
        x,
        place.shrink(8.0).y_range(),
        Stroke::new(1.5, theme.color(Role::Accent)),
    );
    if let Some(fault) = fault {
        let (from, to) = (width_of(ui, fault.from), width_of(ui, fault.to));
        let left = room.min.x - shift + from;
        let marked = left..=(left + (to - from).max(6.0));
        painter.hline(
            marked,
            place.max.y - 7.0,
            Stroke::new(2.0, theme.color(fault.role)),
        );
    }
    let response = ui.interact(room, Id::unique("prompt"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, title));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_value(*text));
}

fn suggestion_ui(ui: &mut Ui, place: Rect, text: &str, about: &str, chosen: bool) {
    let theme = Theme::of(ui);
    if chosen {
        ui.painter().rect_filled(place, 3, theme.selection);
        let bar = rect(place.min.x, place.min.y + 3.0, 3.0, place.height() - 6.0);
        ui.painter().rect_filled(bar, 1, theme.color(Role::Accent));
    }
    let inner = place.shrink2(vec2(10.0, 0.0));
    let left = rect(inner.min.x, inner.min.y, inner.width() * 0.55, inner.height());
    let role = if chosen { Role::Strong } else { Role::Normal };
    let shown = paint::text_ui(ui, left, Align2::LEFT_CENTER, text, BODY, role);
    let rest = Rect::from_min_max(pos2(shown.max.x + PAD, inner.min.y), inner.max);
    paint::text_ui(ui, rest, Align2::RIGHT_CENTER, about, SMALL, Role::Muted);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n_entries: &[usize], per_column: usize, expected: &[(usize, usize)]) {
        let groups: Vec<_> = n_entries
            .iter()
            .map(|n| HelpGroup {
                title: "group".into(),
                entries: vec![("k".into(), "up".into()); *n],
            })
            .collect();
        let rows = help_rows(&groups);
        let places = help_places(&rows, per_column);
        let titles: Vec<_> = rows
            .iter()
            .zip(places)
            .filter_map(|(row, place)| matches!(row, HelpRow::Title(_)).then_some(place))
            .collect();
        assert_eq!(titles, expected, "{n_entries:?} in columns of {per_column}");
    }

    #[test]
    fn titles_of_help_stand_above_an_entry() {
        check(&[2, 2], 10, &[(0, 0), (0, 4)]);
        check(&[3, 2], 5, &[(0, 0), (1, 0)]);
        check(&[3, 2], 4, &[(0, 0), (1, 0)]);
        check(&[2, 1, 1], 3, &[(0, 0), (1, 0), (2, 0)]);
    }
}
