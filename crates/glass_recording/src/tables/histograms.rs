//! `histograms`: native histogram samples by series and time.

use super::metrics::MetricsChunkMeta;
use crate::container::Member;
use crate::error::RecordingError;
use glass_model::NativeHistogram;

/// A file of native histograms, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct HistogramsFile {
    chunks: Vec<MetricsChunkMeta>,
}

/// Histograms in columns of one length, strictly ascending by series and time.
#[derive(Clone, Debug, Default)]
pub struct HistogramsChunk {
    /// The series' ids.
    pub series: Vec<u32>,
    /// The times in milliseconds since the epoch.
    pub at_millis: Vec<i64>,
    /// The histograms.
    pub histograms: Vec<NativeHistogram>,
}

impl HistogramsFile {
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
    pub fn read(&self, chunk: usize) -> Result<HistogramsChunk, RecordingError> {
        Err(RecordingError::rejected(chunk, "not read yet"))
    }
}
