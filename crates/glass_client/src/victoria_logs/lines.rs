//! [`VictoriaLogs::lines`]: all lines of a query, window by window.
//!
//! VictoriaLogs has no pages: it streams all lines of a range, in no order. So a range is asked for in windows that
//! fit into an answer, and each window is sorted here.

use super::{QUERY, VictoriaLogs, exact};
use crate::Told;
use crate::http::{FetchError, Form, Want};
use crate::log_lines::{LineAsk, LinesRead, Sink, Visitor, covered};
use crate::log_windows::{Span, Windows};
use glass_formats::victoria_logs::{FoundLine, lines_reader};
use glass_model::{Completeness, LogLine, LogOrder, Timestamp};
use std::ops::ControlFlow;

/// The length of the first window, in nanoseconds, where all lines are wanted.
const FIRST_WINDOW: i64 = 600_000_000_000;

/// A window with fewer lines may well be twice as long.
const FEW_LINES: usize = 10_000;

/// What must be said where lines have no message.
const BY_FIELDS: &str = "lines without a message are shown by their fields";

impl VictoriaLogs {
    /// Hands all lines of a query in LogsQL to `visitor`, by time. Of a query that ends with pipes that change what
    /// a line is, such as `stats`, there are no lines.
    ///
    /// An error in the middle makes the answer partial; [`LinesRead::covered`] says how far it reaches.
    ///
    /// # Errors
    /// When there is nothing at all; see [`FetchError`].
    pub async fn lines(
        &self,
        ask: &LineAsk,
        visitor: &mut Visitor<'_>,
    ) -> Result<Told<LinesRead>, FetchError> {
        let mut reader = Reader::new(self, ask, visitor);
        let ended = reader.run().await;
        reader.told(ended)
    }

    /// The first lines of a query, at most [`LineAsk::limit`].
    ///
    /// # Errors
    /// As [`VictoriaLogs::lines`].
    pub async fn page(&self, ask: &LineAsk) -> Result<Told<Vec<LogLine>>, FetchError> {
        let mut lines = Vec::new();
        let told = self
            .lines(ask, &mut |line| {
                lines.push(line);
                ControlFlow::Continue(())
            })
            .await?;
        Ok(told.map(|_| lines))
    }
}

/// The lines of a window.
struct Got {
    found: Vec<FoundLine>,
    /// How many lines the answer had, also outside the window.
    n_answered: u64,
}

struct Reader<'a, 'v> {
    logs: &'a VictoriaLogs,
    ask: &'a LineAsk,
    windows: Windows,
    sink: Sink<'v>,
    told: Option<Told<()>>,
    n_requests: u64,
    n_damaged: u64,
}

impl<'a, 'v> Reader<'a, 'v> {
    fn new(logs: &'a VictoriaLogs, ask: &'a LineAsk, visitor: &'v mut Visitor<'_>) -> Self {
        let range = Span {
            start: ask.range.start.nanos(),
            end: ask.range.end.nanos().saturating_add(1),
        };
        let windows = Windows::new(range, ask.order);
        Self {
            logs,
            ask,
            // The server itself finds the latest few of a long range.
            windows: match ask.limit {
                0 => windows.beginning_with(FIRST_WINDOW),
                _ => windows,
            },
            sink: Sink::new(visitor, ask.limit),
            told: None,
            n_requests: 0,
            n_damaged: 0,
        }
    }

    async fn run(&mut self) -> Result<(), FetchError> {
        let mut more = 1;
        while !self.sink.is_full() {
            let Some(window) = self.windows.next() else {
                break;
            };
            let limit = (self.ask.limit > 0).then(|| self.sink.left().saturating_mul(more));
            let got = match self.fetch(window, limit).await {
                Err(FetchError::TooLarge { .. }) if self.windows.halve(window) => continue,
                Err(error) if self.windows.shrink(&error, window) => continue,
                got => got?,
            };
            let is_cut = limit.is_some_and(|limit| got.n_answered >= limit);
            if is_cut && (got.found.len() as u64) < self.sink.left() {
                // Some that came lie outside the window, so some inside it did not come.
                more = more.saturating_mul(2);
                continue;
            }
            more = 1;
            let is_small = got.found.len() < FEW_LINES;
            match self.hand_out(got.found) {
                Some(stopped_at) => self.windows.reach(stopped_at),
                None => self.windows.finish(window),
            }
            if is_small {
                self.windows.grow();
            }
        }
        Ok(())
    }

    fn hand_out(&mut self, found: Vec<FoundLine>) -> Option<i64> {
        for line in found {
            let at = line.entry.at.nanos();
            if !line.has_message
                && let Some(told) = &mut self.told
            {
                told.warn(BY_FIELDS.to_owned());
            }
            self.sink.take(line.labels, line.entry);
            if self.sink.is_full() {
                return Some(at);
            }
        }
        None
    }

    async fn fetch(&mut self, window: Span, limit: Option<u64>) -> Result<Got, FetchError> {
        let start = exact(Timestamp::from_nanos(window.start));
        let end = exact(Timestamp::from_nanos(window.end));
        let limit = limit.map(|limit| limit.to_string());
        // Of a limit alone, the server keeps the latest.
        let text = match (self.ask.order, &limit) {
            (LogOrder::Forward, Some(limit)) => {
                format!("{} | sort by (_time) limit {limit}", self.ask.query)
            }
            _ => self.ask.query.clone(),
        };
        let mut query = vec![("query", &*text), ("start", &start), ("end", &end)];
        if let (LogOrder::Backward, Some(limit)) = (self.ask.order, &limit) {
            query.push(("limit", limit));
        }
        // A stream of JSON is no JSON.
        let want = Want {
            form: Form::Any,
            ..self.logs.want.clone()
        };
        self.n_requests += 1;
        let fetched = self.logs.door.get(QUERY, &[], &query, &want).await?;
        match &mut self.told {
            Some(told) => told.heed(&fetched),
            None => self.told = Some(Told::of((), &fetched)),
        }
        let mut items = lines_reader(&*fetched.body);
        let mut found = Vec::new();
        for item in items.by_ref() {
            found.push(item.map_err(|error| self.logs.unreadable(&error))?);
        }
        let report = items.finish().map_err(|error| self.logs.unreadable(&error))?;
        self.n_damaged += report.n_damaged;
        let n_answered = found.len() as u64;
        // Whether the end belongs to the range is not the same in all versions.
        found.retain(|line| (window.start..window.end).contains(&line.entry.at.nanos()));
        found.sort_by_key(|line| match self.ask.order {
            LogOrder::Forward => line.entry.at.nanos(),
            LogOrder::Backward => line.entry.at.nanos().saturating_neg(),
        });
        Ok(Got { found, n_answered })
    }

    fn told(mut self, ended: Result<(), FetchError>) -> Result<Told<LinesRead>, FetchError> {
        let (told, broken) = match (self.told.take(), ended) {
            (Some(told), Ok(())) => (told, None),
            (Some(told), Err(error)) if self.sink.n_lines > 0 => (told, Some(error)),
            (_, Err(error)) => return Err(error),
            (None, Ok(())) => return Err(FetchError::Unsupported("an empty range of time".into())),
        };
        let mut told = told.map(|()| LinesRead {
            n_lines: self.sink.n_lines,
            n_requests: self.n_requests,
            covered: covered(self.ask.range, self.ask.order, self.windows.frontier()),
        });
        told.n_redacted += self.sink.n_redacted;
        let mut gaps = Vec::new();
        if self.n_damaged > 0 {
            gaps.push(format!("damaged lines were left out: {}", self.n_damaged));
        }
        if let Some(error) = broken {
            gaps.push(format!("the rest is missing: {error}"));
        }
        if !gaps.is_empty() {
            told.completeness = Completeness::Partial(gaps.join("; "));
        }
        Ok(told)
    }
}
