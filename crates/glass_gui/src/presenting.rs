//! [`Presenting`]: showing what is open to others: the whole screen, large letters, one screen and the timeline, the
//! story step by step, a pointer that all can see, and the notes in a window of their own.

use crate::arrangement::Arrangement;
use crate::layout::top;
use crate::paint;
use crate::story::notes_ui;
use crate::theme::{BODY, LARGE, PAD, Theme};
use egui::{Align2, Context, Id, LayerId, Order, Ui, ViewportBuilder, ViewportCommand, ViewportId, vec2};
use glass_core::{Chord, Command, Event, Key, Role, StoryView};
use std::time::Instant;

/// How much larger everything is.
const LARGER: f32 = 1.3;
/// How large the pointer is.
const POINTER: f32 = 9.0;

/// What is being shown to others, and what it was like before.
pub(crate) struct Presenting {
    before: Arrangement,
    zoom: f32,
    was_full: bool,
    since: Instant,
    /// Whether the notes have a window of their own.
    pub shows_notes: bool,
}

impl Presenting {
    /// Begins: the whole screen, everything larger.
    pub fn begin(context: &Context, before: Arrangement) -> Self {
        let was_full = context.input(|input| input.viewport().fullscreen.unwrap_or(false));
        let zoom = context.zoom_factor();
        context.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        context.set_zoom_factor(zoom * LARGER);
        Self {
            before,
            zoom,
            was_full,
            since: Instant::now(),
            shows_notes: false,
        }
    }

    /// Ends: all is as it was.
    pub fn end(self, context: &Context) -> Arrangement {
        context.send_viewport_cmd(ViewportCommand::Fullscreen(self.was_full));
        context.set_zoom_factor(self.zoom);
        self.before
    }

    /// How the room was shared before, where nothing is drawn any more.
    pub fn into_before(self) -> Arrangement {
        self.before
    }

    /// How large everything is when nothing is shown to others.
    pub fn usual_zoom(&self) -> f32 {
        self.zoom
    }

    /// What a key means while it is shown: what turns pages on a remote control goes through the story.
    pub fn meaning(event: Event) -> Event {
        let Event::Chord(chord) = &event else {
            return event;
        };
        let turned = [
            (Chord::key(Key::PageDown), Command::NextStep),
            (Chord::key(Key::PageUp), Command::PreviousStep),
        ];
        let found = turned.into_iter().find(|(key, _)| key == chord);
        found.map_or(event, |(_, command)| Event::Command(command))
    }

    /// A pointer that can be seen from the last row.
    pub fn pointer_ui(ui: &Ui) {
        let Some(at) = ui.input(|input| input.pointer.hover_pos()) else {
            return;
        };
        let layer = LayerId::new(Order::Tooltip, Id::unique("pointer"));
        let color = Theme::of(ui).color(Role::Critical);
        let painter = ui.ctx().layer_painter(layer);
        painter.circle_filled(at, POINTER, color.gamma_multiply(0.55));
        painter.circle_stroke(
            at,
            POINTER + 3.0,
            egui::Stroke::new(1.5, color.gamma_multiply(0.8)),
        );
    }

    /// The notes to the step that is shown, for the one who speaks.
    pub fn notes_window_ui(&mut self, context: &Context, story: &StoryView, time: &str) {
        let builder = ViewportBuilder::default()
            .with_title("Notes – Glasshouse")
            .with_inner_size([560.0, 640.0]);
        let id = ViewportId::from_hash_of("presenter notes");
        let spoken = self.since.elapsed().as_secs();
        let closed = context.show_viewport_immediate(id, builder, |ui, _| {
            speaker_ui(ui, story, time, spoken);
            ui.input(|input| input.viewport().close_requested())
        });
        if closed {
            self.shows_notes = false;
        }
    }
}

fn speaker_ui(ui: &mut Ui, story: &StoryView, time: &str, spoken: u64) {
    let place = ui.max_rect();
    ui.painter().rect_filled(place, 0, Theme::of(ui).background);
    let mut rest = place.shrink2(vec2(2.0 * PAD, PAD));
    let head = top(&mut rest, 28.0);
    let step = match story.at {
        Some(at) => format!("{} of {}", at + 1, story.steps.len()),
        None => format!("{} steps", story.steps.len()),
    };
    let clock = format!("{time}   spoken {}:{:02}", spoken / 60, spoken % 60);
    paint::text_ui(ui, head, Align2::LEFT_CENTER, &step, BODY, Role::Muted);
    paint::text_ui(ui, head, Align2::RIGHT_CENTER, &clock, BODY, Role::Muted);
    let title = top(&mut rest, 40.0);
    paint::text_ui(
        ui,
        title,
        Align2::LEFT_CENTER,
        &story.step_title,
        LARGE,
        Role::Strong,
    );
    notes_ui(ui, rest, &story.blocks, LARGE);
}
