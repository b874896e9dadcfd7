//! The parser `| json`: [`JsonStage`]. It reads the text in place, once, and never builds a document.

use super::logfmt::unescaped;
use super::state::sanitized;
use std::borrow::Cow;

/// How deep objects may nest.
const MAX_DEPTH: usize = 128;

const BROKEN_OBJECT: &str = "Value looks like object, but can't find closing '}' symbol";
const BROKEN_ARRAY: &str = "Value looks like array, but can't find closing ']' symbol";
const BROKEN_STRING: &str = "Value looks like string, but can't find closing '\"' symbol";
const BROKEN_BARE: &str = "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol";
const UNKNOWN: &str = "Unknown value type";

/// The parser.
#[derive(Clone, Debug)]
pub struct JsonStage {
    /// Labels and the paths they come from; all properties if there is none.
    pub paths: Vec<(Box<str>, JsonPath)>,
}

/// A path into a document: `my.list[0]["field"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath {
    /// As it was written.
    pub text: Box<str>,
    parts: Vec<PathPart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathPart {
    Key(Box<str>),
    Index(usize),
}

impl JsonPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let end = closing_bracket(inside).ok_or("missing ]")?;
                let index = inside[..end].trim();
                let quoted = index.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
                parts.push(match quoted {
                    Some(key) => PathPart::Key(unescaped(key).into()),
                    None => PathPart::Index(index.parse().map_err(|_| format!("invalid index {index:?}"))?),
                });
                rest = &inside[end + 1..];
            } else {
                let field = match (parts.is_empty(), rest.strip_prefix('.')) {
                    (true, None) => rest,
                    (false, Some(field)) => field,
                    _ => return Err("unexpected .".into()),
                };
                let end = field.find(['.', '[']).unwrap_or(field.len());
                if end == 0 || field[..end].contains([' ', ']', '"']) {
                    return Err(format!("invalid field {:?}", &field[..end]));
                }
                parts.push(PathPart::Key(field[..end].into()));
                rest = &field[end..];
            }
        }
        if parts.is_empty() {
            return Err("empty expression".into());
        }
        Ok(Self {
            text: text.into(),
            parts,
        })
    }
}

fn closing_bracket(inside: &str) -> Option<usize> {
    let mut in_quotes = false;
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => in_quotes = !in_quotes,
            ']' if !in_quotes => return Some(at),
            _ => {}
        }
    }
    None
}

/// A value in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JsonValue<'l> {
    /// Without the quotes, if it is a text.
    raw: &'l str,
    kind: ValueKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    Text { has_escapes: bool },
    Bare,
    Object,
    Array,
}

impl<'l> JsonValue<'l> {
    /// What a label of it says; nothing for null.
    pub(super) fn text(&self) -> Cow<'l, str> {
        match self.kind {
            ValueKind::Text { has_escapes: true } => Cow::Owned(unescaped(self.raw)),
            ValueKind::Bare if self.raw == "null" => Cow::Borrowed(""),
            _ => Cow::Borrowed(self.raw),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, ValueKind::Text { .. })
    }
}

/// The name of a property: in place, or put together of the names on the way to it.
pub(super) enum Key<'p, 'l> {
    InPlace(Cow<'l, str>),
    Joined(&'p str),
}

impl<'l> Key<'_, 'l> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::InPlace(key) => key,
            Self::Joined(key) => key,
        }
    }

    pub(super) fn into_cow(self) -> Cow<'l, str> {
        match self {
            Self::InPlace(key) => key,
            Self::Joined(key) => Cow::Owned(key.to_owned()),
        }
    }
}

/// Hands out all texts, numbers and booleans of the object `line`, nested ones under their joined names.
///
/// # Errors
/// Why the line is no object; what came before the failure has been handed out.
pub(super) fn flatten<'l>(
    line: &'l str,
    found: &mut dyn FnMut(Key<'_, 'l>, JsonValue<'l>),
) -> Result<(), &'static str> {
    let mut scanner = Scanner { line, at: 0 };
    let mut path = String::new();
    // The lengths of `path` before each open object.
    let mut open: Vec<usize> = Vec::new();
    scanner.open_object()?;
    let mut is_first = true;
    loop {
        if scanner.next_is_end(is_first)? {
            let Some(length) = open.pop() else { return Ok(()) };
            path.truncate(length);
            is_first = false;
            continue;
        }
        let key = scanner.key()?;
        let key = match key.text() {
            Cow::Borrowed(key) => sanitized(key),
            Cow::Owned(key) => Cow::Owned(sanitized(&key).into_owned()),
        };
        let before = path.len();
        if scanner.peek() == Some(b'{') {
            if open.len() >= MAX_DEPTH {
                return Err(BROKEN_OBJECT);
            }
            append(&mut path, &key);
            open.push(before);
            scanner.at += 1;
            is_first = true;
            continue;
        }
        let value = scanner.value()?;
        is_first = false;
        if value.kind == ValueKind::Array {
            continue;
        }
        if path.is_empty() {
            found(Key::InPlace(key), value);
        } else {
            append(&mut path, &key);
            found(Key::Joined(&path), value);
            path.truncate(before);
        }
    }
}

fn append(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('_');
    }
    path.push_str(key);
}

/// Hands out the properties of the object `line` as they are.
///
/// # Errors
/// Why the line is no object.
pub(super) fn properties<'l>(
    line: &'l str,
    found: &mut dyn FnMut(Cow<'l, str>, JsonValue<'l>),
) -> Result<(), &'static str> {
    let mut scanner = Scanner { line, at: 0 };
    scanner.open_object()?;
    let mut is_first = true;
    while !scanner.next_is_end(is_first)? {
        let key = scanner.key()?.text();
        found(key, scanner.value()?);
        is_first = false;
    }
    Ok(())
}

/// What stands at `path` in the object `line`.
///
/// # Errors
/// Why the line is no object.
pub(super) fn lookup<'l>(line: &'l str, path: &JsonPath) -> Result<Option<JsonValue<'l>>, &'static str> {
    let mut scanner = Scanner { line, at: 0 };
    if scanner.peek() != Some(b'{') && scanner.peek() != Some(b'[') {
        return Err(BROKEN_OBJECT);
    }
    for part in &path.parts {
        let is_there = match part {
            PathPart::Key(key) => scanner.enter_key(key)?,
            PathPart::Index(index) => scanner.enter_index(*index)?,
        };
        if !is_there {
            return Ok(None);
        }
    }
    scanner.value().map(Some)
}

struct Scanner<'l> {
    line: &'l str,
    at: usize,
}

impl<'l> Scanner<'l> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.line.as_bytes();
        while bytes
            .get(self.at)
            .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn open_object(&mut self) -> Result<(), &'static str> {
        if self.peek() != Some(b'{') {
            return Err(BROKEN_OBJECT);
        }
        self.at += 1;
        Ok(())
    }

    /// Passes the comma before the next property, or the end of the object.
    fn next_is_end(&mut self, is_first: bool) -> Result<bool, &'static str> {
        match self.peek() {
            Some(b'}') => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') if !is_first => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if is_first => Ok(false),
            _ => Err(BROKEN_OBJECT),
        }
    }

    fn key(&mut self) -> Result<JsonValue<'l>, &'static str> {
        if self.peek() != Some(b'"') {
            return Err(BROKEN_OBJECT);
        }
        let key = self.text()?;
        if self.peek() != Some(b':') {
            return Err(BROKEN_OBJECT);
        }
        self.at += 1;
        Ok(key)
    }

    fn text(&mut self) -> Result<JsonValue<'l>, &'static str> {
        let start = self.at + 1;
        let mut end = start;
        let mut has_escapes = false;
        let bytes = self.line.as_bytes();
        loop {
            let found = bytes
                .get(end..)
                .and_then(|rest| memchr::memchr2(b'"', b'\\', rest));
            end += found.ok_or(BROKEN_STRING)?;
            if bytes[end] == b'"' {
                break;
            }
            has_escapes = true;
            end += 2;
        }
        self.at = end + 1;
        Ok(JsonValue {
            raw: &self.line[start..end],
            kind: ValueKind::Text { has_escapes },
        })
    }

    fn value(&mut self) -> Result<JsonValue<'l>, &'static str> {
        match self.peek() {
            Some(b'"') => self.text(),
            Some(b'{') => self.nested(ValueKind::Object, BROKEN_OBJECT),
            Some(b'[') => self.nested(ValueKind::Array, BROKEN_ARRAY),
            Some(_) => self.bare(),
            None => Err(BROKEN_BARE),
        }
    }

    fn bare(&mut self) -> Result<JsonValue<'l>, &'static str> {
        let rest = &self.line[self.at..];
        let is_end = |c: char| matches!(c, ',' | '}' | ']' | ' ' | '\t' | '\n' | '\r');
        let length = rest.find(is_end).ok_or(BROKEN_BARE)?;
        let raw = &rest[..length];
        let is_number = raw.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if !is_number && !matches!(raw, "true" | "false" | "null") {
            return Err(UNKNOWN);
        }
        self.at += length;
        Ok(JsonValue {
            raw,
            kind: ValueKind::Bare,
        })
    }

    /// An object or a list as a whole.
    fn nested(&mut self, kind: ValueKind, broken: &'static str) -> Result<JsonValue<'l>, &'static str> {
        let start = self.at;
        let bytes = self.line.as_bytes();
        let mut depth = 0_usize;
        loop {
            match bytes.get(self.at).ok_or(broken)? {
                b'"' => {
                    self.text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        Ok(JsonValue {
            raw: &self.line[start..self.at],
            kind,
        })
    }

    /// Goes to the value of `key`, if an object comes that has it.
    fn enter_key(&mut self, key: &str) -> Result<bool, &'static str> {
        if self.peek() != Some(b'{') {
            return Ok(false);
        }
        self.at += 1;
        let mut is_first = true;
        while !self.next_is_end(is_first)? {
            if self.key()?.text() == key {
                return Ok(true);
            }
            self.value()?;
            is_first = false;
        }
        Ok(false)
    }

    fn enter_index(&mut self, index: usize) -> Result<bool, &'static str> {
        if self.peek() != Some(b'[') {
            return Ok(false);
        }
        self.at += 1;
        for i in 0.. {
            match self.peek() {
                Some(b']') | None => return Ok(false),
                Some(b',') if i > 0 => self.at += 1,
                Some(_) if i == 0 => {}
                Some(_) => return Err(BROKEN_ARRAY),
            }
            if i == index {
                return Ok(true);
            }
            self.value()?;
        }
        Ok(false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn properties_are_flattened_and_lists_are_skipped() {
        let check = |line: &str, expected: &str| {
            let mut found = Vec::new();
            let outcome = flatten(line, &mut |key, value| {
                found.push(format!("{}={}", key.as_str(), value.text()))
            });
            found.extend(outcome.err().map(str::to_owned));
            assert_eq!(found.join(" "), expected, "{line}");
        };
        check(r#"{"a.b": {"c": "d"}, "e": "f"}"#, "a_b_c=d e=f");
        check(
            r#"{"n": 5.0, "t": true, "0": null, "l": [{"x": "]"}], "s": "a\"\u00e9"}"#,
            "n=5.0 t=true _0= s=a\"é",
        );
        check(r#"{"a":{"b":{"c":1},"d":2},"e":{}}"#, "a_b_c=1 a_d=2");
        check("ts=1 level=info", BROKEN_OBJECT);
        check(r#"{"a": "b", "c": "#, &format!("a=b {BROKEN_BARE}"));
        check(r#"{"a": "b"#, BROKEN_STRING);
        check(r#"{"a": oops}"#, UNKNOWN);
        check(&"{\"a\":".repeat(1000), BROKEN_OBJECT);
    }

    #[test]
    fn paths_lead_to_values() {
        let line = r#"{"servers": ["129.0.1.1", "10.2.1.3"], "request": {"headers": {"User-Agent": "curl"}, "n": 1}}"#;
        let check = |path: &str, expected: Option<&str>| {
            let found = lookup(line, &JsonPath::parse(path).unwrap()).unwrap();
            assert_eq!(
                found.map(|value| value.text().into_owned()).as_deref(),
                expected,
                "{path}"
            );
        };
        check("servers[1]", Some("10.2.1.3"));
        check("servers", Some(r#"["129.0.1.1", "10.2.1.3"]"#));
        check(r#"request.headers["User-Agent"]"#, Some("curl"));
        check(r#"["request"].n"#, Some("1"));
        check("request.n.more", None);
        check("servers[9]", None);
        assert!(
            JsonPath::parse("a..b").is_err()
                && JsonPath::parse("a[").is_err()
                && JsonPath::parse("").is_err()
        );
    }
}
