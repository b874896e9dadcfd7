//! Pieces of JSON as the Go servers write it: texts, label sets, numbers in quotes, times in seconds.
//!
//! Answers can hold millions of points, so they are written piece by piece; no tree of values is built.

use glass_model::{Labels, Timestamp};
use std::io::{self, Write};

/// A text in quotes.
pub(crate) fn text<W: Write + ?Sized>(out: &mut W, text: &str) -> io::Result<()> {
    serde_json::to_writer(&mut *out, text).map_err(io::Error::from)
}

/// `[…]` of the items that `each` writes.
pub(crate) fn list<W: Write + ?Sized, T>(
    out: &mut W,
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        each(out, item)?;
    }
    out.write_all(b"]")
}

/// Labels as an object.
pub(crate) fn labels<W: Write + ?Sized>(out: &mut W, labels: &Labels) -> io::Result<()> {
    out.write_all(b"{")?;
    for (i, (name, value)) in labels.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        text(out, name)?;
        out.write_all(b":")?;
        text(out, value)?;
    }
    out.write_all(b"}")
}

/// `,"name":["…"]`, or nothing if there is none.
pub(crate) fn notes<W: Write + ?Sized>(out: &mut W, name: &str, notes: &[String]) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    write!(out, ",\"{name}\":")?;
    list(out, notes, |out, note| text(out, note))
}

/// A float as Go prints it in its shortest form: in full, but with an exponent below 1e-6 and from 1e21 on.
pub(crate) fn float<W: Write + ?Sized>(out: &mut W, value: f64) -> io::Result<()> {
    let magnitude = value.abs();
    if value.is_nan() {
        out.write_all(b"NaN")
    } else if value.is_infinite() {
        out.write_all(if value > 0.0 { b"+Inf" } else { b"-Inf" })
    } else if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        exponent_float(out, value)
    } else {
        plain_float(out, value)
    }
}

/// Up to here every whole number has a float of its own.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A finite float in full. Answers hold millions of them, so the standard library's formatting is left to the few
/// that the quick ways do not write in full.
fn plain_float<W: Write + ?Sized>(out: &mut W, value: f64) -> io::Result<()> {
    if value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE && (value != 0.0 || value.is_sign_positive()) {
        return out.write_all(itoa::Buffer::new().format(value as i64).as_bytes());
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if text.contains('e') || text.ends_with(".0") {
        write!(out, "{value}")
    } else {
        out.write_all(text.as_bytes())
    }
}

/// A finite float with an exponent of at least two digits: `1e+00`.
pub(crate) fn exponent_float<W: Write + ?Sized>(out: &mut W, value: f64) -> io::Result<()> {
    if !value.is_finite() {
        return float(out, value);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    write!(out, "{mantissa}e{sign}{digits:0>2}")
}

/// A float in quotes.
pub(crate) fn quoted_float<W: Write + ?Sized>(out: &mut W, value: f64) -> io::Result<()> {
    out.write_all(b"\"")?;
    float(out, value)?;
    out.write_all(b"\"")
}

/// Milliseconds as seconds, with a fraction of three digits if there is one.
pub(crate) fn millis_as_seconds<W: Write + ?Sized>(out: &mut W, at_millis: i64) -> io::Result<()> {
    let (whole, below) = (at_millis.unsigned_abs() / 1000, at_millis.unsigned_abs() % 1000);
    if at_millis < 0 {
        out.write_all(b"-")?;
    }
    out.write_all(itoa::Buffer::new().format(whole).as_bytes())?;
    match below {
        0 => Ok(()),
        _ => {
            let digit = |n: u64| b'0' + (n % 10) as u8;
            out.write_all(&[b'.', digit(below / 100), digit(below / 10), digit(below)])
        }
    }
}

/// A moment as RFC 3339 with as many fraction digits as it has.
pub(crate) fn moment<W: Write + ?Sized>(out: &mut W, at: Timestamp) -> io::Result<()> {
    write!(out, "\"{at}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_like_gos() {
        let check = |value: f64, expected: &str| {
            let mut out = Vec::new();
            float(&mut out, value).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check(0.0, "0");
        check(-0.0, "-0");
        check(1.0, "1");
        check(0.1, "0.1");
        check(1e20, "100000000000000000000");
        check(1e21, "1e+21");
        check(-1.5e-7, "-1.5e-07");
        check(0.000001, "0.000001");
        check(5e-324, "5e-324");
        check(f64::MAX, "1.7976931348623157e+308");
        check(f64::NAN, "NaN");
        check(f64::INFINITY, "+Inf");
        check(f64::NEG_INFINITY, "-Inf");
    }

    proptest::proptest! {
        #[test]
        fn floats_are_written_in_full_and_as_short_as_can_be(bits: u64, whole: i32, exponent in -6_i32..21) {
            let made = f64::from(whole) * 10_f64.powi(exponent) / f64::from(i32::MAX);
            for value in [f64::from_bits(bits), f64::from(whole), f64::from(whole) / 1000.0, made] {
                if !value.is_finite() || value != 0.0 && !(1e-6..1e21).contains(&value.abs()) {
                    continue;
                }
                let mut out = Vec::new();
                float(&mut out, value).unwrap();
                // Of two equally near texts of one length the standard library takes the greater, Go the even one.
                let text = String::from_utf8(out).unwrap();
                proptest::prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
                proptest::prop_assert_eq!(text.len(), value.to_string().len());
                proptest::prop_assert!(!text.contains('e'));
            }
        }
    }

    #[test]
    fn times_have_three_digits_or_none() {
        let check = |at: i64, expected: &str| {
            let mut out = Vec::new();
            millis_as_seconds(&mut out, at).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check(1_795_319_105_420, "1795319105.420");
        check(1_795_319_105_000, "1795319105");
        check(-1_500, "-1.500");
        check(-1, "-0.001");
        check(i64::MIN, "-9223372036854775.808");
    }
}
