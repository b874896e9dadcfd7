//! `histograms`: native histogram samples by series and time.

use super::metrics::{MetricsChunkMeta, SampleTimes, check_order, chunk_metas, read_times};
use super::parquet_reader::TableFile;
use super::parquet_schema::{TableSchema, column, list, millis};
use super::parquet_writer::{Effort, TableWriter, WrittenTable, n_at_once};
use super::rows::{Columns, Trouble, millis_column, numbers_column, to_batch};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::builder::{ListBuilder, PrimitiveBuilder};
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int32Type, UInt32Type};
use arrow_array::{ArrayRef, ListArray, PrimitiveArray, RecordBatch};
use arrow_schema::{DataType, Field};
use glass_model::{NativeHistogram, Span};
use std::io::Write;
use std::sync::{Arc, LazyLock};

/// Histograms in a chunk, and buckets: one histogram has some hundred.
const CHUNK_ROWS: usize = 8_192;
const CHUNK_BUCKETS: usize = 1 << 19;

/// The most buckets, spans or bounds of one histogram; Prometheus' own limit is far below.
const MAX_BUCKETS: usize = 1 << 16;

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        column("series", DataType::UInt32),
        millis("at"),
        column("schema", DataType::Int32),
        column("zero_threshold", DataType::Float64),
        column("zero_count", DataType::Float64),
        column("count", DataType::Float64),
        column("sum", DataType::Float64),
        list("positive_offsets", DataType::Int32),
        list("positive_lengths", DataType::UInt32),
        list("positive_counts", DataType::Float64),
        list("negative_offsets", DataType::Int32),
        list("negative_lengths", DataType::UInt32),
        list("negative_counts", DataType::Float64),
        list("custom_bounds", DataType::Float64),
    ];
    TableSchema::new("histograms", columns, &["series", "at"])
});

/// A file of native histograms, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct HistogramsFile {
    file: TableFile,
    chunks: Vec<MetricsChunkMeta>,
}

/// Histograms in columns of one length, strictly ascending by series and time.
#[derive(Clone, Debug, Default)]
pub struct HistogramsChunk {
    /// The series' ids.
    pub series: Vec<u32>,
    /// The times in milliseconds since the epoch.
    pub at_millis: Vec<i64>,
    /// The histograms; spans and counts of each agree.
    pub histograms: Vec<NativeHistogram>,
}

impl HistogramsFile {
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
    pub fn read(&self, chunk: usize) -> Result<HistogramsChunk, RecordingError> {
        let roots: Vec<usize> = (0..SCHEMA.arrow().fields().len()).collect();
        let batch = self.file.read(chunk, &roots)?;
        let read = decode(&Columns(&batch), &self.chunks[chunk]);
        read.map_err(|trouble| self.file.damaged(format!("row group {chunk}: {trouble}")))
    }

    /// Reads one chunk without the histograms.
    ///
    /// # Errors
    /// As for [`HistogramsFile::read`].
    pub fn read_times(&self, chunk: usize) -> Result<SampleTimes, RecordingError> {
        read_times(&self.file, chunk, &self.chunks)
    }
}

fn decode(columns: &Columns<'_>, meta: &MetricsChunkMeta) -> Result<HistogramsChunk, Trouble> {
    let (series, at_millis) = (columns.numbers::<UInt32Type>(0)?, columns.millis(1)?);
    check_order(series, at_millis, meta)?;
    let schemas = columns.numbers::<Int32Type>(2)?;
    let float = |at| columns.numbers::<Float64Type>(at);
    let (zero_thresholds, zero_counts, counts, sums) = (float(3)?, float(4)?, float(5)?, float(6)?);
    let positive = (
        Lists::<Int32Type>::of(columns, 7)?,
        Lists::<UInt32Type>::of(columns, 8)?,
    );
    let negative = (
        Lists::<Int32Type>::of(columns, 10)?,
        Lists::<UInt32Type>::of(columns, 11)?,
    );
    let positive_counts = Lists::<Float64Type>::of(columns, 9)?;
    let negative_counts = Lists::<Float64Type>::of(columns, 12)?;
    let bounds = Lists::<Float64Type>::of(columns, 13)?;
    let histograms = (0..series.len()).map(|row| {
        let histogram = NativeHistogram {
            reset_hint: glass_model::ResetHint::Unknown,
            schema: schemas[row],
            zero_threshold: zero_thresholds[row],
            zero_count: zero_counts[row],
            count: counts[row],
            sum: sums[row],
            positive_spans: to_spans(positive.0.row(row), positive.1.row(row))?,
            positive_counts: positive_counts.row(row).to_vec(),
            negative_spans: to_spans(negative.0.row(row), negative.1.row(row))?,
            negative_counts: negative_counts.row(row).to_vec(),
            custom_bounds: bounds.row(row).to_vec(),
        };
        check_histogram(&histogram)?;
        Ok(histogram)
    });
    Ok(HistogramsChunk {
        series: series.to_vec(),
        at_millis: at_millis.to_vec(),
        histograms: histograms.collect::<Result<_, Trouble>>()?,
    })
}

/// Whether spans and counts agree, so that nobody who walks them needs to ask.
pub(crate) fn check_histogram(histogram: &NativeHistogram) -> Result<(), Trouble> {
    let sides = [
        (&histogram.positive_spans, &histogram.positive_counts),
        (&histogram.negative_spans, &histogram.negative_counts),
    ];
    for (spans, counts) in sides {
        let n_buckets: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
        if n_buckets != counts.len() as u64 {
            return Err(format!(
                "a histogram's spans name {n_buckets} buckets, and it has {}",
                counts.len()
            ));
        }
        if counts.len() > MAX_BUCKETS || spans.len() > MAX_BUCKETS {
            return Err(format!("a histogram has more than {MAX_BUCKETS} buckets"));
        }
    }
    if histogram.custom_bounds.len() > MAX_BUCKETS {
        return Err(format!("a histogram has more than {MAX_BUCKETS} bounds"));
    }
    Ok(())
}

fn to_spans(offsets: &[i32], lengths: &[u32]) -> Result<Vec<Span>, Trouble> {
    if offsets.len() != lengths.len() {
        return Err("a histogram has more offsets than lengths, or fewer".into());
    }
    let spans = offsets.iter().zip(lengths);
    Ok(spans
        .map(|(offset, length)| Span {
            offset: *offset,
            length: *length,
        })
        .collect())
}

/// A column of lists of numbers.
struct Lists<'a, T: ArrowPrimitiveType> {
    lists: &'a ListArray,
    numbers: &'a [T::Native],
}

impl<'a, T: ArrowPrimitiveType> Lists<'a, T> {
    fn of(columns: &Columns<'a>, at: usize) -> Result<Self, Trouble> {
        let lists: &ListArray = columns.of(at)?;
        let numbers = lists.values().as_any().downcast_ref::<PrimitiveArray<T>>();
        let numbers = numbers.ok_or_else(|| format!("column {at} is a list of something else"))?;
        Ok(Self {
            lists,
            numbers: numbers.values(),
        })
    }

    fn row(&self, row: usize) -> &'a [T::Native] {
        let offsets = self.lists.value_offsets();
        &self.numbers[offsets[row] as usize..offsets[row + 1] as usize]
    }
}

/// Writes native histograms, which must come strictly ascending by series and time.
pub(crate) struct HistogramsWriter<W: Write + Send> {
    writer: TableWriter<W>,
    waiting: Vec<RecordBatch>,
    chunk: HistogramsChunk,
    n_buckets: usize,
}

impl<W: Write + Send> HistogramsWriter<W> {
    pub(crate) fn create(sink: W, effort: Effort) -> Result<Self, RecordingError> {
        Ok(Self {
            writer: TableWriter::create(sink, &SCHEMA, effort)?,
            waiting: Vec::new(),
            chunk: HistogramsChunk::default(),
            n_buckets: 0,
        })
    }

    /// Adds one histogram, which has passed [`check_histogram`].
    pub(crate) fn push(
        &mut self,
        series: u32,
        at_millis: i64,
        histogram: NativeHistogram,
    ) -> Result<(), RecordingError> {
        self.n_buckets += histogram
            .positive_counts
            .len()
            .max(histogram.positive_spans.len());
        self.n_buckets += histogram
            .negative_counts
            .len()
            .max(histogram.negative_spans.len());
        self.n_buckets += histogram.custom_bounds.len();
        self.chunk.series.push(series);
        self.chunk.at_millis.push(at_millis);
        self.chunk.histograms.push(histogram);
        if self.chunk.series.len() >= CHUNK_ROWS || self.n_buckets >= CHUNK_BUCKETS {
            self.write_chunk()?;
        }
        Ok(())
    }

    fn write_chunk(&mut self) -> Result<(), RecordingError> {
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.series.is_empty() {
            return Ok(());
        }
        self.n_buckets = 0;
        let all = &chunk.histograms;
        let offsets = |spans: &[Span]| spans.iter().map(|span| span.offset).collect::<Vec<_>>();
        let lengths = |spans: &[Span]| spans.iter().map(|span| span.length).collect::<Vec<_>>();
        let columns = vec![
            numbers_column::<UInt32Type>(chunk.series),
            millis_column(chunk.at_millis),
            numbers_column::<Int32Type>(all.iter().map(|one| one.schema)),
            numbers_column::<Float64Type>(all.iter().map(|one| one.zero_threshold)),
            numbers_column::<Float64Type>(all.iter().map(|one| one.zero_count)),
            numbers_column::<Float64Type>(all.iter().map(|one| one.count)),
            numbers_column::<Float64Type>(all.iter().map(|one| one.sum)),
            lists_column::<Int32Type>(all.iter().map(|one| offsets(&one.positive_spans))),
            lists_column::<UInt32Type>(all.iter().map(|one| lengths(&one.positive_spans))),
            lists_column::<Float64Type>(all.iter().map(|one| one.positive_counts.clone())),
            lists_column::<Int32Type>(all.iter().map(|one| offsets(&one.negative_spans))),
            lists_column::<UInt32Type>(all.iter().map(|one| lengths(&one.negative_spans))),
            lists_column::<Float64Type>(all.iter().map(|one| one.negative_counts.clone())),
            lists_column::<Float64Type>(all.iter().map(|one| one.custom_bounds.clone())),
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

fn lists_column<T: ArrowPrimitiveType>(lists: impl Iterator<Item = Vec<T::Native>>) -> ArrayRef {
    let element = Field::new("element", T::DATA_TYPE, false);
    let mut builder = ListBuilder::new(PrimitiveBuilder::<T>::new()).with_field(element);
    for list in lists {
        builder.values().append_slice(&list);
        builder.append(true);
    }
    Arc::new(builder.finish())
}
