//! Numbers that are added up: plain ones, and [`Compensated`] ones for long sums.

/// What a histogram's counts can be.
pub trait Number: Copy + PartialEq {
    /// Adds a plain number.
    fn plus(self, other: f64) -> Self;
    /// Adds its like.
    fn joined(self, other: Self) -> Self;
    /// From a plain number.
    fn of(value: f64) -> Self;
    /// As a plain number.
    fn value(self) -> f64;
}

impl Number for f64 {
    fn plus(self, other: f64) -> Self {
        self + other
    }

    fn joined(self, other: Self) -> Self {
        self + other
    }

    fn of(value: f64) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }
}

/// A sum that remembers what rounding took from it (Neumaier's variant of Kahan summation).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compensated {
    sum: f64,
    lost: f64,
}

impl From<f64> for Compensated {
    fn from(sum: f64) -> Self {
        Self { sum, lost: 0.0 }
    }
}

impl Number for Compensated {
    fn plus(self, other: f64) -> Self {
        let sum = self.sum + other;
        let lost = if sum.is_infinite() {
            0.0
        } else if self.sum.abs() >= other.abs() {
            self.lost + ((self.sum - sum) + other)
        } else {
            self.lost + ((other - sum) + self.sum)
        };
        Self { sum, lost }
    }

    fn joined(self, other: Self) -> Self {
        self.plus(other.sum).plus(other.lost)
    }

    fn of(value: f64) -> Self {
        value.into()
    }

    fn value(self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_made_up_for() {
        let sum = |values: &[f64]| {
            values
                .iter()
                .fold(Compensated::default(), |sum, value| sum.plus(*value))
                .value()
        };
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, 1.0]), f64::INFINITY);
    }
}
