//! What is printed, and that it can be read again.

use super::*;
use crate::Limits;
use crate::promql::parse;
use proptest::prelude::*;

fn read(text: &str) -> Expr {
    parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn expressions_are_printed_as_prometheus_prints_them() {
    let check = |text: &str, expected: &str| {
        assert_eq!(one_line(&read(text)), expected, "{text}");
        assert_eq!(one_line(&read(expected)), expected, "read again");
    };
    check("sum by(job)(rate(up[5m]))>0", "sum by (job) (rate(up[5m])) > 0");
    check("sum(up)without(a,\"b.c\")", "sum without (a, \"b.c\") (up)");
    check("SUM by () (up)", "sum(up)");
    check("topk(3,up)", "topk(3, up)");
    check("up{b=\"2\",a!=\"\\n\"}", "up{a!=\"\\n\",b=\"2\"}");
    check(
        "{\"queue.depth\",\"x.y\"=~`a.*`}",
        "{\"x.y\"=~\"a.*\",__name__=\"queue.depth\"}",
    );
    check("{__name__=~'a|b'}", "{__name__=~\"a|b\"}");
    check("up offset 90m @ 1.5", "up @ 1.500 offset 1h30m");
    check("up[1h] @ start() offset -5m", "up[1h] @ start() offset -5m");
    check(
        "max_over_time(up[1h:]offset 1w)",
        "max_over_time(up[1h:] offset 1w)",
    );
    check("up[3600:60]@end()", "up[1h:1m] @ end()");
    check("1e3+0x1F*-Inf", "1000 + 31 * -Inf");
    check("vector(5m)", "vector(5m)");
    check("-1^2", "-1 ^ 2");
    check("-up^+2", "-up ^ 2");
    check("+up", "+up");
    check("a-b-c", "a - b - c");
    check("a==bool on()b", "a == bool on () b");
    check("a/ignoring(x)group_left b", "a / ignoring (x) group_left () b");
    check("a*on(x)group_right(y)b", "a * on (x) group_right (y) b");
    check("a+fill(0)b", "a + fill (0) b");
    check(
        "a+fill_right(1e30)fill_left(-2)b",
        "a + fill_left (-2) fill_right (1e+30) b",
    );
    check("a unless b or c and d", "a unless b or c and d");
    check("sum + by + offset offset 5m", "sum + by + offset offset 5m");
    check("info(up, {})", "info(up, {})");
    check("a # all of it\n+ b", "a + b");
    check("time()</1>/2", "time() </ 1 >/ 2");
}

#[test]
fn operators_bind_as_in_prometheus() {
    fn tree(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Binary(binary) => binary.steps.iter().fold(tree(&binary.first), |left, step| {
                format!("({left}{}{})", step.op.text(), tree(&step.right))
            }),
            ExprKind::Negate(inner) => format!("-[{}]", tree(inner)),
            _ => one_line(expr),
        }
    }
    let check = |text: &str, expected: &str| assert_eq!(tree(&read(text)), expected, "{text}");
    check("a+b-c", "((a+b)-c)");
    check("a+b*c^d^e", "(a+(b*(c^(d^e))))");
    check("a*b/c%d atan2 e", "((((a*b)/c)%d)atan2e)");
    check("a or b and c unless d or e", "((aor((bandc)unlessd))ore)");
    check("a == b + c > d", "((a==(b+c))>d)");
    check("-a^b*c", "(-[(a^b)]*c)");
    check("a^-b*c", "((a^-[b])*c)");
    check("- -a", "-[-[a]]");
    check("2 - -2", "(2--2)");
    check("a offset 5m ^ 2", "(a offset 5m^2)");
}

#[test]
fn long_expressions_are_spread_over_lines() {
    let check = |text: &str, expected: &str| {
        let found = pretty(&read(text));
        assert_eq!(found, expected.strip_prefix('\n').unwrap_or(expected).trim_end());
        assert_eq!(pretty(&read(&found)), found, "read again");
    };
    check("sum by (job)(up)", "sum by (job) (up)");
    let long =
        "http_request_duration_seconds_bucket{job=\"a-rather-long-name\",instance=\"another-long-name\"}";
    check(
        &format!("histogram_quantile(0.9, sum by (le) (rate({long}[5m]))) > 0.5"),
        r#"
  histogram_quantile(
    0.9,
    sum by (le) (
      rate(
        http_request_duration_seconds_bucket{instance="another-long-name",job="a-rather-long-name"}[5m]
      )
    )
  )
>
  0.5
"#,
    );
    check(
        &format!("-({long} + on (le) b - 1)"),
        r#"
-(
      http_request_duration_seconds_bucket{instance="another-long-name",job="a-rather-long-name"}
    + on (le)
      b
  -
    1
)
"#,
    );
}

#[test]
fn a_long_sum_is_not_indented_without_end() {
    let found = pretty(&read(&("metric_a + ".repeat(1_200) + "1")));
    assert!(found.len() < 1_200 * 2 * (2 * MAX_INDENT + 20), "{}", found.len());
}

/// The same tree without places, matchers sorted.
fn stripped(mut expr: Expr) -> Expr {
    fn strip(expr: &mut Expr) {
        expr.at = 0..0;
        match &mut expr.kind {
            ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => strip(inner),
            ExprKind::Binary(binary) => {
                strip(&mut binary.first);
                binary.steps.iter_mut().for_each(|step| strip(&mut step.right));
            }
            ExprKind::Aggregate(aggregate) => {
                aggregate.parameter.iter_mut().for_each(strip);
                strip(&mut aggregate.inner);
            }
            ExprKind::Call(call) => call.arguments.iter_mut().for_each(strip),
            ExprKind::Vector(selector) => selector.matchers.sort_by_key(matcher),
            ExprKind::Matrix(matrix) => matrix.selector.matchers.sort_by_key(matcher),
            ExprKind::Subquery(subquery) => strip(&mut subquery.inner),
            ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) => {}
        }
    }
    strip(&mut expr);
    expr
}

fn selector() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        "[a-z_]{1,4}",
        Just(String::from("\"é.\\\"x\"")),
        Just(String::from("__name__"))
    ];
    let op = prop::sample::select(vec!["=", "!=", "=~", "!~"]);
    let value = prop_oneof![
        "\"[a-z.*]{0,4}\"",
        Just(String::from("'\\n\\x41ü'")),
        Just(String::from("`\\d+`"))
    ];
    let matcher = (label, op, value).prop_map(|(label, op, value)| format!("{label}{op}{value}"));
    let name = prop::sample::select(vec!["up", "job:rate:5m", "sum", "offset", "start", "fill", "and"]);
    let modifiers = prop::sample::select(vec![
        "",
        " offset 5m",
        " offset -90s",
        " @ 12.5",
        " @ end()",
        " offset 1w @ start()",
        "@-7 offset +3",
    ]);
    let matchers = prop::collection::vec(matcher, 0..3).prop_map(|all| all.join(","));
    (name, matchers, modifiers)
        .prop_map(|(name, matchers, modifiers)| format!("{name}{{{matchers}}}{modifiers}"))
}

fn vector() -> impl Strategy<Value = String> {
    selector().prop_recursive(5, 40, 3, |inner| {
        let op = prop::sample::select(vec![
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            "atan2",
            "== bool",
            ">",
            "<=",
            "and",
            "or",
            "unless on (a)",
            "+ on (a, \"b.c\") group_left (d)",
            "/ ignoring () group_right",
            "- fill (1e-9)",
            "</",
            ">/",
        ]);
        let number = prop::sample::select(vec!["1", "-0x1f", "+Inf", "nAn", "1_0e-3", "5m", "017", "-1h"]);
        prop_oneof![
            (inner.clone(), op.clone(), inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), number).prop_map(|(a, number)| format!("({a}) * {number}")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("+{a}")),
            inner
                .clone()
                .prop_map(|a| format!("sum without (a, sum, \"x y\") ({a})")),
            inner
                .clone()
                .prop_map(|a| format!("count_values(\"l\", {a}) by (b)")),
            inner
                .clone()
                .prop_map(|a| format!("label_join({a}, \"x\", '-', `y`)")),
            inner
                .clone()
                .prop_map(|a| format!("rate({a}[1h30m:5] offset 1m)")),
            inner.prop_map(|a| format!("clamp({a}, -1, time())")),
        ]
    })
}

proptest! {
    /// Texts that are refused (a name set twice, `and` with a scalar) are skipped.
    #[test]
    fn what_is_printed_reads_as_the_same_tree(text in vector()) {
        if let Ok(expr) = parse(&text, &Limits::default()) {
            // A NaN is not equal to itself, the printed trees of Debug are.
            let shown = |expr: &Expr| format!("{:?}", stripped(expr.clone()));
            for printed in [one_line(&expr), pretty(&expr)] {
                let again = read(&printed);
                prop_assert_eq!(shown(&again), shown(&expr), "{} printed as {}", text, printed);
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z0-9(){}\\[\\]\"'`\\\\=~!,.:@#+^<>/é \n-]{0,60}") {
        if let Ok(expr) = parse(&text, &Limits::default()) {
            read(&one_line(&expr));
        }
    }
}
