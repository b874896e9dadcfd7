//! [`FilterMatches`]: which entries a filter lets through, run by run as far as it was asked for. It is kept, so that
//! moving the playhead searches nothing again.

use super::block::{Block, Matches};
use super::cache::Weight;
use super::log_view::LogView;
use super::logs::{LogStore, Slice};
use super::needle::{Needle, TextTest};
use super::threads::side_by_side;
use glass_model::{Labels, Level, LineCondition, LinePattern, LogFilter, LogRef, SharedPredicate, Timestamp};
use std::sync::{Arc, OnceLock};

/// A filter as a key: matchers as name, operator and value; text; level; the key of a predicate; pattern and searched
/// text.
pub(super) type FilterKey = (
    Vec<(String, u8, String)>,
    String,
    bool,
    Level,
    Option<String>,
    [String; 2],
);

fn key_of(filter: &LogFilter) -> FilterKey {
    let matchers = filter.streams.matchers.iter();
    let parts = matchers
        .map(|m| (m.name().to_owned(), m.op() as u8, m.value().to_owned()))
        .collect();
    let text = filter.contains.to_ascii_lowercase();
    let inverse = filter.inverse && !text.is_empty();
    let predicate = filter
        .predicate
        .as_ref()
        .map(|predicate| predicate.0.key().to_owned());
    let more = [filter.pattern.clone(), filter.search.to_ascii_lowercase()];
    (parts, text, inverse, filter.min_level, predicate, more)
}

/// What a filter lets through, run by run as far as it was asked for.
pub(super) struct FilterMatches {
    stream_allowed: Vec<bool>,
    min_level: Level,
    test: TextTest,
    predicate: Option<SharedPredicate>,
    pattern: Option<LinePattern>,
    runs: Vec<OnceLock<Matches>>,
    n_rows: usize,
}

impl Weight for FilterMatches {
    /// As if all runs had been asked for.
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.runs.len() * 128 + self.stream_allowed.len() + self.n_rows * 3 / 20
    }
}

impl FilterMatches {
    /// Whether no text is read to know what passes.
    fn is_without_text(&self) -> bool {
        self.test.is_empty() && self.predicate.is_none() && self.pattern.is_none()
    }
}

/// What every line of a form holds.
fn needle_of(literal: &str) -> Option<Needle> {
    let condition = LineCondition {
        any_of: vec![literal.into()],
        inverse: false,
    };
    (!literal.is_empty()).then(|| Needle::of(&condition))
}

impl LogStore {
    /// The entries that pass `filter`, up to `until`.
    pub(crate) fn view(&self, filter: &LogFilter, until: Timestamp) -> LogView<'_> {
        let key = key_of(filter);
        let matches = self.filters.get(&key).unwrap_or_else(|| {
            let made = self.start_filter(filter);
            self.filters.insert(key, Arc::new(made))
        });
        LogView::new(self, matches, until)
    }

    fn start_filter(&self, filter: &LogFilter) -> FilterMatches {
        let mut needles = Vec::new();
        if !filter.contains.is_empty() {
            needles.push(Needle::ignoring_case(&filter.contains, filter.inverse));
        }
        if !filter.search.is_empty() {
            needles.push(Needle::ignoring_case(&filter.search, false));
        }
        let pattern = (!filter.pattern.is_empty()).then(|| LinePattern::new(&filter.pattern));
        needles.extend(
            pattern
                .iter()
                .flat_map(LinePattern::literals)
                .filter_map(needle_of),
        );
        if let Some(predicate) = &filter.predicate {
            needles.extend(predicate.0.conditions().iter().map(Needle::of));
        }
        let is_allowed = |stream: &super::logs::Stream| filter.streams.matches(&stream.labels);
        FilterMatches {
            stream_allowed: self.streams.iter().map(is_allowed).collect(),
            min_level: filter.min_level,
            test: TextTest::new(needles),
            predicate: filter.predicate.clone(),
            pattern,
            runs: self.runs.iter().map(|_| OnceLock::new()).collect(),
            n_rows: self.runs.iter().map(|run| run.n_rows).sum(),
        }
    }

    pub(super) fn matches<'a>(&self, filter: &'a FilterMatches, run: usize) -> &'a Matches {
        filter.runs[run].get_or_init(|| {
            let block = self.block(run);
            let others = block.matches(&filter.stream_allowed, filter.min_level, |_| true);
            let (matches, damage) = if filter.is_without_text() {
                (others, None)
            } else {
                let (passing, damage) = self.search(run, &block, filter, &others);
                let passes = |recorded: u32| passing.get(recorded as usize) == Some(&true);
                (
                    block.matches(&filter.stream_allowed, filter.min_level, passes),
                    damage,
                )
            };
            matches.with_damage(block.damage().map(str::to_owned).or(damage))
        })
    }

    /// Which of the entries that pass otherwise pass by their text and by the predicate, as recorded; and why some
    /// could not be searched. Slices of which no entry passes otherwise are not read.
    fn search(
        &self,
        run: usize,
        block: &Block,
        filter: &FilterMatches,
        others: &Matches,
    ) -> (Vec<bool>, Option<String>) {
        let run = &self.runs[run];
        let mut rows: Vec<Vec<(u32, u32)>> = vec![Vec::new(); run.slices.len()];
        for position in others.ones(0, block.len()) {
            let (slice, row) = run.slice_of(block.recorded(position));
            rows[slice].push((position as u32, row as u32));
        }
        let (mut passing, mut damage) = (vec![false; run.n_rows], None);
        for (slice, rows) in run.slices.iter().zip(rows).filter(|(_, rows)| !rows.is_empty()) {
            let passing = &mut passing[slice.start..slice.start + slice.n_rows];
            // What was not read passes neither a condition nor its inverse.
            if let Err(trouble) = self.search_slice(slice, (block, &rows), filter, passing) {
                damage.get_or_insert(trouble);
            }
        }
        (passing, damage)
    }

    /// Notes which of `rows`, positions in the block and rows of the slice, pass.
    fn search_slice(
        &self,
        slice: &Slice,
        (block, rows): (&Block, &[(u32, u32)]),
        filter: &FilterMatches,
        passing: &mut [bool],
    ) -> Result<(), String> {
        let Some((texts, by_text)) = self
            .test(slice, &filter.test)
            .map_err(|error| error.to_string())?
        else {
            return Ok(());
        };
        let passes_text = |row: &u32| by_text.get(*row as usize) == Some(&true);
        let is_of_form = |row: u32| {
            let pattern = filter.pattern.as_ref();
            pattern.is_none_or(|pattern| pattern.matches(texts.lines.line(row as usize)))
        };
        let rows = rows
            .iter()
            .filter(|(_, row)| passes_text(row) && is_of_form(*row));
        let Some(predicate) = &filter.predicate else {
            rows.for_each(|(_, row)| passing[*row as usize] = true);
            return Ok(());
        };
        let metadata = self.metadata(slice, &texts)?;
        for (position, row) in rows {
            let (position, row) = (*position as usize, *row as usize);
            let rank = block.stream(position) as usize;
            let (Some(at), Some(stream)) = (block.at(position), self.streams.get(rank)) else {
                continue;
            };
            let metadata: &Labels = &metadata.row(row);
            let line = texts.lines.line(row);
            let (labels, stream) = (&stream.labels, rank);
            passing[row] = predicate.0.keeps(LogRef {
                at,
                stream,
                labels,
                line,
                metadata,
            });
        }
        Ok(())
    }

    /// Filters the first `n_runs` runs on several threads, as far as that was not done before: each must be read.
    pub(super) fn filter_side_by_side(&self, filter: &FilterMatches, n_runs: usize) {
        let is_new = |run: &usize| filter.runs[*run].get().is_none();
        let new: Vec<usize> = (0..n_runs).filter(is_new).collect();
        if new.len() > 1 {
            side_by_side(new.len(), |i| _ = self.matches(filter, new[i]));
        }
    }
}
