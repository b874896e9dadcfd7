//! Asks our engine what the real server was asked, and compares.

use crate::load::FIRST_KNOWN;
use crate::requests::Request;
use glass_model::{LogOrder, QueryError, QueryValue, SampleValue, TimeRange, Timestamp};
use glass_query::logql::{Engine, FoundLines, MetricExpr, Query, aligned, parse};
use glass_query::logqltest::LogStore;
use glass_query::{Control, Limits};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What came of a comparison.
pub enum Verdict {
    Equal,
    Differs(String),
    /// All of it depends on lines that are not in the export.
    NotComparable,
}

/// Lines take a moment to arrive, and the second of an answer is known, not its millisecond.
const UNSURE_NANOS: i64 = 2_000_000_000;

pub fn compare(store: &LogStore, request: &Request) -> Verdict {
    let ours = ask(store, request);
    match (ours, request.status) {
        (Ok(ours), 200) => compare_values(ours, request),
        (Err(error), 400..) => compare_errors(&error.to_string(), request),
        (Ok(_), status) => Verdict::Differs(format!("an answer, not {status}")),
        (Err(error), _) => Verdict::Differs(format!("an error: {error}")),
    }
}

enum Ours {
    Lines(FoundLines, bool),
    /// With the window of the query, and its step.
    Numbers(QueryValue, i64, i64),
}

fn ask(store: &LogStore, request: &Request) -> Result<Ours, QueryError> {
    let limits = Limits::default();
    let parameter = |name: &str| request.parameters.get(name).map(String::as_str);
    let nanos = |name: &str| parameter(name).and_then(|text| text.parse().ok());
    let query = parse(parameter("query").unwrap_or(""), &limits)?;
    let engine = Engine {
        source: store,
        as_of: request.answered.plus_nanos(1_000_000_000),
        control: Control::within(limits.timeout),
        limits,
    };
    let window = window_of(&query);
    if request.endpoint == "query" {
        let at = nanos("time").unwrap_or(request.answered.nanos());
        return Ok(Ours::Numbers(engine.instant(&query, at)?.value, window, 0));
    }
    let (start, end): (i64, i64) = (nanos("start").unwrap(), nanos("end").unwrap());
    if let Query::Log(_) = query {
        let limit = parameter("limit").map_or(100, |text| text.parse().unwrap());
        let order = match parameter("direction") {
            Some("forward") => LogOrder::Forward,
            _ => LogOrder::Backward,
        };
        let range = TimeRange::new(Timestamp::from_nanos(start), Timestamp::from_nanos(end));
        let interval = parameter("interval").map_or(0, seconds);
        let found = engine.lines_apart(&query, range, (limit, order), interval)?;
        return Ok(Ours::Lines(found, request.body.contains("\"categorize-labels\"")));
    }
    let step = parameter("step").map_or_else(|| ((end - start) / 250).max(1_000_000_000), seconds);
    let (start, end) = aligned(start, end, step);
    Ok(Ours::Numbers(
        engine.range(&query, start, end, step)?.value,
        window,
        step,
    ))
}

fn seconds(text: &str) -> i64 {
    text.strip_suffix('s').unwrap().parse::<i64>().unwrap() * 1_000_000_000
}

/// How far a query looks back.
fn window_of(query: &Query) -> i64 {
    fn of(expr: &MetricExpr) -> i64 {
        match expr {
            MetricExpr::Range(range) => range.range_nanos + range.offset_nanos,
            MetricExpr::Aggregate(aggregate) => of(&aggregate.inner),
            MetricExpr::Binary(binary) => of(&binary.left).max(of(&binary.right)),
            MetricExpr::LabelReplace(replace) => of(&replace.inner),
            MetricExpr::Number(_) | MetricExpr::Vector(_) => 0,
        }
    }
    match query {
        Query::Metric(expr) => of(expr),
        Query::Log(_) => 0,
    }
}

fn compare_errors(ours: &str, request: &Request) -> Verdict {
    // Which of several failing lines is named is up to chance, or to lines from before the export.
    let without_labels = |text: &str| match (text.find("'{"), text.find("}'")) {
        (Some(start), Some(end)) => format!("{}{}", &text[..start], &text[end..]),
        _ => text.trim_end().to_owned(),
    };
    match without_labels(ours).trim_end() == without_labels(&request.body).trim_end() {
        true => Verdict::Equal,
        false => Verdict::Differs(format!("{ours:?} instead of {:?}", request.body)),
    }
}

fn compare_values(ours: Ours, request: &Request) -> Verdict {
    let theirs: Value = serde_json::from_str(&request.body).unwrap();
    let theirs = &theirs["data"];
    match ours {
        Ours::Lines(found, is_categorized) => {
            let ours = lines_json(found, is_categorized);
            let theirs = known_lines(theirs["result"].as_array().unwrap());
            match ours == theirs {
                true => Verdict::Equal,
                false => Verdict::Differs(first_difference(&ours, &theirs)),
            }
        }
        Ours::Numbers(value, window, step) => compare_numbers(value, theirs, window, (step, request)),
    }
}

/// Streams by their labels' text, as the server writes them.
fn lines_json(found: FoundLines, is_categorized: bool) -> Vec<Value> {
    let streams = if is_categorized {
        found.by_stream()
    } else {
        found.by_all_labels()
    };
    let object = |labels: &glass_model::Labels| -> Value {
        labels
            .iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let streams = streams.iter().map(|stream| {
        let values = stream.lines.iter().map(|line| {
            let mut value = vec![json!(line.at.nanos().to_string()), json!(line.line)];
            if is_categorized {
                value.push(
                    json!({"structuredMetadata": object(&line.metadata), "parsed": object(&line.parsed)}),
                );
            }
            Value::from(value)
        });
        json!({"stream": object(&stream.labels), "values": values.collect::<Vec<_>>()})
    });
    streams.collect()
}

/// Without the lines from before the export.
fn known_lines(streams: &[Value]) -> Vec<Value> {
    let first = Timestamp::parse_rfc3339(FIRST_KNOWN).unwrap().nanos();
    let mut kept = Vec::new();
    for stream in streams {
        let mut stream = stream.clone();
        let values = stream["values"].as_array_mut().unwrap();
        values.retain(|value| value[0].as_str().unwrap().parse::<i64>().unwrap() >= first);
        if !values.is_empty() {
            kept.push(stream);
        }
    }
    kept
}

fn first_difference(ours: &[Value], theirs: &[Value]) -> String {
    let differing = ours.iter().zip(theirs).find(|(a, b)| a != b);
    let (a, b) = differing.unwrap_or((&Value::Null, &Value::Null));
    let shown: Vec<String> = [a, b]
        .iter()
        .map(|value| value.to_string().chars().take(900).collect())
        .collect();
    format!(
        "{} streams instead of {}: {} instead of {}",
        ours.len(),
        theirs.len(),
        shown[0],
        shown[1]
    )
}

type Points = BTreeMap<String, BTreeMap<i64, f64>>;

fn compare_numbers(
    value: QueryValue,
    theirs: &Value,
    window: i64,
    (step, request): (i64, &Request),
) -> Verdict {
    let theirs_points = match theirs["resultType"].as_str().unwrap() {
        "scalar" => Points::from([(String::new(), BTreeMap::from([(0, number(&theirs["result"][1]))]))]),
        _ => their_points(theirs["result"].as_array().unwrap()),
    };
    let ours_points = our_points(value);
    if window == 0 {
        return verdict(&ours_points, &theirs_points);
    }
    let first = Timestamp::parse_rfc3339(FIRST_KNOWN).unwrap().nanos() + window;
    let last = request.answered.nanos() - UNSURE_NANOS;
    let is_known = |at: &i64| at * 1_000_000 >= first;
    let closed = |points: &Points| -> Points {
        let inside = points.iter().map(|(labels, points)| {
            let kept = points
                .iter()
                .filter(|(at, _)| is_known(at) && **at * 1_000_000 <= last);
            (
                labels.clone(),
                kept.map(|(at, value)| (*at, *value)).collect::<BTreeMap<_, _>>(),
            )
        });
        inside.filter(|(_, points)| !points.is_empty()).collect()
    };
    let (ours_closed, theirs_closed) = (closed(&ours_points), closed(&theirs_points));
    let n_theirs: usize = theirs_points.values().map(BTreeMap::len).sum();
    let n_comparable: usize = theirs_closed.values().map(BTreeMap::len).sum();
    if n_comparable == 0 && n_theirs > 0 {
        return Verdict::NotComparable;
    }
    // What is not closed yet counts at most what we count a moment later.
    let query = &request.parameters["query"];
    let only_grows = step > 0 && !query.contains("quantile");
    for (labels, points) in theirs_points.iter().filter(|_| only_grows) {
        for (at, value) in points
            .iter()
            .filter(|(at, _)| is_known(at) && **at * 1_000_000 > last)
        {
            let most = ours_points
                .get(labels)
                .and_then(|points| points.get(at))
                .copied()
                .unwrap_or(0.0);
            if *value > most {
                return Verdict::Differs(format!("{labels} at {at}: {most} instead of {value}"));
            }
        }
    }
    verdict(&ours_closed, &theirs_closed)
}

fn verdict(ours: &Points, theirs: &Points) -> Verdict {
    if ours == theirs {
        return Verdict::Equal;
    }
    for (labels, points) in theirs {
        let Some(found) = ours.get(labels) else {
            return Verdict::Differs(format!("{labels} is missing"));
        };
        for (at, value) in points {
            if found.get(at) != Some(value) {
                return Verdict::Differs(format!(
                    "{labels} at {at}: {:?} instead of {value}",
                    found.get(at)
                ));
            }
        }
    }
    Verdict::Differs("there are more series or points".into())
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

/// By labels and time in milliseconds.
fn their_points(result: &[Value]) -> Points {
    let mut all = Points::new();
    for series in result {
        let labels: BTreeMap<&str, &str> = series["metric"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let values = series["values"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![series["value"].clone()]);
        let points = values.iter().map(|value| {
            (
                (value[0].as_f64().unwrap() * 1000.0).round() as i64,
                number(&value[1]),
            )
        });
        all.insert(format!("{labels:?}"), points.collect());
    }
    all
}

fn our_points(value: QueryValue) -> Points {
    let text = |labels: &glass_model::Labels| format!("{:?}", labels.iter().collect::<BTreeMap<_, _>>());
    match value {
        QueryValue::Scalar(_, number) => Points::from([(String::new(), BTreeMap::from([(0, number)]))]),
        QueryValue::Vector(samples) => samples
            .into_iter()
            .map(|sample| {
                let SampleValue::Float(value) = sample.value else {
                    panic!("a histogram")
                };
                (text(&sample.labels), BTreeMap::from([(sample.at_millis, value)]))
            })
            .collect(),
        QueryValue::Matrix(series) => series
            .into_iter()
            .map(|one| {
                let times = one.floats.at_millis().iter().copied();
                (
                    text(&one.labels),
                    times.zip(one.floats.values().iter().copied()).collect(),
                )
            })
            .collect(),
        QueryValue::Text(..) | QueryValue::Streams(_) => panic!("not numbers"),
    }
}
