//! Functions over windows of samples: `rate(m[5m])`, `max_over_time(…[1h:5m])`. [`RangeCall`] is one of them with all
//! it needs; the functions themselves are in `counters`, `over_time` and `trend`.

mod batch;
mod counters;
mod over_time;
mod trend;

pub(super) use counters::Extrapolation;

pub(super) use over_time::doubt_quantile;

use super::evaluation::{Evaluation, Sink};
use super::histograms;
use super::notes::Notes;
use super::windows::Samples;
use crate::Control;
use crate::promql::ast::{Call, ExprKind, MatrixSelector, Subquery, ValueType};
use crate::promql::histogram::Histogram;
use crate::steps::{Grid, Presence, StepColumn, StepSeries};
use glass_model::{Completeness, Labels, Provenance, QueryError, SeriesData};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Prometheus' own default step of a subquery.
const SUBQUERY_STEP_MILLIS: i64 = 60_000;

/// A call of a function over windows.
pub(super) struct RangeCall<'a> {
    /// The function's name.
    pub name: &'static str,
    /// What can end the evaluation.
    pub control: &'a Control,
    /// Whether resets are found by comparing histograms, whatever their hints say.
    pub finds_resets: bool,
    /// Its scalar arguments, each at every step.
    pub parameters: Vec<Vec<f64>>,
    /// The steps for which it is evaluated.
    pub grid: Grid,
    /// The moments at which the windows end.
    pub ends: Grid,
    /// How long they are.
    pub range_millis: i64,
    /// Where the first argument stands in the query.
    pub argument_at: &'a Range<usize>,
    /// Where the whole arguments stand in the query.
    pub arguments_at: Range<usize>,
}

/// A series with the samples its windows slide over.
pub(super) struct Sampled<'a> {
    pub labels: &'a Labels,
    pub floats: Samples<'a>,
    /// Without stale markers.
    pub histograms: Vec<(i64, Arc<Histogram>)>,
    pub is_of_subquery: bool,
}

impl Evaluation<'_> {
    /// Evaluates a function one of whose arguments is a range vector.
    pub fn range_function(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let mut parameters = Vec::new();
        let mut windows = None;
        for argument in &call.arguments {
            match argument.value_type() {
                ValueType::Matrix => windows = Some(argument),
                ValueType::Scalar => parameters.push(self.scalar(argument, grid)?),
                ValueType::String | ValueType::Vector => {}
            }
        }
        let (Some(windows), Some(first), Some(last)) =
            (windows, call.arguments.first(), call.arguments.last())
        else {
            return Err(QueryError::Execution(format!(
                "{} needs a range vector",
                call.function.name
            )));
        };
        let windows = windows.unwrapped();
        let mut range_call = RangeCall {
            name: call.function.name,
            control: &self.engine.control,
            finds_resets: false,
            parameters,
            grid,
            ends: grid,
            range_millis: 0,
            argument_at: &first.at,
            arguments_at: first.at.start..last.at.end,
        };
        match &windows.kind {
            ExprKind::Matrix(matrix) => {
                range_call.range_millis = matrix.range_millis;
                range_call.finds_resets = self.finds_resets(&matrix.selector);
                range_call.ends = self.looked_at(grid, matrix.selector.at, matrix.selector.offset_millis);
                self.over_samples(matrix, &range_call, sink)
            }
            ExprKind::Subquery(subquery) => {
                range_call.range_millis = subquery.range_millis;
                range_call.ends = self.looked_at(grid, subquery.at, subquery.offset_millis);
                self.over_subquery(subquery, &range_call, sink)
            }
            _ => Err(QueryError::Execution(format!(
                "{} needs a range vector",
                call.function.name
            ))),
        }
    }

    fn over_samples(
        &self,
        matrix: &MatrixSelector,
        call: &RangeCall<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let range = (call.first_millis(), call.ends.end_millis());
        let mut batch = Vec::new();
        let mut n_waiting = 0;
        let provenance = self.each_series(&matrix.selector, range, &mut |series| {
            let n_samples = series.floats.len() + series.histograms.len();
            self.hold(n_samples)?;
            n_waiting += n_samples;
            batch.push(series);
            if batch.len() == batch::N_SERIES || n_waiting >= batch::N_SAMPLES {
                n_waiting = 0;
                self.finish(call, &mut batch, sink)?;
            }
            Ok(())
        })?;
        self.finish(call, &mut batch, sink)?;
        refuse_stepped(call, &provenance)
    }

    /// Evaluates a batch of series and hands them on in order; what they held is given back.
    fn finish(
        &self,
        call: &RangeCall<'_>,
        batch: &mut Vec<SeriesData>,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let columns = batch::evaluate(call, batch);
        for (series, column) in batch.drain(..).zip(columns) {
            let (column, notes) = column?;
            self.notes().absorb(notes);
            self.release(series.floats.len() + series.histograms.len());
            self.hand_on_column(call, series.labels, false, column, sink)?;
        }
        Ok(())
    }

    fn over_subquery(
        &self,
        subquery: &Subquery,
        call: &RangeCall<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let inner = subquery_grid(subquery, call.ends);
        self.hold(inner.n_steps)?;
        let times: Vec<i64> = inner.times().collect();
        self.each(&subquery.inner, inner, &mut |series| {
            self.engine.control.check()?;
            self.count_samples(series.column.present().count());
            let sampled = Sampled {
                labels: &series.labels,
                floats: samples_at(&times, &series.column),
                histograms: (0..inner.n_steps)
                    .filter_map(|step| Some((times[step], series.column.histogram(step)?.clone())))
                    .collect(),
                is_of_subquery: true,
            };
            let column = call.column(&mut self.notes(), &sampled)?;
            self.hand_on_column(call, series.labels.clone(), series.drops_name, column, sink)
        })?;
        self.release(inner.n_steps);
        Ok(())
    }

    fn hand_on_column(
        &self,
        call: &RangeCall<'_>,
        labels: Labels,
        drops_name: bool,
        column: StepColumn,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        if column.is_empty() {
            return Ok(());
        }
        if matches!(call.name, "rate" | "increase") && !column.present().is_none() {
            self.doubt_counter(&labels, call.argument_at);
        }
        sink(StepSeries {
            labels,
            drops_name: drops_name || !matches!(call.name, "last_over_time" | "first_over_time"),
            column,
        })
    }

    fn doubt_counter(&self, labels: &Labels, at: &Range<usize>) {
        let name = labels.metric_name();
        let looks_like_one = ["_total", "_sum", "_count", "_bucket"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if !name.is_empty() && !looks_like_one {
            self.notes().inform(
                format!(
                    "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {name:?}"
                ),
                at,
            );
        }
    }

    /// `absent_over_time(…)`: 1 where no series has a sample in the window.
    pub fn absent_over_time(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let mut seen = Presence::none(grid.n_steps);
        let present = crate::promql::functions::find("present_over_time");
        let present = Call {
            function: present.unwrap_or(call.function),
            arguments: call.arguments.clone(),
        };
        self.range_function(&present, grid, &mut |series| {
            seen.insert_all(&series.column.occupied());
            Ok(())
        })?;
        let labels = call
            .arguments
            .first()
            .map_or(Labels::empty(), super::vector::labels_of_absent);
        self.hand_on_absent(&seen, labels, sink)
    }

    /// Hands on 1 where nothing was seen.
    pub fn hand_on_absent(
        &self,
        seen: &Presence,
        labels: Labels,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let mut absent = Presence::all(seen.n_steps());
        absent.remove_all(seen);
        if absent.is_none() {
            return Ok(());
        }
        sink(StepSeries::new(
            labels,
            StepColumn::of(vec![1.0; seen.n_steps()], absent),
        ))
    }
}

impl RangeCall<'_> {
    /// The values for one series.
    fn column(&self, notes: &mut Notes, sampled: &Sampled<'_>) -> Result<StepColumn, QueryError> {
        let floats = &sampled.floats;
        let column = match self.name {
            "rate" | "increase" | "delta" | "irate" | "idelta" | "changes" | "resets" => {
                counters::evaluate(self, floats)
            }
            "deriv" | "predict_linear" | "double_exponential_smoothing" => trend::evaluate(self, floats),
            _ => over_time::evaluate(notes, self, floats),
        }?;
        if sampled.histograms.is_empty() {
            return Ok(column);
        }
        Ok(histograms::over_windows(notes, self, sampled, column))
    }

    /// The first moment that belongs to a window.
    fn first_millis(&self) -> i64 {
        self.ends
            .start_millis
            .saturating_sub(self.range_millis)
            .saturating_add(1)
    }

    /// The scalar argument of that number at a step.
    fn parameter(&self, number: usize, step: usize) -> f64 {
        self.parameters
            .get(number)
            .and_then(|values| values.get(step))
            .copied()
            .unwrap_or(f64::NAN)
    }
}

/// The moments at which a subquery evaluates: multiples of its step, so that they do not depend on when it is asked.
pub(super) fn subquery_grid(subquery: &Subquery, ends: Grid) -> Grid {
    let step = subquery.step_millis.unwrap_or(SUBQUERY_STEP_MILLIS).max(1);
    let before = ends.start_millis.saturating_sub(subquery.range_millis);
    let start = before.div_euclid(step).saturating_add(1).saturating_mul(step);
    Grid::between(start, ends.end_millis(), step)
}

/// The floats of a column as samples.
fn samples_at<'a>(times: &'a [i64], column: &'a StepColumn) -> Samples<'a> {
    if column.present().is_all() {
        return Samples {
            times: Cow::Borrowed(times),
            values: Cow::Borrowed(column.floats()),
        };
    }
    let steps = column.present().iter();
    let (times, values): (Vec<i64>, Vec<f64>) =
        steps.map(|step| (times[step], column.floats()[step])).unzip();
    Samples {
        times: Cow::Owned(times),
        values: Cow::Owned(values),
    }
}

/// What was recorded at a step tells nothing of what lies between: a rate needs two steps at least.
fn refuse_stepped(call: &RangeCall<'_>, provenance: &Provenance) -> Result<(), QueryError> {
    let Completeness::Stepped(step_nanos) = provenance.completeness else {
        return Ok(());
    };
    let is_rate = matches!(
        call.name,
        "rate"
            | "increase"
            | "delta"
            | "irate"
            | "idelta"
            | "changes"
            | "resets"
            | "deriv"
            | "predict_linear"
            | "double_exponential_smoothing"
    );
    if is_rate && call.range_millis.saturating_mul(1_000_000) < step_nanos.saturating_mul(2) {
        let seconds = step_nanos as f64 / 1e9;
        return Err(QueryError::Execution(format!(
            "{}() over less than two steps: {} recorded a value every {seconds} s only; use a range of at least \
             {} s",
            call.name,
            provenance.source,
            seconds * 2.0
        )));
    }
    Ok(())
}
