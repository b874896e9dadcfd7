//! `metadata`: what metrics count, their help texts and units.

use super::parquet_schema::{TableSchema, nanos, text};
use super::rows::{Columns, Row, Trouble, read_rows, some_nanos_column, texts_column};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::{Array, ArrayRef};
use glass_model::{MetricKind, Timestamp};
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
    /// When that was seen; `None` if it came with the metric's samples and is as old as they are.
    pub seen_at: Option<Timestamp>,
}

impl MetadataRow {
    /// Whether it says the same as another.
    fn says_the_same(&self, other: &Self) -> bool {
        (&self.name, self.kind, &self.help, &self.unit) == (&other.name, other.kind, &other.help, &other.unit)
    }
}

/// Sorts rows by name and time, keeps the last of those that came twice, and leaves out what says the same as before.
pub(crate) fn merge_metadata(mut rows: Vec<MetadataRow>) -> Vec<MetadataRow> {
    rows.sort_by(|a, b| (&a.name, a.seen_at).cmp(&(&b.name, b.seen_at)));
    rows.dedup_by(|later, kept| {
        let is_twin = later.name == kept.name && later.seen_at == kept.seen_at;
        if is_twin {
            std::mem::swap(later, kept);
        }
        is_twin
    });
    rows.dedup_by(|later, kept| later.says_the_same(kept));
    rows
}

/// All rows, by name and time.
///
/// # Errors
/// When the member is damaged.
pub fn read_metadata(member: &Member) -> Result<Vec<MetadataRow>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("name"),
        text("kind"),
        text("help"),
        text("unit"),
        nanos("seen_at").with_nullable(true),
    ];
    TableSchema::new("metadata", columns, &[]).with_added(1)
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
            some_nanos_column(rows.iter().map(|row| row.seen_at.map(Timestamp::nanos))),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (names, kinds) = (columns.texts(0)?, columns.texts(1)?);
        let (helps, units) = (columns.texts(2)?, columns.texts(3)?);
        let seen_at = columns.has(4).then(|| columns.some_nanos(4)).transpose()?;
        let rows = (0..names.len()).map(|row| Self {
            name: names.value(row).to_owned(),
            kind: kind_from_name(kinds.value(row)),
            help: helps.value(row).to_owned(),
            unit: units.value(row).to_owned(),
            seen_at: seen_at
                .as_ref()
                .and_then(|all| all[row])
                .map(Timestamp::from_nanos),
        });
        Ok(rows.collect())
    }
}
