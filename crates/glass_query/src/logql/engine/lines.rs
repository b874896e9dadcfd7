//! Log queries: [`Engine::lines`] and what it finds.

use super::{Engine, Stats, braced};
use crate::logql::ast::Query;
use crate::logql::stages::{Category, LineState, Pipeline, Scratch};
use glass_model::{Labels, LogOrder, LogScan, Provenance, QueryError, TimeRange, Timestamp};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// A line that a query has found, after all its stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// When it was written.
    pub at: Timestamp,
    /// Its text.
    pub line: String,
    /// What is left of its stream's labels.
    pub stream: Labels,
    /// What is left of its structured metadata.
    pub metadata: Labels,
    /// Labels that stages have made, `__error__` among them.
    pub parsed: Labels,
}

impl FoundLine {
    /// All its labels as one set.
    pub fn labels(&self) -> Labels {
        let parts = [&self.stream, &self.metadata, &self.parsed];
        Labels::new(parts.into_iter().flat_map(|labels| labels.iter()))
    }

    /// All its labels but those of its stream.
    pub fn other_labels(&self) -> Labels {
        Labels::new(self.metadata.iter().chain(self.parsed.iter()))
    }
}

/// Lines that share labels, in the order they were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundStream {
    /// What they share.
    pub labels: Labels,
    /// The lines.
    pub lines: Vec<FoundLine>,
}

/// What a log query has found.
#[derive(Clone, Debug)]
pub struct FoundLines {
    /// The lines, in the order asked for.
    pub lines: Vec<FoundLine>,
    /// What may make the answer wrong.
    pub warnings: Vec<String>,
    /// Where the lines come from.
    pub provenance: Provenance,
    /// How much was read.
    pub stats: Stats,
}

impl FoundLines {
    /// Streams by all labels, structured metadata and parsed labels among them; sorted by the labels'
    /// text, as the server sorts them.
    pub fn by_all_labels(self) -> Vec<FoundStream> {
        grouped(self.lines, FoundLine::labels)
    }

    /// Streams by the stream's own labels alone: what a client gets that asks for categorized labels.
    pub fn by_stream(self) -> Vec<FoundStream> {
        grouped(self.lines, |line| line.stream.clone())
    }
}

fn grouped(lines: Vec<FoundLine>, labels: impl Fn(&FoundLine) -> Labels) -> Vec<FoundStream> {
    let mut streams: HashMap<Labels, Vec<FoundLine>> = HashMap::new();
    for line in lines {
        streams.entry(labels(&line)).or_default().push(line);
    }
    let streams = streams.into_iter();
    let mut streams: Vec<FoundStream> = streams
        .map(|(labels, lines)| FoundStream { labels, lines })
        .collect();
    // The server compares what it writes: of two sets that begin alike the longer one goes first.
    streams.sort_by_cached_key(|stream| braced(&stream.labels));
    streams
}

impl Engine<'_> {
    /// Finds the lines of a log query from `range.start` on and before `range.end`, at most `limit` of them, or as
    /// many as there may be samples if that is 0.
    ///
    /// # Errors
    /// When it is a metric query, or the data cannot be read.
    pub fn lines(
        &self,
        query: &Query,
        range: TimeRange,
        limit: usize,
        order: LogOrder,
    ) -> Result<FoundLines, QueryError> {
        self.lines_apart(query, range, (limit, order), 0)
    }

    /// As [`Engine::lines`], but leaves out a line that is not at least `interval_nanos` later than the one found
    /// before it: as Loki does, so that the backward order finds one line alone.
    ///
    /// # Errors
    /// As for [`Engine::lines`].
    pub fn lines_apart(
        &self,
        query: &Query,
        range: TimeRange,
        (limit, order): (usize, LogOrder),
        interval_nanos: i64,
    ) -> Result<FoundLines, QueryError> {
        let Query::Log(log) = query else {
            return Err(QueryError::Execution("a metric query has no lines".into()));
        };
        let mut pipeline = Pipeline::new(log, self.as_of);
        let sieve = Pipeline::sieve(log, self.as_of);
        let scan = LogScan {
            streams: log.streams.clone(),
            range: TimeRange::new(range.start, range.end.plus_nanos(-1)),
            conditions: pipeline.push_down(),
            order,
            needs_line: true,
            needs_metadata: true,
        };
        let limit = if limit == 0 {
            self.limits.max_samples
        } else {
            limit
        };
        let (mut lines, mut stats, mut scratch) = (Vec::new(), Stats::default(), Scratch::default());
        let mut last: Option<Timestamp> = None;
        let mut stopped = None;
        let provenance = self.source.each_line(&scan, self.as_of, &mut |line| {
            if let Some(error) = stats.count(&line, &self.control) {
                stopped = Some(error);
                return ControlFlow::Break(());
            }
            let next = last.map(|last| last.plus_nanos(interval_nanos));
            let is_near = interval_nanos > 0 && next.is_some_and(|next| line.at < next);
            if let Some(sieve) = &sieve
                && sieve.run(line, &mut scratch, |_| ()).is_none()
            {
                return ControlFlow::Continue(());
            }
            let kept = pipeline.run(line, &mut scratch, |state| (!is_near).then(|| found(state)));
            let Some(found) = kept else {
                return ControlFlow::Continue(());
            };
            stats.n_kept += 1;
            last = found.as_ref().map(|found| found.at).or(last);
            lines.extend(found);
            match lines.len() >= limit {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        match stopped {
            Some(error) => Err(error),
            None => Ok(FoundLines {
                lines,
                warnings: provenance.warnings.clone(),
                provenance,
                stats,
            }),
        }
    }
}

fn found(state: &mut LineState<'_>) -> FoundLine {
    FoundLine {
        at: state.at,
        stream: state.labels_of(Category::Stream),
        metadata: state.labels_of(Category::Metadata),
        parsed: state.labels_of(Category::Parsed),
        line: std::mem::take(&mut state.line).into_owned(),
    }
}
