//! Text to [`Token`]s.

use super::ParseError;
use super::values::{parse_bytes_literal, parse_duration_literal};
use std::ops::Range;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Ident,
    Text(String),
    Number(f64),
    /// In nanoseconds.
    Duration(i64),
    Bytes(u64),
    /// `[5m]`, in nanoseconds.
    Range(i64),
    /// `--strict`
    Flag,
    Symbol(&'static str),
    End,
}

/// A piece of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// The longer ones first.
const SYMBOLS: [&str; 28] = [
    "|=", "|~", "|>", "!=", "!~", "!>", "==", "=~", ">=", "<=", "{", "}", "(", ")", ",", "|", "=", ">", "<",
    "+", "-", "*", "/", "%", "^", "[", "]", ".",
];

/// Words that Loki's own grammar names in its messages.
const WORDS: [&str; 33] = [
    "and",
    "or",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "offset",
    "unwrap",
    "json",
    "logfmt",
    "regexp",
    "pattern",
    "unpack",
    "line_format",
    "label_format",
    "decolorize",
    "drop",
    "keep",
    "sum",
    "avg",
    "min",
    "max",
    "count",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "sort",
    "sort_desc",
];

impl Token {
    /// As Loki's messages call it.
    pub(super) fn describe<'t>(&'t self, text: &'t str) -> &'t str {
        match &self.kind {
            Kind::Ident => {
                let word = &text[self.at.clone()];
                if WORDS.contains(&word) { word } else { "IDENTIFIER" }
            }
            Kind::Text(_) => "STRING",
            Kind::Number(_) => "NUMBER",
            Kind::Duration(_) => "DURATION",
            Kind::Bytes(_) => "BYTES",
            Kind::Range(_) => "RANGE",
            Kind::Flag => "PARSER_FLAG",
            Kind::Symbol(symbol) => symbol,
            Kind::End => "$end",
        }
    }
}

/// Takes `text` apart; the last token is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == '#' {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else {
            let token = token(text, at, first)?;
            at = token.at.end;
            all.push(token);
        }
    }
    all.push(Token {
        kind: Kind::End,
        at: text.len()..text.len(),
    });
    Ok(all)
}

fn token(text: &str, at: usize, first: char) -> Result<Token, ParseError> {
    let rest = &text[at..];
    let made = |kind, length: usize| Token {
        kind,
        at: at..at + length,
    };
    if first.is_ascii_alphabetic() || first == '_' {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        return Ok(made(Kind::Ident, length));
    }
    if matches!(first, '"' | '`') {
        let (value, length) = super::text::quoted(rest)
            .map_err(|message| ParseError::new(text, at..text.len(), format!("syntax error: {message}")))?;
        return Ok(made(Kind::Text(value), length));
    }
    let is_number =
        first.is_ascii_digit() || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    if is_number {
        let length = number_length(rest);
        return Ok(made(number(text, at..at + length)?, length));
    }
    if first == '[' {
        return range(text, at);
    }
    let flag = ["--strict", "--keep-empty"]
        .iter()
        .find(|flag| rest.starts_with(**flag));
    if let Some(flag) = flag {
        return Ok(made(Kind::Flag, flag.len()));
    }
    SYMBOLS
        .iter()
        .find(|symbol| rest.starts_with(**symbol))
        .map(|symbol| made(Kind::Symbol(symbol), symbol.len()))
        .ok_or_else(|| {
            let message = format!("syntax error: unexpected {first:?}");
            ParseError::new(text, at..at + first.len_utf8(), message)
        })
}

/// How far a number with its unit goes; an exponent may have a sign.
fn number_length(rest: &str) -> usize {
    let mut length = 0;
    let mut before = ' ';
    let is_hex = rest.starts_with("0x") || rest.starts_with("0X");
    for c in rest.chars() {
        let is_sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !is_hex;
        let signed = is_sign && rest[length + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | 'µ' | 'μ') || signed) {
            break;
        }
        length += c.len_utf8();
        before = c;
    }
    length
}

fn number(text: &str, at: Range<usize>) -> Result<Kind, ParseError> {
    let word = &text[at.clone()];
    if let Ok(number) = word.parse::<f64>() {
        return Ok(Kind::Number(number));
    }
    let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    if let Some(value) = hex.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        return Ok(Kind::Number(value as f64));
    }
    if let Some(nanos) = parse_duration_literal(word) {
        return Ok(Kind::Duration(nanos));
    }
    if let Some(bytes) = parse_bytes_literal(word) {
        return Ok(Kind::Bytes(bytes));
    }
    let message = format!("syntax error: invalid number, duration or size {word:?}");
    Err(ParseError::new(text, at, message))
}

fn range(text: &str, at: usize) -> Result<Token, ParseError> {
    let Some(length) = text[at..].find(']') else {
        let message = "missing closing ']' in duration";
        return Err(ParseError::new(text, at..text.len(), message.into()));
    };
    let inside = text[at + 1..at + length].trim();
    let at = at..at + length + 1;
    match parse_duration_literal(inside) {
        Some(nanos) if nanos > 0 => Ok(Token {
            kind: Kind::Range(nanos),
            at,
        }),
        Some(_) => Err(ParseError::new(
            text,
            at,
            "duration must be greater than 0".into(),
        )),
        None => {
            let message = format!("not a valid duration string: {inside:?}");
            Err(ParseError::new(text, at, message))
        }
    }
}
