//! `metrics`: float samples by series and time, in chunks (row groups) of some 65,536.

use super::parquet_reader::TableFile;
use super::parquet_schema::{TableSchema, column, millis};
use super::parquet_writer::{Effort, TableWriter, WrittenTable, n_at_once};
use super::rows::{Columns, Trouble, millis_column, numbers_column, to_batch};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::RecordBatch;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_schema::DataType;
use std::io::Write;
use std::sync::LazyLock;

/// Samples in a chunk: few enough to read one for a glance, enough to compress well.
pub const CHUNK_ROWS: usize = 65_536;

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        column("series", DataType::UInt32),
        millis("at"),
        column("value", DataType::Float64),
    ];
    TableSchema::new("metrics", columns, &["series", "at"])
});

/// A file of float samples, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct MetricsFile {
    file: TableFile,
    chunks: Vec<MetricsChunkMeta>,
}

/// What is known of a chunk without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsChunkMeta {
    /// The least series id.
    pub first_series: u32,
    /// The greatest series id.
    pub last_series: u32,
    /// The earliest time, in milliseconds since the epoch.
    pub min_at_millis: i64,
    /// The latest time.
    pub max_at_millis: i64,
    /// How many samples there are.
    pub n_rows: usize,
}

/// When samples were taken: columns of one length, strictly ascending by series and time.
#[derive(Clone, Debug, Default)]
pub struct SampleTimes {
    /// The series' ids.
    pub series: Vec<u32>,
    /// The times in milliseconds since the epoch.
    pub at_millis: Vec<i64>,
}

/// Samples in columns of one length, strictly ascending by series and time.
#[derive(Clone, Debug, Default)]
pub struct MetricsChunk {
    /// The series' ids.
    pub series: Vec<u32>,
    /// The times in milliseconds since the epoch.
    pub at_millis: Vec<i64>,
    /// The values, NaN bits as they were recorded.
    pub values: Vec<f64>,
}

impl MetricsFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// When the member is damaged or no such table.
    pub fn open(member: &Member) -> Result<Self, RecordingError> {
        let file = TableFile::open(member, &SCHEMA)?;
        let chunks = chunk_metas(&file)?;
        Ok(Self { file, chunks })
    }

    /// The chunks, in order of series and time.
    pub fn chunks(&self) -> &[MetricsChunkMeta] {
        &self.chunks
    }

    /// Reads one chunk; what it holds agrees with its [`MetricsChunkMeta`].
    ///
    /// # Errors
    /// When there is no such chunk, or it is damaged.
    pub fn read(&self, chunk: usize) -> Result<MetricsChunk, RecordingError> {
        let batch = self.file.read(chunk, &[0, 1, 2])?;
        let columns = Columns(&batch);
        let read = || {
            let (series, at_millis) = (columns.numbers::<UInt32Type>(0)?, columns.millis(1)?);
            check_order(series, at_millis, &self.chunks[chunk])?;
            Ok(MetricsChunk {
                series: series.to_vec(),
                at_millis: at_millis.to_vec(),
                values: columns.numbers::<Float64Type>(2)?.to_vec(),
            })
        };
        read().map_err(|trouble: Trouble| self.file.damaged(format!("row group {chunk}: {trouble}")))
    }

    /// Reads one chunk without the values.
    ///
    /// # Errors
    /// As for [`MetricsFile::read`].
    pub fn read_times(&self, chunk: usize) -> Result<SampleTimes, RecordingError> {
        read_times(&self.file, chunk, &self.chunks)
    }
}

/// Reads series and time, the first two columns of one chunk.
pub(super) fn read_times(
    file: &TableFile,
    chunk: usize,
    metas: &[MetricsChunkMeta],
) -> Result<SampleTimes, RecordingError> {
    let batch = file.read(chunk, &[0, 1])?;
    let columns = Columns(&batch);
    let read = || {
        let (series, at_millis) = (columns.numbers::<UInt32Type>(0)?, columns.millis(1)?);
        check_order(series, at_millis, &metas[chunk])?;
        Ok(SampleTimes {
            series: series.to_vec(),
            at_millis: at_millis.to_vec(),
        })
    };
    read().map_err(|trouble: Trouble| file.damaged(format!("row group {chunk}: {trouble}")))
}

/// The chunks of a file whose first two columns are series and time, from its statistics.
pub(super) fn chunk_metas(file: &TableFile) -> Result<Vec<MetricsChunkMeta>, RecordingError> {
    let metas = (0..file.n_groups()).map(|group| {
        let ranges = file.integer_range(group, 0).zip(file.integer_range(group, 1));
        let (series, at) = ranges
            .ok_or_else(|| file.damaged(format!("row group {group} does not say which series and times")))?;
        Ok(MetricsChunkMeta {
            first_series: series.0 as u32,
            last_series: series.1 as u32,
            min_at_millis: at.0,
            max_at_millis: at.1,
            n_rows: file.n_rows(group),
        })
    });
    metas.collect()
}

/// Whether rows ascend strictly by series and time, inside what their chunk says of itself.
pub(super) fn check_order(series: &[u32], at_millis: &[i64], meta: &MetricsChunkMeta) -> Result<(), Trouble> {
    let rows = || series.iter().zip(at_millis);
    if !rows().zip(rows().skip(1)).all(|(row, next)| row < next) {
        return Err("its rows are not sorted by series and time".into());
    }
    let inside = rows().all(|(series, at)| {
        (meta.first_series..=meta.last_series).contains(series)
            && (meta.min_at_millis..=meta.max_at_millis).contains(at)
    });
    if inside {
        Ok(())
    } else {
        Err("it holds other series or times than the footer says".into())
    }
}

/// Writes float samples, which must come strictly ascending by series and time.
pub(crate) struct MetricsWriter<W: Write + Send> {
    writer: TableWriter<W>,
    waiting: Vec<RecordBatch>,
    chunk: MetricsChunk,
}

impl<W: Write + Send> MetricsWriter<W> {
    pub(crate) fn create(sink: W, effort: Effort) -> Result<Self, RecordingError> {
        Ok(Self {
            writer: TableWriter::create(sink, &SCHEMA, effort)?,
            waiting: Vec::new(),
            chunk: MetricsChunk::default(),
        })
    }

    /// Adds one sample.
    pub(crate) fn push(&mut self, series: u32, at_millis: i64, value: f64) -> Result<(), RecordingError> {
        self.chunk.series.push(series);
        self.chunk.at_millis.push(at_millis);
        self.chunk.values.push(value);
        if self.chunk.series.len() >= CHUNK_ROWS {
            self.write_chunk()?;
        }
        Ok(())
    }

    fn write_chunk(&mut self) -> Result<(), RecordingError> {
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.series.is_empty() {
            return Ok(());
        }
        let columns = vec![
            numbers_column::<UInt32Type>(chunk.series),
            millis_column(chunk.at_millis),
            numbers_column::<Float64Type>(chunk.values),
        ];
        self.waiting.push(to_batch(&SCHEMA, columns)?);
        if self.waiting.len() >= n_at_once() {
            self.write_waiting()
        } else {
            Ok(())
        }
    }

    fn write_waiting(&mut self) -> Result<(), RecordingError> {
        self.writer.write_groups(&std::mem::take(&mut self.waiting))
    }

    /// Writes the rest and the footer.
    pub(crate) fn finish(mut self) -> Result<WrittenTable, RecordingError> {
        self.write_chunk()?;
        self.write_waiting()?;
        self.writer.finish()
    }
}
