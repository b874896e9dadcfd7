//! `targets`: what servers scrape and what they chose not to, each time it was seen.

use super::parquet_schema::{TableSchema, column, labels, nanos, text};
use super::rows::{
    Columns, Trouble, labels_bytes, labels_column, numbers_column, some_nanos_column, texts_column,
};
use super::seen::{self, Item, Sighting, read_sightings};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_schema::DataType;
use glass_model::{Labels, Target, TargetHealth, Timestamp};
use std::sync::LazyLock;

/// All sightings, by source and time.
///
/// # Errors
/// When the member is damaged.
pub fn read_targets(member: &Member) -> Result<Vec<Sighting<Target>>, RecordingError> {
    read_sightings(member)
}

const ACTIVE: &str = "active";
const DROPPED: &str = "dropped";

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        labels("labels"),
        labels("discovered_labels"),
        text("scrape_pool"),
        text("scrape_url"),
        text("global_url"),
        text("health"),
        text("last_error"),
        nanos("last_scrape").with_nullable(true),
        column("scrape_secs", DataType::Float64),
        column("interval", DataType::Int64),
        column("timeout", DataType::Int64),
    ];
    seen::schema("targets", columns)
});

impl Item for Target {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn kind(&self) -> &'static str {
        match self.is_dropped {
            true => DROPPED,
            false => ACTIVE,
        }
    }

    fn n_bytes(&self) -> usize {
        let texts = [
            &self.scrape_pool,
            &self.scrape_url,
            &self.global_url,
            &self.last_error,
        ];
        let labels = labels_bytes(&self.labels) + labels_bytes(&self.discovered_labels);
        120 + texts.iter().map(|text| text.len()).sum::<usize>() + labels
    }

    fn is_like(&self, other: &Self) -> bool {
        let lasting = |target: &Self| Self {
            last_scrape: None,
            scrape_secs: 0.0,
            ..target.clone()
        };
        lasting(self) == lasting(other)
    }

    fn to_columns(items: &[Option<&Self>]) -> Vec<ArrayRef> {
        let empty = Labels::empty();
        let texts = |of: fn(&Self) -> &str| texts_column(items.iter().map(|item| item.map_or("", of)));
        let nanos =
            |of: fn(&Self) -> i64| numbers_column::<Int64Type>(items.iter().map(|item| item.map_or(0, of)));
        let labels =
            |of: fn(&Self) -> &Labels| labels_column(items.iter().map(|item| item.map_or(&empty, of)));
        let scraped_at = items
            .iter()
            .map(|item| item.and_then(|target| target.last_scrape).map(Timestamp::nanos));
        let took = items
            .iter()
            .map(|item| item.map_or(0.0, |target| target.scrape_secs));
        vec![
            labels(|target| &target.labels),
            labels(|target| &target.discovered_labels),
            texts(|target| &target.scrape_pool),
            texts(|target| &target.scrape_url),
            texts(|target| &target.global_url),
            texts(|target| target.health.name()),
            texts(|target| &target.last_error),
            some_nanos_column(scraped_at),
            numbers_column::<Float64Type>(took),
            nanos(|target| target.interval_nanos),
            nanos(|target| target.timeout_nanos),
        ]
    }

    fn reader<'a>(
        columns: &Columns<'a>,
        first: usize,
    ) -> Result<impl Fn(usize, &str) -> Result<Self, Trouble> + 'a, Trouble> {
        let (labels, discovered) = (columns.labels(first)?, columns.labels(first + 1)?);
        let (pools, urls) = (columns.texts(first + 2)?, columns.texts(first + 3)?);
        let (global_urls, healths) = (columns.texts(first + 4)?, columns.texts(first + 5)?);
        let errors = columns.texts(first + 6)?;
        let scraped_at = columns.some_nanos(first + 7)?;
        let took = columns.numbers::<Float64Type>(first + 8)?;
        let intervals = columns.numbers::<Int64Type>(first + 9)?;
        let timeouts = columns.numbers::<Int64Type>(first + 10)?;
        Ok(move |row: usize, kind: &str| {
            Ok(Self {
                is_dropped: match kind {
                    ACTIVE => false,
                    DROPPED => true,
                    _ => return Err(format!("no target is of kind `{kind}`")),
                },
                labels: labels[row].clone(),
                discovered_labels: discovered[row].clone(),
                scrape_pool: pools.value(row).to_owned(),
                scrape_url: urls.value(row).to_owned(),
                global_url: global_urls.value(row).to_owned(),
                health: TargetHealth::from_name(healths.value(row)),
                last_error: errors.value(row).to_owned(),
                last_scrape: scraped_at[row].map(Timestamp::from_nanos),
                scrape_secs: took[row],
                interval_nanos: intervals[row],
                timeout_nanos: timeouts[row],
            })
        })
    }
}
