//! Binary operators. A vector to which only scalars are applied streams through; other vectors are held until both
//! sides are there.

use super::evaluation::{Evaluation, Sink};
use super::histograms;
use super::names::{has_one_name, has_one_name_after};
use crate::binary::{Applied, combine_sets, join, scalars, with_scalar};
use crate::promql::ast::{Binary, BinaryStep, Expr, ValueType};
use crate::steps::{Grid, StepSeries};
use glass_model::QueryError;
use std::ops::Range;

/// The result so far of operators side by side.
enum Operand {
    Scalar(Vec<f64>),
    Vector(Vec<StepSeries>),
}

impl Evaluation<'_> {
    /// Evaluates operators of which at least one side is a vector.
    pub(super) fn binary(
        &self,
        expr: &Expr,
        binary: &Binary,
        grid: Grid,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let (held, streamed) = self.held_and_streamed(binary);
        let mut applied = Vec::with_capacity(streamed.len());
        for step in streamed {
            applied.push((step, self.scalar(&step.right, grid)?));
        }
        let mut through = |mut series: StepSeries| {
            for (step, values) in &applied {
                self.apply_scalar(step, &mut series, values, false, expr.at.start);
            }
            if series.column.is_empty() {
                Ok(())
            } else {
                sink(series)
            }
        };
        if held.is_empty() {
            return self.each_marked(&binary.first, grid, &mut through);
        }
        let mut operand = match binary.first.value_type() {
            ValueType::Scalar => Operand::Scalar(self.scalar(&binary.first, grid)?),
            _ => Operand::Vector(self.collect(&binary.first, grid)?),
        };
        let mut has_one = has_one_name(&binary.first);
        for step in held {
            self.engine.control.check()?;
            let had_one = has_one && has_one_name(&step.right);
            operand = match self.apply(operand, step, grid, expr.at.start)? {
                Operand::Vector(series) => Operand::Vector(self.drop_names(series, had_one, grid)?),
                scalar @ Operand::Scalar(_) => scalar,
            };
            has_one = has_one_name_after(has_one, step);
        }
        let Operand::Vector(series) = operand else {
            return Err(QueryError::Execution(
                "a scalar cannot stand where a vector is expected".into(),
            ));
        };
        let n_held = series.len().saturating_mul(grid.n_steps);
        self.hand_on(series, n_held, &mut through)
    }

    /// The operators whose results must be held, and the last ones, through which a vector may stream: those with
    /// scalars, unless they drop several names, after which series with the same labels have to be found.
    fn held_and_streamed<'b>(&self, binary: &'b Binary) -> (&'b [BinaryStep], &'b [BinaryStep]) {
        let takes_scalar = |step: &&BinaryStep| step.right.value_type() == ValueType::Scalar;
        let n_scalars = match binary.first.value_type() {
            ValueType::Vector => binary.steps.iter().rev().take_while(takes_scalar).count(),
            _ => 0,
        };
        let (held, streamed) = binary.steps.split_at(binary.steps.len() - n_scalars);
        let has_one = held.iter().fold(has_one_name(&binary.first), has_one_name_after);
        if has_one || self.engine.delays_name_removal {
            (held, streamed)
        } else {
            (&binary.steps, &[])
        }
    }

    fn apply(
        &self,
        left: Operand,
        step: &BinaryStep,
        grid: Grid,
        start: usize,
    ) -> Result<Operand, QueryError> {
        let is_scalar = step.right.value_type() == ValueType::Scalar;
        match left {
            Operand::Scalar(left) if is_scalar => {
                let right = self.scalar(&step.right, grid)?;
                Ok(Operand::Scalar(scalars(step.op, left, &right)))
            }
            Operand::Scalar(left) => {
                let mut right = self.collect(&step.right, grid)?;
                for series in &mut right {
                    self.apply_scalar(step, series, &left, true, start);
                }
                Ok(Operand::Vector(right))
            }
            Operand::Vector(mut left) if is_scalar => {
                let right = self.scalar(&step.right, grid)?;
                for series in &mut left {
                    self.apply_scalar(step, series, &right, false, start);
                }
                Ok(Operand::Vector(left))
            }
            Operand::Vector(left) => {
                let right = self.collect(&step.right, grid)?;
                let n_held = (left.len() + right.len()).saturating_mul(grid.n_steps);
                let result = self.meet(left, right, step, start..step.right.at.end)?;
                self.hold(result.len().saturating_mul(grid.n_steps))?;
                self.release(n_held);
                Ok(Operand::Vector(result))
            }
        }
    }

    fn apply_scalar(
        &self,
        step: &BinaryStep,
        series: &mut StepSeries,
        scalar: &[f64],
        is_swapped: bool,
        start: usize,
    ) {
        let at = start..step.right.at.end;
        with_scalar(
            step.op,
            series,
            scalar,
            (is_swapped, step.returns_bool),
            &mut |op, left, right| histograms::combine(&mut self.notes(), op, (left, right), &at),
        );
    }

    fn meet(
        &self,
        left: Vec<StepSeries>,
        right: Vec<StepSeries>,
        step: &BinaryStep,
        at: Range<usize>,
    ) -> Result<Vec<StepSeries>, QueryError> {
        let Some(matching) = &step.matching else {
            return Err(QueryError::Execution(format!(
                "{} lacks its matching",
                step.op.text()
            )));
        };
        if step.op.is_set() {
            return combine_sets(step.op, matching, left, right);
        }
        join(
            Applied {
                op: step.op,
                returns_bool: step.returns_bool,
                delays_name_removal: self.engine.delays_name_removal,
            },
            matching,
            left,
            right,
            &mut |op, left, right| histograms::combine(&mut self.notes(), op, (left, right), &at),
        )
    }

    /// Evaluates operators between scalars.
    pub(super) fn scalar_binary(&self, binary: &Binary, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let mut left = self.scalar(&binary.first, grid)?;
        for step in &binary.steps {
            left = scalars(step.op, left, &self.scalar(&step.right, grid)?);
        }
        Ok(left)
    }
}
