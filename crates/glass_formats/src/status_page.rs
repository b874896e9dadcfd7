//! Status pages: Atlassian Statuspage's API v2, and the JSON that cState writes.
//!
//! cState's template writes texts as they are, with quotes and line breaks in them: [`mended`] makes JSON of it again.

use crate::{FormatError, parse_loose_time};
use glass_model::Timestamp;
use serde_json::Value;

/// An incident or a maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusIncident {
    /// Its identifier on its page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How bad it is: `minor`, `critical`, `disrupted` …; empty if not told.
    pub impact: String,
    /// Where it stands on the web; empty if not told.
    pub link: String,
    /// What it affects.
    pub affected: Vec<String>,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it began, or a maintenance was to begin, if that is told.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// What was said of it, by time.
    pub updates: Vec<StatusUpdate>,
    /// Whether it is a maintenance.
    pub is_maintenance: bool,
}

/// What was said of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// When it was written, or edited last.
    pub at: Timestamp,
    /// The incident's state: `investigating`, `resolved` …
    pub status: String,
    /// Its text.
    pub text: String,
}

/// How a page says that things are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusSummary {
    /// Its word: `none`, `minor`, `major`, `critical`; of cState `ok`, `notice`, `disrupted`, `down`.
    pub indicator: String,
    /// The same in a sentence; empty if not told.
    pub description: String,
    /// Its parts, each with its own word.
    pub components: Vec<(String, String)>,
}

/// Reads Statuspage's `incidents.json` or `scheduled-maintenances.json`; the second value counts what has no time.
///
/// # Errors
/// When it is neither.
pub fn statuspage_incidents(bytes: &[u8]) -> Result<(Vec<StatusIncident>, u64), FormatError> {
    let value = json(bytes, "Statuspage's incidents")?;
    let incidents = value.get("incidents").and_then(Value::as_array);
    let maintenances = value.get("scheduled_maintenances").and_then(Value::as_array);
    if incidents.is_none() && maintenances.is_none() {
        return Err(not(
            "Statuspage's incidents",
            "no `incidents` or `scheduled_maintenances`",
        ));
    }
    let incidents = incidents
        .into_iter()
        .flatten()
        .map(|item| statuspage_incident(item, false));
    let maintenances = maintenances
        .into_iter()
        .flatten()
        .map(|item| statuspage_incident(item, true));
    Ok(counted(incidents.chain(maintenances)))
}

/// Reads Statuspage's `summary.json`.
///
/// # Errors
/// When it is none.
pub fn statuspage_summary(bytes: &[u8]) -> Result<StatusSummary, FormatError> {
    let value = json(bytes, "Statuspage's summary")?;
    let status = value
        .get("status")
        .ok_or_else(|| not("Statuspage's summary", "no `status`"))?;
    let components = value.get("components").and_then(Value::as_array);
    Ok(StatusSummary {
        indicator: text(status, "indicator"),
        description: text(status, "description"),
        components: components.into_iter().flatten().map(component).collect(),
    })
}

/// Reads cState's `index.json`.
///
/// # Errors
/// When it is none.
pub fn cstate_summary(bytes: &[u8]) -> Result<StatusSummary, FormatError> {
    let value = json(bytes, "cState's index")?;
    if value.get("summaryStatus").is_none() {
        return Err(not("cState's index", "no `summaryStatus`"));
    }
    let systems = value.get("systems").and_then(Value::as_array);
    Ok(StatusSummary {
        indicator: text(&value, "summaryStatus"),
        description: text(&value, "description"),
        components: systems.into_iter().flatten().map(component).collect(),
    })
}

/// Reads cState's `issues/index.json`; the second value counts what has no time.
///
/// # Errors
/// When it is none.
pub fn cstate_issues(bytes: &[u8]) -> Result<(Vec<StatusIncident>, u64), FormatError> {
    let value = json(bytes, "cState's issues")?;
    let pages = value.get("pages").and_then(Value::as_array);
    let pages = pages.ok_or_else(|| not("cState's issues", "no `pages`"))?;
    Ok(counted(pages.iter().map(cstate_issue)))
}

fn statuspage_incident(item: &Value, is_maintenance: bool) -> Option<StatusIncident> {
    let updates = item.get("incident_updates").and_then(Value::as_array);
    let mut updates: Vec<StatusUpdate> = updates
        .into_iter()
        .flatten()
        .filter_map(statuspage_update)
        .collect();
    updates.sort_by_key(|update| update.at);
    let components = item.get("components").and_then(Value::as_array);
    Some(StatusIncident {
        id: text(item, "id"),
        title: text(item, "name"),
        impact: text(item, "impact"),
        link: text(item, "shortlink"),
        affected: components
            .into_iter()
            .flatten()
            .map(|it| text(it, "name"))
            .collect(),
        created_at: time(item, "created_at")?,
        started_at: time(
            item,
            if is_maintenance {
                "scheduled_for"
            } else {
                "started_at"
            },
        ),
        resolved_at: time(item, "resolved_at"),
        updates,
        is_maintenance,
    })
}

fn statuspage_update(item: &Value) -> Option<StatusUpdate> {
    let written = time(item, "created_at")?;
    Some(StatusUpdate {
        at: time(item, "updated_at").map_or(written, |edited| edited.max(written)),
        status: text(item, "status"),
        text: text(item, "body"),
    })
}

fn cstate_issue(item: &Value) -> Option<StatusIncident> {
    let affected = item.get("affected").and_then(Value::as_array);
    let affected = affected.into_iter().flatten().filter_map(Value::as_str);
    let link = text(item, "permalink");
    Some(StatusIncident {
        id: Some(text(item, "filename"))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| link.clone()),
        title: text(item, "title"),
        impact: text(item, "severity"),
        link,
        affected: affected.map(str::to_owned).collect(),
        created_at: time(item, "createdAt")?,
        started_at: None,
        resolved_at: time(item, "resolvedAt").filter(|_| item.get("resolved") != Some(&Value::Bool(false))),
        updates: Vec::new(),
        is_maintenance: item.get("informational") == Some(&Value::Bool(true)),
    })
}

fn component(item: &Value) -> (String, String) {
    (text(item, "name"), text(item, "status"))
}

fn counted(items: impl Iterator<Item = Option<StatusIncident>>) -> (Vec<StatusIncident>, u64) {
    let mut n_left_out = 0;
    let mut kept = Vec::new();
    for item in items {
        match item {
            Some(item) => kept.push(item),
            None => n_left_out += 1,
        }
    }
    (kept, n_left_out)
}

fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().chars().take(64 << 10).collect()
}

fn time(value: &Value, key: &str) -> Option<Timestamp> {
    parse_loose_time(value.get(key)?.as_str()?)
}

fn not(expected: &'static str, reason: &str) -> FormatError {
    FormatError::Json {
        expected,
        reason: reason.to_owned(),
    }
}

/// JSON, mended where it does not read as it is.
fn json(bytes: &[u8], expected: &'static str) -> Result<Value, FormatError> {
    serde_json::from_slice(bytes).or_else(|_| {
        let mended = mended(&String::from_utf8_lossy(bytes));
        serde_json::from_str(&mended).map_err(|error| not(expected, &error.to_string()))
    })
}

/// Texts in which quotes, line breaks and backslashes stand as they are are escaped, and commas before a closing
/// bracket go. A quote ends a text where JSON goes on behind it; one that only seems to is a guess, as all of this.
pub fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text.char_indices().peekable();
    let mut in_text = false;
    while let Some((at, c)) = rest.next() {
        let behind = text[at + c.len_utf8()..].trim_start();
        match c {
            '"' if !in_text => {
                in_text = true;
                out.push('"');
            }
            '"' if behind.is_empty() || behind.starts_with([',', '}', ']', ':']) => {
                in_text = false;
                out.push('"');
            }
            '"' => out.push_str("\\\""),
            '\\' if in_text => match rest.peek() {
                Some((_, next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u'))) => {
                    out.push('\\');
                    out.push(*next);
                    rest.next();
                }
                _ => out.push_str("\\\\"),
            },
            c if in_text && c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            ',' if !in_text && behind.starts_with(['}', ']']) => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuspage() {
        let text = br#"{"page":{"id":"p"},"incidents":[{"id":"i1","name":"Search is slow","status":"resolved","created_at":"2026-11-22T03:42:00.000Z","started_at":"2026-11-22T03:30:00.000Z","resolved_at":"2026-11-22T05:00:00.000Z","impact":"minor","shortlink":"https://stspg.io/x","components":[{"name":"Search"}],"incident_updates":[{"status":"resolved","body":"done","created_at":"2026-11-22T05:00:00Z","updated_at":"2026-11-22T05:00:00Z"},{"status":"investigating","body":"looking","created_at":"2026-11-22T03:42:00Z","updated_at":"2026-11-22T03:50:00Z"}]},{"id":"x"}]}"#;
        let (incidents, n_left_out) = statuspage_incidents(text).unwrap();
        assert_eq!((incidents.len(), n_left_out), (1, 1));
        let told: Vec<_> = incidents[0]
            .updates
            .iter()
            .map(|it| (it.at.secs() % 3600 / 60, &*it.text))
            .collect();
        assert_eq!(told, [(50, "looking"), (0, "done")]);
        let summary = br#"{"status":{"indicator":"none","description":"All Systems Operational"},"components":[{"name":"Search","status":"operational"}]}"#;
        assert_eq!(statuspage_summary(summary).unwrap().components.len(), 1);
        assert!(statuspage_incidents(br#"{"error":"no"}"#).is_err());
    }

    #[test]
    fn cstate_as_its_template_writes_it() {
        let text = "{\"is\":\"https://github.com/cstate/cstate\",\"apiVersion\":\"2.0\",\"pages\":[\n{\"is\":\"issue\",\"title\":\"The \"big\" outage,\n again \\o/\",\"createdAt\":\"2020-01-02 15:04:05 +0000 UTC\",\"permalink\":\"https://s/x/\",\"severity\":\"down\",\"resolved\":true,\"informational\":false,\"resolvedAt\":\"2020-01-02 16:04:05 +0000 UTC\",\"affected\":[\"Mail\",],\"filename\":\"2020-01-02-x.md\"},\n{\"title\":\"open\",\"createdAt\":\"2020-01-03 15:04:05 +0000 UTC\",\"resolved\":false,\"resolvedAt\":\"<no value>\"},\n]}";
        let (issues, n_left_out) = cstate_issues(text.as_bytes()).unwrap();
        assert_eq!((issues.len(), n_left_out), (2, 0));
        assert_eq!(issues[0].title, "The \"big\" outage,\n again \\o/");
        assert_eq!(issues[0].resolved_at.unwrap().to_string(), "2020-01-02T16:04:05Z");
        assert_eq!((issues[1].resolved_at, &*issues[0].affected[0]), (None, "Mail"));
        let index = br#"{"summaryStatus":"ok","systems":[{"name":"Mail","status":"ok"}]}"#;
        assert_eq!(cstate_summary(index).unwrap().indicator, "ok");
    }
}
