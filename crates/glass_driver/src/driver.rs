//! [`Driver`]: worker threads between the core and its backends.

use crate::queue::{Job, Queue};
use glass_core::{Answered, Effect, Event, Runner};
use glass_model::{Answer, Backend, Navigator, QueryError, Question};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

/// Threads that ask; more would only wait for the same disk.
const N_WORKERS: usize = 2;

/// Takes events for the core, from any thread.
pub type Deliver = Arc<dyn Fn(Event) + Send + Sync>;

/// What the workers share.
struct Sources {
    backend: Arc<dyn Backend>,
    navigator: Option<Arc<dyn Navigator>>,
}

/// Asks backends on threads of its own. Dropping it drops what waits; a question under way ends unheard.
pub struct Driver {
    queue: Arc<Queue>,
}

impl Driver {
    /// Starts the threads. Without a navigator (in a drill) nothing can be jumped to.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(
        backend: Arc<dyn Backend>,
        navigator: Option<Arc<dyn Navigator>>,
        deliver: Deliver,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let sources = Arc::new(Sources { backend, navigator });
        for i in 0..N_WORKERS {
            let (queue, sources, deliver) = (queue.clone(), sources.clone(), deliver.clone());
            thread::Builder::new().name(format!("asks-{i}")).spawn(move || {
                while let Some(job) = queue.pop() {
                    deliver(sources.run(job));
                }
            })?;
        }
        Ok(Self { queue })
    }
}

impl Runner for Driver {
    fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Ask {
                slot,
                version,
                question,
            } => self.queue.push(Job::Ask {
                slot,
                version,
                question,
            }),
            Effect::Jump(jump) => self.queue.push(Job::Jump(jump)),
            Effect::Copy(_) | Effect::Quit => {}
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Sources {
    fn run(&self, job: Job) -> Event {
        match job {
            Job::Ask {
                slot,
                version,
                question,
            } => {
                let result = ask(&*self.backend, &question);
                Event::Answered(Box::new(Answered {
                    slot,
                    version,
                    question,
                    result,
                }))
            }
            Job::Jump(jump) => {
                let result = guarded(|| {
                    self.navigator
                        .as_ref()
                        .map_or(Ok(None), |navigator| navigator.jump(jump))
                });
                Event::Jumped { jump, result }
            }
        }
    }
}

/// Asks, and turns a panic of the backend into an error: a fault is a message on screen, never a crash.
pub(crate) fn ask(backend: &dyn Backend, question: &Question) -> Result<Answer, QueryError> {
    guarded(|| backend.answer(question))
}

fn guarded<T>(ask: impl FnOnce() -> Result<T, QueryError>) -> Result<T, QueryError> {
    let failed = || {
        Err(QueryError::Damaged(
            "a fault in the program; please report it".into(),
        ))
    };
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|_| failed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_core::Slot;
    use glass_model::{Ask, Timestamp};
    use std::sync::mpsc;

    struct Panics;

    impl Backend for Panics {
        fn answer(&self, _: &Question) -> Result<Answer, QueryError> {
            panic!("on purpose")
        }
    }

    #[test]
    fn a_fault_of_a_backend_is_an_error_and_the_thread_goes_on() {
        let (sender, receiver) = mpsc::channel();
        let deliver: Deliver = Arc::new(move |event| sender.send(event).unwrap());
        let mut driver = Driver::new(Arc::new(Panics), None, deliver).unwrap();
        for version in 0..4 {
            let question = Question {
                as_of: Timestamp::from_secs(1),
                ask: Ask::Alerts,
            };
            driver.start(Effect::Ask {
                slot: Slot::Alerts,
                version,
                question,
            });
            let Ok(Event::Answered(answered)) = receiver.recv() else {
                panic!("no answer")
            };
            assert!(matches!(answered.result, Err(QueryError::Damaged(_))));
        }
    }
}
