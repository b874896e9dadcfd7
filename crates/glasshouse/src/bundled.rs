//! The incidents that come with the program.

use crate::output::Output;
use anyhow::Result;
use glass_formats::grafana::read_dashboards;
use glass_model::Dashboard;
use glass_recording::Recording;
use serde_json::json;
use std::process::ExitCode;

/// A recording in the program.
pub(crate) struct Bundled {
    /// Its name.
    pub name: &'static str,
    /// The file's bytes.
    pub bytes: &'static [u8],
}

/// A dashboard of the shop that the lab's incidents befall.
const SHOP_DASHBOARD: &str = include_str!("../../../assets/dashboards/shop.json");
const SHOP_INCIDENTS: [&str; 2] = ["heron", "marten"];

/// The dashboards that come with an incident of that name.
pub(crate) fn dashboards(name: &str) -> Vec<Dashboard> {
    if !SHOP_INCIDENTS.contains(&name) {
        return Vec::new();
    }
    let mut dashboards = read_dashboards(SHOP_DASHBOARD.as_bytes()).unwrap_or_default();
    for dashboard in &mut dashboards {
        dashboard.summary.source = "comes with the program".to_owned();
    }
    dashboards
}

macro_rules! bundled {
    ($($name:literal),*) => {
        &[$(Bundled {
            name: $name,
            bytes: include_bytes!(concat!("../../../assets/incidents/", $name, ".glass")),
        }),*]
    };
}

/// All of them; the first is opened when none is named.
pub(crate) const BUNDLED: &[Bundled] = bundled!("heron", "marten", "incident-shop");

/// The one of that name.
pub(crate) fn find(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|bundled| bundled.name == name)
}

/// Lists them.
pub(crate) fn list(output: &Output, as_json: bool) -> Result<ExitCode> {
    let mut all = Vec::new();
    for Bundled { name, bytes } in BUNDLED {
        let recording = Recording::from_bytes(name, bytes)?;
        let info = recording.info();
        if as_json {
            all.push(
                json!({ "name": name, "summary": info.summary, "start": info.extent.start.to_string(),
                             "end": info.extent.end.to_string(), "bytes": bytes.len() }),
            );
        } else {
            output.line(&format!(
                "{name:<16} {}  {}",
                info.extent.start.format("%Y-%m-%d %H:%M"),
                info.summary
            ))?;
        }
    }
    if as_json {
        output.json(&json!(all))?;
    } else {
        output.line("\nopen one with: glasshouse NAME")?;
    }
    Ok(ExitCode::SUCCESS)
}
