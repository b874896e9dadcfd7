//! [`to_logsql`]: LogQL as people type it most often, in LogsQL: a selector, texts a line must have or must not have,
//! fields with a value.

use crate::http::FetchError;
use crate::logql_text::{literal, quoted, unquoted};

/// The operators of matchers and line filters, the longer first.
const MATCHES: [&str; 4] = ["=~", "!~", "!=", "="];
const FILTERS: [&str; 4] = ["|=", "!=", "|~", "!~"];

/// The query in LogsQL.
///
/// Matchers become filters of fields, which find labels of streams and other fields alike. Line filters become
/// regular expressions on the message, because LogsQL's plain words match whole words only.
///
/// # Errors
/// Names the part of the query that has no counterpart.
pub fn to_logsql(query: &str) -> Result<String, FetchError> {
    let mut parts = Vec::new();
    let inside = query
        .trim()
        .strip_prefix('{')
        .ok_or_else(|| refused("a query that does not begin with a selector such as {job=\"shop\"}"))?;
    let mut rest = inside.trim_start();
    while !rest.starts_with('}') {
        let (part, after) = matcher(rest).ok_or_else(|| refused(&format!("`{}`", short(rest))))?;
        parts.push(part);
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return Err(refused(&format!("`{}`", short(rest)))),
        };
    }
    rest = rest[1..].trim_start();
    while !rest.is_empty() {
        let (part, after) = stage(rest).ok_or_else(|| refused(&format!("`{}`", short(rest))))?;
        parts.extend(part);
        rest = after.trim_start();
    }
    match parts.is_empty() {
        true => Ok("*".to_owned()),
        false => Ok(parts.join(" ")),
    }
}

/// A matcher such as `job="shop"` as a filter, and what follows it.
fn matcher(text: &str) -> Option<(String, &str)> {
    let len = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = text.split_at(len);
    let rest = rest.trim_start();
    let op = MATCHES.iter().find(|op| rest.starts_with(**op))?;
    let (value, rest) = unquoted(rest[op.len()..].trim_start())?;
    if name.is_empty() {
        return None;
    }
    let anchored = || quoted(&format!("^(?s:{value})$"));
    let filter = match (*op, value.is_empty()) {
        ("=", true) => format!("{name}:\"\""),
        ("!=", true) => format!("{name}:*"),
        ("=", _) => format!("{name}:={}", quoted(&value)),
        ("!=", _) => format!("!{name}:={}", quoted(&value)),
        ("=~", _) => format!("{name}:~{}", anchored()),
        _ => format!("!{name}:~{}", anchored()),
    };
    Some((filter, rest))
}

/// A line filter, or a filter of a field that needs no parsing before it; `None` inside for one that keeps all.
fn stage(text: &str) -> Option<(Option<String>, &str)> {
    let Some(op) = FILTERS.iter().find(|op| text.starts_with(**op)) else {
        let (filter, rest) = matcher(text.strip_prefix('|')?.trim_start())?;
        return ends_stage(rest).then_some((Some(filter), rest));
    };
    let (value, rest) = unquoted(text[op.len()..].trim_start())?;
    if !ends_stage(rest) {
        return None;
    }
    let wanted = match *op {
        "|=" | "!=" => literal(&value),
        _ => value,
    };
    let filter = match *op {
        _ if wanted.is_empty() && op.starts_with('|') => None,
        "|=" | "|~" => Some(format!("~{}", quoted(&wanted))),
        _ => Some(format!("!~{}", quoted(&wanted))),
    };
    Some((filter, rest))
}

/// Whether nothing or another stage follows: `or` and `and` have other meanings in LogsQL.
fn ends_stage(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['|', '!'])
}

fn short(text: &str) -> String {
    let text: String = text.chars().take(40).collect();
    let end = text[1.min(text.len())..]
        .find('|')
        .map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(&text).trim().to_owned()
}

fn refused(what: &str) -> FetchError {
    FetchError::Unsupported(format!(
        "victorialogs cannot be asked for {what} in LogQL; write the query in LogsQL"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said() {
        let check = |query: &str, expected: &str| {
            assert_eq!(to_logsql(query).unwrap(), expected, "{query}");
        };
        check(r#"{job="gateway"}"#, r#"job:="gateway""#);
        check(
            r#" { a!="x", b=~"y|z" , c!~`\d`, } "#,
            r#"!a:="x" b:~"^(?s:y|z)$" !c:~"^(?s:\\d)$""#,
        );
        check(
            r#"{job="a"} |= "100.0% \"x\"" != "b" |~ "c+" !~ `d`"#,
            r#"job:="a" ~"100\\.0% \"x\"" !~"b" ~"c+" !~"d""#,
        );
        check(
            r#"{job="",a!=""} | level="error" |= """#,
            r#"job:"" a:* level:="error""#,
        );
        check("{}", "*");
    }

    #[test]
    fn what_cannot_is_named() {
        let check = |query: &str, named: &str| {
            let error = to_logsql(query).unwrap_err().to_string();
            assert!(error.contains(named), "{query}: {error}");
        };
        check(r#"{job="a"} | json | status >= 500"#, "`| json`");
        check(r#"{job="a"} | status >= 500"#, "`| status >= 500`");
        check(r#"{job="a"} |= "a" or "b""#, r#"`|= "a" or "b"`"#);
        check(r#"sum(rate({job="a"}[5m]))"#, "does not begin with a selector");
        check(r#"{job="a"#, r#"`job="a`"#);
        check(r#"{job="a" b="c"}"#, "`b=\"c\"}`");
        check(r#"{"#, "``");
    }
}
