//! [`Gate`]: the pace at which a host is asked, by everyone together.

use super::FetchError;
use glass_model::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout_at};

/// How fast a host may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Waits for this request's turn, but not beyond `deadline`. Whoever stops waiting takes no turn.
    pub async fn enter(&self, host: &str, deadline: Instant) -> Result<SemaphorePermit<'_>, FetchError> {
        self.check_block(host, deadline)?;
        let begun = Instant::now();
        let busy = || FetchError::Busy {
            host: host.to_owned(),
            secs: begun.elapsed().as_secs(),
        };
        let permit = match timeout_at(deadline, self.slots.acquire()).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(busy()),
        };
        loop {
            self.check_block(host, deadline)?;
            match self.try_start() {
                None => return Ok(permit),
                Some(start) if start > deadline => return Err(busy()),
                Some(start) => sleep_until(start).await,
            }
        }
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

    /// Takes the turn if it has come; else says when it may.
    fn try_start(&self) -> Option<Instant> {
        let mut state = self.state();
        let now = Instant::now();
        let start = state
            .blocked_until
            .map_or(state.next_start, |until| until.max(state.next_start));
        if start > now {
            return Some(start);
        }
        state.next_start = now + self.pace.min_interval;
        None
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

    /// When the host may be asked again, if it asked to be left alone.
    pub fn opens_at(&self) -> Option<Instant> {
        self.state().blocked_until.filter(|until| *until > Instant::now())
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
