//! [`Number`]: what a histogram's counts can be, plain floats or sums that make up for rounding.

use crate::sums::KahanSum;

/// What a histogram's counts can be.
pub trait Number: Copy + PartialEq {
    /// Adds a plain number.
    fn plus(self, other: f64) -> Self;
    /// Adds its like.
    fn joined(self, other: Self) -> Self;
    /// Multiplies.
    fn times(self, factor: f64) -> Self;
    /// Divides.
    fn divided_by(self, divisor: f64) -> Self;
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

    fn times(self, factor: f64) -> Self {
        self * factor
    }

    fn divided_by(self, divisor: f64) -> Self {
        self / divisor
    }

    fn of(value: f64) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }
}

impl Number for KahanSum {
    fn plus(mut self, other: f64) -> Self {
        self.add(other);
        self
    }

    fn joined(self, other: Self) -> Self {
        self.plus(other.sum).plus(other.rest)
    }

    fn times(self, factor: f64) -> Self {
        Self {
            sum: self.sum * factor,
            rest: self.rest * factor,
        }
    }

    fn divided_by(self, divisor: f64) -> Self {
        Self {
            sum: self.sum / divisor,
            rest: self.rest / divisor,
        }
    }

    fn of(value: f64) -> Self {
        Self {
            sum: value,
            rest: 0.0,
        }
    }

    fn value(self) -> f64 {
        Self::value(&self)
    }
}
