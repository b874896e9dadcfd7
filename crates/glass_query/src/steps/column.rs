//! [`StepColumn`]: the values of one series, one place a step.

use super::Presence;
use crate::promql::histogram::Histogram;
use std::sync::Arc;

/// A value at a step.
#[derive(Clone, Debug, PartialEq)]
pub enum StepValue {
    /// A float.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<Histogram>),
}

/// Values at steps. Floats stand in a plain array beside a bit for each step; what stands in the array where the bit
/// is not set means nothing. Native histograms, which few series have, stand in a column of their own; no step has
/// both.
#[derive(Clone, Debug)]
pub struct StepColumn {
    floats: Vec<f64>,
    present: Presence,
    histograms: Option<Box<Histograms>>,
}

/// A place for a histogram at each step.
type Histograms = Vec<Option<Arc<Histogram>>>;

impl StepColumn {
    /// No value at any step.
    pub fn empty(n_steps: usize) -> Self {
        Self {
            floats: vec![0.0; n_steps],
            present: Presence::none(n_steps),
            histograms: None,
        }
    }

    /// A float at every step.
    pub fn full(floats: Vec<f64>) -> Self {
        let present = Presence::all(floats.len());
        Self::of(floats, present)
    }

    /// Floats at the steps that `present` names; both must be of the same length.
    pub fn of(floats: Vec<f64>, present: Presence) -> Self {
        debug_assert_eq!(floats.len(), present.n_steps(), "columns of one length");
        Self {
            floats,
            present,
            histograms: None,
        }
    }

    /// How many steps there are, with or without a value.
    pub fn n_steps(&self) -> usize {
        self.floats.len()
    }

    /// The floats; meaningless where [`StepColumn::present`] does not say so.
    pub fn floats(&self) -> &[f64] {
        &self.floats
    }

    /// The floats alone, as [`StepColumn::floats`] has them.
    pub fn into_floats(self) -> Vec<f64> {
        self.floats
    }

    /// At which steps there is a float.
    pub fn present(&self) -> &Presence {
        &self.present
    }

    /// Whether a step may hold a histogram.
    pub fn has_histograms(&self) -> bool {
        self.histograms.is_some()
    }

    /// The histogram at a step.
    pub fn histogram(&self, step: usize) -> Option<&Arc<Histogram>> {
        self.histograms.as_ref()?.get(step)?.as_ref()
    }

    /// The float at a step.
    pub fn float(&self, step: usize) -> Option<f64> {
        self.present.has(step).then(|| self.floats[step])
    }

    /// The value at a step.
    pub fn value(&self, step: usize) -> Option<StepValue> {
        match self.float(step) {
            Some(float) => Some(StepValue::Float(float)),
            None => self.histogram(step).cloned().map(StepValue::Histogram),
        }
    }

    /// At which steps there is a float or a histogram.
    pub fn occupied(&self) -> Presence {
        let mut occupied = self.present.clone();
        for (step, histogram) in self.histograms.iter().flat_map(|all| all.iter().enumerate()) {
            if histogram.is_some() {
                occupied.insert(step);
            }
        }
        occupied
    }

    /// Whether there is no value at any step.
    pub fn is_empty(&self) -> bool {
        self.present.is_none() && self.histograms.iter().all(|all| all.iter().all(Option::is_none))
    }

    /// Puts a float at a step.
    pub fn set_float(&mut self, step: usize, float: f64) {
        self.floats[step] = float;
        self.present.insert(step);
        if let Some(all) = &mut self.histograms {
            all[step] = None;
        }
    }

    /// Puts a histogram at a step.
    pub fn set_histogram(&mut self, step: usize, histogram: Arc<Histogram>) {
        self.present.remove(step);
        let n_steps = self.floats.len();
        self.histograms
            .get_or_insert_with(|| Box::new(vec![None; n_steps]))[step] = Some(histogram);
    }

    /// Puts a value at a step.
    pub fn set(&mut self, step: usize, value: StepValue) {
        match value {
            StepValue::Float(float) => self.set_float(step, float),
            StepValue::Histogram(histogram) => self.set_histogram(step, histogram),
        }
    }

    /// Takes the value at a step away.
    pub fn clear(&mut self, step: usize) {
        self.present.remove(step);
        if let Some(all) = &mut self.histograms {
            all[step] = None;
        }
    }

    /// Takes all histograms away.
    pub fn clear_histograms(&mut self) {
        self.histograms = None;
    }

    /// Keeps the values at the steps of `kept`.
    pub fn retain(&mut self, kept: &Presence) {
        self.present.retain(kept);
        if let Some(all) = &mut self.histograms {
            for (step, histogram) in all.iter_mut().enumerate() {
                if !kept.has(step) {
                    *histogram = None;
                }
            }
        }
        if self.occupied() == self.present {
            self.histograms = None;
        }
    }

    /// Puts the values of `other` where it has any.
    pub fn overlay(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        other
            .present
            .for_each(|step| self.set_float(step, other.floats[step]));
        for (step, histogram) in other.histograms.iter().flat_map(|all| all.iter().enumerate()) {
            if let Some(histogram) = histogram {
                self.set_histogram(step, histogram.clone());
            }
        }
    }

    /// Replaces every float by what `each` makes of it. `each` must bear any value: where all steps have one, and
    /// where few lack one, the whole array goes through it.
    pub fn map_floats(&mut self, mut each: impl FnMut(f64) -> f64) {
        for float in &mut self.floats {
            *float = each(*float);
        }
    }

    /// Replaces every histogram by what `each` makes of it.
    pub fn map_histograms(&mut self, mut each: impl FnMut(&Arc<Histogram>) -> Option<StepValue>) {
        let Some(all) = self.histograms.take() else {
            return;
        };
        for (step, histogram) in all.iter().enumerate() {
            if let Some(value) = histogram.as_ref().and_then(&mut each) {
                self.set(step, value);
            }
        }
    }

    /// The arrays, to be changed together.
    pub fn floats_mut(&mut self) -> (&mut [f64], &mut Presence) {
        (&mut self.floats, &mut self.present)
    }

    /// The one value of a column of one step, at each of `n_steps`.
    pub fn repeated(&self, n_steps: usize) -> Self {
        match self.value(0) {
            Some(StepValue::Float(float)) => Self::full(vec![float; n_steps]),
            Some(StepValue::Histogram(histogram)) => {
                let mut column = Self::empty(n_steps);
                column.histograms = Some(Box::new(vec![Some(histogram); n_steps]));
                column
            }
            None => Self::empty(n_steps),
        }
    }
}

/// Equal values at the same steps, by their bits: a NaN equals itself.
impl PartialEq for StepColumn {
    fn eq(&self, other: &Self) -> bool {
        let bits = |value: Option<StepValue>| match value {
            Some(StepValue::Float(float)) => (Some(float.to_bits()), None),
            Some(StepValue::Histogram(histogram)) => (None, Some(histogram)),
            None => (None, None),
        };
        self.n_steps() == other.n_steps()
            && (0..self.n_steps()).all(|step| bits(self.value(step)) == bits(other.value(step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram() -> Arc<Histogram> {
        Arc::new(Histogram::empty())
    }

    #[test]
    fn a_step_holds_a_float_or_a_histogram() {
        let mut column = StepColumn::empty(3);
        column.set_float(1, 5.0);
        column.set_histogram(1, histogram());
        assert_eq!((column.float(1), column.has_histograms()), (None, true));
        column.set_float(1, 6.0);
        column.set_histogram(2, histogram());
        assert_eq!(column.occupied().iter().collect::<Vec<_>>(), [1, 2]);
        column.clear(2);
        assert_eq!((column.histogram(2), column.float(1)), (None, Some(6.0)));
        let mut other = StepColumn::empty(3);
        other.set_float(0, 1.0);
        column.overlay(&other);
        assert_eq!(column.present().iter().collect::<Vec<_>>(), [0, 1]);
    }
}
