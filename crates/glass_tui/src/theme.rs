//! [`Theme`]: the one place where a [`Role`] becomes a colour. Read [`Theme::style`] first.
//!
//! Text keeps the terminal's own colours; only what means something is coloured. Without colours, weight,
//! underline and reverse are left, and every meaning is on screen as a letter, a word or a shape as well.

use glass_core::{DataStateKind, Phase, Role};
use ratatui::style::{Color, Modifier, Style};

/// How many colours there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorDepth {
    /// 16 million.
    TrueColor,
    /// The 256 of xterm.
    Ansi256,
    /// 16, whatever they look like.
    Ansi16,
    /// None.
    None,
}

/// What is behind the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something dark.
    Dark,
    /// Something light.
    Light,
    /// One of both.
    Unknown,
}

/// A layer of a bar that counts log lines, from below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// Level error and above.
    Errors,
    /// Warnings.
    Warnings,
    /// All others.
    Others,
}

/// Maps roles to styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Theme {
    /// How many colours.
    pub depth: ColorDepth,
    /// On what.
    pub tone: Tone,
}

type Rgb = (u8, u8, u8);

/// Colours for one background.
struct Palette {
    muted: Rgb,
    faint: Rgb,
    /// Bars of ordinary log lines: a large area, so calmer than text.
    volume: Rgb,
    accent: Rgb,
    ok: Rgb,
    warning: Rgb,
    critical: Rgb,
    series: [Rgb; 8],
    /// Behind the chosen row.
    chosen: Rgb,
    /// The chosen row's text, where the roles' colours could not be read on `chosen`.
    on_chosen: Option<Rgb>,
    /// Text on a coloured background.
    on_color: Rgb,
}

const DARK: Palette = Palette {
    muted: (0x8b, 0x94, 0x9e),
    faint: (0x4c, 0x54, 0x5e),
    volume: (0x5c, 0x67, 0x73),
    accent: (0x6c, 0xb6, 0xff),
    ok: (0x57, 0xab, 0x5a),
    warning: (0xd9, 0xa3, 0x2b),
    critical: (0xf4, 0x70, 0x67),
    series: [
        (0x4e, 0xc5, 0xc9),
        (0xf0, 0x93, 0x4b),
        (0x6b, 0xc4, 0x6d),
        (0xc9, 0xa0, 0xf5),
        (0xe0, 0xb8, 0x4a),
        (0x6c, 0xb6, 0xff),
        (0xf0, 0x9a, 0xc6),
        (0xa8, 0xb4, 0xc2),
    ],
    chosen: (0x20, 0x38, 0x54),
    on_chosen: None,
    on_color: (0x10, 0x14, 0x1a),
};

const LIGHT: Palette = Palette {
    muted: (0x5c, 0x65, 0x70),
    faint: (0xb4, 0xbc, 0xc6),
    volume: (0x9c, 0xa7, 0xb3),
    accent: (0x0a, 0x5c, 0xc4),
    ok: (0x1a, 0x74, 0x35),
    warning: (0x8a, 0x5a, 0x00),
    critical: (0xc4, 0x1f, 0x2b),
    series: [
        (0x0b, 0x6c, 0x85),
        (0xb0, 0x46, 0x00),
        (0x1a, 0x74, 0x35),
        (0x7a, 0x46, 0xd2),
        (0x8a, 0x5a, 0x00),
        (0x0a, 0x5c, 0xc4),
        (0xb3, 0x2f, 0x80),
        (0x50, 0x5a, 0x66),
    ],
    chosen: (0xd3, 0xe5, 0xfb),
    on_chosen: None,
    on_color: (0xff, 0xff, 0xff),
};

/// Middle tones: each differs enough from black and from white.
const UNKNOWN: Palette = Palette {
    muted: (0x7d, 0x85, 0x90),
    faint: (0x7d, 0x85, 0x90),
    volume: (0x7d, 0x85, 0x90),
    accent: (0x2f, 0x81, 0xe8),
    ok: (0x2b, 0x96, 0x48),
    warning: (0xb0, 0x7d, 0x08),
    critical: (0xe0, 0x48, 0x48),
    series: [
        (0x1a, 0x90, 0x9e),
        (0xd0, 0x6a, 0x28),
        (0x2b, 0x96, 0x48),
        (0x9b, 0x6c, 0xe8),
        (0xb0, 0x7d, 0x08),
        (0x2f, 0x81, 0xe8),
        (0xd0, 0x58, 0x98),
        (0x7d, 0x85, 0x90),
    ],
    chosen: (0x2b, 0x5c, 0x9e),
    on_chosen: Some((0xff, 0xff, 0xff)),
    on_color: (0xff, 0xff, 0xff),
};

impl Theme {
    fn palette(self) -> &'static Palette {
        match self.tone {
            Tone::Dark => &DARK,
            Tone::Light => &LIGHT,
            Tone::Unknown => &UNKNOWN,
        }
    }

    /// What a role looks like.
    pub fn style(self, role: Role) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match self.depth {
            ColorDepth::None => match role {
                Role::Hit => bold.add_modifier(Modifier::REVERSED),
                Role::Strong | Role::Accent | Role::Critical => bold,
                Role::Normal
                | Role::Muted
                | Role::Ok
                | Role::Warning
                | Role::Added
                | Role::Removed
                | Role::Series(_) => Style::new(),
            },
            _ => match role {
                Role::Normal => Style::new(),
                Role::Strong => bold,
                Role::Hit => Style::new().fg(self.color(role)).add_modifier(Modifier::REVERSED),
                _ => Style::new().fg(self.color(role)),
            },
        }
    }

    fn color(self, role: Role) -> Color {
        let palette = self.palette();
        let (rgb, ansi) = match role {
            Role::Normal | Role::Strong => return Color::Reset,
            Role::Muted => (palette.muted, Color::DarkGray),
            Role::Accent => (palette.accent, self.ansi(Color::LightCyan, Color::Blue)),
            Role::Ok | Role::Added => (palette.ok, self.ansi(Color::LightGreen, Color::Green)),
            Role::Warning | Role::Hit => (palette.warning, self.ansi(Color::LightYellow, Color::Magenta)),
            Role::Critical | Role::Removed => (palette.critical, self.ansi(Color::LightRed, Color::Red)),
            Role::Series(nth) => (palette.series[usize::from(nth % 8)], self.ansi_series(nth)),
        };
        self.fit(rgb, ansi)
    }

    /// One of the 16: for a dark background, or for a light or unknown one.
    fn ansi(self, dark: Color, light: Color) -> Color {
        if self.tone == Tone::Dark { dark } else { light }
    }

    fn ansi_series(self, nth: u8) -> Color {
        match nth % 4 {
            0 => self.ansi(Color::LightBlue, Color::Blue),
            1 => self.ansi(Color::LightYellow, Color::Magenta),
            2 => self.ansi(Color::LightGreen, Color::Green),
            _ => self.ansi(Color::LightMagenta, Color::Cyan),
        }
    }

    fn fit(self, rgb: Rgb, ansi: Color) -> Color {
        match self.depth {
            ColorDepth::TrueColor => Color::Rgb(rgb.0, rgb.1, rgb.2),
            ColorDepth::Ansi256 => Color::Indexed(nearest_256(rgb)),
            ColorDepth::Ansi16 => ansi,
            ColorDepth::None => Color::Reset,
        }
    }

    /// Rules, dots and borders: there, but of no weight.
    pub fn chrome(self) -> Style {
        match self.depth {
            ColorDepth::None => Style::new(),
            _ => Style::new().fg(self.fit(self.palette().faint, Color::DarkGray)),
        }
    }

    /// Laid over the chosen row of the pane that has the keys.
    pub fn chosen(self) -> Style {
        match self.depth {
            ColorDepth::None | ColorDepth::Ansi16 => Style::new().add_modifier(Modifier::REVERSED),
            ColorDepth::TrueColor | ColorDepth::Ansi256 => {
                let palette = self.palette();
                let style = Style::new().bg(self.fit(palette.chosen, Color::Blue));
                match palette.on_chosen {
                    Some(rgb) => style.fg(self.fit(rgb, Color::White)),
                    None => style,
                }
            }
        }
    }

    /// A word on a coloured ground: the badge, the playhead's time, the current tab.
    pub fn badge(self, role: Role) -> Style {
        match self.depth {
            ColorDepth::None | ColorDepth::Ansi16 => {
                self.style(role).add_modifier(Modifier::REVERSED | Modifier::BOLD)
            }
            ColorDepth::TrueColor | ColorDepth::Ansi256 => Style::new()
                .fg(self.fit(self.palette().on_color, Color::Black))
                .bg(self.color(role))
                .add_modifier(Modifier::BOLD),
        }
    }

    /// A layer of a bar.
    pub fn layer(self, layer: Layer) -> Style {
        match self.depth {
            ColorDepth::None if layer == Layer::Errors => Style::new().add_modifier(Modifier::BOLD),
            ColorDepth::None => Style::new(),
            _ => Style::new().fg(self.layer_color(layer)),
        }
    }

    fn layer_color(self, layer: Layer) -> Color {
        match layer {
            Layer::Errors => self.color(Role::Critical),
            Layer::Warnings => self.color(Role::Warning),
            Layer::Others => self.fit(self.palette().volume, Color::DarkGray),
        }
    }

    /// A cell of which the lower part is of one layer and the rest of another; `None` without colours.
    pub fn stacked(self, below: Layer, above: Layer) -> Option<Style> {
        match self.depth {
            ColorDepth::None => None,
            _ => Some(
                Style::new()
                    .fg(self.layer_color(below))
                    .bg(self.layer_color(above)),
            ),
        }
    }

    /// Whether there are colours.
    pub fn has_colors(self) -> bool {
        self.depth != ColorDepth::None
    }

    /// Text and background for pictures, which have no terminal behind them: `#rrggbb` each.
    pub fn picture_ground(self) -> (&'static str, &'static str) {
        match self.tone {
            Tone::Dark | Tone::Unknown => ("#d5dbe3", "#12161c"),
            Tone::Light => ("#1f2328", "#ffffff"),
        }
    }
}

/// The role in which a state of data is told.
pub(crate) fn role_of_state(kind: DataStateKind) -> Role {
    match kind {
        DataStateKind::Ready
        | DataStateKind::Loading
        | DataStateKind::Empty
        | DataStateKind::NotAsked
        | DataStateKind::Stale => Role::Muted,
        DataStateKind::Partial | DataStateKind::Refused => Role::Warning,
        DataStateKind::Failed => Role::Critical,
    }
}

/// The role of an incident's phase.
pub(crate) fn role_of_phase(phase: Phase) -> Role {
    match phase {
        Phase::Calm | Phase::Over => Role::Ok,
        Phase::Building | Phase::Recovering => Role::Warning,
        Phase::Firing => Role::Critical,
    }
}

/// The nearest of xterm's 256 colours, from its cube (16 to 231) and its greys (232 to 255).
fn nearest_256(rgb: Rgb) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest_step = |value: u8| {
        (0..6u8)
            .min_by_key(|i| STEPS[usize::from(*i)].abs_diff(value))
            .unwrap_or(0)
    };
    let (r, g, b) = (nearest_step(rgb.0), nearest_step(rgb.1), nearest_step(rgb.2));
    let cube = (
        STEPS[usize::from(r)],
        STEPS[usize::from(g)],
        STEPS[usize::from(b)],
    );
    let mean = (u32::from(rgb.0) + u32::from(rgb.1) + u32::from(rgb.2)) / 3;
    let grey_index = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * grey_index;
    if distance(rgb, (grey, grey, grey)) < distance(rgb, cube) {
        232 + grey_index
    } else {
        16 + 36 * r + 6 * g + b
    }
}

fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours after WCAG 2.1: 1 (none) to 21.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |(r, g, b): Rgb| {
            let linear = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn texts_can_be_read_on_their_background() {
        const BLACK: Rgb = (0x1e, 0x1e, 0x1e);
        const WHITE: Rgb = (0xff, 0xff, 0xff);
        for (palette, ground, least) in [
            (&DARK, BLACK, 4.5),
            (&LIGHT, WHITE, 4.5),
            (&UNKNOWN, (0, 0, 0), 3.0),
            (&UNKNOWN, WHITE, 3.0),
        ] {
            let texts = [
                palette.muted,
                palette.accent,
                palette.ok,
                palette.warning,
                palette.critical,
            ];
            for rgb in texts.into_iter().chain(palette.series) {
                let have = contrast(rgb, ground);
                assert!(have >= least, "{rgb:?} on {ground:?}: {have:.2} < {least}");
            }
            let chosen_text = palette.on_chosen.unwrap_or(palette.critical);
            assert!(contrast(chosen_text, palette.chosen) >= 3.0);
        }
    }

    #[test]
    fn no_color_means_no_colour_anywhere() {
        let theme = Theme {
            depth: ColorDepth::None,
            tone: Tone::Dark,
        };
        for role in [
            Role::Muted,
            Role::Accent,
            Role::Critical,
            Role::Added,
            Role::Series(200),
        ] {
            for style in [
                theme.style(role),
                theme.badge(role),
                theme.chosen(),
                theme.chrome(),
            ] {
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
        }
    }

    #[test]
    fn rgb_is_brought_to_the_nearest_of_256() {
        assert_eq!(nearest_256((0, 0, 0)), 16);
        assert_eq!(nearest_256((255, 0, 0)), 196);
        assert_eq!(nearest_256((0x80, 0x80, 0x80)), 244);
    }
}
