//! Arithmetic and comparisons between two vectors: [`join`].

use super::arithmetic::{Combined, OnHistograms, compute, element, holds, is_for_histograms};
use super::{BinaryOp, Cardinality, VectorMatching};
use crate::aggregate::{Grouping, Groups};
use crate::steps::{Presence, StepColumn, StepSeries, braced};
use glass_model::{Labels, QueryError};
use std::collections::HashMap;

impl VectorMatching {
    /// The labels that two elements must have in common, as a grouping.
    pub fn grouping(&self) -> Grouping {
        if self.is_on {
            Grouping::By(self.labels.clone())
        } else {
            Grouping::Without(self.labels.clone())
        }
    }

    fn is_one_to_one(&self) -> bool {
        self.cardinality == Cardinality::OneToOne
    }

    fn has_fill(&self) -> bool {
        self.fill_left.is_some() || self.fill_right.is_some()
    }
}

/// Two elements of a result have the same labels.
pub(crate) fn same_labels() -> QueryError {
    QueryError::Execution("vector cannot contain metrics with the same labelset".into())
}

/// How an operator is applied to two vectors.
#[derive(Clone, Copy, Debug)]
pub struct Applied {
    /// Which.
    pub op: BinaryOp,
    /// Whether a comparison gives 0 or 1.
    pub returns_bool: bool,
    /// Whether such a result is only marked to drop its name (PromQL); else it has none.
    pub delays_name_removal: bool,
}

/// Applies an operator to the elements of two vectors that belong together, step by step. Labels are compared once
/// for each pair of series.
///
/// # Errors
/// When more elements meet than `matching` allows; in Prometheus' words.
pub fn join(
    applied: Applied,
    matching: &VectorMatching,
    left: Vec<StepSeries>,
    right: Vec<StepSeries>,
    on_histograms: &mut OnHistograms<'_>,
) -> Result<Vec<StepSeries>, QueryError> {
    let is_swapped = matches!(matching.cardinality, Cardinality::OneToMany(_));
    let (many, one) = if is_swapped { (right, left) } else { (left, right) };
    let Some(n_steps) = many.first().or(one.first()).map(|first| first.column.n_steps()) else {
        return Ok(Vec::new());
    };
    if !matching.has_fill() && (many.is_empty() || one.is_empty()) {
        return Ok(Vec::new());
    }
    let mut join = Join {
        op: applied.op,
        applied,
        matching,
        is_swapped,
        n_steps,
        results: Vec::new(),
        by_labels: HashMap::new(),
        met: Vec::new(),
    };
    join.run(many, &one, on_histograms)?;
    let results = join.results.into_iter().map(|result| result.series);
    Ok(results.filter(|series| !series.column.is_empty()).collect())
}

struct Join<'a> {
    op: BinaryOp,
    applied: Applied,
    matching: &'a VectorMatching,
    is_swapped: bool,
    n_steps: usize,
    results: Vec<Joined>,
    by_labels: HashMap<Labels, usize>,
    /// At which steps each signature has met a partner.
    met: Vec<Option<Presence>>,
}

/// A series of the result.
struct Joined {
    series: StepSeries,
    /// The steps that are taken, also those whose comparison did not hold.
    taken: Presence,
    signature: usize,
}

impl Join<'_> {
    fn run(
        &mut self,
        many: Vec<StepSeries>,
        one: &[StepSeries],
        on_histograms: &mut OnHistograms<'_>,
    ) -> Result<(), QueryError> {
        let mut signatures = Groups::new(self.matching.grouping());
        let of_one: Vec<usize> = one.iter().map(|series| signatures.of(&series.labels)).collect();
        let of_many: Vec<usize> = many.iter().map(|series| signatures.of(&series.labels)).collect();
        let n_signatures = signatures.labels().len();
        self.met = vec![None; n_signatures];
        let mut partners: Vec<Vec<usize>> = vec![Vec::new(); n_signatures];
        for (place, signature) in of_one.iter().enumerate() {
            partners[*signature].push(place);
        }
        self.check_partners(&many, one, &partners)?;
        for (series, signature) in many.into_iter().zip(of_many) {
            self.meet(series, signature, (one, &partners[signature]), on_histograms)?;
        }
        let Some(fill) = self.matching.fill_left else {
            return Ok(());
        };
        for (series, signature) in one.iter().zip(of_one) {
            let mut steps = series.column.occupied();
            if let Some(met) = &self.met[signature] {
                steps.remove_all(met);
            }
            if !steps.is_none() {
                let filler = self.filler(&series.labels, fill);
                self.pair(filler, series, (steps, signature), on_histograms)?;
            }
        }
        Ok(())
    }

    /// What stands in for a partner that `labels` lacks.
    fn filler(&self, labels: &Labels, fill: f64) -> StepSeries {
        let labels = self.matching.grouping().labels(labels);
        StepSeries::new(labels, StepColumn::full(vec![fill; self.n_steps]))
    }

    /// A series of the one side must be alone with its signature at each step at which the other side has any
    /// element at all.
    fn check_partners(
        &self,
        many: &[StepSeries],
        one: &[StepSeries],
        partners: &[Vec<usize>],
    ) -> Result<(), QueryError> {
        if partners.iter().all(|places| places.len() < 2) {
            return Ok(());
        }
        let mut looked_at = Presence::none(self.n_steps);
        if self.matching.has_fill() {
            looked_at = Presence::all(self.n_steps);
        }
        for series in many {
            looked_at.insert_all(&series.column.occupied());
        }
        for places in partners.iter().filter(|places| places.len() > 1) {
            let mut seen = Presence::none(self.n_steps);
            for (i, place) in places.iter().enumerate() {
                let mut occupied = one[*place].column.occupied();
                occupied.retain(&looked_at);
                if let Some(step) = occupied.first_overlap(&seen) {
                    let is_there = |other: &&usize| one[**other].column.occupied().has(step);
                    let other = places[..i].iter().find(is_there).unwrap_or(place);
                    return Err(self.duplicates(&one[*other].labels, &one[*place].labels));
                }
                seen.insert_all(&occupied);
            }
        }
        Ok(())
    }

    fn duplicates(&self, a: &Labels, b: &Labels) -> QueryError {
        let group = braced(&self.matching.grouping().labels(a));
        let side = if self.is_swapped { "left" } else { "right" };
        let (a, b) = (braced(a), braced(b));
        let (first, second) = if a > b { (b, a) } else { (a, b) };
        QueryError::Execution(format!(
            "found duplicate series for the match group {group} on the {side} hand-side of the operation: \
             [{first}, {second}];many-to-many matching not allowed: matching labels must be unique on one side"
        ))
    }

    /// Lets a series of the many side meet its partners, and the fill value where there is none.
    fn meet(
        &mut self,
        series: StepSeries,
        signature: usize,
        (one, places): (&[StepSeries], &[usize]),
        on_histograms: &mut OnHistograms<'_>,
    ) -> Result<(), QueryError> {
        let mut rest = series.column.occupied();
        for place in places {
            let partner = &one[*place];
            let mut steps = partner.column.occupied();
            steps.retain(&rest);
            if steps.is_none() {
                continue;
            }
            rest.remove_all(&steps);
            if rest.is_none() {
                return self.pair(series, partner, (steps, signature), on_histograms);
            }
            self.pair(series.clone(), partner, (steps, signature), on_histograms)?;
        }
        match self.matching.fill_right {
            Some(fill) if !rest.is_none() => {
                let filler = self.filler(&series.labels, fill);
                self.pair(series, &filler, (rest, signature), on_histograms)
            }
            _ => Ok(()),
        }
    }

    /// Applies the operator to two series at `steps`, at which both have an element.
    fn pair(
        &mut self,
        many: StepSeries,
        one: &StepSeries,
        (steps, signature): (Presence, usize),
        on_histograms: &mut OnHistograms<'_>,
    ) -> Result<(), QueryError> {
        let labels = self.result_labels(&many.labels, &one.labels);
        self.claim(&labels, &steps, signature)?;
        let column = self.compute(many.column, &one.column, &steps, on_histograms);
        if let Some(place) = self.by_labels.get(&labels) {
            let result = &mut self.results[*place];
            result.taken.insert_all(&steps);
            result.series.column.overlay(&column);
            return Ok(());
        }
        self.by_labels.insert(labels.clone(), self.results.len());
        let series = StepSeries {
            labels,
            drops_name: self.applied.returns_bool && self.applied.delays_name_removal,
            column,
        };
        self.results.push(Joined {
            series,
            taken: steps,
            signature,
        });
        Ok(())
    }

    fn claim(&mut self, labels: &Labels, steps: &Presence, signature: usize) -> Result<(), QueryError> {
        let met = self.met[signature].get_or_insert_with(|| Presence::none(self.n_steps));
        if self.matching.is_one_to_one() && met.overlaps(steps) {
            return Err(QueryError::Execution(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                    .into(),
            ));
        }
        met.insert_all(steps);
        match self.by_labels.get(labels).map(|place| &self.results[*place]) {
            Some(other) if other.taken.overlaps(steps) && other.signature == signature => {
                Err(QueryError::Execution(
                    "multiple matches for labels: grouping labels must ensure unique matches".into(),
                ))
            }
            Some(other) if other.taken.overlaps(steps) => Err(same_labels()),
            _ => Ok(()),
        }
    }

    fn compute(
        &self,
        mut many: StepColumn,
        one: &StepColumn,
        steps: &Presence,
        on_histograms: &mut OnHistograms<'_>,
    ) -> StepColumn {
        let op = self.op;
        if many.has_histograms() || one.has_histograms() || is_for_histograms(op) {
            return self.one_by_one(&many, one, steps, on_histograms);
        }
        if !op.is_comparison() {
            let (floats, present) = many.floats_mut();
            if self.is_swapped {
                let mut left = one.floats().to_vec();
                compute(op, &mut left, floats.iter().copied());
                return StepColumn::of(left, steps.clone());
            }
            compute(op, floats, one.floats().iter().copied());
            present.clone_from(steps);
            return many;
        }
        let (left, right) = if self.is_swapped {
            (one, &many)
        } else {
            (&many, one)
        };
        let (l, r) = (left.floats(), right.floats());
        if self.applied.returns_bool {
            let pairs = l.iter().zip(r);
            let floats = pairs.map(|(l, r)| f64::from(u8::from(holds(op, *l, *r))));
            return StepColumn::of(floats.collect(), steps.clone());
        }
        let mut kept = Presence::none(self.n_steps);
        steps.for_each(|step| {
            if holds(op, l[step], r[step]) {
                kept.insert(step);
            }
        });
        StepColumn::of(l.to_vec(), kept)
    }

    fn one_by_one(
        &self,
        many: &StepColumn,
        one: &StepColumn,
        steps: &Presence,
        on_histograms: &mut OnHistograms<'_>,
    ) -> StepColumn {
        let mut result = StepColumn::empty(self.n_steps);
        let (left, right) = if self.is_swapped { (one, many) } else { (many, one) };
        for step in steps.iter() {
            let (Some(l), Some(r)) = (left.value(step), right.value(step)) else {
                continue;
            };
            match element(self.op, &l, &r, on_histograms) {
                Combined::Kept(_) if self.applied.returns_bool => result.set_float(step, 1.0),
                Combined::Unequal if self.applied.returns_bool => result.set_float(step, 0.0),
                Combined::Kept(value) => result.set(step, value),
                Combined::Unequal | Combined::Nothing => {}
            }
        }
        result
    }

    /// The labels of what comes of two series: those of the many side without what says which metric it was, or
    /// those compared; and the labels that `group_left (…)` takes from the one side.
    fn result_labels(&self, many: &Labels, one: &Labels) -> Labels {
        let Applied {
            op,
            returns_bool,
            delays_name_removal,
        } = self.applied;
        let changes_metric = op.changes_metric() || returns_bool && !delays_name_removal;
        let is_compared =
            |name: &str| self.matching.labels.iter().any(|label| label == name) == self.matching.is_on;
        let kept = many.iter().filter(|(name, _)| {
            let is_of_metric = matches!(*name, "__name__" | "__type__" | "__unit__");
            !(changes_metric && is_of_metric) && (!self.matching.is_one_to_one() || is_compared(name))
        });
        let (Cardinality::ManyToOne(extra) | Cardinality::OneToMany(extra)) = &self.matching.cardinality
        else {
            return Labels::new(kept);
        };
        let kept = kept.filter(|(name, _)| extra.iter().all(|label| label != name));
        let taken = extra
            .iter()
            .filter_map(|name| Some((name.as_str(), one.get(name).filter(|value| !value.is_empty())?)));
        Labels::new(kept.chain(taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, labels: &str, values: &[Option<f64>]) -> StepSeries {
        let mut column = StepColumn::empty(values.len());
        for (step, value) in values.iter().enumerate() {
            if let Some(value) = value {
                column.set_float(step, *value);
            }
        }
        let pairs = labels.split_whitespace().filter_map(|pair| pair.split_once('='));
        StepSeries::new(Labels::new(pairs.chain([("__name__", name)])), column)
    }

    #[test]
    fn elements_meet_where_both_are() {
        let check = |op, cardinality: Cardinality, right: &[StepSeries], expected: Result<&str, &str>| {
            let matching = VectorMatching {
                cardinality,
                is_on: true,
                labels: vec!["a".into()],
                fill_left: None,
                fill_right: None,
            };
            let left = vec![
                series("l", "a=1 b=1", &[Some(4.0), None]),
                series("l", "a=1 b=2", &[None, Some(6.0)]),
                series("l", "a=2 b=1", &[Some(8.0), Some(9.0)]),
            ];
            let applied = Applied {
                op,
                returns_bool: false,
                delays_name_removal: false,
            };
            let found = join(applied, &matching, left, right.to_vec(), &mut |_, _, _| {
                Combined::Nothing
            });
            let found = found.map(|found| {
                let one = |series: &StepSeries| {
                    let values = (0..2).map(|step| series.column.float(step));
                    format!("{} {:?}", series.labels, values.collect::<Vec<_>>())
                };
                found.iter().map(one).collect::<Vec<_>>().join("; ")
            });
            assert_eq!(
                found.map_err(|error| error.to_string()),
                expected.map(str::to_owned).map_err(str::to_owned)
            );
        };
        let right = [
            series("r", "a=1 c=x", &[Some(2.0), Some(3.0)]),
            series("r", "a=3 c=y", &[Some(1.0), Some(1.0)]),
        ];
        check(
            BinaryOp::Div,
            Cardinality::OneToOne,
            &right,
            Ok(r#"{a="1"} [Some(2.0), Some(2.0)]"#),
        );
        check(
            BinaryOp::Div,
            Cardinality::ManyToOne(vec!["c".into()]),
            &right,
            Ok(r#"{a="1", b="1", c="x"} [Some(2.0), None]; {a="1", b="2", c="x"} [None, Some(2.0)]"#),
        );
        check(BinaryOp::Less, Cardinality::OneToOne, &right, Ok(""));
        let twice = [
            series("r", "a=1 c=x", &[Some(2.0), None]),
            series("r", "a=1 c=y", &[Some(1.0), Some(1.0)]),
        ];
        check(
            BinaryOp::Add,
            Cardinality::OneToOne,
            &twice,
            Err(
                "found duplicate series for the match group {a=\"1\"} on the right hand-side of the \
                 operation: [{__name__=\"r\", a=\"1\", c=\"x\"}, {__name__=\"r\", a=\"1\", c=\"y\"}];\
                 many-to-many matching not allowed: matching labels must be unique on one side",
            ),
        );
        let all = [
            series("r", "a=2 c=x", &[Some(2.0), Some(2.0)]),
            series("r", "a=1 c=x", &[Some(2.0), None]),
        ];
        check(
            BinaryOp::Mul,
            Cardinality::OneToMany(Vec::new()),
            &all,
            Ok(r#"{a="2", c="x"} [Some(16.0), Some(18.0)]; {a="1", c="x"} [Some(8.0), None]"#),
        );
    }
}
