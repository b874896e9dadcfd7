//! [`SeriesStore`]: the series of a recording, sorted by labels and found by them. Their samples are read in
//! [`super::samples`].

use super::cache::ByteCache;
use super::found::Found;
use super::postings::Postings;
use crate::container::Archive;
use crate::error::RecordingError;
use crate::read::column::Column;
use crate::tables::histograms::HistogramsFile;
use crate::tables::metadata::{MetadataRow, merge_metadata, read_metadata};
use crate::tables::metrics::MetricsFile;
use crate::tables::series::{SeriesRow, read_series};
use glass_model::{Labels, Selector, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// Two and a half million samples with all that is made of them: every line of a dozen large graphs.
pub(super) const COLUMNS_BUDGET: usize = 64 << 20;

/// The series of a recording.
pub(crate) struct SeriesStore {
    pub(super) metrics: Vec<MetricsFile>,
    pub(super) histograms: Vec<HistogramsFile>,
    /// Sorted by labels; a series is known by its place here.
    pub(super) series: Vec<Series>,
    postings: Postings,
    /// What was said of a metric, by time.
    metadata: HashMap<String, Vec<MetadataRow>>,
    pub(super) columns: ByteCache<usize, Column>,
    troubles: Vec<String>,
}

pub(super) struct Series {
    labels: Labels,
    /// Its numbers in the tables: one, unless two numbers were given to the same labels.
    pub(super) ids: Vec<u32>,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    /// How many samples the tables say it has.
    pub(super) n_samples: u64,
    /// The longest time between two of its samples in milliseconds, once all of them were seen.
    pub(super) longest_gap: OnceLock<i64>,
}

impl AsRef<Labels> for Series {
    fn as_ref(&self) -> &Labels {
        &self.labels
    }
}

impl SeriesStore {
    /// Reads the tables of series and metadata and the files' footers. What cannot be read is left out and becomes
    /// a trouble.
    ///
    /// # Errors
    /// When none of the files of a table can be read.
    pub(crate) fn open(archive: &Archive) -> Result<Self, RecordingError> {
        let rows = Found::rows(archive, "series", read_series)?;
        let metrics = Found::each(archive, "metrics", MetricsFile::open)?;
        let histograms = Found::each(archive, "histograms", HistogramsFile::open)?;
        let metadata = Found::rows(archive, "metadata", read_metadata)?;
        Ok(Self {
            metrics: metrics.items,
            histograms: histograms.items,
            series: merge(rows.items),
            postings: Postings::default(),
            metadata: by_name_and_time(metadata.items),
            columns: ByteCache::new(COLUMNS_BUDGET),
            troubles: [
                rows.troubles,
                metrics.troubles,
                histograms.troubles,
                metadata.troubles,
            ]
            .concat(),
        })
    }

    /// What could not be opened.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// The places of the series that match and of which a sample lies at or before `until`, by labels.
    pub(crate) fn matching(&self, selector: &Selector, until: Timestamp) -> impl Iterator<Item = usize> {
        let places = self.postings.matching(selector, &self.series).into_iter();
        places
            .map(|place| place as usize)
            .filter(move |place| self.series[*place].first_at <= until)
    }

    /// Whether any series has a sample at or before `until`.
    pub(crate) fn has_sample(&self, until: Timestamp) -> bool {
        self.series.iter().any(|series| series.first_at <= until)
    }

    pub(crate) fn labels(&self, place: usize) -> &Labels {
        &self.series[place].labels
    }

    /// The names of metrics, sorted, and of how many of their series a sample lies at or before `until`, if of any.
    pub(crate) fn names(&self, until: Timestamp) -> Vec<(String, usize)> {
        let named = self.postings.values("__name__", &self.series);
        let is_known = |place: &u32| self.series[*place as usize].first_at <= until;
        let nameless = Selector::metric("");
        let nameless = ("", self.matching(&nameless, until).count());
        let counts = named
            .iter()
            .map(|(name, places)| (name, places.iter().filter(|place| is_known(place)).count()));
        std::iter::once(nameless)
            .chain(counts)
            .filter(|(_, n_known)| *n_known > 0)
            .map(|(name, n_known)| (name.to_owned(), n_known))
            .collect()
    }

    /// What is known of a metric: under its own name, or for the series of a histogram or summary under theirs.
    pub(crate) fn metadata(&self, name: &str, as_of: Timestamp) -> Option<&MetadataRow> {
        let family = ["_bucket", "_count", "_sum", "_total"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        let known = |name: &str| {
            let mut rows = self.metadata.get(name)?.iter().rev();
            rows.find(|row| row.seen_at.is_none_or(|at| at <= as_of))
        };
        known(name).or_else(|| known(family?))
    }
}

fn by_name_and_time(rows: Vec<MetadataRow>) -> HashMap<String, Vec<MetadataRow>> {
    let mut by_name: HashMap<String, Vec<MetadataRow>> = HashMap::new();
    for row in merge_metadata(rows) {
        by_name.entry(row.name.clone()).or_default().push(row);
    }
    by_name
}

/// The series of all segments, sorted by labels, each once.
fn merge(rows: Vec<SeriesRow>) -> Vec<Series> {
    let mut merged: BTreeMap<Labels, Series> = BTreeMap::new();
    for row in rows {
        let first_at = Timestamp::from_millis(row.first_at_millis);
        let last_at = Timestamp::from_millis(row.last_at_millis);
        let series = merged.entry(row.labels).or_insert_with_key(|labels| Series {
            labels: labels.clone(),
            ids: Vec::new(),
            first_at,
            last_at,
            n_samples: 0,
            longest_gap: OnceLock::new(),
        });
        series.first_at = series.first_at.min(first_at);
        series.last_at = series.last_at.max(last_at);
        series.n_samples = series.n_samples.saturating_add(row.n_samples);
        if !series.ids.contains(&row.id) {
            series.ids.push(row.id);
        }
    }
    merged.into_values().collect()
}
