//! The story of what is open, in a tile of its own: its steps, what there is to say about the one that is shown, and
//! changing both. While it is told to others, its caption stands above the screens.

use crate::layout::{bottom, top};
use crate::paint::{self, rect};
use crate::theme::{BODY, GAP, LARGE, PAD, SMALL, Theme};
use egui::{
    Align2, CursorIcon, Id, Rect, Response, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, accesskit, vec2,
};
use glass_core::{Command, DocBlock, DocBlockKind, Event, Role, Story, StoryEdit, StoryStepView, StoryView};

const ROW: f32 = 24.0;

/// Draws the story.
pub fn story_ui(ui: &mut Ui, place: Rect, story: &StoryView, events: &mut Vec<Event>) {
    let StoryView {
        title,
        steps,
        at,
        step_title,
        notes,
        blocks,
        hint,
    } = story;
    let ui = &mut paint::clipped(ui, place, "story");
    ui.painter().rect_filled(place, 0, Theme::of(ui).surface);
    let mut rest = place.shrink2(vec2(PAD, GAP));
    let head = top(&mut rest, ROW);
    paint::text_ui(ui, head, Align2::LEFT_CENTER, title, BODY, Role::Strong);
    let foot = bottom(&mut rest, 18.0);
    paint::line_ui(ui, foot, Align2::LEFT_CENTER, hint, SMALL);
    let buttons = bottom(&mut rest, ROW + GAP);
    buttons_ui(ui, buttons, events);
    let list_height = (ROW * steps.len() as f32).min(rest.height() * 0.4);
    let list = top(&mut rest, list_height);
    let mut child = paint::clipped(ui, list, "steps");
    ScrollArea::vertical().id_salt("steps").show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (nth, step) in steps.iter().enumerate() {
            if step_ui(ui, step).clicked() {
                events.push(Event::Story(StoryEdit::Go(nth)));
            }
        }
    });
    if let Some(at) = at {
        top(&mut rest, GAP);
        shown_ui(ui, rest, *at, (step_title, notes, blocks), events);
    }
}

fn step_ui(ui: &mut Ui, step: &StoryStepView) -> Response {
    let StoryStepView {
        number,
        title,
        time,
        is_current,
        is_known,
    } = step;
    let sense = if *is_known { Sense::click() } else { Sense::hover() };
    let (row, mut response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
    let name = format!("{number}. {title} {time}");
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Row, *is_known, name.trim()));
    let theme = Theme::of(ui);
    if *is_current {
        ui.painter().rect_filled(row, 4, theme.selection);
    } else if *is_known && response.hovered() {
        ui.painter().rect_filled(row, 4, theme.raised);
    }
    let role = match (is_current, is_known) {
        (true, _) => Role::Strong,
        (false, true) => Role::Normal,
        (false, false) => Role::Muted,
    };
    let inner = row.shrink2(vec2(GAP, 0.0));
    let muted = theme.color(Role::Muted);
    paint::paint_text(
        ui,
        inner.with_max_x(inner.min.x + 20.0),
        Align2::LEFT_CENTER,
        number,
        SMALL,
        muted,
    );
    let at = paint::paint_text(ui, inner, Align2::RIGHT_CENTER, time, SMALL, muted);
    let text = inner.with_min_x(inner.min.x + 24.0).with_max_x(at.min.x - GAP);
    paint::paint_text(ui, text, Align2::LEFT_CENTER, title, BODY, theme.color(role));
    if *is_known {
        response = response.on_hover_cursor(CursorIcon::PointingHand);
    }
    response
}

/// What can be done with the story and its steps.
fn buttons_ui(ui: &mut Ui, place: Rect, events: &mut Vec<Event>) {
    let commands = [
        (Command::PreviousStep, "←"),
        (Command::NextStep, "→"),
        (Command::AddStep, "+"),
        (Command::RemoveStep, "−"),
        (Command::StepEarlier, "↑"),
        (Command::StepLater, "↓"),
        (Command::RetakeStep, "●"),
        (Command::UndoStory, "↩"),
    ];
    for (nth, (command, sign)) in commands.into_iter().enumerate() {
        let at = rect(place.min.x + 30.0 * nth as f32, place.min.y + GAP, 28.0, ROW);
        if at.max.x <= place.max.x && sign_button_ui(ui, at, command, sign) {
            events.push(Event::Command(command));
        }
    }
}

/// A small button for a command, named and explained by the registry; says whether it was pressed.
pub fn sign_button_ui(ui: &mut Ui, place: Rect, command: Command, sign: &str) -> bool {
    let spec = command.spec();
    let id = ui.scope_id().with(("sign button", spec.id));
    let response = ui
        .interact(place, id, Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, spec.title));
    let theme = Theme::of(ui);
    let ground = if response.hovered() {
        theme.raised
    } else {
        theme.surface
    };
    ui.painter().rect(
        place,
        4,
        ground,
        egui::Stroke::new(1.0, theme.border),
        egui::StrokeKind::Inside,
    );
    paint::paint_text(
        ui,
        place,
        Align2::CENTER_CENTER,
        sign,
        BODY,
        theme.color(Role::Normal),
    );
    let keys = spec.keys_text();
    let keys = if keys.is_empty() {
        keys
    } else {
        format!(" ({keys})")
    };
    response
        .on_hover_text(format!("{}{keys}: {}", spec.title, spec.doc))
        .clicked()
}

/// The step that is shown: read, or changed after a press on it.
fn shown_ui(
    ui: &mut Ui,
    place: Rect,
    at: usize,
    (title, notes, blocks): (&str, &str, &[DocBlock]),
    events: &mut Vec<Event>,
) {
    let draft_id = Id::unique("story draft");
    let draft: Option<Draft> = ui.data(|data| data.get_temp(draft_id));
    if let Some(mut draft) = draft.filter(|draft| draft.at == at) {
        match draft_ui(ui, place, &mut draft) {
            Done::No => {
                ui.data_mut(|data| data.insert_temp(draft_id, draft));
            }
            Done::Keep => {
                ui.data_mut(|data| data.remove::<Draft>(draft_id));
                let changes = [
                    (draft.title != title).then_some(StoryEdit::Title(draft.title)),
                    (draft.notes != notes).then_some(StoryEdit::Notes(draft.notes)),
                ];
                events.extend(changes.into_iter().flatten().map(Event::Story));
            }
        }
        return;
    }
    let mut rest = place;
    let head = top(&mut rest, ROW);
    let edit = rect(head.max.x - 44.0, head.min.y, 44.0, ROW);
    let shown = head.with_max_x(edit.min.x - GAP);
    paint::text_ui(ui, shown, Align2::LEFT_CENTER, title, BODY, Role::Accent);
    let response = ui
        .interact(edit, ui.scope_id().with("edit step"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, "Edit this step"));
    let color = Theme::of(ui).color(if response.hovered() {
        Role::Strong
    } else {
        Role::Muted
    });
    paint::paint_text(ui, edit, Align2::RIGHT_CENTER, "edit", SMALL, color);
    if response.clicked() {
        let draft = Draft {
            at,
            title: title.to_owned(),
            notes: notes.to_owned(),
        };
        ui.data_mut(|data| data.insert_temp(draft_id, draft));
    }
    notes_ui(ui, rest, blocks, SMALL + 1.0);
}

/// A step while it is changed.
#[derive(Clone, Debug)]
struct Draft {
    at: usize,
    title: String,
    notes: String,
}

enum Done {
    No,
    Keep,
}

/// Fields to type into; what was typed is kept when a press goes elsewhere, or by the button.
fn draft_ui(ui: &mut Ui, place: Rect, draft: &mut Draft) -> Done {
    let mut child = paint::clipped(ui, place, "draft");
    let title = TextEdit::singleline(&mut draft.title)
        .desired_width(f32::INFINITY)
        .char_limit(Story::MAX_TITLE / 4)
        .hint_text("title of the step");
    child.add(title);
    let rows = ((place.height() - 2.0 * ROW - 3.0 * GAP) / 18.0).clamp(2.0, 40.0) as usize;
    let notes = TextEdit::multiline(&mut draft.notes)
        .desired_width(f32::INFINITY)
        .desired_rows(rows)
        .char_limit(Story::MAX_NOTES / 4)
        .hint_text("what there is to say, in Markdown");
    child.add(notes);
    match child.button("Keep").clicked() {
        true => Done::Keep,
        false => Done::No,
    }
}

/// Draws blocks of text, wrapped.
pub fn notes_ui(ui: &mut Ui, place: Rect, blocks: &[DocBlock], size: f32) {
    let mut child = paint::clipped(ui, place, "notes");
    ScrollArea::vertical().id_salt("notes").show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        let width = ui.available_width() - GAP;
        for DocBlock { kind, text, row: _ } in blocks {
            let mut spans: Vec<(&str, Role)> = Vec::new();
            let indent = match kind {
                DocBlockKind::Item(depth) => 14.0 * (f32::from(*depth) + 1.0),
                DocBlockKind::Quote | DocBlockKind::Code => 14.0,
                _ => 0.0,
            };
            if matches!(kind, DocBlockKind::Item(_)) {
                spans.push(("•  ", Role::Muted));
            }
            spans.extend(text.iter().map(|span| (span.text.as_str(), span.role)));
            let theme = Theme::of(ui);
            let colored: Vec<_> = spans
                .iter()
                .map(|(text, role)| (*text, theme.color(*role)))
                .collect();
            let galley = paint::layout_spans(ui, &colored, size, width - indent, 200);
            let (at, _) = ui.allocate_exact_size(vec2(width, galley.size().y.max(4.0)), Sense::hover());
            let at = at.with_min_x(at.min.x + indent);
            paint::text_rows_ui(ui, at, Align2::LEFT_TOP, &spans, size, 200);
        }
    });
}

/// The caption of the step that is shown, in large letters above the screens; returns the room below it.
pub fn caption_ui(ui: &mut Ui, place: Rect, story: &StoryView) -> Rect {
    let Some(at) = story.at else { return place };
    let mut rest = place;
    let strip = top(&mut rest, 44.0);
    let inner = strip.shrink2(vec2(2.0 * PAD, 0.0));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(strip, 0, theme.surface);
    let bar = rect(strip.min.x, strip.min.y + GAP, 4.0, strip.height() - 2.0 * GAP);
    ui.painter().rect_filled(bar, 0, theme.color(Role::Accent));
    let of = format!("{} / {}", at + 1, story.steps.len());
    let count = paint::text_ui(ui, inner, Align2::RIGHT_CENTER, &of, BODY, Role::Muted);
    let text = inner.with_max_x(count.min.x - PAD);
    paint::text_ui(
        ui,
        text,
        Align2::LEFT_CENTER,
        &story.step_title,
        LARGE,
        Role::Strong,
    );
    rest
}
