//! The `…_over_time` functions.

use super::RangeCall;
use crate::promql::engine::notes::{Notes, go_general};
use crate::promql::engine::windows::{Samples, Window, slide};
use crate::steps::StepColumn;
use crate::sums::{KahanSum, Mean, quantile};
use glass_model::QueryError;
use std::collections::VecDeque;

/// Evaluates one of them.
///
/// # Errors
/// When there is no such function.
pub(super) fn evaluate(
    notes: &mut Notes,
    call: &RangeCall<'_>,
    samples: &Samples<'_>,
) -> Result<StepColumn, QueryError> {
    let (times, values) = (&*samples.times, &*samples.values);
    let over = |each: &mut dyn FnMut(Window) -> Option<f64>| slide(call, times, each);
    let of = |window: Window| &values[window.low..window.high];
    let seconds = |place: usize| times[place] as f64 / 1000.0;
    let mut room = Vec::new();
    match call.name {
        "count_over_time" => over(&mut |window| Some(window.len() as f64)),
        "present_over_time" => over(&mut |_| Some(1.0)),
        "first_over_time" => over(&mut |window| Some(values[window.low])),
        "last_over_time" => over(&mut |window| Some(values[window.high - 1])),
        "ts_of_first_over_time" => over(&mut |window| Some(seconds(window.low))),
        "ts_of_last_over_time" => over(&mut |window| Some(seconds(window.high - 1))),
        "max_over_time" | "ts_of_max_over_time" | "min_over_time" | "ts_of_min_over_time" => {
            let wants_max = call.name.contains("max");
            let mut extremes = Extremes::new(wants_max);
            let wants_time = call.name.starts_with("ts_of");
            over(&mut |window| {
                let place = extremes.of(values, window);
                Some(if wants_time { seconds(place) } else { values[place] })
            })
        }
        "sum_over_time" | "avg_over_time" => {
            let sums = Sums::of(values, call);
            let wants_mean = call.name.starts_with("avg");
            over(&mut |window| Some(sums.over(values, window, wants_mean)))
        }
        "stddev_over_time" => over(&mut |window| Some(variance(of(window)).sqrt())),
        "stdvar_over_time" => over(&mut |window| Some(variance(of(window)))),
        "quantile_over_time" => over(&mut |window| {
            let q = call.parameter(0, window.step);
            if !(0.0..=1.0).contains(&q) {
                doubt_quantile(notes, q, call.argument_at);
            }
            room.clear();
            room.extend_from_slice(of(window));
            Some(quantile(q, &mut room))
        }),
        "mad_over_time" => over(&mut |window| Some(deviation(of(window), &mut room))),
        name => Err(QueryError::Unsupported(format!("{name}() is not supported"))),
    }
}

/// Says that a quantile is none.
pub(in crate::promql::engine) fn doubt_quantile(notes: &mut Notes, q: f64, at: &std::ops::Range<usize>) {
    let text = format!("quantile value should be between 0 and 1, got {}", go_general(q));
    notes.warn(text, at);
}

/// The greatest or least sample of windows that move forward: only those samples are kept that can still be the one.
/// NaNs count only where there is nothing else.
struct Extremes {
    wants_max: bool,
    candidates: VecDeque<usize>,
    next: usize,
}

impl Extremes {
    fn new(wants_max: bool) -> Self {
        Self {
            wants_max,
            candidates: VecDeque::new(),
            next: 0,
        }
    }

    /// The place of the extreme; of equal ones the last.
    fn of(&mut self, values: &[f64], window: Window) -> usize {
        while self.candidates.front().is_some_and(|place| *place < window.low) {
            self.candidates.pop_front();
        }
        for place in self.next.max(window.low)..window.high {
            let value = values[place];
            if value.is_nan() {
                continue;
            }
            let is_beaten = |other: f64| {
                if self.wants_max {
                    other <= value
                } else {
                    other >= value
                }
            };
            while self
                .candidates
                .back()
                .is_some_and(|back| is_beaten(values[*back]))
            {
                self.candidates.pop_back();
            }
            self.candidates.push_back(place);
        }
        self.next = self.next.max(window.high);
        self.candidates.front().copied().unwrap_or(window.high - 1)
    }
}

/// Sums of windows. If the windows overlap much, running sums up to each sample are kept with what was rounded off,
/// and a window's sum is the difference of two; where that would lose digits, the window is summed anew.
struct Sums {
    running: Option<Vec<KahanSum>>,
    /// The sum of all magnitudes: the scale of what a difference can lose.
    scale: f64,
}

/// Below this share of the scale a difference of running sums is not trusted: they are exact to about 1e-20 of the
/// scale, and a sum is to be exact to 1e-12.
const TRUSTED_SHARE: f64 = 1e-7;

impl Sums {
    fn of(values: &[f64], call: &RangeCall<'_>) -> Self {
        let advances_slowly = call.ends.step_millis.saturating_mul(4) < call.range_millis;
        Self::new(
            values,
            advances_slowly && call.ends.n_steps > 4 && values.len() > 16,
        )
    }

    fn new(values: &[f64], pays: bool) -> Self {
        let scale: f64 = values.iter().map(|value| value.abs()).sum();
        let running = (pays && scale.is_finite()).then(|| {
            let mut total = KahanSum::default();
            let first = std::iter::once(total);
            first
                .chain(values.iter().map(|value| {
                    total.add(*value);
                    total
                }))
                .collect()
        });
        Self { running, scale }
    }

    fn over(&self, values: &[f64], window: Window, wants_mean: bool) -> f64 {
        if let Some(running) = &self.running {
            let (before, after) = (running[window.low], running[window.high]);
            let mut sum = after;
            sum.add(-before.sum);
            sum.rest -= before.rest;
            let sum = sum.value();
            if sum.abs() >= self.scale * TRUSTED_SHARE {
                return if wants_mean {
                    sum / window.len() as f64
                } else {
                    sum
                };
            }
        }
        let values = &values[window.low..window.high];
        if wants_mean {
            let mut mean = Mean::default();
            values.iter().for_each(|value| mean.add(*value));
            mean.value()
        } else {
            let mut sum = KahanSum::default();
            values.iter().for_each(|value| sum.add(*value));
            sum.value()
        }
    }
}

/// The population variance, by Welford with corrected sums.
fn variance(values: &[f64]) -> f64 {
    let mut mean = KahanSum::default();
    let mut squares = KahanSum::default();
    let mut count = 0.0;
    for value in values {
        count += 1.0;
        let delta = value - (mean.sum + mean.rest);
        mean.add(delta / count);
        squares.add(delta * (value - (mean.sum + mean.rest)));
    }
    (squares.sum + squares.rest) / count
}

/// The median distance from the median; NaN if any value is.
fn deviation(values: &[f64], room: &mut Vec<f64>) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    room.clear();
    room.extend_from_slice(values);
    let median = quantile(0.5, room);
    room.iter_mut().for_each(|value| *value = (*value - median).abs());
    quantile(0.5, room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_slide() {
        let values = [3.0, f64::NAN, 1.0, 1.0, 4.0, f64::NAN];
        let check = |wants_max, windows: &[(usize, usize)], expected: &[usize]| {
            let mut extremes = Extremes::new(wants_max);
            let found: Vec<usize> = windows
                .iter()
                .map(|(low, high)| {
                    let window = Window {
                        step: 0,
                        low: *low,
                        high: *high,
                        start_millis: 0,
                        end_millis: 0,
                    };
                    extremes.of(&values, window)
                })
                .collect();
            assert_eq!(found, expected);
        };
        check(true, &[(0, 2), (1, 2), (1, 4), (2, 5), (5, 6)], &[0, 1, 3, 4, 5]);
        check(false, &[(0, 3), (0, 5), (4, 6)], &[2, 3, 4]);
    }

    #[test]
    fn running_sums_give_what_each_window_gives_by_itself() {
        let check = |scale: f64, offset: f64| {
            let mut seed = 7_u64;
            let values: Vec<f64> = (0..500)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((seed >> 33) as f64 / f64::from(1_u32 << 31) - 0.5) * scale + offset
                })
                .collect();
            let sums = Sums::new(&values, true);
            assert!(sums.running.is_some());
            for low in 0..480 {
                for wants_mean in [false, true] {
                    let window = Window {
                        step: 0,
                        low,
                        high: low + 20,
                        start_millis: 0,
                        end_millis: 0,
                    };
                    let (slid, anew) = (
                        sums.over(&values, window, wants_mean),
                        Sums::new(&values, false).over(&values, window, wants_mean),
                    );
                    assert!((slid - anew).abs() <= 1e-12 * anew.abs(), "{slid} {anew}");
                }
            }
        };
        check(1.0, 0.0);
        check(1.0, 1e9);
        check(1e300, 0.0);
        check(1e-300, 0.0);
    }
}
