//! Colours, sizes of text and spacing: the only place of this crate that names a colour. Read [`Theme`] first.

mod palettes;
#[cfg(test)]
mod tests;

pub use palettes::{CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, PAPER, SAFE_DARK, SAFE_LIGHT};

use crate::highlight::Ink;
use crate::looks::OwnTheme;
use egui::style::{Selection, WidgetVisuals};
use egui::{
    Color32, FontDefinitions, FontFamily, FontId, Id, Stroke, TextStyle, ThemePreference, Ui, Visuals,
};
use glass_core::Role;

/// Text of ordinary size, in points.
pub const BODY: f32 = 14.0;
/// Text of less weight: axes, column titles, hints.
pub const SMALL: f32 = 12.5;
/// Text beside marks, smaller still.
pub const MARK_TEXT: f32 = 11.5;
/// The recording's name and the headline.
pub const LARGE: f32 = 18.0;
/// The distance between things that belong together.
pub const GAP: f32 = 6.0;
/// The distance between things that do not.
pub const PAD: f32 = 12.0;
/// The widest a line of prose gets: longer ones are hard to follow.
pub const PROSE: f32 = 820.0;
/// The radius of a card's corners.
pub const RADIUS: u8 = 6;

/// The colours of one appearance. Texts have a contrast of at least 4.5 to what they stand on (WCAG 2.1, 1.4.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Behind everything.
    pub background: Color32,
    /// Behind tables and graphs.
    pub surface: Color32,
    /// Behind what lies above everything, and behind buttons the pointer is on.
    pub raised: Color32,
    /// Around cards.
    pub border: Color32,
    /// Lines of a graph's grid.
    pub grid: Color32,
    /// The time right of the playhead: not known yet.
    pub unknown: Color32,
    /// Behind the chosen row.
    pub selection: Color32,
    /// Over everything that an overlay covers.
    pub scrim: Color32,
    normal: Color32,
    muted: Color32,
    strong: Color32,
    accent: Color32,
    ok: Color32,
    warning: Color32,
    critical: Color32,
    series: [Color32; 8],
}

impl Theme {
    /// The colours in which `ui` is drawn.
    pub fn of(ui: &Ui) -> &'static Self {
        let scheme = ui.ctx().data(|data| data.get_temp(scheme_id()));
        let Scheme { dark, light, .. } = scheme.unwrap_or_default();
        if ui.visuals().dark_mode { dark } else { light }
    }

    /// The user's own: grounds between those named are mixed.
    pub(crate) fn of_own(own: &OwnTheme) -> Self {
        let base = if own.is_light { LIGHT } else { DARK };
        let find = |name: &str| {
            let found = own.colors.iter().find(|(known, _)| *known == name);
            found.map(|(_, [r, g, b])| Color32::from_rgb(*r, *g, *b))
        };
        let get = |name: &str, otherwise: Color32| find(name).unwrap_or(otherwise);
        let (normal, background) = (get("text", base.normal), get("background", base.background));
        let towards_text = |share: f32| background.lerp_to_gamma(normal, share);
        let grounds = match find("background") {
            None => base,
            Some(_) => Self {
                background,
                surface: towards_text(0.03),
                raised: towards_text(0.08),
                border: towards_text(0.14),
                grid: towards_text(0.09),
                unknown: towards_text(0.015),
                ..base
            },
        };
        Self {
            selection: get("chosen", base.selection),
            normal,
            strong: get("text", base.strong),
            muted: get("muted", base.muted),
            accent: get("accent", base.accent),
            ok: get("ok", base.ok),
            warning: get("warning", base.warning),
            critical: get("critical", base.critical),
            series: own.series.map(|[r, g, b]| Color32::from_rgb(r, g, b)),
            ..grounds
        }
    }

    /// The same for egui's own widgets: tooltips, tabs, scroll bars, links.
    fn visuals(&self, mut visuals: Visuals) -> Visuals {
        visuals.panel_fill = self.background;
        visuals.window_fill = self.raised;
        visuals.window_stroke = Stroke::new(1.0, self.border);
        visuals.override_text_color = Some(self.normal);
        visuals.weak_text_color = Some(self.muted);
        visuals.hyperlink_color = self.accent;
        visuals.faint_bg_color = self.surface;
        visuals.extreme_bg_color = self.surface;
        visuals.code_bg_color = self.raised;
        visuals.warn_fg_color = self.warning;
        visuals.error_fg_color = self.critical;
        visuals.selection = Selection {
            bg_fill: self.selection,
            stroke: Stroke::new(1.0, self.accent),
        };
        let widget = |fill: Color32, edge: Color32, text: Color32, before: WidgetVisuals| WidgetVisuals {
            bg_fill: fill,
            weak_bg_fill: fill,
            bg_stroke: Stroke::new(1.0, edge),
            fg_stroke: Stroke::new(1.0, text),
            ..before
        };
        let widgets = &mut visuals.widgets;
        widgets.noninteractive = widget(self.surface, self.border, self.muted, widgets.noninteractive);
        widgets.inactive = widget(self.raised, self.border, self.normal, widgets.inactive);
        widgets.hovered = widget(self.raised, self.accent, self.strong, widgets.hovered);
        widgets.active = widget(self.selection, self.accent, self.strong, widgets.active);
        widgets.open = widget(self.raised, self.border, self.normal, widgets.open);
        visuals
    }

    /// The colours in which a window is drawn.
    pub fn of_context(context: &egui::Context) -> &'static Self {
        let scheme = context.data(|data| data.get_temp(scheme_id()));
        let Scheme { dark, light, .. } = scheme.unwrap_or_default();
        match context.theme() {
            egui::Theme::Dark => dark,
            egui::Theme::Light => light,
        }
    }

    /// The colours of an appearance.
    pub fn of_appearance(appearance: egui::Theme) -> &'static Self {
        match appearance {
            egui::Theme::Dark => &DARK,
            egui::Theme::Light => &LIGHT,
        }
    }

    /// The colour of a role.
    pub fn color(&self, role: Role) -> Color32 {
        match role {
            Role::Normal => self.normal,
            Role::Muted => self.muted,
            Role::Strong => self.strong,
            Role::Accent => self.accent,
            Role::Ok | Role::Added => self.ok,
            Role::Warning | Role::Hit => self.warning,
            Role::Critical | Role::Removed => self.critical,
            Role::Series(n) => self.series[usize::from(n) % self.series.len()],
        }
    }

    /// The colour of a piece of code.
    pub fn ink(&self, ink: Ink) -> Color32 {
        match ink {
            Ink::Plain => self.normal,
            Ink::Comment => self.muted,
            Ink::Keyword => self.series[3],
            Ink::Text => self.series[2],
            Ink::Number => self.series[1],
            Ink::Function => self.series[0],
            Ink::Name => self.series[6],
        }
    }

    /// A thin line around a card; of the accent's colour and wider for the one that keys go to.
    pub fn card_stroke(&self, focused: bool) -> Stroke {
        if focused {
            Stroke::new(1.5, self.accent)
        } else {
            Stroke::new(1.0, self.border)
        }
    }
}

/// The colours of both appearances, and which of them is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    dark: &'static Theme,
    light: &'static Theme,
    preference: ThemePreference,
}

impl Default for Scheme {
    fn default() -> Self {
        Self::AUTO
    }
}

impl Scheme {
    const AUTO: Self = Self {
        dark: &DARK,
        light: &LIGHT,
        preference: ThemePreference::System,
    };

    /// The window's themes: name, what it is for, colours. The names are those of the terminal program.
    pub const BUILT_IN: [(&'static str, &'static str, Self); 6] = [
        ("auto", "dark or light, as the desktop has it", Self::AUTO),
        ("dark", "light text on a dark ground", Self::only(&DARK, false)),
        ("light", "dark text on a light ground", Self::only(&LIGHT, true)),
        ("paper", "warm and light", Self::only(&PAPER, true)),
        (
            "safe",
            "told apart without red and green, as the desktop has it",
            Self {
                dark: &SAFE_DARK,
                light: &SAFE_LIGHT,
                preference: ThemePreference::System,
            },
        ),
        (
            "contrast",
            "black and white and bright, as the desktop has it",
            Self {
                dark: &CONTRAST_DARK,
                light: &CONTRAST_LIGHT,
                preference: ThemePreference::System,
            },
        ),
    ];

    /// One theme, whatever the desktop has.
    pub const fn only(theme: &'static Theme, is_light: bool) -> Self {
        if is_light {
            Self {
                dark: &DARK,
                light: theme,
                preference: ThemePreference::Light,
            }
        } else {
            Self {
                dark: theme,
                light: &LIGHT,
                preference: ThemePreference::Dark,
            }
        }
    }
}

/// Where egui keeps which colours are shown.
fn scheme_id() -> Id {
    Id::unique("glasshouse scheme")
}

/// Shows other colours from now on.
pub fn show(context: &egui::Context, scheme: Scheme) {
    color(context, scheme);
    context.set_theme(scheme.preference);
    context.request_repaint();
}

/// Gives egui's own widgets these colours, in both appearances.
fn color(context: &egui::Context, scheme: Scheme) {
    context.data_mut(|data| data.insert_temp(scheme_id(), scheme));
    let appearances = [
        (egui::Theme::Dark, scheme.dark, Visuals::dark()),
        (egui::Theme::Light, scheme.light, Visuals::light()),
    ];
    for (appearance, theme, visuals) in appearances {
        context.style_mut_of(appearance, |style| style.visuals = theme.visuals(visuals));
    }
}

/// The colours of a page outside of the window, as variables of CSS.
pub fn page_colors(appearance: egui::Theme) -> String {
    let theme = Theme::of_appearance(appearance);
    let variable = |name: &str, color: Color32| {
        let [r, g, b, _] = color.to_array();
        format!("--{name}: #{r:02x}{g:02x}{b:02x};")
    };
    [
        variable("ground", theme.background),
        variable("surface", theme.surface),
        variable("border", theme.border),
        variable("text", theme.normal),
        variable("muted", theme.muted),
        variable("strong", theme.strong),
        variable("accent", theme.accent),
    ]
    .join(" ")
}

/// A font of a size.
pub fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// The same in letters of one width.
pub fn code_font(size: f32) -> FontId {
    FontId::monospace(size)
}

/// Gives egui's own widgets these colours and sizes, in both appearances, and the text font the shapes (`▲`, `●`, `◐`)
/// that it lacks.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for appearance in [egui::Theme::Dark, egui::Theme::Light] {
        ctx.style_mut_of(appearance, |style| {
            style.text_styles.insert(TextStyle::Body, font(BODY));
            style.text_styles.insert(TextStyle::Button, font(BODY));
            style.text_styles.insert(TextStyle::Small, font(SMALL));
            style.text_styles.insert(TextStyle::Heading, font(LARGE));
            style.text_styles.insert(TextStyle::Monospace, code_font(BODY));
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.3;
            style.animation_time = 0.0;
        });
    }
    color(ctx, Scheme::default());
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let monospace = fonts
        .families
        .get(&FontFamily::Monospace)
        .cloned()
        .unwrap_or_default();
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    for name in monospace {
        if !proportional.contains(&name) {
            proportional.push(name);
        }
    }
    fonts
}

/// A character as the window's fonts can show it: some signs of the core are in none of them.
pub fn drawable(c: char) -> char {
    match c {
        '✓' => '✔',
        '⏎' => '↵',
        '\u{fffd}' => '□',
        // The pictures of control characters.
        '\u{2400}'..='\u{2421}' => '·',
        c => c,
    }
}
