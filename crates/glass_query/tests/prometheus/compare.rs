//! One query on both sides: [`compare`].

use crate::When;
use crate::data::Memory;
use crate::server::Server;
use glass_model::{QueryValue, SampleValue, SeriesData, Timestamp};
use glass_query::promql::{Engine, LOOK_BACK_MILLIS, parse};
use glass_query::{Control, Limits};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Sums are rounded in another order in 2.42, and differences of them lose digits.
const RELATIVE: f64 = 1e-9;
const ABSOLUTE: f64 = 1e-9;

pub enum Outcome {
    Same,
    Empty,
    BothRefuse,
    Different(String),
}

type Key = BTreeMap<String, String>;

/// What an answer says: its kind, and the values by labels and time.
#[derive(Debug, Default)]
struct Said {
    kind: String,
    values: BTreeMap<Key, Vec<(i64, f64)>>,
    /// Of instant vectors, in order.
    order: Vec<f64>,
}

pub fn compare(memory: &Memory, server: &Server, text: &str, when: When) -> Outcome {
    match (ours(memory, text, when), server.query(text, when)) {
        (Err(ours), Err(theirs)) if ours == theirs => Outcome::BothRefuse,
        (Err(ours), Err(theirs)) => Outcome::Different(format!("we refuse: {ours}; they: {theirs}")),
        (Ok(_), Err(error)) => Outcome::Different(format!("prometheus refuses: {error}")),
        (Err(error), Ok(theirs)) => match said(&theirs) {
            theirs if theirs.values.is_empty() => {
                Outcome::Different(format!("we refuse: {error}; they: nothing"))
            }
            _ => Outcome::Different(format!("we refuse: {error}")),
        },
        (Ok(ours), Ok(theirs)) => {
            let theirs = said(&theirs);
            match difference(&ours, &theirs, text) {
                Some(why) => Outcome::Different(why),
                None if ours.values.is_empty() => Outcome::Empty,
                None => Outcome::Same,
            }
        }
    }
}

fn ours(memory: &Memory, text: &str, when: When) -> Result<Said, String> {
    let limits = Limits::default();
    let expr = parse(text, &limits).map_err(|error| error.message)?;
    let engine = Engine {
        source: memory,
        as_of: Timestamp::MAX,
        delays_name_removal: false,
        look_back_millis: LOOK_BACK_MILLIS,
        limits,
        control: Control::within(Duration::from_secs(60)),
    };
    let evaluated = match when {
        When::Instant(at) => engine.instant(text, &expr, at * 1_000),
        When::Steps { start, end, step } => {
            engine.range(text, &expr, start * 1_000, end * 1_000, step * 1_000)
        }
    }
    .map_err(|error| error.to_string())?;
    let mut said = Said::default();
    match evaluated.value {
        QueryValue::Scalar(at, value) => {
            said.kind = "scalar".into();
            said.values.insert(Key::new(), vec![(at, value)]);
        }
        QueryValue::Vector(all) => {
            said.kind = "vector".into();
            for sample in all {
                let SampleValue::Float(value) = sample.value else {
                    panic!("a histogram in the result of {text}");
                };
                said.order.push(value);
                let key = sample
                    .labels
                    .iter()
                    .map(|(name, value)| (name.into(), value.into()));
                said.values.insert(key.collect(), vec![(sample.at_millis, value)]);
            }
        }
        QueryValue::Matrix(all) => {
            said.kind = "matrix".into();
            for SeriesData { labels, floats, .. } in all {
                let key = labels.iter().map(|(name, value)| (name.into(), value.into()));
                let samples = floats
                    .at_millis()
                    .iter()
                    .copied()
                    .zip(floats.values().iter().copied());
                said.values.insert(key.collect(), samples.collect());
            }
        }
        other => panic!("{text} gives {other:?}"),
    }
    Ok(said)
}

fn said(data: &Value) -> Said {
    let mut said = Said {
        kind: data["resultType"].as_str().unwrap().into(),
        ..Said::default()
    };
    if said.kind == "scalar" {
        said.values.insert(Key::new(), vec![sample(&data["result"])]);
        return said;
    }
    for series in data["result"].as_array().unwrap() {
        let labels = series["metric"].as_object().unwrap().iter();
        let key = labels.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let samples: Vec<(i64, f64)> = match series["values"].as_array() {
            Some(all) => all.iter().map(sample).collect(),
            None => vec![sample(&series["value"])],
        };
        said.order.extend(samples.first().map(|(_, value)| *value));
        said.values.insert(key.collect(), samples);
    }
    said
}

fn sample(pair: &Value) -> (i64, f64) {
    let at = pair[0].as_f64().unwrap();
    let value = pair[1].as_str().unwrap().parse().unwrap();
    ((at * 1000.0).round() as i64, value)
}

fn is_close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= RELATIVE * a.abs().max(b.abs()) + ABSOLUTE
}

fn difference(ours: &Said, theirs: &Said, text: &str) -> Option<String> {
    if ours.kind != theirs.kind {
        return Some(format!("we give a {}, they a {}", ours.kind, theirs.kind));
    }
    for (key, samples) in &theirs.values {
        let Some(found) = ours.values.get(key) else {
            return Some(format!("we lack {key:?}: {:?}", samples.first()));
        };
        let times = |samples: &[(i64, f64)]| samples.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        if times(found) != times(samples) {
            return Some(format!(
                "other times of {key:?}: we {:?}, they {:?}",
                times(found),
                times(samples)
            ));
        }
        let pairs = found.iter().zip(samples);
        if let Some((we, they)) = pairs.into_iter().find(|(we, they)| !is_close(we.1, they.1)) {
            return Some(format!("{key:?} at {}: we {}, they {}", we.0, we.1, they.1));
        }
    }
    if let Some((key, samples)) = ours
        .values
        .iter()
        .find(|(key, _)| !theirs.values.contains_key(*key))
    {
        return Some(format!("they lack {key:?}: {:?}", samples.first()));
    }
    // Of equal elements the order is nobody's business.
    let is_sorted = text.starts_with("sort") || text.starts_with("topk(") || text.starts_with("bottomk(");
    let pairs = ours.order.iter().zip(&theirs.order);
    if is_sorted && ours.kind == "vector" && pairs.into_iter().any(|(we, they)| !is_close(*we, *they)) {
        return Some(format!(
            "another order: we {:?}, they {:?}",
            ours.order, theirs.order
        ));
    }
    None
}
