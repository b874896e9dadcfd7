//! Log lines and how many there were, pushed down to the first server of logs that is there.

use super::log_server::LogServer;
use super::servers::Named;
use super::{Found, HOUR, LiveCloud, SEC, not_open};
use crate::Told;
use crate::http::FetchError;
use crate::log_lines::{LineAsk, LinesRead};
use glass_formats::prometheus_api::selector_text;
use glass_model::{
    AnswerValue, Completeness, Entry, Labels, Level, LinePattern, LogFilter, LogHistogram, LogHistogramAsk,
    LogLine, LogLinesAsk, LogOrder, LogPage, LogPatternsAsk, PatternMiner, Provenance, QueryAsk, QueryError,
    QueryResult, QueryTime, QueryValue, Stream, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::ops::ControlFlow;

/// Lines are looked for this far before and after a moment.
const REACH: i64 = 24 * HOUR;

/// At most so many lines are fetched to find enough of a level.
const MOST_FETCHED: u64 = 20_000;

/// The most lines of a page on either side.
const MOST_LINES: usize = 2000;

/// Patterns are looked for in at most so many lines: a few requests.
const MOST_MINED: usize = 5000;

/// What is said of a page's counts.
const COUNTED: &str = "counts are of the lines fetched so far";

impl LiveCloud {
    /// The lines around a moment. Only as many are fetched as are looked at, so counts are of those.
    pub(super) async fn log_lines(&self, ask: &LogLinesAsk, as_of: Timestamp) -> Found {
        let Some(server) = self.servers().await.logs.first() else {
            return Ok((AnswerValue::LogLines(LogPage::default()), not_open("logs", as_of)));
        };
        let anchor = ask.anchor.min(as_of);
        let query = self
            .log_query(
                server,
                &ask.filter,
                TimeRange::new(anchor.plus_nanos(-HOUR), anchor),
            )
            .await?;
        let earlier = usize::try_from(ask.offset.min(0).unsigned_abs()).unwrap_or(MOST_LINES);
        let later = usize::try_from(ask.offset.max(0)).unwrap_or(MOST_LINES);
        let before = Want {
            range: TimeRange::new(anchor.plus_nanos(-REACH), anchor),
            order: LogOrder::Backward,
            n: (ask.n_before + earlier).min(MOST_LINES),
        };
        let after = Want {
            range: TimeRange::new(anchor.plus_nanos(1), anchor.plus_nanos(REACH)).until(as_of),
            order: LogOrder::Forward,
            n: (ask.n_after + later).min(MOST_LINES),
        };
        let mut told = lines(&server.server, &query, ask.filter.min_level, &before).await?;
        told.value.reverse();
        let middle = told.value.len();
        let n_until_anchor = middle as u64;
        if after.n > 0 && !after.range.is_empty() {
            told.value.extend(
                lines(&server.server, &query, ask.filter.min_level, &after)
                    .await?
                    .value,
            );
        }
        let total = told.value.len();
        let middle = middle
            .saturating_add_signed(isize::try_from(ask.offset).unwrap_or(0))
            .min(total);
        let (first, last) = (
            middle.saturating_sub(ask.n_before),
            (middle + ask.n_after).min(total),
        );
        let mut provenance = told.provenance(&server.name, before.range);
        if provenance.completeness == Completeness::Complete && total > 0 {
            provenance.completeness = Completeness::Partial(COUNTED.into());
        }
        let page = LogPage {
            lines: told.value.drain(first..last).collect(),
            n_before: first as u64,
            n_after: (total - last) as u64,
            n_until_anchor,
            matches: Vec::new(),
        };
        Ok((AnswerValue::LogLines(page), provenance))
    }

    pub(super) async fn log_histogram(&self, ask: &LogHistogramAsk, as_of: Timestamp) -> Found {
        let mut histogram = LogHistogram {
            window: ask.window,
            buckets: vec![[0; 6]; ask.n_buckets],
            total: 0,
        };
        let Some(server) = self.servers().await.logs.first() else {
            return Ok((AnswerValue::LogHistogram(histogram), not_open("logs", as_of)));
        };
        let window = ask.window.until(as_of);
        let width = (ask.window.nanos() / i64::try_from(ask.n_buckets.max(1)).unwrap_or(i64::MAX)).max(SEC);
        let query = self.log_query(server, &ask.filter, window).await?;
        let told = server.server.counts(&query, window, width / SEC).await?;
        let provenance = told.provenance(&server.name, window);
        for counted in told
            .value
            .into_iter()
            .filter(|counted| counted.level >= ask.filter.min_level)
        {
            let place_of_level = Level::ALL.iter().position(|known| *known == counted.level);
            let middle = if counted.is_before { -width / 2 } else { width / 2 };
            for (at, n) in counted.counts {
                // The middle of their time says into which bucket the lines belong.
                let since = at.nanos_since(ask.window.start).saturating_add(middle);
                let place = usize::try_from(since.div_euclid(width)).ok();
                if let Some(bucket) = place.and_then(|place| histogram.buckets.get_mut(place)) {
                    bucket[place_of_level.unwrap_or(0)] += n;
                    histogram.total += n;
                }
            }
        }
        Ok((AnswerValue::LogHistogram(histogram), provenance))
    }

    /// The forms of the latest lines of a window, as many as are fetched.
    pub(super) async fn log_patterns(&self, ask: &LogPatternsAsk, as_of: Timestamp) -> Found {
        let mut miner = PatternMiner::new(ask.window, ask.n_buckets);
        let Some(server) = self.servers().await.logs.first() else {
            let nothing = AnswerValue::LogPatterns(miner.finish(ask.max));
            return Ok((nothing, not_open("logs", as_of)));
        };
        let window = ask.window.until(as_of);
        let query = self.log_query(server, &ask.filter, window).await?;
        let want = Want {
            range: window,
            order: LogOrder::Backward,
            n: MOST_MINED,
        };
        let mut told = lines(&server.server, &query, ask.filter.min_level, &want).await?;
        for line in told.value.iter().rev() {
            miner.add(line.entry.at, line.level, &line.entry.line);
        }
        if told.value.len() >= MOST_MINED && told.completeness == Completeness::Complete {
            told.completeness =
                Completeness::Partial(format!("patterns are of the latest {MOST_MINED} lines"));
        }
        let provenance = told.provenance(&server.name, window);
        Ok((AnswerValue::LogPatterns(miner.finish(ask.max)), provenance))
    }

    pub(super) async fn log_ql(&self, ask: &QueryAsk, as_of: Timestamp) -> Found {
        let is_metric = !ask.text.trim_start().starts_with('{');
        let (result, provenance) = match ask.time {
            QueryTime::Instant(at) if is_metric => {
                let at = at.min(as_of);
                self.first_logs(TimeRange::new(at, at), |server| async move {
                    server.instant(&ask.text, at).await
                })
                .await?
            }
            QueryTime::Steps { range, step_nanos } if is_metric => {
                let range = range.until(as_of);
                self.first_logs(range, |server| async move {
                    server.metric(&ask.text, range, step_nanos).await
                })
                .await?
            }
            QueryTime::Instant(at) => {
                let at = at.min(as_of);
                self.streams(ask, TimeRange::new(at.plus_nanos(-HOUR), at))
                    .await?
            }
            QueryTime::Steps { range, .. } => self.streams(ask, range.until(as_of)).await?,
        };
        Ok((AnswerValue::Query(result), provenance))
    }

    async fn streams(
        &self,
        ask: &QueryAsk,
        range: TimeRange,
    ) -> Result<(QueryResult, Provenance), FetchError> {
        let line_ask = LineAsk {
            query: ask.text.clone(),
            range,
            order: ask.order,
            limit: ask.limit as u64,
        };
        let (lines, provenance) = self
            .first_logs(range, |server| async move { server.page(&line_ask).await })
            .await?;
        let result = QueryResult {
            n_read: lines.len() as u64,
            value: QueryValue::Streams(by_stream(lines)),
            warnings: Vec::new(),
            infos: Vec::new(),
        };
        Ok((result, provenance))
    }

    /// What the first server of logs answers.
    pub(super) async fn first_logs<T, F>(
        &self,
        covers: TimeRange,
        ask: impl FnOnce(LogServer) -> F,
    ) -> Result<(T, Provenance), FetchError>
    where
        F: Future<Output = Result<Told<T>, FetchError>>,
    {
        let no_logs = || FetchError::Unsupported("no logs of this cloud can be read".into());
        let Named { name, server } = self.servers().await.logs.first().ok_or_else(no_logs)?;
        let told = ask(server.clone()).await?;
        let provenance = told.provenance(name, covers);
        Ok((told.value, provenance))
    }

    /// A filter as a query. Without any condition on streams, one that all of them fulfil is looked for.
    async fn log_query(
        &self,
        server: &Named<LogServer>,
        filter: &LogFilter,
        range: TimeRange,
    ) -> Result<String, QueryError> {
        let mut query = if !filter.logql.is_empty() {
            filter.logql.clone()
        } else if filter.streams.matchers.is_empty() {
            server.server.any_stream(range).await?
        } else {
            selector_text(&filter.streams)
        };
        if !filter.contains.is_empty() {
            let op = if filter.inverse { "!~" } else { "|~" };
            query.push_str(&format!(" {op} {}", quoted(&ignoring_case(&filter.contains))));
        }
        if !filter.search.is_empty() {
            query.push_str(&format!(" |~ {}", quoted(&ignoring_case(&filter.search))));
        }
        if !filter.pattern.is_empty() {
            query.push_str(&format!(" |~ {}", quoted(&form(&filter.pattern))));
        }
        Ok(query)
    }
}

/// How many lines of which time.
struct Want {
    range: TimeRange,
    order: LogOrder,
    n: usize,
}

/// Lines of at least a level, as many as wanted if there are.
async fn lines(
    server: &LogServer,
    query: &str,
    min_level: Level,
    want: &Want,
) -> Result<Told<Vec<LogLine>>, FetchError> {
    let mut found = Vec::new();
    let ask = LineAsk {
        query: query.to_owned(),
        range: want.range,
        order: want.order,
        limit: if min_level == Level::Unknown {
            want.n as u64
        } else {
            MOST_FETCHED
        },
    };
    if want.n == 0 {
        return Err(FetchError::Unsupported("no lines were asked for".into()));
    }
    let read = server
        .lines(&ask, &mut |line: LogLine| {
            if line.level >= min_level {
                found.push(line);
            }
            if found.len() >= want.n {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .await?;
    let has_all = |read: &LinesRead| found.len() >= want.n || read.n_lines < MOST_FETCHED;
    let mut told = read.map(|read| has_all(&read));
    if !told.value {
        told.completeness = Completeness::Partial(format!("only {MOST_FETCHED} lines were looked at"));
    }
    Ok(told.map(|_| found))
}

fn by_stream(lines: Vec<LogLine>) -> Vec<Stream> {
    let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
    for line in lines {
        streams.entry(line.labels).or_default().push(line.entry);
    }
    let stream = |(labels, entries)| Stream { labels, entries };
    streams.into_iter().map(stream).collect()
}

/// A text in quotes, as LogQL reads it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn ignoring_case(text: &str) -> String {
    format!("(?i){}", escaped(text))
}

/// A pattern as a regular expression: not every server knows `|>`.
fn form(pattern: &str) -> String {
    let literals: Vec<String> = LinePattern::new(pattern).literals().map(escaped).collect();
    format!("^{}$", literals.join(".*"))
}

/// A text as a regular expression that matches it alone.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
