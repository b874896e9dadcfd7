//! Colours, sizes of text and spacing: the only place of this crate that names a colour. Read [`Theme`] first.

use crate::highlight::Ink;
use egui::{Color32, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Ui};
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
#[derive(Clone, Copy, Debug)]
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

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Light text on a dark ground.
pub const DARK: Theme = Theme {
    background: rgb(0x12151a),
    surface: rgb(0x191d24),
    raised: rgb(0x232932),
    border: rgb(0x2b323d),
    grid: rgb(0x242a33),
    unknown: rgb(0x14171c),
    selection: rgb(0x25354a),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    normal: rgb(0xd3d9e1),
    muted: rgb(0x929dab),
    strong: rgb(0xffffff),
    accent: rgb(0x6fb4ff),
    ok: rgb(0x7ecb94),
    warning: rgb(0xe9b85c),
    critical: rgb(0xff7b7b),
    series: [
        rgb(0x6fb4ff),
        rgb(0xf0a862),
        rgb(0x6fd3b2),
        rgb(0xd59bf6),
        rgb(0xf08aae),
        rgb(0xd7cf6e),
        rgb(0x79d0e6),
        rgb(0xb7c0cc),
    ],
};

/// Dark text on a light ground.
pub const LIGHT: Theme = Theme {
    background: rgb(0xf1f3f6),
    surface: rgb(0xffffff),
    raised: rgb(0xe8ecf1),
    border: rgb(0xd5dbe3),
    grid: rgb(0xe9edf1),
    unknown: rgb(0xf3f4f6),
    selection: rgb(0xd8e7f9),
    scrim: Color32::from_rgba_premultiplied(20, 24, 30, 90),
    normal: rgb(0x262c34),
    muted: rgb(0x525c68),
    strong: rgb(0x000000),
    accent: rgb(0x0a5cb8),
    ok: rgb(0x14652f),
    warning: rgb(0x7d4c00),
    critical: rgb(0xb3201d),
    series: [
        rgb(0x0a5cb8),
        rgb(0x944800),
        rgb(0x08684e),
        rgb(0x7b3fb5),
        rgb(0xb82c68),
        rgb(0x655d00),
        rgb(0x08657d),
        rgb(0x525c68),
    ],
};

impl Theme {
    /// The colours in which `ui` is drawn.
    pub fn of(ui: &Ui) -> &'static Self {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }

    /// The colours in which a window is drawn.
    pub fn of_context(context: &egui::Context) -> &'static Self {
        Self::of_appearance(context.theme())
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

/// Gives egui's own widgets (tooltips) these colours and sizes, in both appearances, and the text font the
/// shapes (`▲`, `●`, `◐`) that it lacks.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (appearance, theme) in [(egui::Theme::Dark, DARK), (egui::Theme::Light, LIGHT)] {
        ctx.style_mut_of(appearance, |style| {
            style.text_styles.insert(TextStyle::Body, font(BODY));
            style.text_styles.insert(TextStyle::Small, font(SMALL));
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.3;
            style.animation_time = 0.0;
            let visuals = &mut style.visuals;
            visuals.panel_fill = theme.background;
            visuals.window_fill = theme.raised;
            visuals.window_stroke = Stroke::new(1.0, theme.border);
            visuals.override_text_color = Some(theme.normal);
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.1.
    fn luminance(color: Color32) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_every_ground() {
        let mut roles = vec![
            Role::Normal,
            Role::Muted,
            Role::Strong,
            Role::Accent,
            Role::Ok,
            Role::Warning,
            Role::Critical,
            Role::Added,
            Role::Removed,
        ];
        roles.extend((0..8).map(Role::Series));
        for (name, theme) in [("dark", DARK), ("light", LIGHT)] {
            for role in &roles {
                for ground in [theme.background, theme.surface, theme.raised, theme.selection] {
                    let ratio = contrast(theme.color(*role), ground);
                    assert!(ratio >= 4.5, "{name}: {role:?} has {ratio:.2} on {ground:?}");
                }
            }
        }
    }

    #[test]
    fn figures_are_of_one_width() {
        let ctx = egui::Context::default();
        let mut widths = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            widths = ui.ctx().fonts_mut(|fonts| {
                let font = font(BODY);
                ('0'..='9').map(|digit| fonts.glyph_width(&font, digit)).collect()
            });
        });
        output.textures_delta.clear();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}");
    }

    #[test]
    fn every_sign_of_the_core_has_a_glyph() {
        let ctx = egui::Context::default();
        install(&ctx);
        let mut missing = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            missing = ui.ctx().fonts_mut(|fonts| {
                let font = font(BODY);
                let signs = "…×■│⏎●▶△▲␛⏸–✓◐␡␇↓→↑←µ·▌%/:^°é�".chars();
                signs
                    .filter(|sign| !fonts.has_glyph(&font, drawable(*sign)))
                    .collect::<Vec<_>>()
            });
        });
        output.textures_delta.clear();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
