//! `label_replace` and `label_join`.

use super::evaluation::{Evaluation, Sink};
use super::output::merge_same;
use super::vector::argument;
use super::vector_text as text;
use crate::promql::ast::Call;
use crate::steps::Grid;
use glass_model::{Labels, QueryError, go_regex_anchored};
use regex::{Captures, Regex};

impl Evaluation<'_> {
    /// `label_replace(v, "to", "replacement", "from", "regex")`
    pub(super) fn label_replace(
        &self,
        call: &Call,
        grid: Grid,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let part = |number| argument(call, number).map(text);
        let (to, replacement, from, pattern) = (part(1)?, part(2)?, part(3)?, part(4)?);
        let regex = go_regex_anchored(pattern).map_err(|_| {
            QueryError::Execution(format!(
                "invalid regular expression in label_replace(): {pattern}"
            ))
        })?;
        check_name("destination", "label_replace", to)?;
        self.relabel(call, grid, sink, to, |labels| {
            let value = labels.get(from).unwrap_or("");
            let captures = regex.captures(value)?;
            Some(expand(replacement, &captures, &regex))
        })
    }

    /// `label_join(v, "to", "separator", "from", …)`
    pub(super) fn label_join(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let (to, separator) = (text(argument(call, 1)?), text(argument(call, 2)?));
        let from: Vec<&str> = call.arguments.iter().skip(3).map(text).collect();
        for name in &from {
            check_name("source", "label_join", name)?;
        }
        check_name("destination", "label_join", to)?;
        self.relabel(call, grid, sink, to, |labels| {
            let values: Vec<&str> = from.iter().map(|name| labels.get(name).unwrap_or("")).collect();
            Some(values.join(separator))
        })
    }

    fn relabel(
        &self,
        call: &Call,
        grid: Grid,
        sink: &mut Sink<'_>,
        to: &str,
        value: impl Fn(&Labels) -> Option<String>,
    ) -> Result<(), QueryError> {
        let mut all = self.collect(argument(call, 0)?, grid)?;
        let n_held = all.len() * grid.n_steps;
        for series in &mut all {
            if let Some(value) = value(&series.labels) {
                series.labels = with_label(&series.labels, to, &value);
                series.drops_name &= to != "__name__";
            }
        }
        self.hand_on(merge_same(all)?, n_held, sink)
    }
}

fn check_name(role: &str, function: &str, name: &str) -> Result<(), QueryError> {
    if name.is_empty() {
        return Err(QueryError::Execution(format!(
            "invalid {role} label name in {function}(): {name}"
        )));
    }
    Ok(())
}

/// The labels with one of them set, or taken away if the value is empty.
pub(super) fn with_label(labels: &Labels, name: &str, value: &str) -> Labels {
    let others = labels.iter().filter(|(label, _)| *label != name);
    Labels::new(others.chain((!value.is_empty()).then_some((name, value))))
}

/// Puts captures into a template as Go does: `$1`, `${1}`, `$name` (as long a name as possible), `$$`; what is no
/// reference stays, and what refers to nothing is empty.
fn expand(template: &str, captures: &Captures<'_>, regex: &Regex) -> String {
    let mut expanded = String::new();
    let mut rest = template;
    while let Some(place) = rest.find('$') {
        expanded.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = after;
            continue;
        }
        match reference(rest) {
            Some((name, after)) => {
                let found = match name.parse::<usize>() {
                    Ok(number) => captures.get(number),
                    Err(_) => regex
                        .capture_names()
                        .flatten()
                        .find(|known| *known == name)
                        .and_then(|name| captures.name(name)),
                };
                expanded.push_str(found.map_or("", |found| found.as_str()));
                rest = after;
            }
            None => expanded.push('$'),
        }
    }
    expanded + rest
}

/// The name after a `$`, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (text, is_braced) = match text.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    if is_braced {
        return Some((name, after.strip_prefix('}')?));
    }
    Some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_expanded_as_go_does() {
        let check = |template: &str, expected: &str| {
            let regex = Regex::new("^(?s:(a+)(?P<end>b*))$").expect("a valid expression");
            let captures = regex.captures("aab").expect("a match");
            assert_eq!(expand(template, &captures, &regex), expected, "{template}");
        };
        check("$1-$2", "aa-b");
        check("${1}x", "aax");
        check("$1x", "");
        check("$end$$", "b$");
        check("${end", "${end");
        check("$ $-", "$ $-");
        check("$9", "");
    }
}
