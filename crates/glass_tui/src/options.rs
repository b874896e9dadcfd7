//! What the user may choose ([`Options`]) and what the terminal says of itself ([`Environment`]).
//!
//! The choices are made from names in the environment alone: no terminal is asked, so nothing waits for one.

use crate::glyphs::GlyphLevel;
use crate::palette::{Palette, Tone};
use crate::theme::{ColorDepth, Theme};

/// What the user may choose of the terminal front-end's looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which colours.
    pub theme: ThemeChoice,
    /// Themes of the user's own, beside those of the program.
    pub themes: Vec<ThemeOffer>,
    /// How many colours.
    pub colors: ColorChoice,
    /// Out of what graphs are made.
    pub glyphs: GlyphChoice,
    /// Whether the program takes the mouse: clicks on tabs, drags on the timeline, the wheel.
    pub mouse: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::Auto,
            themes: Vec::new(),
            colors: ColorChoice::Auto,
            glyphs: GlyphChoice::Auto,
            mouse: true,
        }
    }
}

/// For which background colours are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// By `COLORFGBG`; without it, colours that can be read on both.
    #[default]
    Auto,
    /// A dark background.
    Dark,
    /// A light background.
    Light,
    /// These.
    Palette(Palette),
}

/// A theme that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeOffer {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Its colours.
    pub palette: Palette,
}

impl ThemeOffer {
    /// The themes of the program, then others; one with the name of an earlier one takes its place.
    pub fn all(own: &[Self]) -> Vec<Self> {
        let built_in = Palette::BUILT_IN.iter().map(|(name, about, palette)| Self {
            name: (*name).to_owned(),
            about: (*about).to_owned(),
            palette: *palette,
        });
        let mut all: Vec<Self> = built_in.collect();
        for offer in own {
            match all.iter_mut().find(|known| known.name == offer.name) {
                Some(known) => known.clone_from(offer),
                None => all.push(offer.clone()),
            }
        }
        all
    }
}

/// How many colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// By `NO_COLOR`, `COLORTERM` and `TERM`.
    #[default]
    Auto,
    /// 16 million.
    TrueColor,
    /// The 256 of xterm.
    Ansi256,
    /// The 16 the user's terminal defines.
    Ansi16,
    /// None: bold, underlined and reversed only.
    Never,
}

/// Out of what graphs are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlyphChoice {
    /// By the terminal's name and version, and the locale.
    #[default]
    Auto,
    /// Solid 2 × 4 blocks (Unicode 16).
    Octant,
    /// 2 × 4 dots.
    Braille,
    /// 1 × 2 blocks.
    HalfBlock,
    /// ASCII alone, for everything on screen.
    Ascii,
}

/// What the terminal says of itself, by environment variables; empty for those not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `NO_COLOR`: set and not empty.
    pub no_color: bool,
    /// `COLORTERM`.
    pub colorterm: String,
    /// `TERM`.
    pub term: String,
    /// `TERM_PROGRAM`.
    pub term_program: String,
    /// `TERM_PROGRAM_VERSION`.
    pub term_program_version: String,
    /// `VTE_VERSION`, such as `7800` for 0.78.
    pub vte_version: String,
    /// `COLORFGBG`, such as `15;0`.
    pub colorfgbg: String,
    /// The locale: the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is not empty.
    pub locale: String,
    /// `TMUX` or `STY`: inside tmux or screen.
    pub multiplexed: bool,
    /// `TMUX`: inside tmux.
    pub tmux: bool,
    /// `SSH_CONNECTION` or `SSH_TTY`: far away from the user's clipboard.
    pub remote: bool,
    /// `WT_SESSION` or `KITTY_WINDOW_ID`: terminals known to have all colours.
    pub known_truecolor: bool,
}

impl Environment {
    /// Reads this process' environment.
    pub fn from_process() -> Self {
        let get = |name: &str| std::env::var(name).unwrap_or_default();
        let has = |name: &str| !get(name).is_empty();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(get);
        Self {
            no_color: has("NO_COLOR"),
            colorterm: get("COLORTERM"),
            term: get("TERM"),
            term_program: get("TERM_PROGRAM"),
            term_program_version: get("TERM_PROGRAM_VERSION"),
            vte_version: get("VTE_VERSION"),
            colorfgbg: get("COLORFGBG"),
            locale: locale
                .into_iter()
                .find(|name| !name.is_empty())
                .unwrap_or_default(),
            multiplexed: has("TMUX") || has("STY"),
            tmux: has("TMUX"),
            remote: has("SSH_CONNECTION") || has("SSH_TTY"),
            known_truecolor: has("WT_SESSION") || has("KITTY_WINDOW_ID"),
        }
    }

    pub(crate) fn is_multiplexed(&self) -> bool {
        self.multiplexed || self.term.starts_with("tmux") || self.term.starts_with("screen")
    }
}

/// How things look, with every choice made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Maps roles to styles.
    pub theme: Theme,
    /// Out of what things are drawn.
    pub glyphs: GlyphLevel,
}

impl Look {
    /// Makes the choices that were left open.
    pub fn new(options: &Options, environment: &Environment) -> Self {
        let depth = match options.colors {
            ColorChoice::Auto => detect_depth(environment),
            ColorChoice::TrueColor => ColorDepth::TrueColor,
            ColorChoice::Ansi256 => ColorDepth::Ansi256,
            ColorChoice::Ansi16 => ColorDepth::Ansi16,
            ColorChoice::Never => ColorDepth::None,
        };
        let palette = match options.theme {
            ThemeChoice::Auto => Palette::of_tone(detect_tone(environment)),
            ThemeChoice::Dark => Palette::of_tone(Tone::Dark),
            ThemeChoice::Light => Palette::of_tone(Tone::Light),
            ThemeChoice::Palette(palette) => palette,
        };
        let glyphs = match options.glyphs {
            GlyphChoice::Auto => detect_glyphs(environment),
            GlyphChoice::Octant => GlyphLevel::Octant,
            GlyphChoice::Braille => GlyphLevel::Braille,
            GlyphChoice::HalfBlock => GlyphLevel::HalfBlock,
            GlyphChoice::Ascii => GlyphLevel::Ascii,
        };
        Self {
            theme: Theme { depth, palette },
            glyphs,
        }
    }

    /// For pictures and tests, the same on every machine: open choices become dark, truecolor, braille.
    pub fn fixed(options: &Options) -> Self {
        let environment = Environment {
            colorterm: "truecolor".into(),
            colorfgbg: "15;0".into(),
            locale: "C.UTF-8".into(),
            ..Environment::default()
        };
        Self::new(options, &environment)
    }
}

fn detect_depth(environment: &Environment) -> ColorDepth {
    let term = environment.term.as_str();
    let truecolor_programs = ["ghostty", "iTerm.app", "WezTerm", "vscode"];
    let truecolor_terms = ["alacritty", "foot", "xterm-kitty", "xterm-ghostty", "wezterm"];
    if environment.no_color || term == "dumb" {
        ColorDepth::None
    } else if matches!(environment.colorterm.as_str(), "truecolor" | "24bit")
        || term.contains("direct")
        || truecolor_terms.iter().any(|known| term.starts_with(known))
        || (!environment.is_multiplexed()
            && (environment.known_truecolor
                || truecolor_programs.contains(&environment.term_program.as_str())))
    {
        ColorDepth::TrueColor
    } else if term.contains("256") {
        ColorDepth::Ansi256
    } else {
        ColorDepth::Ansi16
    }
}

/// `COLORFGBG` ends with the background's number: 0 to 6 and 8 are dark, 7 and 9 to 15 light.
fn detect_tone(environment: &Environment) -> Tone {
    let background = environment.colorfgbg.rsplit(';').next().unwrap_or("");
    match background.parse::<u8>() {
        Ok(0..=6 | 8) => Tone::Dark,
        Ok(7 | 9..=15) => Tone::Light,
        _ => Tone::Unknown,
    }
}

/// Octants only where the terminal's version proves that it draws them by itself: kitty and foot tell none, and
/// a graph of replacement boxes is worse than one of dots.
fn detect_glyphs(environment: &Environment) -> GlyphLevel {
    let locale = environment.locale.to_ascii_lowercase().replace('-', "");
    let is_utf8 = locale.contains("utf8");
    let is_plain = !locale.is_empty() && !is_utf8;
    let is_unsure = locale.is_empty() && (environment.is_multiplexed() || environment.term == "linux");
    if is_plain || is_unsure || environment.term == "dumb" {
        GlyphLevel::Ascii
    } else if environment.term == "linux" {
        GlyphLevel::HalfBlock
    } else if environment.is_multiplexed() {
        GlyphLevel::Braille
    } else if has_octants(environment) {
        GlyphLevel::Octant
    } else {
        GlyphLevel::Braille
    }
}

fn has_octants(environment: &Environment) -> bool {
    let version = environment.term_program_version.as_str();
    match environment.term_program.as_str() {
        "ghostty" => at_least(version, &[1, 2]),
        "WezTerm" => at_least(version, &[20_250_101]),
        _ => environment.vte_version.parse().is_ok_and(|vte: u32| vte >= 7800),
    }
}

/// Whether a version such as `1.2.3` or `20250201-…` is no lower than `wanted`.
fn at_least(version: &str, wanted: &[u32]) -> bool {
    let mut parts = version
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse::<u32>().unwrap_or(0));
    for want in wanted {
        let have = parts.next().unwrap_or(0);
        if have != *want {
            return have > *want;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let mut environment = Environment {
            locale: "en_US.UTF-8".into(),
            ..Environment::default()
        };
        for (name, value) in pairs {
            let value = (*value).to_owned();
            match *name {
                "TERM" => environment.term = value,
                "COLORTERM" => environment.colorterm = value,
                "TERM_PROGRAM" => environment.term_program = value,
                "TERM_PROGRAM_VERSION" => environment.term_program_version = value,
                "VTE_VERSION" => environment.vte_version = value,
                "COLORFGBG" => environment.colorfgbg = value,
                "LANG" => environment.locale = value,
                "TMUX" => environment.multiplexed = true,
                "KITTY_WINDOW_ID" => environment.known_truecolor = true,
                "NO_COLOR" => environment.no_color = true,
                other => panic!("no such variable in this test: {other}"),
            }
        }
        environment
    }

    #[test]
    fn the_ladder_is_chosen_by_the_terminals_identity() {
        use ColorDepth as D;
        use GlyphLevel as G;
        let check = |pairs: &[(&str, &str)], depth: D, glyphs: G| {
            let look = Look::new(&Options::default(), &environment(pairs));
            assert_eq!((look.theme.depth, look.glyphs), (depth, glyphs), "{pairs:?}");
        };
        check(&[("TERM", "xterm-256color")], D::Ansi256, G::Braille);
        check(&[("TERM", "xterm")], D::Ansi16, G::Braille);
        check(
            &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
            D::TrueColor,
            G::Braille,
        );
        check(
            &[("TERM", "xterm-kitty"), ("KITTY_WINDOW_ID", "1")],
            D::TrueColor,
            G::Braille,
        );
        check(
            &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.2.0")],
            D::TrueColor,
            G::Octant,
        );
        check(
            &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.1.3")],
            D::TrueColor,
            G::Braille,
        );
        check(
            &[("TERM", "xterm-256color"), ("VTE_VERSION", "7803")],
            D::Ansi256,
            G::Octant,
        );
        check(
            &[("TERM", "tmux-256color"), ("VTE_VERSION", "7803"), ("TMUX", "x")],
            D::Ansi256,
            G::Braille,
        );
        check(
            &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
            D::None,
            G::Braille,
        );
        check(&[("TERM", "xterm-256color"), ("LANG", "C")], D::Ansi256, G::Ascii);
        check(
            &[("TERM", "xterm-256color"), ("LANG", "")],
            D::Ansi256,
            G::Braille,
        );
        check(&[("TERM", "linux")], D::Ansi16, G::HalfBlock);
        check(&[("TERM", "linux"), ("LANG", "")], D::Ansi16, G::Ascii);
        check(&[("TERM", "dumb")], D::None, G::Ascii);
    }

    #[test]
    fn the_background_is_read_from_colorfgbg() {
        let check = |value: &str, tone: Tone| {
            let look = Look::new(&Options::default(), &environment(&[("COLORFGBG", value)]));
            assert_eq!(look.theme.palette.tone, tone, "{value}");
        };
        check("15;0", Tone::Dark);
        check("0;15", Tone::Light);
        check("0;default;15", Tone::Light);
        check("default;default", Tone::Unknown);
        check("", Tone::Unknown);
    }
}
