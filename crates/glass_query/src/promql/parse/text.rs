//! Texts as Go writes and reads them: [`quote`], [`unquote`].

use std::fmt::Write as _;

/// In double quotes, with Go's escapes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c, '"');
    }
    out.push('"');
    out
}

/// In single quotes, with Go's escapes; Go's mark for no character if there is none.
pub fn quote_char(c: Option<char>) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, c.unwrap_or(char::REPLACEMENT_CHARACTER), '\'');
    out.push('\'');
    out
}

/// `U+0063 'c'`
pub fn unicode_name(c: char) -> String {
    let mut out = format!("U+{:04X}", u32::from(c));
    if is_printable(c) {
        let _ = write!(out, " '{c}'");
    }
    out
}

fn push_escaped(out: &mut String, c: char, quote: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        c if c == quote => {
            out.push('\\');
            out.push(c);
        }
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        c if is_printable(c) => out.push(c),
        c => {
            let code = u32::from(c);
            let _ = match code {
                0..=0x7f => write!(out, "\\x{code:02x}"),
                0x80..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

/// Whether Go shows it as it is. A letter stands before it, since Rust escapes a combining mark only in front.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    c != '\u{3000}' && ['a', c].iter().collect::<String>().escape_debug().count() == 2
}

/// What stands between the quotes of a text that the lexer has let through.
///
/// # Errors
/// When its escapes make bytes that are no UTF-8, which no label here can hold.
pub fn unquote(text: &str) -> Result<String, String> {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    if text.starts_with('`') || !inner.contains('\\') {
        return Ok(inner.into());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = unescape(&rest[at + 1..], &mut out);
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).map_err(|_| {
        format!("the escapes of string {text} make bytes that are not UTF-8; use \\u for characters")
    })
}

/// Writes what the escape without its backslash stands for, and gives the rest.
fn unescape<'a>(text: &'a str, out: &mut Vec<u8>) -> &'a str {
    let mut chars = text.chars();
    let c = chars.next().unwrap_or('\\');
    let (n_digits, base) = match c {
        '0'..='7' => (3, 8),
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        _ => {
            let plain = match c {
                'a' => '\x07',
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                other => other,
            };
            out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
            return chars.as_str();
        }
    };
    let from = usize::from(base == 16);
    let digits = text.get(from..from + n_digits).unwrap_or("");
    let code = u32::from_str_radix(digits, base).unwrap_or(0);
    match (n_digits, u8::try_from(code)) {
        (2 | 3, Ok(byte)) => out.push(byte),
        _ => {
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    text.get(from + n_digits..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_unquoted_as_in_go() {
        let check = |inner: &str, quoted: &str| {
            assert_eq!(quote(inner), quoted);
            assert_eq!(unquote(quoted).as_deref(), Ok(inner));
        };
        check("a\"b\\c'", r#""a\"b\\c'""#);
        check("\x07\x08\x0c\n\r\t\x0b", r#""\a\b\f\n\r\t\v""#);
        check("\x7f\x01é\u{ad}\u{301}", "\"\\x7f\\x01é\\u00ad\u{301}\"");
        check("🐕\u{e0001}", "\"🐕\\U000e0001\"");
        assert_eq!(unquote(r"'it\'s \u00e9 \101 \x41'").as_deref(), Ok("it's é A A"));
        assert_eq!(unquote(r"`a\n`").as_deref(), Ok("a\\n"));
        assert!(unquote(r#""\xff""#).unwrap_err().contains("not UTF-8"));
        assert_eq!(unquote(r#""\xc3\xa9""#).as_deref(), Ok("é"));
    }

    #[test]
    fn characters_are_named_as_in_go() {
        assert_eq!(quote_char(Some('\'')), r"'\''");
        assert_eq!(quote_char(None), "'\u{fffd}'");
        assert_eq!(unicode_name('c'), "U+0063 'c'");
        assert_eq!(unicode_name('\n'), "U+000A");
    }
}
