//! Who an Alertmanager is: the answer of `/api/v2/status`, read.

use crate::FormatError;
use crate::listed::{read_json, stated_time};
use glass_model::Timestamp;
use serde::Deserialize;
use std::io::Read;

/// What an Alertmanager says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertmanagerStatus {
    /// Its version.
    pub version: String,
    /// Since when it runs.
    pub since: Option<Timestamp>,
    /// How it stands with the others of its cluster: `ready`, `settling` or `disabled`.
    pub cluster: String,
    /// How many others it knows.
    pub n_peers: usize,
    /// Its configuration, in YAML, without secrets as far as it hides them itself.
    pub config: String,
}

/// Reads the answer of `/api/v2/status`.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_status(input: impl Read) -> Result<AlertmanagerStatus, FormatError> {
    let wire: WireStatus = read_json(input, "an answer of /api/v2/status")?;
    Ok(AlertmanagerStatus {
        version: wire.version_info.version,
        since: stated_time(&wire.uptime),
        cluster: wire.cluster.status,
        n_peers: wire.cluster.peers.unwrap_or_default().len(),
        config: wire.config.original,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    version_info: WireVersion,
    #[serde(default)]
    uptime: String,
    #[serde(default)]
    cluster: WireCluster,
    #[serde(default)]
    config: WireConfig,
}

#[derive(Deserialize)]
struct WireVersion {
    #[serde(default)]
    version: String,
}

#[derive(Default, Deserialize)]
struct WireCluster {
    #[serde(default)]
    status: String,
    peers: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Default, Deserialize)]
struct WireConfig {
    #[serde(default)]
    original: String,
}
