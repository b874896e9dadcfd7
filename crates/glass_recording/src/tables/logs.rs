//! `logs`: log entries in slices of time (row groups) of some 16,384; within a slice by stream and time.
//!
//! A slice's times come before those of the next slice of the same file, so that a screenful of lines needs one
//! or two slices, while lines of one stream stand together and compress well.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Labels;

/// A file of log entries, opened: its footer has been read and checked.
#[derive(Clone, Debug)]
pub struct LogsFile {
    slices: Vec<LogSliceMeta>,
}

/// What is known of a slice without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSliceMeta {
    /// The earliest time, in nanoseconds since the epoch.
    pub min_at_nanos: i64,
    /// The latest time.
    pub max_at_nanos: i64,
    /// How many entries there are.
    pub n_rows: usize,
}

/// When and where a slice's lines were written, and how grave they are: columns of one length, ascending by
/// stream and time, of equal times in the order recorded.
#[derive(Clone, Debug, Default)]
pub struct LogIndex {
    /// The times in nanoseconds since the epoch.
    pub at_nanos: Vec<i64>,
    /// The streams' ids.
    pub stream: Vec<u32>,
    /// The levels, as positions in [`glass_model::Level::ALL`].
    pub level: Vec<u8>,
}

/// A slice's lines: one buffer of text, in the order of [`LogIndex`].
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    text: String,
    ends: Vec<u32>,
}

impl LogLines {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The line of one row; empty if there is no such row.
    pub fn line(&self, row: usize) -> &str {
        self.text.get(self.range(row)).unwrap_or_default()
    }

    /// All lines, one after the other and without separators.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the line of one row lies in [`LogLines::text`]; empty if there is no such row.
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        let Some(end) = self.ends.get(row) else {
            return 0..0;
        };
        let start = row
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |start| *start);
        start as usize..*end as usize
    }
}

impl LogsFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// When the member is damaged or no such table.
    pub fn open(member: &Member) -> Result<Self, RecordingError> {
        Err(RecordingError::rejected(member.place(), "not read yet"))
    }

    /// The slices, by time.
    pub fn slices(&self) -> &[LogSliceMeta] {
        &self.slices
    }

    /// Reads times, streams and levels of one slice; they agree with its [`LogSliceMeta`].
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_index(&self, slice: usize) -> Result<LogIndex, RecordingError> {
        Err(RecordingError::rejected(slice, "not read yet"))
    }

    /// Reads the lines of one slice.
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_lines(&self, slice: usize) -> Result<LogLines, RecordingError> {
        Err(RecordingError::rejected(slice, "not read yet"))
    }

    /// Reads the structured metadata of one slice, one set a row.
    ///
    /// # Errors
    /// When there is no such slice, or it is damaged.
    pub fn read_metadata(&self, slice: usize) -> Result<Vec<Labels>, RecordingError> {
        Err(RecordingError::rejected(slice, "not read yet"))
    }
}
