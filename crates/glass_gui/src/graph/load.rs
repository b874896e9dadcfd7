//! How many columns of lines a frame has in all its graphs, and what is drawn of them: where there are very many,
//! several columns are one. Nothing between their least and greatest value is lost.

use egui::{Id, Ui};
use glass_core::GraphPoint;
use std::borrow::Cow;

/// Of more columns in a frame, each is wider.
const MANY: usize = 12_000;
/// So many columns become one at most.
const MOST_JOINED: usize = 3;

/// What was counted.
#[derive(Clone, Copy, Default)]
struct Count {
    /// The layout that is counted: a frame may have two.
    pass: u64,
    so_far: usize,
    /// How many there were in the one before.
    before: usize,
}

/// Counts the columns of a graph; says how many are to become one, by what the last frame had.
pub(super) fn join_of(ui: &Ui, n_columns: usize) -> usize {
    let pass = ui.ctx().cumulative_pass_nr();
    let before = ui.data_mut(|data| {
        let count: &mut Count = data.get_temp_mut_or_default(Id::unique("columns of graphs"));
        if count.pass != pass {
            *count = Count {
                pass,
                so_far: 0,
                before: count.so_far,
            };
        }
        count.so_far += n_columns;
        count.before
    });
    before.div_ceil(MANY).clamp(1, MOST_JOINED)
}

/// A run with `n` columns in one.
pub(super) fn joined(run: &[GraphPoint], n: usize) -> Cow<'_, [GraphPoint]> {
    if n < 2 {
        return Cow::Borrowed(run);
    }
    // Counted from the beginning, so that those that were drawn stay as they are while time goes on.
    Cow::Owned(run.chunks(n).filter_map(one_of).collect())
}

fn one_of(columns: &[GraphPoint]) -> Option<GraphPoint> {
    let (first, last) = (columns.first()?, columns.last()?);
    Some(GraphPoint {
        x: last.x,
        first: first.first,
        last: last.last,
        min: columns
            .iter()
            .map(|point| point.min)
            .fold(f64::INFINITY, f64::min),
        max: columns
            .iter()
            .map(|point| point.max)
            .fold(f64::NEG_INFINITY, f64::max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(values: &[(f64, f64)]) -> Vec<GraphPoint> {
        let point = |(nth, (a, b)): (usize, &(f64, f64))| GraphPoint {
            x: nth as f64 / values.len() as f64,
            first: *a,
            last: *b,
            min: a.min(*b),
            max: a.max(*b),
        };
        values.iter().enumerate().map(point).collect()
    }

    proptest! {
        #[test]
        fn joined_columns_hold_what_each_of_them_held(
            values in prop::collection::vec((-1e6f64..1e6, -1e6f64..1e6), 1..100), n in 1usize..5
        ) {
            let run = run(&values);
            let joined = joined(&run, n);
            prop_assert_eq!(joined.len(), run.len().div_ceil(n));
            prop_assert_eq!(joined.last().map(|point| (point.x, point.last)), run.last().map(|point| (point.x, point.last)));
            prop_assert_eq!(joined.first().map(|point| point.first), run.first().map(|point| point.first));
            let mut before = f64::NEG_INFINITY;
            for one in joined.iter() {
                let own = run.iter().filter(|point| point.x > before && point.x <= one.x);
                let (min, max) = own.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), point| {
                    (min.min(point.min), max.max(point.max))
                });
                prop_assert_eq!((one.min, one.max), (min, max));
                before = one.x;
            }
        }
    }
}
