//! [`resolve`]: the values of a dashboard's variables at the playhead, and what must be asked to know them.

use super::interpolation::Values;
use crate::Slot;
use crate::context::Context;
use glass_model::{
    ALL_VALUES, AnswerValue, Ask, CompletionAsk, CompletionKind, Dashboard, Labels, LogOrder, QueryAsk,
    QueryLanguage, QueryTime, QueryValue, Variable, VariableKind, go_regex,
};
use std::collections::{BTreeMap, BTreeSet};

/// Values of one variable.
const MOST_VALUES: usize = 1000;
/// More values than that are not written into a query one by one: all of them match anyway.
const MOST_ALTERNATIVES: usize = 100;
/// The usual distance of two scrapes, as Grafana takes it where nothing else is said: `$__interval` is no shorter.
const SCRAPE_SECS: i64 = 15;

/// The variables at the playhead.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// Their values, and those that every dashboard has.
    pub values: Values,
    /// What each can be set to.
    pub options: Vec<Vec<String>>,
    /// What is chosen of each; [`ALL_VALUES`] for all.
    pub chosen: Vec<Vec<String>>,
    /// What must be asked.
    pub asks: Vec<(Slot, Ask)>,
    /// Whether some are not known yet: what needs them is asked later.
    pub is_waiting: bool,
}

/// Finds the values, in the variables' order: later ones may ask with earlier ones.
pub(crate) fn resolve(
    context: &Context<'_>,
    dashboard: &Dashboard,
    wishes: &BTreeMap<String, Vec<String>>,
) -> Resolved {
    let mut resolved = Resolved {
        values: built_in(context),
        ..Resolved::default()
    };
    for (i, variable) in dashboard.variables.iter().enumerate() {
        let options = options(context, variable, i, &mut resolved);
        let chosen = chosen(variable, wishes.get(&variable.name), &options);
        let mut values = match chosen.first().map(String::as_str) {
            Some(ALL_VALUES) if !variable.all_value.is_empty() => vec![variable.all_value.clone()],
            Some(ALL_VALUES) if options.is_empty() || options.len() > MOST_ALTERNATIVES => {
                vec![".*".to_owned()]
            }
            Some(ALL_VALUES) => options.clone(),
            _ => chosen.clone(),
        };
        if values.iter().any(|value| value.starts_with("$__auto")) {
            values = resolved.values.get("__interval").unwrap_or_default().to_vec();
        }
        resolved.values.set(&variable.name, values);
        resolved.options.push(options);
        resolved.chosen.push(chosen);
    }
    resolved
}

/// Grafana's own variables. Moments and lengths are those of the window, and no later than the playhead.
fn built_in(context: &Context<'_>) -> Values {
    let (window, n_buckets) = context.time.buckets();
    let step_secs = (window.nanos() / 1_000_000_000 / n_buckets.max(1) as i64).max(SCRAPE_SECS);
    let range_secs = (window.nanos() / 1_000_000_000).max(1);
    let rate_secs = (step_secs + SCRAPE_SECS).max(4 * SCRAPE_SECS);
    let mut values = Values::default();
    for (name, value) in [
        ("__interval", format!("{step_secs}s")),
        ("__interval_ms", (step_secs * 1000).to_string()),
        ("__rate_interval", format!("{rate_secs}s")),
        ("__range", format!("{range_secs}s")),
        ("__range_s", range_secs.to_string()),
        ("__range_ms", (range_secs * 1000).to_string()),
        ("__from", window.start.millis().to_string()),
        (
            "__to",
            window.end.min(context.time.playhead()).millis().to_string(),
        ),
        ("interval", format!("{rate_secs}s")),
    ] {
        values.set(name, vec![value]);
    }
    values
}

fn chosen(variable: &Variable, wish: Option<&Vec<String>>, options: &[String]) -> Vec<String> {
    if let Some(wish) = wish {
        return wish.clone();
    }
    let is_all = |value: &String| value == ALL_VALUES;
    if variable.current.iter().any(is_all) && variable.has_all {
        return vec![ALL_VALUES.to_owned()];
    }
    let saved = variable.current.iter().filter(|value| options.contains(value));
    let saved: Vec<String> = saved.cloned().collect();
    match options.first() {
        _ if !saved.is_empty() => saved,
        _ if variable.has_all => vec![ALL_VALUES.to_owned()],
        Some(first) => vec![first.clone()],
        None if variable.current.is_empty() => vec![".*".to_owned()],
        None => variable.current.clone(),
    }
}

fn options(context: &Context<'_>, variable: &Variable, nth: usize, resolved: &mut Resolved) -> Vec<String> {
    let VariableKind::Query {
        text,
        language: Some(language),
        regex,
    } = &variable.kind
    else {
        return variable.options.clone();
    };
    let text = resolved.values.in_query(text);
    let Some((ask, label)) = ask_of(context, &text, *language) else {
        return variable.options.clone();
    };
    // What an unknown variable would be asked with is not known either.
    if resolved.is_waiting {
        return Vec::new();
    }
    let held = context.held(Slot::DashboardVariable(nth), ask.clone(), "");
    resolved.asks.push((Slot::DashboardVariable(nth), ask));
    let Some(value) = held.value else {
        resolved.is_waiting = held.error.is_none();
        return variable.options.clone();
    };
    let found: BTreeSet<String> = found(value, &label)
        .into_iter()
        .filter_map(|value| taken(&value, regex))
        .collect();
    found
        .into_iter()
        .filter(|value| !value.is_empty())
        .take(MOST_VALUES)
        .collect()
}

/// What is asked for a variable's query, and of which label the values are; an empty label for whole series.
fn ask_of(context: &Context<'_>, text: &str, language: QueryLanguage) -> Option<(Ask, String)> {
    let instant = |text: String| {
        Ask::Query(QueryAsk {
            language,
            text,
            time: QueryTime::Instant(context.time.playhead()),
            limit: MOST_VALUES,
            order: LogOrder::default(),
        })
    };
    let text = text.trim();
    let (function, inner) = text.strip_suffix(')')?.split_once('(')?;
    match function.trim() {
        "label_values" => {
            let (selector, label) = match inner.rsplit_once(',') {
                Some((selector, label)) => (selector.trim(), label.trim()),
                None => ("", inner.trim()),
            };
            let ask = match (selector, language) {
                ("" | "{}", _) => Ask::Completion(CompletionAsk {
                    language,
                    text: format!("{{{label}=\""),
                    caret: label.len() + 3,
                }),
                (selector, QueryLanguage::PromQl) => instant(format!("count by ({label}) ({selector})")),
                (selector, QueryLanguage::LogQl) => {
                    instant(format!("count by ({label}) (count_over_time({selector}[1h]))"))
                }
            };
            Some((ask, label.to_owned()))
        }
        "query_result" => Some((instant(inner.to_owned()), String::new())),
        "metrics" => Some((Ask::MetricNames, inner.trim().to_owned())),
        _ => None,
    }
}

fn found(value: &AnswerValue, label: &str) -> Vec<String> {
    match value {
        AnswerValue::Completion(completion) => {
            let values = completion.items.iter();
            let values = values.filter(|item| item.kind == CompletionKind::LabelValue);
            values
                .map(|item| item.text.trim_matches('"').to_owned())
                .collect()
        }
        AnswerValue::MetricNames(names) => {
            let regex = go_regex(label, false).ok();
            let matches = |name: &str| regex.as_ref().is_none_or(|regex| regex.is_match(name));
            let names = names.iter().map(|one| &one.name);
            names.filter(|name| matches(name)).cloned().collect()
        }
        AnswerValue::Query(result) => {
            let QueryValue::Vector(samples) = &result.value else {
                return Vec::new();
            };
            let of = |labels: &Labels| match label {
                "" => labels.to_string(),
                label => labels.get(label).unwrap_or_default().to_owned(),
            };
            samples.iter().map(|sample| of(&sample.labels)).collect()
        }
        _ => Vec::new(),
    }
}

/// What the variable's expression takes of a value: its first group, or what matches.
fn taken(value: &str, pattern: &str) -> Option<String> {
    let bare = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let bare = bare.map_or(pattern, |(inner, _)| inner);
    if bare.is_empty() {
        return Some(value.to_owned());
    }
    let regex = go_regex(bare, false).ok()?;
    let captures = regex.captures(value)?;
    let part = captures
        .name("value")
        .or_else(|| captures.get(1))
        .or_else(|| captures.get(0))?;
    Some(part.as_str().to_owned())
}
