//! [`Gate`]: the pace at which a host is asked, by everyone together.

use super::FetchError;
use glass_model::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout};

/// How fast a host may be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub max_concurrency: usize,
    pub min_interval: Duration,
}

/// What is known of a host's limits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostLimits {
    /// How many more requests it allows, as it said last.
    pub remaining: Option<u64>,
    /// How many it allows in all.
    pub limit: Option<u64>,
    /// When it counts anew.
    pub resets_at: Option<Timestamp>,
    /// Until when it asks to be left alone.
    pub blocked_until: Option<Timestamp>,
}

#[derive(Debug)]
struct State {
    next_start: Instant,
    blocked_until: Option<Instant>,
    limits: HostLimits,
}

#[derive(Debug)]
pub(super) struct Gate {
    slots: Semaphore,
    pace: Pace,
    state: Mutex<State>,
}

impl Gate {
    pub fn new(pace: Pace) -> Self {
        Self {
            slots: Semaphore::new(pace.max_concurrency.max(1)),
            pace,
            state: Mutex::new(State {
                next_start: Instant::now(),
                blocked_until: None,
                limits: HostLimits::default(),
            }),
        }
    }

    /// Waits for this request's turn, but not longer than `patience`.
    pub async fn enter(&self, host: &str, patience: Duration) -> Result<SemaphorePermit<'_>, FetchError> {
        let deadline = Instant::now() + patience;
        self.check_block(host, deadline)?;
        let permit = match timeout(patience, self.slots.acquire()).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(busy(host, patience)),
        };
        let start = self.reserve(host, deadline)?;
        sleep_until(start).await;
        Ok(permit)
    }

    fn check_block(&self, host: &str, deadline: Instant) -> Result<(), FetchError> {
        let state = self.state();
        match (state.blocked_until, state.limits.blocked_until) {
            (Some(until), Some(shown)) if until > deadline => Err(FetchError::Throttled {
                host: host.to_owned(),
                until: shown,
            }),
            _ => Ok(()),
        }
    }

    fn reserve(&self, host: &str, deadline: Instant) -> Result<Instant, FetchError> {
        self.check_block(host, deadline)?;
        let mut state = self.state();
        let start = state.next_start.max(Instant::now());
        let start = state.blocked_until.map_or(start, |until| start.max(until));
        if start > deadline {
            drop(state);
            return Err(busy(host, self.pace.min_interval));
        }
        state.next_start = start + self.pace.min_interval;
        Ok(start)
    }

    /// Lets nobody in for a while.
    pub fn block(&self, pause: Duration) {
        let mut state = self.state();
        let until = Instant::now() + pause;
        if state.blocked_until.is_none_or(|known| known < until) {
            state.blocked_until = Some(until);
            let nanos = i64::try_from(pause.as_nanos()).unwrap_or(i64::MAX);
            state.limits.blocked_until = Some(super::now().plus_nanos(nanos));
        }
    }

    /// Takes note of what the host says of its limits.
    pub fn learn(&self, learned: &HostLimits) {
        let mut state = self.state();
        state.limits.remaining = learned.remaining.or(state.limits.remaining);
        state.limits.limit = learned.limit.or(state.limits.limit);
        state.limits.resets_at = learned.resets_at.or(state.limits.resets_at);
    }

    pub fn limits(&self) -> HostLimits {
        let state = self.state();
        let mut limits = state.limits.clone();
        if state.blocked_until.is_none_or(|until| until <= Instant::now()) {
            limits.blocked_until = None;
        }
        limits
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy(host: &str, waited: Duration) -> FetchError {
    FetchError::Timeout {
        host: host.to_owned(),
        secs: waited.as_secs(),
    }
}
