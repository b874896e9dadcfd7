//! [`Theme`]: the one place where a [`Role`] becomes a colour. Read [`Theme::style`] first.
//!
//! Text keeps the terminal's own colours; only what means something is coloured. Without colours, weight,
//! underline and reverse are left, and every meaning is on screen as a letter, a word or a shape as well.

use crate::palette::{Palette, Rgb, Tone};
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
    /// Which.
    pub palette: Palette,
}

impl Theme {
    /// What lies below everything, for a theme with a ground of its own: the 16 colours of a terminal have none.
    pub fn ground(self) -> Option<Style> {
        let (text, ground) = self.palette.ground?;
        let style = |text, ground| Style::new().fg(text).bg(ground);
        match self.depth {
            ColorDepth::TrueColor | ColorDepth::Ansi256 => Some(style(
                self.fit(text, Color::Reset),
                self.fit(ground, Color::Reset),
            )),
            ColorDepth::Ansi16 | ColorDepth::None => None,
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
        let palette = self.palette;
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
        if self.palette.tone == Tone::Dark {
            dark
        } else {
            light
        }
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
            _ => Style::new().fg(self.fit(self.palette.faint, Color::DarkGray)),
        }
    }

    /// Laid over the chosen row of the pane that has the keys.
    pub fn chosen(self) -> Style {
        match self.depth {
            ColorDepth::None | ColorDepth::Ansi16 => Style::new().add_modifier(Modifier::REVERSED),
            ColorDepth::TrueColor | ColorDepth::Ansi256 => {
                let palette = self.palette;
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
                .fg(self.fit(self.palette.on_color, Color::Black))
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
            Layer::Others => self.fit(self.palette.volume, Color::DarkGray),
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
    pub fn picture_ground(self) -> (String, String) {
        let (text, ground) = self.palette.ground.unwrap_or(match self.palette.tone {
            Tone::Dark | Tone::Unknown => ((0xd5, 0xdb, 0xe3), (0x12, 0x16, 0x1c)),
            Tone::Light => ((0x1f, 0x23, 0x28), (0xff, 0xff, 0xff)),
        });
        let hex = |(r, g, b): Rgb| format!("#{r:02x}{g:02x}{b:02x}");
        (hex(text), hex(ground))
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
pub(crate) fn nearest_256(rgb: Rgb) -> u8 {
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

    #[test]
    fn no_color_means_no_colour_anywhere() {
        let theme = Theme {
            depth: ColorDepth::None,
            palette: Palette::default(),
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
