//! Durations and sizes, in queries and in labels, as Go's `time` and the humanize library read them.

const UNITS: [(&str, f64); 11] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
    ("w", 604_800e9),
    ("y", 31_536_000e9),
];

/// How many of [`UNITS`] a label's value may have.
const N_LABEL_UNITS: usize = 8;

/// `1h30m`, `1.5h`, `2d` as nanoseconds.
pub(crate) fn parse_duration_literal(text: &str) -> Option<i64> {
    duration(text, &UNITS).ok()
}

/// A duration in a label, `-1.5h` or `1h30m`, in nanoseconds.
///
/// # Errors
/// Go's own words.
pub(crate) fn parse_go_duration(text: &str) -> Result<i64, String> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    let nanos = duration(rest, &UNITS[..N_LABEL_UNITS]).map_err(|problem| match problem {
        Problem::Invalid => format!("time: invalid duration {text:?}"),
        Problem::NoUnit => format!("time: missing unit in duration {text:?}"),
        Problem::Unit(unit) => format!("time: unknown unit {unit:?} in duration {text:?}"),
    })?;
    Ok(if negative { -nanos } else { nanos })
}

enum Problem<'t> {
    Invalid,
    NoUnit,
    Unit(&'t str),
}

fn duration<'t>(text: &'t str, units: &[(&str, f64)]) -> Result<i64, Problem<'t>> {
    let mut rest = text;
    let mut nanos = 0_i64;
    if rest.is_empty() {
        return Err(Problem::Invalid);
    }
    while !rest.is_empty() {
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let digits = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| Problem::Invalid)?;
        let whole: Option<i64> = rest[..digits].parse().ok();
        rest = &rest[digits..];
        let letters = rest.find(is_digit).unwrap_or(rest.len());
        let unit = &rest[..letters];
        if unit.is_empty() {
            return Err(Problem::NoUnit);
        }
        let (_, size) = units
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or(Problem::Unit(unit))?;
        let part = match whole {
            Some(whole) => whole.checked_mul(*size as i64).ok_or(Problem::Invalid)?,
            None if number * size < i64::MAX as f64 => (number * size) as i64,
            None => return Err(Problem::Invalid),
        };
        nanos = nanos.checked_add(part).ok_or(Problem::Invalid)?;
        rest = &rest[letters..];
    }
    Ok(nanos)
}

/// `20MB`, `1.5KiB`
pub(crate) fn parse_bytes_literal(text: &str) -> Option<u64> {
    let has_unit = text.ends_with(|c: char| c.is_ascii_alphabetic());
    has_unit.then(|| parse_bytes(text).ok()).flatten()
}

/// A size in a label, `5 MiB`, `3k` or `42`.
///
/// # Errors
/// The humanize library's own words.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let digits = text.find(|c| !is_digit(c)).unwrap_or(text.len());
    let number = text[..digits].replace(',', "");
    let number: f64 = number
        .parse()
        .map_err(|_| format!("strconv.ParseFloat: parsing {number:?}: invalid syntax"))?;
    let unit = text[digits..].trim().to_lowercase();
    let size = match unit.as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "p" | "pb" => 1e15,
        "e" | "eb" => 1e18,
        "ki" | "kib" => (1_u64 << 10) as f64,
        "mi" | "mib" => (1_u64 << 20) as f64,
        "gi" | "gib" => (1_u64 << 30) as f64,
        "ti" | "tib" => (1_u64 << 40) as f64,
        "pi" | "pib" => (1_u64 << 50) as f64,
        "ei" | "eib" => (1_u64 << 60) as f64,
        _ => return Err(format!("unhandled size name: {unit}")),
    };
    let bytes = number * size;
    if bytes >= u64::MAX as f64 {
        return Err(format!("too large: {text}"));
    }
    Ok(bytes as u64)
}

/// A number in a label, as Go reads it.
///
/// # Errors
/// Go's own words.
pub(crate) fn parse_go_float(text: &str) -> Result<f64, String> {
    let is_plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b));
    match text.parse() {
        Ok(number) if is_plain => Ok(number),
        _ => Err(format!("strconv.ParseFloat: parsing {text:?}: invalid syntax")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_as_go_reads_them() {
        let check = |text, expected| assert_eq!(parse_go_duration(text).ok(), expected, "{text}");
        check("1h30m", Some(5_400_000_000_000));
        check("0.10ms", Some(100_000));
        check("-1.5s", Some(-1_500_000_000));
        check("5", None);
        check("1d", None);
        check("", None);
        assert_eq!(parse_duration_literal("1w2d"), Some(9 * 86_400_000_000_000));
        let check = |text, expected| assert_eq!(parse_bytes(text).ok(), expected, "{text}");
        check("5 MiB", Some(5 << 20));
        check("3k", Some(3_000));
        check("1.5KiB", Some(1_536));
        check("MB", None);
        check("1 apple", None);
        assert_eq!(
            parse_go_float("/api").unwrap_err(),
            "strconv.ParseFloat: parsing \"/api\": invalid syntax"
        );
    }
}
