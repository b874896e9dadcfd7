//! [`LogStore`]: the log entries of a recording, found by time, stream, level and text.
//!
//! Entries are kept in runs, disjoint in time: one slice of a file each, or several that overlap. Of a run first
//! the columns without text are read, into a [`Block`]; texts are read for the lines that are shown or handed out,
//! and for those that are searched. [`super::log_filter`] keeps what a filter lets through,
//! [`super::log_view`] cuts that at a moment, [`super::log_scan`] hands lines to an engine.

use super::block::Block;
use super::cache::{ByteCache, Weight};
use super::found::Found;
use super::log_filter::{FilterKey, FilterMatches};
use super::needle::TextTest;
use crate::container::{Archive, Member};
use crate::error::RecordingError;
use crate::tables::log_filters::{LogFilterRow, SliceKey, read_log_filters};
use crate::tables::logs::{LogLines, LogMetadata, LogsFile};
use crate::tables::streams::{StreamRow, read_streams};
use glass_model::{Labels, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// Blocks of ten million entries fit, at 17 bytes each.
const BLOCKS_BUDGET: usize = 176 << 20;
/// The text of half a million ordinary lines, so that going back and forth over a day decodes each slice once.
const LINES_BUDGET: usize = 88 << 20;
/// A dozen filters over ten million entries, or hundreds over half a million.
const FILTERS_BUDGET: usize = 24 << 20;
/// The most entries in slices that overlap each other: two gigabytes of columns.
const MAX_RUN: usize = 1 << 27;
/// The log entries of a recording.
pub(crate) struct LogStore {
    files: Vec<LogsFile>,
    /// What could not be opened.
    pub(super) troubles: Vec<String>,
    /// By rank: sorted.
    pub(super) streams: Vec<Stream>,
    rank_of_id: HashMap<u32, u32>,
    pub(super) runs: Vec<Run>,
    blocks: ByteCache<usize, Block>,
    pub(super) filters: ByteCache<FilterKey, FilterMatches>,
    texts: ByteCache<Slice, Texts>,
    /// Whether the texts of all slices may stay decoded.
    keeps_texts: bool,
    /// The files of slices' filters, and what was read of them.
    filter_members: Vec<Member>,
    slice_filters: OnceLock<HashMap<SliceKey, LogFilterRow>>,
}

/// A stream, and when its first and last entry were written.
pub(super) struct Stream {
    pub(super) labels: Labels,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
}

/// Slices that overlap each other in time, but no slice of another run.
pub(super) struct Run {
    pub(super) min_at: Timestamp,
    pub(super) max_at: Timestamp,
    pub(super) n_rows: usize,
    pub(super) slices: Vec<Slice>,
}

/// A time slice: a row group of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Slice {
    file: usize,
    group: usize,
    /// The number of its first entry in its run.
    pub(super) start: usize,
    pub(super) n_rows: usize,
}

/// The texts of a slice; the metadata once it was asked for.
pub(super) struct Texts {
    pub(super) lines: LogLines,
    metadata: OnceLock<Result<LogMetadata, String>>,
    n_bytes: usize,
}

/// The texts of a slice, and which of its lines pass a test.
pub(super) type Tested = (Arc<Texts>, Vec<bool>);

impl Weight for Texts {
    /// As if the metadata had been asked for.
    fn n_bytes(&self) -> usize {
        self.n_bytes
    }
}

impl Run {
    /// Which slice holds the entry with that number, and its row there.
    pub(super) fn slice_of(&self, recorded: u32) -> (usize, usize) {
        let recorded = recorded as usize;
        let slice = self
            .slices
            .partition_point(|slice| slice.start <= recorded)
            .saturating_sub(1);
        (slice, recorded - self.slices[slice].start)
    }
}

impl LogStore {
    /// Reads the tables of streams and the files' footers. What cannot be read is left out and becomes a trouble.
    ///
    /// # Errors
    /// When none of the files can be read.
    pub(crate) fn open(archive: &Archive) -> Result<Self, RecordingError> {
        let rows = Found::rows(archive, "streams", read_streams)?;
        let files = Found::each(archive, "logs", LogsFile::open)?;
        let (streams, rank_of_id) = rank_streams(&rows.items);
        let runs = runs_of(&files.items);
        let slices = runs.iter().flat_map(|run| &run.slices);
        let n_bytes = slices
            .map(|slice| texts_bytes(&files.items, slice))
            .fold(0, usize::saturating_add);
        Ok(Self {
            runs,
            keeps_texts: n_bytes <= LINES_BUDGET,
            troubles: [rows.troubles, files.troubles].concat(),
            files: files.items,
            streams,
            rank_of_id,
            blocks: ByteCache::new(BLOCKS_BUDGET),
            filters: ByteCache::new(FILTERS_BUDGET),
            texts: ByteCache::new(LINES_BUDGET),
            filter_members: archive.table("log_filters").cloned().collect(),
            slice_filters: OnceLock::new(),
        })
    }

    /// When the first entry was written, if that was at or before `until`.
    pub(crate) fn first_at(&self, until: Timestamp) -> Option<Timestamp> {
        self.runs.first().map(|run| run.min_at).filter(|at| *at <= until)
    }

    /// The columns of a run; empty, and saying why, if they cannot be read.
    pub(super) fn block(&self, run: usize) -> Arc<Block> {
        let made = self.blocks.get_or_try(&run, || self.read_block(run));
        made.unwrap_or_else(|error| Arc::new(Block::damaged(error.to_string())))
    }

    fn read_block(&self, run: usize) -> Result<Block, RecordingError> {
        let run = &self.runs[run];
        if run.n_rows > MAX_RUN {
            let trouble = format!(
                "{} entries in slices that overlap, at most {MAX_RUN} are read",
                run.n_rows
            );
            return Err(RecordingError::too_large("log tables", trouble));
        }
        let (mut at_nanos, mut stream, mut level) = (Vec::new(), Vec::new(), Vec::new());
        for slice in &run.slices {
            let index = self.files[slice.file].read_index(slice.group)?;
            let in_run = |at: &i64| run.min_at.nanos() <= *at && *at <= run.max_at.nanos();
            if index.at_nanos.len() != slice.n_rows || !index.at_nanos.iter().all(in_run) {
                return Err(self.damaged(slice, "its entries do not lie in the time its statistics say"));
            }
            for same in index.stream.chunk_by(|id, next| id == next) {
                let rank = same.first().and_then(|id| self.rank_of_id.get(id));
                let rank =
                    rank.ok_or_else(|| self.damaged(slice, "an entry of a stream that is not listed"))?;
                stream.resize(stream.len() + same.len(), *rank);
            }
            at_nanos.extend(index.at_nanos);
            level.extend(index.level);
        }
        Ok(Block::new(&at_nanos, &stream, &level))
    }

    fn damaged(&self, slice: &Slice, trouble: &str) -> RecordingError {
        RecordingError::damaged(
            format!("slice {} of log table {}", slice.group, slice.file),
            trouble,
        )
    }

    /// The texts of a slice, which stay decoded while they are shown.
    pub(super) fn texts(&self, slice: &Slice) -> Result<Arc<Texts>, RecordingError> {
        self.texts.get_or_try(slice, || self.read_texts(slice))
    }

    /// The texts of a slice for one look: of a large recording they are not kept, because a search through
    /// everything would only drive out what is on screen.
    pub(super) fn texts_once(&self, slice: &Slice) -> Result<Arc<Texts>, RecordingError> {
        if self.keeps_texts {
            return self.texts(slice);
        }
        match self.texts.get(slice) {
            Some(texts) => Ok(texts),
            None => self.read_texts(slice).map(Arc::new),
        }
    }

    fn read_texts(&self, slice: &Slice) -> Result<Texts, RecordingError> {
        Ok(Texts {
            lines: self.files[slice.file].read_lines(slice.group)?,
            metadata: OnceLock::new(),
            n_bytes: texts_bytes(&self.files, slice),
        })
    }

    /// The texts of a slice and which of its lines pass `test`; `None` if it is known without reading that none does.
    pub(super) fn test(&self, slice: &Slice, test: &TextTest) -> Result<Option<Tested>, RecordingError> {
        let is_held = self.keeps_texts && self.texts.get(slice).is_some();
        if !is_held
            && self
                .slice_filter(slice)
                .is_some_and(|filter| !test.may_pass(filter))
        {
            return Ok(None);
        }
        let texts = self.texts_once(slice)?;
        let passing = test.passing(&texts.lines);
        Ok(Some((texts, passing)))
    }

    fn slice_filter(&self, slice: &Slice) -> Option<&LogFilterRow> {
        let filters = self
            .slice_filters
            .get_or_init(|| read_slice_filters(&self.filter_members));
        filters.get(&self.files[slice.file].key(slice.group)?)
    }

    /// The structured metadata of a slice.
    pub(super) fn metadata<'a>(&self, slice: &Slice, texts: &'a Texts) -> Result<&'a LogMetadata, String> {
        let read = || {
            self.files[slice.file]
                .read_metadata(slice.group)
                .map_err(|error| error.to_string())
        };
        texts.metadata.get_or_init(read).as_ref().map_err(String::clone)
    }
}

/// The slices' filters. One that cannot be read costs time and no line. Two for the same slice that differ are none:
/// either may be of other lines.
fn read_slice_filters(members: &[Member]) -> HashMap<SliceKey, LogFilterRow> {
    let mut filters: HashMap<SliceKey, LogFilterRow> = HashMap::new();
    let mut doubtful: HashSet<SliceKey> = HashSet::new();
    for filter in members
        .iter()
        .flat_map(|member| read_log_filters(member).unwrap_or_default())
    {
        match filters.get(&filter.slice) {
            Some(other) if *other != filter => _ = doubtful.insert(filter.slice),
            _ => _ = filters.insert(filter.slice, filter),
        }
    }
    filters.retain(|slice, _| !doubtful.contains(slice));
    filters
}

/// About how many bytes a slice's texts take in memory.
fn texts_bytes(files: &[LogsFile], slice: &Slice) -> usize {
    let (lines, metadata) = files[slice.file].plain_bytes(slice.group);
    size_of::<Texts>() + lines + metadata + slice.n_rows * 2 * size_of::<u32>()
}

/// The streams of all segments, sorted by labels, each once, and the rank of every id.
fn rank_streams(rows: &[StreamRow]) -> (Vec<Stream>, HashMap<u32, u32>) {
    let mut sorted: Vec<&StreamRow> = rows.iter().collect();
    sorted.sort_by(|a, b| a.labels.cmp(&b.labels));
    let mut streams: Vec<Stream> = Vec::new();
    let mut rank_of_id = HashMap::new();
    for row in sorted {
        let first_at = Timestamp::from_nanos(row.first_at_nanos);
        let last_at = Timestamp::from_nanos(row.last_at_nanos);
        match streams.last_mut().filter(|stream| stream.labels == row.labels) {
            Some(stream) => {
                stream.first_at = stream.first_at.min(first_at);
                stream.last_at = stream.last_at.max(last_at);
            }
            None => streams.push(Stream {
                labels: row.labels.clone(),
                first_at,
                last_at,
            }),
        }
        rank_of_id.insert(row.id, streams.len() as u32 - 1);
    }
    (streams, rank_of_id)
}

/// Puts all slices in order of time, those that overlap into one run.
fn runs_of(files: &[LogsFile]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let all = files.iter().enumerate().flat_map(|(file, logs)| {
        let slices = logs.slices().iter().enumerate();
        slices.map(move |(group, meta)| {
            (
                Slice {
                    file,
                    group,
                    start: 0,
                    n_rows: meta.n_rows,
                },
                meta,
            )
        })
    });
    let mut all: Vec<_> = all.filter(|(slice, _)| slice.n_rows > 0).collect();
    all.sort_by_key(|(_, meta)| meta.min_at_nanos);
    for (slice, meta) in all {
        let (min_at, max_at) = (
            Timestamp::from_nanos(meta.min_at_nanos),
            Timestamp::from_nanos(meta.max_at_nanos),
        );
        match runs.last_mut() {
            Some(run) if min_at <= run.max_at => {
                run.max_at = run.max_at.max(max_at);
                run.n_rows += slice.n_rows;
                run.slices.push(slice);
            }
            _ => runs.push(Run {
                min_at,
                max_at,
                n_rows: slice.n_rows,
                slices: vec![slice],
            }),
        }
    }
    for run in &mut runs {
        // As recorded: the order of files and of the slices in them, whatever their times.
        run.slices.sort_by_key(|slice| (slice.file, slice.group));
        let mut start = 0;
        for slice in &mut run.slices {
            slice.start = start;
            start += slice.n_rows;
        }
    }
    runs
}
