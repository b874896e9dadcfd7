//! What the caret stands at: [`place`].

use std::ops::Range;

/// What could be put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A stream's label; `selector` are the conditions before it.
    LabelName { selector: String },
    /// A value of a stream's label.
    LabelValue { selector: String, label: String },
    /// Any label: in `by (…)`, or behind `unwrap`; `query` is the log query so far.
    AnyLabel { query: Option<String> },
    /// A stage, or a label to filter by; `query` is the log query before it.
    Stage { query: String },
    /// What follows a selector or a stage.
    AfterSelector,
    /// The length of a window.
    Duration,
    /// The beginning of an expression.
    Start,
    /// Something free: a text, a number.
    Nothing,
}

/// A place and the bytes of the word that is being written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub place: Place,
    pub word: Range<usize>,
}

/// What has been passed on the way to the caret.
#[derive(Default)]
struct Passed {
    /// Where the open braces are.
    brace: Option<usize>,
    /// Where the open brackets are.
    bracket: Option<usize>,
    /// Where the text that is not closed begins, behind its quote.
    text: Option<usize>,
    /// Where the last selector begins.
    selector: Option<usize>,
    /// Where its braces close.
    selector_end: Option<usize>,
    /// Where the last single `|` is.
    pipe: Option<usize>,
    /// The open parentheses, and whether names stand in them.
    parentheses: Vec<bool>,
}

/// What stands at the end of `before`.
pub(super) fn place(before: &str) -> Found {
    let passed = passed(before);
    let end = before.len();
    if let Some(start) = passed.text {
        let place = passed
            .brace
            .and_then(|brace| label_value(before, brace, start - 1));
        return Found {
            place: place.unwrap_or(Place::Nothing),
            word: start..end,
        };
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before
        .rfind(|c| !is_word(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = start..end;
    let last = before[..start].trim_end().chars().next_back();
    let place = if let Some(brace) = passed.brace {
        match last {
            Some('{' | ',') => Place::LabelName {
                selector: selector_before(before, brace, start),
            },
            _ => Place::Nothing,
        }
    } else if passed.bracket.is_some() {
        Place::Duration
    } else if passed.parentheses.last() == Some(&true) {
        Place::AnyLabel {
            query: query_before(before, &passed, end),
        }
    } else {
        free_place(before, &passed, start, last)
    };
    Found { place, word }
}

fn free_place(before: &str, passed: &Passed, start: usize, last: Option<char>) -> Place {
    let in_pipeline = passed.selector_end.is_some();
    match last {
        None | Some('(' | '+' | '*' | '/' | '%' | '^') => Place::Start,
        Some('|') if passed.pipe.is_some() => Place::Stage {
            query: query_before(before, passed, passed.pipe.unwrap_or(start)).unwrap_or_default(),
        },
        Some('|') => Place::AfterSelector,
        Some('}' | '"' | '`') if in_pipeline => Place::AfterSelector,
        Some(c) if in_pipeline && (c.is_ascii_alphanumeric() || c == '_') => {
            let word = before[..start]
                .trim_end()
                .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next();
            match word {
                Some("unwrap" | "keep" | "drop" | "and" | "or") => Place::AnyLabel {
                    query: query_before(before, passed, passed.pipe.unwrap_or(start)),
                },
                _ => Place::AfterSelector,
            }
        }
        Some(',') if in_pipeline => Place::AnyLabel {
            query: query_before(before, passed, passed.pipe.unwrap_or(start)),
        },
        Some(',') => Place::Start,
        _ => Place::Nothing,
    }
}

fn passed(before: &str) -> Passed {
    let mut passed = Passed::default();
    let mut chars = before.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' | '`' => {
                let mut is_closed = false;
                while let Some((_, inside)) = chars.next() {
                    if inside == '\\' && c == '"' {
                        chars.next();
                    } else if inside == c {
                        is_closed = true;
                        break;
                    }
                }
                if !is_closed {
                    passed.text = Some(at + 1);
                }
            }
            '#' => {
                let _ = chars.by_ref().find(|(_, c)| *c == '\n');
            }
            '{' => {
                passed.brace = Some(at);
                passed.selector = Some(at);
                (passed.selector_end, passed.pipe) = (None, None);
            }
            '}' => {
                passed.selector_end = passed.brace.take().map(|_| at + 1);
            }
            '[' => passed.bracket = Some(at),
            ']' => {
                passed.bracket = None;
                (passed.selector_end, passed.pipe) = (None, None);
            }
            '(' => {
                let word = before[..at]
                    .trim_end()
                    .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .next();
                let has_names = matches!(
                    word,
                    Some(
                        "by" | "without"
                            | "on"
                            | "ignoring"
                            | "group_left"
                            | "group_right"
                            | "duration"
                            | "duration_seconds"
                            | "bytes"
                    )
                );
                passed.parentheses.push(has_names);
            }
            ')' => {
                passed.parentheses.pop();
            }
            '|' if !matches!(chars.peek(), Some((_, '=' | '~' | '>'))) => passed.pipe = Some(at),
            _ => {}
        }
    }
    passed
}

/// The conditions between an open brace and `end`, as a selector.
fn selector_before(before: &str, brace: usize, end: usize) -> String {
    let inside = before[brace..end].trim_end().trim_end_matches(',');
    format!("{inside}}}")
}

/// The label whose value begins with the quote at `quote`.
fn label_value(before: &str, brace: usize, quote: usize) -> Option<Place> {
    let head = before[brace..quote].trim_end();
    let head = head.strip_suffix(['=', '~'])?;
    let head = head.trim_end_matches(['=', '!']).trim_end();
    let start = head.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')? + 1;
    let label = head[start..].to_owned();
    Some(Place::LabelValue {
        selector: selector_before(before, brace, brace + start),
        label,
    })
}

/// The log query from its selector up to `end`; in `by (…)` behind a call, up to where the call's window opens.
fn query_before(before: &str, passed: &Passed, end: usize) -> Option<String> {
    let start = passed.selector?;
    let text = &before[start..end.max(start)];
    let text = text.find('[').map_or(text, |window| &text[..window]);
    Some(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let check = |before: &str, expected: Place, word: &str| {
            let found = place(before);
            assert_eq!((found.place, &before[found.word]), (expected, word), "{before}");
        };
        let text = |text: &str| text.to_owned();
        check("su", Place::Start, "su");
        check("sum(ra", Place::Start, "ra");
        check("{jo", Place::LabelName { selector: text("{}") }, "jo");
        let selector = text(r#"{job="a"}"#);
        check(
            r#"{job="a", na"#,
            Place::LabelName {
                selector: selector.clone(),
            },
            "na",
        );
        let place = Place::LabelValue {
            selector: selector.clone(),
            label: text("level"),
        };
        check(r#"{job="a", level=~"er"#, place, "er");
        check(r#"{job="a"} "#, Place::AfterSelector, "");
        check(
            r#"{job="a"} | js"#,
            Place::Stage {
                query: selector.clone(),
            },
            "js",
        );
        let query = text(r#"{job="a"} | json"#);
        check(
            r#"{job="a"} | json | st"#,
            Place::Stage { query: query.clone() },
            "st",
        );
        check(
            r#"{job="a"} | json | unwrap du"#,
            Place::AnyLabel {
                query: Some(query.clone()),
            },
            "du",
        );
        check(r#"sum(rate({job="a"} | json [5"#, Place::Duration, "5");
        check(
            r#"sum(rate({job="a"} | json [5m])) by (st"#,
            Place::AnyLabel { query: Some(query) },
            "st",
        );
        check("sum by (j", Place::AnyLabel { query: None }, "j");
        check(r#"{job="a"} |= "err"#, Place::Nothing, "err");
        check(r#"rate({job="a"}[5m]) / co"#, Place::Start, "co");
    }
}
