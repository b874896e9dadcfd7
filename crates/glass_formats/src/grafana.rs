//! Grafana's own API: data sources, dashboards, annotations; and results of data sources in Grafana's and InfluxDB's
//! forms.

mod annotations;
mod dashboards;
mod frames;
mod influx;

pub use annotations::{Annotation, read_annotations};
pub use dashboards::{read_dashboards, recorded_json};
pub use frames::read_query_results;
pub use influx::read_influx;

use crate::FormatError;
use crate::listed::{read_json, stated_time};
use glass_model::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;

/// A data source as a viewer sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSource {
    /// Its number, which old versions address it by.
    pub id: Option<i64>,
    /// Its identifier; empty where versions before 8 did not tell.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// What it is, such as `prometheus`, `loki`, `influxdb`.
    pub kind: String,
    /// Where Grafana says that it answers, such as `/api/datasources/proxy/uid/abc`; empty if it does not.
    pub path: String,
    /// Whether panels that name none use it.
    pub is_default: bool,
    /// The database of an InfluxDB, empty if there is none.
    pub database: String,
}

/// A dashboard that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDashboard {
    /// Its identifier.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// Its address below Grafana's.
    pub path: String,
    /// Its folder's title, empty for none.
    pub folder: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// Its identifier.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// The dashboard itself, as JSON.
    pub json: String,
    /// Its folder's title, empty for none.
    pub folder: String,
    /// When it was last changed, if Grafana says so: since then it is as it is.
    pub updated_at: Option<Timestamp>,
}

/// Reads the data sources of `/api/frontend/settings`, by name, and Grafana's version. Those that are a part of
/// Grafana itself, and panels that mix others, are none.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_settings(input: impl Read) -> Result<(Vec<DataSource>, String), FormatError> {
    let wire: WireSettings = read_json(input, "an answer of /api/frontend/settings")?;
    let sources = wire.datasources.into_iter().filter_map(to_source);
    Ok((sources.collect(), wire.build_info.version))
}

/// Reads the version of `/api/health`, and whether its database is well.
///
/// # Errors
/// As for [`read_settings`].
pub fn read_health(input: impl Read) -> Result<(String, bool), FormatError> {
    let wire: WireHealth = read_json(input, "an answer of /api/health")?;
    Ok((wire.version, wire.database == "ok"))
}

/// Reads the dashboards of `/api/search`; folders are none.
///
/// # Errors
/// As for [`read_settings`].
pub fn read_search(input: impl Read) -> Result<Vec<FoundDashboard>, FormatError> {
    let wire: Vec<WireFound> = read_json(input, "an answer of /api/search")?;
    let dashboards = wire.into_iter().filter(|found| found.kind != "dash-folder");
    Ok(dashboards
        .map(|found| FoundDashboard {
            uid: found.uid,
            title: found.title,
            path: found.url,
            folder: found.folder_title,
            tags: found.tags.unwrap_or_default(),
        })
        .collect())
}

/// Reads the answer of `/api/dashboards/uid/…`.
///
/// # Errors
/// As for [`read_settings`].
pub fn read_dashboard(input: impl Read) -> Result<Dashboard, FormatError> {
    let expected = "an answer of /api/dashboards/uid";
    let wire: WireDashboard = read_json(input, expected)?;
    let json = wire.dashboard.get();
    let named: WireNamed = serde_json::from_str(json).map_err(|error| FormatError::Json {
        expected,
        reason: error.to_string(),
    })?;
    Ok(Dashboard {
        uid: named.uid.unwrap_or_default(),
        title: named.title.unwrap_or_default(),
        json: json.to_owned(),
        folder: wire.meta.folder_title,
        updated_at: stated_time(&wire.meta.updated),
    })
}

fn to_source((name, wire): (String, WireSource)) -> Option<DataSource> {
    let is_inner = matches!(
        wire.kind.as_str(),
        "datasource" | "grafana" | "mixed" | "dashboard" | ""
    );
    (!is_inner).then(|| DataSource {
        id: wire.id,
        uid: wire.uid.unwrap_or_default(),
        name,
        kind: wire.kind,
        path: wire.url.unwrap_or_default(),
        is_default: wire.is_default,
        database: wire
            .database
            .filter(|name| !name.is_empty())
            .or(wire.json_data.and_then(|data| data.db_name))
            .unwrap_or_default(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSettings {
    datasources: BTreeMap<String, WireSource>,
    #[serde(default)]
    build_info: WireBuild,
}

#[derive(Default, Deserialize)]
struct WireBuild {
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSource {
    id: Option<i64>,
    uid: Option<String>,
    #[serde(default, rename = "type")]
    kind: String,
    url: Option<String>,
    #[serde(default)]
    is_default: bool,
    database: Option<String>,
    json_data: Option<WireJsonData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireJsonData {
    db_name: Option<String>,
}

#[derive(Deserialize)]
struct WireHealth {
    #[serde(default)]
    version: String,
    #[serde(default)]
    database: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFound {
    #[serde(default)]
    uid: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    folder_title: String,
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireDashboard {
    dashboard: Box<serde_json::value::RawValue>,
    #[serde(default)]
    meta: WireMeta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMeta {
    #[serde(default)]
    folder_title: String,
    #[serde(default)]
    updated: String,
}

#[derive(Deserialize)]
struct WireNamed {
    uid: Option<String>,
    title: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_sources_of_old_and_new_versions() {
        let text = r#"{"buildInfo":{"version":"11.2.0"},"datasources":{
            "-- Mixed --":{"type":"datasource","name":"-- Mixed --"},
            "New":{"id":7,"uid":"abc","type":"influxdb","url":"/api/datasources/proxy/uid/abc","jsonData":{"dbName":"telegraf"}},
            "Old":{"id":1,"type":"prometheus","url":"/api/datasources/proxy/1","isDefault":true,"jsonData":null,"database":""}}}"#;
        let (sources, version) = read_settings(text.as_bytes()).unwrap();
        let told: Vec<String> = sources
            .iter()
            .map(|one| {
                format!(
                    "{} {} {} {} {} {}",
                    one.name, one.kind, one.uid, one.path, one.is_default, one.database
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "New influxdb abc /api/datasources/proxy/uid/abc false telegraf",
                "Old prometheus  /api/datasources/proxy/1 true "
            ]
        );
        assert_eq!((sources[1].id, version.as_str()), (Some(1), "11.2.0"));
    }

    #[test]
    fn a_dashboard_keeps_its_own_text() {
        let text = r#"{"meta":{"slug":"x"},"dashboard":{"uid":"u","title":"T \"1\"", "panels": [ ]}}"#;
        let dashboard = read_dashboard(text.as_bytes()).unwrap();
        assert_eq!(
            (dashboard.uid.as_str(), dashboard.title.as_str()),
            ("u", "T \"1\"")
        );
        assert_eq!(dashboard.json, r#"{"uid":"u","title":"T \"1\"", "panels": [ ]}"#);
        assert!(read_dashboard(&b"{}"[..]).is_err());
    }
}
