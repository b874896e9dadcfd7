//! `printf`, as far as labels and numbers need it.

use super::functions::bounded;
use super::number::go_float;
use super::value::Value;
use crate::logql::parse::text::go_quote;
use std::borrow::Cow;

#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// Writes `arguments` by a format; what does not fit is written as Go writes it: `%!d(string=x)`.
pub(super) fn printf(format: &str, arguments: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (verb, letter, after) = verb(&rest[at + 1..], &mut arguments);
        rest = after;
        bounded(out.len() + verb.width)?;
        let Some(letter) = letter else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if letter == '%' {
            out.push('%');
            continue;
        }
        match arguments.next() {
            Some(value) => out.push_str(&padded(&verb, letter, value)),
            None => out.push_str(&format!("%!{letter}(MISSING)")),
        }
        bounded(out.len())?;
    }
    out.push_str(rest);
    Ok(out)
}

fn verb<'f>(rest: &'f str, arguments: &mut std::slice::Iter<'_, Value>) -> (Verb, Option<char>, &'f str) {
    let mut verb = Verb::default();
    let flags = rest.find(|c| !"-+0 #".contains(c)).unwrap_or(rest.len());
    verb.minus = rest[..flags].contains('-');
    verb.plus = rest[..flags].contains('+');
    verb.zero = rest[..flags].contains('0') && !verb.minus;
    let mut rest = &rest[flags..];
    let mut number = |rest: &mut &'f str| -> usize {
        if let Some(after) = rest.strip_prefix('*') {
            *rest = after;
            return arguments
                .next()
                .map_or(0, |value| usize::try_from(value.int()).unwrap_or(0));
        }
        let n = rest.bytes().take_while(u8::is_ascii_digit).count();
        let value = rest[..n]
            .parse()
            .unwrap_or(if n > 0 { usize::MAX >> 1 } else { 0 });
        *rest = &rest[n..];
        value
    };
    verb.width = number(&mut rest);
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        verb.precision = Some(number(&mut rest));
    }
    let letter = rest.chars().next();
    (verb, letter, &rest[letter.map_or(0, char::len_utf8)..])
}

fn padded(verb: &Verb, letter: char, value: &Value) -> String {
    let text = formatted(verb, letter, value);
    let missing = verb.width.saturating_sub(text.chars().count());
    let is_number = matches!(value, Value::Int(_) | Value::Float(_));
    match (verb.minus, verb.zero && is_number) {
        (true, _) => format!("{text}{}", " ".repeat(missing)),
        (false, true) => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        (false, false) => format!("{}{text}", " ".repeat(missing)),
    }
}

fn formatted(verb: &Verb, letter: char, value: &Value) -> String {
    let cut = |text: Cow<'_, str>| match verb.precision {
        Some(n) => text.chars().take(n).collect(),
        None => text.into_owned(),
    };
    let digits = verb.precision.unwrap_or(6).min(300);
    let signed = |text: String| {
        if verb.plus && !text.starts_with('-') {
            format!("+{text}")
        } else {
            text
        }
    };
    match (letter, value) {
        ('v', Value::Float(number)) => signed(go_float(*number)),
        ('v', Value::Int(number)) => signed(number.to_string()),
        ('v', _) | ('s', Value::Text(_) | Value::Time(_) | Value::Json(_)) => cut(value.text()),
        ('q', Value::Text(text)) => go_quote(text),
        ('d', Value::Int(number)) => signed(number.to_string()),
        ('x', Value::Int(number)) => format!("{number:x}"),
        ('X', Value::Int(number)) => format!("{number:X}"),
        ('o', Value::Int(number)) => format!("{number:o}"),
        ('b', Value::Int(number)) => format!("{number:b}"),
        ('c', Value::Int(number)) => u32::try_from(*number)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or('\u{fffd}')
            .into(),
        ('x', Value::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Value::Text(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ('f' | 'F', Value::Float(number)) => signed(format!("{number:.digits$}")),
        ('g' | 'G', Value::Float(number)) => signed(go_float(*number)),
        ('e', Value::Float(number)) => signed(exponent(*number, digits)),
        ('t', Value::Bool(is)) => is.to_string(),
        (_, other) => format!("%!{letter}({}={})", kind(other), other.text()),
    }
}

fn exponent(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if exponent.starts_with('-') { '-' } else { '+' };
    format!("{digits}e{sign}{:0>2}", exponent.trim_start_matches('-'))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "string",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Bool(_) => "bool",
        Value::Time(_) => "time.Time",
        Value::Json(_) => "interface {}",
        Value::Labels => "map[string]string",
        Value::Nil => "nil",
    }
}
