//! Functions of counters and of differences: `rate`, `increase`, `delta`, `irate`, `idelta`, `changes`, `resets`.

use super::RangeCall;
use crate::promql::engine::windows::{Samples, Window, slide};
use crate::steps::StepColumn;
use glass_model::QueryError;

/// Evaluates one of them.
///
/// # Errors
/// When the evaluation is to end.
pub(super) fn evaluate(call: &RangeCall<'_>, samples: &Samples<'_>) -> Result<StepColumn, QueryError> {
    let (times, values) = (&*samples.times, &*samples.values);
    let over = |each: &mut dyn FnMut(Window) -> Option<f64>| slide(call, times, each);
    match call.name {
        "rate" | "increase" => {
            let resets = Resets::of(values);
            let is_rate = call.name == "rate";
            over(&mut |window| {
                let grown = values[window.high - 1] - values[window.low];
                let grown = resets.corrected(grown, values, window);
                Extrapolation {
                    is_counter: true,
                    is_rate,
                }
                .apply(times, values, window, grown)
            })
        }
        "delta" => over(&mut |window| {
            let grown = values[window.high - 1] - values[window.low];
            let extrapolation = Extrapolation {
                is_counter: false,
                is_rate: false,
            };
            extrapolation.apply(times, values, window, grown)
        }),
        "irate" => over(&mut |window| last_two(times, values, window, true)),
        "idelta" => over(&mut |window| last_two(times, values, window, false)),
        "resets" => {
            let counts = running(values, |before, now| now < before);
            over(&mut |window| Some(f64::from(counts[window.high - 1] - counts[window.low])))
        }
        _ => {
            let counts = running(values, |before, now| {
                now != before && !(now.is_nan() && before.is_nan())
            });
            over(&mut |window| Some(f64::from(counts[window.high - 1] - counts[window.low])))
        }
    }
}

/// How many pairs of neighbours up to each sample fulfil `counts`.
fn running(values: &[f64], counts: impl Fn(f64, f64) -> bool) -> Vec<u32> {
    let mut n_found = 0;
    let mut before = None;
    values
        .iter()
        .map(|now| {
            n_found += u32::from(before.is_some_and(|before| counts(before, *now)));
            before = Some(*now);
            n_found
        })
        .collect()
}

/// Where a counter began anew: the places of the samples that are lower than the one before.
struct Resets(Vec<usize>);

impl Resets {
    fn of(values: &[f64]) -> Self {
        let pairs = values.windows(2).enumerate();
        Self(
            pairs
                .filter(|(_, pair)| pair[1] < pair[0])
                .map(|(place, _)| place + 1)
                .collect(),
        )
    }

    /// Adds what was lost at each reset inside the window, in order.
    fn corrected(&self, grown: f64, values: &[f64], window: Window) -> f64 {
        if self.0.is_empty() {
            return grown;
        }
        let first = self.0.partition_point(|place| *place <= window.low);
        self.0[first..]
            .iter()
            .take_while(|place| **place < window.high)
            .fold(grown, |grown, place| grown + values[place - 1])
    }
}

/// Stretches what was seen between the first and last sample to the window: to its ends if these are as near as the
/// next sample would be, or else by half the distance of samples; and a counter not below zero.
pub(in crate::promql::engine) struct Extrapolation {
    pub is_counter: bool,
    pub is_rate: bool,
}

impl Extrapolation {
    fn apply(self, times: &[i64], values: &[f64], window: Window, grown: f64) -> Option<f64> {
        (window.len() > 1).then(|| grown * self.factor(times, window, (values[window.low], grown)))
    }

    /// By how much, given the first value and how much it grew; there must be two samples.
    pub fn factor(&self, times: &[i64], window: Window, (begin, grown): (f64, f64)) -> f64 {
        let (first, last) = (times[window.low], times[window.high - 1]);
        let seconds = |from: i64, to: i64| to.saturating_sub(from) as f64 / 1000.0;
        let mut to_start = seconds(window.start_millis, first);
        let mut to_end = seconds(last, window.end_millis);
        let sampled = seconds(first, last);
        let between = sampled / (window.len() - 1) as f64;
        let near = between * 1.1;
        if to_start >= near {
            to_start = between / 2.0;
        }
        if self.is_counter && grown > 0.0 && begin >= 0.0 {
            to_start = to_start.min(sampled * (begin / grown));
        }
        if to_end >= near {
            to_end = between / 2.0;
        }
        let mut factor = (sampled + to_start + to_end) / sampled;
        if self.is_rate {
            factor /= seconds(window.start_millis, window.end_millis);
        }
        factor
    }
}

fn last_two(times: &[i64], values: &[f64], window: Window, is_rate: bool) -> Option<f64> {
    if window.len() < 2 {
        return None;
    }
    let (before, last) = (window.high - 2, window.high - 1);
    let (from, to) = (values[before], values[last]);
    let grown = if is_rate && to < from { to } else { to - from };
    let seconds = times[last].saturating_sub(times[before]) as f64 / 1000.0;
    Some(if is_rate { grown / seconds } else { grown })
}
