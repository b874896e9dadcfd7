//! `| label_format to=from, other="{{.template}}"` and `| line_format "…"`.

use super::{Category, LineState};
use crate::logql::template::{Moment, Template};
use std::borrow::Cow;

/// The error of a template that fails on a line.
const TEMPLATE_ERROR: &str = "TemplateFormatErr";

/// How a label is set.
#[derive(Clone, Debug)]
pub enum LabelFormat {
    /// To the value of another one, which goes away.
    Rename(Box<str>),
    /// To what a template makes of the line and its labels.
    Template(Template),
}

/// Sets labels one by one; each sees those before it.
pub(super) fn format_labels(formats: &[(Box<str>, LabelFormat)], state: &mut LineState<'_>, now: Moment) {
    for (to, format) in formats {
        match format {
            LabelFormat::Rename(from) => {
                let found = state.get_with_category(from);
                let Some((value, category)) = found.map(|(value, category)| (value.to_owned(), category))
                else {
                    continue;
                };
                state.remove(from);
                state.set(to, value, category);
            }
            LabelFormat::Template(template) => match template.run(state, now) {
                Ok(value) => state.set(to, value, Category::Parsed),
                Err(problem) => state.fail(TEMPLATE_ERROR, problem),
            },
        }
    }
}

/// Writes the line anew; one on which the template fails stays as it is.
pub(super) fn format_line(template: &Template, state: &mut LineState<'_>, now: Moment) {
    match template.run(state, now) {
        Ok(line) => state.line = Cow::Owned(line),
        Err(problem) => state.fail(TEMPLATE_ERROR, problem),
    }
}

/// The line without the escape sequences that colour it; `None` if it has none.
pub(super) fn decolorized(line: &str) -> Option<String> {
    line.contains('\u{1b}').then(|| {
        let mut plain = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find('\u{1b}') {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let length = sequence_length(rest);
            if length == 0 {
                plain.push('\u{1b}');
            }
            rest = &rest[length.max(1)..];
        }
        plain.push_str(rest);
        plain
    })
}

/// How long the escape sequence at the start is: `ESC [`, parameters, a letter.
fn sequence_length(rest: &str) -> usize {
    let Some(parameters) = rest.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let is_parameter = |c: char| c.is_ascii_digit() || matches!(c, ';' | '?' | ':');
    let end = parameters.find(|c| !is_parameter(c));
    match end.map(|end| (end, parameters.as_bytes()[end])) {
        Some((end, last)) if last.is_ascii_alphabetic() => 2 + end + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_other_escapes_stay() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(decolorized(line).as_deref(), expected, "{line:?}")
        };
        check("plain", None);
        check("\u{1b}[31mred\u{1b}[0;1m x", Some("red x"));
        check("a\u{1b}b\u{1b}[", Some("a\u{1b}b\u{1b}["));
    }
}
