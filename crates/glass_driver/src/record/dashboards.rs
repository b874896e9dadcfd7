//! What a Grafana shows: its dashboards as files, its annotations as events, and the queries of its panels.

use super::plan::RecordError;
use super::run::Run;
use super::whole;
use crate::now;
use glass_client::grafana::Grafana;
use glass_formats::grafana::Dashboard;
use glass_model::{Completeness, Selector, TimeRange, Timestamp};
use glass_query::{Limits, promql};
use serde_json::Value;

/// So many dashboards of a Grafana are taken at most.
const MOST_DASHBOARDS: usize = 60;

/// Panels stand in rows, and rows in dashboards; nothing nests deeper.
const MOST_DEPTH: usize = 12;

/// A Grafana, and its dashboards.
pub(super) struct GrafanaSource {
    pub id: String,
    pub server: Grafana,
    pub dashboards: Vec<Dashboard>,
    /// When they were.
    pub fetched_at: Timestamp,
    /// Which dashboards are missing, and why; one sentence.
    pub missing: Option<Completeness>,
}

impl GrafanaSource {
    /// Fetches its dashboards.
    pub async fn fetch(id: String, server: Grafana) -> Self {
        let mut source = Self {
            id,
            server,
            dashboards: Vec::new(),
            fetched_at: now(),
            missing: None,
        };
        let found = match source.server.dashboards().await {
            Ok(told) => {
                source.missing = Some(told.completeness.clone()).filter(|it| *it != Completeness::Complete);
                told.value
            }
            Err(error) => {
                source.missing = Some(error.completeness());
                return source;
            }
        };
        if found.len() > MOST_DASHBOARDS {
            let text = format!("{MOST_DASHBOARDS} of {} dashboards", found.len());
            source.missing = Some(Completeness::Partial(text));
        }
        for one in found.iter().take(MOST_DASHBOARDS) {
            match source.server.dashboard(&one.uid).await {
                Ok(told) => source.dashboards.push(told.value),
                Err(error) => {
                    source.missing = Some(Completeness::Partial(error.to_string()));
                    if error.is_passing() {
                        break;
                    }
                }
            }
        }
        source.fetched_at = now();
        source
    }

    /// The series that its panels read.
    pub fn selectors(&self) -> Vec<Selector> {
        let mut found = Vec::new();
        for dashboard in &self.dashboards {
            let Ok(json) = serde_json::from_str::<Value>(&dashboard.json) else {
                continue;
            };
            each_expression(&json, MOST_DEPTH, &mut |text| found.extend(selectors_of(text)));
        }
        found
    }
}

fn each_expression(value: &Value, depth: usize, visit: &mut dyn FnMut(&str)) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "expr" => visit(text),
                    _ => each_expression(field, depth - 1, visit),
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| each_expression(item, depth - 1, visit)),
        _ => {}
    }
}

/// Stands for a variable's value.
const ANY: &str = "glassvariable";

/// The series of a panel's query. Conditions on variables are left out: any of their values may be looked at.
fn selectors_of(text: &str) -> Vec<Selector> {
    let Ok(expr) = promql::parse(&without_variables(text), &Limits::default()) else {
        return Vec::new();
    };
    let selectors = promql::walk::selectors(&expr)
        .into_iter()
        .map(|selector| Selector {
            matchers: selector
                .matchers
                .into_iter()
                .filter(|matcher| !matcher.value().contains(ANY))
                .collect(),
        });
    selectors
        .filter(|selector| !selector.matchers.is_empty())
        .collect()
}

/// A query in which every variable has a value that can be parsed: a duration inside `[]`, else a word.
fn without_variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut is_in_range = false;
    while let Some(c) = rest.chars().next() {
        let variable = match c {
            '$' => variable_length(rest),
            '[' if rest.starts_with("[[") => rest.find("]]").map(|end| end + 2),
            _ => None,
        };
        if let Some(length) = variable {
            let name = &rest[..length];
            let is_duration = is_in_range || name.contains("interval") || name.contains("range");
            out.push_str(if is_duration { "5m" } else { ANY });
            rest = &rest[length..];
            continue;
        }
        match c {
            '[' => is_in_range = true,
            ']' | ':' => is_in_range = c == ':' && is_in_range,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// How long `$name`, `${name}` or `${name:format}` is.
fn variable_length(text: &str) -> Option<usize> {
    if text.starts_with("${") {
        return text.find('}').map(|end| end + 1);
    }
    let n_name = text[1..]
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len() - 1);
    (n_name > 0).then_some(n_name + 1)
}

/// Records dashboards and annotations.
pub(super) async fn record(run: &mut Run, window: TimeRange) -> Result<(), RecordError> {
    for i in 0..run.sources.grafanas.len() {
        let source = &run.sources.grafanas[i];
        let (id, fetched_at) = (source.id.clone(), source.fetched_at);
        for dashboard in &source.dashboards {
            let name = glass_formats::issue::slug(&dashboard.uid);
            let from = (id.as_str(), dashboard.folder.as_str());
            run.writer
                .push_dashboard(&name, &dashboard.json, from, fetched_at)?;
        }
        let n_items = source.dashboards.len() as u64;
        let completeness = source.missing.clone().unwrap_or(Completeness::Complete);
        let at = now();
        let report = run.report.of(&id);
        report.n_items += n_items;
        let reason = whole::trouble_of(&completeness).map(|text| format!("dashboards: {text}"));
        report.warn(reason.as_slice());
        let row = whole::row(&id, "dashboards", (at, at), at, &completeness, &[], n_items);
        run.writer.push_coverage(row)?;

        let stop = run.stop.clone();
        let Some(result) = stop.unless(source.server.annotations(window)).await else {
            break;
        };
        let ends: (Timestamp, Timestamp) = (window.start, window.end);
        let row = match result {
            Ok(told) => {
                let n_items = told.value.len() as u64;
                for event in told.value {
                    run.writer.push_event(event)?;
                }
                run.report.of(&id).n_items += n_items;
                let (at, how) = (told.asked_at, &told.completeness);
                whole::row(&id, "annotations", ends, at, how, &told.warnings, n_items)
            }
            Err(error) => {
                run.report.of(&id).warn(&[format!("annotations: {error}")]);
                whole::row(&id, "annotations", ends, now(), &error.completeness(), &[], 0)
            }
        };
        run.writer.push_coverage(row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_formats::prometheus_api::selector_text;

    #[test]
    fn what_panels_read_whatever_their_variables_are() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = selectors_of(text).iter().map(selector_text).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("up", &["{__name__=\"up\"}"]);
        check(
            "sum by (instance) (rate(a_total{job=\"$job\",x=\"1\"}[$__rate_interval])) / b{i=~\"${i:regex}\"}",
            &["{x=\"1\", __name__=\"a_total\"}", "{__name__=\"b\"}"],
        );
        check("rate(c{j=~\"[[job]]\"}[[interval]])", &[]);
        check("max_over_time(d[1h:$step])", &["{__name__=\"d\"}"]);
        check("nonsense (", &[]);
    }
}
