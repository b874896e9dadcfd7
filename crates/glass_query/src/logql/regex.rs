//! Regular expressions as Loki reads them, with errors as texts.

use glass_model::{Matcher, MatcherOp};
use regex::Regex;

/// Compiles an expression; if `is_single_line` a dot matches a newline too.
///
/// # Errors
/// What is wrong with it, close to Go's words.
pub(crate) fn go_regex(text: &str, is_single_line: bool) -> Result<Regex, String> {
    glass_model::go_regex(text, is_single_line).map_err(|error| error.to_string())
}

/// A condition on a label.
///
/// # Errors
/// As [`go_regex`].
pub(crate) fn go_matcher(name: &str, op: MatcherOp, value: &str) -> Result<Matcher, String> {
    Matcher::new(name, op, value).map_err(|error| error.to_string())
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
