//! Values, durations and outside text in words: one way for every screen.

use crate::{Role, Span};
use glass_model::{Level, Timestamp};
use std::ops::Range;

/// Text that is safe to print: control characters become visible signs, and characters that reorder text are
/// replaced. One line: line ends become `⏎`.
pub fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

/// The same for a text of several lines, which stay lines.
pub fn visible_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| visible(line.trim_end_matches('\r')));
    lines.collect::<Vec<_>>().join("\n")
}

fn visible_char(c: char) -> char {
    match c {
        '\t' => ' ',
        '\n' | '\r' => '⏎',
        '\u{7f}' => '␡',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{80}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
            '\u{fffd}'
        }
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' => '\u{fffd}',
        c => c,
    }
}

/// A value with its unit, in about four digits: `12.5 ms`, `1.50 GiB`, `4.2 %`, `36/s`.
pub fn value(value: f64, unit: &str) -> String {
    value_to(value, 0.0, unit)
}

/// A value with its unit and enough digits to tell it from one that is `resolution` away; 0 for four digits.
pub fn value_to(value: f64, resolution: f64, unit: &str) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let scaled = |base, units: &[&str], gap| scaled(value, resolution, base, units, gap);
    match unit {
        "s" | "seconds" => seconds(value, resolution),
        "bytes" => scaled(1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"], " "),
        "bytes/s" => scaled(1024.0, &["B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"], " "),
        "ratio" => format!("{} %", digits(value * 100.0, resolution * 100.0)),
        "" => scaled(1000.0, &["", "k", "M", "G", "T", "P"], ""),
        unit if unit.starts_with('/') => format!("{}{unit}", scaled(1000.0, &["", "k", "M", "G", "T"], "")),
        unit => format!("{} {unit}", scaled(1000.0, &["", "k", "M", "G", "T", "P"], "")),
    }
}

fn seconds(value: f64, resolution: f64) -> String {
    let in_unit = |factor: f64, unit: &str| format!("{} {unit}", digits(value * factor, resolution * factor));
    match value.abs() {
        0.0 => "0 s".into(),
        size if size < 1e-6 => in_unit(1e9, "ns"),
        size if size < 1e-3 => in_unit(1e6, "µs"),
        size if size < 1.0 => in_unit(1e3, "ms"),
        size if size < 120.0 => in_unit(1.0, "s"),
        size if size < 7200.0 => in_unit(1.0 / 60.0, "min"),
        size if size < 172_800.0 => in_unit(1.0 / 3600.0, "h"),
        _ => in_unit(1.0 / 86_400.0, "d"),
    }
}

fn scaled(value: f64, resolution: f64, base: f64, units: &[&str], gap: &str) -> String {
    let mut divisor = 1.0;
    let mut unit = 0;
    while (value / divisor).abs() >= base && unit + 1 < units.len() {
        divisor *= base;
        unit += 1;
    }
    let gap = if units[unit].is_empty() { "" } else { gap };
    format!(
        "{}{gap}{}",
        digits(value / divisor, resolution / divisor),
        units[unit]
    )
}

/// A number in about four digits, more if `resolution` wants them, without trailing zeros.
fn digits(value: f64, resolution: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.2e}");
    }
    let usual = match size {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.01 => 3,
        _ => 5,
    };
    let needed = if resolution > 0.0 {
        (-resolution.log10()).ceil().clamp(0.0, 9.0) as usize
    } else {
        0
    };
    let n_decimals = usual.max(needed);
    let text = format!("{value:.n_decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A duration in its two greatest parts: `2m 10s`, `3h`, `450ms`.
pub fn duration(nanos: i64) -> String {
    let secs = nanos / 1_000_000_000;
    match nanos {
        n if n < 0 => format!("-{}", duration(n.saturating_neg())),
        0 => "0s".into(),
        n if n < 1_000_000_000 => format!("{}ms", n / 1_000_000),
        _ => {
            let parts = [
                (secs / 86_400, "d"),
                (secs / 3600 % 24, "h"),
                (secs / 60 % 60, "m"),
                (secs % 60, "s"),
            ];
            let first = parts.iter().position(|(n, _)| *n > 0).unwrap_or(3);
            let shown = parts[first..].iter().take(2).filter(|(n, _)| *n > 0);
            shown
                .map(|(n, unit)| format!("{n}{unit}"))
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}

/// How long before `now` something was: `2m 10s ago`, `now`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match age(at, now) {
        age if age == "now" => age,
        age => format!("{age} ago"),
    }
}

/// How old something is at `now`, for a column of ages: `2m 10s`, `now`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    match now.nanos_since(at) {
        nanos if nanos < 1_000_000_000 => "now".into(),
        nanos => duration(nanos),
    }
}

/// A count with its noun: `1 line`, `61,595 lines`.
pub fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The time of day.
pub fn time_of_day(at: Timestamp) -> String {
    at.format("%H:%M:%S")
}

/// The date and time of day.
pub fn date_time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}

/// A level's letter and role.
pub fn level(level: Level) -> (char, Role) {
    match level {
        Level::Critical => ('C', Role::Critical),
        Level::Error => ('E', Role::Critical),
        Level::Warning => ('W', Role::Warning),
        Level::Info => ('I', Role::Normal),
        Level::Debug => ('D', Role::Muted),
        Level::Unknown => (' ', Role::Normal),
    }
}

/// A text in pieces: those bytes that a mark covers in its role, where marks overlap in that of the last of them.
pub fn marked(text: &str, marks: &[(Range<usize>, Role)], base: Role) -> Vec<Span> {
    let mut edges: Vec<usize> = marks.iter().flat_map(|(at, _)| [at.start, at.end]).collect();
    edges.push(text.len());
    edges.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    for end in edges {
        // An edge inside a character is none.
        let Some(piece) = text.get(start..end).filter(|piece| !piece.is_empty()) else {
            continue;
        };
        let covering = marks
            .iter()
            .rev()
            .find(|(at, _)| at.start <= start && end <= at.end);
        let role = covering.map_or(base, |(_, role)| *role);
        match spans.last_mut().filter(|span| span.role == role) {
            Some(span) => span.text.push_str(&visible(piece)),
            None => spans.push(Span::new(visible(piece), role)),
        }
        start = end;
    }
    if spans.is_empty() {
        spans.push(Span::new(String::new(), base));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_words() {
        for (number, unit, expected) in [
            (0.0125, "s", "12.5 ms"),
            (90.0, "s", "90 s"),
            (1_610_612_736.0, "bytes", "1.5 GiB"),
            (0.042, "ratio", "4.2 %"),
            (36.0, "/s", "36/s"),
            (123_456.0, "", "123k"),
            (0.0, "s", "0 s"),
            (100.0, "", "100"),
            (f64::NEG_INFINITY, "s", "-Inf"),
            (1e-9, "", "1.00e-9"),
        ] {
            assert_eq!(value(number, unit), expected);
        }
    }

    #[test]
    fn neighbouring_marks_of_an_axis_differ() {
        for (one, step, unit) in [
            (1.795e9, 1e6, ""),
            (1.5e-3, 1e-6, "s"),
            (5e11, 1_048_576.0, "bytes"),
            (0.5, 1e-5, "ratio"),
        ] {
            assert_ne!(
                value_to(one, step, unit),
                value_to(one + step, step, unit),
                "{one} {step}"
            );
        }
    }

    #[test]
    fn durations_in_words() {
        let check = |secs: i64, expected: &str| assert_eq!(duration(secs * 1_000_000_000), expected);
        check(0, "0s");
        check(130, "2m 10s");
        check(3 * 3600, "3h");
        check(-61, "-1m 1s");
        check(90_061, "1d 1h");
        assert_eq!(grouped(61_595), "61,595");
    }

    #[test]
    fn escapes_are_made_visible() {
        assert_eq!(
            visible("\u{1b}[31mred\u{7}\n\u{202e}x\u{9b}"),
            "␛[31mred␇⏎\u{fffd}x\u{fffd}"
        );
    }

    #[test]
    fn marks_are_pieces_of_their_own() {
        let check = |text: &str, marks: &[(Range<usize>, Role)], expected: &[(&str, Role)]| {
            let spans = marked(text, marks, Role::Normal);
            let found: Vec<_> = spans.iter().map(|span| (span.text.as_str(), span.role)).collect();
            assert_eq!(found, expected, "{text}");
        };
        let (normal, accent, hit) = (Role::Normal, Role::Accent, Role::Hit);
        check(
            "an error",
            &[(3..8, accent)],
            &[("an ", normal), ("error", accent)],
        );
        check(
            "abcdef",
            &[(1..4, accent), (3..5, hit)],
            &[("a", normal), ("bc", accent), ("de", hit), ("f", normal)],
        );
        check("\u{1b}größe", &[(4..99, hit)], &[("␛größe", normal)]);
        check("", &[], &[("", normal)]);
    }
}
