//! [`Aggregator`]: one value a step for each group, from series that are not kept.

use super::{AggregateOp, Grouping, Groups};
use crate::steps::{Presence, StepColumn, StepSeries};
use crate::sums::{KahanSum, Mean, quantile};
use glass_model::Labels;

/// Aggregates floats by group: `sum`, `avg`, `count`, `min`, `max`, `group`, `stddev`, `stdvar`, `quantile`. Native
/// histograms are counted by `count` and `group` and passed over by the others.
#[derive(Debug)]
pub struct Aggregator {
    op: AggregateOp,
    n_steps: usize,
    groups: Groups,
    states: Vec<State>,
    drops_name: Vec<bool>,
}

/// What a group has come to so far.
#[derive(Debug)]
struct State {
    seen: Presence,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Floats(Vec<f64>),
    Sums(Vec<KahanSum>),
    Means(Vec<Mean>),
    Variances(Vec<Variance>),
    Columns(Vec<StepColumn>),
}

impl Aggregator {
    /// Starts without groups. `op` must be one that yields one value a group.
    pub fn new(op: AggregateOp, grouping: Grouping, n_steps: usize) -> Self {
        Self {
            op,
            n_steps,
            groups: Groups::new(grouping),
            states: Vec::new(),
            drops_name: Vec::new(),
        }
    }

    /// How many values this holds for each step of a new series at most: what a sample limit is to count.
    pub fn n_groups(&self) -> usize {
        self.states.len()
    }

    /// Takes a series, and tells the number of its group.
    pub fn add(&mut self, series: &StepSeries) -> usize {
        let group = self.groups.of(&series.labels);
        if group == self.states.len() {
            self.states.push(State::new(self.op, self.n_steps));
            self.drops_name.push(false);
        }
        self.drops_name[group] |= series.drops_name;
        self.states[group].add(self.op, &series.column);
        group
    }

    /// The labels of each group, by number.
    pub fn labels(&self) -> &[Labels] {
        self.groups.labels()
    }

    /// The groups by number; a column may be empty. `parameter` is the quantile at each step, for `quantile` alone.
    pub fn finish(self, parameter: &[f64]) -> Vec<StepSeries> {
        let labels = self.groups.labels().iter().cloned();
        let states = self.states.into_iter().zip(self.drops_name);
        labels
            .zip(states)
            .map(|(labels, (state, drops_name))| StepSeries {
                labels,
                drops_name,
                column: state.finish(self.op, parameter),
            })
            .collect()
    }
}

impl State {
    fn new(op: AggregateOp, n_steps: usize) -> Self {
        let values = match op {
            AggregateOp::Sum => Values::Sums(vec![KahanSum::default(); n_steps]),
            AggregateOp::Avg => Values::Means(vec![Mean::default(); n_steps]),
            AggregateOp::Stddev | AggregateOp::Stdvar => {
                Values::Variances(vec![Variance::default(); n_steps])
            }
            AggregateOp::Quantile => Values::Columns(Vec::new()),
            AggregateOp::Group => Values::Floats(vec![1.0; n_steps]),
            AggregateOp::Min | AggregateOp::Max => Values::Floats(vec![f64::NAN; n_steps]),
            _ => Values::Floats(vec![0.0; n_steps]),
        };
        Self {
            seen: Presence::none(n_steps),
            values,
        }
    }

    fn add(&mut self, op: AggregateOp, column: &StepColumn) {
        let (floats, present) = (column.floats(), column.present());
        match &mut self.values {
            Values::Sums(sums) => present.for_each(|step| sums[step].add(floats[step])),
            Values::Means(means) => present.for_each(|step| means[step].add(floats[step])),
            Values::Variances(all) => present.for_each(|step| all[step].add(floats[step])),
            Values::Columns(columns) => columns.push(column.clone()),
            Values::Floats(best) => match op {
                AggregateOp::Min => present.for_each(|step| {
                    if best[step] > floats[step] || best[step].is_nan() {
                        best[step] = floats[step];
                    }
                }),
                AggregateOp::Max => present.for_each(|step| {
                    if best[step] < floats[step] || best[step].is_nan() {
                        best[step] = floats[step];
                    }
                }),
                AggregateOp::Count => column.occupied().for_each(|step| best[step] += 1.0),
                _ => {}
            },
        }
        if column.has_histograms() && matches!(op, AggregateOp::Count | AggregateOp::Group) {
            self.seen.insert_all(&column.occupied());
        } else {
            self.seen.insert_all(present);
        }
    }

    fn finish(self, op: AggregateOp, parameter: &[f64]) -> StepColumn {
        let floats = match self.values {
            Values::Floats(floats) => floats,
            Values::Sums(sums) => sums.iter().map(KahanSum::value).collect(),
            Values::Means(means) => means.iter().map(Mean::value).collect(),
            Values::Variances(all) => all
                .iter()
                .map(|variance| match op {
                    AggregateOp::Stddev => variance.value().sqrt(),
                    _ => variance.value(),
                })
                .collect(),
            Values::Columns(columns) => quantiles(&columns, parameter),
        };
        StepColumn::of(floats, self.seen)
    }
}

fn quantiles(columns: &[StepColumn], parameter: &[f64]) -> Vec<f64> {
    let mut values = Vec::with_capacity(columns.len());
    parameter
        .iter()
        .enumerate()
        .map(|(step, q)| {
            values.clear();
            values.extend(columns.iter().filter_map(|column| column.float(step)));
            quantile(*q, &mut values)
        })
        .collect()
}

/// Welford's running variance.
#[derive(Clone, Copy, Debug, Default)]
struct Variance {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Variance {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.mean = value;
            self.squares = if value.is_finite() { 0.0 } else { f64::NAN };
            return;
        }
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn value(&self) -> f64 {
        self.squares / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(labels: &[(&str, &str)], values: &[Option<f64>]) -> StepSeries {
        let mut column = StepColumn::empty(values.len());
        for (step, value) in values.iter().enumerate() {
            if let Some(value) = value {
                column.set_float(step, *value);
            }
        }
        StepSeries::new(Labels::new(labels.iter().copied()), column)
    }

    #[test]
    fn a_step_counts_what_is_there() {
        let check = |op, expected: &[Option<f64>]| {
            let mut aggregator = Aggregator::new(op, Grouping::By(Vec::new()), 4);
            for (i, values) in [
                [Some(1.0), Some(4.0), None, Some(f64::NAN)],
                [Some(3.0), None, None, Some(2.0)],
                [Some(8.0), None, None, None],
            ]
            .iter()
            .enumerate()
            {
                aggregator.add(&series(&[("i", &i.to_string())], values));
            }
            let found = aggregator.finish(&[0.5; 4]);
            assert_eq!(found, [series(&[], expected)], "{op:?}");
        };
        let nan = Some(f64::NAN);
        check(AggregateOp::Sum, &[Some(12.0), Some(4.0), None, nan]);
        check(AggregateOp::Avg, &[Some(4.0), Some(4.0), None, nan]);
        check(AggregateOp::Count, &[Some(3.0), Some(1.0), None, Some(2.0)]);
        check(AggregateOp::Min, &[Some(1.0), Some(4.0), None, Some(2.0)]);
        check(AggregateOp::Max, &[Some(8.0), Some(4.0), None, Some(2.0)]);
        check(AggregateOp::Group, &[Some(1.0), Some(1.0), None, Some(1.0)]);
        check(AggregateOp::Stdvar, &[Some(26.0 / 3.0), Some(0.0), None, nan]);
        check(AggregateOp::Quantile, &[Some(3.0), Some(4.0), None, nan]);
    }
}
