//! `events`: what happened, and when that became known.

use super::parquet_schema::{TableSchema, labels, nanos, text};
use super::rows::{
    Columns, Row, Trouble, labels_bytes, labels_column, nanos_column, read_rows, some_nanos_column,
    texts_column,
};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use glass_model::{Event, EventKind, Labels, Timestamp, Until};
use std::sync::LazyLock;

/// All rows, by the time they happened.
///
/// # Errors
/// When the member is damaged.
pub fn read_events(member: &Member) -> Result<Vec<Event>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("kind"),
        nanos("happened_at"),
        nanos("known_at"),
        nanos("until").with_nullable(true),
        nanos("until_known_at").with_nullable(true),
        text("cluster"),
        text("title"),
        text("text"),
        text("link"),
        labels("labels"),
        labels("annotations"),
    ];
    TableSchema::new("events", columns, &[]).with_added(1)
});

impl Row for Event {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        let texts = [&self.cluster, &self.title, &self.text, &self.link];
        80 + texts.iter().map(|text| text.len()).sum::<usize>()
            + labels_bytes(&self.labels)
            + labels_bytes(&self.annotations)
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            texts_column(rows.iter().map(|row| row.kind.name())),
            nanos_column(rows.iter().map(|row| row.happened_at.nanos())),
            nanos_column(rows.iter().map(|row| row.known_at.nanos())),
            some_nanos_column(rows.iter().map(|row| row.until.map(|until| until.at.nanos()))),
            some_nanos_column(
                rows.iter()
                    .map(|row| row.until.map(|until| until.known_at.nanos())),
            ),
            texts_column(rows.iter().map(|row| &*row.cluster)),
            texts_column(rows.iter().map(|row| &*row.title)),
            texts_column(rows.iter().map(|row| &*row.text)),
            texts_column(rows.iter().map(|row| &*row.link)),
            labels_column(rows.iter().map(|row| &row.labels)),
            labels_column(rows.iter().map(|row| &row.annotations)),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let kinds = columns.texts(0)?;
        let (happened_at, known_at) = (columns.nanos(1)?, columns.nanos(2)?);
        let (until_at, until_known_at) = (columns.some_nanos(3)?, columns.some_nanos(4)?);
        let (clusters, titles) = (columns.texts(5)?, columns.texts(6)?);
        let (texts, links) = (columns.texts(7)?, columns.texts(8)?);
        let annotations = columns.has(10).then(|| columns.labels(10)).transpose()?;
        let at = Timestamp::from_nanos;
        let rows = columns.labels(9)?.into_iter().enumerate().map(|(row, labels)| {
            let kind = kinds.value(row);
            let until = until_at[row].zip(until_known_at[row]).map(|(end, known)| Until {
                at: at(end),
                known_at: at(known),
            });
            Ok(Self {
                kind: EventKind::from_name(kind)
                    .ok_or_else(|| format!("no kind of event is called `{kind}`"))?,
                happened_at: at(happened_at[row]),
                known_at: at(known_at[row]),
                until,
                cluster: clusters.value(row).to_owned(),
                title: titles.value(row).to_owned(),
                text: texts.value(row).to_owned(),
                link: links.value(row).to_owned(),
                labels,
                annotations: annotations
                    .as_ref()
                    .map_or_else(Labels::empty, |all| all[row].clone()),
            })
        });
        rows.collect()
    }
}

/// Sorts events by the time they happened and drops those that came twice. An end that was recorded later than the
/// event itself is put to it: both are one event, and the end has its own known time.
pub(crate) fn merge_events(mut events: Vec<Event>, n_duplicates: &mut u64) -> Vec<Event> {
    // The sort is stable: of events with one key the first recorded comes first.
    events.sort_by(|a, b| identity(a).cmp(&identity(b)));
    events.dedup_by(|later, kept| {
        let same = identity(later) == identity(kept);
        let fits = later.until == kept.until || later.until.is_none() || kept.until.is_none();
        if same && fits {
            *n_duplicates += u64::from(later.until == kept.until);
            kept.until = kept.until.or(later.until);
        }
        same && fits
    });
    events
}

fn identity(event: &Event) -> impl Ord + '_ {
    (
        (event.happened_at, event.known_at, event.kind),
        (&event.cluster, &event.title, &event.labels, &event.link),
        (&event.text, &event.annotations),
    )
}
