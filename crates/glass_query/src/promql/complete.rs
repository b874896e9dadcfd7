//! What may stand at a place in a query that is still being written: [`place`]. It looks at tokens alone, because an
//! unfinished query has no tree.

mod context;
mod words;

use super::parse::lex::{self, Kind, Token};
use super::parse::text::quote;
use super::print::label_name;
use context::{Before, Context};
use glass_model::{CompletionItem, Selector};
use std::ops::Range;

/// A place in a query.
#[derive(Debug)]
pub struct Place {
    /// The bytes that a completion replaces.
    pub replaces: Range<usize>,
    /// What has been typed of it.
    pub typed: String,
    /// What is to be asked of the data.
    pub wanted: Wanted,
    /// What may stand there in every query.
    pub fixed: Vec<CompletionItem>,
    quoting: Quoting,
}

/// What is to be asked of the data.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing.
    Nothing,
    /// The names of metrics.
    Expression,
    /// The names of labels of these series, but for those that are there already.
    Labels {
        /// Which series; any of them.
        selectors: Vec<Selector>,
        /// Labels that are there.
        taken: Vec<String>,
    },
    /// The values of a label of these series.
    LabelValues {
        /// The label.
        label: String,
        /// Which series, as far as the other conditions say.
        selector: Selector,
    },
}

/// How a name or a value is written at the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoting {
    /// Without quotes if it can be.
    Plain,
    /// Inside quotes of this kind.
    Inside { quote: char, is_regex: bool },
    /// With quotes around it.
    Wrapped { is_regex: bool },
}

impl Place {
    /// A name or value of the data as it is to be put in here.
    pub fn in_place(&self, value: &str) -> String {
        match self.quoting {
            Quoting::Plain => label_name(value),
            Quoting::Wrapped { is_regex } => quote(&escaped(value, is_regex)),
            Quoting::Inside { quote: '`', is_regex } => escaped(value, is_regex),
            Quoting::Inside {
                quote: mark,
                is_regex,
            } => {
                let quoted = quote(&escaped(value, is_regex));
                let inner = &quoted[1..quoted.len() - 1];
                match mark {
                    '\'' => inner.replace("\\\"", "\"").replace('\'', "\\'"),
                    _ => inner.into(),
                }
            }
        }
    }

    fn nothing(caret: usize) -> Self {
        Self {
            replaces: caret..caret,
            typed: String::new(),
            wanted: Wanted::Nothing,
            fixed: Vec::new(),
            quoting: Quoting::Plain,
        }
    }
}

/// A metric's name as it may stand in an expression.
pub fn metric_text(name: &str) -> String {
    let is_plain = !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'));
    if is_plain {
        name.into()
    } else {
        format!("{{{}}}", quote(name))
    }
}

/// A dot stays a dot, which matches itself too: addresses would be hard to read otherwise.
fn escaped(value: &str, is_regex: bool) -> String {
    if !is_regex {
        return value.into();
    }
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if r"\+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What may stand at `caret`, a byte of `text` or its end.
pub fn place(text: &str, caret: usize) -> Place {
    let mut caret = caret.min(text.len());
    while !text.is_char_boundary(caret) {
        caret -= 1;
    }
    let before = &text[..caret];
    let lexed = lex::lex(before);
    if lexed.in_comment {
        return Place::nothing(caret);
    }
    let mut tokens = lexed.all.as_slice();
    let last = tokens.last().copied();
    tokens = &tokens[..tokens.len().saturating_sub(1)];
    if let Some(start) = lexed.open_text {
        return in_text(text, start..caret, tokens, lexed.in_braces);
    }
    let mut typed = caret..caret;
    if let Some(word) = last.filter(|token| token.kind == Kind::Error && token.start < caret) {
        // Half a duration, or half a word where only durations may stand; elsewhere what cannot be read says nothing.
        if !lexed.in_brackets {
            return Place::nothing(caret);
        }
        typed = word.start..caret;
    } else if let Some((word, rest)) = tokens.split_last()
        && is_word(word.kind)
        && word.end == caret
    {
        typed = word.at();
        tokens = rest;
    }
    let after = &text[caret..];
    let is_part = |c: char| {
        c.is_ascii_alphanumeric() || c == '_' || (c == ':' && !lexed.in_braces && !lexed.in_brackets)
    };
    let end = caret + after.find(|c| !is_part(c)).unwrap_or(after.len());
    let context = Context {
        text,
        tokens,
        in_braces: lexed.in_braces,
        in_brackets: lexed.in_brackets,
    };
    let Before {
        wanted,
        fixed,
        is_regex_value,
    } = context.before();
    Place {
        typed: before[typed.clone()].into(),
        replaces: typed.start..if typed.is_empty() { caret } else { end },
        wanted,
        fixed,
        quoting: is_regex_value.map_or(Quoting::Plain, |is_regex| Quoting::Wrapped { is_regex }),
    }
}

fn is_word(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::MetricIdentifier
            | Kind::Keyword(_)
            | Kind::Aggregation(_)
            | Kind::Preprocessor(_)
            | Kind::Number
            | Kind::Duration
    ) || matches!(kind, Kind::Operator(op) if op.is_set() || op.text() == "atan2")
}

/// Inside a text whose quote opens `at`, up to the caret.
fn in_text(text: &str, at: Range<usize>, tokens: &[Token], in_braces: bool) -> Place {
    let caret = at.end;
    let mark = text[at.start..].chars().next().unwrap_or('"');
    let context = Context {
        text,
        tokens,
        in_braces,
        in_brackets: false,
    };
    let Some(before) = context.before_text() else {
        return Place::nothing(caret);
    };
    let is_regex = before.is_regex_value == Some(true);
    let mut start = at.start + 1;
    if is_regex && let Some(bar) = text[start..caret].rfind('|') {
        start += bar + 1;
    }
    Place {
        replaces: start..text_end(text, caret, mark, is_regex),
        typed: text[start..caret].into(),
        wanted: before.wanted,
        fixed: Vec::new(),
        quoting: Quoting::Inside {
            quote: mark,
            is_regex,
        },
    }
}

/// Where the text around the caret ends, if its quote is closed before anything that cannot belong to a value;
/// otherwise the caret.
fn text_end(text: &str, caret: usize, mark: char, is_regex: bool) -> usize {
    let ends = |c: char| {
        c == mark || matches!(c, '\n' | ',' | '=' | '{' | '}' | '"' | '\'' | '`') || (is_regex && c == '|')
    };
    let rest = &text[caret..];
    match rest.find(ends) {
        Some(end) if rest[end..].starts_with(mark) || (is_regex && rest[end..].starts_with('|')) => {
            caret + end
        }
        _ => caret,
    }
}

#[cfg(test)]
mod tests;
