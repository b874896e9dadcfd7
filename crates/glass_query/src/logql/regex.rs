//! Regular expressions as Go writes them, for the `regex` crate. Both are RE2 dialects; they differ in ASCII
//! classes, in `\Q…\E`, in braces that repeat nothing, and in what brackets and operators mean inside a class.

use glass_model::{Matcher, MatcherOp};
use regex::{Regex, RegexBuilder};

/// How large a compiled expression may become, in bytes: the bound on what a hostile query can cost.
const SIZE_LIMIT: usize = 1 << 20;

/// Compiles an expression; if `is_single_line` a dot matches a newline too.
///
/// # Errors
/// What is wrong with it, close to Go's words.
pub(crate) fn go_regex(text: &str, is_single_line: bool) -> Result<Regex, String> {
    RegexBuilder::new(&translated(text))
        .size_limit(SIZE_LIMIT)
        .dot_matches_new_line(is_single_line)
        .build()
        .map_err(|error| described(&error, text))
}

/// A condition on a label.
///
/// # Errors
/// As [`go_regex`].
pub(crate) fn go_matcher(name: &str, op: MatcherOp, value: &str) -> Result<Matcher, String> {
    Matcher::new(name, op, value).map_err(|error| described(&error, value))
}

fn described(error: &regex::Error, text: &str) -> String {
    let regex::Error::Syntax(message) = error else {
        return format!("error parsing regexp: expression too large: `{text}`");
    };
    let reason = message
        .lines()
        .next_back()
        .unwrap_or("")
        .trim_start_matches("error: ");
    let reason = match reason {
        "unclosed group" => "missing closing )",
        "unopened group" => "unexpected )",
        "unclosed character class" => "missing closing ]",
        "repetition operator missing expression" => "missing argument to repetition operator",
        other => other,
    };
    format!("error parsing regexp: {reason}: `{text}`")
}

/// The same expression in the dialect of the `regex` crate.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut in_class = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '\\' => taken = escape(rest, in_class, &mut out),
            '[' if in_class && rest.starts_with("[:") => {
                taken = rest.find(":]").map_or(1, |end| end + 2);
                out.push_str(&rest[..taken]);
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                // A bracket right behind the opening one stands for itself.
                let length = if rest.starts_with("[^") { 2 } else { 1 };
                out.push_str(&rest[..length]);
                taken = length;
                if rest[length..].starts_with(']') {
                    out.push_str("\\]");
                    taken += 1;
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', c]),
            '{' if !in_class && !is_repetition(rest) => out.push_str("\\{"),
            '}' if !in_class && !closes_repetition(text, text.len() - rest.len()) => out.push_str("\\}"),
            _ => out.push(c),
        }
        rest = &rest[taken..];
    }
    out
}

/// Writes what a backslash begins, and says how many bytes that is.
fn escape(rest: &str, in_class: bool, out: &mut String) -> usize {
    let Some(c) = rest[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    let ascii = match (c, in_class) {
        ('d', true) => "0-9",
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', true) => "0-9A-Za-z_",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', true) => "\\t\\n\\f\\r ",
        ('s', false) => "[\\t\\n\\f\\r ]",
        ('S', false) => "[^\\t\\n\\f\\r ]",
        ('D', true) => "[^0-9]",
        ('W', true) => "[^0-9A-Za-z_]",
        ('S', true) => "[^\\t\\n\\f\\r ]",
        ('b', false) => "(?-u:\\b)",
        ('B', false) => "(?-u:\\B)",
        ('Q', _) => {
            let quoted = &rest[2..];
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            out.push_str(&regex::escape(&quoted[..end]));
            return (2 + end + 2).min(rest.len());
        }
        _ => {
            let has_braces = matches!(c, 'p' | 'P' | 'x') && rest[2..].starts_with('{');
            let length = match rest.find('}') {
                Some(end) if has_braces => end + 1,
                _ => 1 + c.len_utf8(),
            };
            out.push_str(&rest[..length]);
            return length;
        }
    };
    out.push_str(ascii);
    2
}

/// Whether `{` begins `{2}`, `{2,}` or `{2,5}`.
fn is_repetition(rest: &str) -> bool {
    let Some(end) = rest.find('}') else { return false };
    let inside = &rest[1..end];
    inside.starts_with(|c: char| c.is_ascii_digit())
        && inside.chars().all(|c| c.is_ascii_digit() || c == ',')
        && inside.matches(',').count() < 2
}

/// Whether the `}` at `at` ends something that [`is_repetition`].
fn closes_repetition(text: &str, at: usize) -> bool {
    text[..at]
        .rfind('{')
        .is_some_and(|open| is_repetition(&text[open..]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn what_go_accepts_matches_the_same() {
        let check = |text: &str, line: &str, expected: bool| {
            assert_eq!(
                go_regex(text, false).unwrap().is_match(line),
                expected,
                "{text} on {line}"
            );
        };
        check(r"\d+", "٣", false);
        check(r#"{"a":\d}"#, r#"{"a":1}"#, true);
        check(r"a{2}", "aa", true);
        check(r"a{2}", "a{2}", false);
        check(r"\Qa.b\E+", "a.bb", true);
        check(r"[a[b]+", "[", true);
        check(r"[]a]", "]", true);
        check(r"[[:alpha:]&&]", "&", true);
        check(r"[\w-]+", "-", true);
        check(r"\p{Greek}\x{e9}", "αé", true);
        check(r"a.b", "a\nb", false);
        assert_eq!(
            go_regex("(", false).unwrap_err(),
            "error parsing regexp: missing closing ): `(`"
        );
    }
}
