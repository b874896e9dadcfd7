//! `silences`: the silences of Alertmanagers, each time they were seen.

use super::parquet_schema::{TableSchema, nanos, text};
use super::rows::{Columns, Trouble, nanos_column, texts_column};
use super::seen::{self, Item, Sighting, read_sightings};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use glass_model::{Matcher, MatcherOp, Selector, Silence, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// All sightings, by source and time.
///
/// # Errors
/// When the member is damaged.
pub fn read_silences(member: &Member) -> Result<Vec<Sighting<SilenceRow>>, RecordingError> {
    read_sightings(member)
}

/// A silence as the table holds it: its regular expressions are not compiled before they are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceRow {
    id: String,
    matchers: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    updated_at: Timestamp,
    created_by: String,
    comment: String,
}

/// A matcher in the column `matchers`, a JSON array in Alertmanager's own form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MatcherWire {
    name: String,
    value: String,
    is_regex: bool,
    is_equal: bool,
}

impl SilenceRow {
    /// The row of a silence.
    pub(crate) fn from_model(silence: Silence) -> Self {
        let matchers: Vec<MatcherWire> = silence.selector.matchers.iter().map(to_wire).collect();
        Self {
            id: silence.id,
            // Serializing texts cannot fail.
            matchers: serde_json::to_string(&matchers).unwrap_or_default(),
            starts_at: silence.starts_at,
            ends_at: silence.ends_at,
            updated_at: silence.updated_at,
            created_by: silence.created_by,
            comment: silence.comment,
        }
    }

    /// The silence of a row.
    pub(crate) fn to_model(&self) -> Result<Silence, Trouble> {
        let trouble = |trouble: String| format!("the matchers of silence {}: {trouble}", self.id);
        let wires: Vec<MatcherWire> =
            serde_json::from_str(&self.matchers).map_err(|error| trouble(error.to_string()))?;
        let matchers: Result<Vec<Matcher>, _> = wires.iter().map(from_wire).collect();
        Ok(Silence {
            id: self.id.clone(),
            selector: Selector {
                matchers: matchers.map_err(|error| trouble(error.to_string()))?,
            },
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            updated_at: self.updated_at,
            created_by: self.created_by.clone(),
            comment: self.comment.clone(),
        })
    }
}

fn to_wire(matcher: &Matcher) -> MatcherWire {
    MatcherWire {
        name: matcher.name().to_owned(),
        value: matcher.value().to_owned(),
        is_regex: matches!(matcher.op(), MatcherOp::Regex | MatcherOp::NotRegex),
        is_equal: matches!(matcher.op(), MatcherOp::Equal | MatcherOp::Regex),
    }
}

fn from_wire(wire: &MatcherWire) -> Result<Matcher, regex::Error> {
    let op = match (wire.is_equal, wire.is_regex) {
        (true, false) => MatcherOp::Equal,
        (false, false) => MatcherOp::NotEqual,
        (true, true) => MatcherOp::Regex,
        (false, true) => MatcherOp::NotRegex,
    };
    Matcher::new(&wire.name, op, &wire.value)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("id"),
        text("matchers"),
        nanos("starts_at"),
        nanos("ends_at"),
        nanos("updated_at"),
        text("created_by"),
        text("comment"),
    ];
    seen::schema("silences", columns)
});

const SILENCE: &str = "silence";

impl Item for SilenceRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn kind(&self) -> &'static str {
        SILENCE
    }

    fn n_bytes(&self) -> usize {
        let texts = [&self.id, &self.matchers, &self.created_by, &self.comment];
        64 + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    fn is_like(&self, other: &Self) -> bool {
        self == other
    }

    fn to_columns(items: &[Option<&Self>]) -> Vec<ArrayRef> {
        let texts = |of: fn(&Self) -> &str| texts_column(items.iter().map(|item| item.map_or("", of)));
        let times = |of: fn(&Self) -> Timestamp| {
            nanos_column(items.iter().map(|item| item.map_or(0, |row| of(row).nanos())))
        };
        vec![
            texts(|row| &row.id),
            texts(|row| &row.matchers),
            times(|row| row.starts_at),
            times(|row| row.ends_at),
            times(|row| row.updated_at),
            texts(|row| &row.created_by),
            texts(|row| &row.comment),
        ]
    }

    fn reader<'a>(
        columns: &Columns<'a>,
        first: usize,
    ) -> Result<impl Fn(usize, &str) -> Result<Self, Trouble> + 'a, Trouble> {
        let (ids, matchers) = (columns.texts(first)?, columns.texts(first + 1)?);
        let (starts, ends) = (columns.nanos(first + 2)?, columns.nanos(first + 3)?);
        let updated = columns.nanos(first + 4)?;
        let (authors, comments) = (columns.texts(first + 5)?, columns.texts(first + 6)?);
        Ok(move |row: usize, kind: &str| match kind {
            SILENCE => Ok(Self {
                id: ids.value(row).to_owned(),
                matchers: matchers.value(row).to_owned(),
                starts_at: Timestamp::from_nanos(starts[row]),
                ends_at: Timestamp::from_nanos(ends[row]),
                updated_at: Timestamp::from_nanos(updated[row]),
                created_by: authors.value(row).to_owned(),
                comment: comments.value(row).to_owned(),
            }),
            _ => Err(format!("no row of silences is of kind `{kind}`")),
        })
    }
}
