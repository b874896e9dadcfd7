//! What an evaluation yields, in the model's types: names that no longer fit are dropped, and series that then have
//! the same labels become one.

use super::evaluation::Evaluation;
use super::histograms;
use super::names::drop_now;
use super::range::subquery_grid;
use super::windows::Samples;
pub(super) use crate::binary::same_labels;
use crate::promql::ast::{Expr, ExprKind, MatrixSelector, Subquery, ValueType};
use crate::steps::{Grid, StepColumn, StepSeries, StepValue};
use glass_model::{Labels, QueryError, QueryValue, SampleColumn, SampleValue, SeriesData, VectorSample};
use std::collections::HashMap;
use std::sync::Arc;

impl Evaluation<'_> {
    /// The value of a query for one moment.
    pub(super) fn instant(&self, expr: &Expr) -> Result<QueryValue, QueryError> {
        let grid = self.query;
        let at_millis = grid.start_millis;
        match expr.value_type() {
            ValueType::String => Ok(QueryValue::Text(at_millis, super::vector_text(expr).to_owned())),
            ValueType::Scalar => {
                let values = self.scalar(expr, grid)?;
                Ok(QueryValue::Scalar(
                    at_millis,
                    values.first().copied().unwrap_or(f64::NAN),
                ))
            }
            ValueType::Matrix => Ok(QueryValue::Matrix(self.samples(expr, grid)?)),
            ValueType::Vector => {
                let all = with_final_names(self.collect(expr, grid)?)?;
                let elements = all.into_iter().filter_map(|series| {
                    let value = match series.column.value(0)? {
                        StepValue::Float(float) => SampleValue::Float(float),
                        StepValue::Histogram(histogram) => {
                            SampleValue::Histogram(Box::new(histogram.to_model()))
                        }
                    };
                    Some(VectorSample {
                        labels: series.labels,
                        at_millis,
                        value,
                    })
                });
                Ok(QueryValue::Vector(elements.collect()))
            }
        }
    }

    /// The value of a query for many moments.
    pub(super) fn range(&self, expr: &Expr) -> Result<QueryValue, QueryError> {
        let grid = self.query;
        if grid.n_steps == 0 {
            return Ok(QueryValue::Matrix(Vec::new()));
        }
        let mut all = match expr.value_type() {
            ValueType::Vector => with_final_names(self.collect(expr, grid)?)?,
            ValueType::Scalar => {
                let values = StepColumn::full(self.scalar(expr, grid)?);
                vec![StepSeries::new(Labels::empty(), values)]
            }
            other => {
                return Err(QueryError::Invalid {
                    text: format!(
                        "invalid expression type {:?} for range query, must be Scalar or instant Vector",
                        other.name()
                    ),
                    at: expr.at.clone(),
                });
            }
        };
        all.sort_by(|a, b| a.labels.cmp(&b.labels));
        let times = Arc::new(grid.times().collect());
        Ok(QueryValue::Matrix(
            all.into_iter().map(|series| to_model(series, &times)).collect(),
        ))
    }

    /// The samples of a range vector that is itself asked for.
    fn samples(&self, expr: &Expr, grid: Grid) -> Result<Vec<SeriesData>, QueryError> {
        let mut all = match &expr.unwrapped().kind {
            ExprKind::Matrix(matrix) => self.stored_samples(matrix, grid)?,
            ExprKind::Subquery(subquery) => self.subquery_samples(subquery, grid)?,
            _ => return Err(QueryError::Execution("not a range vector".into())),
        };
        all.sort_by(|a, b| a.labels.cmp(&b.labels));
        Ok(all)
    }

    fn stored_samples(&self, matrix: &MatrixSelector, grid: Grid) -> Result<Vec<SeriesData>, QueryError> {
        let selector = &matrix.selector;
        let to = self
            .looked_at(grid, selector.at, selector.offset_millis)
            .start_millis;
        let from = to.saturating_sub(matrix.range_millis).saturating_add(1);
        let mut all = Vec::new();
        self.each_series(selector, (from, to), &mut |series| {
            self.hold(series.floats.len() + series.histograms.len())?;
            let samples = Samples::of(&series.floats);
            let inside = |at: i64| from <= at && at <= to;
            let floats = samples.times.iter().zip(&*samples.values);
            let (times, values) = floats.filter(|(at, _)| inside(**at)).unzip();
            let mut histograms = histograms::read(&series.histograms)?;
            histograms.retain(|(at, _)| inside(*at));
            let floats = SampleColumn::new(times, values);
            if !floats.is_empty() || !histograms.is_empty() {
                all.push(SeriesData {
                    labels: series.labels,
                    floats,
                    histograms: Arc::new(histograms.iter().map(|(at, one)| (*at, one.to_model())).collect()),
                });
            }
            Ok(())
        })?;
        Ok(all)
    }

    fn subquery_samples(&self, subquery: &Subquery, grid: Grid) -> Result<Vec<SeriesData>, QueryError> {
        let ends = self.looked_at(grid, subquery.at, subquery.offset_millis);
        let inner = subquery_grid(subquery, ends);
        self.hold(inner.n_steps)?;
        let times = Arc::new(inner.times().collect());
        let all = with_final_names(self.collect(&subquery.inner, inner)?)?;
        Ok(all.into_iter().map(|series| to_model(series, &times)).collect())
    }
}

fn to_model(series: StepSeries, times: &Arc<Vec<i64>>) -> SeriesData {
    let StepSeries { labels, column, .. } = series;
    let histograms = (0..column.n_steps())
        .filter_map(|step| Some((times[step], column.histogram(step)?.to_model())))
        .collect();
    let floats = if column.present().is_all() {
        SampleColumn::with_shared_times(times.clone(), column.into_floats())
    } else {
        let steps = column.present().iter();
        let (times, values) = steps.map(|step| (times[step], column.floats()[step])).unzip();
        SampleColumn::new(times, values)
    };
    SeriesData {
        labels,
        floats,
        histograms: Arc::new(histograms),
    }
}

/// Drops the names that are to be dropped.
fn with_final_names(mut all: Vec<StepSeries>) -> Result<Vec<StepSeries>, QueryError> {
    all.iter_mut()
        .filter(|series| series.drops_name)
        .for_each(drop_now);
    merge_same(all)
}

/// Makes one of series with the same labels.
///
/// # Errors
/// When two of them have a value at the same step.
pub(super) fn merge_same(all: Vec<StepSeries>) -> Result<Vec<StepSeries>, QueryError> {
    let mut places: HashMap<Labels, usize> = HashMap::with_capacity(all.len());
    let mut merged: Vec<StepSeries> = Vec::with_capacity(all.len());
    for series in all {
        match places.get(&series.labels) {
            None => {
                places.insert(series.labels.clone(), merged.len());
                merged.push(series);
            }
            Some(place) => {
                let same = &mut merged[*place].column;
                if same.occupied().overlaps(&series.column.occupied()) {
                    return Err(same_labels());
                }
                same.overlay(&series.column);
            }
        }
    }
    Ok(merged)
}
