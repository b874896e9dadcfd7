//! `logs`: log entries in slices of time (row groups) of some 16,384; within a slice by stream and time.
//!
//! No entry of a slice is later than one of the next slice of the same file, so that a screenful of lines needs one
//! or two slices, while lines of one stream stand together and compress well.

use super::log_filters::{GramSet, LogFilterRow, SliceKey};
use super::parquet_reader::TableFile;
use super::parquet_schema::{TableSchema, column, labels, nanos, text};
use super::parquet_writer::{Effort, TableWriter, WrittenTable, n_at_once};
use super::rows::{
    Columns, Trouble, labels_bytes, labels_column, nanos_column, numbers_column, read_label_set,
    texts_column, to_batch,
};
use super::text_column::{Spare, TextColumn, read_texts};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_array::{Array, MapArray, RecordBatch};
use arrow_schema::DataType;
use glass_model::{Labels, Level};
use std::collections::HashSet;
use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// Entries in a slice, and their bytes.
pub(crate) const SLICE_ROWS: usize = 16_384;
pub(crate) const SLICE_BYTES: usize = 8 << 20;

/// The position of the lines among Parquet's columns; names and values of the metadata follow.
const LINE_LEAF: usize = 3;

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        nanos("at"),
        column("stream", DataType::UInt32),
        column("level", DataType::UInt8),
        text("line"),
        labels("metadata"),
    ];
    TableSchema::new("logs", columns, &["at"])
});

/// A file of log entries, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct LogsFile {
    file: TableFile,
    slices: Vec<LogSliceMeta>,
    spare: Arc<Spare>,
}

/// What is known of a slice without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSliceMeta {
    /// The earliest time, in nanoseconds since the epoch.
    pub min_at_nanos: i64,
    /// The latest time.
    pub max_at_nanos: i64,
    /// How many entries there are.
    pub n_rows: usize,
}

/// When and where a slice's lines were written, and how grave they are: columns of one length, ascending by
/// stream and time, of equal times in the order recorded.
#[derive(Clone, Debug, Default)]
pub struct LogIndex {
    /// The times in nanoseconds since the epoch.
    pub at_nanos: Vec<i64>,
    /// The streams' ids.
    pub stream: Vec<u32>,
    /// The levels, as positions in [`Level::ALL`].
    pub level: Vec<u8>,
}

/// A slice's lines: one buffer of text, in the order of [`LogIndex`].
#[derive(Debug)]
pub struct LogLines(TextColumn);

impl LogLines {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// The line of one row; empty if there is no such row.
    pub fn line(&self, row: usize) -> &str {
        self.0.text(row)
    }

    /// All lines, one after the other and without separators.
    pub fn text(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Where the line of one row ends in [`LogLines::text`]; its end if there is no such row.
    pub fn end(&self, row: usize) -> usize {
        self.0.end(row)
    }
}

#[cfg(test)]
impl From<&[&str]> for LogLines {
    fn from(lines: &[&str]) -> Self {
        Self(lines.iter().collect())
    }
}

/// A slice's structured metadata, in the order of [`LogIndex`].
#[derive(Clone, Debug)]
pub struct LogMetadata {
    sets: MapArray,
    empty: Labels,
}

impl LogMetadata {
    /// Whether no line has any.
    pub fn is_empty(&self) -> bool {
        self.sets.entries().is_empty()
    }

    /// Those of one row; empty if there is no such row.
    pub fn row(&self, row: usize) -> Labels {
        read_label_set(&self.sets, row).unwrap_or_else(|| self.empty.clone())
    }
}

impl LogsFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// When the member is damaged or no such table.
    pub fn open(member: &Member) -> Result<Self, RecordingError> {
        let file = TableFile::open(member, &SCHEMA)?;
        let metas = (0..file.n_groups()).map(|group| {
            let at = file.integer_range(group, 0);
            let at = at.ok_or_else(|| file.damaged(format!("row group {group} does not say which times")))?;
            Ok(LogSliceMeta {
                min_at_nanos: at.0,
                max_at_nanos: at.1,
                n_rows: file.n_rows(group),
            })
        });
        let slices: Vec<_> = metas.collect::<Result<_, RecordingError>>()?;
        if slices
            .windows(2)
            .any(|pair| pair[0].max_at_nanos > pair[1].min_at_nanos)
        {
            return Err(file.damaged("its row groups are not sorted by time"));
        }
        Ok(Self {
            file,
            slices,
            spare: Arc::default(),
        })
    }

    /// The slices, by time.
    pub fn slices(&self) -> &[LogSliceMeta] {
        &self.slices
    }

    /// Reads times, streams and levels of one slice; they agree with its [`LogSliceMeta`].
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_index(&self, slice: usize) -> Result<LogIndex, RecordingError> {
        let batch = self.file.read(slice, &[0, 1, 2])?;
        let columns = Columns(&batch);
        let read = || {
            let index = LogIndex {
                at_nanos: columns.nanos(0)?.to_vec(),
                stream: columns.numbers::<UInt32Type>(1)?.to_vec(),
                level: columns.numbers::<UInt8Type>(2)?.to_vec(),
            };
            check_index(&index, &self.slices[slice])?;
            Ok(index)
        };
        read().map_err(|trouble: Trouble| self.in_slice(slice, &trouble))
    }

    /// Reads the lines of one slice.
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_lines(&self, slice: usize) -> Result<LogLines, RecordingError> {
        if let Some(lines) = read_texts(&self.file, slice, LINE_LEAF, &self.spare)? {
            return Ok(LogLines(lines));
        }
        let batch = self.file.read(slice, &[3])?;
        let lines = Columns(&batch).texts(0);
        let lines = lines.map_err(|trouble| self.in_slice(slice, &trouble))?;
        Ok(LogLines(lines.iter().flatten().collect()))
    }

    /// By what the slice's filter names it, if it can have one.
    pub(crate) fn key(&self, slice: usize) -> Option<SliceKey> {
        self.file.column_sum(slice, LINE_LEAF).and_then(slice_key)
    }

    /// About how many bytes the lines of one slice take in memory, and its structured metadata.
    pub(crate) fn plain_bytes(&self, slice: usize) -> (usize, usize) {
        let of = |leaves: Range<usize>| leaves.map(|leaf| self.file.n_plain_bytes_of(slice, leaf)).sum();
        (of(LINE_LEAF..LINE_LEAF + 1), of(LINE_LEAF + 1..LINE_LEAF + 3))
    }

    /// Reads the structured metadata of one slice.
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_metadata(&self, slice: usize) -> Result<LogMetadata, RecordingError> {
        let batch = self.file.read(slice, &[4])?;
        let sets = Columns(&batch).label_sets(0);
        let sets = sets.map_err(|trouble| self.in_slice(slice, &trouble))?;
        let empty = Labels::empty();
        Ok(LogMetadata {
            sets: sets.clone(),
            empty,
        })
    }

    /// Reads all of one slice.
    pub(crate) fn read_rows(&self, slice: usize) -> Result<Vec<LogRow>, RecordingError> {
        let index = self.read_index(slice)?;
        let lines = self.read_lines(slice)?;
        let metadata = self.read_metadata(slice)?;
        let rows = (0..index.at_nanos.len()).map(|row| LogRow {
            at_nanos: index.at_nanos[row],
            stream: index.stream[row],
            level: index.level[row],
            line: lines.line(row).to_owned(),
            metadata: metadata.row(row),
        });
        Ok(rows.collect())
    }

    fn in_slice(&self, slice: usize, trouble: &str) -> RecordingError {
        self.file.damaged(format!("row group {slice}: {trouble}"))
    }
}

fn check_index(index: &LogIndex, meta: &LogSliceMeta) -> Result<(), Trouble> {
    let keys = || index.stream.iter().zip(&index.at_nanos);
    if !keys().zip(keys().skip(1)).all(|(row, next)| row <= next) {
        return Err("its rows are not sorted by stream and time".into());
    }
    let times = meta.min_at_nanos..=meta.max_at_nanos;
    if !index.at_nanos.iter().all(|at| times.contains(at)) {
        return Err("it holds other times than the footer says".into());
    }
    if index
        .level
        .iter()
        .any(|level| usize::from(*level) >= Level::ALL.len())
    {
        return Err("it has a level that is not known".into());
    }
    Ok(())
}

/// A log entry as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogRow {
    pub(crate) at_nanos: i64,
    pub(crate) stream: u32,
    pub(crate) level: u8,
    pub(crate) line: String,
    pub(crate) metadata: Labels,
}

impl LogRow {
    /// About how many bytes it takes.
    pub(crate) fn n_bytes(&self) -> usize {
        32 + self.line.len() + labels_bytes(&self.metadata)
    }
}

fn slice_key((lines_crc32, len): (u32, u64)) -> Option<SliceKey> {
    let lines_bytes = u32::try_from(len).ok()?;
    Some(SliceKey {
        lines_crc32,
        lines_bytes,
    })
}

/// Writes log entries slice by slice.
pub(crate) struct LogsWriter<W: Write + Send> {
    writer: TableWriter<W>,
    waiting: Vec<RecordBatch>,
    /// The grams of the slices that wait, if filters are made.
    waiting_grams: Option<Vec<GramSet>>,
    filters: Vec<LogFilterRow>,
    n_written: usize,
}

impl<W: Write + Send> LogsWriter<W> {
    pub(crate) fn create(sink: W, effort: Effort) -> Result<Self, RecordingError> {
        Ok(Self {
            writer: TableWriter::create(sink, &SCHEMA, effort)?,
            waiting: Vec::new(),
            waiting_grams: None,
            filters: Vec::new(),
            n_written: 0,
        })
    }

    /// Makes a filter of each slice, for [`LogsWriter::finish`].
    pub(crate) fn with_filters(self) -> Self {
        Self {
            waiting_grams: Some(Vec::new()),
            ..self
        }
    }

    /// Writes entries that are sorted by time, none earlier than those written before, in one or more slices.
    pub(crate) fn push_sorted(&mut self, mut rows: Vec<LogRow>) -> Result<(), RecordingError> {
        while !rows.is_empty() {
            let rest = rows.split_off(slice_len(&rows));
            self.write_slice(rows)?;
            rows = rest;
        }
        Ok(())
    }

    fn write_slice(&mut self, mut rows: Vec<LogRow>) -> Result<(), RecordingError> {
        // The sort is stable: of equal times the order recorded stays.
        rows.sort_by_key(|row| (row.stream, row.at_nanos));
        if let Some(grams) = &mut self.waiting_grams {
            grams.push(GramSet::of(rows.iter().map(|row| &*row.line)));
        }
        let columns = vec![
            nanos_column(rows.iter().map(|row| row.at_nanos)),
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.stream)),
            numbers_column::<UInt8Type>(rows.iter().map(|row| row.level)),
            texts_column(rows.iter().map(|row| &*row.line)),
            labels_column(rows.iter().map(|row| &row.metadata)),
        ];
        self.waiting.push(to_batch(&SCHEMA, columns)?);
        if self.waiting.len() >= n_at_once() {
            self.write_waiting()
        } else {
            Ok(())
        }
    }

    fn write_waiting(&mut self) -> Result<(), RecordingError> {
        self.writer.write_groups(&std::mem::take(&mut self.waiting))?;
        let written = self.writer.written_columns(LINE_LEAF, self.n_written);
        self.n_written += written.len();
        if let Some(grams) = &mut self.waiting_grams {
            let slices = written.into_iter().map(slice_key).zip(grams.drain(..));
            let filters = slices.filter_map(|(slice, grams)| Some(LogFilterRow::new(slice?, &grams)));
            self.filters.extend(filters);
        }
        Ok(())
    }

    /// Writes the rest and the footer; returns the slices' filters as well, if they were wanted.
    pub(crate) fn finish(mut self) -> Result<(WrittenTable, Vec<LogFilterRow>), RecordingError> {
        self.write_waiting()?;
        Ok((self.writer.finish()?, self.filters))
    }
}

/// How many of the first rows make a slice.
pub(crate) fn slice_len(rows: &[LogRow]) -> usize {
    let mut n_bytes = 0;
    let fits = rows.iter().take(SLICE_ROWS).take_while(|row| {
        n_bytes += row.n_bytes();
        n_bytes <= SLICE_BYTES
    });
    fits.count().max(1)
}

/// Drops entries that are equal to an earlier one of their stream and time in line and metadata. `rows` must be
/// sorted so that those of one stream and time stand together.
pub(crate) fn drop_twins(rows: &mut Vec<LogRow>, n_duplicates: &mut u64) {
    let same_moment = |a: &LogRow, b: &LogRow| (a.stream, a.at_nanos) == (b.stream, b.at_nanos);
    if !rows.windows(2).any(|pair| same_moment(&pair[0], &pair[1])) {
        return;
    }
    let mut keep = Vec::with_capacity(rows.len());
    for moment in rows.chunk_by(same_moment) {
        let mut seen = HashSet::with_capacity(moment.len());
        keep.extend(moment.iter().map(|row| seen.insert((&row.line, &row.metadata))));
    }
    *n_duplicates += keep.iter().filter(|keep| !**keep).count() as u64;
    let mut keep = keep.into_iter();
    rows.retain(|_| keep.next().unwrap_or(true));
}
