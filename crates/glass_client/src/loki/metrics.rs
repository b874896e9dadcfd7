//! Metric queries: one moment, or a range in as many requests as the server's limits need.

use super::{Loki, QUERY, QUERY_RANGE};
use crate::Told;
use crate::http::FetchError;
use crate::log_windows::asks_for_less_time;
use glass_formats::loki::read_metrics;
use glass_model::{
    Completeness, Labels, QueryResult, QueryValue, SampleColumn, SeriesData, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Loki allows 11,000 steps a series; a few are left for servers that count both ends, or align them.
const MOST_STEPS: i64 = 10_900;

impl Loki {
    /// The value of a metric query at a moment.
    ///
    /// # Errors
    /// See [`FetchError`]; a query for lines is one.
    pub async fn instant(&self, query: &str, at: Timestamp) -> Result<Told<QueryResult>, FetchError> {
        let time = at.nanos().to_string();
        let query = [("query", query), ("time", &time)];
        let fetched = self.door.get(QUERY, &[], &query, &self.want).await?;
        self.read(&fetched, read_metrics)
    }

    /// The values of a metric query over a range. Loki moves steps to multiples of `step_nanos`.
    ///
    /// # Errors
    /// See [`FetchError`]; a query for lines is one.
    pub async fn range_metric(
        &self,
        query: &str,
        range: TimeRange,
        step_nanos: i64,
    ) -> Result<Told<QueryResult>, FetchError> {
        let step = step_nanos.max(1_000_000);
        let mut n_steps = MOST_STEPS;
        let mut start = range.start;
        let mut joined: Option<Told<Joined>> = None;
        while start <= range.end {
            let end = range.end.min(start.plus_nanos(step.saturating_mul(n_steps)));
            let part = self.range_part(query, TimeRange::new(start, end), step).await;
            let part = match part {
                Err(error) if asks_for_less_time(&error) && n_steps > 1 && end > start => {
                    let steps_here = end.nanos_since(start) / step;
                    n_steps = (steps_here.min(n_steps) / 2).max(1);
                    continue;
                }
                Err(error) => match &mut joined {
                    Some(told) => {
                        let why = format!("nothing from {start} on: {error}");
                        told.completeness = Completeness::Partial(why);
                        break;
                    }
                    None => return Err(error),
                },
                Ok(part) => part,
            };
            joined = Some(match joined {
                None => part.map(Joined::begin),
                Some(joined) => joined.plus(part),
            });
            start = end.plus_nanos(step);
        }
        match joined {
            Some(told) => Ok(told.map(Joined::finish)),
            None => Err(FetchError::Unsupported("an empty range of time".into())),
        }
    }

    async fn range_part(
        &self,
        query: &str,
        range: TimeRange,
        step: i64,
    ) -> Result<Told<QueryResult>, FetchError> {
        let (start, end) = (range.start.nanos().to_string(), range.end.nanos().to_string());
        let step = duration(step);
        let query = [
            ("query", query),
            ("start", &start),
            ("end", &end),
            ("step", &step),
        ];
        let fetched = self.door.get(QUERY_RANGE, &[], &query, &self.want).await?;
        self.read(&fetched, read_metrics)
    }
}

/// A step as Loki reads it, in whole seconds or milliseconds.
fn duration(nanos: i64) -> String {
    if nanos % 1_000_000_000 == 0 {
        format!("{}s", nanos / 1_000_000_000)
    } else {
        format!("{}ms", nanos / 1_000_000)
    }
}

/// Results that follow one another.
struct Joined {
    series: BTreeMap<Labels, BTreeMap<i64, f64>>,
    /// What is no matrix is not joined.
    other: Option<QueryValue>,
    warnings: Vec<String>,
    infos: Vec<String>,
    n_read: u64,
}

impl Joined {
    fn begin(result: QueryResult) -> Self {
        let mut joined = Self {
            series: BTreeMap::new(),
            other: None,
            warnings: Vec::new(),
            infos: Vec::new(),
            n_read: 0,
        };
        joined.add(result);
        joined
    }

    fn add(&mut self, result: QueryResult) {
        match result.value {
            QueryValue::Matrix(series) => {
                for series in series {
                    let samples = self.series.entry(series.labels).or_default();
                    let floats = series.floats;
                    samples.extend(
                        floats
                            .at_millis()
                            .iter()
                            .copied()
                            .zip(floats.values().iter().copied()),
                    );
                }
            }
            other => self.other = Some(other),
        }
        for (notes, new) in [
            (&mut self.warnings, result.warnings),
            (&mut self.infos, result.infos),
        ] {
            notes.extend(new);
            notes.sort();
            notes.dedup();
        }
        self.n_read += result.n_read;
    }

    fn finish(self) -> QueryResult {
        let series = |(labels, samples): (Labels, BTreeMap<i64, f64>)| {
            let (at, values): (Vec<i64>, Vec<f64>) = samples.into_iter().unzip();
            SeriesData {
                labels,
                floats: SampleColumn::new(at, values),
                histograms: Arc::default(),
            }
        };
        let matrix = || QueryValue::Matrix(self.series.into_iter().map(series).collect());
        QueryResult {
            value: self.other.unwrap_or_else(matrix),
            warnings: self.warnings,
            infos: self.infos,
            n_read: self.n_read,
        }
    }
}

impl Told<Joined> {
    /// Both, asked at the first's time.
    fn plus(mut self, next: Told<QueryResult>) -> Self {
        self.value.add(next.value);
        self.n_redacted += next.n_redacted;
        for warning in next.warnings {
            self.warn(warning);
        }
        self
    }
}
