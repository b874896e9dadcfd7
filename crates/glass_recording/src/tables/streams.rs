//! `streams`: which log streams there are, and how many entries each has.

use super::parquet_schema::{TableSchema, column, labels, nanos};
use super::rows::{
    Columns, Row, Trouble, labels_bytes, labels_column, nanos_column, numbers_column, read_rows,
};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_schema::DataType;
use glass_model::Labels;
use std::sync::LazyLock;

/// A log stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// Its number in the log tables.
    pub id: u32,
    /// What identifies it.
    pub labels: Labels,
    /// The time of its first entry in this file, in nanoseconds since the epoch.
    pub first_at_nanos: i64,
    /// The time of its last one.
    pub last_at_nanos: i64,
    /// How many entries it has in this file.
    pub n_entries: u64,
}

/// All rows, by id.
///
/// # Errors
/// When the member is damaged.
pub fn read_streams(member: &Member) -> Result<Vec<StreamRow>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        column("stream", DataType::UInt32),
        labels("labels"),
        nanos("first_at"),
        nanos("last_at"),
        column("entries", DataType::UInt64),
    ];
    TableSchema::new("streams", columns, &[])
});

impl Row for StreamRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        40 + labels_bytes(&self.labels)
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.id)),
            labels_column(rows.iter().map(|row| &row.labels)),
            nanos_column(rows.iter().map(|row| row.first_at_nanos)),
            nanos_column(rows.iter().map(|row| row.last_at_nanos)),
            numbers_column::<UInt64Type>(rows.iter().map(|row| row.n_entries)),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let ids = columns.numbers::<UInt32Type>(0)?;
        let (first_at, last_at) = (columns.nanos(2)?, columns.nanos(3)?);
        let n_entries = columns.numbers::<UInt64Type>(4)?;
        let rows = columns
            .labels(1)?
            .into_iter()
            .enumerate()
            .map(|(row, labels)| Self {
                id: ids[row],
                labels,
                first_at_nanos: first_at[row],
                last_at_nanos: last_at[row],
                n_entries: n_entries[row],
            });
        Ok(rows.collect())
    }
}
