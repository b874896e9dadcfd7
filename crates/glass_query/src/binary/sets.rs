//! `and`, `or`, `unless`: [`combine_sets`].

use super::{BinaryOp, VectorMatching};
use crate::aggregate::Groups;
use crate::steps::{Presence, StepSeries};
use glass_model::{Labels, QueryError};
use std::collections::HashMap;

/// Which elements of `left` and `right` remain; step by step, by the labels that `matching` compares.
///
/// # Errors
/// When two elements with the same labels remain at one step.
pub fn combine_sets(
    op: BinaryOp,
    matching: &VectorMatching,
    mut left: Vec<StepSeries>,
    right: Vec<StepSeries>,
) -> Result<Vec<StepSeries>, QueryError> {
    let mut signatures = Groups::new(matching.grouping());
    let of_left: Vec<usize> = left.iter().map(|one| signatures.of(&one.labels)).collect();
    let of_right: Vec<usize> = right.iter().map(|one| signatures.of(&one.labels)).collect();
    let n_signatures = signatures.labels().len();
    if op == BinaryOp::Or {
        let seen = where_any(&left, &of_left, n_signatures);
        return unite(left, right, &of_right, &seen);
    }
    let seen = where_any(&right, &of_right, n_signatures);
    for (one, signature) in left.iter_mut().zip(of_left) {
        match (&seen[signature], op) {
            (Some(seen), BinaryOp::And) => one.column.retain(seen),
            (Some(seen), _) => without(one, seen),
            (None, BinaryOp::And) => one.column.retain(&Presence::none(one.column.n_steps())),
            (None, _) => {}
        }
    }
    left.retain(|one| !one.column.is_empty());
    Ok(left)
}

fn without(series: &mut StepSeries, steps: &Presence) {
    let mut kept = series.column.occupied();
    kept.remove_all(steps);
    series.column.retain(&kept);
}

/// At which steps each signature has an element.
fn where_any(series: &[StepSeries], signatures: &[usize], n_signatures: usize) -> Vec<Option<Presence>> {
    let mut seen: Vec<Option<Presence>> = vec![None; n_signatures];
    for (one, signature) in series.iter().zip(signatures) {
        let occupied = one.column.occupied();
        match &mut seen[*signature] {
            Some(seen) => seen.insert_all(&occupied),
            none => *none = Some(occupied),
        }
    }
    seen
}

fn unite(
    mut result: Vec<StepSeries>,
    right: Vec<StepSeries>,
    of_right: &[usize],
    seen: &[Option<Presence>],
) -> Result<Vec<StepSeries>, QueryError> {
    let mut by_labels: HashMap<Labels, usize> = result
        .iter()
        .enumerate()
        .map(|(place, one)| (one.labels.clone(), place))
        .collect();
    for (mut one, signature) in right.into_iter().zip(of_right) {
        if let Some(seen) = &seen[*signature] {
            without(&mut one, seen);
        }
        if one.column.is_empty() {
            continue;
        }
        match by_labels.get(&one.labels) {
            None => {
                by_labels.insert(one.labels.clone(), result.len());
                result.push(one);
            }
            Some(place) => {
                let same = &mut result[*place].column;
                if same.occupied().overlaps(&one.column.occupied()) {
                    return Err(super::matching::same_labels());
                }
                same.overlay(&one.column);
            }
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binary::Cardinality;
    use crate::steps::StepColumn;

    #[test]
    fn sets_are_taken_step_by_step() {
        let series = |name: &str, job: &str, values: [Option<f64>; 3]| {
            let mut column = StepColumn::empty(3);
            for (step, value) in values.iter().enumerate() {
                if let Some(value) = value {
                    column.set_float(step, *value);
                }
            }
            StepSeries::new(Labels::new([("__name__", name), ("job", job)]), column)
        };
        let check = |op, expected: Vec<StepSeries>| {
            let left = vec![
                series("a", "x", [Some(1.0), Some(2.0), None]),
                series("a", "y", [Some(3.0), None, None]),
            ];
            let right = vec![
                series("b", "x", [Some(7.0), None, Some(9.0)]),
                series("b", "z", [Some(5.0), None, None]),
            ];
            let matching = VectorMatching {
                cardinality: Cardinality::ManyToMany,
                is_on: false,
                labels: Vec::new(),
                fill_left: None,
                fill_right: None,
            };
            let found = combine_sets(op, &matching, left, right).map_err(|error| error.to_string());
            assert_eq!(found, Ok(expected), "{op:?}");
        };
        check(BinaryOp::And, vec![series("a", "x", [Some(1.0), None, None])]);
        check(
            BinaryOp::Unless,
            vec![
                series("a", "x", [None, Some(2.0), None]),
                series("a", "y", [Some(3.0), None, None]),
            ],
        );
        check(
            BinaryOp::Or,
            vec![
                series("a", "x", [Some(1.0), Some(2.0), None]),
                series("a", "y", [Some(3.0), None, None]),
                series("b", "x", [None, None, Some(9.0)]),
                series("b", "z", [Some(5.0), None, None]),
            ],
        );
    }
}
