//! Sums, means and quantiles of floats as Prometheus computes them: [`KahanSum`], [`Mean`], [`quantile`].

/// A sum with Neumaier's correction: what addition rounds off is kept aside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KahanSum {
    /// The sum so far.
    pub sum: f64,
    /// What was rounded off.
    pub rest: f64,
}

impl KahanSum {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let next = self.sum + value;
        let lost = if self.sum.abs() >= value.abs() {
            (self.sum - next) + value
        } else {
            (value - next) + self.sum
        };
        self.rest = if next.abs() > f64::MAX {
            0.0
        } else {
            self.rest + lost
        };
        self.sum = next;
    }

    /// The sum.
    #[inline]
    pub fn value(&self) -> f64 {
        if self.sum.is_infinite() {
            self.sum
        } else {
            self.sum + self.rest
        }
    }
}

/// A mean: the sum divided by the count, or, once the sum would overflow, a running mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    total: KahanSum,
    count: f64,
    is_running: bool,
}

impl Mean {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.total.sum = value;
            return;
        }
        if !self.is_running {
            let mut next = self.total;
            next.add(value);
            if !next.sum.is_infinite() {
                self.total = next;
                return;
            }
            self.is_running = true;
            self.total.sum /= self.count - 1.0;
            self.total.rest /= self.count - 1.0;
        }
        let share = (self.count - 1.0) / self.count;
        self.total.sum *= share;
        self.total.rest *= share;
        self.total.add(value / self.count);
    }

    /// The mean; NaN of nothing.
    pub fn value(&self) -> f64 {
        if self.is_running {
            self.total.sum + self.total.rest
        } else {
            self.total.sum / self.count + self.total.rest / self.count
        }
    }
}

/// The `q`-quantile of `values`, which are put into another order: a weighted mean of the two around the rank. NaN is
/// below all other values. NaN for no values and for `q` NaN, an infinity for `q` outside 0 to 1.
pub fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if !(0.0..=1.0).contains(&q) {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let last = values.len() - 1;
    let rank = q * last as f64;
    let lower = (rank.floor() as usize).min(last);
    let weight = rank - rank.floor();
    let (_, low, above) = values.select_nth_unstable_by(lower, |a, b| nan_first(*a, *b));
    let low = *low;
    let high = above
        .iter()
        .copied()
        .min_by(|a, b| nan_first(*a, *b))
        .unwrap_or(low);
    low * (1.0 - weight) + high * weight
}

/// Orders floats with NaN below all others.
pub fn nan_first(a: f64, b: f64) -> std::cmp::Ordering {
    match (a.is_nan(), b.is_nan()) {
        (false, false) => a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal),
        (a, b) => b.cmp(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_what_is_rounded_off() {
        let check = |values: &[f64], sum: f64, mean: f64| {
            let (mut total, mut average) = (KahanSum::default(), Mean::default());
            values.iter().for_each(|value| {
                total.add(*value);
                average.add(*value);
            });
            assert_eq!((total.value(), average.value()), (sum, mean), "{values:?}");
        };
        check(&[1e100, 1.0, -1e100], 1.0, 1.0 / 3.0);
        check(&[f64::MAX, f64::MAX], f64::INFINITY, f64::MAX);
        check(&[f64::INFINITY, 1.0], f64::INFINITY, f64::INFINITY);
        check(&[1.0, 2.0, 6.0], 9.0, 3.0);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let check = |q: f64, values: &[f64], expected: f64| {
            let found = quantile(q, &mut values.to_vec());
            assert!(
                found == expected || found.is_nan() && expected.is_nan(),
                "{q} of {values:?}: {found}"
            );
        };
        check(0.5, &[3.0, 1.0, 2.0], 2.0);
        check(0.5, &[4.0, 1.0, 2.0, 3.0], 2.5);
        check(1.0, &[4.0, 1.0], 4.0);
        check(0.0, &[f64::NAN, 1.0], f64::NAN);
        check(1.0, &[f64::NAN, 1.0], 1.0);
        check(-0.1, &[1.0], f64::NEG_INFINITY);
        check(1.1, &[1.0], f64::INFINITY);
        check(f64::NAN, &[1.0], f64::NAN);
        check(0.5, &[], f64::NAN);
    }
}
