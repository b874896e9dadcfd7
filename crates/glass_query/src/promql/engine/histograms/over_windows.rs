//! Functions over windows that hold histograms, with or without floats beside them: [`over_windows`].

use super::{collision_text, mixed_bounds_text, reconciled_text};
use crate::promql::engine::notes::Notes;
use crate::promql::engine::range::{Extrapolation, RangeCall, Sampled};
use crate::promql::engine::windows::{Window, each_window};
use crate::promql::histogram::{ChangeNote, Histogram, Total, change, last_change};
use crate::steps::{StepColumn, StepValue};
use glass_model::ResetHint;
use std::ops::Range;
use std::sync::Arc;

/// A function's values for a series with histograms, from `floats`, its values if there were floats alone.
pub(in crate::promql::engine) fn over_windows(
    notes: &mut Notes,
    call: &RangeCall<'_>,
    sampled: &Sampled<'_>,
    mut floats: StepColumn,
) -> StepColumn {
    let (times, histograms): (Vec<i64>, Vec<Arc<Histogram>>) = sampled
        .histograms
        .iter()
        .map(|(at, histogram)| (*at, usable(histogram, sampled)))
        .unzip();
    each_window(&times, call.ends, call.range_millis, |window| {
        let part = Part {
            call,
            sampled,
            window,
            n_floats: n_between(&sampled.floats.times, window),
            times: &times[window.low..window.high],
            histograms: &histograms[window.low..window.high],
        };
        match part.value(notes) {
            Value::OfFloats => {}
            Value::None => floats.clear(window.step),
            Value::Of(value) => floats.set(window.step, value),
        }
    });
    floats
}

/// A subquery may leave out samples or hand one out twice: what they say of resets no longer holds.
fn usable(histogram: &Arc<Histogram>, sampled: &Sampled<'_>) -> Arc<Histogram> {
    if sampled.is_of_subquery && matches!(histogram.hint, ResetHint::Reset | ResetHint::NoReset) {
        let mut unhinted = (**histogram).clone();
        unhinted.hint = ResetHint::Unknown;
        return Arc::new(unhinted);
    }
    histogram.clone()
}

fn n_between(times: &[i64], window: Window) -> usize {
    let low = times.partition_point(|at| *at <= window.start_millis);
    times[low..].partition_point(|at| *at <= window.end_millis)
}

/// What a window yields.
enum Value {
    /// What it yields without its histograms.
    OfFloats,
    /// Nothing.
    None,
    /// This.
    Of(StepValue),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Of(StepValue::Float(value))
    }
}

impl From<Histogram> for Value {
    fn from(value: Histogram) -> Self {
        Self::Of(StepValue::Histogram(Arc::new(value)))
    }
}

/// A sample of either kind.
#[derive(Clone, Copy)]
enum Sample<'a> {
    Float(f64),
    Histogram(&'a Arc<Histogram>),
}

/// A window with one histogram at least.
struct Part<'a> {
    call: &'a RangeCall<'a>,
    sampled: &'a Sampled<'a>,
    window: Window,
    n_floats: usize,
    times: &'a [i64],
    histograms: &'a [Arc<Histogram>],
}

impl Part<'_> {
    fn value(&self, notes: &mut Notes) -> Value {
        match self.call.name {
            "rate" | "increase" | "delta" => self.change(notes),
            "irate" | "idelta" => self.last_change(notes),
            "sum_over_time" | "avg_over_time" => self.total(notes),
            "changes" => self.count_pairs(is_change).into(),
            "resets" => self.count_pairs(is_reset).into(),
            "count_over_time" => ((self.n_floats + self.histograms.len()) as f64).into(),
            "present_over_time" => 1.0.into(),
            "first_over_time" | "ts_of_first_over_time" => self.single(self.samples().next()),
            "last_over_time" | "ts_of_last_over_time" => self.single(self.samples().last()),
            _ if self.n_floats == 0 => Value::None,
            _ => {
                let metric = self.metric();
                let text = format!(
                    "ignored histograms in a range containing both floats and histograms for metric name {metric:?}"
                );
                notes.inform(text, self.call.argument_at);
                Value::OfFloats
            }
        }
    }

    fn metric(&self) -> &str {
        self.sampled.labels.metric_name()
    }

    fn mixed(&self, notes: &mut Notes, at: &Range<usize>) -> Value {
        let metric = self.metric();
        notes.warn(
            format!("encountered a mix of histograms and floats for metric name {metric:?}"),
            at,
        );
        Value::None
    }

    fn change(&self, notes: &mut Notes) -> Value {
        if self.n_floats > 0 {
            return self.mixed(notes, self.call.argument_at);
        }
        let is_counter = self.call.name != "delta";
        let mut said = Vec::new();
        let grown = match self.histograms {
            [_] => None,
            all => change(all, is_counter, &mut |note| said.push(note)),
        };
        self.note_all(notes, &said, self.call.argument_at);
        let Some(mut grown) = grown else {
            return Value::None;
        };
        let extrapolation = Extrapolation {
            is_counter,
            is_rate: self.call.name == "rate",
        };
        let window = Window {
            low: 0,
            high: self.times.len(),
            ..self.window
        };
        grown.multiply(extrapolation.factor(self.times, window, (self.histograms[0].count, grown.count)));
        grown.into()
    }

    fn last_change(&self, notes: &mut Notes) -> Value {
        let last_two: Vec<(i64, Sample<'_>)> = {
            let n_samples = self.n_floats + self.histograms.len();
            self.samples().skip(n_samples.saturating_sub(2)).collect()
        };
        let is_counter = self.call.name == "irate";
        match last_two[..] {
            [(_, Sample::Float(_)), (_, Sample::Float(_))] => Value::OfFloats,
            [(from, Sample::Histogram(first)), (to, Sample::Histogram(last))] => {
                let mut said = Vec::new();
                let grown = last_change(first, last, is_counter, &mut |note| said.push(note));
                self.note_all(notes, &said, &self.call.arguments_at);
                grown.map_or(Value::None, |mut grown| {
                    if is_counter {
                        grown.divide((to - from) as f64 / 1000.0);
                    }
                    grown.into()
                })
            }
            [_, _] => self.mixed(notes, &self.call.arguments_at),
            _ => Value::None,
        }
    }

    fn total(&self, notes: &mut Notes) -> Value {
        let at = self.call.argument_at;
        if self.n_floats > 0 {
            return self.mixed(notes, at);
        }
        let begin = if self.call.name == "avg_over_time" {
            Total::mean_of
        } else {
            Total::sum_of
        };
        let mut total = begin(&self.histograms[0]);
        if self.histograms[1..]
            .iter()
            .any(|histogram| total.add(histogram).is_err())
        {
            notes.warn(mixed_bounds_text(self.metric()), at);
            return Value::None;
        }
        let (total, noted) = total.finish();
        if noted.hints_collide {
            notes.warn(collision_text("aggregation"), at);
        }
        if noted.bounds_reconciled {
            notes.inform(reconciled_text("aggregation"), at);
        }
        total.into()
    }

    fn note_all(&self, notes: &mut Notes, said: &[ChangeNote], at: &Range<usize>) {
        let metric = self.metric();
        if said.contains(&ChangeNote::MixedBounds) {
            notes.warn(mixed_bounds_text(metric), at);
            return;
        }
        for note in said {
            match note {
                ChangeNote::NotACounter => {
                    notes.warn(
                        format!("this native histogram metric is not a counter: {metric:?}"),
                        at,
                    );
                }
                ChangeNote::NotAGauge => {
                    notes.warn(
                        format!("this native histogram metric is not a gauge: {metric:?}"),
                        at,
                    );
                }
                ChangeNote::MixedBounds => {}
                ChangeNote::ReconciledWhileSubtracting => notes.inform(reconciled_text("subtraction"), at),
                ChangeNote::ReconciledWhileAdding => notes.inform(reconciled_text("addition"), at),
            }
        }
    }

    fn single(&self, sample: Option<(i64, Sample<'_>)>) -> Value {
        match sample {
            Some((at, _)) if self.call.name.starts_with("ts_of") => (at as f64 / 1000.0).into(),
            Some((_, Sample::Float(value))) => value.into(),
            Some((_, Sample::Histogram(histogram))) => Value::Of(StepValue::Histogram(histogram.clone())),
            None => Value::None,
        }
    }

    fn count_pairs(&self, counts: fn(Sample<'_>, Sample<'_>) -> bool) -> f64 {
        let pairs = self.samples().zip(self.samples().skip(1));
        pairs
            .filter(|((_, before), (_, after))| counts(*before, *after))
            .count() as f64
    }

    /// All samples of the window by time.
    fn samples(&self) -> impl Iterator<Item = (i64, Sample<'_>)> {
        let floats = &self.sampled.floats;
        let first = floats.times.partition_point(|at| *at <= self.window.start_millis);
        let mut next_float = first;
        let mut next = 0;
        std::iter::from_fn(move || {
            let float = (next_float < first + self.n_floats).then(|| floats.times[next_float]);
            let histogram = self.times.get(next).copied();
            match (float, histogram) {
                (Some(at), other) if other.is_none_or(|other| at < other) => {
                    next_float += 1;
                    Some((at, Sample::Float(floats.values[next_float - 1])))
                }
                (_, Some(at)) => {
                    next += 1;
                    Some((at, Sample::Histogram(&self.histograms[next - 1])))
                }
                _ => None,
            }
        })
    }
}

fn is_change(before: Sample<'_>, after: Sample<'_>) -> bool {
    match (before, after) {
        (Sample::Float(before), Sample::Float(after)) => {
            before != after && !(before.is_nan() && after.is_nan())
        }
        (Sample::Histogram(before), Sample::Histogram(after)) => !after.equals(before),
        _ => true,
    }
}

fn is_reset(before: Sample<'_>, after: Sample<'_>) -> bool {
    match (before, after) {
        (Sample::Float(before), Sample::Float(after)) => after < before,
        (Sample::Histogram(before), Sample::Histogram(after)) => after.is_reset_after(before),
        _ => true,
    }
}
