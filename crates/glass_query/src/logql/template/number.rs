//! Numbers as Go prints them.

/// The shortest text that reads back as `number`, as `%v` prints it: with an exponent from 1e6 on and below 1e-4.
pub(crate) fn go_float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.into();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        -4..6 => number.to_string(),
        _ => format!(
            "{digits}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        ),
    }
}

/// `number` with `digits` after the point; what is exactly at or above `threshold` of the last digit goes up.
pub(super) fn rounded(number: f64, digits: i64, threshold: f64) -> f64 {
    let power = 10_f64.powi(digits.clamp(-300, 300) as i32);
    let scaled = power * number;
    let rest = scaled.fract();
    if rest >= threshold {
        scaled.ceil() / power
    } else {
        scaled.floor() / power
    }
}
