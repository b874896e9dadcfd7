//! LogQL through the evaluator: lines and histograms filtered by a query, graphs, and completion. The source keeps its
//! lines in memory.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use glass_model::{
    Answer, AnswerValue, Ask, Backend, CompletionAsk, Entry, Labels, Level, LineCondition, LogFilter,
    LogHistogram, LogHistogramAsk, LogLine, LogLinesAsk, LogOrder, LogPage, LogRef, LogScan, Provenance,
    Querier, QueryAsk, QueryError, QueryGraphAsk, QueryLanguage, QueryTime, QueryValue, Question, Selector,
    SeriesData, Stream, TimeRange, Timestamp,
};
use glass_query::logqltest::LogStore;
use glass_query::{Evaluator, Limits};
use std::ops::ControlFlow;

/// Answers questions about lines by the predicate alone, as a recording does.
struct Source(LogStore);

impl Source {
    fn kept(&self, filter: &LogFilter, as_of: Timestamp) -> Vec<LogLine> {
        assert!(filter.logql.is_empty(), "a source knows no query language");
        let predicate = filter.predicate.clone().unwrap().0;
        let conditions: Vec<LineCondition> = predicate.conditions().to_vec();
        let mut lines = Vec::new();
        let scan = LogScan {
            streams: filter.streams.clone(),
            range: TimeRange::ALL,
            conditions,
            order: LogOrder::Forward,
            needs_line: true,
            needs_metadata: true,
        };
        let mut visit = |line: LogRef<'_>| {
            if predicate.keeps(line) {
                let (line, metadata) = (line.line.to_owned(), line.metadata.clone());
                let at = Timestamp::from_secs(lines.len() as i64);
                lines.push(LogLine {
                    labels: Labels::new([("job", "shop"), ("level", "top")]),
                    entry: Entry { at, line, metadata },
                    level: Level::Info,
                });
            }
            ControlFlow::Continue(())
        };
        self.0.each_line(&scan, as_of, &mut visit).unwrap();
        lines
    }
}

impl Backend for Source {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let value = match &question.ask {
            Ask::LogLines(ask) => AnswerValue::LogLines(LogPage {
                lines: self.kept(&ask.filter, question.as_of),
                ..LogPage::default()
            }),
            Ask::LogHistogram(ask) => AnswerValue::LogHistogram(LogHistogram {
                window: ask.window,
                buckets: Vec::new(),
                total: self.kept(&ask.filter, question.as_of).len() as u64,
            }),
            _ => return Err(QueryError::Unsupported("not asked here".into())),
        };
        Ok(Answer {
            as_of: question.as_of,
            value,
            provenance: Provenance::complete("memory", TimeRange::ALL),
        })
    }
}

impl Querier for Source {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        self.0.series(selector, range, as_of)
    }

    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        self.0.entries(filter, range, as_of, limit)
    }

    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        self.0.each_line(scan, as_of, visit)
    }

    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        self.0.stream_labels(streams, range, as_of)
    }
}

fn secs(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn evaluator() -> Evaluator<Source> {
    let mut store = LogStore::default();
    let entry = |at: i64, line: &str| Entry {
        at: secs(at),
        line: line.to_owned(),
        metadata: Labels::new([("trace_id", at.to_string())]),
    };
    let lines = [
        (10, "level=info took=5ms"),
        (20, "level=error took=900ms"),
        (30, "level=error took=2s"),
        (40, "level=error took=3s"),
    ];
    let entries = lines.map(|(at, line)| entry(at, line)).to_vec();
    store.add(&Labels::new([("job", "shop"), ("level", "top")]), entries);
    store.add(&Labels::new([("job", "other")]), vec![entry(50, "late")]);
    Evaluator::new(Source(store), Limits::default())
}

fn ask(as_of: i64, ask: Ask) -> Result<AnswerValue, QueryError> {
    let as_of = secs(as_of);
    evaluator()
        .answer(&Question { as_of, ask })
        .map(|answer| answer.value)
}

fn filter(logql: &str) -> LogFilter {
    LogFilter {
        logql: logql.to_owned(),
        ..LogFilter::default()
    }
}

#[test]
fn a_page_of_lines_is_found_by_the_source_and_written_by_the_query() {
    let check = |as_of: i64, logql: &str, expected: &[&str]| {
        let lines = Ask::LogLines(LogLinesAsk {
            filter: filter(logql),
            anchor: secs(100),
            n_before: 10,
            n_after: 0,
            offset: 0,
        });
        let AnswerValue::LogLines(page) = ask(as_of, lines).unwrap() else {
            panic!("no page")
        };
        let shown = |line: &LogLine| format!("{} {} {}", line.labels, line.entry.metadata, line.entry.line);
        let found: Vec<String> = page.lines.iter().map(shown).collect();
        assert_eq!(found, expected, "{logql}");
        let histogram = Ask::LogHistogram(LogHistogramAsk {
            filter: filter(logql),
            window: TimeRange::ALL,
            n_buckets: 1,
        });
        let AnswerValue::LogHistogram(histogram) = ask(as_of, histogram).unwrap() else {
            panic!("no histogram")
        };
        assert_eq!(histogram.total, expected.len() as u64, "{logql}");
    };
    let query = r#"{job="shop"} |= "error" | logfmt | took > 1s | line_format "{{.level_extracted}} after {{.took}}""#;
    let labels = r#"{job="shop", level="top"}"#;
    let first = format!(r#"{labels} {{level_extracted="error", took="2s", trace_id="30"}} error after 2s"#);
    let second = format!(r#"{labels} {{level_extracted="error", took="3s", trace_id="40"}} error after 3s"#);
    check(100, query, &[&first, &second]);
    check(35, query, &[&first]);
    check(
        100,
        r#"{job="shop"} | drop trace_id, level |= "info""#,
        &[r#"{job="shop"} {} level=info took=5ms"#],
    );
}

#[test]
fn what_is_no_log_query_is_refused_with_its_place() {
    let refused = |logql: &str| {
        let histogram = Ask::LogHistogram(LogHistogramAsk {
            filter: filter(logql),
            window: TimeRange::ALL,
            n_buckets: 1,
        });
        ask(100, histogram).unwrap_err()
    };
    let QueryError::Invalid { at, .. } = refused(r#"{job="shop"} | logfmt |"#) else {
        panic!("not invalid")
    };
    assert_eq!(at, 23..23);
    assert!(
        refused(r#"rate({job="shop"}[1m])"#)
            .to_string()
            .contains("metric query")
    );
}

#[test]
fn nothing_later_than_the_playhead_is_counted_or_drawn() {
    let check = |as_of: i64, expected: &[Option<f64>]| {
        let graph = Ask::QueryGraph(QueryGraphAsk {
            language: QueryLanguage::LogQl,
            text: r#"sum(count_over_time({job="shop"}[10s]))"#.into(),
            window: TimeRange::new(secs(0), secs(50)),
            n_buckets: 5,
            max_series: 10,
        });
        let AnswerValue::QueryGraph(graph) = ask(as_of, graph).unwrap() else {
            panic!("no graph")
        };
        let buckets = &graph.graph.series[0].buckets;
        let found: Vec<_> = buckets
            .iter()
            .map(|bucket| bucket.map(|bucket| bucket.last))
            .collect();
        assert_eq!(found, expected);
    };
    check(100, &[Some(1.0), Some(1.0), Some(1.0), Some(1.0), None]);
    check(25, &[Some(1.0), Some(1.0), None, None, None]);
    let all = Ask::Query(QueryAsk {
        language: QueryLanguage::LogQl,
        text: r#"{job=~".+"}"#.into(),
        time: QueryTime::Steps {
            range: TimeRange::new(secs(0), secs(100)),
            step_nanos: 1,
        },
        limit: 0,
        order: LogOrder::Backward,
    });
    let AnswerValue::Query(result) = ask(30, all).unwrap() else {
        panic!("no result")
    };
    let QueryValue::Streams(streams) = result.value else {
        panic!("no streams")
    };
    let times: Vec<i64> = streams
        .iter()
        .flat_map(|stream| &stream.entries)
        .map(|entry| entry.at.secs())
        .collect();
    assert_eq!(times, [30, 20, 10]);
}

#[test]
fn completions_come_from_streams_lines_and_the_language() {
    let check = |as_of: i64, text: &str, expected: &[&str], error: Option<&str>| {
        let completion = Ask::Completion(CompletionAsk {
            language: QueryLanguage::LogQl,
            text: text.to_owned(),
            caret: text.len(),
        });
        let AnswerValue::Completion(found) = ask(as_of, completion).unwrap() else {
            panic!("no completion")
        };
        let items: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
        assert!(items.starts_with(expected), "{text}: {items:?}");
        assert_eq!(
            found.error.is_some(),
            error.is_some(),
            "{text}: {:?}",
            found.error
        );
        if let (Some((message, _)), Some(error)) = (&found.error, error) {
            assert!(message.contains(error), "{message}");
        }
    };
    check(100, "", &["{"], None);
    check(100, "rate", &["rate(", "rate_counter("], Some("col 5"));
    check(100, "{", &["job", "level"], Some("unexpected $end"));
    check(100, r#"{job=""#, &["other", "shop"], Some("not terminated"));
    check(40, r#"{job=""#, &["shop"], Some("not terminated"));
    check(100, r#"{job="shop", lev"#, &["level"], Some("unexpected $end"));
    check(100, r#"{job="shop"} | lo"#, &["logfmt"], Some("unexpected $end"));
    check(
        100,
        r#"{job="shop"} | logfmt | too"#,
        &["took"],
        Some("unexpected $end"),
    );
    check(100, r#"sum by (jo"#, &["job"], Some("unexpected $end"));
    check(100, r#"{job="shop"}"#, &["|= \""], None);
}
