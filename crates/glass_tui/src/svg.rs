//! A buffer of cells as an SVG document.

use crate::theme::Theme;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// Pixels a column and a row take.
const CELL: (f64, f64) = (8.4, 18.0);
/// Pixels around the picture.
const MARGIN: f64 = 12.0;

/// The document.
pub(crate) fn svg_of(buffer: &Buffer, theme: Theme) -> String {
    let (text_color, ground) = theme.picture_ground();
    let grounds = (text_color.as_str(), ground.as_str());
    let size = (
        f64::from(buffer.area.width) * CELL.0 + 2.0 * MARGIN,
        f64::from(buffer.area.height) * CELL.1 + 2.0 * MARGIN,
    );
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {:.0} {:.0}" shape-rendering="crispEdges" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">"#,
        size.0, size.1
    );
    let _ = writeln!(
        svg,
        r#"<rect width="100%" height="100%" rx="8" fill="{ground}"/>"#
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            x += push_run(&mut svg, buffer, (x, y), grounds);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Text and background of a cell, reversed or not; `None` for the picture's own background.
fn colors(cell: &Cell, grounds: (&str, &str)) -> (String, Option<String>) {
    let fg = hex(cell.fg).unwrap_or_else(|| grounds.0.to_owned());
    let bg = hex(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        (bg.unwrap_or_else(|| grounds.1.to_owned()), Some(fg))
    } else {
        (fg, bg)
    }
}

/// Writes the cells from a place on that share a style and a way to be drawn; returns how many columns that was.
fn push_run(svg: &mut String, buffer: &Buffer, place: (u16, u16), grounds: (&str, &str)) -> u16 {
    let Some(first) = buffer.cell(place) else { return 1 };
    let same_style =
        |cell: &Cell| cell.fg == first.fg && cell.bg == first.bg && cell.modifier == first.modifier;
    let is_text = |cell: &Cell| shapes(cell.symbol()).is_none();
    let mut text = String::new();
    let mut end = place.0;
    while let Some(cell) = buffer.cell((end, place.1)).filter(|cell| same_style(cell)) {
        if end > place.0 && (is_text(cell) != is_text(first) || !is_text(first)) {
            break;
        }
        text.push_str(cell.symbol());
        end += cell.symbol().cell_width().max(1);
    }
    let n = (end - place.0).max(1);
    let at = (
        MARGIN + f64::from(place.0) * CELL.0,
        MARGIN + f64::from(place.1) * CELL.1,
    );
    let (fg, bg) = colors(first, grounds);
    let width = f64::from(n) * CELL.0;
    if let Some(bg) = bg {
        push_rect(svg, (at.0, at.1, width, CELL.1), &bg, 1.0);
    }
    if let Some(parts) = shapes(first.symbol()) {
        for (x, y, w, h) in parts {
            let rect = (at.0 + x * CELL.0, at.1 + y * CELL.1, w * CELL.0, h * CELL.1);
            let opacity = shade(first.symbol());
            push_rect(svg, rect, &fg, opacity);
        }
    } else {
        push_text(svg, &text, at, &fg, first.modifier);
    }
    n
}

fn push_rect(svg: &mut String, (x, y, w, h): (f64, f64, f64, f64), fill: &str, opacity: f64) {
    let opacity = if opacity < 1.0 {
        format!(r#" opacity="{opacity}""#)
    } else {
        String::new()
    };
    let _ = writeln!(
        svg,
        r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="{fill}"{opacity}/>"#
    );
}

fn push_text(svg: &mut String, text: &str, at: (f64, f64), fg: &str, modifier: Modifier) {
    let lead = text.len() - text.trim_start_matches(' ').len();
    let trimmed = text.trim_matches(' ');
    if trimmed.is_empty() {
        return;
    }
    let x = at.0 + lead as f64 * CELL.0;
    let length = f64::from(crate::pen::text_width(trimmed)) * CELL.0;
    let escaped = trimmed
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let weight = if modifier.contains(Modifier::BOLD) {
        r#" font-weight="bold""#
    } else {
        ""
    };
    let _ = writeln!(
        svg,
        r#"<text x="{x:.1}" y="{:.1}" fill="{fg}"{weight} textLength="{length:.1}" xml:space="preserve">{escaped}</text>"#,
        at.1 + CELL.1 * 0.75
    );
}

/// How dense a shade is.
fn shade(symbol: &str) -> f64 {
    match symbol {
        "░" => 0.3,
        "▒" => 0.5,
        "▓" => 0.75,
        _ => 1.0,
    }
}

/// The rectangles of blocks, dots and lines, in parts of a cell; `None` for what the font draws.
fn shapes(symbol: &str) -> Option<Vec<(f64, f64, f64, f64)>> {
    let mut chars = symbol.chars();
    let (c, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    let code = u32::from(c);
    match c {
        '▁'..='█' => {
            let part = f64::from(code - 0x2580) / 8.0;
            Some(vec![(0.0, 1.0 - part, 1.0, part)])
        }
        '▀' => Some(vec![(0.0, 0.0, 1.0, 0.5)]),
        '▌' => Some(vec![(0.0, 0.0, 0.5, 1.0)]),
        '▐' => Some(vec![(0.5, 0.0, 0.5, 1.0)]),
        '░' | '▒' | '▓' => Some(vec![(0.0, 0.1, 1.0, 0.8)]),
        '─' => Some(vec![(0.0, 0.47, 1.0, 0.06)]),
        '━' => Some(vec![(0.0, 0.44, 1.0, 0.12)]),
        '│' => Some(vec![(0.43, 0.0, 0.14, 1.0)]),
        '┆' => Some(vec![
            (0.43, 0.05, 0.14, 0.25),
            (0.43, 0.38, 0.14, 0.25),
            (0.43, 0.7, 0.14, 0.25),
        ]),
        '┈' => Some(vec![(0.1, 0.47, 0.2, 0.07), (0.6, 0.47, 0.2, 0.07)]),
        '\u{2801}'..='\u{28ff}' => Some(braille(code - 0x2800)),
        _ => None,
    }
}

fn braille(dots: u32) -> Vec<(f64, f64, f64, f64)> {
    const PLACES: [(f64, f64); 8] = [
        (0.0, 0.0),
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, 2.0),
        (0.0, 3.0),
        (1.0, 3.0),
    ];
    PLACES
        .iter()
        .enumerate()
        .filter(|(i, _)| dots & (1 << i) != 0)
        .map(|(_, (x, y))| (0.12 + x * 0.5, 0.06 + y * 0.25, 0.3, 0.14))
        .collect()
}

/// `#rrggbb`; `None` for the terminal's own colour.
fn hex(color: Color) -> Option<String> {
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        Color::Indexed(i) => Some(hex_of_index(i)),
        Color::Black => Some(hex_of_ansi(0)),
        Color::Red => Some(hex_of_ansi(1)),
        Color::Green => Some(hex_of_ansi(2)),
        Color::Yellow => Some(hex_of_ansi(3)),
        Color::Blue => Some(hex_of_ansi(4)),
        Color::Magenta => Some(hex_of_ansi(5)),
        Color::Cyan => Some(hex_of_ansi(6)),
        Color::Gray => Some(hex_of_ansi(7)),
        Color::DarkGray => Some(hex_of_ansi(8)),
        Color::LightRed => Some(hex_of_ansi(9)),
        Color::LightGreen => Some(hex_of_ansi(10)),
        Color::LightYellow => Some(hex_of_ansi(11)),
        Color::LightBlue => Some(hex_of_ansi(12)),
        Color::LightMagenta => Some(hex_of_ansi(13)),
        Color::LightCyan => Some(hex_of_ansi(14)),
        Color::White => Some(hex_of_ansi(15)),
    }
}

/// xterm's own 16 colours.
fn hex_of_ansi(i: u8) -> String {
    const COLORS: [&str; 16] = [
        "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5", "#7f7f7f",
        "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
    ];
    COLORS[usize::from(i % 16)].to_owned()
}

fn hex_of_index(i: u8) -> String {
    match i {
        0..16 => hex_of_ansi(i),
        16..232 => {
            let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let n = i - 16;
            format!("#{:02x}{:02x}{:02x}", step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        232.. => {
            let grey = 8 + 10 * (i - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}
