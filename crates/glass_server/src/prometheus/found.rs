//! What was found out beside samples: metadata, alerts, rules, targets.

use super::answer::{Answer, ApiError, Json, answer};
use super::parse;
use crate::gaps;
use crate::params::Params;
use crate::response::written;
use crate::service::{Shared, Work};
use axum::extract::State;
use glass_formats::prometheus_api::{
    Notes, write_alerts, write_metadata, write_rules, write_success, write_targets,
};
use glass_model::{
    ActiveAlert, Alert, AlertState, AnswerValue, Ask, MetricKind, MetricName, Provenance, RuleGroup,
    RuleKind, Seen, Target,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// `/api/v1/metadata`
pub(super) async fn metadata(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        let limit = number(&params, "limit")?;
        number(&params, "limit_per_metric")?;
        let (value, provenance) = work.ask(Ask::MetricNames)?;
        let AnswerValue::MetricNames(names) = value else {
            return Err(unexpected());
        };
        let mut notes = Notes::default();
        gaps::note(&provenance, &mut notes.warnings);
        let mut families = families(names);
        if let Some(name) = params.given("metric") {
            families.retain(|family, _| family == name);
        }
        let families = families.values().take(limit.unwrap_or(usize::MAX));
        Ok(Json(written(|out| write_metadata(out, families, &notes))?))
    })
    .await
}

/// A count that may be left out, as Prometheus reads it here: below 0 it is none.
fn number(params: &Params, name: &str) -> Result<Option<usize>, ApiError> {
    let Some(text) = params.given(name) else {
        return Ok(None);
    };
    let number: i64 = text
        .parse()
        .map_err(|_| ApiError::bad_data(format!("{name} must be a number")))?;
    Ok(usize::try_from(number).ok())
}

/// Metrics under the name of their family: a histogram's buckets, count and sum have one.
fn families(names: Vec<MetricName>) -> BTreeMap<String, MetricName> {
    let is_known = |metric: &MetricName| metric.kind != MetricKind::Unknown || !metric.help.is_empty();
    let mut families = BTreeMap::new();
    for mut metric in names.into_iter().filter(is_known) {
        let suffixes: &[&str] = match metric.kind {
            MetricKind::Histogram => &["_bucket", "_count", "_sum"],
            MetricKind::Summary => &["_count", "_sum"],
            _ => &[],
        };
        let family = suffixes
            .iter()
            .find_map(|suffix| metric.name.strip_suffix(suffix));
        if let Some(family) = family {
            metric.name = family.to_owned();
        }
        families.entry(metric.name.clone()).or_insert(metric);
    }
    families
}

/// `/api/v1/alerts`
pub(super) async fn alerts(State(service): State<Shared>) -> Answer {
    answer(&service, |work| {
        let (value, provenance) = work.ask(Ask::Alerts)?;
        let AnswerValue::Alerts(alerts) = value else {
            return Err(unexpected());
        };
        let mut notes = Notes::default();
        gaps::note(&provenance, &mut notes.warnings);
        let told: Vec<ActiveAlert> = rule_groups(work, &mut Notes::default())?
            .into_iter()
            .flat_map(|group| group.rules)
            .filter_map(|rule| match rule.kind {
                RuleKind::Alerting(alerting) => Some(alerting.alerts),
                RuleKind::Recording => None,
            })
            .flatten()
            .collect();
        let active: Vec<ActiveAlert> = alerts
            .iter()
            .filter(|alert| alert.state != AlertState::Resolved)
            .map(|alert| to_active(alert, &told))
            .collect();
        Ok(Json(written(|out| write_alerts(out, &active, &notes))?))
    })
    .await
}

/// An alert with its value and annotations, as far as its rule told of them.
fn to_active(alert: &Alert, told: &[ActiveAlert]) -> ActiveAlert {
    let same = told.iter().find(|told| told.labels == alert.labels);
    let annotations = same.map_or(&alert.annotations, |same| &same.annotations);
    ActiveAlert {
        labels: alert.labels.clone(),
        annotations: annotations.clone(),
        is_firing: alert.state == AlertState::Firing,
        active_at: alert.began_at(),
        value: same.map_or(f64::NAN, |same| same.value),
    }
}

/// `/api/v1/rules`
pub(super) async fn rules(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        let kind = params.get("type").to_ascii_lowercase();
        if !matches!(&*kind, "" | "alert" | "record") {
            return Err(ApiError::parameter(
                "type",
                format!("not supported value {kind:?}"),
            ));
        }
        let page = page(&params)?;
        let selectors = parse::selectors(&params, &work.limits()).map_err(ApiError::bad_data)?;
        let mut notes = Notes::default();
        let mut groups = rule_groups(work, &mut notes)?;
        let one_of = |name: &str, value: &str| {
            let mut wanted = params.all(name).peekable();
            wanted.peek().is_none() || wanted.any(|wanted| wanted == value)
        };
        let excludes_alerts = params.get("exclude_alerts") == "true";
        groups.retain(|group| one_of("rule_group[]", &group.name) && one_of("file[]", &group.file));
        for group in &mut groups {
            group.rules.retain(|rule| {
                let is_kind = match rule.kind {
                    RuleKind::Recording => kind != "alert",
                    RuleKind::Alerting(_) => kind != "record",
                };
                let is_matched =
                    selectors.is_empty() || selectors.iter().any(|selector| selector.matches(&rule.labels));
                is_kind && is_matched && one_of("rule_name[]", &rule.name)
            });
            for rule in &mut group.rules {
                if let RuleKind::Alerting(alerting) = &mut rule.kind
                    && excludes_alerts
                {
                    alerting.alerts.clear();
                }
            }
        }
        groups.retain(|group| !group.rules.is_empty());
        let (groups, next) = page.of(&groups)?;
        Ok(Json(written(|out| {
            write_rules(out, groups, next.as_deref(), &notes)
        })?))
    })
    .await
}

/// The part of a long list of groups that is wanted.
struct Page {
    n_groups: usize,
    token: String,
}

fn page(params: &Params) -> Result<Page, ApiError> {
    let token = params.get("group_next_token").to_owned();
    let n_groups = match params.given("group_limit") {
        None if token.is_empty() => usize::MAX,
        None => {
            let text = "group_limit needs to be present in order to paginate over the groups";
            return Err(ApiError::parameter("group_next_token", text));
        }
        Some(text) => match text.parse::<u32>() {
            Ok(n) if n > 0 => n as usize,
            _ => {
                return Err(ApiError::parameter(
                    "group_limit",
                    "group_limit needs to be a valid positive number",
                ));
            }
        },
    };
    Ok(Page { n_groups, token })
}

impl Page {
    /// The groups from the token on, and the token of the one after them.
    fn of<'a>(&self, groups: &'a [RuleGroup]) -> Result<(&'a [RuleGroup], Option<String>), ApiError> {
        let token_of = |group: &RuleGroup| {
            let text = format!("{};{}", group.file, group.name);
            text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let first = if self.token.is_empty() {
            0
        } else {
            let place = groups.iter().position(|group| token_of(group) == self.token);
            place.ok_or_else(|| {
                let text = format!(
                    "invalid group_next_token '{}'. were rule groups changed?",
                    self.token
                );
                ApiError::parameter("group_next_token", text)
            })?
        };
        let rest = &groups[first..];
        let n = self.n_groups.min(rest.len());
        Ok((&rest[..n], rest.get(n).map(token_of)))
    }
}

/// The rule groups of all sources; of one that several sources have, the one that was seen last.
fn rule_groups(work: &Work, notes: &mut Notes) -> Result<Vec<RuleGroup>, ApiError> {
    let (value, provenance) = work.ask(Ask::Rules)?;
    let AnswerValue::Rules(seen) = value else {
        return Err(unexpected());
    };
    note_seen("rules", &seen, &provenance, notes);
    let key = |group: &RuleGroup| (group.file.clone(), group.name.clone());
    Ok(latest(seen, key))
}

/// `/api/v1/targets`
pub(super) async fn targets(State(service): State<Shared>, params: Params) -> Answer {
    answer(&service, move |work| {
        let state = params.get("state").to_ascii_lowercase();
        let is_wanted = |target: &&Target| match &*state {
            "" | "any" => true,
            "dropped" => target.is_dropped,
            "active" => !target.is_dropped,
            _ => false,
        };
        let mut notes = Notes::default();
        let targets = all_targets(work, &mut notes)?;
        let pool = params.given("scrapePool");
        let wanted = targets
            .iter()
            .filter(is_wanted)
            .filter(|target| pool.is_none_or(|pool| target.scrape_pool == pool));
        Ok(Json(written(|out| write_targets(out, wanted, &notes))?))
    })
    .await
}

fn all_targets(work: &Work, notes: &mut Notes) -> Result<Vec<Target>, ApiError> {
    let (value, provenance) = work.ask(Ask::Targets)?;
    let AnswerValue::Targets(seen) = value else {
        return Err(unexpected());
    };
    note_seen("targets", &seen, &provenance, notes);
    let key = |target: &Target| (target.scrape_pool.clone(), target.discovered_labels.clone());
    Ok(latest(seen, key))
}

/// `/api/v1/scrape_pools`
pub(super) async fn scrape_pools(State(service): State<Shared>) -> Answer {
    answer(&service, |work| {
        let mut notes = Notes::default();
        let targets = all_targets(work, &mut notes)?;
        let pools: BTreeSet<&str> = targets.iter().map(|target| &*target.scrape_pool).collect();
        let data = serde_json::json!({ "scrapePools": pools });
        Ok(Json(written(|out| {
            write_success(out, &notes, |out| write!(out, "{data}"))
        })?))
    })
    .await
}

/// `/api/v1/alertmanagers`: a server of a recording notifies nobody.
pub(super) async fn alertmanagers() -> Answer {
    Ok(Json(written(|out| {
        write_success(out, &Notes::default(), |out| {
            out.write_all(b"{\"activeAlertmanagers\":[],\"droppedAlertmanagers\":[]}")
        })
    })?))
}

/// The items of all sources in the sources' order; of equal keys the one that was seen last.
fn latest<T, K: Ord>(mut seen: Vec<Seen<T>>, key: impl Fn(&T) -> K) -> Vec<T> {
    seen.sort_by_key(|list| std::cmp::Reverse(list.at));
    let mut keys = BTreeSet::new();
    seen.into_iter()
        .flat_map(|list| list.items)
        .filter(|item| keys.insert(key(item)))
        .collect()
}

/// Says that nothing was recorded, or from when what is shown comes.
fn note_seen<T>(what: &str, seen: &[Seen<T>], provenance: &Provenance, notes: &mut Notes) {
    if seen.is_empty() {
        notes.warnings.push(format!("{what} were not recorded"));
        return;
    }
    gaps::note(provenance, &mut notes.warnings);
    for list in seen {
        notes.infos.push(format!(
            "{what} of {} as they were seen at {}",
            list.source, list.at
        ));
    }
}

/// The recording answered something else than was asked.
fn unexpected() -> ApiError {
    ApiError::from(std::io::Error::other(
        "the recording gave an answer of another kind",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Timestamp;

    #[test]
    fn parts_of_a_histogram_are_one_family() {
        let metric = |name: &str, kind| MetricName {
            name: name.into(),
            kind,
            help: String::new(),
            unit: String::new(),
            n_series: 1,
        };
        let names = vec![
            metric("a_seconds_bucket", MetricKind::Histogram),
            metric("a_seconds_count", MetricKind::Histogram),
            metric("b_total", MetricKind::Counter),
            metric("c", MetricKind::Unknown),
        ];
        let families: Vec<String> = families(names).into_keys().collect();
        assert_eq!(families, ["a_seconds", "b_total"]);
    }

    #[test]
    fn of_several_sources_the_latest_counts() {
        let seen = |source: &str, at: i64, items: &[(char, i64)]| Seen {
            source: source.into(),
            since: Timestamp::from_secs(0),
            at: Timestamp::from_secs(at),
            items: items.to_vec(),
        };
        let all = vec![seen("a", 1, &[('x', 1), ('y', 1)]), seen("b", 2, &[('x', 2)])];
        assert_eq!(latest(all, |item| item.0), [('x', 2), ('y', 1)]);
    }

    #[test]
    fn long_lists_come_in_pages() {
        let group = |name: &str| RuleGroup {
            name: name.into(),
            file: "f".into(),
            interval_nanos: 0,
            limit: 0,
            rules: Vec::new(),
        };
        let groups = [group("a"), group("b"), group("c")];
        let mut names = Vec::new();
        let mut token = String::new();
        loop {
            let params = Params::parse(&format!("group_limit=2&group_next_token={token}"));
            let (part, next) = page(&params).unwrap().of(&groups).unwrap();
            names.push(part.iter().map(|group| &*group.name).collect::<String>());
            match next {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(names, ["ab", "c"]);
        assert!(page(&Params::parse("group_next_token=x")).is_err());
        assert!(
            page(&Params::parse("group_limit=1&group_next_token=x"))
                .unwrap()
                .of(&groups)
                .is_err()
        );
    }
}
