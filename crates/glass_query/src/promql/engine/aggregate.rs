//! Aggregations: the series of the vector stream into their groups and are not kept, but for those that pick series.

use super::evaluation::{Evaluation, Sink};
use super::histograms::Aggregated;
use super::labels::with_label;
use super::notes::go_general;
use super::range::doubt_quantile;
use super::vector_text;
use crate::aggregate::{AggregateOp, Aggregator, Groups, Picked, place_of, select};
use crate::promql::ast::{Aggregate, Expr, Grouping};
use crate::steps::{Grid, Presence, StepColumn, StepSeries, StepValue};
use glass_model::QueryError;

impl Evaluation<'_> {
    /// Evaluates an aggregation.
    pub(super) fn aggregate(
        &self,
        expr: &Expr,
        aggregate: &Aggregate,
        grid: Grid,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        match aggregate.op {
            AggregateOp::CountValues => self.count_values(aggregate, grid, sink),
            AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK => {
                self.pick(expr, aggregate, grid, sink)
            }
            AggregateOp::LimitRatio => self.pick_share(aggregate, grid, sink),
            _ => self.reduce(aggregate, grid, sink),
        }
    }

    fn reduce(&self, aggregate: &Aggregate, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let op = aggregate.op;
        let parameter = match &aggregate.parameter {
            Some(parameter) => self.quantiles(parameter, grid)?,
            None => Vec::new(),
        };
        let inner = aggregate.inner.unwrapped();
        let mut aggregator = Aggregator::new(op, aggregate.grouping.clone(), grid.n_steps);
        let mut native = Aggregated::new(op);
        let mut n_held = 0;
        self.each_marked(inner, grid, &mut |mut series| {
            self.drop_name_for_group(&mut series, &aggregate.grouping);
            let n_groups = aggregator.n_groups();
            let group = aggregator.add(&series);
            if n_groups < aggregator.n_groups() || op == AggregateOp::Quantile {
                n_held += grid.n_steps;
                self.hold(grid.n_steps)?;
            }
            if series.column.has_histograms() {
                native.add(&mut self.notes(), group, &series, &inner.at);
            }
            Ok(())
        })?;
        let mut groups = aggregator.finish(&parameter);
        native.finish(&mut self.notes(), &mut groups, &inner.at);
        groups.retain(|series| !series.column.is_empty());
        self.hand_on(groups, n_held, sink)
    }

    fn quantiles(&self, parameter: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let values = self.scalar(parameter, grid)?;
        let is_outside = |q: &&f64| !(0.0..=1.0).contains(*q);
        let mut notes = self.notes();
        if values.iter().any(|q| q.is_nan()) {
            doubt_quantile(&mut notes, f64::NAN, &parameter.at);
        }
        for pick in [f64::max, f64::min] {
            let extreme = values.iter().copied().filter(|q| !q.is_nan()).reduce(pick);
            if let Some(q) = extreme.as_ref().filter(is_outside) {
                doubt_quantile(&mut notes, *q, &parameter.at);
            }
        }
        drop(notes);
        Ok(values)
    }

    fn pick(
        &self,
        expr: &Expr,
        aggregate: &Aggregate,
        grid: Grid,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let Some(parameter) = &aggregate.parameter else {
            return Err(QueryError::Execution(format!(
                "{} needs a number",
                aggregate.op.name()
            )));
        };
        let counts = counts(&self.scalar(parameter, grid)?)?;
        if counts.iter().all(|count| *count < 1) {
            return Ok(());
        }
        let mut all = self.collect(aggregate.inner.unwrapped(), grid)?;
        let n_held = all.len().saturating_mul(grid.n_steps);
        if aggregate.op != AggregateOp::LimitK && all.iter().any(|one| one.column.has_histograms()) {
            let text = format!("ignored histogram in {} aggregation", aggregate.op.name());
            self.notes().inform(text, &expr.at);
        }
        let mut picked = vec![Presence::none(grid.n_steps); all.len()];
        let mut order = Vec::new();
        select(
            aggregate.op,
            &aggregate.grouping,
            &counts,
            &all,
            |Picked { step, series }| {
                if picked[series].is_none() {
                    order.push(series);
                }
                picked[series].insert(step);
            },
        );
        for place in order {
            let series = &mut all[place];
            series.column.retain(&picked[place]);
            let empty = StepColumn::empty(0);
            sink(StepSeries {
                labels: series.labels.clone(),
                drops_name: series.drops_name,
                column: std::mem::replace(&mut series.column, empty),
            })?;
        }
        self.release(n_held);
        Ok(())
    }

    /// `limit_ratio(share, vector)`: the series whose place lies below the share; below 0 all others, counted from 1.
    fn pick_share(&self, aggregate: &Aggregate, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let Some(parameter) = &aggregate.parameter else {
            return Err(QueryError::Execution("limit_ratio needs a number".into()));
        };
        let shares = self.scalar(parameter, grid)?;
        if shares.iter().any(|share| share.is_nan()) {
            return Err(QueryError::Execution("Ratio value is NaN".into()));
        }
        let max = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let min = shares.iter().copied().fold(f64::INFINITY, f64::min);
        for (share, bound) in [(max.max(1.0), 1.0), (min.min(-1.0), -1.0)] {
            if share != bound {
                let text = format!(
                    "ratio value should be between -1 and 1, got {}, capping to {bound}",
                    go_general(share)
                );
                self.notes().warn(text, &parameter.at);
            }
        }
        self.each(aggregate.inner.unwrapped(), grid, &mut |mut series| {
            let place = place_of(&series.labels);
            let mut kept = Presence::none(grid.n_steps);
            for (step, share) in shares.iter().enumerate() {
                let share = share.clamp(-1.0, 1.0);
                if share >= 0.0 && place < share || share < 0.0 && place >= 1.0 + share {
                    kept.insert(step);
                }
            }
            series.column.retain(&kept);
            if series.column.is_empty() {
                Ok(())
            } else {
                sink(series)
            }
        })
    }

    /// `count_values("label", vector)`: how many elements have each value.
    fn count_values(&self, aggregate: &Aggregate, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let label = aggregate.parameter.as_ref().map_or("", vector_text);
        if label.is_empty() {
            return Err(QueryError::Execution(format!("invalid label name {label:?}")));
        }
        let grouping = match &aggregate.grouping {
            Grouping::By(names) => {
                let mut names = names.clone();
                names.push(label.to_owned());
                Grouping::By(names)
            }
            Grouping::Without(names) => Grouping::Without(names.clone()),
        };
        let mut groups = Groups::new(grouping);
        let mut counts: Vec<StepColumn> = Vec::new();
        self.each(aggregate.inner.unwrapped(), grid, &mut |series| {
            let mut last: Option<(u64, usize)> = None;
            for step in series.column.occupied().iter() {
                let (bits, text) = match series.column.value(step) {
                    Some(StepValue::Float(float)) => match last {
                        Some((bits, group)) if bits == float.to_bits() => {
                            increase(&mut counts[group], step);
                            continue;
                        }
                        _ => (Some(float.to_bits()), value_text(float)),
                    },
                    Some(StepValue::Histogram(histogram)) => (None, histogram.to_string()),
                    None => continue,
                };
                let group = groups.of(&with_label(&series.labels, label, &text));
                if group == counts.len() {
                    self.hold(grid.n_steps)?;
                    counts.push(StepColumn::empty(grid.n_steps));
                }
                increase(&mut counts[group], step);
                last = bits.map(|bits| (bits, group));
            }
            Ok(())
        })?;
        let n_held = counts.len().saturating_mul(grid.n_steps);
        let labels = groups.labels().iter().cloned();
        let all = labels
            .zip(counts)
            .map(|(labels, column)| StepSeries::new(labels, column));
        self.hand_on(all.collect(), n_held, sink)
    }
}

fn increase(counts: &mut StepColumn, step: usize) {
    let count = counts.float(step).unwrap_or(0.0);
    counts.set_float(step, count + 1.0);
}

/// A float without an exponent, as `count_values` writes it.
fn value_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    value.to_string()
}

/// The numbers of elements to pick at each step.
fn counts(values: &[f64]) -> Result<Vec<i64>, QueryError> {
    let refuse = |text: String| Err(QueryError::Execution(text));
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.iter().any(|value| value.is_nan()) {
        return refuse("Parameter value is NaN".into());
    }
    if max < 1.0 {
        return Ok(vec![0; values.len()]);
    }
    let shown = go_general;
    if let Some(value) = values.iter().find(|value| **value <= i64::MIN as f64) {
        return refuse(format!("Scalar value {} underflows int64", shown(*value)));
    }
    if max >= i64::MAX as f64 {
        return refuse(format!("Scalar value {} overflows int64", shown(max)));
    }
    Ok(values.iter().map(|value| *value as i64).collect())
}
