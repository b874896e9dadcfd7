//! Numbers and durations: where they end in a text, and what they are worth.

/// How long a duration may be in seconds: what Go can count in nanoseconds.
pub const MAX_SECONDS: f64 = 9_223_372_036.854_775;

/// Where the number that begins at `start` ends, and whether it is one: `1e3`, `0x1f`, `1_000.5`.
///
/// The rules are those of Prometheus' lexer, which looks at single characters and leaves the rest to Go.
pub fn scan_number(text: &[u8], start: usize) -> (usize, bool) {
    let mut scan = Scan { text, at: start };
    let mut is_hex = false;
    if scan.accept(b"0") && scan.accept(b"xX") {
        scan.accept(b"_");
        is_hex = true;
    }
    scan.accept(b".");
    scan.accept_digit(is_hex);
    let (mut had_dot, mut had_exponent) = (false, false);
    loop {
        let at = scan.at;
        match scan.peek() {
            b'.' => {
                scan.at += 1;
                if had_dot || scan.accept(b"_.") || is_hex {
                    return (scan.at, false);
                }
                had_dot = true;
            }
            b'e' | b'E' => {
                scan.at += 1;
                if had_exponent {
                    return (scan.at, false);
                }
                had_exponent = true;
                scan.accept(b"+-");
                if scan.accept(b"._eE") || scan.is_at_end() {
                    return (scan.at, false);
                }
            }
            b'_' => {
                scan.at += 1;
                if scan.accept(b"._eE") || scan.is_at_end() {
                    return (scan.at, false);
                }
            }
            _ => while scan.accept_digit(is_hex) {},
        }
        if scan.at == at {
            break;
        }
    }
    (scan.at, scan.at > start && !is_word(scan.peek()))
}

/// Where the duration ends of which a number up to `unit_at` has been read, and whether it is one.
pub fn scan_duration(text: &[u8], unit_at: usize) -> (usize, bool) {
    let mut scan = Scan { text, at: unit_at };
    if !scan.accept(b"smhdwy") {
        return (scan.at, false);
    }
    scan.accept(b"s");
    while scan.accept_digit(false) {
        while scan.accept_digit(false) {}
        if !scan.accept(b"smhdw") {
            return (scan.at, false);
        }
        scan.accept(b"s");
    }
    if is_word(scan.peek()) {
        return (scan.at + 1, false);
    }
    (scan.at, true)
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn accept(&mut self, any_of: &[u8]) -> bool {
        let found = !self.is_at_end() && any_of.contains(&self.peek());
        self.at += usize::from(found);
        found
    }

    fn accept_digit(&mut self, is_hex: bool) -> bool {
        let found = self.peek().is_ascii_digit() || (is_hex && self.peek().is_ascii_hexdigit());
        self.at += usize::from(found);
        found
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The value of a number as Go reads it: whole numbers in base 8, 10 or 16, then floats.
///
/// # Errors
/// In the words of Go.
pub fn parse_number(text: &str) -> Result<f64, String> {
    let failed = |why: &str| {
        Err(format!(
            "error parsing number: strconv.ParseFloat: parsing {}: {why}",
            super::text::quote(text)
        ))
    };
    if !underscores_separate_digits(text) {
        return failed("invalid syntax");
    }
    let plain = text.replace('_', "");
    let hex = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X"));
    let whole = match (hex, plain.strip_prefix('0')) {
        (Some(digits), _) => i64::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8),
        _ => plain.parse(),
    };
    if let Ok(whole) = whole {
        #[expect(clippy::cast_precision_loss, reason = "Prometheus converts in the same way")]
        return Ok(whole as f64);
    }
    match (hex.is_some(), plain.parse::<f64>()) {
        (false, Ok(value)) if value.is_infinite() && !plain.eq_ignore_ascii_case("inf") => {
            failed("value out of range")
        }
        (false, Ok(value)) => Ok(value),
        _ => failed("invalid syntax"),
    }
}

/// Underscores stand only between two digits, or between a base's prefix and a digit.
fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|byte| byte.is_ascii_hexdigit() || (at == Some(1) && matches!(byte, b'x' | b'X')))
    };
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'_')
        .all(|(at, _)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
}

/// The units of durations in milliseconds, the greatest first.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The seconds of a duration: `1h30m`.
///
/// # Errors
/// In the words of Prometheus.
pub fn parse_duration(text: &str) -> Result<f64, String> {
    let invalid = || format!("not a valid duration string: {}", super::text::quote(text));
    let mut rest = text;
    let mut millis = 0u64;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: u64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        rest = &rest[letters..];
        if unit.is_empty() {
            return Err(invalid());
        }
        let Some(found) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return Err(format!(
                "unknown unit {} in duration {}",
                super::text::quote(unit),
                super::text::quote(text)
            ));
        };
        if found < next_unit {
            return Err(invalid());
        }
        next_unit = found + 1;
        millis = count
            .checked_mul(UNITS[found].1)
            .and_then(|more| millis.checked_add(more))
            .filter(|millis| *millis <= i64::MAX.unsigned_abs() / 1_000_000)
            .ok_or_else(|| String::from("duration out of range"))?;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    Ok(millis as f64 / 1e3)
}

/// A duration as Prometheus writes it, `1h30m`: years and weeks only where they leave no rest.
pub fn print_duration(millis: i64) -> String {
    if millis == 0 {
        return "0s".into();
    }
    let mut out = String::from(if millis < 0 { "-" } else { "" });
    let mut rest = millis.unsigned_abs();
    for (unit, length) in UNITS {
        let is_exact_only = matches!(unit, "y" | "w");
        if rest >= length && (!is_exact_only || rest.is_multiple_of(length)) {
            out += &format!("{}{unit}", rest / length);
            rest %= length;
        }
    }
    out
}

/// Seconds to whole milliseconds, what is less cut off.
pub fn to_millis(seconds: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates, and is bounded by the callers"
    )]
    let nanos = (seconds * 1e9).round() as i64;
    nanos / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let check = |text: &str, expected: Result<f64, &str>| {
            let found = parse_number(text);
            assert_eq!(
                found.as_ref().map(|v| *v),
                expected.map_err(String::from).as_ref().map(|v| *v),
                "{text}"
            );
        };
        check("017", Ok(15.0));
        check("019", Ok(19.0));
        check("0x1F", Ok(31.0));
        check("0X_1f", Ok(31.0));
        check("1_000.5", Ok(1000.5));
        check("1e-3", Ok(0.001));
        check(".5", Ok(0.5));
        check("5.", Ok(5.0));
        check("Inf", Ok(f64::INFINITY));
        check("9223372036854775808", Ok(9_223_372_036_854_775_808.0));
        check(
            "1__0",
            Err("error parsing number: strconv.ParseFloat: parsing \"1__0\": invalid syntax"),
        );
        check(
            "1e",
            Err("error parsing number: strconv.ParseFloat: parsing \"1e\": invalid syntax"),
        );
        check(
            "1e999",
            Err("error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range"),
        );
        assert!(parse_number("NaN").unwrap().is_nan());
    }

    #[test]
    fn durations_are_read_and_written() {
        let check = |text: &str, expected: Result<(f64, &str), &str>| {
            let found = parse_duration(text).map(|seconds| (seconds, print_duration(to_millis(seconds))));
            let found = found.as_ref().map(|(seconds, text)| (*seconds, text.as_str()));
            assert_eq!(found.map_err(String::as_str), expected, "{text}");
        };
        check("1h30m", Ok((5400.0, "1h30m")));
        check("90d", Ok((7_776_000.0, "90d")));
        check("14d", Ok((1_209_600.0, "2w")));
        check("365d", Ok((31_536_000.0, "1y")));
        check("1500ms", Ok((1.5, "1s500ms")));
        check("0s", Ok((0.0, "0s")));
        check("5m1h", Err("not a valid duration string: \"5m1h\""));
        check("5y1hs", Err("unknown unit \"hs\" in duration \"5y1hs\""));
        check("400y", Err("duration out of range"));
        assert_eq!(print_duration(-90_000), "-1m30s");
    }
}
