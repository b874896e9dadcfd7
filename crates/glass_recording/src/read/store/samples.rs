//! The samples of a [`SeriesStore`], read when they are asked for: whole columns that stay decoded, or the part of a
//! range that is handed out once. Chunks that hold nothing of what is asked for are not read.

use super::series::{COLUMNS_BUDGET, SeriesStore};
use super::threads::side_by_side;
use crate::error::RecordingError;
use crate::read::column::Column;
use crate::tables::histograms::HistogramsFile;
use crate::tables::metrics::{MetricsChunkMeta, MetricsFile, SampleTimes};
use glass_model::{NativeHistogram, SampleColumn, TimeRange, Timestamp};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// So many samples are kept decoded at most: what the cache has room for.
const MAX_KEPT: u64 = (COLUMNS_BUDGET / 25) as u64;

/// So many series, and samples, are read together at most: 16 MB, but for a single series that is larger.
const BATCH_SERIES: usize = 64;
const BATCH_SAMPLES: u64 = 1 << 20;

/// So many chunks are decoded at the same time: some 10 MB.
const CHUNKS_AT_ONCE: usize = 8;

/// The samples of one series inside a range.
pub(crate) struct Samples {
    pub(crate) floats: SampleColumn,
    /// By time in milliseconds.
    pub(crate) histograms: Vec<(i64, NativeHistogram)>,
    /// Why some are missing.
    pub(crate) damage: Vec<String>,
}

/// Native histograms by time in milliseconds, and why some are missing.
type Histograms = (Vec<(i64, NativeHistogram)>, Option<String>);

/// Which series have a sample, one after the other, and why some could not be looked at.
pub(crate) type Presence = (Vec<bool>, Vec<String>);

/// The ids of the series asked for, sorted, with their positions among those.
type Wanted = Vec<(u32, usize)>;

impl SeriesStore {
    /// Parts series into such as are read together; whether all of them are so few that they may stay decoded.
    pub(crate) fn batches<'a>(&self, places: &'a [usize]) -> (Vec<&'a [usize]>, bool) {
        let n_samples = |place: &usize| self.series[*place].n_samples;
        let mut batches = Vec::new();
        let mut rest = places;
        while !rest.is_empty() {
            let mut n = 0_u64;
            let fits = rest.iter().take(BATCH_SERIES).take_while(|place| {
                n = n.saturating_add(n_samples(place));
                n <= BATCH_SAMPLES
            });
            let (batch, after) = rest.split_at(fits.count().max(1));
            batches.push(batch);
            rest = after;
        }
        let total = places.iter().map(n_samples).fold(0, u64::saturating_add);
        (batches, total <= MAX_KEPT)
    }

    /// The samples inside `range` of the series at `places`, in that order. With `keep` whole columns stay decoded,
    /// for the next question.
    pub(crate) fn samples(&self, places: &[usize], range: TimeRange, keep: bool) -> Vec<Samples> {
        let columns = if keep {
            self.columns(places)
        } else {
            self.columns_inside(places, range)
        };
        let histograms = self.read_histograms(places, range);
        let of_one = |(column, (histograms, damage)): (Arc<Column>, Histograms)| Samples {
            floats: column.samples().within(range),
            histograms,
            damage: column
                .damage()
                .map(str::to_owned)
                .into_iter()
                .chain(damage)
                .collect(),
        };
        columns.into_iter().zip(histograms).map(of_one).collect()
    }

    /// All float samples of the series at `places`, in that order, from the cache or read together: series that lie
    /// near each other share chunks.
    pub(crate) fn columns(&self, places: &[usize]) -> Vec<Arc<Column>> {
        self.columns_or(places, |missing| {
            let read = self.read_columns(missing, TimeRange::ALL).into_iter();
            let keep = |(place, column): (&usize, Column)| self.columns.insert(*place, Arc::new(column));
            missing.iter().zip(read).map(keep).collect()
        })
    }

    /// As [`SeriesStore::columns`]; columns that are read for it hold no more than the chunks inside `range` do, and
    /// are not kept.
    fn columns_inside(&self, places: &[usize], range: TimeRange) -> Vec<Arc<Column>> {
        self.columns_or(places, |missing| {
            self.read_columns(missing, range)
                .into_iter()
                .map(Arc::new)
                .collect()
        })
    }

    fn columns_or(
        &self,
        places: &[usize],
        read: impl FnOnce(&[usize]) -> Vec<Arc<Column>>,
    ) -> Vec<Arc<Column>> {
        let mut columns: Vec<Option<Arc<Column>>> =
            places.iter().map(|place| self.columns.get(place)).collect();
        let is_missing = columns.iter().map(Option::is_none);
        let missing: Vec<usize> = places
            .iter()
            .zip(is_missing)
            .filter_map(|(place, is_missing)| is_missing.then_some(*place))
            .collect();
        let mut read = read(&missing).into_iter();
        columns
            .iter_mut()
            .filter(|column| column.is_none())
            .for_each(|column| *column = read.next());
        columns.into_iter().flatten().collect()
    }

    fn wanted(&self, places: &[usize]) -> Wanted {
        let ids = |(slot, place): (usize, &usize)| {
            self.series[*place]
                .ids
                .iter()
                .map(move |id| (*id, slot))
                .collect::<Vec<_>>()
        };
        let mut wanted: Wanted = places.iter().enumerate().flat_map(ids).collect();
        wanted.sort_unstable();
        wanted
    }

    fn read_columns(&self, places: &[usize], range: TimeRange) -> Vec<Column> {
        let files = &self.metrics;
        let metas = files.iter().map(MetricsFile::chunks);
        let drafts = self.read_drafts(places, range, metas, |chunk| {
            let read = files[chunk.file].read(chunk.number)?;
            Ok(Rows {
                series: read.series,
                at_millis: read.at_millis,
                values: read.values,
            })
        });
        let to_column = |draft: Draft<f64>| {
            let (at_millis, values, damage) = draft.in_order();
            Column::new(SampleColumn::new(at_millis, values), damage)
        };
        drafts.into_iter().map(to_column).collect()
    }

    /// The native histograms inside `range` of the series at `places`, and why some are missing.
    fn read_histograms(&self, places: &[usize], range: TimeRange) -> Vec<Histograms> {
        let files = &self.histograms;
        let metas = files.iter().map(HistogramsFile::chunks);
        let drafts = self.read_drafts(places, range, metas, |chunk| {
            let read = files[chunk.file].read(chunk.number)?;
            Ok(Rows {
                series: read.series,
                at_millis: read.at_millis,
                values: read.histograms,
            })
        });
        let to_rows = |draft: Draft<NativeHistogram>| {
            let (at_millis, histograms, damage) = draft.in_order();
            (at_millis.into_iter().zip(histograms).collect(), damage)
        };
        drafts.into_iter().map(to_rows).collect()
    }

    /// What the chunks that `read` decodes hold inside `range` of the series at `places`.
    fn read_drafts<'a, V: Clone + Send + Sync>(
        &self,
        places: &[usize],
        range: TimeRange,
        metas: impl Iterator<Item = &'a [MetricsChunkMeta]>,
        read: impl Fn(&Chunk<'_>) -> Result<Rows<V>, RecordingError> + Sync,
    ) -> Vec<Draft<V>> {
        let wanted = self.wanted(places);
        let mut drafts: Vec<Draft<V>> = places.iter().map(|_| Draft::default()).collect();
        let chunks = chunks_with(metas, &wanted, range);
        each_chunk(&chunks, read, |chunk, read| {
            for (id, slot) in chunk.inside {
                match &read {
                    Ok(rows) => drafts[*slot].take(rows, *id, range),
                    Err(error) => drafts[*slot].miss(error),
                }
            }
        });
        drafts
    }

    /// Which of the series at `places` have a sample inside `range`. Values are not decoded, and times only where
    /// the table of series does not tell.
    pub(crate) fn presence(&self, places: &[usize], range: TimeRange) -> Presence {
        let mut found: Vec<bool> = Vec::with_capacity(places.len());
        let mut open: Vec<usize> = Vec::new();
        for (slot, place) in places.iter().enumerate() {
            let told = self.told(*place, range);
            found.push(told == Some(true));
            if told.is_none() {
                open.push(slot);
            }
        }
        let open_places: Vec<usize> = open.iter().map(|slot| places[*slot]).collect();
        let (seen, troubles) = self.look_at_times(&open_places, range);
        for (slot, seen) in open.into_iter().zip(seen) {
            found[slot] = seen;
        }
        (found, troubles)
    }

    /// Whether a series has a sample inside `range`, as far as its first and last sample tell, and its longest gap.
    fn told(&self, place: usize, range: TimeRange) -> Option<bool> {
        let series = &self.series[place];
        let (first, last) = (series.first_at, series.last_at);
        if range.is_empty() || first > range.end || last < range.start {
            return Some(false);
        }
        if range.contains(first) || range.contains(last) {
            return Some(true);
        }
        // The first lies before the range and the last after it.
        let gap = Timestamp::from_millis(*series.longest_gap.get()?);
        (range.end.nanos_since(range.start) > gap.nanos()).then_some(true)
    }

    fn look_at_times(&self, places: &[usize], range: TimeRange) -> Presence {
        let wanted = self.wanted(places);
        let mut looks: Vec<Look> = places.iter().map(|_| Look::default()).collect();
        let mut troubles = Vec::new();
        let mut take = |chunk: &Chunk<'_>, read: Result<SampleTimes, RecordingError>| match read {
            Ok(times) => {
                chunk
                    .inside
                    .iter()
                    .for_each(|(id, slot)| looks[*slot].take(&times, *id, range));
            }
            Err(error) => troubles.push(error.to_string()),
        };
        let (metrics, histograms) = (&self.metrics, &self.histograms);
        let chunks = chunks_with(metrics.iter().map(MetricsFile::chunks), &wanted, range);
        each_chunk(
            &chunks,
            |chunk| metrics[chunk.file].read_times(chunk.number),
            &mut take,
        );
        let chunks = chunks_with(histograms.iter().map(HistogramsFile::chunks), &wanted, range);
        each_chunk(
            &chunks,
            |chunk| histograms[chunk.file].read_times(chunk.number),
            &mut take,
        );
        for (place, look) in places.iter().zip(&looks) {
            let series = &self.series[*place];
            if !look.is_out_of_order && look.n_seen == series.n_samples {
                let _ = series.longest_gap.set(look.longest_gap);
            }
        }
        (looks.into_iter().map(|look| look.is_found).collect(), troubles)
    }
}

/// A chunk to be read, and which of the wanted ids it may hold.
struct Chunk<'a> {
    file: usize,
    number: usize,
    inside: &'a [(u32, usize)],
}

/// The chunks of all files of a table that may hold something of what is wanted.
fn chunks_with<'a, 'm>(
    files: impl Iterator<Item = &'m [MetricsChunkMeta]>,
    wanted: &'a Wanted,
    range: TimeRange,
) -> Vec<Chunk<'a>> {
    let of_file = |(file, metas): (usize, &[MetricsChunkMeta])| {
        let chunk = |(number, meta)| Chunk {
            file,
            number,
            inside: within(wanted, meta, range),
        };
        let chunks = metas.iter().enumerate().map(chunk);
        chunks
            .filter(|chunk| !chunk.inside.is_empty())
            .collect::<Vec<_>>()
    };
    files.enumerate().flat_map(of_file).collect()
}

/// Reads chunks, a few at a time on several threads, and hands them out in order.
fn each_chunk<'a, T: Send + Sync>(
    chunks: &[Chunk<'a>],
    read: impl Fn(&Chunk<'a>) -> Result<T, RecordingError> + Sync,
    mut take: impl FnMut(&Chunk<'a>, Result<T, RecordingError>),
) {
    for few in chunks.chunks(CHUNKS_AT_ONCE) {
        let results: Vec<OnceLock<_>> = few.iter().map(|_| OnceLock::new()).collect();
        side_by_side(few.len(), |i| _ = results[i].set(read(&few[i])));
        for (chunk, result) in few.iter().zip(results) {
            if let Some(result) = result.into_inner() {
                take(chunk, result);
            }
        }
    }
}

/// Which of the wanted ids, which are sorted, a chunk may hold inside `range`.
fn within<'a>(wanted: &'a [(u32, usize)], meta: &MetricsChunkMeta, range: TimeRange) -> &'a [(u32, usize)] {
    let (from, to) = (
        Timestamp::from_millis(meta.min_at_millis),
        Timestamp::from_millis(meta.max_at_millis),
    );
    if range.is_empty() || from > range.end || to < range.start {
        return &[];
    }
    let low = wanted.partition_point(|(id, _)| *id < meta.first_series);
    let high = wanted.partition_point(|(id, _)| *id <= meta.last_series);
    &wanted[low..high.max(low)]
}

/// The rows of one series inside `range`; rows are sorted by series and time.
fn rows_of(series: &[u32], at_millis: &[i64], id: u32, range: TimeRange) -> Range<usize> {
    let all = rows_of_series(series, id);
    let times = &at_millis[all.clone()];
    let low = times.partition_point(|at| Timestamp::from_millis(*at) < range.start);
    let high = times.partition_point(|at| Timestamp::from_millis(*at) <= range.end);
    all.start + low..all.start + high.max(low)
}

fn rows_of_series(series: &[u32], id: u32) -> Range<usize> {
    let low = series.partition_point(|other| *other < id);
    low..low + series[low..].partition_point(|other| *other <= id)
}

/// What was seen of the times of one series.
#[derive(Default)]
struct Look {
    is_found: bool,
    n_seen: u64,
    last: Option<i64>,
    longest_gap: i64,
    is_out_of_order: bool,
}

impl Look {
    fn take(&mut self, times: &SampleTimes, id: u32, range: TimeRange) {
        self.is_found |= !rows_of(&times.series, &times.at_millis, id, range).is_empty();
        for at in &times.at_millis[rows_of_series(&times.series, id)] {
            let gap = at.saturating_sub(self.last.unwrap_or(*at));
            self.longest_gap = self.longest_gap.max(gap);
            self.is_out_of_order |= gap < 0;
            self.last = Some(*at);
            self.n_seen += 1;
        }
    }
}

/// A chunk, decoded: columns of one length, by series and time.
struct Rows<T> {
    series: Vec<u32>,
    at_millis: Vec<i64>,
    values: Vec<T>,
}

/// The samples of one series while its chunks are read, earlier files first.
struct Draft<T> {
    at_millis: Vec<i64>,
    values: Vec<T>,
    damage: Option<String>,
}

impl<T> Default for Draft<T> {
    fn default() -> Self {
        Self {
            at_millis: Vec::new(),
            values: Vec::new(),
            damage: None,
        }
    }
}

impl<T: Clone> Draft<T> {
    fn take(&mut self, rows: &Rows<T>, id: u32, range: TimeRange) {
        let inside = rows_of(&rows.series, &rows.at_millis, id, range);
        self.at_millis.extend_from_slice(&rows.at_millis[inside.clone()]);
        self.values.extend_from_slice(&rows.values[inside]);
    }

    fn miss(&mut self, error: &RecordingError) {
        self.damage.get_or_insert(error.to_string());
    }

    /// Times, values and damage. Segments of a recording in progress may overlap: then the samples are sorted, and
    /// of two at the same time the one recorded later counts.
    fn in_order(mut self) -> (Vec<i64>, Vec<T>, Option<String>) {
        if !self.at_millis.is_sorted_by(|a, b| a < b) {
            let by_time: BTreeMap<i64, T> = self.at_millis.into_iter().zip(self.values).collect();
            (self.at_millis, self.values) = by_time.into_iter().unzip();
        }
        self.at_millis.shrink_to_fit();
        self.values.shrink_to_fit();
        (self.at_millis, self.values, self.damage)
    }
}
