//! Pieces of the Prometheus family of text forms: label sets, quoted texts, numbers, times.

use glass_model::Labels;

/// The most labels a series may have; real ones have fewer than a hundred.
const MOST_LABELS: usize = 1000;

/// Which escapes a quoted text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// `\\`, `\"` and `\n`; other backslashes stand for themselves, as in Prometheus' text forms.
    Text,
    /// All of Go's, as `%q` prints them.
    Go,
}

/// Reads a label set that begins with `{`, and gives what follows it. A quoted name without a value is the
/// metric's name, as Prometheus writes names outside the classic alphabet. Empty values are left out: to
/// Prometheus they are no labels.
pub(crate) fn label_set<'a>(
    text: &'a str,
    escapes: Escapes,
    pairs: &mut Vec<(String, String)>,
) -> Result<&'a str, String> {
    let mut rest = text
        .strip_prefix('{')
        .ok_or("a label set begins with `{`")?
        .trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Ok(after);
        }
        if pairs.len() >= MOST_LABELS {
            return Err(format!("more than {MOST_LABELS} labels"));
        }
        let (name, after, is_quoted) = label_name(rest, escapes)?;
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix('=') {
            let (value, after) = quoted(after.trim_start(), escapes)?;
            rest = after.trim_start();
            if !value.is_empty() {
                pairs.push((name, value));
            }
        } else if is_quoted {
            pairs.push(("__name__".to_owned(), name));
        } else {
            return Err(format!("label `{}` has no value", shortened(&name)));
        }
        rest = match rest.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return Err("labels are separated by `,` and end with `}`".to_owned()),
        };
    }
}

fn label_name(text: &str, escapes: Escapes) -> Result<(String, &str, bool), String> {
    if text.starts_with('"') {
        let (name, after) = quoted(text, escapes)?;
        return Ok((name, after, true));
    }
    let len = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    if len == 0 || text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "`{}` does not begin with a label's name",
            shortened(text)
        ));
    }
    Ok((text[..len].to_owned(), &text[len..], false))
}

/// Whether `c` belongs to a classic metric or label name.
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

/// Whether `name` can be written without quotes.
pub(crate) fn is_classic_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_name_char)
}

/// Reads a text in double quotes, and gives what follows it.
pub(crate) fn quoted(text: &str, escapes: Escapes) -> Result<(String, &str), String> {
    let body = text.strip_prefix('"').ok_or("a value begins with `\"`")?;
    let mut out = Vec::new();
    let mut rest = body.as_bytes();
    loop {
        let Some(stop) = memchr::memchr2(b'"', b'\\', rest) else {
            return Err("a quoted text has no end".to_owned());
        };
        out.extend_from_slice(&rest[..stop]);
        let is_end = rest[stop] == b'"';
        rest = &rest[stop + 1..];
        if is_end {
            let after = &body[body.len() - rest.len()..];
            let value = String::from_utf8(out).map_err(|_| "a quoted text is not UTF-8")?;
            return Ok((value, after));
        }
        let n_used = match escapes {
            Escapes::Text => text_escape(rest, &mut out),
            Escapes::Go => go_escape(rest, &mut out)?,
        };
        rest = rest.get(n_used..).ok_or("a quoted text has no end")?;
    }
}

/// Takes in what follows a backslash; says how many bytes that was.
fn text_escape(rest: &[u8], out: &mut Vec<u8>) -> usize {
    match rest.first() {
        Some(b'n') => out.push(b'\n'),
        Some(same @ (b'"' | b'\\')) => out.push(*same),
        _ => {
            out.push(b'\\');
            return 0;
        }
    }
    1
}

fn go_escape(rest: &[u8], out: &mut Vec<u8>) -> Result<usize, String> {
    let digits = |from: usize, len: usize, radix: u32| {
        let digits = rest
            .get(from..from + len)
            .and_then(|d| std::str::from_utf8(d).ok());
        digits
            .and_then(|d| u32::from_str_radix(d, radix).ok())
            .ok_or("an escape is cut off")
    };
    let simple = match rest.first().copied() {
        Some(b'a') => 0x07,
        Some(b'b') => 0x08,
        Some(b'f') => 0x0c,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'v') => 0x0b,
        Some(same @ (b'"' | b'\\' | b'\'')) => same,
        Some(b'x') => {
            out.push(digits(1, 2, 16)? as u8);
            return Ok(3);
        }
        Some(b'0'..=b'7') => {
            out.push(u8::try_from(digits(0, 3, 8)?).map_err(|_| "an escape is out of range")?);
            return Ok(3);
        }
        Some(kind @ (b'u' | b'U')) => {
            let len = if kind == b'u' { 4 } else { 8 };
            let c = char::from_u32(digits(1, len, 16)?).ok_or("an escape is no character")?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(1 + len);
        }
        _ => return Err("an unknown escape".to_owned()),
    };
    out.push(simple);
    Ok(1)
}

/// Reads a value as Prometheus writes it: `1.5e-3`, `NaN`, `+Inf`.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("`{}` is not a number", shortened(text)))
}

/// Seconds as a decimal number, in milliseconds; exact, where a double would be off by one now and then.
pub(crate) fn seconds_as_millis(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(fraction) {
        let millis = (text.parse::<f64>().ok()? * 1000.0).round();
        return (millis.is_finite() && millis.abs() < i64::MAX as f64).then_some(millis as i64);
    }
    let digit = |at: usize| i64::from(fraction.as_bytes().get(at).map_or(0, |b| b - b'0'));
    let below = digit(0) * 100 + digit(1) * 10 + digit(2) + i64::from(digit(3) >= 5);
    let millis = whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(below)?;
    millis.checked_mul(sign)
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Remembers the last series, since texts list the samples of one series one after the other.
#[derive(Debug, Default)]
pub(crate) struct LastSeries {
    text: String,
    labels: Option<Labels>,
}

impl LastSeries {
    /// The labels of `text`: the last ones if it is the same text, else what `parse` makes of it.
    pub(crate) fn labels_of(
        &mut self,
        text: &str,
        parse: impl FnOnce(&str) -> Result<Labels, String>,
    ) -> Result<Labels, String> {
        if let Some(labels) = self.labels.as_ref().filter(|_| self.text == text) {
            return Ok(labels.clone());
        }
        let labels = parse(text)?;
        self.text.clear();
        self.text.push_str(text);
        self.labels = Some(labels.clone());
        Ok(labels)
    }
}

/// Where a series' text ends: behind the `}` that closes its label set, or before the first white space.
pub(crate) fn series_len(text: &str) -> Result<usize, String> {
    let mut rest = text.as_bytes();
    let mut in_quotes = false;
    let mut in_set = false;
    let mut at = 0;
    while let Some((&byte, after)) = rest.split_first() {
        at += 1;
        rest = after;
        match byte {
            b'\\' if in_quotes => {
                at += 1;
                rest = rest.get(1..).unwrap_or(&[]);
            }
            b'"' => in_quotes = !in_quotes,
            b'{' if !in_quotes => in_set = true,
            b'}' if !in_quotes => return Ok(at),
            b' ' | b'\t' if !in_quotes && !in_set && !text[at..].trim_start().starts_with('{') => {
                return Ok(at - 1);
            }
            _ => {}
        }
    }
    Err("the line ends inside a series".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_of(text: &str, escapes: Escapes) -> Result<String, String> {
        let mut pairs = Vec::new();
        let rest = label_set(text, escapes, &mut pairs)?;
        Ok(format!("{} then {rest}", Labels::new(pairs)))
    }

    #[test]
    fn label_sets() {
        let check =
            |text: &str, expected: &str| assert_eq!(labels_of(text, Escapes::Text).unwrap(), expected);
        check("{} 1", "{} then  1");
        check(r#"{a="b",} 1"#, r#"{a="b"} then  1"#);
        check(r#"{ a = "b" , c="d" }"#, r#"{a="b", c="d"} then "#);
        check(
            r#"{"queue.depth", "q.n"="x}"}"#,
            r#"{"queue.depth", "q.n"="x}"} then "#,
        );
        check(r#"{a="1\n2\"\\\d"}"#, r#"{a="1\n2\"\\\\d"} then "#);
        check(r#"{a=""}"#, "{} then ");
        for damaged in [
            "{",
            "{a}",
            "{a=}",
            "{a=\"b}",
            "{a=\"b\" c=\"d\"}",
            "{1a=\"b\"}",
            "{a=\"\\",
            "x",
        ] {
            assert!(labels_of(damaged, Escapes::Text).is_err(), "{damaged}");
        }
    }

    #[test]
    fn go_escapes() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text, Escapes::Go).unwrap().0, expected);
        check(r#""\x41\u00e9\U0001F600\101\t\"""#, "Aé😀A\t\"");
        for damaged in [
            r#""\xzz""#,
            r#""\q""#,
            r#""\u12"#,
            r#""\xff""#,
            r#""\ud800""#,
            r#""\777""#,
        ] {
            assert!(quoted(damaged, Escapes::Go).is_err(), "{damaged}");
        }
    }

    #[test]
    fn seconds_are_exact() {
        let check =
            |text: &str, expected: Option<i64>| assert_eq!(seconds_as_millis(text), expected, "{text}");
        check("1795318922.074", Some(1_795_318_922_074));
        check("1795318922", Some(1_795_318_922_000));
        check("-1.5", Some(-1500));
        check("0.0004", Some(0));
        check("0.9995", Some(1000));
        check("1.795318922e9", Some(1_795_318_922_000));
        check("NaN", None);
        check("99999999999999999999", None);
        check(".", None);
    }

    #[test]
    fn a_series_ends_where_its_labels_end() {
        let check = |text: &str, expected: &str| assert_eq!(&text[..series_len(text).unwrap()], expected);
        check("up 1", "up");
        check(r#"up{a="} x\"} "} 1"#, r#"up{a="} x\"} "}"#);
        check(r#"up {a="b"} 1"#, r#"up {a="b"}"#);
        check(r#"{"a b"} 1"#, r#"{"a b"}"#);
        assert!(series_len("up").is_err() && series_len("up{a=\"\\").is_err());
    }
}
