//! Templates in, texts out.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::logql::stages::Scratch;
use glass_model::{Labels, LogRef};

fn run(template: &str) -> Result<String, String> {
    let labels = Labels::new([
        ("path", "/a b/c"),
        ("status", "200"),
        ("duration", "3000"),
        ("size", "5 MiB"),
        ("empty", ""),
        ("queries", r#"[{"query": "up", "n": 2.5}, {"query": "rate"}]"#),
    ]);
    let metadata = Labels::empty();
    let at = Timestamp::from_nanos(1_795_318_458_741_000_000);
    let line = LogRef {
        at,
        stream: 0,
        labels: &labels,
        line: "The XYZ line",
        metadata: &metadata,
    };
    let state = LineState::new(line, &mut Scratch::default());
    Template::parse(template)?.run(&state, Moment(at))
}

fn check(template: &str, expected: &str) {
    assert_eq!(
        run(template).unwrap_or_else(|problem| format!("error: {problem}")),
        expected,
        "{template}"
    );
}

#[test]
fn actions_print_labels_and_control_what_is_printed() {
    check("{{.status}} {{ .path }}{{.nope}}", "200 /a b/c");
    check("a {{- .status -}} b", "a200b");
    check("{{/* nothing */}}x", "x");
    check(
        "{{if .empty}}a{{else if eq .status \"200\"}}b{{else}}c{{end}}",
        "b",
    );
    check(
        "{{if and (contains \"he\" \"hello\") (contains \"llo\" \"hello\")}}yes{{end}}",
        "yes",
    );
    check("{{if or .empty .nope}}a{{else}}b{{end}}", "b");
    check(
        "{{range $q := fromJson .queries}} {{$q.query}}{{end}}",
        " up rate",
    );
    check(
        "{{range $i, $q := fromJson .queries}}{{$i}}={{$q.n}} {{else}}none{{end}}",
        "0=2.5 1=<no value> ",
    );
    check("{{range fromJson .empty}}x{{else}}none{{end}}", "none");
    check(
        "{{with .status}}{{.}}{{end}}{{with .empty}}x{{else}}y{{end}}",
        "200y",
    );
    check(
        "{{$x := 1}}{{range $v := fromJson \"[1,2,3]\"}}{{$x = addf $x $v}}{{end}}{{$x}}",
        "7",
    );
    check("{{ .path | replace \" \" \"_\" | trunc 5 | upper }}", "/A_B/");
    check(
        "{{ __line__ | lower }} {{ __line__ | count \"[XYZ]\" }}",
        "the xyz line 3",
    );
    check("{{(fromJson \"{\\\"a\\\":{\\\"b\\\":1}}\").a.b}}", "1");
}

#[test]
fn functions_follow_their_documentation() {
    check(
        "{{add 3 2 5}} {{addf 3.5 2 5}} {{div .duration 1000}} {{divf 10 2 4}} {{mod 10 3}}",
        "10 10.5 3 1.25 1",
    );
    check(
        "{{round 123.555555 3}} {{round 123.88571428571 5 .2}} {{ceil 123.001}} {{floor 123.9}}",
        "123.556 123.88572 124 123",
    );
    check(
        "{{max 1 2 3}} {{minf 1 2.5}} {{sub 5 2}} {{subf 5.5 2 1.5}} {{mulf 5.5 2 2.5}} {{int \"3\"}}",
        "3 1 3 2 27.5 3",
    );
    check(
        "[{{alignLeft 5 \"hi\"}}] [{{alignRight 5 \"hello world\"}}]",
        "[hi   ] [world]",
    );
    check(
        "{{substr 6 11 \"hello world\"}} {{trunc -5 \"hello world\"}} {{title \"hello world\"}}",
        "world world Hello World",
    );
    check(
        "{{trimAll \"$\" \"$5.00\"}} {{trimPrefix \"-\" \"-hello\"}} {{trim \"  x \"}}",
        "5.00 hello x",
    );
    check(
        "{{b64enc \"hello\"}} {{b64dec \"aGVsbG8\"}} {{urlencode .path}} {{urldecode \"a%20b+c\"}}",
        "aGVsbG8= hello %2Fa+b%2Fc a b c",
    );
    check(
        "{{default \"-\" .empty}} {{default \"-\" \"foo\"}} {{repeat 3 \"ab\"}}",
        "- foo ababab",
    );
    check("{{indent 2 \"a\\nb\"}}|{{nindent 1 \"a\"}}", "  a\n  b|\n a");
    check(
        "{{printf \"%-5s|%5.1s|%03d|%.2f|%q|%v\" .status \"ab\" 7 1.005 \"x\" 3}}",
        "200  |    a|007|1.00|\"x\"|3",
    );
    check("{{printf \"%d\" .status}}", "%!d(string=200)");
    check("{{.size | bytes}} {{duration \"1m30s\"}}", "5.24288e+06 90");
    check(
        "{{regexReplaceAll \"(a*)bc\" \"aabc\" \"${1}a\"}} {{regexReplaceAllLiteral \"(ts=)\" \"ts=1\" \"$1\"}}",
        "aaa $11",
    );
    check(
        "{{__timestamp__ | date \"2006-01-02T15:04:05.00Z07:00\"}} {{__timestamp__ | unixEpoch}}",
        "2026-11-22T03:34:18.74Z 1795318458",
    );
    check(
        "{{date \"2006-01-02\" (unixToTime \"1679577215\")}} {{toDate \"2006-01-02\" \"2021-11-02\" | unixEpochMillis}}",
        "2023-03-23 1635811200000",
    );
}

#[test]
fn what_is_wrong_or_too_much_is_said() {
    let parse = |template: &str, expected: &str| {
        let problem = Template::parse(template).unwrap_err();
        assert!(problem.contains(expected), "{template}: {problem}");
    };
    parse("{{nope .x}}", "function \"nope\" not defined");
    parse("{{.x", "unclosed action");
    parse("{{if .x}}a", "unexpected EOF");
    parse("{{end}}", "unexpected {{end}}");
    parse("{{template \"x\"}}", "is not supported");
    parse(&"{{if .x}}".repeat(1000), "nesting");
    parse(&format!("{{{{ {} }}}}", "(".repeat(1000)), "nesting");
    let fail = |template: &str, expected: &str| {
        let problem = run(template).unwrap_err();
        assert!(problem.contains(expected), "{template}: {problem}");
    };
    fail("{{div 1 0}}", "divide by zero");
    fail("{{repeat 10000000 \"ab\"}}", "longer than");
    fail("{{range 100000}}x{{end}}", "goes round");
    fail("{{range 1000}}{{repeat 10000 \"a\"}}{{end}}", "writes more");
    fail(
        "{{toDateInZone \"2006\" \"Europe/Berlin\" \"2021\"}}",
        "not supported",
    );
}
