//! What the tests share: a view-model made by hand, a harness around the drawing, and the CPU renderer.

#![allow(dead_code, reason = "each test binary uses a part")]

pub mod fixture;
pub mod invented;
pub mod soft;

use egui_kittest::{Harness, SnapshotOptions, kittest::NodeT};
use glass_core::{Event, ViewModel};

/// What the pointer asked for, beside the view-model that is drawn.
pub struct Shown {
    pub model: ViewModel,
    pub events: Vec<Event>,
}

/// A harness that draws a view-model over all of a window of this size.
pub fn harness(model: ViewModel, width: f32, height: f32, theme: egui::Theme) -> Harness<'static, Shown> {
    Harness::builder()
        .with_size([width, height])
        .with_theme(theme)
        .with_options(SnapshotOptions::new().output_path("tests/snapshots"))
        .with_context_setup(glass_gui::Window::prepare)
        .renderer(soft::SoftRenderer::default())
        .build_ui_state(
            |ui, shown: &mut Shown| {
                let window = ui.ctx().content_rect();
                ui.set_clip_rect(window);
                let events = glass_gui::view_ui(ui, window, &shown.model);
                shown.events.extend(events);
            },
            Shown {
                model,
                events: Vec::new(),
            },
        )
}

/// Everything a screen reader could say, one text a line.
pub fn accessible_texts(harness: &Harness<'_, Shown>) -> String {
    let mut texts = Vec::new();
    for node in harness.root().children_recursive() {
        let node = node.accesskit_node();
        let data = node.data();
        for text in [data.label(), data.value(), data.description()]
            .into_iter()
            .flatten()
        {
            texts.push(text.to_owned());
        }
    }
    texts.join("\n")
}
