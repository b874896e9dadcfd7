//! Regular expressions as Go reads them, which is how Prometheus and Loki do: [`go_regex`], [`go_regex_anchored`].
//!
//! Go and the `regex` crate speak dialects of RE2. Here an expression is read by Go's rules, with its errors in Go's
//! words, and written anew for the crate: `\d`, `\w`, `\s` and `\b` are ASCII, `\Q…\E`, octal escapes and braces that
//! repeat nothing are allowed, and inside a class nothing is an operator but a range.

use regex::{Error, Regex, RegexBuilder};
use std::iter::Peekable;
use std::str::CharIndices;

/// How large a compiled expression may become, in bytes: the bound on what a hostile query can cost.
const SIZE_LIMIT: usize = 1 << 20;

/// Go's own bound on `{n}`.
const MAX_REPEAT: u32 = 1000;

/// Compiles an expression that may match anywhere in a text.
///
/// # Errors
/// When it is not valid, in Go's words, or too large.
pub fn go_regex(pattern: &str, dot_matches_newline: bool) -> Result<Regex, Error> {
    let flags = if dot_matches_newline { "(?s)" } else { "" };
    build(pattern, &format!("{flags}{}", translate(pattern)?))
}

/// Compiles an expression that must match a whole text, and whose dots match newlines, as in matchers of labels.
///
/// # Errors
/// As [`go_regex`].
pub fn go_regex_anchored(pattern: &str) -> Result<Regex, Error> {
    build(pattern, &format!("^(?s:{})$", translate(pattern)?))
}

fn build(pattern: &str, translated: &str) -> Result<Regex, Error> {
    RegexBuilder::new(translated)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| match error {
            Error::CompiledTooBig(_) => refuse("expression too large", pattern),
            Error::Syntax(text) => {
                let reason = text
                    .lines()
                    .next_back()
                    .unwrap_or("")
                    .trim_start_matches("error: ");
                refuse(reason, pattern)
            }
            other => other,
        })
}

fn refuse(reason: &str, part: &str) -> Error {
    Error::Syntax(format!("error parsing regexp: {reason}: `{part}`"))
}

/// The same expression in the dialect of the crate.
fn translate(pattern: &str) -> Result<String, Error> {
    let mut translation = Translation {
        pattern,
        rest: pattern.char_indices().peekable(),
        out: String::with_capacity(pattern.len() + 16),
        n_open: 0,
        last: Last::Nothing,
    };
    while let Some((at, c)) = translation.rest.next() {
        translation.step(at, c)?;
    }
    if translation.n_open > 0 {
        return Err(refuse("missing closing )", pattern));
    }
    Ok(translation.out)
}

/// What a repetition would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Something,
    /// A repetition that begins here.
    Repetition(usize),
}

struct Translation<'a> {
    pattern: &'a str,
    rest: Peekable<CharIndices<'a>>,
    out: String,
    n_open: usize,
    last: Last,
}

impl Translation<'_> {
    fn at(&mut self) -> usize {
        self.rest.peek().map_or(self.pattern.len(), |(at, _)| *at)
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, c)| *c)
    }

    fn accept(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, c)| *c == wanted).is_some()
    }

    /// The text after the next character to be read.
    fn upcoming(&mut self) -> &str {
        let at = self.at();
        &self.pattern[at..]
    }

    fn skip(&mut self, n_bytes: usize) {
        let end = self.at() + n_bytes;
        while self.rest.next_if(|(at, _)| *at < end).is_some() {}
    }

    fn step(&mut self, at: usize, c: char) -> Result<(), Error> {
        match c {
            '(' => return self.open(at),
            ')' if self.n_open == 0 => return Err(refuse("unexpected )", self.pattern)),
            ')' => {
                self.n_open -= 1;
                self.out.push(')');
            }
            '|' => {
                self.out.push('|');
                self.last = Last::Nothing;
                return Ok(());
            }
            '*' | '+' | '?' => {
                self.out.push(c);
                return self.repeat(at);
            }
            '{' => return self.brace(at),
            '[' => self.class(at)?,
            '\\' => return self.escape(at),
            '^' | '$' | '.' => self.out.push(c),
            c => push_literal(&mut self.out, c),
        }
        self.last = Last::Something;
        Ok(())
    }

    /// `(`, `(?i)`, `(?P<name>`
    fn open(&mut self, start: usize) -> Result<(), Error> {
        self.last = Last::Nothing;
        if !self.accept('?') {
            self.n_open += 1;
            self.out.push('(');
            return Ok(());
        }
        let upcoming = self.upcoming();
        let name = upcoming.strip_prefix("P<").or_else(|| upcoming.strip_prefix('<'));
        let is_look_behind = name.is_some_and(|name| name.starts_with(['=', '!']));
        if let Some(name) = name.filter(|_| !is_look_behind) {
            let before = upcoming.len() - name.len();
            let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let Some(end) = end.filter(|end| *end > 0 && name[*end..].starts_with('>')) else {
                let shown = name
                    .find('>')
                    .map_or(self.pattern.len(), |end| start + 2 + before + end + 1);
                return Err(refuse("invalid named capture", &self.pattern[start..shown]));
            };
            self.out.push_str("(?P<");
            self.out
                .push_str(&self.pattern[start + 2 + before..=start + 2 + before + end]);
            self.skip(before + end + 1);
            self.n_open += 1;
            return Ok(());
        }
        self.flags(start)
    }

    fn flags(&mut self, start: usize) -> Result<(), Error> {
        let (mut is_off, mut n_since) = (false, 0);
        for (at, c) in self.rest.by_ref() {
            match c {
                'i' | 'm' | 's' | 'U' => n_since += 1,
                '-' if !is_off => (is_off, n_since) = (true, 0),
                ':' | ')' if !is_off || n_since > 0 => {
                    let flags = &self.pattern[start..at];
                    if c == ':' {
                        self.n_open += 1;
                        self.out.push_str(flags);
                        self.out.push(':');
                    } else if flags.len() > 2 {
                        self.out.push_str(flags);
                        self.out.push(')');
                    }
                    return Ok(());
                }
                _ => break,
            }
        }
        let end = self.at();
        Err(refuse(
            "invalid or unsupported Perl syntax",
            &self.pattern[start..end],
        ))
    }

    /// After a repetition's operator, which begins at `start`: a `?` makes it lazy.
    fn repeat(&mut self, start: usize) -> Result<(), Error> {
        if self.accept('?') {
            self.out.push('?');
        }
        let end = self.at();
        match self.last {
            Last::Something => {
                self.last = Last::Repetition(start);
                Ok(())
            }
            Last::Nothing => Err(refuse(
                "missing argument to repetition operator",
                &self.pattern[start..end],
            )),
            Last::Repetition(first) => Err(refuse(
                "invalid nested repetition operator",
                &self.pattern[first..end],
            )),
        }
    }

    /// `{2,5}`, or a brace that stands for itself.
    fn brace(&mut self, start: usize) -> Result<(), Error> {
        let upcoming = self.upcoming();
        let length = upcoming
            .bytes()
            .take(24)
            .take_while(|b| b.is_ascii_digit() || *b == b',')
            .count();
        let counts = upcoming[length..].starts_with('}').then(|| &upcoming[..length]);
        let Some((least, most)) = counts.and_then(repeat_counts) else {
            push_literal(&mut self.out, '{');
            self.last = Last::Something;
            return Ok(());
        };
        self.out.push('{');
        let counts = self.pattern[start + 1..].get(..=length).unwrap_or("");
        self.out.push_str(counts);
        self.skip(length + 1);
        if least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
            let end = self.at();
            return Err(refuse("invalid repeat count", &self.pattern[start..end]));
        }
        self.repeat(start)
    }

    fn escape(&mut self, start: usize) -> Result<(), Error> {
        match self.peek() {
            Some('Q') => {
                self.skip(1);
                self.quoted();
                return Ok(());
            }
            Some('b') => self.out.push_str("(?-u:\\b)"),
            Some('B') => self.out.push_str("(?-u:\\B)"),
            Some(c @ ('A' | 'z')) => self.out.extend(['\\', c]),
            _ => {
                self.escaped_character(start)?;
                self.last = Last::Something;
                return Ok(());
            }
        }
        self.skip(1);
        self.last = Last::Something;
        Ok(())
    }

    /// Up to `\E` or the end every character stands for itself.
    fn quoted(&mut self) {
        let upcoming = self.upcoming();
        let end = upcoming.find("\\E");
        let text = upcoming[..end.unwrap_or(upcoming.len())].to_owned();
        for c in text.chars() {
            push_literal(&mut self.out, c);
            self.last = Last::Something;
        }
        self.skip(text.len() + if end.is_some() { 2 } else { 0 });
    }

    /// After a backslash: a class or a character.
    fn escaped_character(&mut self, start: usize) -> Result<(), Error> {
        if self.escaped_class(start)? {
            return Ok(());
        }
        let c = self.escaped_literal(start)?;
        push_literal(&mut self.out, c);
        Ok(())
    }

    /// `\d` and its like, `\pL`, `\p{Greek}`; whether it was one.
    fn escaped_class(&mut self, start: usize) -> Result<bool, Error> {
        let class = match self.peek() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => "[\\t\\n\\x0c\\r ]",
            Some('S') => "[^\\t\\n\\x0c\\r ]",
            Some(c @ ('p' | 'P')) => {
                self.skip(1);
                self.unicode_class(start, c == 'P')?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.skip(1);
        self.out.push_str(class);
        Ok(true)
    }

    fn unicode_class(&mut self, start: usize, is_negated: bool) -> Result<(), Error> {
        let upcoming = self.upcoming();
        let (length, name) = if let Some(inner) = upcoming.strip_prefix('{') {
            let Some(end) = inner.find('}') else {
                return Err(refuse("invalid character class range", &self.pattern[start..]));
            };
            (end + 2, &inner[..end])
        } else {
            let length = upcoming.chars().next().map_or(0, char::len_utf8);
            (length, &upcoming[..length])
        };
        let bare = name.strip_prefix('^').unwrap_or(name);
        let is_name = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let is_negated = is_negated != (bare.len() < name.len());
        let class = format!("\\{}{{{bare}}}", if is_negated { 'P' } else { 'p' });
        self.skip(length);
        if !is_name || Regex::new(&class).is_err() {
            let end = self.at();
            return Err(refuse("invalid character class range", &self.pattern[start..end]));
        }
        self.out.push_str(&class);
        Ok(())
    }

    /// The character that an escape stands for.
    fn escaped_literal(&mut self, start: usize) -> Result<char, Error> {
        let Some((_, c)) = self.rest.next() else {
            return Err(refuse("trailing backslash at end of expression", ""));
        };
        let next_is_octal = matches!(self.peek(), Some('0'..='7'));
        let code = match c {
            '0'..='7' if c == '0' || next_is_octal => Some(self.digits(u32::from(c) - 48, 8, 2)),
            'x' if self.accept('{') => {
                let code = self.digits(0, 16, 9);
                Some(code)
                    .filter(|_| self.accept('}') && self.pattern.as_bytes().get(start + 3) != Some(&b'}'))
            }
            'x' => {
                let before = self.at();
                let code = self.digits(0, 16, 2);
                Some(code).filter(|_| self.at() == before + 2)
            }
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
            _ => None,
        };
        code.and_then(char::from_u32).ok_or_else(|| {
            let end = self.at();
            refuse("invalid escape sequence", &self.pattern[start..end])
        })
    }

    fn digits(&mut self, first: u32, base: u32, max: usize) -> u32 {
        let mut code = first;
        for _ in 0..max {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(base)) else {
                break;
            };
            self.skip(1);
            code = code.saturating_mul(base).saturating_add(digit);
        }
        code
    }

    /// `[^a-z[:alpha:]\d]`, whose bracket has been read.
    fn class(&mut self, start: usize) -> Result<(), Error> {
        self.out.push('[');
        if self.accept('^') {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let at = self.at();
            let Some(c) = self.peek() else {
                return Err(refuse("missing closing ]", &self.pattern[start..]));
            };
            if c == ']' && !is_first {
                self.skip(1);
                self.out.push(']');
                return Ok(());
            }
            is_first = false;
            if c == '[' && self.posix_class()? {
                continue;
            }
            if c == '\\' {
                self.skip(1);
                if self.escaped_class(at)? {
                    continue;
                }
            }
            self.class_range(at, c)?;
        }
    }

    fn posix_class(&mut self) -> Result<bool, Error> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        let upcoming = self.upcoming();
        let Some(end) = upcoming.strip_prefix("[:").and_then(|inner| inner.find(":]")) else {
            return Ok(false);
        };
        let whole = upcoming[..end + 4].to_owned();
        let name = &whole[2..end + 2];
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(refuse("invalid character class range", &whole));
        }
        self.skip(whole.len());
        self.out.push_str(&whole);
        Ok(true)
    }

    /// A character or a range of them; of an escape the backslash has been read.
    fn class_range(&mut self, start: usize, c: char) -> Result<(), Error> {
        let low = self.class_character(start, c)?;
        push_literal(&mut self.out, low);
        let upcoming = self.upcoming();
        if !upcoming.starts_with('-') || upcoming.starts_with("-]") || upcoming.len() == 1 {
            return Ok(());
        }
        self.skip(1);
        let at = self.at();
        let Some(c) = self.peek() else {
            return Ok(());
        };
        if c == '\\' {
            self.skip(1);
        }
        let high = self.class_character(at, c)?;
        if high < low {
            let end = self.at();
            return Err(refuse("invalid character class range", &self.pattern[start..end]));
        }
        self.out.push('-');
        push_literal(&mut self.out, high);
        Ok(())
    }

    fn class_character(&mut self, start: usize, c: char) -> Result<char, Error> {
        if c == '\\' {
            return self.escaped_literal(start);
        }
        self.skip(c.len_utf8());
        Ok(c)
    }
}

/// The least and the most of `2`, `2,` or `2,5`; `None` if it is nothing of this kind.
fn repeat_counts(text: &str) -> Option<(u32, Option<u32>)> {
    let count = |digits: &str| {
        let is_plain = digits == "0" || !digits.starts_with('0');
        (is_plain && !digits.is_empty() && !digits.contains(',')).then(|| digits.parse().unwrap_or(u32::MAX))
    };
    match text.split_once(',') {
        None => count(text).map(|n| (n, Some(n))),
        Some((least, "")) => Some((count(least)?, None)),
        Some((least, most)) => Some((count(least)?, Some(count(most)?))),
    }
}

/// Writes a character so that it stands for itself, in a class and outside.
fn push_literal(out: &mut String, c: char) {
    if c.is_ascii() && !c.is_ascii_alphanumeric() && !c.is_ascii_control() && c != ' ' && c != '_' {
        out.push('\\');
        // These would be something else with a backslash.
        if matches!(c, '<' | '>') {
            out.pop();
        }
    }
    out.push(c);
}

#[cfg(test)]
mod tests;
