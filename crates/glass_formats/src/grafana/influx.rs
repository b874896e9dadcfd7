//! Results of InfluxQL: the answer of InfluxDB's `/query`, read.

use super::frames::series;
use crate::FormatError;
use crate::listed::read_json;
use glass_model::{Labels, SeriesData};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

/// Reads series over time, asked for with `epoch=ms`. A column is a series: the measurement is its name, the column
/// its label `field`. What is no number is left out; the texts say what, and what the server cut off.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else; when the query failed.
pub fn read_influx(input: impl Read) -> Result<(Vec<SeriesData>, Vec<String>), FormatError> {
    let wire: WireAnswer = read_json(input, "an answer of InfluxDB")?;
    let (mut all, mut troubles) = (Vec::new(), Vec::new());
    let error = wire.error.iter();
    let results = wire.results.unwrap_or_default();
    let errors = error.chain(results.iter().filter_map(|result| result.error.as_ref()));
    if let Some(error) = errors.into_iter().next() {
        return Err(FormatError::Unsupported(format!("the query failed: {error}")));
    }
    for one in results
        .into_iter()
        .flat_map(|result| result.series.unwrap_or_default())
    {
        if one.partial {
            troubles.push(format!("the server cut {} off", one.name));
        }
        read_series(&one, &mut all, &mut troubles);
    }
    all.sort_by(|a: &SeriesData, b| a.labels.cmp(&b.labels));
    Ok((all, troubles))
}

fn read_series(wire: &WireSeries, all: &mut Vec<SeriesData>, troubles: &mut Vec<String>) {
    let Some(time) = wire.columns.iter().position(|name| name == "time") else {
        troubles.push(format!("{} has no time and is left out", wire.name));
        return;
    };
    let rows = wire.values.as_deref().unwrap_or_default();
    for (i, column) in wire.columns.iter().enumerate().filter(|(i, _)| *i != time) {
        let cells = rows
            .iter()
            .filter_map(|row| Some((row.get(time)?.as_f64()? as i64, row.get(i)?)));
        let cells: Vec<(i64, &Value)> = cells.filter(|(_, value)| !value.is_null()).collect();
        let samples: Vec<(i64, f64)> = cells
            .iter()
            .filter_map(|(at, value)| Some((*at, number(value)?)))
            .collect();
        if samples.len() < cells.len() {
            let n = cells.len() - samples.len();
            troubles.push(format!("{n} values of {column} are no numbers and are left out"));
        }
        if !samples.is_empty() {
            let tags = wire.tags.clone().unwrap_or_default();
            let own = [("__name__", &wire.name), ("field", column)];
            let own = own.map(|(name, value)| (name.to_owned(), value.clone()));
            let labels = tags.into_iter().filter(|(_, value)| !value.is_empty());
            all.push(series(Labels::new(labels.chain(own)), samples));
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(is_true) => Some(f64::from(u8::from(*is_true))),
        value => value.as_f64(),
    }
}

#[derive(Deserialize)]
struct WireAnswer {
    results: Option<Vec<WireResult>>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct WireResult {
    series: Option<Vec<WireSeries>>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct WireSeries {
    #[serde(default)]
    name: String,
    tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    columns: Vec<String>,
    values: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    partial: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let told = match read_influx(text.as_bytes()) {
            Ok((all, troubles)) => {
                let series = all.iter().map(|one| format!("{} {:?}", one.labels, one.floats));
                series.chain(troubles).collect()
            }
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn a_column_is_a_series() {
        check(
            r#"{"results":[{"statement_id":0,"series":[{"name":"cpu","tags":{"host":"a","dc":""},"columns":["time","mean","up","note"],
                "values":[[1000,0.5,true,"x"],[2000,null,false,null]],"partial":true}]}]}"#,
            &[
                r#"cpu{field="mean", host="a"} {1000: 0.5}"#,
                r#"cpu{field="up", host="a"} {1000: 1.0, 2000: 0.0}"#,
                "the server cut cpu off",
                "1 values of note are no numbers and are left out",
            ],
        );
        check(r#"{"results":[{"statement_id":0}]}"#, &[]);
        check(
            r#"{"results":[{"error":"database not found: x"}]}"#,
            &["the query failed: database not found: x"],
        );
        check(
            r#"{"results":[{"series":[{"name":"databases","columns":["name"],"values":[["a"]]}]}]}"#,
            &["databases has no time and is left out"],
        );
    }
}
