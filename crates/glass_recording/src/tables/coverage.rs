//! `coverage`: what was asked of which source, and how much was answered.

use super::parquet_schema::{TableSchema, column, nanos, text};
use super::rows::{
    Columns, Row, Trouble, nanos_column, numbers_column, read_rows, some_nanos_column, texts_column,
};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::UInt64Type;
use arrow_schema::DataType;
use glass_model::Timestamp;
use std::sync::LazyLock;

/// One question to one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    /// The source's name.
    pub source: String,
    /// What was asked: a selector, or a word such as `alerts`.
    pub what: String,
    /// The first moment asked for.
    pub start: Timestamp,
    /// The last moment asked for.
    pub end: Timestamp,
    /// When it was asked, if that is known.
    pub asked_at: Option<Timestamp>,
    /// `complete`, `partial`, `stepped`, `refused` or `failed`.
    pub state: String,
    /// What must be said of the answer, one a line.
    pub warnings: String,
    /// How many samples, entries or other items came.
    pub n_items: u64,
}

/// All rows, by source, start and what was asked.
///
/// # Errors
/// When the member is damaged.
pub fn read_coverage(member: &Member) -> Result<Vec<CoverageRow>, RecordingError> {
    read_rows(member)
}

/// Leaves out questions that nobody answered where the same was asked again later and answered for all of their time:
/// a recording that was gone on with lacks nothing any more.
pub(crate) fn without_superseded(rows: Vec<CoverageRow>) -> Vec<CoverageRow> {
    let is_answered = |row: &CoverageRow| !matches!(row.state.as_str(), "failed" | "refused");
    let is_superseded = |row: &CoverageRow| {
        let same = |other: &&CoverageRow| {
            is_answered(other) && (&other.source, &other.what) == (&row.source, &row.what)
        };
        let mut answered: Vec<&CoverageRow> = rows.iter().filter(same).collect();
        answered.sort_by_key(|other| other.start);
        let mut at = row.start;
        for other in answered {
            if other.start <= at && other.end >= at {
                at = other.end.plus_nanos(1);
            }
        }
        at > row.end
    };
    let kept: Vec<bool> = rows
        .iter()
        .map(|row| is_answered(row) || row.start == row.end || !is_superseded(row))
        .collect();
    let mut kept = kept.into_iter();
    rows.into_iter().filter(|_| kept.next().unwrap_or(true)).collect()
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("source"),
        text("what"),
        nanos("start"),
        nanos("end"),
        nanos("asked_at").with_nullable(true),
        text("state"),
        text("warnings"),
        column("items", DataType::UInt64),
    ];
    TableSchema::new("coverage", columns, &[])
});

impl Row for CoverageRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        64 + self.source.len() + self.what.len() + self.state.len() + self.warnings.len()
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            texts_column(rows.iter().map(|row| &*row.source)),
            texts_column(rows.iter().map(|row| &*row.what)),
            nanos_column(rows.iter().map(|row| row.start.nanos())),
            nanos_column(rows.iter().map(|row| row.end.nanos())),
            some_nanos_column(rows.iter().map(|row| row.asked_at.map(Timestamp::nanos))),
            texts_column(rows.iter().map(|row| &*row.state)),
            texts_column(rows.iter().map(|row| &*row.warnings)),
            numbers_column::<UInt64Type>(rows.iter().map(|row| row.n_items)),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (sources, whats) = (columns.texts(0)?, columns.texts(1)?);
        let (starts, ends) = (columns.nanos(2)?, columns.nanos(3)?);
        let (states, warnings) = (columns.texts(5)?, columns.texts(6)?);
        let n_items = columns.numbers::<UInt64Type>(7)?;
        let asked_at = columns.some_nanos(4)?;
        let rows = asked_at.into_iter().enumerate().map(|(row, asked_at)| Self {
            source: sources.value(row).to_owned(),
            what: whats.value(row).to_owned(),
            start: Timestamp::from_nanos(starts[row]),
            end: Timestamp::from_nanos(ends[row]),
            asked_at: asked_at.map(Timestamp::from_nanos),
            state: states.value(row).to_owned(),
            warnings: warnings.value(row).to_owned(),
            n_items: n_items[row],
        });
        Ok(rows.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_again_and_answered_lacks_nothing() {
        let row = |what: &str, start: i64, end: i64, state: &str| CoverageRow {
            source: "a".into(),
            what: what.into(),
            start: Timestamp::from_secs(start),
            end: Timestamp::from_secs(end),
            asked_at: None,
            state: state.into(),
            warnings: String::new(),
            n_items: 0,
        };
        let rows = vec![
            row("x", 0, 10, "complete"),
            row("x", 5, 20, "failed"),
            row("x", 20, 40, "failed"),
            row("x", 10, 30, "complete"),
            row("y", 5, 20, "refused"),
            row("y", 0, 4, "complete"),
        ];
        let kept: Vec<(String, i64)> = without_superseded(rows)
            .into_iter()
            .map(|row| (row.what, row.start.millis() / 1000))
            .collect();
        let expected = [("x", 0), ("x", 20), ("x", 10), ("y", 5), ("y", 0)];
        assert_eq!(kept, expected.map(|(what, start)| (what.to_owned(), start)));
    }
}
