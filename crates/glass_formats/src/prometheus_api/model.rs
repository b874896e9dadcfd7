//! Results of queries as the model has them: histograms get back the schema to which their bounds fit.

use super::read::{ApiData, ApiHistogram, ApiSeries};
use crate::promtool_dump::histogram::{PrintedBucket, from_buckets};
use glass_model::{NativeHistogram, QueryValue, SampleColumn, SampleValue, SeriesData, VectorSample};
use std::sync::Arc;

/// A result as the model has it, and how many of its histograms could not be understood and are left out.
pub fn to_query_value(data: ApiData) -> (QueryValue, u64) {
    match data {
        ApiData::Scalar(at, value) => (QueryValue::Scalar(at, value), 0),
        ApiData::Text(at, text) => (QueryValue::Text(at, text), 0),
        ApiData::Vector(series) => {
            let mut n_lost = 0;
            let samples = series.into_iter().filter_map(|one| to_sample(one, &mut n_lost));
            (QueryValue::Vector(samples.collect()), n_lost)
        }
        ApiData::Matrix(series) => {
            let mut n_lost = 0;
            let all = series.into_iter().map(|one| {
                let (series, lost) = to_series(one);
                n_lost += lost;
                series
            });
            let mut all: Vec<SeriesData> = all.collect();
            all.sort_by(|a, b| a.labels.cmp(&b.labels));
            (QueryValue::Matrix(all), n_lost)
        }
    }
}

/// A series as the model has it, its samples by time and each time once, and how many of its histograms could not be
/// understood and are left out.
pub fn to_series(series: ApiSeries) -> (SeriesData, u64) {
    let n_told = series.histograms.len();
    let mut floats = series.floats;
    sort_once(&mut floats);
    let histograms = series.histograms.into_iter();
    let mut histograms: Vec<(i64, NativeHistogram)> = histograms
        .filter_map(|(at, histogram)| Some((at, to_histogram(histogram)?)))
        .collect();
    let n_lost = n_told - histograms.len();
    sort_once(&mut histograms);
    let (at_millis, values) = floats.into_iter().unzip();
    let data = SeriesData {
        labels: series.labels,
        floats: SampleColumn::new(at_millis, values),
        histograms: Arc::new(histograms),
    };
    (data, n_lost as u64)
}

/// Servers send samples in order; a hostile one may not.
fn sort_once<T>(samples: &mut Vec<(i64, T)>) {
    if !samples.is_sorted_by(|a, b| a.0 < b.0) {
        samples.sort_by_key(|sample| sample.0);
        samples.dedup_by_key(|sample| sample.0);
    }
}

fn to_sample(series: ApiSeries, n_lost: &mut u64) -> Option<VectorSample> {
    let labels = series.labels;
    if let Some((at_millis, value)) = series.floats.first() {
        let (at_millis, value) = (*at_millis, SampleValue::Float(*value));
        return Some(VectorSample {
            labels,
            at_millis,
            value,
        });
    }
    let (at_millis, histogram) = series.histograms.into_iter().next()?;
    let Some(histogram) = to_histogram(histogram) else {
        *n_lost += 1;
        return None;
    };
    let value = SampleValue::Histogram(Box::new(histogram));
    Some(VectorSample {
        labels,
        at_millis,
        value,
    })
}

fn to_histogram(histogram: ApiHistogram) -> Option<NativeHistogram> {
    let buckets = histogram.buckets.into_iter().map(|bucket| PrintedBucket {
        low: bucket.lower,
        high: bucket.upper,
        count: bucket.count,
    });
    from_buckets(histogram.count, histogram.sum, buckets.collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prometheus_api::{ApiAnswer, Notes, read_result, write_result};
    use glass_model::{Labels, ResetHint, Span};

    /// What is written is read back as it was.
    fn check(histogram: NativeHistogram) {
        let series = SeriesData {
            labels: Labels::new([("__name__", "latency")]),
            floats: SampleColumn::default(),
            histograms: Arc::new(vec![(1_500, histogram)]),
        };
        let mut out = Vec::new();
        let value = QueryValue::Matrix(vec![series]);
        write_result(&mut out, &value, &Notes::default(), None).unwrap();
        let read = read_result(std::str::from_utf8(&out).unwrap()).unwrap();
        let ApiAnswer::Success(data, _) = read else {
            panic!("{read:?}")
        };
        assert_eq!(to_query_value(data), (value, 0));
    }

    #[test]
    fn a_native_histogram_survives() {
        let exponential = NativeHistogram {
            reset_hint: ResetHint::Unknown,
            schema: 3,
            zero_threshold: 2f64.powi(-128),
            zero_count: 2.0,
            count: 9.0,
            sum: 4.5,
            positive_spans: vec![
                Span {
                    offset: -20,
                    length: 2,
                },
                Span { offset: 3, length: 1 },
            ],
            positive_counts: vec![2.0, 1.0, 1.0],
            negative_spans: vec![Span { offset: 1, length: 1 }],
            negative_counts: vec![3.0],
            custom_bounds: Vec::new(),
        };
        check(exponential.clone());
        check(NativeHistogram {
            schema: -53,
            zero_threshold: 0.0,
            zero_count: 0.0,
            positive_spans: vec![Span { offset: 0, length: 3 }],
            positive_counts: vec![2.0, 1.0, 6.0],
            negative_spans: Vec::new(),
            negative_counts: Vec::new(),
            custom_bounds: vec![0.1, 0.5],
            ..exponential
        });
    }
}
