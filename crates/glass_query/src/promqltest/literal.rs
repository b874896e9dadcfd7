//! The small texts of a script: numbers, durations, quoted texts, and labels.

use glass_model::{Labels, SampleValue, VectorSample};

/// Reads a number as the scripts write it: `1`, `-1.5e3`, `0x1f`, `+Inf`, `NaN`.
pub(super) fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok().map(|value| sign * value as f64);
    }
    digits.parse::<f64>().ok().map(|value| sign * value)
}

/// Reads a duration such as `1h30m`, `500ms` or `0`; in milliseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut millis = 0_i64;
    while !rest.is_empty() {
        let n_digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, tail) = rest.split_at(n_digits);
        let n_letters = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(n_letters);
        let unit_millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000,
            "y" => 365 * 86_400_000,
            _ => return None,
        };
        millis = millis.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit_millis)?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(sign * millis)
}

/// Takes a quoted text from the front, and gives what follows it.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut value = String::new();
    let mut rest = text[1..].chars();
    loop {
        match rest.next()? {
            c if c == quote => return Some((value, rest.as_str())),
            '\\' if quote != '`' => value.push(escaped(&mut rest)?),
            c => value.push(c),
        }
    }
}

fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let (n_digits, radix) = match rest.next()? {
        'a' => return Some('\u{7}'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'v' => return Some('\u{b}'),
        c @ ('\\' | '"' | '\'') => return Some(c),
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        _ => return None,
    };
    let (digits, after) = rest.as_str().split_at_checked(n_digits)?;
    *rest = after.chars();
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// Takes labels such as `up{job="a", "queue.name"='b'}` from the front, and gives what follows them.
pub(super) fn labels(text: &str) -> Option<(Labels, &str)> {
    let n_name = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(n_name);
    let mut pairs: Vec<(String, String)> = Vec::new();
    if !name.is_empty() {
        pairs.push(("__name__".into(), name.into()));
    }
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') {
            let (pair, after) = label(rest)?;
            pairs.push(pair);
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None if rest.starts_with('}') => {}
                None => return None,
            }
        }
        rest = &rest[1..];
    }
    let given = n_name > 0 || text.starts_with('{');
    given.then(|| {
        (
            Labels::new(pairs.into_iter().filter(|(_, value)| !value.is_empty())),
            rest,
        )
    })
}

fn label(text: &str) -> Option<((String, String), &str)> {
    let (name, rest, is_quoted) = match quoted(text) {
        Some((name, rest)) => (name, rest.trim_start(), true),
        None => {
            let n_name = text.find(|c: char| !is_name(c))?;
            (text[..n_name].to_owned(), text[n_name..].trim_start(), false)
        }
    };
    match rest.strip_prefix('=') {
        Some(rest) => {
            let (value, rest) = quoted(rest.trim_start())?;
            Some(((name, value), rest))
        }
        None if is_quoted => Some((("__name__".into(), name), rest)),
        None => None,
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

/// A value as a failure's text shows it.
pub(super) fn shown(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) => value.to_string(),
        SampleValue::Histogram(histogram) => histogram_text(histogram),
    }
}

/// A histogram as a script writes it.
pub(super) fn histogram_text(histogram: &glass_model::NativeHistogram) -> String {
    match crate::promql::histogram::Histogram::from_model(histogram) {
        Ok(histogram) => histogram.script_text(),
        Err(error) => error.to_string(),
    }
}

/// A sample as a failure's text shows it.
pub(super) fn shown_sample(sample: &VectorSample) -> String {
    format!("{} {}", sample.labels, shown(&sample.value))
}
