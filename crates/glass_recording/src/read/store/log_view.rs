//! [`LogView`]: the entries that pass a filter, up to a moment.

use super::block::LevelCounts;
use super::log_filter::FilterMatches;
use super::logs::{LogStore, Slice, Texts};
use glass_model::{Entry, Labels, Level, LogLine, Timestamp};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// So many slices of one run have their texts at hand at the same time.
const MAX_HELD: usize = 8;

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
    pub(super) fn new(store: &'a LogStore, filter: Arc<FilterMatches>, until: Timestamp) -> Self {
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
        let (slice, row) = self.store.runs[run].slice_of(block.recorded(position));
        let slice = &self.store.runs[run].slices[slice];
        let texts = match self.store.texts(slice) {
            Ok(texts) => texts,
            Err(error) => {
                self.troubles.borrow_mut().insert(error.to_string());
                return None;
            }
        };
        Some(LogLine {
            labels: self
                .store
                .streams
                .get(block.stream(position) as usize)?
                .labels
                .clone(),
            entry: Entry {
                at,
                line: texts.lines.line(row).to_owned(),
                metadata: self.metadata(slice, &texts, row),
            },
            level: block.level(position),
        })
    }

    /// Hands out the moment, level and text of the matching lines of that range of all, by time. What cannot be read
    /// is left out and becomes one of the view's troubles.
    pub(crate) fn each_text(&self, range: Range<u64>, visit: &mut dyn FnMut(Timestamp, Level, &str)) {
        let n_lines_before = |run: usize| self.before_run.get(run).map_or(u64::MAX, n_lines);
        let n_runs = self.before_run.len() - 1;
        let is_in = |run: &usize| n_lines_before(run + 1) > range.start && n_lines_before(*run) < range.end;
        for run in (0..n_runs).filter(is_in) {
            let before = n_lines_before(run);
            let in_run = range.start.saturating_sub(before)..range.end.min(n_lines_before(run + 1)) - before;
            self.each_text_of_run(run, in_run, visit);
        }
    }

    fn each_text_of_run(&self, run: usize, range: Range<u64>, visit: &mut dyn FnMut(Timestamp, Level, &str)) {
        let matches = self.store.matches(&self.filter, run);
        let Some(first) = matches.position_of(range.start) else {
            return;
        };
        let block = self.store.block(run);
        let run = &self.store.runs[run];
        let mut held: Vec<Option<Option<Arc<Texts>>>> = vec![None; run.slices.len()];
        let n = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let positions = matches
            .ones(first / 64, usize::MAX)
            .skip_while(|position| *position < first);
        for position in positions.take(n) {
            let Some(at) = block.at(position) else { continue };
            let (slice, row) = run.slice_of(block.recorded(position));
            if held[slice].is_none() && held.iter().flatten().count() >= MAX_HELD {
                held.fill(None);
            }
            let texts = held[slice].get_or_insert_with(|| {
                let read = self.store.texts_once(&run.slices[slice]);
                read.map_err(|error| self.troubles.borrow_mut().insert(error.to_string()))
                    .ok()
            });
            if let Some(texts) = texts {
                visit(at, block.level(position), texts.lines.line(row));
            }
        }
    }

    fn metadata(&self, slice: &Slice, texts: &Texts, row: usize) -> Labels {
        match self.store.metadata(slice, texts) {
            Ok(metadata) => metadata.row(row),
            Err(trouble) => {
                self.troubles.borrow_mut().insert(trouble);
                Labels::empty()
            }
        }
    }
}

/// Lines of all levels together.
pub(crate) fn n_lines(counts: &LevelCounts) -> u64 {
    counts.iter().sum()
}
