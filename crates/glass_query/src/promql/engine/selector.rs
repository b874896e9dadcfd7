//! Selectors: the latest sample of each series at each step, no older than the look-back.

use super::evaluation::{Evaluation, Sink};
use super::histograms;
use crate::promql::ast::{AtModifier, VectorSelector};
use crate::promql::histogram::Histogram;
use crate::steps::{Grid, Presence, StepColumn, StepSeries};
use glass_model::{
    NativeHistogram, Provenance, QueryError, Selector, SeriesData, TimeRange, Timestamp, is_stale_marker,
};
use std::ops::ControlFlow;
use std::sync::Arc;

impl Evaluation<'_> {
    /// The moments a selector looks at for the moments of `grid`: all the same if it is pinned by `@`.
    pub fn looked_at(&self, grid: Grid, at: Option<AtModifier>, offset_millis: i64) -> Grid {
        let pinned = match at {
            None => None,
            Some(AtModifier::Millis(millis)) => Some(millis),
            Some(AtModifier::Start) => Some(self.query.start_millis),
            Some(AtModifier::End) => Some(self.end_millis),
        };
        Grid {
            start_millis: pinned.unwrap_or(grid.start_millis).saturating_sub(offset_millis),
            step_millis: if pinned.is_some() { 0 } else { grid.step_millis },
            n_steps: grid.n_steps,
        }
    }

    /// Hands out the series of a selector with their samples from `from_millis` to `to_millis`, both included.
    pub fn each_series(
        &self,
        selector: &VectorSelector,
        (from_millis, to_millis): (i64, i64),
        visit: &mut dyn FnMut(SeriesData) -> Result<(), QueryError>,
    ) -> Result<Provenance, QueryError> {
        let range = TimeRange::new(
            Timestamp::from_millis(from_millis),
            Timestamp::from_millis(to_millis),
        );
        let matchers = Selector {
            matchers: selector.matchers.clone(),
        };
        let mut failed = None;
        let mut visit = |series: SeriesData| {
            let n_samples = series.floats.len() + series.histograms.len();
            self.count_samples(n_samples);
            let done = self.engine.control.check().and_then(|()| {
                self.hold(n_samples)?;
                visit(series)?;
                self.release(n_samples);
                Ok(())
            });
            match done {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        self.engine.control.check()?;
        let source = self.engine.source;
        let provenance = source.each_series(&matchers, range, self.engine.as_of, &mut visit)?;
        match failed {
            Some(error) => Err(error),
            None => {
                self.add_provenance(provenance.clone());
                Ok(provenance)
            }
        }
    }

    /// An instant selector; with `wants_times`, the times of the samples in seconds instead of their values.
    pub fn select(
        &self,
        selector: &VectorSelector,
        grid: Grid,
        wants_times: bool,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let look_back = LookBack {
            moments: self.looked_at(grid, selector.at, selector.offset_millis),
            millis: self.engine.look_back_millis,
            wants_times,
            finds_resets: self.finds_resets(selector),
        };
        let start = look_back.moments.start_millis;
        let from = start.saturating_sub(look_back.millis).saturating_add(1);
        self.each_series(selector, (from, look_back.moments.end_millis()), &mut |series| {
            let column = if series.histograms.is_empty() {
                look_back.floats(&series)
            } else {
                look_back.values(&series)?
            };
            if column.is_empty() {
                return Ok(());
            }
            sink(StepSeries {
                labels: series.labels,
                drops_name: wants_times,
                column,
            })
        })?;
        Ok(())
    }
}

/// How many places are tried one by one before the search takes leaps.
const N_TRIED: usize = 4;

/// The place of the first sample later than `limit`, which lies at `from` or after it: near places are tried first.
#[inline]
pub(super) fn advance(times: &[i64], from: usize, limit: i64) -> usize {
    for place in from..from + N_TRIED {
        match times.get(place) {
            Some(at) if *at <= limit => {}
            _ => return place.min(times.len()),
        }
    }
    leap(times, from + N_TRIED, limit)
}

fn leap(times: &[i64], from: usize, limit: i64) -> usize {
    let mut low = from;
    let mut width = N_TRIED;
    while let Some(at) = times.get(low + width - 1) {
        if *at > limit {
            break;
        }
        low += width;
        width *= 2;
    }
    let high = times.len().min(low + width - 1);
    low + times[low.min(high)..high].partition_point(|at| *at <= limit)
}

/// Looks for the latest sample at each of some moments.
struct LookBack {
    moments: Grid,
    millis: i64,
    wants_times: bool,
    finds_resets: bool,
}

impl LookBack {
    fn floats(&self, series: &SeriesData) -> StepColumn {
        let (times, values) = (series.floats.at_millis(), series.floats.values());
        let mut floats = vec![0.0; self.moments.n_steps];
        let mut present = Presence::none(self.moments.n_steps);
        let mut next = 0;
        for (step, moment) in self.moments.times().enumerate() {
            next = advance(times, next, moment);
            if next == 0 {
                continue;
            }
            let (at, value) = (times[next - 1], values[next - 1]);
            if at > moment.saturating_sub(self.millis) && !is_stale_marker(value) {
                floats[step] = if self.wants_times {
                    at as f64 / 1000.0
                } else {
                    value
                };
                present.insert(step);
            }
        }
        StepColumn::of(floats, present)
    }

    /// The same for a series that has histograms. A histogram that several steps see is shared by them.
    fn values(&self, series: &SeriesData) -> Result<StepColumn, QueryError> {
        let times: Vec<i64> = series.histograms.iter().map(|(at, _)| *at).collect();
        let mut column = StepColumn::empty(self.moments.n_steps);
        let (mut next_float, mut next) = (0, 0);
        let mut histograms = Lazy {
            stored: &series.histograms,
            with_resets: match self.finds_resets {
                true => histograms::read_finding_resets(&series.histograms)?,
                false => Vec::new(),
            },
            last: None,
        };
        for (step, moment) in self.moments.times().enumerate() {
            next_float = advance(series.floats.at_millis(), next_float, moment);
            next = advance(&times, next, moment);
            let earliest = moment.saturating_sub(self.millis);
            let float = next_float
                .checked_sub(1)
                .map(|place| (series.floats.at_millis()[place], place));
            let found = next.checked_sub(1).map(|place| (times[place], place));
            match (float, found) {
                (Some((at, place)), _) if at > earliest && found.is_none_or(|(other, _)| other <= at) => {
                    let value = series.floats.values()[place];
                    if !is_stale_marker(value) {
                        column.set_float(
                            step,
                            if self.wants_times {
                                at as f64 / 1000.0
                            } else {
                                value
                            },
                        );
                    }
                }
                (_, Some((at, place))) if at > earliest => match histograms.at(place)? {
                    Some(_) if self.wants_times => column.set_float(step, at as f64 / 1000.0),
                    Some(histogram) => column.set_histogram(step, histogram),
                    None => {}
                },
                _ => {}
            }
        }
        Ok(column)
    }
}

/// Histograms of a series, each made from the stored one when a step first sees it.
struct Lazy<'a> {
    stored: &'a [(i64, NativeHistogram)],
    /// All of them without stale markers, where their hints had to be found.
    with_resets: Vec<(i64, Arc<Histogram>)>,
    last: Option<(usize, Arc<Histogram>)>,
}

impl Lazy<'_> {
    /// The histogram at a place; `None` for a stale marker.
    fn at(&mut self, place: usize) -> Result<Option<Arc<Histogram>>, QueryError> {
        let (at, stored) = &self.stored[place];
        if is_stale_marker(stored.sum) {
            return Ok(None);
        }
        let histogram = match &self.last {
            Some((same, histogram)) if *same == place => histogram.clone(),
            _ => match self.with_resets.binary_search_by_key(at, |(at, _)| *at) {
                Ok(found) => self.with_resets[found].1.clone(),
                Err(_) => Arc::new(Histogram::from_model(stored)?),
            },
        };
        self.last = Some((place, histogram.clone()));
        Ok(Some(histogram))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_finds_the_first_later_sample() {
        let times: Vec<i64> = (0..100).map(|i| i * 10).collect();
        for from in [0, 1, 50, 99, 100] {
            for limit in [-1, 0, 5, 490, 495, 980, 990, 5000] {
                let expected = times.partition_point(|at| *at <= limit).max(from);
                assert_eq!(advance(&times, from, limit), expected, "{from} {limit}");
            }
        }
        assert_eq!(advance(&[], 0, 5), 0);
    }
}
