//! [`HttpFiles`]: a folder of log files over HTTP, as a web server lists it or an object store.
//!
//! Files are read in bounded pieces by range requests, gzip unpacked as it comes within bounds; of a large file only
//! the part around the wanted time is fetched. A line without a time has that of the line before it.

mod feed;
mod read;
mod search;
mod walk;

use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Fetched, Want};
use crate::log_lines::{LinesRead, Sink, Visitor};
use glass_formats::file_listing::ListedFile;
use glass_model::{Completeness, LogLine, TimeRange, Timestamp};
use std::ops::ControlFlow;

const FILES: Endpoint = Endpoint::get("/**");

/// Everything below the folder, by GET.
pub const ENDPOINTS: &[Endpoint] = &[FILES];

/// How much is read at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes a request asks for.
    pub piece_bytes: u64,
    /// Bytes of an answer where a server does not give pieces.
    pub whole_bytes: u64,
    /// Bytes of one file, unpacked.
    pub file_bytes: u64,
    /// Files of one question.
    pub n_files: usize,
    /// Folders that are listed for it.
    pub n_folders: usize,
    /// How deep folders may lie within each other; 0 for the first alone.
    pub depth: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            piece_bytes: 4 << 20,
            whole_bytes: 64 << 20,
            file_bytes: 256 << 20,
            n_files: 500,
            n_folders: 50,
            depth: 3,
        }
    }
}

/// Which lines of which files are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct FilesAsk {
    /// The folder below the source's address, such as `nginx/`; empty for the source's own.
    pub folder: String,
    /// Which files in it by their path from the source's address, such as `**/*.log`: `*` is any part of a name, `**`
    /// any part of a path; empty for all.
    pub pattern: String,
    /// From when to when, both included.
    pub range: TimeRange,
    /// At most so many lines; 0 for all.
    pub limit: u64,
}

/// Log files over HTTP.
#[derive(Clone, Debug)]
pub struct HttpFiles {
    door: Door,
    want: Want,
    limits: FileLimits,
}

impl HttpFiles {
    /// Over a door made with [`ENDPOINTS`], whose base is the folder.
    pub fn new(door: Door) -> Self {
        Self {
            door,
            want: Want::any(),
            limits: FileLimits::default(),
        }
    }

    /// How much trouble every answer is worth; its size is set by the limits.
    #[must_use]
    pub fn with_want(mut self, want: Want) -> Self {
        self.want = want;
        self
    }

    /// How much is read at most.
    #[must_use]
    pub fn with_limits(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The way there.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// The files below a folder that fit a pattern, with their paths from the source's address, the oldest first.
    ///
    /// # Errors
    /// When the folder itself cannot be listed; see [`FetchError`].
    pub async fn list(&self, folder: &str, pattern: &str) -> Result<Told<Vec<ListedFile>>, FetchError> {
        let mut work = Work::default();
        let files = self.walk(folder, pattern, &mut work).await?;
        work.told(files)
    }

    /// Hands all lines of a range to `visitor`, file by file, each file in its order.
    ///
    /// A file that cannot be read makes the answer partial. Of an answer that was stopped early, nothing is said to
    /// be covered.
    ///
    /// # Errors
    /// When there is nothing at all; see [`FetchError`].
    pub async fn lines(
        &self,
        ask: &FilesAsk,
        visitor: &mut Visitor<'_>,
    ) -> Result<Told<LinesRead>, FetchError> {
        let mut work = Work::default();
        let files = self.walk(&ask.folder, &ask.pattern, &mut work).await?;
        let mut sink = Sink::new(visitor, ask.limit);
        let mut failed = None;
        let mut n_read = 0;
        for file in &files {
            if sink.is_full() {
                break;
            }
            // What was not changed since has nothing of the range.
            if file.modified.is_some_and(|modified| modified < ask.range.start) {
                continue;
            }
            match self.read(file, ask.range, &mut sink, &mut work).await {
                Ok(()) => n_read += 1,
                Err(error) => {
                    work.gap(format!("{} could not be read: {error}", file.name));
                    failed = Some(error);
                }
            }
        }
        if let (Some(error), 0, 0) = (failed, n_read, sink.n_lines) {
            return Err(error);
        }
        let covered = if sink.is_full() {
            TimeRange::new(ask.range.start, ask.range.start.plus_nanos(-1))
        } else {
            ask.range
        };
        work.n_redacted += sink.n_redacted;
        let n_lines = sink.n_lines;
        let n_requests = work.n_requests;
        work.told(LinesRead {
            n_lines,
            n_requests,
            covered,
        })
    }

    /// Lines of a range by time. With a limit they are the first that were found, and need not be the earliest.
    ///
    /// # Errors
    /// As [`HttpFiles::lines`].
    pub async fn page(&self, ask: &FilesAsk) -> Result<Told<Vec<LogLine>>, FetchError> {
        let mut lines = Vec::new();
        let told = self
            .lines(ask, &mut |line| {
                lines.push(line);
                ControlFlow::Continue(())
            })
            .await?;
        lines.sort_by_key(|line| line.entry.at);
        Ok(told.map(|_| lines))
    }
}

/// What is gathered on the way to an answer.
#[derive(Debug, Default)]
struct Work {
    told: Option<Told<()>>,
    n_requests: u64,
    n_redacted: u64,
    gaps: Vec<String>,
    n_more_gaps: usize,
    warnings: Vec<String>,
}

/// So many gaps are told in full; of the others only the count.
const MOST_GAPS: usize = 8;

impl Work {
    fn heed(&mut self, fetched: &Fetched) {
        match &mut self.told {
            Some(told) => told.heed(fetched),
            None => self.told = Some(Told::of((), fetched)),
        }
    }

    fn gap(&mut self, what: String) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(what);
        } else {
            self.n_more_gaps += 1;
        }
    }

    fn told<T>(self, value: T) -> Result<Told<T>, FetchError> {
        let Some(told) = self.told else {
            return Err(FetchError::Unsupported("nothing was asked for".into()));
        };
        let mut told = told.map(|()| value);
        told.n_redacted += self.n_redacted;
        for warning in self.warnings {
            told.warn(warning);
        }
        let mut gaps = self.gaps;
        if self.n_more_gaps > 0 {
            gaps.push(format!("and {} more", self.n_more_gaps));
        }
        if !gaps.is_empty() {
            told.completeness = Completeness::Partial(gaps.join("; "));
        }
        Ok(told)
    }
}

/// By when a file was written: what its list says, or now.
fn written_by(file: &ListedFile) -> Timestamp {
    file.modified.unwrap_or_else(crate::http::now)
}
