//! Whatever is typed and whatever a line holds: an answer or an error, never a panic.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use glass_model::{Entry, Labels, LogOrder, TimeRange, Timestamp};
use glass_query::logql::{Engine, Query, parse};
use glass_query::logqltest::LogStore;
use glass_query::{Control, Limits};
use proptest::prelude::*;

const PIECES: [&str; 62] = [
    r#"{job="a"}"#,
    "{",
    "}",
    "(",
    ")",
    "[1m]",
    "[5m",
    "|",
    "|=",
    "!=",
    "|~",
    "!~",
    "|>",
    "!>",
    "=",
    "==",
    ">",
    "<=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    ",",
    "or",
    "and",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "json",
    "logfmt",
    "--strict",
    "regexp",
    "pattern",
    "unpack",
    "line_format",
    "label_format",
    "drop",
    "keep",
    "decolorize",
    "unwrap",
    "rate",
    "count_over_time",
    "quantile_over_time",
    "sum",
    "topk",
    "label_replace",
    "vector",
    "ip",
    "x",
    "1",
    "0.5",
    "5s",
    "2MB",
    r#""<a> <_>""#,
    r#""(?P<x>.*)""#,
];

const TEMPLATES: [&str; 20] = [
    "{{",
    "}}",
    ".x",
    "if",
    "else",
    "end",
    "range",
    "with",
    "$x",
    ":=",
    "=",
    "|",
    "(",
    ")",
    "printf",
    "\"%d%5s\"",
    "1",
    "__line__",
    "trunc",
    " ",
];

fn check(text: &str, line: &str) {
    let limits = Limits::default();
    let mut store = LogStore::default();
    let entry = Entry {
        at: Timestamp::from_secs(1),
        line: line.to_owned(),
        metadata: Labels::empty(),
    };
    store.add(&Labels::new([("job", "a")]), vec![entry]);
    let Ok(query) = parse(text, &limits) else { return };
    let engine = Engine {
        source: &store,
        as_of: Timestamp::from_secs(2),
        control: Control::within(limits.timeout),
        limits,
    };
    let _ = match query {
        Query::Log(_) => engine
            .lines(&query, TimeRange::ALL, 0, LogOrder::Forward)
            .map(|_| ()),
        Query::Metric(_) => engine.instant(&query, 2_000_000_000).map(|_| ()),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn pieces_of_queries(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)) {
        check(&pieces.join(" "), "level=info n=1");
        check(&format!("{{job=\"a\"}} {}", pieces.join(" ")), "{\"a\": {\"b\": [1]}}");
    }

    #[test]
    fn any_text(text in "\\PC{0,40}", line in "\\PC{0,40}") {
        check(&text, &line);
        check("{job=\"a\"} | json | logfmt | decolorize | unpack", &line);
        check("{job=\"a\"} | logfmt --strict --keep-empty | json x=\"a[0].b\" | pattern \"<_>:<p> \"", &line);
        check("{job=\"a\"} |= ip(\"10.0.0.0/8\") or ip(\"::1\")", &line);
    }

    #[test]
    fn pieces_of_templates(pieces in prop::collection::vec(prop::sample::select(&TEMPLATES[..]), 0..10)) {
        check(&format!("{{job=\"a\"}} | line_format `{}`", pieces.join(" ")), "x=1");
        check(&format!("{{job=\"a\"}} | line_format `{{{{{}}}}}`", pieces.join(" ")), "x=é");
    }

    #[test]
    fn json_and_logfmt_that_is_cut(cut in 0_usize..80) {
        let line = r#"{"a": "b\u00e9\\", "c": {"d": [1, {"e": null}], "f": -1.5e3}, "é": true, "g": "\ud83d\ude00"}"#;
        let end = line.floor_char_boundary(cut);
        check("{job=\"a\"} | json", &line[..end]);
        check("{job=\"a\"} | json x=\"c.d[1].e\", y=\"g\"", &line[..end]);
        let line = r#"a="b\"c" d=e =f g"h i="\u00e9" j= k"#;
        check("{job=\"a\"} | logfmt", &line[..line.floor_char_boundary(cut)]);
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let refused = |text: String| assert!(parse(&text, &Limits::default()).is_err(), "{}", &text[..40]);
    refused("(".repeat(10_000));
    refused(format!("{}{{job=\"a\"}}", "sum(".repeat(3_000)));
    refused(format!("{{job=\"a\"}} | {}a=\"b\"", "(".repeat(10_000)));
    refused(format!("1{}", "^1".repeat(7_000)));
    refused(format!("{{job=\"a\"}} |= \"{}\"", "x".repeat(20_000)));
    refused("{job=\"a\"} |~ \"(((a{100}){100}){100}){100}\"".into());
    let chain = format!("1{}", "+1".repeat(7_000));
    assert!(parse(&chain, &Limits::default()).is_ok());
    let vectors = format!("vector(1){}", "+vector(1)".repeat(150));
    check(&vectors, "");
}
