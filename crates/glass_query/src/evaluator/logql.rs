//! LogQL for the [`Evaluator`](super::Evaluator): free queries, graphs of them, and lines and histograms whose filter
//! is a query.

use super::answer;
use crate::logql::{Engine, Evaluated, Query, complete, matches_of, parse, predicate, rewrite};
use crate::{Control, Limits};
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Bucket, CompletionAsk, Entry, Graph, GraphSeries, LogFilter, Matcher,
    Querier, QueryAsk, QueryError, QueryGraph, QueryGraphAsk, QueryResult, QueryTime, QueryValue, Question,
    SeriesData, Stream, TimeRange, Timestamp,
};
use std::ops::Range;

/// What every answer needs.
pub(super) struct LogQl<'a, S> {
    pub source: &'a S,
    pub limits: &'a Limits,
    pub as_of: Timestamp,
}

impl<S: Backend + Querier> LogQl<'_, S> {
    fn engine(&self) -> Engine<'_> {
        Engine {
            source: self.source,
            as_of: self.as_of,
            limits: *self.limits,
            control: Control::within(self.limits.timeout),
        }
    }

    /// A free query: lines of a log query, numbers of a metric query.
    pub(super) fn query(&self, ask: &QueryAsk) -> Result<Answer, QueryError> {
        let query = parse(&ask.text, self.limits)?;
        let engine = self.engine();
        let evaluated = match (&query, ask.time) {
            (Query::Log(_), QueryTime::Steps { range, .. }) => return self.lines(&query, range, ask),
            (_, QueryTime::Instant(at)) => engine.instant(&query, at.nanos())?,
            (_, QueryTime::Steps { range, step_nanos }) => {
                engine.range(&query, range.start.nanos(), range.end.nanos(), step_nanos)?
            }
        };
        let Evaluated {
            mut value,
            warnings,
            provenance,
            stats,
        } = evaluated;
        if ask.limit > 0 {
            match &mut value {
                QueryValue::Vector(samples) => samples.truncate(ask.limit),
                QueryValue::Matrix(series) => series.truncate(ask.limit),
                _ => {}
            }
        }
        let result = QueryResult {
            value,
            warnings,
            infos: Vec::new(),
            n_read: stats.n_lines,
        };
        Ok(answer(self.as_of, AnswerValue::Query(result), provenance))
    }

    /// The end of the range does not belong to it, as in Loki.
    fn lines(&self, query: &Query, range: TimeRange, ask: &QueryAsk) -> Result<Answer, QueryError> {
        let found = self.engine().lines(query, range, ask.limit, ask.order)?;
        let (warnings, provenance, stats) = (found.warnings.clone(), found.provenance.clone(), found.stats);
        let streams = found.by_stream().into_iter().map(|stream| Stream {
            labels: stream.labels,
            entries: stream
                .lines
                .into_iter()
                .map(|line| Entry {
                    at: line.at,
                    metadata: line.other_labels(),
                    line: line.line,
                })
                .collect(),
        });
        let result = QueryResult {
            value: QueryValue::Streams(streams.collect()),
            warnings,
            infos: Vec::new(),
            n_read: stats.n_lines,
        };
        Ok(answer(self.as_of, AnswerValue::Query(result), Some(provenance)))
    }

    /// A graph: each bucket shows the value at its end, unless that is later than the playhead.
    pub(super) fn graph(&self, ask: &QueryGraphAsk) -> Result<Answer, QueryError> {
        let query = parse(&ask.text, self.limits)?;
        let Query::Metric(_) = &query else {
            return Err(QueryError::Invalid {
                text: "a graph needs numbers, not log lines: count them, as in count_over_time({…}[1m])"
                    .into(),
                at: 0..ask.text.len(),
            });
        };
        let n_buckets = ask.n_buckets.clamp(1, self.limits.max_points);
        let width = ask.window.nanos().max(1) / i64::try_from(n_buckets).unwrap_or(i64::MAX);
        let width = width.max(1);
        let first = ask.window.start.plus_nanos(width);
        let last = ask.window.end.min(self.as_of);
        let engine = self.engine();
        let evaluated = engine.range(&query, first.nanos(), last.nanos(), width)?;
        let QueryValue::Matrix(matrix) = evaluated.value else {
            return Err(QueryError::Unsupported("a graph needs series".into()));
        };
        let n_left_out = matrix.len().saturating_sub(ask.max_series);
        let kept = matrix.iter().take(ask.max_series);
        let graph = Graph {
            window: ask.window,
            n_buckets: ask.n_buckets,
            series: kept
                .map(|series| graph_series(series, first, width, ask.n_buckets))
                .collect(),
            n_left_out,
            look_back_nanos: 0,
        };
        let value = AnswerValue::QueryGraph(QueryGraph {
            graph,
            warnings: evaluated.warnings,
            infos: Vec::new(),
        });
        Ok(answer(self.as_of, value, evaluated.provenance))
    }

    /// How a query could go on.
    pub(super) fn completion(&self, ask: &CompletionAsk) -> Result<Answer, QueryError> {
        let completion = complete(ask, &self.engine())?;
        Ok(answer(self.as_of, AnswerValue::Completion(completion), None))
    }

    /// Lines whose filter is a query: the source finds and counts them by a predicate, then the query's stages write
    /// those of the page anew.
    pub(super) fn log_lines(&self, question: &Question) -> Result<Answer, QueryError> {
        let Ask::LogLines(ask) = &question.ask else {
            return self.source.answer(question);
        };
        let (query, filter) = self.filter(&ask.filter)?;
        let mut ask = ask.clone();
        ask.filter = filter;
        let mut answer = self.source.answer(&Question {
            as_of: self.as_of,
            ask: Ask::LogLines(ask),
        })?;
        if let (AnswerValue::LogLines(page), Query::Log(log)) = (&mut answer.value, &query) {
            page.lines.retain_mut(|line| rewrite(log, line, self.as_of));
            page.matches = matches_of(log, &page.lines);
        }
        Ok(answer)
    }

    /// A histogram of the lines that a query keeps.
    pub(super) fn log_histogram(&self, question: &Question) -> Result<Answer, QueryError> {
        let Ask::LogHistogram(ask) = &question.ask else {
            return self.source.answer(question);
        };
        let mut ask = ask.clone();
        ask.filter = self.filter(&ask.filter)?.1;
        self.source.answer(&Question {
            as_of: self.as_of,
            ask: Ask::LogHistogram(ask),
        })
    }

    /// Patterns of the lines that a query keeps.
    pub(super) fn log_patterns(&self, question: &Question) -> Result<Answer, QueryError> {
        let Ask::LogPatterns(ask) = &question.ask else {
            return self.source.answer(question);
        };
        let mut ask = ask.clone();
        ask.filter = self.filter(&ask.filter)?.1;
        self.source.answer(&Question {
            as_of: self.as_of,
            ask: Ask::LogPatterns(ask),
        })
    }

    /// The same filter with the query as streams and a predicate.
    fn filter(&self, filter: &LogFilter) -> Result<(Query, LogFilter), QueryError> {
        let query = parse(&filter.logql, self.limits)?;
        let at: Range<usize> = 0..filter.logql.len();
        let (Query::Log(log), Some(predicate)) = (&query, predicate(&query, &filter.logql, self.as_of))
        else {
            let text =
                "this is a metric query: lines need a log query, as in {job=\"shop\"} |= \"error\"".into();
            return Err(QueryError::Invalid { text, at });
        };
        let mut made = filter.clone();
        let more = log
            .streams
            .matchers
            .iter()
            .filter(|matcher| !filter.streams.matchers.contains(matcher));
        let more: Vec<Matcher> = more.cloned().collect();
        made.streams.matchers.extend(more);
        made.predicate = Some(predicate);
        made.logql.clear();
        Ok((query, made))
    }
}

fn graph_series(series: &SeriesData, first: Timestamp, width: i64, n_buckets: usize) -> GraphSeries {
    let mut buckets = vec![None; n_buckets];
    let samples = series.floats.at_millis().iter().zip(series.floats.values());
    for (at, value) in samples.filter(|(_, value)| !value.is_nan()) {
        // The step's moment was cut to milliseconds.
        let since = Timestamp::from_millis(*at).nanos_since(first) + width / 2;
        let bucket = usize::try_from(since.div_euclid(width)).ok();
        if let Some(slot) = bucket.and_then(|bucket| buckets.get_mut(bucket)) {
            *slot = Some(Bucket::of(*value));
        }
    }
    GraphSeries {
        labels: series.labels.clone(),
        latest: series.floats.values().last().copied(),
        interval_nanos: width,
        buckets,
    }
}
