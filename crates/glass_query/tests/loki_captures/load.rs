//! The lines that the real server held, as `logcli` exported them.

use glass_model::{Entry, Labels, Timestamp};
use glass_query::logqltest::LogStore;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The export begins here: earlier lines are missing.
pub const FIRST_KNOWN: &str = "2026-11-22T03:33:50Z";

/// The labels that are structured metadata; the export mixes them into the streams' labels.
const METADATA: [&str; 3] = ["detected_level", "trace_id", "kind"];

/// All lines, by stream. The export leaves out labels that all its lines share.
pub fn lines(folder: &Path) -> LogStore {
    let files: [(&str, &[(&str, &str)]); 2] = [
        ("loki-apps.jsonl.gz", &[("cluster", "lab")]),
        (
            "loki-servers.jsonl.gz",
            &[("cluster", "lab"), ("namespace", "monitoring")],
        ),
    ];
    let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
    for (name, shared) in files {
        let file = File::open(folder.join(name)).unwrap();
        for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let all = line["labels"].as_object().unwrap().iter();
            let all = all.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            let (metadata, stream): (Vec<_>, Vec<_>) = all.partition(|(name, _)| METADATA.contains(name));
            let labels = Labels::new(stream.into_iter().chain(shared.iter().copied()));
            streams.entry(labels).or_default().push(Entry {
                at: Timestamp::parse_rfc3339(line["timestamp"].as_str().unwrap()).unwrap(),
                line: line["line"].as_str().unwrap().to_owned(),
                metadata: Labels::new(metadata),
            });
        }
    }
    let mut store = LogStore::default();
    for (labels, entries) in streams {
        store.add(&labels, entries);
    }
    store
}
