//! Reading the answers that are no results of queries: names, label sets, active alerts, who the server is; and errors.

use super::rules::{WireAlert, to_alert};
use crate::FormatError;
use crate::listed::{read_data, read_json};
use glass_model::{ActiveAlert, Labels};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerInfo {
    /// Its version, empty if it does not tell.
    pub version: String,
    /// The program's name, which Mimir and its relatives tell.
    pub application: String,
    /// Whether it tells with what it was built, as all do but VictoriaMetrics.
    pub has_build: bool,
}

/// Reads a list of names or values. Without any, some servers leave `data` out.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, says that the server refused, or is something else.
pub fn read_texts(input: impl Read) -> Result<Vec<String>, FormatError> {
    read_list(input, "a list of texts")
}

/// Reads the labels of series.
///
/// # Errors
/// As for [`read_texts`].
pub fn read_label_sets(input: impl Read) -> Result<Vec<Labels>, FormatError> {
    let wire: Vec<BTreeMap<String, String>> = read_list(input, "a list of label sets")?;
    Ok(wire.into_iter().map(Labels::new).collect())
}

/// Reads the alerts that are pending or firing.
///
/// # Errors
/// As for [`read_texts`].
pub fn read_alerts(input: impl Read) -> Result<Vec<ActiveAlert>, FormatError> {
    let wire: WireAlerts = read_data(input, "an answer of /api/v1/alerts")?;
    let alerts = wire.alerts.unwrap_or_default();
    Ok(alerts.into_iter().filter_map(to_alert).collect())
}

/// Reads the answer of `/api/v1/status/buildinfo`.
///
/// # Errors
/// As for [`read_texts`].
pub fn read_server_info(input: impl Read) -> Result<ServerInfo, FormatError> {
    let wire: WireInfo = read_data(input, "an answer of /api/v1/status/buildinfo")?;
    Ok(ServerInfo {
        version: wire.version,
        application: wire.application,
        has_build: !wire.go_version.is_empty() || !wire.revision.is_empty(),
    })
}

/// Reads why there is no answer: the kind of error, and what the server says.
pub fn read_error(input: impl Read) -> Option<(String, String)> {
    let wire: WireError = read_json(input, "an error").ok()?;
    (!wire.error.is_empty()).then_some((wire.kind, wire.error))
}

fn read_list<T: serde::de::DeserializeOwned>(
    input: impl Read,
    expected: &'static str,
) -> Result<Vec<T>, FormatError> {
    let wire: WireList<T> = read_json(input, expected)?;
    if wire.status == "success" {
        return Ok(wire.data.unwrap_or_default());
    }
    Err(FormatError::Unsupported(format!(
        "the server refused to answer: {}",
        wire.error
    )))
}

#[derive(Deserialize)]
struct WireList<T> {
    status: String,
    data: Option<Vec<T>>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct WireAlerts {
    alerts: Option<Vec<WireAlert>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireInfo {
    #[serde(default)]
    version: String,
    #[serde(default)]
    application: String,
    #[serde(default)]
    go_version: String,
    #[serde(default)]
    revision: String,
}

#[derive(Deserialize)]
struct WireError {
    #[serde(default, rename = "errorType")]
    kind: String,
    #[serde(default)]
    error: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_without_data_are_empty() {
        let check = |text: &str, expected: Option<&[&str]>| {
            let read = read_texts(text.as_bytes()).ok();
            let expected =
                expected.map(|texts| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
            assert_eq!(read, expected, "{text}");
        };
        check(r#"{"status":"success","data":["a","b"]}"#, Some(&["a", "b"]));
        check(r#"{"status":"success","data":null}"#, Some(&[]));
        check(r#"{"status":"success"}"#, Some(&[]));
        check(r#"{"status":"error","error":"no"}"#, None);
        check("[]", None);
    }

    #[test]
    fn who_the_server_is() {
        let check = |data: &str, expected: (&str, &str, bool)| {
            let text = format!(r#"{{"status":"success","data":{data}}}"#);
            let info = read_server_info(text.as_bytes()).unwrap();
            assert_eq!(
                (&*info.version, &*info.application, info.has_build),
                expected,
                "{data}"
            );
        };
        check(r#"{"version":"2.24.0"}"#, ("2.24.0", "", false));
        check("{}", ("", "", false));
        check(
            r#"{"version":"3.12.0","revision":"fb9f","goVersion":"go1.27"}"#,
            ("3.12.0", "", true),
        );
        check(
            r#"{"application":"Grafana Mimir","version":"2.9.0","goVersion":"x","features":{"ruler_config_api":"true"}}"#,
            ("2.9.0", "Grafana Mimir", true),
        );
    }
}
