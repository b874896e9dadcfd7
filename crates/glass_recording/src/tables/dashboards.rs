//! `dashboards/*.json`: Grafana's dashboards as they were fetched, each with its source, folder and the time of it
//! around it. Files of before that time was kept hold the dashboard alone.

use crate::container::Member;
use crate::error::RecordingError;
use glass_formats::grafana::read_dashboards;
use glass_model::Dashboard;

/// The largest dashboard, in bytes.
const MAX_DASHBOARD_BYTES: u64 = 32 << 20;

/// Whether `name` is that of a dashboard.
pub fn is_dashboard_name(name: &str) -> bool {
    name.starts_with("dashboards/") && name.ends_with(".json")
}

/// Reads `dashboards/<name>.json`; its id is that name.
///
/// # Errors
/// When the member is damaged.
pub fn read_dashboard(member: &Member) -> Result<Dashboard, RecordingError> {
    let bytes = member.read_all(MAX_DASHBOARD_BYTES)?;
    let damaged = |error: &dyn std::fmt::Display| RecordingError::damaged(member.place(), error);
    let found = read_dashboards(&bytes[..]).map_err(|error| damaged(&error))?;
    let mut dashboard = found
        .into_iter()
        .next()
        .ok_or_else(|| damaged(&"it holds no dashboard"))?;
    let name = member.name();
    let id = name.strip_prefix("dashboards/").unwrap_or(name);
    dashboard.summary.id = id.strip_suffix(".json").unwrap_or(id).to_owned();
    Ok(dashboard)
}
