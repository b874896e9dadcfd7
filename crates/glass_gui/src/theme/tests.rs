//! What can be read, and told apart, in every theme.

use super::*;

/// Relative luminance by WCAG 2.1.
fn luminance(color: Color32) -> f64 {
    let [r, g, b] = linear(color);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Red, green and blue as shares of light.
fn linear(color: Color32) -> [f64; 3] {
    [color.r(), color.g(), color.b()].map(|byte| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    })
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
    for (name, theme, least) in themes() {
        for role in &roles {
            for ground in [theme.background, theme.surface, theme.raised, theme.selection] {
                let ratio = contrast(theme.color(*role), ground);
                assert!(ratio >= least, "{name}: {role:?} has {ratio:.2} on {ground:?}");
            }
        }
    }
}

/// All themes, and the contrast that text has at least: 4.5 (WCAG 2.1, 1.4.3), or 7 (1.4.6).
fn themes() -> [(&'static str, Theme, f64); 7] {
    [
        ("dark", DARK, 4.5),
        ("light", LIGHT, 4.5),
        ("paper", PAPER, 4.5),
        ("safe, dark", SAFE_DARK, 4.5),
        ("safe, light", SAFE_LIGHT, 4.5),
        ("contrast, dark", CONTRAST_DARK, 7.0),
        ("contrast, light", CONTRAST_LIGHT, 7.0),
    ]
}

#[test]
fn in_high_contrast_what_is_no_text_can_be_seen_as_well() {
    for theme in [CONTRAST_DARK, CONTRAST_LIGHT] {
        let ratio = contrast(theme.border, theme.background);
        assert!(ratio >= 3.0, "{ratio:.2} (WCAG 2.1, 1.4.11)");
    }
}

type Matrix = [[f64; 3]; 3];

/// What eyes see that lack the cones for long, middle or short waves (protanopia, deuteranopia, tritanopia), and what
/// all others see. After Machado, Oliveira and Fernandes (2009), severity 1, in linear light.
const EYES: [(&str, Matrix); 4] = [
    ("all", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protan",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deutan",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritan",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn times(matrix: &Matrix, [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

/// CIELAB of a colour as such eyes see it, for a white of D65.
fn lab(color: Color32, eyes: &Matrix) -> [f64; 3] {
    const TO_XYZ: Matrix = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ];
    let seen = times(eyes, linear(color)).map(|share| share.clamp(0.0, 1.0));
    let [x, y, z] = times(&TO_XYZ, seen);
    let bend = |share: f64| {
        if share > 0.008_856 {
            share.cbrt()
        } else {
            7.787 * share + 16.0 / 116.0
        }
    };
    let [x, y, z] = [bend(x / 0.950_47), bend(y), bend(z / 1.088_83)];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIE 1976: about 2.3 is just seen where two patches touch.
fn distance(a: Color32, b: Color32, eyes: &Matrix) -> f64 {
    let (a, b) = (lab(a, eyes), lab(b, eyes));
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

#[test]
fn colours_of_series_are_told_apart_by_all_eyes() {
    for (name, theme, least_contrast) in themes() {
        // With contrast of 7 to all grounds less room is left.
        let least = if least_contrast > 4.5 { 20.0 } else { 30.0 };
        let series = theme.series;
        for (eyes, matrix) in &EYES {
            for i in 0..series.len() {
                let next = distance(series[i], series[(i + 1) % series.len()], matrix);
                assert!(next >= least, "{name}, {eyes}: {i} and its neighbour: {next:.1}");
                for j in 0..i {
                    let any = distance(series[i], series[j], matrix);
                    assert!(any >= 8.0, "{name}, {eyes}: {i} and {j}: {any:.1}");
                }
            }
        }
    }
}

#[test]
fn well_and_not_well_are_told_apart_by_all_eyes() {
    for (name, theme) in [("dark", SAFE_DARK), ("light", SAFE_LIGHT)] {
        let [a, b, c] = [Role::Ok, Role::Warning, Role::Critical].map(|role| theme.color(role));
        for (eyes, matrix) in &EYES {
            for (one, other) in [(a, b), (a, c), (b, c)] {
                let apart = distance(one, other, matrix);
                assert!(apart >= 20.0, "{name}, {eyes}: {one:?} and {other:?}: {apart:.1}");
            }
        }
    }
}

#[test]
fn distances_are_those_of_the_formula() {
    let (black, white) = (Color32::BLACK, Color32::WHITE);
    assert!((distance(black, white, &EYES[0].1) - 100.0).abs() < 0.1);
    // Red and green of like lightness fall together without one kind of cones.
    let (red, green) = (
        Color32::from_rgb(0xb0, 0x4a, 0x2a),
        Color32::from_rgb(0x66, 0x72, 0x2a),
    );
    let (by_all, by_deutan) = (distance(red, green, &EYES[0].1), distance(red, green, &EYES[2].1));
    assert!(by_all > 3.0 * by_deutan, "{by_all:.1}, {by_deutan:.1}");
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
