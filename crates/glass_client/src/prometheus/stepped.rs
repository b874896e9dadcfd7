//! Values at a step, where a front door keeps the samples themselves to itself: `Prometheus::stepped`.
//!
//! Such doors let graphs through, so `query_range`, and no instant query. What they tell is an answer and not what was
//! scraped: a value stands again at every step for as long as the server looks back, and nothing tells where a series
//! ended.

use super::{Prometheus, SampleCounts, is_closed};
use crate::Told;
use crate::http::FetchError;
use glass_model::{Completeness, QueryValue, SeriesData, TimeRange, Timestamp};

/// How far apart the values are: the usual interval of scrapes, so that few are left out and few told twice.
const STEP: i64 = 60_000;

impl Prometheus {
    /// Hands out the values of the selected series at every whole minute of a range of milliseconds, so that ranges
    /// that follow each other fit together. If not all can be had, none is handed out.
    pub(super) async fn stepped(
        &self,
        text: &str,
        (start, end): (i64, i64),
        closed: FetchError,
        visit: &mut (dyn FnMut(SeriesData) + Send),
    ) -> Result<Told<SampleCounts>, FetchError> {
        let first = start
            .saturating_add(STEP - 1)
            .div_euclid(STEP)
            .saturating_mul(STEP);
        let last = end.div_euclid(STEP).saturating_mul(STEP);
        // A range without a whole minute in it is asked about the minute before, which tells whether the door is open.
        let asked = TimeRange::new(
            Timestamp::from_millis(first.min(last)),
            Timestamp::from_millis(last),
        );
        let told = match self.query_range(text, asked, STEP * 1_000_000).await {
            Ok(told) => told,
            Err(error) if is_closed(&error) => return Err(closed),
            Err(error) => return Err(error),
        };
        let n_requests = 2;
        if let Completeness::Partial(_) = told.completeness {
            return Ok(told.map(|_| SampleCounts {
                n_requests,
                ..SampleCounts::default()
            }));
        }
        let mut told = told.map(|result| match result.value {
            QueryValue::Matrix(series) if first <= last => series,
            _ => Vec::new(),
        });
        told.completeness = Completeness::Stepped(STEP * 1_000_000);
        told.warn("samples are not handed out here: values at every minute were recorded".into());
        let mut counts = SampleCounts {
            n_requests,
            until: Some(Timestamp::from_millis(end)),
            ..SampleCounts::default()
        };
        let series = std::mem::take(&mut told.value);
        for one in series {
            counts.n_series += 1;
            counts.n_samples += one.floats.len() as u64;
            counts.n_histograms += one.histograms.len() as u64;
            visit(one);
        }
        Ok(told.map(|_| counts))
    }
}
