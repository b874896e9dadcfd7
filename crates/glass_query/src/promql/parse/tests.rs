//! What is read, and what is refused with which words at which place.

use super::*;
use std::fmt::Write as _;

/// `expected` is the error as Prometheus words it, with the bytes it is about.
fn check_error(text: &str, at: Range<usize>, expected: &str) {
    match parse(text, &Limits::default()) {
        Ok(expr) => panic!("{text} was read as {expr:?}"),
        Err(error) => {
            let message = error
                .message
                .split_once("parse error: ")
                .map(|(_, message)| message);
            assert_eq!((message, error.at), (Some(expected), at), "{text}");
        }
    }
}

#[test]
fn errors_use_the_words_of_prometheus() {
    check_error("", 0..0, "no expression found in input");
    check_error("1+", 2..2, "unexpected end of input");
    check_error("*up", 0..1, "unexpected <op:*>");
    check_error("up down", 3..7, "unexpected identifier \"down\"");
    check_error("(up))", 5..5, "unexpected right parenthesis ')'");
    check_error("sum(rate(up[5m])", 16..16, "unclosed left parenthesis");
    check_error("up[5m", 5..5, "unclosed left bracket");
    check_error("up[", 3..3, "unexpected end of input in duration expression");
    check_error("sum(1 +)", 7..8, "unexpected \")\" in aggregation");
    check_error(
        "sum(up) by test",
        11..15,
        "unexpected identifier \"test\" in grouping opts, expected \"(\"",
    );
    check_error(
        "sum by (a,,b) (up)",
        10..11,
        "unexpected \",\" in grouping opts, expected label",
    );
    check_error("sum()", 0..5, "no arguments for aggregate expression provided");
    check_error(
        "topk(up)",
        0..8,
        "wrong number of arguments for aggregate expression provided, expected 2, got 1",
    );
    check_error(
        "up{a=b}",
        5..6,
        "unexpected identifier \"b\" in label matching, expected string",
    );
    check_error(
        "up{a}",
        4..5,
        "unexpected \"}\" in label matching, expected label matching operator",
    );
    check_error(
        "up{a=\"x\" b}",
        9..10,
        "unexpected identifier \"b\" in label matching, expected \",\" or \"}\"",
    );
    check_error("up{a=\"x", 5..7, "unterminated quoted string");
    check_error(
        "up{a=~\"(\"}",
        3..9,
        "error parsing regexp: missing closing ): `(`",
    );
    check_error("up{1}", 3..5, "unexpected character inside braces: '1'");
    check_error(
        "{}",
        0..2,
        "vector selector must contain at least one non-empty matcher",
    );
    check_error(
        "{a=~\".*\"}",
        0..9,
        "vector selector must contain at least one non-empty matcher",
    );
    check_error(
        "up{__name__=\"x\"}",
        0..16,
        "metric name must not be set twice: \"up\" or \"x\"",
    );
    check_error("up[0s]", 3..5, "duration must be greater than 0");
    check_error("up[-5m]", 3..6, "duration must be greater than 0");
    check_error("up[5m5m]", 3..7, "not a valid duration string: \"5m5m\"");
    check_error("up offset 400y", 10..14, "duration out of range");
    check_error(
        "up offset 5m[5m]",
        12..16,
        "no offset modifiers allowed before range",
    );
    check_error("up @ 5 [5m]", 7..11, "no @ modifiers allowed before range");
    check_error("(up)[5m]", 4..8, "ranges only allowed for vector selectors");
    check_error("up @ Inf", 0..2, "timestamp out of bounds for @ modifier: +Inf");
    check_error("up @ 1 @ 2", 0..6, "@ <timestamp> may not be set multiple times");
    check_error("\"\\q\"", 0..4, "unknown escape sequence U+0071 'q'");
    check_error(
        "1e999",
        0..5,
        "error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range",
    );
}

#[test]
fn types_are_checked() {
    check_error(
        "rate(up)",
        5..7,
        "expected type range vector in call to function \"rate\", got instant vector",
    );
    check_error(
        "abs(1, 2)",
        0..9,
        "expected 1 argument(s) in call to \"abs\", got 2",
    );
    check_error(
        "hour(up, up)",
        0..12,
        "expected at most 1 argument(s) in call to \"hour\", got 2",
    );
    check_error(
        "label_join(up, \"a\")",
        0..19,
        "expected at least 3 argument(s) in call to \"label_join\", got 2",
    );
    check_error("nope(up)", 0..4, "unknown function with name \"nope\"");
    check_error(
        "rate(up[5m],)",
        11..12,
        "trailing commas not allowed in function call args",
    );
    check_error(
        "topk(up, up)",
        5..7,
        "expected type scalar in aggregation parameter, got instant vector",
    );
    check_error(
        "sum(1)",
        4..5,
        "expected type instant vector in aggregation expression, got scalar",
    );
    check_error(
        "1 == 1",
        2..4,
        "comparisons between scalars must use BOOL modifier",
    );
    check_error(
        "up + bool up",
        3..9,
        "bool modifier can only be used on comparison operators",
    );
    check_error(
        "up and 1",
        0..8,
        "set operator \"and\" not allowed in binary scalar expression",
    );
    check_error(
        "up and on(a) group_left up",
        0..26,
        "no grouping allowed for \"and\" operation",
    );
    check_error(
        "up + on(a) 1",
        0..12,
        "vector matching only allowed between instant vectors",
    );
    check_error(
        "up[5m] + 1",
        0..6,
        "binary expression must contain only scalar and instant vector types",
    );
    check_error(
        "up + on(a) group_left(a) up",
        3..24,
        "label \"a\" must not occur in ON and GROUP clause at once",
    );
    check_error(
        "-\"x\"",
        0..4,
        "unary expression only allowed on expressions of type scalar or instant vector, got \"string\"",
    );
    check_error(
        "1[5m:]",
        0..6,
        "subquery is only allowed on instant vector, got scalar instead",
    );
    check_error(
        "info(up, up)",
        9..11,
        "expected label selectors only, got vector selector instead",
    );
}

#[test]
fn what_is_not_supported_is_named() {
    check_error(
        "rate(up[5m] smoothed)",
        5..11,
        "smoothed modifier is experimental and not enabled",
    );
    check_error(
        "up anchored",
        0..2,
        "anchored modifier is experimental and not enabled",
    );
    check_error(
        "up[5m*2]",
        3..5,
        "experimental duration expression is not enabled",
    );
    check_error(
        "up offset step()",
        10..14,
        "experimental duration expression is not enabled",
    );
}

#[test]
fn a_place_is_a_line_and_a_column() {
    let error = parse("sum(\n  up{\n}\n  nope)", &Limits::default()).unwrap_err();
    assert_eq!(
        error.message,
        "4:3: parse error: unexpected identifier \"nope\" in aggregation"
    );
}

#[test]
fn hostile_texts_are_refused_and_long_ones_are_read() {
    let limits = Limits {
        max_text: 1 << 20,
        ..Limits::default()
    };
    let check = |text: String, expected: Option<&str>| {
        let found = parse(&text, &limits).map_err(|error| error.message);
        let shown = text.chars().take(20).collect::<String>();
        match (found, expected) {
            (Ok(expr), None) => drop(expr.clone()),
            (Err(message), Some(expected)) => assert!(message.contains(expected), "{shown}: {message}"),
            (found, _) => panic!("{shown}: {:?}", found.map(|_| ())),
        }
    };
    let too_deep = Some("nested too deeply: at most 200 levels are allowed");
    check("(".repeat(65_000), too_deep);
    check("(".repeat(65_000) + "1" + &")".repeat(65_000), too_deep);
    check("-".repeat(65_000) + "up", too_deep);
    check("up ^ ".repeat(65_000) + "2", too_deep);
    check("abs(".repeat(65_000), too_deep);
    check(
        String::from("up") + &"[1m:]".repeat(65_000),
        Some("subquery is only allowed"),
    );
    check(
        String::from("up") + &"[".repeat(65_000),
        Some("unexpected character"),
    );
    check("1+".repeat(100_000) + "1", None);
    check("a or ".repeat(100_000) + "a", None);
    check("(".repeat(150) + "up" + &")".repeat(150), None);
    check(
        "1".repeat(2 << 20),
        Some("the query is too long: 2097152 bytes, at most 1048576 are allowed"),
    );
    let mut matchers = String::new();
    for i in 0..10_000 {
        let _ = write!(matchers, "l{i}=\"v\",");
    }
    check(format!("up{{{matchers}}}"), None);
}
