//! Reading VictoriaMetrics' `/api/v1/export`: a series a line, samples as they were stored.

use crate::FormatError;
use glass_model::{Labels, SampleColumn, SeriesData, stale_marker};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads all lines. A line that cannot be read is counted; a series may stand in several lines.
///
/// # Errors
/// When there are lines and none can be read.
pub fn read_export(text: &str) -> Result<(Vec<SeriesData>, u64), FormatError> {
    let mut series = Vec::new();
    let mut n_damaged = 0;
    let mut first = None;
    for (i, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match read_line(line) {
            Ok(one) => series.push(one),
            Err(reason) => {
                n_damaged += 1;
                first.get_or_insert((i as u64 + 1, reason));
            }
        }
    }
    match first {
        Some((line, reason)) if series.is_empty() => Err(FormatError::NothingReadable {
            expected: "an answer of /api/v1/export",
            line,
            reason,
        }),
        _ => Ok((series, n_damaged)),
    }
}

fn read_line(line: &str) -> Result<SeriesData, String> {
    let wire: WireLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if wire.values.len() != wire.timestamps.len() {
        return Err("not as many values as times".to_owned());
    }
    let values = wire.values.into_iter().map(WireValue::into_float);
    let values = values.collect::<Result<Vec<f64>, String>>()?;
    let mut samples: Vec<(i64, f64)> = wire.timestamps.into_iter().zip(values).collect();
    samples.sort_by_key(|sample| sample.0);
    samples.dedup_by_key(|sample| sample.0);
    let (at_millis, values) = samples.into_iter().unzip();
    Ok(SeriesData {
        labels: Labels::new(wire.metric),
        floats: SampleColumn::new(at_millis, values),
        histograms: Arc::default(),
    })
}

#[derive(Deserialize)]
struct WireLine {
    metric: BTreeMap<String, String>,
    values: Vec<WireValue>,
    timestamps: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireValue {
    Number(f64),
    Text(String),
    Null(()),
}

impl WireValue {
    /// The only NaN that VictoriaMetrics stores is the stale marker; it writes `null` for it.
    fn into_float(self) -> Result<f64, String> {
        match self {
            Self::Number(value) => Ok(value),
            Self::Null(()) => Ok(stale_marker()),
            Self::Text(text) => match text.as_str() {
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                "NaN" => Ok(stale_marker()),
                other => Err(format!("not a number: {}", crate::scan::shortened(other))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_what_is_damaged() {
        let text = concat!(
            r#"{"metric":{"__name__":"up"},"values":[1,null,"-Infinity"],"timestamps":[10,20,30]}"#,
            "\n{\n",
            r#"{"metric":{"__name__":"up"},"values":[1],"timestamps":[]}"#,
        );
        let (series, n_damaged) = read_export(text).unwrap();
        assert_eq!((series.len(), n_damaged), (1, 2));
        let expected = SampleColumn::new(vec![10, 20, 30], vec![1.0, stale_marker(), f64::NEG_INFINITY]);
        assert_eq!(series[0].floats, expected);
        assert!(read_export("<html>").is_err());
        assert!(read_export("").unwrap().0.is_empty());
    }
}
