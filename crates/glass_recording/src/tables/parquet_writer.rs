//! Writes one Parquet file row group by row group, with a checksum for every column of every group.

use super::parquet_schema::TableSchema;
use crate::error::RecordingError;
use arrow_array::RecordBatch;
use arrow_schema::DataType;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowLeafColumn, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use std::io::{self, Write};
use std::sync::Arc;

/// The key in the footer under which the checksums stand: CRC-32 of every column chunk as eight hexadecimal digits,
/// row group by row group, columns in order of the schema.
pub(super) const CRC_KEY: &str = "glass.crc32";

/// How much time to spend on making files small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For segments, which are written while data comes in.
    Quick,
    /// For finished files: three megabytes of text a second and core.
    Small,
    /// For files that are made once and copied often: one megabyte of text, and it becomes a twentieth smaller.
    Smallest,
}

impl Effort {
    /// The level of zstd for numbers, which gain nothing from high ones, and for texts.
    fn zstd_level(self, kind: Type) -> i32 {
        match (self, kind) {
            (Self::Quick, _) => 3,
            (Self::Small, Type::BYTE_ARRAY) => 17,
            (Self::Smallest, Type::BYTE_ARRAY) => 19,
            (Self::Small | Self::Smallest, _) => 9,
        }
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub(crate) struct WrittenTable {
    /// The CRC-32 of the footer.
    pub(crate) footer_crc32: u32,
}

/// A Parquet file being written to `W`.
pub(crate) struct TableWriter<W: Write + Send> {
    schema: &'static TableSchema,
    parquet: SerializedFileWriter<GroupSink<W>>,
    columns: ArrowRowGroupWriterFactory,
    /// The same with floating point numbers as they are.
    plain_columns: ArrowRowGroupWriterFactory,
    crcs: String,
}

impl<W: Write + Send> TableWriter<W> {
    /// Starts a file.
    pub(crate) fn create(
        sink: W,
        schema: &'static TableSchema,
        effort: Effort,
    ) -> Result<Self, RecordingError> {
        let sink = GroupSink {
            sink,
            group: Vec::new(),
            group_at: 0,
        };
        let failed = |error| write_error(schema, &error);
        let start = |floats| Arc::new(properties(schema, effort, floats));
        let root = schema.parquet().root_schema_ptr();
        let plain =
            SerializedFileWriter::new(io::sink(), root.clone(), start(Encoding::PLAIN)).map_err(failed)?;
        let parquet =
            SerializedFileWriter::new(sink, root, start(Encoding::BYTE_STREAM_SPLIT)).map_err(failed)?;
        Ok(Self {
            schema,
            columns: ArrowRowGroupWriterFactory::new(&parquet, schema.arrow().clone()),
            plain_columns: ArrowRowGroupWriterFactory::new(&plain, schema.arrow().clone()),
            parquet,
            crcs: String::new(),
        })
    }

    /// Writes each of `batches` as a row group; they are encoded at the same time on several threads.
    pub(crate) fn write_groups(&mut self, batches: &[RecordBatch]) -> Result<(), RecordingError> {
        let schema = self.schema;
        let failed = |error: ParquetError| write_error(schema, &error);
        let (columns, plain_columns) = (&self.columns, &self.plain_columns);
        let encode = |batch: &RecordBatch| encode_group(schema, columns, plain_columns, batch);
        let groups: Vec<Result<Vec<ArrowColumnChunk>, ParquetError>> = match batches {
            [batch] => vec![encode(batch)],
            batches => std::thread::scope(|scope| {
                let threads: Vec<_> = batches
                    .iter()
                    .map(|batch| scope.spawn(|| encode(batch)))
                    .collect();
                let broken = |_| Err(ParquetError::General("encoding was broken off".into()));
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(broken))
                    .collect()
            }),
        };
        for group in groups {
            self.append_group(group.map_err(failed)?)?;
        }
        Ok(())
    }

    fn append_group(&mut self, chunks: Vec<ArrowColumnChunk>) -> Result<(), RecordingError> {
        let schema = self.schema;
        let append = |parquet: &mut SerializedFileWriter<GroupSink<W>>| {
            let mut group = parquet.next_row_group()?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut group)?;
            }
            group.close()?;
            parquet.flush()?;
            Ok(())
        };
        append(&mut self.parquet).map_err(|error| write_error(schema, &error))?;
        let sink = self.parquet.inner();
        if let Some(group) = self.parquet.flushed_row_groups().last() {
            for column in group.columns() {
                let (start, len) = column.byte_range();
                let crc = crc32fast::hash(sink.bytes_at(start, len));
                self.crcs.push_str(&format!("{crc:08x}"));
            }
        }
        let released = self.parquet.inner_mut().release();
        released.map_err(|error| write_error(schema, &error.into()))
    }

    /// The checksum and stored length of one column of each row group that was written, from the group `first` on.
    pub(crate) fn written_columns(&self, leaf: usize, first: usize) -> Vec<(u32, u64)> {
        let n_leaves = self.schema.parquet().num_columns();
        let groups = self.parquet.flushed_row_groups().iter().enumerate().skip(first);
        let of_group = |(group, written): (usize, &RowGroupMetaData)| {
            let at = (group * n_leaves + leaf) * 8;
            let crc32 = u32::from_str_radix(self.crcs.get(at..at + 8)?, 16).ok()?;
            Some((crc32, written.columns().get(leaf)?.byte_range().1))
        };
        groups.filter_map(of_group).collect()
    }

    /// Writes the footer.
    pub(crate) fn finish(mut self) -> Result<WrittenTable, RecordingError> {
        let failed = |error| write_error(self.schema, &error);
        let crcs = KeyValue::new(CRC_KEY.to_owned(), self.crcs);
        self.parquet.append_key_value_metadata(crcs);
        self.parquet.finish().map_err(failed)?;
        let footer_crc32 = self.parquet.inner().footer_crc32();
        let released = self.parquet.inner_mut().release();
        released.map_err(|error| write_error(self.schema, &error.into()))?;
        Ok(WrittenTable { footer_crc32 })
    }
}

fn encode_group(
    schema: &TableSchema,
    columns: &ArrowRowGroupWriterFactory,
    plain_columns: &ArrowRowGroupWriterFactory,
    batch: &RecordBatch,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let mut writers = columns.create_column_writers(0)?.into_iter();
    let mut plain_writers = plain_columns.create_column_writers(0)?.into_iter();
    let mut chunks = Vec::new();
    for (field, column) in schema.arrow().fields().iter().zip(batch.columns()) {
        for leaf in compute_leaves(field, column)? {
            let (Some(writer), Some(plain)) = (writers.next(), plain_writers.next()) else {
                return Err(ParquetError::General("more columns than the table has".into()));
            };
            let chunk = encode_column(writer, &leaf)?;
            // Split into streams, noise and counters become small; as they are, values that repeat.
            let is_float = *column.data_type() == DataType::Float64;
            let other = if is_float {
                Some(encode_column(plain, &leaf)?)
            } else {
                None
            };
            let smaller =
                |other: &ArrowColumnChunk| other.close().bytes_written < chunk.close().bytes_written;
            chunks.push(other.filter(smaller).unwrap_or(chunk));
        }
    }
    Ok(chunks)
}

fn encode_column(
    mut writer: ArrowColumnWriter,
    leaf: &ArrowLeafColumn,
) -> Result<ArrowColumnChunk, ParquetError> {
    writer.write(leaf)?;
    writer.close()
}

/// How many row groups to encode at the same time: one a core, and not so many that their memory counts.
pub(crate) fn n_at_once() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

fn write_error(schema: &TableSchema, error: &ParquetError) -> RecordingError {
    RecordingError::Io {
        source: io::Error::other(error.to_string()),
        place: format!("{}.parquet", schema.name()),
    }
}

/// Encodings by type of column, that of floating point numbers by `floats`; no dictionaries, which a reader could
/// only bound with more trouble.
fn properties(schema: &TableSchema, effort: Effort, floats: Encoding) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by("glasshouse".to_owned())
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_data_page_row_count_limit(usize::MAX)
        .set_data_page_size_limit(4 << 20);
    for column in schema.parquet().columns() {
        let kind = column.physical_type();
        let encoding = match kind {
            Type::INT32 | Type::INT64 => Encoding::DELTA_BINARY_PACKED,
            Type::FLOAT | Type::DOUBLE => floats,
            Type::BYTE_ARRAY => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            _ => Encoding::PLAIN,
        };
        let level = ZstdLevel::try_new(effort.zstd_level(kind)).unwrap_or_default();
        builder = builder
            .set_column_encoding(column.path().clone(), encoding)
            .set_column_compression(column.path().clone(), Compression::ZSTD(level));
        if schema.has_statistics(column.name()) {
            builder = builder.set_column_statistics_enabled(column.path().clone(), EnabledStatistics::Chunk);
        }
    }
    builder.build()
}

/// Holds a row group's bytes back until its checksums are taken.
struct GroupSink<W> {
    sink: W,
    group: Vec<u8>,
    group_at: u64,
}

impl<W: Write> GroupSink<W> {
    fn bytes_at(&self, start: u64, len: u64) -> &[u8] {
        let from = start.saturating_sub(self.group_at) as usize;
        self.group
            .get(from..from.saturating_add(len as usize))
            .unwrap_or_default()
    }

    /// The footer ends the file: its description, the description's length in four bytes, and `PAR1`.
    fn footer_crc32(&self) -> u32 {
        let end = self.group.len();
        let len_bytes = self
            .group
            .last_chunk::<8>()
            .map(|tail| [tail[0], tail[1], tail[2], tail[3]]);
        let len = u32::from_le_bytes(len_bytes.unwrap_or_default()) as usize;
        crc32fast::hash(self.group.get(end.saturating_sub(len + 8)..).unwrap_or_default())
    }

    fn release(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.group)?;
        self.group_at += self.group.len() as u64;
        self.group.clear();
        Ok(())
    }
}

impl<W: Write> Write for GroupSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.group.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
