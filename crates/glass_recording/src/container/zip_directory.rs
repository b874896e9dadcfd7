//! Reads the directory of a ZIP file whose members are all stored, believing nothing it says.
//!
//! Own code instead of a library's, because every size and offset has to be checked before it is used, and members
//! are read in place afterwards. The format is APPNOTE.TXT 6.3.10 of PKWARE, zip64 included.

use super::names::check_member_name;
use super::{MAX_MEMBERS, Source};
use crate::error::RecordingError;
use std::collections::HashSet;

/// The most bytes of a directory: names of 512 bytes on average.
const MAX_DIRECTORY_BYTES: u64 = 40 << 20;

const END_LEN: usize = 22;
const END64_LEN: usize = 56;
const LOCATOR64_LEN: usize = 20;
const CENTRAL_LEN: usize = 46;
const LOCAL_LEN: usize = 30;

/// Where a member's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEntry {
    /// Its name, checked.
    pub(crate) name: String,
    /// Where its bytes begin in the file.
    pub(crate) start: u64,
    /// How many there are.
    pub(crate) len: u64,
    /// Their CRC-32.
    pub(crate) crc32: u32,
}

/// Where the directory is.
struct DirectoryPlace {
    offset: u64,
    n_bytes: u64,
    n_entries: u64,
}

/// An entry of the directory, before its member's own header was looked at.
struct Central {
    name: String,
    header_at: u64,
    len: u64,
    crc32: u32,
}

/// Reads and checks the directory of a file of `len` bytes. Folders' entries are left out.
///
/// # Errors
/// When it is no ZIP file, or breaks a rule: names, sizes, overlaps, compression, encryption.
pub(crate) fn read_directory(
    source: &Source,
    len: u64,
    place: &str,
) -> Result<Vec<DirectoryEntry>, RecordingError> {
    let file = ZipFile { source, len, place };
    let directory = file.find_directory()?;
    let mut entries = file.read_central(&directory)?;
    entries.sort_by_key(|entry| entry.header_at);
    let mut found = Vec::with_capacity(entries.len());
    let mut free_from = 0;
    for entry in entries {
        let name_place = format!("{place}: {}", entry.name);
        if entry.header_at < free_from {
            return Err(RecordingError::damaged(name_place, "it overlaps another member"));
        }
        let start = file.data_start(&entry)?;
        let end = start
            .checked_add(entry.len)
            .filter(|end| *end <= directory.offset);
        free_from = end.ok_or_else(|| {
            RecordingError::damaged(
                name_place,
                format!("it claims {} bytes, more than the file holds", entry.len),
            )
        })?;
        if !entry.name.ends_with('/') {
            found.push(DirectoryEntry {
                name: entry.name,
                start,
                len: entry.len,
                crc32: entry.crc32,
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

struct ZipFile<'a> {
    source: &'a Source,
    len: u64,
    place: &'a str,
}

impl ZipFile<'_> {
    fn damaged(&self, trouble: impl ToString) -> RecordingError {
        RecordingError::damaged(self.place, trouble)
    }

    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, RecordingError> {
        if offset.checked_add(len as u64).is_none_or(|end| end > self.len) {
            return Err(self.damaged("the ZIP directory points beyond the end of the file"));
        }
        let mut bytes = vec![0; len];
        let read = self.source.read_exact_at(offset, &mut bytes);
        read.map_err(|source| RecordingError::Io {
            source,
            place: self.place.to_owned(),
        })?;
        Ok(bytes)
    }

    fn find_directory(&self) -> Result<DirectoryPlace, RecordingError> {
        if self.len == 0 {
            return Err(RecordingError::not_a_recording(self.place, "the file is empty"));
        }
        // The end record may be followed by a comment of up to 65,535 bytes.
        let tail_len = self.len.min((END_LEN + usize::from(u16::MAX)) as u64) as usize;
        let tail_at = self.len - tail_len as u64;
        let tail = self.read(tail_at, tail_len)?;
        let is_end = |at: &usize| {
            let record = tail.get(*at..).unwrap_or_default();
            record.starts_with(b"PK\x05\x06")
                && u16_at(record, 20).is_some_and(|comment| usize::from(comment) + END_LEN == record.len())
        };
        let Some(end) = (0..tail.len()).rev().find(is_end) else {
            return Err(self.without_end());
        };
        let end_at = tail_at + end as u64;
        let record = &tail[end..];
        let field = |at| u64::from(u32_at(record, at).unwrap_or(0));
        let disks = (u16_at(record, 4), u16_at(record, 6));
        let mut place = DirectoryPlace {
            n_entries: u64::from(u16_at(record, 10).unwrap_or(0)),
            n_bytes: field(12),
            offset: field(16),
        };
        let mut limit = end_at;
        if place.n_entries == 0xffff || place.n_bytes == 0xffff_ffff || place.offset == 0xffff_ffff {
            (place, limit) = self.find_directory64(end_at)?;
        } else if disks != (Some(0), Some(0)) {
            return Err(self.damaged("it is one part of a ZIP file in several parts"));
        }
        let end_of_directory = place.offset.checked_add(place.n_bytes);
        if end_of_directory.is_none_or(|end| end > limit) {
            return Err(self.damaged("the ZIP directory does not lie inside the file"));
        }
        if place.n_entries > MAX_MEMBERS as u64 || place.n_bytes > MAX_DIRECTORY_BYTES {
            return Err(RecordingError::too_large(
                self.place,
                format!(
                    "{} members, and at most {MAX_MEMBERS} are allowed",
                    place.n_entries
                ),
            ));
        }
        Ok(place)
    }

    /// What it is, if it has no end record: some other file, or a recording cut short.
    fn without_end(&self) -> RecordingError {
        let head = self.read(0, self.len.min(4) as usize).unwrap_or_default();
        if head == b"PK\x03\x04" {
            self.damaged("the file is cut short: the ZIP directory at its end is missing")
        } else {
            RecordingError::not_a_recording(self.place, "no ZIP file")
        }
    }

    fn find_directory64(&self, end_at: u64) -> Result<(DirectoryPlace, u64), RecordingError> {
        let bad = || self.damaged("the ZIP64 end record is missing or broken");
        let locator_at = end_at.checked_sub(LOCATOR64_LEN as u64).ok_or_else(bad)?;
        let locator = self.read(locator_at, LOCATOR64_LEN)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return Err(bad());
        }
        let record_at = u64_at(&locator, 8).ok_or_else(bad)?;
        let fits = record_at
            .checked_add(END64_LEN as u64)
            .is_some_and(|end| end <= locator_at);
        if !fits {
            return Err(bad());
        }
        let record = self.read(record_at, END64_LEN)?;
        if !record.starts_with(b"PK\x06\x06")
            || u32_at(&record, 16) != Some(0)
            || u32_at(&record, 20) != Some(0)
        {
            return Err(bad());
        }
        let field = |at| u64_at(&record, at).ok_or_else(bad);
        let place = DirectoryPlace {
            n_entries: field(32)?,
            n_bytes: field(40)?,
            offset: field(48)?,
        };
        Ok((place, record_at))
    }

    fn read_central(&self, directory: &DirectoryPlace) -> Result<Vec<Central>, RecordingError> {
        let n_bytes =
            usize::try_from(directory.n_bytes).map_err(|_| self.damaged("the ZIP directory is too large"))?;
        if directory.n_entries.saturating_mul(CENTRAL_LEN as u64) > directory.n_bytes {
            return Err(self.damaged("the ZIP directory is too short for its entries"));
        }
        let bytes = self.read(directory.offset, n_bytes)?;
        let mut rest = &bytes[..];
        let mut names = HashSet::new();
        let mut entries = Vec::new();
        for _ in 0..directory.n_entries {
            let (entry, after) = self.read_entry(rest)?;
            rest = after;
            if !names.insert(entry.name.clone()) {
                return Err(self.damaged(format!("two members are called {}", entry.name)));
            }
            entries.push(entry);
        }
        if !rest.is_empty() {
            return Err(self.damaged("the ZIP directory holds more than its entries"));
        }
        Ok(entries)
    }

    fn read_entry<'b>(&self, bytes: &'b [u8]) -> Result<(Central, &'b [u8]), RecordingError> {
        let short = || self.damaged("the ZIP directory is cut short or garbled");
        let head = bytes
            .get(..CENTRAL_LEN)
            .filter(|head| head.starts_with(b"PK\x01\x02"));
        let head = head.ok_or_else(short)?;
        let half = |at| u16_at(head, at).unwrap_or(0);
        let word = |at| u32_at(head, at).unwrap_or(0);
        let (name_len, extra_len, comment_len) = (
            usize::from(half(28)),
            usize::from(half(30)),
            usize::from(half(32)),
        );
        let body = &bytes[CENTRAL_LEN..];
        let name = body.get(..name_len).ok_or_else(short)?;
        let extra = body.get(name_len..name_len + extra_len).ok_or_else(short)?;
        let rest = body.get(name_len + extra_len + comment_len..).ok_or_else(short)?;
        let name = self.checked_name(name)?;
        let member = |trouble: &str| RecordingError::damaged(format!("{}: {name}", self.place), trouble);
        if half(8) & 1 != 0 {
            return Err(member("it is encrypted"));
        }
        if half(10) != 0 {
            return Err(member(
                "it is compressed; unpack the file and run `glasshouse pack` on the folder",
            ));
        }
        let sizes = Sizes {
            stored: word(20),
            plain: word(24),
            header_at: word(42),
        };
        let (stored, plain, header_at) = sizes
            .resolve(extra)
            .ok_or_else(|| member("its ZIP64 sizes are missing"))?;
        if stored != plain {
            return Err(member("its two sizes differ though it is not compressed"));
        }
        let entry = Central {
            header_at,
            len: plain,
            crc32: word(16),
            name,
        };
        Ok((entry, rest))
    }

    fn checked_name(&self, name: &[u8]) -> Result<String, RecordingError> {
        let lossy = || String::from_utf8_lossy(name).escape_debug().to_string();
        let refuse = |trouble: &str| self.damaged(format!("a member has {trouble}: `{}`", lossy()));
        let text = std::str::from_utf8(name).map_err(|_| refuse("a name that is not UTF-8"))?;
        // A folder's entry ends with a slash; the rest of its name obeys the same rules.
        let path = text.strip_suffix('/').unwrap_or(text);
        check_member_name(path).map_err(refuse)?;
        Ok(text.to_owned())
    }

    /// Where the member's bytes begin, which only its own header tells; the header must agree on the name.
    fn data_start(&self, entry: &Central) -> Result<u64, RecordingError> {
        let bad = || {
            RecordingError::damaged(
                format!("{}: {}", self.place, entry.name),
                "its header does not agree with the ZIP directory",
            )
        };
        let n_bytes = LOCAL_LEN + entry.name.len();
        let fits = entry
            .header_at
            .checked_add(n_bytes as u64)
            .is_some_and(|end| end <= self.len);
        if !fits {
            return Err(bad());
        }
        let header = self.read(entry.header_at, n_bytes)?;
        let same_name = header.get(LOCAL_LEN..) == Some(entry.name.as_bytes())
            && u16_at(&header, 26).map(usize::from) == Some(entry.name.len());
        if !header.starts_with(b"PK\x03\x04") || !same_name || u16_at(&header, 8) != Some(0) {
            return Err(bad());
        }
        let extra_len = u64::from(u16_at(&header, 28).unwrap_or(0));
        Ok(entry.header_at + n_bytes as u64 + extra_len)
    }
}

/// The three fields that do not fit into 32 bits in a large file and are then all ones.
struct Sizes {
    stored: u32,
    plain: u32,
    header_at: u32,
}

impl Sizes {
    /// Takes those that are all ones from the ZIP64 field of `extra`; in the order stored there.
    fn resolve(&self, extra: &[u8]) -> Option<(u64, u64, u64)> {
        let mut large = zip64_field(extra).unwrap_or_default();
        let mut take = |field: u32| {
            if field != u32::MAX {
                return Some(u64::from(field));
            }
            let value = u64_at(large, 0)?;
            large = &large[8..];
            Some(value)
        };
        let plain = take(self.plain)?;
        let stored = take(self.stored)?;
        let header_at = take(self.header_at)?;
        Some((stored, plain, header_at))
    }
}

fn zip64_field(mut extra: &[u8]) -> Option<&[u8]> {
    loop {
        let kind = u16_at(extra, 0)?;
        let len = usize::from(u16_at(extra, 2)?);
        let body = extra.get(4..4 + len)?;
        if kind == 1 {
            return Some(body);
        }
        extra = &extra[4 + len..];
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
    ))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(
        bytes.get(at..at.checked_add(8)?)?.try_into().ok()?,
    ))
}
