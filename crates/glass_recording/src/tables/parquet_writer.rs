//! Writes one Parquet file row group by row group, with a checksum for every column of every group.

use super::parquet_schema::TableSchema;
use crate::error::RecordingError;
use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::io::{self, Write};

/// The key in the footer under which the checksums stand: CRC-32 of every column chunk as eight hexadecimal digits,
/// row group by row group, columns in order of the schema.
pub(super) const CRC_KEY: &str = "glass.crc32";

/// How much time to spend on making files small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For segments, which are written while data comes in.
    Quick,
    /// For finished files.
    Small,
}

impl Effort {
    fn zstd_level(self) -> i32 {
        match self {
            Self::Quick => 3,
            Self::Small => 9,
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
    table: &'static str,
    parquet: ArrowWriter<GroupSink<W>>,
    n_groups: usize,
    crcs: String,
}

impl<W: Write + Send> TableWriter<W> {
    /// Starts a file.
    pub(crate) fn create(sink: W, schema: &TableSchema, effort: Effort) -> Result<Self, RecordingError> {
        let options = ArrowWriterOptions::new()
            .with_skip_arrow_metadata(true)
            .with_properties(properties(schema, effort));
        let sink = GroupSink {
            sink,
            group: Vec::new(),
            group_at: 0,
        };
        let parquet = ArrowWriter::try_new_with_options(sink, schema.arrow().clone(), options)
            .map_err(|error| write_error(schema.name(), &error))?;
        Ok(Self {
            table: schema.name(),
            parquet,
            n_groups: 0,
            crcs: String::new(),
        })
    }

    /// Writes `batch` as one row group.
    pub(crate) fn write_group(&mut self, batch: &RecordBatch) -> Result<(), RecordingError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let table = self.table;
        let failed = |error| write_error(table, &error);
        self.parquet.write(batch).map_err(failed)?;
        self.parquet.flush().map_err(failed)?;
        self.parquet
            .sync()
            .map_err(|error| write_error(table, &error.into()))?;
        let sink = self.parquet.inner();
        let mut crcs = String::new();
        for group in self.parquet.flushed_row_groups().iter().skip(self.n_groups) {
            for column in group.columns() {
                let (start, len) = column.byte_range();
                crcs.push_str(&format!("{:08x}", crc32fast::hash(sink.bytes_at(start, len))));
            }
        }
        self.crcs.push_str(&crcs);
        self.n_groups = self.parquet.flushed_row_groups().len();
        let released = self.parquet.inner_mut().release();
        released.map_err(|error| write_error(table, &error.into()))
    }

    /// Writes the footer.
    pub(crate) fn finish(mut self) -> Result<WrittenTable, RecordingError> {
        let failed = |error| write_error(self.table, &error);
        let crcs = KeyValue::new(CRC_KEY.to_owned(), self.crcs);
        self.parquet.append_key_value_metadata(crcs);
        self.parquet.finish().map_err(failed)?;
        let footer_crc32 = self.parquet.inner().footer_crc32();
        let released = self.parquet.inner_mut().release();
        released.map_err(|error| write_error(self.table, &error.into()))?;
        Ok(WrittenTable { footer_crc32 })
    }
}

fn write_error(table: &str, error: &ParquetError) -> RecordingError {
    RecordingError::Io {
        source: io::Error::other(error.to_string()),
        place: format!("{table}.parquet"),
    }
}

/// Encodings by type of column; no dictionaries, which a reader could only bound with more trouble.
fn properties(schema: &TableSchema, effort: Effort) -> WriterProperties {
    let level = ZstdLevel::try_new(effort.zstd_level()).unwrap_or_default();
    let mut builder = WriterProperties::builder()
        .set_created_by("glasshouse".to_owned())
        .set_dictionary_enabled(false)
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(None)
        .set_data_page_row_count_limit(usize::MAX)
        .set_data_page_size_limit(4 << 20);
    for column in schema.parquet().columns() {
        let encoding = match column.physical_type() {
            Type::INT32 | Type::INT64 => Encoding::DELTA_BINARY_PACKED,
            Type::FLOAT | Type::DOUBLE => Encoding::BYTE_STREAM_SPLIT,
            Type::BYTE_ARRAY => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            _ => Encoding::PLAIN,
        };
        builder = builder.set_column_encoding(column.path().clone(), encoding);
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
