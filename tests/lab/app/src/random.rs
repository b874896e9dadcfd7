//! Random numbers good enough for arrival times and trace ids.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

thread_local! {
    /// xorshift64* state, seeded by the standard library's own randomness.
    static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish() | 1);
}

/// Any 64 bits.
pub fn bits() -> u64 {
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    })
}

/// Evenly in 0..1.
pub fn unit() -> f64 {
    (bits() >> 11) as f64 / (1u64 << 53) as f64
}

/// Evenly in `low..high`.
pub fn between(low: f64, high: f64) -> f64 {
    low + (high - low) * unit()
}

/// The time until the next of events that come at random, `per_second` on average.
pub fn exponential(per_second: f64) -> f64 {
    -(1.0 - unit()).ln() / per_second
}

/// Around `median`, never negative, with a long tail: most service times look like this.
pub fn lognormal(median: f64, sigma: f64) -> f64 {
    let angle = std::f64::consts::TAU * unit();
    let normal = (-2.0 * (1.0 - unit()).ln()).sqrt() * angle.cos();
    median * (sigma * normal).exp()
}

/// Sixteen hexadecimal digits.
pub fn trace_id() -> String {
    format!("{:016x}", bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_about_right() {
        let n = 20_000;
        let mean = |draw: fn() -> f64| (0..n).map(|_| draw()).sum::<f64>() / f64::from(n);
        assert!((mean(unit) - 0.5).abs() < 0.02);
        assert!((mean(|| exponential(4.0)) - 0.25).abs() < 0.02);
        assert!((mean(|| f64::from(u8::from(lognormal(3.0, 0.5) < 3.0))) - 0.5).abs() < 0.03);
        assert_eq!(trace_id().len(), 16);
    }
}
