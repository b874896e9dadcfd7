//! How grave a log line is: [`level_of`] asks its metadata and labels, then the line itself.

use glass_model::{Labels, Level};

/// Labels and metadata that name a level, the most telling first.
const LEVEL_LABELS: [&str; 6] = [
    "detected_level",
    "level",
    "severity",
    "lvl",
    "loglevel",
    "log_level",
];

/// Keys that name a level inside a line.
const LEVEL_KEYS: [&str; 4] = ["level", "lvl", "severity", "loglevel"];

/// How far into a line is looked, in bytes.
const LONGEST_LOOK: usize = 16 << 10;

/// How many words at a line's start may be its level.
const N_LEADING_WORDS: usize = 5;

/// The level of an entry: by its structured metadata, by its stream's labels, else by its text (logfmt, JSON, or
/// a word such as `ERROR` near its start).
pub fn level_of(labels: &Labels, metadata: &Labels, line: &str) -> Level {
    let named = LEVEL_LABELS
        .iter()
        .flat_map(|name| [metadata.get(name), labels.get(name)]);
    let stated = named.flatten().find_map(known);
    stated.unwrap_or_else(|| level_of_line(line))
}

/// The level by the line's text alone.
pub fn level_of_line(line: &str) -> Level {
    let line = &line[..line.floor_char_boundary(LONGEST_LOOK)];
    let by_key = if line.trim_start().starts_with('{') {
        LEVEL_KEYS.iter().find_map(|key| json_value(line, key))
    } else {
        LEVEL_KEYS.iter().find_map(|key| logfmt_value(line, key))
    };
    by_key.or_else(|| leading_word(line)).unwrap_or_default()
}

/// A level's name, but for `unknown`, behind which something better may follow.
fn known(name: &str) -> Option<Level> {
    Level::from_name(name.trim()).filter(|level| *level != Level::Unknown)
}

/// The value of `"key": "value"` or of pino's and bunyan's `"level":30`.
fn json_value(line: &str, key: &str) -> Option<Level> {
    occurrences(line, key).find_map(|at| {
        let after = line[at + key.len()..].strip_prefix('"')?.trim_start();
        let value = after.strip_prefix(':')?.trim_start();
        if line[..at].ends_with('"') {
            value
                .strip_prefix('"')
                .map_or_else(|| numbered(value), |text| known(word(text)))
        } else {
            None
        }
    })
}

/// The value of `key=value` or `key="value"`, if the key begins there.
fn logfmt_value(line: &str, key: &str) -> Option<Level> {
    occurrences(line, key).find_map(|at| {
        let value = line[at + key.len()..].strip_prefix('=')?;
        let begins = at == 0 || line[..at].ends_with(|c: char| c.is_whitespace() || "{[(,;|\"".contains(c));
        begins
            .then(|| known(word(value.trim_start_matches('"'))))
            .flatten()
    })
}

fn occurrences<'a>(line: &'a str, key: &'a str) -> impl Iterator<Item = usize> + 'a {
    memchr::memmem::find_iter(line.as_bytes(), key)
}

fn numbered(value: &str) -> Option<Level> {
    let digits = value
        .find(|c: char| !c.is_ascii_digit())
        .map_or(value, |end| &value[..end]);
    match digits.parse::<u32>().ok()? {
        10 | 20 => Some(Level::Debug),
        30 => Some(Level::Info),
        40 => Some(Level::Warning),
        50 => Some(Level::Error),
        60 => Some(Level::Critical),
        _ => None,
    }
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    &text[..end]
}

/// A level among the first words, if it looks like one: `ERROR`, `[error]`, `warn:`; or klog's `E1122 `.
fn leading_word(line: &str) -> Option<Level> {
    let words = line.split([' ', '\t', '|']).filter(|word| !word.is_empty());
    for (at, word) in words.take(N_LEADING_WORDS).enumerate() {
        if at == 0
            && let Some(level) = klog(word)
        {
            return Some(level);
        }
        let word = without_escapes(word);
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
        let is_marked = word.starts_with(['[', '<', '(']) || word.ends_with(':');
        let is_upper = bare.len() > 2 && bare.bytes().all(|b| b.is_ascii_uppercase());
        if (is_marked || is_upper)
            && let Some(level) = known(bare)
        {
            return Some(level);
        }
    }
    None
}

/// A word without the terminal escapes around it: `\x1b[31mERROR\x1b[0m`.
fn without_escapes(word: &str) -> &str {
    let start = match word.strip_prefix("\x1b[").and_then(|rest| rest.find('m')) {
        Some(end) => "\x1b[".len() + end + 1,
        None => 0,
    };
    word[start..].split('\x1b').next().unwrap_or("")
}

/// klog's head: a letter, month and day.
fn klog(word: &str) -> Option<Level> {
    let (letter, digits) = word.split_at_checked(1)?;
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match letter {
        "I" => Some(Level::Info),
        "W" => Some(Level::Warning),
        "E" => Some(Level::Error),
        "F" => Some(Level::Critical),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_lines() {
        let check = |line: &str, expected| assert_eq!(level_of_line(line), expected, "{line}");
        check("ts=1 level=warn msg=\"level=error\"", Level::Warning);
        check("time=\"x\" level=\"error\" msg=x", Level::Error);
        check("loglevel=debug", Level::Debug);
        check("mylevel=error x", Level::Unknown);
        check(r#"{"time": "x", "level": "info", "msg": "level"}"#, Level::Info);
        check(r#"{"level":50,"msg":"x"}"#, Level::Error);
        check(r#"{"severity":"CRITICAL"}"#, Level::Critical);
        check(r#"{"msg":"level","n":1}"#, Level::Unknown);
        check("2026-11-22 03:41:00,123 ERROR app: failed", Level::Error);
        check("2026/11/22 03:41:00 [error] 7#7: *1 open() failed", Level::Error);
        check("[WARN] disk", Level::Warning);
        check("\x1b[31mERROR\x1b[0m went wrong", Level::Error);
        check("warning: unused", Level::Warning);
        check("E1122 03:41:00.123456 1 main.go:1] x", Level::Error);
        check("error handling is on", Level::Unknown);
        check("a b c d e ERROR", Level::Unknown);
        check("", Level::Unknown);
        check("é=level", Level::Unknown);
    }

    #[test]
    fn labels_come_first_unless_unknown() {
        let level = |name: &str| Labels::new([("detected_level", name)]);
        let stream = Labels::new([("level", "warn")]);
        let check = |labels: &Labels, metadata: &Labels, line: &str, expected| {
            assert_eq!(level_of(labels, metadata, line), expected)
        };
        check(&stream, &level("error"), "INFO x", Level::Error);
        check(&stream, &level("unknown"), "INFO x", Level::Warning);
        check(&Labels::empty(), &level("unknown"), "INFO x", Level::Info);
        check(&Labels::empty(), &Labels::empty(), "x", Level::Unknown);
    }
}
