//! What bounds an evaluation: [`Limits`], and [`Control`], which can end it from outside.

use glass_model::QueryError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How much one query may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of query text.
    pub max_text: usize,
    /// How deep expressions may nest.
    pub max_depth: usize,
    /// Samples held in memory at once: Prometheus' own default.
    pub max_samples: usize,
    /// Points a series of a range query: Prometheus' and Loki's own limit.
    pub max_points: usize,
    /// How long it may take: Prometheus' own default.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_text: 16 << 10,
            max_depth: 200,
            max_samples: 50_000_000,
            max_points: 11_000,
            timeout: Duration::from_secs(120),
        }
    }
}

/// Ends an evaluation from outside, or when its time is over. Cheap to clone; the clones are one.
#[derive(Clone, Debug)]
pub struct Control {
    is_cancelled: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Control {
    /// Ends by itself after `timeout`.
    pub fn within(timeout: Duration) -> Self {
        Self {
            is_cancelled: Arc::default(),
            deadline: Instant::now().checked_add(timeout),
        }
    }

    /// Ends the evaluation at the next look.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// To be asked now and then while evaluating.
    ///
    /// # Errors
    /// When the evaluation is to end.
    pub fn check(&self) -> Result<(), QueryError> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            Err(QueryError::Cancelled)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Err(QueryError::Timeout(
                "query timed out in expression evaluation".into(),
            ))
        } else {
            Ok(())
        }
    }
}
