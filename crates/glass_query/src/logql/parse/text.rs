//! Quoted texts, as Go writes them.

/// The value of the quoted text at the start of `rest`, and how many bytes it takes.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn quoted(rest: &str) -> Result<(String, usize), &'static str> {
    if let Some(raw) = rest.strip_prefix('`') {
        let length = raw.find('`').ok_or("literal not terminated")?;
        return Ok((raw[..length].replace('\r', ""), length + 2));
    }
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((value, i + 1)),
            '\n' => return Err("literal not terminated"),
            '\\' => {
                let (_, escape) = chars.next().ok_or("literal not terminated")?;
                let mut next = |n: usize, radix: u32, start: u32| {
                    let mut code = start;
                    for _ in 0..n {
                        let digit = chars.next().and_then(|(_, c)| c.to_digit(radix));
                        code = code.checked_mul(radix)?.checked_add(digit?)?;
                    }
                    char::from_u32(code)
                };
                let made = match escape {
                    'a' => Some('\u{7}'),
                    'b' => Some('\u{8}'),
                    'f' => Some('\u{c}'),
                    'n' => Some('\n'),
                    'r' => Some('\r'),
                    't' => Some('\t'),
                    'v' => Some('\u{b}'),
                    '\\' | '"' | '\'' => Some(escape),
                    'x' => next(2, 16, 0),
                    'u' => next(4, 16, 0),
                    'U' => next(8, 16, 0),
                    '0'..='7' => next(2, 8, escape as u32 - '0' as u32),
                    _ => None,
                };
                value.push(made.ok_or("invalid char escape")?);
            }
            _ => value.push(c),
        }
    }
    Err("literal not terminated")
}

/// `text` in double quotes, escaped as Go's `%q` does.
pub(crate) fn go_quote(text: &str) -> String {
    use std::fmt::Write;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            c if c < ' ' || c == '\u{7f}' => {
                let _ = write!(quoted, "\\x{:02x}", c as u32);
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_are_read_and_written_as_go_does() {
        let check = |text, expected: Result<(&str, usize), &str>| {
            assert_eq!(
                quoted(text),
                expected.map(|(value, n)| (value.into(), n)),
                "{text}"
            );
        };
        check(r#""a\"b\n\u00e9\x41" rest"#, Ok(("a\"b\né\u{41}", 18)));
        check("`\\d+`", Ok(("\\d+", 5)));
        check("\"open", Err("literal not terminated"));
        check(r#""\q""#, Err("invalid char escape"));
        assert_eq!(go_quote("a\"\\\n\u{1}é"), r#""a\"\\\n\x01é""#);
    }
}
