//! [`Member`]: one file of a recording, read in place.

use crate::error::RecordingError;
use crate::manifest::MemberSum;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Where bytes lie.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In one open file, shared by all members.
    File(Arc<File>),
    /// In a file of their own, opened at each read: a folder may have more members than open files are allowed.
    Path(Arc<PathBuf>),
    /// In memory.
    Bytes(Bytes),
}

impl Source {
    /// Fills `into` from the given offset.
    pub(crate) fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        match self {
            Self::File(file) => read_file_at(file, offset, into),
            Self::Path(path) => read_file_at(&File::open(path.as_path())?, offset, into),
            Self::Bytes(bytes) => {
                let start = usize::try_from(offset).ok();
                let end = start.and_then(|start| start.checked_add(into.len()));
                let found = start.zip(end).and_then(|(start, end)| bytes.get(start..end));
                into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, mut offset: u64, mut into: &mut [u8]) -> io::Result<()> {
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n_read) => {
                into = &mut into[n_read..];
                offset += n_read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One file of a recording. Cheap to clone; reads do not disturb each other.
#[derive(Clone)]
pub struct Member(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    archive: String,
    name: String,
    source: Source,
    start: u64,
    len: u64,
    sum: Option<MemberSum>,
    footer_crc32: Option<u32>,
}

impl Member {
    /// A member that occupies `len` bytes of `source` from `start`.
    pub(crate) fn new(archive: &str, name: &str, source: Source, start: u64, len: u64) -> Self {
        Self(Arc::new(Inner {
            archive: archive.to_owned(),
            name: name.to_owned(),
            source,
            start,
            len,
            sum: None,
            footer_crc32: None,
        }))
    }

    /// The same member with what the manifest says of it.
    pub(crate) fn with_sum(self, sum: Option<MemberSum>) -> Self {
        let inner = Arc::unwrap_or_clone(self.0);
        let footer_crc32 = sum.as_ref().and_then(|sum| sum.footer_crc32);
        Self(Arc::new(Inner {
            sum,
            footer_crc32,
            ..inner
        }))
    }

    /// The same member with nothing to compare with but, of a table, the CRC-32 of its footer.
    pub(crate) fn with_footer_crc32(self, crc: Option<u32>) -> Self {
        let inner = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Inner {
            sum: None,
            footer_crc32: crc,
            ..inner
        }))
    }

    /// The same member under another name.
    pub(crate) fn renamed(self, name: &str) -> Self {
        let inner = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Inner {
            name: name.to_owned(),
            ..inner
        }))
    }

    /// Its name in the recording, such as `metrics/000001.parquet`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// What the manifest says of it, if it lists it.
    pub fn sum(&self) -> Option<&MemberSum> {
        self.0.sum.as_ref()
    }

    /// Of a table the CRC-32 of its footer, if it is known.
    pub(crate) fn footer_crc32(&self) -> Option<u32> {
        self.0.footer_crc32
    }

    /// Where it is, for messages: the recording's path and its own name.
    pub fn place(&self) -> String {
        format!("{}: {}", self.0.archive, self.0.name)
    }

    /// Fills `into` with the bytes from `offset` on.
    ///
    /// # Errors
    /// When the member has not that many bytes, or they cannot be read.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), RecordingError> {
        let end = offset.checked_add(into.len() as u64);
        if end.is_none_or(|end| end > self.0.len) {
            return Err(RecordingError::damaged(
                self.place(),
                format!(
                    "bytes from {offset} on were wanted, {} of them, and there are {} in all",
                    into.len(),
                    self.0.len
                ),
            ));
        }
        let read = self.0.source.read_exact_at(self.0.start + offset, into);
        read.map_err(|source| RecordingError::Io {
            source,
            place: self.place(),
        })
    }

    /// The `len` bytes from `offset` on. The caller has bounded `len`.
    pub(crate) fn read_range_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, RecordingError> {
        if len as u64 > self.0.len {
            return Err(RecordingError::damaged(
                self.place(),
                format!("{len} bytes were wanted, and there are {} in all", self.0.len),
            ));
        }
        let mut bytes = vec![0; len];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// All its bytes, compared with the checksum in the manifest if there is one.
    ///
    /// # Errors
    /// When it is longer than `limit`, cannot be read, or is not what was written.
    pub fn read_all(&self, limit: u64) -> Result<Vec<u8>, RecordingError> {
        let len = usize::try_from(self.0.len).unwrap_or(usize::MAX);
        if self.0.len > limit || len == usize::MAX {
            return Err(RecordingError::too_large(
                self.place(),
                format!("{} bytes, and at most {limit} are read", self.0.len),
            ));
        }
        let bytes = self.read_range_at(0, len)?;
        if let Some(sum) = &self.0.sum
            && sum.sha256 != <[u8; 32]>::from(Sha256::digest(&bytes))
        {
            return Err(RecordingError::damaged(self.place(), "wrong checksum"));
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.place(), self.0.len)
    }
}
