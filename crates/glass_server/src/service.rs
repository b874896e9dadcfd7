//! [`Service`]: what all handlers share.

use crate::clock::{Clock, Placing};
use crate::pool::Pool;
use glass_model::{Answer, AnswerValue, Ask, Backend, Provenance, QueryError, Question, Timestamp};
use glass_query::{Control, Evaluator, Limits};
use glass_recording::Recording;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A recording, its clock, and the threads that evaluate.
pub(crate) struct Service {
    pub(crate) evaluator: Evaluator<Recording>,
    pub(crate) clock: Clock,
    /// Who may follow log lines at the same time.
    pub(crate) tail_places: Arc<Semaphore>,
    pool: Pool,
}

/// As many as Loki itself allows.
const MOST_TAILS: usize = 10;

/// Shared by all handlers.
pub(crate) type Shared = Arc<Service>;

impl Service {
    pub(crate) fn new(recording: Recording, clock: Clock, limits: Limits, n_places: usize) -> Self {
        Self {
            evaluator: Evaluator::new(recording, limits),
            clock,
            tail_places: Arc::new(Semaphore::new(MOST_TAILS)),
            pool: Pool::new(n_places),
        }
    }

    pub(crate) fn recording(&self) -> &Recording {
        self.evaluator.source()
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.evaluator.limits()
    }

    pub(crate) fn placing(&self) -> Placing {
        Placing::new(&self.clock)
    }

    /// Runs `work` on a thread that may block; what it may not outlive is in the [`Work`] it gets.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        timeout: Duration,
        work: impl FnOnce(&Work) -> T + Send + 'static,
    ) -> Result<T, QueryError> {
        let service = self.clone();
        let placing = self.placing();
        let timeout = timeout.min(self.limits().timeout);
        self.pool
            .run(timeout, move |control, waited| {
                work(&Work {
                    service,
                    placing,
                    control,
                    waited,
                    timeout,
                })
            })
            .await
    }
}

/// One request at work.
pub(crate) struct Work {
    pub(crate) service: Shared,
    /// The recording's now, the same through the whole request.
    pub(crate) placing: Placing,
    pub(crate) control: Control,
    /// How long it waited for its turn.
    pub(crate) waited: Duration,
    /// How long it may take.
    pub(crate) timeout: Duration,
}

impl Work {
    pub(crate) fn now(&self) -> Timestamp {
        self.placing.now
    }

    pub(crate) fn recording(&self) -> &Recording {
        self.service.recording()
    }

    /// What bounds this request.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            timeout: self.timeout,
            ..*self.service.limits()
        }
    }

    /// Asks the recording as of its now.
    pub(crate) fn ask(&self, ask: Ask) -> Result<(AnswerValue, Provenance), QueryError> {
        let question = Question {
            as_of: self.now(),
            ask,
        };
        let Answer {
            value, provenance, ..
        } = self.recording().answer(&question)?;
        Ok((value, provenance))
    }
}
