//! [`LogStore`]: the log entries of a recording, found by time, stream, level and text; and [`LogView`], the same
//! cut at a moment.
//!
//! Entries are kept in runs, disjoint in time: one slice of a file each, or several that overlap. Of a run first
//! the columns without text are read, into a [`Block`]; texts are read for the lines that are shown, and once for
//! each text that is searched for. What a filter lets through is kept as [`Matches`], so that moving the playhead
//! searches nothing again.

use super::block::{Block, LevelCounts, Matches};
use super::cache::{ByteCache, Weight};
use super::found::Found;
use super::needle::Needle;
use crate::container::Archive;
use crate::error::RecordingError;
use crate::tables::logs::{LogLines, LogsFile};
use crate::tables::streams::{StreamRow, read_streams};
use glass_model::{Entry, Labels, Level, LogFilter, LogLine, Selector, Timestamp};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Blocks of ten million entries fit, at 17 bytes each.
const BLOCKS_BUDGET: usize = 176 << 20;
/// The text of half a million ordinary lines, so that going back and forth over a day decodes each slice once.
const LINES_BUDGET: usize = 88 << 20;
/// A dozen filters over ten million entries, or hundreds over half a million.
const FILTERS_BUDGET: usize = 24 << 20;
/// The most entries in slices that overlap each other: two gigabytes of columns.
const MAX_RUN: usize = 1 << 27;
/// How many threads at most filter one recording.
const MAX_THREADS: usize = 4;

/// The log entries of a recording.
pub(crate) struct LogStore {
    files: Vec<LogsFile>,
    /// What could not be opened.
    troubles: Vec<String>,
    /// By rank: sorted.
    streams: Vec<Labels>,
    rank_of_id: HashMap<u32, u32>,
    runs: Vec<Run>,
    blocks: ByteCache<usize, Block>,
    filters: ByteCache<FilterKey, FilterMatches>,
    lines: ByteCache<Slice, Lines>,
}

/// Slices that overlap each other in time, but no slice of another run.
struct Run {
    min_at: Timestamp,
    max_at: Timestamp,
    n_rows: usize,
    slices: Vec<Slice>,
}

/// A time slice: a row group of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Slice {
    file: usize,
    group: usize,
    n_rows: usize,
}

/// The texts of a slice.
struct Lines {
    lines: LogLines,
    metadata: Vec<Labels>,
}

impl Weight for Lines {
    fn n_bytes(&self) -> usize {
        let labels: usize = self
            .metadata
            .iter()
            .flat_map(Labels::iter)
            .map(|(n, v)| 64 + n.len() + v.len())
            .sum();
        self.lines.text().len()
            + self.lines.len() * size_of::<u32>()
            + self.metadata.len() * size_of::<Labels>()
            + labels
    }
}

/// A filter as a key: matchers as name, operator and value.
type FilterKey = (Vec<(String, u8, String)>, String, bool, Level);

fn key_of(filter: &LogFilter) -> FilterKey {
    let matchers = filter.streams.matchers.iter();
    let parts = matchers
        .map(|m| (m.name().to_owned(), m.op() as u8, m.value().to_owned()))
        .collect();
    let text = filter.contains.to_ascii_lowercase();
    let inverse = filter.inverse && !text.is_empty();
    (parts, text, inverse, filter.min_level)
}

/// What a filter lets through, run by run as far as it was asked for.
struct FilterMatches {
    stream_allowed: Vec<bool>,
    min_level: Level,
    needle: Option<Needle>,
    inverse: bool,
    runs: Vec<OnceLock<Matches>>,
    n_rows: usize,
}

impl Weight for FilterMatches {
    /// As if all runs had been asked for.
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.runs.len() * 128 + self.stream_allowed.len() + self.n_rows * 3 / 20
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
        Ok(Self {
            runs: runs_of(&files.items),
            troubles: [rows.troubles, files.troubles].concat(),
            files: files.items,
            streams,
            rank_of_id,
            blocks: ByteCache::new(BLOCKS_BUDGET),
            filters: ByteCache::new(FILTERS_BUDGET),
            lines: ByteCache::new(LINES_BUDGET),
        })
    }

    /// The entries that pass `filter`, up to `until`.
    pub(crate) fn view(&self, filter: &LogFilter, until: Timestamp) -> LogView<'_> {
        let key = key_of(filter);
        let matches = self.filters.get(&key).unwrap_or_else(|| {
            let made = self.start_filter(&filter.streams, &key);
            self.filters.insert(key, Arc::new(made))
        });
        LogView::new(self, matches, until)
    }

    /// When the first entry was written, if that was at or before `until`.
    pub(crate) fn first_at(&self, until: Timestamp) -> Option<Timestamp> {
        self.runs.first().map(|run| run.min_at).filter(|at| *at <= until)
    }

    fn start_filter(&self, streams: &Selector, key: &FilterKey) -> FilterMatches {
        FilterMatches {
            stream_allowed: self
                .streams
                .iter()
                .map(|labels| streams.matches(labels))
                .collect(),
            min_level: key.3,
            needle: Some(&key.1)
                .filter(|text| !text.is_empty())
                .map(|text| Needle::new(text)),
            inverse: key.2,
            runs: self.runs.iter().map(|_| OnceLock::new()).collect(),
            n_rows: self.runs.iter().map(|run| run.n_rows).sum(),
        }
    }

    /// The columns of a run; empty, and saying why, if they cannot be read.
    fn block(&self, run: usize) -> Arc<Block> {
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
            for id in &index.stream {
                let rank = self.rank_of_id.get(id);
                stream.push(
                    *rank.ok_or_else(|| self.damaged(slice, "an entry of a stream that is not listed"))?,
                );
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

    fn matches<'a>(&self, filter: &'a FilterMatches, run: usize) -> &'a Matches {
        filter.runs[run].get_or_init(|| {
            let block = self.block(run);
            let (found, damage) = match &filter.needle {
                None => (Vec::new(), None),
                Some(needle) => self.search(run, &block, filter, needle),
            };
            let passes_text = |recorded: u32| {
                filter.needle.is_none() || found.get(recorded as usize).is_some_and(|f| *f != filter.inverse)
            };
            let damage = block.damage().map(str::to_owned).or(damage);
            block
                .matches(&filter.stream_allowed, filter.min_level, passes_text)
                .with_damage(damage)
        })
    }

    /// Which lines of a run hold the text, as recorded; and why some could not be searched. Slices of which no
    /// entry passes otherwise are not read.
    fn search(
        &self,
        run: usize,
        block: &Block,
        filter: &FilterMatches,
        needle: &Needle,
    ) -> (Vec<bool>, Option<String>) {
        let slices = &self.runs[run].slices;
        let mut is_wanted = vec![false; slices.len()];
        let others = block.matches(&filter.stream_allowed, filter.min_level, |_| true);
        for position in others.ones(0, block.len()) {
            is_wanted[slice_of(slices, block.recorded(position)).0] = true;
        }
        let (mut found, mut damage) = (Vec::with_capacity(block.len()), None);
        for (slice, is_wanted) in slices.iter().zip(is_wanted) {
            let lines = if is_wanted {
                self.search_slice(slice, needle)
            } else {
                Ok(Vec::new())
            };
            let lines = lines.unwrap_or_else(|error| {
                damage.get_or_insert(error.to_string());
                Vec::new()
            });
            let end = found.len() + slice.n_rows;
            found.extend(lines);
            // What was not read matches neither the text nor its inverse.
            found.resize(end, filter.inverse);
        }
        (found, damage)
    }

    /// Reads past the cache: a search through everything would only drive out what is on screen.
    fn search_slice(&self, slice: &Slice, needle: &Needle) -> Result<Vec<bool>, RecordingError> {
        if let Some(held) = self.lines.get(slice) {
            return Ok(found_in(needle, &held.lines));
        }
        Ok(found_in(needle, &self.files[slice.file].read_lines(slice.group)?))
    }

    /// Filters the first `n_runs` runs on several threads, as far as that was not done before: each must be read.
    fn filter_side_by_side(&self, filter: &FilterMatches, n_runs: usize) {
        let is_new = |run: &usize| filter.runs[*run].get().is_none();
        let new: Vec<usize> = (0..n_runs).filter(is_new).collect();
        if new.len() < 2 {
            return;
        }
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(run) = new.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.matches(filter, *run);
            }
        };
        let n_threads = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MAX_THREADS);
        std::thread::scope(|scope| {
            for _ in 1..n_threads {
                // Without a further thread this one does all the work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
    }

    fn texts(&self, slice: &Slice) -> Result<Arc<Lines>, RecordingError> {
        self.lines.get_or_try(slice, || {
            let file = &self.files[slice.file];
            let (lines, metadata) = (file.read_lines(slice.group)?, file.read_metadata(slice.group)?);
            Ok(Lines { lines, metadata })
        })
    }
}

/// The streams of all segments, sorted by labels, each once, and the rank of every id.
fn rank_streams(rows: &[StreamRow]) -> (Vec<Labels>, HashMap<u32, u32>) {
    let mut streams: Vec<Labels> = rows.iter().map(|row| row.labels.clone()).collect();
    streams.sort();
    streams.dedup();
    let rank = |labels: &Labels| streams.binary_search(labels).unwrap_or_default() as u32;
    let rank_of_id = rows.iter().map(|row| (row.id, rank(&row.labels))).collect();
    (streams, rank_of_id)
}

fn found_in(needle: &Needle, lines: &LogLines) -> Vec<bool> {
    needle.found_in(lines.text(), lines.len(), |line| lines.range(line).end)
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
    }
    runs
}

/// Which of `slices` holds the entry with that number, and its row there.
fn slice_of(slices: &[Slice], recorded: u32) -> (usize, usize) {
    let mut row = recorded as usize;
    for (i, slice) in slices.iter().enumerate() {
        match row.checked_sub(slice.n_rows) {
            Some(rest) => row = rest,
            None => return (i, row),
        }
    }
    (0, 0)
}

/// The entries that pass a filter, up to a moment: nothing here depends on a later entry.
pub(crate) struct LogView<'a> {
    store: &'a LogStore,
    filter: Arc<FilterMatches>,
    until: Timestamp,
    /// Matching lines before each run that begins at or before `until`, and at last in all of them.
    before_run: Vec<LevelCounts>,
    troubles: RefCell<BTreeSet<String>>,
}

impl<'a> LogView<'a> {
    fn new(store: &'a LogStore, filter: Arc<FilterMatches>, until: Timestamp) -> Self {
        let n_runs = store.runs.partition_point(|run| run.min_at <= until);
        store.filter_side_by_side(&filter, n_runs);
        let mut view = Self {
            store,
            filter,
            until,
            before_run: Vec::with_capacity(n_runs + 1),
            troubles: RefCell::new(store.troubles.iter().cloned().collect()),
        };
        let mut before = LevelCounts::default();
        view.before_run.push(before);
        for run in 0..n_runs {
            let counts = view.counts_in(run, until);
            before.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
            view.before_run.push(before);
            let damage = store.matches(&view.filter, run).damage();
            view.troubles.get_mut().extend(damage.map(str::to_owned));
        }
        view
    }

    /// What could not be read so far, one sentence each.
    pub(crate) fn troubles(&self) -> Vec<String> {
        self.troubles.borrow().iter().cloned().collect()
    }

    /// How many lines of each level match, up to the view's moment.
    pub(crate) fn total(&self) -> LevelCounts {
        self.before_run.last().copied().unwrap_or_default()
    }

    /// How many lines of each level match at or before `at`, and at or before the view's moment.
    pub(crate) fn counts_until(&self, at: Timestamp) -> LevelCounts {
        let at = at.min(self.until);
        let n_runs = self.store.runs.partition_point(|run| run.min_at <= at);
        let Some(last) = n_runs.checked_sub(1) else {
            return LevelCounts::default();
        };
        let mut counts = self.before_run[last];
        counts
            .iter_mut()
            .zip(self.counts_in(last, at))
            .for_each(|(sum, n)| *sum += n);
        counts
    }

    /// How many lines of each level match in a run at or before `at`.
    fn counts_in(&self, run: usize, at: Timestamp) -> LevelCounts {
        let matches = self.store.matches(&self.filter, run);
        if self.store.runs[run].max_at <= at {
            return matches.all_counts();
        }
        let block = self.store.block(run);
        matches.counts_below(&block, block.n_until(at))
    }

    /// The run and position of the matching line before which `n_before` match.
    fn find(&self, n_before: u64) -> Option<(usize, usize)> {
        if n_before >= n_lines(&self.total()) {
            return None;
        }
        let run = self
            .before_run
            .partition_point(|counts| n_lines(counts) <= n_before)
            .checked_sub(1)?;
        let in_run = n_before - n_lines(&self.before_run[run]);
        let position = self.store.matches(&self.filter, run).position_of(in_run)?;
        Some((run, position))
    }

    /// When the matching line was written before which `n_before` match.
    pub(crate) fn at(&self, n_before: u64) -> Option<Timestamp> {
        let (run, position) = self.find(n_before)?;
        self.store.block(run).at(position)
    }

    /// The matching line before which `n_before` match; `None` also if its text cannot be read, which becomes one
    /// of the view's troubles.
    pub(crate) fn line(&self, n_before: u64) -> Option<LogLine> {
        let (run, position) = self.find(n_before)?;
        let block = self.store.block(run);
        let at = block.at(position)?;
        let slices = &self.store.runs[run].slices;
        let (slice, row) = slice_of(slices, block.recorded(position));
        let texts = match self.store.texts(&slices[slice]) {
            Ok(texts) => texts,
            Err(error) => {
                self.troubles.borrow_mut().insert(error.to_string());
                return None;
            }
        };
        Some(LogLine {
            labels: self.store.streams.get(block.stream(position) as usize)?.clone(),
            entry: Entry {
                at,
                line: texts.lines.line(row).to_owned(),
                metadata: texts.metadata.get(row).cloned().unwrap_or_else(Labels::empty),
            },
            level: block.level(position),
        })
    }
}

/// Lines of all levels together.
pub(crate) fn n_lines(counts: &LevelCounts) -> u64 {
    counts.iter().sum()
}
