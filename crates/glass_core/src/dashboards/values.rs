//! Values as a panel writes and judges them: Grafana's units in our words, mappings, thresholds.

use crate::graphs::Level;
use crate::{Role, words};
use glass_model::{FieldOptions, MappedValues, Tone, ToneStep, go_regex_anchored};

/// A unit of Grafana in our words: by which factor values are multiplied, and the unit they have then.
pub(crate) fn unit(id: &str) -> (f64, &str) {
    match id {
        "" | "none" | "short" | "locale" | "string" | "sci" => (1.0, ""),
        "percent" | "humidity" => (1.0, "%"),
        "percentunit" => (1.0, "ratio"),
        "bytes" | "decbytes" => (1.0, "bytes"),
        "kbytes" | "deckbytes" => (1024.0, "bytes"),
        "mbytes" | "decmbytes" => (1_048_576.0, "bytes"),
        "gbytes" | "decgbytes" => (1_073_741_824.0, "bytes"),
        "Bps" | "binBps" => (1.0, "bytes/s"),
        "KBs" | "KiBs" => (1024.0, "bytes/s"),
        "MBs" | "MiBs" => (1_048_576.0, "bytes/s"),
        "bits" | "decbits" => (1.0, "bit"),
        "bps" | "binbps" => (1.0, "bit/s"),
        "Kbits" => (1e3, "bit/s"),
        "Mbits" => (1e6, "bit/s"),
        "s" | "dtdurations" | "dthms" | "dtdhms" | "clocks" => (1.0, "s"),
        "ms" | "dtdurationms" | "clockms" => (1e-3, "s"),
        "µs" | "us" => (1e-6, "s"),
        "ns" => (1e-9, "s"),
        "m" => (60.0, "s"),
        "h" => (3600.0, "s"),
        "d" => (86_400.0, "s"),
        "ops" | "reqps" | "rps" | "wps" | "iops" | "pps" | "cps" | "eps" | "mps" | "recps" | "rowsps" => {
            (1.0, "/s")
        }
        "opm" | "rpm" | "reqpm" | "cpm" | "wpm" => (1.0, "/min"),
        "hertz" | "rothz" => (1.0, "Hz"),
        "celsius" => (1.0, "°C"),
        "farenheit" | "fahrenheit" => (1.0, "°F"),
        "watt" => (1.0, "W"),
        "kwatt" => (1e3, "W"),
        "joule" => (1.0, "J"),
        "watth" => (1.0, "Wh"),
        "kwatth" => (1e3, "Wh"),
        "volt" => (1.0, "V"),
        "amp" => (1.0, "A"),
        "rotrpm" => (1.0, "rpm"),
        "currencyUSD" => (1.0, "$"),
        "currencyEUR" => (1.0, "€"),
        other => (1.0, other.strip_prefix("suffix:").unwrap_or(other).trim()),
    }
}

/// A value as a panel writes it.
pub(crate) fn text(value: f64, field: &FieldOptions) -> String {
    if let Some(text) = mapped(value, field)
        .map(|(text, _)| text)
        .filter(|text| !text.is_empty())
    {
        return words::visible(text);
    }
    let (factor, unit) = unit(&field.unit);
    let is_true = value != 0.0;
    match field.unit.as_str() {
        "bool" => return is_true.to_string(),
        "bool_yes_no" => return if is_true { "Yes" } else { "No" }.to_owned(),
        "bool_on_off" => return if is_true { "On" } else { "Off" }.to_owned(),
        "dateTimeAsIso" | "dateTimeAsUS" | "dateTimeAsSystem" | "dateTimeFromNow" if value.is_finite() => {
            return words::date_time(glass_model::Timestamp::from_millis(value as i64));
        }
        _ => {}
    }
    match field.decimals {
        Some(n) if matches!(unit, "%" | "ratio" | "") && value.is_finite() && value.abs() < 1e4 => {
            let n = usize::from(n.min(6));
            let shown = if unit == "ratio" { value * 100.0 } else { value };
            let sign = if unit.is_empty() { "" } else { " %" };
            format!("{shown:.n$}{sign}")
        }
        _ => words::visible(&words::value(value * factor, unit)),
    }
}

fn mapped(value: f64, field: &FieldOptions) -> Option<(&str, Option<Tone>)> {
    let plain = value.to_string();
    let is_of = |of: &MappedValues| match of {
        MappedValues::Value(text) => *text == plain || text.parse() == Ok(value),
        MappedValues::Range(from, to) => (*from..=*to).contains(&value),
        MappedValues::Regex(pattern) => go_regex_anchored(pattern).is_ok_and(|regex| regex.is_match(&plain)),
        MappedValues::Null => value.is_nan(),
    };
    let found = field.mappings.iter().find(|mapping| is_of(&mapping.of))?;
    Some((&found.text, found.tone))
}

/// What thresholds and mappings say of a value, and the sign of it.
pub(crate) fn judged(value: f64, field: &FieldOptions) -> (Role, &'static str) {
    let tone_of_mapping = mapped(value, field).and_then(|(_, tone)| tone);
    let measure = match (field.is_threshold_percent, share(value, field)) {
        (true, Some(share)) => share * 100.0,
        _ => value,
    };
    let reached = field
        .thresholds
        .iter()
        .rev()
        .find(|threshold| measure >= threshold.from);
    // A dashboard without a red and a yellow judges nothing.
    let tone = tone_of_mapping.or_else(|| reached.map(|threshold| threshold.tone));
    match tone {
        Some(Tone::Good) if field.thresholds.len() > 1 || tone_of_mapping.is_some() => (Role::Ok, ""),
        Some(Tone::Warning) => (Role::Warning, "!"),
        Some(Tone::Bad) => (Role::Critical, "!!"),
        _ => (Role::Normal, ""),
    }
}

/// The thresholds that a graph draws as lines, in the unit that its values are shown in.
pub(crate) fn levels(field: &FieldOptions) -> Vec<Level> {
    if !field.draws_thresholds {
        return Vec::new();
    }
    let (factor, _) = unit(&field.unit);
    let level = |step: &ToneStep| {
        let value = match field.is_threshold_percent {
            true => limits(field).map(|(low, high)| low + (high - low) * step.from / 100.0)?,
            false => step.from,
        };
        value.is_finite().then(|| Level {
            value: value * factor,
            text: text(value, field),
            role: match step.tone {
                Tone::Bad => Role::Critical,
                Tone::Warning => Role::Warning,
                Tone::Good => Role::Ok,
                Tone::Neutral => Role::Muted,
            },
            is_in_sight: false,
        })
    };
    field.thresholds.iter().filter_map(level).collect()
}

/// Where a value stands between the limits; percents have some of their own.
pub(crate) fn share(value: f64, field: &FieldOptions) -> Option<f64> {
    let (low, high) = limits(field)?;
    let share = (value - low) / (high - low);
    share.is_finite().then(|| share.clamp(0.0, 1.0))
}

/// The limits of the scale, if there are any.
pub(crate) fn limits(field: &FieldOptions) -> Option<(f64, f64)> {
    let usual = match field.unit.as_str() {
        "percent" => Some(100.0),
        "percentunit" => Some(1.0),
        _ => None,
    };
    let (low, high) = (field.min.unwrap_or(0.0), field.max.or(usual)?);
    (high > low).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Mapping;

    #[test]
    fn units_as_people_read_them() {
        let check = |value: f64, id: &str, decimals: Option<u8>, expected: &str| {
            let field = FieldOptions {
                unit: id.into(),
                decimals,
                ..FieldOptions::default()
            };
            assert_eq!(text(value, &field), expected, "{id}");
        };
        check(0.4212, "percentunit", None, "42.1 %");
        check(42.126, "percent", Some(1), "42.1 %");
        check(1536.0, "bytes", None, "1.5 KiB");
        check(2.0, "mbytes", None, "2 MiB");
        check(250.0, "ms", None, "250 ms");
        check(1234.0, "short", None, "1.23k");
        check(36.0, "reqps", None, "36/s");
        check(1.0, "bool_yes_no", None, "Yes");
        check(3.0, "suffix: apples", None, "3 apples");
        check(f64::NAN, "s", None, "NaN");
    }

    #[test]
    fn drawn_thresholds_are_levels_in_the_unit_that_is_shown() {
        let step = |from, tone| ToneStep { from, tone };
        let mut field = FieldOptions {
            unit: "ms".into(),
            thresholds: vec![step(f64::NEG_INFINITY, Tone::Good), step(250.0, Tone::Bad)],
            ..FieldOptions::default()
        };
        assert_eq!(levels(&field), []);
        field.draws_thresholds = true;
        let told = |field: &FieldOptions| {
            let all = levels(field);
            all.iter()
                .map(|level| (level.value, level.text.clone(), level.role))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&field), [(0.25, "250 ms".to_owned(), Role::Critical)]);
        field.is_threshold_percent = true;
        assert_eq!(told(&field), [], "percents of no scale");
        field.max = Some(10.0);
        assert_eq!(told(&field)[0].1, "25 ms");
    }

    #[test]
    fn thresholds_judge_and_mappings_speak() {
        let step = |from, tone| ToneStep { from, tone };
        let mut field = FieldOptions {
            thresholds: vec![
                step(f64::NEG_INFINITY, Tone::Good),
                step(50.0, Tone::Warning),
                step(90.0, Tone::Bad),
            ],
            max: Some(10.0),
            ..FieldOptions::default()
        };
        assert_eq!(judged(49.0, &field), (Role::Ok, ""));
        assert_eq!(judged(90.0, &field), (Role::Critical, "!!"));
        field.is_threshold_percent = true;
        assert_eq!(judged(6.0, &field), (Role::Warning, "!"), "60 % of 10");
        field.mappings = vec![Mapping {
            of: MappedValues::Range(5.0, 7.0),
            text: "so\u{1b}so".into(),
            tone: Some(Tone::Good),
        }];
        assert_eq!(
            (text(6.0, &field).as_str(), judged(6.0, &field).0),
            ("so␛so", Role::Ok)
        );
    }
}
