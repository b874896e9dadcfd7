//! `series`: which series there are, and how many samples each has.

use super::parquet_schema::{TableSchema, column, labels, millis, text};
use super::rows::{
    Columns, Row, Trouble, labels_bytes, labels_column, millis_column, numbers_column, read_rows,
    texts_column,
};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_schema::DataType;
use glass_model::Labels;
use std::sync::LazyLock;

/// A series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesRow {
    /// Its number in the sample tables.
    pub id: u32,
    /// What identifies it, `__name__` included.
    pub labels: Labels,
    /// The time of its first sample in this file, float or histogram, in milliseconds since the epoch.
    pub first_at_millis: i64,
    /// The time of its last one.
    pub last_at_millis: i64,
    /// How many float and histogram samples it has in this file, stale markers included.
    pub n_samples: u64,
}

/// All rows, by id.
///
/// # Errors
/// When the member is damaged.
pub fn read_series(member: &Member) -> Result<Vec<SeriesRow>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        column("series", DataType::UInt32),
        text("name"),
        labels("labels"),
        millis("first_at"),
        millis("last_at"),
        column("samples", DataType::UInt64),
    ];
    TableSchema::new("series", columns, &[])
});

impl Row for SeriesRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        40 + self.labels.metric_name().len() + labels_bytes(&self.labels)
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.id)),
            texts_column(rows.iter().map(|row| row.labels.metric_name())),
            labels_column(rows.iter().map(|row| &row.labels)),
            millis_column(rows.iter().map(|row| row.first_at_millis)),
            millis_column(rows.iter().map(|row| row.last_at_millis)),
            numbers_column::<UInt64Type>(rows.iter().map(|row| row.n_samples)),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let ids = columns.numbers::<UInt32Type>(0)?;
        let (first_at, last_at) = (columns.millis(3)?, columns.millis(4)?);
        let n_samples = columns.numbers::<UInt64Type>(5)?;
        let rows = columns
            .labels(2)?
            .into_iter()
            .enumerate()
            .map(|(row, labels)| Self {
                id: ids[row],
                labels,
                first_at_millis: first_at[row],
                last_at_millis: last_at[row],
                n_samples: n_samples[row],
            });
        Ok(rows.collect())
    }
}
