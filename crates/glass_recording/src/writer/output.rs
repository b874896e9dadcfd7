//! Where members are written to: a ZIP file ([`ZipOutput`]) or a folder ([`FolderOutput`]), both with checksums.

use crate::container::check_member_name;
use crate::error::RecordingError;
use crate::manifest::MemberSum;
use crate::tables::WrittenTable;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A member with a length from here on needs ZIP64 fields; one of unknown length gets them too.
const LARGE: u64 = u32::MAX as u64;

/// Something that counts and hashes what goes through it.
pub(crate) struct Hashing<W> {
    inner: W,
    n_bytes: u64,
    sha256: Sha256,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            n_bytes: 0,
            sha256: Sha256::new(),
        }
    }

    fn sum(&self, footer_crc32: Option<u32>) -> MemberSum {
        MemberSum {
            n_bytes: self.n_bytes,
            sha256: self.sha256.clone().finalize().into(),
            footer_crc32,
        }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.inner.write(bytes)?;
        self.n_bytes += n_written as u64;
        self.sha256.update(&bytes[..n_written]);
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a member's bytes; of a table it says the footer's checksum.
pub(crate) type WriteMember<'a> =
    dyn FnMut(&mut (dyn Write + Send)) -> Result<Option<WrittenTable>, RecordingError> + 'a;

/// A place for members.
pub(crate) trait Output {
    /// Writes one member; `len` is its length if that is known.
    fn add(
        &mut self,
        name: &str,
        len: Option<u64>,
        write: &mut WriteMember<'_>,
    ) -> Result<(), RecordingError>;

    /// What was written under a name.
    fn sum_of(&self, name: &str) -> Option<&MemberSum>;

    /// Writes a member that is in memory.
    fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), RecordingError> {
        let place = name.to_owned();
        self.add(name, Some(bytes.len() as u64), &mut |sink| {
            let written = sink.write_all(bytes);
            written.map_err(RecordingError::io(Path::new(&place)))?;
            Ok(None)
        })
    }
}

/// A finished file being written: beside its place under a passing name, until it is complete.
pub(crate) struct ZipOutput {
    path: PathBuf,
    zip: ZipWriter<BufWriter<NamedTempFile>>,
    pub(crate) members: BTreeMap<String, MemberSum>,
}

impl ZipOutput {
    /// Starts the file that will be `path`.
    pub(crate) fn create(path: &Path) -> Result<Self, RecordingError> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let file = temporary_file(folder).map_err(RecordingError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            zip: ZipWriter::new(BufWriter::with_capacity(1 << 20, file)),
            members: BTreeMap::new(),
        })
    }

    /// Completes the file, makes sure that it is on disk and gives it its name. Returns its length.
    pub(crate) fn finish(self, replace: bool) -> Result<u64, RecordingError> {
        let path = self.path;
        let failed = |error: io::Error| RecordingError::io(&path)(error);
        let buffered = self.zip.finish().map_err(|error| failed(error.into()))?;
        let mut file = buffered
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        let n_bytes = file.as_file_mut().stream_position().map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let persisted = if replace {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        persisted.map_err(|error| failed(error.error))?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            sync_folder(folder).map_err(failed)?;
        }
        Ok(n_bytes)
    }
}

#[cfg(unix)]
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    // As any program creates files; the default of temporary files is for the owner alone.
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(".glass-")
        .permissions(all)
        .tempfile_in(folder)
}

#[cfg(not(unix))]
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".glass-").tempfile_in(folder)
}

impl Output for ZipOutput {
    fn add(
        &mut self,
        name: &str,
        len: Option<u64>,
        write: &mut WriteMember<'_>,
    ) -> Result<(), RecordingError> {
        // The same time in every file, so that the same recording gives the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644)
            .large_file(len.is_none_or(|len| len >= LARGE));
        let started = self.zip.start_file(name, options);
        started.map_err(|error| RecordingError::io(&self.path)(error.into()))?;
        let mut sink = Hashing::new(&mut self.zip);
        let written = write(&mut sink)?;
        let sum = sink.sum(written.map(|table| table.footer_crc32));
        self.members.insert(name.to_owned(), sum);
        Ok(())
    }

    fn sum_of(&self, name: &str) -> Option<&MemberSum> {
        self.members.get(name)
    }
}

/// A folder being filled.
pub(crate) struct FolderOutput {
    root: PathBuf,
    pub(crate) members: BTreeMap<String, MemberSum>,
}

impl FolderOutput {
    /// Fills `root`, which exists.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            members: BTreeMap::new(),
        }
    }

    /// Makes sure that all files are on disk. At the end and not one by one: so the file system has less to do.
    pub(crate) fn sync(&self) -> Result<(), RecordingError> {
        for name in self.members.keys() {
            let path = self.root.join(name);
            let synced = File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.sync_all());
            synced.map_err(RecordingError::io(&path))?;
        }
        let mut folders = vec![self.root.clone()];
        for name in self.members.keys() {
            let mut folder = self.root.join(name);
            while folder.pop() && folder != self.root {
                folders.push(folder.clone());
            }
        }
        folders.sort();
        folders.dedup();
        for folder in folders {
            sync_folder(&folder).map_err(RecordingError::io(&folder))?;
        }
        Ok(())
    }
}

impl Output for FolderOutput {
    fn add(
        &mut self,
        name: &str,
        _len: Option<u64>,
        write: &mut WriteMember<'_>,
    ) -> Result<(), RecordingError> {
        let path = self.root.join(name);
        check_member_name(name).map_err(|trouble| RecordingError::rejected(path.display(), trouble))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(RecordingError::io(folder))?;
        }
        // Never through a link or over another file: the name must be free.
        let file = File::create_new(&path).map_err(RecordingError::io(&path))?;
        let mut sink = Hashing::new(BufWriter::new(file));
        let written = write(&mut sink)?;
        let sum = sink.sum(written.map(|table| table.footer_crc32));
        sink.flush().map_err(RecordingError::io(&path))?;
        self.members.insert(name.to_owned(), sum);
        Ok(())
    }

    fn sum_of(&self, name: &str) -> Option<&MemberSum> {
        self.members.get(name)
    }
}

/// Makes sure that a folder's entries are on disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be flushed here; renaming is as safe as the file system makes it.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
