//! Free queries over a source in memory, as of a playhead.

use crate::{Evaluator, Limits};
use glass_model::{
    Answer, AnswerValue, Ask, Backend, CompletionAsk, Labels, LogFilter, LogOrder, LogRef, LogScan,
    MetricKind, MetricName, Provenance, Querier, QueryAsk, QueryError, QueryGraphAsk, QueryLanguage,
    QueryTime, QueryValue, Question, SampleColumn, SampleValue, Selector, SeriesData, Stream, TimeRange,
    Timestamp,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A counter and two gauges, sampled every 10 s from 0 s to 600 s; `late` begins at 300 s, `failures_total` at 500 s.
struct Source;

impl Source {
    fn all(range: TimeRange) -> Vec<SeriesData> {
        let series = |text: &[(&str, &str)], from: i64, value: fn(i64) -> f64| {
            let times = || (from..=600).step_by(10);
            let floats = SampleColumn::new(
                times().map(|at| at * 1_000).collect(),
                times().map(value).collect(),
            );
            SeriesData {
                labels: Labels::new(text.iter().copied()),
                floats: floats.within(range),
                histograms: Arc::default(),
            }
        };
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let all = vec![
            series(
                &[("__name__", "late"), ("job", "shop"), ("zone", "b.1")],
                300,
                |_| 1.0,
            ),
            series(&[("__name__", "requests_total"), ("job", "shop")], 0, |at| {
                at as f64
            }),
            series(&[("__name__", "up"), ("job", "api gateway")], 0, |_| 1.0),
            series(&[("__name__", "failures_total"), ("job", "shop")], 500, |_| 1.0),
        ];
        all.into_iter()
            .filter(|series| !series.floats.is_empty())
            .collect()
    }
}

impl Querier for Source {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let range = range.until(as_of);
        let found = Self::all(range)
            .into_iter()
            .filter(|series| selector.matches(&series.labels));
        Ok((found.collect(), Provenance::complete("memory", range)))
    }

    fn entries(
        &self,
        _: &LogFilter,
        range: TimeRange,
        _: Timestamp,
        _: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        Ok((Vec::new(), Provenance::complete("memory", range)))
    }

    fn each_line(
        &self,
        scan: &LogScan,
        _: Timestamp,
        _: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        Ok(Provenance::complete("memory", scan.range))
    }

    fn stream_labels(
        &self,
        _: &Selector,
        range: TimeRange,
        _: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        Ok((Vec::new(), Provenance::complete("memory", range)))
    }
}

impl Backend for Source {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let known = TimeRange::new(Timestamp::MIN, question.as_of);
        let names = Self::all(known).into_iter().map(|series| MetricName {
            name: series.labels.metric_name().into(),
            kind: MetricKind::Gauge,
            help: "a metric".into(),
            unit: String::new(),
            n_series: 1,
        });
        Ok(Answer {
            as_of: question.as_of,
            value: AnswerValue::MetricNames(names.collect()),
            provenance: Provenance::complete("memory", known),
        })
    }
}

fn answer(as_of_secs: i64, ask: Ask) -> Result<AnswerValue, QueryError> {
    let question = Question {
        as_of: Timestamp::from_secs(as_of_secs),
        ask,
    };
    Evaluator::new(Source, Limits::default())
        .answer(&question)
        .map(|answer| answer.value)
}

fn query(text: &str, time: QueryTime, limit: usize) -> Ask {
    Ask::Query(QueryAsk {
        language: QueryLanguage::PromQl,
        text: text.into(),
        time,
        limit,
        order: LogOrder::default(),
    })
}

#[test]
fn queries_see_what_is_known_at_the_playhead() {
    let check = |as_of: i64, text: &str, limit: usize, expected: &str| {
        let time = QueryTime::Instant(Timestamp::from_secs(as_of));
        let AnswerValue::Query(result) = answer(as_of, query(text, time, limit)).unwrap() else {
            panic!("not a query's answer");
        };
        let mut found = match result.value {
            QueryValue::Scalar(_, value) => value.to_string(),
            QueryValue::Vector(all) => all
                .iter()
                .map(|sample| match &sample.value {
                    SampleValue::Float(value) => format!("{} {value}", sample.labels),
                    SampleValue::Histogram(_) => String::new(),
                })
                .collect::<Vec<_>>()
                .join("; "),
            other => format!("{other:?}"),
        };
        found += &result.warnings.concat();
        assert_eq!(found, expected, "{text} as of {as_of}");
    };
    check(305, "requests_total", 0, "requests_total{job=\"shop\"} 300");
    check(305, "requests_total offset -1h", 0, "");
    check(305, "count(late)", 0, "{} 1");
    check(295, "count(late)", 0, "");
    check(305, "1 + 1", 0, "2");
    check(
        305,
        "sum by (job) ({job!=\"\"})",
        1,
        "{job=\"shop\"} 301results truncated due to limit",
    );
}

#[test]
fn errors_have_a_place() {
    let time = QueryTime::Instant(Timestamp::from_secs(1));
    assert_eq!(
        answer(1, query("sum(up", time, 0)).unwrap_err(),
        QueryError::Invalid {
            text: "1:7: parse error: unclosed left parenthesis".into(),
            at: 6..6
        }
    );
}

#[test]
fn a_graph_ends_at_the_playhead() {
    let check = |as_of: i64, text: &str, max_series: usize, expected: &str| {
        let ask = Ask::QueryGraph(QueryGraphAsk {
            language: QueryLanguage::PromQl,
            text: text.into(),
            window: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(400)),
            n_buckets: 4,
            max_series,
        });
        let AnswerValue::QueryGraph(graph) = answer(as_of, ask).unwrap() else {
            panic!("not a graph");
        };
        let mut found = String::new();
        for line in &graph.graph.series {
            let values = line.buckets.iter().map(|bucket| match bucket {
                Some(bucket) => bucket.last.to_string(),
                None => "-".into(),
            });
            let values: Vec<String> = values.collect();
            found += &format!("{}: {} now {:?}; ", line.labels, values.join(" "), line.latest);
        }
        found += &format!("{} more", graph.graph.n_left_out);
        assert_eq!(found, expected, "{text} as of {as_of}");
    };
    check(
        400,
        "requests_total",
        9,
        "requests_total{job=\"shop\"}: 100 200 300 400 now Some(400.0); 0 more",
    );
    check(
        250,
        "requests_total",
        9,
        "requests_total{job=\"shop\"}: 100 200 250 - now Some(250.0); 0 more",
    );
    check(50, "time()", 9, "{}: 50 - - - now Some(50.0); 0 more");
    check(
        310,
        "late",
        9,
        "late{job=\"shop\", zone=\"b.1\"}: - - 1 1 now Some(1.0); 0 more",
    );
    check(
        600,
        "requests_total",
        9,
        "requests_total{job=\"shop\"}: 100 200 300 400 now Some(600.0); 0 more",
    );
    check(
        400,
        "{job=~\".+\"}",
        1,
        "late{job=\"shop\", zone=\"b.1\"}: - - 1 1 now Some(1.0); 2 more",
    );
}

#[test]
fn completion_knows_the_data_up_to_the_playhead() {
    let check = |as_of: i64, marked: &str, expected: &[&str]| {
        let caret = marked.find('|').unwrap();
        let ask = Ask::Completion(CompletionAsk {
            language: QueryLanguage::PromQl,
            text: marked.replacen('|', "", 1),
            caret,
        });
        let AnswerValue::Completion(completion) = answer(as_of, ask).unwrap() else {
            panic!("not a completion");
        };
        let found: Vec<&str> = completion.items.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(
            &found[..expected.len().min(found.len())],
            expected,
            "{marked} as of {as_of}"
        );
        assert!(completion.items.len() <= 50);
    };
    check(600, "lat|", &["late", "limit_ratio", "last_over_time"]);
    check(200, "lat|", &["limit_ratio", "last_over_time"]);
    check(600, "re|", &["resets", "requests_total"]);
    check(600, "{zo|", &["zone"]);
    check(200, "{zo|", &[]);
    check(600, "up{job=\"|\"}", &["api gateway"]);
    check(600, "{job=\"shop\", zone=~\"|", &["b.1"]);
    check(600, "sum by (|) (late)", &["job", "zone"]);
    check(600, "rate(up[|", &["10m", "12h", "15m"]);
}

#[test]
fn completion_says_what_is_wrong_and_where() {
    let check = |text: &str, expected: Option<(&str, std::ops::Range<usize>)>| {
        let ask = Ask::Completion(CompletionAsk {
            language: QueryLanguage::PromQl,
            text: text.into(),
            caret: text.len(),
        });
        let AnswerValue::Completion(completion) = answer(600, ask).unwrap() else {
            panic!("not a completion");
        };
        let found = completion
            .error
            .as_ref()
            .map(|(text, at)| (text.as_str(), at.clone()));
        assert_eq!(found, expected, "{text}");
    };
    check("", None);
    check("up", None);
    check(
        "rate(up)",
        Some((
            "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector",
            5..7,
        )),
    );
}

#[test]
fn related_metrics_have_the_same_labels_and_are_known_at_the_playhead() {
    let related = |as_of: i64, metric: &str| {
        let ask = Ask::Related {
            metric: metric.into(),
        };
        let AnswerValue::Related(names) = answer(as_of, ask).unwrap() else {
            panic!("not names");
        };
        names
    };
    assert_eq!(related(600, "requests_total"), ["failures_total"]);
    assert_eq!(
        related(200, "requests_total"),
        Vec::<String>::new(),
        "not yet known"
    );
    assert_eq!(related(600, "late"), Vec::<String>::new(), "it has a label more");
    assert_eq!(related(600, "nothing"), Vec::<String>::new());
}

#[test]
fn a_query_is_explained_or_its_error_told() {
    let ask = |text: &str| answer(600, Ask::Explain { text: text.into() });
    let Ok(AnswerValue::Explain(found)) = ask("rate(up[5m]) > 1") else {
        panic!("not explained");
    };
    assert_eq!(found.parts.len(), 4);
    assert!(matches!(ask("rate(up)"), Err(QueryError::Invalid { .. })));
}
