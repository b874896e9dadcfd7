//! What is offered where. The caret is `|`.

use super::*;
use std::fmt::Write as _;

/// `expected`: what is replaced, what is asked of the data, and some of the words that are always there.
fn check(marked: &str, replaced: &str, wanted: &str, words: &[&str]) {
    let caret = marked.find('|').unwrap();
    let text = marked.replacen('|', "", 1);
    let place = place(&text, caret);
    assert_eq!(&text[place.replaces.clone()], replaced, "{marked}");
    let mut found = String::new();
    match &place.wanted {
        Wanted::Nothing => found.push('-'),
        Wanted::Expression => found.push_str("metrics"),
        Wanted::Labels { selectors, taken } => {
            found.push_str("labels of");
            for selector in selectors {
                let _ = write!(found, " {selector}");
            }
            if !taken.is_empty() {
                let _ = write!(found, " but {}", taken.join(" "));
            }
        }
        Wanted::LabelValues { label, selector } => found = format!("values of {label} of {selector}"),
    }
    assert_eq!(found, wanted, "{marked}");
    for word in words {
        assert!(
            place.fixed.iter().any(|item| item.text == *word),
            "{marked}: {word} in {:?}",
            place.fixed
        );
    }
    if words.is_empty() {
        assert!(place.fixed.is_empty(), "{marked}: {:?}", place.fixed);
    }
}

#[test]
fn expressions_are_offered_where_one_may_begin() {
    check("|", "", "metrics", &["rate", "sum", "topk"]);
    check("ra|", "ra", "metrics", &["rate"]);
    check("sum(ra|te_of)", "rate_of", "metrics", &["rate"]);
    check("sum by (job) (|", "", "metrics", &["rate"]);
    check("up + |", "", "metrics", &["rate", "bool", "on"]);
    check("up == bool |", "", "metrics", &["rate"]);
    check("up * on (job) |", "", "metrics", &["rate", "group_left"]);
    check("job:r|", "job:r", "metrics", &["rate"]);
    check("up or in|", "in", "metrics", &["increase"]);
}

#[test]
fn keywords_are_offered_after_expressions() {
    check("up |", "", "-", &["and", "offset"]);
    check("up{} o|", "o", "-", &["offset", "or"]);
    check("sum(up) b|", "b", "-", &["by", "and"]);
    check("sum |", "", "-", &["by", "without"]);
    check("rate(up[5m]) |", "", "-", &["and"]);
    check("up @ |", "", "-", &["start()", "end()"]);
    check("up @ en|", "en", "-", &["end()"]);
    check("up offset |", "", "-", &["5m"]);
}

#[test]
fn durations_are_offered_in_brackets() {
    check("rate(up[|", "", "-", &["5m", "1h"]);
    check("rate(up[5|])", "5", "-", &["5m"]);
    check("rate(up[5m|", "5m", "-", &["5m"]);
    check("max_over_time(up[1h:|])", "", "-", &["1m"]);
}

#[test]
fn labels_are_offered_in_braces_and_lists() {
    check("up{|", "", r#"labels of {__name__="up"} but __name__"#, &[]);
    check("up{jo|}", "jo", r#"labels of {__name__="up"} but __name__"#, &[]);
    check(
        "up{job=\"a\", |",
        "",
        r#"labels of {__name__="up", job="a"} but __name__ job"#,
        &[],
    );
    check(
        "{\"queue.depth\", |}",
        "",
        r#"labels of {__name__="queue.depth"} but __name__"#,
        &[],
    );
    check("up{job|", "job", r#"labels of {__name__="up"} but __name__"#, &[]);
    check("up{job |", "", "-", &["=", "=~"]);
    check("sum by (|) (rate(x[5m]))", "", r#"labels of {__name__="x"}"#, &[]);
    check(
        "sum(x + y) by (a, b|",
        "b",
        r#"labels of {__name__="x"} {__name__="y"} but a"#,
        &[],
    );
    check("a * on (|", "", r#"labels of {__name__="a"}"#, &[]);
    check("sum by (|", "", "labels of {}", &[]);
    check("sum by (\"a|", "a", "labels of {}", &[]);
}

#[test]
fn values_are_offered_after_a_matcher() {
    check("up{job=\"|", "", r#"values of job of {__name__="up"}"#, &[]);
    check(
        "up{job=\"a|b\"}",
        "ab",
        r#"values of job of {__name__="up"}"#,
        &[],
    );
    check("up{job!='a|", "a", r#"values of job of {__name__="up"}"#, &[]);
    check("{a=\"1\",b=~\"x|", "x", r#"values of b of {a="1"}"#, &[]);
    check("up{job=sh|", "sh", r#"values of job of {__name__="up"}"#, &[]);
    check("up{\"x.y\"=`|", "", r#"values of x.y of {__name__="up"}"#, &[]);
    check(
        "up{job=\"|, b=\"c\"}",
        "",
        r#"values of job of {__name__="up"}"#,
        &[],
    );
}

#[test]
fn nothing_is_offered_where_anything_may_stand() {
    check("up # ra|", "", "-", &[]);
    check("label_replace(up, \"|", "", "-", &[]);
    check("up ; ra|", "", "-", &[]);
}

#[test]
fn after_a_bar_in_an_expression_only_the_rest_is_replaced() {
    let text = "up{job=~\"api||\"}".replacen("||", "|", 1);
    let place = place(&text, 13);
    assert_eq!((place.replaces, place.typed.as_str()), (13..13, ""));
}

#[test]
fn names_and_values_are_put_in_as_they_must_be_written() {
    let check = |marked: &str, value: &str, expected: &str| {
        let caret = marked.find('|').unwrap();
        let place = place(&marked.replacen('|', "", 1), caret);
        assert_eq!(place.in_place(value), expected, "{marked}");
    };
    check("up{|", "x.y", "\"x.y\"");
    check("up{|", "job", "job");
    check("up{job=\"|", "a\"b", "a\\\"b");
    check("up{job='|", "a\"b'", "a\"b\\'");
    check("up{job=|", "a", "\"a\"");
    check("up{job=~\"|", "a+b.c", "a\\\\+b.c");
    check("up{job=~`|", "a+b", "a\\+b");
    assert_eq!(metric_text("queue.depth"), "{\"queue.depth\"}");
    assert_eq!(metric_text("job:up"), "job:up");
}

#[test]
fn every_caret_of_every_text_has_an_answer() {
    for text in [
        "sum by (a) (rate(é{b=~\"c|d\", 'ü'!=`x`}[5m:] offset -1h @ end())) # é",
        "\"\\",
        "a{b=\"\\u12",
        "[[{{((",
    ] {
        for caret in 0..=text.len() + 1 {
            let place = place(text, caret);
            assert!(text.get(place.replaces.clone()).is_some(), "{text} at {caret}");
        }
    }
}
