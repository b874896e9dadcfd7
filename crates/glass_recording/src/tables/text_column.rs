//! [`TextColumn`]: a column of texts in one buffer, as it was unpacked.
//!
//! The Parquet library copies every text twice and takes new memory for each row group, which costs more than
//! unpacking. Here a page is unpacked to where its texts stay, and buffers are used again. Only what this crate's
//! writer makes is read so: pages of version 1 under zstd, lengths first. The caller leaves all else to the library.

use super::parquet_reader::TableFile;
use super::thrift::{PageHeader, Walker};
use crate::error::RecordingError;
use parquet::basic::Compression;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zstd::bulk::Decompressor;

/// The kind and the encoding of pages that are read here, by their numbers in `parquet.thrift`.
const DATA_PAGE: i64 = 0;
const DELTA_LENGTH: i64 = 6;

/// Buffers kept for the next row group: as many as threads read one recording, twice.
const MAX_SPARE: usize = 8;

/// A larger buffer is not kept.
const MAX_SPARE_BYTES: usize = 4 << 20;

type Trouble = &'static str;

/// Texts one after the other in one buffer, valid UTF-8 each.
#[derive(Debug)]
pub(crate) struct TextColumn {
    bytes: Vec<u8>,
    /// Where the first text begins in `bytes`.
    start: usize,
    /// Where each text ends, counted from `start`.
    ends: Vec<u32>,
    spare: Option<Arc<Spare>>,
}

impl TextColumn {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All texts without separators.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Where the text of a row ends in [`TextColumn::bytes`]; the end of all if there is no such row.
    pub(crate) fn end(&self, row: usize) -> usize {
        self.ends
            .get(row)
            .or(self.ends.last())
            .copied()
            .unwrap_or_default() as usize
    }

    /// The text of a row; empty if there is no such row.
    pub(crate) fn text(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.end(before));
        let text = self.bytes().get(start..self.end(row)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    fn is_valid(&self) -> bool {
        let bytes = self.bytes();
        if bytes.is_ascii() {
            return true;
        }
        let is_border = |text: &str| self.ends.iter().all(|end| text.is_char_boundary(*end as usize));
        std::str::from_utf8(bytes).is_ok_and(is_border)
    }
}

impl<T: AsRef<str>> FromIterator<T> for TextColumn {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            ends.push(bytes.len() as u32);
        }
        Self {
            bytes,
            start: 0,
            ends,
            spare: None,
        }
    }
}

impl Drop for TextColumn {
    fn drop(&mut self) {
        if let Some(spare) = &self.spare {
            let buffers = Buffers {
                bytes: std::mem::take(&mut self.bytes),
                ends: std::mem::take(&mut self.ends),
            };
            if buffers.bytes.capacity() <= MAX_SPARE_BYTES {
                give(&spare.buffers, buffers);
            }
        }
    }
}

/// Memory that the next row group is read into.
#[derive(Default)]
pub(crate) struct Spare {
    buffers: Mutex<Vec<Buffers>>,
    unpackers: Mutex<Vec<Unpacker>>,
}

#[derive(Default)]
struct Buffers {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

struct Unpacker {
    zstd: Decompressor<'static>,
    stored: Vec<u8>,
    page: Vec<u8>,
}

impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spare").finish_non_exhaustive()
    }
}

fn take<T>(kept: &Mutex<Vec<T>>) -> Option<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give<T>(kept: &Mutex<Vec<T>>, value: T) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < MAX_SPARE {
        kept.push(value);
    }
}

/// Reads the column `leaf`, texts without nulls, of one row group; `None` if its pages are of another form.
///
/// # Errors
/// When there is no such group, or it is damaged.
pub(crate) fn read_texts(
    file: &TableFile,
    group: usize,
    leaf: usize,
    spare: &Arc<Spare>,
) -> Result<Option<TextColumn>, RecordingError> {
    let in_group = |trouble: &dyn fmt::Display| file.damaged(format!("row group {group}: {trouble}"));
    let mut unpacker = match take(&spare.unpackers) {
        Some(unpacker) => unpacker,
        None => Unpacker {
            zstd: Decompressor::new().map_err(|error| in_group(&error))?,
            stored: Vec::new(),
            page: Vec::new(),
        },
    };
    let column = file.read_column(group, leaf, &mut unpacker.stored)?;
    if !matches!(column.compression(), Compression::ZSTD(_)) {
        return Ok(None);
    }
    let Buffers { bytes, ends } = take(&spare.buffers).unwrap_or_default();
    let mut texts = TextColumn {
        bytes,
        start: 0,
        ends,
        spare: Some(spare.clone()),
    };
    let is_read = unpacker.read(&mut texts).map_err(|trouble| in_group(&trouble))?;
    if unpacker.stored.capacity() + unpacker.page.capacity() <= MAX_SPARE_BYTES {
        give(&spare.unpackers, unpacker);
    }
    if !is_read {
        return Ok(None);
    }
    if texts.len() != file.n_rows(group) {
        return Err(in_group(&"it has another number of texts than rows"));
    }
    if !texts.is_valid() {
        return Err(in_group(&"a text that is not UTF-8"));
    }
    Ok(Some(texts))
}

impl Unpacker {
    /// Reads all pages; false if one is of another form.
    fn read(&mut self, texts: &mut TextColumn) -> Result<bool, Trouble> {
        texts.ends.clear();
        let mut at = 0;
        while at < self.stored.len() {
            let rest = self.stored.get(at..).unwrap_or_default();
            let mut walker = Walker::new(rest);
            let page = walker.page_header()?;
            if page.kind != DATA_PAGE || page.encoding != DELTA_LENGTH {
                return Ok(false);
            }
            let end = walker.position() + page.n_stored_bytes as usize;
            let stored = rest
                .get(walker.position()..end)
                .ok_or("a page that is cut short")?;
            let is_first = at == 0;
            let before = texts.end(usize::MAX);
            let into = if is_first {
                &mut texts.bytes
            } else {
                &mut self.page
            };
            unpack(&mut self.zstd, &page, stored, into)?;
            let start = read_ends(into, page.n_values as usize, before, &mut texts.ends)?;
            if is_first {
                texts.start = start;
            } else {
                texts
                    .bytes
                    .extend_from_slice(self.page.get(start..).unwrap_or_default());
            }
            if texts.end(usize::MAX) != texts.bytes().len() {
                return Err("texts of another length than their page");
            }
            at += end;
        }
        Ok(true)
    }
}

/// Unpacks a page; what it claims was bounded before.
fn unpack(
    zstd: &mut Decompressor<'_>,
    page: &PageHeader,
    stored: &[u8],
    into: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let n_bytes = page.n_plain_bytes as usize;
    into.clear();
    into.reserve(n_bytes);
    match zstd.decompress_to_buffer(stored, into) {
        Ok(n_unpacked) if n_unpacked == n_bytes => Ok(()),
        _ => Err("a page that cannot be unpacked"),
    }
}

/// Reads the lengths at the beginning of a page, delta binary packed, adds where each text ends, the first beginning
/// at `end`, and returns where the lengths end.
fn read_ends(page: &[u8], n_values: usize, end: usize, ends: &mut Vec<u32>) -> Result<usize, Trouble> {
    let mut walker = Walker::new(page);
    let n_in_block = walker.varint()?;
    let n_minis = walker.varint()?;
    let total = walker.varint()?;
    let mut length = walker.zigzag()?;
    // Blocks are multiples of 128, their parts of 32, as the encoding demands.
    let is_sane =
        (1..=64).contains(&n_minis) && n_in_block <= 1 << 16 && n_in_block.is_multiple_of(32 * n_minis);
    if !is_sane || n_in_block == 0 || total != n_values as u64 {
        return Err("lengths of texts that are garbled");
    }
    let n_in_mini = (n_in_block / n_minis) as usize;
    let mut sum = Ends { end, ends };
    let mut n_left = n_values;
    if n_left > 0 {
        sum.push(length)?;
        n_left -= 1;
    }
    while n_left > 0 {
        let min_delta = walker.zigzag()?;
        let widths = walker.take(n_minis as usize)?;
        for width in widths {
            if n_left == 0 {
                break;
            }
            let packed = walker.take(n_in_mini / 8 * usize::from(*width))?;
            let n = n_left.min(n_in_mini);
            each_packed(packed, *width, n, |delta| {
                length = length.wrapping_add(min_delta).wrapping_add(delta);
                sum.push(length)
            })?;
            n_left -= n;
        }
    }
    Ok(walker.position())
}

struct Ends<'a> {
    end: usize,
    ends: &'a mut Vec<u32>,
}

impl Ends<'_> {
    fn push(&mut self, length: i64) -> Result<(), Trouble> {
        let length = usize::try_from(length).ok();
        let end = length.and_then(|length| self.end.checked_add(length));
        self.end = end.ok_or("a text with a length below zero")?;
        self.ends
            .push(u32::try_from(self.end).map_err(|_| "texts that are too long")?);
        Ok(())
    }
}

/// Calls `take` with `n` numbers of `width` bits, the lowest bits first.
fn each_packed(
    packed: &[u8],
    width: u8,
    n: usize,
    mut take: impl FnMut(i64) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    if width > 32 {
        return Err("lengths of texts that are too wide");
    }
    let mask = (1_u64 << width) - 1;
    for i in 0..n {
        let bit = i * usize::from(width);
        let rest = packed.get(bit / 8..).unwrap_or_default();
        let word = rest.first_chunk::<8>().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word.iter_mut().zip(rest).for_each(|(byte, found)| *byte = *found);
            word
        });
        take((u64::from_le_bytes(word) >> (bit % 8) & mask) as i64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Member, Source};
    use crate::tables::parquet_schema::{TableSchema, text};
    use crate::tables::parquet_writer::{Effort, TableWriter};
    use crate::tables::rows::{texts_column, to_batch};
    use std::sync::LazyLock;

    static SCHEMA: LazyLock<TableSchema> =
        LazyLock::new(|| TableSchema::new("texts", vec![text("text")], &[]));

    #[test]
    fn what_the_library_writes_is_read_in_any_number_of_pages() {
        let spare = Arc::default();
        let check = |texts: &[String]| {
            let mut bytes = Vec::new();
            let mut writer = TableWriter::create(&mut bytes, &SCHEMA, Effort::Quick).unwrap();
            let batch = to_batch(&SCHEMA, vec![texts_column(texts.iter().map(String::as_str))]);
            writer.write_groups(&[batch.unwrap()]).unwrap();
            writer.finish().unwrap();
            let len = bytes.len() as u64;
            let member = Member::new("test", "texts.parquet", Source::Bytes(bytes.into()), 0, len);
            let file = TableFile::open(&member, &SCHEMA).unwrap();
            let read = read_texts(&file, 0, 0, &spare).unwrap().unwrap();
            let read: Vec<&str> = (0..read.len()).map(|row| read.text(row)).collect();
            assert_eq!(read, texts);
        };
        let texts = |n: usize, len: usize| -> Vec<String> {
            let text = |i: usize| "größe".repeat((i * 7919) % (len + 1)) + &i.to_string();
            (0..n).map(text).collect()
        };
        check(&[String::new()]);
        for n in [1, 2, 32, 33, 129, 1000] {
            check(&texts(n, 0));
            check(&texts(n, 50));
        }
        check(&texts(20_000, 150));
        check(&texts(3, 100_000));
        check(&texts(100, 9));
    }
}
