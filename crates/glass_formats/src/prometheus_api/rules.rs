//! Rules: the answer of `/api/v1/rules` of Prometheus, Thanos, Loki's ruler and vmalert, read and written.

use super::write::{Notes, write_success};
use crate::FormatError;
use crate::json_out;
use crate::listed::{
    Listed, WireLabels, from_labels, nanos_from_secs, read_data, secs_json, stated_time, time_text, to_labels,
};
use glass_model::{ActiveAlert, AlertingRule, Rule, RuleGroup, RuleHealth, RuleKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::{self, Read, Write};

const EXPECTED: &str = "an answer of /api/v1/rules";

/// Reads groups of rules.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, says that the server refused, or is something else.
pub fn read_rules(input: impl Read) -> Result<Listed<RuleGroup>, FormatError> {
    let wire: WireGroups = read_data(input, EXPECTED)?;
    let items: Vec<RuleGroup> = wire
        .groups
        .unwrap_or_default()
        .into_iter()
        .map(to_group)
        .collect();
    let rules = items.iter().flat_map(|group| &group.rules);
    let times = rules.flat_map(|rule| {
        let alerts = match &rule.kind {
            RuleKind::Alerting(alerting) => &alerting.alerts[..],
            RuleKind::Recording => &[],
        };
        let active = alerts.iter().filter_map(|alert| alert.active_at);
        active.chain(rule.last_evaluation)
    });
    Ok(Listed {
        latest: times.max(),
        troubles: wire
            .next
            .iter()
            .filter(|next| !next.is_empty())
            .map(|_| "only the first page of the rules was fetched".to_owned())
            .collect(),
        items,
    })
}

/// Writes groups of rules, and where a list that was cut goes on. A rule's state follows from its alerts.
///
/// # Errors
/// When writing fails.
pub fn write_rules<'a, W: Write>(
    out: &mut W,
    groups: impl IntoIterator<Item = &'a RuleGroup>,
    next_token: Option<&str>,
    notes: &Notes,
) -> io::Result<()> {
    let groups: Vec<Value> = groups.into_iter().map(group_json).collect();
    let mut json = json!({ "groups": groups });
    if let Some(token) = next_token {
        json["groupNextToken"] = token.into();
    }
    write_success(out, notes, |out| {
        serde_json::to_writer(out, &json).map_err(io::Error::from)
    })
}

fn alert_json(alert: &ActiveAlert) -> Value {
    json!({
        "labels": from_labels(&alert.labels),
        "annotations": from_labels(&alert.annotations),
        "state": if alert.is_firing { "firing" } else { "pending" },
        "activeAt": time_text(alert.active_at),
        "value": value_text(alert.value),
    })
}

#[derive(Deserialize)]
struct WireGroups {
    groups: Option<Vec<WireGroup>>,
    #[serde(rename = "groupNextToken")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct WireGroup {
    name: String,
    #[serde(default)]
    file: String,
    rules: Option<Vec<WireRule>>,
    #[serde(default)]
    interval: f64,
    #[serde(default)]
    limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRule {
    #[serde(rename = "type")]
    kind: WireKind,
    name: String,
    query: String,
    #[serde(default)]
    duration: f64,
    #[serde(default, alias = "keep_firing_for")]
    keep_firing_for: f64,
    labels: WireLabels,
    annotations: WireLabels,
    alerts: Option<Vec<WireAlert>>,
    #[serde(default)]
    health: String,
    #[serde(default)]
    last_error: String,
    #[serde(default)]
    evaluation_time: f64,
    #[serde(default)]
    last_evaluation: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireKind {
    Alerting,
    Recording,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireAlert {
    labels: WireLabels,
    annotations: WireLabels,
    state: String,
    #[serde(default)]
    active_at: String,
    #[serde(default)]
    value: String,
}

fn to_group(wire: WireGroup) -> RuleGroup {
    RuleGroup {
        name: wire.name,
        file: wire.file,
        interval_nanos: nanos_from_secs(wire.interval),
        limit: wire.limit,
        rules: wire.rules.unwrap_or_default().into_iter().map(to_rule).collect(),
    }
}

fn to_rule(wire: WireRule) -> Rule {
    let kind = match wire.kind {
        WireKind::Recording => RuleKind::Recording,
        WireKind::Alerting => RuleKind::Alerting(AlertingRule {
            for_nanos: nanos_from_secs(wire.duration),
            keep_firing_for_nanos: nanos_from_secs(wire.keep_firing_for),
            annotations: to_labels(wire.annotations),
            alerts: wire
                .alerts
                .unwrap_or_default()
                .into_iter()
                .filter_map(to_alert)
                .collect(),
        }),
    };
    Rule {
        name: wire.name,
        query: wire.query,
        labels: to_labels(wire.labels),
        health: RuleHealth::from_name(&wire.health),
        last_error: wire.last_error,
        last_evaluation: stated_time(&wire.last_evaluation),
        evaluation_secs: wire.evaluation_time,
        kind,
    }
}

/// vmalert also lists alerts that are over.
pub(super) fn to_alert(wire: WireAlert) -> Option<ActiveAlert> {
    let is_firing = match wire.state.as_str() {
        "firing" => true,
        "pending" => false,
        _ => return None,
    };
    Some(ActiveAlert {
        labels: to_labels(wire.labels),
        annotations: to_labels(wire.annotations),
        is_firing,
        active_at: stated_time(&wire.active_at),
        value: wire.value.parse().unwrap_or(f64::NAN),
    })
}

fn group_json(group: &RuleGroup) -> Value {
    let last_evaluation = group.rules.iter().filter_map(|rule| rule.last_evaluation).min();
    let evaluation_secs: f64 = group.rules.iter().map(|rule| rule.evaluation_secs).sum();
    json!({
        "name": group.name,
        "file": group.file,
        "rules": group.rules.iter().map(rule_json).collect::<Vec<_>>(),
        "interval": secs_json(group.interval_nanos),
        "limit": group.limit,
        "evaluationTime": evaluation_secs,
        "lastEvaluation": time_text(last_evaluation),
    })
}

fn rule_json(rule: &Rule) -> Value {
    let mut json = json!({
        "name": rule.name,
        "query": rule.query,
        "labels": from_labels(&rule.labels),
        "health": rule.health.name(),
        "evaluationTime": rule.evaluation_secs,
        "lastEvaluation": time_text(rule.last_evaluation),
    });
    if !rule.last_error.is_empty() {
        json["lastError"] = rule.last_error.clone().into();
    }
    match &rule.kind {
        RuleKind::Recording => {
            json["type"] = "recording".into();
        }
        RuleKind::Alerting(alerting) => {
            json["type"] = "alerting".into();
            json["state"] = state_of(alerting).into();
            json["duration"] = secs_json(alerting.for_nanos).into();
            json["keepFiringFor"] = secs_json(alerting.keep_firing_for_nanos).into();
            json["annotations"] = json!(from_labels(&alerting.annotations));
            json["alerts"] = alerting.alerts.iter().map(alert_json).collect();
        }
    }
    json
}

fn state_of(rule: &AlertingRule) -> &'static str {
    match rule.alerts.iter().map(|alert| alert.is_firing).max() {
        Some(true) => "firing",
        Some(false) => "pending",
        None => "inactive",
    }
}

fn value_text(value: f64) -> String {
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    let _ = json_out::exponent_float(&mut text, value);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Timestamp;

    /// An answer's `data`, read and written again; and what else reading it said.
    fn check(data: &str, expected: &str, troubles: &[&str]) -> Option<Timestamp> {
        let text = format!(r#"{{"status":"success","data":{data}}}"#);
        let listed = read_rules(text.as_bytes()).unwrap();
        let mut again = Vec::new();
        write_rules(&mut again, &listed.items, None, &Notes::default()).unwrap();
        let written: Value = serde_json::from_slice(&again).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(written["data"], expected, "{data}");
        assert_eq!(listed.troubles, troubles, "{data}");
        listed.latest
    }

    #[test]
    fn what_prometheus_says_comes_back() {
        let data = r#"{"groups":[{"name":"shop","file":"/etc/shop.yml","rules":[
            {"state":"pending","name":"Down","query":"up == 0","duration":90,"keepFiringFor":0.5,"labels":{"severity":"critical"},
             "annotations":{"summary":"{{ $value }}"},"alerts":[{"labels":{"alertname":"Down","job":"a"},"annotations":{"summary":"0"},
             "state":"pending","activeAt":"2026-11-22T03:41:32.074830027Z","value":"3.5e-05"}],"health":"err","lastError":"no luck",
             "evaluationTime":0.25,"lastEvaluation":"2026-11-22T03:42:02.079499216Z","type":"alerting"},
            {"name":"job:up:sum","query":"sum by (job) (up)","labels":{"a":"b"},"health":"ok","evaluationTime":0.5,
             "lastEvaluation":"2026-11-22T03:42:02Z","type":"recording"},
            {"name":"x","query":"1","labels":{},"health":"unknown","evaluationTime":0.0,"lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"}],
            "interval":15,"limit":7,"evaluationTime":0.75,"lastEvaluation":"2026-11-22T03:42:02Z"}]}"#;
        let latest = check(data, data, &[]);
        assert_eq!(latest.unwrap().to_string(), "2026-11-22T03:42:02.079499216Z");
    }

    #[test]
    fn what_others_leave_out_or_add() {
        let empty = r#"{"groups":[]}"#;
        check(r#"{"groups":null}"#, empty, &[]);
        check(
            r#"{"groups":[],"groupNextToken":"ab"}"#,
            empty,
            &["only the first page of the rules was fetched"],
        );
        check(
            r#"{"groups":[{"name":"g","rules":[{"type":"alerting","name":"A","query":"1","keep_firing_for":60,"labels":null,
                "alerts":[{"state":"inactive","value":"1"},{"state":"firing","value":"x","activeAt":"2026-11-22T03:33:15Z"}]}]}]}"#,
            r#"{"groups":[{"name":"g","file":"","interval":0,"limit":0,"evaluationTime":0.0,"lastEvaluation":"0001-01-01T00:00:00Z",
                "rules":[{"type":"alerting","name":"A","query":"1","state":"firing","duration":0,"keepFiringFor":60,"labels":{},
                "annotations":{},"health":"unknown","evaluationTime":0.0,"lastEvaluation":"0001-01-01T00:00:00Z",
                "alerts":[{"labels":{},"annotations":{},"state":"firing","activeAt":"2026-11-22T03:33:15Z","value":"NaN"}]}]}]}"#,
            &[],
        );
    }

    #[test]
    fn other_things_are_told() {
        let check = |text: &str, expected| {
            assert_eq!(
                read_rules(text.as_bytes()).unwrap_err().to_string(),
                expected,
                "{text}"
            );
        };
        check(
            r#"{"status":"error","errorType":"bad_data","error":"no such thing"}"#,
            "the server refused to answer, so there is nothing to take in: no such thing",
        );
        check(
            r#"{"status":"success","data":{"groups":[{"name":"g","rules":[{"type":"other","name":"","query":""}]}]}}"#,
            "not an answer of /api/v1/rules: unknown variant `other`, expected `alerting` or `recording` at line 1 column 74",
        );
    }
}
