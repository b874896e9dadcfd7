//! When metric names are dropped, in both modes.

use super::*;

const SCRIPT: &str = "load 1m
  a{i=\"1\"} 1+1x20
  b{i=\"1\"} 2+1x20
  c{i=\"2\"} 5x20
  old{i=\"1\"} 1x5 stale
  new{i=\"1\"} _x9 2x10
  p_bucket{i=\"1\", le=\"1\"} 1x20
  p_bucket{i=\"1\", le=\"+Inf\"} 2x20
  q_bucket{i=\"1\", le=\"+Inf\"} 3x20
";

const SAME: &str = "vector cannot contain metrics with the same labelset";

/// What a query yields where names are dropped at once, and where in the end.
fn check(text: &str, (start, end): (i64, i64), [at_once, in_the_end]: [&str; 2]) {
    let source = Source::new(SCRIPT, Completeness::Complete);
    let limits = Limits::default();
    let expr = parse(text, &limits).unwrap();
    for (delays_name_removal, expected) in [(false, at_once), (true, in_the_end)] {
        let engine = Engine {
            delays_name_removal,
            ..engine(&source, limits)
        };
        let result = if start == end {
            engine.instant(text, &expr, start * 1_000)
        } else {
            engine.range(text, &expr, start * 1_000, end * 1_000, 60_000)
        };
        assert_eq!(shown(result), expected, "{text}, delayed: {delays_name_removal}");
    }
}

#[test]
fn names_that_are_gone_do_not_tell_series_apart() {
    let check = |text: &str, expected: [&str; 2]| {
        let text = text.replace("AB", "{__name__=~\"a|b\"}");
        check(&text.replace("AC", "{__name__=~\"a|c\"}"), (600, 600), expected);
    };
    let one = "{} 1";
    let two = "{} 2";
    check("abs(AB)", [SAME, SAME]);
    check("count(AB)", [two, two]);
    check("count(abs(AC))", [two, two]);
    for text in [
        "abs(AB)",
        "-AB",
        "clamp_min(AB, 0)",
        "round(AB)",
        "hour(AB)",
        "timestamp(AB)",
        "timestamp((AB))",
        "rate(AB[5m])",
        "max_over_time(AB[5m:1m])",
        "quantile_over_time(0.5, AB[5m])",
        "AB + 1",
        "1 - AB",
        "AB > bool 0",
        "AB * 2 > 0",
        "(AB > 0) + 1",
        "a <= on (i) group_right () AB > bool 0",
        "-(a or on (__name__) b)",
        "-topk(2, AB)",
        "abs(sort(AB))",
        "rate(last_over_time(AB[5m])[5m:1m])",
        "abs(sum by (__name__, i) (AB))",
        "abs(label_replace(a, \"__name__\", \"x\", \"\", \"\") or on (__name__) b)",
        "abs((b * on (i) group_left (__name__) a) or on (__name__) b)",
    ] {
        check(&format!("count({text})"), [SAME, two]);
    }
    check("count(AB > 11)", [one, one]);
    check("count((AB + 1) > 12)", [SAME, one]);
    check("count(last_over_time(AB[5m]))", [two, two]);
    check("absent_over_time(AB[5m])", ["", ""]);
    check("absent(abs(AB))", [SAME, ""]);
    check("scalar(abs(AB)) > bool 0", [SAME, "Scalar(600000, 0.0)"]);
    check(
        "count(histogram_quantile(0.5, {__name__=~\"[pq]_bucket\"}))",
        [SAME, two],
    );
    check(
        "count(a <= bool on (i) group_right AB)",
        [
            "multiple matches for labels: grouping labels must ensure unique matches",
            two,
        ],
    );
    check("count(a == bool b)", [one, one]);
}

#[test]
fn a_name_that_is_gone_cannot_be_read() {
    let check = |text: &str, expected: [&str; 2]| check(text, (600, 600), expected);
    let relabelled = |inner: &str| format!("label_replace({inner}, \"y\", \"$1\", \"__name__\", \"(.*)\")");
    check(&relabelled("a"), ["a{i=\"1\", y=\"a\"} 11"; 2]);
    for inner in ["-a", "(a * -1)", "+(-a)", "max_over_time((-a)[1m:1m])"] {
        check(&relabelled(inner), ["{i=\"1\"} -11", "{i=\"1\", y=\"a\"} -11"]);
    }
    check(
        &relabelled("last_over_time(a[1m])"),
        ["a{i=\"1\", y=\"a\"} 11"; 2],
    );
    check(
        "label_replace(-a, \"__name__\", \"x\", \"\", \"\")",
        ["x{i=\"1\"} -11"; 2],
    );
    check(
        "label_join(-a, \"y\", \"\", \"__name__\")",
        ["{i=\"1\"} -11", "{i=\"1\", y=\"a\"} -11"],
    );
    let both = "{__name__=~\"a|c\"}";
    check(&format!("count by (__name__) ({both})"), ["a 1; c 1"; 2]);
    check(&format!("count by (__name__) (-{both})"), ["{} 2", SAME]);
    check(
        &format!("count_values by (__name__) (\"v\", 0 * {both})"),
        ["{v=\"0\"} 2", "a{v=\"0\"} 1; c{v=\"0\"} 1"],
    );
    check(
        &format!("topk by (__name__) (1, -{both})"),
        ["{i=\"2\"} -5", "{i=\"1\"} -11; {i=\"2\"} -5"],
    );
    check(&format!("count({both} and on (__name__) -a)"), ["", "{} 1"]);
    check("sum without (i) (-a)", ["{} -11"; 2]);
    check(&relabelled("sum without () (a)"), ["{i=\"1\"} 11"; 2]);
}

#[test]
fn series_that_share_no_step_become_one() {
    let check = |text: &str, when: (i64, i64), expected: [&str; 2]| {
        check(&text.replace("BOTH", "{__name__=~\"old|new\"}"), when, expected);
    };
    let all = (0, 1_140);
    check("abs(BOTH)", all, ["1 series"; 2]);
    check("BOTH * 2 > 0", all, ["1 series"; 2]);
    check(
        "count_over_time(abs(BOTH)[20m:1m])",
        (1_199, 1_199),
        ["{i=\"1\"} 17", SAME],
    );
    check(
        "count_over_time((-BOTH)[20m:1m])",
        (1_199, 1_199),
        ["{i=\"1\"} 17", SAME],
    );
    // Not so after a function over windows.
    check("sum(max_over_time(BOTH[1m]))", all, [SAME, "1 series"]);
}
