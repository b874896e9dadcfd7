//! `metadata`: what metrics count, their help texts and units.

use super::parquet_schema::{TableSchema, text};
use super::rows::{Columns, Row, Trouble, read_rows, texts_column};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::{Array, ArrayRef};
use glass_model::MetricKind;
use std::sync::LazyLock;

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataRow {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub kind: MetricKind,
    /// Its help text, empty if not known.
    pub help: String,
    /// Its unit, empty if not known.
    pub unit: String,
}

/// All rows, by name.
///
/// # Errors
/// When the member is damaged.
pub fn read_metadata(member: &Member) -> Result<Vec<MetadataRow>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![text("name"), text("kind"), text("help"), text("unit")];
    TableSchema::new("metadata", columns, &[])
});

/// The names of the kinds in OpenMetrics.
const KINDS: [(MetricKind, &str); 5] = [
    (MetricKind::Counter, "counter"),
    (MetricKind::Gauge, "gauge"),
    (MetricKind::Histogram, "histogram"),
    (MetricKind::Summary, "summary"),
    (MetricKind::Unknown, "unknown"),
];

fn kind_name(kind: MetricKind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("unknown", |(_, name)| name)
}

fn kind_from_name(name: &str) -> MetricKind {
    KINDS
        .iter()
        .find(|(_, known)| *known == name)
        .map_or(MetricKind::Unknown, |(kind, _)| *kind)
}

impl Row for MetadataRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        40 + self.name.len() + self.help.len() + self.unit.len()
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            texts_column(rows.iter().map(|row| &*row.name)),
            texts_column(rows.iter().map(|row| kind_name(row.kind))),
            texts_column(rows.iter().map(|row| &*row.help)),
            texts_column(rows.iter().map(|row| &*row.unit)),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (names, kinds) = (columns.texts(0)?, columns.texts(1)?);
        let (helps, units) = (columns.texts(2)?, columns.texts(3)?);
        let rows = (0..names.len()).map(|row| Self {
            name: names.value(row).to_owned(),
            kind: kind_from_name(kinds.value(row)),
            help: helps.value(row).to_owned(),
            unit: units.value(row).to_owned(),
        });
        Ok(rows.collect())
    }
}
