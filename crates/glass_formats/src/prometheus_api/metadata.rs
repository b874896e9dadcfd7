//! Reading the answer of `/api/v1/metadata`: what metrics count, their help texts and units.

use crate::listed::{Listed, read_data};
use crate::{FormatError, MetricMetadata};
use glass_model::MetricKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;

const EXPECTED: &str = "an answer of /api/v1/metadata";

/// Reads what is said of metrics, by name. Where targets disagree, what comes first is taken.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, says that the server refused, or is something else.
pub fn read_metadata(input: impl Read) -> Result<Listed<MetricMetadata>, FormatError> {
    let wire: BTreeMap<String, Vec<WireMetadata>> = read_data(input, EXPECTED)?;
    let disagree = wire.values().any(|said| said.len() > 1);
    let items = wire.into_iter().filter_map(|(name, said)| {
        let first = said.into_iter().next()?;
        Some(MetricMetadata {
            name,
            kind: to_kind(&first.kind),
            help: first.help,
            unit: first.unit,
        })
    });
    Ok(Listed {
        items: items.collect(),
        latest: None,
        troubles: disagree
            .then(|| "targets disagree about some metrics; what comes first is taken".to_owned())
            .into_iter()
            .collect(),
    })
}

#[derive(Deserialize)]
struct WireMetadata {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    help: String,
}

fn to_kind(name: &str) -> MetricKind {
    match name {
        "counter" => MetricKind::Counter,
        "gauge" => MetricKind::Gauge,
        "histogram" => MetricKind::Histogram,
        "summary" => MetricKind::Summary,
        _ => MetricKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_counts() {
        let text = r#"{"status":"success","data":{
            "up":[{"type":"gauge","unit":"","help":"Up."}],
            "a":[{"type":"histogram","unit":"s","help":"1"},{"type":"counter","help":"2"}],
            "b":[],"c":[{"type":"info"}]}}"#;
        let listed = read_metadata(text.as_bytes()).unwrap();
        let told: Vec<String> = listed
            .items
            .iter()
            .map(|one| format!("{} {:?} {} {}", one.name, one.kind, one.help, one.unit))
            .collect();
        assert_eq!(told, ["a Histogram 1 s", "c Unknown  ", "up Gauge Up. "]);
        assert_eq!(listed.troubles.len(), 1);
    }
}
