//! What `filter`, `receiver` and the switches in a request leave of a list.

use super::ApiError;
use crate::params::Params;
use axum::http::StatusCode;
use glass_model::{Matcher, MatcherOp};

/// The conditions of all `filter` parameters.
pub(super) fn matchers(params: &Params) -> Result<Vec<Matcher>, ApiError> {
    params.all("filter").map(matcher).collect()
}

/// `name="value"`; the quotes may be left out.
fn matcher(text: &str) -> Result<Matcher, ApiError> {
    let wrong = || ApiError::Text(StatusCode::BAD_REQUEST, format!("bad matcher format: {text}"));
    let trimmed = text.trim();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let len = trimmed.find(|c| !is_of_name(c)).unwrap_or(trimmed.len());
    let (name, rest) = trimmed.split_at(len);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let rest = rest.trim_start();
    let ops = [
        ("=~", MatcherOp::Regex),
        ("!~", MatcherOp::NotRegex),
        ("!=", MatcherOp::NotEqual),
        ("=", MatcherOp::Equal),
    ];
    let found = ops
        .into_iter()
        .find_map(|(text, op)| Some((rest.strip_prefix(text)?.trim_start(), op)));
    let (value, op) = found.ok_or_else(wrong)?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted).ok_or_else(wrong)?,
        None => value.to_owned(),
    };
    Matcher::new(name, op, &value)
        .map_err(|error| ApiError::Text(StatusCode::BAD_REQUEST, regex_error(&error)))
}

/// The text up to the closing quote, which must be the last character.
fn unquoted(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                c @ ('"' | '\\') => out.push(c),
                c => out.extend(['\\', c]),
            },
            c => out.push(c),
        }
    }
    chars.next().is_none().then_some(out)
}

/// An error of an expression on one line, beginning as Go begins it.
fn regex_error(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    format!("error parsing regexp: {}", last.trim_start_matches("error: "))
}

/// `receiver`: an expression on the receiver's name.
pub(super) fn receiver(params: &Params) -> Result<Option<Matcher>, ApiError> {
    let Some(text) = params.given("receiver") else {
        return Ok(None);
    };
    let matcher = Matcher::new("receiver", MatcherOp::Regex, text).map_err(|error| {
        let text = format!("failed to parse receiver param: {}", regex_error(&error));
        ApiError::Text(StatusCode::BAD_REQUEST, text)
    })?;
    Ok(Some(matcher))
}

/// A switch that is on unless it is turned off; what is no truth value turns it off, as in Alertmanager.
pub(super) fn is_on(params: &Params, name: &str) -> bool {
    const TRUE: [&str; 8] = ["true", "1", "yes", "ok", "y", "on", "selected", "checked"];
    params
        .given(name)
        .is_none_or(|value| TRUE.contains(&value.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_matchers() {
        let check = |text: &str, expected: Option<(&str, MatcherOp, &str)>| {
            let found = matcher(text).ok();
            let found = found.as_ref().map(|m| (m.name(), m.op(), m.value()));
            assert_eq!(found, expected, "{text}");
        };
        check(
            r#"severity="critical""#,
            Some(("severity", MatcherOp::Equal, "critical")),
        );
        check(
            "severity = critical",
            Some(("severity", MatcherOp::Equal, "critical")),
        );
        check(r#"team=~"store.*""#, Some(("team", MatcherOp::Regex, "store.*")));
        check(r#"a!="x\"y\n""#, Some(("a", MatcherOp::NotEqual, "x\"y\n")));
        check("a!~b", Some(("a", MatcherOp::NotRegex, "b")));
        check("a=", Some(("a", MatcherOp::Equal, "")));
        for wrong in ["", "a", "1a=b", "=b", r#"a="b"#, r#"a="b"c"#, "a=~[b"] {
            check(wrong, None);
        }
    }

    #[test]
    fn switches() {
        let params = Params::parse("a=true&b=false&c=perhaps");
        let on = ["a", "b", "c", "d"].map(|name| is_on(&params, name));
        assert_eq!(on, [true, false, false, true]);
    }
}
