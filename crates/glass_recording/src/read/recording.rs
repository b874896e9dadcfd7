//! [`Recording`]: a recording, opened; its tables are read when they are first asked for.

use super::snapshot::Snapshot;
use super::store::Store;
use super::{answers, jump};
use crate::container::Archive;
use crate::error::RecordingError;
use glass_model::{
    Answer, Backend, Jump, Labels, LogFilter, LogRef, LogScan, Navigator, Provenance, Querier, QueryError,
    Question, RecordingInfo, Selector, SeriesData, Stream, TimeRange, Timestamp,
};
use std::ops::ControlFlow;
use std::path::Path;

/// A recording. It may be asked from several threads; what it decodes it keeps, in bounded memory.
///
/// What happened in it is read through [`Recording::at`], as of a moment. Without one it tells only of itself:
/// [`Recording::info`].
pub struct Recording {
    store: Store,
}

impl Recording {
    /// Opens a `.glass` file, an unpacked folder, or the folder of a recording in progress. Reads its directory
    /// and manifest only.
    ///
    /// # Errors
    /// When there is no recording at `path`, or its directory or manifest is damaged or of a newer version.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        Archive::open(path).map(Self::of)
    }

    /// Opens a finished file that is in memory, such as one embedded in the program; `name` is for messages.
    ///
    /// # Errors
    /// As for [`Recording::open`].
    pub fn from_bytes(name: &str, bytes: &'static [u8]) -> Result<Self, RecordingError> {
        Archive::from_bytes(name, bytes).map(Self::of)
    }

    fn of(archive: Archive) -> Self {
        Self {
            store: Store::new(archive),
        }
    }

    /// What the recording says of itself: its provenance, not what happened in it. What cannot be read is said in
    /// its warnings.
    pub fn info(&self) -> RecordingInfo {
        self.store.info()
    }

    /// The recording as it was known at `as_of`.
    pub fn at(&self, as_of: Timestamp) -> Snapshot<'_> {
        Snapshot::new(&self.store, as_of)
    }
}

impl Backend for Recording {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        answers::answer(&self.at(question.as_of), &question.ask)
    }
}

impl Querier for Recording {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        answers::plain::series(&self.at(as_of), selector, range)
    }

    fn each_series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
        visit: &mut dyn FnMut(SeriesData) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        answers::plain::each_series(&self.at(as_of), selector, range, visit)
    }

    fn series_labels(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        answers::plain::series_labels(&self.at(as_of), selector, range)
    }

    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        answers::plain::entries(&self.at(as_of), filter, range, limit)
    }

    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        answers::scan::each_line(&self.at(as_of), scan, visit)
    }

    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        answers::scan::stream_labels(&self.at(as_of), streams, range)
    }
}

impl Navigator for Recording {
    fn jump(&self, jump: Jump) -> Result<Option<Timestamp>, QueryError> {
        jump::jump(&self.store, jump)
    }
}

/// Its name and place, nothing of its content.
impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording")
            .field("place", &self.store.place())
            .finish_non_exhaustive()
    }
}
