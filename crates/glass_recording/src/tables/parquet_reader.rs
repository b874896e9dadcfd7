//! [`TableFile`]: reads a Parquet file that may be damaged or hostile.
//!
//! Nothing is decoded before it is bounded: the footer is walked before the Parquet library sees it, a column's
//! bytes are compared with their checksum, and every page header is read for what the page claims. Dictionary pages
//! and encodings by which few bytes become many are refused; this crate's writer uses neither.

use super::parquet_schema::TableSchema;
use super::parquet_writer::CRC_KEY;
use super::thrift::Walker;
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A footer of this size describes ten thousand row groups.
const MAX_FOOTER_BYTES: usize = 16 << 20;

/// The description's length and `PAR1`.
const TAIL_BYTES: usize = 8;

/// Sixteen times what the writer makes.
const MAX_GROUP_ROWS: i64 = 1 << 20;

/// Values of one column in one row group: lists and maps have more than one a row.
const MAX_GROUP_VALUES: i64 = 1 << 22;

/// Bytes of one column in one row group, plain or stored; the writer closes a group at half of it.
const MAX_CHUNK_BYTES: i64 = 32 << 20;

/// The writer's pages have at most four megabytes, or one value that is larger.
const MAX_PAGE_BYTES: i64 = 16 << 20;

/// Plain, run length (levels), delta binary packed, delta length byte array, byte stream split; by their numbers in
/// `parquet.thrift`. Delta byte array (7) repeats prefixes, the dictionaries (2, 8) whole values.
const ENCODINGS: [i64; 5] = [0, 3, 5, 6, 9];

/// A Parquet file, opened: its footer has been read and checked.
#[derive(Clone)]
pub(crate) struct TableFile {
    member: Member,
    metadata: ArrowReaderMetadata,
    /// One a column and row group; empty if the file has none.
    crcs: Arc<[u32]>,
}

impl std::fmt::Debug for TableFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.member.fmt(f)
    }
}

impl TableFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// When it is damaged, has other columns than `schema`, or claims too much.
    pub(crate) fn open(member: &Member, schema: &TableSchema) -> Result<Self, RecordingError> {
        let place = member.place();
        let footer = read_footer(member)?;
        let decoded = quietly(|| ParquetMetaDataReader::decode_metadata(&footer));
        let metadata = decoded.map_err(|trouble| RecordingError::damaged(&place, trouble))?;
        check_schema(&metadata, schema).map_err(|trouble| RecordingError::damaged(&place, trouble))?;
        for group in 0..metadata.num_row_groups() {
            let checked = check_group(&metadata, group, member.len());
            checked.map_err(|trouble| {
                RecordingError::too_large(&place, format!("row group {group}: {trouble}"))
            })?;
        }
        let crcs = read_crcs(&metadata).map_err(|trouble| RecordingError::damaged(&place, trouble))?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = quietly(|| ArrowReaderMetadata::try_new(Arc::new(metadata), options))
            .map_err(|trouble| RecordingError::damaged(&place, trouble))?;
        Ok(Self {
            member: member.clone(),
            metadata,
            crcs,
        })
    }

    /// How many row groups there are.
    pub(crate) fn n_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// How many columns it has: one that was written before a column was added has fewer than its schema.
    pub(crate) fn n_columns(&self) -> usize {
        self.metadata.schema().fields().len()
    }

    /// How many rows a group has.
    pub(crate) fn n_rows(&self, group: usize) -> usize {
        self.metadata.metadata().row_group(group).num_rows() as usize
    }

    /// How many bytes all groups have before compression, as far as the footer says.
    pub(crate) fn n_plain_bytes(&self) -> u64 {
        let groups = self.metadata.metadata().row_groups().iter();
        let sizes = groups
            .flat_map(|group| group.columns())
            .map(ColumnChunkMetaData::uncompressed_size);
        sizes.fold(0, |sum: u64, size| sum.saturating_add(size.max(0) as u64))
    }

    /// How many bytes one column of a group has before compression, as the footer says.
    pub(crate) fn n_plain_bytes_of(&self, group: usize, leaf: usize) -> usize {
        let column = self.metadata.metadata().row_group(group).column(leaf);
        usize::try_from(column.uncompressed_size()).unwrap_or_default()
    }

    /// The checksum of one column of a group, if the file has them, and its stored length.
    pub(crate) fn column_sum(&self, group: usize, leaf: usize) -> Option<(u32, u64)> {
        let metadata = self.metadata.metadata();
        let n_leaves = self.metadata.parquet_schema().num_columns();
        let crc32 = *self.crcs.get(group * n_leaves + leaf)?;
        Some((crc32, metadata.row_group(group).column(leaf).byte_range().1))
    }

    /// The least and greatest value of an integer column in a group, if they were kept. Unsigned 32-bit columns come
    /// as their bits.
    pub(crate) fn integer_range(&self, group: usize, leaf: usize) -> Option<(i64, i64)> {
        match self
            .metadata
            .metadata()
            .row_group(group)
            .column(leaf)
            .statistics()?
        {
            Statistics::Int32(range) => Some((i64::from(*range.min_opt()?), i64::from(*range.max_opt()?))),
            Statistics::Int64(range) => Some((*range.min_opt()?, *range.max_opt()?)),
            _ => None,
        }
    }

    /// An error about this file.
    pub(crate) fn damaged(&self, trouble: impl ToString) -> RecordingError {
        RecordingError::damaged(self.member.place(), trouble)
    }

    /// Reads some of the columns of one row group; `roots` are positions in the table's schema, ascending.
    ///
    /// # Errors
    /// When there is no such group, or it is damaged.
    pub(crate) fn read(&self, group: usize, roots: &[usize]) -> Result<RecordBatch, RecordingError> {
        let in_group = |trouble: String| self.damaged(format!("row group {group}: {trouble}"));
        let schema = self.metadata.parquet_schema();
        let mut chunks = Chunks {
            len: self.member.len(),
            parts: Vec::new(),
        };
        for leaf in 0..schema.num_columns() {
            if roots.contains(&schema.get_column_root_idx(leaf)) {
                let mut bytes = Vec::new();
                let column = self.read_column(group, leaf, &mut bytes)?;
                chunks.parts.push((column.byte_range().0, bytes.into()));
            }
        }
        let mask = ProjectionMask::roots(schema, roots.iter().copied());
        let n_rows = self.n_rows(group);
        let batch = quietly(|| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone());
            let builder = builder.with_row_groups(vec![group]).with_projection(mask);
            let mut reader = builder.with_batch_size(n_rows).build()?;
            let batch = reader.next().transpose()?;
            batch.ok_or_else(|| ParquetError::General("no rows".into()))
        });
        let batch = batch.map_err(in_group)?;
        if batch.num_rows() != n_rows {
            return Err(in_group(format!(
                "it has {} rows instead of {n_rows}",
                batch.num_rows()
            )));
        }
        Ok(batch)
    }

    /// Reads the bytes of one column of a row group as they are stored, compared with their checksum; what its pages
    /// claim is bounded.
    ///
    /// # Errors
    /// When there is no such group, or it is damaged.
    pub(super) fn read_column(
        &self,
        group: usize,
        leaf: usize,
        into: &mut Vec<u8>,
    ) -> Result<&ColumnChunkMetaData, RecordingError> {
        let metadata = self.metadata.metadata();
        if group >= metadata.num_row_groups() {
            return Err(self.damaged(format!(
                "row group {group} was asked for, and there are {}",
                self.n_groups()
            )));
        }
        let column = metadata.row_group(group).column(leaf);
        // The sizes were checked when the file was opened.
        let (start, len) = column.byte_range();
        into.resize(len as usize, 0);
        self.member.read_at(start, into)?;
        let n_leaves = self.metadata.parquet_schema().num_columns();
        match self.crcs.get(group * n_leaves + leaf) {
            Some(expected) if *expected != crc32fast::hash(into) => {
                return Err(self.damaged(format!(
                    "wrong checksum of column {}, bytes {start} to {}",
                    column.column_path().string(),
                    start + len
                )));
            }
            _ => {}
        }
        check_pages(into, column.num_values(), column.uncompressed_size())
            .map_err(|trouble| self.damaged(format!("row group {group}: {trouble}")))?;
        Ok(column)
    }
}

/// The CRC-32 of a Parquet file's footer.
///
/// # Errors
/// When it has none.
pub(crate) fn footer_crc32(member: &Member) -> Result<u32, RecordingError> {
    Ok(crc32fast::hash(&read_tail(member)?))
}

/// The footer: its description, the description's length in four bytes, and `PAR1`.
fn read_tail(member: &Member) -> Result<Vec<u8>, RecordingError> {
    let damaged = |trouble: &str| RecordingError::damaged(member.place(), trouble);
    let mut tail = [0; TAIL_BYTES];
    let tail_at = member.len().checked_sub(TAIL_BYTES as u64);
    let tail_at = tail_at.ok_or_else(|| damaged("no Parquet file: too short"))?;
    member.read_at(tail_at, &mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != b"PAR1" {
        return Err(damaged("no Parquet file: it does not end with `PAR1`"));
    }
    let len = u32::from_le_bytes([a, b, c, d]) as usize;
    if len > MAX_FOOTER_BYTES {
        return Err(RecordingError::too_large(
            member.place(),
            format!("a footer of {len} bytes"),
        ));
    }
    let start = tail_at.checked_sub(len as u64);
    let start = start.ok_or_else(|| damaged("its footer is longer than the file"))?;
    member.read_range_at(start, len + TAIL_BYTES)
}

/// The footer's description, compared with its checksum and walked over once.
fn read_footer(member: &Member) -> Result<Vec<u8>, RecordingError> {
    let damaged = |trouble: &str| RecordingError::damaged(member.place(), trouble);
    let mut footer = read_tail(member)?;
    let expected = member.footer_crc32();
    if expected.is_some_and(|expected| expected != crc32fast::hash(&footer)) {
        return Err(damaged("wrong checksum of its footer"));
    }
    footer.truncate(footer.len() - TAIL_BYTES);
    Walker::new(&footer).skip_struct().map_err(damaged)?;
    Ok(footer)
}

fn check_schema(metadata: &ParquetMetaData, schema: &TableSchema) -> Result<(), String> {
    let found = metadata.file_metadata().schema_descr();
    let columns = found.root_schema().get_fields();
    let expected = schema.parquet().root_schema().get_fields();
    // A file that was written before a column was added has fewer.
    if columns.len() >= schema.n_required() && expected.starts_with(columns) {
        return Ok(());
    }
    let names: Vec<_> = found
        .root_schema()
        .get_fields()
        .iter()
        .take(32)
        .map(|field| field.name())
        .collect();
    Err(format!(
        "its columns are not those of the table `{}`, or of other types: {}",
        schema.name(),
        names.join(", ")
    ))
}

fn check_group(metadata: &ParquetMetaData, group: usize, file_len: u64) -> Result<(), String> {
    let group = metadata.row_group(group);
    if !(1..=MAX_GROUP_ROWS).contains(&group.num_rows()) {
        return Err(format!("it claims {} rows", group.num_rows()));
    }
    for column in group.columns() {
        let path = column.column_path().string();
        if !(0..=MAX_GROUP_VALUES).contains(&column.num_values()) {
            return Err(format!("column {path} claims {} values", column.num_values()));
        }
        if !(0..=MAX_CHUNK_BYTES).contains(&column.compressed_size())
            || !(0..=MAX_CHUNK_BYTES).contains(&column.uncompressed_size())
        {
            let sizes = (column.compressed_size(), column.uncompressed_size());
            return Err(format!(
                "column {path} claims {} bytes, {} unpacked",
                sizes.0, sizes.1
            ));
        }
        if column.dictionary_page_offset().is_some() || column.data_page_offset() < 0 {
            return Err(format!("column {path} has a dictionary, which is not allowed"));
        }
        let (start, len) = column.byte_range();
        if start.checked_add(len).is_none_or(|end| end > file_len) {
            return Err(format!("column {path} lies outside the file"));
        }
    }
    Ok(())
}

fn read_crcs(metadata: &ParquetMetaData) -> Result<Arc<[u32]>, String> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let found = pairs.into_iter().flatten().find(|pair| pair.key == CRC_KEY);
    let Some(text) = found.and_then(|pair| pair.value.as_deref()) else {
        return Ok(Arc::new([]));
    };
    let n_expected = metadata
        .row_groups()
        .iter()
        .map(|group| group.columns().len())
        .sum::<usize>();
    let crcs: Option<Vec<u32>> = text
        .as_bytes()
        .chunks(8)
        .map(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        .collect();
    crcs.filter(|crcs| crcs.len() == n_expected && text.len() == 8 * n_expected)
        .map(Into::into)
        .ok_or_else(|| "its list of checksums is garbled".to_owned())
}

/// Reads the headers of a column's pages, for what they claim.
fn check_pages(bytes: &[u8], n_values: i64, max_plain_bytes: i64) -> Result<(), &'static str> {
    let mut rest = bytes;
    let (mut n_found, mut n_plain_bytes) = (0_i64, 0_i64);
    while !rest.is_empty() {
        let mut walker = Walker::new(rest);
        let page = walker.page_header()?;
        if !matches!(page.kind, 0 | 3) {
            return Err("a page that is no data, which is not allowed");
        }
        if !ENCODINGS.contains(&page.encoding) {
            return Err("a page in an encoding that is not allowed");
        }
        if !(0..=MAX_PAGE_BYTES).contains(&page.n_plain_bytes) {
            return Err("a page that claims more than 16 MiB");
        }
        if !(0..=n_values).contains(&page.n_values) {
            return Err("a page that claims more values than its column");
        }
        n_found += page.n_values;
        n_plain_bytes += page.n_plain_bytes;
        // The footer's claim was bounded when the file was opened.
        if n_plain_bytes > max_plain_bytes {
            return Err("pages that claim more bytes than their column");
        }
        let end = usize::try_from(page.n_stored_bytes).ok();
        let end = end.and_then(|len| walker.position().checked_add(len));
        rest = end
            .and_then(|end| rest.get(end..))
            .ok_or("a page that is cut short")?;
    }
    if n_found == n_values {
        Ok(())
    } else {
        Err("pages with another number of values than the column")
    }
}

/// Runs the Parquet library. It has assertions in its decoders; one that outside data can reach becomes an error.
fn quietly<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("the Parquet library could not make sense of it".to_owned()),
    }
}

/// The columns that were read, at the places where they stand in the file.
struct Chunks {
    len: u64,
    parts: Vec<(u64, bytes::Bytes)>,
}

impl Chunks {
    fn slice(&self, start: u64, len: Option<usize>) -> Result<bytes::Bytes, ParquetError> {
        let missing = || ParquetError::EOF(format!("nothing was read at {start}"));
        let inside = |part: &&(u64, bytes::Bytes)| start >= part.0 && start - part.0 <= part.1.len() as u64;
        let (at, bytes) = self.parts.iter().rev().find(inside).ok_or_else(missing)?;
        let from = (start - at) as usize;
        let to = len.map_or(Some(bytes.len()), |len| from.checked_add(len));
        let range: Range<usize> = from..to.filter(|to| *to <= bytes.len()).ok_or_else(missing)?;
        Ok(bytes.slice(range))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Chunks {
    type T = Cursor<bytes::Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(Cursor::new(self.slice(start, None)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        self.slice(start, Some(length))
    }
}
