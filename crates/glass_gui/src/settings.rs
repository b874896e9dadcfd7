//! Settings: what can be chosen of the window's looks and behaviour, in one place. What is chosen counts at once, and is
//! kept for the next start where it says so.

use crate::theme::{GAP, LARGE, PAD, Theme};
use egui::{Context, Frame, Id, Modal, RichText, Slider, Ui};
use glass_core::{App, Command, Event, SPEEDS};

/// How large everything can be, in percent.
const SCALES: std::ops::RangeInclusive<u16> = 50..=300;

/// What was chosen.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Another theme, by its name.
    pub theme: Option<String>,
    /// Another speed to begin with.
    pub speed: Option<f64>,
    /// Another scale, in percent.
    pub scale: Option<u16>,
    /// Commands to be run.
    pub events: Vec<Event>,
    /// Whether it is closed.
    pub is_closed: bool,
}

/// Draws the settings above everything.
pub(crate) fn settings_ui(context: &Context, app: &App, percent: u16) -> Chosen {
    let mut chosen = Chosen::default();
    let modal = Modal::new(Id::unique("settings")).frame(Frame::popup(&context.global_style()));
    let shown = modal.show(context, |ui| {
        ui.set_width(440.0);
        ui.spacing_mut().item_spacing.y = GAP;
        let strong = Theme::of(ui).color(glass_core::Role::Strong);
        ui.label(RichText::new("Settings").size(LARGE).color(strong));
        themes_ui(ui, app, &mut chosen);
        scale_ui(ui, percent, &mut chosen);
        speed_ui(ui, app, &mut chosen);
        panels_ui(ui, &mut chosen);
        ui.add_space(PAD);
        ui.label(
            "Theme and speed count until the window is closed; `theme` and `speed` in config.toml keep them. \
             `glasshouse config` says where that is, and keys of your own stand beside it.",
        );
        ui.button("Close").clicked()
    });
    chosen.is_closed = shown.inner || shown.should_close();
    chosen
}

fn themes_ui(ui: &mut Ui, app: &App, chosen: &mut Chosen) {
    ui.add_space(GAP);
    ui.label("Theme");
    ui.horizontal_wrapped(|ui| {
        for (name, about) in app.themes() {
            let is_shown = app.theme() == Some(name.as_str());
            if ui.selectable_label(is_shown, name).on_hover_text(about).clicked() {
                chosen.theme = Some(name.clone());
            }
        }
    });
}

fn scale_ui(ui: &mut Ui, percent: u16, chosen: &mut Chosen) {
    ui.add_space(GAP);
    let label = ui.label("Scale (kept; control with plus and minus change it, too)");
    let mut value = percent;
    // While it is dragged nothing moves under the pointer.
    let slider = Slider::new(&mut value, SCALES).step_by(10.0).show_value(false);
    let slider = ui.add(slider).labelled_by(label.id);
    ui.label(format!("{value} %"));
    let id = Id::unique("scale draft");
    if slider.dragged() {
        ui.data_mut(|data| data.insert_temp(id, value));
    } else if value != percent || slider.drag_stopped() {
        let draft = ui.data_mut(|data| data.remove_temp::<u16>(id));
        chosen.scale = Some(draft.unwrap_or(value));
    }
}

fn speed_ui(ui: &mut Ui, app: &App, chosen: &mut Chosen) {
    ui.add_space(GAP);
    ui.label("Seconds of the recording for each second of the clock");
    ui.horizontal_wrapped(|ui| {
        for speed in SPEEDS {
            let is_chosen = app.speed() == speed;
            if ui.selectable_label(is_chosen, format!("{speed}×")).clicked() {
                chosen.speed = Some(speed);
            }
        }
    });
}

fn panels_ui(ui: &mut Ui, chosen: &mut Chosen) {
    ui.add_space(GAP);
    ui.label("Beside the screens (kept for each recording)");
    ui.horizontal_wrapped(|ui| {
        for command in [
            Command::ToggleTree,
            Command::ToggleDetails,
            Command::ShowStory,
            Command::ToggleEvents,
        ] {
            let spec = command.spec();
            let text = format!("{} ({})", spec.title, spec.keys_text());
            if ui.button(text).on_hover_text(spec.doc).clicked() {
                chosen.events.push(Event::Command(command));
            }
        }
    });
}
