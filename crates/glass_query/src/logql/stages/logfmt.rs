//! The parser `| logfmt`: `key=value key="quoted value"`.

use std::borrow::Cow;

/// The parser.
#[derive(Clone, Debug)]
pub struct LogfmtStage {
    /// `--strict`: a malformed pair is an error.
    pub is_strict: bool,
    /// `--keep-empty`: keys without a value count.
    pub keeps_empty: bool,
    /// Labels and the keys they come from; all keys if there is none.
    pub keys: Vec<(Box<str>, Box<str>)>,
}

/// One pair; the value is still as it was written, in quotes or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair<'l> {
    key: &'l str,
    value: &'l str,
    has_escapes: bool,
}

impl LogfmtStage {
    /// Hands out keys and values; of a strict parser up to the first malformed pair.
    ///
    /// # Errors
    /// What is malformed, if it is strict.
    pub fn run<'l>(
        &self,
        line: &'l str,
        mut found: impl FnMut(Cow<'l, str>, &mut dyn FnMut() -> Cow<'l, str>),
    ) -> Result<(), String> {
        let mut pairs = Pairs { line, at: 0 };
        while let Some(pair) = pairs.next_pair() {
            match pair {
                Ok(pair) if pair.value.is_empty() && !self.keeps_empty && self.keys.is_empty() => {}
                Ok(pair) => found(Cow::Borrowed(pair.key), &mut || pair.text()),
                Err(problem) if self.is_strict => return Err(problem),
                Err(_) => pairs.skip_word(),
            }
        }
        Ok(())
    }
}

impl<'l> Pair<'l> {
    fn text(&self) -> Cow<'l, str> {
        if self.has_escapes {
            Cow::Owned(unescaped(self.value))
        } else {
            Cow::Borrowed(self.value)
        }
    }
}

struct Pairs<'l> {
    line: &'l str,
    at: usize,
}

impl<'l> Pairs<'l> {
    fn byte(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn skip_word(&mut self) {
        while self.byte().is_some_and(|byte| byte > b' ') {
            self.at += 1;
        }
    }

    fn unexpected(&self, byte: u8) -> String {
        let at = self.at + 1;
        let shown = char::from(byte);
        format!("logfmt syntax error at pos {at} : unexpected '{shown}'")
    }

    fn next_pair(&mut self) -> Option<Result<Pair<'l>, String>> {
        while self.byte().is_some_and(|byte| byte <= b' ') {
            self.at += 1;
        }
        let start = self.at;
        loop {
            match self.byte() {
                Some(byte) if byte > b' ' && byte != b'=' && byte != b'"' => self.at += 1,
                Some(b'"') => return Some(Err(self.unexpected(b'"'))),
                _ => break,
            }
        }
        let key = &self.line[start..self.at];
        let has_value = self.byte() == Some(b'=');
        if key.is_empty() {
            return has_value.then(|| Err(self.unexpected(b'=')));
        }
        if !has_value {
            let (value, has_escapes) = ("", false);
            return Some(Ok(Pair {
                key,
                value,
                has_escapes,
            }));
        }
        self.at += 1;
        Some(match self.byte() {
            Some(b'"') => self.quoted(key),
            _ => self.bare(key),
        })
    }

    fn bare(&mut self, key: &'l str) -> Result<Pair<'l>, String> {
        let start = self.at;
        while let Some(byte) = self.byte().filter(|byte| *byte > b' ') {
            if matches!(byte, b'=' | b'"') {
                return Err(self.unexpected(byte));
            }
            self.at += 1;
        }
        Ok(Pair {
            key,
            value: &self.line[start..self.at],
            has_escapes: false,
        })
    }

    fn quoted(&mut self, key: &'l str) -> Result<Pair<'l>, String> {
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => {
                    self.at = self.line.len();
                    let at = self.at;
                    return Err(format!(
                        "logfmt syntax error at pos {at} : unterminated quoted value"
                    ));
                }
            }
        }
        let value = &self.line[start..self.at];
        self.at += 1;
        Ok(Pair {
            key,
            value,
            has_escapes,
        })
    }
}

/// What stands between JSON's quotes, without its escapes; what is no escape stays.
pub(super) fn unescaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (made, taken) = match escape.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b't') => ('\t', 1),
            Some(b'r') => ('\r', 1),
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'u') => unicode(escape),
            Some(_) => {
                let first = escape.chars().next().unwrap_or('\\');
                (first, first.len_utf8())
            }
            None => ('\\', 0),
        };
        value.push(made);
        rest = &escape[taken..];
    }
    value.push_str(rest);
    value
}

/// The character of `uXXXX`, or of two of them that are a pair, and how many bytes it takes.
fn unicode(escape: &str) -> (char, usize) {
    let unit = |from: usize| u32::from_str_radix(escape.get(from..from + 4)?, 16).ok();
    match unit(1) {
        Some(high @ 0xd800..0xdc00) => {
            let low = (escape.get(5..7) == Some("\\u")).then(|| unit(7)).flatten();
            match low {
                Some(low @ 0xdc00..0xe000) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 11)
                }
                _ => ('\u{fffd}', 5),
            }
        }
        Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 5),
        None => ('u', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_and_malformed_ones_are_skipped_or_named() {
        let check = |stage: (bool, bool), line: &str, expected: &str| {
            let stage = LogfmtStage {
                is_strict: stage.0,
                keeps_empty: stage.1,
                keys: Vec::new(),
            };
            let mut found = Vec::new();
            let outcome = stage.run(line, |key, value| found.push(format!("{key}:{}", value())));
            found.extend(outcome.err());
            assert_eq!(found.join("|"), expected, "{line}");
        };
        let (lax, strict, empty) = ((false, false), (true, false), (false, true));
        check(
            lax,
            r#"at=info fwd="124 \"x\"" path=/ alone empty="#,
            "at:info|fwd:124 \"x\"|path:/",
        );
        check(empty, "alone empty= a=b", "alone:|empty:|a:b");
        check(lax, r#"=v foo=bar=buzz fo"o=bar ok=1"#, "ok:1");
        check(
            strict,
            "a=1 foo=bar=buzz ok=1",
            "a:1|logfmt syntax error at pos 12 : unexpected '='",
        );
        check(lax, r#"msg="open"#, "");
        check(lax, "plain words only", "");
        check(lax, r#"u="\u00e9\ud83d\ude00""#, "u:é😀");
    }
}
