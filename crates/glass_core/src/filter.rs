//! Reading a log filter that a user typed: `{job="shop", code=~"5.."} some text`.

use glass_model::{Matcher, MatcherOp, Selector};

/// The streams and the text meant by `typed`.
///
/// # Errors
/// A sentence on what is wrong with the selector.
pub fn parse_filter(typed: &str) -> Result<(Selector, String), String> {
    let typed = typed.trim_start();
    if !typed.starts_with('{') {
        return Ok((Selector::all(), typed.to_owned()));
    }
    let mut reader = Reader { rest: &typed[1..] };
    let mut matchers = Vec::new();
    loop {
        reader.skip_spaces();
        if reader.take("}") {
            break;
        }
        matchers.push(reader.matcher()?);
        reader.skip_spaces();
        if !reader.take(",") && !reader.rest.starts_with('}') {
            return Err("write {name=\"value\", …} and then the text".into());
        }
    }
    Ok((Selector { matchers }, reader.rest.trim_start().to_owned()))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else {
            return false;
        };
        self.rest = rest;
        true
    }

    fn matcher(&mut self) -> Result<Matcher, String> {
        let n = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(n);
        self.rest = rest;
        if name.is_empty() {
            return Err("a label's name is missing after `{` or `,`".into());
        }
        self.skip_spaces();
        let ops = [
            ("=~", MatcherOp::Regex),
            ("!~", MatcherOp::NotRegex),
            ("!=", MatcherOp::NotEqual),
            ("=", MatcherOp::Equal),
        ];
        let op = ops
            .into_iter()
            .find(|(token, _)| self.take(token))
            .map(|(_, op)| op);
        let op = op.ok_or_else(|| format!("after `{name}` comes =, !=, =~ or !~"))?;
        self.skip_spaces();
        let value = self
            .quoted()
            .ok_or_else(|| format!("after `{name}` comes a value in quotes"))?;
        Matcher::new(name, op, &value).map_err(|_| format!("`{value}` is no regular expression"))
    }

    fn quoted(&mut self) -> Option<String> {
        let mut chars = self.rest.char_indices();
        let quote = chars.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '`'))?;
        let mut value = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(value);
                }
                '\\' if quote == '"' => value.push(chars.next()?.1),
                c => value.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Result<(&str, &str), &str>) {
        let found = parse_filter(typed).map(|(selector, text)| (selector.to_string(), text));
        let expected = expected
            .map(|(s, t)| (s.to_owned(), t.to_owned()))
            .map_err(str::to_owned);
        assert_eq!(found, expected, "{typed}");
    }

    #[test]
    fn selectors_and_texts() {
        check("time out", Ok(("{}", "time out")));
        check(r#"{job="shop"} time out"#, Ok((r#"{job="shop"}"#, "time out")));
        check(
            r#"{ a.b =~ `5..` , c!="\"" }"#,
            Ok((r#"{a.b=~"5..", c!="\""}"#, "")),
        );
        check("{} x", Ok(("{}", "x")));
        check("{job", Err("after `job` comes =, !=, =~ or !~"));
        check("{job=shop}", Err("after `job` comes a value in quotes"));
        check(
            "{job=\"a\" x}",
            Err("write {name=\"value\", …} and then the text"),
        );
        check("{job=~\"(\"}", Err("`(` is no regular expression"));
    }
}
