//! Regular expressions of a query, as Go reads them; what is wrong with one is a text.

use glass_model::{Matcher, MatcherOp};
use regex::Regex;

/// Compiles an expression; if `is_single_line` a dot matches a newline too.
///
/// # Errors
/// What is wrong with it, in Go's words.
pub(crate) fn go_regex(text: &str, is_single_line: bool) -> Result<Regex, String> {
    glass_model::go_regex(text, is_single_line).map_err(|error| error.to_string())
}

/// Compiles an expression that must match a whole text.
///
/// # Errors
/// As [`go_regex`].
pub(crate) fn go_regex_anchored(text: &str) -> Result<Regex, String> {
    glass_model::go_regex_anchored(text).map_err(|error| error.to_string())
}

/// A condition on a label.
///
/// # Errors
/// As [`go_regex`].
pub(crate) fn go_matcher(name: &str, op: MatcherOp, value: &str) -> Result<Matcher, String> {
    Matcher::new(name, op, value).map_err(|error| error.to_string())
}
