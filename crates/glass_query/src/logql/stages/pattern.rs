//! Patterns: `<ip> - <_> "<method> <path>"`, as a parser and as a line filter.

use std::borrow::Cow;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// Any text; `None` if it has no name.
    Capture(Option<Box<str>>),
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((name, length)) = capture(rest) {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal).into()));
            }
            parts.push(Part::Capture((name != "_").then(|| name.into())));
            rest = &rest[length..];
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            literal.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal.into()));
    }
    parts
}

/// The name of the capture at the start of `rest`, and how many bytes it takes.
fn capture(rest: &str) -> Option<(&str, usize)> {
    let inside = rest.strip_prefix('<')?;
    let end = inside.find('>')?;
    let name = &inside[..end];
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, end + 2))
}

fn has_neighbours(parts: &[Part]) -> bool {
    parts
        .windows(2)
        .any(|pair| matches!(pair, [Part::Capture(_), Part::Capture(_)]))
}

/// The parser `| pattern "…"`.
#[derive(Clone, Debug)]
pub struct PatternStage {
    /// As it was written.
    pub text: Box<str>,
    parts: Vec<Part>,
}

impl PatternStage {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it names nothing, or two captures touch.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = parts(text);
        if !parts.iter().any(|part| matches!(part, Part::Capture(Some(_)))) {
            return Err(format!("at least one named capture is required: {text:?}"));
        }
        if has_neighbours(&parts) {
            return Err(format!(
                "found consecutive captures without a literal between them: {text:?}"
            ));
        }
        Ok(Self {
            text: text.into(),
            parts,
        })
    }

    /// Hands out the captures of `line` up to the first literal that is missing.
    pub fn run<'l>(&self, line: &'l str, mut found: impl FnMut(&str, Cow<'l, str>)) {
        let mut rest = line;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            let name = match part {
                Part::Literal(literal) => match rest.strip_prefix(&**literal) {
                    Some(after) => {
                        rest = after;
                        continue;
                    }
                    None => return,
                },
                Part::Capture(name) => name,
            };
            let end = match parts.peek() {
                Some(Part::Literal(literal)) => rest.find(&**literal),
                _ => None,
            };
            let value = &rest[..end.unwrap_or(rest.len())];
            if let Some(name) = name {
                found(name, Cow::Borrowed(value));
            }
            match end {
                Some(end) => rest = &rest[end..],
                None => return,
            }
        }
    }
}

/// The line filter `|> "…"`: the whole line must be of this form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePattern {
    /// As it was written.
    pub text: Box<str>,
    parts: Vec<Part>,
}

impl LinePattern {
    /// Reads a pattern whose only captures are `<_>`.
    ///
    /// # Errors
    /// When it has a named capture, or two captures touch.
    pub fn filter(text: &str) -> Result<Self, String> {
        let parts = parts(text);
        if parts.iter().any(|part| matches!(part, Part::Capture(Some(_)))) {
            return Err(format!(
                "named captures are not allowed in a line filter: {text:?}"
            ));
        }
        if has_neighbours(&parts) {
            return Err(format!(
                "found consecutive captures without a literal between them: {text:?}"
            ));
        }
        Ok(Self {
            text: text.into(),
            parts,
        })
    }

    /// Whether the line is of this form.
    pub fn matches(&self, line: &str) -> bool {
        let mut rest = line;
        let mut is_free = false;
        let last = self.parts.len().saturating_sub(1);
        for (i, part) in self.parts.iter().enumerate() {
            let Part::Literal(literal) = part else {
                is_free = true;
                continue;
            };
            let literal = &**literal;
            // What ends the pattern must end the line.
            let at = match (is_free, i == last) {
                (true, true) => rest.ends_with(literal).then(|| rest.len() - literal.len()),
                (true, false) => rest.find(literal),
                (false, _) => rest.starts_with(literal).then_some(0),
            };
            let Some(at) = at else { return false };
            rest = &rest[at + literal.len()..];
            is_free = false;
        }
        is_free || rest.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn captures_end_where_the_next_literal_begins() {
        let check = |pattern: &str, line: &str, expected: &[(&str, &str)]| {
            let mut found = Vec::new();
            let stage = PatternStage::parse(pattern).unwrap();
            stage.run(line, |name, value| {
                found.push((name.to_owned(), value.into_owned()))
            });
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(found, expected, "{pattern} on {line}");
        };
        let line = r#"0.1.2.3 - - [10/Jun] "GET /api HTTP/1.1" 200 2"#;
        let pattern = r#"<ip> - - <_> "<method> <uri> <_>" <status> <size>"#;
        let all = [
            ("ip", "0.1.2.3"),
            ("method", "GET"),
            ("uri", "/api"),
            ("status", "200"),
            ("size", "2"),
        ];
        check(pattern, line, &all);
        check("<_> \"<method> ", line, &[("method", "GET")]);
        check("x <ip>", line, &[]);
        check("<a>,<b>,", "1,2", &[("a", "1"), ("b", "2")]);
        assert!(PatternStage::parse("<a><b>").is_err() && PatternStage::parse("<_> x").is_err());
    }

    #[test]
    fn a_line_filter_looks_at_the_whole_line() {
        let check = |pattern: &str, line: &str, expected: bool| {
            assert_eq!(
                LinePattern::filter(pattern).unwrap().matches(line),
                expected,
                "{pattern} on {line}"
            );
        };
        check(
            "<_> level=debug <_> msg=\"POST <_>",
            "ts=1 level=debug a msg=\"POST x\"",
            true,
        );
        check("level=debug <_>", "ts=1 level=debug a", false);
        check("<_>done", "a done b done", true);
        check("ab<_>b", "ab", false);
        check("exact", "exactly", false);
    }
}
