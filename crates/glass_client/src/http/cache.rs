//! [`Cache`]: answers that were kept on disk, without secrets, one file each.
//!
//! A cache may lose anything at any time: no error of it is an error of the request.

use super::Fetched;
use glass_formats::redact::redact_counted;
use glass_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use url::Url;

/// Answers of more bytes are not kept.
const LARGEST_KEPT: usize = 16 << 20;

/// All of them together, at most; the least recently used go first.
const LARGEST_CACHE: u64 = 256 << 20;

/// Answers nobody asked for in so long are removed.
const LONGEST_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Headers that are kept with an answer.
const KEPT_HEADERS: [&str; 5] = ["content-type", "etag", "last-modified", "link", "date"];

/// So many answers are kept between two looks at how much there is.
const TIDIED_EVERY: u32 = 64;

pub(super) struct Cache {
    folder: PathBuf,
    n_written: AtomicU32,
}

/// An answer that was kept.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Kept {
    identity: String,
    url: String,
    asked_at_nanos: i64,
    headers: Vec<(String, String)>,
    n_redacted: u64,
    #[serde(skip)]
    body: Vec<u8>,
}

impl Cache {
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            n_written: AtomicU32::new(0),
        }
    }

    pub fn get(&self, identity: &str) -> Option<Kept> {
        let path = self.path(identity);
        let mut bytes = Vec::new();
        let file = File::open(&path).ok()?;
        file.take(LARGEST_KEPT as u64 + (1 << 20))
            .read_to_end(&mut bytes)
            .ok()?;
        let split = bytes.iter().position(|byte| *byte == b'\n')?;
        let mut kept: Kept = serde_json::from_slice(&bytes[..split]).ok()?;
        kept.body = bytes.split_off(split + 1);
        (kept.identity == identity).then_some(kept)
    }

    /// Hides secrets in an answer, keeps it, and hands it on as it was kept.
    pub fn put(&self, identity: &str, mut fetched: Fetched) -> Fetched {
        if let Ok(text) = std::str::from_utf8(&fetched.body) {
            let (shown, n_redacted) = redact_counted(text);
            if n_redacted > 0 {
                fetched.n_redacted = n_redacted;
                fetched.body = shown.into_owned().into_bytes();
            }
        }
        if fetched.body.len() <= LARGEST_KEPT {
            // A cache that cannot be written only makes things slower.
            let _ = self.write(identity, &fetched);
        }
        fetched
    }

    fn write(&self, identity: &str, fetched: &Fetched) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let headers = fetched.headers.iter();
        let kept = Kept {
            identity: identity.to_owned(),
            url: fetched.url.to_string(),
            asked_at_nanos: fetched.asked_at.nanos(),
            headers: headers
                .filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()))
                .cloned()
                .collect(),
            n_redacted: fetched.n_redacted,
            body: Vec::new(),
        };
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(&mut file, &kept)?;
        file.write_all(b"\n")?;
        file.write_all(&fetched.body)?;
        file.persist(self.path(identity)).map_err(|error| error.error)?;
        if self
            .n_written
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(TIDIED_EVERY)
        {
            self.tidy();
        }
        Ok(())
    }

    fn path(&self, identity: &str) -> PathBuf {
        let sum = Sha256::digest(identity.as_bytes());
        let name: String = sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name)
    }

    /// Removes what is old or too much.
    fn tidy(&self) {
        let files = list(&self.folder);
        let total: u64 = files.iter().map(|file| file.n_bytes).sum();
        let mut excess = total.saturating_sub(LARGEST_CACHE);
        for file in files {
            let is_old = file.at.elapsed().is_ok_and(|age| age > LONGEST_KEPT);
            if (is_old || excess > 0) && fs::remove_file(&file.path).is_ok() {
                excess = excess.saturating_sub(file.n_bytes);
            }
        }
    }
}

struct KeptFile {
    path: PathBuf,
    at: SystemTime,
    n_bytes: u64,
}

/// The files of a folder, the oldest first.
fn list(folder: &Path) -> Vec<KeptFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |entry: fs::DirEntry| {
        let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(KeptFile {
            path: entry.path(),
            at: about.modified().ok()?,
            n_bytes: about.len(),
        })
    };
    let mut files: Vec<KeptFile> = entries.filter_map(file).collect();
    files.sort_by_key(|file| file.at);
    files
}

impl Kept {
    /// Headers that ask for a new answer only if there is one.
    pub fn conditions(&self) -> Vec<(String, String)> {
        let header = |name: &str| {
            self.headers
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        match (header("etag"), header("last-modified")) {
            (Some(etag), _) => vec![("if-none-match".into(), etag)],
            (None, Some(date)) => vec![("if-modified-since".into(), date)],
            (None, None) => Vec::new(),
        }
    }

    /// The host says that nothing changed: this is its answer of now.
    pub fn as_confirmed(&self, not_modified: Fetched) -> Fetched {
        Fetched {
            status: 200,
            headers: self.headers.clone(),
            body: self.body.clone(),
            n_redacted: self.n_redacted,
            ..not_modified
        }
    }

    /// The host cannot be asked: this is what it said before.
    pub fn into_old(self, url: Url) -> Fetched {
        Fetched {
            url,
            status: 200,
            headers: self.headers,
            body: self.body,
            asked_at: Timestamp::from_nanos(self.asked_at_nanos),
            took: Duration::ZERO,
            is_old: true,
            n_redacted: self.n_redacted,
        }
    }
}
