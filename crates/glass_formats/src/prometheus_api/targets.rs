//! Targets: the answer of `/api/v1/targets`, read and written.

use super::write::{Notes, write_success};
use crate::FormatError;
use crate::listed::{
    Listed, WireLabels, duration_nanos, duration_text, from_labels, read_data, stated_time, time_text,
    to_labels,
};
use glass_model::{Target, TargetHealth};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

const EXPECTED: &str = "an answer of /api/v1/targets";

/// Reads targets: the active ones, then those that were dropped.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, says that the server refused, or is something else.
pub fn read_targets(input: impl Read) -> Result<Listed<Target>, FormatError> {
    let wire: WireTargets = read_data(input, EXPECTED)?;
    let active = wire.active.unwrap_or_default().into_iter().map(to_active);
    let dropped = wire.dropped.unwrap_or_default();
    let n_dropped: u64 = wire.dropped_counts.unwrap_or_default().values().sum();
    let n_missing = n_dropped.saturating_sub(dropped.len() as u64);
    let items: Vec<Target> = active.chain(dropped.into_iter().map(to_dropped)).collect();
    Ok(Listed {
        latest: items.iter().filter_map(|target| target.last_scrape).max(),
        troubles: (n_missing > 0)
            .then(|| "the server did not tell of all targets it dropped".to_owned())
            .into_iter()
            .collect(),
        items,
    })
}

/// Writes targets.
///
/// # Errors
/// When writing fails.
pub fn write_targets<'a, W: Write>(
    out: &mut W,
    targets: impl IntoIterator<Item = &'a Target>,
    notes: &Notes,
) -> io::Result<()> {
    let (mut active, mut dropped) = (Vec::new(), Vec::new());
    let mut n_dropped: BTreeMap<&str, u64> = BTreeMap::new();
    for target in targets {
        let n_of_pool = n_dropped.entry(&target.scrape_pool).or_default();
        if target.is_dropped {
            *n_of_pool += 1;
            dropped.push(dropped_json(target));
        } else {
            active.push(active_json(target));
        }
    }
    let json =
        json!({ "activeTargets": active, "droppedTargets": dropped, "droppedTargetCounts": n_dropped });
    write_success(out, notes, |out| {
        serde_json::to_writer(out, &json).map_err(io::Error::from)
    })
}

#[derive(Deserialize)]
struct WireTargets {
    #[serde(rename = "activeTargets")]
    active: Option<Vec<WireTarget>>,
    #[serde(rename = "droppedTargets")]
    dropped: Option<Vec<WireTarget>>,
    #[serde(rename = "droppedTargetCounts")]
    dropped_counts: Option<BTreeMap<String, u64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTarget {
    discovered_labels: WireLabels,
    labels: WireLabels,
    #[serde(default)]
    scrape_pool: String,
    #[serde(default)]
    scrape_url: String,
    #[serde(default)]
    global_url: String,
    #[serde(default)]
    last_error: String,
    #[serde(default)]
    last_scrape: String,
    #[serde(default)]
    last_scrape_duration: f64,
    #[serde(default)]
    health: String,
    #[serde(default)]
    scrape_interval: String,
    #[serde(default)]
    scrape_timeout: String,
}

fn to_active(wire: WireTarget) -> Target {
    Target {
        is_dropped: false,
        labels: to_labels(wire.labels),
        discovered_labels: to_labels(wire.discovered_labels),
        scrape_pool: wire.scrape_pool,
        scrape_url: wire.scrape_url,
        global_url: wire.global_url,
        health: TargetHealth::from_name(&wire.health),
        last_error: wire.last_error,
        last_scrape: stated_time(&wire.last_scrape),
        scrape_secs: wire.last_scrape_duration,
        interval_nanos: duration_nanos(&wire.scrape_interval).unwrap_or(0),
        timeout_nanos: duration_nanos(&wire.scrape_timeout).unwrap_or(0),
    }
}

fn to_dropped(wire: WireTarget) -> Target {
    Target {
        is_dropped: true,
        discovered_labels: to_labels(wire.discovered_labels),
        scrape_pool: wire.scrape_pool,
        ..Target::default()
    }
}

fn active_json(target: &Target) -> Value {
    json!({
        "discoveredLabels": from_labels(&target.discovered_labels),
        "labels": from_labels(&target.labels),
        "scrapePool": target.scrape_pool,
        "scrapeUrl": target.scrape_url,
        "globalUrl": target.global_url,
        "lastError": target.last_error,
        "lastScrape": time_text(target.last_scrape),
        "lastScrapeDuration": target.scrape_secs,
        "health": target.health.name(),
        "scrapeInterval": duration_text(target.interval_nanos),
        "scrapeTimeout": duration_text(target.timeout_nanos),
    })
}

fn dropped_json(target: &Target) -> Value {
    json!({
        "discoveredLabels": from_labels(&target.discovered_labels),
        "scrapePool": target.scrape_pool,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer's `data`, read and written again; its latest moment and troubles.
    fn check(data: &str, expected: &str, said: &str) {
        let text = format!(r#"{{"status":"success","data":{data}}}"#);
        let listed = read_targets(text.as_bytes()).unwrap();
        let mut again = Vec::new();
        write_targets(&mut again, &listed.items, &Notes::default()).unwrap();
        let written: Value = serde_json::from_slice(&again).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(written["data"], expected, "{data}");
        let latest = listed.latest.map_or("-".into(), |at| at.to_string());
        assert_eq!(format!("{latest} {}", listed.troubles.join("; ")), said, "{data}");
    }

    const ACTIVE: &str = r#"{"discoveredLabels":{"__address__":"a:1"},"labels":{"job":"a"},"scrapePool":"a",
        "scrapeUrl":"http://a:1/metrics","globalUrl":"http://a:1/metrics","lastError":"refused",
        "lastScrape":"2026-11-22T03:42:02.154448162Z","lastScrapeDuration":0.5,"health":"down",
        "scrapeInterval":"1m30s","scrapeTimeout":"4s"}"#;

    #[test]
    fn what_prometheus_says_comes_back() {
        let data = format!(
            r#"{{"activeTargets":[{ACTIVE}],"droppedTargets":[{{"discoveredLabels":{{"job":"b"}},"scrapePool":"b"}}],
                "droppedTargetCounts":{{"a":0,"b":1}}}}"#
        );
        check(&data, &data, "2026-11-22T03:42:02.154448162Z ");
    }

    #[test]
    fn what_others_leave_out() {
        let empty = r#"{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":{}}"#;
        check(r#"{"activeTargets":null}"#, empty, "- ");
        check(
            r#"{"droppedTargets":[],"droppedTargetCounts":{"b":70}}"#,
            empty,
            "- the server did not tell of all targets it dropped",
        );
    }
}
