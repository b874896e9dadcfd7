//! Hides what looks like a secret: [`redact`] for texts on their way into a recording or out of it.
//!
//! One regular expression finds the *places* where a secret may begin; plain code then decides where it ends and
//! whether it looks like one. Texts without such a place, nearly all of them, cost one pass of an automaton and
//! are returned as they are. What is hidden becomes [`HIDDEN`], every other byte stays.
//!
//! It knows shapes, not meanings: a Kubernetes `Secret`'s base64 values under `data:` look like any other text.

use regex::{Captures, Regex};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// What stands in place of a secret.
pub const HIDDEN: &str = "[redacted]";

/// How much of a doubtful value is judged, in bytes: bounds the work on hostile texts.
const LONGEST_PROBE: usize = 4 << 10;

/// Longest private key block, in bytes; an RSA key of 16,384 bits takes about 12,700.
const LONGEST_KEY_BLOCK: usize = 32 << 10;

/// Where a secret may begin, by the name of the group that matched.
///
/// - `key`: a name such as `DB_PASSWORD`, then `=` or `:`, or white space behind `--token`
/// - `scheme`: the scheme of an `Authorization` header
/// - `shape`: a token that is known by its look alone; `hook`: the secret part of a Slack webhook's address
/// - `jwt`: the beginning of a JSON web token
/// - `url`: the password in `https://user:password@host`
/// - `block`: the first line of a private key
///
/// ASCII only (`(?-u)` where it matters), so that the automaton stays small and never falls back to a slow one.
/// Every repetition that can fail late is bounded, so that the whole takes linear time.
const PLACES: &str = r#"(?x)
    (?<key> (?i: password | passwd | passphrase | pwd | token | secret
              | (?: api | access | private | signing | encryption | account | shared ) [_.-]? key )
            (?i: [_-]? (?: access )? [_-]? key )? )
    (?<separator> \\{0,8} ["']? [\ \t]{0,8} (?: => | := | == | [:=] ) [\ \t]{0,8} | [\ \t]+ )
    (?<quote> \\{0,8} ["'] )?
  | (?i: (?-u:\b) (?<scheme> bearer | basic ) [\ \t]+ ) [A-Za-z0-9._~+/=-]{8}
  | (?-u:\b) (?<shape>
        (?: AKIA | ASIA | ABIA | ACCA ) [0-9A-Z]{16}
      | gh[pousr]_ [0-9A-Za-z]{36,}
      | github_pat_ [0-9A-Za-z_]{22,}
      | gl (?: pat | dt | rt | ptt | cbt | soat | agent | oas | ft | imt ) - [0-9A-Za-z_-]{20,}
      | xox[abeoprs]- [0-9A-Za-z-]{10,}
      | xapp- [0-9A-Za-z-]{20,}
      | AIza [0-9A-Za-z_-]{35}
      | ya29\. [0-9A-Za-z_-]{20,}
      | GOCSPX- [0-9A-Za-z_-]{20,} )
  | (?-u:\b) (?<jwt> eyJ [0-9A-Za-z_-]{8} )
  | hooks\.slack\.com/services/ (?<hook> [0-9A-Za-z/]{20,} )
  | :// [^\ \t\r\n/:@"'<>\\]{0,64} : (?<url> [^\ \t\r\n/@"'<>\\]{1,128} ) @
  | (?<block> -----BEGIN\ [A-Z0-9\ ]{0,32} PRIVATE\ KEY (?: \ BLOCK )? ----- )
"#;

#[expect(
    clippy::expect_used,
    reason = "a fixed expression, compiled by every test below"
)]
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(PLACES).expect("the expression of places is valid"));

/// The text with suspected secrets replaced by [`HIDDEN`]; borrowed if there was none.
pub fn redact(text: &str) -> Cow<'_, str> {
    redact_counted(text).0
}

/// As [`redact`], and how many secrets were hidden. Hiding twice finds nothing the second time.
pub fn redact_counted(text: &str) -> (Cow<'_, str>, u64) {
    let mut shown = String::new();
    let mut copied_to = 0;
    let mut n_hidden = 0;
    let mut from = 0;
    while let Some(place) = PLACE.captures_at(text, from) {
        let whole = place.get(0).map_or(from..from, |m| m.range());
        // Every place is at least one byte long, so this goes forward, also behind a harmless one.
        from = whole.end;
        let Some(secret) = secret_range(text, &place) else {
            continue;
        };
        if secret.start < copied_to || &text[secret.clone()] == HIDDEN {
            continue;
        }
        shown.push_str(&text[copied_to..secret.start]);
        shown.push_str(HIDDEN);
        copied_to = secret.end;
        from = secret.end;
        n_hidden += 1;
    }
    if n_hidden == 0 {
        return (Cow::Borrowed(text), 0);
    }
    shown.push_str(&text[copied_to..]);
    (Cow::Owned(shown), n_hidden)
}

/// What to hide at a place, if it is a secret.
fn secret_range(text: &str, place: &Captures<'_>) -> Option<Range<usize>> {
    for whole_group in ["shape", "hook", "url"] {
        if let Some(found) = place.name(whole_group) {
            return Some(found.range()).filter(|_| !is_placeholder(found.as_str()));
        }
    }
    if let Some(begin) = place.name("jwt") {
        return json_web_token(text, begin.start());
    }
    if let Some(begin) = place.name("block") {
        return key_block(text, begin.end());
    }
    if let Some(scheme) = place.name("scheme") {
        return credentials(text, scheme.range());
    }
    let key = place.name("key")?;
    let separator = place.name("separator")?;
    keyed_value(
        text,
        key.range(),
        separator.range(),
        place.name("quote").map(|q| q.as_str()),
    )
}

/// The body of a private key block, markers left in place.
fn key_block(text: &str, start: usize) -> Option<Range<usize>> {
    let window = text.floor_char_boundary(start.saturating_add(LONGEST_KEY_BLOCK));
    let body = text.get(start..window)?;
    let len = body.find("-----END").unwrap_or_else(|| {
        // Cut off before its end: hide what still looks like base64, lines included.
        body.find(|c: char| !(c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=\\".contains(c)))
            .unwrap_or(body.len())
    });
    Some(start..start + len).filter(|range| !text[range.clone()].trim().is_empty())
}

/// The credentials behind `Bearer` or `Basic`. In prose ("basic authentication") they look like words.
fn credentials(text: &str, scheme: Range<usize>) -> Option<Range<usize>> {
    let start =
        scheme.end + text[scheme.end..].len() - text[scheme.end..].trim_start_matches([' ', '\t']).len();
    let rest = &text[start..];
    let len = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "._~+/=-".contains(c)))
        .unwrap_or(rest.len());
    let value = &rest[..len];
    let before = text[..scheme.start].trim_end_matches([' ', '\t', '"', '\'', '\\', ':', '=', '[']);
    let in_header = ends_with_ignoring_case(before, "authorization");
    (!is_placeholder(value) && (in_header || looks_random(value))).then_some(start..start + len)
}

/// Header, payload and signature, joined by dots.
fn json_web_token(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let in_token = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let probe = &rest[..rest.floor_char_boundary(LONGEST_PROBE)];
    let mut parts = probe.split(|c| !in_token(c)).next()?.split('.');
    let (_header, payload) = (parts.next()?, parts.next()?);
    (payload.len() >= 8 && parts.next().is_some())
        .then(|| start..start + rest.find(|c| !in_token(c)).unwrap_or(rest.len()))
}

/// The value behind a key such as `password`.
fn keyed_value(
    text: &str,
    key: Range<usize>,
    separator: Range<usize>,
    quote: Option<&str>,
) -> Option<Range<usize>> {
    let start = separator.end + quote.map_or(0, str::len);
    let rest = &text[start..];
    let between = text[separator].trim_matches(['"', '\'', '\\']);
    let sure = match between {
        "=" => true,
        space if space.trim().is_empty() => is_flag(text, key.start),
        _ => quote.is_some() || begins_line(text, key.start),
    };
    let value = if sure {
        &rest[..value_len(rest, quote)]
    } else {
        let probe = &rest[..rest.floor_char_boundary(LONGEST_PROBE)];
        Some(&probe[..value_len(probe, quote)])
            .filter(|value| between.contains([':', '=']) && looks_random(value))?
    };
    let is_folder = text[key].eq_ignore_ascii_case("pwd") && value.starts_with('/');
    // A scheme is no secret; what follows it is found as a place of its own.
    let is_scheme = ["bearer", "basic"]
        .iter()
        .any(|scheme| value.eq_ignore_ascii_case(scheme));
    (!is_folder && !is_scheme && !is_placeholder(value)).then(|| start..start + value_len(rest, quote))
}

fn value_len(rest: &str, quote: Option<&str>) -> usize {
    match quote {
        Some(quote) => quoted_len(rest, quote),
        None => rest.find(ends_bare_value).unwrap_or(rest.len()),
    }
}

/// Length of a quoted value. An escaped quote inside has more backslashes than the one that opened it.
fn quoted_len(rest: &str, quote: &str) -> usize {
    let n_escapes = quote.len() - 1;
    let mark = quote.as_bytes()[n_escapes];
    let mut n_backslashes = 0;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\\' => n_backslashes += 1,
            b'\n' => return at,
            _ if byte == mark && n_backslashes <= n_escapes => return at - n_backslashes,
            _ => n_backslashes = 0,
        }
    }
    rest.len()
}

fn ends_bare_value(c: char) -> bool {
    c.is_whitespace() || "\"'`\\,;&<>(){}[]|".contains(c)
}

/// Whether a key is a command line's `--flag`, its prefix included (`--db-password`).
fn is_flag(text: &str, key_start: usize) -> bool {
    let before = text[..key_start].trim_end_matches(is_key_char);
    let flag = &text[before.len()..key_start];
    flag.starts_with("--") && (before.is_empty() || before.ends_with(char::is_whitespace))
}

/// Whether a key is the first thing of its line, as in YAML, a patch of it or a header.
fn begins_line(text: &str, key_start: usize) -> bool {
    let before = text[..key_start].trim_end_matches(|c: char| is_key_char(c) && c != '-');
    let before = before.trim_end_matches([' ', '\t', '"', '\'', '+', '-', '#', '{', ',', '>']);
    before.is_empty()
        || before.ends_with('\n')
        || before.ends_with("\\n")
        || text[before.len()..key_start].contains('{')
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-".contains(c)
}

/// Whether a value stands for a secret that is not there.
fn is_placeholder(value: &str) -> bool {
    let is_filler = |c: char| "*xX.-_?".contains(c);
    let names_nothing = ["null", "nil", "none", "true", "false", "redacted", "yes", "no"];
    value.trim_matches(is_filler).is_empty()
        || value.starts_with(['$', '<', '%', '['])
        || value.starts_with("{{")
        || names_nothing.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether a value in prose is more than a word: it has a digit, or lower and upper case inside.
fn looks_random(value: &str) -> bool {
    let inner_upper = value.chars().skip(1).any(|c| c.is_ascii_uppercase());
    let lower = value.chars().any(|c| c.is_ascii_lowercase());
    value.len() >= 6 && (value.contains(|c: char| c.is_ascii_digit()) || (inner_upper && lower))
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

#[cfg(test)]
mod tests;
