//! [`Repository::bundle`]: the fetched history as one file that stock Git can clone.
//!
//! A bundle of version 2 is a list of references and a pack. The packs of the cache are joined into one: their
//! entries refer to each other by distance or by hash, neither of which changes when whole packs are put behind each
//! other. An object that two fetches brought is in it twice, which Git allows unless it is told to be strict.

use super::GitError;
use super::repository::{Reader, Repository};
use gix::hash::{Hasher, Kind};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of a pack before its entries, and behind them.
const PACK_HEADER: u64 = 12;
const PACK_TRAILER: u64 = 20;

impl Repository {
    /// How many bytes [`Repository::bundle`] will write, but for a few of references.
    ///
    /// # Errors
    /// When the disk does not do what it should.
    pub fn bundle_size(&self) -> Result<u64, GitError> {
        let packs = packs(&self.path())?;
        Ok(packs.iter().map(|pack| pack.n_bytes).sum())
    }

    /// Writes all fetched branches as a bundle.
    ///
    /// # Errors
    /// When this is no clone of a [`super::GitStore`], or one without its whole history, and when reading or writing
    /// fails.
    pub fn bundle(&self, into: &mut dyn Write) -> Result<(), GitError> {
        let reader = self.reader();
        if self.fetched_at().is_none() || reader.is_shallow() {
            return Err(reader.not_found("whole history here, to be written as a bundle".into()));
        }
        let writing = |error: std::io::Error| GitError::Io {
            reason: error.to_string(),
            path: format!("the bundle of {}", reader.name),
        };
        let mut header = String::from("# v2 git bundle\n");
        for (name, id) in references(&reader)? {
            header.push_str(&format!("{id} {name}\n"));
        }
        header.push('\n');
        into.write_all(header.as_bytes()).map_err(writing)?;
        let packs = packs(&self.path())?;
        let n_objects: u32 = packs
            .iter()
            .try_fold(0_u32, |sum, pack| sum.checked_add(pack.n_objects))
            .ok_or_else(|| reader.not_found("history small enough for a bundle".into()))?;
        let mut out = Hashing {
            inner: into,
            hasher: gix::hash::hasher(Kind::Sha1),
        };
        let mut head = *b"PACK\0\0\0\x02\0\0\0\0";
        head[8..].copy_from_slice(&n_objects.to_be_bytes());
        out.write_all(&head).map_err(writing)?;
        for pack in &packs {
            pack.copy_entries(&mut out)?;
        }
        let sum = out.hasher.try_finalize().map_err(|error| GitError::Damaged {
            repository: reader.name.clone(),
            reason: error.to_string(),
        })?;
        into.write_all(sum.as_slice()).map_err(writing)?;
        into.flush().map_err(writing)
    }
}

/// Branches, and `HEAD` last, as stock Git writes them.
fn references(reader: &Reader) -> Result<BTreeMap<String, String>, GitError> {
    let mut found = BTreeMap::new();
    let all = reader.repo.references().map_err(|error| reader.damaged(&error))?;
    let branches = all.local_branches().map_err(|error| reader.damaged(&error))?;
    for mut branch in branches.flatten() {
        let name = branch.name().as_bstr().to_string();
        if let Ok(id) = branch.peel_to_id() {
            found.insert(name, id.to_string());
        }
    }
    if let Some(head) = reader.head()? {
        found.insert("HEAD".into(), head.to_string());
    }
    Ok(found)
}

struct Pack {
    path: PathBuf,
    n_bytes: u64,
    n_objects: u32,
}

/// The packs of a repository, by name.
fn packs(git_dir: &Path) -> Result<Vec<Pack>, GitError> {
    let folder = git_dir.join("objects").join("pack");
    let entries = std::fs::read_dir(&folder).map_err(GitError::io(&folder))?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "pack"))
        .collect();
    paths.sort();
    paths.into_iter().map(Pack::open).collect()
}

impl Pack {
    fn open(path: PathBuf) -> Result<Self, GitError> {
        let mut file = File::open(&path).map_err(GitError::io(&path))?;
        let mut head = [0; PACK_HEADER as usize];
        file.read_exact(&mut head).map_err(GitError::io(&path))?;
        let n_bytes = file.metadata().map_err(GitError::io(&path))?.len();
        if &head[..8] != b"PACK\0\0\0\x02" || n_bytes < PACK_HEADER + PACK_TRAILER {
            return Err(GitError::Io {
                reason: "not a pack".into(),
                path: path.display().to_string(),
            });
        }
        Ok(Self {
            n_objects: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
            n_bytes,
            path,
        })
    }

    fn copy_entries(&self, into: &mut dyn Write) -> Result<(), GitError> {
        let mut file = File::open(&self.path).map_err(GitError::io(&self.path))?;
        file.seek(SeekFrom::Start(PACK_HEADER))
            .map_err(GitError::io(&self.path))?;
        let mut entries = file.take(self.n_bytes - PACK_HEADER - PACK_TRAILER);
        std::io::copy(&mut entries, into).map_err(GitError::io(&self.path))?;
        Ok(())
    }
}

struct Hashing<'a> {
    inner: &'a mut dyn Write,
    hasher: Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
