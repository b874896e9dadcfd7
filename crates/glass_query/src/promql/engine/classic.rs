//! `histogram_quantile`, `histogram_quantiles` and `histogram_fraction` on classic histograms: series that differ in
//! their label `le` alone.

mod buckets;

use self::buckets::{Bucket, Fixed};
use super::evaluation::{Evaluation, Sink};
use super::labels::with_label;
use super::notes::{Forced, for_metric, go_general};
use super::range::doubt_quantile;
use super::vector::argument;
use super::{histograms, vector_text};
use crate::promql::ast::{Call, Expr};
use crate::steps::{Grid, StepColumn, StepSeries};
use glass_model::{Labels, QueryError};
use std::collections::HashMap;

/// The series of one classic histogram, by bound.
struct Classic {
    labels: Labels,
    buckets: Vec<(f64, StepColumn)>,
}

/// What is asked of a histogram.
pub(super) enum Wanted {
    /// A quantile at each step.
    Quantile(Vec<f64>),
    /// The share of observations between two bounds at each step.
    Fraction(Vec<f64>, Vec<f64>),
}

impl Evaluation<'_> {
    /// Evaluates one of the three functions.
    pub(super) fn of_buckets(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let scalar = |number| self.scalar(argument(call, number)?, grid);
        match call.function.name {
            "histogram_fraction" => {
                let wanted = Wanted::Fraction(scalar(0)?, scalar(1)?);
                self.each_histogram(argument(call, 2)?, grid, vec![(None, wanted)], sink)
            }
            "histogram_quantiles" => {
                let label = vector_text(argument(call, 1)?);
                let mut all = Vec::new();
                for quantile in call.arguments.iter().skip(2) {
                    let values = self.quantile_parameter(quantile, grid)?;
                    let shown = values.first().copied().unwrap_or(f64::NAN);
                    all.push((Some((label, open_metrics_text(shown))), Wanted::Quantile(values)));
                }
                self.each_histogram(argument(call, 0)?, grid, all, sink)
            }
            _ => {
                let wanted = Wanted::Quantile(self.quantile_parameter(argument(call, 0)?, grid)?);
                self.each_histogram(argument(call, 1)?, grid, vec![(None, wanted)], sink)
            }
        }
    }

    fn quantile_parameter(&self, expr: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let values = self.scalar(expr, grid)?;
        for q in values.iter().filter(|q| !(0.0..=1.0).contains(*q)) {
            doubt_quantile(&mut self.notes(), *q, &expr.at);
        }
        Ok(values)
    }

    fn each_histogram(
        &self,
        vector: &Expr,
        grid: Grid,
        wanted: Vec<(Option<(&str, String)>, Wanted)>,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let (mut classic, mut native) = (Vec::new(), Vec::new());
        let mut by_labels = HashMap::new();
        let mut n_held = 0;
        self.each(vector, grid, &mut |series| {
            self.hold(grid.n_steps)?;
            n_held += grid.n_steps;
            let StepSeries { labels, column, .. } = series;
            if column.has_histograms() {
                native.push((labels.clone(), column.clone()));
            }
            if !column.present().is_none() {
                self.add_bucket(&mut classic, &mut by_labels, labels, column, vector);
            }
            Ok(())
        })?;
        for one in &mut classic {
            one.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        self.drop_mixed(&mut native, &mut classic, &by_labels, vector);
        for (label, wanted) in wanted {
            let relabel = |labels: &Labels| match &label {
                Some((name, value)) => with_label(labels, name, value),
                None => labels.clone(),
            };
            for (labels, column) in &native {
                let column = histograms::of_native(
                    &mut self.notes(),
                    &wanted,
                    self.shown_name(labels),
                    column,
                    &vector.at,
                );
                self.hand_on_histogram(relabel(labels), column, sink)?;
            }
            for one in &classic {
                let column = self.of_classic(one, &wanted, grid, vector);
                self.hand_on_histogram(relabel(&one.labels), column, sink)?;
            }
        }
        self.release(n_held);
        Ok(())
    }

    /// Where a native and a classic histogram have the same labels, neither is evaluated.
    fn drop_mixed(
        &self,
        native: &mut [(Labels, StepColumn)],
        classic: &mut [Classic],
        by_labels: &HashMap<Labels, usize>,
        vector: &Expr,
    ) {
        for (labels, column) in native {
            let Some(place) = by_labels.get(labels) else {
                continue;
            };
            let buckets = &mut classic[*place].buckets;
            for step in 0..column.n_steps() {
                let is_classic = buckets.iter().any(|(_, bucket)| bucket.float(step).is_some());
                if !is_classic || column.histogram(step).is_none() {
                    continue;
                }
                column.clear(step);
                buckets.iter_mut().for_each(|(_, bucket)| bucket.clear(step));
                let text = format!(
                    "vector contains a mix of classic and native histograms{}",
                    for_metric(self.shown_name(labels))
                );
                self.notes().warn(text, &vector.at);
            }
        }
    }

    fn hand_on_histogram(
        &self,
        labels: Labels,
        column: StepColumn,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        if column.is_empty() {
            return Ok(());
        }
        sink(StepSeries {
            labels,
            drops_name: true,
            column,
        })
    }

    fn add_bucket(
        &self,
        classic: &mut Vec<Classic>,
        by_labels: &mut HashMap<Labels, usize>,
        labels: Labels,
        mut column: StepColumn,
        vector: &Expr,
    ) {
        column.clear_histograms();
        let bound = labels.get("le").unwrap_or("");
        let Some(upper) = parse_bound(bound) else {
            let text = format!(
                "bucket label \"le\" is missing or has a malformed value of {bound:?}{}",
                for_metric(self.shown_name(&labels))
            );
            self.notes().warn(text, &vector.at);
            return;
        };
        let labels = labels.without(&["le"]);
        let place = *by_labels.entry(labels.clone()).or_insert_with(|| {
            classic.push(Classic {
                labels,
                buckets: Vec::new(),
            });
            classic.len() - 1
        });
        classic[place].buckets.push((upper, column));
    }

    fn of_classic(&self, one: &Classic, wanted: &Wanted, grid: Grid, vector: &Expr) -> StepColumn {
        let mut result = StepColumn::empty(grid.n_steps);
        let mut room: Vec<Bucket> = Vec::with_capacity(one.buckets.len());
        for step in 0..grid.n_steps {
            room.clear();
            room.extend(one.buckets.iter().filter_map(|(upper, column)| {
                column.float(step).map(|count| Bucket { upper: *upper, count })
            }));
            if room.is_empty() {
                continue;
            }
            let value = match wanted {
                Wanted::Quantile(q) => {
                    let (value, fixed) = buckets::quantile(q[step], &mut room);
                    if let Some(fixed) = fixed {
                        self.note_fixed(&one.labels, grid.at(step), fixed, vector);
                    }
                    value
                }
                Wanted::Fraction(lower, upper) => buckets::fraction(lower[step], upper[step], &mut room),
            };
            result.set_float(step, value);
        }
        result
    }

    /// What notes call the metric: its name is gone by then, unless it is dropped in the end.
    fn shown_name<'l>(&self, labels: &'l Labels) -> &'l str {
        if self.engine.delays_name_removal {
            labels.metric_name()
        } else {
            ""
        }
    }

    fn note_fixed(&self, labels: &Labels, at_millis: i64, fixed: Fixed, vector: &Expr) {
        let forced = Forced {
            millis: (at_millis, at_millis),
            buckets: (fixed.min_bucket, fixed.max_bucket),
            max_diff: fixed.max_diff,
            n_corrected: 1,
        };
        self.notes()
            .forced_monotonicity(self.shown_name(labels), &vector.at, forced);
    }
}

/// A bucket's bound as Go reads floats.
fn parse_bound(text: &str) -> Option<f64> {
    if text.starts_with(|c: char| c.is_whitespace()) || text.is_empty() {
        return None;
    }
    text.parse().ok()
}

/// A float as OpenMetrics writes it: with a decimal point or an exponent at least.
fn open_metrics_text(value: f64) -> String {
    let text = go_general(value);
    let is_whole = text.chars().all(|c| c.is_ascii_digit() || c == '-');
    if is_whole { format!("{text}.0") } else { text }
}
