//! Values of series at the steps of an evaluation, in columns: [`Grid`], [`StepColumn`], [`StepSeries`]. Both
//! languages compute with these alone; read [`StepColumn`] first.

mod column;
mod presence;

pub use column::{StepColumn, StepValue};
pub use presence::Presence;

use glass_model::Labels;

/// The moments for which something is evaluated: `n_steps` of them from `start_millis` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The first moment, in milliseconds since the epoch.
    pub start_millis: i64,
    /// From one to the next, in milliseconds, above 0.
    pub step_millis: i64,
    /// How many there are.
    pub n_steps: usize,
}

impl Grid {
    /// One moment.
    pub fn instant(at_millis: i64) -> Self {
        Self {
            start_millis: at_millis,
            step_millis: 1,
            n_steps: 1,
        }
    }

    /// From `start_millis` every `step_millis`, as long as it is no later than `end_millis`; no step at all if
    /// `step_millis` is below 1.
    pub fn between(start_millis: i64, end_millis: i64, step_millis: i64) -> Self {
        let n_steps = if step_millis < 1 || end_millis < start_millis {
            0
        } else {
            usize::try_from(end_millis.abs_diff(start_millis) / step_millis.unsigned_abs())
                .unwrap_or(usize::MAX - 1)
                + 1
        };
        Self {
            start_millis,
            step_millis,
            n_steps,
        }
    }

    /// The moment of a step, in milliseconds; saturates.
    pub fn at(&self, step: usize) -> i64 {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        self.start_millis
            .saturating_add(self.step_millis.saturating_mul(step))
    }

    /// The last moment; the first one if there are no steps.
    pub fn end_millis(&self) -> i64 {
        self.at(self.n_steps.saturating_sub(1))
    }

    /// All moments.
    pub fn times(&self) -> impl Iterator<Item = i64> + use<> {
        let grid = *self;
        (0..grid.n_steps).map(move |step| grid.at(step))
    }
}

/// A series with a value at some of the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSeries {
    /// What identifies it.
    pub labels: Labels,
    /// Whether its metric name no longer fits its values and is to be dropped in the end (PromQL).
    pub drops_name: bool,
    /// Its values.
    pub column: StepColumn,
}

impl StepSeries {
    /// A series that keeps its name.
    pub fn new(labels: Labels, column: StepColumn) -> Self {
        Self {
            labels,
            drops_name: false,
            column,
        }
    }
}

/// Labels as the servers write them in errors: `{__name__="up", job="shop"}`.
pub fn braced(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            let is_plain = !name.starts_with(|c: char| c.is_ascii_digit())
                && !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_plain {
                format!("{name}={value:?}")
            } else {
                format!("{name:?}={value:?}")
            }
        })
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_ends_with_its_last_whole_step() {
        let check = |start, end, step, expected: &[i64]| {
            assert_eq!(
                Grid::between(start, end, step).times().collect::<Vec<_>>(),
                expected
            );
        };
        check(0, 25, 10, &[0, 10, 20]);
        check(-10, 10, 10, &[-10, 0, 10]);
        check(5, 5, 1, &[5]);
        check(5, 4, 1, &[]);
        check(5, 9, 0, &[]);
    }

    #[test]
    fn braces_hold_the_name_too() {
        let labels = Labels::new([("__name__", "up"), ("a.b", "c\"d")]);
        assert_eq!(braced(&labels), r#"{__name__="up", "a.b"="c\"d"}"#);
    }
}
