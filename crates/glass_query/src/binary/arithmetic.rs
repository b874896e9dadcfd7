//! Operators on numbers and on columns: [`scalars`], [`with_scalar`]. Comparisons keep or drop a value.

use super::BinaryOp;
use crate::steps::{Presence, StepColumn, StepSeries, StepValue};

/// What comes of an operator on two elements of which one is no float.
#[derive(Clone, Debug, PartialEq)]
pub enum Combined {
    /// A value.
    Kept(StepValue),
    /// A comparison that does not hold.
    Unequal,
    /// Nothing: the operator is not for these types.
    Nothing,
}

/// How native histograms are computed with, and floats by operators that are for histograms alone.
pub type OnHistograms<'a> = dyn FnMut(BinaryOp, &StepValue, &StepValue) -> Combined + 'a;

/// Whether a comparison holds.
pub(super) fn holds(op: BinaryOp, left: f64, right: f64) -> bool {
    match op {
        BinaryOp::Equal => left == right,
        BinaryOp::NotEqual => left != right,
        BinaryOp::Greater => left > right,
        BinaryOp::Less => left < right,
        BinaryOp::GreaterEqual => left >= right,
        BinaryOp::LessEqual => left <= right,
        _ => true,
    }
}

/// Whether both sides must be looked at one by one: the operators that trim histograms know no floats.
pub(super) fn is_for_histograms(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::TrimUpper | BinaryOp::TrimLower)
}

/// `left[i] = op(left[i], right[i])`; a comparison leaves `left` alone.
pub(super) fn compute(op: BinaryOp, left: &mut [f64], right: impl Iterator<Item = f64>) {
    let pairs = left.iter_mut().zip(right);
    match op {
        BinaryOp::Add => pairs.for_each(|(l, r)| *l += r),
        BinaryOp::Sub => pairs.for_each(|(l, r)| *l -= r),
        BinaryOp::Mul => pairs.for_each(|(l, r)| *l *= r),
        BinaryOp::Div => pairs.for_each(|(l, r)| *l /= r),
        BinaryOp::Mod => pairs.for_each(|(l, r)| *l %= r),
        BinaryOp::Pow => pairs.for_each(|(l, r)| *l = l.powf(r)),
        BinaryOp::Atan2 => pairs.for_each(|(l, r)| *l = l.atan2(r)),
        _ => {}
    }
}

/// An operator between two scalars, step by step; comparisons give 0 or 1.
pub fn scalars(op: BinaryOp, mut left: Vec<f64>, right: &[f64]) -> Vec<f64> {
    if op.is_comparison() {
        for (l, r) in left.iter_mut().zip(right) {
            *l = f64::from(u8::from(holds(op, *l, *r)));
        }
    } else {
        compute(op, &mut left, right.iter().copied());
    }
    left
}

/// An operator between a series and a scalar. `is_swapped` says that the scalar stands on the left. A comparison
/// keeps the series' own value; with `returns_bool` it gives 0 or 1.
pub fn with_scalar(
    op: BinaryOp,
    series: &mut StepSeries,
    scalar: &[f64],
    (is_swapped, returns_bool): (bool, bool),
    on_histograms: &mut OnHistograms<'_>,
) {
    if op.changes_metric() || returns_bool {
        series.drops_name = true;
    }
    if series.column.has_histograms() || is_for_histograms(op) {
        one_by_one(op, series, scalar, (is_swapped, returns_bool), on_histograms);
        return;
    }
    let (floats, present) = series.column.floats_mut();
    match (op.is_comparison(), returns_bool) {
        (true, true) => {
            for (float, scalar) in floats.iter_mut().zip(scalar) {
                let (l, r) = if is_swapped {
                    (*scalar, *float)
                } else {
                    (*float, *scalar)
                };
                *float = f64::from(u8::from(holds(op, l, r)));
            }
        }
        (true, false) => {
            let mut kept = Presence::none(floats.len());
            present.for_each(|step| {
                let (float, scalar) = (floats[step], scalar[step]);
                let (l, r) = if is_swapped {
                    (scalar, float)
                } else {
                    (float, scalar)
                };
                if holds(op, l, r) {
                    kept.insert(step);
                }
            });
            *present = kept;
        }
        (false, _) if is_swapped => {
            let mut left = scalar.to_vec();
            compute(op, &mut left, floats.iter().copied());
            floats.copy_from_slice(&left);
        }
        (false, _) => compute(op, floats, scalar.iter().copied()),
    }
}

fn one_by_one(
    op: BinaryOp,
    series: &mut StepSeries,
    scalar: &[f64],
    (is_swapped, returns_bool): (bool, bool),
    on_histograms: &mut OnHistograms<'_>,
) {
    let mut result = StepColumn::empty(series.column.n_steps());
    for step in series.column.occupied().iter() {
        let Some(own) = series.column.value(step) else {
            continue;
        };
        let scalar = StepValue::Float(scalar[step]);
        let (left, right) = if is_swapped {
            (&scalar, &own)
        } else {
            (&own, &scalar)
        };
        match element(op, left, right, on_histograms) {
            Combined::Kept(_) if returns_bool => result.set_float(step, 1.0),
            Combined::Unequal if returns_bool => result.set_float(step, 0.0),
            Combined::Kept(_) if op.is_comparison() => result.set(step, own),
            Combined::Kept(value) => result.set(step, value),
            Combined::Unequal | Combined::Nothing => {}
        }
    }
    series.column = result;
}

/// An operator between two elements of any kind.
pub(super) fn element(
    op: BinaryOp,
    left: &StepValue,
    right: &StepValue,
    on_histograms: &mut OnHistograms<'_>,
) -> Combined {
    match (left, right) {
        (StepValue::Float(l), StepValue::Float(r)) if !is_for_histograms(op) => {
            if op.is_comparison() && !holds(op, *l, *r) {
                return Combined::Unequal;
            }
            let mut result = [*l];
            compute(op, &mut result, std::iter::once(*r));
            Combined::Kept(StepValue::Float(result[0]))
        }
        _ => on_histograms(op, left, right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Labels;

    #[test]
    fn a_comparison_keeps_the_series_own_value() {
        let check = |op, is_swapped, returns_bool, expected: [Option<f64>; 3]| {
            let mut series = StepSeries::new(Labels::empty(), StepColumn::full(vec![1.0, 2.0, f64::NAN]));
            with_scalar(
                op,
                &mut series,
                &[2.0; 3],
                (is_swapped, returns_bool),
                &mut |_, _, _| Combined::Nothing,
            );
            let found: Vec<Option<String>> = (0..3)
                .map(|step| series.column.float(step).map(|float| float.to_string()))
                .collect();
            let expected: Vec<Option<String>> = expected
                .iter()
                .map(|value| value.map(|float| float.to_string()))
                .collect();
            assert_eq!(found, expected, "{op:?}");
        };
        let nan = Some(f64::NAN);
        check(BinaryOp::Less, false, false, [Some(1.0), None, None]);
        check(BinaryOp::Less, true, false, [None, None, None]);
        check(BinaryOp::Greater, true, false, [Some(1.0), None, None]);
        check(BinaryOp::Less, false, true, [Some(1.0), Some(0.0), Some(0.0)]);
        check(BinaryOp::NotEqual, false, false, [Some(1.0), None, nan]);
        check(BinaryOp::Sub, true, false, [Some(1.0), Some(0.0), nan]);
        check(BinaryOp::Div, false, false, [Some(0.5), Some(1.0), nan]);
        check(BinaryOp::TrimUpper, false, false, [None, None, None]);
        assert_eq!(scalars(BinaryOp::Mod, vec![-5.0, 5.0], &[3.0, -3.0]), [-2.0, 2.0]);
        assert_eq!(scalars(BinaryOp::Equal, vec![1.0, 2.0], &[1.0, 1.0]), [1.0, 0.0]);
    }
}
