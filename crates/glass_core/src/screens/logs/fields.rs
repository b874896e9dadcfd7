//! [`Fields`]: a line of JSON or logfmt taken apart, for columns, details and lines whose message stands first.

use glass_model::WILDCARD;

/// A longer line is shown as it is.
const MAX_BYTES: usize = 16 << 10;
/// More fields of a line are left in it.
const MAX_FIELDS: usize = 100;
/// Deeper objects stay as they are.
const MAX_DEPTH: usize = 6;

/// Names under which programs write what they say, the usual first.
const MESSAGES: [&str; 6] = ["msg", "message", "log", "event", "body", "text"];
/// Names of what stands in a line's columns of time and level.
const SHOWN_ELSEWHERE: [&str; 8] = [
    "ts",
    "time",
    "timestamp",
    "@timestamp",
    "level",
    "lvl",
    "severity",
    "detected_level",
];

/// The fields of a line, in its order; those of inner objects by names such as `http.status`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes a line apart; `None` if it is neither a JSON object nor all logfmt.
    pub fn of(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.len() > MAX_BYTES {
            return None;
        }
        let fields = match line.strip_prefix('{') {
            Some(_) => Json { rest: line }.whole()?,
            None => logfmt(line)?,
        };
        (!fields.is_empty() && fields.len() <= MAX_FIELDS).then_some(Self(fields))
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What the program says, if a field holds it.
    pub fn message(&self) -> Option<(&str, &str)> {
        MESSAGES
            .into_iter()
            .find_map(|name| Some((name, self.get(name).filter(|text| !text.is_empty())?)))
    }

    /// The fields that neither the message nor a line's usual columns show.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        let message = self.message().map(|(name, _)| name);
        self.iter()
            .filter(move |(name, _)| Some(*name) != message && !SHOWN_ELSEWHERE.contains(name))
    }
}

/// All of a line as `name=value` and `name="a value"`, at least two of them.
fn logfmt(line: &str) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.@/".contains(c));
        if !is_name || fields.len() > MAX_FIELDS {
            return None;
        }
        let (value, after) = match after.strip_prefix('"') {
            Some(_) => {
                let mut quoted = Json { rest: after };
                (quoted.string()?, quoted.rest)
            }
            None => {
                let end = after.find(' ').unwrap_or(after.len());
                let (value, after) = after.split_at(end);
                (value.to_owned(), after)
            }
        };
        fields.push((name.to_owned(), value));
        if !after.is_empty() && !after.starts_with(' ') {
            return None;
        }
        rest = after.trim_start();
    }
    (fields.len() >= 2).then_some(fields)
}

/// Reads JSON from the start of a text.
struct Json<'a> {
    rest: &'a str,
}

impl Json<'_> {
    /// A whole text that is one object.
    fn whole(mut self) -> Option<Vec<(String, String)>> {
        let mut fields = Vec::new();
        self.object("", 0, &mut fields)?;
        self.rest.trim().is_empty().then_some(fields)
    }

    fn take(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn object(&mut self, prefix: &str, depth: usize, fields: &mut Vec<(String, String)>) -> Option<()> {
        if !self.take('{') || fields.len() > MAX_FIELDS {
            return None;
        }
        if self.take('}') {
            return Some(());
        }
        loop {
            self.rest = self.rest.trim_start();
            let name = format!("{prefix}{}", self.string()?);
            if !self.take(':') {
                return None;
            }
            self.rest = self.rest.trim_start();
            match self.rest.chars().next()? {
                '{' if depth < MAX_DEPTH => self.object(&format!("{name}."), depth + 1, fields)?,
                '{' | '[' => fields.push((name, self.raw()?)),
                '"' => {
                    let value = self.string()?;
                    fields.push((name, value));
                }
                _ => fields.push((name, self.word()?)),
            }
            if self.take('}') {
                return Some(());
            }
            if !self.take(',') || fields.len() > MAX_FIELDS {
                return None;
            }
        }
    }

    /// A number, `true`, `false` or `null`, as it is written; in a pattern also what stands for any of them.
    fn word(&mut self) -> Option<String> {
        let end = self
            .rest
            .find(|c: char| c == ',' || c == '}' || c == ']' || c.is_whitespace());
        let (word, rest) = self.rest.split_at(end?);
        self.rest = rest;
        let is_known = matches!(word, "true" | "false" | "null")
            || word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            || word.starts_with(WILDCARD);
        is_known.then(|| word.to_owned())
    }

    /// A list or object as it is written.
    fn raw(&mut self) -> Option<String> {
        let whole = self.rest;
        let mut depth = 0usize;
        loop {
            match self.rest.chars().next()? {
                '"' => {
                    self.string()?;
                    continue;
                }
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            let mut chars = self.rest.chars();
            chars.next();
            self.rest = chars.as_str();
            if depth == 0 {
                return whole.get(..whole.len() - self.rest.len()).map(str::to_owned);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut chars = self.rest.strip_prefix('"')?.chars();
        let mut text = String::new();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => text.push(escaped(&mut chars)?),
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let first = unit(chars)?;
            // Of a pair the second half follows as an escape of its own.
            match (0xd800..0xdc00).contains(&first) && chars.as_str().starts_with("\\u") {
                true => {
                    chars.nth(1);
                    let second = unit(chars)?.wrapping_sub(0xdc00) & 0x3ff;
                    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)?
                }
                false => char::from_u32(first).unwrap_or('\u{fffd}'),
            }
        }
        c => c,
    })
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit * 16 + chars.next()?.to_digit(16)?;
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&[(&str, &str)]>) {
        let fields = Fields::of(line);
        let found: Option<Vec<_>> = fields.as_ref().map(|fields| fields.iter().collect());
        assert_eq!(found.as_deref(), expected, "{line}");
    }

    #[test]
    fn json_and_logfmt_are_taken_apart() {
        check(
            r#"{"level":"info", "n":-1.5e3,"ok":true,"http":{"status":500,"to":[1,"]"]},"msg":"a\n\"b\" \u00e9\ud83d\ude00"}"#,
            Some(&[
                ("level", "info"),
                ("n", "-1.5e3"),
                ("ok", "true"),
                ("http.status", "500"),
                ("http.to", "[1,\"]\"]"),
                ("msg", "a\n\"b\" é😀"),
            ]),
        );
        check(
            r#"level=warn msg="pool is full" took=3ms empty= "#,
            Some(&[
                ("level", "warn"),
                ("msg", "pool is full"),
                ("took", "3ms"),
                ("empty", ""),
            ]),
        );
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in [
            "",
            "{",
            "{}",
            "{\"a\"",
            "{\"a\":}",
            "{\"a\":1} and more",
            "{\"a\":\"\\u12\"}",
            "{\"a\":[",
            "GET /cart?a=b 200",
            "only=one",
            "a=1 b",
            "a=\"open b=2",
            "日本=語 größe",
        ] {
            check(line, None);
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(3000), "}".repeat(3000));
        assert!(Fields::of(&deep).is_none_or(|fields| fields.0.len() == 1));
        let many: String = (0..200).map(|i| format!("a{i}=1 ")).collect();
        check(&many, None);
    }

    #[test]
    fn the_message_comes_first_and_what_is_shown_elsewhere_does_not_come_again() {
        let fields = Fields::of(r#"{"ts":"x","level":"info","user":"anna","msg":"hi"}"#).unwrap();
        assert_eq!(fields.message(), Some(("msg", "hi")));
        assert_eq!(fields.others().collect::<Vec<_>>(), [("user", "anna")]);
    }
}
