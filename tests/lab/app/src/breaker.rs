//! A circuit breaker: after enough failures in a row calls are refused at once, until a trial call succeeds.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Whether calls pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They pass.
    Closed,
    /// One passes, to see.
    HalfOpen,
    /// They are refused.
    Open,
}

struct Inner {
    n_failures: usize,
    opened_at: Option<Instant>,
    trial_at: Option<Instant>,
}

/// Guards one dependency.
pub struct Breaker {
    failures_to_open: usize,
    open_for: Duration,
    inner: Mutex<Inner>,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(failures_to_open: usize, open_for: Duration) -> Self {
        let inner = Mutex::new(Inner {
            n_failures: 0,
            opened_at: None,
            trial_at: None,
        });
        Self {
            failures_to_open: failures_to_open.max(1),
            open_for,
            inner,
        }
    }

    /// Whether a call may be made now. In the half-open state the first asker gets the trial.
    pub fn allows(&self, now: Instant) -> bool {
        let mut inner = self.lock();
        let Some(opened_at) = inner.opened_at else {
            return true;
        };
        let trial_is_out = inner
            .trial_at
            .is_some_and(|at| now.duration_since(at) < self.open_for);
        if now.duration_since(opened_at) < self.open_for || trial_is_out {
            return false;
        }
        inner.trial_at = Some(now);
        true
    }

    /// Tells how a call went; the state before and after.
    pub fn record(&self, succeeded: bool, now: Instant) -> (State, State) {
        let mut inner = self.lock();
        let before = self.state_of(&inner, now);
        if succeeded {
            *inner = Inner {
                n_failures: 0,
                opened_at: None,
                trial_at: None,
            };
        } else {
            inner.n_failures += 1;
            if inner.n_failures >= self.failures_to_open {
                inner.opened_at = Some(now);
                inner.trial_at = None;
            }
        }
        (before, self.state_of(&inner, now))
    }

    /// The state now.
    pub fn state(&self, now: Instant) -> State {
        self.state_of(&self.lock(), now)
    }

    fn state_of(&self, inner: &Inner, now: Instant) -> State {
        match inner.opened_at {
            None => State::Closed,
            Some(at) if now.duration_since(at) < self.open_for => State::Open,
            Some(_) => State::HalfOpen,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_tries_and_closes() {
        let breaker = Breaker::new(2, Duration::from_secs(5));
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        breaker.record(false, at(0));
        assert!(breaker.allows(at(0)));
        assert_eq!(breaker.record(false, at(1)), (State::Closed, State::Open));
        assert!(!breaker.allows(at(2)));
        assert_eq!(breaker.state(at(6)), State::HalfOpen);
        assert!(breaker.allows(at(6)), "the trial");
        assert!(!breaker.allows(at(7)), "only one trial");
        breaker.record(false, at(8));
        assert!(!breaker.allows(at(9)));
        assert!(breaker.allows(at(13)));
        assert_eq!(breaker.record(true, at(13)), (State::HalfOpen, State::Closed));
        assert!(breaker.allows(at(13)));
    }
}
