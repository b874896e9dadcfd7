//! [`SeriesStore`]: the series of a recording, sorted by labels, and their samples, decoded when asked for.

use super::cache::ByteCache;
use super::found::Found;
use crate::container::Archive;
use crate::error::RecordingError;
use crate::read::column::Column;
use crate::tables::histograms::HistogramsFile;
use crate::tables::metadata::{MetadataRow, read_metadata};
use crate::tables::metrics::{MetricsChunk, MetricsChunkMeta, MetricsFile};
use crate::tables::series::{SeriesRow, read_series};
use glass_model::{Labels, MatcherOp, NativeHistogram, SampleColumn, Selector, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Two and a half million samples with all that is made of them: every line of a dozen large graphs.
const COLUMNS_BUDGET: usize = 64 << 20;

/// The series of a recording.
pub(crate) struct SeriesStore {
    metrics: Vec<MetricsFile>,
    histograms: Vec<HistogramsFile>,
    /// Sorted by labels; a series is known by its place here.
    series: Vec<Series>,
    /// The places of each metric's series, ascending.
    by_name: BTreeMap<String, Vec<usize>>,
    metadata: HashMap<String, MetadataRow>,
    columns: ByteCache<usize, Column>,
    troubles: Vec<String>,
}

struct Series {
    labels: Labels,
    /// Its numbers in the tables: one, unless two numbers were given to the same labels.
    ids: Vec<u32>,
    first_at: Timestamp,
}

/// The native histograms of a series by time in milliseconds, and why some are missing.
pub(crate) type Histograms = (Vec<(i64, NativeHistogram)>, Option<String>);

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
        let series = merge(rows.items);
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, series) in series.iter().enumerate() {
            by_name
                .entry(series.labels.metric_name().to_owned())
                .or_default()
                .push(place);
        }
        Ok(Self {
            metrics: metrics.items,
            histograms: histograms.items,
            series,
            by_name,
            metadata: metadata
                .items
                .into_iter()
                .map(|row| (row.name.clone(), row))
                .collect(),
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
    pub(crate) fn matching<'a>(
        &'a self,
        selector: &'a Selector,
        until: Timestamp,
    ) -> impl Iterator<Item = usize> + 'a {
        let named = selector
            .matchers
            .iter()
            .find(|m| m.name() == "__name__" && m.op() == MatcherOp::Equal);
        let of_name = named.map(|matcher| self.by_name.get(matcher.value()).map_or(&[][..], Vec::as_slice));
        let all = if of_name.is_none() {
            0..self.series.len()
        } else {
            0..0
        };
        let places = of_name.unwrap_or_default().iter().copied().chain(all);
        places.filter(move |place| {
            let series = &self.series[*place];
            series.first_at <= until && selector.matches(&series.labels)
        })
    }

    /// Whether any series has a sample at or before `until`.
    pub(crate) fn has_sample(&self, until: Timestamp) -> bool {
        self.series.iter().any(|series| series.first_at <= until)
    }

    pub(crate) fn labels(&self, place: usize) -> &Labels {
        &self.series[place].labels
    }

    /// The names of metrics and of how many of their series a sample lies at or before `until`, if of any.
    pub(crate) fn names(&self, until: Timestamp) -> impl Iterator<Item = (&str, usize)> {
        self.by_name.iter().filter_map(move |(name, places)| {
            let n_known = places
                .iter()
                .filter(|place| self.series[**place].first_at <= until)
                .count();
            (n_known > 0).then_some((name.as_str(), n_known))
        })
    }

    /// What is known of a metric: under its own name, or for the series of a histogram or summary under theirs.
    pub(crate) fn metadata(&self, name: &str) -> Option<&MetadataRow> {
        let family = ["_bucket", "_count", "_sum", "_total"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        self.metadata.get(name).or_else(|| self.metadata.get(family?))
    }

    /// The samples of the series at `places`, in that order, from the cache or read together: series that lie
    /// near each other share chunks.
    pub(crate) fn columns(&self, places: &[usize]) -> Vec<Arc<Column>> {
        let mut columns: Vec<Option<Arc<Column>>> =
            places.iter().map(|place| self.columns.get(place)).collect();
        let missing: Vec<usize> = (0..places.len()).filter(|i| columns[*i].is_none()).collect();
        let missing_places: Vec<usize> = missing.iter().map(|i| places[*i]).collect();
        for (i, column) in missing.into_iter().zip(self.read_columns(&missing_places)) {
            columns[i] = Some(self.columns.insert(places[i], Arc::new(column)));
        }
        columns.into_iter().flatten().collect()
    }

    fn read_columns(&self, places: &[usize]) -> Vec<Column> {
        let mut wanted: Vec<(u32, usize)> = Vec::new();
        for (slot, place) in places.iter().enumerate() {
            wanted.extend(self.series[*place].ids.iter().map(|id| (*id, slot)));
        }
        wanted.sort_unstable();
        let mut drafts: Vec<Draft> = places.iter().map(|_| Draft::default()).collect();
        for file in &self.metrics {
            for (i, meta) in file.chunks().iter().enumerate() {
                let inside = within(&wanted, meta);
                if inside.is_empty() {
                    continue;
                }
                match file.read(i) {
                    Ok(chunk) => inside
                        .iter()
                        .for_each(|(id, slot)| drafts[*slot].take(&chunk, *id)),
                    Err(error) => inside.iter().for_each(|(_, slot)| drafts[*slot].miss(&error)),
                }
            }
        }
        drafts.into_iter().map(Draft::into_column).collect()
    }

    /// All native histograms of the series at `place`.
    pub(crate) fn histograms(&self, place: usize) -> Histograms {
        let mut wanted: Vec<(u32, usize)> = self.series[place].ids.iter().map(|id| (*id, 0)).collect();
        wanted.sort_unstable();
        let (mut found, mut damage) = (BTreeMap::new(), None);
        for file in &self.histograms {
            for (i, meta) in file.chunks().iter().enumerate() {
                let inside = within(&wanted, meta);
                if inside.is_empty() {
                    continue;
                }
                match file.read(i) {
                    Ok(chunk) => {
                        let rows = chunk.series.iter().zip(&chunk.at_millis).zip(chunk.histograms);
                        let ours = rows.filter(|((id, _), _)| inside.iter().any(|(ours, _)| ours == *id));
                        found.extend(ours.map(|((_, at), histogram)| (*at, histogram)));
                    }
                    Err(error) => _ = damage.get_or_insert(error.to_string()),
                }
            }
        }
        (found.into_iter().collect(), damage)
    }
}

/// The series of all segments, sorted by labels, each once.
fn merge(rows: Vec<SeriesRow>) -> Vec<Series> {
    let mut merged: BTreeMap<Labels, Series> = BTreeMap::new();
    for row in rows {
        let first_at = Timestamp::from_millis(row.first_at_millis);
        let series = merged.entry(row.labels).or_insert_with_key(|labels| Series {
            labels: labels.clone(),
            ids: Vec::new(),
            first_at,
        });
        series.first_at = series.first_at.min(first_at);
        if !series.ids.contains(&row.id) {
            series.ids.push(row.id);
        }
    }
    merged.into_values().collect()
}

/// Which of the wanted ids, which are sorted, a chunk may hold.
fn within<'a>(wanted: &'a [(u32, usize)], meta: &MetricsChunkMeta) -> &'a [(u32, usize)] {
    let low = wanted.partition_point(|(id, _)| *id < meta.first_series);
    let high = wanted.partition_point(|(id, _)| *id <= meta.last_series);
    &wanted[low..high.max(low)]
}

/// The samples of one series while its chunks are read, earlier files first.
#[derive(Default)]
struct Draft {
    at_millis: Vec<i64>,
    values: Vec<f64>,
    damage: Option<String>,
}

impl Draft {
    fn take(&mut self, chunk: &MetricsChunk, id: u32) {
        let low = chunk.series.partition_point(|series| *series < id);
        let high = low + chunk.series[low..].partition_point(|series| *series <= id);
        self.at_millis.extend_from_slice(&chunk.at_millis[low..high]);
        self.values.extend_from_slice(&chunk.values[low..high]);
    }

    fn miss(&mut self, error: &RecordingError) {
        self.damage.get_or_insert(error.to_string());
    }

    /// Segments of a recording in progress may overlap: then the samples are sorted, and of two at the same time
    /// the one recorded later counts.
    fn into_column(mut self) -> Column {
        if !self.at_millis.is_sorted_by(|a, b| a < b) {
            let by_time: BTreeMap<i64, f64> = self.at_millis.into_iter().zip(self.values).collect();
            (self.at_millis, self.values) = by_time.into_iter().unzip();
        }
        self.at_millis.shrink_to_fit();
        self.values.shrink_to_fit();
        Column::new(SampleColumn::new(self.at_millis, self.values), self.damage)
    }
}
