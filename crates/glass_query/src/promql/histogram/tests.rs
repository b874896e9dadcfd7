//! What comes of histograms, in the notation of test scripts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::promqltest::parse_histogram;

fn read(text: &str) -> Histogram {
    parse_histogram(text).unwrap_or_else(|| panic!("no histogram: {text}"))
}

#[test]
fn sums_reconcile_layouts() {
    let check = |left: &str, right: &str, expected: &str| {
        let mut sum = read(left);
        let shown = match sum.add(&read(right)) {
            Err(Incompatible) => "incompatible".to_owned(),
            Ok(noted) => {
                let collide = if noted.hints_collide { " collide" } else { "" };
                let reconciled = if noted.bounds_reconciled {
                    " reconciled"
                } else {
                    ""
                };
                format!("{}{collide}{reconciled}", sum.script_text())
            }
        };
        assert_eq!(shown, expected, "{left} + {right}");
    };
    check(
        "{{count:3 sum:4 buckets:[1 2]}}",
        "{{count:1 sum:2 offset:1 buckets:[1 0 5]}}",
        "{{count:4 sum:6 buckets:[1 3 0 5]}}",
    );
    check(
        "{{schema:1 count:4 buckets:[1 1 1 1]}}",
        "{{schema:0 count:1 offset:1 buckets:[1]}}",
        "{{count:5 buckets:[1 3 1]}}",
    );
    check(
        "{{count:3 z_bucket:1 z_bucket_w:0.5 buckets:[1 1]}}",
        "{{count:9 z_bucket:2 z_bucket_w:1 offset:1 buckets:[7]}}",
        "{{count:12 z_bucket:4 z_bucket_w:1 offset:1 buckets:[8]}}",
    );
    check(
        "{{count:2 z_bucket:1 z_bucket_w:0.1 n_buckets:[1]}}",
        "{{count:2 z_bucket:2 z_bucket_w:0.75}}",
        "{{count:4 z_bucket:4 z_bucket_w:1}}",
    );
    check(
        "{{schema:-53 count:6 custom_values:[1 2 4] buckets:[1 2 2 1]}}",
        "{{schema:-53 count:3 custom_values:[1 4 8] buckets:[1 1 1]}}",
        "{{schema:-53 count:9 custom_values:[1 4] buckets:[2 5 2]}} reconciled",
    );
    check("{{schema:-53 custom_values:[1]}}", "{{}}", "incompatible");
    check(
        "{{count:1 counter_reset_hint:reset}}",
        "{{count:1 counter_reset_hint:not_reset}}",
        "{{count:2}} collide",
    );
    check(
        "{{count:1 counter_reset_hint:reset}}",
        "{{count:1 counter_reset_hint:gauge}}",
        "{{count:2 counter_reset_hint:gauge}}",
    );
}

#[test]
fn resets_are_found() {
    let check = |before: &str, after: &str, expected: bool| {
        assert_eq!(
            read(after).is_reset_after(&read(before)),
            expected,
            "{before} {after}"
        );
    };
    check("{{count:3 buckets:[1 2]}}", "{{count:4 buckets:[2 2]}}", false);
    check("{{count:3 buckets:[1 2]}}", "{{count:4 buckets:[3 1]}}", true);
    check("{{count:3 buckets:[1 2]}}", "{{count:2 buckets:[1 2]}}", true);
    check(
        "{{count:3 buckets:[1 2]}}",
        "{{count:3 offset:1 buckets:[3]}}",
        true,
    );
    check(
        "{{schema:1 count:4 buckets:[1 1 1 1]}}",
        "{{count:4 buckets:[1 2 1]}}",
        false,
    );
    check(
        "{{count:4 buckets:[1 2 1]}}",
        "{{schema:1 count:4 buckets:[1 1 1 1]}}",
        true,
    );
    check(
        "{{count:3 z_bucket_w:0.5 z_bucket:1 buckets:[2]}}",
        "{{count:3 z_bucket_w:1 z_bucket:3}}",
        false,
    );
    check(
        "{{count:3 z_bucket_w:0.5 z_bucket:1 buckets:[2]}}",
        "{{count:3 z_bucket_w:0.75 z_bucket:3}}",
        true,
    );
    check(
        "{{schema:-53 count:3 custom_values:[1 2] buckets:[1 2]}}",
        "{{schema:-53 count:3 custom_values:[2 3] buckets:[3]}}",
        false,
    );
    check(
        "{{schema:-53 count:3 custom_values:[1 2] buckets:[1 2]}}",
        "{{schema:-53 count:3 custom_values:[2 3] buckets:[2 1]}}",
        true,
    );
    check("{{count:3}}", "{{count:4 counter_reset_hint:reset}}", true);
    check("{{count:3}}", "{{count:2 counter_reset_hint:not_reset}}", false);
}

#[test]
fn quantiles_and_fractions_are_inverse() {
    let check = |text: &str, q: f64, value: f64| {
        let histogram = read(text);
        let (found, _) = histogram.quantile(q);
        assert!(
            (found - value).abs() < 1e-9,
            "{text}: quantile {q} is {found}, not {value}"
        );
        let (share, _) = histogram.fraction(f64::NEG_INFINITY, value);
        assert!(
            (share - q).abs() < 1e-9,
            "{text}: {share} lies below {value}, not {q}"
        );
    };
    check("{{count:4 buckets:[0 4]}}", 0.5, 2.0_f64.sqrt());
    check("{{count:4 n_buckets:[0 4]}}", 0.25, -(2.0_f64.powf(0.75)));
    check("{{count:4 z_bucket:2 z_bucket_w:0.5 buckets:[0 2]}}", 0.25, 0.25);
    check(
        "{{count:4 z_bucket:2 z_bucket_w:0.5 n_buckets:[0 2]}}",
        0.75,
        -0.25,
    );
    check(
        "{{schema:-53 count:4 custom_values:[2 4] buckets:[2 2]}}",
        0.25,
        1.0,
    );
    check(
        "{{schema:-53 count:4 custom_values:[2 4] buckets:[2 2]}}",
        0.75,
        3.0,
    );
}

#[test]
fn trimming_keeps_one_side() {
    let check = |text: &str, at: f64, keep: Keep, expected: &str| {
        let mut histogram = read(text);
        histogram.trim(at, keep);
        assert_eq!(histogram.script_text(), expected, "{text} {keep:?} {at}");
    };
    let two = "{{count:4 sum:5 offset:1 buckets:[2 2]}}";
    check(
        two,
        2.0,
        Keep::Below,
        "{{count:2 sum:2.8284271247461903 offset:1 buckets:[2]}}",
    );
    check(two, 8.0, Keep::Below, two);
    check(two, 8.0, Keep::Above, "{{}}");
    let zero = "{{count:2 sum:1 z_bucket:2 z_bucket_w:0.5}}";
    check(
        zero,
        0.25,
        Keep::Below,
        "{{count:1.5 sum:-0.1875 z_bucket:1.5 z_bucket_w:0.5}}",
    );
    check(zero, -1.0, Keep::Above, zero);
    check(zero, 1.0, Keep::Above, "{{z_bucket_w:0.5}}");
    let without_width = "{{count:2 sum:1 z_bucket:2}}";
    check(without_width, 0.0, Keep::Above, without_width);
    check(without_width, 0.0, Keep::Below, "{{}}");
}

#[test]
fn means_do_not_overflow() {
    let huge = read("{{count:1e308 sum:1e308 buckets:[1e308]}}");
    let mut mean = Total::mean_of(&huge);
    for _ in 0..3 {
        mean.add(&huge).unwrap();
    }
    let (mean, _) = mean.finish();
    assert!((mean.count / 1e308 - 1.0).abs() < 1e-12 && (mean.sum / 1e308 - 1.0).abs() < 1e-12);
}

#[test]
fn damaged_histograms_are_refused() {
    let check = |change: &dyn Fn(&mut NativeHistogram), expected: &str| {
        let mut model = read("{{count:3 buckets:[1 2]}}").to_model();
        change(&mut model);
        let found = Histogram::from_model(&model).map(|histogram| histogram.to_string());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
    };
    check(&|_| {}, "{count:3, sum:0, (0.5,1]:1, (1,2]:2}");
    check(
        &|model| model.schema = 8,
        "{count:3, sum:0, (0.9972960560854701,1]:1, (1,1.0027112750502025]:2}",
    );
    check(
        &|model| model.schema = -9,
        "damaged native histogram: unknown schema -9",
    );
    check(
        &|model| model.zero_threshold = f64::NAN,
        "damaged native histogram: its zero threshold is no width",
    );
    check(
        &|model| model.positive_counts.clear(),
        "damaged native histogram: spans do not fit its buckets",
    );
    check(
        &|model| model.schema = CUSTOM_BOUNDS,
        "damaged native histogram: a bucket has no bound",
    );
    check(
        &|model| model.custom_bounds = vec![2.0, 1.0],
        "damaged native histogram: its bounds do not ascend",
    );
}
