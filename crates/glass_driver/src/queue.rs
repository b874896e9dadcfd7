//! [`Queue`]: work that waits for a thread. A newer question for a slot replaces the one that waits.

use glass_core::Slot;
use glass_model::{Jump, Question};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A piece of work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Job {
    /// A question to ask.
    Ask {
        /// For which place.
        slot: Slot,
        /// The request's version.
        version: u64,
        /// The question.
        question: Question,
    },
    /// A place to look for.
    Jump(Jump),
    /// A cloud or recording to open.
    Open(String),
    /// What can be opened.
    ListClouds,
    /// A story to keep: the one that waits.
    KeepStory,
    /// A file to write.
    Write {
        /// Where to.
        path: String,
        /// What is to stand in it.
        bytes: Arc<[u8]>,
        /// Whether it may take the place of another.
        replaces: bool,
    },
}

impl Job {
    /// Whether names are looked for.
    pub fn is_search(&self) -> bool {
        matches!(
            self,
            Self::Ask {
                slot: Slot::Found,
                ..
            }
        )
    }
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
    /// Whether names are being looked for: the next search waits, so that letters typed on do not take every thread.
    is_finding: bool,
}

/// Work that waits, first come first served.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    /// Adds a job; a question takes the place of the waiting one for the same slot.
    pub fn push(&self, job: Job) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let same_slot = |waiting: &&mut Job| match (waiting, &job) {
            (Job::Ask { slot: waiting, .. }, Job::Ask { slot, .. }) => *waiting == *slot,
            _ => false,
        };
        match state.jobs.iter_mut().find(same_slot) {
            Some(waiting) => *waiting = job,
            None => state.jobs.push_back(job),
        }
        self.changed.notify_one();
    }

    /// Waits for a job; `None` once the queue is closed.
    pub fn pop(&self) -> Option<Job> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.closed {
                return None;
            }
            let is_finding = state.is_finding;
            let next = state.jobs.iter().position(|job| !(is_finding && job.is_search()));
            if let Some(job) = next.and_then(|nth| state.jobs.remove(nth)) {
                state.is_finding |= job.is_search();
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that a search for names has ended.
    pub fn search_ended(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_finding = false;
        self.changed.notify_one();
    }

    /// Drops all that waits and lets the threads end.
    pub fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Ask, Timestamp};

    fn ask(slot: Slot, version: u64) -> Job {
        Job::Ask {
            slot,
            version,
            question: Question {
                as_of: Timestamp::from_secs(1),
                ask: Ask::Alerts,
            },
        }
    }

    #[test]
    fn a_newer_question_replaces_the_waiting_one_in_its_place() {
        let queue = Queue::default();
        for job in [ask(Slot::Alerts, 1), ask(Slot::Changes, 2), ask(Slot::Alerts, 3)] {
            queue.push(job);
        }
        assert_eq!(queue.pop(), Some(ask(Slot::Alerts, 3)));
        assert_eq!(queue.pop(), Some(ask(Slot::Changes, 2)));
        queue.push(ask(Slot::Alerts, 4));
        queue.close();
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn one_search_for_names_at_a_time_leaves_threads_for_everything_else() {
        let queue = Queue::default();
        queue.push(ask(Slot::Found, 1));
        assert_eq!(queue.pop(), Some(ask(Slot::Found, 1)));
        for job in [ask(Slot::Found, 2), ask(Slot::Alerts, 3), ask(Slot::Found, 4)] {
            queue.push(job);
        }
        assert_eq!(
            queue.pop(),
            Some(ask(Slot::Alerts, 3)),
            "the search under way goes first"
        );
        queue.search_ended();
        assert_eq!(queue.pop(), Some(ask(Slot::Found, 4)), "the latest letters");
    }
}
