//! Binary operators of which one side at least is a histogram: [`combine`].

use super::{collision_text, reconciled_text};
use crate::binary::{BinaryOp, Combined};
use crate::promql::engine::notes::Notes;
use crate::promql::histogram::{Histogram, Incompatible, Keep, Noted};
use crate::steps::StepValue;
use glass_model::ResetHint;
use std::ops::Range;
use std::sync::Arc;

/// What comes of `left op right`; what is odd is noted at `at`.
pub(in crate::promql::engine) fn combine(
    notes: &mut Notes,
    op: BinaryOp,
    (left, right): (&StepValue, &StepValue),
    at: &Range<usize>,
) -> Combined {
    let done = match (left, right) {
        (StepValue::Histogram(left), StepValue::Histogram(right)) => match op {
            BinaryOp::Add | BinaryOp::Sub => return sum(notes, op, (left, right), at),
            BinaryOp::Equal => Some(left.equals(right)).map(|holds| compared(holds, left)),
            BinaryOp::NotEqual => Some(!left.equals(right)).map(|holds| compared(holds, left)),
            _ => None,
        },
        (StepValue::Histogram(left), StepValue::Float(right)) => {
            changed(left, op, *right).map(Combined::Kept)
        }
        (StepValue::Float(left), StepValue::Histogram(right)) if op == BinaryOp::Mul => {
            changed(right, op, *left).map(Combined::Kept)
        }
        _ => None,
    };
    done.unwrap_or_else(|| {
        let (op, left, right) = (op.text(), kind(left), kind(right));
        notes.inform(
            format!("incompatible sample types encountered for binary operator {op:?}: {left} {op} {right}"),
            at,
        );
        Combined::Nothing
    })
}

fn kind(value: &StepValue) -> &'static str {
    match value {
        StepValue::Float(_) => "float",
        StepValue::Histogram(_) => "histogram",
    }
}

fn compared(holds: bool, left: &Arc<Histogram>) -> Combined {
    match holds {
        true => Combined::Kept(StepValue::Histogram(left.clone())),
        false => Combined::Unequal,
    }
}

fn changed(histogram: &Histogram, op: BinaryOp, number: f64) -> Option<StepValue> {
    let mut changed = histogram.clone();
    match op {
        BinaryOp::Mul => changed.multiply(number),
        BinaryOp::Div => changed.divide(number),
        BinaryOp::TrimUpper => changed.trim(number, Keep::Below),
        BinaryOp::TrimLower => changed.trim(number, Keep::Above),
        _ => return None,
    }
    Some(StepValue::Histogram(Arc::new(changed)))
}

fn sum(
    notes: &mut Notes,
    op: BinaryOp,
    (left, right): (&Histogram, &Histogram),
    at: &Range<usize>,
) -> Combined {
    let mut sum = left.clone();
    let (done, operation) = match op {
        BinaryOp::Add => (sum.add(right), "addition"),
        _ => (sum.subtract(right), "subtraction"),
    };
    match done {
        Err(Incompatible) => {
            let text = format!(
                "incompatible bucket layout encountered for binary operator {}",
                op.text()
            );
            notes.warn(text, at);
            Combined::Nothing
        }
        Ok(Noted {
            hints_collide: true, ..
        }) => {
            notes.warn(collision_text(operation), at);
            Combined::Nothing
        }
        Ok(Noted {
            bounds_reconciled, ..
        }) => {
            if bounds_reconciled {
                notes.inform(reconciled_text(operation), at);
            }
            if op == BinaryOp::Sub {
                sum.hint = ResetHint::Gauge;
            }
            Combined::Kept(StepValue::Histogram(Arc::new(sum)))
        }
    }
}
