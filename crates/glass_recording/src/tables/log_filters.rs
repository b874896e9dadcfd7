//! `log_filters`: of each slice of log lines a Bloom filter of its pieces (`each_gram`), by which a search skips the slices
//! that cannot hold a text.
//!
//! A filter names its slice by the checksum and length of the slice's column of lines. A slice without one is read.
//! So a filter never speaks for lines other than those it was made of, and files without this table read as before.

use super::parquet_schema::{TableSchema, column};
use super::rows::{Columns, Row, Trouble, numbers_column, read_rows};
use crate::container::Member;
use crate::error::RecordingError;
use crate::grams::{Gram, GramKind, each_gram};
use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_array::{ArrayRef, BinaryArray};
use arrow_schema::DataType;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

/// Bits for each gram: one in a hundred that is not there seems to be.
const BITS: usize = 10;

/// A filter takes at most one in so many bytes of what the slice's lines take.
const MAX_SHARE: usize = 40;

/// The most hashes of a gram.
const MAX_HASHES: u8 = 7;

/// By what a filter names its slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SliceKey {
    /// The CRC-32 of the slice's column of lines, as it is stored.
    pub lines_crc32: u32,
    /// The column's length in bytes.
    pub lines_bytes: u32,
}

/// The filter of one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilterRow {
    /// Its slice.
    pub slice: SliceKey,
    /// How many bits stand for a gram of a word; 0 if those are not in it.
    pub word_hashes: u8,
    /// How many bits stand for a gram of an id; 0 if those are not in it.
    pub id_hashes: u8,
    /// The bits.
    pub bits: Vec<u8>,
}

/// All rows.
///
/// # Errors
/// When the member is damaged.
pub fn read_log_filters(member: &Member) -> Result<Vec<LogFilterRow>, RecordingError> {
    read_rows(member)
}

impl LogFilterRow {
    /// Makes the filter of a slice with these grams.
    pub(crate) fn new(slice: SliceKey, grams: &GramSet) -> Self {
        let budget = slice.lines_bytes as usize / MAX_SHARE * 8;
        let word_bits = (BITS * grams.words.len()).min(budget);
        let id_bits = (BITS * grams.ids.len()).min(budget - word_bits);
        let mut filter = Self {
            slice,
            word_hashes: n_hashes(word_bits, grams.words.len()),
            id_hashes: n_hashes(id_bits, grams.ids.len()),
            bits: vec![0; (word_bits + id_bits).div_ceil(8)],
        };
        let words = grams.words.iter().map(|hash| (GramKind::Word, *hash));
        for gram in words.chain(grams.ids.iter().map(|hash| (GramKind::Id, *hash))) {
            for bit in filter.bits_of(gram) {
                filter.bits[bit / 8] |= 1 << (bit % 8);
            }
        }
        filter
    }

    /// Whether the gram may be in the slice: false only if it is not.
    pub(crate) fn may_hold(&self, gram: Gram) -> bool {
        self.bits_of(gram)
            .all(|bit| self.bits[bit / 8] & 1 << (bit % 8) != 0)
    }

    /// Whether it holds the grams of all of `lines`, as it must.
    pub(crate) fn holds_all<'a>(&self, lines: impl Iterator<Item = &'a str>) -> bool {
        let mut holds = true;
        for line in lines {
            each_gram(line.as_bytes(), |gram| holds &= self.may_hold(gram));
        }
        holds
    }

    /// Which bits stand for a gram; none if its kind is not in the filter.
    fn bits_of(&self, (kind, hash): Gram) -> impl Iterator<Item = usize> + use<> {
        let n_bits = 8 * self.bits.len() as u64;
        let n_hashes = match kind {
            GramKind::Word => self.word_hashes,
            GramKind::Id => self.id_hashes,
        };
        let (start, step) = (hash as u32, (hash >> 32) as u32 | 1);
        let n_hashes = if n_bits == 0 { 0 } else { n_hashes.min(MAX_HASHES) };
        let spread = move |i: u8| u64::from(start.wrapping_add(step.wrapping_mul(u32::from(i))));
        (0..n_hashes).map(move |i| ((spread(i) * n_bits) >> 32) as usize)
    }
}

/// As many hashes as set half of the bits; none if there are too few bits to tell anything.
fn n_hashes(n_bits: usize, n_grams: usize) -> u8 {
    if n_bits < n_grams {
        return 0;
    }
    let best = n_bits as f64 / n_grams.max(1) as f64 * std::f64::consts::LN_2;
    (best.round() as u8).clamp(1, MAX_HASHES)
}

/// The grams of many lines, each once.
#[derive(Debug, Default)]
pub(crate) struct GramSet {
    words: HashSet<u64>,
    ids: HashSet<u64>,
}

impl GramSet {
    pub(crate) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut grams = Self::default();
        for line in lines {
            each_gram(line.as_bytes(), |(kind, hash)| {
                _ = match kind {
                    GramKind::Word => grams.words.insert(hash),
                    GramKind::Id => grams.ids.insert(hash),
                };
            });
        }
        grams
    }
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        column("lines_crc32", DataType::UInt32),
        column("lines_bytes", DataType::UInt32),
        column("word_hashes", DataType::UInt8),
        column("id_hashes", DataType::UInt8),
        column("bits", DataType::Binary),
    ];
    TableSchema::new("log_filters", columns, &[])
});

impl Row for LogFilterRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        16 + self.bits.len()
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.slice.lines_crc32)),
            numbers_column::<UInt32Type>(rows.iter().map(|row| row.slice.lines_bytes)),
            numbers_column::<UInt8Type>(rows.iter().map(|row| row.word_hashes)),
            numbers_column::<UInt8Type>(rows.iter().map(|row| row.id_hashes)),
            Arc::new(BinaryArray::from_iter_values(rows.iter().map(|row| &row.bits))),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (crc32s, lengths) = (
            columns.numbers::<UInt32Type>(0)?,
            columns.numbers::<UInt32Type>(1)?,
        );
        let word_hashes = columns.numbers::<UInt8Type>(2)?;
        let id_hashes = columns.numbers::<UInt8Type>(3)?;
        let bits: &BinaryArray = columns.of(4)?;
        let row = |row: usize| Self {
            slice: SliceKey {
                lines_crc32: crc32s[row],
                lines_bytes: lengths[row],
            },
            word_hashes: word_hashes[row],
            id_hashes: id_hashes[row],
            bits: bits.value(row).to_vec(),
        };
        Ok((0..crc32s.len()).map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(lines: &[String], lines_bytes: u32) -> LogFilterRow {
        let slice = SliceKey {
            lines_crc32: 1,
            lines_bytes,
        };
        LogFilterRow::new(slice, &GramSet::of(lines.iter().map(String::as_str)))
    }

    fn may_hold(filter: &LogFilterRow, text: &str) -> bool {
        let mut may = true;
        each_gram(text.as_bytes(), |gram| may &= filter.may_hold(gram));
        may
    }

    #[test]
    fn what_is_there_is_never_denied_and_what_is_not_mostly() {
        let lines: Vec<String> = (0..2_000_u64)
            .map(|i| {
                format!(
                    "request handled trace={:016x} by=worker",
                    i.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                )
            })
            .collect();
        for lines_bytes in [0, 100, 10_000, 100_000, 10_000_000] {
            let filter = filter(&lines, lines_bytes);
            assert!(
                filter.bits.len() <= lines_bytes as usize / MAX_SHARE,
                "{lines_bytes}"
            );
            assert!(lines.iter().all(|line| may_hold(&filter, line)), "{lines_bytes}");
            assert!(may_hold(&filter, "oom"), "{lines_bytes}");
            if lines_bytes >= 10_000 {
                assert!(!may_hold(&filter, "kernel panic"), "{lines_bytes}");
            }
        }
        let filter = filter(&lines, 10_000_000);
        let n_wrong = (0..1_000_u64)
            .filter(|i| {
                may_hold(
                    &filter,
                    &format!("trace={:016x}", !i.wrapping_mul(0xd134_2543_de82_ef95)),
                )
            })
            .count();
        assert!(n_wrong < 50, "{n_wrong} of 1000");
    }
}
