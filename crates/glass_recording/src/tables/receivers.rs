//! `receivers`: to whom Alertmanagers can send notifications, each time it was seen.

use super::parquet_schema::{TableSchema, text};
use super::rows::{Columns, Trouble, texts_column};
use super::seen::{self, Item, Sighting, read_sightings};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use std::sync::LazyLock;

/// All sightings, by source and time; a receiver is its name.
///
/// # Errors
/// When the member is damaged.
pub fn read_receivers(member: &Member) -> Result<Vec<Sighting<String>>, RecordingError> {
    read_sightings(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| seen::schema("receivers", vec![text("name")]));

const RECEIVER: &str = "receiver";

impl Item for String {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn kind(&self) -> &'static str {
        RECEIVER
    }

    fn n_bytes(&self) -> usize {
        24 + self.len()
    }

    fn is_like(&self, other: &Self) -> bool {
        self == other
    }

    fn to_columns(items: &[Option<&Self>]) -> Vec<ArrayRef> {
        vec![texts_column(
            items.iter().map(|item| item.map_or("", |name| name)),
        )]
    }

    fn reader<'a>(
        columns: &Columns<'a>,
        first: usize,
    ) -> Result<impl Fn(usize, &str) -> Result<Self, Trouble> + 'a, Trouble> {
        let names = columns.texts(first)?;
        Ok(move |row: usize, kind: &str| match kind {
            RECEIVER => Ok(names.value(row).to_owned()),
            _ => Err(format!("no row of receivers is of kind `{kind}`")),
        })
    }
}
