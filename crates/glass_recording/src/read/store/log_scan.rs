//! Hands log lines to an engine, [`LogStore::scan`]: run by run in order of time, a few runs ahead on other threads,
//! borrowed from the slices they lie in.

use super::block::Block;
use super::logs::{LogStore, Run, Slice, Texts};
use super::needle::{Needle, TextTest};
use super::threads::{n_threads, side_by_side};
use glass_model::{Labels, LogOrder, LogRef, LogScan, Selector, TimeRange};
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, OnceLock};

/// So many slices of one run have their texts at hand at the same time; of a run of more, texts are read again
/// while its lines are handed out.
const MAX_HELD: usize = 4;

/// What is asked of every run.
struct Wish<'a> {
    stream_allowed: Vec<bool>,
    all_streams: bool,
    range: TimeRange,
    test: TextTest,
    scan: &'a LogScan,
}

/// The lines of a run that are wanted.
#[derive(Default)]
struct Ready {
    block: Option<Arc<Block>>,
    /// Positions in the block, ascending.
    positions: Vec<u32>,
    /// By slice of the run, of those that are at hand.
    texts: Vec<Option<Arc<Texts>>>,
    troubles: BTreeSet<String>,
}

impl LogStore {
    /// Hands out the lines of `scan` inside `range`, until `visit` breaks. Returns what could not be read, one
    /// sentence each.
    pub(crate) fn scan(
        &self,
        scan: &LogScan,
        range: TimeRange,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Vec<String> {
        let wish = self.wish(scan, range);
        let runs = self.runs_inside(self.reach(&wish.stream_allowed, range));
        let mut visitor = Visitor {
            store: self,
            scan,
            numbers: vec![None; self.streams.len()],
            n_streams: 0,
            empty: Labels::empty(),
            troubles: self.troubles.iter().cloned().collect(),
            visit,
        };
        let n_runs = runs.len();
        let run_of = |i: usize| match scan.order {
            LogOrder::Forward => runs.start + i,
            LogOrder::Backward => runs.end - 1 - i,
        };
        let prepare = &|batch: Range<usize>| self.prepare_all(batch.map(run_of).collect(), &wish);
        // Few lines may be wanted: no more is read ahead than was handed out before.
        let next = |done: usize| done..n_runs.min(done + done.clamp(1, 2 * n_threads()));
        let mut batch = next(0);
        let mut ready = prepare(batch.clone());
        while !batch.is_empty() {
            let ahead = next(batch.end);
            let reads_ahead = batch.len() >= n_threads() && n_threads() > 1;
            let (flow, prepared) = std::thread::scope(|scope| {
                let ahead = ahead.clone();
                let reader = reads_ahead
                    .then(|| std::thread::Builder::new().spawn_scoped(scope, move || prepare(ahead)));
                let flow = batch
                    .clone()
                    .zip(ready)
                    .try_for_each(|(i, ready)| visitor.run(run_of(i), ready));
                (
                    flow,
                    reader.and_then(Result::ok).and_then(|reader| reader.join().ok()),
                )
            });
            if flow.is_break() {
                break;
            }
            ready = prepared.unwrap_or_else(|| prepare(ahead.clone()));
            batch = ahead;
        }
        visitor.troubles.into_iter().collect()
    }

    /// The labels of the streams with a line inside `range`, sorted, and what could not be read. Times are decoded
    /// only as long as the table of streams does not tell.
    pub(crate) fn stream_labels(&self, streams: &Selector, range: TimeRange) -> (Vec<Labels>, Vec<String>) {
        let mut open: Vec<bool> = Vec::with_capacity(self.streams.len());
        let mut found = vec![false; self.streams.len()];
        for (stream, found) in self.streams.iter().zip(&mut found) {
            let is_asked = !range.is_empty() && streams.matches(&stream.labels);
            *found = is_asked && (range.contains(stream.first_at) || range.contains(stream.last_at));
            open.push(is_asked && !*found && stream.first_at < range.start && stream.last_at > range.end);
        }
        let mut troubles: BTreeSet<String> = self.troubles.iter().cloned().collect();
        for run in self.runs_inside(range) {
            if !open.contains(&true) {
                break;
            }
            let block = self.block(run);
            troubles.extend(block.damage().map(str::to_owned));
            for position in positions_inside(&block, range) {
                let rank = block.stream(position) as usize;
                found[rank] |= open[rank];
                open[rank] = false;
            }
        }
        let labels = self.streams.iter().zip(found).filter(|(_, found)| *found);
        (
            labels.map(|(stream, _)| stream.labels.clone()).collect(),
            troubles.into_iter().collect(),
        )
    }

    fn wish<'a>(&self, scan: &'a LogScan, range: TimeRange) -> Wish<'a> {
        let allowed = self
            .streams
            .iter()
            .map(|stream| scan.streams.matches(&stream.labels));
        let stream_allowed: Vec<bool> = allowed.collect();
        Wish {
            all_streams: stream_allowed.iter().all(|allowed| *allowed),
            stream_allowed,
            range,
            test: TextTest::new(scan.conditions.iter().map(Needle::of).collect()),
            scan,
        }
    }

    /// The part of `range` in which the streams have lines; empty if none is wanted.
    fn reach(&self, stream_allowed: &[bool], range: TimeRange) -> TimeRange {
        let wanted = self
            .streams
            .iter()
            .zip(stream_allowed)
            .filter(|(_, allowed)| **allowed);
        let lives = wanted.map(|(stream, _)| TimeRange::new(stream.first_at, stream.last_at));
        let Some(lives) = lives.reduce(TimeRange::union) else {
            return TimeRange::new(range.end, range.end.plus_nanos(-1));
        };
        TimeRange::new(range.start.max(lives.start), range.end.min(lives.end))
    }

    fn runs_inside(&self, range: TimeRange) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let first = self.runs.partition_point(|run| run.max_at < range.start);
        let end = self.runs.partition_point(|run| run.min_at <= range.end);
        first..end.max(first)
    }

    fn prepare_all(&self, runs: Vec<usize>, wish: &Wish<'_>) -> Vec<Ready> {
        let ready: Vec<OnceLock<Ready>> = runs.iter().map(|_| OnceLock::new()).collect();
        side_by_side(runs.len(), |i| _ = ready[i].set(self.prepare(runs[i], wish)));
        ready
            .into_iter()
            .map(|ready| ready.into_inner().unwrap_or_default())
            .collect()
    }

    /// Finds the lines of a run that are wanted. If all lines of the run may be wanted, their texts are searched
    /// first; times and streams are then read only if something was found.
    fn prepare(&self, at: usize, wish: &Wish<'_>) -> Ready {
        let run = &self.runs[at];
        let mut ready = Ready {
            texts: vec![None; run.slices.len()],
            ..Ready::default()
        };
        let is_inside = wish.range.contains(run.min_at) && wish.range.contains(run.max_at);
        let passing = if wish.test.is_empty() {
            None
        } else if is_inside && wish.all_streams {
            Some(self.search_run(run, |_| true, wish, &mut ready))
        } else {
            let block = self.block(at);
            let mut is_wanted = vec![false; run.slices.len()];
            for position in wanted(&block, wish) {
                is_wanted[run.slice_of(block.recorded(position)).0] = true;
            }
            Some(self.search_run(run, |slice| is_wanted[slice], wish, &mut ready))
        };
        if passing.as_ref().is_some_and(|passing| !passing.contains(&true)) {
            return ready;
        }
        let block = self.block(at);
        ready.troubles.extend(block.damage().map(str::to_owned));
        let passes = |position: &usize| {
            let recorded = block.recorded(*position) as usize;
            passing
                .as_ref()
                .is_none_or(|passing| passing.get(recorded) == Some(&true))
        };
        ready.positions = wanted(&block, wish)
            .filter(passes)
            .map(|position| position as u32)
            .collect();
        if (wish.scan.needs_line || wish.scan.needs_metadata) && run.slices.len() <= MAX_HELD {
            self.hold_texts(run, &block, &mut ready);
        }
        ready.block = Some(block);
        ready
    }

    /// Which lines pass the conditions, as recorded. Of a run of few slices the texts stay at hand.
    fn search_run(
        &self,
        run: &Run,
        is_wanted: impl Fn(usize) -> bool,
        wish: &Wish<'_>,
        ready: &mut Ready,
    ) -> Vec<bool> {
        let mut passing = vec![false; run.n_rows];
        for (i, slice) in run.slices.iter().enumerate().filter(|(i, _)| is_wanted(*i)) {
            match self.test(slice, &wish.test) {
                Ok(None) => {}
                Ok(Some((texts, found))) => {
                    let found = &found[..slice.n_rows.min(found.len())];
                    passing[slice.start..slice.start + found.len()].copy_from_slice(found);
                    if run.slices.len() <= MAX_HELD && found.contains(&true) {
                        ready.texts[i] = Some(texts);
                    }
                }
                Err(error) => _ = ready.troubles.insert(error.to_string()),
            }
        }
        passing
    }

    /// Reads the texts of slices of which lines are wanted, as far as that was not done, and their metadata.
    fn hold_texts(&self, run: &Run, block: &Block, ready: &mut Ready) {
        let mut is_wanted = vec![false; run.slices.len()];
        for position in &ready.positions {
            is_wanted[run.slice_of(block.recorded(*position as usize)).0] = true;
        }
        for (i, slice) in run.slices.iter().enumerate().filter(|(i, _)| is_wanted[*i]) {
            if ready.texts[i].is_none() {
                match self.texts_once(slice) {
                    Ok(texts) => ready.texts[i] = Some(texts),
                    Err(error) => _ = ready.troubles.insert(error.to_string()),
                }
            }
        }
    }
}

fn positions_inside(block: &Block, range: TimeRange) -> Range<usize> {
    let first = block.n_before(range.start);
    first..block.n_until(range.end).max(first)
}

/// The positions of the entries of the wanted time and streams.
fn wanted<'a>(block: &'a Block, wish: &'a Wish<'_>) -> impl Iterator<Item = usize> + 'a {
    let is_allowed =
        |position: &usize| wish.stream_allowed.get(block.stream(*position) as usize) == Some(&true);
    positions_inside(block, wish.range).filter(is_allowed)
}

/// Hands out lines and numbers their streams in the order in which they come: any other order would tell of streams
/// that are still to come.
struct Visitor<'a> {
    store: &'a LogStore,
    scan: &'a LogScan,
    /// By rank.
    numbers: Vec<Option<usize>>,
    n_streams: usize,
    empty: Labels,
    troubles: BTreeSet<String>,
    visit: &'a mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
}

impl Visitor<'_> {
    fn run(&mut self, run: usize, ready: Ready) -> ControlFlow<()> {
        self.troubles.extend(ready.troubles);
        let Some(block) = ready.block else {
            return ControlFlow::Continue(());
        };
        let run = &self.store.runs[run];
        let order = self.scan.order;
        let mut line = |position: &u32| self.line(run, &block, *position as usize, &ready.texts);
        match order {
            LogOrder::Forward => ready.positions.iter().try_for_each(&mut line),
            LogOrder::Backward => ready.positions.iter().rev().try_for_each(&mut line),
        }
    }

    /// A line that cannot be read is left out and becomes a trouble.
    fn line(
        &mut self,
        run: &Run,
        block: &Block,
        position: usize,
        held: &[Option<Arc<Texts>>],
    ) -> ControlFlow<()> {
        let rank = block.stream(position) as usize;
        let (Some(at), Some(stream)) = (block.at(position), self.store.streams.get(rank)) else {
            return ControlFlow::Continue(());
        };
        let (slice, row) = run.slice_of(block.recorded(position));
        let mut texts = held.get(slice).and_then(Option::as_ref);
        let slice = &run.slices[slice];
        let read;
        if texts.is_none() && (self.scan.needs_line || self.scan.needs_metadata) {
            match self.store.texts(slice) {
                Ok(found) => {
                    read = found;
                    texts = Some(&read);
                }
                Err(error) => {
                    self.troubles.insert(error.to_string());
                    return ControlFlow::Continue(());
                }
            }
        }
        let line = texts.map_or("", |texts| texts.lines.line(row));
        let metadata = match texts {
            Some(texts) if self.scan.needs_metadata => self.metadata(slice, texts, row),
            _ => self.empty.clone(),
        };
        let number = *self.numbers[rank].get_or_insert_with(|| {
            self.n_streams += 1;
            self.n_streams - 1
        });
        (self.visit)(LogRef {
            at,
            stream: number,
            labels: &stream.labels,
            line,
            metadata: &metadata,
        })
    }

    fn metadata(&mut self, slice: &Slice, texts: &Texts, row: usize) -> Labels {
        match self.store.metadata(slice, texts) {
            Ok(metadata) => metadata.row(row),
            Err(trouble) => {
                self.troubles.insert(trouble);
                self.empty.clone()
            }
        }
    }
}
