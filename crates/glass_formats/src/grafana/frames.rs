//! Results of `/api/ds/query`: frames, as Grafana has told them since version 8, and the series of versions before.

use crate::FormatError;
use crate::listed::read_json;
use glass_model::{Labels, SampleColumn, SeriesData};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

/// Reads series over time. What is no number over time is left out; the texts say what, and which queries failed.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else; when all queries failed.
pub fn read_query_results(input: impl Read) -> Result<(Vec<SeriesData>, Vec<String>), FormatError> {
    let wire: WireAnswer = read_json(input, "an answer of /api/ds/query")?;
    let (mut all, mut troubles) = (Vec::new(), Vec::new());
    for (name, result) in wire.results {
        if let Some(error) = result.error.filter(|error| !error.is_empty()) {
            troubles.push(format!("query {name} failed: {error}"));
        }
        for frame in result.frames.unwrap_or_default() {
            read_frame(&frame, &mut all, &mut troubles);
        }
        for series in result.series.unwrap_or_default() {
            all.push(old_series(series));
        }
        if result.dataframes.is_some_and(|frames| !frames.is_empty()) {
            troubles.push(format!(
                "the answer to query {name} is in Arrow, which is not read"
            ));
        }
    }
    all.sort_by(|a, b| a.labels.cmp(&b.labels));
    match troubles.first() {
        Some(trouble) if all.is_empty() => Err(FormatError::Unsupported(trouble.clone())),
        _ => Ok((all, troubles)),
    }
}

fn read_frame(frame: &WireFrame, all: &mut Vec<SeriesData>, troubles: &mut Vec<String>) {
    let fields = &frame.schema.fields;
    let Some(time) = fields.iter().position(|field| field.kind == "time") else {
        if !fields.is_empty() {
            troubles.push("a table without time is left out".into());
        }
        return;
    };
    let nothing = Vec::new();
    let column = |i: usize| frame.data.values.get(i).unwrap_or(&nothing);
    for (i, field) in fields.iter().enumerate().filter(|(i, _)| *i != time) {
        if field.kind != "number" {
            troubles.push(format!("column {} is no number and is left out", field.name));
            continue;
        }
        let specials = frame.data.entities.as_ref().and_then(|all| all.get(i)?.as_ref());
        let samples = column(time)
            .iter()
            .zip(column(i))
            .enumerate()
            .filter_map(|(row, (at, value))| Some((at.as_f64()? as i64, float(value, row, specials)?)));
        all.push(series(frame_labels(field, &frame.schema.name), samples.collect()));
    }
}

/// JSON has no word for some numbers: they stand beside the column, by row.
fn float(value: &Value, row: usize, specials: Option<&WireEntities>) -> Option<f64> {
    let holds = |rows: &Option<Vec<usize>>| rows.as_ref().is_some_and(|rows| rows.contains(&row));
    match (value.as_f64(), specials) {
        (Some(value), _) => Some(value),
        (None, Some(specials)) if holds(&specials.nan) => Some(f64::NAN),
        (None, Some(specials)) if holds(&specials.inf) => Some(f64::INFINITY),
        (None, Some(specials)) if holds(&specials.neg_inf) => Some(f64::NEG_INFINITY),
        (None, _) => None,
    }
}

/// A column's labels; its name, if it says more than "value", is the metric's.
fn frame_labels(field: &WireField, frame: &Option<String>) -> Labels {
    let mut pairs = field.labels.clone().unwrap_or_default();
    if !pairs.contains_key("__name__") {
        let is_telling = !matches!(field.name.as_str(), "" | "Value" | "value");
        let name = if is_telling {
            field.name.clone()
        } else {
            frame.clone().unwrap_or_default()
        };
        if !name.is_empty() {
            pairs.insert("__name__".into(), name);
        }
    }
    Labels::new(pairs)
}

fn old_series(wire: WireSeries) -> SeriesData {
    let mut pairs = wire.tags.unwrap_or_default();
    if pairs.is_empty() && !wire.name.is_empty() {
        pairs.insert("__name__".into(), wire.name);
    }
    let points = wire.points.unwrap_or_default().into_iter();
    let samples = points.filter_map(|(value, at)| Some((at? as i64, value?)));
    series(Labels::new(pairs), samples.collect())
}

/// By time, each time once.
pub(super) fn series(labels: Labels, mut samples: Vec<(i64, f64)>) -> SeriesData {
    samples.sort_by_key(|sample| sample.0);
    samples.dedup_by_key(|sample| sample.0);
    let (at_millis, values) = samples.into_iter().unzip();
    SeriesData {
        labels,
        floats: SampleColumn::new(at_millis, values),
        histograms: Arc::default(),
    }
}

#[derive(Deserialize)]
struct WireAnswer {
    results: BTreeMap<String, WireResult>,
}

#[derive(Deserialize)]
struct WireResult {
    error: Option<String>,
    frames: Option<Vec<WireFrame>>,
    series: Option<Vec<WireSeries>>,
    dataframes: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct WireFrame {
    schema: WireSchema,
    data: WireData,
}

#[derive(Deserialize)]
struct WireSchema {
    name: Option<String>,
    #[serde(default)]
    fields: Vec<WireField>,
}

#[derive(Deserialize)]
struct WireField {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct WireData {
    #[serde(default)]
    values: Vec<Vec<Value>>,
    entities: Option<Vec<Option<WireEntities>>>,
}

#[derive(Deserialize)]
struct WireEntities {
    #[serde(rename = "NaN")]
    nan: Option<Vec<usize>>,
    #[serde(rename = "Inf")]
    inf: Option<Vec<usize>>,
    #[serde(rename = "NegInf")]
    neg_inf: Option<Vec<usize>>,
}

#[derive(Deserialize)]
struct WireSeries {
    #[serde(default)]
    name: String,
    points: Option<Vec<(Option<f64>, Option<f64>)>>,
    tags: Option<BTreeMap<String, String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(results: &str, expected: &[&str]) {
        let text = format!(r#"{{"results":{results}}}"#);
        let told = match read_query_results(text.as_bytes()) {
            Ok((all, troubles)) => {
                let series = all.iter().map(|one| format!("{} {:?}", one.labels, one.floats));
                series.chain(troubles).collect()
            }
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(told, expected, "{results}");
    }

    #[test]
    fn frames_and_series() {
        check(
            r#"{"A":{"status":200,"frames":[{"schema":{"refId":"A","fields":[
                {"name":"Time","type":"time"},{"name":"Value","type":"number","labels":{"__name__":"up","job":"a"}},
                {"name":"mean","type":"number"},{"name":"note","type":"string"}]},
                "data":{"values":[[1000,2000,3000],[1,null,null],[0.5,null,2],["x"]],"entities":[null,{"NaN":[1],"Inf":[2]},null]}}]}}"#,
            &[
                "mean {1000: 0.5, 3000: 2.0}",
                r#"up{job="a"} {1000: 1.0, 2000: NaN, 3000: inf}"#,
                "column note is no number and is left out",
            ],
        );
        check(
            r#"{"A":{"refId":"","series":[{"name":"x","points":[[1.5,2000],[null,3000],[1,1000]],"tags":{"code":"200"}}]}}"#,
            &[r#"{code="200"} {1000: 1.0, 2000: 1.5}"#],
        );
    }

    #[test]
    fn what_failed_is_told() {
        check(
            r#"{"A":{"error":"no such table","status":400}}"#,
            &["query A failed: no such table"],
        );
        check(r#"{"A":{"frames":[{"schema":{},"data":{}}]}}"#, &[]);
        check(
            r#"{"A":{"dataframes":["QVJST1c="]}}"#,
            &["the answer to query A is in Arrow, which is not read"],
        );
    }
}
