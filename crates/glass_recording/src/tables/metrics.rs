//! `metrics`: float samples by series and time, in chunks (row groups) of some 65,536.

use crate::container::Member;
use crate::error::RecordingError;

/// A file of float samples, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct MetricsFile {
    chunks: Vec<MetricsChunkMeta>,
}

/// What is known of a chunk without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsChunkMeta {
    /// The least series id.
    pub first_series: u32,
    /// The greatest series id.
    pub last_series: u32,
    /// The earliest time, in milliseconds since the epoch.
    pub min_at_millis: i64,
    /// The latest time.
    pub max_at_millis: i64,
    /// How many samples there are.
    pub n_rows: usize,
}

/// Samples in columns of one length, strictly ascending by series and time.
#[derive(Clone, Debug, Default)]
pub struct MetricsChunk {
    /// The series' ids.
    pub series: Vec<u32>,
    /// The times in milliseconds since the epoch.
    pub at_millis: Vec<i64>,
    /// The values, NaN bits as they were recorded.
    pub values: Vec<f64>,
}

impl MetricsFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// When the member is damaged or no such table.
    pub fn open(member: &Member) -> Result<Self, RecordingError> {
        Err(RecordingError::rejected(member.place(), "not read yet"))
    }

    /// The chunks, in order of series and time.
    pub fn chunks(&self) -> &[MetricsChunkMeta] {
        &self.chunks
    }

    /// Reads one chunk; what it holds agrees with its [`MetricsChunkMeta`].
    ///
    /// # Errors
    /// When there is no such chunk, or it is damaged.
    pub fn read(&self, chunk: usize) -> Result<MetricsChunk, RecordingError> {
        Err(RecordingError::rejected(chunk, "not read yet"))
    }
}
