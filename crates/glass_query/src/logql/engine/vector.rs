//! Everything above the windows: aggregations of vectors, binary operators, `label_replace`.

use super::range::{Read, each_series};
use super::{Engine, Evaluated, Stats, Steps};
use crate::aggregate::{AggregateOp, Aggregator, Grouping, select};
use crate::binary::{Applied, Combined, combine_sets, join, with_scalar};
use crate::logql::ast::{
    BinaryExpr, LabelReplace, MetricExpr, RangeAggregation, RangeOp, VectorAggregation, VectorOp,
};
use crate::steps::{StepColumn, StepSeries};
use glass_model::{Completeness, Labels, Provenance, QueryError, QueryValue};
use std::collections::BTreeMap;

/// One evaluation and what it has read so far.
pub(super) struct Evaluation<'e> {
    engine: &'e Engine<'e>,
    steps: Steps,
    stats: Stats,
    provenance: Option<Provenance>,
}

impl<'e> Evaluation<'e> {
    pub(super) fn new(engine: &'e Engine<'e>, steps: Steps) -> Self {
        Self {
            engine,
            steps,
            stats: Stats::default(),
            provenance: None,
        }
    }

    pub(super) fn finish(self, value: QueryValue) -> Evaluated {
        let warnings = self
            .provenance
            .as_ref()
            .map(|provenance| provenance.warnings.clone());
        Evaluated {
            value,
            warnings: warnings.unwrap_or_default(),
            provenance: self.provenance,
            stats: self.stats,
        }
    }

    /// The series of an expression, all with a value somewhere.
    pub(super) fn series(&mut self, expr: &MetricExpr) -> Result<Vec<StepSeries>, QueryError> {
        let mut all = Vec::new();
        let mut n_cells = 0;
        let (n_steps, max) = (self.steps.n, self.engine.limits.max_samples);
        self.each(expr, &mut |series| {
            n_cells += n_steps;
            if n_cells > max && all.len() > super::MAX_SERIES {
                return Err(QueryError::TooMuch(format!(
                    "the query would hold more than {max} values: aggregate its series, or narrow its time or its streams"
                )));
            }
            all.push(series);
            Ok(())
        })?;
        Ok(all)
    }

    /// Hands the series of an expression out one by one.
    fn each(
        &mut self,
        expr: &MetricExpr,
        visit: &mut dyn FnMut(StepSeries) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        self.engine.control.check()?;
        match expr {
            MetricExpr::Number(number) | MetricExpr::Vector(number) => {
                let column = StepColumn::full(vec![*number; self.steps.n]);
                visit(StepSeries::new(Labels::empty(), column))
            }
            MetricExpr::Range(aggregation) => self.range(aggregation, None, visit),
            MetricExpr::Aggregate(aggregation) => {
                self.aggregate(aggregation)?.into_iter().try_for_each(visit)
            }
            MetricExpr::Binary(binary) => self.binary(binary)?.into_iter().try_for_each(visit),
            MetricExpr::LabelReplace(replace) => self.label_replace(replace)?.into_iter().try_for_each(visit),
        }
    }

    fn range(
        &mut self,
        aggregation: &RangeAggregation,
        around: Option<&Grouping>,
        visit: &mut dyn FnMut(StepSeries) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        let read = each_series(self.engine, aggregation, around, self.steps, visit)?;
        self.note(read);
        Ok(())
    }

    fn note(&mut self, read: Read) {
        self.stats.n_lines += read.stats.n_lines;
        self.stats.n_bytes += read.stats.n_bytes;
        self.stats.n_kept += read.stats.n_kept;
        match &mut self.provenance {
            None => self.provenance = Some(read.provenance),
            Some(known) => {
                known.covers = known.covers.union(read.provenance.covers);
                if known.completeness == Completeness::Complete {
                    known.completeness = read.provenance.completeness;
                }
                for warning in read.provenance.warnings {
                    if !known.warnings.contains(&warning) {
                        known.warnings.push(warning);
                    }
                }
            }
        }
    }

    fn aggregate(&mut self, aggregation: &VectorAggregation) -> Result<Vec<StepSeries>, QueryError> {
        let grouping = aggregation.grouping.clone().unwrap_or(Grouping::By(Vec::new()));
        let op = match aggregation.op {
            VectorOp::Sum => AggregateOp::Sum,
            VectorOp::Avg => AggregateOp::Avg,
            VectorOp::Min => AggregateOp::Min,
            VectorOp::Max => AggregateOp::Max,
            VectorOp::Count => AggregateOp::Count,
            VectorOp::Stddev => AggregateOp::Stddev,
            VectorOp::Stdvar => AggregateOp::Stdvar,
            VectorOp::Sort | VectorOp::SortDesc => return self.series(&aggregation.inner),
            VectorOp::TopK | VectorOp::ApproxTopK => {
                return self.pick(AggregateOp::TopK, aggregation, &grouping);
            }
            VectorOp::BottomK => return self.pick(AggregateOp::BottomK, aggregation, &grouping),
        };
        if let (MetricExpr::Range(inner), AggregateOp::Sum) = (&aggregation.inner, op)
            && is_additive(inner)
        {
            let mut all = Vec::new();
            self.range(inner, Some(&grouping), &mut |series| {
                all.push(series);
                Ok(())
            })?;
            return Ok(all);
        }
        let mut aggregator = Aggregator::new(op, grouping, self.steps.n);
        self.each(&aggregation.inner, &mut |series| {
            aggregator.add(&series);
            Ok(())
        })?;
        let mut groups = aggregator.finish(&[]);
        groups.retain(|group| !group.column.is_empty());
        Ok(groups)
    }

    fn pick(
        &mut self,
        op: AggregateOp,
        aggregation: &VectorAggregation,
        grouping: &Grouping,
    ) -> Result<Vec<StepSeries>, QueryError> {
        let mut series = self.series(&aggregation.inner)?;
        // Of equal values those of the first labels are kept.
        series.sort_by(|a, b| a.labels.cmp(&b.labels));
        let count = i64::try_from(aggregation.parameter.unwrap_or(0)).unwrap_or(i64::MAX);
        let mut picked: BTreeMap<usize, StepColumn> = BTreeMap::new();
        select(op, grouping, &vec![count; self.steps.n], &series, |found| {
            if let Some(value) = series[found.series].column.float(found.step) {
                let column = picked
                    .entry(found.series)
                    .or_insert_with(|| StepColumn::empty(self.steps.n));
                column.set_float(found.step, value);
            }
        });
        let picked = picked.into_iter();
        Ok(picked
            .map(|(i, column)| StepSeries::new(series[i].labels.clone(), column))
            .collect())
    }

    fn binary(&mut self, binary: &BinaryExpr) -> Result<Vec<StepSeries>, QueryError> {
        let mut on_histograms = |_, _: &_, _: &_| Combined::Nothing;
        let op = binary.op;
        let (number, vector, is_swapped) = match (&binary.left, &binary.right) {
            (MetricExpr::Number(number), right) => (*number, right, true),
            (left, MetricExpr::Number(number)) => (*number, left, false),
            (left, right) => {
                let (left, right) = (self.series(left)?, self.series(right)?);
                return match op.is_set() {
                    true => combine_sets(op, &binary.matching, left, right),
                    false => {
                        let how = Applied {
                            op,
                            returns_bool: binary.returns_bool,
                            delays_name_removal: true,
                        };
                        join(how, &binary.matching, left, right, &mut on_histograms)
                    }
                };
            }
        };
        let scalar = vec![number; self.steps.n];
        let mut series = self.series(vector)?;
        for one in &mut series {
            with_scalar(
                op,
                one,
                &scalar,
                (is_swapped, binary.returns_bool),
                &mut on_histograms,
            );
        }
        series.retain(|one| !one.column.is_empty());
        Ok(series)
    }

    fn label_replace(&mut self, replace: &LabelReplace) -> Result<Vec<StepSeries>, QueryError> {
        let mut series = self.series(&replace.inner)?;
        for one in &mut series {
            let from = one.labels.get(&replace.from).unwrap_or("");
            let Some(captures) = replace.regex.captures(from) else {
                continue;
            };
            let mut value = String::new();
            captures.expand(&replace.replacement, &mut value);
            let others = one.labels.iter().filter(|(name, _)| *name != replace.to);
            let new = (!value.is_empty()).then_some((replace.to.as_str(), value.as_str()));
            one.labels = Labels::new(others.chain(new));
        }
        let mut seen: BTreeMap<Labels, StepColumn> = BTreeMap::new();
        for one in &series {
            match seen.get(&one.labels) {
                Some(other) if other.present().overlaps(one.column.present()) => {
                    return Err(QueryError::Execution(
                        "vector cannot contain metrics with the same labelset".into(),
                    ));
                }
                _ => seen.insert(one.labels.clone(), one.column.clone()),
            };
        }
        Ok(series)
    }
}

/// Whether the sum of its series is the value of all their lines together, so that they need not be told apart.
fn is_additive(aggregation: &RangeAggregation) -> bool {
    aggregation.grouping.is_none()
        && matches!(
            aggregation.op,
            RangeOp::CountOverTime
                | RangeOp::Rate
                | RangeOp::BytesOverTime
                | RangeOp::BytesRate
                | RangeOp::SumOverTime
        )
}
