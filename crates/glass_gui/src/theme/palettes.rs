//! The colours of the window's own themes, by role. Read [`DARK`] and [`LIGHT`] first; the others change some of them.
//!
//! Neighbours among the colours of series were chosen apart also for eyes without one of the three kinds of cones;
//! the tests of `theme` measure it.

use super::Theme;
use egui::Color32;

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Light text on a dark ground.
pub static DARK: Theme = Theme {
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
        rgb(0xeec174),
        rgb(0xb0f5d8),
        rgb(0xc5aa2b),
        rgb(0x79f1fb),
        rgb(0xfb709d),
        rgb(0xcb83e4),
        rgb(0xbfc5cb),
    ],
};

/// Dark text on a light ground.
pub static LIGHT: Theme = Theme {
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
        rgb(0x61370a),
        rgb(0x02464b),
        rgb(0x830dd3),
        rgb(0x006d53),
        rgb(0x786305),
        rgb(0xb22785),
        rgb(0x1b1d23),
    ],
};

/// Warm and light.
pub static PAPER: Theme = Theme {
    background: rgb(0xf9f5ec),
    surface: rgb(0xfffdf8),
    raised: rgb(0xeee7d9),
    border: rgb(0xddd4c2),
    grid: rgb(0xefe9dc),
    unknown: rgb(0xf6f1e6),
    selection: rgb(0xe2ead8),
    scrim: Color32::from_rgba_premultiplied(36, 30, 20, 90),
    normal: rgb(0x2b2620),
    muted: rgb(0x5f574b),
    strong: rgb(0x000000),
    accent: rgb(0x11579b),
    ok: rgb(0x2d6219),
    warning: rgb(0x774a00),
    critical: rgb(0xa5201d),
    series: [
        rgb(0x11579b),
        rgb(0xc40f44),
        rgb(0x851bcb),
        rgb(0x017143),
        rgb(0x191f26),
        rgb(0xa9480f),
        rgb(0x01444f),
        rgb(0x4e3e06),
    ],
};

/// What is well and what is not told apart without red and green, on a dark ground.
pub static SAFE_DARK: Theme = Theme {
    accent: rgb(0xb9c4ff),
    ok: rgb(0x5fb8ec),
    warning: rgb(0xf5e663),
    critical: rgb(0xf78b50),
    ..DARK
};

/// The same on a light ground.
pub static SAFE_LIGHT: Theme = Theme {
    accent: rgb(0x3d3a9e),
    ok: rgb(0x0a62ad),
    warning: rgb(0x7a6400),
    critical: rgb(0x560f00),
    ..LIGHT
};

/// As much contrast as a screen gives, on black.
pub static CONTRAST_DARK: Theme = Theme {
    background: rgb(0x000000),
    surface: rgb(0x0a0a0a),
    raised: rgb(0x1c1c1c),
    border: rgb(0x8a8a8a),
    grid: rgb(0x3a3a3a),
    unknown: rgb(0x000000),
    selection: rgb(0x00306a),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 190),
    normal: rgb(0xffffff),
    muted: rgb(0xd0d0d0),
    strong: rgb(0xffffff),
    accent: rgb(0x7fd4ff),
    ok: rgb(0x5bff7a),
    warning: rgb(0xffe34d),
    critical: rgb(0xffb0b0),
    series: [
        rgb(0x7fd4ff),
        rgb(0xfed9c7),
        rgb(0xafedfb),
        rgb(0xf0e51d),
        rgb(0xf6b3d7),
        rgb(0x41ee9e),
        rgb(0xdfb0ef),
        rgb(0xe2e4e6),
    ],
};

/// The same on white.
pub static CONTRAST_LIGHT: Theme = Theme {
    background: rgb(0xffffff),
    surface: rgb(0xffffff),
    raised: rgb(0xf2f2f2),
    border: rgb(0x5a5a5a),
    grid: rgb(0xc8c8c8),
    unknown: rgb(0xf6f6f6),
    selection: rgb(0xd0e4ff),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    normal: rgb(0x000000),
    muted: rgb(0x3a3a3a),
    strong: rgb(0x000000),
    accent: rgb(0x003a8c),
    ok: rgb(0x00491a),
    warning: rgb(0x553600),
    critical: rgb(0x8a0010),
    series: [
        rgb(0x003a8c),
        rgb(0x8c0950),
        rgb(0x402101),
        rgb(0x105055),
        rgb(0x3e0456),
        rgb(0x0a3929),
        rgb(0x534300),
        rgb(0x191d26),
    ],
};
