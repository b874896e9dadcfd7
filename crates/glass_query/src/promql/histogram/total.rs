//! Sums and means of many histograms: [`Total`].

use super::{Histogram, Incompatible, Noted, Number};
use crate::sums::KahanSum;
use glass_model::ResetHint;

/// The sum or the mean of histograms, added one by one with compensation for what rounding takes.
#[derive(Clone, Debug)]
pub struct Total {
    total: Histogram<KahanSum>,
    n_added: f64,
    is_mean: bool,
    /// Whether the sum would have grown too large, so that `total` is the mean so far.
    is_running: bool,
    has_reset: bool,
    has_no_reset: bool,
    bounds_reconciled: bool,
}

impl Total {
    /// A sum that begins with one histogram.
    pub fn sum_of(first: &Histogram) -> Self {
        Self {
            total: first.compensated(),
            n_added: 1.0,
            is_mean: false,
            is_running: false,
            has_reset: first.hint == ResetHint::Reset,
            has_no_reset: first.hint == ResetHint::NoReset,
            bounds_reconciled: false,
        }
    }

    /// A mean that begins with one histogram.
    pub fn mean_of(first: &Histogram) -> Self {
        Self {
            is_mean: true,
            ..Self::sum_of(first)
        }
    }

    /// Takes another.
    ///
    /// # Errors
    /// When only one of both has listed bounds. There is no total then.
    pub fn add(&mut self, histogram: &Histogram) -> Result<(), Incompatible> {
        self.n_added += 1.0;
        self.has_reset |= histogram.hint == ResetHint::Reset;
        self.has_no_reset |= histogram.hint == ResetHint::NoReset;
        if self.is_mean && !self.is_running {
            let may_overflow = (self.total.greatest() + histogram.greatest()).is_infinite();
            if !may_overflow {
                return self.join(histogram);
            }
            let before = self.total.clone();
            self.join(histogram)?;
            if !self.total.has_overflow() {
                return Ok(());
            }
            self.total = before;
            self.total.divide(self.n_added - 1.0);
            self.is_running = true;
        }
        if self.is_running {
            self.total.multiply((self.n_added - 1.0) / self.n_added);
            let mut share = histogram.clone();
            share.divide(self.n_added);
            return self.join(&share);
        }
        self.join(histogram)
    }

    fn join(&mut self, histogram: &Histogram) -> Result<(), Incompatible> {
        self.bounds_reconciled |= self.total.add(histogram)?.bounds_reconciled;
        Ok(())
    }

    /// The sum or mean, and what must be said of it.
    pub fn finish(mut self) -> (Histogram, Noted) {
        if self.is_mean && !self.is_running {
            self.total.divide(self.n_added);
        }
        let noted = Noted {
            hints_collide: self.has_reset && self.has_no_reset,
            bounds_reconciled: self.bounds_reconciled,
        };
        (self.total.rounded(), noted)
    }
}

impl<N: Number> Histogram<N> {
    /// The greatest of its counts and its sum, without sign.
    fn greatest(&self) -> f64 {
        let buckets = self
            .positive
            .iter()
            .chain(&self.negative)
            .map(|(_, count)| *count);
        let all = buckets.chain([self.zero_count, self.count, self.sum]);
        all.fold(0.0, |greatest, value| value.value().abs().max(greatest))
    }
}
