//! What is known around the chosen alert: silences, its rule, earlier episodes, and what else fired with it.

use super::{field, key, place};
use crate::context::{Context, pick};
use crate::{DataState, DataStateKind, Line, Role, Slot, Span, words};
use glass_model::{Alert, AlertState, AlertingRule, Ask, Rule, RuleGroup, RuleKind, Silence, Timestamp};
use std::cmp::Reverse;

/// At most so many episodes are listed in one part.
const MAX_EPISODES: usize = 6;
/// At most so many lines of a text.
const MAX_LINES: usize = 20;

/// What is to be asked.
pub(super) fn wanted() -> [(Slot, Ask); 2] {
    [(Slot::Rules, Ask::Rules), (Slot::Silences, Ask::Silences)]
}

/// All of it in lines.
pub(super) fn lines(alert: &Alert, all: &[Alert], context: &Context<'_>) -> Vec<Line> {
    let now = context.time.playhead();
    let mut lines = silence_lines(alert, context, now);
    lines.extend(rule_lines(alert, context));
    lines.extend(history(alert, all, now));
    lines.extend(together(alert, all, now));
    lines
}

/// Whether an alert that is pending or firing matches a silence in force at the playhead.
pub(super) fn is_silenced(alert: &Alert, context: &Context<'_>) -> bool {
    alert.state != AlertState::Resolved && silences(alert, context).next().is_some()
}

/// The silences in force at the playhead that an alert matches.
fn silences<'a>(alert: &'a Alert, context: &Context<'a>) -> impl Iterator<Item = &'a Silence> {
    let now = context.time.playhead();
    let seen = pick!(context.held(Slot::Silences, Ask::Silences, ""), Silences);
    seen.into_iter()
        .flatten()
        .flat_map(|seen| &seen.items)
        .filter(move |silence| silence.state_at(now) == glass_model::SilenceState::Active)
        .filter(|silence| silence.selector.matches(&alert.labels))
}

fn silence_lines(alert: &Alert, context: &Context<'_>, now: Timestamp) -> Vec<Line> {
    let state = context.held(Slot::Silences, Ask::Silences, "no").state;
    let mut lines = vec![headed("Silences", &state, "silences were not recorded")];
    let in_force = silences(alert, context)
        .filter(|_| alert.state != AlertState::Resolved)
        .take(MAX_EPISODES)
        .map(|silence| {
            let end = words::duration(silence.ends_at.nanos_since(now));
            let text = format!(
                "by {}, for {end} more: {}  {}",
                silence.created_by, silence.comment, silence.selector
            );
            field("silenced", &words::visible(&text))
        });
    lines.extend(in_force);
    if lines.len() == 1 && is_known(&state) {
        lines.push(field("silenced", "no"));
    }
    lines.push(field("inhibited", &inhibited_words(alert)));
    lines
}

fn inhibited_words(alert: &Alert) -> String {
    match &alert.inhibited_by {
        _ if alert.state == AlertState::Resolved => "no, it is resolved".to_owned(),
        None => "not known: no Alertmanager was asked about it".to_owned(),
        Some(names) if names.is_empty() => "no".to_owned(),
        Some(names) => format!("by {}", words::visible(&names.join(", "))),
    }
}

/// How it stands with data that is not simply there.
fn standing(state: &DataState, not_recorded: &str) -> Option<String> {
    match state.kind {
        DataStateKind::Ready | DataStateKind::Empty => None,
        DataStateKind::NotAsked => Some(not_recorded.to_owned()),
        DataStateKind::Stale => Some("a newer answer is under way …".to_owned()),
        DataStateKind::Loading | DataStateKind::Partial | DataStateKind::Refused | DataStateKind::Failed => {
            Some(state.text.clone())
        }
    }
}

/// Whether what is missing in the data is known to be missing.
fn is_known(state: &DataState) -> bool {
    use DataStateKind as Kind;
    matches!(state.kind, Kind::Ready | Kind::Empty | Kind::Stale)
}

/// A heading that also says how it stands with the data, in one line so that nothing moves while time runs.
fn headed(text: &str, state: &DataState, not_recorded: &str) -> Line {
    let mut line = heading(text);
    if let Some(text) = standing(state, not_recorded) {
        line.push(Span::new(format!("  {text}"), Role::Muted));
    }
    line
}

/// What the chosen alert's rule evaluates.
pub(super) fn expression<'a>(alert: &Alert, context: &Context<'a>) -> Option<&'a str> {
    let (_, rule, _) = best_of(alert, &rules_named(alert, context))?;
    Some(&rule.query)
}

type Named<'a> = (&'a RuleGroup, &'a Rule, &'a AlertingRule);

/// The rules for alerts of this name.
fn rules_named<'a>(alert: &Alert, context: &Context<'a>) -> Vec<Named<'a>> {
    let seen = pick!(context.held(Slot::Rules, Ask::Rules, ""), Rules);
    seen.into_iter()
        .flatten()
        .flat_map(|seen| &seen.items)
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter_map(|(group, rule)| match &rule.kind {
            RuleKind::Alerting(alerting) if rule.name == alert.name() => Some((group, rule, alerting)),
            _ => None,
        })
        .collect()
}

/// Rules of one name often differ by their severity, which the alert then has, too.
fn best_of<'a>(alert: &Alert, named: &[Named<'a>]) -> Option<Named<'a>> {
    let fits = |rule: &Rule| {
        rule.labels
            .iter()
            .all(|(name, value)| alert.labels.get(name) == Some(value))
    };
    let fitting = named.iter().find(|(_, rule, _)| fits(rule));
    fitting.or(named.first()).copied()
}

fn rule_lines(alert: &Alert, context: &Context<'_>) -> Vec<Line> {
    let held = context.held(Slot::Rules, Ask::Rules, "no rule so far");
    let mut lines = vec![headed("Rule", &held.state, "rules were not recorded")];
    let named = rules_named(alert, context);
    match best_of(alert, &named) {
        Some((group, rule, alerting)) => lines.extend(one_rule(group, rule, Some(alerting))),
        None if is_known(&held.state) => lines.push(field("", "no rule of this name was seen so far")),
        None => {}
    }
    if named.len() > 1 {
        let text = words::count(named.len() as u64 - 1, "more rule");
        lines.push(field("", &format!("{text} of this name")));
    }
    lines
}

pub(super) fn one_rule(group: &RuleGroup, rule: &Rule, alerting: Option<&AlertingRule>) -> Vec<Line> {
    let mut lines = text_fields("expression", &rule.query);
    let mut put = |name: &str, text: &str| lines.extend(text_fields(name, text));
    if let Some(alerting) = alerting {
        put("for", &words::duration(alerting.for_nanos));
    }
    if let Some(keeps) = alerting
        .map(|alerting| alerting.keep_firing_for_nanos)
        .filter(|nanos| *nanos > 0)
    {
        put("keep firing", &words::duration(keeps));
    }
    put("group", &format!("{} in {}", group.name, group.file));
    put("health", rule.health.name());
    if !rule.last_error.is_empty() {
        put("error", &rule.last_error);
    }
    let annotations = alerting
        .into_iter()
        .flat_map(|alerting| alerting.annotations.iter());
    for (name, text) in rule.labels.iter().chain(annotations) {
        put(name, text);
    }
    lines
}

/// A text of several lines beside its name.
fn text_fields(name: &str, text: &str) -> Vec<Line> {
    let lines = text.lines().take(MAX_LINES).enumerate();
    lines
        .map(|(i, text)| field(if i == 0 { name } else { "" }, &words::visible(text)))
        .collect()
}

pub(super) fn heading(text: &str) -> Line {
    vec![Span::new(text, Role::Strong)]
}

/// Earlier episodes of the same name.
fn history(alert: &Alert, all: &[Alert], now: Timestamp) -> Vec<Line> {
    let began = alert.began_at();
    let mut earlier: Vec<&Alert> = all
        .iter()
        .filter(|other| other.name() == alert.name() && other.began_at() < began)
        .collect();
    earlier.sort_by_key(|other| Reverse(other.began_at()));
    let mut lines = vec![heading(&format!("Earlier of this name: {}", earlier.len()))];
    lines.extend(earlier.into_iter().take(MAX_EPISODES).filter_map(|other| {
        let began = other.began_at()?;
        let lasted = words::duration(other.resolved_at.unwrap_or(now).nanos_since(began));
        let goes_on = if other.resolved_at.is_none() {
            ", goes on"
        } else {
            ""
        };
        let text = format!(
            "{}, for {lasted}{goes_on}  {}",
            words::ago(began, now),
            place(&other.labels)
        );
        Some(field(&words::time_of_day(began), &text))
    }));
    lines
}

/// Episodes that overlap with this one, those that began nearest to it first.
fn together(alert: &Alert, all: &[Alert], now: Timestamp) -> Vec<Line> {
    let Some(began) = alert.began_at() else {
        return Vec::new();
    };
    let end = |alert: &Alert| alert.resolved_at.unwrap_or(now);
    let own = key(alert);
    let mut found: Vec<(i64, &Alert)> = all
        .iter()
        .filter_map(|other| Some((other.began_at()?, other)))
        .filter(|(at, other)| *at <= end(alert) && began <= end(other) && key(other) != own)
        .map(|(at, other)| (at.nanos_since(began), other))
        .collect();
    found.sort_by_key(|(after, _)| after.saturating_abs());
    let mut lines = vec![heading(&format!("At the same time: {}", found.len()))];
    lines.extend(found.into_iter().take(MAX_EPISODES).map(|(after, other)| {
        let distance = words::duration(after.saturating_abs());
        let when = match after {
            0 => "together".to_owned(),
            after if after < 0 => format!("{distance} before"),
            _ => format!("{distance} after"),
        };
        let text = format!("{}  {}", words::visible(other.name()), place(&other.labels));
        field(&when, &text)
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Labels;

    fn alert(name: &str, job: &str, firing: i64, resolved: Option<i64>) -> Alert {
        Alert {
            labels: Labels::new([("alertname", name), ("job", job)]),
            annotations: Labels::empty(),
            state: match resolved {
                Some(_) => AlertState::Resolved,
                None => AlertState::Firing,
            },
            pending_at: None,
            firing_at: Some(Timestamp::from_secs(firing)),
            resolved_at: resolved.map(Timestamp::from_secs),
            notified_at: None,
            inhibited_by: None,
        }
    }

    fn texts(lines: &[Line]) -> Vec<String> {
        let text = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
        lines.iter().map(text).collect()
    }

    #[test]
    fn earlier_episodes_of_the_name_are_its_history_and_overlapping_ones_its_company() {
        let all = [
            alert("Down", "shop", 1000, None),
            alert("Slow", "shop", 970, None),
            alert("Full", "disk", 1060, None),
            alert("Down", "shop", 100, Some(160)),
            alert("Slow", "shop", 200, Some(260)),
        ];
        let now = Timestamp::from_secs(1120);
        let earlier = texts(&history(&all[0], &all, now));
        assert_eq!(earlier.len(), 2, "{earlier:?}");
        assert_eq!(earlier[0], "Earlier of this name: 1");
        assert!(earlier[1].starts_with("00:01:40"), "{earlier:?}");
        let company = texts(&together(&all[0], &all, now));
        assert_eq!(company[0], "At the same time: 2");
        assert!(
            company[1].contains("30s before") && company[1].contains("Slow"),
            "{company:?}"
        );
        assert!(
            company[2].contains("after") && company[2].contains("Full"),
            "{company:?}"
        );
    }
}
