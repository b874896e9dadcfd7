//! Merges the segments' sorted tables into one, holding one chunk of each in memory.

use super::buffer::count_twin;
use super::segment::same_histogram;
use crate::container::{Member, Source};
use crate::error::RecordingError;
use crate::manifest::Counts;
use crate::tables::histograms::{HistogramsFile, HistogramsWriter};
use crate::tables::metrics::{MetricsFile, MetricsWriter};
use crate::tables::{Effort, WrittenTable};
use glass_model::NativeHistogram;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// How many files are merged at once: a chunk of each makes some 80 MB. More are merged in rounds.
const FAN_IN: usize = 64;

/// One chunk in columns, and where in it the merge is.
pub(super) struct Run<V> {
    series: Vec<u32>,
    at_millis: Vec<i64>,
    values: VecDeque<V>,
    row: usize,
}

/// A table of values by series and time.
pub(super) trait SortedTable: Sized {
    /// What it holds.
    type Value;

    fn open(member: &Member) -> Result<Self, RecordingError>;
    fn n_chunks(&self) -> usize;
    fn read(&self, chunk: usize) -> Result<Run<Self::Value>, RecordingError>;
    /// Whether two values are the same bit for bit.
    fn same(a: &Self::Value, b: &Self::Value) -> bool;
    /// Writes a whole table: `fill` gets a function that takes the next row.
    fn write(
        sink: &mut (dyn Write + Send),
        effort: Effort,
        fill: &mut Fill<'_, Self::Value>,
    ) -> Result<WrittenTable, RecordingError>;
}

/// Takes the next row: series, time, value.
pub(super) type Take<'a, V> = dyn FnMut(u32, i64, V) -> Result<(), RecordingError> + 'a;

/// Hands all rows to the function it is given.
pub(super) type Fill<'a, V> = dyn FnMut(&mut Take<'_, V>) -> Result<(), RecordingError> + 'a;

impl SortedTable for MetricsFile {
    type Value = f64;

    fn open(member: &Member) -> Result<Self, RecordingError> {
        Self::open(member)
    }

    fn n_chunks(&self) -> usize {
        self.chunks().len()
    }

    fn read(&self, chunk: usize) -> Result<Run<f64>, RecordingError> {
        let chunk = self.read(chunk)?;
        Ok(Run {
            series: chunk.series,
            at_millis: chunk.at_millis,
            values: chunk.values.into(),
            row: 0,
        })
    }

    fn same(a: &f64, b: &f64) -> bool {
        a.to_bits() == b.to_bits()
    }

    fn write(
        sink: &mut (dyn Write + Send),
        effort: Effort,
        fill: &mut Fill<'_, f64>,
    ) -> Result<WrittenTable, RecordingError> {
        let mut writer = MetricsWriter::create(sink, effort)?;
        fill(&mut |series, at, value| writer.push(series, at, value))?;
        writer.finish()
    }
}

impl SortedTable for HistogramsFile {
    type Value = NativeHistogram;

    fn open(member: &Member) -> Result<Self, RecordingError> {
        Self::open(member)
    }

    fn n_chunks(&self) -> usize {
        self.chunks().len()
    }

    fn read(&self, chunk: usize) -> Result<Run<NativeHistogram>, RecordingError> {
        let chunk = self.read(chunk)?;
        Ok(Run {
            series: chunk.series,
            at_millis: chunk.at_millis,
            values: chunk.histograms.into(),
            row: 0,
        })
    }

    fn same(a: &NativeHistogram, b: &NativeHistogram) -> bool {
        same_histogram(a, b)
    }

    fn write(
        sink: &mut (dyn Write + Send),
        effort: Effort,
        fill: &mut Fill<'_, NativeHistogram>,
    ) -> Result<WrittenTable, RecordingError> {
        let mut writer = HistogramsWriter::create(sink, effort)?;
        fill(&mut |series, at, histogram| writer.push(series, at, histogram))?;
        writer.finish()
    }
}

/// One file in a merge.
struct Cursor<T: SortedTable> {
    table: T,
    run: Run<T::Value>,
    next_chunk: usize,
}

impl<T: SortedTable> Cursor<T> {
    fn open(member: &Member) -> Result<Self, RecordingError> {
        let mut cursor = Self {
            table: T::open(member)?,
            run: Run {
                series: Vec::new(),
                at_millis: Vec::new(),
                values: VecDeque::new(),
                row: 0,
            },
            next_chunk: 0,
        };
        cursor.fill()?;
        Ok(cursor)
    }

    fn fill(&mut self) -> Result<(), RecordingError> {
        while self.run.values.is_empty() && self.next_chunk < self.table.n_chunks() {
            self.run = self.table.read(self.next_chunk)?;
            self.next_chunk += 1;
        }
        Ok(())
    }

    fn key(&self) -> Option<(u32, i64)> {
        let run = &self.run;
        Some((*run.series.get(run.row)?, *run.at_millis.get(run.row)?))
    }

    fn take(&mut self) -> Result<Option<T::Value>, RecordingError> {
        let value = self.run.values.pop_front();
        self.run.row += 1;
        self.fill()?;
        Ok(value)
    }
}

/// Hands all rows of `members` to `take`, ascending by series and time and each once; of those that come twice the
/// one from the later member.
fn merge_once<T: SortedTable>(
    members: &[Member],
    counts: &mut Counts,
    take: &mut Take<'_, T::Value>,
) -> Result<(), RecordingError> {
    let mut cursors = members
        .iter()
        .map(Cursor::<T>::open)
        .collect::<Result<Vec<_>, _>>()?;
    let keys = cursors
        .iter()
        .enumerate()
        .filter_map(|(at, cursor)| Some(Reverse((cursor.key()?, at))));
    let mut heap: BinaryHeap<_> = keys.collect();
    let mut held: Option<((u32, i64), T::Value)> = None;
    while let Some(Reverse((mut key, at))) = heap.pop() {
        let next = heap.peek().map(|Reverse(next)| *next);
        let cursor = &mut cursors[at];
        // A file is followed as long as it is first: files of different times take turns seldom.
        loop {
            if let Some(value) = cursor.take()? {
                match held.replace((key, value)) {
                    Some((before, old)) if before == key => {
                        let same = held.as_ref().is_some_and(|(_, new)| T::same(&old, new));
                        count_twin(counts, same);
                    }
                    Some(((series, at_millis), old)) => take(series, at_millis, old)?,
                    None => {}
                }
            }
            match cursor.key() {
                Some(after) if next.is_none_or(|next| (after, at) < next) => key = after,
                Some(after) => {
                    heap.push(Reverse((after, at)));
                    break;
                }
                None => break,
            }
        }
    }
    match held {
        Some(((series, at_millis), value)) => take(series, at_millis, value),
        None => Ok(()),
    }
}

/// As [`merge_once`], for any number of members; what is in between is written below `scratch`.
pub(super) fn merge<T: SortedTable>(
    members: &[Member],
    scratch: &Path,
    counts: &mut Counts,
    take: &mut Take<'_, T::Value>,
) -> Result<(), RecordingError> {
    let mut members = members.to_vec();
    let mut round = 0;
    while members.len() > FAN_IN {
        let mut merged = Vec::new();
        for (part, some) in members.chunks(FAN_IN).enumerate() {
            let path = scratch.join(format!("{round}-{part}.parquet"));
            merged.push(merge_to_file::<T>(some, &path, counts)?);
        }
        members = merged;
        round += 1;
    }
    merge_once::<T>(&members, counts, take)
}

fn merge_to_file<T: SortedTable>(
    members: &[Member],
    path: &Path,
    counts: &mut Counts,
) -> Result<Member, RecordingError> {
    let failed = |error| RecordingError::io(path)(error);
    let mut sink = BufWriter::new(File::create_new(path).map_err(failed)?);
    T::write(&mut sink, Effort::Quick, &mut |take| {
        merge_once::<T>(members, counts, take)
    })?;
    sink.flush().map_err(failed)?;
    let len = std::fs::metadata(path).map_err(failed)?.len();
    let place = path.display().to_string();
    Ok(Member::new(
        &place,
        "merged.parquet",
        Source::Path(Arc::new(path.to_owned())),
        0,
        len,
    ))
}
