//! A stand-in for Loki, which answers `query_range` as Loki's documentation says: start included, end excluded, at
//! most `limit` lines in the direction asked for, no more than 5,000. Which lines of a moment a page cut inside it
//! holds is left open, so it differs from answer to answer. No line may be lost or doubled.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use glass_client::LineAsk;
use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_client::loki::{ENDPOINTS, Loki};
use glass_model::{Completeness, LogOrder, Matcher, MatcherOp, TimeRange, Timestamp};
use std::collections::HashMap;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use support::replay::{Canned, Got, Replay};

const MOST_LINES: usize = 5000;
const N_STREAMS: usize = 8;
const BEGIN: i64 = 1_795_318_504_000_000_000;

/// A line: its time, its stream, its text's number. Lines that agree in all three are identical.
type Line = (i64, usize, usize);

struct StandIn {
    lines: Vec<Line>,
    n_asked: AtomicUsize,
    /// It says that it ran out of time when asked for more nanoseconds than this.
    longest: i64,
}

impl StandIn {
    fn serve(mut lines: Vec<Line>, longest: i64) -> Replay {
        lines.sort_by_key(|line| line.0);
        let stand_in = Arc::new(Self {
            lines,
            n_asked: AtomicUsize::new(0),
            longest,
        });
        let replay = Replay::empty();
        let series = (0..N_STREAMS).map(|n| format!(r#"{{"job":"a","stream":"{n}"}}"#));
        let series: Vec<String> = series.collect();
        let series = format!(r#"{{"status":"success","data":[{}]}}"#, series.join(","));
        replay.answer_path("/loki/api/v1/series", move |_| Some(Canned::json(series.clone())));
        replay.answer_path("/loki/api/v1/query_range", move |got| Some(stand_in.answer(got)));
        replay
    }

    fn answer(&self, got: &Got) -> Canned {
        let number = |name: &str| got.param(name).parse::<i64>().unwrap();
        let (start, end, limit) = (number("start"), number("end"), number("limit") as usize);
        if limit > MOST_LINES {
            let text = format!(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {MOST_LINES})"
            );
            return Canned::text(400, text);
        }
        if end - start > self.longest {
            return Canned::text(504, "context deadline exceeded");
        }
        let matchers = matchers_of(got.param("query"));
        let wanted: Vec<bool> = (0..N_STREAMS).map(|n| is_wanted(&matchers, n)).collect();
        let first = self.lines.partition_point(|line| line.0 < start);
        let last = self.lines.partition_point(|line| line.0 < end);
        let range = &self.lines[first..last];
        let moments = range.chunk_by(|a, b| a.0 == b.0);
        let moments: Vec<&[Line]> = match got.param("direction") {
            "forward" => moments.collect(),
            _ => moments.rev().collect(),
        };
        let n_asked = self.n_asked.fetch_add(1, Ordering::Relaxed);
        let mut page: Vec<Line> = Vec::new();
        for moment in moments {
            let mut of_moment: Vec<Line> = moment.iter().filter(|line| wanted[line.1]).copied().collect();
            let turn = (n_asked * 7919) % of_moment.len().max(1);
            of_moment.rotate_left(turn);
            of_moment.truncate(limit - page.len());
            page.extend(of_moment);
            if page.len() == limit {
                break;
            }
        }
        Canned::json(written(&page))
    }
}

/// As Loki writes it, by stream.
fn written(page: &[Line]) -> String {
    let mut out = String::from(
        r#"{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":["#,
    );
    let mut is_first = true;
    for stream in 0..N_STREAMS {
        let values: Vec<String> = page
            .iter()
            .filter(|line| line.1 == stream)
            .map(|line| {
                format!(
                    r#"["{}","line {}",{{"structuredMetadata":{{"n":"1"}}}}]"#,
                    line.0, line.2
                )
            })
            .collect();
        if values.is_empty() {
            continue;
        }
        let comma = if is_first { "" } else { "," };
        is_first = false;
        let values = values.join(",");
        write!(
            out,
            r#"{comma}{{"stream":{{"job":"a","stream":"{stream}"}},"values":[{values}]}}"#
        )
        .unwrap();
    }
    out.push_str("]}}");
    out
}

/// The matchers of `{a="b", c=~"d|e"}`; its values have no commas.
fn matchers_of(query: &str) -> Vec<Matcher> {
    let inside = query.trim_start_matches('{').trim_end_matches('}');
    let matcher = |text: &str| {
        let (name, value) = text.split_once('=').unwrap();
        let (op, value) = match value.strip_prefix('~') {
            Some(value) => (MatcherOp::Regex, value),
            None => (MatcherOp::Equal, value),
        };
        Matcher::new(name, op, value.trim_matches('"')).unwrap()
    };
    inside.split(", ").map(matcher).collect()
}

fn is_wanted(matchers: &[Matcher], stream: usize) -> bool {
    let value = |name: &str| match name {
        "job" => "a".to_owned(),
        _ => stream.to_string(),
    };
    matchers
        .iter()
        .all(|matcher| matcher.matches_value(&value(matcher.name())))
}

/// Moments of all sizes: single lines, crowds around the page's limit, far above it, and a long tail of small ones.
fn many_lines(n_lines: usize) -> Vec<Line> {
    let crowds = [
        1, 4999, 5000, 5001, 100, 12_000, 1, 20_000, 10_000, 9999, 2500, 2500,
    ];
    let sizes = crowds.into_iter().chain((0..).map(|n: usize| match n % 11 {
        0 => 700,
        1 => 2,
        n => n * 7,
    }));
    let mut lines = Vec::with_capacity(n_lines);
    for (moment, size) in sizes.enumerate() {
        let at = BEGIN + moment as i64 * 3;
        for n in 0..size {
            // Every tenth line says what all tenth lines of its moment and stream say.
            let text = if n % 10 == 0 { 0 } else { lines.len() };
            lines.push((at, (n + moment) % N_STREAMS, text));
            if lines.len() == n_lines {
                return lines;
            }
        }
    }
    lines
}

fn loki(replay: &Replay) -> Loki {
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    Loki::new(Door::new(&http, replay.url(), ENDPOINTS).unwrap())
}

fn ask(order: LogOrder, nanos: i64) -> LineAsk {
    LineAsk {
        query: r#"{job="a"}"#.into(),
        range: TimeRange::new(Timestamp::from_nanos(BEGIN), Timestamp::from_nanos(BEGIN + nanos)),
        order,
        limit: 0,
    }
}

fn counted(lines: &[Line]) -> HashMap<Line, usize> {
    let mut counts = HashMap::new();
    for line in lines {
        *counts.entry(*line).or_insert(0) += 1;
    }
    counts
}

async fn all_lines(loki: &Loki, ask: &LineAsk) -> (Vec<Line>, glass_client::Told<glass_client::LinesRead>) {
    let mut found: Vec<Line> = Vec::new();
    let told = loki
        .lines(ask, &mut |line| {
            let stream = line.labels.get("stream").unwrap().parse().unwrap();
            let text = line.entry.line.strip_prefix("line ").unwrap().parse().unwrap();
            assert_eq!(line.entry.metadata.get("n"), Some("1"));
            found.push((line.entry.at.nanos(), stream, text));
            ControlFlow::Continue(())
        })
        .await
        .unwrap();
    (found, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_crowded_moments() {
    // A million without optimisation takes minutes, nearly all of it in looking for secrets.
    let n_lines = match std::env::var("GLASSHOUSE_MANY_LINES") {
        Ok(n_lines) => n_lines.parse().unwrap(),
        Err(_) if cfg!(debug_assertions) => 150_000,
        Err(_) => 1_000_000,
    };
    let lines = many_lines(n_lines);
    let expected = counted(&lines);
    assert!(expected.len() < lines.len(), "some lines are identical");
    let nanos = lines.last().unwrap().0 - BEGIN;
    let replay = StandIn::serve(lines, i64::MAX);
    let loki = loki(&replay);
    for order in [LogOrder::Forward, LogOrder::Backward] {
        let begun = Instant::now();
        let (found, told) = all_lines(&loki, &ask(order, nanos)).await;
        println!(
            "{order:?}: {} lines in {} requests, {:.1} s",
            found.len(),
            told.value.n_requests,
            begun.elapsed().as_secs_f64()
        );
        assert_eq!(told.completeness, Completeness::Complete);
        let is_sorted = match order {
            LogOrder::Forward => found.is_sorted_by_key(|line| line.0),
            LogOrder::Backward => found.is_sorted_by_key(|line| -line.0),
        };
        assert!(is_sorted, "{order:?}");
        assert_eq!(found.len(), n_lines);
        assert!(counted(&found) == expected, "{order:?}: lines lost or doubled");
    }
}

#[tokio::test]
async fn windows_shrink_until_the_server_has_time() {
    let second = 1_000_000_000;
    let lines: Vec<Line> = (0..3600)
        .map(|n| (BEGIN + n as i64 * second, n % N_STREAMS, n))
        .collect();
    let replay = StandIn::serve(lines.clone(), 60 * second);
    let loki = loki(&replay);
    for order in [LogOrder::Forward, LogOrder::Backward] {
        let (found, told) = all_lines(&loki, &ask(order, 3600 * second)).await;
        assert_eq!(counted(&found), counted(&lines), "{order:?}");
        assert_eq!(told.value.covered, ask(order, 3600 * second).range);
        assert!(
            (60..200).contains(&told.value.n_requests),
            "{}",
            told.value.n_requests
        );
    }
}

#[tokio::test]
async fn what_cannot_be_had_is_told() {
    // One stream has more lines at one moment than the server ever gives.
    let mut lines: Vec<Line> = (0..6000).map(|n| (BEGIN + 1, 3, n)).collect();
    lines.extend((0..40).map(|n| (BEGIN + n, n as usize % N_STREAMS, 0)));
    let replay = StandIn::serve(lines.clone(), i64::MAX);
    let (found, told) = all_lines(&loki(&replay), &ask(LogOrder::Forward, 100)).await;
    let Completeness::Partial(why) = &told.completeness else {
        panic!("{told:?}")
    };
    assert!(
        why.starts_with("lines of 2026-11-22T03:35:04.000000001Z are missing: 1 of its streams"),
        "{why}"
    );
    let all = counted(&lines);
    assert!(
        counted(&found).iter().all(|(line, n)| *n <= all[line]),
        "nothing is doubled"
    );
    let elsewhere = |lines: &[Line]| lines.iter().filter(|line| line.0 != BEGIN + 1).count();
    assert_eq!(elsewhere(&found), elsewhere(&lines));
    assert!(found.len() - elsewhere(&found) >= MOST_LINES);
}

#[tokio::test]
async fn a_break_in_the_middle_keeps_what_came_before() {
    let lines: Vec<Line> = (0..20_000)
        .map(|n| (BEGIN + n as i64, n % N_STREAMS, n))
        .collect();
    let replay = StandIn::serve(lines, i64::MAX);
    let n_answers = AtomicUsize::new(0);
    let loki = loki(&replay);
    let half: Vec<Line> = (0..20_000)
        .map(|n| (BEGIN + n as i64, n % N_STREAMS, n))
        .collect();
    let again = StandIn {
        lines: half,
        n_asked: AtomicUsize::new(0),
        longest: i64::MAX,
    };
    replay.answer_path("/loki/api/v1/query_range", move |got| {
        match n_answers.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Some(again.answer(got)),
            _ => Some(Canned::text(403, "enough")),
        }
    });
    let (found, told) = all_lines(&loki, &ask(LogOrder::Forward, 20_000)).await;
    assert_eq!(found.len(), 9999);
    assert_eq!(told.value.covered.end, Timestamp::from_nanos(BEGIN + 9997));
    let Completeness::Partial(why) = told.completeness else {
        panic!("{:?}", told.completeness)
    };
    assert!(why.contains("answered 403: enough"), "{why}");
    // With nothing at all it is an error.
    let error = loki.page(&ask(LogOrder::Forward, 100)).await.unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 403, .. }));
}
