//! All rules: how each stands at the playhead, what it evaluates, and when its alerts fired.

use super::about::{heading, one_rule};
use super::{Alerts, all, field, place};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, table};
use crate::screens::has_words;
use crate::{Cell, Line, Role, Slot, TableView, words};
use glass_model::{AlertState, Ask, Rule, RuleGroup, RuleHealth, RuleKind};

const COLUMNS: &[(&str, bool, u16)] = &[
    ("state", false, 0),
    ("rule", false, 3),
    ("evaluates", false, 4),
    ("group", false, 1),
    ("took", true, 0),
];
/// Episodes of a rule's alerts that are listed.
const MAX_EPISODES: usize = 12;

type Known<'a> = (&'a RuleGroup, &'a Rule);

/// The rules that the filter keeps: those for alerts that fire first, then those that are pending, then the others as
/// they stand in their groups.
fn shown<'a>(context: &Context<'a>, filter: &str) -> Vec<Known<'a>> {
    let filter = filter.to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let seen = pick!(context.held(Slot::Rules, Ask::Rules, ""), Rules)
        .into_iter()
        .flatten();
    let rules = seen
        .flat_map(|seen| &seen.items)
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    let keeps = |(group, rule): &Known<'a>| {
        let text = || {
            format!(
                "{} {} {} {}",
                state_of(rule, context).0,
                rule.name,
                group.name,
                rule.query
            )
            .to_lowercase()
        };
        words.is_empty() || has_words(&text(), &words)
    };
    let mut kept: Vec<Known<'a>> = rules.filter(keeps).collect();
    kept.sort_by_key(|(_, rule)| state_of(rule, context).2);
    kept
}

fn key((group, rule): &Known<'_>) -> String {
    format!(
        "{} {} {} {} {}",
        group.file, group.name, rule.name, rule.labels, rule.query
    )
}

/// What identifies each of those that are listed.
pub(super) fn keys(context: &Context<'_>, filter: &str) -> Vec<String> {
    shown(context, filter).iter().map(key).collect()
}

/// The first rule of a name.
pub(super) fn key_named(context: &Context<'_>, name: &str) -> Option<String> {
    let all = shown(context, "");
    all.iter().find(|(_, rule)| rule.name == name).map(key)
}

/// The chosen one.
pub(super) fn chosen<'a>(choice: &Choice, context: &Context<'a>, filter: &str) -> Option<Known<'a>> {
    let shown = shown(context, filter);
    let keys: Vec<String> = shown.iter().map(key).collect();
    shown.get(choice.index(&keys)).copied()
}

/// How a rule stands at the playhead: in words, its role, and its place in the list.
fn state_of(rule: &Rule, context: &Context<'_>) -> (String, Role, u8) {
    if rule.health == RuleHealth::Failed {
        return ("✗ error".to_owned(), Role::Critical, 0);
    }
    if matches!(rule.kind, RuleKind::Recording) {
        return ("= records".to_owned(), Role::Muted, 4);
    }
    let count = |state| {
        let alerts = all(context).iter();
        alerts
            .filter(|alert| alert.state == state && alert.name() == rule.name)
            .count()
    };
    match (count(AlertState::Firing), count(AlertState::Pending)) {
        (0, 0) => ("· inactive".to_owned(), Role::Muted, 3),
        (0, n) => (format!("△ {n} pending"), Role::Warning, 2),
        (n, _) => (format!("▲ {n} firing"), Role::Critical, 1),
    }
}

/// The list.
pub(super) fn table_of(screen: &Alerts, choice: &Choice, context: &Context<'_>, rows: usize) -> TableView {
    let filter = &screen.filter;
    let shown = shown(context, filter);
    let nothing = "no rule was seen so far";
    let mut state = context.held(Slot::Rules, Ask::Rules, nothing).state;
    if shown.is_empty() && !filter.is_empty() {
        state.text = "no rule matches; esc clears the filter".into();
    }
    let words_of_filter = match filter.as_str() {
        "" => String::new(),
        filter => format!("  /{}", words::visible(filter)),
    };
    let frame = TableFrame {
        title: format!("Rules: R lists alerts{words_of_filter}"),
        columns: COLUMNS,
        focused: screen.scroll.is_none(),
        state,
    };
    let keys: Vec<String> = shown.iter().map(key).collect();
    let chosen = (!shown.is_empty()).then(|| choice.index(&keys));
    table(frame, shown.len(), chosen, rows, |nth| {
        let (group, rule) = shown[nth];
        let (state, role, _) = state_of(rule, context);
        let query: Vec<&str> = rule.query.split_whitespace().collect();
        vec![
            Cell::new(state, role),
            Cell::new(words::visible(&rule.name), Role::Strong),
            Cell::new(words::visible(&query.join(" ")), Role::Normal),
            Cell::new(words::visible(&group.name), Role::Muted),
            Cell {
                value: Some(rule.evaluation_secs),
                ..Cell::new(words::value(rule.evaluation_secs, "s"), Role::Muted)
            },
        ]
    })
}

/// A rule in full, and when its alerts fired.
pub(super) fn lines(group: &RuleGroup, rule: &Rule, context: &Context<'_>) -> Vec<Line> {
    let alerting = match &rule.kind {
        RuleKind::Alerting(alerting) => Some(alerting),
        RuleKind::Recording => None,
    };
    let mut lines = vec![heading(&words::visible(&rule.name))];
    lines.extend(one_rule(group, rule, alerting));
    if let Some(at) = rule.last_evaluation {
        lines.push(field("evaluated", &words::date_time(at)));
    }
    if alerting.is_none() {
        return lines;
    }
    let now = context.time.playhead();
    let episodes: Vec<_> = all(context)
        .iter()
        .filter(|alert| alert.name() == rule.name)
        .collect();
    lines.push(heading(&format!("Its alerts so far: {}", episodes.len())));
    lines.extend(episodes.into_iter().take(MAX_EPISODES).filter_map(|alert| {
        let began = alert.began_at()?;
        let lasted = words::duration(alert.resolved_at.unwrap_or(now).nanos_since(began));
        let goes_on = if alert.resolved_at.is_none() {
            ", goes on"
        } else {
            ""
        };
        let text = format!("for {lasted}{goes_on}  {}", place(&alert.labels));
        Some(field(&words::time_of_day(began), &text))
    }));
    lines
}
