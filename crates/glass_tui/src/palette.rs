//! [`Palette`]: the colours of a theme. Read [`Palette::BUILT_IN`] for those there are.

/// Red, green, blue.
pub(crate) type Rgb = (u8, u8, u8);

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

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// For which background.
    pub(crate) tone: Tone,
    /// Text and background of its own; without them the terminal's stay.
    pub(crate) ground: Option<(Rgb, Rgb)>,
    pub(crate) muted: Rgb,
    pub(crate) faint: Rgb,
    /// Bars of ordinary log lines: a large area, so calmer than text.
    pub(crate) volume: Rgb,
    pub(crate) accent: Rgb,
    pub(crate) ok: Rgb,
    pub(crate) warning: Rgb,
    pub(crate) critical: Rgb,
    pub(crate) series: [Rgb; 8],
    /// Behind the chosen row.
    pub(crate) chosen: Rgb,
    /// The chosen row's text, where the roles' colours could not be read on `chosen`.
    pub(crate) on_chosen: Option<Rgb>,
    /// Text on a coloured background.
    pub(crate) on_color: Rgb,
}

const fn rgb(hex: u32) -> Rgb {
    ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Palette = Palette {
    tone: Tone::Dark,
    ground: None,
    muted: rgb(0x8b949e),
    faint: rgb(0x4c545e),
    volume: rgb(0x5c6773),
    accent: rgb(0x6cb6ff),
    ok: rgb(0x57ab5a),
    warning: rgb(0xd9a32b),
    critical: rgb(0xf47067),
    series: [
        rgb(0x4ec5c9),
        rgb(0xf0934b),
        rgb(0x6bc46d),
        rgb(0xc9a0f5),
        rgb(0xe0b84a),
        rgb(0x6cb6ff),
        rgb(0xf09ac6),
        rgb(0xa8b4c2),
    ],
    chosen: rgb(0x203854),
    on_chosen: None,
    on_color: rgb(0x10141a),
};

const LIGHT: Palette = Palette {
    tone: Tone::Light,
    ground: None,
    muted: rgb(0x5c6570),
    faint: rgb(0xb4bcc6),
    volume: rgb(0x9ca7b3),
    accent: rgb(0x0a5cc4),
    ok: rgb(0x1a7435),
    warning: rgb(0x8a5a00),
    critical: rgb(0xc41f2b),
    series: [
        rgb(0x0b6c85),
        rgb(0xb04600),
        rgb(0x1a7435),
        rgb(0x7a46d2),
        rgb(0x8a5a00),
        rgb(0x0a5cc4),
        rgb(0xb32f80),
        rgb(0x505a66),
    ],
    chosen: rgb(0xd3e5fb),
    on_chosen: None,
    on_color: rgb(0xffffff),
};

/// Middle tones: each differs enough from black and from white.
const UNKNOWN: Palette = Palette {
    tone: Tone::Unknown,
    ground: None,
    muted: rgb(0x7d8590),
    faint: rgb(0x7d8590),
    volume: rgb(0x7d8590),
    accent: rgb(0x2f81e8),
    ok: rgb(0x2b9648),
    warning: rgb(0xb07d08),
    critical: rgb(0xe04848),
    series: [
        rgb(0x1a909e),
        rgb(0xd06a28),
        rgb(0x2b9648),
        rgb(0x9b6ce8),
        rgb(0xb07d08),
        rgb(0x2f81e8),
        rgb(0xd05898),
        rgb(0x7d8590),
    ],
    chosen: rgb(0x2b5c9e),
    on_chosen: Some(rgb(0xffffff)),
    on_color: rgb(0xffffff),
};

/// Warm and light, whatever the terminal's background is.
const PAPER: Palette = Palette {
    ground: Some((rgb(0x2b2620), rgb(0xf9f5ec))),
    muted: rgb(0x665e52),
    faint: rgb(0xc4bba9),
    volume: rgb(0xb0a692),
    accent: rgb(0x11579b),
    ok: rgb(0x336b1d),
    warning: rgb(0x855300),
    critical: rgb(0xb02320),
    series: [
        rgb(0x11687b),
        rgb(0xa54400),
        rgb(0x336b1d),
        rgb(0x7444b8),
        rgb(0x855300),
        rgb(0x11579b),
        rgb(0xa52f73),
        rgb(0x5c564c),
    ],
    chosen: rgb(0xe2ead8),
    ..LIGHT
};

/// For eyes that do not tell red from green: blue, yellow and orange, each of another lightness (after Okabe and Ito).
const SAFE: Palette = Palette {
    accent: rgb(0xb9c4ff),
    ok: rgb(0x56b4e9),
    warning: rgb(0xf5e663),
    critical: rgb(0xf2793a),
    series: [
        rgb(0x56b4e9),
        rgb(0xe69f00),
        rgb(0xf5e663),
        rgb(0xcc99bb),
        rgb(0xd9dde2),
        rgb(0x4d9de0),
        rgb(0xf2793a),
        rgb(0x8b949e),
    ],
    ..DARK
};

/// As much contrast as a screen gives.
const CONTRAST: Palette = Palette {
    ground: Some((rgb(0xffffff), rgb(0x000000))),
    muted: rgb(0xc8c8c8),
    faint: rgb(0x8a8a8a),
    volume: rgb(0x9a9a9a),
    accent: rgb(0x7fd4ff),
    ok: rgb(0x5bff7a),
    warning: rgb(0xffe34d),
    critical: rgb(0xff8a8a),
    series: [
        rgb(0x5ff4ff),
        rgb(0xffab66),
        rgb(0x5bff7a),
        rgb(0xdcb8ff),
        rgb(0xffe34d),
        rgb(0x7fd4ff),
        rgb(0xff9ed8),
        rgb(0xe0e0e0),
    ],
    chosen: rgb(0x00408a),
    on_chosen: Some(rgb(0xffffff)),
    on_color: rgb(0x000000),
    ..DARK
};

impl Default for Palette {
    fn default() -> Self {
        DARK
    }
}

impl Palette {
    /// The themes of the program: name, what it is for, colours.
    pub const BUILT_IN: [(&'static str, &'static str, Self); 5] = [
        ("dark", "for a dark terminal, whose background stays", DARK),
        ("light", "for a light terminal, whose background stays", LIGHT),
        ("paper", "warm and light, with a background of its own", PAPER),
        (
            "safe",
            "told apart without red and green, for a dark terminal",
            SAFE,
        ),
        (
            "contrast",
            "black and white and bright, with a background of its own",
            CONTRAST,
        ),
    ];

    /// The names of its colours, as files of themes use them; `series` is a list of up to eight beside them.
    pub const COLORS: [&'static str; 12] = [
        "text",
        "background",
        "muted",
        "faint",
        "volume",
        "accent",
        "ok",
        "warning",
        "critical",
        "chosen",
        "on-chosen",
        "on-color",
    ];

    pub(crate) fn of_tone(tone: Tone) -> Self {
        match tone {
            Tone::Dark => DARK,
            Tone::Light => LIGHT,
            Tone::Unknown => UNKNOWN,
        }
    }

    /// Changes a colour; says whether there is one of that name.
    pub fn set(&mut self, name: &str, color: (u8, u8, u8)) -> bool {
        let (text, background) = self.ground.unwrap_or(match self.tone {
            Tone::Light => (rgb(0x1f2328), rgb(0xffffff)),
            Tone::Dark | Tone::Unknown => (rgb(0xd5dbe3), rgb(0x12161c)),
        });
        match name {
            "text" => self.ground = Some((color, background)),
            "background" => self.ground = Some((text, color)),
            "muted" => self.muted = color,
            "faint" => self.faint = color,
            "volume" => self.volume = color,
            "accent" => self.accent = color,
            "ok" => self.ok = color,
            "warning" => self.warning = color,
            "critical" => self.critical = color,
            "chosen" => self.chosen = color,
            "on-chosen" => self.on_chosen = Some(color),
            "on-color" => self.on_color = color,
            _ => return false,
        }
        true
    }

    /// Whether it is for a light background.
    pub fn is_light(&self) -> bool {
        self.tone == Tone::Light
    }

    /// The colours that text has, and the background if it has one of its own: what another front-end can use.
    pub fn named(&self) -> Vec<(&'static str, (u8, u8, u8))> {
        let ground = self
            .ground
            .map(|(text, ground)| [("text", text), ("background", ground), ("chosen", self.chosen)]);
        let roles = [
            ("muted", self.muted),
            ("accent", self.accent),
            ("ok", self.ok),
            ("warning", self.warning),
            ("critical", self.critical),
        ];
        ground.into_iter().flatten().chain(roles).collect()
    }

    /// The colours of graphs.
    pub fn series(&self) -> [(u8, u8, u8); 8] {
        self.series
    }

    /// Changes the colours of graphs; those beyond the eighth are left out.
    pub fn set_series(&mut self, colors: &[(u8, u8, u8)]) {
        for (place, color) in self.series.iter_mut().zip(colors) {
            *place = *color;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::nearest_256;

    fn linear(value: u8) -> f64 {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    }

    /// Contrast of two colours after WCAG 2.1: 1 (none) to 21.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |(r, g, b): Rgb| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What xterm shows for a colour brought to its 256.
    fn of_256(color: Rgb) -> Rgb {
        let i = nearest_256(color);
        if i >= 232 {
            let grey = 8 + 10 * (i - 232);
            return (grey, grey, grey);
        }
        let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        let n = i - 16;
        (step(n / 36), step(n / 6 % 6), step(n % 6))
    }

    fn texts(palette: &Palette) -> Vec<Rgb> {
        let mut texts = vec![
            palette.muted,
            palette.accent,
            palette.ok,
            palette.warning,
            palette.critical,
        ];
        texts.extend(palette.series);
        texts
    }

    const BLACK: Rgb = (0x1e, 0x1e, 0x1e);
    const WHITE: Rgb = (0xff, 0xff, 0xff);

    #[test]
    fn texts_can_be_read_on_their_background_also_in_256_colours() {
        let ground = |palette: &Palette| match (palette.ground, palette.tone) {
            (Some((_, ground)), _) => ground,
            (None, Tone::Light) => WHITE,
            (None, _) => BLACK,
        };
        let mut cases: Vec<(&str, Palette, Rgb, f64)> = Palette::BUILT_IN
            .iter()
            .map(|(name, _, palette)| (*name, *palette, ground(palette), 4.5))
            .collect();
        cases.push(("unknown", UNKNOWN, (0, 0, 0), 3.0));
        cases.push(("unknown", UNKNOWN, WHITE, 3.0));
        for (name, palette, ground, least) in cases {
            for color in texts(&palette) {
                let have = contrast(color, ground);
                assert!(
                    have >= least,
                    "{name}: {color:?} on {ground:?}: {have:.2} < {least}"
                );
                let (color, least) = (of_256(color), least * 0.8);
                let have = contrast(color, ground);
                assert!(
                    have >= least,
                    "{name}, 256: {color:?} on {ground:?}: {have:.2} < {least}"
                );
            }
            let chosen_text = palette.on_chosen.unwrap_or(palette.critical);
            assert!(contrast(chosen_text, palette.chosen) >= 3.0, "{name}");
            assert!(contrast(palette.on_color, palette.critical) >= 3.0, "{name}");
        }
    }

    /// What an eye without the cones for red (protanopia) or green (deuteranopia) sees, by the matrices of Viénot,
    /// Brettel and Mollon (1999), in linear light.
    fn as_seen_without(matrix: [[f64; 3]; 3], (r, g, b): Rgb) -> [f64; 3] {
        let light = [linear(r), linear(g), linear(b)];
        matrix.map(|row| row.iter().zip(light).map(|(share, value)| share * value).sum())
    }

    #[test]
    fn the_safe_theme_is_told_apart_without_red_and_green() {
        let protan = [[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.004, -0.004, 1.0]];
        let deutan = [
            [0.2928, 0.7072, 0.0],
            [0.2928, 0.7072, 0.0],
            [-0.0223, 0.0223, 1.0],
        ];
        let apart = |palette: &Palette, matrix| {
            let seen =
                [palette.ok, palette.warning, palette.critical].map(|rgb| as_seen_without(matrix, rgb));
            let distance =
                |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            distance(seen[0], seen[1])
                .min(distance(seen[0], seen[2]))
                .min(distance(seen[1], seen[2]))
        };
        for matrix in [protan, deutan] {
            let (safe, dark) = (apart(&SAFE, matrix), apart(&DARK, matrix));
            assert!(
                safe > 0.35 && safe > 2.0 * dark,
                "{safe:.2} against {dark:.2} of dark"
            );
        }
    }

    #[test]
    fn every_colour_can_be_set_by_its_name() {
        for name in Palette::COLORS {
            let mut palette = DARK;
            assert!(palette.set(name, (1, 2, 3)) && palette != DARK, "{name}");
        }
        assert!(!Palette::default().set("colour", (0, 0, 0)));
    }
}
