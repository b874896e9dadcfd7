//! Opening inputs: compressed or not, with progress.

use super::{ImportError, Job, Progress};
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// Every gzip file begins with these.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Progress is told once in so many items.
const TOLD_EVERY: u64 = 10_000;

/// A text, and how far it has been read.
pub(super) struct Text {
    /// The text, uncompressed.
    pub(super) input: Box<dyn BufRead>,
    n_read: Rc<Cell<u64>>,
    n_bytes: u64,
    n_items: u64,
}

impl Text {
    /// Opens a file, compressed or not.
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(ImportError::io(path))?;
        let about = file.metadata().map_err(ImportError::io(path))?;
        if about.is_dir() {
            let error = io::Error::new(io::ErrorKind::IsADirectory, "a folder, not a file");
            return Err(ImportError::io(path)(error));
        }
        let n_read = Rc::new(Cell::new(0));
        let counted = Counted {
            file,
            n_read: n_read.clone(),
        };
        let mut buffered = BufReader::with_capacity(1 << 16, counted);
        let is_gzip = buffered
            .fill_buf()
            .map_err(ImportError::io(path))?
            .starts_with(&GZIP_MAGIC);
        let input: Box<dyn BufRead> = if is_gzip {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(buffered)))
        } else {
            Box::new(buffered)
        };
        Ok(Self {
            input,
            n_read,
            n_bytes: about.len(),
            n_items: 0,
        })
    }

    /// The meter to tell progress by while the text itself is lent out.
    pub(super) fn split(self) -> (Box<dyn BufRead>, Meter) {
        let Self {
            input,
            n_read,
            n_bytes,
            n_items,
        } = self;
        let meter = Meter {
            n_read,
            n_bytes,
            n_items,
        };
        (input, meter)
    }
}

/// How far a text has been read.
pub(super) struct Meter {
    n_read: Rc<Cell<u64>>,
    n_bytes: u64,
    n_items: u64,
}

impl Meter {
    /// Counts an item, and tells progress now and then.
    pub(super) fn tick(&mut self, job: &mut Job<'_>) {
        self.n_items += 1;
        if self.n_items.is_multiple_of(TOLD_EVERY) {
            (job.progress)(Progress {
                what: format!("reading {}", job.source),
                done: self.n_read.get().min(self.n_bytes),
                total: self.n_bytes,
            });
        }
    }
}

struct Counted {
    file: File,
    n_read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.n_read.set(self.n_read.get() + n as u64);
        Ok(n)
    }
}

/// The last part of a path, `.gz` left out.
pub(super) fn file_name(path: &Path) -> String {
    let absolute = path.canonicalize();
    let path = absolute.as_deref().unwrap_or(path);
    let name = path
        .file_name()
        .map_or_else(|| "input".into(), |name| name.to_string_lossy());
    name.strip_suffix(".gz").unwrap_or(&name).to_owned()
}

/// The first part of a name: `gitops.bundle` is of `gitops`.
pub(super) fn stem(name: &str) -> &str {
    match name.split_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The first line of a text, shortened: what fits as an event's title.
pub(super) fn first_line(text: &str) -> String {
    const MOST: usize = 120;
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
