//! [`Meter`]: what gix tells of its progress, counted, and the brakes: too many bytes stop a transfer.

use gix::progress::{Count, Id, MessageLevel, NestedProgress, Progress, Step, StepShared, Unit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// How far a fetch is; read it from another thread at any time.
#[derive(Debug, Default)]
pub struct FetchProgress {
    n_bytes: AtomicU64,
    n_objects: AtomicU64,
    n_objects_expected: AtomicU64,
}

impl FetchProgress {
    /// How many bytes of history have been received.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes.load(Ordering::Relaxed)
    }

    /// How many objects of how many have been received; the second is 0 until it is known.
    pub fn n_objects(&self) -> (u64, u64) {
        let expected = self.n_objects_expected.load(Ordering::Relaxed);
        (self.n_objects.load(Ordering::Relaxed), expected)
    }
}

/// gix counts the bytes of a pack under this identifier, and its objects under the other.
const BYTES: Id = *b"BWRB";
const OBJECTS: Id = *b"IWIO";

/// What all parts of one transfer share.
#[derive(Debug)]
pub(super) struct Brakes {
    pub progress: Arc<FetchProgress>,
    pub max_bytes: u64,
    pub should_stop: AtomicBool,
    pub is_too_large: AtomicBool,
}

/// One part of a transfer.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    id: Id,
    name: Option<String>,
    step: StepShared,
    brakes: Arc<Brakes>,
}

impl Meter {
    pub fn new(brakes: Arc<Brakes>) -> Self {
        Self {
            id: gix::progress::UNKNOWN,
            name: None,
            step: Arc::new(AtomicUsize::new(0)),
            brakes,
        }
    }

    fn tell(&self) {
        let n = self.step.load(Ordering::Relaxed) as u64;
        let brakes = &self.brakes;
        match self.id {
            BYTES => {
                brakes.progress.n_bytes.store(n, Ordering::Relaxed);
                if n > brakes.max_bytes {
                    brakes.is_too_large.store(true, Ordering::Relaxed);
                    brakes.should_stop.store(true, Ordering::Relaxed);
                }
            }
            OBJECTS => brakes.progress.n_objects.store(n, Ordering::Relaxed),
            _ => {}
        }
    }
}

impl Count for Meter {
    fn set(&self, step: Step) {
        self.step.store(step, Ordering::Relaxed);
        self.tell();
    }

    fn step(&self) -> Step {
        self.step.load(Ordering::Relaxed)
    }

    fn inc_by(&self, step: Step) {
        self.step.fetch_add(step, Ordering::Relaxed);
        self.tell();
    }

    fn counter(&self) -> StepShared {
        self.step.clone()
    }
}

impl Progress for Meter {
    fn init(&mut self, max: Option<Step>, _unit: Option<Unit>) {
        if self.id == OBJECTS {
            let max = max.unwrap_or(0) as u64;
            self.brakes
                .progress
                .n_objects_expected
                .store(max, Ordering::Relaxed);
        }
    }

    fn set_name(&mut self, name: String) {
        self.name = Some(name);
    }

    fn name(&self) -> Option<String> {
        self.name.clone()
    }

    fn id(&self) -> Id {
        self.id
    }

    fn message(&self, _level: MessageLevel, _message: String) {}
}

impl NestedProgress for Meter {
    type SubProgress = Self;

    fn add_child(&mut self, name: impl Into<String>) -> Self {
        self.add_child_with_id(name, gix::progress::UNKNOWN)
    }

    fn add_child_with_id(&mut self, name: impl Into<String>, id: Id) -> Self {
        Self {
            id,
            name: Some(name.into()),
            ..Self::new(self.brakes.clone())
        }
    }
}
