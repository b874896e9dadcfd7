//! Dashboards, read from whatever holds them: plain JSON, the answer of `/api/dashboards/uid`, Kubernetes ConfigMaps
//! and `GrafanaDashboard` resources with JSON inside YAML. Read [`read_dashboards`] first.
//!
//! What is of an unexpected shape is left out and said in the notes; only a text without any dashboard is an error.

mod fields;
mod panels;
mod targets;
mod variables;

use crate::{FormatError, lines};
use glass_model::{Dashboard, DashboardSummary, Timestamp};
use serde_json::Value;
use std::io::Read;

/// The largest file, in bytes: the largest public dashboards have two million.
const LARGEST_FILE: u64 = 32 << 20;
/// Dashboards of one file.
const MOST_DASHBOARDS: usize = 200;
/// Characters of a text of a dashboard; longer ones are cut.
const LONGEST_TEXT: usize = 20_000;

/// What is said where no dashboard is.
const EXPECTED: &str = "a Grafana dashboard";

/// Reads the dashboards of a file: JSON, or YAML with JSON inside. Their `source` is left empty; their `id` is their
/// identifier, or else made of their title.
///
/// # Errors
/// When it cannot be read, is larger than 32 MiB, or holds no dashboard.
pub fn read_dashboards(input: impl Read) -> Result<Vec<Dashboard>, FormatError> {
    let text = lines::read_text(input, LARGEST_FILE)?;
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let mut found = Vec::new();
    if is_json {
        let value = from_json(&text)?;
        found.extend(of_value(&value)?);
    } else {
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).map_err(|error| unreadable(&error.to_string()))?;
        let mut first_error = None;
        for document in &documents {
            match of_value(document) {
                Ok(dashboards) => found.extend(dashboards),
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        if let (Some(error), true) = (first_error, found.is_empty()) {
            return Err(error);
        }
    }
    found.truncate(MOST_DASHBOARDS);
    match found.is_empty() {
        true => Err(unreadable("there is none in it")),
        false => Ok(found),
    }
}

fn unreadable(reason: &str) -> FormatError {
    FormatError::Json {
        expected: EXPECTED,
        reason: reason.to_owned(),
    }
}

fn from_json(text: &str) -> Result<Value, FormatError> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| unreadable(&error.to_string()))
}

/// The dashboards of one document: a Kubernetes resource, a list of them, or a dashboard.
fn of_value(value: &Value) -> Result<Vec<Dashboard>, FormatError> {
    if let Some(items) = value["items"]
        .as_array()
        .filter(|_| text_of(&value["kind"]).ends_with("List"))
    {
        let all = items
            .iter()
            .take(MOST_DASHBOARDS)
            .filter_map(|item| of_value(item).ok());
        return Ok(all.flatten().collect());
    }
    match value["kind"].as_str() {
        Some("ConfigMap") => of_config_map(value),
        Some("GrafanaDashboard") => of_resource(value),
        Some("Dashboard") if value["spec"].is_object() => Ok(vec![of_spec(value)]),
        _ => of_api(value).map(|dashboard| vec![dashboard]),
    }
}

/// A ConfigMap holds one dashboard a key.
fn of_config_map(value: &Value) -> Result<Vec<Dashboard>, FormatError> {
    let Some(data) = value["data"].as_object() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut first_error = None;
    for (key, text) in data.iter().filter(|(key, _)| key.ends_with(".json")) {
        let folder = text_of(&value["metadata"]["annotations"]["grafana_folder"]);
        match from_json(text.as_str().unwrap_or_default()).and_then(|inner| of_api(&inner)) {
            Ok(mut dashboard) => {
                if dashboard.summary.folder.is_empty() {
                    dashboard.summary.folder = folder;
                }
                found.push(dashboard);
            }
            Err(error) => {
                first_error.get_or_insert(unreadable(&format!("{key}: {error}")));
            }
        }
    }
    match first_error {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// A resource of the Grafana operator. One that names a file or an address elsewhere holds no dashboard.
fn of_resource(value: &Value) -> Result<Vec<Dashboard>, FormatError> {
    let spec = &value["spec"];
    let Some(text) = spec["json"].as_str() else {
        let name = text_of(&value["metadata"]["name"]);
        let elsewhere = ["url", "configMapRef", "grafanaCom", "gzipJson", "jsonnet", "oci"]
            .into_iter()
            .find(|field| !spec[*field].is_null());
        return Err(unreadable(&match elsewhere {
            Some(field) => format!("the resource {name} names one elsewhere, by `{field}`"),
            None => format!("the resource {name} holds no JSON"),
        }));
    };
    let mut dashboard = of_api(&from_json(text)?)?;
    let folder = [&spec["folder"], &spec["customFolderName"]]
        .into_iter()
        .map(text_of)
        .find(|folder| !folder.is_empty());
    if dashboard.summary.folder.is_empty() {
        dashboard.summary.folder = folder.unwrap_or_default();
    }
    Ok(vec![dashboard])
}

/// A resource of Grafana's own new API.
fn of_spec(value: &Value) -> Dashboard {
    let mut dashboard = of_dashboard(&value["spec"]);
    if dashboard.summary.uid.is_empty() {
        dashboard.summary.uid = text_of(&value["metadata"]["name"]);
        dashboard.summary.id.clone_from(&dashboard.summary.uid);
    }
    if value["spec"]["elements"].is_object() {
        dashboard
            .notes
            .push("it is of Grafana's schema version 2, of which panels are not read".to_owned());
    }
    dashboard
}

/// A dashboard, or the answer of an API around one.
fn of_api(value: &Value) -> Result<Dashboard, FormatError> {
    let inner = match value["dashboard"].is_object() {
        true => &value["dashboard"],
        false => value,
    };
    let is_one = inner["panels"].is_array() || inner["rows"].is_array() || inner["schemaVersion"].is_number();
    if !is_one {
        return Err(unreadable("it has neither panels nor rows"));
    }
    let mut dashboard = of_dashboard(inner);
    let meta = &value["meta"];
    dashboard.summary.folder = text_of(&meta["folderTitle"]);
    let recorded = &meta["glasshouse"];
    dashboard.summary.source = text_of(&recorded["source"]);
    dashboard.summary.known_at = recorded["fetched_at"]
        .as_str()
        .and_then(|text| Timestamp::parse_rfc3339(text).ok());
    Ok(dashboard)
}

fn of_dashboard(value: &Value) -> Dashboard {
    let mut notes = Vec::new();
    let title = text_of(&value["title"]);
    let uid = text_of(&value["uid"]);
    let variables = variables::read(&value["templating"]["list"], &value["__inputs"], &mut notes);
    let sources = targets::Sources::new(&value["__inputs"], &value["templating"]["list"]);
    let rows = panels::read_rows(value, &sources, &mut notes);
    let id = match uid.is_empty() {
        true => crate::issue::slug(&title),
        false => uid.clone(),
    };
    Dashboard {
        summary: DashboardSummary {
            id,
            uid,
            title: if title.is_empty() {
                "untitled".to_owned()
            } else {
                title
            },
            ..DashboardSummary::default()
        },
        description: text_of(&value["description"]),
        variables,
        rows,
        notes,
    }
}

/// The JSON of a dashboard with what a recording must know of it: where it is from, and when it was fetched.
pub fn recorded_json(json: &str, source: &str, folder: &str, fetched_at: Timestamp) -> String {
    let meta = serde_json::json!({
        "folderTitle": folder,
        "glasshouse": { "source": source, "fetched_at": fetched_at.to_string() },
    });
    format!("{{\"meta\":{meta},\"dashboard\":{json}}}")
}

/// A text, cut to a bound; numbers and truth values are written out.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.chars().take(LONGEST_TEXT).collect(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// A number, also one that is written as a text.
fn number_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}

/// The items of a list; none if it is none.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
