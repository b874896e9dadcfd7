//! As much of LogQL's text as is needed to narrow a query, or to tell another server the same: where its selector
//! ends, and how its texts are quoted.

/// The query's stream selector, braces included; `None` if it has none that could be found.
pub(crate) fn selector(query: &str) -> Option<&str> {
    let (start, end) = selector_place(query)?;
    Some(&query[start..=end])
}

/// The query with one more matcher in its selector, such as `job=~"a|b"`.
pub(crate) fn with_matcher(query: &str, matcher: &str) -> Option<String> {
    let (start, end) = selector_place(query)?;
    let head = query[..end].trim_end().trim_end_matches(',');
    let is_first = head[start..].trim_end() == "{";
    let comma = if is_first { "" } else { ", " };
    Some(format!("{head}{comma}{matcher}{}", &query[end..]))
}

/// `name=~"a|b"`, each value as it is; `None` for names that need quotes, which old servers do not read.
pub(crate) fn any_of(name: &str, values: &[&str]) -> Option<String> {
    let is_plain = |name: &str| {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(letters)
    };
    let escaped: Vec<String> = values.iter().map(|value| literal(value)).collect();
    is_plain(name).then(|| format!("{name}=~{}", quoted(&escaped.join("|"))))
}

/// Where the braces of the first selector are.
fn selector_place(query: &str) -> Option<(usize, usize)> {
    let mut quote = None;
    let mut start = None;
    let mut is_escaped = false;
    for (at, c) in query.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !is_escaped => {
                is_escaped = true;
                continue;
            }
            (Some(mark), c) if c == mark && !is_escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '{') if start.is_none() => start = Some(at),
            (None, '}') => return start.map(|start| (start, at)),
            (None, _) => {}
        }
        is_escaped = false;
    }
    None
}

/// A text as a regular expression that matches nothing else.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text in quotes as Go reads them.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text that begins with a quote or a back quote, without them, and what follows it; `None` if it has no end, or
/// an escape that is not known.
pub(crate) fn unquoted(text: &str) -> Option<(String, &str)> {
    if let Some(body) = text.strip_prefix('`') {
        let (raw, rest) = body.split_once('`')?;
        return Some((raw.to_owned(), rest));
    }
    let body = text.strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &body[at + 1..])),
            '\\' => {
                let (at, escape) = chars.next()?;
                let n_digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 0,
                };
                let digits = body.get(at + 1..at + 1 + n_digits)?;
                out.push(match escape {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '"' | '\\' | '\'' => escape,
                    'x' | 'u' => char::from_u32(u32::from_str_radix(digits, 16).ok()?)?,
                    _ => return None,
                });
                for _ in 0..n_digits {
                    chars.next();
                }
            }
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_off_again() {
        for text in ["", "a\"b\\c\n\t\r", "é\u{1}"] {
            let written = format!("{} x", quoted(text));
            assert_eq!(unquoted(&written), Some((text.to_owned(), " x")), "{written}");
        }
        assert_eq!(unquoted("`a\\`b"), Some(("a\\".to_owned(), "b")));
        assert_eq!(unquoted(r#""\u00e9\x41""#), Some(("éA".to_owned(), "")));
        for text in ["\"a", "`a", r#""\q""#, r#""\u00""#, "a"] {
            assert_eq!(unquoted(text), None, "{text}");
        }
    }

    #[test]
    fn selectors_are_found_and_narrowed() {
        let check = |query: &str, expected: Option<&str>| {
            let found = with_matcher(query, "x=\"y\"");
            assert_eq!(found.as_deref(), expected, "{query}");
        };
        check(r#"{a="b"}"#, Some(r#"{a="b", x="y"}"#));
        check(
            r#" ({a="}\"}", b=`{"`,} |= "{" | json)"#,
            Some(r#" ({a="}\"}", b=`{"`, x="y"} |= "{" | json)"#),
        );
        check("{ }", Some(r#"{x="y"}"#));
        check(r#"{a="b"#, None);
        check("a", None);
        assert_eq!(selector(r#"{a="}"} | json"#), Some(r#"{a="}"}"#));
    }

    #[test]
    fn values_stand_for_themselves() {
        assert_eq!(
            any_of("job", &["a.b", "", "c|\"\n"]).as_deref(),
            Some(r#"job=~"a\\.b||c\\|\"\n""#)
        );
        assert_eq!(any_of("a.b", &["c"]), None);
    }
}
