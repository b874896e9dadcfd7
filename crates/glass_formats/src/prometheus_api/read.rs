//! Reading the results of queries.

use super::histogram::HistogramBucket;
use super::write::Notes;
use crate::{FormatError, scan};
use glass_model::Labels;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::borrow::Cow;
use std::collections::BTreeMap;

const EXPECTED: &str = "an answer of Prometheus' HTTP API";

/// The warning that stands for VictoriaMetrics' mark of an answer from a part of its storage.
const PARTIAL: &str = "the server answered from a part of its storage only";

/// A histogram as the API tells it: bounds instead of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiHistogram {
    /// All observations.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The buckets that are not empty.
    pub buckets: Vec<HistogramBucket>,
}

/// One series of a vector or a matrix, each sample with its time in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiSeries {
    /// What identifies it.
    pub labels: Labels,
    /// Its floats.
    pub floats: Vec<(i64, f64)>,
    /// Its native histograms.
    pub histograms: Vec<(i64, ApiHistogram)>,
}

/// What a query yielded.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiData {
    /// A number.
    Scalar(i64, f64),
    /// A text.
    Text(i64, String),
    /// One sample a series, in the server's order.
    Vector(Vec<ApiSeries>),
    /// Many samples a series.
    Matrix(Vec<ApiSeries>),
}

/// An answer of the API.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiAnswer {
    /// A result.
    Success(ApiData, Notes),
    /// Why there is none: the kind of error, and what the server says.
    Error(String, String),
}

/// Reads the answer to a query.
///
/// # Errors
/// When it is not one.
pub fn read_result(text: &str) -> Result<ApiAnswer, FormatError> {
    let error = |error: serde_json::Error| FormatError::Json {
        expected: EXPECTED,
        reason: error.to_string(),
    };
    let wire: WireAnswer<'_> = serde_json::from_str(text).map_err(error)?;
    if wire.status == "error" {
        return Ok(ApiAnswer::Error(
            wire.error_type.into_owned(),
            wire.error.into_owned(),
        ));
    }
    let data = wire.data.ok_or(FormatError::Json {
        expected: EXPECTED,
        reason: "it has no data".into(),
    })?;
    let result = data.result.get();
    let value = match &*data.result_type {
        "scalar" => {
            let point: Point = serde_json::from_str(result).map_err(error)?;
            ApiData::Scalar(point.0.0, point.1.0)
        }
        "string" => {
            let (at, text): (Millis, String) = serde_json::from_str(result).map_err(error)?;
            ApiData::Text(at.0, text)
        }
        "vector" => ApiData::Vector(series(result).map_err(error)?),
        "matrix" => ApiData::Matrix(series(result).map_err(error)?),
        other => {
            let text = format!("results of type {other} cannot be read as metrics");
            return Err(FormatError::Unsupported(text));
        }
    };
    let mut notes = Notes {
        warnings: wire.warnings,
        infos: wire.infos,
    };
    if wire.is_partial {
        notes.warnings.push(PARTIAL.to_owned());
    }
    Ok(ApiAnswer::Success(value, notes))
}

fn series(text: &str) -> Result<Vec<ApiSeries>, serde_json::Error> {
    let wire: Vec<WireSeries> = serde_json::from_str(text)?;
    Ok(wire.into_iter().map(WireSeries::into_model).collect())
}

#[derive(Deserialize)]
struct WireAnswer<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    data: Option<WireData<'a>>,
    #[serde(borrow, default, rename = "errorType")]
    error_type: Cow<'a, str>,
    #[serde(borrow, default)]
    error: Cow<'a, str>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
    #[serde(default, rename = "isPartial")]
    is_partial: bool,
}

/// The warnings and infos of an answer of any kind, whatever its data is.
///
/// # Errors
/// When it is no answer.
pub fn read_notes(text: &str) -> Result<Notes, FormatError> {
    let wire: WireNotes = serde_json::from_str(text).map_err(|error| FormatError::Json {
        expected: EXPECTED,
        reason: error.to_string(),
    })?;
    let mut notes = Notes {
        warnings: wire.warnings.unwrap_or_default(),
        infos: wire.infos.unwrap_or_default(),
    };
    if wire.is_partial.unwrap_or_default() {
        notes.warnings.push(PARTIAL.to_owned());
    }
    Ok(notes)
}

#[derive(Deserialize)]
struct WireNotes {
    warnings: Option<Vec<String>>,
    infos: Option<Vec<String>>,
    #[serde(rename = "isPartial")]
    is_partial: Option<bool>,
}

#[derive(Deserialize)]
struct WireData<'a> {
    #[serde(borrow, rename = "resultType")]
    result_type: Cow<'a, str>,
    // Kept as text until its type is known.
    #[serde(borrow)]
    result: &'a serde_json::value::RawValue,
}

#[derive(Deserialize)]
struct WireSeries {
    metric: BTreeMap<String, String>,
    value: Option<Point>,
    #[serde(default)]
    values: Vec<Point>,
    histogram: Option<HistogramPoint>,
    #[serde(default)]
    histograms: Vec<HistogramPoint>,
}

#[derive(Deserialize)]
struct Point(Millis, Number);

#[derive(Deserialize)]
struct HistogramPoint(Millis, WireHistogram);

#[derive(Deserialize)]
struct WireHistogram {
    count: Number,
    sum: Number,
    #[serde(default)]
    buckets: Vec<(u8, Number, Number, Number)>,
}

impl WireSeries {
    fn into_model(self) -> ApiSeries {
        let floats = self.value.into_iter().chain(self.values);
        let histograms = self.histogram.into_iter().chain(self.histograms);
        ApiSeries {
            labels: Labels::new(self.metric),
            floats: floats.map(|point| (point.0.0, point.1.0)).collect(),
            histograms: histograms
                .map(|point| (point.0.0, point.1.into_model()))
                .collect(),
        }
    }
}

impl WireHistogram {
    fn into_model(self) -> ApiHistogram {
        let bucket = |(rule, lower, upper, count): (u8, Number, Number, Number)| HistogramBucket {
            lower: lower.0,
            upper: upper.0,
            holds_lower: matches!(rule, 1 | 3),
            holds_upper: matches!(rule, 0 | 3),
            count: count.0,
        };
        ApiHistogram {
            count: self.count.0,
            sum: self.sum.0,
            buckets: self.buckets.into_iter().map(bucket).collect(),
        }
    }
}

/// Seconds as a JSON number, exactly, in milliseconds.
struct Millis(i64);

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let millis = (seconds * 1000.0).round();
        if millis.abs() < i64::MAX as f64 {
            Ok(Self(millis as i64))
        } else {
            Err(D::Error::custom("a time is out of range"))
        }
    }
}

/// A number in quotes.
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        scan::number(&text).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prometheus_api::write_result;
    use glass_model::{QueryValue, SampleColumn, SeriesData};
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            value in "\\PC{0,8}",
            samples in proptest::collection::vec((-2_000_000_000_000i64..4_000_000_000_000, any::<f64>()), 1..8),
        ) {
            let mut samples = samples;
            samples.sort_by_key(|sample| sample.0);
            samples.dedup_by_key(|sample| sample.0);
            let labels = Labels::new([("__name__", "up"), ("x", &value)]);
            let (at, values): (Vec<i64>, Vec<f64>) = samples.iter().copied().unzip();
            let series = SeriesData {
                labels: labels.clone(),
                floats: SampleColumn::new(at, values),
                histograms: Arc::default(),
            };
            let mut out = Vec::new();
            write_result(&mut out, &QueryValue::Matrix(vec![series]), &Notes::default(), None).unwrap();
            let read = read_result(std::str::from_utf8(&out).unwrap()).unwrap();
            let ApiAnswer::Success(ApiData::Matrix(read), _) = read else { panic!("{read:?}") };
            prop_assert_eq!(&read[0].labels, &labels);
            prop_assert_eq!(read[0].floats.len(), samples.len());
            for (read, written) in read[0].floats.iter().zip(&samples) {
                prop_assert_eq!(read.0, written.0);
                prop_assert!(read.1 == written.1 || (read.1.is_nan() && written.1.is_nan()));
            }
        }
    }

    #[test]
    fn damaged_answers_are_told() {
        for text in [
            "",
            "{}",
            r#"{"status":"success"}"#,
            r#"{"status":"success","data":{"resultType":"x","result":1}}"#,
        ] {
            assert!(read_result(text).is_err(), "{text}");
        }
        let error = read_result(r#"{"status":"error","errorType":"bad_data","error":"x"}"#).unwrap();
        assert_eq!(error, ApiAnswer::Error("bad_data".into(), "x".into()));
    }
}
