//! Writing a [`Selector`] as PromQL that every server understands.

use crate::scan;
use glass_model::{Matcher, MatcherOp, Selector};

/// A selector as PromQL: values escaped, names outside the classic alphabet in quotes. Servers refuse selectors that
/// an empty series would satisfy, so one gets the condition that there is a name.
pub fn selector_text(selector: &Selector) -> String {
    let mut text = String::from("{");
    for (i, matcher) in selector.matchers.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        push_matcher(&mut text, matcher);
    }
    if selector.matchers.iter().all(|matcher| matcher.matches_value("")) {
        if !selector.matchers.is_empty() {
            text.push_str(", ");
        }
        text.push_str("__name__!=\"\"");
    }
    text.push('}');
    text
}

fn push_matcher(text: &mut String, matcher: &Matcher) {
    let name = matcher.name();
    if scan::is_classic_name(name) && !name.contains(':') {
        text.push_str(name);
    } else {
        push_quoted(text, name);
    }
    text.push_str(match matcher.op() {
        MatcherOp::Equal => "=",
        MatcherOp::NotEqual => "!=",
        MatcherOp::Regex => "=~",
        MatcherOp::NotRegex => "!~",
    });
    push_quoted(text, matcher.value());
}

/// In double quotes, with the escapes that PromQL shares with Go.
fn push_quoted(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_understands_it() {
        let check = |matchers: &[(&str, MatcherOp, &str)], expected: &str| {
            let matchers = matchers
                .iter()
                .map(|(name, op, value)| Matcher::new(name, *op, value).unwrap());
            let selector = Selector {
                matchers: matchers.collect(),
            };
            assert_eq!(selector_text(&selector), expected);
        };
        check(&[], r#"{__name__!=""}"#);
        check(&[("__name__", MatcherOp::Equal, "up")], r#"{__name__="up"}"#);
        check(
            &[("job", MatcherOp::NotRegex, "a|b")],
            r#"{job!~"a|b", __name__!=""}"#,
        );
        check(
            &[
                ("queue.name", MatcherOp::Equal, "\"\\\n\u{7}é"),
                ("code", MatcherOp::Regex, r"5\d."),
            ],
            r#"{"queue.name"="\"\\\n\u0007é", code=~"5\\d."}"#,
        );
    }
}
