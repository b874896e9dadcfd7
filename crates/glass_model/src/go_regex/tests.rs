//! What matches as in Go, and what is refused in Go's words.

use super::*;

#[test]
fn expressions_match_as_in_go() {
    let check = |pattern: &str, text: &str, expected: bool| {
        let regex = go_regex_anchored(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(
            regex.is_match(text),
            expected,
            "{pattern} on {text} as {}",
            regex.as_str()
        );
    };
    check("a.b", "a\nb", true);
    check("a", "a\n", false);
    check(r"\d", "5", true);
    check(r"\d", "٣", false);
    check(r"\w+", "aé", false);
    check(r"\s", "\u{b}", false);
    check(r"\s", "\u{a0}", false);
    check(r"[^\D]+", "12", true);
    check(r"[\w.-]+", "a-b.c", true);
    check(r"é\b.*", "é x", false);
    check(r"e\b.*", "e x", true);
    check(r"\Ba", "a", false);
    check(r"\Qa.b*\E+", "a.b**", true);
    check(r"\Q+", "+", true);
    check(r"\x41\x{1F415}\101\012", "A🐕A\n", true);
    check("{job}", "{job}", true);
    check("a{,3}", "a{,3}", true);
    check("a{01}", "a{01}", true);
    check("a{2,}?", "aaa", true);
    check("a{2}b{0,1}", "aab", true);
    check("[]a]+", "]a", true);
    check("[^]a]", "]", false);
    check("[[a]+", "[a", true);
    check("[a&&b~~]+", "&~", true);
    check("[+--]+", "+,-", true);
    check("[a-]+", "a-", true);
    check("[[:alpha:]-]+", "a-", true);
    check("[[:^digit:]]", "1", false);
    check("[[:]+", ":[", true);
    check(r"\p{Greek}\pL\P{^Lu}", "αaA", true);
    check(r"[\pN\-]", "-", true);
    check("(?i)GET|post", "get", true);
    check("(?i:GET)|post", "POST", false);
    check("(?s-i:a.)(?P<name>b)(?<other>c)", "a\nbc", true);
    check("(?)a", "a", true);
    check(r"\<a\>\_\~\ \#", "<a>_~ #", true);
    check("a}b]", "a}b]", true);
    check("^*a$?", "a", true);
    check("||a", "a", true);
    check("()", "", true);
    check("#&-~ ü", "#&-~ ü", true);
}

#[test]
fn what_go_refuses_is_refused_in_its_words() {
    let check = |pattern: &str, expected: &str| match go_regex(pattern, false) {
        Ok(regex) => panic!("{pattern} was read as {}", regex.as_str()),
        Err(error) => assert_eq!(
            error.to_string(),
            format!("error parsing regexp: {expected}"),
            "{pattern}"
        ),
    };
    check("a(b", "missing closing ): `a(b`");
    check("a)b", "unexpected ): `a)b`");
    check("a[b", "missing closing ]: `[b`");
    check("[a", "missing closing ]: `[a`");
    check("*a", "missing argument to repetition operator: `*`");
    check("a|+?", "missing argument to repetition operator: `+?`");
    check("({2})", "missing argument to repetition operator: `{2}`");
    check("a**", "invalid nested repetition operator: `**`");
    check("a*+b", "invalid nested repetition operator: `*+`");
    check("a{2}{3}", "invalid nested repetition operator: `{2}{3}`");
    check("a{1001}", "invalid repeat count: `{1001}`");
    check("a{3,2}", "invalid repeat count: `{3,2}`");
    check("[a--]", "invalid character class range: `a--`");
    check("[b-a]", "invalid character class range: `b-a`");
    check("[[:nope:]]", "invalid character class range: `[:nope:]`");
    check(r"\p{Nope}", r"invalid character class range: `\p{Nope}`");
    check(r"\y", r"invalid escape sequence: `\y`");
    check(r"(a)\1", r"invalid escape sequence: `\1`");
    check(r"\8", r"invalid escape sequence: `\8`");
    check(r"\xg", r"invalid escape sequence: `\x`");
    check(r"\x{}", r"invalid escape sequence: `\x{}`");
    check(r"\C", r"invalid escape sequence: `\C`");
    check(r"[\b]", r"invalid escape sequence: `\b`");
    check("a\\", "trailing backslash at end of expression: ``");
    check("(?=a)", "invalid or unsupported Perl syntax: `(?=`");
    check("(?<!a)", "invalid or unsupported Perl syntax: `(?<`");
    check("(?x)a", "invalid or unsupported Perl syntax: `(?x`");
    check("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`");
    check("(?P<a-b>c)", "invalid named capture: `(?P<a-b>`");
    check(
        "((a{900}){900}){900}",
        "expression too large: `((a{900}){900}){900}`",
    );
}

#[test]
fn dots_match_newlines_where_they_are_told_to() {
    assert!(go_regex("a.b", true).unwrap().is_match("-a\nb-"));
    assert!(!go_regex("a.b", false).unwrap().is_match("-a\nb-"));
}
