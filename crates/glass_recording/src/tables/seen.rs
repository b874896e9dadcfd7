//! [`Sighting`]: what a source hands out as a whole (rules, targets, silences, receivers), each time it was seen.
//!
//! A list is written when it differs from the one before; that it was seen again and was the same is one row of kind
//! `same`, and that it was seen and empty one of kind `none`. So rules that are seen every minute stay small. The
//! first sighting of a source in a file is never `same`: no file needs another one.

use super::parquet_schema::{TableSchema, column, nanos, text};
use super::rows::{Columns, Row, Trouble, nanos_column, numbers_column, read_rows, texts_column};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::UInt32Type;
use arrow_schema::{DataType, Field};
use glass_model::Timestamp;
use std::sync::Arc;

/// The kinds of rows that hold no item.
const SAME: &str = "same";
const NONE: &str = "none";

/// How many columns come before those of the items.
const N_OWN_COLUMNS: usize = 4;

/// A list as it was seen once.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting<T> {
    /// The source's name.
    pub source: String,
    /// When it was first seen to be like this, without a different sighting in between.
    pub since: Timestamp,
    /// When it was seen.
    pub at: Timestamp,
    /// The list. Sightings that differ in nothing that counts share it.
    pub items: Arc<[T]>,
}

/// Something of which a source hands out lists.
pub(crate) trait Item: Clone {
    /// The table's columns: those of [`schema`] before its own.
    fn schema() -> &'static TableSchema;

    /// What kind of item it is, as the column `kind` says it.
    fn kind(&self) -> &'static str;

    /// About how many bytes it takes.
    fn n_bytes(&self) -> usize;

    /// Whether it differs from another in nothing that counts: the time of the last scrape does not.
    fn is_like(&self, other: &Self) -> bool;

    /// Columns of many items, in the order of the schema; where there is none, empty values.
    fn to_columns(items: &[Option<&Self>]) -> Vec<ArrayRef>;

    /// Takes items out of columns, of which the item's own begin at `first`, by row and kind.
    fn reader<'a>(
        columns: &Columns<'a>,
        first: usize,
    ) -> Result<impl Fn(usize, &str) -> Result<Self, Trouble> + 'a, Trouble>;
}

/// The columns of a table of sightings.
pub(super) fn schema(name: &'static str, items: Vec<Field>) -> TableSchema {
    let own = vec![
        text("source"),
        nanos("seen_at"),
        column("position", DataType::UInt32),
        text("kind"),
    ];
    TableSchema::new(name, [own, items].concat(), &[])
}

/// One row of a table of sightings.
#[derive(Clone, Debug)]
pub(crate) struct SeenRow<T> {
    source: String,
    at: Timestamp,
    position: u32,
    part: Part<T>,
}

#[derive(Clone, Debug)]
enum Part<T> {
    Item(T),
    /// The list is that of the sighting before.
    Same,
    /// The list is empty.
    None,
}

impl<T: Item> SeenRow<T> {
    fn item(&self) -> Option<&T> {
        match &self.part {
            Part::Item(item) => Some(item),
            Part::Same | Part::None => None,
        }
    }
}

impl<T: Item> Row for SeenRow<T> {
    fn schema() -> &'static TableSchema {
        T::schema()
    }

    fn n_bytes(&self) -> usize {
        32 + self.source.len() + self.item().map_or(0, T::n_bytes)
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        let kind = |row: &Self| match &row.part {
            Part::Item(item) => item.kind(),
            Part::Same => SAME,
            Part::None => NONE,
        };
        let mut columns = vec![
            texts_column(rows.iter().map(|row| &*row.source)),
            nanos_column(rows.iter().map(|row| row.at.nanos())),
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.position)),
            texts_column(rows.iter().map(kind)),
        ];
        let items: Vec<Option<&T>> = rows.iter().map(Self::item).collect();
        columns.append(&mut T::to_columns(&items));
        columns
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (sources, times) = (columns.texts(0)?, columns.nanos(1)?);
        let (positions, kinds) = (columns.numbers::<UInt32Type>(2)?, columns.texts(3)?);
        let item = T::reader(columns, N_OWN_COLUMNS)?;
        let rows = times.iter().enumerate().map(|(row, at)| {
            Ok(Self {
                source: sources.value(row).to_owned(),
                at: Timestamp::from_nanos(*at),
                position: positions[row],
                part: match kinds.value(row) {
                    SAME => Part::Same,
                    NONE => Part::None,
                    kind => Part::Item(item(row, kind)?),
                },
            })
        });
        rows.collect()
    }
}

/// All sightings of a file, by source and time.
pub(super) fn read_sightings<T: Item>(member: &Member) -> Result<Vec<Sighting<T>>, RecordingError> {
    let damaged = |trouble: &str| RecordingError::damaged(member.place(), trouble);
    let mut sightings: Vec<Sighting<T>> = Vec::new();
    let mut rows = read_rows::<SeenRow<T>>(member)?.into_iter().peekable();
    while let Some(first) = rows.next() {
        let (source, at) = (first.source.clone(), first.at);
        let before = sightings.last();
        if before.is_some_and(|before| (&before.source, before.at) >= (&source, at)) {
            return Err(damaged("its sightings are not sorted by source and time"));
        }
        let mut since = at;
        let items = match first.part {
            Part::Item(item) if first.position == 0 => {
                let mut items = vec![item];
                while let Some(next) = rows.next_if(|next| next.at == at && next.source == source) {
                    match next.part {
                        Part::Item(item) if next.position as usize == items.len() => items.push(item),
                        _ => return Err(damaged("a sighting with a row missing or too many")),
                    }
                }
                items.into()
            }
            Part::None => [].into(),
            Part::Same => {
                let before = before.filter(|before| before.source == source);
                let before = before.ok_or_else(|| damaged("a sighting that repeats one that is missing"))?;
                since = before.since;
                before.items.clone()
            }
            Part::Item(_) => return Err(damaged("a sighting without its first row")),
        };
        sightings.push(Sighting {
            source,
            since,
            at,
            items,
        });
    }
    Ok(sightings)
}

/// The rows of sightings that [`join_sightings`] has put together.
pub(crate) fn to_rows<T: Item>(sightings: &[Sighting<T>]) -> Vec<SeenRow<T>> {
    let mut rows = Vec::new();
    let mut before: Option<&Sighting<T>> = None;
    for sighting in sightings {
        let row = |position: usize, part| SeenRow {
            source: sighting.source.clone(),
            at: sighting.at,
            position: u32::try_from(position).unwrap_or(u32::MAX),
            part,
        };
        let is_same = before.is_some_and(|before| {
            before.source == sighting.source && is_like(&before.items, &sighting.items)
        });
        if is_same {
            rows.push(row(0, Part::Same));
        } else if sighting.items.is_empty() {
            rows.push(row(0, Part::None));
        } else {
            let items = sighting.items.iter().cloned().map(Part::Item).enumerate();
            rows.extend(items.map(|(position, part)| row(position, part)));
        }
        before = Some(sighting);
    }
    rows
}

/// Sorts sightings by source and time, keeps the last of those that came twice, and lets those share their list that
/// differ in nothing that counts.
pub(crate) fn join_sightings<T: Item>(
    mut sightings: Vec<Sighting<T>>,
    n_duplicates: &mut u64,
) -> Vec<Sighting<T>> {
    sightings.sort_by(|a, b| (&a.source, a.at).cmp(&(&b.source, b.at)));
    sightings.dedup_by(|later, kept| {
        let is_twin = later.source == kept.source && later.at == kept.at;
        if is_twin {
            *n_duplicates += 1;
            std::mem::swap(later, kept);
        }
        is_twin
    });
    for at in 0..sightings.len() {
        let (before, from_here) = sightings.split_at_mut(at);
        let here = &mut from_here[0];
        let before = before.last().filter(|before| before.source == here.source);
        match before.filter(|before| is_like(&before.items, &here.items)) {
            Some(before) => {
                here.since = before.since;
                here.items = before.items.clone();
            }
            None => here.since = here.at,
        }
    }
    sightings
}

/// Whether two lists differ in nothing that counts.
pub(crate) fn is_like<T: Item>(a: &Arc<[T]>, b: &Arc<[T]>) -> bool {
    Arc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.is_like(b))
}

#[cfg(test)]
mod tests;
