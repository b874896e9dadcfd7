//! Events as CSV.

use super::{ExportError, ExportReport, Hider};
use glass_formats::csv;
use glass_model::{Event, Labels, Timestamp};
use std::collections::BTreeMap;
use std::io::Write;

/// The columns of events.
const COLUMNS: [&str; 10] = [
    "happened_at",
    "known_at",
    "until",
    "until_known_at",
    "kind",
    "cluster",
    "title",
    "text",
    "link",
    "labels",
];

/// Writes a row an event as it was known at `as_of`; labels as a JSON object.
///
/// # Errors
/// When `out` cannot be written.
pub fn export_events_csv(
    events: &[Event],
    as_of: Timestamp,
    out: &mut dyn Write,
) -> Result<ExportReport, ExportError> {
    let mut report = ExportReport::default();
    let mut hider = Hider::default();
    let mut writer = csv::Writer::new(out, &COLUMNS)?;
    for event in events.iter().filter_map(|event| event.as_known_at(as_of)) {
        let time = |at: Option<Timestamp>| at.map_or(String::new(), |at| at.to_string());
        writer.row(&[
            &*event.happened_at.to_string(),
            &event.known_at.to_string(),
            &time(event.until.map(|until| until.at)),
            &time(event.until.map(|until| until.known_at)),
            event.kind.name(),
            &event.cluster,
            &hider.text(&event.title),
            &hider.text(&event.text),
            &hider.text(&event.link),
            &labels_json(&hider.labels(&event.labels)),
        ])?;
    }
    report.n_rows = writer.finish()?;
    hider.tell(&mut report);
    Ok(report)
}

/// Labels as a JSON object, which every data frame library can read.
pub(super) fn labels_json(labels: &Labels) -> String {
    let map: BTreeMap<&str, &str> = labels.iter().collect();
    // Texts always have a JSON form.
    serde_json::to_string(&map).unwrap_or_default()
}
