//! What a server's cheapest answers say of it: which program it is, what fires, what is open, how fresh it is.
//!
//! [`Glance`] is what all of them come to. Only what is named here is read; the rest of an answer may be as it likes.

use crate::{FormatError, parse_http_date};
use glass_model::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What a server's cheapest answer says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// Which program it is, such as `thanos`; empty if it does not say.
    pub program: String,
    /// Its version; empty if it does not say.
    pub version: String,
    /// What else it says in a few words.
    pub says: String,
    /// How many alerts fire.
    pub n_firing: Option<usize>,
    /// How many incidents are open.
    pub n_open: Option<usize>,
    /// How fresh it is: the time of its newest fact.
    pub newest_at: Option<Timestamp>,
}

/// An issue in a list, as much of it as tells whether it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueGlance {
    /// Its title.
    pub title: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

/// A data source behind a Grafana.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrafanaSource {
    /// Its name for people.
    pub name: String,
    /// Its identifier; empty in old versions.
    pub uid: String,
    /// The plugin that reads it, such as `prometheus` or `loki`.
    pub kind: String,
}

#[derive(Deserialize)]
struct Enveloped<T> {
    #[serde(default)]
    status: String,
    #[serde(default)]
    error: String,
    data: Option<T>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Build {
    version: String,
    application: String,
    revision: String,
    go_version: String,
}

/// Reads `/api/v1/status/buildinfo`; `has_server_hostname` if the answer had the header `X-Server-Hostname`, by which
/// VictoriaMetrics is known. Thanos' versions begin with 0, Prometheus' with 1 and more.
///
/// # Errors
/// When it is not such an answer, or says that it is an error.
pub fn prometheus_build(bytes: &[u8], has_server_hostname: bool) -> Result<Glance, FormatError> {
    let build: Build = enveloped(bytes, "an answer of /api/v1/status/buildinfo")?;
    let application = build.application.to_lowercase();
    let has_build = !(build.revision.is_empty() && build.go_version.is_empty());
    let program = match application.as_str() {
        named if named.contains("mimir") => "mimir",
        named if named.contains("cortex") => "cortex",
        _ if has_server_hostname || !has_build => "victoriametrics",
        _ if build.version.starts_with("0.") => "thanos",
        _ => "prometheus",
    };
    // VictoriaMetrics gives a version of Prometheus that it is as good as.
    let version = if program == "victoriametrics" {
        String::new()
    } else {
        build.version
    };
    Ok(Glance {
        program: program.into(),
        version,
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireAlerts {
    #[serde(default)]
    alerts: Vec<WireState>,
}

#[derive(Deserialize)]
struct WireState {
    #[serde(default)]
    state: String,
}

/// Reads Prometheus' `/api/v1/alerts`.
///
/// # Errors
/// When it is not such an answer, or says that it is an error.
pub fn prometheus_alerts(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireAlerts = enveloped(bytes, "an answer of /api/v1/alerts")?;
    let n_firing = read.alerts.iter().filter(|alert| alert.state == "firing").count();
    Ok(Glance {
        n_firing: Some(n_firing),
        says: format!("{n_firing} firing, {} pending", read.alerts.len() - n_firing),
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireVector {
    #[serde(default)]
    result: Vec<WireSample>,
}

#[derive(Deserialize)]
struct WireSample {
    value: Option<(f64, String)>,
}

/// Reads the answer to an instant query whose value is a time in Unix seconds, such as `max(timestamp(up))`.
///
/// # Errors
/// When it is not such an answer, or says that it is an error.
pub fn prometheus_newest(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireVector = enveloped(bytes, "an answer of /api/v1/query")?;
    let value = read.result.first().and_then(|sample| sample.value.as_ref());
    let secs = value.and_then(|(_, value)| value.parse::<f64>().ok());
    Ok(Glance {
        newest_at: secs.and_then(crate::when::from_unix_number),
        ..Glance::default()
    })
}

/// Reads Loki's build information.
///
/// # Errors
/// When it is not such an answer.
pub fn loki_build(bytes: &[u8]) -> Result<Glance, FormatError> {
    let build: Build = json(bytes, "an answer of Loki's buildinfo")?;
    Ok(Glance {
        program: "loki".into(),
        version: build.version,
        ..Glance::default()
    })
}

/// Reads a list of texts, as of Loki's labels: only how many there are.
///
/// # Errors
/// When it is not such an answer, or says that it is an error.
pub fn loki_labels(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: Enveloped<Vec<String>> = json(bytes, "a list of labels")?;
    if read.status != "success" {
        return Err(FormatError::Unsupported(format!(
            "it answers with an error: {}",
            read.error
        )));
    }
    Ok(Glance {
        says: format!("{} labels", read.data.unwrap_or_default().len()),
        ..Glance::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireManager {
    version_info: Build,
}

/// Reads Alertmanager's `/api/v2/status`.
///
/// # Errors
/// When it is not such an answer.
pub fn alertmanager_status(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireManager = json(bytes, "an answer of /api/v2/status")?;
    Ok(Glance {
        program: "alertmanager".into(),
        version: read.version_info.version,
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireManaged {
    status: WireState,
}

/// Reads Alertmanager's `/api/v2/alerts`: those fire that are neither silenced nor inhibited.
///
/// # Errors
/// When it is not such an answer.
pub fn alertmanager_alerts(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: Vec<WireManaged> = json(bytes, "an answer of /api/v2/alerts")?;
    let n_firing = read.iter().filter(|alert| alert.status.state == "active").count();
    Ok(Glance {
        n_firing: Some(n_firing),
        says: format!(
            "{n_firing} firing, {} silenced or inhibited",
            read.len() - n_firing
        ),
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireHealth {
    database: String,
    #[serde(default)]
    version: String,
}

/// Reads Grafana's `/api/health`; new versions hide theirs.
///
/// # Errors
/// When it is not such an answer.
pub fn grafana_health(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireHealth = json(bytes, "an answer of Grafana's /api/health")?;
    Ok(Glance {
        program: "grafana".into(),
        version: read.version,
        says: if read.database == "ok" {
            String::new()
        } else {
            format!("database {}", read.database)
        },
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireSettings {
    datasources: BTreeMap<String, WireSource>,
}

#[derive(Deserialize)]
struct WireSource {
    #[serde(default)]
    uid: String,
    #[serde(default, rename = "type")]
    kind: String,
}

/// Reads the data sources that Grafana's `/api/frontend/settings` shows, without those it has built in.
///
/// # Errors
/// When it is not such an answer.
pub fn grafana_sources(bytes: &[u8]) -> Result<Vec<GrafanaSource>, FormatError> {
    let read: WireSettings = json(bytes, "an answer of Grafana's /api/frontend/settings")?;
    let is_own = |(name, _): &(String, WireSource)| !name.starts_with("-- ");
    let source = |(name, source): (String, WireSource)| GrafanaSource {
        name,
        uid: source.uid,
        kind: source.kind,
    };
    Ok(read.datasources.into_iter().filter(is_own).map(source).collect())
}

#[derive(Deserialize)]
struct WireStatus {
    page: WirePage,
    incidents: Vec<WireIncident>,
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default)]
    updated_at: String,
}

#[derive(Deserialize)]
struct WireIncident {
    #[serde(default)]
    name: String,
}

/// Reads a Statuspage's `/api/v2/incidents/unresolved.json`.
///
/// # Errors
/// When it is not such an answer.
pub fn statuspage(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireStatus = json(bytes, "an answer of a Statuspage")?;
    Ok(Glance {
        n_open: Some(read.incidents.len()),
        says: open_words(read.incidents.first().map(|incident| incident.name.as_str())),
        newest_at: Timestamp::parse_rfc3339(&read.page.updated_at).ok(),
        ..Glance::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCState {
    systems: Vec<WireSystem>,
    #[serde(default)]
    c_state_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSystem {
    #[serde(default)]
    unresolved_issues: Vec<WireTitle>,
}

#[derive(Deserialize)]
struct WireTitle {
    #[serde(default)]
    title: String,
}

/// Reads a cState page's `/index.json`. An issue of several systems counts once.
///
/// # Errors
/// When it is not such an answer.
pub fn cstate(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireCState = json(bytes, "an answer of a cState page")?;
    let issues = read.systems.iter().flat_map(|system| &system.unresolved_issues);
    let mut titles: Vec<&str> = issues.map(|issue| issue.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    Ok(Glance {
        program: "cstate".into(),
        version: read.c_state_version.trim_start_matches('v').to_owned(),
        n_open: Some(titles.len()),
        says: open_words(titles.first().copied()),
        ..Glance::default()
    })
}

fn open_words(first: Option<&str>) -> String {
    first.map_or_else(|| "nothing open".to_owned(), |title| format!("open: {title}"))
}

#[derive(Deserialize)]
struct WireVersion {
    #[serde(alias = "Version")]
    version: String,
}

/// Reads Argo CD's `/api/version`.
///
/// # Errors
/// When it is not such an answer.
pub fn argocd_version(bytes: &[u8]) -> Result<Glance, FormatError> {
    let read: WireVersion = json(bytes, "an answer of Argo CD's /api/version")?;
    Ok(Glance {
        program: "argocd".into(),
        version: read.version.trim_start_matches('v').to_owned(),
        ..Glance::default()
    })
}

#[derive(Deserialize)]
struct WireIssue {
    title: String,
    #[serde(default)]
    labels: Vec<WireLabel>,
    updated_at: Option<String>,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireLabel {
    Name(String),
    Full { name: String },
}

/// Reads a page of GitHub's or GitLab's issues, without pull requests.
///
/// # Errors
/// When it is not such an answer.
pub fn issues(bytes: &[u8]) -> Result<Vec<IssueGlance>, FormatError> {
    let read: Vec<WireIssue> = json(bytes, "a list of issues")?;
    let issues = read.into_iter().filter(|issue| issue.pull_request.is_none());
    let glance = |issue: WireIssue| IssueGlance {
        title: issue.title,
        labels: issue
            .labels
            .into_iter()
            .map(|(WireLabel::Name(name) | WireLabel::Full { name })| name)
            .collect(),
        updated_at: issue.updated_at.and_then(|at| Timestamp::parse_rfc3339(&at).ok()),
    };
    Ok(issues.map(glance).collect())
}

/// Reads what a Git server says first (`info/refs`), in protocol version 1 or 2.
///
/// # Errors
/// When it is no Git server that speaks over HTTP.
pub fn git_refs(bytes: &[u8]) -> Result<Glance, FormatError> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    if !text.contains("# service=git-upload-pack") && !text.contains("version 2") {
        return Err(FormatError::Unsupported("not a Git repository".into()));
    }
    let agent = text.split("agent=git/").nth(1);
    let version = agent.map(|rest| {
        rest.chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect::<String>()
    });
    Ok(Glance {
        program: "git".into(),
        version: version.unwrap_or_default().trim_end_matches('.').to_owned(),
        ..Glance::default()
    })
}

/// Reads an RSS or Atom feed: how many entries, and when it was built.
///
/// # Errors
/// When it is no feed.
pub fn feed(bytes: &[u8]) -> Result<Glance, FormatError> {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains("<rss") && !text.contains("<feed") && !text.contains("<rdf:RDF") {
        return Err(FormatError::Unsupported("not an RSS or Atom feed".into()));
    }
    let n = text.matches("<item>").count() + text.matches("<item ").count() + text.matches("<entry>").count();
    let between = |tag: &str| {
        let rest = text.split(&format!("<{tag}>")).nth(1)?;
        rest.split('<').next().map(str::trim)
    };
    let built = between("lastBuildDate").or_else(|| between("pubDate"));
    let built = built.and_then(parse_http_date);
    Ok(Glance {
        says: format!("{n} entries"),
        newest_at: built.or_else(|| Timestamp::parse_rfc3339(between("updated")?).ok()),
        ..Glance::default()
    })
}

fn enveloped<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> Result<T, FormatError> {
    let read: Enveloped<T> = json(bytes, expected)?;
    match read.data {
        Some(data) if read.status == "success" => Ok(data),
        _ => Err(FormatError::Unsupported(format!(
            "it answers with an error: {}",
            read.error
        ))),
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> Result<T, FormatError> {
    serde_json::from_slice(bytes).map_err(|error| FormatError::Json {
        expected,
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_of_themselves() {
        let check = |read: Result<Glance, FormatError>, expected: &str| {
            let glance = read.unwrap();
            let at = glance.newest_at.map(|at| at.to_string()).unwrap_or_default();
            let n = |n: Option<usize>| n.map_or_else(|| "-".into(), |n| n.to_string());
            let shown = format!(
                "{} {}|{}|{} {}|{at}",
                glance.program,
                glance.version,
                glance.says,
                n(glance.n_firing),
                n(glance.n_open)
            );
            assert_eq!(shown, expected);
        };
        let build = |data: &str, has_hostname| {
            prometheus_build(
                format!(r#"{{"status":"success","data":{data}}}"#).as_bytes(),
                has_hostname,
            )
        };
        check(
            build(r#"{"version":"2.42.0","revision":"x"}"#, false),
            "prometheus 2.42.0||- -|",
        );
        check(
            build(r#"{"version":"0.38.0","revision":"x"}"#, false),
            "thanos 0.38.0||- -|",
        );
        check(build(r#"{"version":"2.24.0"}"#, true), "victoriametrics ||- -|");
        check(
            build(
                r#"{"application":"Grafana Mimir","version":"2.15","revision":"x"}"#,
                false,
            ),
            "mimir 2.15||- -|",
        );
        check(
            prometheus_alerts(
                br#"{"status":"success","data":{"alerts":[{"state":"firing"},{"state":"pending"}]}}"#,
            ),
            " |1 firing, 1 pending|1 -|",
        );
        check(
            prometheus_newest(br#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795319105.5,"1795319100"]}]}}"#),
            " ||- -|2026-11-22T03:45:00Z",
        );
        check(
            alertmanager_alerts(br#"[{"status":{"state":"active"}},{"status":{"state":"suppressed"}}]"#),
            " |1 firing, 1 silenced or inhibited|1 -|",
        );
        check(
            statuspage(br#"{"page":{"updated_at":"2026-11-22T03:45:00.5Z"},"incidents":[{"name":"slow"}]}"#),
            " |open: slow|- 1|2026-11-22T03:45:00.5Z",
        );
        check(
            cstate(br#"{"cStateVersion":"v5.6","systems":[{"unresolvedIssues":[{"title":"a"}]},{"unresolvedIssues":[{"title":"a"}]},{}]}"#),
            "cstate 5.6|open: a|- 1|",
        );
        check(
            argocd_version(br#"{"Version":"v2.13.1+af"}"#),
            "argocd 2.13.1+af||- -|",
        );
        check(
            git_refs(b"001e# service=git-upload-pack\n0000000eversion 2\n0015agent=git/2.39.5\n"),
            "git 2.39.5||- -|",
        );
        check(
            feed(b"<rss><lastBuildDate>Sun, 22 Nov 2026 03:45:00 GMT</lastBuildDate><item></item></rss>"),
            " |1 entries|- -|2026-11-22T03:45:00.999999999Z",
        );
        assert!(build("null", false).is_err());
        assert!(prometheus_alerts(br#"{"status":"error","error":"x"}"#).is_err());
        assert!(git_refs(b"<html>").is_err() && feed(b"{}").is_err() && cstate(b"{}").is_err());
    }

    #[test]
    fn lists_of_issues_and_data_sources() {
        let read = issues(
            br#"[{"title":"a","labels":[{"name":"incident"}],"updated_at":"2026-11-22T03:45:00Z"},
                 {"title":"b","labels":["x"]},{"title":"c","pull_request":{}}]"#,
        );
        let read = read.unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].labels[0].as_str(), read[1].labels[0].as_str()),
            ("incident", "x")
        );
        let sources = grafana_sources(
            br#"{"datasources":{"-- Mixed --":{"type":"datasource"},"P":{"type":"prometheus","uid":"u"}}}"#,
        );
        assert_eq!(
            sources.unwrap(),
            [GrafanaSource {
                name: "P".into(),
                uid: "u".into(),
                kind: "prometheus".into()
            }]
        );
    }
}
